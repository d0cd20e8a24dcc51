//! Decline, period by period: a model and states that the caller keeps.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Answer, AnswerKind, Arguments, Output, Subject, Value, Watch, column, whole};
use crate::churn::{Counted, DeclineModel, DeclineOptions, DeclineState, DeclineStep};
use crate::error::{Error, ErrorCode, Result};
use crate::surface::Data;
use crate::table::{Column, Table, Texts};
use crate::time::Moment;

/// What `decline_fit` answers: the model, and what its periods are.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    /// The civil day after the end of period -1, from 1970-01-01.
    begin_day: i32,
    period_days: u32,
    model: DeclineModel,
}

fn written<T: Serialize>(value: &T) -> Result<String> {
    let internal =
        |e| Error::new(ErrorCode::Internal, format!("the answer cannot be written: {e}; please report this"));
    serde_json::to_string(value).map_err(internal)
}

/// What was answered before and is given back: must be what it was.
fn given_back<T: DeserializeOwned>(name: &str, text: &str, is_sound: impl Fn(&T) -> bool) -> Result<T> {
    let refuse = |what: String| Error::options(name, format!("{name} {what}; give back a text as it was answered"));
    let read: T = serde_json::from_str(text).map_err(|e| refuse(format!("cannot be read ({e})")))?;
    if is_sound(&read) { Ok(read) } else { Err(refuse("holds impossible numbers".to_owned())) }
}

fn saved(text: &str) -> Result<Saved> {
    given_back("fitted", text, |s: &Saved| (1..=366).contains(&s.period_days) && s.model.is_sound())
}

/// Learns from everyone's use what is needed to follow customers period by period: season, holidays, pauses, irregularity, and
/// the evidence at which an alarm is due.
///
/// The log is read as by `decline`. The answer is a text to keep; with it, `decline_states` says where each customer
/// stands, and `decline_update` takes in one customer's next counts in microseconds. Fit anew now and then, say monthly, so that
/// the season is known.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct DeclineFit {
    /// The end of the last period; nothing later is looked at.
    as_of: Moment,
    /// Civil days in a period, 1 … 366.
    #[serde(default = "week")]
    period_days: u32,
    #[serde(default)]
    options: DeclineOptions,
}

fn week() -> u32 {
    7
}

impl Arguments for DeclineFit {
    const NAME: &'static str = "decline_fit";
    const ON_MODEL: bool = false;
    type Output = String;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<String> {
        let Counted { usage, end_day, .. } =
            Counted::new(&subject.history()?, subject.instant(self.as_of)?, self.period_days)?;
        let model = DeclineModel::fit_while(&usage, &self.options, whole(watch))?;
        written(&Saved { begin_day: end_day, period_days: self.period_days, model })
    }
}

/// Where every customer stands at the end of a period: one row per customer, sorted, each with the state that `decline_update`
/// goes on from.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct DeclineStates {
    /// The end of the last period: the instant of the fit, or whole periods after it. Nothing later is looked at.
    as_of: Moment,
    /// What `decline_fit` answered.
    fitted: String,
}

/// The columns of [`DeclineStates`].
pub(super) struct StatesTable(Table);

impl Output for StatesTable {
    const KIND: AnswerKind = AnswerKind::Table(&[
        column("customer", "id", "Who."),
        column("n_periods", "count", "Periods with a known count since the first, or since the last alarm."),
        column("level_per_period", "number", "The level expected if nothing has fallen: counts per average period."),
        column("state", "text", "Where the customer stands, for `decline_update`."),
    ]);

    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::Table(self.0))
    }
}

impl Arguments for DeclineStates {
    const NAME: &'static str = "decline_states";
    const ON_MODEL: bool = false;
    type Output = StatesTable;

    fn run(self, subject: &Subject<'_>, _: Watch<'_>) -> Result<StatesTable> {
        let saved = saved(&self.fitted)?;
        let Counted { usage, end_day, .. } =
            Counted::new(&subject.history()?, subject.instant(self.as_of)?, saved.period_days)?;
        let later = i64::from(end_day) - i64::from(saved.begin_day);
        let length = i64::from(saved.period_days);
        if later < 0 || later % length != 0 {
            return Err(Error::options(
                "as_of",
                format!("as_of is {later} days after the fit's; give the fit's, or a multiple of {length} days later"),
            ));
        }
        let states = saved.model.states(&usage, later / length);
        let mut texts = Texts::default();
        for state in &states {
            texts.push(&written(state)?);
        }
        Ok(StatesTable(
            Table::default()
                .with("customer", Column::of_event_ids(usage.customers().iter()))
                .with("n_periods", Column::Counts(states.iter().map(DeclineState::n_periods).collect()))
                .with("level_per_period", Column::Doubles(states.iter().map(DeclineState::level_per_period).collect()))
                .with("state", Column::Texts(texts)),
        ))
    }
}

/// Takes in one customer's next periods, in constant time each: the alarms they raise, and where the customer stands then.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct DeclineUpdate {
    /// What `decline_fit` answered.
    fitted: String,
    /// The counts of the next periods in order, 0 to 1e12 each; none for a period of which nothing is known. At most 10,000.
    counts: Vec<Option<f64>>,
    /// Where the customer stands: what `decline_states` or the last `decline_update` answered; none for a new customer.
    #[serde(default)]
    state: Option<String>,
    /// A new customer's first period; 0 is the first one after the fit. Default: 0. Not used with `state`.
    #[serde(default)]
    first_period: i64,
}

impl Arguments for DeclineUpdate {
    const NAME: &'static str = "decline_update";
    const ON_MODEL: bool = false;
    const DATA: Data = Data::None;
    const IS_LONG: bool = false;
    type Output = Value<DeclineStep>;

    fn run(self, _: &Subject<'_>, _: Watch<'_>) -> Result<Self::Output> {
        /// Periods at once, and away from the fit.
        const MAX_PERIODS: usize = 10_000;
        let saved = saved(&self.fitted)?;
        if self.counts.len() > MAX_PERIODS || self.first_period.unsigned_abs() > MAX_PERIODS as u64 {
            let message = format!("counts or first_period are beyond {MAX_PERIODS} periods; give the latest ones");
            return Err(Error::options("counts", message));
        }
        let mut state = match &self.state {
            Some(text) => given_back("state", text, DeclineState::is_sound)?,
            None => saved.model.start(self.first_period),
        };
        let mut alarms = Vec::new();
        for count in self.counts {
            alarms.extend(saved.model.update(&mut state, count)?);
        }
        Ok(Value::new(DeclineStep {
            next_period: state.next_period(),
            level_per_period: state.level_per_period(),
            state: written(&state)?,
            alarms,
        }))
    }
}

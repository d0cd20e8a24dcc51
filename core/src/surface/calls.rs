//! Each call: its arguments, and how they become an answer.

use serde::{Deserialize, Serialize};

use super::{Answer, AnswerKind, Call, ColumnDoc, Data, Subject, Watch, arguments};
use crate::error::{Error, ErrorCode, Result};
use crate::evaluate::{Audit, Backtest, BacktestOptions, audit, backtest_while};
use crate::event::EventId;
use crate::model::Model;
use crate::progress::Progress;
use crate::replenish::{Forecast, ForecastOptions, Options};
use crate::report::{Report, ReportOptions};
use crate::table::Table;
use crate::time::Timestamp;

/// Every call, in the order of the documentation.
pub const CALLS: &[Call] = &[
    of::<FitArguments>(),
    of::<Replenish>(),
    of::<Forecasts>(),
    of::<ForecastIfBought>(),
    of::<RunBacktest>(),
    of::<RunAudit>(),
    of::<MakeReport>(),
];

/// The arguments of a call, which know how to run it. Their documentation is the call's.
trait Arguments: serde::de::DeserializeOwned + Documented {
    const NAME: &'static str;
    const ON_MODEL: bool = true;
    const DATA: Data = Data::Required;
    const IS_LONG: bool = true;
    const HAS_WORDS: bool = false;
    type Output: Output;
    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<Self::Output>;
}

/// What can be answered.
trait Output {
    const KIND: AnswerKind;
    fn into_answer(self) -> Result<Answer>;
    #[cfg(feature = "schema")]
    fn schema(_: &mut schemars::SchemaGenerator) -> Option<schemars::Schema> {
        None
    }
}

#[cfg(feature = "schema")]
trait Documented: schemars::JsonSchema {}
#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> Documented for T {}
#[cfg(not(feature = "schema"))]
trait Documented {}
#[cfg(not(feature = "schema"))]
impl<T> Documented for T {}

const fn of<A: Arguments>() -> Call {
    Call {
        name: A::NAME,
        on_model: A::ON_MODEL,
        data: A::DATA,
        answer: A::Output::KIND,
        is_long: A::IS_LONG,
        has_words: A::HAS_WORDS,
        run: |subject, json, watch| arguments::read::<A>(json)?.run(subject, watch)?.into_answer(),
        #[cfg(feature = "schema")]
        schemas: |generator| (generator.subschema_for::<A>(), A::Output::schema(generator)),
    }
}

impl Output for Model {
    const KIND: AnswerKind = AnswerKind::Model;
    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::Model(Box::new(self)))
    }
}

impl Output for String {
    const KIND: AnswerKind = AnswerKind::Text;
    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::Text(self))
    }
}

/// A value, and what it says in plain words if it can be put so.
struct Value<T> {
    value: T,
    words: Option<String>,
}

impl<T> Value<T> {
    fn new(value: T) -> Self {
        Self { value, words: None }
    }
}

impl<T: Serialize + Documented> Output for Value<T> {
    const KIND: AnswerKind = AnswerKind::Value;

    fn into_answer(self) -> Result<Answer> {
        let json = serde_json::to_string(&self.value).map_err(|e| {
            Error::new(ErrorCode::Internal, format!("the answer cannot be written: {e}; please report this"))
        })?;
        Ok(Answer::Value { json, words: self.words })
    }

    #[cfg(feature = "schema")]
    fn schema(generator: &mut schemars::SchemaGenerator) -> Option<schemars::Schema> {
        Some(generator.subschema_for::<T>())
    }
}

/// Learns from a history what happened up to and including `as_of`; nothing later is looked at.
///
/// The same log gives the same model, bit for bit, whatever the order of its rows and the number of threads.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FitArguments {
    /// The instant up to which the model may know the log.
    pub as_of: Timestamp,
    /// What fitting is told.
    #[serde(default)]
    pub options: Options,
}

impl FitArguments {
    /// Reads them as the call does.
    ///
    /// # Errors
    /// `invalid_options`, with the argument named.
    pub fn read(json: &str) -> Result<Self> {
        arguments::read(json)
    }
}

impl Arguments for FitArguments {
    const NAME: &'static str = "fit";
    const ON_MODEL: bool = false;
    type Output = Model;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<Model> {
        Model::fit_while(subject.history()?, self.as_of, &self.options, |p| watch(p.stage, p.overall()))
    }
}

/// When each customer will need each item bought so far: one row per pair of customer and item, sorted by both.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Replenish {
    /// The instant of prediction; not before the model's own. Nothing later is looked at.
    as_of: Timestamp,
    #[serde(default)]
    options: ForecastOptions,
}

/// The columns of [`Replenish`].
struct ReplenishmentTable(Table);

impl Output for ReplenishmentTable {
    const KIND: AnswerKind = AnswerKind::Table(&[
        column("customer", "id", "Who."),
        column("item", "id", "The item bought last; of items that replace each other, the latest."),
        column("n_events", "count", "Purchases of the item (or need) so far, merged per day."),
        column("basis", "word", "On whose purchases the forecast mainly rests: own, item, category or population."),
        column("recency_days", "number", "Days since the last purchase."),
        column("cycle_days", "number", "Days one purchase lasts, the median, for the quantity bought last."),
        column("supply_left_days", "number", "Days the supply at hand still lasts; 0 when it should have run out."),
        column("prob_again", "number", "P(buys again within 364 days), 0 to 1."),
        column("prob_within_…_days", "number", "P(buys within so many days), 0 to 1; one column per horizon."),
        column("run_out_p10_at", "instant", "The run-out date given that the customer buys again: 10 % quantile."),
        column("run_out_p50_at", "instant", "The run-out date: median."),
        column("run_out_p90_at", "instant", "The run-out date: 90 % quantile."),
        column("remind_at", "instant", "When to remind: the lead time before the run-out; never before as_of."),
    ]);

    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::Table(self.0))
    }
}

impl Arguments for Replenish {
    const NAME: &'static str = "replenishment";
    type Output = ReplenishmentTable;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<ReplenishmentTable> {
        let (model, history) = (subject.model()?, subject.history()?);
        let due = model.replenishment_while(history, self.as_of, &self.options, |p| watch(p.stage, p.overall()))?;
        Ok(ReplenishmentTable(due.into_table()))
    }
}

/// One customer's forecasts in full, an entry per item (or need) bought so far, in order of the items.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Forecasts {
    /// The instant of prediction; not before the model's own. Nothing later is looked at.
    as_of: Timestamp,
    /// Whose forecasts; may be left out when `data` holds one customer only.
    #[serde(default)]
    customer: Option<EventId>,
    #[serde(default)]
    options: ForecastOptions,
}

impl Arguments for Forecasts {
    const NAME: &'static str = "forecasts";
    const IS_LONG: bool = false;
    type Output = Value<Vec<Forecast>>;

    fn run(self, subject: &Subject<'_>, _: Watch<'_>) -> Result<Self::Output> {
        let past = subject.past_of_one(self.customer.as_ref())?;
        Ok(Value::new(subject.model()?.forecasts_with(past, self.as_of, &self.options)?))
    }
}

/// How long an item would last that is bought at `as_of`.
///
/// Works for items the customer never bought, for customers nobody knows (leave out `data`), and for items the model has
/// never seen: the forecast then rests on the category or the population, and is as wide as that.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct ForecastIfBought {
    /// The item.
    item: EventId,
    /// The instant of prediction; not before the model's own. Nothing later is looked at.
    as_of: Timestamp,
    /// Who buys it; may be left out when `data` holds one customer only.
    #[serde(default)]
    customer: Option<EventId>,
    #[serde(default)]
    options: ForecastOptions,
}

impl Arguments for ForecastIfBought {
    const NAME: &'static str = "forecast_if_bought";
    const DATA: Data = Data::Optional;
    const IS_LONG: bool = false;
    type Output = Value<Forecast>;

    fn run(self, subject: &Subject<'_>, _: Watch<'_>) -> Result<Self::Output> {
        let past = match (subject.history, &self.customer) {
            (None, None) => None,
            _ => Some(subject.past_of_one(self.customer.as_ref())?),
        };
        Ok(Value::new(subject.model()?.forecast_if_bought(past, self.item, self.as_of, &self.options)?))
    }
}

/// What forecasts made at earlier instants of the same log would have been worth: fits at each cutoff, forecasts, compares.
///
/// The last cutoff lies one horizon before `as_of`, the others a step apart before it. No forecast saw anything after its
/// cutoff.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct RunBacktest {
    /// The end of the log that is looked at; nothing later is.
    as_of: Timestamp,
    #[serde(default)]
    options: Options,
    #[serde(default)]
    backtest: BacktestOptions,
}

impl Arguments for RunBacktest {
    const NAME: &'static str = "backtest";
    const ON_MODEL: bool = false;
    type Output = Value<Backtest>;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<Self::Output> {
        let go_on = |p: Progress| watch(p.stage, p.overall());
        Ok(Value::new(backtest_while(subject.history()?, self.as_of, &self.options, &self.backtest, go_on)?))
    }
}

/// What a log can carry: which scenarios are ready, thin or missing, what to look into first, and what to do about it.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct RunAudit {
    /// The instant of the audit; later events are not looked at.
    as_of: Timestamp,
}

impl Arguments for RunAudit {
    const NAME: &'static str = "audit";
    const ON_MODEL: bool = false;
    const HAS_WORDS: bool = true;
    type Output = Value<Audit>;

    fn run(self, subject: &Subject<'_>, _: Watch<'_>) -> Result<Self::Output> {
        let value = audit(subject.history()?, self.as_of);
        let words = Some(value.to_string());
        Ok(Value { value, words })
    }
}

/// One self-contained HTML page: what the log can carry, a backtest with its calibration curve and the worth of reminders,
/// customers' timelines, and the reminders due.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct MakeReport {
    /// The instant of prediction; not before the model's own. Nothing later is looked at, but to mark what a shown customer
    /// bought since.
    as_of: Timestamp,
    #[serde(default)]
    options: ReportOptions,
}

impl Arguments for MakeReport {
    const NAME: &'static str = "report";
    type Output = String;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<String> {
        let (model, history) = (subject.model()?, subject.history()?);
        let go_on = |p: Progress| watch(p.stage, p.overall());
        Ok(Report::of_while(model, history, self.as_of, &self.options, go_on)?.to_html())
    }
}

const fn column(name: &'static str, kind: &'static str, doc: &'static str) -> ColumnDoc {
    ColumnDoc { name, kind, doc }
}

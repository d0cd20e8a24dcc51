//! What pictures of churn show: numbers over time, and over the plane of frequency and recency.

use serde::Deserialize;

use super::buying::buying;
use super::{Answer, AnswerKind, Arguments, Output, Subject, Watch, column, whole};
use crate::churn::{DeclineOptions, PurchaseOptions, decline_history_while};
use crate::error::Result;
use crate::event::EventId;
use crate::surface::ColumnDoc;
use crate::table::Table;
use crate::time::Moment;

/// P(a customer has not left for good) on each day since the first purchase, by the model of `btyd` fitted up to `as_of`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct BtydAlive {
    /// The instant up to which the model is fitted, and the last day told; nothing later is looked at.
    as_of: Moment,
    /// Whose; by the identifier in the log.
    customer: EventId,
    /// What `btyd` answered as `fitted`, for `as_of` or before: it is used, with its family, and nothing is fitted. Default: none.
    #[serde(default)]
    fitted: Option<String>,
    #[serde(default)]
    options: PurchaseOptions,
}

/// What `btyd` says of each frequency and recency: customers who have been observed for the same time, by how many repeat
/// purchases they made, and when the last was.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct BtydMatrix {
    /// The instant up to which the model is fitted; nothing later is looked at.
    as_of: Moment,
    /// Days from the first purchase to now, of everyone in the matrix, 0 < d ≤ 36,500. Default: 364.
    #[serde(default = "year")]
    observed_days: f64,
    /// Days within which purchases are expected, 0 < h ≤ 36,500. Default: 84.
    #[serde(default = "quarter")]
    horizon_days: f64,
    /// The most repeat purchases, and the steps of recency, 1 … 200. Default: 26.
    #[serde(default = "steps")]
    n_steps: u32,
    /// What `btyd` answered as `fitted`, for `as_of` or before: it is used, with its family, and nothing is fitted. Default: none.
    #[serde(default)]
    fitted: Option<String>,
    #[serde(default)]
    options: PurchaseOptions,
}

/// Repeat purchases that the model of `btyd` expects and those that came, period by period, of the customers known when it was
/// fitted: how well it describes the log, and how well it foretells what follows.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct BtydTracking {
    /// The instant up to which the model is fitted, and by which customers must be known.
    as_of: Moment,
    /// The end of what is compared, from `as_of` on.
    until: Moment,
    /// Days in a period, 1 … 366. Default: 7.
    #[serde(default = "week")]
    step_days: u32,
    /// What `btyd` answered as `fitted`, for `as_of` or before: it is used, with its family, and nothing is fitted. Default: none.
    #[serde(default)]
    fitted: Option<String>,
    #[serde(default)]
    options: PurchaseOptions,
}

/// One customer's use, period by period: counts, what was expected if nothing had fallen, and the evidence for a fall.
///
/// The log is read as by `decline`; season and thresholds are learned from everyone.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct DeclineHistory {
    /// The end of the last period; nothing later is looked at.
    as_of: Moment,
    /// Whose; by the identifier in the log.
    customer: EventId,
    /// Civil days in a period, 1 … 366.
    #[serde(default = "week")]
    period_days: u32,
    #[serde(default)]
    options: DeclineOptions,
}

fn week() -> u32 {
    7
}

fn steps() -> u32 {
    26
}

fn year() -> f64 {
    364.0
}

fn quarter() -> f64 {
    84.0
}

/// A table whose columns a call lists.
pub(super) struct Listed<const N: usize>(Table);

const ALIVE: usize = 0;
const MATRIX: usize = 1;
const TRACKING: usize = 2;
const HISTORY: usize = 3;

const COLUMNS: [&[ColumnDoc]; 4] = [
    &[
        column("at", "instant", "The day."),
        column(
            "prob_alive",
            "number",
            "P(the customer had not left for good), by what was known of the customer on the day.",
        ),
        column("n_purchases", "count", "Purchase days so far, the first one included."),
    ],
    &[
        column("n_repeats", "count", "Purchase days after the first."),
        column("last_days", "number", "Days from the first purchase to the last."),
        column("prob_alive", "number", "P(the customer has not left for good), 0 to 1."),
        column("expected_purchases", "number", "Expected number of purchase days within the horizon."),
    ],
    &[
        column("at", "instant", "The end of the period."),
        column("n_actual", "count", "Repeat purchases that came."),
        column("expected", "number", "Repeat purchases that the model expects of customers who began when these did."),
        column("is_fitted", "flag", "Whether the period ends by the instant of the fit: the model has seen it."),
    ],
    &[
        column("at", "instant", "The beginning of the period."),
        column("n_used", "number", "What was counted; none when nothing is known."),
        column("expected", "number", "What was expected of it if nothing had fallen."),
        column(
            "evidence",
            "number",
            "Logarithm of the evidence for a fall over what an alarm takes: above 0 an alarm is due.",
        ),
        column("is_alarm", "flag", "Whether an alarm was raised at the period's end."),
        column("since_at", "instant", "Of an alarm: the beginning of the first fallen period, the most likely one."),
        column("level_before", "number", "Of an alarm: counts per period before the fall."),
        column("level_after", "number", "Of an alarm: counts per period since."),
    ],
];

impl<const N: usize> Output for Listed<N> {
    const KIND: AnswerKind = AnswerKind::Table(COLUMNS[N]);

    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::Table(self.0))
    }
}

impl Arguments for BtydAlive {
    const NAME: &'static str = "btyd_alive";
    const ON_MODEL: bool = false;
    type Output = Listed<ALIVE>;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<Self::Output> {
        let code = subject.history()?.history().customer(&self.customer)?.customers.start;
        Ok(Listed(
            buying(subject, self.as_of, &self.options, self.fitted.as_deref(), whole(watch))?.alive_history(code)?,
        ))
    }
}

impl Arguments for BtydMatrix {
    const NAME: &'static str = "btyd_matrix";
    const ON_MODEL: bool = false;
    type Output = Listed<MATRIX>;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<Self::Output> {
        let buying = buying(subject, self.as_of, &self.options, self.fitted.as_deref(), whole(watch))?;
        Ok(Listed(buying.matrix(self.observed_days, self.horizon_days, self.n_steps)?))
    }
}

impl Arguments for BtydTracking {
    const NAME: &'static str = "btyd_tracking";
    const ON_MODEL: bool = false;
    type Output = Listed<TRACKING>;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<Self::Output> {
        let buying = buying(subject, self.as_of, &self.options, self.fitted.as_deref(), whole(watch))?;
        Ok(Listed(buying.tracking(subject.instant(self.until)?, self.step_days)?))
    }
}

impl Arguments for DeclineHistory {
    const NAME: &'static str = "decline_history";
    const ON_MODEL: bool = false;
    type Output = Listed<HISTORY>;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<Self::Output> {
        let view = subject.history()?;
        Ok(Listed(decline_history_while(
            view,
            subject.instant(self.as_of)?,
            &self.customer,
            self.period_days,
            &self.options,
            whole(watch),
        )?))
    }
}

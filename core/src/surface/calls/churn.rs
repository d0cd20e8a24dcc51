//! Who is leaving: lapse, and decline of use.

use serde::Deserialize;

use super::{Answer, AnswerKind, Arguments, Output, Subject, Value, Watch, column, whole};
use crate::churn::{
    DeclineOptions, Lapse, LapseOptions, LapseRisk, UsageDecline, decline_modules_table, decline_table,
    usage_declines_while,
};
use crate::error::Result;
use crate::event::EventId;
use crate::table::Table;
use crate::time::Moment;

/// How likely each customer is not to come back: one row per customer who has bought by `as_of`, sorted.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Lapses {
    /// The instant of prediction; not before the model's own. Nothing later is looked at.
    as_of: Moment,
    #[serde(default)]
    options: LapseOptions,
}

/// The columns of [`Lapses`].
pub(super) struct LapseTable(Table);

impl Output for LapseTable {
    const KIND: AnswerKind = AnswerKind::Table(&[
        column("customer", "id", "Who."),
        column("n_visits", "count", "Days with a purchase so far."),
        column("recency_days", "number", "Days since the last purchase."),
        column("prob_lapse_…_days", "number", "P(no purchase within so many days), 0 to 1; one column per horizon."),
        column(
            "expected_visits_…_days",
            "number",
            "Expected number of days with a purchase within so many days; one column per horizon.",
        ),
        column(
            "prob_alive",
            "number",
            "P(the customer has not left for good), 0 to 1: by the model of buying and leaving; at least P(purchase within 364 days).",
        ),
    ]);

    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::Table(self.0))
    }
}

impl Arguments for Lapses {
    const NAME: &'static str = "lapse";
    type Output = LapseTable;

    fn run(self, subject: &Subject<'_>, _: Watch<'_>) -> Result<LapseTable> {
        let lapse: Lapse<'_> =
            subject.model()?.lapse_with(subject.history()?, subject.instant(self.as_of)?, &self.options)?;
        Ok(LapseTable(lapse.into_table()))
    }
}

/// One customer's risk of lapse in full: every horizon, P(alive), and what raises or lowers the risk.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct LapseOf {
    /// The instant of prediction; not before the model's own. Nothing later is looked at.
    as_of: Moment,
    /// Whose risk; may be left out when `data` holds one customer only.
    #[serde(default)]
    customer: Option<EventId>,
    #[serde(default)]
    options: LapseOptions,
}

impl Arguments for LapseOf {
    const NAME: &'static str = "lapse_of";
    const IS_LONG: bool = false;
    type Output = Value<LapseRisk>;

    fn run(self, subject: &Subject<'_>, _: Watch<'_>) -> Result<Self::Output> {
        let past = subject.past_of_one(self.customer.as_ref())?;
        Ok(Value::new(subject.model()?.lapse_of_with(past, subject.instant(self.as_of)?, &self.options)?))
    }
}

/// Whose use has truly fallen, at a stated rate of false alarms: one row per alarm, by customer and instant.
///
/// The log's events are use: a login, a session, a document, `quantity` of them; items are the modules used. Periods are counted back
/// from the last civil day seen: that of `as_of`, or the one before where `as_of` is a day's beginning and the log knows times of day; a
/// period without an event is one of no use, from a customer's first event on. Season, holidays and pauses are learned from everyone, so
/// give the log of all customers.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Declines {
    /// The end of the last period; nothing later is looked at.
    as_of: Moment,
    /// Civil days in a period, 1 … 366.
    #[serde(default = "week")]
    period_days: u32,
    #[serde(default)]
    options: DeclineOptions,
}

pub(super) fn week() -> u32 {
    7
}

/// The falls in use that a log shows.
pub(super) fn declines(
    subject: &Subject<'_>,
    as_of: Moment,
    period_days: u32,
    options: &DeclineOptions,
    watch: Watch<'_>,
) -> Result<Vec<UsageDecline>> {
    usage_declines_while(subject.history()?, subject.instant(as_of)?, period_days, options, whole(watch))
}

/// The columns of [`Declines`].
pub(super) struct DeclineTable(Table);

impl Output for DeclineTable {
    const KIND: AnswerKind = AnswerKind::Table(&[
        column("customer", "id", "Who."),
        column("alarm_at", "instant", "When the alarm was raised: the end of the period whose count raised it."),
        column("since_at", "instant", "Since when: the beginning of the first fallen period, the most likely one."),
        column("since_earliest_at", "instant", "The earlier end of a 90 % interval of it."),
        column("since_latest_at", "instant", "The later end of that interval."),
        column("depth", "number", "The share of the level that was lost, 0 to 1, the most likely one."),
        column("depth_min", "number", "The lower end of a 90 % interval of it."),
        column("depth_max", "number", "The upper end of that interval."),
        column("level_before", "number", "Counts per period before the fall."),
        column("level_after", "number", "Counts per period since."),
        column(
            "false_alarms_per_year",
            "number",
            "The share of healthy customers that show as much evidence in a year; by another rule, that alarm by it.",
        ),
        column("modules", "text", "The items that fell, or that similar customers use more; separated by commas."),
    ]);

    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::Table(self.0))
    }
}

impl Arguments for Declines {
    const NAME: &'static str = "decline";
    const ON_MODEL: bool = false;
    type Output = DeclineTable;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<DeclineTable> {
        let declines = declines(subject, self.as_of, self.period_days, &self.options, watch)?;
        Ok(DeclineTable(decline_table(&declines)))
    }
}

/// The modules behind each alarm of `decline`: one row per module that fell, or that similar customers use more.
///
/// The log is read as by `decline`. Of an alarm the modules that fell come first, the largest loss first.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct DeclineModules {
    /// The end of the last period; nothing later is looked at.
    as_of: Moment,
    /// Civil days in a period, 1 … 366.
    #[serde(default = "week")]
    period_days: u32,
    #[serde(default)]
    options: DeclineOptions,
}

/// The columns of [`DeclineModules`].
pub(super) struct ModulesTable(Table);

impl Output for ModulesTable {
    const KIND: AnswerKind = AnswerKind::Table(&[
        column("customer", "id", "Who."),
        column("alarm_at", "instant", "When the alarm was raised: the end of the period whose count raised it."),
        column("module", "id", "The item."),
        column(
            "reason",
            "word",
            "`fell`: used less since the fall. `used_little`: long used less than by similar customers.",
        ),
        column(
            "per_period",
            "number",
            "Counts per period: since the fall (`fell`), or in all periods seen (`used_little`).",
        ),
        column(
            "expected_per_period",
            "number",
            "Counts per period expected by earlier use, or by that of similar customers.",
        ),
        column("prob_below", "number", "P(the module's level truly lies below what was expected), 0 to 1."),
    ]);

    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::Table(self.0))
    }
}

impl Arguments for DeclineModules {
    const NAME: &'static str = "decline_modules";
    const ON_MODEL: bool = false;
    type Output = ModulesTable;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<ModulesTable> {
        let declines = declines(subject, self.as_of, self.period_days, &self.options, watch)?;
        Ok(ModulesTable(decline_modules_table(&declines)))
    }
}

//! The models of buying and leaving with traits of customers and the calendar.

use serde::Deserialize;

use super::{Answer, AnswerKind, Arguments, Output, Subject, Value, Watch, column, whole};
use crate::churn::{ContextFit, ContextOptions, ContextPurchases};
use crate::error::Result;
use crate::table::Table;
use crate::time::Moment;

/// Fits a model of buying and leaving, as `btyd` does, with traits of customers that may change how often they buy and how soon they
/// leave (Fader & Hardie 2007), and with months and lists of days on which everyone buys more or less often.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct BtydContext {
    /// The instant up to which purchases are known; nothing later is looked at.
    as_of: Moment,
    #[serde(default)]
    options: ContextOptions,
}

impl Arguments for BtydContext {
    const NAME: &'static str = "btyd_context";
    const ON_MODEL: bool = false;
    type Output = Value<ContextFit>;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<Self::Output> {
        let buying =
            ContextPurchases::fit_while(subject.history()?, subject.instant(self.as_of)?, &self.options, whole(watch))?;
        Ok(Value::new(buying.fit_result()))
    }
}

/// What a model of buying and leaving with traits and calendar says about each customer, fitted as by `btyd_context`: one row per
/// customer who has bought by `as_of`, sorted. Listed days to come count.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct BtydContextCustomers {
    /// The instant of prediction, up to which the model is fitted; nothing later is looked at.
    as_of: Moment,
    /// Horizons for which purchases are forecast, days, each 0 < h ≤ 36,500. Default: 28, 84, 364.
    #[serde(default = "horizons")]
    horizons_days: Vec<f64>,
    #[serde(default)]
    options: ContextOptions,
}

fn horizons() -> Vec<f64> {
    vec![28.0, 84.0, 364.0]
}

/// The columns of [`BtydContextCustomers`].
pub(super) struct ContextTable(Table);

impl Output for ContextTable {
    const KIND: AnswerKind = AnswerKind::Table(&[
        column("customer", "id", "Who."),
        column("n_repeats", "count", "Purchase days after the first."),
        column("prob_alive", "number", "P(the customer has not left for good), 0 to 1."),
        column("prob_active_…_days", "number", "P(a purchase within so many days), 0 to 1; one column per horizon."),
        column(
            "expected_purchases_…_days",
            "number",
            "Expected number of purchase days within so many days; one column per horizon.",
        ),
    ]);

    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::Table(self.0))
    }
}

impl Arguments for BtydContextCustomers {
    const NAME: &'static str = "btyd_context_customers";
    const ON_MODEL: bool = false;
    type Output = ContextTable;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<ContextTable> {
        let buying =
            ContextPurchases::fit_while(subject.history()?, subject.instant(self.as_of)?, &self.options, whole(watch))?;
        Ok(ContextTable(buying.table(&self.horizons_days)?))
    }
}

//! The models of buying and leaving on a log.

use serde::Deserialize;

use super::{Answer, AnswerKind, Arguments, Output, Subject, Value, Watch, column};
use crate::churn::{PurchaseFit, PurchaseOptions, Purchases};
use crate::error::Result;
use crate::table::Table;
use crate::time::Timestamp;

/// Fits a model of customers who buy for a while and then leave unseen: BG/NBD, MBG/NBD, Pareto/NBD or (M)BG/CNBD-k, by maximum
/// likelihood.
///
/// For the best calibrated risk use `lapse` of a fitted model, which corrects such a model by what it got wrong before; this one is for
/// those who want the model itself.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Btyd {
    /// The instant up to which purchases are known; nothing later is looked at.
    as_of: Timestamp,
    #[serde(default)]
    options: PurchaseOptions,
}

impl Arguments for Btyd {
    const NAME: &'static str = "btyd";
    const ON_MODEL: bool = false;
    type Output = Value<PurchaseFit>;

    fn run(self, subject: &Subject<'_>, _: Watch<'_>) -> Result<Self::Output> {
        Ok(Value::new(Purchases::fit(subject.history()?, self.as_of, &self.options)?.fit_result()))
    }
}

/// What a model of buying and leaving says about each customer, fitted as by `btyd`: one row per customer who has bought by
/// `as_of`, sorted.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct BtydCustomers {
    /// The instant of prediction, up to which the model is fitted; nothing later is looked at.
    as_of: Timestamp,
    #[serde(default)]
    options: PurchaseOptions,
}

/// The columns of [`BtydCustomers`].
pub(super) struct BtydTable(Table);

impl Output for BtydTable {
    const KIND: AnswerKind = AnswerKind::Table(&[
        column("customer", "id", "Who."),
        column("n_repeats", "count", "Purchase days after the first."),
        column("last_days", "number", "Days from the first purchase to the last."),
        column("observed_days", "number", "Days from the first purchase to `as_of`."),
        column("prob_alive", "number", "P(the customer has not left for good), 0 to 1."),
        column("prob_active_…_days", "number", "P(a purchase within so many days), 0 to 1; one column per horizon."),
        column(
            "expected_purchases_…_days",
            "number",
            "Expected number of purchase days within so many days; one column per horizon.",
        ),
        column(
            "expected_amount",
            "number",
            "Expected amount of a purchase day by Gamma-Gamma; none when the log has no amounts.",
        ),
    ]);

    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::Table(self.0))
    }
}

impl Arguments for BtydCustomers {
    const NAME: &'static str = "btyd_customers";
    const ON_MODEL: bool = false;
    type Output = BtydTable;

    fn run(self, subject: &Subject<'_>, _: Watch<'_>) -> Result<BtydTable> {
        Ok(BtydTable(Purchases::fit(subject.history()?, self.as_of, &self.options)?.table()))
    }
}

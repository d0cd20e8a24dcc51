//! The models of buying and leaving on a log.

use serde::Deserialize;

use super::{Answer, AnswerKind, Arguments, Output, Subject, Value, Watch, column, whole};
use crate::churn::{PurchaseFit, PurchaseOptions, PurchaseTableOptions, Purchases};
use crate::error::Result;
use crate::progress::Progress;
use crate::table::Table;
use crate::time::Moment;

/// Fits a model of customers who buy for a while and then leave unseen: BG/NBD, MBG/NBD, Pareto/NBD or (M)BG/CNBD-k, by maximum
/// likelihood.
///
/// For the best calibrated risk use `lapse` of a fitted model, which corrects such a model by what it got wrong before; this one is for
/// those who want the model itself. The answer holds a text, `fitted`, with which the other calls of this family use this fit instead of
/// making their own, also on a later day.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Btyd {
    /// The instant up to which purchases are known; nothing later is looked at.
    as_of: Moment,
    #[serde(default)]
    options: PurchaseOptions,
}

impl Arguments for Btyd {
    const NAME: &'static str = "btyd";
    const ON_MODEL: bool = false;
    type Output = Value<PurchaseFit>;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<Self::Output> {
        Ok(Value::new(
            Purchases::fit_while(subject.history()?, subject.instant(self.as_of)?, &self.options, whole(watch))?
                .fit_result()?,
        ))
    }
}

/// What a model of buying and leaving says about each customer, fitted as by `btyd`: one row per customer who has bought by
/// `as_of`, sorted.
///
/// Columns that take time come when they are asked for: probabilities of counts, days to the next purchase, discounted values, and
/// intervals.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct BtydCustomers {
    /// The instant of prediction, up to which the model is fitted; nothing later is looked at.
    as_of: Moment,
    /// What `btyd` answered as `fitted`, for `as_of` or before: it is used, with its family, and nothing is fitted. Default: none.
    #[serde(default)]
    fitted: Option<String>,
    #[serde(default)]
    options: PurchaseOptions,
    #[serde(default)]
    tell: PurchaseTableOptions,
}

/// A fit, made now or kept.
pub(super) fn buying<'a>(
    subject: &Subject<'a>,
    as_of: Moment,
    options: &PurchaseOptions,
    fitted: Option<&str>,
    go_on: impl FnMut(Progress) -> bool,
) -> Result<Purchases<'a>> {
    let as_of = subject.instant(as_of)?;
    match fitted {
        Some(text) => Purchases::from_fitted(subject.history()?, as_of, options, text),
        None => Purchases::fit_while(subject.history()?, as_of, options, go_on),
    }
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
        column(
            "prob_count_…_in_…_days",
            "number",
            "P(exactly so many purchase days within so many days), 0 to 1; one column per number of `prob_counts` and horizon.",
        ),
        column(
            "expected_purchases_low_…_days",
            "number",
            "With `interval`: lower end for the expected number of purchase days, by the doubt about the parameters.",
        ),
        column("expected_purchases_high_…_days", "number", "Its upper end."),
        column(
            "purchases_low_…_days",
            "number",
            "With `interval`: lower end for the number of purchase days itself, by chance and the doubt about the parameters.",
        ),
        column("purchases_high_…_days", "number", "Its upper end."),
        column(
            "next_purchase_p…_days",
            "number",
            "Days within which the next purchase comes with so many per cent probability; none when that may never be. One column \
             per share of `next_purchase_quantiles`.",
        ),
        column(
            "expected_lifetime_value_…_days",
            "number",
            "Expected discounted amount of the purchase days within so many days, in the amounts' currency; \
             none when the log has no amounts. One column per number of `lifetime_days`.",
        ),
        column(
            "expected_lifetime_value_low_…_days",
            "number",
            "With `interval`: lower end for the expected amount, by the doubt about buying and leaving, not about amounts.",
        ),
        column("expected_lifetime_value_high_…_days", "number", "Its upper end."),
        column(
            "lifetime_value_low_…_days",
            "number",
            "With `interval`: lower end for the discounted amount itself, by that doubt and by chance in the number of purchase days.",
        ),
        column("lifetime_value_high_…_days", "number", "Its upper end."),
    ]);

    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::Table(self.0))
    }
}

impl Arguments for BtydCustomers {
    const NAME: &'static str = "btyd_customers";
    const ON_MODEL: bool = false;
    type Output = BtydTable;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<BtydTable> {
        self.tell.validate()?;
        // A fit is taken to be half of the work.
        let fits = if self.fitted.is_none() { 0.5 } else { 0.0 };
        let go_on = |p: Progress| watch(p.stage, fits * p.overall());
        let buying = buying(subject, self.as_of, &self.options, self.fitted.as_deref(), go_on)?;
        let go_on = |p: Progress| watch(p.stage, fits + (1.0 - fits) * p.overall());
        Ok(BtydTable(buying.table_while(&self.tell, go_on)?))
    }
}

//! The models of buying and leaving on a log: one fit, and what it says about each customer. Time is in days.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::btyd::{CustomerSummary, Family, GammaGamma, PurchaseModel};
use super::buying_kept::{Restored, restored};
use super::visits::Visits;
use crate::error::{Error, ErrorCode, Result};
use crate::history::HistoryView;
use crate::lists::check_list;
use crate::progress::{Progress, Stage, Watch};
use crate::replenish::AsOf;
use crate::time::Timestamp;

/// Customers handled by one task.
const CUSTOMERS_PER_TASK: u32 = 1024;
/// The longest horizon: a hundred years.
pub(super) const MAX_DAYS: f64 = 36_500.0;

/// What to fit, and what to tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct PurchaseOptions {
    /// How customers buy and leave. Default: `mbg_cnbd`, which fits most logs best.
    pub family: Family,
    /// Horizons for which purchases are forecast, days, each 0 < h ≤ 36,500. Default: 28, 84, 364.
    pub horizons_days: Vec<f64>,
}

impl Default for PurchaseOptions {
    fn default() -> Self {
        Self { family: Family::MbgCnbd, horizons_days: vec![28.0, 84.0, 364.0] }
    }
}

impl PurchaseOptions {
    /// Checks every option.
    ///
    /// # Errors
    /// `invalid_options` naming the option, the value given and the values allowed.
    pub fn validate(&self) -> Result<()> {
        check_horizons(&self.horizons_days)
    }
}

pub(super) fn check_horizons(horizons_days: &[f64]) -> Result<()> {
    let allowed = format!("numbers above 0 and up to {MAX_DAYS}");
    check_list("horizons_days", horizons_days, &allowed, |days| *days > 0.0 && *days <= MAX_DAYS)
}

/// Everyone's purchases as a model of buying and leaving sees them.
///
/// ```
/// use beforehand::churn::{PurchaseOptions, Purchases};
/// use beforehand::{Event, History, IngestOptions, Timestamp};
/// let start: Timestamp = "2025-01-01".parse()?;
/// let events = (0..40).flat_map(|c| (0..3 + c % 9).map(move |n| {
///     Event::purchase(format!("c{c}"), "coffee", start.plus_days(f64::from(c + n * (9 + c % 5))))
/// }));
/// let (history, _) = History::from_events(events, &IngestOptions::default())?;
/// let as_of: Timestamp = "2025-07-01".parse()?;
/// let buying = Purchases::fit(&history, as_of, &PurchaseOptions::default())?;
/// let fit = buying.fit_result()?;
/// println!("{:?}", fit.parameters);
/// let table = buying.table();
/// assert_eq!(table.n_rows(), 40);
/// // What was fitted is kept, and says something about a later day.
/// let later = as_of.plus_days(30.0);
/// let scored = Purchases::from_fitted(&history, later, &PurchaseOptions::default(), &fit.fitted)?;
/// assert_eq!(scored.fit_result()?.parameters, fit.parameters);
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Purchases<'a> {
    view: HistoryView<'a>,
    as_of: AsOf,
    options: PurchaseOptions,
    customers: Vec<u32>,
    summaries: Vec<CustomerSummary>,
    model: PurchaseModel,
    spend: Option<GammaGamma>,
    fitted_at: Timestamp,
}

impl<'a> Purchases<'a> {
    /// Fits the family to everyone's purchase days up to `as_of`; nothing later is looked at. The same for any order of
    /// rows and number of threads, bit for bit.
    ///
    /// # Errors
    /// `invalid_options`; `empty_data` when nobody bought by `as_of`.
    pub fn fit(history: impl Into<HistoryView<'a>>, as_of: Timestamp, options: &PurchaseOptions) -> Result<Self> {
        Self::fit_while(history, as_of, options, |_| true)
    }

    /// As [`Self::fit`], telling `go_on` how far the work is; when it answers `false`, the work stops.
    ///
    /// # Errors
    /// As [`Self::fit`], and `cancelled`.
    pub fn fit_while(
        history: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
        options: &PurchaseOptions,
        mut go_on: impl FnMut(Progress) -> bool,
    ) -> Result<Self> {
        let (view, at, (customers, summaries)) = known(history.into(), as_of, options)?;
        let mut watch = Watch::new(&mut go_on, Stage::LearnPurchases);
        let model = watch.passes(|goes_on| PurchaseModel::fit_passes(&summaries, options.family, goes_on))??;
        // Without amounts there is nothing to fit.
        let spend = GammaGamma::fit(&summaries).ok();
        Ok(Self { view, as_of: at, options: options.clone(), customers, summaries, model, spend, fitted_at: as_of })
    }

    /// Everyone's purchases up to `as_of` as an earlier fit sees them: `fitted` is what [`PurchaseFit`](super::PurchaseFit) holds.
    /// Nothing is fitted, and `options.family` is not used. With the log and the instant of the fit every answer is the same, bit for
    /// bit.
    ///
    /// # Errors
    /// `invalid_options` for a text that no fit gave (field `fitted`) and for an instant before the fit's, which knows what happened in
    /// between (field `as_of`); else as [`Self::fit`].
    pub fn from_fitted(
        history: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
        options: &PurchaseOptions,
        fitted: &str,
    ) -> Result<Self> {
        let Restored { fitted_at, model, spend } = restored(fitted)?;
        if as_of < fitted_at {
            let message =
                format!("as_of {as_of} is before {fitted_at}, up to which was fitted; give that or a later one");
            return Err(Error::options("as_of", message));
        }
        let (view, at, (customers, summaries)) = known(history.into(), as_of, options)?;
        Ok(Self { view, as_of: at, options: options.clone(), customers, summaries, model, spend, fitted_at })
    }

    /// The model.
    pub fn model(&self) -> &PurchaseModel {
        &self.model
    }

    pub(super) fn view(&self) -> &HistoryView<'a> {
        &self.view
    }

    pub(super) fn as_of(&self) -> AsOf {
        self.as_of
    }

    /// The instant up to which the model was fitted.
    pub(super) fn fitted_at(&self) -> Timestamp {
        self.fitted_at
    }

    pub(super) fn options(&self) -> &PurchaseOptions {
        &self.options
    }

    /// Codes of the customers known.
    pub(super) fn customers(&self) -> &[u32] {
        &self.customers
    }

    /// What is known of them.
    pub(super) fn summaries(&self) -> &[CustomerSummary] {
        &self.summaries
    }

    /// How much they spend; none when no amounts are known.
    pub(super) fn spend(&self) -> Option<&GammaGamma> {
        self.spend.as_ref()
    }
}

/// Codes of the customers known, and their summaries.
type Known = (Vec<u32>, Vec<CustomerSummary>);

/// Who has bought by an instant; somebody has.
fn known<'a>(
    view: HistoryView<'a>,
    as_of: Timestamp,
    options: &PurchaseOptions,
) -> Result<(HistoryView<'a>, AsOf, Known)> {
    options.validate()?;
    let at = AsOf::new(view.history, as_of);
    let known = summaries(&view, at);
    if known.0.is_empty() {
        return Err(nobody(as_of));
    }
    Ok((view, at, known))
}

/// What a fit is refused with to which nobody's purchases are known.
pub(super) fn nobody(as_of: Timestamp) -> Error {
    let message = format!("nobody bought anything up to as_of {as_of}; look at a later as_of");
    Error::new(ErrorCode::EmptyData, message).with_field("as_of")
}

/// Everyone's summary at an instant, in days, by customer.
fn summaries(view: &HistoryView<'_>, at: AsOf) -> Known {
    let end = view.customers.end;
    let part = |start: u32| {
        let mut visits = Visits::default();
        let mut out = Vec::new();
        for customer in start..end.min(start.saturating_add(CUSTOMERS_PER_TASK)) {
            visits.load(view.history, customer, at);
            let Some(first) = visits.list.first() else { continue };
            let times: Vec<f64> = visits.list.iter().map(|v| f64::from(v.day - first.day)).collect();
            let summary = CustomerSummary::from_times(&times, f64::from(at.day - first.day));
            // A day with an amount that is unknown has an unknown sum.
            let priced = || visits.list[1..].iter().filter(|v| v.is_priced);
            let n = priced().count();
            let mean = priced().map(|v| v.amount).sum::<f64>() / n.max(1) as f64;
            let is_known = mean.is_finite() && mean > 0.0;
            out.push((customer, if is_known { summary.mean_value(mean).n_values(n as u32) } else { summary }));
        }
        out
    };
    let tasks: Vec<u32> = view.customers.clone().step_by(CUSTOMERS_PER_TASK as usize).collect();
    let parts: Vec<Vec<(u32, CustomerSummary)>> = tasks.into_par_iter().map(part).collect();
    parts.into_iter().flatten().unzip()
}

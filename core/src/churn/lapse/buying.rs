//! The models of buying and leaving on a log: one fit, and what it says about each customer. Time is in days.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::btyd::{CustomerSummary, Family, FitStatus, GammaGamma, Parameter, PurchaseModel};
use super::visits::Visits;
use crate::error::{Error, ErrorCode, Result};
use crate::history::HistoryView;
use crate::replenish::AsOf;
use crate::table::{Column, Table};
use crate::time::Timestamp;

/// Customers handled by one task.
const CUSTOMERS_PER_TASK: u32 = 1024;
/// The longest horizon: a hundred years.
const MAX_DAYS: f64 = 36_500.0;

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
        match self.horizons_days.iter().find(|h| !(**h > 0.0 && **h <= MAX_DAYS)) {
            Some(h) => {
                let message = format!("horizons_days holds {h}; allowed are numbers above 0 and up to {MAX_DAYS}");
                Err(Error::options("horizons_days", message))
            }
            None => Ok(()),
        }
    }
}

/// A model of buying and leaving fitted to a log: parameters, how sure they are, and how the fit ended. Time is in days, purchases are
/// days with a purchase.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PurchaseFit {
    /// How customers buy and leave.
    pub family: Family,
    /// The regularity of gaps: 1 = random, larger = more regular, up to 8.
    pub k: u8,
    /// The parameters, in the order of the family's paper.
    pub parameters: Vec<PurchaseParameter>,
    /// The log-likelihood, without constants that do not depend on the parameters; none when nobody bought twice.
    pub log_likelihood: Option<f64>,
    /// How the fit ended.
    pub status: FitStatus,
    /// What to do about it.
    pub advice: String,
    /// Customers with a purchase by the instant.
    pub n_customers: u64,
    /// Their purchase days after the first.
    pub n_repeats: u64,
    /// How much customers spend on a purchase day, by Gamma-Gamma (Fader & Hardie 2013); none when the log has no amounts.
    pub spend: Option<SpendFit>,
}

/// One parameter of a fitted model.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PurchaseParameter {
    /// As in the papers: r, alpha, and a, b or s, beta. `alpha` and `beta` are days.
    pub name: String,
    /// The estimate, positive.
    pub estimate: f64,
    /// Its standard error by the delta method; none when nothing was fitted.
    pub standard_error: Option<f64>,
}

/// How much customers spend, by Gamma-Gamma.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SpendFit {
    /// Shape of a customer's amounts: the larger, the more alike they are.
    pub p: f64,
    /// Shape of the customers' means, above 1: the larger, the more alike customers are.
    pub q: f64,
    /// Scale, in the amounts' currency.
    pub gamma: f64,
    /// How the fit ended.
    pub status: FitStatus,
    /// What a new customer is expected to spend on a purchase day, in the amounts' currency.
    pub expected_amount: f64,
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
/// println!("{:?}", buying.fit_result().parameters);
/// let table = buying.table();
/// assert_eq!(table.n_rows(), 40);
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
}

impl<'a> Purchases<'a> {
    /// Fits the family to everyone's purchase days up to `as_of`; nothing later is looked at. The same for any order of
    /// rows and number of threads, bit for bit.
    ///
    /// # Errors
    /// `invalid_options`; `empty_data` when nobody bought by `as_of`.
    pub fn fit(history: impl Into<HistoryView<'a>>, as_of: Timestamp, options: &PurchaseOptions) -> Result<Self> {
        options.validate()?;
        let view = history.into();
        let at = AsOf { us: as_of.as_micros(), day: view.history.day_of(as_of) };
        let (customers, summaries) = summaries(&view, at);
        if customers.is_empty() {
            let message = format!("nobody bought anything up to as_of {as_of}; look at a later as_of");
            return Err(Error::new(ErrorCode::EmptyData, message).with_field("as_of"));
        }
        let model = PurchaseModel::fit(&summaries, options.family)?;
        // Without amounts there is nothing to fit.
        let spend = GammaGamma::fit(&summaries).ok();
        Ok(Self { view, as_of: at, options: options.clone(), customers, summaries, model, spend })
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

    /// Codes of the customers known.
    pub(super) fn customers(&self) -> &[u32] {
        &self.customers
    }

    /// The fit as plain data.
    pub fn fit_result(&self) -> PurchaseFit {
        let known = |x: f64| x.is_finite().then_some(x);
        let parameter = |p: Parameter| PurchaseParameter {
            name: p.name.to_owned(),
            estimate: p.estimate,
            standard_error: known(p.standard_error),
        };
        PurchaseFit {
            family: self.model.family(),
            k: self.model.k(),
            parameters: self.model.parameters().map(parameter).to_vec(),
            log_likelihood: known(self.model.log_likelihood()),
            status: self.model.status(),
            advice: self.model.status().advice().to_owned(),
            n_customers: self.customers.len() as u64,
            n_repeats: self.summaries.iter().map(|s| u64::from(s.n_repeats)).sum(),
            spend: self.spend.as_ref().map(|s| SpendFit {
                p: s.p,
                q: s.q,
                gamma: s.gamma,
                status: s.status,
                expected_amount: s.expected_value(0, 0.0),
            }),
        }
    }

    /// One row per customer: `customer`, `n_repeats`, `last_days` and `observed_days` since the first purchase, `prob_alive`,
    /// then `prob_active_…_days` and `expected_purchases_…_days` for each horizon, `expected_amount`.
    pub fn table(&self) -> Table {
        let of = |f: &(dyn Fn(&CustomerSummary) -> f64 + Sync)| -> Column {
            Column::Doubles(self.summaries.par_iter().with_min_len(64).map(f).collect())
        };
        let mut table = Table::default()
            .with("customer", Column::of_ids(self.view.history().customers(), &self.customers))
            .with("n_repeats", Column::Counts(self.summaries.iter().map(|s| s.n_repeats).collect()))
            .with("last_days", of(&|s| s.t_last))
            .with("observed_days", of(&|s| s.t_observed))
            .with("prob_alive", of(&|s| self.model.prob_alive(s)));
        for &days in &self.options.horizons_days {
            table = table.with(format!("prob_active_{days}_days"), of(&|s| self.model.prob_active(s, days)));
        }
        for &days in &self.options.horizons_days {
            let name = format!("expected_purchases_{days}_days");
            table = table.with(name, of(&|s| self.model.expected_purchases(s, days)));
        }
        let amount = |s: &CustomerSummary| match (&self.spend, s.mean_value) {
            (None, _) => f64::NAN,
            (Some(spend), Some(mean)) => spend.expected_value(s.n_valued(), mean),
            (Some(spend), None) => spend.expected_value(0, 0.0),
        };
        table.with("expected_amount", of(&amount))
    }
}

/// Everyone's summary at an instant, in days, by customer.
fn summaries(view: &HistoryView<'_>, at: AsOf) -> (Vec<u32>, Vec<CustomerSummary>) {
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

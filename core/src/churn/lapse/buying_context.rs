//! The models of buying and leaving with traits of customers and the calendar, on a log. Time is in days.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::btyd::{Buyer, Calendar, Context, ContextModel, Effect, EffectOn, Family, FitStatus};
use super::buying::nobody;
use super::buying_fit::{PurchaseParameter, known};
use super::visits::Visits;
use crate::error::{Error, Result};
use crate::event::EventId;
use crate::history::HistoryView;
use crate::progress::{Progress, Stage, Watch};
use crate::replenish::AsOf;
use crate::table::{Column, Table};
use crate::time::Timestamp;

/// What is known of customers beside their purchases, and of the calendar. By default nothing, and the model is the plain one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ContextOptions {
    /// How customers buy and leave. Default: `mbg_cnbd`, which fits most logs best. No calendar with `pareto_nbd`.
    pub family: Family,
    /// Whose traits `traits` holds, in its order, by the identifiers in the log; each once. Customers of the log who are missing here
    /// count as average, those who are not in the log as nothing. Default: nobody's.
    pub trait_customers: Vec<EventId>,
    /// Traits that do not change, as columns by name: a number per customer of `trait_customers`, categories as 0 and 1, none where
    /// unknown, which counts as the mean. Default: none.
    pub traits: BTreeMap<String, Vec<Option<f64>>>,
    /// Names of traits that may change how often a customer buys, at most 100. Default: all of them.
    pub buying: Option<Vec<String>>,
    /// Names of traits that may change how soon a customer leaves, at most 100. Default: all of them.
    pub leaving: Option<Vec<String>>,
    /// Whether each month of the year has an effect on how often everyone buys. Default: no; it takes logs of more than a year.
    pub has_months: bool,
    /// Lists of days by name, such as holidays of one kind or the days of promotions, as `2025-12-24`; each list has an effect on how
    /// often everyone buys. List coming days too. At most 100 lists. Default: none.
    pub special_days: BTreeMap<String, Vec<String>>,
}

impl Default for ContextOptions {
    fn default() -> Self {
        Self {
            family: Family::MbgCnbd,
            trait_customers: Vec::new(),
            traits: BTreeMap::new(),
            buying: None,
            leaving: None,
            has_months: false,
            special_days: BTreeMap::new(),
        }
    }
}

/// A model of buying and leaving with traits and calendar: the average customer's parameters, and effects. Time is in days.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ContextFit {
    /// How customers buy and leave.
    pub family: Family,
    /// The regularity of gaps: 1 = random, larger = more regular, up to 8.
    pub k: u8,
    /// The parameters of a customer of mean traits, on days without effects, in the order of the family's paper.
    pub parameters: Vec<PurchaseParameter>,
    /// The effects: traits on buying, traits on leaving, months, lists of days.
    pub effects: Vec<ContextEffect>,
    /// The log-likelihood, comparable with that of `btyd`: twice the difference is about χ² distributed if the effects are none. None
    /// when nobody bought twice.
    pub log_likelihood: Option<f64>,
    /// How the fit ended.
    pub status: FitStatus,
    /// What to do about it.
    pub advice: String,
    /// Customers with a purchase by the instant.
    pub n_customers: u64,
}

/// What a trait, a month or a list of days changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ContextEffect {
    /// The trait, the month (`january` … `december`) or the list of days.
    pub name: String,
    /// What it acts on.
    pub on: EffectOn,
    /// Per unit of the trait, or on such days: the logarithm of a factor, or what is added to log-odds; see `on`. 0 for a trait that is
    /// the same for everyone.
    pub coefficient: f64,
    /// Its standard error; none for a trait that is the same for everyone, and at the end of the coefficient's range.
    pub standard_error: Option<f64>,
}

impl From<&Effect> for ContextEffect {
    fn from(e: &Effect) -> Self {
        let standard_error = known(e.standard_error);
        Self { name: e.name.clone(), on: e.on, coefficient: e.coefficient, standard_error }
    }
}

/// Everyone's purchases as a model with traits and calendar sees them.
///
/// ```
/// use beforehand::churn::{ContextOptions, ContextPurchases};
/// use beforehand::{Event, History, IngestOptions, Timestamp};
/// // Every third customer is a company and buys about twice as often.
/// let start: Timestamp = "2025-01-01".parse()?;
/// let events = (0..60).flat_map(|c| (0..3 + c % 8).map(move |n| {
///     let gap = if c % 3 == 0 { 5 } else { 11 } + c % 4;
///     Event::purchase(i64::from(c), "coffee", start.plus_days(f64::from(c + n * gap)))
/// }));
/// let (history, _) = History::from_events(events, &IngestOptions::default())?;
/// let options = ContextOptions {
///     trait_customers: (0..60i64).map(Into::into).collect(),
///     traits: [("is_company".to_owned(), (0..60).map(|c| Some(f64::from(u8::from(c % 3 == 0)))).collect())].into(),
///     ..ContextOptions::default()
/// };
/// let buying = ContextPurchases::fit(&history, "2025-07-01".parse()?, &options)?;
/// assert!(buying.fit_result().effects[0].coefficient > 0.3, "companies buy more often");
/// assert_eq!(buying.table(&[28.0])?.n_rows(), 60);
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ContextPurchases<'a> {
    view: HistoryView<'a>,
    customers: Vec<u32>,
    buyers: Vec<Buyer>,
    model: ContextModel,
}

impl<'a> ContextPurchases<'a> {
    /// Fits to everyone's purchase days up to `as_of`; nothing later is looked at.
    ///
    /// # Errors
    /// `invalid_options` for traits and calendars that cannot be; `empty_data` when nobody bought by `as_of`; `invalid_data` for days
    /// before 1903 or after 2199.
    pub fn fit(history: impl Into<HistoryView<'a>>, as_of: Timestamp, options: &ContextOptions) -> Result<Self> {
        Self::fit_while(history, as_of, options, |_| true)
    }

    /// As [`Self::fit`], telling `go_on` how far the work is; when it answers `false`, the work stops.
    ///
    /// # Errors
    /// As [`Self::fit`], and `cancelled`.
    pub fn fit_while(
        history: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
        options: &ContextOptions,
        mut go_on: impl FnMut(Progress) -> bool,
    ) -> Result<Self> {
        let view = history.into();
        let context = options.context()?;
        let rows = options.rows(&view)?;
        let at = AsOf::new(view.history, as_of);
        let columns = |names: &[String]| -> Vec<&Vec<Option<f64>>> {
            names.iter().filter_map(|name| options.traits.get(name)).collect()
        };
        let (buying, leaving) = (columns(&context.buying), columns(&context.leaving));
        let (mut customers, mut buyers, mut visits) = (Vec::new(), Vec::new(), Visits::default());
        for customer in view.customers.clone() {
            visits.load(view.history, customer, at);
            if visits.list.is_empty() {
                continue;
            }
            let row = rows.get(&customer);
            let of = |columns: &[&Vec<Option<f64>>]| -> Vec<f64> {
                columns.iter().map(|column| row.and_then(|&row| column[row]).unwrap_or(f64::NAN)).collect()
            };
            let days = visits.list.iter().map(|v| v.day).collect();
            customers.push(customer);
            buyers.push(Buyer::new(days, at.day).traits(of(&buying), of(&leaving)));
        }
        if buyers.is_empty() {
            return Err(nobody(as_of));
        }
        let mut watch = Watch::new(&mut go_on, Stage::LearnPurchases);
        let fit = |goes_on: &dyn Fn() -> bool| ContextModel::fit_passes(&buyers, options.family, &context, goes_on);
        let model = watch.passes(fit)?.map_err(|e| match e.field() {
            Some("calendar") => e.with_field(if options.has_months { "has_months" } else { "special_days" }),
            _ => e,
        })?;
        Ok(Self { view, customers, buyers, model })
    }

    /// The model.
    pub fn model(&self) -> &ContextModel {
        &self.model
    }

    /// The fit as plain data.
    pub fn fit_result(&self) -> ContextFit {
        let (average, status) = (self.model.average(), self.model.status());
        let log_likelihood = self.model.log_likelihood();
        ContextFit {
            family: average.family(),
            k: average.k(),
            parameters: average.parameters().map(PurchaseParameter::from).to_vec(),
            effects: self.model.effects().iter().map(ContextEffect::from).collect(),
            log_likelihood: known(log_likelihood),
            status,
            advice: status.advice().to_owned(),
            n_customers: self.buyers.len() as u64,
        }
    }

    /// One row per customer: `customer`, `n_repeats`, `prob_alive`, then `prob_active_…_days` and `expected_purchases_…_days` for each
    /// horizon. Days, each checked as by [`PurchaseOptions`](super::PurchaseOptions).
    ///
    /// # Errors
    /// `invalid_options` for a horizon out of range.
    pub fn table(&self, horizons_days: &[f64]) -> Result<Table> {
        super::buying::check_horizons(horizons_days)?;
        let of = |f: &(dyn Fn(&Buyer) -> Result<f64> + Sync)| -> Result<Column> {
            let values: Result<Vec<f64>> = self.buyers.par_iter().with_min_len(16).map(f).collect();
            values.map(Column::Doubles)
        };
        let mut table = Table::default()
            .with("customer", Column::of_ids(self.view.history().customers(), &self.customers))
            .with("n_repeats", Column::Counts(self.buyers.iter().map(Buyer::n_repeats).collect()))
            .with("prob_alive", of(&|b| self.model.prob_alive(b))?);
        for &days in horizons_days {
            table = table.with(format!("prob_active_{days}_days"), of(&|b| self.model.prob_active(b, days))?);
        }
        for &days in horizons_days {
            let expected = of(&|b| self.model.expected_purchases(b, days))?;
            table = table.with(format!("expected_purchases_{days}_days"), expected);
        }
        Ok(table)
    }
}

impl ContextOptions {
    /// The context of these names and days.
    fn context(&self) -> Result<Context> {
        let n = self.trait_customers.len();
        if let Some((name, column)) = self.traits.iter().find(|(_, column)| column.len() != n) {
            let message = format!("{name} holds {} values for {n} trait_customers; give one for each", column.len());
            return Err(Error::options("traits", message));
        }
        let names = |field: &str, chosen: &Option<Vec<String>>| -> Result<Vec<String>> {
            let Some(chosen) = chosen else { return Ok(self.traits.keys().cloned().collect()) };
            match chosen.iter().find(|name| !self.traits.contains_key(*name)) {
                Some(name) => {
                    Err(Error::options(field, format!("{field} names {name:?}; give names of columns in traits")))
                }
                None => Ok(chosen.clone()),
            }
        };
        let (buying, leaving) = (names("buying", &self.buying)?, names("leaving", &self.leaving)?);
        let mut calendar = if self.has_months { Calendar::default().months() } else { Calendar::default() };
        for (name, days) in &self.special_days {
            calendar = calendar.days(name.clone(), days).map_err(|e| e.with_field("special_days"))?;
        }
        Ok(Context { buying, leaving, calendar })
    }

    /// The row of each customer's traits, by the customer's code.
    fn rows(&self, view: &HistoryView<'_>) -> Result<BTreeMap<u32, usize>> {
        let known = view.history().customers();
        let mut out = BTreeMap::new();
        for (row, customer) in self.trait_customers.iter().enumerate() {
            let id = customer.as_id();
            if known.code(id).is_some_and(|code| out.insert(code, row).is_some()) {
                let message = format!("trait_customers names {id} twice; give each customer once");
                return Err(Error::options("trait_customers", message));
            }
        }
        Ok(out)
    }
}

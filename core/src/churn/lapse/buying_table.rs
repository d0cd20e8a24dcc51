//! What a model of buying and leaving says about each customer: the columns that cost nothing, and those that are asked for.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::btyd::{CustomerSummary, GammaGamma};
use super::buying::{MAX_DAYS, Purchases};
use crate::error::{Error, Result};
use crate::lists::check_list;
use crate::progress::{Progress, Stage, Watch};
use crate::table::{Column, Table};

/// Values in a list of options at most, and the largest number of purchases.
const MAX_VALUES: usize = 100;
const MAX_COUNT: u32 = 1000;
/// Customers per thread between two looks at whether to go on.
const CUSTOMERS_PER_LOOK: usize = 8;
const DAYS_PER_YEAR: f64 = 365.25;

/// What to tell of each customer beside what is always told. By default nothing, as most of it takes time: intervals take some two hundred
/// times as long as what they are about.
///
/// ```
/// use beforehand::churn::PurchaseTableOptions;
/// let options = PurchaseTableOptions { prob_counts: vec![0, 1, 2], interval: Some(0.8), ..PurchaseTableOptions::default() };
/// assert!(options.validate().is_ok());
/// assert!(PurchaseTableOptions { interval: Some(80.0), ..options }.validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct PurchaseTableOptions {
    /// Numbers of purchase days, 0 … 1,000, each a column P(exactly so many) per horizon. Default: none.
    pub prob_counts: Vec<u32>,
    /// Shares in which the next purchase has come, 0 < p < 1, each a column of the days that takes. Default: none.
    pub next_purchase_quantiles: Vec<f64>,
    /// Days, each 0 < d ≤ 36,500, over which each customer's discounted value is told. It needs amounts. Default: none.
    pub lifetime_days: Vec<f64>,
    /// What a value a year away is worth less, 0 … 10: 0.1 divides it by 1.1. Default: 0.1, what capital is often said to cost.
    pub discount_per_year: f64,
    /// The probability with which intervals hold, 0 < p < 1, say 0.8; with it come intervals of purchases and of lifetime values, doubt
    /// about the parameters included. They take time: some tenths of a millisecond a customer, for lifetime values some milliseconds, and
    /// ten times as long or more with `pareto_nbd`. Default: none.
    pub interval: Option<f64>,
}

impl Default for PurchaseTableOptions {
    fn default() -> Self {
        Self {
            prob_counts: Vec::new(),
            next_purchase_quantiles: Vec::new(),
            lifetime_days: Vec::new(),
            discount_per_year: 0.1,
            interval: None,
        }
    }
}

/// A list of at most 100 different values, all allowed.
fn check<T: PartialEq + std::fmt::Display>(
    name: &str,
    list: &[T],
    allowed: &str,
    is_allowed: impl Fn(&T) -> bool,
) -> Result<()> {
    if list.len() > MAX_VALUES {
        let message = format!("{name} holds {} values; allowed are {MAX_VALUES}", list.len());
        return Err(Error::options(name, message));
    }
    check_list(name, list, allowed, is_allowed)
}

impl PurchaseTableOptions {
    /// Checks every option.
    ///
    /// # Errors
    /// `invalid_options` naming the option, the value given and the values allowed.
    pub fn validate(&self) -> Result<()> {
        let share = |p: &f64| *p > 0.0 && *p < 1.0;
        check("prob_counts", &self.prob_counts, "whole numbers from 0 to 1000", |n| *n <= MAX_COUNT)?;
        check("next_purchase_quantiles", &self.next_purchase_quantiles, "numbers between 0 and 1", share)?;
        let days = "numbers above 0 and up to 36500";
        check("lifetime_days", &self.lifetime_days, days, |d| *d > 0.0 && *d <= MAX_DAYS)?;
        check("interval", self.interval.as_slice(), "numbers between 0 and 1", share)?;
        check("discount_per_year", &[self.discount_per_year], "numbers from 0 to 10", |d| (0.0..=10.0).contains(d))
    }

    /// Whether a column is asked for.
    fn is_nothing(&self) -> bool {
        let Self { prob_counts, next_purchase_quantiles, lifetime_days, discount_per_year: _, interval } = self;
        prob_counts.is_empty() && next_purchase_quantiles.is_empty() && lifetime_days.is_empty() && interval.is_none()
    }

    /// The names of the columns, in the order in which [`Purchases::told`] tells them.
    fn names(&self, horizons_days: &[f64]) -> Vec<String> {
        let mut out = Vec::new();
        for days in horizons_days {
            out.extend(self.prob_counts.iter().map(|n| format!("prob_count_{n}_in_{days}_days")));
            if self.interval.is_some() {
                let ends = ["expected_purchases_low", "expected_purchases_high", "purchases_low", "purchases_high"];
                out.extend(ends.map(|end| format!("{end}_{days}_days")));
            }
        }
        // 0.07 · 100 is not 7 to the last bit.
        let percent = |q: f64| (q * 1e10).round() / 1e8;
        out.extend(self.next_purchase_quantiles.iter().map(|q| format!("next_purchase_p{}_days", percent(*q))));
        for days in &self.lifetime_days {
            out.push(format!("expected_lifetime_value_{days}_days"));
            if self.interval.is_some() {
                let ends = ["expected_lifetime_value_low", "expected_lifetime_value_high"];
                out.extend(ends.map(|end| format!("{end}_{days}_days")));
                out.extend(["low", "high"].map(|end| format!("lifetime_value_{end}_{days}_days")));
            }
        }
        out
    }
}

impl Purchases<'_> {
    /// One row per customer: `customer`, `n_repeats`, `last_days` and `observed_days` since the first purchase, `prob_alive`,
    /// then `prob_active_…_days` and `expected_purchases_…_days` for each horizon, `expected_amount`.
    pub fn table(&self) -> Table {
        let of = |f: &(dyn Fn(&CustomerSummary) -> f64 + Sync)| -> Column {
            Column::Doubles(self.summaries().par_iter().with_min_len(64).map(f).collect())
        };
        let model = self.model();
        let mut table = Table::default()
            .with("customer", Column::of_ids(self.view().history().customers(), self.customers()))
            .with("n_repeats", Column::Counts(self.summaries().iter().map(|s| s.n_repeats).collect()))
            .with("last_days", of(&|s| s.t_last))
            .with("observed_days", of(&|s| s.t_observed))
            .with("prob_alive", of(&|s| model.prob_alive(s)));
        for &days in &self.options().horizons_days {
            table = table.with(format!("prob_active_{days}_days"), of(&|s| model.prob_active(s, days)));
        }
        for &days in &self.options().horizons_days {
            let name = format!("expected_purchases_{days}_days");
            table = table.with(name, of(&|s| model.expected_purchases(s, days)));
        }
        table.with("expected_amount", of(&|s| self.amount(s)))
    }

    /// [`Self::table`], with the columns that `options` ask for behind it.
    ///
    /// Per horizon `prob_count_…_in_…_days` for each number, and with an interval `expected_purchases_low_…_days` and `…_high_…` (doubt
    /// about the parameters), `purchases_low_…_days` and `…_high_…` (and chance): see
    /// [`PurchaseModel::purchases_with_interval`](super::PurchaseModel::purchases_with_interval). `next_purchase_p…_days`, NaN where that
    /// is never. `expected_lifetime_value_…_days`, with its interval `…_low_…` and `…_high_…`, and `lifetime_value_low_…_days` and
    /// `…_high_…`: see [`PurchaseModel::lifetime_value`](super::PurchaseModel::lifetime_value); NaN in a
    /// log without amounts.
    ///
    /// # Errors
    /// `invalid_options`.
    pub fn table_with(&self, options: &PurchaseTableOptions) -> Result<Table> {
        self.table_while(options, |_| true)
    }

    /// [`Self::table_with`], as long as `go_on` says so, which is told how far the work is.
    ///
    /// # Errors
    /// `cancelled` when `go_on` answered false; else as [`Self::table_with`].
    pub fn table_while(
        &self,
        options: &PurchaseTableOptions,
        mut go_on: impl FnMut(Progress) -> bool,
    ) -> Result<Table> {
        options.validate()?;
        let mut table = self.table();
        if options.is_nothing() {
            return Ok(table);
        }
        let mut rows: Vec<Result<Vec<f64>>> = Vec::with_capacity(self.summaries().len());
        Watch::new(&mut go_on, Stage::Forecast).pieces(self.summaries(), CUSTOMERS_PER_LOOK, |piece| {
            rows.par_extend(piece.par_iter().map(|s| self.told(s, options)));
        })?;
        let rows: Vec<Vec<f64>> = rows.into_iter().collect::<Result<_>>()?;
        for (place, name) in options.names(&self.options().horizons_days).into_iter().enumerate() {
            table = table.with(name, Column::Doubles(rows.iter().map(|row| row[place]).collect()));
        }
        Ok(table)
    }

    /// The expected amount of one of the customer's purchase days; NaN when no amounts are known.
    fn amount(&self, s: &CustomerSummary) -> f64 {
        self.spend()
            .map_or(f64::NAN, |spend: &GammaGamma| spend.expected_value(s.n_valued(), s.mean_value.unwrap_or(0.0)))
    }

    /// What options ask about one customer.
    fn told(&self, s: &CustomerSummary, options: &PurchaseTableOptions) -> Result<Vec<f64>> {
        let model = self.model();
        let mut out = Vec::new();
        for &days in &self.options().horizons_days {
            out.extend(options.prob_counts.iter().map(|&n| model.prob_count(s, days, n)));
            if let Some(level) = options.interval {
                let found = model.purchases_with_interval(s, days, level)?;
                out.extend([found.expected_low, found.expected_high, found.low, found.high]);
            }
        }
        let within = |q: &f64| model.next_purchase_within(s, *q).unwrap_or(f64::NAN);
        out.extend(options.next_purchase_quantiles.iter().map(within));
        let (amount, rate) = (self.amount(s), options.discount_per_year.ln_1p() / DAYS_PER_YEAR);
        for &days in &options.lifetime_days {
            match options.interval {
                _ if amount.is_nan() => out.extend(vec![f64::NAN; if options.interval.is_some() { 5 } else { 1 }]),
                None => out.push(model.discounted_purchases(s, days, rate) * amount),
                Some(level) => {
                    let found = model.lifetime_value(s, days, rate, amount, level)?;
                    out.extend([found.expected, found.expected_low, found.expected_high, found.low, found.high]);
                }
            }
        }
        Ok(out)
    }
}

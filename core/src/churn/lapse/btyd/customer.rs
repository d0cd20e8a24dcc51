//! What the models of purchases need to know of a customer, and equal customers counted together.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorCode, Result};

/// One customer's past in the few numbers that are sufficient for these models. Times are in one unit of the caller's
/// choice (days, weeks), counted from the customer's first purchase, which itself is not counted as a repeat.
///
/// ```
/// use beforehand::churn::CustomerSummary;
/// // Purchases in weeks 0, 3 and 10, seen until week 39.
/// let customer = CustomerSummary::from_times(&[0.0, 3.0, 10.0], 39.0);
/// assert_eq!((customer.n_repeats, customer.t_last, customer.t_observed), (2, 10.0, 39.0));
/// assert_eq!(customer, CustomerSummary::new(2, 10.0, 39.0).log_gaps(3f64.ln() + 7f64.ln()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerSummary {
    /// Purchases after the first one (the papers' x).
    pub n_repeats: u32,
    /// Time of the last purchase (the papers' `t_x`); 0 when there was no repeat.
    pub t_last: f64,
    /// Time until which the customer was observed (the papers' T), at least `t_last`.
    pub t_observed: f64,
    /// Sum of the logarithms of the gaps between purchases; only the regularity of `BgCnbd` and `MbgCnbd` uses it.
    /// Default 0.
    #[serde(default)]
    pub log_gaps: f64,
    /// Mean amount of a repeat purchase, positive, for [`GammaGamma`](crate::churn::GammaGamma); unknown when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_value: Option<f64>,
    /// Of how many repeat purchases `mean_value` is the mean, 1 to `n_repeats`, where not every amount is known; of all of them
    /// when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_values: Option<u32>,
    /// How many such customers there are, positive. Default 1.
    #[serde(default = "one")]
    pub weight: f64,
}

fn one() -> f64 {
    1.0
}

impl CustomerSummary {
    /// A customer with `n_repeats` repeat purchases, the last at `t_last`, observed until `t_observed`.
    pub fn new(n_repeats: u32, t_last: f64, t_observed: f64) -> Self {
        Self { n_repeats, t_last, t_observed, log_gaps: 0.0, mean_value: None, n_values: None, weight: 1.0 }
    }

    /// From the times of purchases in ascending order, the first one included. Equal times are one purchase.
    pub fn from_times(times: &[f64], t_observed_until: f64) -> Self {
        let Some((&first, later)) = times.split_first() else { return Self::new(0, 0.0, 0.0) };
        let (mut out, mut before) = (Self::new(0, 0.0, t_observed_until - first), first);
        for &time in later.iter().filter(|&&t| t <= t_observed_until) {
            if time > before {
                out.n_repeats += 1;
                out.log_gaps += (time - before).ln();
                out.t_last = time - first;
                before = time;
            }
        }
        out
    }

    /// The same with the sum of the logarithms of its gaps.
    #[must_use]
    pub fn log_gaps(mut self, sum: f64) -> Self {
        self.log_gaps = sum;
        self
    }

    /// The same with the mean amount of a repeat purchase.
    #[must_use]
    pub fn mean_value(mut self, amount: f64) -> Self {
        self.mean_value = Some(amount);
        self
    }

    /// The same, with the mean amount known of so many repeat purchases only.
    #[must_use]
    pub fn n_values(mut self, n: u32) -> Self {
        self.n_values = Some(n);
        self
    }

    /// The same, standing for `weight` customers.
    #[must_use]
    pub fn weight(mut self, weight: f64) -> Self {
        self.weight = weight;
        self
    }

    pub(crate) fn x(&self) -> f64 {
        f64::from(self.n_repeats)
    }

    /// Repeat purchases of known amounts.
    pub(crate) fn n_valued(&self) -> u32 {
        match self.mean_value {
            Some(_) => self.n_values.unwrap_or(self.n_repeats),
            None => 0,
        }
    }

    /// Checks the numbers against each other.
    ///
    /// # Errors
    /// `invalid_data` naming the field.
    pub fn validate(&self) -> Result<()> {
        let refuse = |field: &str, what: String| Err(Error::new(ErrorCode::InvalidData, what).with_field(field));
        let (last, observed) = (self.t_last, self.t_observed);
        if !(observed.is_finite() && observed >= 0.0) {
            return refuse("t_observed", format!("t_observed is {observed}; allowed are finite times from 0 on"));
        }
        if !(last >= 0.0 && last <= observed) {
            return refuse("t_last", format!("t_last is {last}; allowed are times from 0 to t_observed, {observed}"));
        }
        if (self.n_repeats == 0) != (last == 0.0) {
            let n = self.n_repeats;
            return refuse("t_last", format!("t_last is {last} with {n} repeats; it is 0 exactly when there are none"));
        }
        if !self.log_gaps.is_finite() {
            return refuse("log_gaps", format!("log_gaps is {}; allowed are finite numbers", self.log_gaps));
        }
        if !(self.weight.is_finite() && self.weight > 0.0) {
            return refuse("weight", format!("weight is {}; allowed are positive numbers", self.weight));
        }
        if let Some(n) = self.n_values.filter(|n| !(1..=self.n_repeats).contains(n)) {
            let most = self.n_repeats;
            return refuse("n_values", format!("n_values is {n}; allowed are 1 to n_repeats, {most}"));
        }
        match self.mean_value {
            Some(v) if !(v.is_finite() && v > 0.0) => {
                refuse("mean_value", format!("mean_value is {v}; allowed are positive amounts, or none"))
            }
            _ => Ok(()),
        }
    }
}

/// A group of customers with equal numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Group {
    /// Index into [`Groups::repeats`].
    pub(crate) x: u32,
    pub(crate) t_last: f64,
    pub(crate) t_observed: f64,
    pub(crate) weight: f64,
}

/// All customers, equal ones together: a likelihood is as fast as there are different customers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Groups {
    /// Sorted; times are in units of `unit`.
    pub(crate) list: Vec<Group>,
    /// The distinct numbers of repeats, ascending, and the weight of the customers with each.
    pub(crate) repeats: Vec<(f64, f64)>,
    /// The mean time of observation in the caller's unit: what times are measured in, so that starts and ranges of
    /// parameters do not depend on the unit.
    pub(crate) unit: f64,
    pub(crate) weight: f64,
    /// Sums over customers: repeats, and log gaps in the caller's unit.
    pub(crate) n_repeats: f64,
    pub(crate) log_gaps: f64,
    /// Whether the prior has a say in fits, which only knows times in days.
    pub(crate) has_prior: bool,
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits()
}

impl Groups {
    pub(crate) fn new(customers: &[CustomerSummary]) -> Self {
        let mut sorted: Vec<CustomerSummary> = customers.to_vec();
        // Every number is part of the order, so that sums do not depend on the order given. Positive floats sort as bits.
        sorted.par_sort_unstable_by_key(|c| {
            let gaps = c.log_gaps.to_bits().cast_signed();
            (c.n_repeats, c.t_last.to_bits(), c.t_observed.to_bits(), c.weight.to_bits(), gaps)
        });
        let mut out = Self::default();
        let mut observed = 0.0;
        for c in &sorted {
            out.weight += c.weight;
            out.n_repeats += c.weight * c.x();
            out.log_gaps += c.weight * c.log_gaps;
            observed += c.weight * c.t_observed;
        }
        out.unit = if observed > 0.0 { observed / out.weight } else { 1.0 };
        for c in &sorted {
            match out.repeats.last_mut() {
                Some((x, weight)) if *x >= c.x() => *weight += c.weight,
                _ => out.repeats.push((c.x(), c.weight)),
            }
            let x = out.repeats.len() as u32 - 1;
            let (t_last, t_observed) = (c.t_last / out.unit, c.t_observed / out.unit);
            match out.list.last_mut() {
                // Bit by bit: times that differ in the last place before they are scaled may be in any order after it.
                Some(g) if g.x == x && same(g.t_last, t_last) && same(g.t_observed, t_observed) => g.weight += c.weight,
                _ => out.list.push(Group { x, t_last, t_observed, weight: c.weight }),
            }
        }
        out
    }

    /// The same, with the prior to have a say in fits; times must be in days.
    pub(crate) fn with_prior(self) -> Self {
        Self { has_prior: true, ..self }
    }

    /// Every `stride`-th group, for finding the way; weights stay.
    pub(crate) fn sample(&self, stride: usize) -> Self {
        let list: Vec<Group> = self.list.iter().copied().step_by(stride).collect();
        let mut repeats: Vec<(f64, f64)> = self.repeats.iter().map(|r| (r.0, 0.0)).collect();
        for g in &list {
            repeats[g.x as usize].1 += g.weight;
        }
        let weight = list.iter().map(|g| g.weight).sum();
        let n_repeats = repeats.iter().map(|(x, w)| x * w).sum();
        let log_gaps = self.log_gaps * n_repeats / self.n_repeats.max(1e-300);
        Self { list, repeats, unit: self.unit, weight, n_repeats, log_gaps, has_prior: self.has_prior }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn equal_customers_are_counted_together_in_any_order() {
        let c = CustomerSummary::new;
        let mut list = vec![c(2, 3.0, 9.0), c(0, 0.0, 9.0), c(2, 3.0, 9.0).weight(2.0), c(2, 4.0, 9.0), c(0, 0.0, 7.0)];
        let groups = Groups::new(&list);
        assert_eq!(groups.list.len(), 4);
        assert_eq!(groups.repeats, [(0.0, 2.0), (2.0, 4.0)]);
        assert!((groups.weight - 6.0).abs() < 1e-12 && (groups.n_repeats - 8.0).abs() < 1e-12);
        list.reverse();
        assert_eq!(Groups::new(&list).list, groups.list);
    }

    #[test]
    fn times_that_differ_in_the_last_place_keep_their_observation() {
        // Days as weeks from different first days: the same gap in other last places.
        let weeks = |first: u32, last: u32| f64::from(last) / 7.0 - f64::from(first) / 7.0;
        let list: Vec<CustomerSummary> =
            (0..84).map(|first| CustomerSummary::new(1, weeks(first, first + 20), weeks(first, 272))).collect();
        let groups = Groups::new(&list);
        let observed: f64 = groups.list.iter().map(|g| g.weight * g.t_observed * groups.unit).sum();
        let truth: f64 = list.iter().map(|c| c.t_observed).sum();
        assert!((observed - truth).abs() < 1e-9, "{observed} {truth}");
    }

    #[test]
    fn impossible_numbers_are_refused_by_name() {
        let field = |c: CustomerSummary| c.validate().unwrap_err().field().map(str::to_owned);
        let c = CustomerSummary::new;
        assert_eq!(field(c(1, 5.0, 4.0)).as_deref(), Some("t_last"));
        assert_eq!(field(c(0, 1.0, 4.0)).as_deref(), Some("t_last"));
        assert_eq!(field(c(1, 0.0, 4.0)).as_deref(), Some("t_last"));
        assert_eq!(field(c(0, 0.0, f64::NAN)).as_deref(), Some("t_observed"));
        assert_eq!(field(c(0, 0.0, 1.0).weight(0.0)).as_deref(), Some("weight"));
        assert_eq!(field(c(0, 0.0, 1.0).mean_value(-1.0)).as_deref(), Some("mean_value"));
        assert_eq!(field(c(3, 1.0, 4.0).mean_value(2.0).n_values(4)).as_deref(), Some("n_values"));
        assert_eq!(field(c(3, 1.0, 4.0).mean_value(2.0).n_values(0)).as_deref(), Some("n_values"));
        assert!(c(0, 0.0, 0.0).validate().is_ok() && c(3, 1.0, 4.0).mean_value(2.0).n_values(3).validate().is_ok());
    }
}

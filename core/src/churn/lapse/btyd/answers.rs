//! What a fitted model says about one customer.

use super::customer::CustomerSummary;
use super::model::{Process, PurchaseModel};
use crate::stats::special::integrate;

/// A customer nobody has seen again yet: the first purchase is now.
const NEW: CustomerSummary = CustomerSummary {
    n_repeats: 0,
    t_last: 0.0,
    t_observed: 0.0,
    log_gaps: 0.0,
    mean_value: None,
    n_values: None,
    weight: 1.0,
};

/// Times are in the unit of the summaries; a negative or undefined `t` counts as 0. Probabilities lie in 0 to 1.
impl PurchaseModel {
    /// P(the customer has not left for good).
    pub fn prob_alive(&self, customer: &CustomerSummary) -> f64 {
        let CustomerSummary { t_last, t_observed, .. } = *customer;
        match self.process {
            Process::Geometric(g) => g.standing(customer.x(), t_last, t_observed).prob_alive,
            Process::Pareto(p) => p.prob_alive(customer.x(), t_last, t_observed),
        }
    }

    /// P(at least one purchase within `t`): how likely the customer shows again, and the distribution of the time to the
    /// next purchase.
    pub fn prob_active(&self, customer: &CustomerSummary, t: f64) -> f64 {
        self.prob_at_least(customer, t, 1)
    }

    /// P(at least `n` purchases within `t`); 1 for n = 0.
    pub fn prob_at_least(&self, customer: &CustomerSummary, t: f64, n: u32) -> f64 {
        let t = t.max(0.0);
        let (x, last, observed) = (customer.x(), customer.t_last, customer.t_observed);
        if n == 0 {
            return 1.0;
        }
        let prob = match self.process {
            Process::Geometric(g) => {
                let standing = g.standing(x, last, observed);
                if n == 1 {
                    1.0 - standing.prob_none(g.k, t)
                } else {
                    let (mut out, mut reached) = (0.0, 0);
                    standing.at_least(&g, t, |prob| {
                        reached += 1;
                        out = prob;
                        reached < n && prob > 0.0
                    });
                    if reached < n { 0.0 } else { out }
                }
            }
            Process::Pareto(p) => p.prob_alive(x, last, observed) * p.at_least_if_alive(x, observed, t, n),
        };
        prob.clamp(0.0, 1.0)
    }

    /// P(exactly `n` purchases within `t`).
    pub fn prob_count(&self, customer: &CustomerSummary, t: f64, n: u32) -> f64 {
        (self.prob_at_least(customer, t, n) - self.prob_at_least(customer, t, n.saturating_add(1))).max(0.0)
    }

    /// P(at least n purchases within `t`) for n = 1, 2, … until it falls below 1e-9, 10,000 numbers at most.
    pub(super) fn tails(&self, customer: &CustomerSummary, t: f64) -> Vec<f64> {
        let mut out = Vec::new();
        let mut push = |prob: f64| {
            out.push(prob.clamp(0.0, 1.0));
            prob > 1e-9 && out.len() < 10_000
        };
        let t = t.max(0.0);
        match self.process {
            Process::Geometric(g) => {
                g.standing(customer.x(), customer.t_last, customer.t_observed).at_least(&g, t, push);
            }
            Process::Pareto(p) => {
                let alive = p.prob_alive(customer.x(), customer.t_last, customer.t_observed);
                let at_least = |n| alive * p.at_least_if_alive(customer.x(), customer.t_observed, t, n);
                (1..=10_000).map(at_least).find(|&prob| !push(prob));
            }
        }
        out
    }

    /// The expected number of purchases within `t`, given the customer's past.
    ///
    /// For the families in which customers leave after purchases this is the sum of all P(at least n), exact for every k
    /// and every a (the usual closed form divides by a - 1).
    pub fn expected_purchases(&self, customer: &CustomerSummary, t: f64) -> f64 {
        let t = t.max(0.0);
        match self.process {
            Process::Geometric(g) => g.standing(customer.x(), customer.t_last, customer.t_observed).expected(&g, t),
            Process::Pareto(p) => self.prob_alive(customer) * p.expected_if_alive(customer.x(), customer.t_observed, t),
        }
    }

    /// The expected number of repeat purchases of a new customer within `t` of the first purchase.
    pub fn expected_purchases_of_new(&self, t: f64) -> f64 {
        self.expected_purchases(&NEW, t)
    }

    /// The time within which the next purchase comes with probability `quantile`; `None` when it may never come with that
    /// much certainty (P(ever again) is below it), or not within a million times the time observed.
    pub fn next_purchase_within(&self, customer: &CustomerSummary, quantile: f64) -> Option<f64> {
        if !(0.0..1.0).contains(&quantile) {
            return None;
        }
        let mut high = customer.t_observed.max(1.0) * 1e-3;
        while self.prob_active(customer, high) < quantile {
            high *= 2.0;
            if high > customer.t_observed.max(1.0) * 1e6 {
                return None;
            }
        }
        let mut low = 0.0;
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if self.prob_active(customer, middle) < quantile {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(0.5 * (low + high))
    }

    /// Expected purchases within `t`, each discounted by `exp(-rate · time)`; `rate` per unit of time, at least 0.
    ///
    /// `e^(-rate t) E(t) + rate ∫ E(u) e^(-rate u) du`, E the expected purchases. Times what a purchase earns (see
    /// [`GammaGamma`](crate::churn::GammaGamma)), this is the customer's discounted value over `t`. A yearly rate of 10 %
    /// is `1.1f64.ln() / 52.18` per week.
    pub fn discounted_purchases(&self, customer: &CustomerSummary, t: f64, rate: f64) -> f64 {
        let (t, rate) = (t.max(0.0), rate.max(0.0));
        let expected = |u: f64| self.expected_purchases(customer, u) * (-rate * u).exp();
        if rate <= 0.0 { expected(t) } else { expected(t) + rate * integrate(0.0, t, expected) }
    }
}

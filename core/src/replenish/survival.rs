//! The forecast of one pair: when the next purchase comes, as one survival curve that answers every question.

use super::structure::{EDGES_DAYS, Structure};
use crate::stats::{N_SPANS, Spans, sigmoid};

/// How far a forecast reaches, days. Quantiles of the run-out date are those of a purchase within the reach.
pub const REACH_DAYS: f64 = 364.0;

/// P(no purchase until) as a function of time: a product over the spans of the discrete-time hazard, and within a span
/// of the structure's shape. Falls from 1 and never rises.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Survival {
    /// Cumulative hazard at the end of each span.
    edges: [f64; N_SPANS],
    /// Cumulative hazard at [`REACH_DAYS`].
    reach: f64,
    structure: Structure,
}

impl Survival {
    pub(crate) fn new(log_odds: &Spans, structure: &Structure) -> Self {
        let mut sum = 0.0;
        let edges = log_odds.map(|x| {
            // -ln(1 - sigmoid(x)), kept above zero so that every quantile exists.
            sum += -f64::from(sigmoid(-x.clamp(-30.0, 30.0))).ln();
            sum
        });
        let last = EDGES_DAYS[N_SPANS - 1];
        // Beyond the spans the structure goes on, as far off as it was in the last two of them.
        let from = EDGES_DAYS[N_SPANS - 3];
        let trained = edges[N_SPANS - 1] - edges[N_SPANS - 3];
        let structural = (structure.hazard(last) - structure.hazard(from)).max(1e-9);
        let beyond = (structure.hazard(REACH_DAYS) - structure.hazard(last)).max(0.0);
        let reach = edges[N_SPANS - 1] + (trained / structural).clamp(0.05, 20.0) * beyond;
        Self { edges, reach, structure: *structure }
    }

    /// The knots of the curve: (days, cumulative hazard), from (0, 0) to the reach.
    fn knots(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let spans = EDGES_DAYS.iter().copied().zip(self.edges);
        std::iter::once((0.0, 0.0)).chain(spans).chain(std::iter::once((REACH_DAYS, self.reach)))
    }

    /// The share of a span's hazard that lies in its first part, until `days`.
    fn share_within(&self, start: f64, end: f64, days: f64) -> f64 {
        let at = |d: f64| self.structure.hazard(d);
        let whole = at(end) - at(start);
        let share = if whole > 1e-12 { (at(days) - at(start)) / whole } else { (days - start) / (end - start) };
        share.clamp(0.0, 1.0)
    }

    /// The cumulative hazard: -ln P(no purchase within `days`).
    fn hazard(&self, days: f64) -> f64 {
        let mut start = (0.0, 0.0);
        for end in self.knots().skip(1) {
            if days <= end.0 {
                return start.1 + (end.1 - start.1) * self.share_within(start.0, end.0, days.max(start.0));
            }
            start = end;
        }
        self.reach
    }

    /// P(at least one purchase within `days`), 0 to 1. `days` is cut to 0 … [`REACH_DAYS`].
    ///
    /// `P = 1 - exp(-H(days))` with H the cumulative hazard.
    pub fn prob_within(&self, days: f64) -> f64 {
        -(-self.hazard(days.clamp(0.0, REACH_DAYS))).exp_m1()
    }

    /// P(at least one purchase within `days`) by the structure alone, without the layer.
    pub(crate) fn structural_prob_within(&self, days: f64) -> f64 {
        -(-self.structure.hazard(days)).exp_m1()
    }

    /// P(another purchase within the reach of the forecast).
    pub fn prob_again(&self) -> f64 {
        -(-self.reach).exp_m1()
    }

    /// Days from `as_of` to the run-out date's quantile, given that the customer buys again within the reach.
    ///
    /// The inverse of `F(t) / F(364)`, F(t) = P(purchase within t). `quantile` is cut to 0 … 1.
    pub fn run_out_days(&self, quantile: f64) -> f64 {
        let quantile = if quantile.is_nan() { 0.5 } else { quantile.clamp(0.0, 1.0) };
        let target = -(-quantile * self.prob_again()).ln_1p();
        let mut start = (0.0, 0.0);
        for end in self.knots().skip(1) {
            if target <= end.1 {
                return self.invert(start, end, target);
            }
            start = end;
        }
        REACH_DAYS
    }

    fn invert(&self, start: (f64, f64), end: (f64, f64), target: f64) -> f64 {
        let wanted = (target - start.1) / (end.1 - start.1).max(1e-300);
        let straight = start.0 + wanted * (end.0 - start.0);
        // Without a cycle the hazard within a span is close to even; a short span has no room for a shape.
        if self.structure.cycle_weight < 0.1 || end.0 - start.0 < 4.5 {
            return straight;
        }
        let (mut low, mut high) = (start.0, end.0);
        for _ in 0..12 {
            let middle = 0.5 * (low + high);
            if self.share_within(start.0, end.0, middle) < wanted {
                low = middle;
            } else {
                high = middle;
            }
        }
        0.5 * (low + high)
    }
}

//! The forecast of one pair: when the next purchase comes, as one survival curve that answers every question.

use super::structure::{EDGES_DAYS, Structure};
use crate::stats::{N_SPANS, Spans, softplus};

/// How far a forecast reaches, days. Quantiles of the run-out date are those of a purchase within the reach.
pub const REACH_DAYS: f64 = 364.0;

/// The last knot of the curve.
const LAST_KNOT: usize = N_SPANS + 1;

/// P(no purchase until) as a function of time: a product over the spans of the discrete-time hazard, and within a span
/// of the structure's shape. Falls from 1 and never rises.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Survival {
    /// Cumulative hazard at the end of each span.
    edges: [f64; N_SPANS],
    /// Cumulative hazard at [`REACH_DAYS`].
    reach: f64,
    /// P(purchase until then).
    again: f64,
    structure: Structure,
}

impl Survival {
    pub(crate) fn new(log_odds: &Spans, structure: &Structure) -> Self {
        let mut sum = 0.0;
        // -ln(1 - sigmoid(x)), kept above zero so that every quantile exists.
        let edges = log_odds.map(|x| softplus(x.clamp(-30.0, 30.0))).map(|hazard| {
            sum += f64::from(hazard);
            sum
        });
        // Beyond the spans the structure goes on, as far off as it was in the last two of them.
        let trained = edges[N_SPANS - 1] - edges[N_SPANS - 3];
        let last = structure.at_knot(N_SPANS);
        let structural = (last - structure.at_knot(N_SPANS - 2)).max(1e-9);
        let beyond = (structure.at_knot(N_SPANS + 1) - last).max(0.0);
        let reach = edges[N_SPANS - 1] + (trained / structural).clamp(0.05, 20.0) * beyond;
        Self { edges, reach, again: -(-reach).exp_m1(), structure: *structure }
    }

    /// A knot of the curve, from 0 at (0, 0) to [`LAST_KNOT`] at the reach: (days, cumulative hazard).
    fn knot(&self, knot: usize) -> (f64, f64) {
        match knot {
            0 => (0.0, 0.0),
            LAST_KNOT => (REACH_DAYS, self.reach),
            _ => (EDGES_DAYS[knot - 1], self.edges[knot - 1]),
        }
    }

    /// The share of the hazard between a knot and the one before that lies in the first part, until `days`.
    fn share_within(&self, knot: usize, days: f64) -> f64 {
        let before = self.structure.at_knot(knot - 1);
        let whole = self.structure.at_knot(knot) - before;
        let (start, end) = (self.knot(knot - 1).0, self.knot(knot).0);
        let share =
            if whole > 1e-12 { (self.structure.hazard(days) - before) / whole } else { (days - start) / (end - start) };
        share.clamp(0.0, 1.0)
    }

    /// The cumulative hazard: -ln P(no purchase within `days`).
    fn hazard(&self, days: f64) -> f64 {
        let Some(knot) = (1..=LAST_KNOT).find(|&k| days <= self.knot(k).0) else { return self.reach };
        let (start, end) = (self.knot(knot - 1), self.knot(knot));
        if days >= end.0 {
            return end.1;
        }
        start.1 + (end.1 - start.1) * self.share_within(knot, days.max(start.0))
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
        self.again
    }

    /// Days from `as_of` to the run-out date's quantile, given that the customer buys again within the reach.
    ///
    /// The inverse of `F(t) / F(364)`, F(t) = P(purchase within t). `quantile` is cut to 0 … 1.
    pub fn run_out_days(&self, quantile: f64) -> f64 {
        let quantile = if quantile.is_nan() { 0.5 } else { quantile.clamp(0.0, 1.0) };
        let target = -(-quantile * self.prob_again()).ln_1p();
        (1..=LAST_KNOT).find(|&k| target <= self.knot(k).1).map_or(REACH_DAYS, |knot| self.invert(knot, target))
    }

    fn invert(&self, knot: usize, target: f64) -> f64 {
        let (start, end) = (self.knot(knot - 1), self.knot(knot));
        let wanted = (target - start.1) / (end.1 - start.1).max(1e-300);
        let straight = start.0 + wanted * (end.0 - start.0);
        // Without a cycle the hazard within a span is close to even; a short span has no room for a shape.
        if self.structure.cycle_weight < 0.1 || end.0 - start.0 < 4.5 {
            return straight;
        }
        let (mut low, mut high) = (start.0, end.0);
        for _ in 0..12 {
            let middle = 0.5 * (low + high);
            if self.share_within(knot, middle) < wanted {
                low = middle;
            } else {
                high = middle;
            }
        }
        0.5 * (low + high)
    }
}

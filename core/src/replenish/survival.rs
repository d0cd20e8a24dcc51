//! The forecast of one pair: when the next purchase comes, as one survival curve that answers every question.

use super::abreast::{LAST_KNOT, probs, probs_of_each, run_outs, run_outs_of_each};
use super::structure::Structure;
use crate::stats::{N_SPANS, Spans, one_minus_exp, softplus};

/// How far a forecast reaches, days. Quantiles of the run-out date are those of a purchase within the reach.
pub const REACH_DAYS: f64 = 364.0;

/// Days of the curve that are read together: two vectors keep the processor busier than one.
const AT_ONCE: usize = 16;

/// P(no purchase until) as a function of time: a product over the spans of the discrete-time hazard, and within a span
/// spread as the structure would spread it. Falls from 1 and never rises.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Survival {
    /// Cumulative hazard at the end of each span.
    pub(super) edges: Spans,
    /// Cumulative hazard at [`REACH_DAYS`].
    reach: f32,
    /// P(purchase until then).
    pub(super) again: f32,
    pub(super) structure: Structure,
}

impl Survival {
    /// A curve that lies at 0 until it is told what each span holds.
    pub(crate) fn new(structure: Structure) -> Self {
        Self { edges: Spans::default(), reach: 0.0, again: 0.0, structure }
    }

    /// Takes the layer's word for what each span holds.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "to become wider vector instructions where its caller does")]
    pub(crate) fn weigh(&mut self, log_odds: &Spans) {
        // -ln(1 - sigmoid(x)), kept above zero so that every quantile exists.
        let mut edges = *log_odds;
        for x in &mut edges {
            *x = softplus(x.clamp(-30.0, 30.0));
        }
        for s in 1..N_SPANS {
            edges[s] += edges[s - 1];
        }
        // Beyond the spans the structure goes on, as far off as it was in the last two of them.
        let structure = &self.structure;
        let trained = edges[N_SPANS - 1] - edges[N_SPANS - 3];
        let last = structure.at_knot(N_SPANS);
        let structural = (last - structure.at_knot(N_SPANS - 2)).max(1e-9);
        let beyond = (structure.at_knot(LAST_KNOT) - last).max(0.0);
        self.reach = edges[N_SPANS - 1] + (trained / structural).clamp(0.05, 20.0) * beyond;
        self.again = one_minus_exp(self.reach);
        self.edges = edges;
    }

    /// The cumulative hazard at a knot of the curve: the start, the spans' ends, the reach.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "to become wider vector instructions where its caller does")]
    pub(super) fn at_knot(&self, knot: usize) -> f32 {
        match knot {
            0 => 0.0,
            _ => self.edges.get(knot - 1).copied().unwrap_or(self.reach),
        }
    }

    /// P(at least one purchase within `days`), 0 to 1. `days` is cut to 0 … [`REACH_DAYS`].
    ///
    /// `P = 1 - exp(-H(days))` with H the cumulative hazard.
    pub fn prob_within(&self, days: f64) -> f64 {
        let [prob] = self.probs_within([days]);
        prob
    }

    /// P(at least one purchase) within each of some numbers of days, in one go: as [`Self::prob_within`].
    pub(crate) fn probs_within<const N: usize>(&self, days: [f64; N]) -> [f64; N] {
        probs(self, days.map(|days| days.clamp(0.0, REACH_DAYS) as f32)).map(f64::from)
    }

    /// P(at least one purchase within `days`) on each of some curves: as [`Self::prob_within`].
    pub(crate) fn prob_within_of_each<const L: usize>(curves: [&Self; L], days: f64) -> [f32; L] {
        probs_of_each(curves, days.clamp(0.0, REACH_DAYS) as f32)
    }

    /// Hands P(at least one purchase within 1, 2, …, `n` days) to `take`, in order; beyond [`REACH_DAYS`] it stays the same.
    pub(crate) fn each_day(&self, n: usize, mut take: impl FnMut(f32)) {
        let within = n.min(REACH_DAYS as usize);
        for day in (1..=within).step_by(AT_ONCE) {
            let days: [f32; AT_ONCE] = std::array::from_fn(|i| (day + i) as f32);
            probs(self, days).into_iter().take(within + 1 - day).for_each(&mut take);
        }
        (within..n).for_each(|_| take(self.again));
    }

    /// P(at least one purchase within `days`) by the structure alone, without the layer.
    pub(crate) fn structural_prob_within(&self, days: f64) -> f64 {
        let mut hazard = [days as f32];
        self.structure.hazards(&mut hazard);
        f64::from(one_minus_exp(hazard[0]))
    }

    /// P(another purchase within the reach of the forecast).
    pub fn prob_again(&self) -> f64 {
        f64::from(self.again)
    }

    /// Days from `as_of` to the run-out date's quantile, given that the customer buys again within the reach.
    ///
    /// The inverse of `F(t) / F(364)`, F(t) = P(purchase within t). `quantile` is cut to 0 … 1.
    pub fn run_out_days(&self, quantile: f64) -> f64 {
        let [days] = self.run_outs_days([quantile]);
        days
    }

    /// As [`Self::run_out_days`], several quantiles in one go.
    pub(crate) fn run_outs_days<const N: usize>(&self, quantiles: [f64; N]) -> [f64; N] {
        run_outs(self, quantiles.map(cut)).map(f64::from)
    }

    /// As [`Self::run_out_days`], on each of some curves.
    pub(crate) fn run_out_days_of_each<const L: usize>(curves: [&Self; L], quantile: f64) -> [f32; L] {
        run_outs_of_each(curves, cut(quantile))
    }
}

/// A quantile within 0 … 1.
fn cut(quantile: f64) -> f32 {
    if quantile.is_nan() { 0.5 } else { quantile.clamp(0.0, 1.0) as f32 }
}

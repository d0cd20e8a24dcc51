//! The forecast of one pair: when the next purchase comes, as one survival curve that answers every question.

use multiversion::multiversion;

use super::structure::{EDGES_DAYS, Structure};
use crate::stats::{N_SPANS, Spans, ln, ln_1p, one_minus_exp, softplus};

/// How far a forecast reaches, days. Quantiles of the run-out date are those of a purchase within the reach.
pub const REACH_DAYS: f64 = 364.0;

/// The last knot of the curve.
const LAST_KNOT: usize = N_SPANS + 1;

/// P(no purchase until) as a function of time: a product over the spans of the discrete-time hazard, and within a span
/// of the structure's shape. Falls from 1 and never rises.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Survival {
    /// Cumulative hazard at the end of each span.
    edges: Spans,
    /// Cumulative hazard at [`REACH_DAYS`].
    reach: f32,
    /// P(purchase until then).
    again: f32,
    structure: Structure,
}

impl Survival {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "to become wider vector instructions where its caller does")]
    pub(crate) fn new(log_odds: &Spans, structure: &Structure) -> Self {
        // -ln(1 - sigmoid(x)), kept above zero so that every quantile exists.
        let mut edges = *log_odds;
        for x in &mut edges {
            *x = softplus(x.clamp(-30.0, 30.0));
        }
        for s in 1..N_SPANS {
            edges[s] += edges[s - 1];
        }
        // Beyond the spans the structure goes on, as far off as it was in the last two of them.
        let trained = edges[N_SPANS - 1] - edges[N_SPANS - 3];
        let last = structure.at_knot(N_SPANS);
        let structural = (last - structure.at_knot(N_SPANS - 2)).max(1e-9);
        let beyond = (structure.at_knot(N_SPANS + 1) - last).max(0.0);
        let reach = edges[N_SPANS - 1] + (trained / structural).clamp(0.05, 20.0) * beyond;
        Self { edges, reach, again: one_minus_exp(reach), structure: *structure }
    }

    /// A knot of the curve, from 0 at (0, 0) to [`LAST_KNOT`] at the reach: (days, cumulative hazard).
    fn knot(&self, knot: usize) -> (f32, f32) {
        match knot {
            0 => (0.0, 0.0),
            LAST_KNOT => (REACH_DAYS as f32, self.reach),
            _ => (EDGES_DAYS[knot - 1] as f32, self.edges[knot - 1]),
        }
    }

    /// The shares of the hazard between a knot and the one before that lie in the first part, until each of `days`.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as for `new`")]
    fn shares_within<const N: usize>(&self, knot: usize, days: [f32; N]) -> [f32; N] {
        let before = self.structure.at_knot(knot - 1);
        let whole = self.structure.at_knot(knot) - before;
        let (start, end) = (self.knot(knot - 1).0, self.knot(knot).0);
        let mut out = days;
        if whole > 1e-12 {
            out = self.structure.hazards(days);
            for x in &mut out {
                *x = ((*x - before) / whole).clamp(0.0, 1.0);
            }
        } else {
            for x in &mut out {
                *x = ((*x - start) / (end - start)).clamp(0.0, 1.0);
            }
        }
        out
    }

    /// The cumulative hazard: -ln P(no purchase within `days`).
    fn hazard(&self, days: f32) -> f32 {
        let Some(knot) = (1..=LAST_KNOT).find(|&k| days <= self.knot(k).0) else { return self.reach };
        let (start, end) = (self.knot(knot - 1), self.knot(knot));
        if days >= end.0 {
            return end.1;
        }
        let [share] = self.shares_within(knot, [days.max(start.0)]);
        start.1 + (end.1 - start.1) * share
    }

    /// P(at least one purchase within `days`), 0 to 1. `days` is cut to 0 … [`REACH_DAYS`].
    ///
    /// `P = 1 - exp(-H(days))` with H the cumulative hazard.
    pub fn prob_within(&self, days: f64) -> f64 {
        f64::from(one_minus_exp(self.hazard(days.clamp(0.0, REACH_DAYS) as f32)))
    }

    /// Hands P(at least one purchase within 1, 2, …, `n` days) to `take`, in order; beyond [`REACH_DAYS`] it stays the same.
    pub(crate) fn each_day(&self, n: usize, mut take: impl FnMut(f32)) {
        let mut day = 1;
        for knot in 1..=LAST_KNOT {
            let last = n.min(self.knot(knot).0 as usize);
            while day <= last {
                let days: Spans = std::array::from_fn(|i| (day + i) as f32);
                probs(self, knot, days).into_iter().take(last + 1 - day).for_each(&mut take);
                day += N_SPANS;
                day = day.min(last + 1);
            }
        }
        (day..=n).for_each(|_| take(self.again));
    }

    /// P(at least one purchase within `days`) by the structure alone, without the layer.
    pub(crate) fn structural_prob_within(&self, days: f64) -> f64 {
        let [hazard] = self.structure.hazards([days as f32]);
        f64::from(one_minus_exp(hazard))
    }

    /// P(another purchase within the reach of the forecast).
    pub fn prob_again(&self) -> f64 {
        f64::from(self.again)
    }

    /// Days from `as_of` to the run-out date's quantile, given that the customer buys again within the reach.
    ///
    /// The inverse of `F(t) / F(364)`, F(t) = P(purchase within t). `quantile` is cut to 0 … 1.
    pub fn run_out_days(&self, quantile: f64) -> f64 {
        let quantile = if quantile.is_nan() { 0.5 } else { quantile.clamp(0.0, 1.0) };
        let prob = quantile as f32 * self.again;
        let target = if prob < 0.99 { -ln_1p(-prob) } else { -ln(1.0 - prob) };
        let knot = (1..=LAST_KNOT).find(|&k| target <= self.knot(k).1);
        f64::from(knot.map_or(REACH_DAYS as f32, |knot| self.invert(knot, target)))
    }

    fn invert(&self, knot: usize, target: f32) -> f32 {
        let (start, end) = (self.knot(knot - 1), self.knot(knot));
        let wanted = (target - start.1) / (end.1 - start.1).max(f32::MIN_POSITIVE);
        let width = end.0 - start.0;
        // Without a cycle the hazard within a span is close to even; a short span has no room for a shape.
        if self.structure.cycle_weight < 0.1 || width < 4.5 {
            return start.0 + wanted * width;
        }
        // An eighth of the span, an eighth of that, and a straight line.
        let eighths = |from: f32, width: f32| std::array::from_fn(|i| from + width * 0.125 * i as f32);
        let coarse = shares(self, knot, eighths(start.0, width));
        let (i, _) = place(&coarse, 1.0, wanted);
        let from = start.0 + width * 0.125 * i as f32;
        let fine = shares(self, knot, eighths(from, width * 0.125));
        let (j, t) = place(&fine, if i < 7 { coarse[i + 1] } else { 1.0 }, wanted);
        from + width * 0.015_625 * (j as f32 + t)
    }
}

#[multiversion(targets("x86_64+avx+avx2"))]
fn shares(survival: &Survival, knot: usize, days: Spans) -> Spans {
    survival.shares_within(knot, days)
}

/// P(at least one purchase) within each of `days`, which lie before a knot.
#[multiversion(targets("x86_64+avx+avx2"))]
fn probs(survival: &Survival, knot: usize, days: Spans) -> Spans {
    let (start, end) = (survival.knot(knot - 1).1, survival.knot(knot).1);
    let mut out = survival.shares_within(knot, days);
    for x in &mut out {
        *x = one_minus_exp(start + (end - start) * *x);
    }
    out
}

/// Which of eight steps of a rising function a value lies on, and how far beyond its start, 0 to 1; `end` is the
/// function's value after the last. A larger value never comes out earlier.
fn place(steps: &Spans, end: f32, value: f32) -> (usize, f32) {
    let step = (1..N_SPANS).find(|&i| value <= steps[i]).unwrap_or(N_SPANS) - 1;
    let (low, high) = (steps[step], steps.get(step + 1).copied().unwrap_or(end));
    (step, if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 })
}

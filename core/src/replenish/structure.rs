//! The structural forecast: what the evidence alone says about the time to the next purchase.
//!
//! Two clocks run side by side. The *visit clock* rings when the customer comes and takes the item along: a Poisson
//! process whose rate is Gamma-distributed, with the discounted visit rate times the shrunk P(item | visit) as its mean.
//! The *cycle clock* rings when the last purchase is used up: a renewal process with log-logistic gaps (close to the
//! log-normal, with closed forms that are finite everywhere and heavier tails, as befits an estimated cycle). The more
//! gaps a pair has shown, the more the cycle clock counts.

use super::decay::{LONG, MIDDLE};
use super::evidence::{CustomerEvidence, PairEvidence};
use super::survival::REACH_DAYS;
use crate::stats::{N_SPANS, Spans, ln, ln_1p, ln_exp_m1, softplus};

/// Where the spans of the discrete-time hazard end, days after the cutoff.
pub(crate) const EDGES_DAYS: [f64; N_SPANS] = [1.0, 3.0, 7.0, 14.0, 28.0, 56.0, 112.0, 224.0];

/// A log-logistic distribution of gaps.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct LogLogistic {
    /// Log of the median, log days.
    log_median: f32,
    steepness: f32,
}

impl LogLogistic {
    /// From the mean and standard deviation of the log gap.
    #[inline]
    pub(crate) fn new(log_mean: f64, spread: f64) -> Self {
        // A logistic distribution of this scale has the standard deviation `spread`.
        let steepness = std::f64::consts::PI / (3f64.sqrt() * spread.max(0.05));
        Self { log_median: log_mean as f32, steepness: steepness as f32 }
    }

    /// The cumulative hazard until `days` after the last event: `ln(1 + (days / median)^steepness)`.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "several days become one vector")]
    pub(crate) fn hazard(self, days: f32) -> f32 {
        softplus(self.steepness * (ln(days.max(0.25)) - self.log_median))
    }
}

/// The parameters of the two clocks.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Structure {
    /// Purchases per day on the visit clock over the shape of its Gamma distribution, and the shape.
    per_day: f32,
    shape: f32,
    /// Days since the last purchase.
    recency: f32,
    cycle: LogLogistic,
    /// The cycle clock's cumulative hazard from the last purchase to the cutoff.
    so_far: f32,
    /// How much the cycle clock counts, 0 to 1.
    pub(crate) cycle_weight: f32,
    /// The cumulative hazard at the end of each span and at the reach: asked for again and again.
    at_edges: Spans,
    at_reach: f32,
}

impl Structure {
    /// From a pair's evidence; and the cycle clock's cumulative hazard at the end of each span, which only the features ask for.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "to become wider vector instructions where its caller does")]
    pub(crate) fn new(pair: &PairEvidence, customer: &CustomerEvidence) -> (Self, Spans) {
        let rate = |h: usize| customer.visits_per_day[h] * pair.prob_per_visit[h];
        let n_gaps = pair.n_purchases - 1.0;
        let shape = n_gaps + 1.0;
        let mut out = Self {
            per_day: ((rate(MIDDLE) * rate(LONG)).sqrt() / shape) as f32,
            shape: shape as f32,
            recency: pair.recency as f32,
            cycle: LogLogistic::new(pair.log_cycle, pair.spread),
            so_far: 0.0,
            cycle_weight: cycle_weight(n_gaps, pair.spread) as f32,
            at_edges: [0.0; N_SPANS],
            at_reach: 0.0,
        };
        // The edges and the reach in one go: two vectors of days keep the processor busier than one.
        let mut days = [0f32; 2 * N_SPANS];
        for (days, edge) in days.iter_mut().zip(EDGES_DAYS) {
            *days = edge as f32;
        }
        days[N_SPANS] = REACH_DAYS as f32;
        let mut cycle = days;
        for x in &mut cycle {
            *x = out.cycle.hazard(out.recency + *x);
        }
        // The places behind the reach are 0 days from the cutoff.
        out.so_far = cycle[N_SPANS + 1];
        let mut both = days;
        for (x, cycle) in both.iter_mut().zip(&mut cycle) {
            *cycle = out.beyond(*cycle);
            *x = out.weigh(out.visit_hazard(*x), *cycle);
        }
        let mut cycle_at_edges = Spans::default();
        out.at_edges.copy_from_slice(&both[..N_SPANS]);
        cycle_at_edges.copy_from_slice(&cycle[..N_SPANS]);
        out.at_reach = both[N_SPANS];
        (out, cycle_at_edges)
    }

    /// The visit clock's cumulative hazard from the cutoff on.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as for `new`")]
    fn visit_hazard(&self, days: f32) -> f32 {
        self.shape * ln_1p(self.per_day * days)
    }

    /// The cycle clock's cumulative hazard from the cutoff on.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as for `new`")]
    pub(crate) fn cycle_hazard(&self, days: f32) -> f32 {
        self.beyond(self.cycle.hazard(self.recency + days))
    }

    /// What of the cycle clock's cumulative hazard since the last purchase lies beyond the cutoff.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as for `new`")]
    fn beyond(&self, hazard: f32) -> f32 {
        let hazard = hazard - self.so_far;
        // Not `max`: a comparison written so is one instruction.
        if hazard > 0.0 { hazard } else { 0.0 }
    }

    /// Both clocks together.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as for `new`")]
    fn weigh(&self, visit: f32, cycle: f32) -> f32 {
        (1.0 - self.cycle_weight) * visit + self.cycle_weight * cycle
    }

    /// Turns numbers of days into the cumulative hazards from the cutoff on: -ln P(no purchase within each).
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as for `new`")]
    pub(crate) fn hazards(&self, days: &mut [f32]) {
        if self.cycle_weight > 0.0 {
            for x in days {
                *x = self.weigh(self.visit_hazard(*x), self.cycle_hazard(*x));
            }
        } else {
            // One purchase: there is no cycle to compute.
            for x in days {
                *x = self.visit_hazard(*x);
            }
        }
    }

    /// The cumulative hazards from the cutoff to a day, of some structures side by side: as [`Self::hazards`].
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as for `new`")]
    pub(crate) fn hazards_of<const L: usize>(structures: [&Self; L], day: f32) -> [f32; L] {
        let mut out = [0f32; L];
        for (out, own) in out.iter_mut().zip(structures) {
            *out = own.visit_hazard(day);
        }
        if structures.iter().any(|structure| structure.cycle_weight > 0.0) {
            for (out, own) in out.iter_mut().zip(structures) {
                *out = own.weigh(*out, own.cycle_hazard(day));
            }
        }
        out
    }

    /// The cumulative hazard at the end of each span.
    pub(crate) fn at_edges(&self) -> &Spans {
        &self.at_edges
    }

    /// The cumulative hazard at the curve's knots: the start, the spans' ends, the reach.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as for `new`")]
    pub(crate) fn at_knot(&self, knot: usize) -> f32 {
        match knot {
            0 => 0.0,
            _ => self.at_edges.get(knot - 1).copied().unwrap_or(self.at_reach),
        }
    }
}

/// How much the cycle clock counts: nothing for gaps as irregular as a Poisson process's, whose log has the variance
/// π²/6; the more regular the gaps, the fewer of them convince (each speaks with ln of the ratio of the two spreads).
fn cycle_weight(n_gaps: f64, spread: f64) -> f64 {
    let irregularity = (spread * spread * 6.0 / std::f64::consts::PI.powi(2)).min(1.0);
    n_gaps / (n_gaps + 2.0 * irregularity) * (1.0 - irregularity)
}

/// The log-odds of a purchase in each span, from cumulative hazards at the spans' ends.
///
/// `factors` says how many purchases a span sees relative to its length, because of the weekdays in it.
#[inline(always)]
#[allow(clippy::inline_always, reason = "to become wider vector instructions where its caller does")]
pub(crate) fn log_odds(hazards: &Spans, factors: &Spans) -> Spans {
    let mut before = 0.0;
    let mut out = Spans::default();
    for s in 0..N_SPANS {
        out[s] = ((hazards[s] - before) * factors[s]).clamp(1e-7, 15.0);
        before = hazards[s];
    }
    // P = 1 - e^-h, so ln(P / (1 - P)) = ln(e^h - 1).
    for x in &mut out {
        *x = ln_exp_m1(*x);
    }
    out
}

/// Purchases per weekday (Monday first, mean 1) in each span after a day, relative to an average day.
pub(crate) fn weekday_factors(weekday: &[f64; 7], day: i32) -> Spans {
    let mut start = 0;
    EDGES_DAYS.map(|end| {
        let end = end as i32;
        let sum: f64 = (start + 1..=end).map(|d| weekday[(day + d + 3).rem_euclid(7) as usize]).sum();
        let factor = sum / f64::from(end - start);
        start = end;
        factor.max(0.01) as f32
    })
}

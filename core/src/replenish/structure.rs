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
use crate::stats::{N_SPANS, Spans, ln_count, ln_exp_m1};

/// Where the spans of the discrete-time hazard end, days after the cutoff.
pub(crate) const EDGES_DAYS: [f64; N_SPANS] = [1.0, 3.0, 7.0, 14.0, 28.0, 56.0, 112.0, 224.0];

/// A log-logistic distribution of gaps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LogLogistic {
    /// Log of the median, log days.
    pub(crate) log_median: f64,
    steepness: f64,
}

impl LogLogistic {
    /// From the mean and standard deviation of the log gap.
    pub(crate) fn new(log_mean: f64, spread: f64) -> Self {
        // A logistic distribution of this scale has the standard deviation `spread`.
        Self { log_median: log_mean, steepness: std::f64::consts::PI / (3f64.sqrt() * spread.max(0.05)) }
    }

    /// The cumulative hazard until `days` after the last event: `ln(1 + (days / median)^steepness)`.
    pub(crate) fn hazard(&self, days: f64) -> f64 {
        let x = self.steepness * (ln_count(days.max(0.25)) - self.log_median);
        // ln(1 + e^x) without overflow.
        x.max(0.0) + (-x.abs()).exp().ln_1p()
    }
}

/// The parameters of the two clocks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Structure {
    /// Purchases per day on the visit clock, and the shape of its Gamma distribution.
    per_day: f64,
    shape: f64,
    /// Days since the last purchase.
    recency: f64,
    cycle: LogLogistic,
    /// The cycle clock's cumulative hazard from the last purchase to the cutoff.
    so_far: f64,
    /// How much the cycle clock counts, 0 to 1.
    pub(crate) cycle_weight: f64,
    /// The cumulative hazard at the end of each span and at the reach: asked for again and again.
    at_edges: [f64; N_SPANS],
    at_reach: f64,
}

impl Structure {
    pub(crate) fn new(pair: &PairEvidence, customer: &CustomerEvidence) -> Self {
        let rate = |h: usize| customer.visits_per_day[h] * pair.prob_per_visit[h];
        let n_gaps = pair.n_purchases - 1.0;
        let cycle = LogLogistic::new(pair.log_cycle, pair.spread);
        let mut out = Self {
            per_day: (rate(MIDDLE) * rate(LONG)).sqrt(),
            shape: n_gaps + 1.0,
            recency: pair.recency,
            cycle,
            so_far: cycle.hazard(pair.recency),
            cycle_weight: cycle_weight(n_gaps, pair.spread),
            at_edges: [0.0; N_SPANS],
            at_reach: 0.0,
        };
        out.at_edges = EDGES_DAYS.map(|days| out.hazard(days));
        out.at_reach = out.hazard(REACH_DAYS);
        out
    }

    /// The cycle clock's cumulative hazard from the cutoff on.
    pub(crate) fn cycle_hazard(&self, days: f64) -> f64 {
        (self.cycle.hazard(self.recency + days) - self.so_far).max(0.0)
    }

    /// The cumulative hazard from the cutoff on: -ln P(no purchase within `days`).
    pub(crate) fn hazard(&self, days: f64) -> f64 {
        let visit = self.shape * (self.per_day * days / self.shape).ln_1p();
        if self.cycle_weight <= 0.0 {
            // One purchase: there is no cycle to compute.
            return visit;
        }
        (1.0 - self.cycle_weight) * visit + self.cycle_weight * self.cycle_hazard(days)
    }

    /// The cumulative hazard at the end of each span.
    pub(crate) fn hazards(&self) -> &[f64; N_SPANS] {
        &self.at_edges
    }

    /// The cumulative hazard at the curve's knots: the start, the spans' ends, the reach.
    pub(crate) fn at_knot(&self, knot: usize) -> f64 {
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
pub(crate) fn log_odds(hazards: &[f64; N_SPANS], factors: &[f64; N_SPANS]) -> Spans {
    let mut before = 0.0;
    let hazards: Spans = std::array::from_fn(|s| {
        let hazard = ((hazards[s] - before) * factors[s]).clamp(1e-7, 15.0);
        before = hazards[s];
        hazard as f32
    });
    // P = 1 - e^-h, so ln(P / (1 - P)) = ln(e^h - 1).
    hazards.map(ln_exp_m1)
}

/// Purchases per weekday (Monday first, mean 1) in each span after a day, relative to an average day.
pub(crate) fn weekday_factors(weekday: &[f64; 7], day: i32) -> [f64; N_SPANS] {
    let mut start = 0;
    EDGES_DAYS.map(|end| {
        let end = end as i32;
        let sum: f64 = (start + 1..=end).map(|d| weekday[(day + d + 3).rem_euclid(7) as usize]).sum();
        let factor = sum / f64::from(end - start);
        start = end;
        factor.max(0.01)
    })
}

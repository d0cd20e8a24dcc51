//! The forecast of one pair: when the next purchase comes, as one survival curve that answers every question.

use multiversion::multiversion;

use super::structure::{EDGES_DAYS, Structure};
use crate::stats::{N_SPANS, Spans, ln, ln_1p, one_minus_exp, softplus};

/// How far a forecast reaches, days. Quantiles of the run-out date are those of a purchase within the reach.
pub const REACH_DAYS: f64 = 364.0;

/// The last knot of the curve.
const LAST_KNOT: usize = N_SPANS + 1;
/// Where the structure expects less than this between two knots, it has no shape to follow.
const NO_HAZARD: f32 = 1e-12;
/// Without a cycle the hazard between two knots is close to even; a short span has no room for a shape.
const SHAPED_WEIGHT: f32 = 0.1;
const SHAPED_DAYS: f32 = 4.5;
/// Days of the curve that are read together: two vectors keep the processor busier than one.
const AT_ONCE: usize = 16;

/// P(no purchase until) as a function of time: a product over the spans of the discrete-time hazard, and within a span
/// spread as the structure would spread it. Falls from 1 and never rises.
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

    /// The structure's cumulative hazard at the knot before, and how much it rises to a knot.
    fn structural(&self, knot: usize) -> (f32, f32) {
        let before = self.structure.at_knot(knot - 1);
        (before, self.structure.at_knot(knot) - before)
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
        let cut = |quantile: f64| if quantile.is_nan() { 0.5 } else { quantile.clamp(0.0, 1.0) as f32 };
        run_outs(self, quantiles.map(cut)).map(f64::from)
    }
}

/// P(at least one purchase) within each of `days`, anywhere on the curve: each stretch between two knots adds what of it lies
/// before the day, so that no day has to look for its own.
#[multiversion(targets("x86_64+avx+avx2"))]
fn probs<const N: usize>(survival: &Survival, days: [f32; N]) -> [f32; N] {
    // Most stretches lie before all of the days, or after; on a knot, all do.
    let least = days.iter().copied().fold(f32::MAX, f32::min);
    let most = days.iter().copied().fold(0.0, f32::max);
    let passed = (1..=LAST_KNOT).take_while(|&knot| survival.knot(knot).0 <= least).count();
    let mut out = [survival.knot(passed).1; N];
    let mut structural = days;
    if survival.knot(passed).0 < most {
        survival.structure.hazards(&mut structural);
    }
    for knot in passed + 1..=LAST_KNOT {
        let (start, end) = (survival.knot(knot - 1), survival.knot(knot));
        let rise = end.1 - start.1;
        if start.0 >= most {
            break;
        }
        if rise <= 0.0 {
            continue;
        }
        let (before, whole) = survival.structural(knot);
        let parts = if whole > NO_HAZARD {
            // What the span holds is spread over its days as the structure would spread what it holds.
            let share = one_minus_exp(rise) / one_minus_exp(whole);
            structural.map(|x| hazard_of(one_minus_exp(positive(x - before)) * share))
        } else {
            let slope = rise / (end.0 - start.0);
            days.map(|day| positive(day - start.0) * slope)
        };
        for (out, part) in out.iter_mut().zip(parts) {
            let sum = *out + part;
            // Exactly the knot's, from there on: no rounding lifts a day above a later one.
            *out = if part < rise && sum < end.1 { sum } else { end.1 };
        }
    }
    for x in &mut out {
        *x = one_minus_exp(*x);
    }
    out
}

/// The days of the quantiles. Between two knots: an eighth of the way, an eighth of that, and a straight line; all quantiles side
/// by side.
#[multiversion(targets("x86_64+avx+avx2"))]
fn run_outs<const N: usize>(survival: &Survival, quantiles: [f32; N]) -> [f32; N] {
    let mut hazards = quantiles;
    for x in &mut hazards {
        *x = hazard_of(*x * survival.again);
    }
    let mut sought = hazards.map(|hazard| Sought::new(survival, hazard));
    if sought.iter().any(|s| s.is_shaped) {
        for _ in 0..2 {
            let mut steps = sought.map(|s| std::array::from_fn(|i| s.from + 0.125 * s.width * i as f32));
            survival.structure.hazards(steps.as_flattened_mut());
            for (sought, steps) in sought.iter_mut().zip(steps) {
                sought.narrow(survival, steps);
            }
        }
    }
    sought.map(|s| s.from + s.width * s.share)
}

/// A day sought between two knots.
#[derive(Debug, Clone, Copy)]
struct Sought {
    knot: usize,
    /// The share of the rise between the knots that lies before the day: of the structure's when it is shaped.
    wanted: f32,
    /// Whether the rise follows the structure's, rather than being even.
    is_shaped: bool,
    /// The stretch in which the day lies; what of the rise lies before its end; and how far along the day is, 0 to 1.
    from: f32,
    width: f32,
    until: f32,
    share: f32,
}

impl Sought {
    fn new(survival: &Survival, hazard: f32) -> Self {
        let knot = 1 + n_below(&survival.edges, hazard);
        let (start, end) = (survival.knot(knot - 1), survival.knot(knot));
        let rise = (end.1 - start.1).max(f32::MIN_POSITIVE);
        let width = end.0 - start.0;
        let whole = survival.structural(knot).1;
        let is_shaped = survival.structure.cycle_weight >= SHAPED_WEIGHT && width >= SHAPED_DAYS && whole > NO_HAZARD;
        let wanted = if whole > NO_HAZARD {
            let share = one_minus_exp(positive(hazard - start.1)) / one_minus_exp(rise);
            hazard_of(share * one_minus_exp(whole)) / whole
        } else {
            (hazard - start.1) / rise
        };
        let wanted = wanted.min(1.0);
        Self { knot, wanted, is_shaped, from: start.0, width, until: 1.0, share: wanted }
    }

    /// Goes to the eighth of the stretch in which the day lies, given the structure's hazards at the eighths' starts. A later
    /// day never comes out earlier.
    fn narrow(&mut self, survival: &Survival, hazards: Spans) {
        if !self.is_shaped {
            return;
        }
        let (before, whole) = survival.structural(self.knot);
        let shares = hazards.map(|hazard| ((hazard - before) / whole).clamp(0.0, 1.0));
        let step = n_below(&shares, self.wanted).max(1) - 1;
        let (low, high) = (shares[step], shares.get(step + 1).copied().unwrap_or(self.until));
        self.width *= 0.125;
        self.from += self.width * step as f32;
        self.until = high;
        self.share = if high > low { ((self.wanted - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 };
    }
}

/// The cumulative hazard of an event of some probability.
#[inline(always)]
#[allow(clippy::inline_always, reason = "to become wider vector instructions where its caller does")]
fn hazard_of(prob: f32) -> f32 {
    if prob < 0.99 { -ln_1p(-prob) } else { -ln((1.0 - prob).max(f32::EPSILON)) }
}

/// `x`, or 0 below it. Not `max`: comparisons written so are one instruction each.
#[inline(always)]
#[allow(clippy::inline_always, reason = "to become wider vector instructions where its caller does")]
fn positive(x: f32) -> f32 {
    if x > 0.0 { x } else { 0.0 }
}

/// How many of rising values lie below one; all are asked, which takes less time than to guess where to stop.
fn n_below(values: &Spans, value: f32) -> usize {
    values.iter().map(|&v| usize::from(v < value)).sum()
}

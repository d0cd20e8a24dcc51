//! Survival curves read side by side: each lane asks one question of one curve, so that many questions to one curve, and one
//! question to many curves, become the same vector instructions and give the same bits.

use multiversion::multiversion;

use super::structure::{EDGES_DAYS, Structure};
use super::survival::{REACH_DAYS, Survival};
use crate::stats::{N_SPANS, Spans, ln, ln_1p, one_minus_exp};

/// The last knot of a curve.
pub(super) const LAST_KNOT: usize = N_SPANS + 1;
/// The days of the knots: 0, the spans' ends, the reach.
const KNOTS_DAYS: [f32; LAST_KNOT + 1] = {
    let mut days = [0.0; LAST_KNOT + 1];
    let mut span = 0;
    while span < N_SPANS {
        days[span + 1] = EDGES_DAYS[span] as f32;
        span += 1;
    }
    days[LAST_KNOT] = REACH_DAYS as f32;
    days
};
/// Where the structure expects less than this between two knots, it has no shape to follow.
const NO_HAZARD: f32 = 1e-12;
/// Without a cycle the hazard between two knots is close to even; a short stretch has no room for a shape.
const SHAPED_WEIGHT: f32 = 0.1;
const SHAPED_DAYS: f32 = 4.5;

/// P(at least one purchase) within each of some numbers of days, 0 … [`REACH_DAYS`], on one curve.
#[multiversion(targets("x86_64+avx+avx2"))]
pub(super) fn probs<const L: usize>(curve: &Survival, days: [f32; L]) -> [f32; L] {
    let structural = || {
        let mut hazards = days;
        curve.structure.hazards(&mut hazards);
        hazards
    };
    probs_in([curve; L], days, structural)
}

/// P(at least one purchase) within a number of days, 0 … [`REACH_DAYS`], on each of some curves.
#[multiversion(targets("x86_64+avx+avx2"))]
pub(super) fn probs_of_each<const L: usize>(curves: [&Survival; L], day: f32) -> [f32; L] {
    probs_in(curves, [day; L], || Structure::hazards_of(curves.map(|curve| &curve.structure), day))
}

/// The days of some quantiles of the run-out date on one curve.
#[multiversion(targets("x86_64+avx+avx2"))]
pub(super) fn run_outs<const L: usize>(curve: &Survival, quantiles: [f32; L]) -> [f32; L] {
    run_outs_in([curve; L], quantiles)
}

/// The days of a quantile of the run-out date on each of some curves.
#[multiversion(targets("x86_64+avx+avx2"))]
pub(super) fn run_outs_of_each<const L: usize>(curves: [&Survival; L], quantile: f32) -> [f32; L] {
    run_outs_in(curves, [quantile; L])
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "to become wider vector instructions where its caller does")]
fn probs_in<const L: usize>(curves: [&Survival; L], days: [f32; L], structural: impl FnOnce() -> [f32; L]) -> [f32; L] {
    let knots = days.map(|day| (1..LAST_KNOT).map(|k| usize::from(KNOTS_DAYS[k] <= day)).sum::<usize>() + 1);
    let at = Stretches::new(curves, knots);
    let mut out = at.start;
    if days.iter().zip(at.start_day).any(|(&day, start)| day > start) {
        let structural = structural();
        for l in 0..L {
            // What the span holds is spread over its days as the structure would spread what it holds.
            let share = one_minus_exp(at.rise[l]) / one_minus_exp(at.whole[l]);
            let shaped = hazard_of(one_minus_exp(positive(structural[l] - at.before[l])) * share);
            let even = positive(days[l] - at.start_day[l]) * (at.rise[l] / at.n_days[l]);
            let part = if at.whole[l] > NO_HAZARD { shaped } else { even };
            // Exactly the knot's, from there on: no rounding lifts a day above a later one.
            let is_within = part < at.rise[l] && days[l] < at.start_day[l] + at.n_days[l];
            let sum = at.start[l] + part;
            out[l] = if is_within && sum < at.end[l] { sum } else { at.end[l] };
        }
    }
    for x in &mut out {
        *x = one_minus_exp(*x);
    }
    out
}

/// Between two knots: an eighth of the way, an eighth of that, and a straight line.
#[inline(always)]
#[allow(clippy::inline_always, reason = "to become wider vector instructions where its caller does")]
fn run_outs_in<const L: usize>(curves: [&Survival; L], quantiles: [f32; L]) -> [f32; L] {
    let mut hazards = quantiles;
    for (x, curve) in hazards.iter_mut().zip(curves) {
        *x = hazard_of(*x * curve.again);
    }
    let mut knots = [1; L];
    for (knot, (curve, hazard)) in knots.iter_mut().zip(curves.iter().zip(hazards)) {
        *knot += n_below(&curve.edges, hazard);
    }
    let at = Stretches::new(curves, knots);
    // The share of the rise between the knots that lies before the day: of the structure's where it has a shape.
    let mut wanted = [0f32; L];
    for l in 0..L {
        let rise = if at.rise[l] > f32::MIN_POSITIVE { at.rise[l] } else { f32::MIN_POSITIVE };
        let share = one_minus_exp(positive(hazards[l] - at.start[l])) / one_minus_exp(rise);
        let shaped = hazard_of(share * one_minus_exp(at.whole[l])) / at.whole[l];
        let even = (hazards[l] - at.start[l]) / rise;
        let share = if at.whole[l] > NO_HAZARD { shaped } else { even };
        wanted[l] = if share < 1.0 { share } else { 1.0 };
    }
    let mut sought: [Sought; L] =
        std::array::from_fn(|l| Sought { from: at.start_day[l], width: at.n_days[l], until: 1.0, share: wanted[l] });
    let is_shaped = |l: usize| {
        let has_room = at.n_days[l] >= SHAPED_DAYS && at.whole[l] > NO_HAZARD;
        has_room && curves[l].structure.cycle_weight >= SHAPED_WEIGHT
    };
    let (mut shaped, mut n_shaped) = ([0; L], 0);
    for l in 0..L {
        shaped[n_shaped] = l;
        n_shaped += usize::from(is_shaped(l));
    }
    for _ in 0..2 {
        for &l in &shaped[..n_shaped] {
            sought[l].narrow(&curves[l].structure, (at.before[l], at.whole[l]), wanted[l]);
        }
    }
    sought.map(|s| s.from + s.width * s.share)
}

/// Of each lane's curve the stretch up to a knot.
struct Stretches<const L: usize> {
    /// The day at which it begins, and how many there are.
    start_day: [f32; L],
    n_days: [f32; L],
    /// The cumulative hazard at both ends, and what lies between.
    start: [f32; L],
    end: [f32; L],
    rise: [f32; L],
    /// The structure's cumulative hazard at the start, and how much it rises.
    before: [f32; L],
    whole: [f32; L],
}

impl<const L: usize> Stretches<L> {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "to become wider vector instructions where its caller does")]
    fn new(curves: [&Survival; L], knots: [usize; L]) -> Self {
        let zero = [0f32; L];
        let mut out =
            Self { start_day: zero, n_days: zero, start: zero, end: zero, rise: zero, before: zero, whole: zero };
        for l in 0..L {
            let (curve, knot) = (curves[l], knots[l]);
            out.start_day[l] = KNOTS_DAYS[knot - 1];
            out.n_days[l] = KNOTS_DAYS[knot] - KNOTS_DAYS[knot - 1];
            out.start[l] = curve.at_knot(knot - 1);
            out.end[l] = curve.at_knot(knot);
            out.before[l] = curve.structure.at_knot(knot - 1);
            out.whole[l] = curve.structure.at_knot(knot);
        }
        for l in 0..L {
            out.rise[l] = out.end[l] - out.start[l];
            out.whole[l] -= out.before[l];
        }
        out
    }
}

/// A day sought between two knots.
struct Sought {
    /// The stretch in which the day lies; what of the rise lies before its end; and how far along the day is, 0 to 1.
    from: f32,
    width: f32,
    until: f32,
    share: f32,
}

impl Sought {
    /// Goes to the eighth of the stretch in which the day lies, given the structure's hazard before the first stretch and in the
    /// whole of it. A later day never comes out earlier.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "to become wider vector instructions where its caller does")]
    fn narrow(&mut self, structure: &Structure, (before, whole): (f32, f32), wanted: f32) {
        let mut shares: Spans = std::array::from_fn(|i| self.from + 0.125 * self.width * i as f32);
        structure.hazards(&mut shares);
        for x in &mut shares {
            *x = ((*x - before) / whole).clamp(0.0, 1.0);
        }
        let step = n_below(&shares, wanted).max(1) - 1;
        let (low, high) = (shares[step], shares.get(step + 1).copied().unwrap_or(self.until));
        self.width *= 0.125;
        self.from += self.width * step as f32;
        self.until = high;
        self.share = if high > low { ((wanted - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 };
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
#[inline(always)]
#[allow(clippy::inline_always, reason = "to become wider vector instructions where its caller does")]
fn n_below(values: &Spans, value: f32) -> usize {
    values.iter().map(|&v| u32::from(v < value)).sum::<u32>() as usize
}

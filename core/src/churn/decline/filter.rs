//! What one customer's counts say about a fall of the level: an exact Bayesian filter on a small grid.
//!
//! The customer's level is unknown; its posterior lives on a grid of [`GRID`] points, evenly spaced in the logarithm and
//! re-laid when the posterior has narrowed or moved. Beside it stand the joint masses of "the level was this, and fell by
//! `d` at some earlier period", whose sums over the grid are likelihood ratios with the unknown level integrated out:
//!
//! - over all onsets, older ones discounted: the Shiryaev-Roberts statistic (Shiryaev 1963; Roberts 1966), for falls of
//!   25, 40 and 55 %;
//! - for an onset exactly two periods ago (55 and 70 %) and exactly four (40 %), because a sum over all onsets spends
//!   its false alarms on slow falls and is late for steep ones.
//!
//! A count is negative binomial, mixed with silence (Lambert 1992): `P(0) = π + (1 − π) NB(0)`. Each update costs the
//! same, however long the past.
//!
//! Everything is inlined into [`DeclineState::observe`](super::DeclineState), which is compiled for wide registers too.
#![allow(clippy::inline_always, reason = "what is not inlined there is compiled for narrow registers only")]

use serde::{Deserialize, Serialize};

use super::grid::{GRID, Grid, OFFSETS, SQUARES, add, dot, each, powers, sum};
use crate::stats::{exp, ln};

/// The falls that are looked for, as logarithms of what remains: 25, 40, 55 and 70 %, each to the nearest whole number of
/// the grid's steps.
const FALLS: [f32; 4] = [0.288, 0.511, 0.799, 1.204];
/// The smallest step of the grid: no level is known better than to a few per cent.
const MIN_SPACING: f32 = 0.05;
/// Points below the grid that the deepest fall reaches.
const MAX_BELOW: usize = 28;
const MAX_POINTS: usize = GRID + MAX_BELOW.next_multiple_of(GRID);
/// Of these, the first three are summed over all onsets.
const N_SLOW: usize = 3;
/// What an onset weighs in the sum after one more period.
const MEMORY: f32 = 0.95;
/// Weights of the sums over all onsets …
const SLOW_WEIGHTS: [f32; N_SLOW] = [1.0, 1.0, 0.25];
/// … of a fall of 40 % four periods ago …
const FOUR_WEIGHT: f32 = 8.0;
/// … and of falls of 55 and 70 % two periods ago. Found on simulated counts of other seeds than those the tests use.
const TWO_WEIGHTS: [f32; 2] = [14.0, 6.0];
/// Weight of the onsets of silence: no use at all since then.
const SILENCE_WEIGHT: f32 = 1.0;
/// Share of a point's mass that moves to its neighbours in one period: healthy levels drift. Relative to the posterior's
/// own width, so that the memory is about a hundred periods whatever the level.
const DRIFT: f32 = 0.004;
/// The grid spans this many standard deviations to either side when laid …
const REACH: f32 = 3.3;
/// … and is laid anew when one is fewer points than this, or fewer than two from the grid's edge.
const NARROW: f32 = 0.7;
/// Larger counts are taken in larger units: beyond, it is dispersion that limits what a count can say.
const MAX_COUNT: f32 = 10_000.0;
/// By how much the logarithm of a mass falls from point to point beyond a grid that is laid anew, at least.
const FADE: f32 = 1.0;
/// No mass grows beyond this: the alarm is long overdue.
const MAX_MASS: f32 = 1e12;
/// Nor do masses and likelihoods fall below these: products of smaller ones are subnormal, which takes processors a hundred
/// times as long, and they tell nothing.
const MIN_MASS: f32 = 1e-20;
const LEAST_LN: f32 = -30.0;

/// What is given for one period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Observation {
    pub(super) count: f32,
    /// By what the period (and the customer's own response to it) multiplies the level.
    pub(super) effect: f32,
    /// Variance beyond Poisson, relative to the mean squared.
    pub(super) dispersion: f32,
    /// P(the customer does not use the product at all this period).
    pub(super) prob_silent: f32,
}

/// What was expected of a period before it was seen.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Expected {
    /// Mean given that the customer is not silent.
    pub(super) mean: f32,
    /// Variance of that mean: what is not known of the level.
    pub(super) variance: f32,
    /// P(silent | what was seen).
    pub(super) prob_silent: f32,
}

/// Posterior of the level, and of falls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Filter {
    /// Logarithm of the level in the middle of the grid, and from point to point.
    middle: f32,
    spacing: f32,
    /// Posterior of the level, point by point.
    healthy: Grid,
    /// Joint masses of level and fall, in units of the posterior: over all onsets …
    slow: [Grid; N_SLOW],
    /// … one, two and three periods after a fall of 40 % …
    four: [Grid; 3],
    /// … and one period after falls of 55 and 70 %.
    two: [Grid; 2],
    /// Likelihood ratio of silence, over all onsets.
    silence: f32,
    /// The statistic, its logarithm.
    ln_evidence: f32,
}

/// What the counts so far make of a mass: held between bounds, whatever the likelihood.
#[inline(always)]
fn step(mass: &Grid, likelihood: &Grid, scale: f32) -> Grid {
    each(|j| {
        let x = mass[j] * likelihood[j] * scale;
        let x = if x < MAX_MASS { x } else { MAX_MASS };
        if x > MIN_MASS { x } else { MIN_MASS }
    })
}

impl Filter {
    /// A customer of whom nothing is known but the population: the level is log-normal.
    pub(super) fn new(mean_ln: f32, sd_ln: f32) -> Self {
        let spacing = 2.0 * REACH * sd_ln / (GRID - 1) as f32;
        let mut healthy = each(|j| {
            let z = OFFSETS[j] * spacing / sd_ln;
            exp(-0.5 * z * z)
        });
        let total = sum(&healthy);
        for p in &mut healthy {
            *p /= total;
        }
        Self {
            middle: mean_ln,
            spacing,
            healthy,
            slow: [[0.0; GRID]; N_SLOW],
            four: [[0.0; GRID]; 3],
            two: [[0.0; GRID]; 2],
            silence: 0.0,
            ln_evidence: -10.0,
        }
    }

    /// Whether a state that was read can be used.
    pub(super) fn is_sound(&self) -> bool {
        let mut masses = self.slow.iter().chain(&self.four).chain(&self.two).chain([&self.healthy]).flatten();
        self.middle.abs() < 100.0
            && (1e-3..10.0).contains(&self.spacing)
            && masses.all(|x| (0.0..=MAX_MASS).contains(x))
            && sum(&self.healthy) > 0.0
            && (0.0..=MAX_MASS).contains(&self.silence)
            && self.ln_evidence.is_finite()
    }

    /// The grid's levels, a geometric series: the first, and each over the first.
    #[inline(always)]
    fn level(&self) -> (f32, Grid) {
        (exp(self.middle + self.spacing * OFFSETS[0]), powers(exp(self.spacing)))
    }

    /// Mean and mean square of the level of a healthy customer, per period with effect 1.
    #[inline(always)]
    fn mean_and_square(&self) -> (f32, f32) {
        let (first, ratios) = self.level();
        let mean = dot(&self.healthy, &ratios);
        let square = dot(&self.healthy, &each(|j| ratios[j] * ratios[j]));
        (first * mean, first * first * square)
    }

    /// The expected level of a healthy customer, per period with effect 1.
    pub(super) fn mean_level(&self) -> f32 {
        self.mean_and_square().0
    }

    /// Mean and standard deviation of the level's logarithm.
    pub(super) fn ln_level(&self) -> (f32, f32) {
        let (mean, sd) = self.moments();
        (self.middle + self.spacing * mean, self.spacing * sd)
    }

    /// Logarithm of the evidence for a fall; compared with the period's threshold.
    #[inline(always)]
    pub(super) fn ln_evidence(&self) -> f32 {
        self.ln_evidence
    }

    /// Mean and standard deviation of the posterior, in points from the grid's middle.
    #[inline(always)]
    fn moments(&self) -> (f32, f32) {
        let mean = dot(&self.healthy, &OFFSETS);
        let square = dot(&self.healthy, &SQUARES);
        let variance = square - mean * mean;
        (mean, (if variance > 1e-6 { variance } else { 1e-6 }).sqrt())
    }

    /// What a period is expected to bring.
    #[inline(always)]
    pub(super) fn expect(&self, effect: f32) -> (f32, f32) {
        let (mean, square) = self.mean_and_square();
        let variance = square - mean * mean;
        (mean * effect, if variance > 0.0 { variance * effect * effect } else { 0.0 })
    }

    /// Takes in one period; what was expected of it.
    #[inline(always)]
    pub(super) fn update(&mut self, seen: &Observation) -> Expected {
        let (mean, variance) = self.expect(seen.effect);
        let unit = if mean > MAX_COUNT { MAX_COUNT / mean } else { 1.0 };
        let (count, effect) = (seen.count * unit, seen.effect * unit);
        let is_zero = seen.count <= 0.0;
        let (likelihood, natural) = self.likelihood(count, effect, seen);
        let prob_silent = if is_zero {
            seen.prob_silent / (seen.prob_silent + (1.0 - seen.prob_silent) * natural).max(1e-30)
        } else {
            0.0
        };
        self.advance(&likelihood, is_zero);
        Expected { mean, variance, prob_silent }
    }

    /// The likelihood at the grid's levels and at those after each fall, up to a factor; and P(0 | not silent) when the
    /// count is 0. Falls are whole steps of the grid, so that all levels lie on one line of points.
    #[inline(always)]
    fn likelihood(&self, count: f32, effect: f32, seen: &Observation) -> ([Grid; 5], f32) {
        let steps: [usize; 4] = FALLS.map(|f| ((f / self.spacing + 0.5) as usize).clamp(1, MAX_BELOW));
        let below = steps[3].next_multiple_of(GRID);
        let n = (below + GRID).min(MAX_POINTS);
        let lowest = self.middle + self.spacing * (OFFSETS[0] - below as f32);
        let ratios = powers(exp(self.spacing));
        // Levels are a geometric series, from grid to grid.
        let by_grid = ratios[7] * ratios[1];
        let mut first = exp(lowest) * effect;
        let mut ln_first = lowest;
        let ln_ratios = each(|j| self.spacing * j as f32);
        let size = 1.0 / seen.dispersion.max(1e-9);
        let mut out = [0f32; MAX_POINTS];
        let is_poisson = seen.dispersion < 1e-4;
        for points in out[..n].as_chunks_mut::<GRID>().0 {
            let mean = each(|j| first * ratios[j]);
            let loss = if is_poisson { mean } else { each(|j| (count + size) * ln(1.0 + mean[j] * seen.dispersion)) };
            *points = each(|j| count * (ln_first + ln_ratios[j]) - loss[j]);
            first *= by_grid;
            ln_first += self.spacing * GRID as f32;
        }
        let grid = |from: usize, out: &[f32; MAX_POINTS]| -> Grid {
            out.get(from..).and_then(|x| x.first_chunk()).copied().unwrap_or_default()
        };
        let mut natural = 1.0;
        if seen.count <= 0.0 {
            let (pi, rest) = (seen.prob_silent, 1.0 - seen.prob_silent);
            for points in out[..n].as_chunks_mut::<GRID>().0 {
                *points = each(|j| exp(points[j]));
            }
            natural = dot(&self.healthy, &grid(below, &out));
            for points in out[..n].as_chunks_mut::<GRID>().0 {
                *points = each(|j| pi + rest * points[j]);
            }
        } else {
            let own = grid(below, &out);
            let top = own.iter().copied().fold(own[0], |a, b| if a > b { a } else { b });
            for points in out[..n].as_chunks_mut::<GRID>().0 {
                *points = each(|j| {
                    let x = points[j] - top;
                    let x = if x < 40.0 { x } else { 40.0 };
                    exp(if x > LEAST_LN { x } else { LEAST_LN })
                });
            }
        }
        let at = |step: usize| grid(below - step, &out);
        ([at(0), at(steps[0]), at(steps[1]), at(steps[2]), at(steps[3])], natural)
    }

    #[inline(always)]
    fn advance(&mut self, likelihood: &[Grid; 5], is_zero: bool) {
        let before = self.healthy;
        let scale = 1.0 / dot(&before, &likelihood[0]).max(1e-30);
        self.healthy = each(|j| {
            let x = before[j] * likelihood[0][j] * scale;
            if x > MIN_MASS { x } else { MIN_MASS }
        });
        let mut evidence = [0.0; GRID];
        for k in 0..N_SLOW {
            let mass = each(|j| MEMORY * self.slow[k][j] + before[j]);
            self.slow[k] = step(&mass, &likelihood[k + 1], scale);
            add(&mut evidence, SLOW_WEIGHTS[k], &self.slow[k]);
        }
        for k in 0..2 {
            add(&mut evidence, TWO_WEIGHTS[k], &step(&self.two[k], &likelihood[k + 3], scale));
            self.two[k] = step(&before, &likelihood[k + 3], scale);
        }
        let [one, two, three] = &self.four;
        add(&mut evidence, FOUR_WEIGHT, &step(three, &likelihood[2], scale));
        self.four =
            [step(&before, &likelihood[2], scale), step(one, &likelihood[2], scale), step(two, &likelihood[2], scale)];
        let silence = (MEMORY * self.silence + 1.0) * scale;
        self.silence = if is_zero { silence.min(MAX_MASS) } else { 0.0 };
        self.ln_evidence = ln(sum(&evidence) + SILENCE_WEIGHT * self.silence);
        self.drift();
        let (mean, sd) = self.moments();
        if (sd < NARROW && self.spacing > 1.01 * MIN_SPACING) || mean.abs() > (GRID as f32) / 2.0 - 2.0 * sd.max(0.5) {
            self.lay_anew(mean, sd);
        }
    }

    #[inline(always)]
    fn drift(&mut self) {
        let p = self.healthy;
        let left = [p[0], p[0], p[1], p[2], p[3], p[4], p[5], p[6]];
        let right = [p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[7]];
        self.healthy = each(|j| (1.0 - DRIFT) * p[j] + 0.5 * DRIFT * (left[j] + right[j]));
    }

    /// Lays the grid around the posterior, and carries the masses over: linear in their logarithms, beyond the old grid
    /// too, with each mass's sum kept.
    #[inline(always)]
    fn lay_anew(&mut self, mean: f32, sd: f32) {
        let (middle, spacing) = (self.middle, self.spacing);
        let ratio = (2.0 * REACH * sd.max(0.4) / (GRID - 1) as f32).clamp(0.25, 2.0).max(MIN_SPACING / spacing);
        self.middle = middle + spacing * mean;
        self.spacing = spacing * ratio;
        // Where the new points lie among the old ones: the point below, and how far beyond it.
        let at = each(|j| OFFSETS[j] * ratio + mean + (GRID - 1) as f32 / 2.0);
        let mut place = [0; GRID];
        for (k, x) in place.iter_mut().zip(at) {
            *k = x.clamp(0.0, (GRID - 2) as f32) as usize;
        }
        let beyond = each(|j| at[j] - place[j] as f32);
        let carry = |mass: &mut Grid| {
            let total = sum(mass);
            let ln = each(|j| ln(if mass[j] > 1e-30 { mass[j] } else { 1e-30 }));
            let top = ln.iter().copied().fold(ln[0], |a, b| if a > b { a } else { b });
            let below = each(|j| ln[place[j]] - top);
            let slope = each(|j| {
                let slope = ln[place[j] + 1] - ln[place[j]];
                // Beyond the old grid, every mass fades.
                let falling = if slope < -FADE { slope } else { -FADE };
                let rising = if slope > FADE { slope } else { FADE };
                let above = if beyond[j] > 1.0 { falling } else { slope };
                if beyond[j] < 0.0 { rising } else { above }
            });
            let new = each(|j| exp(below[j] + beyond[j] * slope[j]));
            let scale = total / sum(&new).max(1e-30);
            *mass = each(|j| new[j] * scale);
        };
        carry(&mut self.healthy);
        self.slow.iter_mut().chain(&mut self.four).chain(&mut self.two).for_each(carry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(count: f32) -> Observation {
        Observation { count, effect: 1.0, dispersion: 0.1, prob_silent: 0.0 }
    }

    /// Sums over a fine grid of levels: the mean level after some counts, and the ratio of the likelihood with the last
    /// `n` counts at `remains` of the level to that without a fall.
    fn exact(counts: &[f32], n: usize, remains: f64) -> (f64, f64) {
        let (mut healthy, mut fallen, mut mean) = (0.0, 0.0, 0.0);
        for k in -4_000..4_000 {
            let z = f64::from(k) / 500.0;
            let level = (2.0 + 0.5 * z).exp();
            let likelihood = |x: f32, mu: f64| {
                let x = f64::from(x);
                (x * mu.ln() - (x + 10.0) * (1.0 + 0.1 * mu).ln()).exp()
            };
            let prior = (-0.5 * z * z).exp();
            let (before, since) = counts.split_at(counts.len() - n);
            let p: f64 = before.iter().map(|&x| likelihood(x, level)).product::<f64>() * prior;
            let h: f64 = since.iter().map(|&x| likelihood(x, level)).product();
            healthy += p * h;
            mean += p * h * level;
            fallen += p * since.iter().map(|&x| likelihood(x, remains * level)).product::<f64>();
        }
        (mean / healthy, fallen / healthy)
    }

    #[test]
    fn level_and_evidence_are_those_of_a_fine_grid() {
        let counts = [9.0, 14.0, 7.0, 11.0, 12.0, 8.0, 16.0, 10.0, 13.0, 9.0, 4.0, 3.0];
        let mut filter = Filter::new(2.0, 0.5);
        for (n, &count) in counts.iter().enumerate() {
            filter.update(&seen(count));
            let (mean, _) = exact(&counts[..=n], 0, 1.0);
            let error = f64::from(filter.mean_level()) / mean - 1.0;
            assert!(error.abs() < 0.02, "{n}: {error}");
        }
        // The masses of falls one, two and three periods ago; falls are whole steps of the grid.
        for (n, mass) in [(1, &filter.four[0]), (2, &filter.four[1]), (3, &filter.four[2])] {
            let fall = (FALLS[1] / filter.spacing + 0.5).floor() * filter.spacing;
            let (_, ratio) = exact(&counts, n, f64::from(-fall).exp());
            let error = f64::from(sum(mass)) / ratio - 1.0;
            assert!(error.abs() < 0.1, "{n}: {error}");
        }
    }

    #[test]
    fn evidence_rises_with_a_fall_and_pauses_explain_silence() {
        let after = |counts: &[f32], prob_silent: f32| {
            let mut filter = Filter::new(2.5, 0.5);
            for &count in [12.0; 20].iter().chain(counts) {
                filter.update(&Observation { prob_silent, ..seen(count) });
            }
            filter.ln_evidence()
        };
        let (steady, fallen) = (after(&[12.0; 4], 0.0), after(&[4.0; 4], 0.0));
        assert!(fallen > steady + 5.0, "{steady} {fallen}");
        let (pause, gone) = (after(&[0.0; 3], 0.3), after(&[0.0; 3], 0.0));
        assert!(gone > pause + 3.0, "{pause} {gone}");
    }
}

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

use serde::{Deserialize, Serialize};

use crate::stats::{exp, ln};

/// Points of the grid; four make a vector.
pub(super) const GRID: usize = 8;
/// One number per point.
pub(super) type Grid = [f32; GRID];

/// The falls that are looked for, as logarithms of what remains: 25, 40, 55 and 70 %, each to the nearest whole number of
/// the grid's steps.
const FALLS: [f32; 4] = [0.288, 0.511, 0.799, 1.204];
/// The smallest step of the grid: no level is known better than to a few per cent.
const MIN_SPACING: f32 = 0.05;
/// Points below the grid that the deepest fall reaches; with the grid a multiple of four.
const MAX_BELOW: usize = 28;
const MAX_POINTS: usize = GRID + MAX_BELOW;
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

fn offset(j: usize) -> f32 {
    OFFSETS[j]
}

/// Four sums side by side, then those: one vector addition per four points.
#[inline]
fn sum(grid: &Grid) -> f32 {
    let mut lanes = [0f32; 4];
    for four in grid.as_chunks::<4>().0 {
        lanes.iter_mut().zip(four).for_each(|(l, x)| *l += x);
    }
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
}

/// The sum of the products of two.
#[inline]
fn dot(a: &Grid, b: &Grid) -> f32 {
    sum(&std::array::from_fn(|j| a[j] * b[j]))
}

/// Points from the grid's middle, and their squares.
const OFFSETS: Grid = {
    let mut out = [0.0; GRID];
    let mut j = 0;
    while j < GRID {
        out[j] = j as f32 - (GRID - 1) as f32 / 2.0;
        j += 1;
    }
    out
};

impl Filter {
    /// A customer of whom nothing is known but the population: the level is log-normal.
    pub(super) fn new(mean_ln: f32, sd_ln: f32) -> Self {
        let spacing = 2.0 * REACH * sd_ln / (GRID - 1) as f32;
        let mut healthy: Grid = std::array::from_fn(|j| {
            let z = offset(j) * spacing / sd_ln;
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

    fn level(&self) -> Grid {
        std::array::from_fn(|j| exp(self.middle + self.spacing * offset(j)))
    }

    /// The expected level of a healthy customer, per period with effect 1.
    pub(super) fn mean_level(&self) -> f32 {
        dot(&self.healthy, &self.level())
    }

    /// Mean and standard deviation of the level's logarithm.
    pub(super) fn ln_level(&self) -> (f32, f32) {
        let (mean, sd) = self.moments();
        (self.middle + self.spacing * mean, self.spacing * sd)
    }

    /// Logarithm of the evidence for a fall; compared with the period's threshold.
    pub(super) fn ln_evidence(&self) -> f32 {
        self.ln_evidence
    }

    /// Mean and standard deviation of the posterior, in points from the grid's middle.
    fn moments(&self) -> (f32, f32) {
        let mean = dot(&self.healthy, &OFFSETS);
        let square = dot(&self.healthy, &OFFSETS.map(|o| o * o));
        (mean, (square - mean * mean).max(1e-6).sqrt())
    }

    /// What a period is expected to bring.
    pub(super) fn expect(&self, effect: f32) -> (f32, f32) {
        let level = self.level();
        let mean = dot(&self.healthy, &level);
        let square = dot(&self.healthy, &level.map(|l| l * l));
        (mean * effect, (square - mean * mean).max(0.0) * effect * effect)
    }

    /// Takes in one period; what was expected of it.
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
    fn likelihood(&self, count: f32, effect: f32, seen: &Observation) -> ([Grid; 5], f32) {
        let steps: [usize; 4] = FALLS.map(|f| ((f / self.spacing + 0.5) as usize).clamp(1, MAX_BELOW));
        let n = (GRID + steps[3]).next_multiple_of(4);
        let below = n - GRID;
        let lowest = self.middle + self.spacing * (offset(0) - below as f32);
        let mut out = [0f32; MAX_POINTS];
        // Levels are a geometric series.
        let ratio = exp(self.spacing);
        let (square, scale) = (ratio * ratio, exp(lowest) * effect);
        let mut mean = [scale, scale * ratio, scale * square, scale * square * ratio];
        let by_four = square * square;
        let size = 1.0 / seen.dispersion.max(1e-9);
        for (k, points) in out[..n].as_chunks_mut::<4>().0.iter_mut().enumerate() {
            for (i, p) in points.iter_mut().enumerate() {
                let ln_level = lowest + self.spacing * (4 * k + i) as f32;
                let loss =
                    if seen.dispersion < 1e-4 { mean[i] } else { (count + size) * ln(1.0 + mean[i] * seen.dispersion) };
                *p = count * ln_level - loss;
                mean[i] *= by_four;
            }
        }
        let mut natural = 1.0;
        if seen.count <= 0.0 {
            let (pi, rest) = (seen.prob_silent, 1.0 - seen.prob_silent);
            out[..n].iter_mut().for_each(|l| *l = exp(*l));
            natural = dot(&self.healthy, out[below..].first_chunk().unwrap_or(&[0.0; GRID]));
            out[..n].iter_mut().for_each(|l| *l = pi + rest * *l);
        } else {
            let top = out[below..n].iter().copied().fold(f32::NEG_INFINITY, |a, b| if a > b { a } else { b });
            for l in &mut out[..n] {
                let x = *l - top;
                let x = if x < 40.0 { x } else { 40.0 };
                *l = exp(if x > LEAST_LN { x } else { LEAST_LN });
            }
        }
        let at = |step: usize| out[below - step..].first_chunk().copied().unwrap_or_default();
        ([at(0), at(steps[0]), at(steps[1]), at(steps[2]), at(steps[3])], natural)
    }

    fn advance(&mut self, likelihood: &[Grid; 5], is_zero: bool) {
        let before = self.healthy;
        let joint: Grid = std::array::from_fn(|j| before[j] * likelihood[0][j]);
        let scale = 1.0 / sum(&joint).max(1e-30);
        self.healthy = std::array::from_fn(|j| (joint[j] * scale).max(MIN_MASS));
        let step = |mass: &Grid, l: &Grid| -> Grid {
            std::array::from_fn(|j| {
                let x = mass[j] * l[j] * scale;
                let x = if x < MAX_MASS { x } else { MAX_MASS };
                if x > MIN_MASS { x } else { MIN_MASS }
            })
        };
        let mut evidence = 0.0;
        for ((slow, l), weight) in self.slow.iter_mut().zip(&likelihood[1..]).zip(SLOW_WEIGHTS) {
            let mass: Grid = std::array::from_fn(|j| MEMORY * slow[j] + before[j]);
            *slow = step(&mass, l);
            evidence += weight * sum(slow);
        }
        for ((two, l), weight) in self.two.iter_mut().zip(&likelihood[3..]).zip(TWO_WEIGHTS) {
            evidence += weight * sum(&step(two, l));
            *two = step(&before, l);
        }
        let [one, two, three] = &self.four;
        evidence += FOUR_WEIGHT * sum(&step(three, &likelihood[2]));
        self.four = [step(&before, &likelihood[2]), step(one, &likelihood[2]), step(two, &likelihood[2])];
        let silence = (MEMORY * self.silence + 1.0) * scale;
        self.silence = if is_zero { silence.min(MAX_MASS) } else { 0.0 };
        self.ln_evidence = ln(evidence + SILENCE_WEIGHT * self.silence);
        self.drift();
        let (mean, sd) = self.moments();
        if (sd < NARROW && self.spacing > 1.01 * MIN_SPACING) || mean.abs() > (GRID as f32) / 2.0 - 2.0 * sd.max(0.5) {
            self.lay_anew(mean, sd);
        }
    }

    fn drift(&mut self) {
        let p = self.healthy;
        for j in 0..GRID {
            let (left, right) = (p[j.saturating_sub(1)], p[(j + 1).min(GRID - 1)]);
            self.healthy[j] = (1.0 - DRIFT) * p[j] + 0.5 * DRIFT * (left + right);
        }
    }

    /// Lays the grid around the posterior, and carries the masses over: linear in their logarithms, beyond the old grid
    /// too, with each mass's sum kept.
    fn lay_anew(&mut self, mean: f32, sd: f32) {
        let (middle, spacing) = (self.middle, self.spacing);
        let ratio = (2.0 * REACH * sd.max(0.4) / (GRID - 1) as f32).clamp(0.25, 2.0).max(MIN_SPACING / spacing);
        self.middle = middle + spacing * mean;
        self.spacing = spacing * ratio;
        let place: [(usize, f32); GRID] = std::array::from_fn(|j| {
            let x = offset(j) * ratio + mean + (GRID - 1) as f32 / 2.0;
            let below = x.clamp(0.0, (GRID - 2) as f32).floor();
            (below as usize, x - below)
        });
        let carry = |mass: &mut Grid| {
            let total = sum(mass);
            let ln: Grid = std::array::from_fn(|j| ln(mass[j].max(1e-30)));
            let top = ln.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let new: Grid = std::array::from_fn(|j| {
                let (k, t) = place[j];
                let slope = ln[k + 1] - ln[k];
                // Beyond the old grid, every mass fades.
                let slope = if t > 1.0 {
                    slope.min(-FADE)
                } else if t < 0.0 {
                    slope.max(FADE)
                } else {
                    slope
                };
                exp(ln[k] + t * slope - top)
            });
            let scale = total / sum(&new).max(1e-30);
            *mass = new.map(|x| x * scale);
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

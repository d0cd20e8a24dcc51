//! The filters of several customers abreast: the same step for all, a vector register holding one number of each.
//!
//! One customer's filter is [`Filter`]; the arithmetic is here, once. Every number is that of its own customer, whoever
//! stands beside: alone or abreast, the bits are the same.
#![allow(clippy::inline_always, reason = "what is not inlined is compiled for narrow registers only")]

use super::filter::{Filter, MAX_MASS, N_SLOW};
use super::grid::{GRID, OFFSETS, SQUARES, each};
use super::regrid::{Regrid, deviation, is_outgrown};
use crate::stats::{exp, exp2_likelihood, ln, log2_likelihood};

/// The falls that are looked for: 25, 40, 55 and 70 %.
const N_FALLS: usize = 4;
/// Base-2 logarithms of what remains after them.
const LOG2_REMAINS: [f32; N_FALLS] = [-0.415_037_5, -0.736_965_6, -1.152_003, -1.736_965_6];
/// Falls of 40 %, and of 55 and 70 %, among these.
const FOUR: usize = 1;
const TWO: usize = 2;
/// By what polynomial of [`Fallen::at`] its [`Fallen::lost`] gives the logarithm, highest power first: minimax to a relative
/// error of 2e-5, which is as if the fall were deeper by so much.
const FALLS: [[f32; 5]; N_FALLS] = [
    [0.007_274_283, -0.000_905_474_08, 0.015_404_261, 0.032_575_762, -0.415_029_52],
    [0.010_157_539, 0.002_254_777_8, 0.035_499_707, 0.111_956_98, -0.736_955_18],
    [0.010_379_641, 0.003_348_410_1, 0.039_611_725, 0.305_162_08, -1.151_991_9],
    [-0.005_247_759_7, 0.075_749_6, -0.156_799_84, 0.813_332_26, -1.736_937_3],
];
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
/// Larger counts are taken in larger units: beyond, it is dispersion that limits what a count can say.
const MAX_COUNT: f32 = 10_000.0;
/// A smaller dispersion cannot be told from none.
const MIN_DISPERSION: f32 = 2e-5;
/// Masses fall no lower: products of smaller ones are subnormal, which takes processors a hundred times as long, and they
/// tell nothing. Nor do likelihoods, as base-2 logarithms; larger ones would overflow.
const MIN_MASS: f32 = 1e-20;
const LOG2_BOUNDS: (f32, f32) = (-43.0, 60.0);

/// One mass: a number per point of the grid and customer.
type Mass<const N: usize> = [[f32; N]; GRID];

/// What is given for one period, per customer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Observation<const N: usize> {
    pub(super) count: [f32; N],
    /// By what the period (and the customer's own response to it) multiplies the level.
    pub(super) effect: [f32; N],
    /// Variance beyond Poisson, relative to the mean squared.
    pub(super) dispersion: [f32; N],
    /// P(the customer does not use the product at all this period).
    pub(super) prob_silent: [f32; N],
}

/// What was expected of a period before it was seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<const N: usize> {
    /// Mean given that the customer is not silent.
    pub(super) mean: [f32; N],
    /// Variance of that mean: what is not known of the level.
    pub(super) variance: [f32; N],
    /// P(silent | what was seen).
    pub(super) prob_silent: [f32; N],
}

/// What falls make of the mean `m` (times dispersion) at one level: `log2((1 + rm) / (1 + m))` where `r` remains.
struct Fallen<const N: usize> {
    /// `m / (1 + m)`: the logarithm in proportion to this is smooth …
    lost: [f32; N],
    /// … as a polynomial of `1 / (1 + m / 2)`, which keeps its poles away on both sides.
    at: [f32; N],
}

impl<const N: usize> Fallen<N> {
    #[inline(always)]
    fn new(mean: &[f32; N]) -> Self {
        let mean: [f32; N] = each(|i| if mean[i] < 1e15 { mean[i] } else { 1e15 });
        let both: [f32; N] = each(|i| 1.0 / ((1.0 + mean[i]) * (1.0 + 0.5 * mean[i])));
        Self { lost: each(|i| mean[i] * (1.0 + 0.5 * mean[i]) * both[i]), at: each(|i| (1.0 + mean[i]) * both[i]) }
    }

    #[inline(always)]
    fn log2(&self, k: usize, i: usize) -> f32 {
        let [a, b, c, d, e] = FALLS[k];
        let x = self.at[i];
        self.lost[i] * ((((a * x + b) * x + c) * x + d) * x + e)
    }
}

/// [`Filter`] of each of `N` customers.
#[derive(Debug, Clone)]
pub(super) struct Filters<const N: usize> {
    middle: [f32; N],
    spacing: [f32; N],
    healthy: Mass<N>,
    slow: [Mass<N>; N_SLOW],
    four: [Mass<N>; 3],
    two: [Mass<N>; 2],
    silence: [f32; N],
    pub(super) ln_evidence: [f32; N],
}

/// A mass held between bounds, whatever the likelihood.
#[inline(always)]
fn bounded(x: f32) -> f32 {
    let x = if x < MAX_MASS { x } else { MAX_MASS };
    if x > MIN_MASS { x } else { MIN_MASS }
}

/// A likelihood from its base-2 logarithm.
#[inline(always)]
fn likelihood(log2: f32) -> f32 {
    let (least, most) = LOG2_BOUNDS;
    let x = if log2 > least { log2 } else { least };
    exp2_likelihood(if x < most { x } else { most })
}

impl<const N: usize> Filters<N> {
    pub(super) fn new(of: &Filter) -> Self {
        let mass = |m: &[f32; GRID]| m.map(|x| [x; N]);
        Self {
            middle: [of.middle; N],
            spacing: [of.spacing; N],
            healthy: mass(&of.healthy),
            slow: of.slow.each_ref().map(mass),
            four: of.four.each_ref().map(mass),
            two: of.two.each_ref().map(mass),
            silence: [of.silence; N],
            ln_evidence: [of.ln_evidence; N],
        }
    }

    /// One customer's filter.
    #[inline(always)]
    pub(super) fn get(&self, i: usize) -> Filter {
        let mass = |m: &Mass<N>| each(|j| m[j][i]);
        Filter {
            middle: self.middle[i],
            spacing: self.spacing[i],
            healthy: mass(&self.healthy),
            slow: self.slow.each_ref().map(mass),
            four: self.four.each_ref().map(mass),
            two: self.two.each_ref().map(mass),
            silence: self.silence[i],
            ln_evidence: self.ln_evidence[i],
        }
    }

    #[inline(always)]
    pub(super) fn set(&mut self, i: usize, of: &Filter) {
        let put = |m: &mut Mass<N>, from: &[f32; GRID]| m.iter_mut().zip(from).for_each(|(x, from)| x[i] = *from);
        (self.middle[i], self.spacing[i]) = (of.middle, of.spacing);
        put(&mut self.healthy, &of.healthy);
        self.slow.iter_mut().zip(&of.slow).for_each(|(m, from)| put(m, from));
        self.four.iter_mut().zip(&of.four).for_each(|(m, from)| put(m, from));
        self.two.iter_mut().zip(&of.two).for_each(|(m, from)| put(m, from));
        (self.silence[i], self.ln_evidence[i]) = (of.silence, of.ln_evidence);
    }

    /// The grids' levels.
    #[inline(always)]
    fn levels(&self) -> Mass<N> {
        let ratio: [f32; N] = each(|i| exp(self.spacing[i]));
        let mut level: [f32; N] = each(|i| exp(self.middle[i] + self.spacing[i] * OFFSETS[0]));
        let mut out = [[0f32; N]; GRID];
        for place in &mut out {
            *place = level;
            level = each(|i| level[i] * ratio[i]);
        }
        out
    }

    /// Means and variances of the levels.
    pub(super) fn level(&self) -> ([f32; N], [f32; N]) {
        self.level_among(&self.levels())
    }

    #[inline(always)]
    fn level_among(&self, levels: &Mass<N>) -> ([f32; N], [f32; N]) {
        let (mut level, mut square) = ([0f32; N], [0f32; N]);
        for (p, x) in self.healthy.iter().zip(levels) {
            let part: [f32; N] = each(|i| p[i] * x[i]);
            level = each(|i| level[i] + part[i]);
            square = each(|i| square[i] + part[i] * x[i]);
        }
        let variance = each(|i| {
            let variance = square[i] - level[i] * level[i];
            if variance > 0.0 { variance } else { 0.0 }
        });
        (level, variance)
    }

    /// Takes in one period; what was expected of it.
    #[inline(always)]
    pub(super) fn update(&mut self, seen: &Observation<N>) -> Expected<N> {
        let levels = self.levels();
        let (level, spread) = self.level_among(&levels);
        let mean: [f32; N] = each(|i| level[i] * seen.effect[i]);
        let variance = each(|i| spread[i] * seen.effect[i] * seen.effect[i]);
        let unit: [f32; N] = each(|i| if mean[i] > MAX_COUNT { MAX_COUNT / mean[i] } else { 1.0 });
        let count: [f32; N] = each(|i| seen.count[i] * unit[i]);
        let effect: [f32; N] = each(|i| seen.effect[i] * unit[i]);
        let dispersion: [f32; N] =
            each(|i| if seen.dispersion[i] > MIN_DISPERSION { seen.dispersion[i] } else { MIN_DISPERSION });
        let size: [f32; N] = each(|i| count[i] + 1.0 / dispersion[i]);
        // Mean times dispersion at each level.
        let scale: [f32; N] = each(|i| effect[i] * dispersion[i]);
        let mut means = levels;
        for means in &mut means {
            *means = each(|i| means[i] * scale[i]);
        }
        // The base-2 logarithm of the negative binomial's likelihood up to what all levels have in common; a part of it is
        // linear in the logarithm of the level.
        let slope: [f32; N] = each(|i| count[i] * self.spacing[i] * std::f32::consts::LOG2_E);
        let mut log2 = [[0f32; N]; GRID];
        let mut top = [f32::MIN; N];
        for (j, log2) in log2.iter_mut().enumerate() {
            *log2 = each(|i| slope[i] * OFFSETS[j] - size[i] * log2_likelihood(1.0 + means[j][i]));
            top = each(|i| if log2[i] > top[i] { log2[i] } else { top[i] });
        }
        // A count of 0 is weighed against a pause, so its likelihood is needed in full; of others the ratios are enough.
        let top: [f32; N] = each(|i| if seen.count[i] > 0.0 { top[i] } else { 0.0 });
        let silent: [f32; N] = each(|i| if seen.count[i] > 0.0 { 0.0 } else { seen.prob_silent[i] });
        let mut own = [[0f32; N]; GRID];
        let mut natural = [0f32; N];
        for ((own, log2), p) in own.iter_mut().zip(&mut log2).zip(&self.healthy) {
            *log2 = each(|i| log2[i] - top[i]);
            *own = each(|i| likelihood(log2[i]));
            natural = each(|i| natural[i] + p[i] * own[i]);
        }
        let prob_silent = each(|i| {
            let both = silent[i] + (1.0 - silent[i]) * natural[i];
            silent[i] / if both > 1e-30 { both } else { 1e-30 }
        });
        let mut all = [0f32; N];
        for (own, p) in own.iter_mut().zip(&self.healthy) {
            *own = each(|i| silent[i] + (1.0 - silent[i]) * own[i]);
            all = each(|i| all[i] + p[i] * own[i]);
        }
        let scale: [f32; N] = each(|i| 1.0 / if all[i] > 1e-30 { all[i] } else { 1e-30 });
        let pause: [f32; N] = each(|i| silent[i] * scale[i]);
        let use_: [f32; N] = each(|i| (1.0 - silent[i]) * scale[i]);
        let mut evidence = [0f32; N];
        for j in 0..GRID {
            let fallen = Fallen::new(&means[j]);
            // By how much each fall's likelihood moves a mass.
            let moved = |k: usize| {
                each(|i| {
                    let x = count[i] * LOG2_REMAINS[k] + log2[j][i];
                    pause[i] + use_[i] * likelihood(x - size[i] * fallen.log2(k, i))
                })
            };
            let moved = [moved(0), moved(1), moved(2), moved(3)];
            self.advance(j, &moved, &mut evidence);
            let (healthy, own) = (&mut self.healthy[j], &own[j]);
            *healthy = each(|i| {
                let x = healthy[i] * own[i] * scale[i];
                if x > MIN_MASS { x } else { MIN_MASS }
            });
        }
        self.silence = each(|i| {
            let x = (MEMORY * self.silence[i] + 1.0) * scale[i];
            let x = if x < MAX_MASS { x } else { MAX_MASS };
            if seen.count[i] > 0.0 { 0.0 } else { x }
        });
        self.ln_evidence = each(|i| ln(evidence[i] + SILENCE_WEIGHT * self.silence[i]));
        let (mean_point, square_point) = self.drift();
        self.lay_anew(&mean_point, &square_point);
        Expected { mean, variance, prob_silent }
    }

    /// The masses of falls, at one point of the grid; before the posterior there is moved.
    #[inline(always)]
    fn advance(&mut self, j: usize, moved: &[[f32; N]; N_FALLS], evidence: &mut [f32; N]) {
        let before = self.healthy[j];
        let mut add = |weight: f32, mass: &[f32; N]| *evidence = each(|i| evidence[i] + weight * mass[i]);
        for (k, mass) in self.slow.iter_mut().enumerate() {
            let mass = &mut mass[j];
            *mass = each(|i| bounded((MEMORY * mass[i] + before[i]) * moved[k][i]));
            add(SLOW_WEIGHTS[k], mass);
        }
        for (k, mass) in self.two.iter_mut().enumerate() {
            let (mass, moved) = (&mut mass[j], &moved[TWO + k]);
            add(TWO_WEIGHTS[k], &each(|i| bounded(mass[i] * moved[i])));
            *mass = each(|i| bounded(before[i] * moved[i]));
        }
        let ([one, two, three], moved) = ([self.four[0][j], self.four[1][j], self.four[2][j]], &moved[FOUR]);
        add(FOUR_WEIGHT, &each(|i| bounded(three[i] * moved[i])));
        for (mass, from) in self.four.iter_mut().zip([before, one, two]) {
            mass[j] = each(|i| bounded(from[i] * moved[i]));
        }
    }

    /// Lets healthy levels drift; mean and mean square of the posterior after it, in points.
    #[inline(always)]
    fn drift(&mut self) -> ([f32; N], [f32; N]) {
        let (mut mean, mut square) = ([0f32; N], [0f32; N]);
        let mut left = self.healthy[0];
        for j in 0..GRID {
            let (here, right) = (self.healthy[j], self.healthy[(j + 1).min(GRID - 1)]);
            let new: [f32; N] = each(|i| (1.0 - DRIFT) * here[i] + 0.5 * DRIFT * (left[i] + right[i]));
            mean = each(|i| mean[i] + OFFSETS[j] * new[i]);
            square = each(|i| square[i] + SQUARES[j] * new[i]);
            (self.healthy[j], left) = (new, here);
        }
        (mean, square)
    }

    /// Lays those grids anew that are outgrown by posteriors with these means and mean squares, in points.
    #[inline(always)]
    fn lay_anew(&mut self, mean: &[f32; N], square: &[f32; N]) {
        let sd: [f32; N] = each(|i| deviation(mean[i], square[i]));
        let is_due: [f32; N] = each(|i| if is_outgrown(mean[i], sd[i], self.spacing[i]) { 1.0 } else { 0.0 });
        for i in (0..N).filter(|&i| is_due[i] > 0.0) {
            self.lay_one_anew(i, mean[i], sd[i]);
        }
    }

    /// Lays one grid around a posterior with this mean and standard deviation, in points.
    #[inline(always)]
    fn lay_one_anew(&mut self, i: usize, mean: f32, sd: f32) {
        let grid = Regrid::around(self.middle[i], self.spacing[i], mean, sd);
        (self.middle[i], self.spacing[i]) = (grid.middle, grid.spacing);
        let mut healthy = each(|j| self.healthy[j][i]);
        grid.carry(&mut healthy);
        for (place, x) in self.healthy.iter_mut().zip(healthy) {
            place[i] = x;
        }
        // All falls in one register, point by point.
        let Self { slow: [a, b, c], four: [d, e, f], two: [g, h], .. } = self;
        let mut falls = [[0f32; 8]; GRID];
        for (j, x) in falls.iter_mut().enumerate() {
            *x = [a[j][i], b[j][i], c[j][i], d[j][i], e[j][i], f[j][i], g[j][i], h[j][i]];
        }
        grid.carry_all(&mut falls);
        for (j, x) in falls.iter().enumerate() {
            [a[j][i], b[j][i], c[j][i], d[j][i], e[j][i], f[j][i], g[j][i], h[j][i]] = *x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::grid::sum;
    use super::*;

    fn seen(count: f32) -> Observation<1> {
        Observation { count: [count], effect: [1.0], dispersion: [0.1], prob_silent: [0.0] }
    }

    #[test]
    fn what_falls_make_of_a_mean_is_as_exact_as_stated() {
        for step in -60..=80 {
            let mean = (0.25 * f64::from(step)).exp();
            let fallen = Fallen::new(&[mean as f32]);
            for (k, remains) in [0.75, 0.6, 0.45, 0.3].into_iter().enumerate() {
                // One minus what the mean loses, so that small means keep their digits.
                let exact = (-(1.0 - remains) * mean / (1.0 + mean)).ln_1p() / std::f64::consts::LN_2;
                let error = f64::from(fallen.log2(k, 0)) / exact - 1.0;
                assert!(error.abs() < 2.1e-5, "{mean} {remains}: {error}");
            }
        }
        assert!(Fallen::new(&[f32::INFINITY]).log2(3, 0).is_finite());
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
        let mut filters = Filters::<1>::new(&Filter::new(2.0, 0.5));
        for (n, &count) in counts.iter().enumerate() {
            filters.update(&seen(count));
            let (mean, _) = exact(&counts[..=n], 0, 1.0);
            let error = f64::from(filters.get(0).level().0) / mean - 1.0;
            assert!(error.abs() < 0.02, "{n}: {error}");
        }
        // The masses of falls of 40 % one, two and three periods ago.
        let filter = filters.get(0);
        for (n, mass) in [(1, &filter.four[0]), (2, &filter.four[1]), (3, &filter.four[2])] {
            let (_, ratio) = exact(&counts, n, 0.6);
            let error = f64::from(sum(mass)) / ratio - 1.0;
            assert!(error.abs() < 0.1, "{n}: {error}");
        }
    }

    #[test]
    fn evidence_rises_with_a_fall_and_pauses_explain_silence() {
        let after = |counts: &[f32], prob_silent: f32| {
            let mut filters = Filters::<1>::new(&Filter::new(2.5, 0.5));
            for &count in [12.0; 20].iter().chain(counts) {
                filters.update(&Observation { prob_silent: [prob_silent], ..seen(count) });
            }
            filters.ln_evidence[0]
        };
        let (steady, fallen) = (after(&[12.0; 4], 0.0), after(&[4.0; 4], 0.0));
        assert!(fallen > steady + 5.0, "{steady} {fallen}");
        let (pause, gone) = (after(&[0.0; 3], 0.3), after(&[0.0; 3], 0.0));
        assert!(gone > pause + 3.0, "{pause} {gone}");
    }
}

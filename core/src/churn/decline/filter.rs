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
//! same, however long the past; `filters` makes it, for several customers abreast.
#![allow(clippy::inline_always, reason = "what is not inlined is compiled for narrow registers only")]

use serde::{Deserialize, Serialize};

use super::grid::{GRID, Grid, OFFSETS, SQUARES, dot, each, powers, sum};
use crate::stats::{exp, exp2_likelihood, log2_likelihood};

/// Falls that are summed over all onsets.
pub(super) const N_SLOW: usize = 3;
/// The smallest step of the grid: no level is known better than to a few per cent.
const MIN_SPACING: f32 = 0.05;
/// The grid spans this many standard deviations to either side when laid …
const REACH: f32 = 3.3;
/// … and is laid anew when one is fewer points than this, or fewer than two from the grid's edge.
const NARROW: f32 = 0.7;
/// By how much the base-2 logarithm of a mass falls from point to point beyond a grid that is laid anew, at least.
const FADE: f32 = std::f32::consts::LOG2_E;
/// No mass is carried over that is smaller beside its largest point than this power of 2.
const LEAST_LOG2: f32 = -100.0;
/// No mass grows beyond this: the alarm is long overdue.
pub(super) const MAX_MASS: f32 = 1e12;

/// Posterior of the level, and of falls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Filter {
    /// Logarithm of the level in the middle of the grid, and from point to point.
    pub(super) middle: f32,
    pub(super) spacing: f32,
    /// Posterior of the level, point by point.
    pub(super) healthy: Grid,
    /// Joint masses of level and fall, in units of the posterior: over all onsets …
    pub(super) slow: [Grid; N_SLOW],
    /// … one, two and three periods after a fall of 40 % …
    pub(super) four: [Grid; 3],
    /// … and one period after falls of 55 and 70 %.
    pub(super) two: [Grid; 2],
    /// Likelihood ratio of silence, over all onsets.
    pub(super) silence: f32,
    /// The statistic, its logarithm.
    pub(super) ln_evidence: f32,
}

impl Filter {
    /// A customer of whom nothing is known but the population: the level is log-normal.
    pub(super) fn new(mean_ln: f32, sd_ln: f32) -> Self {
        let spacing = 2.0 * REACH * sd_ln / (GRID - 1) as f32;
        let mut healthy: Grid = each(|j| {
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

    /// Mean and variance of the level of a healthy customer, per period with effect 1.
    pub(super) fn level(&self) -> (f32, f32) {
        let first = exp(self.middle + self.spacing * OFFSETS[0]);
        let levels = powers(exp(self.spacing)).map(|ratio| first * ratio);
        let mean = dot(&self.healthy, &levels);
        let square = dot(&self.healthy, &levels.map(|x| x * x));
        (mean, (square - mean * mean).max(0.0))
    }

    /// Mean and standard deviation of the level's logarithm.
    pub(super) fn ln_level(&self) -> (f32, f32) {
        let (mean, sd) = deviation(dot(&self.healthy, &OFFSETS), dot(&self.healthy, &SQUARES));
        (self.middle + self.spacing * mean, self.spacing * sd)
    }

    /// Lays the grid around a posterior with this mean and standard deviation, in points, and carries the masses over:
    /// linear in their logarithms, beyond the old grid too, with each mass's sum kept.
    #[inline(always)]
    pub(super) fn lay_anew(&mut self, mean: f32, sd: f32) {
        let (middle, spacing) = (self.middle, self.spacing);
        let ratio = (2.0 * REACH * sd.max(0.4) / (GRID - 1) as f32).clamp(0.25, 2.0).max(MIN_SPACING / spacing);
        self.middle = middle + spacing * mean;
        self.spacing = spacing * ratio;
        // Where the new points lie among the old ones: the point below, and how far beyond it.
        let at: Grid = each(|j| OFFSETS[j] * ratio + mean + (GRID - 1) as f32 / 2.0);
        let mut place = [0; GRID];
        for (k, x) in place.iter_mut().zip(at) {
            *k = x.clamp(0.0, (GRID - 2) as f32) as usize;
        }
        let beyond: Grid = each(|j| at[j] - place[j] as f32);
        // All falls in one register, point by point.
        let Self { healthy, slow, four, two, .. } = self;
        let mut falls: [[f32; 8]; GRID] = std::array::from_fn(|j| {
            [slow[0][j], slow[1][j], slow[2][j], four[0][j], four[1][j], four[2][j], two[0][j], two[1][j]]
        });
        carry(&mut falls, &place, &beyond);
        for (j, x) in falls.iter().enumerate() {
            [slow[0][j], slow[1][j], slow[2][j], four[0][j], four[1][j], four[2][j], two[0][j], two[1][j]] = *x;
        }
        let mut level = healthy.map(|x| [x]);
        carry(&mut level, &place, &beyond);
        *healthy = level.map(|[x]| x);
    }
}

/// Whether a grid must be laid anew around a posterior with this mean and standard deviation, in points.
#[inline(always)]
pub(super) fn is_outgrown(mean: f32, sd: f32, spacing: f32) -> bool {
    let wide = if sd > 0.5 { sd } else { 0.5 };
    (sd < NARROW && spacing > 1.01 * MIN_SPACING) || mean.abs() > (GRID as f32) / 2.0 - 2.0 * wide
}

/// Mean and standard deviation from mean and mean square.
#[inline(always)]
pub(super) fn deviation(mean: f32, square: f32) -> (f32, f32) {
    let variance = square - mean * mean;
    (mean, (if variance > 1e-6 { variance } else { 1e-6 }).sqrt())
}

/// Masses on a new grid, whose points lie `beyond` the points `place` of the old one.
#[inline(always)]
fn carry<const M: usize>(masses: &mut [[f32; M]; GRID], place: &[usize; GRID], beyond: &Grid) {
    let (mut before, mut after, mut top) = ([0f32; M], [0f32; M], [f32::MIN; M]);
    let mut log2 = [[0f32; M]; GRID];
    for (log2, mass) in log2.iter_mut().zip(masses.iter()) {
        *log2 = each(|m| log2_likelihood(if mass[m] > 1e-30 { mass[m] } else { 1e-30 }));
        before = each(|m| before[m] + mass[m]);
        top = each(|m| if log2[m] > top[m] { log2[m] } else { top[m] });
    }
    for (j, mass) in masses.iter_mut().enumerate() {
        let (low, high) = (&log2[place[j]], &log2[place[j] + 1]);
        // Beyond the old grid, every mass fades.
        let most = if beyond[j] > 1.0 { -FADE } else { f32::MAX };
        let least = if beyond[j] < 0.0 { FADE } else { f32::MIN };
        *mass = each(|m| {
            let slope = high[m] - low[m];
            let slope = if slope < most { slope } else { most };
            let slope = if slope > least { slope } else { least };
            let x = low[m] - top[m] + beyond[j] * slope;
            exp2_likelihood(if x > LEAST_LOG2 { x } else { LEAST_LOG2 })
        });
        after = each(|m| after[m] + mass[m]);
    }
    let scale: [f32; M] = each(|m| before[m] / if after[m] > 1e-30 { after[m] } else { 1e-30 });
    for mass in masses {
        *mass = each(|m| mass[m] * scale[m]);
    }
}

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

use serde::{Deserialize, Serialize};

use super::grid::{GRID, Grid, OFFSETS, SQUARES, dot, each, powers, sum};
use super::regrid::{REACH, deviation};
use crate::stats::exp;

/// Falls that are summed over all onsets.
pub(super) const N_SLOW: usize = 3;
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
        let mean = dot(&self.healthy, &OFFSETS);
        let sd = deviation(mean, dot(&self.healthy, &SQUARES));
        (self.middle + self.spacing * mean, self.spacing * sd)
    }
}

//! A grid laid anew around a posterior that has narrowed or moved, and the masses carried over to it.
#![allow(clippy::inline_always, reason = "what is not inlined is compiled for narrow registers only")]

use super::grid::{GRID, Grid, OFFSETS, each, sum};
use crate::stats::{exp2_likelihood, log2_likelihood};

/// The smallest step of the grid: no level is known better than to a few per cent.
const MIN_SPACING: f32 = 0.05;
/// The grid spans this many standard deviations to either side when laid …
pub(super) const REACH: f32 = 3.3;
/// … and is laid anew when one is fewer points than this, or fewer than two from the grid's edge.
const NARROW: f32 = 0.6;
/// By how much the base-2 logarithm of a mass falls from point to point beyond a grid that is laid anew, at least.
const FADE: f32 = std::f32::consts::LOG2_E;
/// No mass is carried over that is smaller beside its largest point than this power of 2.
const LEAST_LOG2: f32 = -100.0;
/// Nor one that is smaller than this.
const LEAST_MASS: f32 = 1e-30;

/// Standard deviation from mean and mean square.
#[inline(always)]
pub(super) fn deviation(mean: f32, square: f32) -> f32 {
    let variance = square - mean * mean;
    (if variance > 1e-6 { variance } else { 1e-6 }).sqrt()
}

/// Whether a grid must be laid anew around a posterior with this mean and standard deviation, in points.
#[inline(always)]
pub(super) fn is_outgrown(mean: f32, sd: f32, spacing: f32) -> bool {
    let wide = if sd > 0.5 { sd } else { 0.5 };
    (sd < NARROW && spacing > 1.01 * MIN_SPACING) || mean.abs() > (GRID as f32) / 2.0 - 2.0 * wide
}

/// A new grid, as seen from the old one.
pub(super) struct Regrid {
    pub(super) middle: f32,
    pub(super) spacing: f32,
    /// Where the new points lie among the old ones: the point below …
    place: [usize; GRID],
    /// … and how far beyond it.
    beyond: Grid,
    /// Bounds of a mass's slope there: beyond the old grid every mass fades.
    least: Grid,
    most: Grid,
}

/// A mass at a new point, relative to the old ones' largest: linear in the logarithms.
#[inline(always)]
fn carried(low: f32, high: f32, top: f32, beyond: f32, (least, most): (f32, f32)) -> f32 {
    let slope = high - low;
    let slope = if slope < most { slope } else { most };
    let slope = if slope > least { slope } else { least };
    let x = low - top + beyond * slope;
    exp2_likelihood(if x > LEAST_LOG2 { x } else { LEAST_LOG2 })
}

#[inline(always)]
fn log2(mass: f32) -> f32 {
    log2_likelihood(if mass > LEAST_MASS { mass } else { LEAST_MASS })
}

impl Regrid {
    /// The grid around a posterior with this mean and standard deviation, in points of the old grid.
    #[inline(always)]
    pub(super) fn around(middle: f32, spacing: f32, mean: f32, sd: f32) -> Self {
        let ratio = (2.0 * REACH * sd.max(0.4) / (GRID - 1) as f32).clamp(0.25, 2.0).max(MIN_SPACING / spacing);
        let at: Grid = each(|j| OFFSETS[j] * ratio + mean + (GRID - 1) as f32 / 2.0);
        let mut place = [0; GRID];
        for (k, x) in place.iter_mut().zip(at) {
            *k = x.clamp(0.0, (GRID - 2) as f32) as usize;
        }
        let beyond: Grid = each(|j| at[j] - place[j] as f32);
        Self {
            middle: middle + spacing * mean,
            spacing: spacing * ratio,
            place,
            beyond,
            least: each(|j| if beyond[j] < 0.0 { FADE } else { f32::MIN }),
            most: each(|j| if beyond[j] > 1.0 { -FADE } else { f32::MAX }),
        }
    }

    /// The posterior of the level on the new grid; its sum stays.
    #[inline(always)]
    pub(super) fn carry(&self, mass: &mut Grid) {
        let old: Grid = each(|j| log2(mass[j]));
        let mut top = f32::MIN;
        for x in old {
            top = if x > top { x } else { top };
        }
        let low: Grid = each(|j| old[self.place[j]]);
        let high: Grid = each(|j| old[self.place[j] + 1]);
        let new: Grid = each(|j| carried(low[j], high[j], top, self.beyond[j], (self.least[j], self.most[j])));
        let after = sum(&new);
        let scale = sum(mass) / if after > LEAST_MASS { after } else { LEAST_MASS };
        *mass = each(|j| new[j] * scale);
    }

    /// The same for several masses, abreast at each point.
    #[inline(always)]
    pub(super) fn carry_all<const M: usize>(&self, masses: &mut [[f32; M]; GRID]) {
        let (mut before, mut after, mut top) = ([0f32; M], [0f32; M], [f32::MIN; M]);
        let mut old = [[0f32; M]; GRID];
        for (old, mass) in old.iter_mut().zip(masses.iter()) {
            *old = each(|m| log2(mass[m]));
            before = each(|m| before[m] + mass[m]);
            top = each(|m| if old[m] > top[m] { old[m] } else { top[m] });
        }
        for (j, mass) in masses.iter_mut().enumerate() {
            let (low, high) = (&old[self.place[j]], &old[self.place[j] + 1]);
            let (beyond, bounds) = (self.beyond[j], (self.least[j], self.most[j]));
            *mass = each(|m| carried(low[m], high[m], top[m], beyond, bounds));
            after = each(|m| after[m] + mass[m]);
        }
        let scale: [f32; M] = each(|m| before[m] / if after[m] > LEAST_MASS { after[m] } else { LEAST_MASS });
        for mass in masses {
            *mass = each(|m| mass[m] * scale[m]);
        }
    }
}

//! Linear splines over quantile knots: where they bend, where a row stands on them, and what bending costs.

use rayon::prelude::*;

use super::hazard::{BLOCK, HazardRows};

/// Where the knots lie, as quantiles of the training rows: denser towards the top, where the frequent buyers are.
const KNOT_QUANTILES: [f64; 7] = [0.0, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0];
/// Slots per function in tables indexed by knot; a power of two above the number of knots.
pub(super) const SLOTS: usize = 8;
/// Bits of a [`place`](Places) after the point.
const FRACTION_BITS: u32 = 13;
/// Steps of a place between two knots.
pub(super) const STEPS_PER_SEGMENT: f32 = (1 << FRACTION_BITS) as f32;
/// Rows that knots and masses are estimated from.
const QUANTILE_ROWS: usize = 20_000;

/// A column's positions along the knots: 0 at the first, 1 at the second …, linear between, constant beyond the ends.
#[inline(always)]
#[allow(clippy::inline_always, reason = "to become wider vector instructions where its caller does")]
pub(super) fn positions<const ROWS: usize>(knots: &[f32], column: &[f32; ROWS]) -> [f32; ROWS] {
    let mut out = [0f32; ROWS];
    for w in knots.windows(2) {
        let (start, per_segment) = (w[0], 1.0 / (w[1] - w[0]));
        for (o, &x) in out.iter_mut().zip(column) {
            let t = (x - start) * per_segment;
            let t = if t > 0.0 { t } else { 0.0 };
            *o += if t < 1.0 { t } else { 1.0 };
        }
    }
    out
}

/// The functions of an additive model before fitting. A constant feature has none.
#[derive(Debug)]
pub(super) struct Splines {
    /// The features that vary …
    pub(super) features: Vec<usize>,
    /// … their knots …
    pub(super) knots: Vec<Vec<f32>>,
    /// … and each function's first coefficient, one per knot; coefficient 0 is the intercept.
    pub(super) first: Vec<usize>,
    pub(super) n_coefficients: usize,
}

impl Splines {
    pub(super) fn new(rows: &HazardRows) -> Self {
        let step = (rows.len() / QUANTILE_ROWS).max(1);
        let knots: Vec<Vec<f32>> = (0..rows.n_features)
            .into_par_iter()
            .map(|f| {
                let mut xs: Vec<f32> = (0..rows.len()).step_by(step).map(|r| rows.row(r)[f]).collect();
                xs.sort_unstable_by(f32::total_cmp);
                let mut knots: Vec<f32> = KNOT_QUANTILES
                    .iter()
                    .filter_map(|q| xs.get((q * (xs.len().saturating_sub(1)) as f64).round() as usize).copied())
                    .collect();
                knots.dedup_by(|b, a| *b - *a <= 1e-6 * (1.0 + a.abs()));
                knots
            })
            .collect();
        let mut out = Self { features: Vec::new(), knots: Vec::new(), first: Vec::new(), n_coefficients: 1 };
        for (feature, knots) in knots.into_iter().enumerate().filter(|(_, k)| k.len() > 1) {
            out.features.push(feature);
            out.first.push(out.n_coefficients);
            out.n_coefficients += knots.len();
            out.knots.push(knots);
        }
        out
    }

    /// The penalty matrix: `ridge` on each function's variance over the rows, and `bend` on its changes of slope.
    pub(super) fn penalty(&self, places: &Places, ridge: f64, bend: f64) -> Vec<f64> {
        let n = self.n_coefficients;
        let mut penalty = vec![0f64; n * n];
        // Like one event's curvature or two: what keeps the level of a span without an event.
        penalty[0] = 1.0;
        for (f, knots) in self.knots.iter().enumerate() {
            let mut mass = [0f64; SLOTS + 1];
            for block in 0..places.n_blocks() {
                for &place in &places.column(block, f)[..places.len_of(block)] {
                    let (knot, t) = split(place);
                    mass[knot] += f64::from(1.0 - t / STEPS_PER_SEGMENT);
                    mass[knot + 1] += f64::from(t / STEPS_PER_SEGMENT);
                }
            }
            let first = self.first[f];
            for (k, mass) in mass[..knots.len()].iter().enumerate() {
                let share = mass / places.n_rows as f64;
                penalty[(first + k) * (n + 1)] = ridge * (share * (1.0 - share)).max(0.01);
            }
            let width = knots[knots.len() - 1] - knots[0];
            for (k, w) in knots.windows(3).enumerate() {
                let (a, b) = (f64::from((w[1] - w[0]) / width), f64::from((w[2] - w[1]) / width));
                // The change of slope at the middle knot, relative to the feature's range.
                let change = [1.0 / a, -1.0 / a - 1.0 / b, 1.0 / b].map(|x| x * a.min(b));
                for (i, x) in change.iter().enumerate() {
                    for (j, y) in change.iter().enumerate() {
                        penalty[(first + k + i) * n + first + k + j] += bend * x * y;
                    }
                }
            }
        }
        penalty
    }

    /// The matrix of [`Self::penalty`] times a vector: only neighbouring knots meet in it.
    pub(super) fn pull(&self, penalty: &[f64], x: impl Fn(usize) -> f64) -> Vec<f64> {
        let n = self.n_coefficients;
        (0..n).map(|i| (i.saturating_sub(2)..(i + 3).min(n)).map(|j| penalty[i * n + j] * x(j)).sum()).collect()
    }
}

/// Where rows stand on the functions: the knot below and the steps beyond it, in one fixed-point number.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) n_rows: usize,
    n_functions: usize,
    /// `fixed[(block * n_functions + function) * BLOCK + row in the block]`.
    fixed: Vec<u16>,
}

/// A place's knot and the steps beyond it.
#[inline(always)]
#[allow(clippy::inline_always, reason = "in the innermost loops of the fit")]
pub(super) fn split(place: u16) -> (usize, f32) {
    ((place >> FRACTION_BITS) as usize, f32::from(place & ((1 << FRACTION_BITS) - 1)))
}

impl Places {
    /// The places of every `stride`-th row.
    pub(super) fn new(splines: &Splines, rows: &HazardRows, stride: usize) -> Self {
        let n_rows = rows.len().div_ceil(stride);
        let n_functions = splines.features.len();
        let mut places = vec![0u16; n_rows.div_ceil(BLOCK) * n_functions * BLOCK];
        if n_functions > 0 {
            places.par_chunks_mut(n_functions * BLOCK).enumerate().for_each(|(block, places)| {
                let len = BLOCK.min(n_rows - block * BLOCK);
                let mut column = [0f32; BLOCK];
                for (f, places) in places.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
                    for (i, x) in column[..len].iter_mut().enumerate() {
                        *x = rows.features[(block * BLOCK + i) * stride * rows.n_features + splines.features[f]];
                    }
                    for (place, position) in places.iter_mut().zip(positions(&splines.knots[f], &column)) {
                        // A whole number after adding 2^23, so that its bits end the sum's.
                        *place = (position * STEPS_PER_SEGMENT + 8_388_608.0).to_bits() as u16;
                    }
                }
            });
        }
        Self { n_rows, n_functions, fixed: places }
    }

    pub(super) fn n_blocks(&self) -> usize {
        self.n_rows.div_ceil(BLOCK)
    }

    pub(super) fn len_of(&self, block: usize) -> usize {
        BLOCK.min(self.n_rows - block * BLOCK)
    }

    /// One function's places in a block of rows; zeros past the last.
    pub(super) fn column(&self, block: usize, function: usize) -> &[u16; BLOCK] {
        self.fixed
            .get((block * self.n_functions + function) * BLOCK..)
            .and_then(<[u16]>::first_chunk)
            .unwrap_or(&[0; BLOCK])
    }
}

//! What trees are grown from: features as bins between quantiles, and the draws of rows and features.

use rayon::prelude::*;

use super::hazard::{CHUNK, HazardRows};

/// Bins of a feature's histogram.
pub(super) const N_BINS: usize = 32;
/// Rows that the quantiles are taken from.
const QUANTILE_ROWS: usize = 20_000;

/// Each row's bins.
#[derive(Debug)]
pub(super) struct Bins {
    n_rows: usize,
    /// Thresholds between the bins of each feature; none for a constant feature.
    pub(super) thresholds: Vec<Vec<f32>>,
    /// Feature by feature.
    columns: Vec<u8>,
}

impl Bins {
    pub(super) fn new(rows: &HazardRows) -> Self {
        let n = rows.len();
        let thresholds: Vec<Vec<f32>> = (0..rows.n_features).into_par_iter().map(|f| thresholds(rows, f)).collect();
        let mut bins = vec![0u8; n * rows.n_features];
        if n > 0 {
            // Whole rows are read at a time, because a row's features stand together in memory.
            let mut columns: Vec<_> = bins.chunks_mut(n).map(|column| column.chunks_mut(CHUNK)).collect();
            let chunks: Vec<Vec<&mut [u8]>> =
                (0..n.div_ceil(CHUNK)).map(|_| columns.iter_mut().filter_map(Iterator::next).collect()).collect();
            chunks.into_par_iter().enumerate().for_each(|(chunk, mut columns)| {
                for start in (0..columns.first().map_or(0, |c| c.len())).step_by(64) {
                    for (f, (column, cuts)) in columns.iter_mut().zip(&thresholds).enumerate() {
                        let end = (start + 64).min(column.len());
                        let mut xs = [0f32; 64];
                        for (i, x) in xs[..end - start].iter_mut().enumerate() {
                            *x = rows.features[(chunk * CHUNK + start + i) * rows.n_features + f];
                        }
                        let mut counts = [0u32; 64];
                        for &cut in cuts {
                            counts.iter_mut().zip(&xs).for_each(|(n, &x)| *n += u32::from(x > cut));
                        }
                        column[start..end].iter_mut().zip(counts).for_each(|(bin, n)| *bin = n as u8);
                    }
                }
            });
        }
        Self { n_rows: n, thresholds, columns: bins }
    }

    pub(super) fn column(&self, feature: usize) -> &[u8] {
        &self.columns[feature * self.n_rows..][..self.n_rows]
    }

    /// The features that tree `t` may ask about.
    pub(super) fn draw_features(&self, t: u64, share: f64) -> Vec<usize> {
        (0..self.thresholds.len())
            .filter(|&f| !self.thresholds[f].is_empty() && draw(2 * t + 2, 1 << 40 | f as u64) < share)
            .collect()
    }
}

/// The rows that tree `t` sees, ascending.
pub(super) fn draws(t: u64, n_rows: usize, share: f64) -> Vec<u32> {
    let parts: Vec<Vec<u32>> = (0..n_rows)
        .into_par_iter()
        .step_by(CHUNK)
        .map(|start| {
            // Written always and kept when drawn: no branch to mispredict.
            let (mut out, mut n) = (vec![0u32; CHUNK + 1], 0);
            for row in start..(start + CHUNK).min(n_rows) {
                out[n] = row as u32;
                n += usize::from(draw(2 * t + 1, row as u64) < share);
            }
            out.truncate(n);
            out
        })
        .collect();
    parts.concat()
}

/// Thresholds between bins: quantiles of the feature.
fn thresholds(rows: &HazardRows, feature: usize) -> Vec<f32> {
    let step = (rows.len() / QUANTILE_ROWS).max(1);
    let mut xs: Vec<f32> = (0..rows.len()).step_by(step).map(|r| rows.row(r)[feature]).collect();
    xs.sort_unstable_by(f32::total_cmp);
    let last = xs.last().copied();
    let mut cuts: Vec<f32> =
        (1..N_BINS).filter_map(|b| xs.get(b * xs.len() / N_BINS).copied()).filter(|&x| Some(x) < last).collect();
    cuts.dedup();
    cuts
}

/// A hash of two counters (the finaliser of `SplitMix64`, Steele et al. 2014): the random numbers of the drawing.
fn draw(a: u64, b: u64) -> f64 {
    let mut z = a.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(b.wrapping_mul(0xD1B5_4A32_D192_ED03));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

//! The Hessian of an additive model: how the functions' weighted rows overlap.

use rayon::prelude::*;

use super::hazard::BLOCK;
use super::splines::{Places, SLOTS, STEPS_PER_SEGMENT, Splines, split};

/// Sums over rows that stand beyond the same knot of two functions, of the row's weight times
/// `[1, t_g, t_f, t_f * t_g]`: one vector, from which the four products of neighbouring coefficients follow.
type Cell = [f32; 4];
/// One cell per pair of knots.
type Cells = [Cell; SLOTS * SLOTS];
/// Blocks whose products with a function are kept at hand.
const TILE: usize = 16;

/// The lower triangle of the coefficients' Gram matrix (row-major, the upper left at zero), rows counting by `weights`.
/// Each function's part is summed by itself and in the rows' order: no number depends on the threads.
pub(super) fn gram(splines: &Splines, places: &Places, weights: &[f32]) -> Vec<f64> {
    let n = splines.n_coefficients;
    let mut out = vec![0f64; n * n];
    out[0] = weights.iter().map(|&w| f64::from(w)).sum();
    let parts: Vec<(Vec<Cells>, [[f32; 2]; SLOTS])> =
        (0..splines.features.len()).into_par_iter().map(|f| overlaps(f, places, weights)).collect();
    let scale = 1.0 / f64::from(STEPS_PER_SEGMENT);
    let mut put = |i: usize, j: usize, x: f64| out[i * n + j] += x;
    for (f, (cells, own)) in parts.iter().enumerate() {
        let (first, n_knots) = (splines.first[f], splines.knots[f].len());
        for (k, sums) in own.iter().enumerate().take(n_knots) {
            let (all, beyond) = (f64::from(sums[0]), f64::from(sums[1]) * scale);
            put(first + k, 0, all - beyond);
            if k + 1 < n_knots {
                put(first + k + 1, 0, beyond);
            }
        }
        for (g, cells) in cells.iter().enumerate() {
            let (first_g, n_knots_g) = (splines.first[g], splines.knots[g].len());
            for kf in 0..n_knots {
                for kg in 0..n_knots_g {
                    let [all, at_g, at_f, both] = cells[kf * SLOTS + kg].map(f64::from);
                    let (at_g, at_f, both) = (at_g * scale, at_f * scale, both * scale * scale);
                    let (i, j) = (first + kf, first_g + kg);
                    put(i, j, all - at_g - at_f + both);
                    // No row stands beyond the last knot.
                    let (more_f, more_g) = (kf + 1 < n_knots, kg + 1 < n_knots_g);
                    if more_f {
                        put(i + 1, j, at_f - both);
                    }
                    if more_g {
                        put(i, j + 1, at_g - both);
                    }
                    if more_f && more_g {
                        put(i + 1, j + 1, both);
                    }
                }
            }
        }
    }
    out
}

/// The cells of function `f` with each function up to itself, and with the intercept.
fn overlaps(f: usize, places: &Places, weights: &[f32]) -> (Vec<Cells>, [[f32; 2]; SLOTS]) {
    let mut cells = vec![[Cell::default(); SLOTS * SLOTS]; f + 1];
    let mut own = [[0f32; 2]; SLOTS];
    let mut tile = vec![[(0u8, [0f32; 2]); BLOCK]; TILE];
    for start in (0..places.n_blocks()).step_by(TILE) {
        let blocks = start..(start + TILE).min(places.n_blocks());
        for (block, tile) in blocks.clone().zip(&mut tile) {
            let weights = &weights[block * BLOCK..][..places.len_of(block)];
            // Rows past the end weigh nothing.
            *tile = [(0, [0.0; 2]); BLOCK];
            for ((tile, &place), &w) in tile.iter_mut().zip(places.column(block, f)).zip(weights) {
                let (k, t) = split(place);
                *tile = ((k * SLOTS) as u8, [w, w * t]);
                own[k][0] += w;
                own[k][1] += w * t;
            }
        }
        for (g, cells) in cells.iter_mut().enumerate() {
            for (block, tile) in blocks.clone().zip(&tile) {
                for (&(k_f, [w, wt]), &place) in tile.iter().zip(places.column(block, g)) {
                    let (k_g, t) = split(place);
                    let cell = &mut cells[(k_f as usize | k_g) & (SLOTS * SLOTS - 1)];
                    let product = [w, w * t, wt, wt * t];
                    for (c, p) in cell.iter_mut().zip(product) {
                        *c += p;
                    }
                }
            }
        }
    }
    (cells, own)
}

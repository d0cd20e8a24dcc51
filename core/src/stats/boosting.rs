//! Gradient-boosted oblivious trees for all spans at once.
//!
//! A tree asks the same questions on a level wherever a row stands (Kohavi & Li 1995; Prokhorenkova et al. 2018), so
//! that a block of rows goes through it in a few vector instructions; a leaf holds one value per span, shrunk to their
//! common value. Second-order boosting on histograms (Friedman 2001; Chen & Guestrin 2016). Rows and features are drawn
//! by a counter-based hash, and sums are formed in a fixed order: the trees do not depend on threads.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::hazard::{BLOCK, Block, CHUNK, HazardRows, N_SPANS, Spans};

/// How the trees grow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Growth {
    pub(crate) n_trees: usize,
    pub(crate) depth: usize,
    pub(crate) rate: f32,
    /// Share of the rows and of the features a tree sees.
    pub(crate) row_share: f64,
    pub(crate) feature_share: f64,
    /// Curvature added to a leaf's common value, and to a span's deviation from it.
    pub(crate) ridge: f32,
    pub(crate) ridge_span: f32,
}

impl Default for Growth {
    fn default() -> Self {
        {use super::param; Self { n_trees: param("NT",140.) as usize, depth: param("DEPTH",4.) as usize, rate: param("RATE",0.1) as f32, row_share: param("ROWS",0.35), feature_share: param("FEAT",0.4), ridge: param("RIDGE",20.0) as f32, ridge_span: param("RSPAN",60.0) as f32 }}
    }
}

/// Bins of a feature's histogram.
const N_BINS: usize = 32;
/// Groups of spans whose gradients choose the questions: early and late.
const N_GROUPS: usize = 2;
/// The first span of the late group.
const LATE: usize = 4;

/// Boosted trees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Boosting {
    trees: Vec<Tree>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Tree {
    /// One question per level: is the feature above the threshold?
    questions: Vec<(u16, f32)>,
    /// `leaves[answers]`, the answer of level `l` in bit `l`.
    leaves: Vec<Spans>,
}

/// Gradient and curvature per group.
type Cell = [f32; 2 * N_GROUPS];

impl Boosting {
    /// Fits to rows, starting from their offsets.
    pub(crate) fn fit(rows: &HazardRows, growth: &Growth) -> Self {
        let thresholds = thresholds(rows);
        let bins = bins(rows, &thresholds);
        let mut log_odds = rows.offset.clone();
        let mut trees = Vec::with_capacity(growth.n_trees);
        for t in 0..growth.n_trees {
            let tree = Grower { rows, growth, thresholds: &thresholds, bins: &bins }.grow(t as u64, &log_odds);
            let Some((tree, levels)) = tree else { continue };
            let n = rows.len();
            log_odds.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, log_odds)| {
                let start = chunk * CHUNK;
                let mut leaf = vec![0u8; log_odds.len()];
                for (level, &(feature, bin)) in levels.iter().enumerate() {
                    let column = &bins[feature * n + start..][..log_odds.len()];
                    leaf.iter_mut().zip(column).for_each(|(l, &b)| *l |= u8::from(b > bin) << level);
                }
                for (x, &l) in log_odds.iter_mut().zip(&leaf) {
                    x.iter_mut().zip(&tree.leaves[l as usize]).for_each(|(x, v)| *x += v);
                }
            });
            trees.push(tree);
        }
        Self { trees }
    }

    /// Adds the model's log-odds times `weight` to `out`, one entry per row of the block.
    pub(crate) fn add_to(&self, block: &Block, weight: f32, out: &mut [Spans; BLOCK]) {
        let mut sum = [[0f32; N_SPANS]; BLOCK];
        for tree in &self.trees {
            let mut leaf = [0u32; BLOCK];
            for (level, &(feature, threshold)) in tree.questions.iter().enumerate() {
                for (l, &x) in leaf.iter_mut().zip(block.column(feature as usize)) {
                    *l |= u32::from(x > threshold) << level;
                }
            }
            for (s, &l) in sum[..block.len].iter_mut().zip(&leaf) {
                let value = &tree.leaves[l as usize & (tree.leaves.len() - 1)];
                s.iter_mut().zip(value).for_each(|(s, v)| *s += v);
            }
        }
        for (o, s) in out[..block.len].iter_mut().zip(&sum) {
            o.iter_mut().zip(s).for_each(|(o, s)| *o += weight * s);
        }
    }
}

/// Thresholds between bins: quantiles of each feature.
fn thresholds(rows: &HazardRows) -> Vec<Vec<f32>> {
    let step = (rows.len() / 20_000).max(1);
    (0..rows.n_features)
        .into_par_iter()
        .map(|f| {
            let mut xs: Vec<f32> = (0..rows.len()).step_by(step).map(|r| rows.row(r)[f]).collect();
            xs.sort_by(f32::total_cmp);
            let last = xs.last().copied();
            let mut cuts: Vec<f32> =
                (1..N_BINS).filter_map(|b| xs.get(b * xs.len() / N_BINS).copied()).filter(|&x| Some(x) < last).collect();
            cuts.dedup();
            cuts
        })
        .collect()
}

/// The bin of each row, feature by feature.
fn bins(rows: &HazardRows, thresholds: &[Vec<f32>]) -> Vec<u8> {
    let n = rows.len();
    let mut bins = vec![0u8; n * rows.n_features];
    if n > 0 {
        bins.par_chunks_mut(n).zip(thresholds).enumerate().for_each(|(f, (bins, cuts))| {
            for (row, bin) in bins.iter_mut().enumerate() {
                let x = rows.features[row * rows.n_features + f];
                *bin = cuts.partition_point(|&cut| cut < x) as u8;
            }
        });
    }
    bins
}

/// A hash of two counters (the finaliser of `SplitMix64`, Steele et al. 2014): the random numbers of the drawing.
fn draw(a: u64, b: u64) -> f64 {
    let mut z = a.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(b.wrapping_mul(0xD1B5_4A32_D192_ED03));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

struct Grower<'a> {
    rows: &'a HazardRows,
    growth: &'a Growth,
    thresholds: &'a [Vec<f32>],
    bins: &'a [u8],
}

impl Grower<'_> {
    /// One tree, and its questions as (feature, bin).
    fn grow(&self, t: u64, log_odds: &[Spans]) -> Option<(Tree, Vec<(usize, u8)>)> {
        let n = self.rows.len();
        let used: Vec<u32> = (0..n as u32).filter(|&r| draw(2 * t + 1, u64::from(r)) < self.growth.row_share).collect();
        let features: Vec<usize> = (0..self.rows.n_features)
            .filter(|&f| !self.thresholds[f].is_empty() && draw(2 * t + 2, 1 << 40 | f as u64) < self.growth.feature_share)
            .collect();
        let slopes: Vec<(Spans, Spans)> =
            used.par_iter().map(|&r| self.rows.slopes(r as usize, &log_odds[r as usize])).collect();
        let cells: Vec<Cell> = slopes
            .iter()
            .map(|(g, c)| {
                let sum = |x: &[f32]| x.iter().sum::<f32>();
                [sum(&g[..LATE]), sum(&c[..LATE]), sum(&g[LATE..]), sum(&c[LATE..])]
            })
            .collect();
        let mut leaf = vec![0u8; used.len()];
        let mut questions = Vec::new();
        for level in 0..self.growth.depth {
            let n_leaves = 1usize << level;
            let best = features
                .par_iter()
                .map(|&f| self.best_bin(f, &used, &cells, &leaf, n_leaves))
                .collect::<Vec<_>>()
                .into_iter()
                .zip(&features)
                .map(|((gain, bin), &f)| (gain, f, bin))
                // The first of equal gains: the order is fixed.
                .reduce(|a, b| if b.0 > a.0 { b } else { a });
            let (gain, feature, bin) = best?;
            if gain <= 1e-3 {
                break;
            }
            let column = &self.bins[feature * n..][..n];
            for (l, &r) in leaf.iter_mut().zip(&used) {
                *l |= u8::from(column[r as usize] > bin) << level;
            }
            questions.push((feature, bin));
        }
        if questions.is_empty() {
            return None;
        }
        let leaves = self.leaves(&slopes, &leaf, 1 << questions.len());
        let tree = Tree {
            questions: questions.iter().map(|&(f, bin)| (f as u16, self.thresholds[f][bin as usize])).collect(),
            leaves,
        };
        Some((tree, questions))
    }

    /// The best threshold of a feature, and by how much it would lower the loss.
    fn best_bin(&self, feature: usize, used: &[u32], cells: &[Cell], leaf: &[u8], n_leaves: usize) -> (f32, u8) {
        let column = &self.bins[feature * self.rows.len()..][..self.rows.len()];
        let n_bins = self.thresholds[feature].len() + 1;
        let mut histogram = vec![Cell::default(); n_leaves * N_BINS];
        for ((&r, cell), &l) in used.iter().zip(cells).zip(leaf) {
            let place = &mut histogram[l as usize * N_BINS + column[r as usize] as usize];
            for (p, c) in place.iter_mut().zip(cell) {
                *p += c;
            }
        }
        let ridge = self.growth.ridge;
        let value = |c: &Cell| {
            // Early and late spans have values of their own, so each counts by itself.
            (0..N_GROUPS).map(|g| c[2 * g] * c[2 * g] / (c[2 * g + 1] + ridge)).sum::<f32>()
        };
        let mut gains = [0f32; N_BINS];
        for own in histogram.chunks_exact(N_BINS) {
            let mut total = Cell::default();
            for c in &own[..n_bins] {
                total.iter_mut().zip(c).for_each(|(t, c)| *t += c);
            }
            let whole = value(&total);
            let mut below = Cell::default();
            for (bin, c) in own[..n_bins - 1].iter().enumerate() {
                below.iter_mut().zip(c).for_each(|(b, c)| *b += c);
                let above: Cell = std::array::from_fn(|i| total[i] - below[i]);
                gains[bin] += value(&below) + value(&above) - whole;
            }
        }
        let mut best = (0f32, 0u8);
        for (bin, &gain) in gains[..n_bins - 1].iter().enumerate() {
            if gain > best.0 {
                best = (gain, bin as u8);
            }
        }
        best
    }

    /// The leaves' values: a common step for all spans, and each span's deviation, both shrunk.
    fn leaves(&self, slopes: &[(Spans, Spans)], leaf: &[u8], n_leaves: usize) -> Vec<Spans> {
        let mut sums = vec![([0f32; N_SPANS], [0f32; N_SPANS]); n_leaves];
        for ((g, c), &l) in slopes.iter().zip(leaf) {
            let (sum_g, sum_c) = &mut sums[l as usize];
            sum_g.iter_mut().zip(g).for_each(|(s, g)| *s += g);
            sum_c.iter_mut().zip(c).for_each(|(s, c)| *s += c);
        }
        let Growth { rate, ridge, ridge_span, .. } = *self.growth;
        sums.iter()
            .map(|(g, c)| {
                let common = -g.iter().sum::<f32>() / (c.iter().sum::<f32>() + ridge);
                std::array::from_fn(|s| rate * (common - (g[s] + c[s] * common) / (c[s] + ridge_span)))
            })
            .collect()
    }
}

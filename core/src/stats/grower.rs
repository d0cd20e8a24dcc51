//! Growing one oblivious tree.
//!
//! The drawn rows stand in parts, each with its rows' bins side by side and its rows grouped by leaf. Of two sibling
//! leaves only the one with fewer rows is counted; the other is what is left of their parent. Parts do not depend on
//! the number of threads, and their histograms are added in order.

use rayon::prelude::*;

use super::bins::{Bins, N_BINS};
use super::boosting::{Growth, Tree};
use super::hazard::{BLOCK, HazardRows, N_SPANS, Slopes, Spans, Targets};

/// Drawn rows whose histograms are formed together.
const PART: usize = 8192;
/// Groups of spans whose gradients choose the questions: early and late.
const N_GROUPS: usize = 2;
/// The first span of the late group.
const LATE: usize = 4;

/// Gradient and curvature per group.
type Cell = [f32; 2 * N_GROUPS];
/// `histogram[feature][bin]` of one leaf.
type Histogram = Vec<[Cell; N_BINS]>;

/// Some of the drawn rows.
struct Part {
    gradient: Vec<Spans>,
    curvature: Vec<Spans>,
    cells: Vec<Cell>,
    /// `bins[row * n_features + feature]`, of the drawn features.
    bins: Vec<u8>,
    /// The rows, grouped by leaf.
    order: Vec<u16>,
    /// Where each leaf's rows end in `order`.
    ends: Vec<usize>,
}

impl Part {
    fn new(rows: &HazardRows, bins: &Bins, used: &[u32], features: &[usize], log_odds: &[Spans]) -> Self {
        let n = used.len();
        let (mut gradient, mut curvature) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let mut slopes = Slopes::new();
        for used in used.chunks(BLOCK) {
            let (mut x, mut n_at_risk, mut event) = ([Spans::default(); BLOCK], [0u8; BLOCK], [false; BLOCK]);
            let mut weight = [1f32; BLOCK];
            for (i, &row) in used.iter().enumerate() {
                let row = row as usize;
                (x[i], n_at_risk[i], event[i]) = (log_odds[row], rows.n_at_risk[row], rows.event[row]);
                weight[i] = rows.weight.get(row).copied().unwrap_or(1.0);
            }
            let weight = (!rows.weight.is_empty()).then_some(&weight[..]);
            slopes.compute(&Targets { n_at_risk: &n_at_risk, event: &event, weight }, &x[..used.len()]);
            gradient.extend_from_slice(&slopes.gradient[..used.len()]);
            curvature.extend_from_slice(&slopes.curvature[..used.len()]);
        }
        let cells = gradient
            .iter()
            .zip(&curvature)
            .map(|(g, c)| {
                let sum = |x: &[f32]| x.iter().sum::<f32>();
                [sum(&g[..LATE]), sum(&c[..LATE]), sum(&g[LATE..]), sum(&c[LATE..])]
            })
            .collect();
        let mut own = vec![0u8; n * features.len()];
        for (f, &feature) in features.iter().enumerate() {
            let column = bins.column(feature);
            for (own, &row) in own.chunks_exact_mut(features.len()).zip(used) {
                own[f] = column[row as usize];
            }
        }
        Self { gradient, curvature, cells, bins: own, order: (0..n as u16).collect(), ends: vec![n] }
    }

    /// Where a leaf's rows stand in `order`.
    fn range(&self, leaf: usize) -> std::ops::Range<usize> {
        (if leaf == 0 { 0 } else { self.ends[leaf - 1] })..self.ends[leaf]
    }

    /// Splits each leaf into rows up to the bin and rows above, in this order.
    fn split(&mut self, n_features: usize, feature: usize, bin: u8) {
        let mut above = vec![0u16; self.order.len()];
        let mut ends = Vec::with_capacity(2 * self.ends.len());
        for leaf in 0..self.ends.len() {
            let range = self.range(leaf);
            let rows = &mut self.order[range.clone()];
            let (mut n_below, mut n_above) = (0, 0);
            for i in 0..rows.len() {
                let row = rows[i];
                let is_above = self.bins[row as usize * n_features + feature] > bin;
                // Written to both and kept in one: no branch to mispredict.
                rows[n_below] = row;
                above[n_above] = row;
                n_below += usize::from(!is_above);
                n_above += usize::from(is_above);
            }
            rows[n_below..].copy_from_slice(&above[..n_above]);
            ends.extend([range.start + n_below, range.end]);
        }
        self.ends = ends;
    }

    /// The histograms of some leaves, one after the other.
    fn count(&self, n_features: usize, leaves: &[usize]) -> Histogram {
        let mut out = vec![[Cell::default(); N_BINS]; leaves.len() * n_features];
        for (&leaf, out) in leaves.iter().zip(out.chunks_exact_mut(n_features)) {
            for &row in &self.order[self.range(leaf)] {
                let cell = self.cells[row as usize];
                let bins = &self.bins[row as usize * n_features..][..n_features];
                for (histogram, &bin) in out.iter_mut().zip(bins) {
                    let place = &mut histogram[bin as usize & (N_BINS - 1)];
                    for (p, c) in place.iter_mut().zip(cell) {
                        *p += c;
                    }
                }
            }
        }
        out
    }

    /// The sums of gradients and curvatures in each leaf.
    fn sums(&self) -> Vec<[Spans; 2]> {
        (0..self.ends.len())
            .map(|leaf| {
                let mut sum = [Spans::default(); 2];
                for &row in &self.order[self.range(leaf)] {
                    let (g, c) = (&self.gradient[row as usize], &self.curvature[row as usize]);
                    for s in 0..N_SPANS {
                        sum[0][s] += g[s];
                        sum[1][s] += c[s];
                    }
                }
                sum
            })
            .collect()
    }
}

/// A tree in growth.
pub(super) struct Grower<'a> {
    growth: &'a Growth,
    bins: &'a Bins,
    features: &'a [usize],
    parts: Vec<Part>,
}

impl<'a> Grower<'a> {
    pub(super) fn new(
        rows: &HazardRows,
        growth: &'a Growth,
        bins: &'a Bins,
        used: &[u32],
        features: &'a [usize],
        log_odds: &[Spans],
    ) -> Self {
        let parts = if features.is_empty() {
            Vec::new()
        } else {
            used.par_chunks(PART).map(|used| Part::new(rows, bins, used, features, log_odds)).collect()
        };
        Self { growth, bins, features, parts }
    }

    /// The tree, and its questions as (feature, bin).
    pub(super) fn grow(mut self) -> Option<(Tree, Vec<(usize, u8)>)> {
        let n_features = self.features.len();
        let mut histograms = self.count(&[0]);
        let mut questions: Vec<(usize, u8)> = Vec::new();
        for level in 0..self.growth.depth {
            if level > 0 {
                let &(feature, bin) = questions.last()?;
                let place = self.features.iter().position(|&f| f == feature)?;
                self.parts.par_iter_mut().for_each(|part| part.split(n_features, place, bin));
                histograms = self.count_siblings(&histograms);
            }
            let best: Vec<(f32, u8)> =
                (0..n_features).into_par_iter().map(|place| self.best_bin(&histograms, place)).collect();
            // The first of equal gains: the order is fixed.
            let best = best.into_iter().enumerate().reduce(|a, b| if b.1.0 > a.1.0 { b } else { a });
            let (place, (gain, bin)) = best?;
            if gain <= 1e-3 {
                break;
            }
            questions.push((self.features[place], bin));
        }
        let &(feature, bin) = questions.last()?;
        if self.parts.first()?.ends.len() < 1 << questions.len() {
            let place = self.features.iter().position(|&f| f == feature)?;
            self.parts.par_iter_mut().for_each(|part| part.split(n_features, place, bin));
        }
        let leaves = self.leaves(questions.len());
        let asked = questions.iter().map(|&(f, bin)| (f as u16, self.bins.thresholds[f][bin as usize])).collect();
        Some((Tree::new(asked, leaves), questions))
    }

    fn count(&self, leaves: &[usize]) -> Histogram {
        let n_features = self.features.len();
        let mut parts: Vec<Histogram> = self.parts.par_iter().map(|part| part.count(n_features, leaves)).collect();
        let mut out = parts.pop().unwrap_or_default();
        for part in &parts {
            for (o, p) in out.as_flattened_mut().as_flattened_mut().iter_mut().zip(part.as_flattened().as_flattened()) {
                *o += p;
            }
        }
        out
    }

    /// The histograms after a split, from those before it.
    fn count_siblings(&self, parents: &Histogram) -> Histogram {
        let n_features = self.features.len();
        let n_leaves = parents.len() / n_features * 2;
        let rows_in = |leaf: usize| self.parts.iter().map(|p| p.range(leaf).len()).sum::<usize>();
        let fewer: Vec<usize> =
            (0..n_leaves).step_by(2).map(|l| if rows_in(l) <= rows_in(l + 1) { l } else { l + 1 }).collect();
        let counted = self.count(&fewer);
        let mut out = vec![[Cell::default(); N_BINS]; n_leaves * n_features];
        let siblings = out.chunks_exact_mut(2 * n_features).zip(&fewer);
        for ((out, &fewer), (parent, counted)) in
            siblings.zip(parents.chunks_exact(n_features).zip(counted.chunks_exact(n_features)))
        {
            let (below, above) = out.split_at_mut(n_features);
            let (small, large) = if fewer % 2 == 0 { (below, above) } else { (above, below) };
            small.copy_from_slice(counted);
            for ((l, p), c) in large
                .as_flattened_mut()
                .as_flattened_mut()
                .iter_mut()
                .zip(parent.as_flattened().as_flattened())
                .zip(counted.as_flattened().as_flattened())
            {
                *l = p - c;
            }
        }
        out
    }

    /// The best threshold of a feature, and by how much it would lower the loss.
    fn best_bin(&self, histograms: &Histogram, place: usize) -> (f32, u8) {
        let n_features = self.features.len();
        let n_bins = self.bins.thresholds[self.features[place]].len() + 1;
        let ridge = self.growth.ridge;
        let value = |c: &Cell| {
            // Early and late spans have values of their own, so each counts by itself. What rounding left of an empty
            // leaf has no curvature worth dividing by, and the ridge keeps it small.
            (0..N_GROUPS).map(|g| c[2 * g] * c[2 * g] / (c[2 * g + 1].max(0.0) + ridge)).sum::<f32>()
        };
        let mut gains = [0f32; N_BINS];
        for own in histograms.iter().skip(place).step_by(n_features) {
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
    fn leaves(&self, depth: usize) -> Vec<Spans> {
        let parts: Vec<Vec<[Spans; 2]>> = self.parts.par_iter().map(Part::sums).collect();
        let Growth { rate, ridge, ridge_span, .. } = *self.growth;
        let mut out = vec![Spans::default(); 1 << depth];
        for leaf in 0..1usize << depth {
            let mut sum = [Spans::default(); 2];
            for part in &parts {
                sum.as_flattened_mut().iter_mut().zip(part[leaf].as_flattened()).for_each(|(s, p)| *s += p);
            }
            let [g, c] = sum;
            let common = -g.iter().sum::<f32>() / (c.iter().sum::<f32>() + ridge);
            // Leaves stand in the order of their answers with the first question's the most significant.
            let answers = leaf.reverse_bits() >> (usize::BITS as usize - depth);
            out[answers] = std::array::from_fn(|s| rate * (common - (g[s] + c[s] * common) / (c[s] + ridge_span)));
        }
        out
    }
}

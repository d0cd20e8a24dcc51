//! Gradient-boosted oblivious trees for all spans at once.
//!
//! A tree asks the same questions on a level wherever a row stands (Kohavi & Li 1995; Prokhorenkova et al. 2018), so
//! that a block of rows goes through it in a few vector instructions; a leaf holds one value per span, shrunk to their
//! common value. Second-order boosting on histograms (Friedman 2001; Chen & Guestrin 2016). Rows and features are drawn
//! by a counter-based hash, and sums are formed in a fixed order: the trees do not depend on threads.

use multiversion::multiversion;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::bins::{Bins, draws};
use super::grower::Grower;
use super::hazard::{BLOCK, Block, CHUNK, FEW, HazardRows, N_SPANS, Spans};
use crate::error::Result;
use crate::progress::Watch;

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

impl Growth {
    /// With penalties divided by a number.
    pub(crate) fn freed(self, scale: f64) -> Self {
        Self { ridge: self.ridge / scale as f32, ridge_span: self.ridge_span / scale as f32, ..self }
    }
}

/// Levels of a tree at most, and its leaves.
pub(super) const MAX_DEPTH: usize = 4;
const N_LEAVES: usize = 1 << MAX_DEPTH;
/// Trees evaluated together, so that a row's sum stays in registers between them; so many for the reason given for the
/// additive model's functions.
const GROUP: usize = 8;

/// Trees that grow some at a time, so that they can be judged in between.
pub(crate) struct Growing<'a> {
    rows: &'a HazardRows,
    growth: &'a Growth,
    bins: Bins,
    /// Of the rows, after the trees grown so far.
    log_odds: Vec<Spans>,
    n_grown: usize,
}

impl<'a> Growing<'a> {
    /// No tree yet.
    pub(crate) fn new(rows: &'a HazardRows, growth: &'a Growth) -> Self {
        Self { rows, growth, bins: Bins::new(rows), log_odds: rows.offset.clone(), n_grown: 0 }
    }

    /// The next `n` trees; none for a draw in which nothing is worth a question.
    pub(crate) fn grow(&mut self, n: usize, watch: &mut Watch<'_>) -> Result<Boosting> {
        let Self { rows, growth, bins, log_odds, n_grown } = self;
        let mut trees = Vec::with_capacity(n);
        for t in *n_grown..*n_grown + n {
            watch.tell((t - *n_grown) as f64 / n as f64)?;
            // The whole tree among the threads of the pool: they would fall asleep between its steps.
            let tree = rayon::scope(|_| {
                let used = draws(t as u64, rows.len(), growth.row_share);
                let features = bins.draw_features(t as u64, growth.feature_share);
                let (tree, questions) = Grower::new(rows, growth, bins, &used, &features, log_odds).grow()?;
                log_odds
                    .par_chunks_mut(CHUNK)
                    .enumerate()
                    .for_each(|(chunk, log_odds)| add_leaves(bins, &questions, &tree.leaves, chunk, log_odds));
                Some(tree)
            });
            trees.extend(tree);
        }
        self.n_grown += n;
        Ok(Boosting { trees })
    }
}

/// Boosted trees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Boosting {
    trees: Vec<Tree>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Tree {
    /// One question per level: is the feature above the threshold?
    pub(super) questions: Vec<(u16, f32)>,
    /// `leaves[answers]`, the answer of level `l` in bit `l`; filled up with zeros to the number a full tree has.
    #[serde(with = "stored_leaves")]
    leaves: Vec<Spans>,
}

/// Leaves as numbers one after the other: one per leaf where all spans have the same.
mod stored_leaves {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{N_LEAVES, N_SPANS, Spans};

    pub(super) fn serialize<S: Serializer>(leaves: &[Spans], to: S) -> Result<S::Ok, S::Error> {
        if leaves.iter().all(|leaf| leaf.iter().all(|x| x.to_bits() == leaf[0].to_bits())) {
            leaves.iter().map(|leaf| leaf[0]).collect::<Vec<f32>>().serialize(to)
        } else {
            leaves.as_flattened().serialize(to)
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Spans>, D::Error> {
        let stored = Vec::<f32>::deserialize(from)?;
        Ok(if stored.len() == N_LEAVES {
            stored.into_iter().map(|x| [x; N_SPANS]).collect()
        } else {
            stored.as_chunks::<N_SPANS>().0.to_vec()
        })
    }
}

impl Tree {
    pub(super) fn new(questions: Vec<(u16, f32)>, mut leaves: Vec<Spans>) -> Self {
        leaves.resize(N_LEAVES, Spans::default());
        Self { questions, leaves }
    }

    fn leaf(&self, row: &[f32]) -> usize {
        let answers = self.questions.iter().enumerate();
        answers.map(|(level, &(feature, threshold))| usize::from(row[feature as usize] > threshold) << level).sum()
    }
}

impl Boosting {
    /// Fits to rows, starting from their offsets.
    pub(crate) fn fit(rows: &HazardRows, growth: &Growth, watch: &mut Watch<'_>) -> Result<Self> {
        watch.tell(0.0)?;
        Growing::new(rows, growth).grow(growth.n_trees, watch)
    }

    /// Whether a loaded model is one for so many features.
    pub(crate) fn check(&self, n_features: usize) -> bool {
        self.trees.iter().all(|t| {
            let known = t.questions.iter().all(|q| (q.0 as usize) < n_features);
            known && t.questions.len() <= MAX_DEPTH && t.leaves.len() == N_LEAVES
        })
    }

    /// Whether covers are of these trees.
    pub(crate) fn fits(&self, covers: &[Vec<f32>]) -> bool {
        covers.len() == self.trees.len()
            && self.trees.iter().zip(covers).all(|(tree, cover)| cover.len() == 1 << tree.questions.len())
    }

    /// What each feature adds to the log-odds of one row, beside the mean of all leaves: the way from the root to the leaf
    /// as a sum of steps, each from the mean of the leaves before a question to that after its answer (Saabas 2014).
    pub(crate) fn contributions(&self, row: &[f32], mut take: impl FnMut(usize, Spans)) {
        for tree in &self.trees {
            let mut answers = 0;
            let mean = |level: usize, answers: usize| -> Spans {
                let mut sum = Spans::default();
                let n = 1usize << (tree.questions.len() - level);
                for rest in 0..n {
                    let leaf = &tree.leaves[answers | rest << level];
                    sum.iter_mut().zip(leaf).for_each(|(s, l)| *s += l / n as f32);
                }
                sum
            };
            let mut before = mean(0, 0);
            for (level, &(feature, threshold)) in tree.questions.iter().enumerate() {
                answers |= usize::from(row[feature as usize] > threshold) << level;
                let after = mean(level + 1, answers);
                take(feature as usize, std::array::from_fn(|s| after[s] - before[s]));
                before = after;
            }
        }
    }

    /// How many of the rows end in each leaf of each tree: what [`Self::terms`] needs.
    pub(crate) fn covers(&self, rows: &HazardRows) -> Vec<Vec<f32>> {
        self.trees
            .par_iter()
            .map(|tree| {
                let mut out = vec![0f32; 1 << tree.questions.len()];
                for r in 0..rows.len() {
                    out[tree.leaf(rows.row(r))] += rows.weight.get(r).copied().unwrap_or(1.0);
                }
                out
            })
            .collect()
    }

    /// What each feature of a row adds to the first span's log-odds, into `out`, times `weight`; and what all rows have in
    /// common. On its way through a tree, each answer moves the mean of the leaves that can still be reached (Saabas 2014).
    pub(crate) fn terms(&self, row: &[f32], covers: &[Vec<f32>], weight: f64, out: &mut [f64]) -> f64 {
        let mut common = 0.0;
        for (tree, cover) in self.trees.iter().zip(covers) {
            let own = tree.leaf(row);
            // The mean over the leaves that agree with the first `n` answers.
            let mean = |n: usize| {
                let mask = (1 << n) - 1;
                let (mut sum, mut total, mut plain, mut count) = (0.0, 0.0, 0.0, 0.0);
                for (leaf, &c) in cover.iter().enumerate().filter(|(leaf, _)| leaf & mask == own & mask) {
                    let value = f64::from(tree.leaves[leaf][0]);
                    sum += f64::from(c) * value;
                    total += f64::from(c);
                    plain += value;
                    count += 1.0;
                }
                if total > 0.0 { sum / total } else { plain / count }
            };
            let mut before = mean(0);
            common += weight * before;
            for (level, question) in tree.questions.iter().enumerate() {
                let after = mean(level + 1);
                out[question.0 as usize] += weight * (after - before);
                before = after;
            }
        }
        common
    }

    /// Adds the model's log-odds times `weight` to `out`, one entry per row of the block.
    pub(crate) fn add_to(&self, block: &Block, weight: f32, out: &mut [Spans; BLOCK]) {
        // Places that no row fills are asked as well: a request has a row or a few.
        match block.len {
            0..=1 => add::<1>(&self.trees, block, weight, out),
            2..=4 => add::<4>(&self.trees, block, weight, out),
            5..=8 => add::<8>(&self.trees, block, weight, out),
            9..=FEW => add::<FEW>(&self.trees, block, weight, out),
            _ => add::<BLOCK>(&self.trees, block, weight, out),
        }
    }
}

#[multiversion(targets("x86_64+avx+avx2"))]
fn add<const ROWS: usize>(trees: &[Tree], block: &Block, weight: f32, out: &mut [Spans; BLOCK]) {
    const NOTHING: [Spans; N_LEAVES] = [[0.0; N_SPANS]; N_LEAVES];
    let mut sum = [[0f32; N_SPANS]; ROWS];
    for group in trees.chunks(GROUP) {
        let mut leaf = [[0u32; ROWS]; GROUP];
        let mut leaves = [&NOTHING; GROUP];
        for (g, tree) in group.iter().enumerate() {
            leaves[g] = tree.leaves.first_chunk().unwrap_or(&NOTHING);
            for (level, &(feature, threshold)) in tree.questions.iter().enumerate() {
                ask(block.column(feature as usize), threshold, 1 << level, &mut leaf[g]);
            }
        }
        for (i, sum) in sum.iter_mut().enumerate() {
            let mut own = *sum;
            for g in 0..GROUP {
                let value = &leaves[g][leaf[g][i] as usize & (N_LEAVES - 1)];
                own.iter_mut().zip(value).for_each(|(s, v)| *s += v);
            }
            *sum = own;
        }
    }
    for (o, s) in out.iter_mut().zip(&sum) {
        o.iter_mut().zip(s).for_each(|(o, s)| *o += weight * s);
    }
}

/// Sets a bit in the leaves of the rows that are above a threshold.
#[inline(always)]
#[allow(clippy::inline_always, reason = "to become wider vector instructions where its caller does")]
fn ask<const ROWS: usize>(column: &[f32; ROWS], threshold: f32, bit: u32, leaves: &mut [u32; ROWS]) {
    for (leaf, &x) in leaves.iter_mut().zip(column) {
        *leaf |= if x > threshold { bit } else { 0 };
    }
}

/// Moves the log-odds of a chunk's rows by a tree's leaves; its questions are asked of the rows' bins.
#[multiversion(targets("x86_64+avx+avx2"))]
fn add_leaves(bins: &Bins, questions: &[(usize, u8)], leaves: &[Spans], chunk: usize, log_odds: &mut [Spans]) {
    let mut leaf = [0u8; CHUNK];
    for (level, &(feature, bin)) in questions.iter().enumerate() {
        let column = &bins.column(feature)[chunk * CHUNK..][..log_odds.len()];
        leaf.iter_mut().zip(column).for_each(|(l, &b)| *l |= u8::from(b > bin) << level);
    }
    for (x, &l) in log_odds.iter_mut().zip(&leaf) {
        x.iter_mut().zip(&leaves[l as usize]).for_each(|(x, v)| *x += v);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::simulate;
    use super::*;

    fn fit(rows: &HazardRows, growth: &Growth) -> Boosting {
        Watch::unwatched(|watch| Boosting::fit(rows, growth, watch)).unwrap()
    }

    #[test]
    fn recovers_a_signal_beside_constant_and_copied_features() {
        let growth = Growth { feature_share: 0.7, row_share: 0.5, ..simulate::GROWTH };
        let model = fit(&simulate::rows(20_000, -1.5, 1), &growth);
        let error = simulate::error(2, |block, out| model.add_to(block, 1.0, out));
        assert!(error < 0.3, "{error}");
        assert!(
            model.trees.iter().flat_map(|t| &t.questions).all(|q| q.0 != 4),
            "nothing to ask of a constant feature"
        );
    }

    #[test]
    fn does_not_depend_on_the_number_of_threads() {
        let rows = simulate::rows(25_000, -1.5, 3);
        let growth = Growth { n_trees: 10, row_share: 0.9, feature_share: 0.7, ..simulate::GROWTH };
        let [one, three] = simulate::on_pools(|| fit(&rows, &growth));
        assert!(!one.trees.is_empty());
        assert_eq!(one, three);
    }

    #[test]
    fn stays_near_the_offset_when_little_was_seen() {
        let rows = simulate::rows(60, -3.0, 4);
        let model = fit(&rows, &simulate::GROWTH);
        let mut block = Block::new(6);
        (0..rows.len()).for_each(|row| block.push(rows.row(row)));
        let mut out = [Spans::default(); BLOCK];
        model.add_to(&block, 1.0, &mut out);
        for x in out.as_flattened() {
            assert!(x.is_finite() && x.abs() < 2.0, "{x}");
        }
    }

    #[test]
    fn predicts_what_it_added_to_its_own_rows() {
        // The leaf a row falls in by its bins while fitting must be the one its features lead to afterwards.
        let rows = simulate::rows(500, -1.0, 5);
        let growth =
            Growth { n_trees: 1, row_share: 1.0, feature_share: 1.0, ridge: 0.0, ridge_span: 1e9, rate: 1.0, depth: 1 };
        let model = fit(&rows, &growth);
        let (feature, threshold) = model.trees[0].questions[0];
        let mut expected = [(0f32, 0f32); 2];
        for row in 0..rows.len() {
            let side = usize::from(rows.row(row)[feature as usize] > threshold);
            let mut slopes = super::super::hazard::Slopes::new();
            slopes.compute(&rows.targets(row, 1), &rows.offset[row..=row]);
            expected[side].0 += slopes.gradient[0].iter().sum::<f32>();
            expected[side].1 += slopes.curvature[0].iter().sum::<f32>();
        }
        for (leaf, (g, c)) in model.trees[0].leaves.iter().zip(expected) {
            assert!((leaf[0] + g / c).abs() < 1e-3, "{leaf:?} {}", -g / c);
        }
    }

    #[test]
    fn trees_grown_some_at_a_time_are_the_same() {
        let rows = simulate::rows(2_000, -1.0, 6);
        let growth = Growth { n_trees: 12, row_share: 0.6, feature_share: 0.6, ..simulate::GROWTH };
        let mut growing = Growing::new(&rows, &growth);
        let parts = [5, 7].map(|n| Watch::unwatched(|watch| growing.grow(n, watch)).unwrap());
        assert_eq!(parts.map(|part| part.trees).concat(), fit(&rows, &growth).trees);
    }

    #[test]
    fn stored_trees_come_back_the_same_and_those_of_one_span_take_little() {
        let size = |ridge_span: f32| {
            let growth = Growth { n_trees: 9, row_share: 0.6, ridge_span, ..simulate::GROWTH };
            let model = fit(&simulate::rows(2_000, -1.0, 7), &growth);
            let bytes = rmp_serde::to_vec(&model).unwrap();
            assert_eq!(rmp_serde::from_slice::<Boosting>(&bytes).unwrap(), model);
            bytes.len()
        };
        assert!(5 * size(f32::INFINITY) < size(1.0));
    }

    #[test]
    fn no_rows_give_no_trees() {
        let rows = HazardRows { n_features: 6, ..HazardRows::default() };
        assert!(fit(&rows, &simulate::GROWTH).trees.is_empty());
    }
}

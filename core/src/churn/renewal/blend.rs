//! How far the parts of a renewal model go, chosen by cross-validation.
//!
//! Tables of contracts differ. In some, who cancels is told by small effects that add up, and trees are noise; in others by what
//! only several columns together say, and an additive model misses it. So each table says what predicts its own contracts best:
//! every contract is predicted by models that did not see it (Stone 1974), and the log-odds of the two parts are weighted as predicts
//! best what became of them (stacking: Wolpert 1992; with weights of at least 0, Breiman 1996).

use rayon::prelude::*;

use crate::error::Result;
use crate::progress::Watch;
use crate::stats::special::{ln_add_exp, logistic};
use crate::stats::{
    Additive, BLOCK, Block, Draws, Growing, Growth, HazardRows, N_SPANS, Penalties, Spans, downhill, minimise,
};

/// How the trees grow: slowly, so that their number can be chosen.
const GROWTH: Growth = Growth {
    n_trees: MAX_TREES,
    depth: 4,
    rate: 0.06,
    row_share: 0.8,
    feature_share: 0.7,
    ridge: 2.0,
    ridge_span: f32::INFINITY,
};
/// Rows that a tree sees at most, about: more tell it little and cost time.
const MAX_TREE_ROWS: usize = 50_000;
/// Trees at most; they are judged after so many more each time, and grow on while the best number is not this many times behind.
const MAX_TREES: usize = 1_000;
const STEP: usize = 50;
const PATIENCE: usize = 4;
/// What the penalties of the additive part may be divided by, before the choice is refined.
const SCALES: [f64; 5] = [0.25, 1.0, 4.0, 16.0, 64.0];
/// Cancellations and renewals, of whichever there are fewer, from which anything is chosen …
const MIN_EVENTS: usize = 25;
/// … and trees are grown.
const MIN_EVENTS_TREES: usize = 100;
/// Parts that contracts are divided into, each predicted by a model of the others; and rows looked at, at most.
const N_FOLDS: usize = 5;
const MAX_ROWS: usize = 20_000;
/// Weights before anything was seen, with the precision of this: half a unit of log-likelihood for a distance of one.
const PRIOR_PRECISION: f64 = 1.0;
/// Weights at most: the parts are shrunk, and may have to be stretched.
const MAX_WEIGHT: f64 = 3.0;
/// The share of the choice that is done when the trees begin, roughly.
const TREES_BEGIN: f64 = 0.3;
/// Sets these draws apart from others.
const STREAM: u64 = 0xB1E4D;

/// How far the parts go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Blend {
    /// What the penalties of the additive part are divided by, and the weight of its log-odds.
    pub(super) scale: f64,
    pub(super) additive: f64,
    /// How many trees are grown, and the weight of their log-odds.
    pub(super) n_trees: usize,
    pub(super) trees: f64,
}

impl Blend {
    /// The additive part as it is: without evidence.
    const PLAIN: Self = Self { scale: 1.0, additive: 1.0, n_trees: 0, trees: 0.0 };

    /// Chooses for rows; those of the same number in `alike` stay together.
    pub(super) fn choose(rows: &HazardRows, alike: &[u32], watch: &mut Watch<'_>) -> Result<Self> {
        let fewer = fewer(rows);
        if fewer < MIN_EVENTS || rows.n_features == 0 {
            return Ok(Self::PLAIN);
        }
        let folds = Folds::new(rows, alike);
        let mut n_tried = 0;
        let (scale, moves) = downhill(SCALES, |scale| {
            watch.tell(TREES_BEGIN * f64::from(n_tried) / (SCALES.len() + 1) as f64)?;
            n_tried += 1;
            let moves = folds.additive(scale)?;
            Ok((folds.stack(&[&moves]).loss, moves))
        })?;
        let additive = match moves {
            Some(moves) => moves,
            None => folds.additive(scale)?,
        };
        let alone = folds.stack(&[&additive]);
        let mut best = (alone.loss, Self { scale, additive: alone.weights[0], ..Self::PLAIN });
        if fewer < MIN_EVENTS_TREES {
            return Ok(best.1);
        }
        let growth = growth(folds.n_known());
        let mut growing: Vec<Growing<'_>> = folds.each.par_iter().map(|f| Growing::new(&f.known, &growth)).collect();
        let mut trees = vec![0f64; folds.event.len()];
        for n_trees in (STEP..=MAX_TREES).step_by(STEP) {
            watch.tell(TREES_BEGIN + (1.0 - TREES_BEGIN) * (n_trees - STEP) as f64 / MAX_TREES as f64)?;
            folds.grow(&mut growing, &mut trees)?;
            let both = folds.stack(&[&additive, &trees]);
            if both.loss < best.0 {
                best = (both.loss, Self { scale, additive: both.weights[0], n_trees, trees: both.weights[1] });
            } else if n_trees >= best.1.n_trees + PATIENCE * STEP {
                break;
            }
        }
        Ok(best.1)
    }

    /// The additive part's penalties.
    pub(super) fn penalties(&self) -> Penalties {
        Penalties::default().freed(self.scale)
    }

    /// How trees grow on so many rows; `None` when there are to be none.
    pub(super) fn growth(&self, n_rows: usize) -> Option<Growth> {
        (self.n_trees > 0 && self.trees > 0.0).then(|| Growth { n_trees: self.n_trees, ..growth(n_rows) })
    }
}

fn growth(n_rows: usize) -> Growth {
    let share = MAX_TREE_ROWS as f64 / n_rows.max(1) as f64;
    Growth { row_share: GROWTH.row_share.min(share), ..GROWTH }
}

/// Cancellations and renewals, of whichever there are fewer.
fn fewer(rows: &HazardRows) -> usize {
    let n_cancelled = rows.event.iter().filter(|e| **e).count();
    n_cancelled.min(rows.len() - n_cancelled)
}

/// Rows, each judged by what was learned from contracts of other folds.
struct Folds {
    each: Vec<Fold>,
    /// Of all judged rows, fold by fold: the log-odds they start from, what became of them, what they count for.
    offset: Vec<f64>,
    event: Vec<bool>,
    weight: Vec<f64>,
}

struct Fold {
    known: HazardRows,
    judged: HazardRows,
}

/// Weights of the parts, and the negative log-likelihood with them.
struct Stacked {
    weights: Vec<f64>,
    loss: f64,
}

impl Folds {
    fn new(rows: &HazardRows, alike: &[u32]) -> Self {
        let share = MAX_ROWS as f64 / rows.len() as f64;
        let empty = || HazardRows { n_features: rows.n_features, ..HazardRows::default() };
        let mut folds: Vec<Fold> = (0..N_FOLDS).map(|_| Fold { known: empty(), judged: empty() }).collect();
        for (row, &number) in alike.iter().enumerate() {
            let mut draws = Draws::new(STREAM, u64::from(number));
            let own = (draws.uniform() * N_FOLDS as f64) as usize;
            if draws.uniform() >= share {
                continue;
            }
            for (f, fold) in folds.iter_mut().enumerate() {
                (if f == own { &mut fold.judged } else { &mut fold.known }).push_from(rows, row);
            }
        }
        let judged = |of: fn(&HazardRows, usize) -> f64| {
            folds.iter().flat_map(|f| (0..f.judged.len()).map(move |row| of(&f.judged, row))).collect()
        };
        let offset = judged(|rows, row| f64::from(rows.offset[row][0]));
        let weight = judged(|rows, row| rows.weight.get(row).map_or(1.0, |&w| f64::from(w)));
        let event = folds.iter().flat_map(|f| f.judged.event.iter().copied()).collect();
        Self { each: folds, offset, event, weight }
    }

    /// Rows that a fold learns from, on average.
    fn n_known(&self) -> usize {
        self.event.len() * (N_FOLDS - 1) / N_FOLDS
    }

    /// What additive models add to the rows of the folds that they did not see.
    fn additive(&self, scale: f64) -> Result<Vec<f64>> {
        let penalties = Penalties::default().freed(scale);
        let moves: Result<Vec<Vec<f64>>> = self
            .each
            .par_iter()
            .map(|fold| {
                let model = Watch::unwatched(|watch| Additive::fit(&fold.known, &penalties, watch))?;
                Ok(fold.moves(|block, out| model.add_to(block, out)))
            })
            .collect();
        Ok(moves?.concat())
    }

    /// Grows further trees of all folds, and adds to `moves` what they add.
    fn grow(&self, growing: &mut [Growing<'_>], moves: &mut [f64]) -> Result<()> {
        let further: Result<Vec<Vec<f64>>> = growing
            .par_iter_mut()
            .zip(&self.each)
            .map(|(growing, fold)| {
                let trees = Watch::unwatched(|watch| growing.grow(STEP, watch))?;
                Ok(fold.moves(|block, out| trees.add_to(block, 1.0, out)))
            })
            .collect();
        moves.iter_mut().zip(further?.concat()).for_each(|(sum, x)| *sum += x);
        Ok(())
    }

    /// Weighs the parts' log-odds as predicts best what became of the contracts.
    fn stack(&self, parts: &[&[f64]]) -> Stacked {
        let n = parts.len();
        let prior = 1.0 / n as f64;
        let loss = |weights: &[f64], slope: &mut [f64]| {
            let (mut sum, mut total) = (0.0, 0.0);
            slope.fill(0.0);
            for (row, (&offset, (&event, &weight))) in
                self.offset.iter().zip(self.event.iter().zip(&self.weight)).enumerate()
            {
                let x = offset + weights.iter().zip(parts).map(|(w, part)| w * part[row]).sum::<f64>();
                let target = f64::from(u8::from(event));
                sum += weight * (ln_add_exp(0.0, x) - target * x);
                total += weight;
                let residual = weight * (logistic(x) - target);
                slope.iter_mut().zip(parts).for_each(|(s, part)| *s += residual * part[row]);
            }
            for (w, s) in weights.iter().zip(slope.iter_mut()) {
                sum += 0.5 * PRIOR_PRECISION * (w - prior) * (w - prior);
                *s = (*s + PRIOR_PRECISION * (w - prior)) / total;
            }
            sum / total
        };
        let found = minimise(loss, &vec![prior; n], &vec![(0.0, MAX_WEIGHT); n], None);
        Stacked { weights: found.at, loss: found.value }
    }
}

impl Fold {
    /// What a model adds to the first span's log-odds of the judged rows.
    fn moves(&self, add: impl Fn(&Block, &mut [Spans; BLOCK]) + Sync) -> Vec<f64> {
        let mut out = vec![[0.0; N_SPANS]; self.judged.len()];
        self.judged.by_blocks(0, &mut out, add);
        out.into_iter().map(|x| f64::from(x[0])).collect()
    }
}

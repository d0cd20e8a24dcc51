//! The layer on top of the structure: it learned from earlier cutoffs of the same log how far the structure was off, and
//! from the latest of them how much of that to believe.

use serde::{Deserialize, Serialize};

use rayon::prelude::*;

use super::drivers::{N_REASONS, REASON_OF_FEATURE};
use super::evidence::N_FEATURES;
use crate::error::Result;
use crate::progress::Watch;
use crate::replenish::EDGES_DAYS;
use crate::stats::{Additive, BLOCK, Block, Boosting, Freedom, Growth, HazardRows, Levels, Spans, Timing};

/// Events a log must hold in its training rows before the additive part is fitted …
const MIN_EVENTS_ADDITIVE: usize = 100;
/// … and before trees are grown.
const MIN_EVENTS_BOOSTING: usize = 1_000;
/// Days after which an earlier cutoff's level counts half. Customers as wholes move with the season as well as with the
/// week, so levels are averaged over a year rather than followed.
const LEVEL_HALF_LIFE_DAYS: f64 = 364.0;
/// Weight of "no level at all" in the level to expect, windows. The structure was fitted to the whole log and is right on
/// average; a level seen in one or two windows of a quarter is mostly theirs.
const PRIOR_WINDOWS: f64 = 2.0;
/// Slower than for pairs, with more rows a tree and a smaller ridge (before the log divides it): there are fewer customers
/// than pairs.
const GROWTH: Growth =
    Growth { n_trees: 200, depth: 4, rate: 0.075, row_share: 0.5, feature_share: 0.3, ridge: 5.0, ridge_span: 60.0 };

/// An additive model and boosted trees, both starting from the structure; their log-odds are averaged, because they err
/// in different places.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Layer {
    /// The level to expect after the instant of fitting.
    level: Spans,
    additive: Option<Additive>,
    boosting: Option<Boosting>,
    /// Weight of the trees in the average; the additive part has the rest.
    trees: f32,
}

impl Layer {
    /// Fits to rows from earlier cutoffs; `lags_days[cutoff]` is how long before the instant of fitting a cutoff lies.
    pub(crate) fn fit(mut rows: HazardRows, lags_days: &[f64], watch: &mut Watch<'_>) -> Result<Self> {
        let n_events: usize = rows.n_events().iter().sum();
        if n_events < MIN_EVENTS_ADDITIVE {
            return Ok(Self::default());
        }
        let structure = rows.offset.clone();
        let timing = Timing { lags_days, edges_days: &EDGES_DAYS };
        let growth = (n_events >= MIN_EVENTS_BOOSTING).then_some(&GROWTH);
        let freedom = Freedom::choose(&rows, timing, growth, &mut watch.part(0.0, 0.4))?;
        let levels = Levels::estimate(&rows, &structure, &mut watch.part(0.4, 0.45))?;
        levels.add_to(&mut rows.offset, &rows.cutoff);
        let growth = growth.filter(|_| freedom.trees > 0.0).map(|growth| growth.freed(freedom.scale));
        let mut out = Self {
            level: Spans::default(),
            additive: Some(Additive::fit(&rows, freedom.scale, &mut watch.part(0.45, 0.65))?),
            boosting: growth.map(|growth| Boosting::fit(&rows, &growth, &mut watch.part(0.65, 0.95))).transpose()?,
            trees: freedom.trees,
        };
        let mut moved = structure;
        out.apply_to_rows(&rows, &mut moved);
        let weights: Vec<f64> = lags_days.iter().map(|lag| (-lag / LEVEL_HALF_LIFE_DAYS).exp2()).collect();
        let levels = Levels::estimate(&rows, &moved, &mut watch.part(0.95, 1.0))?;
        let widths = std::array::from_fn(|s| EDGES_DAYS[s] - if s == 0 { 0.0 } else { EDGES_DAYS[s - 1] });
        let n_windows = levels.n_windows(lags_days, &widths);
        out.level = levels.expected(&weights);
        out.level.iter_mut().zip(n_windows).for_each(|(level, n)| *level *= (n / (n + PRIOR_WINDOWS)) as f32);
        Ok(out)
    }

    /// Whether there was enough to train on.
    pub(crate) fn is_trained(&self) -> bool {
        self.additive.is_some()
    }

    /// Whether a loaded layer fits the features of this version.
    pub(crate) fn check(&self) -> bool {
        (0.0..=1.0).contains(&self.trees)
            && self.additive.as_ref().is_none_or(|a| a.check(N_FEATURES))
            && self.boosting.as_ref().is_none_or(|b| b.check(N_FEATURES))
    }

    fn apply_to_rows(&self, rows: &HazardRows, log_odds: &mut [Spans]) {
        log_odds.par_chunks_mut(BLOCK).enumerate().for_each(|(chunk, log_odds)| {
            let mut block = Block::new(rows.n_features);
            let mut out = [Spans::default(); BLOCK];
            for (i, x) in log_odds.iter().enumerate() {
                block.push(rows.row(chunk * BLOCK + i));
                out[i] = *x;
            }
            self.apply(&block, &mut out);
            log_odds.copy_from_slice(&out[..block.len]);
        });
    }

    /// Moves the structure's log-odds (in `out`) to the layer's.
    pub(crate) fn apply(&self, block: &Block, out: &mut [Spans; BLOCK]) {
        let Some(additive) = &self.additive else { return };
        let mut moved = [Spans::default(); BLOCK];
        additive.add_to(block, &mut moved);
        if let Some(boosting) = &self.boosting {
            moved[..block.len].iter_mut().flatten().for_each(|m| *m *= 1.0 - self.trees);
            boosting.add_to(block, self.trees, &mut moved);
        }
        for (o, m) in out[..block.len].iter_mut().zip(&moved) {
            for ((o, m), level) in o.iter_mut().zip(m).zip(&self.level) {
                *o += m + level;
            }
        }
    }

    /// What the features of each reason add to the log-odds of a row, beside what is the same for all rows.
    pub(crate) fn contributions(&self, row: &[f32; N_FEATURES]) -> [Spans; N_REASONS] {
        let mut out = [Spans::default(); N_REASONS];
        let mut add = |feature: usize, weight: f32, x: Spans| {
            let place = &mut out[REASON_OF_FEATURE[feature] as usize];
            place.iter_mut().zip(x).for_each(|(o, x)| *o += weight * x);
        };
        let weight = if self.boosting.is_some() { self.trees } else { 0.0 };
        if let Some(additive) = &self.additive {
            additive.contributions(row, |feature, x| add(feature, 1.0 - weight, x));
        }
        if let Some(boosting) = &self.boosting {
            boosting.contributions(row, |feature, x| add(feature, weight, x));
        }
        out
    }
}

//! The layer on top of the structure: it learned from earlier cutoffs of the same log how far the structure was off.

use serde::{Deserialize, Serialize};

use rayon::prelude::*;

use super::evidence::N_FEATURES;
use crate::error::Result;
use crate::progress::Watch;
use crate::stats::{Additive, BLOCK, Block, Boosting, Growth, HazardRows, Levels, Spans};

/// Events a log must hold in its training rows before the additive part is fitted …
const MIN_EVENTS_ADDITIVE: usize = 100;
/// … and before trees are grown.
const MIN_EVENTS_BOOSTING: usize = 1_000;

/// Days after which an earlier cutoff's level counts half.
const LEVEL_HALF_LIFE_DAYS: f64 = 84.0;
/// Rows the layer is applied to between two questions whether to go on.
const ROWS_PER_PIECE: usize = 1 << 16;
/// Weight of the trees in the average; the additive part has the rest.
const BOOSTING_WEIGHT: f32 = 0.65;

/// An additive model and boosted trees, both starting from the structure; their log-odds are averaged, because they err
/// in different places.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Layer {
    /// The level to expect after the instant of fitting.
    level: Spans,
    additive: Option<Additive>,
    boosting: Option<Boosting>,
}

impl Layer {
    /// Fits to rows from earlier cutoffs; `lags_days[cutoff]` is how long before the instant of fitting a cutoff lies.
    pub(crate) fn fit(mut rows: HazardRows, lags_days: &[f64], watch: &mut Watch<'_>) -> Result<Self> {
        let n_events: usize = rows.n_events().iter().sum();
        if n_events < MIN_EVENTS_ADDITIVE {
            return Ok(Self::default());
        }
        let structure = rows.offset.clone();
        let levels = Levels::estimate(&rows, &structure, &mut watch.part(0.0, 0.05))?;
        levels.add_to(&mut rows.offset, &rows.cutoff);
        let additive = Additive::fit(&rows, 1.0, &mut watch.part(0.05, 0.45))?;
        let boosting = if n_events >= MIN_EVENTS_BOOSTING {
            Some(Boosting::fit(&rows, &Growth::default(), &mut watch.part(0.45, 0.95))?)
        } else {
            None
        };
        let mut out = Self { level: Spans::default(), additive: Some(additive), boosting };
        let mut moved = structure;
        out.apply_to_rows(&rows, &mut moved, &mut watch.part(0.95, 0.97))?;
        let weights: Vec<f64> = lags_days.iter().map(|lag| (-lag / LEVEL_HALF_LIFE_DAYS).exp2()).collect();
        out.level = Levels::estimate(&rows, &moved, &mut watch.part(0.97, 1.0))?.expected(&weights);
        Ok(out)
    }

    /// Whether there was enough to train on.
    pub(crate) fn is_trained(&self) -> bool {
        self.additive.is_some()
    }

    /// Whether a loaded layer fits the features of this version.
    pub(crate) fn check(&self) -> bool {
        self.additive.as_ref().is_none_or(|a| a.check(N_FEATURES))
            && self.boosting.as_ref().is_none_or(|b| b.check(N_FEATURES))
    }

    fn apply_to_rows(&self, rows: &HazardRows, log_odds: &mut [Spans], watch: &mut Watch<'_>) -> Result<()> {
        for (piece, log_odds) in log_odds.chunks_mut(ROWS_PER_PIECE).enumerate() {
            let start = piece * ROWS_PER_PIECE;
            watch.tell(start as f64 / rows.len() as f64)?;
            log_odds.par_chunks_mut(BLOCK).enumerate().for_each(|(chunk, log_odds)| {
                let mut block = Block::new(rows.n_features);
                let mut out = [Spans::default(); BLOCK];
                for (i, x) in log_odds.iter().enumerate() {
                    block.push(rows.row(start + chunk * BLOCK + i));
                    out[i] = *x;
                }
                self.apply(&block, &mut out);
                log_odds.copy_from_slice(&out[..block.len]);
            });
        }
        Ok(())
    }

    /// Moves the structure's log-odds (in `out`) to the layer's.
    pub(crate) fn apply(&self, block: &Block, out: &mut [Spans; BLOCK]) {
        let Some(additive) = &self.additive else { return };
        let mut moved = [Spans::default(); BLOCK];
        additive.add_to(block, &mut moved);
        if let Some(boosting) = &self.boosting {
            moved[..block.len].iter_mut().flatten().for_each(|m| *m *= 1.0 - BOOSTING_WEIGHT);
            boosting.add_to(block, BOOSTING_WEIGHT, &mut moved);
        }
        for (o, m) in out[..block.len].iter_mut().zip(&moved) {
            for ((o, m), level) in o.iter_mut().zip(m).zip(&self.level) {
                *o += m + level;
            }
        }
    }
}

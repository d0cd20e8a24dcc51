//! The layer on top of a structure: it learned from rows of earlier cutoffs of the same log how far the structure's log-odds
//! were off, and what level to expect next.

use serde::{Deserialize, Serialize};

use super::additive::{Additive, Penalties};
use super::boosting::{Boosting, Growth};
use super::freedom::{Freedom, Timing};
use super::hazard::{BLOCK, Block, HazardRows, N_SPANS, Spans};
use super::level::Levels;
use crate::error::Result;
use crate::progress::Watch;

/// Events that rows must hold before the additive part is fitted …
const MIN_EVENTS_ADDITIVE: usize = 100;
/// … and before trees are grown.
const MIN_EVENTS_BOOSTING: usize = 1_000;
/// Rows the layer is applied to between two questions whether to go on.
const ROWS_PER_PIECE: usize = 1 << 16;

/// How a layer learns.
#[derive(Debug)]
pub(crate) struct LayerSettings {
    /// How trees grow, before their penalties are divided.
    pub(crate) growth: Growth,
    /// How far both parts may move from the structure, and how they are averaged; `None` when the log chooses.
    pub(crate) freedom: Option<Freedom>,
    /// Days after which an earlier cutoff's level counts half.
    pub(crate) level_half_life_days: f64,
    /// Weight of "no level at all" in the level to expect, windows.
    pub(crate) level_prior_windows: f64,
}

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
    /// Fits to rows whose offsets are the structure's log-odds.
    pub(crate) fn fit(
        mut rows: HazardRows,
        timing: Timing<'_>,
        settings: &LayerSettings,
        watch: &mut Watch<'_>,
    ) -> Result<Self> {
        let n_events: usize = rows.n_events().iter().sum();
        if n_events < MIN_EVENTS_ADDITIVE {
            return Ok(Self::default());
        }
        let growth = (n_events >= MIN_EVENTS_BOOSTING).then_some(&settings.growth);
        let chosen = if settings.freedom.is_some() { 0.0 } else { 0.4 };
        let freedom = match settings.freedom {
            Some(freedom) => freedom,
            None => Freedom::choose(&rows, timing, growth, &mut watch.part(0.0, chosen))?,
        };
        let watch = &mut watch.part(chosen, 1.0);
        let structure = rows.offset.clone();
        let levels = Levels::estimate(&rows, &structure, &mut watch.part(0.0, 0.05))?;
        levels.add_to(&mut rows.offset, &rows.cutoff);
        let penalties = Penalties::default().freed(freedom.scale);
        let additive = Additive::fit(&rows, &penalties, &mut watch.part(0.05, 0.45))?;
        let growth = growth.filter(|_| freedom.trees > 0.0).map(|growth| growth.freed(freedom.scale));
        let boosting = growth.map(|growth| Boosting::fit(&rows, &growth, &mut watch.part(0.45, 0.95))).transpose()?;
        let mut out = Self { level: Spans::default(), additive: Some(additive), boosting, trees: freedom.trees };
        let mut moved = structure;
        out.apply_to_rows(&rows, &mut moved, &mut watch.part(0.95, 0.97))?;
        let levels = Levels::estimate(&rows, &moved, &mut watch.part(0.97, 1.0))?;
        out.level = expected(&levels, timing, settings);
        Ok(out)
    }

    /// Whether there was enough to train on.
    pub(crate) fn is_trained(&self) -> bool {
        self.additive.is_some()
    }

    /// Whether a loaded layer is one for so many features.
    pub(crate) fn check(&self, n_features: usize) -> bool {
        (0.0..=1.0).contains(&self.trees)
            && self.additive.as_ref().is_none_or(|a| a.check(n_features))
            && self.boosting.as_ref().is_none_or(|b| b.check(n_features))
    }

    fn apply_to_rows(&self, rows: &HazardRows, log_odds: &mut [Spans], watch: &mut Watch<'_>) -> Result<()> {
        for (piece, log_odds) in log_odds.chunks_mut(ROWS_PER_PIECE).enumerate() {
            let start = piece * ROWS_PER_PIECE;
            watch.tell(start as f64 / rows.len() as f64)?;
            rows.by_blocks(start, log_odds, |block, out| self.apply(block, out));
        }
        Ok(())
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

    /// What each feature of a row adds to the log-odds, with its weight, beside what is the same for all rows.
    pub(crate) fn contributions(&self, row: &[f32], mut take: impl FnMut(usize, f32, Spans)) {
        let weight = if self.boosting.is_some() { self.trees } else { 0.0 };
        if let Some(additive) = &self.additive {
            additive.contributions(row, |feature, x| take(feature, 1.0 - weight, x));
        }
        if let Some(boosting) = &self.boosting {
            boosting.contributions(row, |feature, x| take(feature, weight, x));
        }
    }
}

/// The level to expect after the instant of fitting.
fn expected(levels: &Levels, timing: Timing<'_>, settings: &LayerSettings) -> Spans {
    let edges = timing.edges_days;
    let widths: [f64; N_SPANS] = std::array::from_fn(|s| edges[s] - if s == 0 { 0.0 } else { edges[s - 1] });
    let mut out = levels.expected(timing.lags_days, settings.level_half_life_days);
    for (level, n) in out.iter_mut().zip(levels.n_windows(timing.lags_days, &widths)) {
        *level *=
            if settings.level_prior_windows > 0.0 { (n / (n + settings.level_prior_windows)) as f32 } else { 1.0 };
    }
    out
}

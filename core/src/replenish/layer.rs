//! The layer on top of the structure: it learned from earlier cutoffs of the same log how far the structure was off.

use serde::{Deserialize, Serialize};

use crate::stats::{Additive, BLOCK, Block, Boosting, Growth, HazardRows, Spans};

/// Events a log must hold in its training rows before the additive part is fitted …
const MIN_EVENTS_ADDITIVE: usize = 100;
/// … and before trees are grown.
const MIN_EVENTS_BOOSTING: usize = 1_000;

/// An additive model and boosted trees, both starting from the structure; their log-odds are averaged, because they err
/// in different places.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Layer {
    additive: Option<Additive>,
    boosting: Option<Boosting>,
}

impl Layer {
    pub(crate) fn fit(rows: &HazardRows) -> Self {
        let n_events: usize = rows.n_events().iter().sum();
        let t = std::time::Instant::now();
        let additive = (n_events >= MIN_EVENTS_ADDITIVE).then(|| Additive::fit(rows));
        eprintln!("additive {:?}", t.elapsed());
        let boosting = (n_events >= MIN_EVENTS_BOOSTING).then(|| Boosting::fit(rows, &Growth::default()));
        eprintln!("boosting {:?}", t.elapsed());
        Self { additive, boosting }
    }

    /// Moves the structure's log-odds (in `out`) to the layer's.
    pub(crate) fn apply(&self, block: &Block, out: &mut [Spans; BLOCK]) {
        let Some(additive) = &self.additive else { return };
        let Some(boosting) = &self.boosting else { return additive.add_to(block, out) };
        let mut moved = [Spans::default(); BLOCK];
        additive.add_to(block, &mut moved);
        let w = crate::stats::param("WB", 0.5) as f32; moved.iter_mut().for_each(|m| m.iter_mut().for_each(|m| *m *= 2.0 * (1.0 - w))); boosting.add_to(block, 2.0 * w, &mut moved);
        for (o, m) in out[..block.len].iter_mut().zip(&moved) {
            o.iter_mut().zip(m).for_each(|(o, m)| *o += 0.5 * m);
        }
    }
}

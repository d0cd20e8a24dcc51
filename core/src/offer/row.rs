//! One customer's decision in a bulk call, before it becomes columns.

use super::day::Settled;
use super::need::Need;
use super::search::Way;
use super::standing::Standing;
use super::weigh::Weigher;
use crate::history::NONE;

/// One customer: what was settled, and what the columns tell of it.
pub(super) struct Row {
    pub(super) customer: u32,
    pub(super) settled: Settled,
    /// What it is about.
    pub(super) item: u32,
    pub(super) need: Option<Need>,
    /// Where contacts are scarce: what else could be done today, and what it would use.
    pub(super) choices: Vec<(Way, f64, f64)>,
}

impl Row {
    /// Of the needs only the one it is about is kept; what else could be done today only where contacts are scarce.
    pub(super) fn new(
        customer: u32,
        settled: Settled,
        (needs, items): (&[Need], &[u32]),
        standing: &Standing,
        weigher: &mut Weigher<'_>,
        is_scarce: bool,
    ) -> Self {
        let about = match settled {
            Settled::Contact { chosen, .. } | Settled::Wait { chosen } | Settled::HandOff { chosen, .. } => {
                Some(chosen)
            }
            Settled::Abstain { about, .. } => about,
        };
        let place = about.map_or(0, |chosen| chosen.need);
        let mut choices = Vec::new();
        if let (Settled::Contact { chosen, .. }, true) = (settled, is_scarce) {
            let due = &needs[chosen.need].due;
            weigher.list_ways(&needs[chosen.need], standing);
            weigher.look(due);
            let gains = weigher.gains(due);
            for way in weigher.ways.iter().filter(|w| standing.open.contains(0, w.channel)) {
                let gain = gains.on(way, 0);
                if gain > 0.0 {
                    choices.push((*way, gain, gains.prob_bought(way, 0)));
                }
            }
        }
        let is_told = matches!(settled, Settled::Contact { .. } | Settled::HandOff { .. });
        let need = needs.get(place).filter(|_| is_told).cloned();
        Self { customer, settled, item: items.get(place).copied().unwrap_or(NONE), need, choices }
    }
}

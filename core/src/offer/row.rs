//! One customer's decision in a bulk call, before it becomes columns.

use super::day::{Outreach, Settled};
use super::need::Need;
use crate::history::NONE;

/// One customer: what was settled, and what the columns tell of it.
pub(super) struct Row {
    pub(super) customer: u32,
    pub(super) settled: Settled,
    /// What it is about.
    pub(super) item: u32,
    pub(super) need: Option<Need>,
    /// Where contacts are scarce: the ways in which the contact could be made, with P(the customer then buys).
    pub(super) choices: Vec<(Outreach, f64)>,
}

impl Row {
    /// Of the needs only the one it is about is kept; the contact's alternatives only where contacts are scarce.
    pub(super) fn new(
        customer: u32,
        settled: Settled,
        (needs, items): (&[Need], &[u32]),
        alternatives: impl FnOnce(&Need, Outreach) -> Vec<(Outreach, f64)>,
    ) -> Self {
        let about = match settled {
            Settled::Contact(Outreach { chosen, .. })
            | Settled::Wait { chosen }
            | Settled::HeldOut { chosen, .. }
            | Settled::HandOff { chosen, .. } => Some(chosen),
            Settled::Abstain { about, .. } => about,
        };
        let place = about.map_or(0, |chosen| chosen.need);
        let choices = match settled {
            Settled::Contact(contact) => alternatives(&needs[contact.chosen.need], contact),
            _ => Vec::new(),
        };
        let is_told = matches!(settled, Settled::Contact(_) | Settled::HandOff { .. });
        let need = needs.get(place).filter(|_| is_told).cloned();
        Self { customer, settled, item: items.get(place).copied().unwrap_or(NONE), need, choices }
    }
}

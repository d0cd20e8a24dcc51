//! What people made of proposals: approved, edited or refused; what that teaches about the next ones.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::policy::Policy;
use crate::event::EventKind;
use crate::history::HistoryView;
use crate::time::Timestamp;

/// What people made of proposals with one offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LearnedApproval {
    /// The offer, by name.
    pub offer: String,
    /// Proposals approved as they were.
    pub n_approved: u64,
    /// Proposals approved after an edit.
    pub n_edited: u64,
    /// Proposals refused.
    pub n_refused: u64,
    /// P(the next one is approved, as it is or edited): the mean of a uniform prior's posterior,
    /// `(n_approved + n_edited + 1) / (n + 2)`.
    pub prob_approved: f64,
}

/// Counts verdicts up to an instant, offer by offer; verdicts that name no offer teach nothing.
pub(super) fn learn(view: &HistoryView<'_>, as_of: Timestamp) -> Vec<LearnedApproval> {
    let mut counts: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    for contact in view.contacts(as_of) {
        let place = match contact.kind {
            EventKind::Approved => 0,
            EventKind::Edited => 1,
            EventKind::Refused => 2,
            _ => continue,
        };
        if let Some(offer) = contact.offer {
            counts.entry(offer.to_string()).or_default()[place] += 1;
        }
    }
    let learned = |(offer, [n_approved, n_edited, n_refused]): (String, [u64; 3])| {
        let yes = (n_approved + n_edited) as f64;
        let prob_approved = (yes + 1.0) / (yes + n_refused as f64 + 2.0);
        LearnedApproval { offer, n_approved, n_edited, n_refused, prob_approved }
    };
    counts.into_iter().map(learned).collect()
}

/// P(a proposal is approved) per offer, and how many verdicts it rests on; 1 where nothing was learned.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Approvals {
    of_offer: Vec<(f64, u64)>,
}

impl Approvals {
    pub(super) fn of(policy: &Policy) -> Self {
        let of = |name: &str| {
            let learned = policy.learned.approvals.iter().find(|a| a.offer == name);
            learned.map_or((1.0, 0), |a| (a.prob_approved, a.n_approved + a.n_edited + a.n_refused))
        };
        Self { of_offer: policy.offers.iter().map(|offer| of(&offer.name)).collect() }
    }

    /// P(approved), and the number of verdicts.
    pub(super) fn offer(&self, offer: usize) -> (f64, u64) {
        self.of_offer[offer]
    }
}

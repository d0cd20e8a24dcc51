//! What a contact wins, by the policy's word and by the log's own control.

use super::decision::EffectSource;
use super::policy::Policy;

/// P(a contact at the best moment wins a customer who would not buy), per offer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Effects {
    /// Mean, and standard deviation of the doubt about it.
    pub(super) of_offer: Vec<(f64, f64)>,
    /// Contacts that each rests on.
    pub(super) n: Vec<u64>,
    sources: Vec<EffectSource>,
}

impl Effects {
    /// What the policy states: a Beta distribution of that mean, worth as many contacts as it says.
    pub(super) fn stated(policy: &Policy) -> Self {
        let of = |o: &super::terms::Offer| {
            let p = o.prob_win_back;
            (p, (p * (1.0 - p) / (o.n_contacts_prior + 1.0)).sqrt())
        };
        Self {
            of_offer: policy.offers.iter().map(of).collect(),
            n: vec![0; policy.offers.len()],
            sources: vec![EffectSource::Prior; policy.offers.len()],
        }
    }

    pub(super) fn source(&self, offer: usize) -> EffectSource {
        self.sources[offer]
    }
}

//! What a contact wins: by the policy's word, and by the log's own control where it holds one.

use super::decision::EffectSource;
use super::learned::LearnedEffect;
use super::policy::Policy;
use super::terms::Offer;

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
    /// What the policy states, a Beta distribution worth as many contacts as it says, and what was learned: the two
    /// averaged by their precision.
    pub(super) fn of(policy: &Policy) -> Self {
        let mut out = Self { of_offer: Vec::new(), n: Vec::new(), sources: Vec::new() };
        for offer in &policy.offers {
            let learned = policy.learned.effects.iter().find(|e| e.offer == offer.name);
            out.of_offer.push(mean_and_sd(offer, learned));
            out.n.push(learned.map_or(0, |e| e.n_contacted + e.n_held_out));
            out.sources.push(if learned.is_some() { EffectSource::Log } else { EffectSource::Prior });
        }
        out
    }

    pub(super) fn source(&self, offer: usize) -> EffectSource {
        self.sources[offer]
    }
}

fn mean_and_sd(offer: &Offer, learned: Option<&LearnedEffect>) -> (f64, f64) {
    let p = offer.prob_win_back;
    let variance = p * (1.0 - p) / (offer.n_contacts_prior + 1.0);
    let Some(learned) = learned.filter(|e| e.standard_error > 0.0) else { return (p, variance.sqrt()) };
    let seen = learned.standard_error.powi(2);
    let mean = (p * seen + learned.prob_win_back * variance) / (seen + variance);
    (mean.clamp(0.0, 1.0), (seen * variance / (seen + variance)).sqrt())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::offer::{Channel, Learned};
    use crate::stats::Draws;
    use crate::{Event, History, IngestOptions, Timestamp};

    /// Half of the customers buy anyway, of the others the contact wins three in ten; one in five is held out.
    fn log(has_control: bool) -> History {
        let at: Timestamp = "2026-01-01".parse().unwrap();
        let mut draws = Draws::new(3, 9);
        let mut rows = Vec::new();
        for c in 0..4000 {
            let customer = format!("c{c}");
            rows.push(Event::purchase(customer.as_str(), "filter", at));
            let when = at.plus_days(30.0 + f64::from(c % 50));
            let held_out = draws.uniform() < 0.2;
            let buys = draws.uniform() < 0.5 || (!held_out && draws.uniform() < 0.3);
            if held_out && has_control {
                rows.push(Event::held_out(customer.as_str(), when).offer("refill").propensity(0.2));
            } else if !held_out {
                rows.push(Event::contacted(customer.as_str(), when).offer("refill").propensity(0.8));
            }
            if buys {
                rows.push(Event::purchase(customer.as_str(), "filter", when.plus_days(3.0)));
            }
        }
        History::from_events(rows, &IngestOptions::default()).unwrap().0
    }

    fn policy() -> Policy {
        Policy {
            offers: vec![Offer::discount("refill", 0.1, 0.9)],
            channels: vec![Channel::new("app", 0.1)],
            ..Policy::new(0.3)
        }
    }

    #[test]
    fn an_effect_is_measured_against_the_held_out_and_shrunk_to_the_prior() {
        let as_of: Timestamp = "2026-06-01".parse().unwrap();
        let learned = Learned::of(&log(true), as_of, &policy(), 14.0).unwrap();
        let effect = &learned.effects[0];
        assert!((effect.prob_win_back - 0.3).abs() < 3.0 * effect.standard_error, "{effect:?}");
        assert!((effect.share_held_out - 0.5).abs() < 0.06 && effect.standard_error < 0.06);
        let policy = Policy { learned, ..policy() };
        let effects = Effects::of(&policy);
        assert_eq!(effects.source(0), EffectSource::Log);
        // A far-off prior of 50 contacts moves thousands of contacts a little.
        assert!((0.3..0.75).contains(&effects.of_offer[0].0), "{:?}", effects.of_offer);
        let sure = Policy { learned: Learned::default(), ..policy };
        assert!((Effects::of(&sure).of_offer[0].0 - 0.9).abs() < 1e-15);
    }

    #[test]
    fn without_a_control_a_response_rate_is_not_an_effect() {
        let as_of: Timestamp = "2026-06-01".parse().unwrap();
        assert_eq!(Learned::of(&log(false), as_of, &policy(), 14.0).unwrap(), Learned::default());
        // Nor does anything count whose outcome is not known yet.
        let early: Timestamp = "2026-02-01".parse().unwrap();
        assert_eq!(Learned::of(&log(true), early, &policy(), 14.0).unwrap(), Learned::default());
        assert!(Learned::of(&log(true), as_of, &policy(), 0.0).is_err());
    }
}

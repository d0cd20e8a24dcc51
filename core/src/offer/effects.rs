//! What a contact wins: by the policy's word, and by the log's own control where it holds one.

use super::decision::EffectSource;
use super::learned::LearnedEffect;
use super::policy::Policy;
use super::terms::Offer;

/// Events of a Beta prior at least, so that what is stated as certain can be learned otherwise.
const LEAST: f64 = 0.5;

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
    /// What the policy states, a Beta distribution worth as many contacts as it says; where the log holds a control, after what it
    /// shows.
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
    let (p, n) = (offer.prob_win_back, offer.n_contacts_prior);
    match learned {
        Some(learned) => posterior([p * n, (1.0 - p) * n].map(|x| x.max(LEAST)), learned),
        None => (p, (p * (1.0 - p) / (n + 1.0)).sqrt()),
    }
}

/// Mean and standard deviation of e = P(a contact wins a customer who would not buy), whose prior is a Beta distribution, after both
/// arms were seen. With q = P(buys unprompted), of which nothing is known before (Jeffreys 1946):
///
/// ```text
/// contacted ~ Binomial(1 - (1 - q) (1 - e))        held out ~ Binomial(q)
/// ```
///
/// Summed over a lattice of the log-odds of e and q, which closes in on where the probability is.
fn posterior(prior: [f64; 2], learned: &LearnedEffect) -> (f64, f64) {
    /// Points of each axis, and how often the lattice is laid anew.
    const POINTS: usize = 81;
    const ROUNDS: usize = 12;
    /// Standard deviations that the lattice reaches to either side.
    const REACH: f64 = 8.0;
    let split = |n: f64, share: f64| [n * share.clamp(0.0, 1.0), n * (1.0 - share.clamp(0.0, 1.0))];
    let effective = |effective: Option<f64>, n: u64| effective.unwrap_or(f64::INFINITY).clamp(0.0, n as f64);
    let n_contacted = effective(learned.effective_contacted, learned.n_contacted);
    let n_held_out = effective(learned.effective_held_out, learned.n_held_out);
    let [won, lost] = split(n_contacted, learned.share_contacted);
    let [came, stayed] = split(n_held_out, learned.share_held_out).map(|x| x + 0.5);
    // Both are from -40 to 40 at first: nothing that counts lies beyond.
    let (mut centre, mut step) = ([0.0f64; 2], [2.0f64; 2]);
    let mut out = (0.0, 0.0);
    for _ in 0..ROUNDS {
        let axis = |k: usize| -> Vec<f64> {
            (0..POINTS).map(|i| centre[k] + step[k] * (i as f64 - (POINTS / 2) as f64)).collect()
        };
        let (effects, owns) = (axis(0), axis(1));
        let ln_density = |e: f64, q: f64| {
            let ([ln_e, ln_not_e], [ln_q, ln_not_q]) = (ln_odds(e), ln_odds(q));
            let not_bought = ln_not_e + ln_not_q;
            let bought = (-not_bought.exp_m1()).max(f64::MIN_POSITIVE).ln();
            prior[0] * ln_e + prior[1] * ln_not_e + came * ln_q + stayed * ln_not_q + won * bought + lost * not_bought
        };
        let all: Vec<(f64, f64, f64)> = effects
            .iter()
            .flat_map(|&e| owns.iter().map(move |&q| (e, q)))
            .map(|(e, q)| (e, q, ln_density(e, q)))
            .collect();
        let highest = all.iter().map(|p| p.2).fold(f64::NEG_INFINITY, f64::max);
        let (mut total, mut sums, mut of_e) = (0.0, [[0.0; 2]; 2], [0.0; 2]);
        for (e, q, ln) in all {
            let weight = (ln - highest).exp();
            total += weight;
            for (sum, x) in sums.iter_mut().zip([e, q]) {
                sum[0] += weight * x;
                sum[1] += weight * x * x;
            }
            let e = ln_odds(e)[0].exp();
            of_e[0] += weight * e;
            of_e[1] += weight * e * e;
        }
        let [mean, square] = of_e.map(|x| x / total);
        out = (mean, (square - mean * mean).max(0.0).sqrt());
        for (k, [sum, square]) in sums.into_iter().enumerate() {
            centre[k] = sum / total;
            let sd = (square / total - centre[k] * centre[k]).max(0.0).sqrt();
            step[k] = (REACH * sd / (POINTS / 2) as f64).clamp(0.1 * step[k], step[k]);
        }
    }
    out
}

/// The logarithms of a probability and of what it leaves, from its log-odds.
fn ln_odds(x: f64) -> [f64; 2] {
    [-(-x).exp().ln_1p(), -x.exp().ln_1p()]
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
    fn what_is_known_before_and_after_equals_an_independent_quadrature() {
        let seen = |contacted: f64, bought: f64, held_out: f64, came: f64| LearnedEffect {
            offer: "refill".to_owned(),
            n_contacted: contacted as u64,
            n_held_out: held_out as u64,
            effective_contacted: Some(contacted),
            effective_held_out: None,
            share_contacted: bought,
            share_held_out: came,
            prob_win_back: (bought - came) / (1.0 - came),
            standard_error: 0.1,
        };
        // Gauss and Legendre's rule of 600 × 600 points over both probabilities; mean and standard deviation.
        let cases = [
            (0.25, 50.0, seen(5.0, 1.0, 1.0, 0.0), 0.259_530_60, 0.062_619_30),
            (0.25, 50.0, seen(20.0, 1.0, 1.0, 0.0), 0.258_036_62, 0.062_244_71),
            // Nobody bought: the prior's Beta distribution with 30 failures more.
            (0.25, 50.0, seen(30.0, 0.0, 30.0, 0.0), 0.156_25, 0.040_343_58),
            (0.25, 50.0, seen(50.0, 0.4, 100.0, 0.2), 0.247_969_17, 0.050_899_07),
            (0.90, 50.0, seen(3200.0, 0.65, 800.0, 0.5), 0.376_928_37, 0.021_828_22),
            (0.10, 20.0, seen(7.0, 3.0 / 7.0, 4.0, 0.25), 0.106_499_88, 0.067_154_81),
        ];
        for (p, n, learned, mean, sd) in cases {
            let offer = Offer { n_contacts_prior: n, ..Offer::discount("refill", 0.1, p) };
            let (m, s) = mean_and_sd(&offer, Some(&learned));
            assert!((m - mean).abs() < 1e-4 && (s - sd).abs() < 1e-4, "{learned:?}: {m} {s}");
        }
        let policy = |effect: LearnedEffect| Policy {
            learned: Learned { effects: vec![effect], ..Learned::default() },
            ..policy()
        };
        assert!(policy(seen(5.0, 1.0, 1.0, 0.0)).validate().is_ok());
        let refused = policy(seen(5.0, 1.5, 1.0, 0.0)).validate().unwrap_err().to_string();
        assert!(refused.contains("share_contacted") && refused.contains("1.5"), "{refused}");
        assert!(policy(seen(f64::NAN, 1.0, 1.0, 0.0)).validate().is_err());
        // What was stated as impossible is learned, and a million outcomes leave little doubt.
        let never = Offer::discount("refill", 0.1, 0.0);
        let (m, s) = mean_and_sd(&never, Some(&seen(1e6, 0.4, 1e6, 0.2)));
        assert!((m - 0.25).abs() < 0.003 && s > 0.0 && s < 0.002, "{m} {s}");
    }

    #[test]
    fn outcomes_of_one_customer_are_not_independent() {
        // Nothing wins anybody; customers differ in how often they buy anyway, and each is seen twelve times.
        let (mut n_sure, mut n_windows) = (0, 0);
        for seed in 0..60 {
            let (mut draws, mut rows) = (Draws::new(5, seed), Vec::new());
            let start: Timestamp = "2026-01-01".parse().unwrap();
            for c in 0..200 {
                let customer = format!("c{c}");
                rows.push(Event::purchase(customer.as_str(), "filter", start));
                let (held_out, often) = (draws.uniform() < 0.5, if draws.uniform() < 0.5 { 0.05 } else { 0.6 });
                for week in 0..12 {
                    let at = start.plus_days(10.0 + 7.0 * f64::from(week));
                    // A second row on the next day is the same window's.
                    for at in [at, at.plus_days(1.0)] {
                        rows.push(if held_out {
                            Event::held_out(customer.as_str(), at).offer("refill").propensity(0.5)
                        } else {
                            Event::contacted(customer.as_str(), at).offer("refill").propensity(0.5)
                        });
                    }
                    if draws.uniform() < often {
                        rows.push(Event::purchase(customer.as_str(), "filter", at.plus_days(3.0)));
                    }
                }
            }
            let history = History::from_events(rows, &IngestOptions::default()).unwrap().0;
            let learned = Learned::of(&history, "2026-06-01".parse().unwrap(), &policy(), 6.0).unwrap();
            let effect = &learned.effects[0];
            n_windows += effect.n_contacted + effect.n_held_out;
            assert!(effect.effective_contacted.unwrap() < 0.4 * effect.n_contacted as f64, "{effect:?}");
            n_sure += usize::from(effect.prob_win_back.abs() > 1.96 * effect.standard_error);
        }
        assert_eq!(n_windows, 60 * 200 * 12);
        // 3 of 60 are expected.
        assert!(n_sure <= 8, "{n_sure}");
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

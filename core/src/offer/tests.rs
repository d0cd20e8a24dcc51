//! What holds for every policy: decisions in a simulated world whose truth is known.

use super::costs::Costs;
use super::due::Due;
use super::gains::Days;
use super::limits::{ChannelLimits, Limits};
use super::policy::Caution;
use super::search::Gains;
use super::*;
use crate::stats::Draws;
use crate::time::Timestamp;

fn as_of() -> Timestamp {
    "2026-03-02T00:00:00Z".parse().expect("instant")
}

/// A policy that weighs expectations, at any hour of any day.
fn open_policy(margin: f64, offers: Vec<Offer>) -> Policy {
    Policy {
        offers,
        channels: vec![Channel::new("app", 0.15)],
        order_value: Some(50.0),
        caution: Caution { confidence: 0.5, ..Caution::default() },
        limits: Limits {
            channels: vec![ChannelLimits { quiet_hours: None, ..ChannelLimits::new("app") }],
            ..Limits::default()
        },
        horizon_days: 120,
        ..Policy::new(margin)
    }
}

fn offers(times: f64) -> Vec<Offer> {
    vec![
        Offer::reminder(0.30 * times),
        Offer::discount("five", 0.05, 0.38 * times),
        Offer::discount("ten", 0.10, 0.47 * times),
    ]
}

/// P(run-out on each day) of a log-normal cycle.
fn log_normal(median: f64, spread: f64, n: usize) -> Vec<f64> {
    let below = |d: f64| crate::stats::normal_below((d.max(1e-9) / median).ln() / spread);
    (0..n).map(|d| below(d as f64 + 1.0) - below(d as f64)).collect()
}

/// With costs of being early and late alone the best day is the quantile late/(early + late) of the run-out date, less the lead
/// time: the newsvendor's (Edgeworth 1888; Arrow, Harris & Marschak 1951).
#[test]
fn with_early_and_late_costs_alone_the_best_day_is_a_quantile() {
    for (early, late, lead, spread) in
        [(1.0, 1.0, 7.0, 0.3), (1.0, 4.0, 5.0, 0.5), (3.0, 1.0, 0.0, 0.2), (1.0, 9.0, 10.0, 0.4)]
    {
        let by_day = log_normal(60.0, spread, 400);
        let due = Due::new(by_day.clone(), 0.0, 0.0).expect("due");
        let costs = Costs { early_per_day: early, late_per_day: late, lead_days: lead, ..Costs::default() };
        let mut days = Days::default();
        let (effects, before) = Response::default().by_day();
        days.fill(&due, (&effects, before), &costs, 200);
        let way = super::search::Way {
            offer: 0,
            channel: 0,
            stakes: super::gains::Stakes {
                order_value: 0.0,
                margin_share: 0.0,
                discount_share: 0.0,
                prob_win_back: 0.0,
                contact_cost: 0.0,
                remaining_value: 0.0,
            },
        };
        let best = Gains { days: &days, due: &due, costs: &costs }.best(&[way], 0, |_, _| true).expect("a day");
        // Too late costs `late` per day when the run-out comes first: F(t + lead) = early... of the run-out date.
        let share = early / (early + late);
        let mut sum = 0.0;
        let quantile = by_day.iter().position(|p| {
            sum += p;
            sum >= share
        });
        let wanted = quantile.expect("within reach") as f64 + 0.5 - lead;
        assert!((best.day as f64 - wanted).abs() <= 1.0, "{early} {late} {lead}: {} for {wanted}", best.day);
    }
}

/// What a decision earns in truth, by the formula of the documentation, with the truth instead of the expectation.
fn earned(policy: &Policy, decision: &Decision, run_out: f64, own: f64, times: f64) -> f64 {
    let (day, offer) = match decision {
        Decision::Contact(contact) => (0.0, &contact.offer),
        Decision::Wait(wait) => (wait.until_at.days_since(as_of()), &wait.offer),
        _ => return 0.0,
    };
    let offer = policy.offers.iter().find(|o| o.name == *offer).expect("an offer of the policy");
    let left = run_out - day;
    let effect = policy.response.effect(left);
    let won = (1.0 - own) * offer.prob_win_back / times * effect;
    won * 50.0 * (policy.margin_share - offer.discount_share)
        - own * 50.0 * offer.discount_share * effect
        - (1.0 - won - own * effect) * policy.costs.per_ignored
        - if left > policy.costs.early_after_days { policy.costs.per_early } else { 0.0 }
        - policy.channels[0].cost
}

/// (mean earned, share contacted) over customers with cycles of their own, known from a few gaps.
fn world(costs: Costs, margin: f64, times: f64) -> (f64, f64) {
    let policy = Policy { costs, ..open_policy(margin, offers(times)) };
    let planner = Planner::new(policy.clone()).expect("policy");
    let mut draws = Draws::new(11, 7);
    let n = 1500;
    let customers: Vec<(Vec<f64>, Vec<bool>, f64, f64)> = (0..n)
        .map(|_| {
            let level = 35f64.ln() + 0.45 * draws.normal();
            let spread = (0.3f64.ln() + 0.35 * draws.normal()).exp();
            let own = draws.beta(4.0, 2.0);
            let k = 1 + (draws.uniform() * 8.0) as usize;
            let gaps: Vec<f64> = (0..k).map(|_| (level + spread * draws.normal()).exp()).collect();
            let back: Vec<bool> = (0..k).map(|_| draws.uniform() < own).collect();
            (gaps, back, (level + spread * draws.normal()).exp(), own)
        })
        .collect();
    let past = |c: &'_ (Vec<f64>, Vec<bool>, f64, f64)| -> (Vec<f64>, Vec<bool>) { (c.0.clone(), c.1.clone()) };
    let all: Vec<_> = customers.iter().map(past).collect();
    let cycles = Cycles::fit(all.iter().map(|(days, returned)| PastCycles { days, returned })).expect("cycles");
    let (mut sum, mut contacted) = (0.0, 0);
    for (customer, (days, returned)) in customers.iter().zip(&all) {
        let due = cycles.due(&PastCycles { days, returned }, 0.0, planner.reach_days()).expect("due").unwatched();
        let decision = planner.decide_needs(None, &[Need::new(due)], &Past::default(), as_of()).expect("a decision");
        contacted += u32::from(matches!(decision, Decision::Contact(_) | Decision::Wait(_)));
        sum += earned(&policy, &decision, customer.2, customer.3, times);
    }
    (sum / f64::from(n), f64::from(contacted) / f64::from(n))
}

#[test]
fn decisions_earn_money_also_when_the_stated_response_is_wrong_by_a_third() {
    let strict = Costs { per_ignored: 0.6, per_early: 0.9, ..Costs::default() };
    for times in [1.0, 0.7, 1.3] {
        let (earned, contacted) = world(strict, 0.35, times);
        assert!(earned > 0.05, "{times}: {earned}");
        assert!((0.05..0.95).contains(&contacted), "{times}: {contacted}");
    }
}

#[test]
fn nobody_is_contacted_where_contacts_lose_money() {
    // Nothing to be won: a margin that does not pay for the contact; and a nuisance that costs more than any order.
    assert_eq!(world(Costs::default(), 0.0, 1.0), (0.0, 0.0));
    assert_eq!(world(Costs { per_ignored: 60.0, ..Costs::default() }, 0.35, 1.0), (0.0, 0.0));
}

#[test]
fn the_quick_gain_is_the_sum_of_the_parts() {
    let due = Due::new(log_normal(40.0, 0.4, 200), 0.6, 0.05).expect("due");
    let costs = Costs {
        per_ignored: 0.4,
        per_early: 0.2,
        early_per_day: 0.01,
        late_per_day: 0.02,
        prob_lost_per_ignored: 0.01,
        ..Costs::default()
    };
    let (effects, before) = Response::default().by_day();
    let mut days = Days::default();
    for due in [due.clone(), due.unwatched()] {
        days.fill(&due, (&effects, before), &costs, 90);
        let gains = Gains { days: &days, due: &due, costs: &costs };
        let stakes = super::gains::Stakes {
            order_value: 50.0,
            margin_share: 0.35,
            discount_share: 0.1,
            prob_win_back: 0.3,
            contact_cost: 0.15,
            remaining_value: 100.0,
        };
        let way = super::search::Way { offer: 0, channel: 0, stakes };
        for (day, gain) in gains.over_days(&way).into_iter().enumerate() {
            assert!((gain - gains.on(&way, day)).abs() < 1e-12, "{day}");
        }
    }
}

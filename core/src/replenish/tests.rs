//! The two clocks and the curve made of them, against closed forms computed elsewhere and for all inputs.

use proptest::prelude::*;

use super::ForecastOptions;
use super::evidence::{Basket, CustomerEvidence, PairEvidence};
use super::structure::{EDGES_DAYS, LogLogistic, Structure, log_odds, weekday_factors};
use super::survival::{REACH_DAYS, Survival};
use crate::stats::{N_SPANS, Spans, sigmoid};

fn pair(n_purchases: f64, recency: f64, cycle_days: f64, spread: f64, prob_per_visit: f64) -> PairEvidence {
    PairEvidence {
        n_purchases,
        recency,
        age: recency + 100.0,
        last_gap: cycle_days,
        prob_per_visit: [prob_per_visit; 4],
        visits_since_last: 1.0,
        log_cycle: cycle_days.ln(),
        spread,
        supply_ratio: 0.0,
        supply_level: 0.0,
        basket: Basket::default(),
    }
}

fn customer(visits_per_day: f64) -> CustomerEvidence {
    CustomerEvidence {
        n_visits: 10.0,
        recency: 1.0,
        age: 100.0,
        visits_per_day: [visits_per_day; 4],
        log_rhythm: 2.0,
        z: 0.0,
        propensity: 1.0,
        log_propensity: 0.0,
        log_propensity_now: 0.0,
        cycle_shift: 0.0,
        log_visit_hazard7: 0.5f64.ln(),
        log_visit_hazard28: 0.0,
        log_rate: [visits_per_day.ln(); 4],
    }
}

/// The logarithm of the gaps of a Poisson process has this standard deviation: the root of trigamma(1).
const POISSON_SPREAD: f64 = 1.282_549_830_161_864;

/// As near as single precision comes.
fn single(value: f32, expected: f64) {
    assert!((f64::from(value) - expected).abs() <= 3e-6 * expected.abs(), "{value}, expected {expected}");
}

/// `-log sf` of `scipy.stats.fisk(c, scale)` with `scale` the median and `c = pi / (sqrt(3) * spread)`.
#[test]
fn the_cycle_clock_is_log_logistic() {
    let month = LogLogistic::new(30f64.ln(), 0.5);
    single(month.hazard(1.0), 4.381_228_087_499_561e-6);
    single(month.hazard(10.0), 0.018_415_794_797_106_574);
    single(month.hazard(30.0), std::f64::consts::LN_2);
    single(month.hazard(60.0), 2.592_259_967_668_452_3);
    single(month.hazard(300.0), 8.353_090_450_383_727);
    let regular = LogLogistic::new(100f64.ln(), 0.2);
    single(regular.hazard(50.0), 0.001_860_184_108_047_237);
    single(regular.hazard(150.0), 3.702_141_825_817_504);
    // Finite for whatever comes.
    for (log_mean, spread, days) in [(0.0, 0.0, 1e12), (700.0, 1e-9, 0.0), (-700.0, 0.05, 1e30), (0.0, 1e9, 1.0)] {
        let hazard = LogLogistic::new(log_mean, spread).hazard(days);
        assert!(hazard.is_finite() && hazard >= 0.0, "{log_mean} {spread} {days}: {hazard}");
    }
    // Given 20 days without a purchase, fourteen more: -log(sf(34) / sf(20)).
    let (structure, _) = Structure::new(&pair(5.0, 20.0, 30.0, 0.5, 0.2), &customer(0.1));
    single(structure.cycle_hazard(14.0), 0.738_926_890_446_853_7);
}

/// `-log pmf(0)` of `scipy.stats.nbinom(r, r / (r + rate * days))`: a Poisson count with a Gamma rate of shape r.
#[test]
fn the_visit_clock_is_negative_binomial() {
    // As irregular as a Poisson process: the visit clock runs alone.
    let (structure, _) = Structure::new(&pair(2.0, 20.0, 30.0, POISSON_SPREAD, 0.5), &customer(0.1));
    let mut hazard = [28.0];
    structure.hazards(&mut hazard);
    single(hazard[0], 1.061_256_502_124_341);
}

#[test]
fn the_cycle_clock_counts_by_gaps_and_regularity() {
    let weight = |n, spread| Structure::new(&pair(n, 1.0, 30.0, spread, 0.2), &customer(0.1)).0.cycle_weight;
    single(weight(1.0, 0.1), 0.0);
    assert!(weight(50.0, POISSON_SPREAD) < 1e-9 && weight(50.0, 5.0) < 1e-9);
    assert!(weight(1e6, 1e-4) > 0.999_99);
    for n in 2..20 {
        let n = f64::from(n);
        assert!(weight(n + 1.0, 0.6) > weight(n, 0.6) && weight(n, 0.5) > weight(n, 0.6));
        assert!((0.0..=1.0).contains(&weight(n, 0.6)));
    }
}

#[test]
fn log_odds_and_hazards_say_the_same() {
    let (structure, _) = Structure::new(&pair(4.0, 12.0, 20.0, 0.6, 0.3), &customer(0.2));
    let hazards = structure.at_edges();
    let mut before = 0.0;
    for (x, hazard) in log_odds(hazards, &[1.0; N_SPANS]).iter().zip(hazards) {
        let prob = -f64::from(before - *hazard).exp_m1();
        assert!((f64::from(sigmoid(*x)) - prob).abs() < 1e-5, "{x} {prob}");
        before = *hazard;
    }
    // Nothing and everything stay finite.
    let far = log_odds(&[0.0, 0.0, 1e6, 1e6, 1e6, 1e6, 1e6, 1e6], &[1.0; N_SPANS]);
    assert!(far.iter().all(|x| x.is_finite()), "{far:?}");
}

#[test]
fn weekdays_move_purchases_between_short_spans() {
    assert!(weekday_factors(&[1.0; 7], 12_345).iter().all(|f| (f - 1.0).abs() < 1e-6));
    let mondays = [7.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    // 1970-01-04 was a Sunday: all of the next day's share, none of the rest of the week's.
    let factors = weekday_factors(&mondays, 3);
    single(factors[0], 7.0);
    single(factors[1], 0.01);
    single(factors[2], 0.01);
    assert!(factors[3..].iter().all(|f| (f - 1.0).abs() < 1e-6), "whole weeks: {factors:?}");
}

/// The curve once the layer has said what each span holds.
fn weighed(structure: &Structure, log_odds: &Spans) -> Survival {
    let mut survival = Survival::new(*structure);
    survival.weigh(log_odds);
    survival
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn hazards_rise(
        n in 1u32..200, recency in 0.0f64..2000.0, cycle in 1.0f64..2000.0, spread in 0.01f64..4.0,
        prob in 1e-6f64..0.999, visits in 1e-5f64..1.0,
    ) {
        let (structure, _) = Structure::new(&pair(f64::from(n), recency, cycle, spread, prob), &customer(visits));
        let hazards = structure.at_edges();
        prop_assert!(hazards.iter().all(|h| h.is_finite() && *h >= 0.0), "{hazards:?}");
        prop_assert!(hazards.is_sorted(), "{hazards:?}");
    }

    #[test]
    fn the_curve_falls_and_its_quantiles_invert_it(
        n in 1u32..200, recency in 0.0f64..300.0, cycle in 2.0f64..300.0, spread in 0.1f64..2.0,
        prob in 0.01f64..0.9, visits in 0.005f64..1.0, moved in prop::array::uniform8(-3.0f32..3.0),
    ) {
        let (structure, _) = Structure::new(&pair(f64::from(n), recency, cycle, spread, prob), &customer(visits));
        let log_odds: Spans = {
            let by_structure = log_odds(structure.at_edges(), &[1.0; N_SPANS]);
            std::array::from_fn(|s| by_structure[s] + moved[s])
        };
        let survival = weighed(&structure, &log_odds);
        let mut before = 0.0;
        for days in (0..=728).map(|d| f64::from(d) / 2.0) {
            let prob = survival.prob_within(days);
            prop_assert!((0.0..=1.0).contains(&prob) && prob >= before - 1e-12, "{days}: {before} {prob}");
            before = prob;
        }
        // Read day by day, or several at once, it is the same curve.
        let (mut day, mut days) = (0, Vec::new());
        survival.each_day(400, |prob| {
            day += 1;
            days.push((f64::from(prob) - survival.prob_within(f64::from(day))).abs());
        });
        prop_assert!(days.len() == 400 && days.iter().all(|off| *off < 1e-6), "{days:?}");
        let together = survival.run_outs_days([0.1, 0.9, 0.4, 0.5]);
        let single = [0.1, 0.9, 0.4, 0.5].map(|quantile| survival.run_out_days(quantile));
        prop_assert_eq!(together.map(f64::to_bits), single.map(f64::to_bits));
        // Beside other curves it is the same, too.
        let (other, _) = Structure::new(&pair(1.0, 9.0, 30.0, 1.0, 0.5), &customer(0.2));
        let other = weighed(&other, &log_odds);
        for days in [0.0, 0.5, 7.0, 90.0, 364.0] {
            let [_, beside, _] = Survival::prob_within_of_each([&other, &survival, &other], days);
            prop_assert_eq!(f64::from(beside).to_bits(), survival.prob_within(days).to_bits());
        }
        let [beside, _] = Survival::run_out_days_of_each([&survival, &other], 0.9);
        prop_assert_eq!(f64::from(beside).to_bits(), survival.run_out_days(0.9).to_bits());
        // At the spans' ends the curve is the product of what the spans leave.
        let mut left = 1.0;
        for (x, days) in log_odds.iter().zip(EDGES_DAYS) {
            left *= 1.0 - f64::from(sigmoid(*x));
            prop_assert!((1.0 - survival.prob_within(days) - left).abs() < 1e-5);
        }
        let mut last = 0.0;
        for quantile in [0.0, 0.05, 0.1, 0.35, 0.5, 0.8, 0.9, 0.99] {
            let days = survival.run_out_days(quantile);
            prop_assert!((0.0..=REACH_DAYS).contains(&days) && days >= last, "{quantile}: {last} {days}");
            // Inverted on a straight line where a span has little shape: right to two days and a tenth.
            let share = |days: f64| survival.prob_within(days) / survival.prob_again();
            let (low, high) = (share(0.9 * days - 2.0), share(1.1 * days + 2.0));
            prop_assert!(low - 1e-6 <= quantile && quantile <= high + 1e-6, "{quantile} at {days}: {low} {high}");
            last = days;
        }
    }
}

/// The quantile of a regular cycle to a fraction of a day, and what an absurd layer may not break.
#[test]
fn quantiles_invert_the_curve() {
    for (n, recency, cycle, spread) in [(1.0, 3.0, 30.0, 1.0), (8.0, 10.0, 30.0, 0.3), (20.0, 60.0, 90.0, 0.2)] {
        let (structure, _) = Structure::new(&pair(n, recency, cycle, spread, 0.2), &customer(0.1));
        let log_odds = log_odds(structure.at_edges(), &[1.0; N_SPANS]);
        let survival = weighed(&structure, &log_odds);
        for quantile in [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98] {
            let days = survival.run_out_days(quantile);
            let back = survival.prob_within(days) / survival.prob_again();
            assert!((back - quantile).abs() < 0.02, "{n} {cycle}: quantile {quantile} at {days} days gives {back}");
        }
        assert!((survival.prob_within(28.0) - survival.structural_prob_within(28.0)).abs() < 1e-5);
        for x in [-1e30f32, -40.0, 40.0, 1e30] {
            let absurd = weighed(&structure, &[x; N_SPANS]);
            let days: Vec<f64> = [0.1, 0.5, 0.9].map(|q| absurd.run_out_days(q)).to_vec();
            assert!(days.is_sorted() && days.iter().all(|d| (0.0..=REACH_DAYS).contains(d)), "{x}: {days:?}");
            assert!(absurd.prob_again() > 0.0 && absurd.prob_again() <= 1.0);
        }
    }
    let (structure, _) = Structure::new(&pair(3.0, 3.0, 30.0, 0.5, 0.2), &customer(0.1));
    let survival = weighed(&structure, &Spans::default());
    assert_eq!(survival.run_out_days(f64::NAN).to_bits(), survival.run_out_days(0.5).to_bits());
    assert!(survival.prob_within(-5.0).abs() < 1e-12);
    assert!((survival.prob_within(1e9) - survival.prob_again()).abs() < 1e-12);
}

#[test]
fn a_horizon_given_twice_is_refused() {
    let options = ForecastOptions { horizons_days: vec![28.0, 7.0, 28.0], ..ForecastOptions::default() };
    let error = options.validate().expect_err("twice");
    assert_eq!(error.field(), Some("horizons_days"));
    assert!(error.to_string().contains("28 twice"), "{error}");
}

#[test]
fn regularity_solves_trigamma() {
    // Exact solutions, by an independent trigamma function (scipy's polygamma and brentq).
    for (spread, k) in [
        (0.05, 400.499_792),
        (0.3, 11.603_622_2),
        (1.0, 1.426_255_12),
        (1.6, 0.746_604_378),
        (2.8, 0.383_535_858),
        (3.2, 0.330_743_65),
        (8.0, 0.126_375_627),
    ] {
        assert!((super::fitted::regularity(spread) / k - 1.0).abs() < 1e-5, "{spread}");
    }
}

//! What must hold for lapse on every log: no leakage, no dependence on order or threads, sane numbers, drivers that add up.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod shop;

use beforehand::{ErrorCode, Event, History, Lapse, LapseOptions, Model, Options, Timestamp};
use proptest::prelude::*;
use shop::{events, history, start};

fn day(days: f64) -> Timestamp {
    start().plus_days(days)
}

fn fit(history: &History, as_of: Timestamp) -> Model {
    // Replenishment is tested elsewhere.
    let options = Options { max_training_rows: 1_000, learn_successors: false, ..Options::default() };
    Model::fit(history, as_of, &options).unwrap()
}

fn bits(lapse: &Lapse<'_>) -> Vec<u32> {
    let columns = lapse.prob_lapse.iter().chain(&lapse.expected_visits).chain([&lapse.prob_alive, &lapse.recency_days]);
    columns.flat_map(|c| c.iter().map(|x| x.to_bits())).collect()
}

fn answers(history: &History, as_of: Timestamp) -> (Vec<u8>, Vec<u32>) {
    let model = fit(history, as_of);
    (model.to_bytes().unwrap(), bits(&model.lapse(history, as_of).unwrap()))
}

#[test]
fn nothing_after_as_of_leaks() {
    let as_of = day(330.0);
    let log = events(400, 450.0, 31);
    let past: Vec<Event> = log.iter().filter(|e| e.at <= as_of).cloned().collect();
    assert!(log.len() > past.len() + 100, "the test needs a future");
    // Customers of the future, whose codes come first, and what the others do later.
    let mut other = past.clone();
    other.extend((0..50).map(|c| Event::purchase(format!("a{c}"), "milk", day(331.0 + f64::from(c)))));
    let known = fit(&history(past.clone()), as_of);
    let past = history(past);
    let expected = bits(&known.lapse(&past, as_of).unwrap());
    for log in [log, other] {
        let history = history(log);
        let model = fit(&history, as_of);
        let found = model.lapse(&history, as_of).unwrap();
        assert_eq!(found.len(), past.n_customers());
        assert!(bits(&found) == expected, "lapse depends on the future");
    }
}

#[test]
fn neither_threads_nor_the_order_of_rows_change_a_bit() {
    let as_of = day(420.0);
    let mut log = events(700, 420.0, 33);
    let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
    let a = pool(1).install(|| answers(&history(log.clone()), as_of));
    let n = log.len();
    log.reverse();
    log.rotate_left(n / 3);
    let b = pool(3).install(|| answers(&history(log), as_of));
    assert!(a == b, "threads or order change the result");
}

#[test]
fn drivers_add_up_and_one_customer_is_as_in_the_batch() {
    let log = events(500, 400.0, 35);
    let history = history(log);
    let as_of = day(390.0);
    let model = fit(&history, as_of);
    assert!(model.has_lapse_layer());
    let options = LapseOptions { horizons_days: vec![56.0, 300.0, 10.0] };
    let all = model.lapse_with(&history, as_of, &options).unwrap();
    let mut largest = 0f64;
    for row in (0..all.len()).step_by(7) {
        let one = model.lapse_of_with(history.customer(all.customer(row)).unwrap(), as_of, &options).unwrap();
        let prob = one.horizons[0].prob_lapse;
        assert_eq!((prob as f32).to_bits(), all.prob_lapse[0][row].to_bits());
        let sum = one.base_log_odds + one.drivers.iter().map(|d| d.log_odds).sum::<f64>();
        let own = (prob / (1.0 - prob)).ln();
        assert!((sum - own).abs() < 1e-5 * own.abs().max(1.0) && (one.log_odds - sum).abs() < 1e-12, "{sum} {own}");
        assert!(one.drivers.windows(2).all(|w| w[0].log_odds.abs() >= w[1].log_odds.abs()));
        largest = largest.max(one.drivers[0].log_odds.abs());
        let probs: Vec<f64> = [2, 0, 1].map(|h| one.horizons[h].prob_lapse).to_vec();
        assert!(probs.windows(2).all(|w| w[0] >= w[1]), "{probs:?}");
    }
    assert!(largest > 0.5, "no driver drives: {largest}");
}

#[test]
fn silence_is_what_drives_the_risk_of_who_has_fallen_silent() {
    // Weekly customers; the first twenty stop half way.
    let bought = |c: i32| (0..40).filter(move |k| c >= 20 || *k < 20).map(move |k| f64::from(7 * k + c % 7));
    let log = (0..200).flat_map(|c| bought(c).map(move |d| Event::purchase(i64::from(c), "milk", day(d))));
    let history = history(log);
    let as_of = day(280.0);
    let model = fit(&history, as_of);
    let (gone, here) = (
        model.lapse_of(history.customer(3).unwrap(), as_of).unwrap(),
        model.lapse_of(history.customer(100).unwrap(), as_of).unwrap(),
    );
    assert!(gone.horizons[0].prob_lapse > 0.8 && here.horizons[0].prob_lapse < 0.1, "{gone:?} {here:?}");
    assert_eq!(gone.drivers[0].reason.as_str(), "silence", "{gone:?}");
    assert!(here.horizons[0].expected_visits > 8.0 && gone.horizons[0].expected_visits < 2.0, "{here:?}");
    assert!(gone.prob_alive < here.prob_alive);
}

#[test]
fn a_short_log_is_answered_by_the_structure_alone() {
    let history = history(events(20, 30.0, 36));
    let model = fit(&history, day(25.0));
    assert!(!model.has_lapse_layer());
    let lapse = model.lapse(&history, day(25.0)).unwrap();
    assert!(!lapse.is_empty() && lapse.prob_lapse[0].iter().all(|p| (0.0..=1.0).contains(p)));
}

/// P(nobody comes again within 84 days), all customers alike, of `n` who bought once, `days` ago.
fn once_bought(n: u32, days: f64) -> f32 {
    let history = history((0..n).map(|c| Event::purchase(format!("c{c}"), "milk", day(0.0))));
    let model = fit(&history, day(days));
    let options = LapseOptions { horizons_days: vec![84.0] };
    let lapse = model.lapse_with(&history, day(days), &options).unwrap();
    lapse.prob_lapse[0][0]
}

#[test]
fn where_nobody_came_twice_yet_nothing_is_certain_until_it_is_shown() {
    let [new, young, old] = [3.0, 30.0, 300.0].map(|days| [1, 10, 1000].map(|n| once_bought(n, days)));
    // Three days say next to nothing, of however many customers.
    assert!(new.iter().all(|p| (0.3..0.8).contains(p)), "{new:?}");
    // The more customers stay away, and the longer, the surer it is.
    assert!([new, young, old].iter().all(|p| p[0] <= p[1] && p[1] <= p[2]), "{new:?} {young:?} {old:?}");
    assert!(new[2] < young[2] && young[2] < old[2] && old[2] > 0.999, "{new:?} {young:?} {old:?}");
}

#[test]
fn returns_undo_a_visit_from_their_own_instant_on() {
    let mut log = events(60, 100.0, 37);
    log.push(Event::purchase("x", "coffee", day(90.0)).order("o1"));
    log.push(Event::returned("x", "coffee", day(95.0), "o1"));
    let history = history(log);
    assert_eq!(fit(&history, day(92.0)).lapse_of(history.customer("x").unwrap(), day(92.0)).unwrap().n_visits, 1);
    let error = fit(&history, day(97.0)).lapse_of(history.customer("x").unwrap(), day(97.0)).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::UnknownCustomer, Some("customer")));
}

#[test]
fn wrong_options_are_refused_with_what_is_allowed() {
    let history = history(events(50, 100.0, 38));
    let model = fit(&history, day(90.0));
    for horizons_days in [vec![], vec![0.0], vec![f64::NAN], vec![28.0, 365.0]] {
        let error = model.lapse_with(&history, day(90.0), &LapseOptions { horizons_days }).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidOptions, Some("horizons_days")));
    }
    assert_eq!(model.lapse(&history, day(80.0)).unwrap_err().field(), Some("as_of"));
    assert!(serde_json::from_str::<LapseOptions>(r#"{ "horizon_days": [28] }"#).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Any small log at all: every number finite and in its range, curves falling.
    #[test]
    fn every_answer_is_finite_and_in_range(
        rows in prop::collection::vec((0u8..6, 0.0f64..900.0, 0.0f64..5000.0), 1..80),
        as_of_days in 0.0f64..1200.0,
    ) {
        let log = rows.iter().map(|&(c, at, amount)| Event::purchase(i64::from(c), 1, day(at.floor())).amount(amount));
        let history = history(log);
        let as_of = day(as_of_days);
        let options = Options { max_training_rows: 1_000, ..Options::default() };
        if let Ok(model) = Model::fit(&history, as_of, &options) {
            let horizons_days = vec![0.5, 1.0, 5.0, 28.0, 100.0, 224.0, 300.0, 364.0];
            let lapse = model.lapse_with(&history, as_of, &LapseOptions { horizons_days }).unwrap();
            for r in 0..lapse.len() {
                let probs: Vec<f32> = lapse.prob_lapse.iter().map(|c| c[r]).collect();
                prop_assert!(probs.iter().all(|p| (0.0..=1.0).contains(p)) && probs.windows(2).all(|w| w[0] >= w[1]), "{probs:?}");
                let expected: Vec<f32> = lapse.expected_visits.iter().map(|c| c[r]).collect();
                prop_assert!(expected.iter().zip(&probs).all(|(e, p)| e.is_finite() && *e >= 1.0 - p - 1e-6), "{expected:?}");
                prop_assert!((0.0..=1.0).contains(&lapse.prob_alive[r]));
            }
            for id in history.customers().iter() {
                if let Ok(one) = model.lapse_of(history.customer(id).unwrap(), as_of) {
                    prop_assert!(one.base_log_odds.is_finite() && one.drivers.iter().all(|d| d.log_odds.is_finite()));
                }
            }
        }
    }
}

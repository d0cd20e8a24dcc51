//! Logs at the edge of what the BG/NBD family can learn from: daily buyers, customers who never leave, amounts that are missing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod tables;

use beforehand::churn::{
    CustomerSummary, Family, GammaGamma, PurchaseModel, PurchaseOptions, PurchaseTableOptions, Purchases,
};
use beforehand::{Event, History, IngestOptions, Timestamp};
use tables::column;

fn at(day: u32) -> Timestamp {
    "2025-01-01".parse::<Timestamp>().unwrap().plus_days(f64::from(day))
}

fn log(events: impl IntoIterator<Item = Event>) -> History {
    History::from_events(events, &IngestOptions::default()).unwrap().0
}

fn fitted(history: &History, as_of: Timestamp, family: Family) -> Purchases<'_> {
    Purchases::fit(history, as_of, &PurchaseOptions { family, horizons_days: vec![28.0] }).unwrap()
}

const FAMILIES: [Family; 5] = [Family::MbgCnbd, Family::BgCnbd, Family::BgNbd, Family::MbgNbd, Family::ParetoNbd];

#[test]
fn a_log_of_daily_buyers_has_a_status_instead_of_a_failure() {
    // As long as each buys, the gap is a day; some are still here.
    let daily = |c: u32, n: u32| Event::purchase(i64::from(c), "bread", at(n)).amount(3.0);
    let all = (0..8u32).flat_map(|c| (0..=30 + c).map(move |n| daily(c, n)));
    let some = (0..8u32).flat_map(|c| (0..=c % 4).map(move |n| daily(c, n)));
    for (events, as_of) in [(all.collect::<Vec<_>>(), at(37)), (some.collect(), at(60))] {
        let history = log(events);
        for family in FAMILIES {
            let buying = fitted(&history, as_of, family);
            let fit = buying.fit_result().unwrap();
            assert!(["converged", "near_boundary", "not_converged"].contains(&fit.status.as_str()), "{fit:?}");
            assert!(!fit.advice.is_empty());
            let options = PurchaseTableOptions {
                prob_counts: vec![0],
                lifetime_days: vec![28.0],
                // It takes long.
                interval: (family != Family::ParetoNbd).then_some(0.9),
                ..PurchaseTableOptions::default()
            };
            let told = buying.table_with(&options).unwrap();
            for name in told.names().skip(1) {
                assert!(column(&told, name).iter().all(|x| x.is_finite() && *x >= 0.0), "{family:?} {name}");
            }
        }
    }
    // Who forgot the gaps is told so.
    let forgotten = [CustomerSummary::new(3, 30.0, 60.0), CustomerSummary::new(2, 2.0, 60.0)];
    assert_eq!(PurchaseModel::fit(&forgotten, Family::MbgCnbd).unwrap_err().field(), Some("log_gaps"));
}

#[test]
fn a_parameter_at_the_end_of_its_range_has_no_standard_error() {
    // Nobody ever leaves: the parameters of leaving run off.
    let staying: Vec<CustomerSummary> = (1..200u32)
        .map(|n| CustomerSummary::new(n % 40 + 1, f64::from(n % 40 + 1) * 2.0, f64::from(n % 40 + 1) * 2.0 + 1.0))
        .collect();
    for family in [Family::BgNbd, Family::MbgNbd, Family::ParetoNbd] {
        let model = PurchaseModel::fit(&staying, family).unwrap();
        assert_eq!(model.status().as_str(), "near_boundary");
        let errors = model.parameters().map(|p| p.standard_error);
        assert!(errors.iter().any(|e| e.is_nan()), "{family:?} {errors:?}");
        // Those that are told are of the size of an error, not of a rounding.
        for p in model.parameters() {
            assert!(p.standard_error.is_nan() || p.standard_error > 1e-4 * p.estimate, "{family:?} {p:?}");
        }
        for (i, row) in model.covariance().iter().enumerate() {
            assert!(row.iter().enumerate().all(|(j, c)| c.is_nan() == (errors[i].is_nan() || errors[j].is_nan())));
        }
        let told = model.purchases_with_interval(&staying[20], 28.0, 0.9).unwrap();
        assert!([told.expected_low, told.expected_high, told.low, told.high].iter().all(|x| x.is_finite()));
    }
    // Everyone spends the same: the shapes run off.
    let alike: Vec<CustomerSummary> =
        (1..50u32).map(|n| CustomerSummary::new(n % 5 + 1, 20.0, 40.0).mean_value(20.0)).collect();
    let spend = GammaGamma::fit(&alike).unwrap();
    assert!(spend.status.as_str() == "near_boundary" && spend.standard_errors.iter().any(|e| e.is_nan()), "{spend:?}");
}

#[test]
fn an_interval_holds_its_estimate_where_parameters_only_move_together() {
    // Regular buyers of whom nobody has left: shape and scale of the rates run off together, and nothing tells where to.
    let regular = (0..200u32).flat_map(|c| {
        let wobble = move |n: u32| (c * 7919 + n * 104_729) % 41;
        let mut day = c % 20;
        (0..6u32).map(move |n| {
            let event = Event::purchase(i64::from(c), "x", at(day));
            day += 20 + wobble(n);
            event
        })
    });
    let history = log(regular);
    for family in FAMILIES {
        let buying = fitted(&history, at(262), family);
        let options = PurchaseTableOptions { interval: Some(0.9), ..PurchaseTableOptions::default() };
        let told = buying.table_with(&options).unwrap();
        let of = |name: &str| column(&told, name);
        let (low, expected, high) = (
            of("expected_purchases_low_28_days"),
            of("expected_purchases_28_days"),
            of("expected_purchases_high_28_days"),
        );
        let outside = (0..expected.len()).filter(|&i| !(low[i] <= expected[i] && expected[i] <= high[i])).count();
        assert_eq!(outside, 0, "{family:?}: {} not in {} to {}", expected[0], low[0], high[0]);
        let fit = buying.fit_result().unwrap();
        let errors: Vec<f64> = fit.parameters.iter().filter_map(|p| Some(p.standard_error? / p.estimate)).collect();
        assert!(errors.iter().all(|e| *e < 100.0), "{family:?} {errors:?}");
    }
}

#[test]
fn where_nobody_came_twice_the_clock_does_not_matter_and_the_doubt_is_told() {
    for family in FAMILIES {
        let of = |per_day: f64| {
            let once: Vec<CustomerSummary> =
                (0..30u32).map(|c| CustomerSummary::new(0, 0.0, f64::from(c + 60) * per_day)).collect();
            let model = PurchaseModel::fit(&once, family).unwrap();
            assert_eq!(model.status().as_str(), "all_one_time_buyers");
            let told = model.purchases_with_interval(&once[0], 364.0 * per_day, 0.9).unwrap();
            assert!(told.expected_low < 0.7 * told.expected && told.expected < told.expected_high, "{told:?}");
            (model.prob_alive(&once[0]), told.expected)
        };
        let (days, weeks) = (of(1.0), of(1.0 / 7.0));
        // Pareto/NBD's time to leaving is at least 1 of whatever unit.
        assert!(
            (days.0 - weeks.0).abs() < 0.01 && (days.1 / weeks.1 - 1.0).abs() < 0.01,
            "{family:?} {days:?} {weeks:?}"
        );
    }
}

#[test]
fn amounts_that_are_missing_are_no_zeros() {
    let events = (0..60u32).flat_map(|c| {
        (0..2 + c % 8).map(move |n| {
            let event = Event::purchase(i64::from(c), "tea", at(c % 20 + n * 9));
            if (c + n) % 3 == 0 { event } else { event.amount(20.0) }
        })
    });
    let history = log(events);
    let buying = fitted(&history, at(200), Family::MbgCnbd);
    let mean = buying.fit_result().unwrap().spend.unwrap().expected_amount;
    assert!((mean - 20.0).abs() < 0.01, "{mean}");
    let told = column(&buying.table(), "expected_amount");
    assert!(told.iter().all(|x| (x - 20.0).abs() < 0.01), "{told:?}");

    // A day of which one amount is unknown says nothing about its sum.
    let events = (0..60u32).flat_map(|c| {
        (0..2 + c % 8).flat_map(move |n| {
            let row = |item: &str| Event::purchase(i64::from(c), item, at(c % 20 + n * 9));
            let milk = if n % 2 == 0 { row("milk") } else { row("milk").amount(15.0) };
            [row("tea").amount(20.0), milk]
        })
    });
    let history = log(events);
    let buying = fitted(&history, at(200), Family::MbgCnbd);
    let spend = buying.fit_result().unwrap().spend.unwrap();
    assert!((spend.expected_amount - 35.0).abs() < 0.01, "{spend:?}");
}

#[test]
fn gamma_gamma_counts_the_known_amounts() {
    let mean = |c: u32| 10.0 + f64::from((c * 37) % 50);
    let seen = |c: u32| CustomerSummary::new(c % 4 + 1, 20.0, 40.0).mean_value(mean(c));
    let partly = |c: u32| CustomerSummary::new(c % 4 + 9, 20.0, 40.0).mean_value(mean(c)).n_values(c % 4 + 1);
    let of = |make: &dyn Fn(u32) -> CustomerSummary| {
        let all: Vec<CustomerSummary> = (0..80).map(make).collect();
        GammaGamma::fit(&all).unwrap()
    };
    assert_eq!(format!("{:?}", of(&seen)), format!("{:?}", of(&partly)));
}

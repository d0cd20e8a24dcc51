//! What must hold for every log: no leakage, no dependence on order or threads, sane numbers, sound files.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod shop;

use beforehand::evaluate::{BacktestOptions, backtest};
use beforehand::{
    ErrorCode, Event, EventId, EventKind, Fitting, ForecastOptions, History, IngestOptions, Model, Options, Progress,
    Replenishment, Stage, Timestamp, UnnamedReturns,
};
use proptest::prelude::*;
use shop::{events, history, start};

fn day(days: f64) -> Timestamp {
    start().plus_days(days)
}

/// Every number of every forecast, bit for bit.
fn bits(due: &Replenishment<'_>) -> Vec<u32> {
    let columns = [
        &due.recency_days,
        &due.cycle_days,
        &due.supply_left_days,
        &due.prob_again,
        &due.run_out_p10_days,
        &due.run_out_p50_days,
        &due.run_out_p90_days,
        &due.remind_days,
        &due.consumption_per_day,
    ];
    let all = columns.into_iter().chain(&due.prob_within);
    all.flat_map(|c| c.iter().map(|x| x.to_bits())).chain(due.n_events.iter().copied()).collect()
}

fn forecast_bits(history: &History, as_of: Timestamp) -> (Vec<u8>, Vec<u32>) {
    let model = Model::fit(history, as_of, &Options::default()).unwrap();
    (model.to_bytes().unwrap(), bits(&model.replenishment(history, as_of).unwrap()))
}

#[test]
fn nothing_after_as_of_leaks() {
    let as_of = day(330.0);
    let log = events(300, 450.0, 21);
    let past: Vec<Event> = log.iter().filter(|e| e.at <= as_of).cloned().collect();
    // The same items and customers must exist, for codes are part of the model; what they do later may differ.
    let mut other = past.clone();
    for (i, e) in log.iter().filter(|e| e.at > as_of).enumerate() {
        let mut e = e.clone();
        e.quantity = Some((i % 7 + 1) as f64);
        e.at = e.at.plus_days((i % 40) as f64);
        other.push(e);
    }
    assert!(log.len() > past.len() + 100, "the test needs a future");
    let (model_a, due_a) = forecast_bits(&history(past), as_of);
    let (model_b, due_b) = forecast_bits(&history(log), as_of);
    let (model_c, due_c) = forecast_bits(&history(other), as_of);
    assert!(due_a == due_b && due_b == due_c, "forecasts depend on the future");
    assert!(model_a == model_b && model_b == model_c, "the model depends on the future");
}

#[test]
fn what_rows_say_of_an_item_after_as_of_is_not_known_before() {
    let as_of = day(200.0);
    let log = events(200, 200.0, 25);
    let forecasts = |later: Vec<Event>| {
        let history = history([log.clone(), later].concat());
        let model = Model::fit(&history, as_of, &Options::default()).unwrap();
        bits(&model.replenishment(&history, as_of).unwrap())
    };
    // The same rows, and the same rows with what they say of the item.
    let items: Vec<EventId> = log.iter().filter_map(|e| e.item.clone()).take(2).collect();
    let rows = |told: bool| -> Vec<Event> {
        let row = |item: &EventId| Event::purchase("late", item.clone(), day(230.0));
        items.iter().map(|i| if told { row(i).need("one").category("one") } else { row(i) }).collect()
    };
    assert_eq!(forecasts(rows(false)), forecasts(rows(true)));
    // Many more customers to come change nothing either.
    let crowd = (0..2_000).map(|c| Event::purchase(format!("z{c}"), items[0].clone(), day(240.0))).collect();
    assert_eq!(forecasts(rows(false)), forecasts(crowd));
}

#[test]
fn lines_of_one_order_are_no_gaps_whatever_unites() {
    let as_of = day(100.0);
    let twice: Vec<Event> = events(60, 100.0, 22).into_iter().flat_map(|e| [e.clone(), e]).collect();
    let cycles = |merge_days: u32| {
        let options = IngestOptions { merge_days, ..IngestOptions::default() };
        let history = History::from_events(twice.clone(), &options).unwrap().0;
        let model = Model::fit(&history, as_of, &Options::default()).unwrap();
        bits(&model.replenishment(&history, as_of).unwrap())
    };
    assert_eq!(cycles(0), cycles(1));
}

#[test]
fn a_purchase_returned_in_parts_is_gone() {
    let as_of = day(100.0);
    let mut log = events(100, 100.0, 22);
    log.push(Event::purchase("x", "coffee", day(60.0)).order("o0"));
    let without = history(log.clone());
    log.push(Event::purchase("x", "coffee", day(90.0)).order("o1").quantity(0.9));
    for d in [91.0, 92.0, 93.0] {
        log.push(Event::returned("x", "coffee", day(d), "o1").quantity(0.3));
    }
    let returned = history(log);
    let of = |history: &History| {
        let model = Model::fit(history, as_of, &Options::default()).unwrap();
        let x = model.forecasts(history.customer("x").unwrap(), as_of).unwrap();
        (x[0].n_events, x[0].last_bought_at)
    };
    assert_eq!(of(&without), of(&returned));
    assert_eq!(returned.purchases_of("x", "coffee").len(), 1);
}

#[test]
fn an_item_that_nobody_has_seen_is_not_taken_for_one_that_was() {
    let log = [events(100, 100.0, 22), (0..20).map(|n| Event::purchase("x", "aaa", day(5.0 * f64::from(n)))).collect()];
    let log = history(log.concat());
    let as_of = day(100.0);
    let model = Model::fit(&log, as_of, &Options::default()).unwrap();
    // A log of one item, which is the first there.
    let other = history((0..20).map(|n| Event::purchase("x", "new", day(5.0 * f64::from(n)))).collect::<Vec<_>>());
    let ask = |history: &History, item: &str| {
        let of = history.customer("x").unwrap();
        model.forecast_if_bought(Some(of), item, as_of, &ForecastOptions::default()).unwrap().cycle_days
    };
    // Every five days, again and again, and what is usual of an item that nobody knows.
    for (history, known) in [(&other, "new"), (&log, "aaa")] {
        let (known, unknown) = (ask(history, known), ask(history, "zzz"));
        assert!((known - 5.0).abs() < 0.6 && unknown > known + 1.0, "{known} {unknown}");
    }
}

#[test]
fn a_later_return_does_not_undo_what_stood_at_as_of() {
    let as_of = day(100.0);
    let mut log = events(100, 100.0, 22);
    log.push(Event::purchase("x", "coffee", day(90.0)).order("o1"));
    let stood = history(log.clone());
    log.push(Event::returned("x", "coffee", day(120.0), "o1"));
    let undone = history(log.clone());
    assert_eq!(forecast_bits(&stood, as_of), forecast_bits(&undone, as_of));
    // Once it is undone, there is nothing left to forecast.
    let later = day(130.0);
    let model = Model::fit(&undone, later, &Options::default()).unwrap();
    assert!(model.forecasts(undone.customer("x").unwrap(), later).unwrap().is_empty());
}

#[test]
fn later_returns_that_name_no_order_do_not_undo_what_stood_at_as_of() {
    let as_of = day(100.0);
    let options = IngestOptions { unnamed_returns: UnnamedReturns::LatestPurchase, ..IngestOptions::default() };
    let read = |log: &[Event]| History::from_events(log.iter().cloned(), &options).unwrap().0;
    // Every third purchase comes with an order, and every seventh is brought back, by name where it has one.
    let mut log = events(100, 200.0, 26);
    let bought: Vec<Event> = std::mem::take(&mut log);
    for (n, e) in bought.into_iter().enumerate() {
        let e = if n.is_multiple_of(3) { e.order(format!("o{n}")) } else { e };
        if n.is_multiple_of(7) {
            let at = e.at.plus_days((n % 40) as f64);
            log.push(Event { at, kind: EventKind::Return, undoes: e.order.clone(), order: None, ..e.clone() });
        }
        log.push(e);
    }
    let past: Vec<Event> = log.iter().filter(|e| e.at <= as_of).cloned().collect();
    assert!(past.iter().any(|e| e.kind == EventKind::Return && e.undoes.is_none()));
    assert_eq!(forecast_bits(&read(&past), as_of), forecast_bits(&read(&log), as_of));
    log.reverse();
    assert_eq!(forecast_bits(&read(&past), as_of), forecast_bits(&read(&log), as_of));
}

#[test]
fn neither_threads_nor_the_order_of_rows_change_a_bit() {
    let as_of = day(420.0);
    let mut log = events(700, 420.0, 23);
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let three = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    let a = one.install(|| forecast_bits(&history(log.clone()), as_of));
    let b = three.install(|| forecast_bits(&history(log.clone()), as_of));
    log.reverse();
    let n = log.len();
    log.rotate_left(n / 3);
    let c = three.install(|| forecast_bits(&history(log), as_of));
    assert!(a == b, "threads change the result");
    assert!(b == c, "the order of rows changes the result");
}

#[test]
fn shifting_all_times_by_whole_weeks_shifts_all_answers() {
    let log = events(300, 300.0, 24);
    let later: Vec<Event> = log
        .iter()
        .map(|e| {
            let mut e = e.clone();
            e.at = e.at.plus_days(7.0 * 60.0);
            e
        })
        .collect();
    let a = forecast_bits(&history(log), day(300.0)).1;
    let b = forecast_bits(&history(later), day(300.0 + 7.0 * 60.0)).1;
    assert!(a == b);
}

#[test]
fn one_customer_alone_is_forecast_as_in_the_batch() {
    let history = history(events(200, 300.0, 25));
    let as_of = day(290.0);
    let model = Model::fit(&history, as_of, &Options::default()).unwrap();
    let all = model.replenishment(&history, as_of).unwrap();
    for id in ["c0003", "c0100", "c0199"] {
        let Ok(view) = history.customer(id) else { continue };
        let one = model.replenishment(view, as_of).unwrap();
        let rows: Vec<usize> = (0..all.len()).filter(|&r| all.customer(r).to_string() == id).collect();
        assert_eq!(rows.len(), one.len());
        for (k, &r) in rows.iter().enumerate() {
            assert_eq!(all.run_out_p50_days[r].to_bits(), one.run_out_p50_days[k].to_bits());
            assert_eq!(all.prob_within[1][r].to_bits(), one.prob_within[1][k].to_bits());
        }
        // And with a history of its own, as a back end holds it.
        let own: Vec<Event> = all_events_of(&history, id);
        let alone = shop::history(own);
        let alone_due = model.replenishment(&alone, as_of).unwrap();
        assert_eq!(bits(&one), bits(&alone_due));
    }
}

fn all_events_of(history: &History, id: &str) -> Vec<Event> {
    let items: Vec<String> = history.items().ids().iter().map(|i| i.to_string()).collect();
    let bought = |item: &String| history.purchases_of(id, item.as_str());
    items
        .iter()
        .flat_map(|i| bought(i).into_iter().map(|(at, q)| Event::purchase(id, i.as_str(), at).quantity(q)))
        .collect()
}

#[test]
fn the_model_file_comes_back_the_same_and_refuses_what_is_none() {
    let history = history(events(300, 300.0, 26));
    let as_of = day(290.0);
    let model = Model::fit(&history, as_of, &Options::default()).unwrap();
    let bytes = model.to_bytes().unwrap();
    let back = Model::from_bytes(&bytes).unwrap();
    assert_eq!(back.to_bytes().unwrap(), bytes);
    assert_eq!(
        bits(&model.replenishment(&history, as_of).unwrap()),
        bits(&back.replenishment(&history, as_of).unwrap())
    );
    for broken in [&bytes[..0], &bytes[..10], &bytes[..bytes.len() - 1], b"not a model at all, but long enough"] {
        assert_eq!(Model::from_bytes(broken).unwrap_err().code(), ErrorCode::IncompatibleModel);
    }
    let mut s = shop::Stream(1);
    for _ in 0..200 {
        let mut changed = bytes.clone();
        let place = (s.uniform() * changed.len() as f64) as usize;
        changed[place] ^= 1 << (s.uniform() * 8.0) as u8;
        assert_eq!(Model::from_bytes(&changed).unwrap_err().code(), ErrorCode::IncompatibleModel);
    }
    let error = Model::load("no/such/file").unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::Io, Some("path")));
}

#[test]
fn wrong_instants_and_options_are_refused_with_what_is_allowed() {
    let history = history(events(50, 100.0, 27));
    let model = Model::fit(&history, day(90.0), &Options::default()).unwrap();
    let error = model.replenishment(&history, day(80.0)).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::InvalidOptions, Some("as_of")));
    let error = Model::fit(&history, day(-10.0), &Options::default()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::EmptyData);
    let wrong = |options: ForecastOptions| model.replenishment_with(&history, day(90.0), &options).unwrap_err();
    let defaults = ForecastOptions::default;
    for horizon in [0.0, -1.0, f64::NAN, f64::INFINITY, 365.0] {
        let error = wrong(ForecastOptions { horizons_days: vec![horizon], ..defaults() });
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidOptions, Some("horizons_days")));
    }
    assert_eq!(wrong(ForecastOptions { lead_days: -1.0, ..defaults() }).field(), Some("lead_days"));
    assert_eq!(wrong(ForecastOptions { remind_quantile: 1.0, ..defaults() }).field(), Some("remind_quantile"));
    for (option, options) in [
        ("max_training_rows", Options { max_training_rows: 3, ..Options::default() }),
        ("max_lapse_rows", Options { max_lapse_rows: 3, ..Options::default() }),
    ] {
        let error = Model::fit(&history, day(90.0), &options).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidOptions, Some(option)));
    }
}

#[test]
fn progress_rises_to_the_end_and_work_stops_wherever_it_is_told_to() {
    let history = history(events(500, 420.0, 28));
    let as_of = day(400.0);
    let mut told: Vec<Progress> = Vec::new();
    let model = Model::fit_while(&history, as_of, &Options::default(), |p| {
        told.push(p);
        true
    })
    .unwrap();
    assert!(told.len() > 150, "{}", told.len());
    assert!(told.windows(2).all(|w| w[0].overall() <= w[1].overall()), "{told:?}");
    let stages = [Stage::Summarise, Stage::DrawRows, Stage::TrainLayer, Stage::LearnSuccessors];
    for stage in stages {
        assert!(told.iter().any(|p| p.stage == stage && (0.0..=1.0).contains(&p.done)));
    }
    // Being watched changes nothing.
    assert_eq!(model, Model::fit(&history, as_of, &Options::default()).unwrap());
    for stop_after in (0..told.len()).step_by(told.len() / 10) {
        let mut asked = 0;
        let stopped = Model::fit_while(&history, as_of, &Options::default(), |_| {
            asked += 1;
            asked <= stop_after
        });
        assert_eq!((stopped.unwrap_err().code(), asked), (ErrorCode::Cancelled, stop_after + 1));
    }

    let options = ForecastOptions::default();
    let stopped = model.replenishment_while(&history, as_of, &options, |_| false).unwrap_err();
    assert_eq!(stopped.code(), ErrorCode::Cancelled);
    // A request for one customer is over before anybody could ask.
    let one = history.customer("c0003").unwrap();
    let watched = model.replenishment_while(&one, as_of, &options, |_| false).unwrap();
    assert_eq!(bits(&watched), bits(&model.replenishment(&one, as_of).unwrap()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Any small log at all: every number finite and in its range, quantiles in order, curves rising.
    #[test]
    fn every_answer_is_finite_and_in_range(
        rows in prop::collection::vec((0u8..6, 0u8..4, 0.0f64..900.0, 0.001f64..5000.0), 1..80),
        as_of_days in 0.0f64..1200.0,
    ) {
        let log = rows.iter().map(|&(c, i, at, q)| {
            Event::purchase(i64::from(c), i64::from(i), day(at.floor())).quantity(q)
        });
        let history = history(log);
        let as_of = day(as_of_days);
        match Model::fit(&history, as_of, &Options::default()) {
            Err(error) => prop_assert_eq!(error.code(), ErrorCode::EmptyData),
            Ok(model) => {
                let options = ForecastOptions { horizons_days: vec![0.5, 1.0, 5.0, 28.0, 100.0, 364.0], ..ForecastOptions::default() };
                let due = model.replenishment_with(&history, as_of, &options).unwrap();
                for r in 0..due.len() {
                    let probs: Vec<f32> = due.prob_within.iter().map(|c| c[r]).collect();
                    prop_assert!(probs.iter().all(|p| (0.0..=1.0).contains(p)), "{probs:?}");
                    prop_assert!(probs.windows(2).all(|w| w[0] <= w[1]), "{probs:?}");
                    let (a, b, c) = (due.run_out_p10_days[r], due.run_out_p50_days[r], due.run_out_p90_days[r]);
                    prop_assert!(0.0 <= a && a <= b && b <= c && c <= 364.0, "{a} {b} {c}");
                    prop_assert!(due.remind_days[r] >= 0.0 && due.supply_left_days[r] >= 0.0 && due.cycle_days[r].is_finite());
                    prop_assert!(due.consumption_per_day[r].is_finite() && due.consumption_per_day[r] > 0.0);
                }
                for f in model.forecasts_with(&history, as_of, &options).unwrap() {
                    prop_assert!(f.regularity.is_finite() && f.consumption_per_day.is_finite() && f.remind_at >= as_of);
                    for q in [0.0, 0.3, 0.77, 1.0] {
                        let days = f.survival.run_out_days(q);
                        let back = f.survival.prob_within(days) / f.survival.prob_again();
                        prop_assert!((back - q).abs() < 0.03, "quantile {q}: {days} days gives {back}");
                    }
                }
            }
        }
    }
}

fn midnight(days: i64) -> Timestamp {
    "2024-01-01".parse::<Timestamp>().unwrap().plus_days(days as f64)
}

/// Customers who buy every thirty days, at some hour or on dates.
fn every_thirty_days(hours: f64, customers: std::ops::Range<i64>) -> Vec<Event> {
    let bought = |c: i64, n: i64| Event::purchase(c, "a", midnight(c % 30 + 30 * n).plus_days(hours / 24.0));
    customers.flat_map(|c| (0..17).map(move |n| bought(c, n))).collect()
}

#[test]
fn a_date_sees_its_day_in_a_log_of_dates_and_none_of_it_in_a_log_of_times() {
    let as_of = midnight(455);
    for (hours, seen_until) in [(12.0, as_of.plus_days(-0.001)), (0.0, as_of.plus_days(0.999))] {
        let log = history(every_thirty_days(hours, 0..300));
        let [date, same] = [as_of, seen_until].map(|at| {
            let model = Model::fit(&log, at, &Options::default()).unwrap();
            let lapse = model.lapse(&log, at).unwrap().into_table();
            (bits(&model.replenishment(&log, at).unwrap()), format!("{lapse:?}"))
        });
        assert!(date == same, "{hours}");
    }
    // Whoever buys at noon of the day that begins has bought within the days to come.
    let options = BacktestOptions { n_cutoffs: 1, horizon_days: 28.0, ..BacktestOptions::default() };
    let test = backtest(&history(every_thirty_days(12.0, 0..300)), as_of, &Options::default(), &options).unwrap();
    assert_eq!((test.all.n_forecasts, test.all.n_positive), (300, 280));
}

#[test]
fn parts_that_know_dates_and_parts_that_know_times_make_one_model() {
    let as_of = midnight(455);
    let (dates, times) = (every_thirty_days(0.0, 0..150), every_thirty_days(12.0, 150..300));
    let mut fitting = Fitting::new(as_of, &Options::default()).unwrap();
    let model = loop {
        let question = fitting.question().unwrap();
        let answer = |events: &[Event]| Fitting::answer(history(events.to_vec()), &question).unwrap();
        if let Some(model) = fitting.take([answer(&dates), answer(&times)]).unwrap() {
            break model;
        }
    };
    let whole = history([dates.clone(), times.clone()].concat());
    assert_eq!(model, Model::fit(&whole, as_of, &Options::default()).unwrap());
}

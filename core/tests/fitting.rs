//! A fit in rounds over parts of a log is the fit on the whole, bit for bit.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod shop;

use beforehand::{
    ErrorCode, Event, EventId, Fitting, History, IngestOptions, Ladder, Model, Options, Step, Substitutes,
};
use shop::{events, history, start};

/// The events of the customers of each part.
fn divided(events: &[Event], n: usize, part_of: impl Fn(&EventId) -> usize) -> Vec<Vec<Event>> {
    let mut parts = vec![Vec::new(); n];
    for event in events {
        parts[part_of(&event.customer)].push(event.clone());
    }
    parts.retain(|p| !p.is_empty());
    parts
}

fn fitted(parts: &[Vec<Event>], as_of: beforehand::Timestamp, options: &Options) -> Model {
    let mut fitting = Fitting::new(as_of, options).unwrap();
    loop {
        let question = fitting.question().unwrap();
        let answer = |part: &Vec<Event>| Fitting::answer(history(part.clone()), &question).unwrap();
        if let Some(model) = fitting.take(parts.iter().rev().map(answer)).unwrap() {
            return model;
        }
    }
}

fn number(id: &EventId) -> usize {
    id.to_string().bytes().fold(7, |sum: usize, b| sum.wrapping_mul(31).wrapping_add(usize::from(b)))
}

#[test]
fn parts_give_the_model_of_the_whole() {
    let as_of = start().plus_days(400.0);
    let mut log = events(500, 430.0, 31);
    for (i, event) in log.iter_mut().enumerate() {
        // Rows that disagree about an item, so that the earliest must be found across parts.
        if i % 5 == 0 {
            event.category = Some(EventId::from(if i % 2 == 0 { "home" } else { "bath" }));
            event.pack_size = Some(1.0 + (i % 3) as f64);
        }
        if i % 7 == 0 {
            event.need = Some(EventId::from("clean"));
        }
    }
    let ladder = Ladder::new("milk").step(Step::new(["milk"]).until_days(200.0)).step(Step::new(["coffee"]));
    let all = [
        Options::default(),
        Options { substitutes: Substitutes::Category, max_training_rows: 2_000, ..Options::default() },
        Options { ladders: vec![ladder], learn_successors: false, ..Options::default() },
    ];
    for options in &all {
        let whole = Model::fit(&history(log.clone()), as_of, options).unwrap();
        assert!(whole.has_layer());
        for n in [1, 2, 9] {
            let parts = divided(&log, n, |id| number(id) % n);
            assert!(fitted(&parts, as_of, options) == whole, "{n} parts, {options:?}");
        }
    }
}

#[test]
fn customers_that_are_numbers_are_in_the_order_of_numbers() {
    let as_of = start().plus_days(400.0);
    let mut log = events(300, 400.0, 32);
    for event in &mut log {
        let number: i64 = event.customer.to_string()[1..].parse().unwrap();
        event.customer = EventId::Int(number * 37 - 2_000);
    }
    let whole = Model::fit(&history(log.clone()), as_of, &Options::default()).unwrap();
    let parts = divided(&log, 4, |id| number(id) % 4);
    assert!(fitted(&parts, as_of, &Options::default()) == whole);
}

#[test]
fn answers_out_of_place_are_refused() {
    let as_of = start().plus_days(300.0);
    let log = events(40, 300.0, 33);
    let mut fitting = Fitting::new(as_of, &Options::default()).unwrap();
    let first = fitting.question().unwrap();
    let facts = Fitting::answer(history(log.clone()), &first).unwrap();
    assert_eq!(Fitting::answer(history(log.clone()), b"no question").unwrap_err().code(), ErrorCode::IncompatibleModel);
    assert!(fitting.take([&facts]).unwrap().is_none());
    let error = fitting.take([&facts]).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidData, "{error}");
    // After a failure the fit is over, and says so.
    assert_eq!(fitting.question().unwrap_err().code(), ErrorCode::InvalidOptions);

    let early = Fitting::new(start().plus_days(-1.0), &Options::default()).unwrap();
    let answer = Fitting::answer(history(log.clone()), &early.question().unwrap()).unwrap();
    let mut early = early;
    assert_eq!(early.take([answer]).unwrap_err().code(), ErrorCode::EmptyData);

    let zone = IngestOptions { time_zone: "Pacific/Kiritimati".into(), ..IngestOptions::default() };
    let elsewhere = History::from_events(log.clone(), &zone).unwrap().0;
    let midday = as_of.plus_days(0.5);
    let mut mixed = Fitting::new(midday, &Options::default()).unwrap();
    let question = mixed.question().unwrap();
    let answers = [Fitting::answer(history(log), &question).unwrap(), Fitting::answer(elsewhere, &question).unwrap()];
    assert_eq!(mixed.take(answers).unwrap_err().field(), Some("time_zone"));
}

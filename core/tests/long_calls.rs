//! Calls that may take long tell how far they are, and stop when they are told to.
#![cfg(feature = "surface")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Mutex;

use beforehand::surface::{Answer, Call, Subject};
use beforehand::{Error, ErrorCode, Event, History, IngestOptions, Stage, Timestamp};
use serde_json::{Value, json};

const AS_OF: &str = "2025-09-01";

/// Teams that use two things about every third day.
fn log() -> History {
    let start: Timestamp = "2025-01-01".parse().unwrap();
    let event = |team: u32, n: u32| {
        let day = team % 30 + n * (2 + team % 3) + (team * n) % 2;
        let item = if (team + n).is_multiple_of(3) { "reports" } else { "import" };
        Event::purchase(format!("t{team:02}"), item, start.plus_days(f64::from(day)))
    };
    let events = (0..60u32).flat_map(|team| (0..5 + team).map(move |n| event(team, n)));
    History::from_events(events, &IngestOptions::default()).unwrap().0
}

fn contracts() -> Value {
    let column = |of: &dyn Fn(usize) -> Value| (0..900).map(of).collect::<Vec<_>>();
    json!({
        "price": column(&|i| json!(20 + i * 37 % 60)),
        "kind": column(&|i| json!(["yearly", "monthly"][usize::from(i % 3 > 0)])),
        "cancelled": column(&|i| json!((i * 7919) % 100 < [8, 35][usize::from(i % 3 > 0)])),
    })
}

/// The answer of a call that is told to stop after so many questions, and the questions.
fn watched(
    name: &str,
    arguments: &str,
    log: &History,
    stop_after: usize,
) -> (Result<Answer, Error>, Vec<(Stage, f64)>) {
    let told = Mutex::new(Vec::new());
    let watch = |stage: Stage, share: f64| {
        let mut told = told.lock().unwrap();
        told.push((stage, share));
        told.len() <= stop_after
    };
    let answer = Call::named(name).unwrap().run(&Subject { model: None, history: Some(log) }, arguments, &watch);
    (answer, told.into_inner().unwrap())
}

#[test]
fn long_calls_tell_how_far_they_are_and_stop_when_told_to() {
    let log = log();
    let buying = json!({ "as_of": AS_OF });
    let with_months = json!({ "as_of": AS_OF, "options": { "has_months": true, "family": "mbg_nbd" } });
    let calls = [
        ("btyd", &buying, "learn_purchases"),
        ("btyd_customers", &json!({ "as_of": AS_OF, "tell": { "prob_counts": [0] } }), "forecast"),
        ("btyd_alive", &json!({ "as_of": AS_OF, "customer": "t07" }), "learn_purchases"),
        ("btyd_context", &with_months, "learn_purchases"),
        ("btyd_context_customers", &with_months, "learn_purchases"),
        ("decline", &buying, "find_declines"),
        ("decline_modules", &buying, "find_declines"),
        ("decline_fit", &buying, "learn_declines"),
        ("decline_history", &json!({ "as_of": AS_OF, "customer": "t40" }), "learn_declines"),
        ("renewal_fit", &json!({ "contracts": contracts() }), "learn_renewals"),
    ];
    for (name, arguments, last_stage) in calls {
        let arguments = arguments.to_string();
        let (answer, told) = watched(name, &arguments, &log, usize::MAX);
        answer.expect(name);
        assert!(told.len() > 5, "{name} told {told:?}");
        assert!(told.iter().all(|(_, share)| (0.0..=1.0).contains(share)), "{name} told {told:?}");
        assert!(told.windows(2).all(|w| w[0].1 <= w[1].1), "{name} told {told:?}");
        assert_eq!(told[told.len() - 1].0.as_str(), last_stage, "{name}");
        for stop_after in [0, told.len() / 2, told.len() - 1] {
            let (stopped, asked) = watched(name, &arguments, &log, stop_after);
            let error = stopped.expect_err(name);
            assert_eq!((error.code(), asked.len()), (ErrorCode::Cancelled, stop_after + 1), "{name}: {error}");
        }
    }
}

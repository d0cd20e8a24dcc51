//! A shop's own clock: what is written without an offset is on it, and the same days give the same answers in every zone.
#![cfg(feature = "surface")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use beforehand::evaluate::BacktestOptions;
use beforehand::surface::{Answer, Call, FitArguments, Subject};
use beforehand::{Cell, Column, ErrorCode, Event, Fitting, History, IngestOptions, Model, Timestamp};
use serde_json::{Value, json};

/// Neither has had summer time since 1993: hours ahead of UTC, east and west of it.
const ZONES: [(&str, f64); 2] = [("Asia/Shanghai", 8.0), ("America/Bogota", -5.0)];

fn read_in(zone: &str) -> IngestOptions {
    IngestOptions { time_zone: zone.to_owned(), ..IngestOptions::default() }
}

/// Teams that use two things about every third day, at some hour, in a log of that many hours ahead of UTC.
fn events(hours_ahead: f64) -> Vec<Event> {
    let start: Timestamp = "2025-01-01".parse().unwrap();
    let event = |team: u32, n: u32| {
        let day = team % 30 + n * (2 + team % 3) + (team * n) % 2;
        let item = if (team + n).is_multiple_of(3) { "reports" } else { "import" };
        let hour = f64::from((team * 7 + n * 5) % 24) - hours_ahead;
        Event::purchase(format!("t{team:02}"), item, start.plus_days(f64::from(day) + hour / 24.0))
    };
    (0..60u32).flat_map(|team| (0..5 + team).map(move |n| event(team, n))).collect()
}

fn call(name: &str, model: Option<&Model>, history: Option<&History>, arguments: &Value) -> Answer {
    let subject = Subject { model, history };
    Call::named(name).unwrap().run(&subject, &arguments.to_string(), &|_, _| true).expect(name)
}

/// An answer as a value; its instants as what a clock shows so many hours ahead of UTC.
fn on_the_wall(answer: Answer, hours_ahead: f64) -> Value {
    let shown = |at: Timestamp| at.plus_days(hours_ahead / 24.0).to_string();
    let value: Value = match answer {
        Answer::Value { json, .. } => serde_json::from_str(&json).unwrap(),
        Answer::Text(text) => Value::String(text),
        Answer::Table(table) => {
            let cell = |cell: Cell<'_>| match cell {
                Cell::Timestamp(at) => json!(at.to_string()),
                other => json!(format!("{other:?}")),
            };
            let column = |c: &Column| (0..c.len()).map(|row| cell(c.get(row))).collect::<Value>();
            Value::Object(table.columns().iter().map(|(name, c)| (name.clone(), column(c))).collect())
        }
        other => panic!("{other:?} is not compared"),
    };
    shifted(value, &shown)
}

/// Every instant in a value shown anew, also in the JSON that texts hold.
fn shifted(value: Value, shown: &dyn Fn(Timestamp) -> String) -> Value {
    match value {
        Value::String(text) if text.starts_with('{') => shifted(serde_json::from_str(&text).unwrap(), shown),
        Value::String(text) if text.ends_with('Z') => text.parse().map_or(Value::String(text), |at| json!(shown(at))),
        Value::String(text) if ZONES.iter().any(|(zone, _)| *zone == text) => json!("UTC"),
        Value::Array(parts) => parts.into_iter().map(|part| shifted(part, shown)).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, part)| (name, shifted(part, shown))).collect(),
        other => other,
    }
}

#[test]
fn the_same_days_give_the_same_answers_in_every_zone() {
    for (zone, hours_ahead) in ZONES {
        same_answers_in(zone, hours_ahead);
    }
}

fn same_answers_in(zone: &str, hours_ahead: f64) {
    let utc = History::from_events(events(0.0), &read_in("UTC")).unwrap().0;
    let there = History::from_events(events(hours_ahead), &read_in(zone)).unwrap().0;
    let as_of = json!({ "as_of": "2025-06-01" });
    let fit = |history| match call("fit", None, Some(history), &as_of) {
        Answer::Model(model) => model,
        other => panic!("{other:?}"),
    };
    let (at_home, away) = (fit(&utc), fit(&there));
    let midnight = at_home.as_of().plus_days(-hours_ahead / 24.0);
    assert_eq!((away.as_of(), away.as_of_date()), (midnight, "2025-06-01".into()));
    assert_eq!((at_home.time_zone(), away.time_zone()), ("UTC", zone));
    assert_eq!((at_home.n_customers(), at_home.n_events()), (away.n_customers(), away.n_events()));
    let later = json!({ "as_of": "2025-06-10T15:30:00" });
    let calls = [
        ("replenishment", later.clone()),
        ("forecasts", json!({ "as_of": "2025-06-10 15:30", "customer": "t40" })),
        ("forecast_if_bought", json!({ "as_of": "2025-06-10", "item": "import", "customer": "t40" })),
        ("lapse", later.clone()),
        ("lapse_of", json!({ "as_of": "2025-06-10", "customer": "t40" })),
        ("decline", as_of.clone()),
        ("decline_modules", as_of.clone()),
        ("decline_history", json!({ "as_of": "2025-06-01", "customer": "t40" })),
        ("decline_fit", as_of.clone()),
        ("btyd", as_of.clone()),
        ("btyd_customers", as_of.clone()),
        ("btyd_alive", json!({ "as_of": "2025-06-01", "customer": "t40" })),
        ("btyd_tracking", json!({ "as_of": "2025-05-01", "until": "2025-06-01" })),
        ("audit", as_of.clone()),
        ("backtest", json!({ "as_of": "2025-06-20", "backtest": { "n_cutoffs": 2 } })),
    ];
    for (name, arguments) in calls {
        let on_model = Call::named(name).unwrap().on_model;
        let answer = |model, history| call(name, on_model.then_some(model), Some(history), &arguments);
        let (here, there) = (answer(&*at_home, &utc), answer(&*away, &there));
        let (here, there) = (on_the_wall(here, 0.0), on_the_wall(there, hours_ahead));
        assert_eq!(here, there, "{name} in {zone}");
    }
    // Of a customer of whom nothing is known, the model knows the clock.
    let unknown = json!({ "as_of": "2025-06-10", "item": "import" });
    let here = on_the_wall(call("forecast_if_bought", Some(&at_home), None, &unknown), 0.0);
    assert_eq!(here, on_the_wall(call("forecast_if_bought", Some(&away), None, &unknown), hours_ahead));
}

#[test]
fn a_backtest_counts_whole_civil_days() {
    // Everybody comes at noon, in a zone whose clocks are put back in the night to 26 October, and in one that has none.
    let read = |zone: &str, hours: &dyn Fn(i32) -> f64| {
        let start: Timestamp = "2025-06-01".parse().unwrap();
        let event = |team: i32, n: i32| {
            let day = team % 9 + n * (2 + team % 4);
            Event::purchase(format!("t{team}"), "x", start.plus_days(f64::from(day) + hours(day) / 24.0))
        };
        let rows = (0..80).flat_map(|team| (0..60).map(move |n| event(team, n)));
        History::from_events(rows, &read_in(zone)).unwrap().0
    };
    // Day 147 is 26 October.
    let berlin = read("Europe/Berlin", &|day| if day < 147 { 10.0 } else { 11.0 });
    let utc = read("UTC", &|_| 12.0);
    let of = |history: &History, as_of: &str| {
        let backtest =
            BacktestOptions { n_cutoffs: 2, horizon_days: 2.0, step_days: 14.0, ..BacktestOptions::default() };
        let as_of = history.instant(as_of).unwrap();
        beforehand::evaluate::backtest(history, as_of, &beforehand::Options::default(), &backtest).unwrap().all
    };
    let (here, there) = (of(&utc, "2025-10-27"), of(&berlin, "2025-10-27"));
    assert_eq!(here, there);
    // A day that has begun is not judged: neither the cutoff's nor the last.
    for within in ["2025-10-27T00:01:00", "2025-10-27T12:30:00", "2025-10-27T23:00:00"] {
        assert_eq!(of(&utc, within), here, "{within}");
    }
}

#[test]
fn a_naive_end_of_a_log_is_its_last_event() {
    // The last purchase is at 23:30 on the shop's wall, which in UTC is the next day.
    let text = "customer,at,item\na,2025-03-01 09:00:00,x\na,2025-03-20 23:30:00,x\na,2025-03-21 00:10:00,x\n";
    let options = read_in("America/New_York");
    let (history, _) =
        History::from_csv_reader(text.as_bytes(), &beforehand::ColumnNames::default(), &options).unwrap();
    let fit = |as_of: &str| match call("fit", None, Some(&history), &json!({ "as_of": as_of })) {
        Answer::Model(model) => model,
        other => panic!("{other:?}"),
    };
    assert_eq!(fit("2025-03-20 23:30:00").n_events(), 2);
    assert_eq!(fit("2025-03-21").n_events(), 2);
    assert_eq!(fit("2025-03-20 23:29:59").n_events(), 1);
    assert_eq!(fit("2025-03-20T23:30:00Z").n_events(), 1);
    assert_eq!(history.instant("2025-03-21").unwrap().to_string(), "2025-03-21T04:00:00Z");
    // In the night in which the clocks are put forward there is no half past two.
    assert_eq!(history.instant("2025-03-09 02:30").unwrap(), history.instant("2025-03-09T03:30-04:00").unwrap());
    for wrong in ["soon", "2025-02-30", "+202500-01-01", "1800-01-01", "9999-12-31", ""] {
        assert_eq!(history.instant(wrong).expect_err(wrong).code(), ErrorCode::InvalidData);
    }
}

#[test]
fn a_model_is_not_asked_about_days_of_another_clock() {
    let history = |zone: &str| History::from_events(events(0.0), &read_in(zone)).unwrap().0;
    let (shanghai, utc) = (history("Asia/Shanghai"), history("Etc/UTC"));
    let as_of = shanghai.instant("2025-06-01").unwrap();
    let model = Model::fit(&shanghai, as_of, &beforehand::Options::default()).unwrap();
    let one = utc.customer("t40").unwrap();
    let refused = [
        model.replenishment(&utc, as_of).map(|_| ()),
        model.forecasts(one.clone(), as_of).map(|_| ()),
        model
            .forecast_if_bought(Some(one.clone()), "import", as_of, &beforehand::ForecastOptions::default())
            .map(|_| ()),
        model.lapse(&utc, as_of).map(|_| ()),
        model.lapse_of(one, as_of).map(|_| ()),
    ];
    for error in refused.map(|result| result.expect_err("another clock")) {
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidData, Some("time_zone")));
        assert!(
            error.to_string().contains("read in the time zone UTC, but the model learned in Asia/Shanghai"),
            "{error}"
        );
    }
}

#[test]
fn a_fit_in_parts_is_on_the_same_clock() {
    let [_, (zone, hours_ahead)] = ZONES;
    let options = read_in(zone);
    let read = || History::from_events(events(hours_ahead), &options).unwrap().0;
    let arguments = FitArguments::read(r#"{"as_of": "2025-06-01"}"#).unwrap();
    let mut fitting = Fitting::new(arguments.instant(&options).unwrap(), &arguments.options).unwrap();
    let model = loop {
        let answer = Fitting::answer(read(), &fitting.question().unwrap()).unwrap();
        if let Some(model) = fitting.take([answer]).unwrap() {
            break model;
        }
    };
    let Answer::Model(whole) = call("fit", None, Some(&read()), &json!({ "as_of": "2025-06-01" })) else { panic!() };
    assert_eq!(model, *whole);
    assert_eq!(arguments.instant(&read_in("Mars")).unwrap_err().field(), Some("time_zone"));
}

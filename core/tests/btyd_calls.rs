//! The calls of the BG/NBD family: what they answer is what the library answers, and what was fitted can be kept.
#![cfg(feature = "surface")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod tables;

use beforehand::churn::{Buyer, Calendar, Context, ContextModel, CustomerSummary, Family, PurchaseOptions, Purchases};
use beforehand::surface::{Answer, Call, Subject};
use beforehand::{Cell, Error, Event, History, IngestOptions, Table, Timestamp};
use serde_json::{Value, json};
use tables::column;

const AS_OF: &str = "2025-09-01";

fn at(day: u32) -> Timestamp {
    "2025-01-01".parse::<Timestamp>().unwrap().plus_days(f64::from(day))
}

/// Customers of all sorts, each purchase of some amount around the customer's own.
fn shop() -> History {
    let events = (0..40u32).flat_map(|c| {
        (0..=(c * 7) % 11).map(move |n| {
            let day = c % 30 + n * (6 + c % 9) + (c * n) % 4;
            let amount = f64::from(10 + c % 5 * 8 + (c * 13 + n * 5) % 7);
            Event::purchase(format!("c{c:02}"), "coffee", at(day)).amount(amount)
        })
    });
    History::from_events(events, &IngestOptions::default()).unwrap().0
}

fn run(history: &History, call: &str, arguments: &Value) -> Result<Answer, Error> {
    let subject = Subject { model: None, history: Some(history) };
    Call::named(call).unwrap().run(&subject, &arguments.to_string(), &|_, _| true)
}

fn value(history: &History, call: &str, arguments: &Value) -> Value {
    let Answer::Value { json, .. } = run(history, call, arguments).unwrap() else { panic!("no value") };
    serde_json::from_str(&json).unwrap()
}

fn table(history: &History, call: &str, arguments: &Value) -> Table {
    let Answer::Table(table) = run(history, call, arguments).unwrap() else { panic!("no table") };
    table
}

fn refused(history: &History, call: &str, arguments: &Value) -> (String, String) {
    let error = run(history, call, arguments).expect_err("refused");
    (error.field().unwrap_or_default().to_owned(), error.to_string())
}

fn bits(table: &Table) -> String {
    format!("{table:?}")
}

#[test]
fn the_columns_asked_for_are_what_the_library_answers() {
    let history = shop();
    let tell = json!({
        "prob_counts": (0..80).collect::<Vec<u32>>(), "interval": 0.8, "next_purchase_quantiles": [0.07, 0.5, 0.999],
        "lifetime_days": [364], "discount_per_year": 0.15
    });
    let options = json!({ "family": "mbg_nbd", "horizons_days": [28, 84.5] });
    let got = table(&history, "btyd_customers", &json!({ "as_of": AS_OF, "options": options, "tell": tell }));

    let options = PurchaseOptions { family: Family::MbgNbd, ..PurchaseOptions::default() };
    let buying = Purchases::fit(&history, AS_OF.parse().unwrap(), &options).unwrap();
    let model = buying.model();
    let rate = 0.15f64.ln_1p() / 365.25;
    let of = |name: &str| column(&got, name);
    let (amount, repeats, last, observed) =
        (of("expected_amount"), of("n_repeats"), of("last_days"), of("observed_days"));
    for row in 0..got.n_rows() {
        let customer = CustomerSummary::new(repeats[row] as u32, last[row], observed[row]);
        for (days, name) in [(28.0, "28"), (84.5, "84.5")] {
            let probs: Vec<f64> = (0..80).map(|n| of(&format!("prob_count_{n}_in_{name}_days"))[row]).collect();
            assert!((probs.iter().sum::<f64>() - 1.0).abs() < 1e-6, "{probs:?}");
            let mean: f64 = probs.iter().enumerate().map(|(n, p)| n as f64 * p).sum();
            let expected = of(&format!("expected_purchases_{name}_days"))[row];
            assert!((mean - expected).abs() < 1e-6 * (1.0 + expected), "{mean} {expected}");
            assert_eq!(probs[2].to_bits(), model.prob_count(&customer, days, 2).to_bits());

            let interval = model.purchases_with_interval(&customer, days, 0.8).unwrap();
            let ends = ["expected_purchases_low", "expected_purchases_high", "purchases_low", "purchases_high"]
                .map(|end| of(&format!("{end}_{name}_days"))[row]);
            let same = [interval.expected_low, interval.expected_high, interval.low, interval.high];
            assert_eq!(ends.map(f64::to_bits), same.map(f64::to_bits));
            assert!(ends[0] <= expected && expected <= ends[1] && ends[2] <= ends[3], "{ends:?} {expected}");
            // The share of outcomes within is at least what was promised.
            let within: f64 = probs[ends[2] as usize..=ends[3] as usize].iter().sum();
            assert!(within > 0.75, "{within} {ends:?}");
        }
        let within = model.next_purchase_within(&customer, 0.07).unwrap_or(f64::NAN);
        assert_eq!(of("next_purchase_p7_days")[row].to_bits(), within.to_bits());
        let later = of("next_purchase_p50_days")[row];
        assert!(later.is_nan() || later > within, "quantiles are in order");
        assert!(of("next_purchase_p99.9_days")[row].is_nan(), "nobody is that sure to come back");

        let worth = model.lifetime_value(&customer, 364.0, rate, amount[row], 0.8).unwrap();
        let names = ["", "_low", "_high"].map(|end| of(&format!("expected_lifetime_value{end}_364_days"))[row]);
        let same = [worth.expected, worth.expected_low, worth.expected_high];
        assert_eq!(names.map(f64::to_bits), same.map(f64::to_bits));
        assert!(names[1] <= names[0] && names[0] <= names[2] && names[0] > 0.0, "{names:?}");
        assert!(worth.expected < model.expected_purchases(&customer, 364.0) * amount[row], "it is discounted");
        assert_eq!(of("lifetime_value_high_364_days")[row].to_bits(), worth.high.to_bits());
    }
}

#[test]
fn nothing_is_told_that_is_not_asked_for() {
    let history = shop();
    let names = |tell: Value| -> Vec<String> {
        let arguments = json!({ "as_of": AS_OF, "options": { "horizons_days": [28] }, "tell": tell });
        table(&history, "btyd_customers", &arguments).names().map(str::to_owned).collect()
    };
    let always = ["customer", "n_repeats", "last_days", "observed_days", "prob_alive", "prob_active_28_days"];
    let always = [&always[..], &["expected_purchases_28_days", "expected_amount"]].concat();
    assert_eq!(names(json!({})), always);
    assert_eq!(names(json!({ "lifetime_days": [90] }))[8..], ["expected_lifetime_value_90_days"]);
    for (tell, field) in [
        (json!({ "interval": 1.0 }), "interval"),
        (json!({ "prob_counts": [1, 1] }), "prob_counts"),
        (json!({ "prob_counts": [1001] }), "prob_counts"),
        (json!({ "prob_counts": [-1] }), "prob_counts"),
        (json!({ "next_purchase_quantiles": [0.0] }), "next_purchase_quantiles"),
        (json!({ "lifetime_days": [0] }), "lifetime_days"),
        (json!({ "discount_per_year": -0.1 }), "discount_per_year"),
    ] {
        assert_eq!(refused(&history, "btyd_customers", &json!({ "as_of": AS_OF, "tell": tell })).0, field);
    }
}

#[test]
fn long_work_stops_when_it_is_told_to() {
    let (history, call) = (shop(), Call::named("btyd_customers").unwrap());
    let subject = Subject { model: None, history: Some(&history) };
    let arguments = json!({ "as_of": AS_OF, "tell": { "interval": 0.8 } }).to_string();
    let error = call.run(&subject, &arguments, &|_, _| false).expect_err("stopped");
    assert_eq!(error.code().as_str(), "cancelled");
}

#[test]
fn what_was_fitted_is_used_again_bit_for_bit() {
    let history = shop();
    for family in ["bg_nbd", "mbg_nbd", "pareto_nbd", "bg_cnbd", "mbg_cnbd"] {
        let fit = value(&history, "btyd", &json!({ "as_of": AS_OF, "options": { "family": family } }));
        let text = fit["fitted"].as_str().unwrap();
        assert!(!text.contains("c01"), "no customer's data is kept");
        // Intervals of Pareto/NBD take long.
        let interval = if family == "pareto_nbd" { Value::Null } else { json!(0.9) };
        let tell = json!({ "interval": interval, "prob_counts": [1], "lifetime_days": [90] });
        let days = json!([14]);
        let fresh = json!({ "as_of": AS_OF, "options": { "family": family, "horizons_days": days }, "tell": tell });
        // The kept fit brings its family along.
        let again = json!({ "as_of": AS_OF, "fitted": text, "options": { "horizons_days": days }, "tell": tell });
        let customers = |arguments: &Value| bits(&table(&history, "btyd_customers", arguments));
        assert_eq!(customers(&fresh), customers(&again), "{family}");
        for (call, rest) in [
            ("btyd_alive", json!({ "customer": "c05" })),
            ("btyd_matrix", json!({ "n_steps": 4 })),
            ("btyd_tracking", json!({ "until": "2025-10-01" })),
        ] {
            let with = |more: Value| {
                let mut all = json!({ "as_of": AS_OF });
                for part in [&rest, &more] {
                    all.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
                }
                bits(&table(&history, call, &all))
            };
            assert_eq!(
                with(json!({ "options": { "family": family } })),
                with(json!({ "fitted": text })),
                "{call} {family}"
            );
        }
    }
}

#[test]
fn what_was_fitted_scores_later_days_and_no_earlier_ones() {
    let history = shop();
    let fit = value(&history, "btyd", &json!({ "as_of": "2025-03-01", "options": { "family": "mbg_nbd" } }));
    let text = fit["fitted"].as_str().unwrap();
    let alpha = |as_of: &str| {
        let options = PurchaseOptions::default();
        let later = Purchases::from_fitted(&history, as_of.parse().unwrap(), &options, text).unwrap();
        assert_eq!(later.model().family(), Family::MbgNbd);
        later.model().parameters()[1].estimate
    };
    assert_eq!(json!(alpha("2025-08-01")), fit["parameters"][1]["estimate"]);
    // Of the log up to June, the model has seen what came until March.
    let arguments = json!({ "as_of": "2025-06-01", "until": "2025-07-01", "fitted": text });
    let told = table(&history, "btyd_tracking", &arguments);
    let seen = told.column("is_fitted").unwrap();
    let last = (0..told.n_rows()).rfind(|row| matches!(seen.get(*row), Cell::Flag(true))).unwrap();
    let Cell::Timestamp(end) = told.column("at").unwrap().get(last) else { panic!("no instant") };
    assert!(end <= "2025-03-02".parse().unwrap() && last + 10 < told.n_rows(), "{end}");
    let (field, message) = refused(&history, "btyd_customers", &json!({ "as_of": "2025-02-01", "fitted": text }));
    assert!(field == "as_of" && message.contains("2025-03-01"), "{message}");
}

#[test]
fn a_text_that_no_fit_gave_is_told_by_name() {
    let history = shop();
    let fit = value(&history, "btyd", &json!({ "as_of": AS_OF }));
    let text = fit["fitted"].as_str().unwrap();
    let kept: Value = serde_json::from_str(text).unwrap();
    let changed = |path: &str, to: Value| {
        let mut other = kept.clone();
        *other.pointer_mut(path).unwrap() = to;
        other.to_string()
    };
    let mut bad = vec![
        String::new(),
        "hello".to_owned(),
        "{}".to_owned(),
        "[1, 2]".to_owned(),
        text[..text.len() / 2].to_owned(),
        changed("/parameters/1", json!(-1.0)),
        changed("/parameters/1", json!(1e300)),
        changed("/parameters", json!([1.0, 2.0])),
        changed("/k", json!(9)),
        changed("/k", json!(0)),
        changed("/covariance", json!([1.0])),
        changed("/covariance/3", Value::Null),
        changed("/status", json!("excellent")),
        changed("/family", json!("nbd")),
        changed("/spend/parameters/1", json!(0.5)),
        changed("/spend/n_customers", json!(-3)),
        changed("/fitted_at", json!("yesterday")),
    ];
    // Cut off anywhere.
    bad.extend((0..text.len()).step_by(7).map(|end| text[..end].to_owned()));
    let decline = json!({ "as_of": AS_OF });
    if let Ok(Answer::Text(foreign)) = run(&history, "decline_fit", &decline) {
        bad.push(foreign);
    }
    for text in bad {
        let (field, message) = refused(&history, "btyd_customers", &json!({ "as_of": AS_OF, "fitted": text.clone() }));
        assert!(field == "fitted" && message.contains("as btyd answered it"), "{text}: {message}");
    }
    // Wild covariances are used without harm.
    let wild = changed("/covariance/0", json!(1e300));
    let tell = json!({ "interval": 0.9 });
    let told = table(&history, "btyd_customers", &json!({ "as_of": AS_OF, "fitted": wild, "tell": tell }));
    assert!(column(&told, "expected_purchases_high_28_days").iter().all(|x| x.is_finite()));
}

#[test]
fn the_fit_tells_its_covariance_and_how_sure_the_spend_is() {
    let history = shop();
    let fit = value(&history, "btyd", &json!({ "as_of": AS_OF, "options": { "family": "bg_nbd" } }));
    let options = PurchaseOptions { family: Family::BgNbd, ..PurchaseOptions::default() };
    let buying = Purchases::fit(&history, AS_OF.parse().unwrap(), &options).unwrap();
    let covariance = buying.model().covariance();
    for i in 0..4 {
        for j in 0..4 {
            let told = &fit["covariance"][i][j];
            assert_eq!(told.as_f64(), covariance[i][j].is_finite().then_some(covariance[i][j]));
        }
        if let Some(error) = fit["parameters"][i]["standard_error"].as_f64() {
            let variance = fit["covariance"][i][i].as_f64().unwrap();
            assert!((error * error - variance).abs() <= 1e-9 * variance, "{error} {variance}");
        }
    }
    let spend = &fit["spend"];
    assert!(spend["standard_errors"].as_array().unwrap().iter().all(|e| e.as_f64().is_some_and(|e| e > 0.0)));
    assert!(spend["log_likelihood"].is_f64() && spend["n_customers"].as_u64().unwrap() > 25, "{spend}");
}

/// Every third customer is a company that buys twice as often; in March everyone buys more.
fn companies() -> History {
    let events = (0..90u32).flat_map(|c| {
        let gap = if c.is_multiple_of(3) { 6 } else { 13 } + c % 4;
        (0..3 + c % 10).map(move |n| Event::purchase(i64::from(c), "coffee", at(c % 25 + n * gap)))
    });
    History::from_events(events, &IngestOptions::default()).unwrap().0
}

#[test]
fn traits_and_days_are_read_from_columns() {
    let history = companies();
    // One customer is not in the log, one that is has no row, one has no value.
    let ids: Vec<i64> = (0..89).chain([500]).rev().collect();
    let is_company = |id: &i64| if *id == 4 { Value::Null } else { json!(u8::from(id % 3 == 0)) };
    let options = json!({
        "family": "mbg_nbd", "trait_customers": ids,
        "traits": { "is_company": ids.iter().map(is_company).collect::<Vec<_>>() },
        "leaving": [], "special_days": { "sale": ["2025-03-08", "2025-03-09"] }
    });
    let fit = value(&history, "btyd_context", &json!({ "as_of": AS_OF, "options": options }));
    let effects = fit["effects"].as_array().unwrap();
    let named: Vec<(&str, &str)> =
        effects.iter().map(|e| (e["name"].as_str().unwrap(), e["on"].as_str().unwrap())).collect();
    assert_eq!(named, [("is_company", "buying"), ("sale", "calendar")]);
    assert!(effects[0]["coefficient"].as_f64().unwrap() > 0.3, "{fit}");
    assert!(effects.iter().all(|e| e["standard_error"].as_f64().is_some_and(|e| e > 0.0)), "{fit}");

    // As the library says it of the same customers.
    let days = |c: u32| -> Vec<i32> {
        let gap = if c.is_multiple_of(3) { 6 } else { 13 } + c % 4;
        (0..3 + c % 10).map(|n| 20_089 + (c % 25 + n * gap) as i32).collect()
    };
    let known = |c: u32| if c == 4 || c == 89 { f64::NAN } else { f64::from(u8::from(c.is_multiple_of(3))) };
    let buyers: Vec<Buyer> = (0..90).map(|c| Buyer::new(days(c), 20_332).traits(vec![known(c)], vec![])).collect();
    let calendar = Calendar::default().days("sale", ["2025-03-08", "2025-03-09"]).unwrap();
    let context = Context { buying: vec!["is_company".to_owned()], leaving: Vec::new(), calendar };
    let model = ContextModel::fit(&buyers, Family::MbgNbd, &context).unwrap();
    assert_eq!(json!(model.effects()[0].coefficient), effects[0]["coefficient"]);
    let told = table(
        &history,
        "btyd_context_customers",
        &json!({ "as_of": AS_OF, "horizons_days": [28], "options": options }),
    );
    assert_eq!(told.n_rows(), 90);
    let expected: Vec<f64> = buyers.iter().map(|b| model.expected_purchases(b, 28.0).unwrap()).collect();
    assert_eq!(column(&told, "expected_purchases_28_days"), expected);

    // Without anything known it is the plain model.
    let plain = json!({ "as_of": AS_OF, "options": { "family": "mbg_nbd" } });
    let (with, without) = (value(&history, "btyd_context", &plain), value(&history, "btyd", &plain));
    assert_eq!(with["parameters"], without["parameters"]);
    assert_eq!(with["log_likelihood"], without["log_likelihood"]);
}

#[test]
fn traits_and_days_that_cannot_be_are_refused_by_name() {
    let history = companies();
    for (options, field) in [
        (json!({ "trait_customers": [1, 2], "traits": { "x": [1.0] } }), "traits"),
        (json!({ "trait_customers": [1, 1], "traits": { "x": [1.0, 2.0] } }), "trait_customers"),
        (json!({ "trait_customers": [1], "traits": { "x": ["a lot"] } }), "traits.x[0]"),
        (json!({ "trait_customers": [1], "traits": { "x": [1] }, "buying": ["y"] }), "buying"),
        (json!({ "trait_customers": [1], "traits": { "x": [1] }, "leaving": ["x", "x"] }), "leaving"),
        (json!({ "special_days": { "sale": ["last Friday"] } }), "special_days"),
        (json!({ "family": "pareto_nbd", "has_months": true }), "has_months"),
    ] {
        let (found, message) = refused(&history, "btyd_context", &json!({ "as_of": AS_OF, "options": options }));
        assert_eq!(found, field, "{message}");
    }
    let arguments = json!({ "as_of": AS_OF, "horizons_days": [0] });
    assert_eq!(refused(&history, "btyd_context_customers", &arguments).0, "horizons_days");
    assert_eq!(refused(&history, "btyd_context", &json!({ "as_of": "2020-01-01" })).0, "as_of");
}

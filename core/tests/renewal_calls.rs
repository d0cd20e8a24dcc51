//! The calls about contracts: tables as people have them, a model kept as a text, and every slip told with its place.
#![cfg(feature = "surface")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use beforehand::churn::{Contracts, RenewalModel, RenewalOptions, Table as Features};
use beforehand::surface::{Answer, Call, Subject};
use beforehand::{Cell, Column, Error, ErrorCode, Table};
use serde_json::{Value, json};

fn call(name: &str, arguments: &Value) -> Result<Answer, Error> {
    Call::named(name).unwrap().run(&Subject::default(), &arguments.to_string(), &|_, _| true)
}

fn value(name: &str, arguments: &Value) -> Value {
    let Answer::Value { json, .. } = call(name, arguments).unwrap() else { panic!("{name} answers a value") };
    serde_json::from_str(&json).unwrap()
}

fn table(arguments: &Value) -> Table {
    let Answer::Table(table) = call("renewal_risk", arguments).unwrap() else { panic!("a table") };
    table
}

/// Yearly contracts are cancelled rarely, monthly ones often; some prices are unknown, and customers have numbers.
fn contracts(n: usize) -> Value {
    let kind = |i: usize| if i.is_multiple_of(3) { "yearly" } else { "monthly" };
    let cancelled = |i: usize| (i * 7919) % 100 < if i.is_multiple_of(3) { 5 } else { 35 };
    let price = |i: usize| if i % 11 == 4 { Value::Null } else { json!(20 + i * 37 % 60) };
    let column = |of: &dyn Fn(usize) -> Value| (0..n).map(of).collect::<Vec<_>>();
    json!({
        "team": column(&|i| json!(9_007_199_254_740_993_i64 + i as i64)),
        "contract": column(&|i| json!(kind(i))),
        "price": column(&price),
        "autopay": column(&|i| if i % 7 == 0 { Value::Null } else { json!(i % 2 == 0) }),
        "cancelled": column(&|i| json!(cancelled(i))),
    })
}

fn fitted(contracts: &Value) -> Value {
    value("renewal_fit", &json!({ "contracts": contracts, "customer": "team" }))
}

fn doubles<'t>(table: &'t Table, name: &str) -> &'t [f64] {
    let Some(Column::Doubles(x)) = table.column(name) else { panic!("no column {name} of numbers") };
    x
}

#[test]
fn a_text_answers_as_the_model_it_was_made_of() {
    let contracts = contracts(600);
    let fit = fitted(&contracts);
    assert_eq!(fit["columns"], json!(["contract", "price", "autopay"]));
    assert_eq!(fit["n_renewals"], 600);
    let risk = table(&json!({ "fitted": fit["fitted"], "contracts": contracts, "customer": "team" }));
    let names: Vec<&str> = risk.names().collect();
    let horizons = ["prob_cancel_within_3_terms", "prob_cancel_within_12_terms"];
    assert_eq!(names, ["customer", "prob_cancel", horizons[0], horizons[1]]);
    assert_eq!(risk.column("customer").unwrap().get(0), Cell::Int(9_007_199_254_740_993));
    // The same in Rust.
    let texts = |name: &str| -> Vec<String> {
        let text =
            |v: &Value| v.as_str().map_or_else(|| v.as_bool().map_or(String::new(), |b| b.to_string()), str::to_owned);
        contracts[name].as_array().unwrap().iter().map(text).collect()
    };
    let prices = contracts["price"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect();
    let features = Features::new().texts("contract", texts("contract")).unwrap().numbers("price", prices).unwrap();
    let features = features.texts("autopay", texts("autopay")).unwrap();
    let cancelled: Vec<bool> =
        contracts["cancelled"].as_array().unwrap().iter().map(|v| v.as_bool().unwrap()).collect();
    let model = RenewalModel::fit(&features, &Contracts::new(&cancelled), &RenewalOptions::default()).unwrap();
    let expected = model.predict(&features, None).unwrap();
    assert_eq!(doubles(&risk, "prob_cancel"), expected.prob_cancel);
    assert_eq!(doubles(&risk, horizons[1]), expected.prob_within[1]);
    // Columns that are no features, the columns' order, and the other rows make no difference.
    let cell = |name: &str| json!([contracts[name][1]]);
    let one =
        json!({ "notes": [["x"]], "autopay": cell("autopay"), "price": cell("price"), "contract": cell("contract") });
    let alone = table(&json!({ "fitted": fit["fitted"], "contracts": one }));
    assert_eq!(doubles(&alone, "prob_cancel")[0].to_bits(), expected.prob_cancel[1].to_bits());
    assert_eq!(alone.column("customer").unwrap().get(0), Cell::Int(0));
    let none = json!({ "autopay": [], "price": [], "contract": [] });
    assert_eq!(table(&json!({ "fitted": fit["fitted"], "contracts": none })).n_rows(), 0);
}

#[test]
fn nothing_up_for_renewal_has_no_risk() {
    let fit = value("renewal_fit", &json!({ "contracts": contracts(200), "customer": "team", "horizons_terms": [6] }));
    for none in [json!({}), json!({ "team": [], "price": [] })] {
        let risk = table(&json!({ "fitted": fit["fitted"], "contracts": none, "customer": "team" }));
        assert_eq!(risk.n_rows(), 0);
        assert!(risk.names().eq(["customer", "prob_cancel", "prob_cancel_within_6_terms"]));
    }
}

#[test]
fn drivers_add_up_to_the_risk() {
    let contracts = contracts(600);
    let fitted = &fitted(&contracts)["fitted"];
    let risk = table(&json!({ "fitted": fitted, "contracts": contracts }));
    for row in [0, 4, 599] {
        let why = value("renewal_drivers", &json!({ "fitted": fitted, "contracts": contracts, "row": row }));
        let number = |name: &str| why[name].as_f64().unwrap();
        let drivers = why["drivers"].as_array().unwrap();
        let sum: f64 = drivers.iter().map(|d| d["log_odds"].as_f64().unwrap()).sum();
        assert!((number("base_log_odds") + sum - number("log_odds")).abs() < 1e-9, "{why}");
        assert_eq!(number("prob_cancel").to_bits(), doubles(&risk, "prob_cancel")[row].to_bits());
        assert!((number("prob_cancel") - 1.0 / (1.0 + (-number("log_odds")).exp())).abs() < 1e-4, "{why}");
        let mut columns: Vec<&str> = drivers.iter().map(|d| d["column"].as_str().unwrap()).collect();
        columns.sort_unstable();
        assert_eq!(columns, ["autopay", "contract", "price"]);
    }
    let first = value("renewal_drivers", &json!({ "fitted": fitted, "contracts": contracts, "row": 4 }));
    let shown = |column: &str| {
        let found = first["drivers"].as_array().unwrap().iter().find(|d| d["column"] == column);
        found.unwrap()["value"].as_str().unwrap().to_owned()
    };
    assert_eq!([shown("contract"), shown("price"), shown("autopay")], ["monthly", "missing", "true"]);
}

#[test]
fn terms_and_weights_are_columns() {
    let n = 300;
    let numbers = |of: &dyn Fn(usize) -> usize| (0..n).map(|i| json!(of(i))).collect::<Vec<_>>();
    let mut contracts = json!({
        "size": numbers(&|i| i % 17), "seats": numbers(&|i| i % 5), "lost": (0..n).map(|i| if i % 4 == 0 { "Yes" } else { "no" }).collect::<Vec<_>>(),
        "since": numbers(&|i| i % 2), "until": numbers(&|i| i % 2 + 1 + i % 6), "counts": numbers(&|i| 1 + i % 3),
    });
    let ask = json!({
        "contracts": contracts, "cancelled": "lost", "entry_term": "since", "exit_term": "until", "weight": "counts",
        "ignore": ["seats"], "horizons_terms": [2, 6],
    });
    let mut twice = ask.clone();
    twice["horizons_terms"] = json!([2, 6, 2]);
    assert_eq!(call("renewal_fit", &twice).unwrap_err().field(), Some("horizons_terms"));
    let fit = value("renewal_fit", &ask);
    assert_eq!((&fit["columns"], &fit["n_cancelled"]), (&json!(["size"]), &json!(75)));
    assert_eq!(fit["n_renewals"], (0..n).map(|i| 1 + i % 6).sum::<usize>());
    let asked =
        |term: Value| call("renewal_risk", &json!({ "fitted": fit["fitted"], "contracts": contracts, "term": term }));
    assert_eq!(asked(Value::Null).unwrap_err().field(), Some("term"));
    let Answer::Table(risk) = asked(json!("until")).unwrap() else { panic!("a table") };
    let names: Vec<&str> = risk.names().collect();
    assert_eq!(names, ["customer", "prob_cancel", "prob_cancel_within_2_terms", "prob_cancel_within_6_terms"]);
    let (next, within) = (doubles(&risk, "prob_cancel"), doubles(&risk, "prob_cancel_within_6_terms"));
    assert!(next.iter().zip(within).all(|(p, q)| 0.0 < *p && p < q && *q < 1.0));
    let why = value(
        "renewal_drivers",
        &json!({ "fitted": fit["fitted"], "contracts": contracts, "term": "until", "row": 9 }),
    );
    assert_eq!(why["prob_cancel"].as_f64().unwrap().to_bits(), next[9].to_bits());
    assert!(why["drivers"].as_array().unwrap().iter().any(|d| d["column"] == "term"));
    // A term that is none.
    contracts["until"][7] = json!(2.5);
    let e =
        call("renewal_risk", &json!({ "fitted": fit["fitted"], "contracts": contracts, "term": "until" })).unwrap_err();
    assert_eq!((e.code(), e.field(), e.row()), (ErrorCode::InvalidData, Some("until"), Some(7)));
}

#[test]
fn slips_in_tables_are_told_with_column_and_row() {
    let good = contracts(60);
    let fit = |change: &dyn Fn(&mut Value), more: Value| {
        let mut arguments = json!({ "contracts": good, "customer": "team" });
        change(&mut arguments["contracts"]);
        for (name, value) in more.as_object().unwrap() {
            arguments[name] = value.clone();
        }
        call("renewal_fit", &arguments).map(|_| ()).expect_err("a slip")
    };
    let place = |e: &Error| (e.code(), e.field().map(str::to_owned), e.row());
    let data = |field: &str, row: Option<usize>| (ErrorCode::InvalidData, Some(field.to_owned()), row);
    let options = |field: &str| (ErrorCode::InvalidOptions, Some(field.to_owned()), None);
    let cell = |name: &'static str, row: usize, value: Value| move |c: &mut Value| c[name][row] = value.clone();

    let e = fit(&cell("price", 9, json!("free")), json!({}));
    assert_eq!(place(&e), data("price", Some(9)));
    assert!(e.to_string().starts_with(r#"column price holds the text "free" in row 9; row 0 holds numbers"#), "{e}");
    assert_eq!(place(&fit(&cell("contract", 3, json!(true)), json!({}))), data("contract", Some(3)));
    assert_eq!(place(&fit(&cell("price", 0, json!([1])), json!({}))), data("price", Some(0)));
    for wrong in [json!(null), json!("perhaps"), json!(2), json!(0.5), json!({})] {
        let e = fit(&cell("cancelled", 5, wrong), json!({}));
        assert_eq!(place(&e), data("cancelled", Some(5)));
        assert!(e.to_string().contains("allowed are true and false, 1 and 0, yes and no"), "{e}");
    }
    let shorter = |c: &mut Value| c["autopay"] = json!([true]);
    let e = fit(&shorter, json!({}));
    assert_eq!(place(&e), data("autopay", None));
    assert!(e.to_string().contains("has 1 rows, column"), "{e}");
    assert_eq!(place(&fit(&|c| c["price"] = json!(3), json!({}))), data("price", None));
    for argument in ["cancelled", "customer", "weight", "entry_term", "exit_term", "ignore"] {
        let name = if argument == "ignore" { json!(["no such"]) } else { json!("no such") };
        let e = fit(&|_| (), json!({ argument: name }));
        assert_eq!(place(&e), options(argument));
        assert!(e.to_string().contains("\"no such\"") && e.to_string().contains("\"autopay\""), "{e}");
    }
    assert_eq!(place(&fit(&|_| (), json!({ "entry_term": "price" }))).1.as_deref(), Some("price"));
    assert_eq!(place(&fit(&|_| (), json!({ "horizons_terms": [0] }))), options("horizons_terms"));
    assert_eq!(place(&fit(&|_| (), json!({ "max_renewals": 1 }))), options("max_renewals"));
    assert_eq!(place(&fit(&|_| (), json!({ "contracts": [1, 2] }))), options("contracts"));
    for empty in [json!({}), json!({ "cancelled": [] }), json!({ "cancelled": [true, false] })] {
        let e = call("renewal_fit", &json!({ "contracts": empty })).unwrap_err();
        assert_eq!((e.code(), e.field()), (ErrorCode::EmptyData, Some("contracts")), "{e}");
    }
}

#[test]
fn what_is_asked_must_be_as_what_was_learned() {
    let contracts = contracts(120);
    let fitted = &fitted(&contracts)["fitted"];
    let ask = |change: &dyn Fn(&mut Value)| {
        let mut arguments = json!({ "fitted": fitted, "contracts": contracts });
        change(&mut arguments);
        let e = call("renewal_risk", &arguments).expect_err("a slip");
        (e.code(), e.field().unwrap().to_owned(), e.row())
    };
    let data = |field: &str, row: Option<usize>| (ErrorCode::InvalidData, field.to_owned(), row);
    assert_eq!(
        ask(&|a| {
            a["contracts"].as_object_mut().unwrap().remove("price");
        }),
        data("price", None)
    );
    assert_eq!(ask(&|a| a["contracts"]["price"][8] = json!("x")), data("price", Some(8)));
    assert_eq!(ask(&|a| a["contracts"]["contract"][8] = json!(3)), data("contract", Some(8)));
    assert_eq!(ask(&|a| a["contracts"]["autopay"][8] = json!("true")), data("autopay", Some(8)));
    assert_eq!(ask(&|a| a["term"] = json!("price")).1, "price");
    assert_eq!(ask(&|a| a["customer"] = json!("who")), (ErrorCode::InvalidOptions, "customer".to_owned(), None));
    let missing = |a: &mut Value| {
        a["contracts"]["team"][2] = Value::Null;
        a["customer"] = json!("team");
    };
    assert_eq!(ask(&missing), data("team", Some(2)));
    let e = call("renewal_drivers", &json!({ "fitted": fitted, "contracts": contracts, "row": 120 })).unwrap_err();
    assert_eq!((e.code(), e.field()), (ErrorCode::InvalidOptions, Some("row")));
}

#[test]
fn a_damaged_or_foreign_text_is_refused() {
    let contracts = contracts(120);
    let fit = fitted(&contracts);
    let text = fit["fitted"].as_str().unwrap();
    let refused = |text: &str| {
        let e = call("renewal_risk", &json!({ "fitted": text, "contracts": contracts })).map(|_| ()).expect_err(text);
        assert_eq!((e.code(), e.field()), (ErrorCode::IncompatibleModel, Some("fitted")), "{e}");
        e.to_string()
    };
    for foreign in ["", "{}", "renewal", "renewal:", "renewal:0.1.0:", "renewal:0.1.0:QkVGT1JFSEQ=", "renewal:0.1.0:é"]
    {
        refused(foreign);
    }
    for at in (0..text.len()).step_by(97) {
        refused(&text[..at]);
        let mut other = text.as_bytes().to_vec();
        other[at] = if other[at] == b'A' { b'B' } else { b'A' };
        // The version is only told, not looked at.
        if !(8..13).contains(&at) {
            refused(std::str::from_utf8(&other).unwrap());
        }
    }
    assert!(refused("renewal:9.9.9:QkVGT1JFSEQ=").contains("of version 9.9.9 of beforehand"));
    assert!(refused("{}").contains("renewal_fit"));
    assert_eq!(table(&json!({ "fitted": format!(" {text}\n"), "contracts": contracts })).n_rows(), 120);
}

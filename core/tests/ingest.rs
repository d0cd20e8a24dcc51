//! Ingest: every way in gives the same history, every row is accounted for, and nothing bad gets through.

use beforehand::{
    ColumnNames, Columns, ErrorCode, Event, EventKind, History, IdColumn, IngestOptions, IngestReport, KindColumn,
    OnRefused, Reason, TimeColumn, TimeUnit, Timestamp, UnnamedReturns,
};

const DAY: i64 = 86_400_000_000;

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn csv(text: &str) -> beforehand::Result<(History, IngestReport)> {
    csv_with(text, &IngestOptions::default())
}

fn csv_with(text: &str, options: &IngestOptions) -> beforehand::Result<(History, IngestReport)> {
    History::from_csv_reader(text.as_bytes(), &ColumnNames::default(), options)
}

fn events(rows: impl IntoIterator<Item = Event>) -> (History, IngestReport) {
    let (history, report) = History::from_events(rows, &IngestOptions::default()).expect("a history");
    assert_eq!(report.n_read, report.n_kept + report.n_returns + report.n_contacts + report.n_refused);
    assert_eq!(report.n_refused, report.refusals.iter().map(|r| r.n_rows).sum::<usize>());
    (history, report)
}

/// Equal in every field, NaN included.
fn assert_same(a: &History, b: &History) {
    assert_eq!(format!("{a:?}"), format!("{b:?}"));
}

fn reasons(report: &IngestReport) -> Vec<(&'static str, usize, usize)> {
    report.refusals.iter().map(|r| (r.reason.as_str(), r.n_rows, r.first_row)).collect()
}

#[test]
fn every_bad_row_is_named_with_its_reason() {
    let text = "customer,at,item,quantity,amount,kind,pack_size,order,undoes\n\
        c1,2011-01-01,a,2,3.5,purchase,500,o1,\n\
        ,2011-01-01,a,1,,,,,\n\
        c1,2011-01-01,,1,,,,,\n\
        c1,,a,1,,,,,\n\
        c1,yesterday,a,1,,,,,\n\
        c1,1294000000,a,1,,,,,\n\
        c1,1066-10-14,a,1,,,,,\n\
        c1,2011-01-01,a,NaN,,,,,\n\
        c1,2011-01-01,a,many,,,,,\n\
        c1,2011-01-01,a,-1,,,,,\n\
        c1,2011-01-01,a,0,,,,,\n\
        c1,2011-01-01,a,1e10,,,,,\n\
        c1,2011-01-01,a,1,free,,,,\n\
        c1,2011-01-01,a,1,inf,,,,\n\
        c1,2011-01-01,a,1,,page view,,,\n\
        c1,2011-01-01,a,1,,sale,,,o1\n\
        c1,2011-01-01,a,1,,,-3,,\n\
        c1,2011-01-02,a,1,,return,,,\n\
        c1,2011-01-02,a,1,,return,,,o9\n\
        c2,2011-01-02,a,1,,return,,,o1\n\
        c1,2011-01-02,a,5,,Refund,,,o1\n\
        c1,2011-01-03,a,1,,cancelled,,,o1\n\
        c1,2011-01-01,a\n\
        c1,2011-01-01,a,1,,,,,,,\n\
        c1,2011-01-01,b,,,,,,\n";
    let (history, report) = csv(text).expect("one row is good");
    assert_eq!((report.n_read, report.n_kept, report.n_returns, report.n_refused), (25, 2, 1, 22));
    assert_eq!(report.n_assumed_one, 1);
    assert_eq!(
        reasons(&report),
        [
            ("missing_customer", 1, 1),
            ("missing_item", 1, 2),
            ("missing_time", 1, 3),
            ("bad_time", 1, 4),
            ("unknown_time_unit", 1, 5),
            ("time_out_of_range", 1, 6),
            ("bad_quantity", 2, 7),
            ("non_positive_quantity", 2, 9),
            ("absurd_quantity", 1, 11),
            ("bad_amount", 2, 12),
            ("bad_pack_size", 1, 16),
            ("bad_kind", 2, 14),
            ("wrong_field_count", 2, 22),
            ("unnamed_return", 1, 17),
            ("unmatched_return", 2, 18),
            ("nothing_left_to_return", 1, 21),
        ]
    );
    assert_eq!((report.refusals[3].column.as_str(), report.refusals[3].sample.as_str()), ("at", "yesterday"));
    assert_eq!(history.n_customers(), 1);
    let words = report.to_string();
    assert!(words.starts_with("25 rows read, 2 kept, 1 returns applied, 22 refused"), "{words}");
    assert!(words.contains("bad_time: 1 rows, first row 4, column at, value \"yesterday\""), "{words}");
    assert_eq!(serde_json::to_value(&report).expect("json")["refusals"][0]["reason"], "missing_customer");
}

#[test]
fn nothing_kept_is_an_error_with_the_reasons() {
    for text in ["", "\n\n", "\u{feff}"] {
        assert_eq!(csv(text).expect_err("empty").code(), ErrorCode::EmptyData, "{text:?}");
    }
    let error = csv("customer,at,item\n").expect_err("header only");
    assert_eq!(error.code(), ErrorCode::EmptyData);
    let error = csv("customer,at,item\nc1,soon,a\n").expect_err("no good row");
    assert_eq!((error.code(), error.field(), error.row()), (ErrorCode::EmptyData, Some("at"), Some(0)));
    assert!(error.to_string().contains("bad_time") && error.to_string().contains("soon"), "{error}");
    let error = History::from_events([], &IngestOptions::default()).expect_err("no rows");
    assert_eq!(error.code(), ErrorCode::EmptyData);
}

#[test]
fn fail_stops_at_the_first_refused_row() {
    let options = IngestOptions { on_refused: OnRefused::Fail, ..Default::default() };
    let error = csv_with("customer,at,item,quantity\nc1,2011-01-01,a,1\nc1,2011-01-01,a,-2\nc1,x,a,1\n", &options)
        .expect_err("a bad row");
    assert_eq!((error.code(), error.field(), error.row()), (ErrorCode::InvalidData, Some("quantity"), Some(1)));
    assert!(error.to_string().contains("\"-2\""), "{error}");
    assert!(csv_with("customer,at,item,quantity\nc1,2011-01-01,a,1\n", &options).is_ok());
    let lonely = [Event::purchase("c", "a", at("2011-01-01")), Event::returned("c", "a", at("2011-01-02"), "o")];
    assert_eq!(History::from_events(lonely, &options).expect_err("unmatched").row(), Some(1));
}

#[test]
fn wrong_options_are_refused_by_name() {
    let bad = |options: IngestOptions, field: &str| {
        let error = csv_with("customer,at,item\nc,2011-01-01,a\n", &options).expect_err(field);
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidOptions, Some(field)));
    };
    bad(IngestOptions { time_zone: "Mars/Olympus".into(), ..Default::default() }, "time_zone");
    bad(IngestOptions { merge_days: 400, ..Default::default() }, "merge_days");
    bad(IngestOptions { max_quantity: f64::NAN, ..Default::default() }, "max_quantity");
    bad(IngestOptions { delimiter: '€', ..Default::default() }, "delimiter");
    assert!(serde_json::from_str::<IngestOptions>(r#"{"timezone": "UTC"}"#).is_err());
    let error = csv("client,at,item\nc,2011-01-01,a\n").expect_err("no customer");
    assert_eq!((error.code(), error.field()), (ErrorCode::InvalidData, Some("customer")));
    assert!(error.to_string().contains("\"client\", \"at\", \"item\""), "{error}");
}

#[test]
fn columns_of_unequal_length_are_refused() {
    let columns = Columns {
        amount: Some(&[1.0]),
        ..Columns::new(
            IdColumn::Ints(&[1, 2]),
            TimeColumn::Ints(&[0, 0], TimeUnit::Seconds),
            IdColumn::Strs(&["a", "b"]),
        )
    };
    let error = History::from_columns(&columns, &IngestOptions::default()).expect_err("lengths differ");
    assert_eq!((error.code(), error.field()), (ErrorCode::InvalidData, Some("amount")));
}

#[test]
fn csv_in_utf_16_is_named_as_such() {
    let text = "customer,at,item\nc1,2026-01-01,filter\n";
    for (mark, of) in [([0xff, 0xfe], u16::to_le_bytes as fn(u16) -> [u8; 2]), ([0xfe, 0xff], u16::to_be_bytes)] {
        let bytes: Vec<u8> = mark.into_iter().chain(text.encode_utf16().flat_map(of)).collect();
        let error = History::from_csv_reader(bytes.as_slice(), &ColumnNames::default(), &IngestOptions::default());
        let error = error.expect_err("not UTF-8");
        assert_eq!(error.code(), ErrorCode::InvalidData);
        assert!(error.to_string().contains("UTF-16"), "{error}");
    }
}

#[test]
fn csv_tolerates_marks_delimiters_quotes_and_all_forms_of_time() {
    let options = IngestOptions {
        delimiter: ';',
        time_unit: Some(TimeUnit::Milliseconds),
        time_zone: "America/New_York".into(),
        ..Default::default()
    };
    let text = "\u{feff}customer;at;item;note\r\n\
        1;2011-06-01;\"a;1\";x\r\n\
        1;2011-06-01T00:00:00;\"a;1\";\"two\nlines\"\r\n\
        1;2011-06-01 00:00:00;\"a;1\";\r\n\
        1;2011-06-01T04:00:00Z;\"a;1\";\r\n\
        1;2011-06-01T06:00:00+02:00;\"a;1\";\r\n\
        1; 1306900800000 ;\"a;1\";\r\n";
    let (history, report) = csv_with(text, &options).expect("a history");
    assert_eq!((report.n_kept, report.n_merged), (6, 5));
    assert_eq!(history.first_at(), Some(at("2011-06-01T04:00:00Z")));
    assert_eq!(history.last_at(), history.first_at());
    assert!(history.customers().is_int() && history.items().ids().code("a;1".into()) == Some(0));
}

#[test]
fn text_that_is_not_utf8_is_refused_only_where_it_matters() {
    let text =
        b"customer,at,item,note\nc1,2011-01-01,a,caf\xe9\nc\xe9,2011-01-01,a,\nc2,2011-01-01,\xe9,\nc3,2011-01-01,b,\n";
    let (history, report) =
        History::from_csv_reader(&text[..], &ColumnNames::default(), &IngestOptions::default()).expect("a history");
    assert_eq!((history.n_events(), reasons(&report)), (2, vec![("not_utf8", 2, 1)]));
    assert_eq!(report.refusals[0].column, "customer");
    assert!(history.customer("c3").is_ok() && history.customer("c2").is_err());
}

#[test]
fn ids_may_be_of_any_script_and_ten_kilobytes_long() {
    let long = "袋".repeat(3_400);
    let day = at("2011-01-01");
    let (history, report) = events([
        Event::purchase("🛒🧃", "コーヒー", day),
        Event::purchase(long.as_str(), "x", day),
        Event::purchase("y".repeat(65_537), "x", day),
    ]);
    assert!(history.customer("🛒🧃").is_ok() && history.customer(long.as_str()).is_ok());
    assert_eq!(reasons(&report), [("id_too_long", 1, 2)]);
    assert_eq!(report.refusals[0].sample.chars().count(), 61);
}

#[test]
fn numbers_and_texts_meet_as_texts() {
    let day = at("2011-01-01");
    let (history, _) = events([
        Event::purchase(7, 1, day),
        Event::purchase("7", 1, day),
        Event::purchase("x", 2, day),
        Event::purchase(8, 2, day),
    ]);
    assert_eq!((history.n_customers(), history.items().ids().is_int()), (3, true));
    assert_eq!(history.customer(7).expect("seven").n_events(), 2);
    let (history, _) = csv("customer,at,item\n7,2011-01-01,1\n007,2011-01-01,1\n7,2011-01-02,2\n").expect("a history");
    assert_eq!((history.n_customers(), history.customers().is_int()), (2, false));
}

#[test]
fn purchases_of_one_day_are_counted_as_merging_and_kept() {
    let rows = |days: &[f64]| {
        let start = at("2011-01-01");
        days.iter().map(|d| Event::purchase("c", "a", start.plus_days(*d))).collect::<Vec<_>>()
    };
    let merged = |days: &[f64], merge_days| {
        let options = IngestOptions { merge_days, ..Default::default() };
        History::from_events(rows(days), &options).expect("a history").1.n_merged
    };
    assert_eq!(merged(&[0.1, 0.5, 0.9, 1.0, 2.0], 1), 2);
    assert_eq!(merged(&[0.1, 0.5, 0.9, 1.0, 2.0], 0), 0);
    assert_eq!(merged(&[0.1, 0.5, 0.9, 1.0, 2.0], 2), 3);
    assert_eq!(merged(&[0.1, 0.5, 0.9, 1.0, 2.0], 3), 4);
}

/// The events of a history of which something was returned, and how much.
fn undone(history: &History) -> Vec<(usize, f64)> {
    let text = format!("{history:?}");
    let from = text.find("undone: [").expect("the field");
    let list = &text[from..from + text[from..].find(']').expect("its end")];
    let number = |text: &str| text.split([' ', ',']).next().expect("a number").parse::<f64>().expect("a number");
    let undo = |text: &str| (number(text) as usize, number(text.split("quantity: ").nth(1).expect("a quantity")));
    list.split("event: ").skip(1).map(undo).collect()
}

#[test]
fn returns_undo_what_they_name_and_nothing_else() {
    let start = at("2011-01-01");
    let bought = |order: &str, q: f64| Event::purchase("c", "a", start).quantity(q).order(order);
    let back = |days: f64, order: &str| Event::returned("c", "a", start.plus_days(days), order);
    let undone = |rows: Vec<Event>| {
        let (history, report) = events(rows);
        (
            undone(&history).into_iter().map(|(_, quantity)| quantity).collect::<Vec<_>>(),
            report.n_returns,
            report.n_refused,
        )
    };
    // All of it, in part, more than there is, twice.
    assert_eq!(undone(vec![bought("o", 3.0), back(1.0, "o")]), (vec![3.0], 1, 0));
    assert_eq!(undone(vec![bought("o", 3.0), back(1.0, "o").quantity(1.0)]), (vec![1.0], 1, 0));
    assert_eq!(undone(vec![bought("o", 3.0), back(1.0, "o").quantity(-2.0)]), (vec![2.0], 1, 0));
    assert_eq!(undone(vec![back(1.0, "o").quantity(9.0), bought("o", 3.0)]), (vec![3.0], 1, 0));
    assert_eq!(undone(vec![bought("o", 3.0), back(1.0, "o"), back(2.0, "o")]), (vec![3.0], 1, 1));
    // Two lines of one order, and another order.
    let lines = vec![bought("o", 2.0), bought("p", 4.0), bought("o", 1.0), back(1.0, "o").quantity(2.5)];
    assert_eq!(undone(lines), (vec![1.0, 1.5], 1, 0));
    let (_, report) = events([bought("o", 1.0), Event { undoes: None, ..back(1.0, "o") }]);
    assert_eq!(reasons(&report), [("unnamed_return", 1, 1)]);
    assert_eq!(report.refusals[0].reason, Reason::UnnamedReturn);
}

#[test]
fn unnamed_returns_undo_what_was_bought_last() {
    let options = IngestOptions { unnamed_returns: UnnamedReturns::LatestPurchase, ..Default::default() };
    let day = |days: f64| at("2011-01-01").plus_days(days);
    let bought = |days: f64, q: f64| Event::purchase("c", "a", day(days)).quantity(q);
    let all_back = |days: f64| Event::returned_unnamed("c", "a", day(days));
    let back = |days: f64, q: f64| all_back(days).quantity(q);
    // Purchases are numbered by their days; each outcome must come from rows in either order.
    let outcome = |mut rows: Vec<Event>| {
        let mut read = || {
            rows.reverse();
            History::from_events(rows.clone(), &options).expect("a history")
        };
        let ((history, report), (reversed, _)) = (read(), read());
        assert_same(&history, &reversed);
        (
            undone(&history),
            report.n_returns,
            reasons(&report).iter().map(|(reason, n, _)| (*reason, *n)).collect::<Vec<_>>(),
        )
    };
    let fine = |undone: &[(usize, f64)], n: usize| (undone.to_vec(), n, vec![]);
    // The latest first, then what lies before; nothing that was bought later.
    assert_eq!(outcome(vec![bought(0.0, 3.0), bought(5.0, 2.0), back(6.0, 2.0)]), fine(&[(1, 2.0)], 1));
    assert_eq!(outcome(vec![bought(0.0, 3.0), bought(5.0, 2.0), back(6.0, -4.0)]), fine(&[(0, 2.0), (1, 2.0)], 1));
    assert_eq!(outcome(vec![bought(0.0, 3.0), bought(5.0, 2.0), back(4.0, 9.0)]), fine(&[(0, 3.0)], 1));
    assert_eq!(outcome(vec![bought(5.0, 2.0), back(5.0, 1.0)]), fine(&[(0, 1.0)], 1));
    // Without a quantity one purchase.
    assert_eq!(outcome(vec![bought(0.0, 3.0), bought(5.0, 2.0), all_back(6.0)]), fine(&[(1, 2.0)], 1));
    let twice = vec![bought(0.0, 3.0), bought(5.0, 2.0), all_back(6.0), all_back(7.0)];
    assert_eq!(outcome(twice), fine(&[(0, 3.0), (1, 2.0)], 2));
    // What a later return names was still there for an earlier one.
    let mixed =
        vec![bought(0.0, 3.0), bought(5.0, 2.0).order("o"), back(6.0, 2.0), Event::returned("c", "a", day(9.0), "o")];
    assert_eq!(outcome(mixed), (vec![(1, 2.0)], 1, vec![("nothing_left_to_return", 1)]));
    // Nothing to undo, or nothing any more; another customer's and another item's purchases are not touched.
    let strange = vec![
        bought(5.0, 1.0),
        back(4.0, 1.0),
        back(6.0, 1.0),
        back(7.0, 1.0),
        Event { customer: "d".into(), ..back(8.0, 1.0) },
        Event { item: Some("b".into()), ..back(8.0, 1.0) },
    ];
    let refused = vec![("unmatched_return", 3), ("nothing_left_to_return", 1)];
    assert_eq!(outcome(strange), (vec![(0, 1.0)], 1, refused));
    // In a table the kind is enough; a row of fewer than no units without a kind stays refused.
    let csv = "customer,at,item,quantity,kind\nc,2011-01-01,a,2,\nc,2011-01-02,a,-1,cancelled\nc,2011-01-03,a,-1,\n";
    let (history, report) = History::from_csv_reader(csv.as_bytes(), &ColumnNames::default(), &options).expect("csv");
    assert_eq!((undone(&history), report.n_returns, report.n_refused), (vec![(0, 1.0)], 1, 1));
}

#[test]
fn the_earliest_row_tells_an_items_traits() {
    let start = at("2011-01-01");
    let row = |days: f64, category: &str| Event::purchase("c", "a", start.plus_days(days)).category(category);
    let rows = vec![
        row(2.0, "late"),
        row(1.0, "tea"),
        row(1.0, "coffee").need("caffeine").pack_size(250.0),
        row(1.0, "zebra"),
        row(0.0, "refused").quantity(-1.0),
    ];
    let (history, report) = events(rows.clone());
    let items = history.items();
    assert_eq!(items.category(0), Some("coffee".into()));
    assert_eq!((items.need(0), items.pack_size(0)), (Some("caffeine".into()), Some(250.0)));
    assert_eq!(report.n_conflicting_items, 1);
    assert_same(&history, &events(rows.into_iter().rev()).0);
}

#[test]
fn large_input_on_many_threads_equals_small_pieces() {
    let n = 120_000usize;
    let customer: Vec<i64> = (0..n).map(|i| (i * 7_919 % 5_003) as i64 - 100).collect();
    let item: Vec<i64> = (0..n).map(|i| (i * 104_729 % 301) as i64 * 1_000_000_007).collect();
    let time: Vec<i64> = (0..n).map(|i| 1_300_000_000 + (i * 31 % 1_000) as i64 * 40_000).collect();
    let quantity: Vec<f64> = (0..n).map(|i| if i % 1_000 == 5 { f64::NAN } else { 1.0 + (i % 3) as f64 }).collect();
    let columns = Columns {
        quantity: Some(&quantity),
        ..Columns::new(IdColumn::Ints(&customer), TimeColumn::Ints(&time, TimeUnit::Seconds), IdColumn::Ints(&item))
    };
    let options = IngestOptions::default();
    let (all, report) = History::from_columns(&columns, &options).expect("a history");
    assert_eq!(reasons(&report), [("bad_quantity", 120, 5)]);
    let rows = (0..n).rev().map(|i| {
        let at = Timestamp::from_seconds(time[i]).expect("in range");
        Event::purchase(customer[i], item[i], at).quantity(quantity[i])
    });
    let (rows, of_rows) = History::from_events(rows, &options).expect("a history");
    assert_same(&all, &rows);
    assert_eq!((report.n_kept, report.n_merged), (of_rows.n_kept, of_rows.n_merged));
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    let five = rayon::ThreadPoolBuilder::new().num_threads(5).build().expect("a pool");
    for pool in [one, five] {
        let (history, other) = pool.install(|| History::from_columns(&columns, &options)).expect("a history");
        assert_same(&all, &history);
        assert_eq!(report, other);
    }
}

#[test]
fn dictionary_codes_are_texts_and_unused_values_are_nobody() {
    let columns = Columns {
        kind: Some(KindColumn::Kinds(&[EventKind::Purchase; 4])),
        ..Columns::new(
            IdColumn::Codes { codes: &[2, 0, 2, 9], values: &["b", "unused", "a"] },
            TimeColumn::Ints(&[0, DAY, 2 * DAY, 3 * DAY], TimeUnit::Microseconds),
            IdColumn::OptionalInts(&[Some(1), Some(2), Some(1), Some(1)]),
        )
    };
    let (history, report) = History::from_columns(&columns, &IngestOptions::default()).expect("a history");
    assert_eq!(history.customers().iter().map(|id| id.to_string()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(reasons(&report), [("missing_customer", 1, 3)]);
}

#[test]
fn ten_thousand_rows_of_texts_in_columns_may_come_from_any_column_type() {
    let n = 10_000;
    let customers: Vec<String> = (0..n).map(|i| format!("customer number {}", i % 97)).collect();
    let borrowed: Vec<&str> = customers.iter().map(|c| &**c).collect();
    let optional: Vec<Option<&str>> = borrowed.iter().map(|c| Some(*c)).collect();
    let values: Vec<&str> = borrowed[..97].iter().copied().rev().collect();
    let codes: Vec<u32> = (0..n).map(|i| 96 - i % 97).collect();
    let times: Vec<String> = (0..n).map(|i| format!("2011-01-{:02} 10:00:00", 1 + i % 31)).collect();
    let times: Vec<&str> = times.iter().map(|t| &**t).collect();
    let items = vec![1; n as usize];
    let history = |customer| {
        let columns = Columns::new(customer, TimeColumn::Strs(&times), IdColumn::Ints(&items));
        History::from_columns(&columns, &IngestOptions::default()).expect("a history").0
    };
    let expected = history(IdColumn::Strings(&customers));
    assert_eq!(expected.n_customers(), 97);
    assert_same(&expected, &history(IdColumn::Strs(&borrowed)));
    assert_same(&expected, &history(IdColumn::OptionalStrs(&optional)));
    assert_same(&expected, &history(IdColumn::Codes { codes: &codes, values: &values }));
}

#[test]
fn a_file_is_read_like_its_text_and_a_missing_one_is_named() {
    let text = "who,when,what\nc1,2011-01-01,a\n";
    let path = std::env::temp_dir().join(format!("beforehand-ingest-{}.csv", std::process::id()));
    std::fs::write(&path, text).expect("a file");
    let names =
        ColumnNames { customer: "who".into(), time: "when".into(), item: "what".into(), ..ColumnNames::default() };
    let of_file = History::from_csv(&path, &names, &IngestOptions::default());
    std::fs::remove_file(&path).expect("removed");
    let of_text = History::from_csv_reader(text.as_bytes(), &names, &IngestOptions::default()).expect("a history");
    assert_same(&of_file.expect("a history").0, &of_text.0);
    let error = History::from_csv(&path, &names, &IngestOptions::default()).expect_err("no file");
    assert_eq!(error.code(), ErrorCode::Io);
    assert!(error.to_string().contains("beforehand-ingest-"), "{error}");
}

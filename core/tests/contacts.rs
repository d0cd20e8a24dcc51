//! Contacts: they lie beside the purchases, are found at once, and change no forecast.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod shop;

use beforehand::churn::{DeclineOptions, usage_declines};
use beforehand::evaluate::{BacktestOptions, audit, backtest};
use beforehand::{
    ColumnNames, Columns, Contact, ErrorCode, Event, EventId, EventKind, Fitting, ForecastOptions, History, IdColumn,
    IngestOptions, IngestReport, KindColumn, Model, Options, TimeColumn, TimeUnit, Timestamp,
};
use proptest::prelude::*;
use shop::{Stream, events, history, start};

const ANSWERS: [EventKind; 9] = [
    EventKind::Contact,
    EventKind::Open,
    EventKind::Click,
    EventKind::HeldOut,
    EventKind::OptOut,
    EventKind::OptIn,
    EventKind::Approved,
    EventKind::Edited,
    EventKind::Refused,
];

fn day(days: f64) -> Timestamp {
    start().plus_days(days)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn read(rows: impl IntoIterator<Item = Event>) -> (History, IngestReport) {
    let (history, report) = History::from_events(rows, &IngestOptions::default()).unwrap();
    assert_eq!(report.n_read, report.n_kept + report.n_returns + report.n_contacts + report.n_refused);
    assert_eq!(history.n_contacts(), report.n_contacts - report.n_contacts_merged);
    (history, report)
}

fn csv(text: &str) -> beforehand::Result<(History, IngestReport)> {
    History::from_csv_reader(text.as_bytes(), &ColumnNames::default(), &IngestOptions::default())
}

/// Contacts of every kind with some customers of a shop and with others who never buy, before, after and between them in the
/// order of identifiers; about items that are bought and items that are not, long before the first purchase and after the last.
fn contacts(n: usize, days: f64, seed: u64) -> Vec<Event> {
    let mut s = Stream(seed);
    let mut out = Vec::new();
    for k in 0..n {
        let customer = match k % 4 {
            0 => format!("lead {}", k % 40),
            1 => format!("a{}", k % 30),
            _ => format!("c{:04}", (s.uniform() * 500.0) as u32),
        };
        let sent = Event::contacted(customer, day(s.uniform() * (days + 600.0) - 300.0));
        let mut event = Event { kind: ANSWERS[k % ANSWERS.len()], ..sent };
        if s.uniform() < 0.7 {
            event = event.channel(if s.uniform() < 0.5 { "email" } else { "push" });
        }
        if s.uniform() < 0.5 {
            event = event.offer(format!("offer {}", k % 7)).propensity(0.25 + 0.5 * s.uniform());
        }
        if s.uniform() < 0.6 {
            event = event.item(["filter", "milk", "leaflet", "aaa"][k % 4]).category("advertisement").pack_size(9.0);
        }
        // What only purchases have is not looked at.
        out.push(Event { quantity: (k % 3 == 0).then_some(0.0), amount: Some(f64::NAN), ..event });
    }
    out
}

/// Everything the library says of a log, to the last bit.
fn answers(history: &History, as_of: Timestamp) -> Vec<String> {
    let model = Model::fit(history, as_of, &Options::default()).unwrap();
    let due = model.replenishment(history, as_of).unwrap();
    let lapse = model.lapse(history, as_of).unwrap();
    let some: Vec<EventId> = history.customers().iter().map(EventId::from).collect();
    let buys = |id: &&EventId| history.customer(id.as_id()).unwrap().n_events() > 0;
    let one = |id: &EventId| {
        let own = history.customer(id.as_id()).unwrap();
        format!("{:?} {:?}", model.forecasts(&own, as_of), model.lapse_of(&own, as_of))
    };
    let test = BacktestOptions { n_cutoffs: 1, ..BacktestOptions::default() };
    vec![
        format!("{:?}", model.to_bytes().unwrap()),
        format!("{:?}", (model.n_customers(), model.n_events(), model.n_units())),
        format!("{:?} {:?}", history.first_at(), history.last_at()),
        format!("{:?} {:?}", history.n_events(), history.items()),
        format!("{:?}", due.into_table()),
        format!("{:?}", lapse.into_table()),
        some.iter().filter(buys).step_by(37).map(one).collect(),
        format!("{:?}", audit(history, as_of)),
        format!("{:?}", backtest(history, as_of, &Options::default(), &test).unwrap()),
        format!("{:?}", usage_declines(history, as_of, 28, &DeclineOptions::default()).unwrap()),
    ]
}

#[test]
fn contacts_change_nothing_that_is_said_of_purchases() {
    let as_of = day(400.0);
    let mut log = events(400, 430.0, 41);
    for (i, event) in log.iter_mut().enumerate() {
        event.category = (i % 3 == 0).then(|| EventId::from("home"));
        event.order = Some(EventId::from(i as i64));
    }
    log.push(Event::purchase("c0001", "milk", day(390.0)).order("gone"));
    log.push(Event::returned("c0001", "milk", day(395.0), "gone"));
    let without = history(log.clone());
    log.extend(contacts(3_000, 430.0, 42));
    let (with, report) = read(log);
    assert!(with.n_customers() > without.n_customers() + 20, "customers who only have contacts");
    assert_eq!((report.n_contacts, report.n_returns, report.n_conflicting_items), (3_000, 1, 0));
    assert!(with.items().ids().code("leaflet".into()).is_none());
    for (with, without) in answers(&with, as_of).iter().zip(&answers(&without, as_of)) {
        assert!(with == without, "{} … is not {} …", &with[..with.len().min(400)], &without[..without.len().min(400)]);
    }
}

#[test]
fn parts_of_a_log_with_contacts_give_the_model_of_purchases() {
    let as_of = day(400.0);
    let log = events(300, 430.0, 43);
    let whole = Model::fit(&history(log.clone()), as_of, &Options::default()).unwrap();
    let mut parts = vec![log[..0].to_vec(); 3];
    for event in log.into_iter().chain(contacts(900, 430.0, 44)) {
        let id = event.customer.to_string();
        // The last part has nothing but contacts.
        let part = if id.starts_with('c') { usize::from(id.as_bytes()[4]) & 1 } else { 2 };
        parts[part].push(event);
    }
    let mut fitting = Fitting::new(as_of, &Options::default()).unwrap();
    let model = loop {
        let question = fitting.question().unwrap();
        let answer = |part: &Vec<Event>| Fitting::answer(history(part.clone()), &question).unwrap();
        if let Some(model) = fitting.take(parts.iter().map(answer)).unwrap() {
            break model;
        }
    };
    assert!(model == whole);
}

#[test]
fn customers_without_purchases_have_no_forecasts() {
    let as_of = day(300.0);
    let mut log = events(100, 300.0, 45);
    log.push(Event::contacted("lead", day(10.0)));
    let history = history(log);
    let model = Model::fit(&history, as_of, &Options::default()).unwrap();
    let lead = history.customer("lead").unwrap();
    assert_eq!((lead.n_events(), lead.n_contacts()), (0, 1));
    assert!(model.forecasts(&lead, as_of).unwrap().is_empty());
    assert!(model.replenishment(&lead, as_of).unwrap().is_empty());
    assert!(model.lapse(&lead, as_of).unwrap().is_empty());
    assert!(model.lapse_of(&lead, as_of).is_err());
    let nobody = model.forecast_if_bought(None, "milk", as_of, &ForecastOptions::default()).unwrap();
    let first = model.forecast_if_bought(Some(lead.clone()), "milk", as_of, &ForecastOptions::default()).unwrap();
    assert_eq!(format!("{nobody:?}"), format!("{first:?}"));
    assert_eq!(Model::fit(&lead, as_of, &Options::default()).unwrap_err().code(), ErrorCode::EmptyData);
    assert_eq!(audit(&lead, as_of).log.n_customers, 0);
}

#[test]
fn a_log_of_contacts_alone_is_a_log() {
    let as_of = day(50.0);
    let (only, report) = read([Event::contacted("lead", day(1.0)), Event::opened("lead", day(2.0))]);
    assert_eq!((report.n_kept, report.n_contacts, only.n_events(), only.first_at()), (0, 2, 0, None));
    assert_eq!((only.n_customers(), only.items().len(), only.view().n_contacts()), (1, 0, 2));
    let options = Options::default();
    assert_eq!(Model::fit(&only, as_of, &options).unwrap_err().code(), ErrorCode::EmptyData);
    assert!(backtest(&only, as_of, &options, &BacktestOptions::default()).is_err());
    assert!(usage_declines(&only, as_of, 7, &DeclineOptions::default()).is_err());
    assert_eq!(audit(&only, as_of).log.n_events, 0);
    let model = Model::fit(&history(events(60, 200.0, 46)), day(40.0), &options).unwrap();
    assert!(model.replenishment(&only, as_of).unwrap().is_empty());
    assert!(model.forecasts(&only, as_of).unwrap().is_empty());
    assert!(model.lapse(&only, as_of).unwrap().is_empty());
}

#[test]
fn contacts_are_read_by_customer_up_to_an_instant() {
    let rows = [
        Event::opted_in("b", day(9.0)),
        Event::clicked("a", day(2.0)).channel("push").offer(7),
        Event::contacted("a", day(2.0)).channel("email").offer(12).item("milk").propensity(0.5),
        Event::held_out("a", day(1.0)).propensity(1.0),
        Event::opened("a", day(3.0)).channel("email").propensity(0.1),
        Event::opted_out("c", day(1.5)),
        Event::purchase("b", "soap", day(1.0)),
        Event::contacted("a", day(2.0)).channel("email").offer(12).item("milk").propensity(0.5),
    ];
    let (history, report) = read(rows);
    assert_eq!((report.n_kept, report.n_contacts, report.n_contacts_merged), (1, 7, 1));
    assert_eq!(history.channels().iter().map(|id| id.to_string()).collect::<Vec<_>>(), ["email", "push"]);
    assert!(history.offers().is_int() && history.offers().len() == 2);
    let all: Vec<Contact<'_>> = history.view().contacts(Timestamp::MAX).collect();
    let kinds = |of: &[Contact<'_>]| of.iter().map(|c| format!("{} {}", c.customer, c.kind)).collect::<Vec<_>>();
    assert_eq!(kinds(&all), ["a held_out", "a contact", "a click", "a open", "b opt_in", "c opt_out"]);
    let sent = all[1];
    assert_eq!((sent.at, sent.channel, sent.offer), (day(2.0), Some("email".into()), Some(12.into())));
    assert_eq!((sent.item, sent.propensity), (Some("milk".into()), Some(0.5)));
    // An answer was not drawn.
    assert_eq!((all[3].item, all[3].propensity, all[5].channel), (None, None, None));
    let a = history.customer("a").unwrap();
    assert_eq!((a.n_contacts(), a.contacts(day(2.0)).count(), a.contacts(day(0.9)).count()), (4, 3, 0));
    assert_eq!(a.contacts(day(2.5)).rev().map(|c| c.kind).next(), Some(EventKind::Click));
    assert_eq!(history.customer("b").unwrap().contacts(day(8.0)).count(), 0);
    assert_eq!(history.view().contacts(day(1.5)).count(), 2);
}

#[test]
fn every_bad_row_about_a_contact_is_named_with_its_reason() {
    let text = "customer,at,item,kind,undoes,channel,offer,propensity\n\
        c1,2026-01-01,a,contact,,email,x,0.5\n\
        c1,2026-01-01,,held out,,,,1\n\
        ,2026-01-01,,contact,,,,\n\
        c1,,,contact,,,,\n\
        c1,2026-01-01,,contact,,,,0\n\
        c1,2026-01-01,,contact,,,,-0.5\n\
        c1,2026-01-01,,holdout,,,,1.01\n\
        c1,2026-01-01,,sent,,,,NaN\n\
        c1,2026-01-01,,sent,,,,often\n\
        c1,2026-01-01,,opened,,,,often\n\
        c1,2026-01-01,,contact,o1,,,\n\
        c1,2026-01-01,,bounce,,,,\n\
        c1,2026-01-01,,purchase,,email,,\n\
        c1,2026-01-01,,return,o1,,,\n\
        c1,2026-01-01,,,,,,\n\
        c1,2026-01-02,a,buy,,email,x,7\n";
    let (history, report) = csv(text).unwrap();
    let reasons: Vec<(&str, usize, usize)> =
        report.refusals.iter().map(|r| (r.reason.as_str(), r.n_rows, r.first_row)).collect();
    assert_eq!(
        reasons,
        [
            ("missing_customer", 1, 2),
            ("missing_item", 3, 12),
            ("missing_time", 1, 3),
            ("bad_kind", 2, 10),
            ("bad_propensity", 5, 4),
        ]
    );
    assert_eq!((report.refusals[4].column.as_str(), report.refusals[4].sample.as_str()), ("propensity", "0"));
    assert_eq!((report.n_kept, report.n_contacts, history.n_contacts()), (1, 3, 3));
    let words = report.to_string();
    assert!(words.starts_with("16 rows read, 1 kept, 0 returns applied, 3 about contacts, 12 refused"), "{words}");
    let long = "x".repeat(70_000);
    for column in ["item", "channel", "offer"] {
        let row = Event::contacted("c", at("2026-01-01"));
        let row = match column {
            "item" => row.item(&*long),
            "channel" => row.channel(&*long),
            _ => row.offer(&*long),
        };
        let error = History::from_events([row], &IngestOptions::default()).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::EmptyData, Some(column)));
        assert!(error.to_string().contains("id_too_long"), "{error}");
    }
}

#[test]
fn without_kinds_there_are_no_contacts() {
    let (history, report) = csv("customer,at,item,channel,propensity\nc,2026-01-01,a,email,9\n").unwrap();
    assert_eq!((report.n_kept, report.n_refused, history.n_contacts()), (1, 0, 0));
    assert!(history.channels().is_empty());
    // A column that is asked for must be there all the same.
    let names = ColumnNames { channel: Some("medium".into()), ..ColumnNames::default() };
    let text = "customer,at,item\nc,2026-01-01,a\n";
    let error = History::from_csv_reader(text.as_bytes(), &names, &IngestOptions::default()).unwrap_err();
    assert_eq!(error.field(), Some("medium"));
}

/// Items of contacts may be of another type, and refused rows leave nothing behind.
#[test]
fn what_contacts_name_is_kept_apart() {
    let text = "customer,at,item,kind,channel,offer,propensity\n\
        1,2026-01-01,17,,,,\n\
        1,2026-01-02,leaflet,contact,email,x,1\n\
        1,2026-01-02,leaflet,contact,fax,y,7\n";
    let (history, report) = csv(text).unwrap();
    assert!(history.items().ids().is_int() && history.customers().is_int());
    assert_eq!((history.channels().len(), history.offers().len(), report.n_refused), (1, 1, 1));
    assert_eq!(history.view().contacts(Timestamp::MAX).next().unwrap().item, Some("leaflet".into()));
}

#[test]
fn many_contacts_on_many_threads_equal_rows_one_by_one() {
    let n = 120_000usize;
    let id = |i: usize, of: usize| (i * 7_919 % of) as i64;
    let customer: Vec<i64> = (0..n).map(|i| id(i, 5_003)).collect();
    let time: Vec<i64> = (0..n).map(|i| 1_300_000_000 + id(i, 1_009) * 40_000).collect();
    let kind: Vec<EventKind> =
        (0..n).map(|i| if i / 10 % 3 == 0 { EventKind::Purchase } else { ANSWERS[i % 6] }).collect();
    let item: Vec<Option<i64>> =
        (0..n).map(|i| (kind[i] == EventKind::Purchase || i % 5 == 0).then(|| id(i, 301))).collect();
    let offer: Vec<Option<i64>> = (0..n).map(|i| (i % 4 == 0).then(|| id(i, 50))).collect();
    let channels = ["post", "email", "push"];
    let channel: Vec<u32> = (0..n).map(|i| (i % 5) as u32).collect();
    let propensity: Vec<f64> = (0..n).map(|i| if i % 3 == 0 { f64::NAN } else { 1.0 / (1 + i % 9) as f64 }).collect();
    let columns = Columns {
        kind: Some(KindColumn::Kinds(&kind)),
        channel: Some(IdColumn::Codes { codes: &channel, values: &channels }),
        offer: Some(IdColumn::OptionalInts(&offer)),
        propensity: Some(&propensity),
        ..Columns::new(
            IdColumn::Ints(&customer),
            TimeColumn::Ints(&time, TimeUnit::Seconds),
            IdColumn::OptionalInts(&item),
        )
    };
    let options = IngestOptions::default();
    let rows = (0..n).rev().map(|i| Event {
        kind: kind[i],
        item: item[i].map(EventId::from),
        channel: channels.get(i % 5).map(|&c| c.into()),
        offer: offer[i].map(EventId::from),
        propensity: Some(propensity[i]).filter(|p| !p.is_nan()),
        ..Event::contacted(customer[i], Timestamp::from_seconds(time[i]).unwrap())
    });
    let (expected, report) = read(rows);
    assert_eq!((report.n_kept, report.n_contacts, report.n_refused), (40_000, 80_000, 0));
    for threads in [1, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let (history, other) = pool.install(|| History::from_columns(&columns, &options)).unwrap();
        assert!(format!("{history:?}") == format!("{expected:?}"), "{threads} threads");
        assert_eq!(report, other);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    /// A customer's slice holds what the rows say up to the instant, and nothing else.
    #[test]
    fn a_slice_is_what_the_rows_say(seed in any::<u64>(), n in 1usize..120, until in -300.0f64..400.0) {
        let rows = contacts(n, 100.0, seed);
        let (history, report) = read(rows.clone());
        prop_assert_eq!((report.n_contacts, report.n_refused), (n, 0));
        let until = day(until);
        for id in history.customers().iter() {
            let mut said: Vec<String> = rows
                .iter()
                .filter(|e| e.customer.as_id() == id && e.at <= until)
                .map(|e| {
                    let propensity = e.propensity.filter(|_| matches!(e.kind, EventKind::Contact | EventKind::HeldOut));
                    let id = |id: &Option<EventId>| id.as_ref().map(ToString::to_string);
                    format!("{:?}", (e.at, e.kind, id(&e.channel), id(&e.offer), id(&e.item), propensity))
                })
                .collect();
            let mut found: Vec<String> = history
                .customer(id)
                .unwrap()
                .contacts(until)
                .map(|c| {
                    let id = |id: Option<beforehand::Id<'_>>| id.map(|id| id.to_string());
                    format!("{:?}", (c.at, c.kind, id(c.channel), id(c.offer), id(c.item), c.propensity))
                })
                .collect();
            said.sort();
            said.dedup();
            found.sort();
            prop_assert_eq!(said, found);
        }
    }
}

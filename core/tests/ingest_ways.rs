//! Properties of ingest: rows, columns, CSV and Arrow give equal histories, in whatever order the rows come.

use beforehand::{
    ColumnNames, Columns, Event, EventId, EventKind, History, IdColumn, IngestOptions, IngestReport, KindColumn,
    TimeColumn, TimeUnit,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

type Answer = beforehand::Result<(History, IngestReport)>;

fn event() -> impl Strategy<Value = Event> {
    let id = || prop_oneof!["[abc]", Just("🛒".to_owned()), Just(String::new()), "[xyz]{7,20}"];
    let quantity = of(prop_oneof![Just(1.0), Just(2.0), Just(2.5), Just(-1.0), Just(1e300)]);
    let kind = prop_oneof![
        3 => Just(EventKind::Purchase),
        3 => Just(EventKind::Return),
        2 => Just(EventKind::Contact),
        1 => Just(EventKind::HeldOut),
        1 => prop_oneof![
            Just(EventKind::Open), Just(EventKind::Click), Just(EventKind::OptOut), Just(EventKind::OptIn),
            Just(EventKind::Approved), Just(EventKind::Edited), Just(EventKind::Refused)
        ],
    ];
    let required = (id(), of(id()), 0i64..400, quantity, kind);
    let optional = (of(Just(1.5)), of(id()), of(id()), of(Just(500.0)), of("[op]"), of("[op]"));
    let of_contact = (of(id()), of(id()), of(prop_oneof![Just(0.25), Just(1.0), Just(0.0), Just(1e300)]));
    (required, optional, of_contact).prop_map(|((customer, item, hours, quantity, kind), optional, of_contact)| {
        let (amount, category, need, pack_size, order, undoes) = optional;
        let (channel, offer, propensity) = of_contact;
        let at = "2011-03-20".parse::<beforehand::Timestamp>().expect("an instant").plus_days(hours as f64 / 24.0);
        Event {
            kind,
            item: item.map(EventId::Str),
            quantity,
            amount,
            category: category.map(EventId::Str),
            need: need.map(EventId::Str),
            pack_size,
            order: order.map(EventId::Str),
            undoes: undoes.filter(|_| kind != EventKind::Purchase).map(EventId::Str),
            channel: channel.map(EventId::Str),
            offer: offer.map(EventId::Str),
            propensity,
            ..Event::contacted(customer, at)
        }
    })
}

fn options() -> IngestOptions {
    IngestOptions { time_zone: "Europe/Berlin".into(), ..Default::default() }
}

fn rows(events: &[Event]) -> Answer {
    History::from_events(events.iter().cloned(), &options())
}

fn texts(events: &[Event], get: fn(&Event) -> Option<&EventId>) -> Vec<String> {
    events.iter().map(|e| get(e).map_or_else(String::new, ToString::to_string)).collect()
}

/// The events as columns of texts and numbers, NaN and the empty text where nothing stands.
struct Table {
    customer: Vec<String>,
    item: Vec<String>,
    at: Vec<i64>,
    quantity: Vec<Option<f64>>,
    amount: Vec<f64>,
    kind: Vec<EventKind>,
    category: Vec<String>,
    need: Vec<String>,
    pack_size: Vec<f64>,
    order: Vec<String>,
    undoes: Vec<String>,
    channel: Vec<String>,
    offer: Vec<String>,
    propensity: Vec<f64>,
}

impl Table {
    fn new(events: &[Event]) -> Self {
        Self {
            customer: texts(events, |e| Some(&e.customer)),
            item: texts(events, |e| e.item.as_ref()),
            at: events.iter().map(|e| e.at.as_micros()).collect(),
            quantity: events.iter().map(|e| e.quantity).collect(),
            amount: events.iter().map(|e| e.amount.unwrap_or(f64::NAN)).collect(),
            kind: events.iter().map(|e| e.kind).collect(),
            category: texts(events, |e| e.category.as_ref()),
            need: texts(events, |e| e.need.as_ref()),
            pack_size: events.iter().map(|e| e.pack_size.unwrap_or(f64::NAN)).collect(),
            order: texts(events, |e| e.order.as_ref()),
            undoes: texts(events, |e| e.undoes.as_ref()),
            channel: texts(events, |e| e.channel.as_ref()),
            offer: texts(events, |e| e.offer.as_ref()),
            propensity: events.iter().map(|e| e.propensity.unwrap_or(f64::NAN)).collect(),
        }
    }

    fn columns(&self) -> Answer {
        let quantity: Vec<f64> = self.quantity.iter().map(|q| q.unwrap_or(1.0)).collect();
        History::from_columns(
            &Columns {
                quantity: Some(&quantity),
                amount: Some(&self.amount),
                kind: Some(KindColumn::Kinds(&self.kind)),
                category: Some(IdColumn::Strings(&self.category)),
                need: Some(IdColumn::Strings(&self.need)),
                pack_size: Some(&self.pack_size),
                order: Some(IdColumn::Strings(&self.order)),
                undoes: Some(IdColumn::Strings(&self.undoes)),
                channel: Some(IdColumn::Strings(&self.channel)),
                offer: Some(IdColumn::Strings(&self.offer)),
                propensity: Some(&self.propensity),
                ..Columns::new(
                    IdColumn::Strings(&self.customer),
                    TimeColumn::Ints(&self.at, TimeUnit::Microseconds),
                    IdColumn::Strings(&self.item),
                )
            },
            &options(),
        )
    }

    fn csv(&self) -> Answer {
        let mut text =
            "customer,at,item,quantity,amount,kind,category,need,pack_size,order,undoes,channel,offer,propensity\n"
                .to_owned();
        let number = |x: f64| if x.is_nan() { String::new() } else { x.to_string() };
        for i in 0..self.at.len() {
            let line = [
                self.customer[i].clone(),
                self.at[i].to_string(),
                self.item[i].clone(),
                self.quantity[i].map_or_else(String::new, number),
                number(self.amount[i]),
                self.kind[i].to_string(),
                self.category[i].clone(),
                self.need[i].clone(),
                number(self.pack_size[i]),
                self.order[i].clone(),
                self.undoes[i].clone(),
                self.channel[i].clone(),
                self.offer[i].clone(),
                number(self.propensity[i]),
            ];
            text += &line.join(",");
            text += "\n";
        }
        let options = IngestOptions { time_unit: Some(TimeUnit::Microseconds), ..options() };
        History::from_csv_reader(text.as_bytes(), &ColumnNames::default(), &options)
    }
}

/// What must be equal, NaN included.
fn answer(answer: &Answer) -> String {
    match answer {
        Ok((history, report)) => {
            let counts = (report.n_read, report.n_kept, report.n_merged, report.n_returns, report.n_refused);
            let of_contacts = (report.n_contacts, report.n_contacts_merged);
            format!("{history:?} {counts:?} {of_contacts:?} {}", report.n_conflicting_items)
        }
        Err(error) => error.code().to_string(),
    }
}

fn refusals(answer: &Answer) -> Vec<(String, usize, usize)> {
    let refusals = answer.as_ref().map(|(_, report)| report.refusals.clone()).unwrap_or_default();
    refusals.into_iter().map(|r| (r.reason.to_string(), r.n_rows, r.first_row)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn the_order_of_rows_changes_nothing(
        (events, shuffled) in vec(event(), 0..40).prop_flat_map(|e| (Just(e.clone()), Just(e).prop_shuffle()))
    ) {
        prop_assert_eq!(answer(&rows(&events)), answer(&rows(&shuffled)));
    }

    #[test]
    fn every_row_is_accounted_for(events in vec(event(), 0..40)) {
        if let Ok((history, report)) = rows(&events) {
            prop_assert_eq!(report.n_read, events.len());
            prop_assert_eq!(report.n_read, report.n_kept + report.n_returns + report.n_contacts + report.n_refused);
            prop_assert_eq!(report.n_refused, report.refusals.iter().map(|r| r.n_rows).sum::<usize>());
            prop_assert_eq!(report.n_kept, history.n_events());
            prop_assert_eq!(report.n_contacts, history.n_contacts() + report.n_contacts_merged);
            prop_assert!(report.n_merged <= report.n_kept);
        }
    }

    #[test]
    fn contacts_change_nothing_about_purchases(events in vec(event(), 0..40)) {
        let bought: Vec<Event> = events.iter().filter(|e| !e.kind.is_about_contact()).cloned().collect();
        if let (Ok((with, with_report)), Ok((without, report))) = (rows(&events), rows(&bought)) {
            prop_assert_eq!(format!("{:?}", with.items()), format!("{:?}", without.items()));
            for id in without.customers().iter() {
                prop_assert_eq!(with.customer(id).expect("a view").n_events(), without.customer(id).expect("a view").n_events());
                for item in without.items().ids().iter() {
                    prop_assert_eq!(with.purchases_of(id, item), without.purchases_of(id, item));
                }
            }
            prop_assert_eq!(with.n_events(), without.n_events());
            prop_assert_eq!((with.first_at(), with.last_at()), (without.first_at(), without.last_at()));
            let counts = |r: &IngestReport| (r.n_kept, r.n_merged, r.n_returns, r.n_assumed_one, r.n_conflicting_items);
            prop_assert_eq!(counts(&with_report), counts(&report));
        }
    }

    #[test]
    fn every_way_in_gives_the_same_history(events in vec(event(), 0..40)) {
        let of_rows = rows(&events);
        let table = Table::new(&events);
        let of_csv = table.csv();
        prop_assert_eq!(answer(&of_rows), answer(&of_csv));
        prop_assert_eq!(refusals(&of_rows), refusals(&of_csv));
        #[cfg(feature = "arrow")]
        {
            let of_arrow = table.arrow();
            prop_assert_eq!(answer(&of_rows), answer(&of_arrow));
            prop_assert_eq!(refusals(&of_rows), refusals(&of_arrow));
        }
        // Slices cannot lack a quantity here and there.
        let full: Vec<Event> = events.into_iter().map(|e| Event { quantity: e.quantity.or(Some(1.0)), ..e }).collect();
        let (of_rows, of_columns) = (rows(&full), Table::new(&full).columns());
        prop_assert_eq!(answer(&of_rows), answer(&of_columns));
        prop_assert_eq!(refusals(&of_rows), refusals(&of_columns));
    }

    #[test]
    fn malformed_csv_never_panics(bytes in vec(any::<u8>(), 0..300), header in any::<bool>()) {
        let mut text = if header { b"customer,at,item,quantity\n".to_vec() } else { Vec::new() };
        text.extend(bytes);
        let _ = History::from_csv_reader(&text[..], &ColumnNames::default(), &IngestOptions::default());
    }

    #[test]
    fn csv_of_likely_pieces_never_panics(pieces in vec(
        prop_oneof![
            Just(","), Just("\n"), Just("\""), Just("c1"), Just("袋"), Just("2011-01-01"), Just("-1"), Just("1e400"),
            Just("NaN"), Just("return"), Just("9223372036854775807"), Just("-9223372036854775808"), Just("\u{feff}"),
            Just("2011-10-30T02:30:00"), Just("-9999-01-01"), Just("9999-12-31T23:59:59"), Just("+"), Just("contact"),
            Just("held_out"), Just("0.5"),
        ],
        0..80,
    )) {
        let text = format!("customer,at,item,quantity,kind,channel,propensity\n{}", pieces.concat());
        for unit in [TimeUnit::Seconds, TimeUnit::Milliseconds, TimeUnit::Microseconds, TimeUnit::Nanoseconds] {
            let options = IngestOptions { time_unit: Some(unit), ..options() };
            if let Ok((history, report)) =
                History::from_csv_reader(text.as_bytes(), &ColumnNames::default(), &options)
            {
                prop_assert_eq!(report.n_read, report.n_kept + report.n_returns + report.n_contacts + report.n_refused);
                prop_assert_eq!(report.n_kept, history.n_events());
            }
        }
    }
}

#[cfg(feature = "arrow")]
mod arrow {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Float64Array, LargeStringArray, RecordBatch, StringArray, StringViewArray};
    use arrow_array::{DictionaryArray, TimestampMicrosecondArray, types::Int8Type};

    use super::{Answer, ColumnNames, History, Table, options};

    impl Table {
        pub(super) fn arrow(&self) -> Answer {
            let optional = |texts: &[String]| -> Vec<Option<String>> {
                texts.iter().map(|t| (!t.is_empty()).then(|| t.clone())).collect()
            };
            let dictionary: DictionaryArray<Int8Type> =
                optional(&self.item).iter().map(|t| t.as_deref()).collect::<DictionaryArray<Int8Type>>();
            let channels: DictionaryArray<Int8Type> =
                optional(&self.channel).iter().map(|t| t.as_deref()).collect::<DictionaryArray<Int8Type>>();
            let kinds: Vec<&str> = self.kind.iter().map(|k| k.as_str()).collect();
            let columns: Vec<(&str, ArrayRef)> = vec![
                ("customer", Arc::new(StringViewArray::from_iter(optional(&self.customer)))),
                ("at", Arc::new(TimestampMicrosecondArray::from(self.at.clone()).with_timezone("+02:00"))),
                ("item", Arc::new(dictionary)),
                ("quantity", Arc::new(Float64Array::from(self.quantity.clone()))),
                ("amount", Arc::new(Float64Array::from(self.amount.clone()))),
                ("kind", Arc::new(StringArray::from(kinds))),
                ("category", Arc::new(LargeStringArray::from_iter(optional(&self.category)))),
                ("need", Arc::new(StringArray::from(self.need.clone()))),
                ("pack_size", Arc::new(Float64Array::from(self.pack_size.clone()))),
                ("order", Arc::new(StringArray::from_iter(optional(&self.order)))),
                ("undoes", Arc::new(StringArray::from_iter(optional(&self.undoes)))),
                ("channel", Arc::new(channels)),
                ("offer", Arc::new(LargeStringArray::from_iter(optional(&self.offer)))),
                ("propensity", Arc::new(Float64Array::from(self.propensity.clone()))),
            ];
            let batch = RecordBatch::try_from_iter(columns).expect("a batch");
            // In pieces, one of them empty.
            let cut = batch.num_rows() / 3;
            let pieces = [batch.slice(0, cut), batch.slice(cut, 0), batch.slice(cut, batch.num_rows() - cut)];
            History::from_record_batches(pieces, &ColumnNames::default(), &options())
        }
    }
}

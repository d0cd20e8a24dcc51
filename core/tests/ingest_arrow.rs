//! Arrow's types: all that are accepted mean the same, all others are refused by name.
#![cfg(feature = "arrow")]

use std::sync::Arc;

use arrow_array::types::{Int8Type, Int64Type, UInt32Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Date64Array, Decimal32Array, Decimal64Array, Decimal128Array,
    Decimal256Array, DictionaryArray, Float16Array, Float32Array, Float64Array, Int8Array, Int16Array, Int32Array,
    Int64Array, LargeStringArray, NullArray, RecordBatch, StringArray, StringViewArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray, UInt8Array, UInt16Array, UInt32Array,
    UInt64Array,
};
use beforehand::{ColumnNames, ErrorCode, History, Id, IngestOptions, IngestReport, TimeUnit, Timestamp};

fn ingest_with(columns: &[(&str, ArrayRef)], options: &IngestOptions) -> beforehand::Result<(History, IngestReport)> {
    let batch = RecordBatch::try_from_iter(columns.iter().cloned()).expect("a batch");
    History::from_record_batches([batch], &ColumnNames::default(), options)
}

fn ingest(columns: &[(&str, ArrayRef)]) -> beforehand::Result<(History, IngestReport)> {
    ingest_with(columns, &IngestOptions::default())
}

/// Two rows of one customer, with some columns replaced or added.
fn table(changes: &[(&'static str, ArrayRef)]) -> Vec<(&'static str, ArrayRef)> {
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("customer", Arc::new(StringArray::from(vec!["c", "c"]))),
        ("at", Arc::new(TimestampSecondArray::from(vec![1_300_000_000, 1_300_100_000]))),
        ("item", Arc::new(StringArray::from(vec!["a", "b"]))),
    ];
    for (name, column) in changes {
        match columns.iter_mut().find(|c| c.0 == *name) {
            Some(c) => c.1 = column.clone(),
            None => columns.push((name, column.clone())),
        }
    }
    columns
}

fn debug(columns: &[(&str, ArrayRef)]) -> String {
    let (history, report) = ingest(columns).expect("a history");
    format!("{history:?} {report:?}")
}

#[test]
fn all_layouts_of_texts_are_the_same_ids() {
    let expected = debug(&table(&[]));
    let texts = vec!["c", "c"];
    let codes8: DictionaryArray<Int8Type> = texts.iter().copied().collect();
    let codes64: DictionaryArray<Int64Type> = texts.iter().copied().collect();
    let view = StringViewArray::from(vec!["unused", "c"]);
    let codes_view = DictionaryArray::<UInt32Type>::new(UInt32Array::from(vec![1, 1]), Arc::new(view));
    let columns: [ArrayRef; 5] = [
        Arc::new(LargeStringArray::from(texts.clone())),
        Arc::new(StringViewArray::from(texts)),
        Arc::new(codes8),
        Arc::new(codes64),
        Arc::new(codes_view),
    ];
    for column in columns {
        assert_eq!(debug(&table(&[("customer", column.clone())])), expected, "{}", column.data_type());
    }
}

#[test]
fn all_integers_are_the_same_ids_and_large_ones_become_texts() {
    let columns: [ArrayRef; 8] = [
        Arc::new(Int8Array::from(vec![7, 7])),
        Arc::new(Int16Array::from(vec![7, 7])),
        Arc::new(Int32Array::from(vec![7, 7])),
        Arc::new(Int64Array::from(vec![7, 7])),
        Arc::new(UInt8Array::from(vec![7, 7])),
        Arc::new(UInt16Array::from(vec![7, 7])),
        Arc::new(UInt32Array::from(vec![7, 7])),
        Arc::new(UInt64Array::from(vec![7, 7])),
    ];
    let expected = debug(&table(&[("customer", columns[0].clone())]));
    for column in columns {
        assert_eq!(debug(&table(&[("customer", column.clone())])), expected, "{}", column.data_type());
    }
    let (history, _) =
        ingest(&table(&[("customer", Arc::new(UInt64Array::from(vec![u64::MAX, 7])))])).expect("a history");
    assert_eq!(history.customers().id(0), Id::Str("18446744073709551615"));
    assert_eq!(history.customer(7).expect("seven").n_events(), 1);
}

#[test]
fn all_units_of_time_are_the_same_instants() {
    let expected = debug(&table(&[]));
    let columns: [ArrayRef; 6] = [
        Arc::new(TimestampMillisecondArray::from(vec![1_300_000_000_000, 1_300_100_000_000])),
        Arc::new(TimestampMicrosecondArray::from(vec![1_300_000_000_000_000, 1_300_100_000_000_000])),
        Arc::new(TimestampNanosecondArray::from(vec![1_300_000_000_000_000_999, 1_300_100_000_000_000_000])),
        Arc::new(TimestampSecondArray::from(vec![1_300_000_000, 1_300_100_000]).with_timezone("Asia/Tokyo")),
        Arc::new(Date64Array::from(vec![1_300_000_000_000, 1_300_100_000_000])),
        Arc::new(StringArray::from(vec!["2011-03-13T07:06:40Z", "2011-03-14 10:53:20"])),
    ];
    for column in columns {
        assert_eq!(debug(&table(&[("at", column.clone())])), expected, "{}", column.data_type());
    }
    let numbers: ArrayRef = Arc::new(Int32Array::from(vec![1_300_000_000, 1_300_100_000]));
    let options = IngestOptions { time_unit: Some(TimeUnit::Seconds), ..Default::default() };
    let (history, _) = ingest_with(&table(&[("at", numbers.clone())]), &options).expect("a history");
    assert_eq!(history.first_at(), Some("2011-03-13T07:06:40Z".parse::<Timestamp>().expect("an instant")));
    let error = ingest(&table(&[("at", numbers)])).expect_err("no unit");
    assert_eq!((error.code(), error.field()), (ErrorCode::InvalidData, Some("at")));
    assert!(error.to_string().contains("time_unit"), "{error}");
}

#[test]
fn times_without_a_zone_are_those_of_the_shop() {
    let options = IngestOptions { time_zone: "America/New_York".into(), ..Default::default() };
    let first = |column: ArrayRef| {
        let (history, _) = ingest_with(&table(&[("at", column)]), &options).expect("a history");
        history.first_at().expect("an event").to_string()
    };
    assert_eq!(first(Arc::new(Date32Array::from(vec![15_000, 15_001]))), "2011-01-26T05:00:00Z");
    let midnight = vec![15_000 * 86_400, 15_001 * 86_400];
    assert_eq!(first(Arc::new(TimestampSecondArray::from(midnight.clone()))), "2011-01-26T05:00:00Z");
    let instants = TimestampSecondArray::from(midnight).with_timezone("UTC");
    assert_eq!(first(Arc::new(instants)), "2011-01-26T00:00:00Z");
}

#[test]
fn all_numbers_are_the_same_quantities() {
    let decimal = |a: Decimal128Array| a.with_precision_and_scale(10, 2).expect("a decimal");
    let f16 = Float16Array::from_iter_values([2.0f32, 3.0].map(F16::from_f32));
    let columns: [ArrayRef; 14] = [
        Arc::new(Float64Array::from(vec![2.0, 3.0])),
        Arc::new(StringArray::from(vec!["2", " 3.00"])),
        Arc::new(LargeStringArray::from(vec!["2e0", "+3"])),
        Arc::new(Float32Array::from(vec![2.0, 3.0])),
        Arc::new(f16),
        Arc::new(Int8Array::from(vec![2, 3])),
        Arc::new(Int32Array::from(vec![2, 3])),
        Arc::new(Int64Array::from(vec![2, 3])),
        Arc::new(UInt16Array::from(vec![2, 3])),
        Arc::new(UInt64Array::from(vec![2, 3])),
        Arc::new(decimal(Decimal128Array::from(vec![200, 300]))),
        Arc::new(Decimal32Array::from(vec![20, 30]).with_precision_and_scale(5, 1).expect("a decimal")),
        Arc::new(Decimal64Array::from(vec![2, 3]).with_precision_and_scale(5, 0).expect("a decimal")),
        Arc::new(
            Decimal256Array::from_iter_values([200, 300].map(Into256::from))
                .with_precision_and_scale(40, 2)
                .expect("a decimal"),
        ),
    ];
    let expected = debug(&table(&[("quantity", columns[0].clone())]));
    for column in columns {
        assert_eq!(debug(&table(&[("quantity", column.clone())])), expected, "{}", column.data_type());
    }
}

type Into256 = <arrow_array::types::Decimal256Type as arrow_array::types::ArrowPrimitiveType>::Native;
type F16 = <arrow_array::types::Float16Type as arrow_array::types::ArrowPrimitiveType>::Native;

/// A text that is no number is refused and shown; an empty one is missing.
#[test]
fn texts_of_numbers_are_read_as_in_csv() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["1,5", ""]));
    let (history, report) = ingest(&table(&[("quantity", texts)])).expect("a history");
    assert_eq!((history.n_events(), report.n_refused), (1, 1));
    let first = &report.refusals[0];
    assert_eq!((first.reason.as_str(), first.first_row, first.sample.as_str()), ("bad_quantity", 0, "1,5"));
}

#[test]
fn nulls_are_missing_values() {
    let (history, report) = ingest(&table(&[
        ("quantity", Arc::new(Int32Array::from(vec![None, Some(5)]))),
        ("amount", Arc::new(NullArray::new(2))),
        ("kind", Arc::new(NullArray::new(2))),
    ]))
    .expect("a history");
    assert_eq!((history.n_events(), report.n_assumed_one, report.n_refused), (2, 1, 0));
    for (column, reason) in [("customer", "missing_customer"), ("item", "missing_item")] {
        let nulls: ArrayRef = Arc::new(Int64Array::from(vec![None, Some(5)]));
        let (_, report) = ingest(&table(&[(column, nulls)])).expect("a history");
        assert_eq!((report.refusals[0].reason.as_str(), report.refusals[0].first_row), (reason, 0));
    }
    let nulls: ArrayRef = Arc::new(Date32Array::from(vec![Some(15_000), None]));
    let (_, report) = ingest(&table(&[("at", nulls)])).expect("a history");
    assert_eq!((report.refusals[0].reason.as_str(), report.refusals[0].first_row), ("missing_time", 1));
}

#[test]
fn other_types_are_refused_with_what_is_accepted() {
    let bits: ArrayRef = Arc::new(BooleanArray::from(vec![true, false]));
    let floats: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0]));
    for (column, array, type_name, accepted) in [
        ("customer", floats.clone(), "Float64", "Utf8View"),
        ("item", bits.clone(), "Boolean", "integers"),
        ("at", floats, "Float64", "Timestamp"),
        ("quantity", bits.clone(), "Boolean", "decimals"),
        ("amount", bits.clone(), "Boolean", "texts of numbers"),
        ("kind", bits, "Boolean", "Utf8"),
    ] {
        let error = ingest(&table(&[(column, array)])).expect_err(column);
        assert_eq!((error.code(), error.field()), (ErrorCode::InvalidData, Some(column)));
        let message = error.to_string();
        assert!(message.contains(type_name) && message.contains(accepted), "{message}");
    }
}

#[test]
fn many_batches_are_one_log() {
    let n = 100_000i64;
    let batch = |rows: std::ops::Range<i64>| {
        RecordBatch::try_from_iter([
            ("customer", Arc::new(Int64Array::from_iter_values(rows.clone().map(|i| i % 977))) as ArrayRef),
            ("at", Arc::new(Date32Array::from_iter_values(rows.clone().map(|i| 15_000 + (i % 300) as i32)))),
            (
                "item",
                Arc::new(
                    rows.map(|i| ["tea", "coffee", "milk"][i as usize % 3]).collect::<DictionaryArray<Int8Type>>(),
                ),
            ),
        ])
        .expect("a batch")
    };
    let (names, options) = (ColumnNames::default(), IngestOptions::default());
    let (one, report) = History::from_record_batches([batch(0..n)], &names, &options).expect("a history");
    let pieces = (0..n / 1_000).rev().map(|i| batch(i * 1_000..(i + 1) * 1_000));
    let (many, of_many) = History::from_record_batches(pieces, &names, &options).expect("a history");
    assert_eq!(format!("{one:?}"), format!("{many:?}"));
    assert_eq!(report, of_many);
    assert_eq!(report.n_kept, n as usize);
}

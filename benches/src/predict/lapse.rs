//! `predict lapse`: P(a customer buys within the horizon) and the expected purchase days, for customers at their cutoffs.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray};
use arrow_cast::cast;
use arrow_schema::DataType;
use beforehand::churn::CustomerSummary;
use beforehand::{ColumnNames, History, Id, IngestOptions, LapseOptions, Model, Options, Timestamp};

use super::tables::{column, instants, micros, read, texts, with_column, write};
use super::{Arguments, Failure};

/// Names that logs use, the first found counts.
const CUSTOMERS: [&str; 3] = ["customer_id", "customer", "c"];
const TIMES: [&str; 5] = ["ts", "day", "at", "date", "time"];
const AMOUNTS: [&str; 3] = ["amount", "amt", "value"];
const ITEMS: [&str; 2] = ["item_id", "item"];

/// A customer to predict.
struct Asked {
    customer: String,
    cutoff_us: i64,
}

/// Reads events and rows, fits one model per cutoff, writes the rows with `prob` and `expected`.
///
/// # Errors
/// Files that cannot be read or written, missing columns, and whatever the library refuses.
pub fn lapse(arguments: &Arguments) -> Result<(), Failure> {
    let (history, first_us, counts_days) = history(&read(&arguments.events)?)?;
    let batches = read(&arguments.pairs)?;
    let mut asked = Vec::new();
    for batch in &batches {
        let customers = texts(named(batch, &CUSTOMERS)?.1)?;
        let cutoff = column(batch, "cutoff")?;
        // Whole numbers beside a log of instants count days from the log's first day.
        let shift = if cutoff.data_type().is_integer() && !counts_days { first_us } else { 0 };
        let cutoffs = micros(cutoff)?;
        asked
            .extend(customers.into_iter().zip(cutoffs).map(|(customer, us)| Asked { customer, cutoff_us: us + shift }));
    }
    let (mut probs, mut expected) = (vec![f64::NAN; asked.len()], vec![f64::NAN; asked.len()]);
    let cutoffs: BTreeSet<i64> = asked.iter().map(|p| p.cutoff_us).collect();
    for cutoff_us in cutoffs {
        at_cutoff(&history, cutoff_us, arguments.horizon_days, &asked, &mut probs, &mut expected)?;
    }
    let mut start = 0;
    let mut out = Vec::with_capacity(batches.len());
    for batch in &batches {
        let part = |values: &[f64]| Arc::new(Float64Array::from(values[start..start + batch.num_rows()].to_vec()));
        let batch_out = with_column(&with_column(batch, "prob", part(&probs))?, "expected", part(&expected))?;
        start += batch.num_rows();
        out.push(batch_out);
    }
    write(&arguments.out, &out)
}

/// Customer summaries of a log up to `until_days` after its first day, in units of `unit_days`; amounts are those of days.
///
/// # Errors
/// As [`lapse`].
pub fn customers(path: &Path, until_days: f64, unit_days: f64) -> Result<Vec<CustomerSummary>, Failure> {
    let mut days: BTreeMap<String, BTreeMap<i64, f64>> = BTreeMap::new();
    for batch in &read(path)? {
        let batch = arrow_select::filter::filter_record_batch(batch, &purchases(batch)?)?;
        let times = micros(named(&batch, &TIMES)?.1)?;
        let amounts = named(&batch, &AMOUNTS).map_or_else(|_| Ok(vec![0.0; batch.num_rows()]), |c| numbers(c.1))?;
        for ((customer, us), amount) in texts(named(&batch, &CUSTOMERS)?.1)?.into_iter().zip(times).zip(amounts) {
            *days.entry(customer).or_default().entry(us.div_euclid(86_400_000_000)).or_default() += amount;
        }
    }
    let first = days.values().filter_map(|d| d.keys().next().copied()).min().unwrap_or(0);
    let last = days.values().filter_map(|d| d.keys().next_back().copied()).max().unwrap_or(0);
    let until = ((last - first) as f64).min(until_days);
    let summary = |days: &BTreeMap<i64, f64>| {
        let known: Vec<(f64, f64)> =
            days.iter().map(|(&d, &a)| ((d - first) as f64, a)).filter(|d| d.0 <= until).collect();
        let times: Vec<f64> = known.iter().map(|d| d.0 / unit_days).collect();
        let out = CustomerSummary::from_times(&times, until / unit_days);
        let later = known.get(1..).unwrap_or_default();
        let mean = later.iter().map(|d| d.1).sum::<f64>() / later.len().max(1) as f64;
        (!known.is_empty()).then(|| if mean > 0.0 { out.mean_value(mean) } else { out })
    };
    Ok(days.values().filter_map(summary).collect())
}

/// The first of some columns that the batch has.
fn named<'a>(batch: &'a RecordBatch, names: &[&'static str]) -> Result<(&'static str, &'a ArrayRef), Failure> {
    let found = names.iter().find_map(|&name| batch.column_by_name(name).map(|column| (name, column)));
    found.ok_or_else(|| format!("no column of {}", names.join(", ")).into())
}

fn numbers(array: &ArrayRef) -> Result<Vec<f64>, Failure> {
    let array = cast(array, &DataType::Float64)?;
    Ok(array.as_primitive::<arrow_array::types::Float64Type>().iter().map(|x| x.unwrap_or(f64::NAN)).collect())
}

/// Which rows are purchases: not cancelled, of a known customer, and of no negative quantity and a positive price where those are told.
fn purchases(batch: &RecordBatch) -> Result<BooleanArray, Failure> {
    let customers = named(batch, &CUSTOMERS)?.1;
    let mut keep: Vec<bool> = (0..batch.num_rows()).map(|row| customers.is_valid(row)).collect();
    for name in ["quantity", "unit_price"] {
        if let Some(column) = batch.column_by_name(name) {
            // A quantity of 0 is an odd row of a purchase; a price of 0 is a gift or a correction.
            let least = if name == "quantity" { 0.0 } else { f64::MIN_POSITIVE };
            keep.iter_mut().zip(numbers(column)?).for_each(|(keep, x)| *keep &= x >= least);
        }
    }
    if let Some(cancelled) = batch.column_by_name("is_cancel").and_then(|c| c.as_boolean_opt()) {
        keep.iter_mut().zip(cancelled).for_each(|(keep, cancelled)| *keep &= cancelled != Some(true));
    }
    if let Some(kind) = batch.column_by_name("kind") {
        keep.iter_mut().zip(texts(kind)?).for_each(|(keep, kind)| *keep &= kind == "purchase");
    }
    Ok(BooleanArray::from(keep))
}

/// The history of an events file, its first day, and whether it counts days instead of telling instants.
fn history(batches: &[RecordBatch]) -> Result<(History, i64, bool), Failure> {
    let mut kept = Vec::with_capacity(batches.len());
    let (mut first_us, mut counts_days) = (i64::MAX, false);
    for batch in batches {
        let batch = arrow_select::filter::filter_record_batch(batch, &purchases(batch)?)?;
        let customers: ArrayRef = Arc::new(StringArray::from(texts(named(&batch, &CUSTOMERS)?.1)?));
        let time = named(&batch, &TIMES)?.1;
        counts_days = time.data_type().is_integer();
        first_us = micros(time)?.into_iter().fold(first_us, i64::min);
        let time = instants(time)?;
        let items: ArrayRef = match named(&batch, &ITEMS) {
            Ok((_, items)) => Arc::new(StringArray::from(texts(items)?)),
            Err(_) => Arc::new(StringArray::from(vec!["visit"; batch.num_rows()])),
        };
        let mut columns = vec![("customer", customers), ("item", items), ("at", time)];
        if let Ok((_, amounts)) = named(&batch, &AMOUNTS) {
            columns.push(("amount", Arc::new(Float64Array::from(numbers(amounts)?))));
        }
        kept.push(RecordBatch::try_from_iter(columns)?);
    }
    let names = ColumnNames {
        customer: "customer".to_owned(),
        item: "item".to_owned(),
        time: "at".to_owned(),
        ..ColumnNames::default()
    };
    let (history, report) = History::from_record_batches(kept, &names, &IngestOptions::default())?;
    eprintln!("predict: {report}");
    let day_us = 86_400_000_000;
    Ok((history, first_us.div_euclid(day_us) * day_us, counts_days))
}

/// Predicts the rows of one cutoff; customers not known by then get the numbers of the median customer.
fn at_cutoff(
    history: &History,
    cutoff_us: i64,
    horizon_days: f64,
    asked: &[Asked],
    probs: &mut [f64],
    expected: &mut [f64],
) -> Result<(), Failure> {
    let as_of = Timestamp::from_micros(cutoff_us + 86_400_000_000 - 1)?;
    // Replenishment is not asked for, so it need not be learned well.
    let options = Options { max_training_rows: 1_000, learn_successors: false, ..Options::default() };
    let model = Model::fit(history, as_of, &options)?;
    let options = LapseOptions { horizons_days: vec![horizon_days] };
    let lapse = model.lapse_with(history, as_of, &options)?;
    let rows: HashMap<u32, usize> = lapse.customer.iter().enumerate().map(|(row, &c)| (c, row)).collect();
    let answer = |row: usize| (1.0 - f64::from(lapse.prob_lapse[0][row]), f64::from(lapse.expected_visits[0][row]));
    let mut order: Vec<usize> = (0..lapse.len()).collect();
    order.sort_by(|&a, &b| lapse.prob_lapse[0][a].total_cmp(&lapse.prob_lapse[0][b]));
    let median = order.get(order.len() / 2).map_or((0.0, 0.0), |&row| answer(row));
    let mut n_unknown = 0;
    for ((one, prob), expected) in asked.iter().zip(probs).zip(expected).filter(|((a, _), _)| a.cutoff_us == cutoff_us)
    {
        let row = history.customers().code(Id::Str(&one.customer)).and_then(|c| rows.get(&c));
        n_unknown += usize::from(row.is_none());
        (*prob, *expected) = row.map_or(median, |&row| answer(row));
    }
    if n_unknown > 0 {
        eprintln!("predict: {n_unknown} customers had not bought by their cutoff; they get the median's numbers");
    }
    Ok(())
}

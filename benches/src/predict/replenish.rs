//! `predict replenish`: P(a pair is bought again within the horizon), for pairs at their cutoffs.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arrow_array::{Float64Array, RecordBatch};
use beforehand::{ColumnNames, ForecastOptions, History, Id, IngestOptions, Model, Options, Timestamp};

use super::tables::{TIMES, column, instants, micros, read, texts, with_column, write};
use super::{Arguments, Failure};

/// A pair to predict: customer and item as texts, cutoff in microseconds.
struct Pair {
    customer: String,
    item: String,
    cutoff_us: i64,
}

/// Reads events and pairs, fits one model per cutoff, writes the pairs with their probabilities.
///
/// # Errors
/// Files that cannot be read or written, missing columns, and whatever the library refuses.
pub fn replenish(arguments: &Arguments) -> Result<(), Failure> {
    let history = history(&read(&arguments.events)?)?;
    let batches = read(&arguments.pairs)?;
    let mut pairs = Vec::new();
    for batch in &batches {
        let customers = texts(column(batch, "customer_id")?)?;
        let items = texts(column(batch, "item_id")?)?;
        let cutoffs = micros(column(batch, "cutoff")?)?;
        pairs.extend(customers.into_iter().zip(items).zip(cutoffs).map(|((customer, item), cutoff_us)| Pair {
            customer,
            item,
            cutoff_us,
        }));
    }
    let mut probs = vec![f64::NAN; pairs.len()];
    let cutoffs: BTreeSet<i64> = pairs.iter().map(|p| p.cutoff_us).collect();
    for cutoff_us in cutoffs {
        let n_unknown = at_cutoff(&history, cutoff_us, arguments, &pairs, &mut probs)?;
        if n_unknown > 0 {
            eprintln!("predict: {n_unknown} pairs were not bought by their cutoff; they get the median probability");
        }
    }
    let mut start = 0;
    let mut out = Vec::with_capacity(batches.len());
    for batch in &batches {
        let column = Float64Array::from(probs[start..start + batch.num_rows()].to_vec());
        start += batch.num_rows();
        out.push(with_column(batch, "prob", Arc::new(column))?);
    }
    write(&arguments.out, &out)
}

/// The history of an events file.
fn history(batches: &[RecordBatch]) -> Result<History, Failure> {
    let first = batches.first().ok_or("the events file is empty")?;
    let time = TIMES.into_iter().find(|t| first.column_by_name(t).is_some());
    let time = time.ok_or("the events file has neither a column day nor ts")?;
    let batches: Vec<RecordBatch> =
        batches.iter().map(|b| with_column(b, time, instants(column(b, time)?)?)).collect::<Result<_, Failure>>()?;
    let names = ColumnNames {
        customer: "customer_id".to_owned(),
        item: "item_id".to_owned(),
        time: time.to_owned(),
        ..ColumnNames::default()
    };
    let (history, report) = History::from_record_batches(batches, &names, &IngestOptions::default())?;
    eprintln!("predict: {report}");
    Ok(history)
}

/// Predicts the pairs of one cutoff; returns how many of them the customer had not bought by then.
fn at_cutoff(
    history: &History,
    cutoff_us: i64,
    arguments: &Arguments,
    pairs: &[Pair],
    probs: &mut [f64],
) -> Result<usize, Failure> {
    let as_of = Timestamp::from_micros(cutoff_us)?;
    let horizon_days = arguments.horizon_days;
    let model = Model::fit(history, as_of, &Options { use_quantity: arguments.use_quantity, ..Options::default() })?;
    let options = ForecastOptions { horizons_days: vec![horizon_days], ..ForecastOptions::default() };
    let due = model.replenishment_with(history, as_of, &options)?;
    let prob = due.prob_within(horizon_days).unwrap_or_default();
    let rows: HashMap<(u32, u32), usize> = (0..due.len()).map(|r| ((due.customer[r], due.item[r]), r)).collect();
    let mut sorted = prob.to_vec();
    sorted.sort_by(f32::total_cmp);
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    let mut n_unknown = 0;
    for (pair, out) in pairs.iter().zip(probs).filter(|(p, _)| p.cutoff_us == cutoff_us) {
        let customer = history.customers().code(Id::Str(&pair.customer));
        let item = history.items().ids().code(Id::Str(&pair.item));
        let row = customer.zip(item).and_then(|key| rows.get(&key));
        n_unknown += usize::from(row.is_none());
        *out = f64::from(row.map_or(median, |&r| prob[r]));
    }
    Ok(n_unknown)
}

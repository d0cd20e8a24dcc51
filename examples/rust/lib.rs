//! What the examples share: the shipped order log.

mod shop;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::{BooleanArray, RecordBatch};
use beforehand::{ColumnNames, History, IngestOptions, IngestReport, UnnamedReturns};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

pub use shop::policy;

/// Any failure, with its message.
pub type Failure = Box<dyn std::error::Error>;

/// Stock codes of the log that are no goods: postage, manual entries, discounts, fees.
pub const NO_GOODS: [&str; 10] = ["POST", "DOT", "M", "m", "D", "C2", "BANK CHARGES", "CRUK", "PADS", "AMAZONFEE"];

/// A file of `examples/data`.
pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

fn batches(name: &str) -> Result<Vec<RecordBatch>, Failure> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(data(name))?)?.build()?;
    Ok(reader.collect::<Result<_, _>>()?)
}

/// The Online Retail log, and what ingest made of its rows.
///
/// # Errors
/// When the file cannot be read.
pub fn online_retail() -> Result<(History, IngestReport), Failure> {
    let goods = batches("online_retail.parquet")?
        .iter()
        .map(|batch| {
            let items = batch.column_by_name("item").ok_or("no column item")?.as_string::<i32>();
            let keep: BooleanArray = items.iter().map(|item| item.map(|item| !NO_GOODS.contains(&item))).collect();
            filter(batch, &keep)
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    // Its returns do not name what they undo.
    let options = IngestOptions { unnamed_returns: UnnamedReturns::LatestPurchase, ..IngestOptions::default() };
    Ok(History::from_record_batches(goods, &ColumnNames::default(), &options)?)
}

fn filter(batch: &RecordBatch, keep: &BooleanArray) -> Result<RecordBatch, Failure> {
    Ok(arrow_select::filter::filter_record_batch(batch, keep)?)
}

/// What the items are called.
///
/// # Errors
/// When the file cannot be read.
pub fn item_names() -> Result<BTreeMap<String, String>, Failure> {
    let mut names = BTreeMap::new();
    for batch in batches("online_retail_items.parquet")? {
        let column = |name: &str| batch.column_by_name(name).ok_or_else(|| format!("no column {name}"));
        let (items, texts) = (column("item")?.as_string::<i32>(), column("description")?.as_string::<i32>());
        for (item, text) in items.iter().zip(texts) {
            names.insert(item.unwrap_or_default().to_owned(), text.unwrap_or_default().trim().to_owned());
        }
    }
    Ok(names)
}

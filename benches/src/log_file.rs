//! Writes purchases as Parquet: `customer_id`, `item_id`, `ts` (microseconds, UTC), `quantity`.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterProperties;

use crate::real_log::RealLog;
use crate::synthetic::Event;

/// Rows per batch and row group: what is in memory beside the purchases themselves.
const BATCH_ROWS: usize = 1 << 19;

/// The type of both id columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// int64: the numbers of customer and item.
    Numbers,
    /// string: `c0000123` and the real stock codes.
    Strings,
}

/// Writes `events` in the order given. `real` tells the names of the items and the first day.
pub fn write(path: &Path, events: &[Event], real: &RealLog, ids: Ids) -> Result<()> {
    let file = File::create(path).map_err(|e| ParquetError::General(format!("{}: {e}", path.display())))?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(BATCH_ROWS))
        .build();
    let mut writer = None;
    // One empty batch when there are no events, so that the file still has its columns.
    let n_batches = events.len().div_ceil(BATCH_ROWS).max(1);
    for i in 0..n_batches {
        let chunk = &events[i * BATCH_ROWS..events.len().min((i + 1) * BATCH_ROWS)];
        let batch = to_batch(chunk, real, ids)?;
        let writer = match &mut writer {
            Some(writer) => writer,
            empty => empty.insert(ArrowWriter::try_new(file.try_clone()?, batch.schema(), Some(properties.clone()))?),
        };
        writer.write(&batch)?;
    }
    if let Some(writer) = writer {
        writer.close()?;
    }
    Ok(())
}

/// The purchases as an Arrow record batch with the columns of the file.
pub fn to_batch(events: &[Event], real: &RealLog, ids: Ids) -> Result<RecordBatch> {
    let (customers, items): (ArrayRef, ArrayRef) = match ids {
        Ids::Numbers => (
            Arc::new(Int64Array::from_iter_values(events.iter().map(|e| i64::from(e.customer)))),
            Arc::new(Int64Array::from_iter_values(events.iter().map(|e| i64::from(e.item)))),
        ),
        Ids::Strings => (
            Arc::new(StringArray::from_iter_values(events.iter().map(|e| format!("c{:07}", e.customer)))),
            Arc::new(StringArray::from_iter_values(events.iter().map(|e| &real.items[usize::from(e.item)]))),
        ),
    };
    let at_us = |e: &Event| (real.first_midnight_ms + i64::from(e.minute) * 60_000) * 1000;
    let times = TimestampMicrosecondArray::from_iter_values(events.iter().map(at_us)).with_timezone("UTC");
    let quantities = Float64Array::from_iter_values(events.iter().map(|e| f64::from(e.quantity)));
    Ok(RecordBatch::try_from_iter([
        ("customer_id", customers),
        ("item_id", items),
        ("ts", Arc::new(times)),
        ("quantity", Arc::new(quantities)),
    ])?)
}

//! Reading and writing Parquet tables whatever the types of their columns.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::cast;
use arrow_schema::{DataType, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::Failure;

/// Days are told from instants by the column's name or type.
pub(super) const TIMES: [&str; 2] = ["day", "ts"];

/// Reads a whole file.
pub(super) fn read(path: &Path) -> Result<Vec<RecordBatch>, Failure> {
    let open = || -> Result<Vec<RecordBatch>, Failure> {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.build()?;
        Ok(reader.collect::<Result<_, _>>()?)
    };
    open().map_err(|e| format!("{}: {e}", path.display()).into())
}

/// Writes batches of one schema.
pub(super) fn write(path: &Path, batches: &[RecordBatch]) -> Result<(), Failure> {
    let first = batches.first().ok_or("there is nothing to write")?;
    let mut writer = ArrowWriter::try_new(File::create(path)?, first.schema(), None)?;
    for batch in batches {
        writer.write(batch)?;
    }
    writer.close()?;
    Ok(())
}

/// A column by name.
pub(super) fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef, Failure> {
    batch.column_by_name(name).ok_or_else(|| {
        let names: Vec<_> = batch.schema().fields().iter().map(|f| f.name().clone()).collect();
        format!("no column {name:?}; the file has {}", names.join(", ")).into()
    })
}

/// Identifiers of any type as texts.
pub(super) fn texts(array: &ArrayRef) -> Result<Vec<String>, Failure> {
    let array = cast(array, &DataType::Utf8)?;
    Ok(array.as_string::<i32>().iter().map(|s| s.unwrap_or_default().to_owned()).collect())
}

/// Days or instants as instants: whole numbers are days since any first day.
pub(super) fn instants(array: &ArrayRef) -> Result<ArrayRef, Failure> {
    let unit = DataType::Timestamp(TimeUnit::Microsecond, None);
    Ok(match array.data_type() {
        DataType::Timestamp(..) => {
            cast(&cast(array, &unit)?, &DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into())))?
        }
        DataType::Date32 | DataType::Date64 => cast(array, &unit)?,
        _ => cast(&cast(&cast(array, &DataType::Int32)?, &DataType::Date32)?, &unit)?,
    })
}

/// Instants as microseconds since 1970.
pub(super) fn micros(array: &ArrayRef) -> Result<Vec<i64>, Failure> {
    let array = cast(&instants(array)?, &DataType::Int64)?;
    if array.null_count() > 0 {
        return Err("cutoff holds nulls; give every pair a cutoff".into());
    }
    Ok(array.as_primitive::<arrow_array::types::Int64Type>().values().to_vec())
}

/// The batch with one more column.
pub(super) fn with_column(batch: &RecordBatch, name: &str, values: ArrayRef) -> Result<RecordBatch, Failure> {
    let schema = batch.schema();
    let kept = schema.fields().iter().zip(batch.columns()).filter(|(f, _)| f.name() != name);
    let mut columns: Vec<(String, ArrayRef)> = kept.map(|(f, c)| (f.name().clone(), Arc::clone(c))).collect();
    columns.push((name.to_owned(), values));
    Ok(RecordBatch::try_from_iter(columns)?)
}

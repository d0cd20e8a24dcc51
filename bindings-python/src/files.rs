//! Parquet in and out.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use beforehand::{ColumnNames, Error, ErrorCode, History, IngestOptions, IngestReport, Result};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

/// Rows read at a time.
const BATCH_ROWS: usize = 1 << 16;

pub(crate) fn failed(path: &Path, e: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::Io, format!("{}: {e}", path.display()))
}

/// Builds a history of a Parquet file, of which only the columns that matter are read.
pub(crate) fn read_parquet(
    path: &Path,
    names: &ColumnNames,
    options: &IngestOptions,
) -> Result<(History, IngestReport)> {
    let file = File::open(path).map_err(|e| failed(path, e))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| failed(path, e))?;
    let used: BTreeSet<&str> = names.used().collect();
    // When a column is missing, all are read, so that the error can list them.
    let fields = builder.schema().fields();
    let complete = [&names.customer, &names.time, &names.item].iter().all(|n| fields.find(n).is_some());
    let wanted: Vec<usize> =
        (0..fields.len()).filter(|&i| !complete || used.contains(fields[i].name().as_str())).collect();
    let mask = ProjectionMask::roots(builder.parquet_schema(), wanted);
    let reader = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build().map_err(|e| failed(path, e))?;
    let empty = RecordBatch::new_empty(arrow_array::RecordBatchReader::schema(&reader));
    let mut broken = None;
    let batches = reader.map_while(|batch| batch.map_err(|e| broken = Some(e)).ok());
    let built = History::from_record_batches(std::iter::once(empty).chain(batches), names, options);
    match broken {
        Some(e) => Err(failed(path, e)),
        None => built,
    }
}

/// All of a Parquet file, with what its columns are.
pub(crate) fn read_batches(path: &Path) -> Result<(SchemaRef, Vec<RecordBatch>)> {
    let file = File::open(path).map_err(|e| failed(path, e))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| failed(path, e))?;
    let schema = builder.schema().clone();
    let reader = builder.with_batch_size(BATCH_ROWS).build().map_err(|e| failed(path, e))?;
    let batches = reader.collect::<std::result::Result<_, _>>().map_err(|e| failed(path, e))?;
    Ok((schema, batches))
}

/// Writes a file as a whole or not at all: beside the place first, then put in place.
pub(crate) fn write(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> Result<()>) -> Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = Path::new(&beside);
    let mut file = BufWriter::new(File::create(beside).map_err(|e| failed(path, e))?);
    let written = write(&mut file).and_then(|()| {
        drop(file.into_inner().map_err(|e| failed(path, e.error()))?);
        std::fs::rename(beside, path).map_err(|e| failed(path, e))
    });
    if written.is_err() {
        let _ = std::fs::remove_file(beside);
    }
    written
}

/// Writes a batch as Parquet, compressed with zstd.
pub(crate) fn write_parquet(batch: &RecordBatch, file: &mut BufWriter<File>) -> Result<()> {
    let failed =
        |e: parquet::errors::ParquetError| Error::new(ErrorCode::Io, format!("the table could not be written: {e}"));
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).map_err(failed)?;
    writer.write(batch).map_err(failed)?;
    writer.close().map_err(failed)?;
    Ok(())
}

//! Where a history comes from.

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, Schema};
use beforehand::{Error, ErrorCode, History, IngestReport, Result};

use crate::history::Reading;

/// The first bytes of Arrow's file format; its stream format has none.
const FILE: &[u8] = b"ARROW1";

/// Customers' past, read or still to be read.
pub(crate) enum Source {
    Read(Arc<History>),
    Batch(RecordBatch),
    Ipc(Vec<u8>),
    Csv(PathBuf),
    /// The call needs none.
    None,
}

impl Source {
    /// Reads what is still to be read.
    pub(crate) fn read(self, reading: &Reading) -> Result<(History, IngestReport)> {
        match self {
            Self::Batch(batch) => reading.history([batch]),
            Self::Ipc(bytes) => from_ipc(bytes, reading),
            Self::Csv(path) => History::from_csv(path, &reading.names, &reading.options),
            Self::Read(_) | Self::None => Err(Error::new(ErrorCode::Internal, "nothing to read")),
        }
    }

    /// The history for a call.
    pub(crate) fn history(self, reading: &Reading) -> Result<Option<Arc<History>>> {
        match self {
            Self::Read(history) => Ok(Some(history)),
            Self::None => Ok(None),
            unread => unread.read(reading).map(|(history, _)| Some(Arc::new(history))),
        }
    }
}

fn from_ipc(bytes: Vec<u8>, reading: &Reading) -> Result<(History, IngestReport)> {
    let failed = |e: ArrowError| {
        let message =
            format!("the bytes cannot be read as Arrow IPC: {e}; give a stream or a file without compression");
        Error::new(ErrorCode::InvalidData, message).with_field("data")
    };
    if bytes.starts_with(FILE) {
        let reader = FileReader::try_new(Cursor::new(bytes), None).map_err(failed)?;
        let schema = reader.schema();
        from_batches(&schema, reader, reading).map_err(failed)?
    } else {
        let reader = StreamReader::try_new(Cursor::new(bytes), None).map_err(failed)?;
        let schema = reader.schema();
        from_batches(&schema, reader, reading).map_err(failed)?
    }
}

/// The history, or why the batches could not be read.
fn from_batches(
    schema: &Arc<Schema>,
    batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    reading: &Reading,
) -> Result<Result<(History, IngestReport)>, ArrowError> {
    let mut broken = None;
    // The schema is looked at even when there is no batch, so that a wrong name is found in an empty table too.
    let empty = RecordBatch::new_empty(Arc::clone(schema));
    let batches = batches.map_while(|batch| batch.map_err(|e| broken = Some(e)).ok());
    let built = reading.history(std::iter::once(empty).chain(batches));
    broken.map_or(Ok(built), Err)
}

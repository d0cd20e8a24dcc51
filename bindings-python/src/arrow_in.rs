//! Arrow streams from Python objects: the `PyCapsule` interface, without copying.
#![allow(unsafe_code)]

use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::SchemaRef;
use beforehand::{ColumnNames, Error, ErrorCode, History, IngestOptions, IngestReport, Result};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

/// A stream that was handed over.
pub(crate) struct Stream(RecordBatchStreamReader);

/// Takes the stream over from an object with `__arrow_c_stream__`.
pub(crate) fn stream(data: &Bound<'_, PyAny>) -> PyResult<Stream> {
    let made = data.call_method0("__arrow_c_stream__")?;
    let capsule = made.cast::<PyCapsule>().map_err(|_| PyTypeError::new_err("__arrow_c_stream__ gave no capsule"))?;
    let pointer = capsule.pointer_checked(Some(c"arrow_array_stream"))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: by the `PyCapsule` interface a capsule of this name holds a valid ArrowArrayStream. It is moved out, and an empty
    // (released) one is left behind, so that the capsule's destructor finds nothing to release; we hold the interpreter's
    // lock (or, without one, the only reference to a capsule that was made for us).
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.as_ptr()) };
    let reader = RecordBatchStreamReader::try_new(stream);
    reader.map(Stream).map_err(|e| PyValueError::new_err(format!("the Arrow stream cannot be read: {e}")))
}

impl Stream {
    /// Builds a history of all batches.
    pub(crate) fn history(&mut self, names: &ColumnNames, options: &IngestOptions) -> Result<(History, IngestReport)> {
        let mut failed = None;
        // The schema is looked at even when there is no batch, so that a wrong name is found in an empty table too.
        let empty = RecordBatch::new_empty(self.0.schema());
        let batches = self.0.by_ref().map_while(|batch| batch.map_err(|e| failed = Some(e)).ok());
        let built = History::from_record_batches(std::iter::once(empty).chain(batches), names, options);
        match failed {
            Some(e) => Err(broken_off(&e)),
            None => built,
        }
    }

    /// All batches, with what their columns are.
    pub(crate) fn batches(&mut self) -> Result<(SchemaRef, Vec<RecordBatch>)> {
        let schema = self.0.schema();
        let batches = self.0.by_ref().collect::<std::result::Result<_, _>>();
        batches.map(|batches| (schema, batches)).map_err(|e| broken_off(&e))
    }
}

fn broken_off(e: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorCode::InvalidData, format!("the Arrow stream broke off: {e}"))
}

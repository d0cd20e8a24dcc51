//! A table as a Python object that any Arrow consumer reads.

use std::path::PathBuf;

use arrow_array::RecordBatch;
use beforehand::{Cell, Table, cell_of, write_batch_csv};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::{arrow_out, errors, files, work};

/// Columns; hands them over by the Arrow `PyCapsule` interface.
#[pyclass(name = "Table", module = "beforehand._native", frozen)]
#[derive(Debug)]
pub(crate) struct NativeTable {
    batch: RecordBatch,
}

impl NativeTable {
    pub(crate) fn new(py: Python<'_>, table: Table) -> PyResult<Self> {
        let batch = py.detach(|| table.into_record_batch()).map_err(|e| errors::raise(py, &e))?;
        Ok(Self { batch })
    }
}

fn value(py: Python<'_>, cell: Cell<'_>) -> PyResult<Py<PyAny>> {
    Ok(match cell {
        Cell::Int(i) => i.into_pyobject(py)?.into_any().unbind(),
        Cell::Text(text) => text.into_pyobject(py)?.into_any().unbind(),
        Cell::Timestamp(at) => {
            py.import("beforehand._values")?.getattr("from_micros")?.call1((at.as_micros(),))?.unbind()
        }
        Cell::Number(x) => x.into_pyobject(py)?.into_any().unbind(),
        Cell::Flag(yes) => yes.into_pyobject(py)?.to_owned().into_any().unbind(),
        _ => py.None(),
    })
}

#[pymethods]
impl NativeTable {
    /// The Arrow stream; nothing is copied.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        arrow_out::stream(py, &self.batch)
    }

    /// The Arrow schema.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        arrow_out::schema(py, &self.batch)
    }

    /// How many rows.
    #[getter]
    fn n_rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// The names of the columns.
    #[getter]
    fn names(&self) -> Vec<String> {
        self.batch.schema().fields().iter().map(|f| f.name().clone()).collect()
    }

    /// A part of a column as Python values; `None` when there is no such column.
    #[pyo3(signature = (name, start=0, end=None))]
    fn column(&self, py: Python<'_>, name: &str, start: usize, end: Option<usize>) -> PyResult<Option<Vec<Py<PyAny>>>> {
        let Some(column) = self.batch.column_by_name(name) else { return Ok(None) };
        let end = end.unwrap_or(column.len()).min(column.len());
        (start..end.max(start)).map(|row| value(py, cell_of(column, row))).collect::<PyResult<_>>().map(Some)
    }

    /// Writes a CSV file.
    fn write_csv(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let batch = self.batch.clone();
        work::long(py, None, move |_| files::write(&path, |file| write_batch_csv(&batch, file)))
    }

    /// Writes a Parquet file.
    fn write_parquet(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let batch = self.batch.clone();
        work::long(py, None, move |_| files::write(&path, |file| files::write_parquet(&batch, file)))
    }
}

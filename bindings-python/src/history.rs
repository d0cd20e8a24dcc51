//! A history as a Python object.

use std::path::PathBuf;
use std::sync::Arc;

use beforehand::surface::read_argument;
use beforehand::{ColumnNames, EventId, History, IngestOptions, IngestReport};
use pyo3::prelude::*;

use crate::{arrow_in, errors, files, rows, work};

/// Customers' past. Immutable, and shared between threads.
#[pyclass(name = "History", module = "beforehand._native", frozen)]
#[derive(Debug)]
pub(crate) struct NativeHistory {
    history: Arc<History>,
    report: IngestReport,
}

impl NativeHistory {
    pub(crate) fn shared(&self) -> Arc<History> {
        Arc::clone(&self.history)
    }
}

impl From<(History, IngestReport)> for NativeHistory {
    fn from((history, report): (History, IngestReport)) -> Self {
        Self { history: Arc::new(history), report }
    }
}

/// Names and options, which come as JSON.
pub(crate) fn settings(py: Python<'_>, names: &str, options: &str) -> PyResult<(ColumnNames, IngestOptions)> {
    let names = read(py, "columns", names)?;
    Ok((names, read(py, "options", options)?))
}

/// An argument from its JSON.
pub(crate) fn read<T: serde::de::DeserializeOwned>(py: Python<'_>, argument: &str, json: &str) -> PyResult<T> {
    read_argument(argument, json).map_err(|e| errors::raise(py, &e))
}

#[pymethods]
impl NativeHistory {
    /// From an object with `__arrow_c_stream__`.
    #[staticmethod]
    fn from_arrow(py: Python<'_>, data: &Bound<'_, PyAny>, names: &str, options: &str) -> PyResult<Self> {
        let (names, options) = settings(py, names, options)?;
        let mut stream = arrow_in::stream(data)?;
        work::long(py, None, move |_| stream.history(&names, &options)).map(Self::from)
    }

    /// From columns as JSON: `[[name, [values …]], …]`.
    #[staticmethod]
    fn from_columns(py: Python<'_>, columns: &str, names: &str, options: &str) -> PyResult<Self> {
        let (names, options) = settings(py, names, options)?;
        work::short(py, |_| History::from_record_batches([rows::batch(columns)?], &names, &options)).map(Self::from)
    }

    /// From a CSV file.
    #[staticmethod]
    fn from_csv(py: Python<'_>, path: PathBuf, names: &str, options: &str) -> PyResult<Self> {
        let (names, options) = settings(py, names, options)?;
        work::long(py, None, move |_| History::from_csv(path, &names, &options)).map(Self::from)
    }

    /// From a Parquet file.
    #[staticmethod]
    fn from_parquet(py: Python<'_>, path: PathBuf, names: &str, options: &str) -> PyResult<Self> {
        let (names, options) = settings(py, names, options)?;
        work::long(py, None, move |_| files::read_parquet(&path, &names, &options)).map(Self::from)
    }

    /// The ingest report as JSON and in words.
    fn report(&self, py: Python<'_>) -> PyResult<(String, String)> {
        let json = serde_json::to_string(&self.report)
            .map_err(|e| errors::raise(py, &beforehand::Error::new(beforehand::ErrorCode::Internal, e.to_string())))?;
        Ok((json, self.report.to_string()))
    }

    /// How many customers.
    #[getter]
    fn n_customers(&self) -> usize {
        self.history.n_customers()
    }

    /// How many items.
    #[getter]
    fn n_items(&self) -> usize {
        self.history.items().len()
    }

    /// How many events.
    #[getter]
    fn n_events(&self) -> usize {
        self.history.n_events()
    }

    /// The first and the last instant as texts.
    fn span(&self) -> Option<(String, String)> {
        Some((self.history.first_at()?.to_string(), self.history.last_at()?.to_string()))
    }

    /// The civil dates of the first and the last instant in the log's time zone.
    fn dates(&self) -> Option<(String, String)> {
        let history = &self.history;
        Some((history.date(history.first_at()?), history.date(history.last_at()?)))
    }

    /// The instant, as text, that a date or a time means on the clock of the log.
    fn instant(&self, py: Python<'_>, text: &str) -> PyResult<String> {
        self.history.instant(text).map(|at| at.to_string()).map_err(|e| errors::raise(py, &e))
    }

    /// The IANA name of the time zone it was read in.
    #[getter]
    fn time_zone(&self) -> &str {
        self.history.time_zone()
    }

    /// What a customer bought of an item, less what was returned: (instant, units) in order of time.
    fn purchases(&self, py: Python<'_>, customer: &str, item: &str) -> PyResult<Vec<(String, f64)>> {
        let (customer, item): (EventId, EventId) = (read(py, "customer", customer)?, read(py, "item", item)?);
        self.history.customer(customer.as_id()).map_err(|e| errors::raise(py, &e))?;
        let bought = self.history.purchases_of(customer.as_id(), item.as_id());
        Ok(bought.into_iter().map(|(at, units)| (at.to_string(), units)).collect())
    }
}

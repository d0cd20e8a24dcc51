//! A model as a Python object.

use std::path::PathBuf;
use std::sync::Arc;

use beforehand::{EventId, Model};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::work;

/// What was learned from everyone. Immutable, and shared between threads.
#[pyclass(name = "Model", module = "beforehand._native", frozen)]
#[derive(Debug)]
pub(crate) struct NativeModel {
    model: Arc<Model>,
}

impl NativeModel {
    pub(crate) fn shared(&self) -> Arc<Model> {
        Arc::clone(&self.model)
    }
}

impl From<Model> for NativeModel {
    fn from(model: Model) -> Self {
        Self { model: Arc::new(model) }
    }
}

#[pymethods]
impl NativeModel {
    /// Reads a model file.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        work::short(py, |_| Model::load(path)).map(Self::from)
    }

    /// Writes the model file.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        work::short(py, |_| self.model.save(path))
    }

    /// Reads the bytes of a model file.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, bytes: &[u8]) -> PyResult<Self> {
        work::short(py, |_| Model::from_bytes(bytes)).map(Self::from)
    }

    /// The bytes of the model file.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = work::short(py, |_| self.model.to_bytes())?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// The instant up to which it learned, as text.
    #[getter]
    fn as_of(&self) -> String {
        self.model.as_of().to_string()
    }

    /// The civil date of that instant in the time zone of the log.
    #[getter]
    fn as_of_date(&self) -> String {
        self.model.as_of_date()
    }

    /// The IANA name of the time zone of the log.
    #[getter]
    fn time_zone(&self) -> &str {
        self.model.time_zone()
    }

    /// How many customers it learned from.
    #[getter]
    fn n_customers(&self) -> u64 {
        self.model.n_customers()
    }

    /// How many events it learned from.
    #[getter]
    fn n_events(&self) -> u64 {
        self.model.n_events()
    }

    /// How many items (or needs) it knows.
    #[getter]
    fn n_units(&self) -> usize {
        self.model.n_units()
    }

    /// Whether the log was long enough to train the layer.
    #[getter]
    fn has_layer(&self) -> bool {
        self.model.has_layer()
    }

    /// Whether it has seen an item: a number or a text.
    fn knows_item(&self, item: &Bound<'_, PyAny>) -> PyResult<bool> {
        let item = match item.extract::<i64>() {
            Ok(number) => EventId::from(number),
            Err(_) => EventId::from(item.extract::<String>()?),
        };
        Ok(self.model.knows_item(item))
    }

    fn __eq__(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.model, &other.model) || self.model == other.model
    }
}

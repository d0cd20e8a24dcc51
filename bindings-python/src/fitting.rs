//! A fit in rounds as a Python object: what `beforehand.spark` is made of.

use std::sync::Mutex;
use std::sync::PoisonError;

use beforehand::surface::FitArguments;
use beforehand::{Fitting, Model};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::history::{read, settings};
use crate::model::NativeModel;
use crate::{arrow_in, errors, work};

/// A fit on a log that lies in parts: questions for the parts, answers taken in, until the model is there.
#[pyclass(name = "Fitting", module = "beforehand._native", frozen)]
#[derive(Debug)]
pub(crate) struct NativeFitting {
    fitting: Mutex<Fitting>,
}

#[pymethods]
impl NativeFitting {
    #[new]
    fn new(py: Python<'_>, arguments: &str, options: &str) -> PyResult<Self> {
        let ingest = read(py, "options", options)?;
        let made = FitArguments::read(arguments).and_then(|a| Fitting::new(a.instant(&ingest)?, &a.options));
        made.map(|fitting| Self { fitting: Mutex::new(fitting) }).map_err(|e| errors::raise(py, &e))
    }

    /// What every part is to be asked now.
    fn question<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let fitting = &self.fitting;
        let question = work::short(py, |_| fitting.lock().unwrap_or_else(PoisonError::into_inner).question())?;
        Ok(PyBytes::new(py, &question))
    }

    /// What a part answers.
    #[staticmethod]
    fn answer<'py>(
        py: Python<'py>,
        data: &Bound<'py, PyAny>,
        names: &str,
        options: &str,
        question: Vec<u8>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let (names, options) = settings(py, names, options)?;
        let mut stream = arrow_in::stream(data)?;
        let answer = work::long(py, None, move |_| {
            let (history, _) = stream.history(&names, &options)?;
            Fitting::answer(history, &question)
        })?;
        Ok(PyBytes::new(py, &answer))
    }

    /// Takes in the answers of all parts; the model once there is no more to ask.
    fn take(&self, py: Python<'_>, answers: Vec<Vec<u8>>) -> PyResult<Option<NativeModel>> {
        let fitting = &self.fitting;
        let taken: Option<Model> =
            work::short(py, |_| fitting.lock().unwrap_or_else(PoisonError::into_inner).take(answers))?;
        Ok(taken.map(NativeModel::from))
    }
}

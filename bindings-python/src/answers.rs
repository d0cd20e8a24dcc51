//! Answers of calls as Python objects.

use beforehand::surface::Answer;
use beforehand::{Error, ErrorCode};
use pyo3::prelude::*;

use crate::errors;
use crate::model::NativeModel;
use crate::table::NativeTable;

pub(crate) fn into_python(py: Python<'_>, answer: Answer) -> PyResult<Py<PyAny>> {
    Ok(match answer {
        Answer::Model(model) => Py::new(py, NativeModel::from(*model))?.into_any(),
        Answer::Table(table) => Py::new(py, NativeTable::new(py, table)?)?.into_any(),
        Answer::Value { json, words } => (json, words).into_pyobject(py)?.into_any().unbind(),
        Answer::Text(text) => text.into_pyobject(py)?.into_any().unbind(),
        _ => {
            let e = Error::new(
                ErrorCode::Internal,
                "this package does not know the kind of the answer; please report this",
            );
            return Err(errors::raise(py, &e));
        }
    })
}

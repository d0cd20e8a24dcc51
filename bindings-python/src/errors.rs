//! The core's error as the package's exception of the same code.

use beforehand::Error;
use pyo3::prelude::*;

/// The exception to raise.
pub(crate) fn raise(py: Python<'_>, e: &Error) -> PyErr {
    let made = py
        .import("beforehand._errors")
        .and_then(|module| module.getattr("error"))
        .and_then(|error| error.call1((e.code().as_str(), e.to_string(), e.field(), e.row())));
    match made {
        Ok(exception) => PyErr::from_value(exception),
        Err(failure) => failure,
    }
}

//! The Python package's native part: conversions, one funnel for every call, one map of errors. It knows no call by name.

mod answers;
mod arrow_in;
mod arrow_out;
mod contracts;
mod errors;
mod files;
mod fitting;
mod history;
mod model;
mod pool;
mod rows;
mod table;
mod work;

use beforehand::surface::{Call, Subject};
use pyo3::prelude::*;

use fitting::NativeFitting;
use history::NativeHistory;
use model::NativeModel;
use table::NativeTable;

/// Runs a call: arguments as JSON; the answer is a model, a table, a text, or (JSON, words).
///
/// `progress` is called now and then with (stage, share done); when it answers `False`, the work stops.
#[pyfunction]
#[pyo3(signature = (name, arguments, model=None, history=None, progress=None))]
// By value, as Python hands it over.
#[allow(clippy::needless_pass_by_value)]
fn call(
    py: Python<'_>,
    name: &str,
    arguments: String,
    model: Option<&Bound<'_, NativeModel>>,
    history: Option<&Bound<'_, NativeHistory>>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Py<PyAny>> {
    let call = Call::named(name).map_err(|e| errors::raise(py, &e))?;
    let (model, history) = (model.map(|m| m.get().shared()), history.map(|h| h.get().shared()));
    let run = move |watch: beforehand::surface::Watch<'_>| {
        let subject = Subject { model: model.as_deref(), history: history.as_deref() };
        call.run(&subject, &arguments, watch)
    };
    let answer = if call.is_long { work::long(py, progress.as_ref(), run)? } else { work::short(py, run)? };
    answers::into_python(py, answer)
}

/// Refuses arguments that concern all customers together, for who divides them into parts.
#[pyfunction]
fn check_parts(py: Python<'_>, name: &str, arguments: &str) -> PyResult<()> {
    Call::named(name).and_then(|call| call.check_parts(arguments)).map_err(|e| errors::raise(py, &e))
}

/// The names of the calls, so that a test can compare them with the package's.
#[pyfunction]
fn calls() -> Vec<&'static str> {
    beforehand::surface::CALLS.iter().map(|call| call.name).collect()
}

/// The native part of `beforehand`; use the package, not this.
#[pymodule(gil_used = false)]
fn _native(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add("__version__", env!("CARGO_PKG_VERSION"))?;
    m.add_class::<NativeFitting>()?;
    m.add_class::<NativeHistory>()?;
    m.add_class::<NativeModel>()?;
    m.add_class::<NativeTable>()?;
    m.add_function(wrap_pyfunction!(call, m)?)?;
    m.add_function(wrap_pyfunction!(check_parts, m)?)?;
    m.add_function(wrap_pyfunction!(contracts::columns_from_arrow, m)?)?;
    m.add_function(wrap_pyfunction!(contracts::columns_from_csv, m)?)?;
    m.add_function(wrap_pyfunction!(contracts::columns_from_parquet, m)?)?;
    m.add_function(wrap_pyfunction!(calls, m)?)
}

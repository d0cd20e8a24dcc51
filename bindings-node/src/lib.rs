//! The Node package's native part: conversions, one funnel for every call, one map of errors. It knows no call by name.
//!
//! The package's JavaScript calls it; users call the package. Every function here leaves with a value or with an error that
//! carries code, field and row; a panic becomes such an error, whichever thread it happens on.
// In a test build the exports are left out, and with them whoever uses the rest.
#![cfg_attr(test, allow(dead_code, unused_imports))]

mod answers;
mod columns;
mod errors;
mod funnel;
mod history;
mod job;
mod model;
mod parcel;
mod pool;
mod source;
mod table;

use beforehand::surface::{Call, Subject};
use napi::bindgen_prelude::{Array, Float64ArraySlice};
use napi_derive::napi;

use answers::{Answered, Outcome};
use history::{NativeHistory, Settings};
use model::NativeModel;

/// Runs a call here and now: arguments as JSON.
#[napi(catch_unwind)]
#[allow(clippy::needless_pass_by_value)]
pub fn call(
    name: String,
    arguments: String,
    model: Option<&NativeModel>,
    history: Option<&NativeHistory>,
) -> napi::Result<Answered> {
    let history = history.map(NativeHistory::shared);
    run(&name, &arguments, model, history.as_deref())
}

/// Runs a call here and now on rows that come as columns: see `columns`.
#[napi(catch_unwind)]
#[allow(clippy::needless_pass_by_value)]
pub fn call_on_columns(
    name: String,
    arguments: String,
    model: Option<&NativeModel>,
    columns: Array<'_>,
    settings: &Settings,
) -> napi::Result<Answered> {
    let (history, _) = settings.of_columns(&columns)?;
    run(&name, &arguments, model, Some(&history))
}

/// Runs a call here and now on a few rows, which come in one piece: see `parcel`.
#[napi(catch_unwind)]
#[allow(clippy::needless_pass_by_value)]
pub fn call_on_parcel(
    name: String,
    arguments: String,
    model: Option<&NativeModel>,
    cells: Float64ArraySlice<'_>,
    texts: String,
    settings: &Settings,
) -> napi::Result<Answered> {
    let (history, _) = settings.of_parcel(&cells, &texts)?;
    run(&name, &arguments, model, Some(&history))
}

fn run(
    name: &str,
    arguments: &str,
    model: Option<&NativeModel>,
    history: Option<&beforehand::History>,
) -> napi::Result<Answered> {
    let model = model.map(NativeModel::shared);
    let answer = funnel::guarded(|| {
        Call::named(name)?.run(&Subject { model: model.as_deref(), history }, arguments, &|_, _| true)
    });
    answer.and_then(|answer| Outcome::Answer(answer).into_js()).map_err(|e| errors::raise(&e))
}

/// Whether a word for the kind of a row says that it is about a contact.
#[napi(catch_unwind)]
#[must_use]
#[allow(clippy::needless_pass_by_value)]
pub fn is_about_contact(word: String) -> bool {
    beforehand::EventKind::from_word(&word).is_some_and(beforehand::EventKind::is_about_contact)
}

/// The names of the calls, so that a test can compare them with the package's.
#[napi(catch_unwind)]
#[must_use]
pub fn calls() -> Vec<String> {
    beforehand::surface::CALLS.iter().map(|call| call.name.to_owned()).collect()
}

/// The version of the native part, which must be the package's.
#[napi(catch_unwind)]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Panics inside the funnel: so that a test can see that a panic is an error.
#[napi(catch_unwind)]
#[allow(clippy::missing_panics_doc)]
pub fn panic_for_test() -> napi::Result<()> {
    let failed: beforehand::Result<()> = funnel::guarded(|| panic!("on purpose"));
    failed.map_err(|e| errors::raise(&e))
}

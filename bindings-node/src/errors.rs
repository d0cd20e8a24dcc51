//! The core's error for JavaScript: the message is JSON of code, message, field and row; the package makes its own error of it.

use beforehand::{Error, ErrorCode};
use napi::Status;

/// The parts of an error as JSON.
pub(crate) fn parts(e: &Error) -> String {
    serde_json::json!([e.code().as_str(), e.to_string(), e.field(), e.row()]).to_string()
}

/// The error to throw.
pub(crate) fn raise(e: &Error) -> napi::Error {
    napi::Error::new(Status::GenericFailure, parts(e))
}

/// An error about what the package handed over: a slip of the caller that the package did not see.
pub(crate) fn data(field: &str, message: impl Into<String>) -> napi::Error {
    raise(&Error::new(ErrorCode::InvalidData, message).with_field(field))
}

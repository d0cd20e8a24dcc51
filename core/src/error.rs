//! The one error of the library: what was given, what is allowed, what to do, and where.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The stable, language-independent name of what went wrong.
///
/// Python raises one subclass per code, Node puts it into `err.code`; the strings end up in logs and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// An option is out of range or contradicts another one.
    InvalidOptions,
    /// The input holds something that cannot be read as what it should be.
    InvalidData,
    /// There is nothing to work on: no row, or none that could be kept.
    EmptyData,
    /// The history holds no customer of that id.
    UnknownCustomer,
    /// An estimate did not settle; the message says what to change.
    NotConverged,
    /// The bytes are no model of this library, or of a version it cannot read.
    IncompatibleModel,
    /// A file could not be read or written.
    Io,
    /// The caller asked for the work to stop.
    Cancelled,
    /// A defect of the library itself; please report it.
    Internal,
}

impl ErrorCode {
    /// The code as the `snake_case` string used in all languages.
    ///
    /// ```
    /// assert_eq!(beforehand::ErrorCode::EmptyData.as_str(), "empty_data");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidOptions => "invalid_options",
            Self::InvalidData => "invalid_data",
            Self::EmptyData => "empty_data",
            Self::UnknownCustomer => "unknown_customer",
            Self::NotConverged => "not_converged",
            Self::IncompatibleModel => "incompatible_model",
            Self::Io => "io",
            Self::Cancelled => "cancelled",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What went wrong, and where.
///
/// The message is complete: it names the value given, what is allowed, and what to do. `field` and `row` repeat the
/// place for programs: the option or column, and the zero-based row of the input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    code: ErrorCode,
    field: Option<String>,
    row: Option<usize>,
    message: String,
}

/// The library's result type.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error with a code and a complete message.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, field: None, row: None, message: message.into() }
    }

    /// Names the option or column the error is about.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Names the zero-based input row the error is about.
    #[must_use]
    pub fn with_row(mut self, row: usize) -> Self {
        self.row = Some(row);
        self
    }

    /// The stable code.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// The option or column, if the error is about one.
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// The zero-based input row, if the error is about one.
    pub fn row(&self) -> Option<usize> {
        self.row
    }

    pub(crate) fn options(field: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidOptions, message).with_field(field)
    }

    /// The same error, told of a part of a larger option: `place` comes before the field, also where the message begins with it.
    pub(crate) fn under(mut self, place: &str) -> Self {
        if let Some(field) = self.field.take() {
            if self.message.starts_with(&field) {
                self.message = format!("{place}.{}", self.message);
            }
            self.field = Some(format!("{place}.{field}"));
        }
        self
    }

    pub(crate) fn data(field: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidData, message).with_field(field)
    }
}

impl From<std::io::Error> for Error {
    fn from(e: std::io::Error) -> Self {
        Self::new(ErrorCode::Io, e.to_string())
    }
}

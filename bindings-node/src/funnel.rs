//! What every piece of work goes through: a panic is an error.

use std::panic::{AssertUnwindSafe, catch_unwind};

use beforehand::{Error, ErrorCode, Result};

/// The work's result; a panic is an error.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said =
            panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
        let said = said.unwrap_or_else(|| "no message".to_owned());
        Err(Error::new(ErrorCode::Internal, format!("a defect of the library: {said}; please report this")))
    })
}

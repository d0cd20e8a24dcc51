#![doc = include_str!("../../README.md")]
#![forbid(unsafe_code)]

pub mod evaluate;
pub mod report;

mod error;
mod history;
mod time;

pub use error::{Error, ErrorCode, Result};
pub use history::{Dictionary, History, HistoryView, Id, Items};
pub use time::Timestamp;

#![doc = include_str!("../../README.md")]
#![forbid(unsafe_code)]

mod error;
mod history;
pub mod replenish;
mod time;

pub use error::{Error, ErrorCode, Result};
pub use history::{Dictionary, History, HistoryView, Id, Items};
pub use time::Timestamp;
mod stats;

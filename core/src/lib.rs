#![doc = include_str!("../../README.md")]
#![forbid(unsafe_code)]

pub mod evaluate;
pub mod report;

mod error;
mod history;
pub mod replenish;
mod time;

pub use error::{Error, ErrorCode, Result};
pub use history::{Dictionary, History, HistoryView, Id, Items};
pub use time::Timestamp;
mod stats;

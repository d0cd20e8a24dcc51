#![doc = include_str!("../../README.md")]
#![forbid(unsafe_code)]

pub mod evaluate;
pub mod report;

mod error;
mod event;
mod history;
pub mod replenish;
mod time;

pub use error::{Error, ErrorCode, Result};
pub use event::{Event, EventId, EventKind};
pub use history::{ColumnNames, Columns, IdColumn, KindColumn, TimeColumn};
pub use history::{Dictionary, History, HistoryView, Id, Items};
pub use history::{IngestOptions, IngestReport, OnRefused, Reason, Refusal, TimeUnit};
pub use time::Timestamp;
mod stats;

#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod error;
mod event;
mod history;
mod id;
mod model;
mod persist;
mod progress;
mod replenish;
mod stats;
mod time;

pub mod churn;
pub mod evaluate;
pub mod report;

pub use churn::{Driver, Lapse, LapseHorizon, LapseOptions, LapseReason, LapseRisk};
pub use error::{Error, ErrorCode, Result};
pub use event::{Event, EventId, EventKind};
pub use history::{ColumnNames, Columns, IdColumn, KindColumn, TimeColumn};
pub use history::{History, HistoryView, Items};
pub use history::{IngestOptions, IngestReport, OnRefused, Reason, Refusal, TimeUnit};
pub use id::{Dictionary, Id};
pub use model::Model;
pub use progress::Stage;
pub use replenish::{Basis, Forecast, ForecastOptions, NextItem, NextItemSource, Replenishment};
pub use replenish::{Ladder, Options, REACH_DAYS, Step, Substitutes, Survival};
pub use time::Timestamp;

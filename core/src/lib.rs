#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod error;
mod event;
mod fitting;
mod history;
mod id;
mod lists;
mod model;
mod persist;
mod progress;
mod replenish;
mod sealed;
mod stats;
mod table;
mod time;

pub mod churn;
pub mod evaluate;
pub mod offer;
pub mod report;
#[cfg(feature = "surface")]
pub mod surface;

pub use churn::{Lapse, LapseDriver, LapseHorizon, LapseOptions, LapseReason, LapseRisk};
pub use error::{Error, ErrorCode, Result};
pub use event::{Event, EventId, EventKind};
pub use fitting::Fitting;
pub use history::{ColumnNames, Columns, IdColumn, KindColumn, TimeColumn};
pub use history::{Contact, History, HistoryView, Items};
pub use history::{IngestOptions, IngestReport, OnRefused, Reason, Refusal, TimeUnit, UnnamedReturns};
pub use id::{Dictionary, Id};
pub use model::Model;
pub use progress::{Progress, Stage};
pub use replenish::{Basis, Forecast, ForecastOptions, NextItem, NextItemSource, Replenishment};
pub use replenish::{Ladder, Options, REACH_DAYS, Step, Substitutes, Survival};
pub use table::{Cell, Column, Table, Texts};
#[cfg(feature = "arrow")]
pub use table::{cell_of, write_batch_csv};
pub use time::Timestamp;

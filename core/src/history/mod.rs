//! What customers did: ingest, the columnar store, and one customer's part of it.

#[cfg(feature = "arrow")]
mod arrow;
mod block;
mod builder;
mod columns;
mod contact_part;
mod contacts;
mod csv;
mod excerpt;
mod intern;
mod items;
mod merge;
mod names;
mod options;
mod part;
mod repeats;
mod report;
mod returns;
mod rows;
mod sort;
mod source;
mod store;
mod table;
mod text;
mod traits;

pub use columns::{Columns, IdColumn, KindColumn, TimeColumn};
pub use contacts::Contact;
pub(crate) use excerpt::Excerpt;
pub use items::Items;
pub(crate) use items::NONE;
pub use names::ColumnNames;
pub use options::{IngestOptions, OnRefused, TimeUnit, UnnamedReturns};
pub use report::{IngestReport, Reason, Refusal};
#[cfg(test)]
pub(crate) use store::Unsorted;
pub use store::{History, HistoryView};
pub(crate) use store::{Undo, rest};

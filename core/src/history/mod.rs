//! What customers did: ingest, the columnar store, and one customer's part of it.

mod id;
mod sort;
mod store;

pub use id::{Dictionary, Id};
pub use store::{History, HistoryView, Items};
pub(crate) use store::{NONE, Undo, Unsorted};

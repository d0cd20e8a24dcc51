//! Replenishment: when will this customer need this item again.
mod decay;
mod evidence;
mod layer;
mod purchases;
mod structure;
mod summary;
mod traits;
#[doc(hidden)]
pub mod dump;

//! Models of customers who buy for a while and then leave unseen ("buy till you die").

mod customer;
mod geometric;
mod geometric_fit;

pub use customer::CustomerSummary;
pub(crate) use customer::Groups;
pub(crate) use geometric::{Geometric, MAX_K, Standing};
pub(crate) use geometric_fit::Kind;

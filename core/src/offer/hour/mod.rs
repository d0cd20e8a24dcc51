//! At which hour of the day to send.
//!
//! `counts` (one customer's opens, and sends if known) → `mixture` (the profiles that customers have) → `fit` (how many there are, by
//! held-out opens) → `send_hours` (what that says about one customer); `mask` is a set of hours.

mod counts;
mod fit;
mod mask;
mod mixture;
mod send_hours;
#[cfg(test)]
mod tests;

pub use counts::HourCounts;
pub use mask::HourMask;
pub use send_hours::{HourBasis, HourChoice, SendHours};

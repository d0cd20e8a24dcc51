//! When a channel may be used for a customer at all: consent, civil days, quiet hours, caps and gaps.
//!
//! `options` (the rules; `civil` has the dates and times they are written in) → `calendar` (what the rules leave of the coming
//! days in one time zone, whoever the customer; `clock` follows the zone's changes) → `opening` (what one customer's `past`
//! leaves of it; `release` says from when on). `refusal` answers for a single instant, by other means: the guard before
//! a message goes out, and what the tests compare with.

mod calendar;
mod civil;
mod clock;
mod limit;
mod opening;
mod options;
mod past;
mod refusal;
mod release;
#[cfg(test)]
mod tests;

pub use calendar::{Calendar, Window};
pub use civil::{CivilDate, TimeOfDay, Weekday};
pub use limit::Limit;
pub use opening::{DayOpening, Openings};
pub use options::{Cap, ChannelLimits, Limits, QuietHours};
pub use past::{Consent, Past, RefusedProposal, Sent};

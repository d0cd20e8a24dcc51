//! Offer timing: whether to contact a customer, when, with which offer, on which channel, or not at all.
//!
//! `limits`: when a channel may be used for a customer at all. `hour`: at which hour of an allowed day to send.
//! `message`: the words.

mod capacity;
mod costs;
mod customers;
mod cycles;
mod decision;
mod due;
mod effects;
mod everyone;
mod gains;
mod hour;
mod judge;
mod learned;
mod limits;
mod message;

pub use hour::{HourBasis, HourChoice, HourCounts, HourMask, SendHours};
pub use limits::{Calendar, Cap, ChannelLimits, CivilDate, Consent, DayOpening, Limit, Limits, Openings};
pub use limits::{Past, QuietHours, Sent, TimeOfDay, Weekday, Window};
pub use message::{Escape, MessageKey, Parameter, Template, Templates};

//! At which hour of the day to send.

mod mask;

pub use mask::HourMask;

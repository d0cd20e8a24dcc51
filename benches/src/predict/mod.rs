//! The tasks of the program `predict`.

mod arguments;
mod contract;
mod decline;
mod hour;
mod lapse;
mod replenish;
mod tables;
mod timing;

pub use arguments::Arguments;
pub use contract::{ContractArguments, contract};
pub use decline::{DeclineArguments, decline};
pub use hour::{HourArguments, hour};
pub use lapse::{customers, lapse};
pub use replenish::replenish;
pub use timing::{TimingArguments, timing};

/// Any failure, with its message.
pub type Failure = Box<dyn std::error::Error>;

//! Who is about to leave, with and without a contract, and whose use declines.

mod decline;
mod renewal;

pub use decline::{Alarm, Declines, ModuleFinding, ModuleReason};
pub use decline::{AlarmRule, DeclineModel, DeclineOptions, DeclineState};
pub use decline::{MissingPeriods, Usage, UsageColumns, UsageRow};
pub use renewal::{Cohort, CohortKind};
pub use renewal::{Column, Contracts, Driver, Drivers, RenewalModel, RenewalOptions, Renewals, Table};

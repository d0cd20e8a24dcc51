//! Usage decline: whose level has truly fallen, since when, how deep, and in which modules.
//!
//! [`Usage`] holds counts per customer and period, which `counted` takes from a log of events; [`DeclineModel`] learns from everyone and searches each customer.
//!
//! How it works, a file each: `filter` holds what one customer's counts say about a fall, with the unknown level
//! integrated out, and `filters` moves the filters of several customers on, abreast (`grid` is their vectors; `regrid`
//! lays a grid anew when it has become too wide); `state` adds what is learned about the customer beside the level: pauses,
//! strength of season, noise; `abreast` moves that on, too, and `group` holds customers of a table that stand abreast;
//! `fit` learns each period's effect and dispersion from everyone, in the order of time; `twins` simulates healthy
//! customers with these traits through the same periods, and sets the threshold that the stated share of them exceeds;
//! `since` finds the change point of an alarm; `modules` names the modules.

mod abreast;
mod counted;
mod filter;
mod filters;
mod fit;
mod grid;
mod group;
mod log;
mod model;
mod modules;
mod options;
mod period;
mod regrid;
mod result;
mod since;
mod state;
mod tables;
mod tally;
mod twins;
mod usage;

#[cfg(feature = "surface")]
pub(crate) use counted::Counted;
pub use log::{UsageDecline, decline_history, decline_history_while, usage_declines, usage_declines_while};
pub use model::DeclineModel;
pub use options::{AlarmRule, DeclineOptions};
pub use result::{Alarm, DeclineStep, Declines, FollowedPeriod, ModuleFinding, ModuleReason};
pub use state::DeclineState;
pub use tables::{decline_modules_table, decline_table};
pub use usage::{MissingPeriods, Usage, UsageColumns, UsageRow};

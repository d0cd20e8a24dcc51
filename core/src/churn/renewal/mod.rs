//! Renewal: who cancels a contract, for cohorts of customers and for each by itself.
//!
//! [`Cohort`] describes how many of a cohort survive each renewal; [`RenewalModel`] predicts each contract's next renewal from
//! what is known of it, with the reasons.

mod blend;
mod cohort;
mod encode;
mod model;
mod options;
mod order;
mod outcomes;
mod result;
mod saved;
mod search;
mod table;

pub use cohort::{Cohort, CohortCurve, CohortKind};
pub use model::RenewalModel;
pub use options::RenewalOptions;
pub use outcomes::Contracts;
pub use result::{Driver, Drivers, Renewals};
pub use table::{Column, Table};

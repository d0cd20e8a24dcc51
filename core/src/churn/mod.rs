//! Churn: who is leaving.

mod lapse;

pub use lapse::btyd::CustomerSummary;
pub use lapse::{Driver, Lapse, LapseHorizon, LapseOptions, LapseReason, LapseRisk};

pub(crate) use lapse::Fitted as LapseFitted;

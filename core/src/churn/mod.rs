//! Churn: who is leaving.
//!
//! *Lapse* is churn without a contract: nobody says goodbye. [`Model::lapse`](crate::Model::lapse) answers for a log;
//! [`PurchaseModel`] is the family of models of buying and leaving by itself, from customer summaries.

mod lapse;

pub use lapse::{CustomerSummary, Expectation, Family, FitStatus, GammaGamma, Parameter, PurchaseModel};
pub use lapse::{Driver, Lapse, LapseHorizon, LapseOptions, LapseReason, LapseRisk};

pub(crate) use lapse::Fitted as LapseFitted;

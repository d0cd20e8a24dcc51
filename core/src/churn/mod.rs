//! Churn: who is about to leave, with and without a contract, and whose use declines.
//!
//! *Lapse* is churn without a contract: nobody says goodbye. [`Model::lapse`](crate::Model::lapse) answers for a log;
//! [`PurchaseModel`] is the family of models of buying and leaving by itself, from customer summaries. *Renewal* is churn with a
//! contract ([`RenewalModel`], [`Cohort`]). *Decline* comes before either: [`DeclineModel`] finds whose use has fallen.

mod decline;
mod lapse;
mod renewal;

pub use decline::{Alarm, DeclineStep, Declines, FollowedPeriod, ModuleFinding, ModuleReason};
pub use decline::{AlarmRule, DeclineModel, DeclineOptions, DeclineState};
pub use decline::{MissingPeriods, Usage, UsageColumns, UsageRow};
pub use decline::{UsageDecline, decline_history, decline_history_while, decline_modules_table, decline_table};
pub use decline::{usage_declines, usage_declines_while};
pub use lapse::{Buyer, Calendar, Context, ContextModel, Effect, EffectOn};
pub use lapse::{ContextEffect, ContextFit, ContextOptions, ContextPurchases};
pub use lapse::{CustomerSummary, Expectation, Family, FitStatus, GammaGamma, Parameter, PurchaseModel};
pub use lapse::{Lapse, LapseDriver, LapseHorizon, LapseOptions, LapseReason, LapseRisk};
pub use lapse::{PurchaseFit, PurchaseOptions, PurchaseParameter, PurchaseTableOptions, Purchases, SpendFit};
pub use renewal::{Cohort, CohortCurve, CohortKind};
pub use renewal::{Column, Contracts, Driver, Drivers, RenewalModel, RenewalOptions, Renewals, Table};

#[cfg(feature = "surface")]
pub(crate) use decline::Counted;
pub(crate) use lapse::{Everyone, Fitted as LapseFitted, panel as lapse_panel};

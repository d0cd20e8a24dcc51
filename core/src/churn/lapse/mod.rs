//! Lapse: who will not come back, where no contract ends and nobody says goodbye.
//!
//! `visits` → `population` (what everyone taught us) → `evidence` (what one customer has shown) with the structure of
//! `btyd` → `stats::layer` (how far the structure was off at earlier cutoffs; `training` draws the rows) → `curve` → `result`.

mod btyd;
mod buying;
mod buying_context;
mod buying_fit;
mod buying_kept;
mod buying_table;
mod buying_views;
mod count;
mod curve;
mod drivers;
mod evidence;
mod fitted;
mod options;
mod population;
mod result;
mod training;
mod visits;

pub use btyd::{Buyer, Calendar, Context, ContextModel, Effect, EffectOn};
pub use btyd::{CustomerSummary, Expectation, Family, FitStatus, GammaGamma, Parameter, PurchaseModel};
pub use buying::{PurchaseOptions, Purchases};
pub use buying_context::{ContextEffect, ContextFit, ContextOptions, ContextPurchases};
pub use buying_fit::{PurchaseFit, PurchaseParameter, SpendFit};
pub use buying_table::PurchaseTableOptions;
pub use drivers::{LapseDriver, LapseReason};
pub use options::LapseOptions;
pub use result::{Lapse, LapseHorizon, LapseRisk};

pub(crate) use fitted::Fitted;
pub(crate) use training::{Everyone, panel};

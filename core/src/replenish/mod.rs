//! Replenishment: when will this customer need this item again.
//!
//! `purchases` → `summary` → `traits` (what everyone taught us) → `evidence` (what one pair has shown) → `structure`
//! (what that says by itself) → `stats::layer` (how far the structure was off at earlier cutoffs) → `survival` → `forecast`.

mod abreast;
mod catalog;
mod decay;
mod evidence;
mod fitted;
mod forecast;
mod ladder;
mod options;
mod pairs;
mod purchases;
mod rounds;
mod scoring;
mod structure;
mod successors;
mod summary;
mod sums;
mod survival;
#[cfg(test)]
mod tests;
mod training;
mod traits;

pub use forecast::{Basis, Forecast, NextItem, NextItemSource, Replenishment};
pub use ladder::{Ladder, Step};
pub use options::{ForecastOptions, Options, Substitutes};
pub use survival::{REACH_DAYS, Survival};

pub(crate) use catalog::hash_id;
pub(crate) use decay::{Decay, LONG, MIDDLE, N_HALF_LIVES, PerHalfLife, SHORT};
pub(crate) use fitted::{Fitted, Outlook};
pub(crate) use options::MIN_LAPSE_ROWS;
pub(crate) use pairs::{Pair, Pairs};
pub(crate) use purchases::AsOf;
pub(crate) use rounds::{Facts, Learned, Plan, Sample, Sent};
pub(crate) use structure::{EDGES_DAYS, LogLogistic, log_odds, weekday_factors};
pub(crate) use summary::Summary;
pub(crate) use training::{cutoffs, unit_interval};

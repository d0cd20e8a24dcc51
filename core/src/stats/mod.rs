//! Estimators that no kept crate has: discrete-time hazards of many features, fitted deterministically.

mod additive;
mod boosting;
mod hazard;
mod level;
mod solve;

pub(crate) use additive::Additive;
pub(crate) use boosting::{Boosting, Growth};
pub(crate) use hazard::{BLOCK, Block, HazardRows, N_SPANS, Spans, sigmoid};
pub(crate) use level::Levels;

pub(crate) fn param(name: &str, default: f64) -> f64 { std::env::var(name).ok().and_then(|x| x.parse().ok()).unwrap_or(default) }

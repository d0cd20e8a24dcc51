//! Estimators that no kept crate has: discrete-time hazards of many features, fitted deterministically.

mod additive;
mod boosting;
mod hazard;
mod solve;

pub(crate) use additive::Additive;
pub(crate) use boosting::{Boosting, Growth};
pub(crate) use hazard::{BLOCK, Block, CHUNK, HazardRows, N_SPANS, Spans, sigmoid};

//! Estimators that no kept crate has: discrete-time hazards of many features, fitted deterministically.

mod additive;
mod bins;
mod boosting;
mod fast_math;
mod gram;
mod grower;
mod hazard;
mod level;
mod newton;
#[cfg(test)]
mod simulate;
mod solve;
mod splines;

pub(crate) use additive::Additive;
pub(crate) use boosting::{Boosting, Growth};
#[cfg(test)]
pub(crate) use fast_math::sigmoid;
pub(crate) use fast_math::{ln, ln_1p, ln_count, ln_exp_m1, one_minus_exp, softplus};
pub(crate) use hazard::{BLOCK, Block, HazardRows, N_SPANS, Spans};
pub(crate) use level::Levels;

//! Estimators that no kept crate has: discrete-time hazards of many features, fitted deterministically.

mod additive;
mod bins;
mod boosting;
mod counts;
mod fast_math;
mod freedom;
mod gram;
mod grower;
mod hazard;
mod layer;
mod level;
mod minimise;
mod newton;
mod normal;
mod random;
#[cfg(test)]
mod simulate;
mod solve;
pub(crate) mod special;
mod splines;

pub(crate) use additive::{Additive, Penalties};
pub(crate) use boosting::{Boosting, Growing, Growth};
pub(crate) use counts::{is_small, smallest_above};
pub(crate) use fast_math::exp;
#[cfg(test)]
pub(crate) use fast_math::sigmoid;
pub(crate) use fast_math::{exp2_likelihood, ln, ln_1p, ln_count, ln_exp_m1, log2_likelihood, one_minus_exp, softplus};
pub(crate) use freedom::{Freedom, Timing, downhill};
pub(crate) use hazard::{BLOCK, Block, HazardRows, N_SPANS, Spans};
pub(crate) use layer::{Layer, LayerSettings};
pub(crate) use minimise::{Minimum, invert, minimise, minimise_while};
pub(crate) use normal::normal_below;
pub(crate) use random::Draws;

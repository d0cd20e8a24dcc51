//! How a fit ended, and how sure its parameters are.

use serde::{Deserialize, Serialize};

use crate::stats::{Minimum, invert};

/// A parameter whose logarithm has a larger standard error is not determined by the data.
const UNDETERMINED: f64 = 5.0;
/// Standard deviation of a direction in the logarithms of the parameters that nothing determines.
const WIDEST: f64 = 20.0;

/// How a fit ended. Whatever it is, every answer of the model is finite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FitStatus {
    /// At a maximum of the likelihood inside the range of the parameters.
    Converged,
    /// A parameter ran to the end of its range, or the data do not determine it.
    NearBoundary,
    /// Nobody has bought twice: there is nothing to learn about repeats.
    AllOneTimeBuyers,
    /// The steps ended before the slope vanished.
    NotConverged,
    /// Parameters were given, not fitted.
    Given,
}

impl FitStatus {
    /// The status as the `snake_case` string used in all languages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Converged => "converged",
            Self::NearBoundary => "near_boundary",
            Self::AllOneTimeBuyers => "all_one_time_buyers",
            Self::NotConverged => "not_converged",
            Self::Given => "given",
        }
    }

    /// What to do about it.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Converged | Self::Given => "nothing to do",
            Self::NearBoundary => {
                "forecasts are usable, single parameters mean nothing: customers leave hardly ever or all alike; \
                 try a simpler family, or a longer log"
            }
            Self::AllOneTimeBuyers => {
                "wait for repeat purchases; until then the forecast rests on nothing but how long how many have not come again"
            }
            Self::NotConverged => "check the summaries for values of very different magnitude; forecasts are rough",
        }
    }
}

/// The covariance of the logarithms of the parameters, row by row: the inverse of the observed information. A parameter at the
/// end of its range is held there, as curvature says nothing about it: its row and column are 0. Directions of which the data say
/// nothing, such as a rate's shape and scale moving together, have a standard deviation of `WIDEST` instead of none that a
/// computer could hold; what is determined keeps its digits.
pub(super) fn covariance(found: &Minimum, weight: f64) -> Vec<f64> {
    let n = found.at.len();
    let is_held = |i: usize, j: usize| found.at_bound[i] || found.at_bound[j];
    let mut information: Vec<f64> = found.hessian.iter().map(|h| h * weight).collect();
    for (place, value) in information.iter_mut().enumerate() {
        let (i, j) = (place / n, place % n);
        if is_held(i, j) {
            *value = f64::from(u8::from(i == j));
        } else if i == j {
            *value += 1.0 / (WIDEST * WIDEST);
        }
    }
    let mut out = invert(&information, n);
    for (place, value) in out.iter_mut().enumerate() {
        if is_held(place / n, place % n) || !value.is_finite() {
            *value = 0.0;
        }
    }
    out
}

/// The standard error that belongs to a variance in [`covariance`]; NaN for a parameter that is held.
pub(super) fn standard_error(variance: f64) -> f64 {
    if variance > 0.0 { variance.sqrt() } else { f64::NAN }
}

/// The standard errors of the logarithms of the parameters; NaN for those at the end of their range.
pub(super) fn standard_errors(found: &Minimum, weight: f64) -> Vec<f64> {
    let n = found.at.len();
    let covariance = covariance(found, weight);
    (0..n).map(|i| standard_error(covariance[i * n + i])).collect()
}

pub(super) fn status_of(found: &Minimum, weight: f64) -> FitStatus {
    let undetermined = standard_errors(found, weight).iter().any(|e| !e.is_finite() || *e > UNDETERMINED);
    if found.at_bound.iter().any(|b| *b) || undetermined {
        FitStatus::NearBoundary
    } else if found.settled {
        FitStatus::Converged
    } else {
        FitStatus::NotConverged
    }
}

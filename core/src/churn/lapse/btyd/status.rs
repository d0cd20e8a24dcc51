//! How a fit ended, and how sure its parameters are.

use serde::{Deserialize, Serialize};

use crate::stats::{Minimum, invert};

/// A parameter whose logarithm has a larger standard error is not determined by the data.
const UNDETERMINED: f64 = 5.0;

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
                "wait for repeat purchases; until then the forecast says that hardly anyone returns"
            }
            Self::NotConverged => "check the summaries for values of very different magnitude; forecasts are rough",
        }
    }
}

/// The covariance of the logarithms of the parameters, row by row: the inverse of the observed information.
pub(super) fn covariance(found: &Minimum, weight: f64) -> Vec<f64> {
    let n = found.at.len();
    let scaled: Vec<f64> = found.hessian.iter().map(|h| h * weight).collect();
    invert(&scaled, n)
}

/// The standard errors of the logarithms of the parameters.
pub(super) fn standard_errors(found: &Minimum, weight: f64) -> Vec<f64> {
    let n = found.at.len();
    let covariance = covariance(found, weight);
    (0..n).map(|i| covariance[i * n + i].max(0.0).sqrt()).collect()
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

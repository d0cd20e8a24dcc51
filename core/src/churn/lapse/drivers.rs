//! Why: what raised and what lowered a customer's risk, in log-odds that add up.
//!
//! What the evidence of each reason adds to the log-odds of the spans is exact for the structure and the additive part,
//! and the path from root to leaf for the trees; from each, the mean over everyone is taken. The spans' sums are carried
//! over to the log-odds of the horizon along the straight line from the average customer to this one (Aumann & Shapley
//! 1974; Sundararajan et al. 2017), which shares out the whole difference and nothing else.

use serde::{Deserialize, Serialize};

use super::btyd::Geometric;
use super::curve::Curve;
use super::evidence::{Evidence, N_FEATURES, features};
use crate::replenish::{EDGES_DAYS, log_odds};
use crate::stats::special::{integrate_many, logistic};
use crate::stats::{Layer, N_SPANS, Spans};

/// Why a customer's risk differs from the average customer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LapseReason {
    /// How often the customer has bought.
    PurchaseRate,
    /// How long the customer has been silent, against the own rhythm.
    Silence,
    /// How regular the gaps are.
    Regularity,
    /// Whether purchases have become more or less frequent of late.
    Trend,
    /// How long ago the first purchase was.
    Tenure,
    /// How much was spent, in all and last.
    Spending,
    /// How many rows a purchase has, in all and last.
    Basket,
}

/// How many reasons there are.
pub(crate) const N_REASONS: usize = 7;
const REASONS: [LapseReason; N_REASONS] = {
    use LapseReason::{Basket, PurchaseRate, Regularity, Silence, Spending, Tenure, Trend};
    [PurchaseRate, Silence, Regularity, Trend, Tenure, Spending, Basket]
};

impl LapseReason {
    /// The reason as the `snake_case` string used in all languages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PurchaseRate => "purchase_rate",
            Self::Silence => "silence",
            Self::Regularity => "regularity",
            Self::Trend => "trend",
            Self::Tenure => "tenure",
            Self::Spending => "spending",
            Self::Basket => "basket",
        }
    }
}

/// The reason each feature speaks for, in the order of [`features`].
pub(crate) const REASON_OF_FEATURE: [LapseReason; N_FEATURES] = {
    use LapseReason::{Basket, PurchaseRate, Regularity, Silence, Spending, Tenure, Trend};
    [
        PurchaseRate, // n_visits
        Silence,      // recency
        Tenure,       // age
        PurchaseRate, // last gap
        Trend,        // rate, half-life 10
        Trend,        // rate, half-life 30
        PurchaseRate, // rate, half-life 90
        PurchaseRate, // rate, half-life 300
        PurchaseRate, // rhythm
        Regularity,   // spread
        Silence,      // z
        Silence,      // over the last gap
        Silence,      // over the longest gap
        PurchaseRate, // bought once
        Trend,        // rate 30 over 300
        Trend,        // rate 90 over 300
        Silence,      // alive
        PurchaseRate, // structure 28
        PurchaseRate, // structure 112
        Silence,      // cycle 28
        Silence,      // cycle 112
        Spending,     // amount level
        Spending,     // last amount
        Basket,       // rows level
        Basket,       // last rows
        Trend,        // visits in 28 days
        Trend,        // visits in 84 days
        Silence,      // recency over age
        Silence,      // recency over rhythm
        Silence,      // recency over rhythm, bought twice or more
    ]
};

/// What one reason does to the risk.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LapseDriver {
    /// The reason.
    pub reason: LapseReason,
    /// By how much it raises (positive) or lowers (negative) the log-odds of lapse against the average customer.
    pub log_odds: f64,
}

/// The mean over everyone of what each reason adds to the spans' log-odds.
pub(crate) type Means = Vec<Spans>;

/// What each reason adds to the log-odds of a purchase in each span. The structure's part is split into what it would say
/// had the customer just bought, and what the silence since then changed.
pub(crate) fn contributions(
    evidence: &Evidence,
    model: &Geometric,
    layer: &Layer,
    factors: &Spans,
) -> [Spans; N_REASONS] {
    let mut out = [Spans::default(); N_REASONS];
    layer.contributions(&features(evidence), |feature, weight, x| {
        let reason = &mut out[REASON_OF_FEATURE[feature] as usize];
        reason.iter_mut().zip(x).for_each(|(o, x)| *o += weight * x);
    });
    let now = log_odds(&evidence.hazards.map(|h| h as f32), factors);
    let just_bought = model.standing(evidence.n_visits - 1.0, evidence.age, evidence.age);
    let hazards = EDGES_DAYS.map(|days| -just_bought.prob_none(model.k, days).max(1e-300).ln());
    let then = log_odds(&hazards.map(|h| h as f32), factors);
    for s in 0..N_SPANS {
        out[LapseReason::PurchaseRate as usize][s] += then[s];
        out[LapseReason::Silence as usize][s] += now[s] - then[s];
    }
    out
}

/// The average customer's log-odds of lapse within `days`, and what each reason adds to them for this customer, the
/// largest first. Together they are the customer's own.
pub(crate) fn explain(curve: &Curve, own: &[Spans; N_REASONS], means: &[Spans], days: f64) -> (f64, Vec<LapseDriver>) {
    let (weights, fixed) = curve.weights(days);
    let mut moved = [[0.0; N_SPANS]; N_REASONS];
    for (moved, (own, mean)) in moved.iter_mut().zip(own.iter().zip(means)) {
        *moved = std::array::from_fn(|s| f64::from(own[s]) - f64::from(mean[s]));
    }
    let end = curve.log_odds();
    let step: [f64; N_SPANS] = std::array::from_fn(|s| moved.iter().map(|m| m[s]).sum());
    let at = |share: f64| -> [f64; N_SPANS] { std::array::from_fn(|s| end[s] - (1.0 - share) * step[s]) };
    let hazard = |z: &[f64; N_SPANS]| fixed + weights.iter().zip(z).map(|(w, z)| w * softplus(*z)).sum::<f64>();
    // The log-odds of lapse are -ln(e^H - 1).
    let lapse = |z: &[f64; N_SPANS]| -hazard(z).max(1e-12).exp_m1().ln();
    let slopes: [f64; N_SPANS] = integrate_many(0.0, 1.0, |share| {
        let z = at(share);
        let by_hazard = 1.0 / (-hazard(&z).max(1e-12)).exp_m1();
        std::array::from_fn(|s| by_hazard * weights[s] * logistic(z[s]))
    });
    let mut drivers: Vec<LapseDriver> = REASONS
        .iter()
        .zip(&moved)
        .map(|(&reason, moved)| LapseDriver { reason, log_odds: moved.iter().zip(slopes).map(|(m, s)| m * s).sum() })
        .collect();
    // The integral's last digits go to all of them in proportion, so that the sum is the difference.
    let base = lapse(&at(0.0));
    let left = lapse(&at(1.0)) - base - drivers.iter().map(|d| d.log_odds).sum::<f64>();
    let size: f64 = drivers.iter().map(|d| d.log_odds.abs()).sum();
    if size > 0.0 {
        for d in &mut drivers {
            d.log_odds += left * d.log_odds.abs() / size;
        }
    }
    drivers.sort_by(|a, b| b.log_odds.abs().total_cmp(&a.log_odds.abs()).then(a.reason.cmp(&b.reason)));
    (base, drivers)
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn reasons_have_one_name_everywhere_and_stand_in_order() {
        for (i, reason) in REASONS.into_iter().enumerate() {
            assert_eq!(reason as usize, i);
            assert_eq!(serde_json::to_string(&reason).unwrap(), format!("{:?}", reason.as_str()));
            assert!(REASON_OF_FEATURE.contains(&reason));
        }
    }
}

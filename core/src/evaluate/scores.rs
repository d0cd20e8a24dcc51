//! Scores of probability forecasts for yes-or-no outcomes: "buys again within the horizon".

use serde::{Deserialize, Serialize};

use super::calibration::{DEFAULT_BINS, ece_of};
use super::ranking::Ranking;
use crate::error::{Error, Result};

/// Probabilities are kept this far from 0 and 1 in the log-loss, so that one confident mistake costs 13.8 instead of
/// infinity.
const CLIP: f64 = 1e-6;

/// The share of rows that counts as the top in [`Scores::precision_top_1pct`].
const TOP_SHARE: f64 = 0.01;

/// How good a set of probability forecasts is, each score with its formula.
///
/// Scores depend on the rows alone, not on their order: equal to the last bit for any permutation.
///
/// ```
/// use beforehand::evaluate::Scores;
/// let scores = Scores::of(&[true, false, false, true], &[0.9, 0.2, 0.4, 0.6])?;
/// assert_eq!(scores.auc, Some(1.0));
/// assert!(scores.log_loss < scores.log_loss_base);
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Scores {
    /// Forecasts scored, at least 1.
    pub n_forecasts: u64,
    /// Forecasts whose event happened.
    pub n_positive: u64,
    /// Share that happened, `n_positive / n_forecasts`, in \[0, 1\].
    pub base_rate: f64,
    /// Mean forecast, in \[0, 1\]. Above `base_rate`: the forecasts promise too much as a whole.
    pub mean_prob: f64,
    /// Log-loss, see [`log_loss`]. ≥ 0, lower is better.
    pub log_loss: f64,
    /// Log-loss of forecasting `base_rate` for every row: the best that knowing nothing about a row can do. It is taken
    /// from the scored rows themselves, which makes it a slightly harder opponent than a rate learned from the past.
    pub log_loss_base: f64,
    /// `1 − log_loss / log_loss_base`: 0 is no better than the base rate, 1 is perfect, negative is harmful. `None` when
    /// the outcome is the same in every row.
    pub log_loss_skill: Option<f64>,
    /// Brier score, see [`brier`]. In \[0, 1\], lower is better.
    pub brier: f64,
    /// `1 − brier / (base_rate · (1 − base_rate))` (Murphy 1973): as `log_loss_skill`, for the Brier score.
    pub brier_skill: Option<f64>,
    /// Area under the ROC curve, see [`auc`]. `None` when the outcome is the same in every row.
    pub auc: Option<f64>,
    /// Expected calibration error over 20 equal-count bins, see [`super::ece`]. In \[0, 1\], lower is better.
    pub ece: f64,
    /// Share that happened among the 1 % highest forecasts, see [`precision_at_top`]. In \[0, 1\], higher is better.
    pub precision_top_1pct: f64,
}

impl Scores {
    /// Scores forecasts: `labels` says whether the event happened, `probs` what was forecast, row by row.
    ///
    /// # Errors
    /// `invalid_data` for different lengths or a probability outside \[0, 1\] (with the row), `empty_data` for no rows.
    pub fn of(labels: &[bool], probs: &[f64]) -> Result<Self> {
        let ranking = Ranking::of(labels, probs)?;
        let base_rate = ranking.base_rate();
        let log_loss = log_loss_of(&ranking);
        let log_loss_base = log_loss_at(base_rate, base_rate);
        let brier = brier_of(&ranking);
        let mixed = ranking.n_positive > 0 && ranking.n_positive < ranking.n;
        Ok(Self {
            n_forecasts: ranking.n,
            n_positive: ranking.n_positive,
            base_rate,
            mean_prob: ranking.mean_prob(),
            log_loss,
            log_loss_base,
            log_loss_skill: mixed.then(|| 1.0 - log_loss / log_loss_base),
            brier,
            brier_skill: mixed.then(|| 1.0 - brier / (base_rate * (1.0 - base_rate))),
            auc: auc_of(&ranking),
            ece: ece_of(&ranking, DEFAULT_BINS)?,
            precision_top_1pct: precision_of(&ranking, TOP_SHARE),
        })
    }
}

/// Log-loss: the mean negative logarithm of the probability given to what happened.
///
/// Formula: `−1/n Σ [y ln p + (1 − y) ln(1 − p)]`, with `p` kept within \[10⁻⁶, 1 − 10⁻⁶\] (Good 1952). Natural
/// logarithm; 0 is perfect.
///
/// # Errors
/// As [`Scores::of`].
///
/// ```
/// use beforehand::evaluate::log_loss;
/// assert!((log_loss(&[true, false], &[0.5, 0.5])? - std::f64::consts::LN_2).abs() < 1e-15);
/// # Ok::<(), beforehand::Error>(())
/// ```
pub fn log_loss(labels: &[bool], probs: &[f64]) -> Result<f64> {
    Ok(log_loss_of(&Ranking::of(labels, probs)?))
}

/// Brier score: the mean squared distance between forecast and outcome.
///
/// Formula: `1/n Σ (p − y)²` (Brier 1950). In \[0, 1\]; 0 is perfect.
///
/// # Errors
/// As [`Scores::of`].
///
/// ```
/// use beforehand::evaluate::brier;
/// assert_eq!(brier(&[true, false], &[0.5, 0.5])?, 0.25);
/// # Ok::<(), beforehand::Error>(())
/// ```
pub fn brier(labels: &[bool], probs: &[f64]) -> Result<f64> {
    Ok(brier_of(&Ranking::of(labels, probs)?))
}

/// Area under the ROC curve: the probability that a case that happened was given more than one that did not.
///
/// Formula: `(n₊₋(p₊ > p₋) + ½ n₊₋(p₊ = p₋)) / (n₊ n₋)` over all pairs of a case that happened and one that did not, ties
/// counting one half (Hanley & `McNeil` 1982). 0.5 is guessing; `None` when the outcome is the same in every row.
///
/// # Errors
/// As [`Scores::of`].
///
/// ```
/// use beforehand::evaluate::auc;
/// assert_eq!(auc(&[true, false], &[0.3, 0.3])?, Some(0.5));
/// # Ok::<(), beforehand::Error>(())
/// ```
pub fn auc(labels: &[bool], probs: &[f64]) -> Result<Option<f64>> {
    Ok(auc_of(&Ranking::of(labels, probs)?))
}

/// Share that happened among the highest forecasts: "if we contact the top 1 %, how many are right?"
///
/// The top holds `share` of the rows, rounded down, at least one. When it ends within a group of equal forecasts, that
/// group counts with its mean outcome, as if the rows to contact were drawn among equals. `share` is in (0, 1\].
///
/// # Errors
/// As [`Scores::of`], and `invalid_options` for a share outside (0, 1\].
///
/// ```
/// use beforehand::evaluate::precision_at_top;
/// // The two highest of four forecasts: one of them happened.
/// assert_eq!(precision_at_top(&[true, false, true, false], &[0.9, 0.7, 0.3, 0.1], 0.5)?, 0.5);
/// # Ok::<(), beforehand::Error>(())
/// ```
pub fn precision_at_top(labels: &[bool], probs: &[f64], share: f64) -> Result<f64> {
    if !(share > 0.0 && share <= 1.0) {
        return Err(Error::options(
            "share",
            format!("`share` is {share}; give a part above 0 and up to 1, such as 0.01"),
        ));
    }
    Ok(precision_of(&Ranking::of(labels, probs)?, share))
}

fn log_loss_at(prob: f64, share_positive: f64) -> f64 {
    let p = prob.clamp(CLIP, 1.0 - CLIP);
    -(share_positive * p.ln() + (1.0 - share_positive) * (-p).ln_1p())
}

fn log_loss_of(ranking: &Ranking) -> f64 {
    ranking.mean(|t| log_loss_at(t.prob, t.n_positive as f64 / t.n as f64) * t.n as f64)
}

fn brier_of(ranking: &Ranking) -> f64 {
    ranking.mean(|t| {
        let (yes, no) = (t.n_positive as f64, (t.n - t.n_positive) as f64);
        yes * (1.0 - t.prob).powi(2) + no * t.prob.powi(2)
    })
}

fn auc_of(ranking: &Ranking) -> Option<f64> {
    let n_negative = ranking.n - ranking.n_positive;
    if ranking.n_positive == 0 || n_negative == 0 {
        return None;
    }
    // Twice the number of pairs won, in whole numbers: exact for any log.
    let (mut won_twice, mut below) = (0u128, 0u64);
    for t in &ranking.ties {
        let negative = t.n - t.n_positive;
        won_twice += u128::from(t.n_positive) * u128::from(2 * below + negative);
        below += negative;
    }
    Some(won_twice as f64 / 2.0 / (ranking.n_positive as f64 * n_negative as f64))
}

fn precision_of(ranking: &Ranking, share: f64) -> f64 {
    // The small addend keeps 0.29 × 100 at 29, which is 28.999… in binary.
    let n_top = ((ranking.n as f64 * share + 1e-9).floor() as u64).clamp(1, ranking.n);
    let (mut missing, mut positive) = (n_top, 0.0);
    for t in ranking.ties.iter().rev() {
        let taken = missing.min(t.n);
        positive += t.n_positive as f64 * (taken as f64 / t.n as f64);
        missing -= taken;
        if missing == 0 {
            break;
        }
    }
    (positive / n_top as f64).min(1.0)
}

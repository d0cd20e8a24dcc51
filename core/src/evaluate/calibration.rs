//! Do forecasts mean what they say: of the cases given 20 %, do 20 % happen?

use serde::{Deserialize, Serialize};

use super::ranking::{Ranking, Tie};
use crate::error::{Error, Result};

/// The number of bins used unless another is asked for.
pub const DEFAULT_BINS: usize = 20;

/// The two-sided 95 % point of the normal distribution.
const Z_95: f64 = 1.959_963_984_540_054;

/// One bin of a calibration curve: forecasts of about the same size, and what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CalibrationBin {
    /// Forecasts in the bin, at least 1.
    pub n: u64,
    /// Mean forecast of the bin, in \[0, 1\].
    pub mean_prob: f64,
    /// Share of the bin that happened, in \[0, 1\]. Rows of one probability that straddle two bins bring the share of all
    /// rows of that probability into both.
    pub share_observed: f64,
    /// Lower end of the 95 % Wilson interval of `share_observed`.
    pub observed_low: f64,
    /// Upper end of the 95 % Wilson interval of `share_observed`.
    pub observed_high: f64,
}

/// The calibration curve: the rows in rising order of their forecast, cut into bins of equal count.
///
/// With `n` rows the first `n mod n_bins` bins hold one row more than the others; bins without a row are left out. Rows
/// that share a probability share their outcomes too (each counts as the mean of all of them), so the curve does not
/// depend on the order of the rows.
///
/// # Errors
/// `invalid_data` for different lengths or a probability outside \[0, 1\], `empty_data` for no rows, `invalid_options`
/// for no bins.
///
/// ```
/// use beforehand::evaluate::calibration;
/// let bins = calibration(&[false, false, true, true], &[0.1, 0.2, 0.7, 0.9], 2)?;
/// assert_eq!((bins[0].n, bins[0].share_observed), (2, 0.0));
/// assert_eq!((bins[1].mean_prob, bins[1].share_observed), (0.8, 1.0));
/// # Ok::<(), beforehand::Error>(())
/// ```
pub fn calibration(labels: &[bool], probs: &[f64], n_bins: usize) -> Result<Vec<CalibrationBin>> {
    calibration_of(&Ranking::of(labels, probs)?, n_bins)
}

/// Expected calibration error: the distance between forecast and outcome over equal-count bins, weighted by their rows.
///
/// Formula: `Σ_b n_b / n · |share observed_b − mean forecast_b|`, with the bins of [`calibration`] (Naeini, Cooper &
/// Hauskrecht 2015). 0 is perfect; it grows with the number of bins, so compare equal `n_bins` ([`DEFAULT_BINS`]).
///
/// # Errors
/// As [`calibration`].
///
/// ```
/// use beforehand::evaluate::ece;
/// // Two bins: forecast 0.25 and none happened, forecast 0.75 and all did.
/// assert_eq!(ece(&[false, false, true, true], &[0.25, 0.25, 0.75, 0.75], 2)?, 0.25);
/// # Ok::<(), beforehand::Error>(())
/// ```
pub fn ece(labels: &[bool], probs: &[f64], n_bins: usize) -> Result<f64> {
    ece_of(&Ranking::of(labels, probs)?, n_bins)
}

/// The Wilson 95 % interval of a share: `n_positive` of `n`, as (low, high) in \[0, 1\]; (0, 1) when `n` is 0.
///
/// Unlike the textbook interval it stays within \[0, 1\] and keeps its coverage for rare outcomes (Wilson 1927). Counts
/// may be fractional.
///
/// ```
/// let (low, high) = beforehand::evaluate::wilson_interval(8.0, 10.0);
/// assert!((low - 0.4902).abs() < 1e-4 && (high - 0.9433).abs() < 1e-4);
/// ```
pub fn wilson_interval(n_positive: f64, n: f64) -> (f64, f64) {
    // Written this way round so that NaN gives the widest interval too.
    if !(n > 0.0 && n_positive >= 0.0) {
        return (0.0, 1.0);
    }
    let share = (n_positive / n).min(1.0);
    let z2 = Z_95 * Z_95;
    let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z_95 / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    // At 0 and at n the interval touches the border; rounding must not push the share out of it.
    ((centre - half).clamp(0.0, share), (centre + half).clamp(share, 1.0))
}

pub(super) fn ece_of(ranking: &Ranking, n_bins: usize) -> Result<f64> {
    let bins = calibration_of(ranking, n_bins)?;
    let total: f64 = bins.iter().map(|b| (b.share_observed - b.mean_prob).abs() * b.n as f64).sum();
    Ok(total / ranking.n as f64)
}

fn calibration_of(ranking: &Ranking, n_bins: usize) -> Result<Vec<CalibrationBin>> {
    if n_bins == 0 {
        return Err(Error::options("n_bins", "`n_bins` is 0; give at least 1 (20 is usual)"));
    }
    let n_bins = n_bins as u64;
    let (small, n_large) = (ranking.n / n_bins, ranking.n % n_bins);
    let mut bins = Vec::new();
    let mut ties = ranking.ties.iter();
    let mut tie = Tie { prob: 0.0, n: 0, n_positive: 0 };
    let mut left = 0; // rows of `tie` not yet in a bin
    for b in 0..n_bins.min(ranking.n) {
        let n = small + u64::from(b < n_large);
        let (mut missing, mut sum_prob, mut sum_positive) = (n, 0.0, 0.0);
        while missing > 0 {
            if left == 0 {
                let Some(&next) = ties.next() else { break };
                (tie, left) = (next, next.n);
            }
            let taken = missing.min(left);
            sum_prob += tie.prob * taken as f64;
            sum_positive += tie.n_positive as f64 * (taken as f64 / tie.n as f64);
            missing -= taken;
            left -= taken;
        }
        let (observed_low, observed_high) = wilson_interval(sum_positive, n as f64);
        bins.push(CalibrationBin {
            n,
            mean_prob: (sum_prob / n as f64).min(1.0),
            share_observed: (sum_positive / n as f64).min(1.0),
            observed_low,
            observed_high,
        });
    }
    Ok(bins)
}

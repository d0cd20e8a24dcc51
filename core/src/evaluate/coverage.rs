//! Does the interval hold as often as it says, although many purchases have not come yet?

use serde::{Deserialize, Serialize};

use super::calibration::wilson_interval;
use super::ranking::{check_prob, same_length};
use crate::error::{Error, ErrorCode, Result};

/// The share a central interval is meant to hold, unless another is asked for.
pub const DEFAULT_LEVEL: f64 = 0.8;

/// How often the central interval of a date forecast held the date.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Coverage {
    /// What the interval promises, in (0, 1).
    pub level: f64,
    /// What it held, in \[0, 1\]; well made intervals come close to `level`. `None` when the data cannot tell.
    pub share: Option<f64>,
    /// Lower end of the 95 % interval of `share`.
    pub share_low: Option<f64>,
    /// Upper end of the 95 % interval of `share`.
    pub share_high: Option<f64>,
    /// Share of dates below the interval (the purchase came earlier than forecast); meant to be `(1 − level) / 2`.
    pub share_below: Option<f64>,
    /// Forecasts looked at.
    pub n_forecasts: u64,
    /// Those whose purchase was observed.
    pub n_observed: u64,
    /// Forecasts still watched at the upper end of the interval: how much the answer there rests on.
    pub n_at_upper: u64,
}

/// The Kaplan-Meier estimate of a distribution from values that are observed or only known to be larger.
///
/// Formula: `S(u) = Π_{uᵢ ≤ u} (1 − dᵢ / nᵢ)` with `dᵢ` observed at `uᵢ` and `nᵢ` not yet observed or censored before it; a
/// value censored at `uᵢ` still counts in `nᵢ` (Kaplan & Meier 1958). Variance after Greenwood (1926).
#[derive(Debug, Clone)]
pub struct KaplanMeier {
    /// (u, S(u), Σ d / (n (n − d)) up to u) at each value with an observation, rising.
    steps: Vec<(f64, f64, f64)>,
    /// All values, rising.
    values: Vec<f64>,
}

impl KaplanMeier {
    /// From values and whether each was observed (`true`) or only known to be larger (`false`).
    ///
    /// # Errors
    /// `invalid_data` for different lengths or a value that is not finite (with the row), `empty_data` for no rows.
    ///
    /// ```
    /// use beforehand::evaluate::KaplanMeier;
    /// let km = KaplanMeier::new(&[1.0, 2.0, 2.0, 3.0], &[true, true, false, false])?;
    /// assert_eq!(km.survival(1.0), 0.75);
    /// assert_eq!(km.survival(2.5), 0.5);
    /// # Ok::<(), beforehand::Error>(())
    /// ```
    pub fn new(values: &[f64], observed: &[bool]) -> Result<Self> {
        same_length("values", values.len(), "observed", observed.len())?;
        if values.is_empty() {
            return Err(Error::new(ErrorCode::EmptyData, "no value to estimate from; give at least one row"));
        }
        if let Some(row) = values.iter().position(|v| !v.is_finite()) {
            let message = format!("`values` is {} in row {row}; give finite numbers", values[row]);
            return Err(Error::data("values", message).with_row(row));
        }
        let mut rows: Vec<(f64, bool)> = values.iter().zip(observed).map(|(&v, &o)| (v + 0.0, o)).collect();
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let (mut steps, mut survival, mut greenwood) = (Vec::new(), 1.0, 0.0);
        let mut n_at_risk = rows.len();
        for tied in rows.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
            let d = tied.iter().filter(|row| row.1).count();
            if d > 0 {
                survival *= (n_at_risk - d) as f64 / n_at_risk as f64;
                // Nothing survives the last step; its variance is then 0, not infinite.
                if d < n_at_risk {
                    greenwood += d as f64 / (n_at_risk as f64 * (n_at_risk - d) as f64);
                }
                steps.push((tied[0].0, survival, greenwood));
            }
            n_at_risk -= tied.len();
        }
        Ok(Self { steps, values: rows.into_iter().map(|row| row.0).collect() })
    }

    /// P(value > `at`), in \[0, 1\]. Behind the largest value that was censored it stays at the last estimate; ask
    /// [`Self::n_at_risk`] whether anything was still watched there.
    pub fn survival(&self, at: f64) -> f64 {
        self.step(at).0
    }

    /// How many values are at least `at`.
    pub fn n_at_risk(&self, at: f64) -> usize {
        self.values.len() - self.values.partition_point(|&v| v < at)
    }

    /// S and Greenwood's sum at a value.
    fn step(&self, at: f64) -> (f64, f64) {
        let k = self.steps.partition_point(|s| s.0 <= at);
        if k == 0 { (1.0, 0.0) } else { (self.steps[k - 1].1, self.steps[k - 1].2) }
    }
}

/// Coverage of the central interval from all forecasts, those without a purchase so far included.
///
/// `pits[i]` is the forecast's own distribution at the date of the purchase, `Fᵢ(Tᵢ)`, when `observed[i]`, else at the end
/// of the follow-up, `Fᵢ(Cᵢ)`. If the forecasts are right these values are uniform, censored where the watching ended;
/// the censoring then tells nothing about the value, so the Kaplan-Meier estimate G of their distribution is consistent.
///
/// Formula: `G(1 − α) − G(α)` with `α = (1 − level) / 2` (for 80 %: between .1 and .9), its 95 % interval by Greenwood's
/// variance.
///
/// `share` is `None` when no forecast was watched up to its own upper end: then no date there could have been seen, and
/// no number would be honest. Watch longer, or see [`coverage_among_buyers`]. `n_at_upper` says how many were; below
/// about 50 the estimate is rough. Count a purchase of a given *day* as the middle of that day, or the coverage of
/// short intervals is off.
///
/// # Errors
/// `invalid_data` for different lengths or a value outside \[0, 1\], `empty_data` for no rows, `invalid_options` for a
/// level outside (0, 1).
///
/// ```
/// use beforehand::evaluate::coverage;
/// let pits: Vec<f64> = (0..100).map(|i| (f64::from(i) + 0.5) / 100.0).collect();
/// assert!((coverage(&pits, &[true; 100], 0.8)?.share.unwrap() - 0.8).abs() < 1e-12);
/// // All watched for too short a time to see the upper end.
/// assert_eq!(coverage(&[0.2, 0.4], &[false, false], 0.8)?.share, None);
/// # Ok::<(), beforehand::Error>(())
/// ```
pub fn coverage(pits: &[f64], observed: &[bool], level: f64) -> Result<Coverage> {
    let (lower, upper) = bounds(level)?;
    for (row, &pit) in pits.iter().enumerate() {
        check_prob("pits", row, pit)?;
    }
    let km = KaplanMeier::new(pits, observed)?;
    let n_at_upper = km.n_at_risk(upper);
    let ((s_low, g_low), (s_high, g_high)) = (km.step(lower), km.step(upper));
    let mut coverage = Coverage {
        level,
        share: None,
        share_low: None,
        share_high: None,
        share_below: (km.n_at_risk(lower) > 0 || s_low == 0.0).then_some(1.0 - s_low),
        n_forecasts: pits.len() as u64,
        n_observed: observed.iter().filter(|&&o| o).count() as u64,
        n_at_upper: n_at_upper as u64,
    };
    if n_at_upper > 0 || s_high == 0.0 {
        // S(lower) and S(upper) / S(lower) are independent in the limit; the share is s (1 − r).
        let ratio = if s_low > 0.0 { s_high / s_low } else { 0.0 };
        let variance = s_low * s_low * ((1.0 - ratio).powi(2) * g_low + ratio * ratio * (g_high - g_low).max(0.0));
        let (share, half) = (s_low - s_high, 1.96 * variance.sqrt());
        coverage.share = Some(share);
        coverage.share_low = Some((share - half).max(0.0));
        coverage.share_high = Some((share + half).min(1.0));
    }
    Ok(coverage)
}

/// Coverage among those who bought within the follow-up: of their dates, how many fell into the central interval of the
/// forecast *given that they buy within it*?
///
/// `pits[i] = Fᵢ(Tᵢ)` at the date of the purchase and `prob_by_follow_up[i] = Fᵢ(W)` at the end of the follow-up, one row
/// per forecast whose purchase was seen. Formula: the share of `u = F(T) / F(W)` within \[α, 1 − α\], with its Wilson
/// interval. Always identified, but it judges the shape of the distribution up to `W` only, not its level. A purchase to
/// which the forecast gave no chance (`F(W) = 0`) counts as missed.
///
/// # Errors
/// `invalid_data` for different lengths, a value outside \[0, 1\] or `pits` above `prob_by_follow_up`; `empty_data` for no
/// rows; `invalid_options` for a level outside (0, 1).
///
/// ```
/// use beforehand::evaluate::coverage_among_buyers;
/// // Both were 40 % likely to buy in time; one did in the middle of that, one at once.
/// let coverage = coverage_among_buyers(&[0.2, 0.01], &[0.4, 0.4], 0.8)?;
/// assert_eq!((coverage.share, coverage.share_below), (Some(0.5), Some(0.5)));
/// # Ok::<(), beforehand::Error>(())
/// ```
pub fn coverage_among_buyers(pits: &[f64], prob_by_follow_up: &[f64], level: f64) -> Result<Coverage> {
    let (lower, upper) = bounds(level)?;
    same_length("pits", pits.len(), "prob_by_follow_up", prob_by_follow_up.len())?;
    if pits.is_empty() {
        return Err(Error::new(ErrorCode::EmptyData, "no purchase within the follow-up; watch longer"));
    }
    let (mut n_within, mut n_below, mut n_at_upper) = (0u64, 0u64, 0u64);
    for (row, (&pit, &end)) in pits.iter().zip(prob_by_follow_up).enumerate() {
        check_prob("pits", row, pit)?;
        check_prob("prob_by_follow_up", row, end)?;
        if pit > end {
            let message =
                format!("`pits` is {pit} in row {row}, above `prob_by_follow_up` {end}: that purchase came later");
            return Err(Error::data("pits", message).with_row(row));
        }
        let u = if end > 0.0 { pit / end } else { 0.0 };
        n_within += u64::from((lower..=upper).contains(&u));
        n_below += u64::from(u < lower);
        n_at_upper += u64::from(u >= upper);
    }
    let n = pits.len() as f64;
    let (low, high) = wilson_interval(n_within as f64, n);
    Ok(Coverage {
        level,
        share: Some(n_within as f64 / n),
        share_low: Some(low),
        share_high: Some(high),
        share_below: Some(n_below as f64 / n),
        n_forecasts: pits.len() as u64,
        n_observed: pits.len() as u64,
        n_at_upper,
    })
}

/// The ends of the central interval as probabilities.
fn bounds(level: f64) -> Result<(f64, f64)> {
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::options("level", format!("`level` is {level}; give a share between 0 and 1, such as 0.8")));
    }
    let tail = (1.0 - level) / 2.0;
    // Rounding turns .8 into a tail of .09999…; a value of exactly .1 belongs on the border.
    let tail = (tail * 1e12).round() / 1e12;
    Ok((tail, 1.0 - tail))
}

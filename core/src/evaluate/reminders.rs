//! Are reminders right, and how many of the purchases do they catch?

use serde::{Deserialize, Serialize};

use super::calibration::wilson_interval;
use super::ranking::check_prob;
use crate::error::{Error, Result};

/// A forecast that could become a reminder: one customer and item, seen at one `as_of`.
///
/// Days are counted from any common origin, such as 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Candidate {
    /// Code of the customer.
    pub customer: u32,
    /// Code of the item.
    pub item: u32,
    /// Day of the forecast.
    pub as_of_day: f64,
    /// Day on which the customer is predicted to run out; infinite when never.
    pub run_out_day: f64,
    /// Probability by which reminders are chosen, in \[0, 1\], such as P(buys within the horizon).
    pub prob: f64,
}

/// A purchase, for [`match_next_purchases`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PurchaseDay {
    /// Code of the customer.
    pub customer: u32,
    /// Code of the item.
    pub item: u32,
    /// Day of the purchase, from the same origin as [`Candidate::as_of_day`].
    pub day: f64,
}

/// A candidate and what became of it. All days count from the candidate's `as_of`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReminderOutcome {
    /// Days to the predicted run-out; infinite when never.
    pub run_out_days: f64,
    /// Probability by which reminders are chosen, in \[0, 1\].
    pub prob: f64,
    /// Days to the next purchase of the item by the customer; `None` when none was seen.
    pub bought_days: Option<f64>,
    /// Days watched after `as_of`.
    pub follow_up_days: f64,
}

/// What counts as a reminder, and as a right one.
///
/// ```
/// let options = beforehand::evaluate::ReminderOptions::default();
/// assert_eq!((options.tolerance_days, options.horizon_days, options.n_points), (7.0, 28.0, 50));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ReminderOptions {
    /// How far the purchase may be from the predicted run-out, in days, both ways; ≥ 0. Default 7: a reminder in the right
    /// week helps.
    pub tolerance_days: f64,
    /// Run-outs up to this many days after `as_of` are reminded of, and purchases up to it count for the recall; > 0.
    /// Default 28.
    pub horizon_days: f64,
    /// Most points of the curve, ≥ 2. Default 50.
    pub n_points: usize,
}

impl Default for ReminderOptions {
    fn default() -> Self {
        Self { tolerance_days: 7.0, horizon_days: 28.0, n_points: 50 }
    }
}

impl ReminderOptions {
    pub(super) fn validate(&self) -> Result<()> {
        if !(self.tolerance_days >= 0.0 && self.tolerance_days.is_finite()) {
            let message = format!("`tolerance_days` is {}; give days of at least 0, such as 7", self.tolerance_days);
            return Err(Error::options("tolerance_days", message));
        }
        if !(self.horizon_days > 0.0 && self.horizon_days.is_finite()) {
            let message = format!("`horizon_days` is {}; give days above 0, such as 28", self.horizon_days);
            return Err(Error::options("horizon_days", message));
        }
        if self.n_points < 2 {
            return Err(Error::options("n_points", format!("`n_points` is {}; give at least 2", self.n_points)));
        }
        Ok(())
    }
}

/// One choice of the threshold, and what reminders at or above it are worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ReminderPoint {
    /// Candidates with at least this probability are reminded, in \[0, 1\].
    pub prob_threshold: f64,
    /// Reminders sent.
    pub n_reminders: u64,
    /// Reminders whose purchase fell within the tolerance of the predicted run-out.
    pub n_right: u64,
    /// `n_right / n_reminders`, in \[0, 1\].
    pub precision: f64,
    /// Lower end of the 95 % Wilson interval of `precision`.
    pub precision_low: f64,
    /// Upper end of the 95 % Wilson interval of `precision`.
    pub precision_high: f64,
    /// Purchases within the horizon that had a right reminder, over all that could have been reminded of; `None` when there
    /// was none.
    pub recall: Option<f64>,
}

/// Precision and recall of reminders over the choice of a probability threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ReminderCurve {
    /// The definition it was made with.
    pub options: ReminderOptions,
    /// Candidates watched long enough to be judged.
    pub n_judged: u64,
    /// Candidates left out because the log ends before `horizon_days + tolerance_days` after their `as_of`, whether they
    /// bought or not: to keep only those that bought would flatter the result.
    pub n_undecided: u64,
    /// Purchases within the horizon by judged candidates: what could have been reminded of.
    pub n_purchases: u64,
    /// From the highest threshold to the lowest; the last point reminds of every run-out within the horizon. Empty when
    /// no judged candidate runs out within the horizon.
    pub points: Vec<ReminderPoint>,
}

impl ReminderCurve {
    /// The point of a threshold: the one with the lowest threshold that is not below `prob_threshold`.
    ///
    /// ```
    /// # use beforehand::evaluate::{ReminderOptions, ReminderOutcome, reminder_curve};
    /// let row = |run_out_days, prob, bought_days| ReminderOutcome { run_out_days, prob, bought_days, follow_up_days: 90.0 };
    /// let rows = [row(10.0, 0.9, Some(12.0)), row(20.0, 0.5, None), row(60.0, 0.1, Some(5.0))];
    /// let curve = reminder_curve(&rows, &ReminderOptions::default())?;
    /// // The reminder at 90 % was right, and caught one of the two purchases within 28 days.
    /// let point = curve.at(0.8).unwrap();
    /// assert_eq!((point.precision, point.recall), (1.0, Some(0.5)));
    /// assert_eq!(curve.at(0.0).unwrap().precision, 0.5);
    /// # Ok::<(), beforehand::Error>(())
    /// ```
    pub fn at(&self, prob_threshold: f64) -> Option<&ReminderPoint> {
        self.points.iter().rev().find(|p| p.prob_threshold >= prob_threshold)
    }
}

/// Precision and recall of reminders at a single threshold; `None` when nothing would be reminded of.
///
/// # Errors
/// As [`reminder_curve`].
pub fn reminder_point(
    outcomes: &[ReminderOutcome],
    prob_threshold: f64,
    options: &ReminderOptions,
) -> Result<Option<ReminderPoint>> {
    check_prob("prob_threshold", 0, prob_threshold)?;
    let judged = Judged::of(outcomes, options)?;
    let mut tally = Tally::default();
    for due in judged.due.iter().filter(|d| d.prob >= prob_threshold) {
        tally.add(due);
    }
    Ok((tally.reminders > 0).then(|| tally.point(prob_threshold, judged.n_purchases)))
}

/// Precision and recall of reminders over the choice of a threshold.
///
/// A *reminder* is a candidate whose predicted run-out lies within `horizon_days` of its `as_of` and whose probability
/// reaches the threshold. It is *right* if the customer's **next** purchase of the item falls within ± `tolerance_days` of
/// the predicted run-out; a later one does not make it right, or every reminder to a daily buyer would be.
/// *Precision* is the share of right reminders. *Recall* is the share with a right reminder of all next purchases within
/// `horizon_days`. Each (customer, item, `as_of`) is one case; a purchase seen from two `as_of` counts twice.
///
/// Candidates of equal probability enter together; with more distinct thresholds than `n_points`, those nearest to equal
/// steps in the number of reminders are kept, first and last always. The order of the rows changes nothing.
///
/// # Errors
/// `invalid_data` (with the row) for NaN, a probability outside \[0, 1\], a negative `bought_days` or `follow_up_days`, or a
/// purchase later than the follow-up; `invalid_options` for options out of range. No rows give an empty curve.
///
/// See [`ReminderCurve::at`] for an example.
pub fn reminder_curve(outcomes: &[ReminderOutcome], options: &ReminderOptions) -> Result<ReminderCurve> {
    let mut judged = Judged::of(outcomes, options)?;
    judged.due.sort_unstable_by(|a, b| b.prob.total_cmp(&a.prob));
    let mut tally = Tally::default();
    let mut points = Vec::new();
    let step = judged.due.len() as f64 / (options.n_points - 1) as f64;
    for tied in judged.due.chunk_by(|a, b| a.prob.total_cmp(&b.prob).is_eq()) {
        for due in tied {
            tally.add(due);
        }
        // The first group of equals always counts, then the first that completes each further step.
        let wanted = if points.is_empty() { 1.0 } else { points.len() as f64 * step };
        if tally.reminders as f64 >= wanted - 1e-9 || tally.reminders == judged.due.len() as u64 {
            points.push(tally.point(tied[0].prob, judged.n_purchases));
        }
    }
    Ok(ReminderCurve {
        options: *options,
        n_judged: judged.n_kept,
        n_undecided: outcomes.len() as u64 - judged.n_kept,
        n_purchases: judged.n_purchases,
        points,
    })
}

/// Finds the next purchase of each candidate: the first of the same customer and item *after* its `as_of_day` and up to
/// `follow_up_until_day`, the day on which the watching ended.
///
/// The answer has one row per candidate, in the same order. Sorts the purchases once; no order is asked for.
///
/// # Errors
/// `invalid_data` (with the row) for a day that is NaN, an `as_of_day` that is not finite, or one after
/// `follow_up_until_day`.
///
/// ```
/// use beforehand::evaluate::{Candidate, PurchaseDay, match_next_purchases};
/// let candidates = [Candidate { customer: 0, item: 7, as_of_day: 100.0, run_out_day: 110.0, prob: 0.6 }];
/// let bought = |day| PurchaseDay { customer: 0, item: 7, day };
/// let outcomes = match_next_purchases(&candidates, &[bought(130.0), bought(112.0), bought(100.0)], 160.0)?;
/// assert_eq!((outcomes[0].run_out_days, outcomes[0].bought_days), (10.0, Some(12.0)));
/// assert_eq!(outcomes[0].follow_up_days, 60.0);
/// # Ok::<(), beforehand::Error>(())
/// ```
pub fn match_next_purchases(
    candidates: &[Candidate],
    purchases: &[PurchaseDay],
    follow_up_until_day: f64,
) -> Result<Vec<ReminderOutcome>> {
    if let Some(row) = purchases.iter().position(|p| p.day.is_nan()) {
        return Err(Error::data("day", format!("`day` of the purchase in row {row} is not a number")).with_row(row));
    }
    let mut sorted = purchases.to_vec();
    sorted.sort_unstable_by(|a, b| (a.customer, a.item).cmp(&(b.customer, b.item)).then(a.day.total_cmp(&b.day)));
    let outcome = |(row, c): (usize, &Candidate)| {
        if !c.as_of_day.is_finite()
            || c.run_out_day.is_nan()
            || follow_up_until_day.is_nan()
            || c.as_of_day > follow_up_until_day
        {
            let message = format!(
                "candidate in row {row}: `as_of_day` is {}, `run_out_day` {}, `follow_up_until_day` {follow_up_until_day}; \
                 give numbers, with `as_of_day` not after the end of the follow-up",
                c.as_of_day, c.run_out_day
            );
            return Err(Error::data("as_of_day", message).with_row(row));
        }
        let next = sorted.partition_point(|p| {
            (p.customer, p.item).cmp(&(c.customer, c.item)).then(p.day.total_cmp(&c.as_of_day)).is_le()
        });
        let bought = sorted
            .get(next)
            .filter(|p| (p.customer, p.item) == (c.customer, c.item) && p.day <= follow_up_until_day)
            .map(|p| p.day - c.as_of_day);
        Ok(ReminderOutcome {
            run_out_days: c.run_out_day - c.as_of_day,
            prob: c.prob,
            bought_days: bought,
            follow_up_days: follow_up_until_day - c.as_of_day,
        })
    };
    candidates.iter().enumerate().map(outcome).collect()
}

/// A judged candidate that runs out within the horizon.
struct Due {
    prob: f64,
    right: bool,
    /// Right, and its purchase is one of those the recall counts.
    catches: bool,
}

struct Judged {
    due: Vec<Due>,
    n_kept: u64,
    n_purchases: u64,
}

impl Judged {
    fn of(outcomes: &[ReminderOutcome], options: &ReminderOptions) -> Result<Self> {
        options.validate()?;
        let (tolerance, horizon) = (options.tolerance_days, options.horizon_days);
        let (mut due, mut n_kept, mut n_purchases) = (Vec::new(), 0, 0);
        for (row, o) in outcomes.iter().enumerate() {
            check_prob("prob", row, o.prob)?;
            let bought_fits = o.bought_days.is_none_or(|b| b >= 0.0 && b <= o.follow_up_days);
            if o.run_out_days.is_nan() || o.follow_up_days.is_nan() || o.follow_up_days < 0.0 || !bought_fits {
                let message = format!(
                    "row {row}: `run_out_days` is {}, `bought_days` {:?}, `follow_up_days` {}; give numbers, with \
                     0 ≤ `bought_days` ≤ `follow_up_days`",
                    o.run_out_days, o.bought_days, o.follow_up_days
                );
                return Err(Error::data("bought_days", message).with_row(row));
            }
            if o.follow_up_days < horizon + tolerance {
                continue;
            }
            n_kept += 1;
            let bought = o.bought_days.unwrap_or(f64::INFINITY);
            n_purchases += u64::from(bought <= horizon);
            if o.run_out_days <= horizon {
                let right = (bought - o.run_out_days).abs() <= tolerance;
                due.push(Due { prob: o.prob + 0.0, right, catches: right && bought <= horizon });
            }
        }
        Ok(Self { due, n_kept, n_purchases })
    }
}

#[derive(Default)]
struct Tally {
    reminders: u64,
    right: u64,
    caught: u64,
}

impl Tally {
    fn add(&mut self, due: &Due) {
        self.reminders += 1;
        self.right += u64::from(due.right);
        self.caught += u64::from(due.catches);
    }

    fn point(&self, prob_threshold: f64, n_purchases: u64) -> ReminderPoint {
        let (low, high) = wilson_interval(self.right as f64, self.reminders as f64);
        ReminderPoint {
            prob_threshold,
            n_reminders: self.reminders,
            n_right: self.right,
            precision: self.right as f64 / self.reminders as f64,
            precision_low: low,
            precision_high: high,
            recall: (n_purchases > 0).then(|| self.caught as f64 / n_purchases as f64),
        }
    }
}

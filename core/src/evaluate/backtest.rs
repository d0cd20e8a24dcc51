//! Rolling-origin backtest: what forecasts made at earlier instants of the same log would have been worth.

use serde::{Deserialize, Serialize};

use super::calibration::{CalibrationBin, DEFAULT_BINS, calibration};
use super::coverage::{Coverage, DEFAULT_LEVEL, coverage_among_buyers};
use super::date::{Between, DateCdf};
use super::reminders::{ReminderCurve, ReminderOptions, ReminderOutcome, reminder_curve};
use super::scores::Scores;
use crate::error::{Error, ErrorCode, Result};
use crate::history::HistoryView;
use crate::model::Model;
use crate::progress::{Progress, Stage};
use crate::replenish::{MIN_LAPSE_ROWS, Options, Outlook};
use crate::time::Timestamp;

/// What a backtest is told.
///
/// ```
/// let options = beforehand::evaluate::BacktestOptions::default();
/// assert_eq!((options.n_cutoffs, options.step_days, options.horizon_days), (3, 28.0, 28.0));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct BacktestOptions {
    /// How many cutoffs, 1 … 24. Default 3.
    pub n_cutoffs: usize,
    /// Days between them, 1 … 364. Default 28.
    pub step_days: f64,
    /// Horizon of the probabilities, days, 1 … 364. The last cutoff lies this far before `as_of`. Default 28.
    pub horizon_days: f64,
    /// How reminders are judged.
    pub reminders: ReminderOptions,
}

impl Default for BacktestOptions {
    fn default() -> Self {
        Self { n_cutoffs: 3, step_days: 28.0, horizon_days: 28.0, reminders: ReminderOptions::default() }
    }
}

impl BacktestOptions {
    /// Checks every option.
    ///
    /// # Errors
    /// `invalid_options` naming the option, the value given and the values allowed.
    pub fn validate(&self) -> Result<()> {
        let fail = |field: &str, value: String, allowed: &str| {
            Err(Error::options(field, format!("{field} is {value}; allowed are {allowed}")))
        };
        if !(1..=24).contains(&self.n_cutoffs) {
            return fail("n_cutoffs", self.n_cutoffs.to_string(), "1 to 24");
        }
        if !(1.0..=364.0).contains(&self.step_days) {
            return fail("step_days", self.step_days.to_string(), "1 to 364");
        }
        if !(1.0..=364.0).contains(&self.horizon_days) {
            return fail("horizon_days", self.horizon_days.to_string(), "1 to 364");
        }
        self.reminders.validate()
    }
}

/// What a backtest found. Every forecast came from a model fitted at its cutoff, which knew nothing later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Backtest {
    /// The cutoffs, earliest first.
    pub cutoffs: Vec<Timestamp>,
    /// The horizon of the probabilities, days.
    pub horizon_days: f64,
    /// P(buys within the horizon), over all pairs.
    pub all: Scores,
    /// The same over pairs bought twice or more; `None` when there was none.
    pub repeated: Option<Scores>,
    /// The same of the structural forecast alone, without the layer.
    pub structure: Scores,
    /// The calibration curve over all pairs.
    pub calibration: Vec<CalibrationBin>,
    /// Mean CRPS of the date of the next purchase, days, up to the follow-up: lower is better.
    pub crps_days: f64,
    /// How often the 80 % interval of the date held the purchase, among those that came within the follow-up.
    pub coverage: Option<Coverage>,
    /// Precision and recall of reminders; `None` when the log ends too early to judge any.
    pub reminders: Option<ReminderCurve>,
}

#[derive(Default)]
struct Rows {
    label: Vec<bool>,
    prob: Vec<f64>,
    structure: Vec<f64>,
    n_events: Vec<u32>,
    pit: Vec<f64>,
    prob_by_follow_up: Vec<f64>,
    crps: f64,
    outcomes: Vec<ReminderOutcome>,
}

/// Fits at each cutoff, forecasts, and compares with what came: the last cutoff lies one horizon before `as_of`, the others
/// a step apart before it, in civil days of the log's time zone. Nothing after `as_of` is looked at, and no forecast saw anything
/// after its cutoff. In a log that knows times, a day of which `as_of` is not the end is left out, for it is not whole.
///
/// # Errors
/// `invalid_options`, and `empty_data` when no cutoff has an event before it.
pub fn backtest<'a>(
    history: impl Into<HistoryView<'a>>,
    as_of: Timestamp,
    options: &Options,
    backtest: &BacktestOptions,
) -> Result<Backtest> {
    backtest_while(history, as_of, options, backtest, |_| true)
}

/// As [`backtest`], telling `go_on` how far the work is, many times a second; when it answers `false`, the work stops.
///
/// # Errors
/// As [`backtest`], and `cancelled`.
pub fn backtest_while<'a>(
    history: impl Into<HistoryView<'a>>,
    as_of: Timestamp,
    options: &Options,
    backtest: &BacktestOptions,
    mut go_on: impl FnMut(Progress) -> bool,
) -> Result<Backtest> {
    backtest.validate()?;
    let view = history.into();
    let as_of = view.history.whole_days_until(as_of);
    let first = view.history.first_at();
    let cutoffs: Vec<Timestamp> = (0..backtest.n_cutoffs)
        .rev()
        .map(|k| view.history.days_before(as_of, backtest.horizon_days + k as f64 * backtest.step_days))
        .filter(|&cutoff| first.is_some_and(|first| cutoff > first))
        .collect();
    if cutoffs.is_empty() {
        let begins = first.map_or_else(|| "never".to_owned(), |at| at.to_string());
        return Err(Error::new(
            ErrorCode::EmptyData,
            format!(
                "the log begins {begins}, not the horizon of {} days or more before as_of {as_of}; a backtest needs a \
                 longer log or a shorter horizon",
                backtest.horizon_days
            ),
        ));
    }
    // Lapse is not looked at here, so little is learned about it.
    let options = &Options { max_lapse_rows: MIN_LAPSE_ROWS, ..options.clone() };
    let mut rows = Rows::default();
    for (k, &cutoff) in cutoffs.iter().enumerate() {
        let share = |of_one: f64| (k as f64 + of_one) / cutoffs.len() as f64;
        // Fitting is about four fifths of a cutoff's work.
        let model = Model::fit_while(view.clone(), cutoff, options, |fitting| {
            go_on(Progress { stage: Stage::Backtest, done: share(0.8 * fitting.overall()) })
        })?;
        let mut failed = None;
        model.outlooks(&view, cutoff, as_of, |outlook| {
            if failed.is_none() {
                failed = rows.add(&outlook, backtest).err();
            }
        });
        if let Some(error) = failed {
            return Err(error);
        }
    }
    rows.finish(cutoffs, backtest)
}

impl Rows {
    fn add(&mut self, outlook: &Outlook, options: &BacktestOptions) -> Result<()> {
        let Outlook { survival, bought_days, follow_up_days, .. } = outlook;
        let bought = bought_days.map(f64::from);
        let follow_up = f64::from(*follow_up_days);
        self.label.push(bought.is_some_and(|days| days <= options.horizon_days));
        self.prob.push(survival.prob_within(options.horizon_days));
        self.structure.push(survival.structural_prob_within(options.horizon_days));
        self.n_events.push(outlook.n_events);
        let run_out_days = survival.run_out_days(0.5);
        let days: Vec<f64> = CURVE_DAYS.into_iter().filter(|d| *d < follow_up).chain([follow_up]).collect();
        let cdf: Vec<f64> = days.iter().map(|&d| survival.prob_within(d)).collect();
        self.crps += DateCdf::new(&days, &cdf, Between::Linear)?.crps(bought, follow_up)?;
        if let Some(days) = bought {
            // A purchase of a day is taken at its middle.
            self.pit.push(survival.prob_within(days - 0.5));
            self.prob_by_follow_up.push(survival.prob_within(follow_up));
        }
        self.outcomes.push(ReminderOutcome {
            run_out_days,
            prob: survival.prob_within(options.horizon_days),
            bought_days: bought,
            follow_up_days: follow_up,
        });
        Ok(())
    }

    fn finish(self, cutoffs: Vec<Timestamp>, options: &BacktestOptions) -> Result<Backtest> {
        let repeated: Vec<usize> = (0..self.label.len()).filter(|&r| self.n_events[r] >= 2).collect();
        let pick =
            |rows: &[usize]| -> (Vec<bool>, Vec<f64>) { rows.iter().map(|&r| (self.label[r], self.prob[r])).unzip() };
        let (label, prob) = pick(&repeated);
        let curve = reminder_curve(&self.outcomes, &options.reminders)?;
        Ok(Backtest {
            cutoffs,
            horizon_days: options.horizon_days,
            all: Scores::of(&self.label, &self.prob)?,
            repeated: if label.is_empty() { None } else { Some(Scores::of(&label, &prob)?) },
            structure: Scores::of(&self.label, &self.structure)?,
            calibration: calibration(&self.label, &self.prob, DEFAULT_BINS)?,
            crps_days: self.crps / self.label.len().max(1) as f64,
            coverage: if self.pit.is_empty() {
                None
            } else {
                Some(coverage_among_buyers(&self.pit, &self.prob_by_follow_up, DEFAULT_LEVEL)?)
            },
            reminders: (curve.n_judged > 0).then_some(curve),
        })
    }
}

/// Where the distribution function is taken for the CRPS, days.
const CURVE_DAYS: [f64; 12] = [0.0, 1.0, 3.0, 7.0, 14.0, 21.0, 28.0, 42.0, 56.0, 84.0, 112.0, 224.0];

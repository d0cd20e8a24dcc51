//! A report from a model and a history: the backtest, the audit, and the reminders due.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::decisions::DecisionsShown;
use super::{PairForecast, Purchase, Report, ScoreRow};
use crate::error::{Error, Result};
use crate::evaluate::{Backtest, BacktestOptions, audit, backtest_while};
use crate::history::HistoryView;
use crate::model::Model;
use crate::offer::Policy;
use crate::progress::Progress;
use crate::replenish::{ForecastOptions, Replenishment};
use crate::time::Timestamp;

/// What a report is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ReportOptions {
    /// Title of the page. Default "Reminders".
    pub title: String,
    /// Reminders shown at most, one per customer, the likeliest purchase first; 0 … 1000. Default 12.
    pub n_reminders: usize,
    /// How many of them are drawn as timelines. Default 6.
    pub n_timelines: usize,
    /// Reminders due within so many days are shown, 0 … 364. Default 7.
    pub due_within_days: f64,
    /// Whether to backtest, which fits once per cutoff. Default: true.
    pub with_backtest: bool,
    /// With a policy the page also shows what it makes of everyone's needs today. Default: none.
    pub policy: Option<Policy>,
    /// What items are called, by identifier. Items that are not listed appear with their identifier.
    pub item_names: BTreeMap<String, String>,
    /// Sentences for the end of the page, such as the source of the data.
    pub notes: Vec<String>,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            title: "Reminders".to_owned(),
            n_reminders: 12,
            n_timelines: 6,
            due_within_days: 7.0,
            with_backtest: true,
            policy: None,
            item_names: BTreeMap::new(),
            notes: Vec::new(),
        }
    }
}

impl ReportOptions {
    /// Checks every option.
    ///
    /// # Errors
    /// `invalid_options` naming the option, the value given and the values allowed.
    pub fn validate(&self) -> Result<()> {
        if self.n_reminders > 1000 {
            let message = format!("n_reminders is {}; allowed are 0 to 1000", self.n_reminders);
            return Err(Error::options("n_reminders", message));
        }
        if !(0.0..=364.0).contains(&self.due_within_days) {
            let message = format!("due_within_days is {}; allowed are 0 to 364", self.due_within_days);
            return Err(Error::options("due_within_days", message));
        }
        Ok(())
    }
}

impl Report {
    /// The report about a model's forecasts at `as_of`: what the log can carry, a backtest that ends there, and the reminders
    /// due. A log too short for a backtest gets a report without one.
    ///
    /// # Errors
    /// `invalid_options`, also when `as_of` is before the model's own.
    pub fn of<'a>(
        model: &Model,
        history: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
        options: &ReportOptions,
    ) -> Result<Self> {
        Self::of_while(model, history, as_of, options, |_| true)
    }

    /// As [`Self::of`], telling `go_on` how far the backtest is, many times a second; when it answers `false`, the work stops.
    ///
    /// # Errors
    /// As [`Self::of`], and `cancelled`.
    pub fn of_while<'a>(
        model: &Model,
        history: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
        options: &ReportOptions,
        go_on: impl FnMut(Progress) -> bool,
    ) -> Result<Self> {
        options.validate()?;
        let view = history.into();
        let due = model.replenishment_with(view.clone(), as_of, &ForecastOptions::default())?;
        let mut report = Self::new(options.title.clone(), as_of);
        view.history().time_zone().clone_into(&mut report.time_zone);
        report.reminders =
            rows_shown(&due, options).into_iter().map(|row| pair(&view, &due, row, as_of, options)).collect();
        report.timelines = report.reminders.iter().take(options.n_timelines).cloned().collect();
        if let Some(policy) = &options.policy {
            report.decisions = Some(DecisionsShown::of(model, &view, as_of, policy, &options.item_names)?);
        }
        report.audit = Some(audit(view.clone(), as_of));
        report.notes.clone_from(&options.notes);
        if options.with_backtest {
            match backtest_while(view, as_of, model.options(), &BacktestOptions::default(), go_on) {
                Ok(test) => report.show(test),
                Err(e) if e.code() == crate::ErrorCode::EmptyData => report.notes.push(format!("No backtest: {e}.")),
                Err(e) => return Err(e),
            }
        }
        Ok(report)
    }

    /// Puts a backtest on the page.
    pub fn show(&mut self, test: Backtest) {
        self.scores.push(ScoreRow { name: "all pairs".to_owned(), scores: test.all });
        self.scores.extend(test.repeated.map(|scores| ScoreRow { name: "bought twice or more".to_owned(), scores }));
        self.scores.push(ScoreRow { name: "all pairs, structure alone".to_owned(), scores: test.structure });
        self.calibration = test.calibration;
        self.coverage = test.coverage;
        self.reminder_curve = test.reminders;
    }
}

/// The rows shown: due soon, at most one per customer, so that the page shows different people.
fn rows_shown(due: &Replenishment<'_>, options: &ReportOptions) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    let rows = due.due_within(options.due_within_days).into_iter();
    rows.filter(|&row| seen.insert(due.customer[row])).take(options.n_reminders).collect()
}

fn pair(
    view: &HistoryView<'_>,
    due: &Replenishment<'_>,
    row: usize,
    as_of: Timestamp,
    options: &ReportOptions,
) -> PairForecast {
    let at = |days: f32| Some(as_of.plus_days(f64::from(days)));
    let item = due.item(row).to_string();
    let name = options.item_names.get(&item).cloned().unwrap_or(item);
    let mut pair = PairForecast::new(due.customer(row).to_string(), name);
    let bought = view.history().purchases_of(due.customer(row), due.item(row));
    let (before, after): (Vec<_>, Vec<_>) = bought.into_iter().partition(|(at, _)| *at <= as_of);
    pair.purchases = before.into_iter().map(|(at, quantity)| Purchase { at, quantity }).collect();
    pair.bought_at = after.first().map(|(at, _)| *at);
    pair.run_out_p10_at = at(due.run_out_p10_days[row]);
    pair.run_out_p50_at = at(due.run_out_p50_days[row]);
    pair.run_out_p90_at = at(due.run_out_p90_days[row]);
    pair.prob_within = due.prob_within(28.0).map(|p| f64::from(p[row]));
    pair.remind_at = at(due.remind_days[row]);
    due.basis[row].as_str().clone_into(&mut pair.basis);
    pair
}

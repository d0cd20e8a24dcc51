//! A self-contained HTML page about one backtest and one day's reminders: for people who decide whether to trust them.
//!
//! One file without any outside resource: styles inline, charts as inline SVG, light and dark as the reader's system asks
//! for, readable on a phone, by screen readers and on paper. Every text is escaped.

mod assemble;
mod calibration;
mod curve;
mod dates;
mod decisions;
mod page;
mod svg;
mod tables;
#[cfg(test)]
mod tests;
mod timeline;

pub use assemble::ReportOptions;
pub use decisions::{ContactShown, DecisionsShown};
use serde::{Deserialize, Serialize};

use crate::evaluate::{Audit, CalibrationBin, Coverage, ReminderCurve, Scores};
use crate::time::Timestamp;

/// What the page shows. Empty parts leave no trace on it.
///
/// ```
/// use beforehand::report::{Purchase, PairForecast, Report};
/// let mut report = Report::new("Reminders <today>", "2011-11-06".parse()?);
/// let mut pair = PairForecast::new("c17", "filter");
/// pair.purchases.push(Purchase { at: "2011-08-08".parse()?, quantity: 1.0 });
/// pair.run_out_p50_at = Some("2011-11-13".parse()?);
/// report.reminders.push(pair);
/// let html = report.to_html();
/// assert!(html.starts_with("<!DOCTYPE html>") && html.contains("Reminders &lt;today&gt;"));
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Title of the page.
    pub title: String,
    /// The instant the reminders were made at.
    pub as_of: Timestamp,
    /// The time zone whose dates the page says, by its IANA name; a name that is none counts as UTC, the default.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// The horizon of the probabilities, in days. Default 28.
    pub horizon_days: f64,
    /// What the log holds and can carry.
    #[serde(default)]
    pub audit: Option<Audit>,
    /// Scores from the backtest, one row per model or set of pairs, the library's own first.
    #[serde(default)]
    pub scores: Vec<ScoreRow>,
    /// The calibration curve of the backtest.
    #[serde(default)]
    pub calibration: Vec<CalibrationBin>,
    /// How often the 80 % interval of the run-out date held the purchase.
    #[serde(default)]
    pub coverage: Option<Coverage>,
    /// What reminders are worth, over the choice of a threshold.
    #[serde(default)]
    pub reminder_curve: Option<ReminderCurve>,
    /// Examples drawn as timelines.
    #[serde(default)]
    pub timelines: Vec<PairForecast>,
    /// The reminders due, in the order in which they are to be shown.
    #[serde(default)]
    pub reminders: Vec<PairForecast>,
    /// What a policy makes of everyone's needs today.
    #[serde(default)]
    pub decisions: Option<DecisionsShown>,
    /// Sentences for the end of the page: source and licence of the data, the command that made it.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// One row of the table of scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreRow {
    /// What was scored, such as "all pairs" or "base rate".
    pub name: String,
    /// Its scores.
    pub scores: Scores,
}

/// One customer and item: what was bought, and what is forecast.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PairForecast {
    /// The customer, as readers know them.
    pub customer: String,
    /// The item, as readers know it.
    pub item: String,
    /// Purchases up to `as_of`, in order of time.
    pub purchases: Vec<Purchase>,
    /// The run-out lies before this instant with 10 % probability.
    pub run_out_p10_at: Option<Timestamp>,
    /// The run-out is as likely before as after this instant.
    pub run_out_p50_at: Option<Timestamp>,
    /// The run-out lies before this instant with 90 % probability; `None` when that is beyond every forecast.
    pub run_out_p90_at: Option<Timestamp>,
    /// P(buys within the horizon of the report), in \[0, 1\].
    pub prob_within: Option<f64>,
    /// When to remind.
    pub remind_at: Option<Timestamp>,
    /// Whose evidence the forecast rests on: `own`, `item`, `category`, `population`.
    pub basis: String,
    /// When the customer bought after `as_of`, if that is known by now.
    pub bought_at: Option<Timestamp>,
}

/// A purchase of the item at hand.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purchase {
    /// When.
    pub at: Timestamp,
    /// Units bought.
    pub quantity: f64,
}

impl PairForecast {
    /// A customer and an item, all else unknown.
    pub fn new(customer: impl Into<String>, item: impl Into<String>) -> Self {
        Self { customer: customer.into(), item: item.into(), ..Self::default() }
    }
}

fn utc() -> String {
    "UTC".to_owned()
}

impl Report {
    /// A page with a title and nothing on it yet, horizon 28 days, dates in UTC.
    pub fn new(title: impl Into<String>, as_of: Timestamp) -> Self {
        Self {
            title: title.into(),
            as_of,
            time_zone: utc(),
            horizon_days: 28.0,
            audit: None,
            scores: Vec::new(),
            calibration: Vec::new(),
            coverage: None,
            reminder_curve: None,
            timelines: Vec::new(),
            reminders: Vec::new(),
            decisions: None,
            notes: Vec::new(),
        }
    }

    fn dates(&self) -> dates::Dates {
        dates::Dates::new(&self.time_zone)
    }

    /// The page as one HTML document, UTF-8. The same report gives the same bytes.
    pub fn to_html(&self) -> String {
        page::page(self).into_string()
    }
}

//! What the search for declines may be told.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What is taken for the periods of counts of which nothing is known.
const WEEKS_PER_YEAR: f64 = 52.0;

/// When an alarm is raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AlarmRule {
    /// When the evidence for a fall exceeds what the stated share of healthy customers shows in a year.
    #[default]
    Evidence,
    /// When the count fell two periods running, taken literally. Kept for comparison: nearly every healthy customer alarms
    /// within a year, which [`DeclineModel::false_alarms_per_year`](super::DeclineModel::false_alarms_per_year) and each alarm
    /// show.
    TwoFallsRunning,
}

/// What the search for declines may be told. The default is right for weekly counts.
///
/// ```
/// use beforehand::churn::DeclineOptions;
/// let options = DeclineOptions { false_alarms_per_year: 0.02, ..DeclineOptions::default() };
/// assert!(options.validate().is_ok());
/// assert!(DeclineOptions { min_periods: 0, ..options }.validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct DeclineOptions {
    /// The share of healthy customers that may alarm within a year, 0.0001 … 0.5. Default: 0.05. Smaller is slower: at
    /// the same counts, less evidence is enough for more alarms.
    pub false_alarms_per_year: f64,
    /// How many periods make a year, 4 … 366: 52 for weeks, 12 for months, 365 for days. Default: as many as the periods of a log
    /// of events are long, and 52 for counts given as such.
    pub periods_per_year: Option<f64>,
    /// Periods a customer must have been seen before an alarm, 2 … 104. Default: 8. What is not known of a young
    /// customer's level widens the evidence anyway.
    pub min_periods: u32,
    /// When an alarm is raised. Default: by evidence.
    pub rule: AlarmRule,
    /// Customers the population is learned from, at most, 100 … 100,000; chosen by a hash of their names. Default: 4096.
    pub max_customers: usize,
    /// Healthy customers simulated for the threshold, 1,000 … 1,000,000. Default: 8192, which holds the stated rate to
    /// about a twentieth of itself.
    pub n_simulated: usize,
}

impl Default for DeclineOptions {
    fn default() -> Self {
        Self {
            false_alarms_per_year: 0.05,
            periods_per_year: None,
            min_periods: 8,
            rule: AlarmRule::default(),
            max_customers: 4096,
            n_simulated: 8192,
        }
    }
}

impl DeclineOptions {
    /// The literal rule "activity falls two periods in a row".
    pub fn two_falls_running() -> Self {
        Self { rule: AlarmRule::TwoFallsRunning, ..Self::default() }
    }

    /// Checks every option.
    ///
    /// # Errors
    /// `invalid_options` naming the option, the value given and the values allowed.
    pub fn validate(&self) -> Result<()> {
        let ranges = [
            ("false_alarms_per_year", self.false_alarms_per_year, 0.0001, 0.5),
            ("periods_per_year", self.periods_per_year.unwrap_or(WEEKS_PER_YEAR), 4.0, 366.0),
            ("min_periods", f64::from(self.min_periods), 2.0, 104.0),
            ("max_customers", self.max_customers as f64, 100.0, 100_000.0),
            ("n_simulated", self.n_simulated as f64, 1_000.0, 1_000_000.0),
        ];
        for (name, value, low, high) in ranges {
            if !(low..=high).contains(&value) {
                return Err(Error::options(name, format!("{name} is {value}; allowed are {low} to {high}")));
            }
        }
        Ok(())
    }

    /// How many periods make a year.
    pub(super) fn year(&self) -> f64 {
        self.periods_per_year.unwrap_or(WEEKS_PER_YEAR)
    }

    /// Alarms of a healthy customer per period.
    pub(super) fn rate_per_period(&self) -> f64 {
        -(-self.false_alarms_per_year).ln_1p() / self.year()
    }
}

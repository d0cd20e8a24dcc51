//! What a caller may set: before fitting, and for each forecast.

use serde::{Deserialize, Serialize};

use super::ladder::Ladder;
use super::survival::REACH_DAYS;
use crate::error::{Error, Result};
use crate::lists::{check_list, repeated};

/// Rows a layer may be trained on, at most.
const MAX_ROWS: usize = 10_000_000;
const MIN_TRAINING_ROWS: usize = 1_000;
pub(crate) const MIN_LAPSE_ROWS: usize = 100;

/// Which items replace each other, so that buying one postpones the reminder for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Substitutes {
    /// Items of the same `need` column; items without a need stand for themselves.
    #[default]
    Need,
    /// Items of the same `category` column.
    Category,
    /// None: every item is forecast by itself.
    None,
}

/// What fitting may be told. The default is right for an order log as it is.
///
/// ```
/// use beforehand::{Options, Substitutes};
/// let options = Options { substitutes: Substitutes::Category, ..Options::default() };
/// assert!(options.validate().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Which items replace each other. Default: those of one need.
    pub substitutes: Substitutes,
    /// Life stages given by the user. Default: none.
    pub ladders: Vec<Ladder>,
    /// Whether to learn, from what buyers of an item move on to, which item follows it. Default: true.
    pub learn_successors: bool,
    /// Rows on which the layer is trained, at most; more cost time and gain little. Allowed 1,000 … 10,000,000,
    /// default 250,000. Fitting does not grow with the log beyond them.
    pub max_training_rows: usize,
    /// Rows on which the layer of lapse is trained, at most; 100 save time where nobody asks about lapse. Allowed
    /// 100 … 10,000,000, default 100,000.
    pub max_lapse_rows: usize,
    /// Whether forecasts react to the supply bought (quantity × pack size). Default: true.
    pub use_quantity: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            substitutes: Substitutes::default(),
            ladders: Vec::new(),
            learn_successors: true,
            max_training_rows: 250_000,
            max_lapse_rows: 100_000,
            use_quantity: true,
        }
    }
}

impl Options {
    /// Checks every option.
    ///
    /// # Errors
    /// `invalid_options` naming the option, the value given and the values allowed.
    pub fn validate(&self) -> Result<()> {
        let limits = [
            ("max_training_rows", self.max_training_rows, MIN_TRAINING_ROWS),
            ("max_lapse_rows", self.max_lapse_rows, MIN_LAPSE_ROWS),
        ];
        for (option, rows, least) in limits {
            if !(least..=MAX_ROWS).contains(&rows) {
                return Err(Error::options(option, format!("{option} is {rows}; allowed are {least} to {MAX_ROWS}")));
            }
        }
        if let Some(name) = repeated(self.ladders.iter().map(|ladder| &ladder.name)) {
            return Err(Error::options("ladders", format!("there are two ladders {name:?}; names must differ")));
        }
        self.ladders.iter().try_for_each(Ladder::validate)
    }
}

/// What a forecast may be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ForecastOptions {
    /// Horizons for which P(buys within) is given, days, each 0 < h ≤ 364. Default: 7, 28, 84.
    pub horizons_days: Vec<f64>,
    /// How long before the run-out date to remind (delivery and thinking it over), days, 0 … 364. Default: 7.
    pub lead_days: f64,
    /// Which quantile of the run-out date the reminder aims at, 0 < q < 1. Smaller reminds earlier. Default: 0.5.
    pub remind_quantile: f64,
}

impl Default for ForecastOptions {
    fn default() -> Self {
        Self { horizons_days: vec![7.0, 28.0, 84.0], lead_days: 7.0, remind_quantile: 0.5 }
    }
}

impl ForecastOptions {
    /// Checks every option.
    ///
    /// # Errors
    /// `invalid_options` naming the option, the value given and the values allowed.
    pub fn validate(&self) -> Result<()> {
        let allowed = format!("numbers above 0 and up to {REACH_DAYS}");
        check_list("horizons_days", &self.horizons_days, &allowed, |days| *days > 0.0 && *days <= REACH_DAYS)?;
        if !(0.0..=REACH_DAYS).contains(&self.lead_days) {
            return Err(Error::options(
                "lead_days",
                format!("lead_days is {}; allowed are 0 to {REACH_DAYS}", self.lead_days),
            ));
        }
        if !(self.remind_quantile > 0.0 && self.remind_quantile < 1.0) {
            return Err(Error::options(
                "remind_quantile",
                format!("remind_quantile is {}; allowed are numbers between 0 and 1", self.remind_quantile),
            ));
        }
        Ok(())
    }
}

//! What a caller may ask about lapse.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::lists::check_list;
use crate::replenish::REACH_DAYS;

/// What to tell about lapse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct LapseOptions {
    /// Horizons for which P(lapse) and the expected purchases are given, days, each 0 < h ≤ 364. At least one; the first is
    /// the one that drivers explain. Default: 84, 28, 182: a quarter, a month, half a year.
    pub horizons_days: Vec<f64>,
}

impl Default for LapseOptions {
    fn default() -> Self {
        Self { horizons_days: vec![84.0, 28.0, 182.0] }
    }
}

impl LapseOptions {
    /// Checks every option.
    ///
    /// # Errors
    /// `invalid_options` naming the option, the value given and the values allowed.
    pub fn validate(&self) -> Result<()> {
        if self.horizons_days.is_empty() {
            return Err(Error::options(
                "horizons_days",
                "horizons_days is empty; give at least one horizon".to_owned(),
            ));
        }
        let allowed = format!("numbers above 0 and up to {REACH_DAYS}");
        check_list("horizons_days", &self.horizons_days, &allowed, |days| *days > 0.0 && *days <= REACH_DAYS)
    }
}

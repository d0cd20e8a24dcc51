//! How input is read.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::zone_named;

/// What a whole number in a time column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// Seconds since 1970-01-01T00:00:00Z.
    Seconds,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    Milliseconds,
    /// Microseconds since 1970-01-01T00:00:00Z.
    Microseconds,
    /// Nanoseconds since 1970-01-01T00:00:00Z; rounded down to the microsecond.
    Nanoseconds,
}

impl TimeUnit {
    /// Microseconds since 1970. Saturates, which the range check of the caller then refuses.
    pub(crate) fn to_micros(self, n: i64) -> i64 {
        match self {
            Self::Seconds => n.saturating_mul(1_000_000),
            Self::Milliseconds => n.saturating_mul(1_000),
            Self::Microseconds => n,
            Self::Nanoseconds => n.div_euclid(1_000),
        }
    }
}

/// What to do with a row that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OnRefused {
    /// Leave the row out and say so in the report.
    #[default]
    KeepGoing,
    /// Stop with an `invalid_data` error that names the first such row.
    Fail,
}

/// What to do with a return that does not name the order it undoes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UnnamedReturns {
    /// Leave it out and say so in the report.
    #[default]
    Refuse,
    /// Take it to undo what the customer bought of the item last, up to then, and is not returned yet; then what was bought
    /// before that, until all units are undone. Without a quantity it undoes one purchase.
    LatestPurchase,
}

/// How input is read.
///
/// ```
/// use beforehand::IngestOptions;
/// let options = IngestOptions { time_zone: "Europe/Berlin".into(), ..Default::default() };
/// options.validate()?;
///
/// let error = IngestOptions { time_zone: "Berlin".into(), ..Default::default() }.validate().unwrap_err();
/// assert_eq!(error.field(), Some("time_zone"));
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct IngestOptions {
    /// The IANA time zone of the shop, such as `Europe/Berlin`: it decides on which civil day an instant falls, and
    /// what a date or date-time without an offset means. Default `UTC`.
    pub time_zone: String,
    /// Purchases of one item by one customer that lie fewer than this many civil days apart are one purchase: 1 (the
    /// default) unites those of one day, 0 none, though forecasts take those of one day for one even then. At most 366. Ingest
    /// keeps every row and counts those that will unite; they are united when the history is read, since only then is it known
    /// which of them lie in the past.
    pub merge_days: u32,
    /// What whole numbers in a time column count, in texts and in Arrow's integer columns. No default: seconds believed
    /// to be microseconds are a date in 1970 and raise no alarm, so such rows are refused until the unit is given.
    pub time_unit: Option<TimeUnit>,
    /// A purchase of more units than this is refused as a slip of the keyboard. Default 1e9.
    pub max_quantity: f64,
    /// What to do with a row that cannot be used. By default the rest is kept, and the report says what was left out.
    pub on_refused: OnRefused,
    /// What to do with a return that does not name the order it undoes. By default it is left out, and the report says so.
    pub unnamed_returns: UnnamedReturns,
    /// The character between two fields of a CSV line; ASCII, neither a quote nor an end of line. Default `,`.
    pub delimiter: char,
}

impl Default for IngestOptions {
    fn default() -> Self {
        Self {
            time_zone: "UTC".to_owned(),
            merge_days: 1,
            time_unit: None,
            max_quantity: 1e9,
            on_refused: OnRefused::KeepGoing,
            unnamed_returns: UnnamedReturns::Refuse,
            delimiter: ',',
        }
    }
}

impl IngestOptions {
    /// Checks every option.
    ///
    /// # Errors
    /// `invalid_options` naming the option, what was given and what is allowed.
    pub fn validate(&self) -> Result<()> {
        self.zone()?;
        if self.merge_days > 366 {
            return Err(Error::options(
                "merge_days",
                format!("merge_days is {}; allowed are 0 to 366 civil days", self.merge_days),
            ));
        }
        if !(self.max_quantity > 0.0 && self.max_quantity.is_finite()) {
            return Err(Error::options(
                "max_quantity",
                format!("max_quantity is {}; give a positive number of units, such as 1e9", self.max_quantity),
            ));
        }
        if !self.delimiter.is_ascii() || matches!(self.delimiter, '"' | '\n' | '\r' | '\0') {
            return Err(Error::options(
                "delimiter",
                format!(
                    "delimiter is {:?}; allowed is one ASCII character other than a quote or an end of line, \
                     such as ',', ';' or a tab",
                    self.delimiter
                ),
            ));
        }
        Ok(())
    }

    /// The time zone; the database of zones is asked only when it is not UTC.
    pub(crate) fn zone(&self) -> Result<TimeZone> {
        zone_named("time_zone", &self.time_zone)
    }
}

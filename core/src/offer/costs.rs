//! What a contact costs beside what it brings.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The costs of a contact, in the currency of the orders. All default to 0 unless said otherwise: what is not stated is not
/// assumed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Costs {
    /// The annoyance of a contact that is ignored.
    pub per_ignored: f64,
    /// The annoyance of one that comes much too early: with more than `early_after_days` of stock left.
    pub per_early: f64,
    /// From how much stock left a contact is much too early, days. Default 14.
    pub early_after_days: f64,
    /// Per day that a contact comes before the best moment, which is `lead_days` before the run-out.
    pub early_per_day: f64,
    /// Per day that it comes after that moment.
    pub late_per_day: f64,
    /// The time between contact and delivery, days, for the two costs per day. Default 7.
    pub lead_days: f64,
    /// P(the customer is lost for good through one ignored contact), 0 to 1: times the customer's remaining value, this is a
    /// cost of its own.
    pub prob_lost_per_ignored: f64,
    /// What a customer will still bring, margin, unless said for the customer.
    pub remaining_value: f64,
}

impl Default for Costs {
    fn default() -> Self {
        Self {
            per_ignored: 0.0,
            per_early: 0.0,
            early_after_days: 14.0,
            early_per_day: 0.0,
            late_per_day: 0.0,
            lead_days: 7.0,
            prob_lost_per_ignored: 0.0,
            remaining_value: 0.0,
        }
    }
}

impl Costs {
    /// Checks every number.
    ///
    /// # Errors
    /// `invalid_options` naming the number, the value given and the values allowed.
    pub fn validate(&self) -> Result<()> {
        let numbers = [
            ("per_ignored", self.per_ignored, 1e12),
            ("per_early", self.per_early, 1e12),
            ("early_after_days", self.early_after_days, 364.0),
            ("early_per_day", self.early_per_day, 1e12),
            ("late_per_day", self.late_per_day, 1e12),
            ("lead_days", self.lead_days, 364.0),
            ("prob_lost_per_ignored", self.prob_lost_per_ignored, 1.0),
            ("remaining_value", self.remaining_value, 1e12),
        ];
        for (name, value, most) in numbers {
            if !(0.0..=most).contains(&value) {
                return Err(Error::options(name, format!("{name} is {value}; allowed are 0 to {most}")));
            }
        }
        Ok(())
    }
}

//! How well a contact works, by how much stock the customer has left when it comes.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What is left of an effect is not looked at below this share of its peak.
const NEGLIGIBLE: f64 = 5e-3;

/// The effect of a contact as a share of its peak, by the days of stock left when it comes.
///
/// With `s` days left, the need falling due `s` days after the contact:
///
/// ```text
/// effect(s) = exp(-(s - best_to_days) / early_scale_days)     s above best_to_days
///             1                                               best_from_days ≤ s ≤ best_to_days
///             exp((s - best_from_days) / late_scale_days)     -late_until_days ≤ s < best_from_days
///             0                                               after that: the need was met elsewhere
/// ```
///
/// ```
/// use beforehand::offer::Response;
/// let response = Response::default();
/// assert_eq!(response.effect(7.0), 1.0);
/// assert!(response.effect(30.0) < 0.05);
/// assert_eq!(response.effect(-20.0), 0.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Response {
    /// Stock left from which on a contact works fully, days: delivery and thinking it over. At least 0, default 4.
    pub best_from_days: f64,
    /// Stock left up to which it works fully, days; not below `best_from_days`. Default 10: with the default above, a week
    /// ahead.
    pub best_to_days: f64,
    /// Days over which the effect of an earlier contact falls to a third (1/e). Above 0, default 6.
    pub early_scale_days: f64,
    /// Days over which the effect of a later contact falls to a third (1/e). Above 0, default 3.
    pub late_scale_days: f64,
    /// How long after the run-out a contact still has an effect, days. At least 0, default 10.
    pub late_until_days: f64,
}

impl Default for Response {
    fn default() -> Self {
        Self {
            best_from_days: 4.0,
            best_to_days: 10.0,
            early_scale_days: 6.0,
            late_scale_days: 3.0,
            late_until_days: 10.0,
        }
    }
}

impl Response {
    /// Checks every number.
    ///
    /// # Errors
    /// `invalid_options` naming the number, the value given and the values allowed.
    pub fn validate(&self) -> Result<()> {
        let numbers = [
            ("best_from_days", self.best_from_days, 0.0),
            ("best_to_days", self.best_to_days, self.best_from_days),
            ("early_scale_days", self.early_scale_days, 0.01),
            ("late_scale_days", self.late_scale_days, 0.01),
            ("late_until_days", self.late_until_days, 0.0),
        ];
        for (name, value, least) in numbers {
            if !(least..=364.0).contains(&value) {
                return Err(Error::options(name, format!("{name} is {value}; allowed are {least} to 364")));
            }
        }
        Ok(())
    }

    /// The effect with so many days of stock left (negative: after the run-out), 0 to 1.
    pub fn effect(&self, stock_left_days: f64) -> f64 {
        let s = stock_left_days;
        if s > self.best_to_days {
            (-(s - self.best_to_days) / self.early_scale_days).exp()
        } else if s >= self.best_from_days {
            1.0
        } else if s >= -self.late_until_days {
            ((s - self.best_from_days) / self.late_scale_days).exp()
        } else {
            0.0
        }
    }

    /// The mean effect when the need falls due on one day or another, each equally likely within the day: at place `i`
    /// that which begins `i - before` days after the contact, as (effects, before).
    pub(super) fn by_day(&self) -> (Vec<f64>, usize) {
        let before = self.late_until_days.ceil() as usize;
        let after = (self.best_to_days - self.early_scale_days * NEGLIGIBLE.ln()).ceil() as usize;
        // Simpson's rule in each half of the day: exact to 1e-6 for the scales allowed, away from the corners.
        let mean = |day: f64| {
            let at = |part: f64| self.effect(day + part);
            (at(0.0) + 4.0 * at(0.25) + 2.0 * at(0.5) + 4.0 * at(0.75) + at(1.0 - 1e-9)) / 12.0
        };
        ((0..before + after).map(|i| mean(i as f64 - before as f64)).collect(), before)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_effect_by_day_is_the_mean_over_the_day() {
        let response = Response::default();
        let (effects, before) = response.by_day();
        for (i, effect) in effects.iter().enumerate() {
            let start = i as f64 - before as f64;
            let mean = (0..1000).map(|k| response.effect(start + (f64::from(k) + 0.5) / 1000.0)).sum::<f64>() / 1000.0;
            assert!((effect - mean).abs() < 2e-3, "{start}: {effect} {mean}");
        }
        assert!(effects.len() < 100);
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        let late = Response { best_from_days: 12.0, ..Response::default() };
        assert_eq!(late.validate().unwrap_err().field(), Some("best_to_days"));
        let unclear = Response { late_scale_days: f64::NAN, ..Response::default() };
        assert_eq!(unclear.validate().unwrap_err().field(), Some("late_scale_days"));
    }
}

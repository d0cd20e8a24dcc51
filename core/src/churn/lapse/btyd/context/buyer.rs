//! One customer with the days of the purchases, and what else is known.

use serde::{Deserialize, Serialize};

use super::calendar::{FIRST_DAY, LAST_DAY};
use crate::error::{Error, Result};

/// A customer's purchase days and traits. Days are civil days counted from 1970-01-01.
///
/// ```
/// use beforehand::churn::Buyer;
/// let buyer = Buyer::new(vec![20_000, 20_010, 20_045], 20_100).traits(vec![1.0], vec![1.0, 34.0]);
/// assert_eq!(buyer.n_repeats(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Buyer {
    /// Days with a purchase, ascending, each once; the first one included.
    pub days: Vec<i32>,
    /// The day until which the customer was observed, at least the last of `days`.
    pub observed_until: i32,
    /// Traits that may change how often the customer buys, in the order of [`Context::buying`](super::Context::buying);
    /// NaN where unknown, which counts as the mean.
    #[serde(default)]
    pub buying: Vec<f64>,
    /// Traits that may change how soon the customer leaves, in the order of
    /// [`Context::leaving`](super::Context::leaving); NaN where unknown.
    #[serde(default)]
    pub leaving: Vec<f64>,
}

impl Buyer {
    /// A customer without traits.
    pub fn new(days: Vec<i32>, observed_until: i32) -> Self {
        Self { days, observed_until, buying: Vec::new(), leaving: Vec::new() }
    }

    /// The same with traits for buying and for leaving.
    #[must_use]
    pub fn traits(mut self, buying: Vec<f64>, leaving: Vec<f64>) -> Self {
        (self.buying, self.leaving) = (buying, leaving);
        self
    }

    /// Purchase days after the first.
    pub fn n_repeats(&self) -> u32 {
        self.days.len().saturating_sub(1) as u32
    }

    pub(super) fn first(&self) -> i32 {
        self.days.first().copied().unwrap_or(self.observed_until)
    }

    pub(super) fn last(&self) -> i32 {
        self.days.last().copied().unwrap_or(self.observed_until)
    }

    /// Checks the days and the numbers of traits.
    ///
    /// # Errors
    /// `invalid_data` naming the field.
    pub(super) fn validate(&self, n_buying: usize, n_leaving: usize) -> Result<()> {
        let until = self.observed_until;
        if self.days.is_empty() || self.days.windows(2).any(|w| w[0] >= w[1]) {
            return Err(Error::data("days", "days are empty or not ascending; give each purchase day once, in order"));
        }
        if self.first() < FIRST_DAY || until > LAST_DAY || self.last() > until {
            let (first, last) = (self.first(), self.last());
            return Err(Error::data(
                "days",
                format!(
                    "days run from {first} to {last}, observed until {until}; allowed are {FIRST_DAY} to {LAST_DAY} (1903 to \
                     2199), none after observed_until"
                ),
            ));
        }
        for (field, traits, n) in [("buying", &self.buying, n_buying), ("leaving", &self.leaving, n_leaving)] {
            if traits.len() != n {
                let own = traits.len();
                return Err(Error::data(field, format!("{field} has {own} traits; the context names {n}")));
            }
            if let Some(x) = traits.iter().find(|x| x.is_infinite()) {
                return Err(Error::data(field, format!("{field} holds {x}; give finite numbers, or NaN if unknown")));
            }
        }
        Ok(())
    }
}

//! Scores of a forecast of *when*: the distribution of the next purchase date against the date it came, or did not.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How a distribution runs between two of its knots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Between {
    /// It rises evenly: the purchase is equally likely on each day between two knots.
    #[default]
    Linear,
    /// It jumps at each knot: the purchase can fall on the knots only.
    Steps,
}

/// A forecast of the next purchase date as a cumulative distribution over days from `as_of`.
///
/// `cdf[k]` is P(bought by `days[k]`). Before the first knot the distribution starts at 0 on day 0; behind the last it
/// stays where it is, and what is missing to 1 means "later, or never".
///
/// ```
/// use beforehand::evaluate::{Between, DateCdf};
/// let cdf = DateCdf::new(&[10.0, 20.0], &[0.5, 0.8], Between::Linear)?;
/// assert_eq!(cdf.prob_by(5.0), 0.25);
/// assert_eq!(cdf.prob_by(99.0), 0.8);
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct DateCdf<'a> {
    days: &'a [f64],
    cdf: &'a [f64],
    between: Between,
}

impl<'a> DateCdf<'a> {
    /// Checks the knots and keeps them.
    ///
    /// # Errors
    /// `invalid_data` (with the row) unless both slices have the same length of at least 1, `days` is finite, ≥ 0 and
    /// strictly rising, and `cdf` lies in \[0, 1\] and never falls.
    pub fn new(days: &'a [f64], cdf: &'a [f64], between: Between) -> Result<Self> {
        super::ranking::same_length("days", days.len(), "cdf", cdf.len())?;
        if days.is_empty() {
            return Err(Error::data("days", "the distribution has no knot; give at least one day and its probability"));
        }
        let (mut last_day, mut last_prob) = (f64::NEG_INFINITY, 0.0);
        for (row, (&day, &prob)) in days.iter().zip(cdf).enumerate() {
            if !(day.is_finite() && day >= 0.0 && day > last_day) {
                let message = format!("`days` is {day} at knot {row}; days are finite, at least 0 and strictly rising");
                return Err(Error::data("days", message).with_row(row));
            }
            super::ranking::check_prob("cdf", row, prob)?;
            if prob < last_prob {
                let message = format!("`cdf` falls from {last_prob} to {prob} at knot {row}; it may only rise");
                return Err(Error::data("cdf", message).with_row(row));
            }
            (last_day, last_prob) = (day, prob);
        }
        Ok(Self { days, cdf, between })
    }

    /// P(bought by `days` days after `as_of`), in \[0, 1\]; 0 for negative days.
    pub fn prob_by(&self, days: f64) -> f64 {
        let k = self.days.partition_point(|&d| d <= days);
        if k == self.days.len() {
            return self.cdf[k - 1];
        }
        let (d0, f0) = if k == 0 { (0.0, 0.0) } else { (self.days[k - 1], self.cdf[k - 1]) };
        match self.between {
            Between::Steps => f0,
            Between::Linear if days <= d0 => f0,
            Between::Linear => f0 + (self.cdf[k] - f0) * ((days - d0) / (self.days[k] - d0)),
        }
    }

    /// The probability integral transform at a date: where in its own forecast a purchase fell, in \[0, 1\].
    ///
    /// F(t) for a distribution that rises evenly. For one that jumps, the middle of the jump (F(t−) + F(t)) / 2, because
    /// F(t) itself is not uniform even for a perfect forecast (Czado, Gneiting & Held 2009).
    pub fn pit(&self, days: f64) -> f64 {
        match self.between {
            Between::Linear => self.prob_by(days),
            Between::Steps => {
                let before = self.days.partition_point(|&d| d < days);
                let left = if before == 0 { 0.0 } else { self.cdf[before - 1] };
                f64::midpoint(left, self.prob_by(days))
            }
        }
    }

    /// The threshold-weighted continuous ranked probability score up to the end of the follow-up, in days.
    ///
    /// Formula: `∫₀^W (F(t) − 1{T ≤ t})² dt`, with `W = follow_up_days` and `T = bought_days`; a purchase after `W`, or
    /// none (`None`), is one that is not there yet. Computed exactly. 0 is perfect, `W` is the worst.
    ///
    /// The weight 1{t ≤ W} makes it a proper score under right censoring, for it asks only about days that were watched
    /// (Gneiting & Raftery 2007, eq. 20; Gneiting & Ranjan 2011). `W` must be the time that *was watched* (the end of the log
    /// minus `as_of`), the same whether or not the customer bought: ending it at the purchase would reward forecasts that
    /// are too early. Scores of different `W` add up, but compare only means over the same rows.
    ///
    /// # Errors
    /// `invalid_data` unless `follow_up_days` is finite and above 0 and `bought_days` is at least 0.
    ///
    /// ```
    /// use beforehand::evaluate::{Between, DateCdf};
    /// // Sure of day 10; bought on day 13: off by three days.
    /// let sure = DateCdf::new(&[10.0], &[1.0], Between::Steps)?;
    /// assert_eq!(sure.crps(Some(13.0), 28.0)?, 3.0);
    /// // Not bought in 28 days: wrong on each of the last 18.
    /// assert_eq!(sure.crps(None, 28.0)?, 18.0);
    /// # Ok::<(), beforehand::Error>(())
    /// ```
    pub fn crps(&self, bought_days: Option<f64>, follow_up_days: f64) -> Result<f64> {
        if !(follow_up_days.is_finite() && follow_up_days > 0.0) {
            return Err(Error::data(
                "follow_up_days",
                format!("`follow_up_days` is {follow_up_days}; give the days watched after `as_of`, above 0"),
            ));
        }
        let bought = bought_days.unwrap_or(f64::INFINITY);
        if bought.is_nan() || bought < 0.0 {
            return Err(Error::data(
                "bought_days",
                format!("`bought_days` is {bought}; give the days from `as_of` to the purchase, at least 0"),
            ));
        }
        let bought = bought.min(follow_up_days);
        Ok(self.squared_area(0.0, bought, 0.0) + self.squared_area(bought, follow_up_days, 1.0))
    }

    /// ∫ (F(t) − target)² dt over `from` … `until`, piece by piece between the knots.
    fn squared_area(&self, from: f64, until: f64, target: f64) -> f64 {
        let mut area = 0.0;
        let (mut d0, mut f0) = (0.0_f64, 0.0);
        let last = (f64::INFINITY, self.cdf[self.cdf.len() - 1]);
        for (&d1, f1) in self.days.iter().zip(self.cdf.iter().copied()).chain([(&last.0, last.1)]) {
            let (a, b) = (d0.max(from), d1.min(until));
            if b > a {
                area += match self.between {
                    Between::Steps => (f0 - target).powi(2) * (b - a),
                    Between::Linear => {
                        let slope = if d1.is_finite() { (f1 - f0) / (d1 - d0) } else { 0.0 };
                        let (x, y) = (f0 + slope * (a - d0) - target, f0 + slope * (b - d0) - target);
                        (x * x + x * y + y * y) / 3.0 * (b - a)
                    }
                };
            }
            if d1 >= until {
                break;
            }
            (d0, f0) = (d1, f1);
        }
        area
    }
}

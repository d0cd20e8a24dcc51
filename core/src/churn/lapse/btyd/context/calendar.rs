//! Days that are unlike others: months, holidays, promotions.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Named groups of days at most.
const MAX_GROUPS: usize = 100;
/// The first and last day that can be told, from 1970-01-01: 1903 to 2199.
pub(super) const FIRST_DAY: i32 = -24_471;
pub(super) const LAST_DAY: i32 = 84_005;
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// What of the calendar may change how often customers buy. By default nothing.
///
/// ```
/// use beforehand::churn::Calendar;
/// let calendar = Calendar::default().months().days("sale", ["2025-11-28", "2025-12-01"])?;
/// assert_eq!(calendar.names().count(), 13);
/// assert!(Calendar::default().days("sale", ["last Friday"]).is_err());
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Calendar {
    has_months: bool,
    /// Names, and days since 1970-01-01, ascending.
    groups: Vec<(String, Vec<i32>)>,
}

impl Calendar {
    /// The same, with an effect for each month of the year.
    #[must_use]
    pub fn months(mut self) -> Self {
        self.has_months = true;
        self
    }

    /// The same, with one effect for a list of days, such as holidays of one kind or the days of promotions; dates as
    /// `2025-12-24`. List coming ones too: an effect is used in forecasts as far as its days are known.
    ///
    /// # Errors
    /// `invalid_options` for a date that is none or lies outside 1903 to 2199, a name given twice, or more than 100 lists.
    pub fn days<S: AsRef<str>>(mut self, name: impl Into<String>, dates: impl IntoIterator<Item = S>) -> Result<Self> {
        let name = name.into();
        if self.names().any(|n| n == name) || self.groups.len() >= MAX_GROUPS {
            let message = format!("{name} cannot be added; give at most {MAX_GROUPS} lists of days, each name once");
            return Err(Error::options("calendar", message));
        }
        let mut days = Vec::new();
        for text in dates {
            let text = text.as_ref();
            let day = text.parse::<Date>().ok().map(day_of).filter(|d| (FIRST_DAY..=LAST_DAY).contains(d));
            days.push(day.ok_or_else(|| {
                let message = format!("{name} holds {text:?}; give dates from 1903 to 2199, such as 2025-12-24");
                Error::options("calendar", message)
            })?);
        }
        days.sort_unstable();
        days.dedup();
        self.groups.push((name, days));
        Ok(self)
    }

    /// The names of the effects: months, then lists.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let months = if self.has_months { &MONTHS[..] } else { &[] };
        months.iter().copied().chain(self.groups.iter().map(|g| g.0.as_str()))
    }

    pub(super) fn n_effects(&self) -> usize {
        usize::from(self.has_months) * MONTHS.len() + self.groups.len()
    }

    /// The effects at work on a day, by their places among [`Self::names`].
    pub(super) fn at(&self, day: i32, mut take: impl FnMut(usize)) {
        let mut before = 0;
        if self.has_months {
            take(month(day));
            before = MONTHS.len();
        }
        for (g, group) in self.groups.iter().enumerate() {
            if group.1.binary_search(&day).is_ok() {
                take(before + g);
            }
        }
    }

    /// What a day multiplies the rate of purchases by, under coefficients in the order of [`Self::names`].
    pub(super) fn multiplier(&self, day: i32, coefficients: &[f64]) -> f64 {
        let mut sum = 0.0;
        self.at(day, |effect| sum += coefficients.get(effect).copied().unwrap_or(0.0));
        sum.exp()
    }
}

/// Days since 1970-01-01.
pub(super) fn day_of(date: Date) -> i32 {
    let since = date.duration_since(jiff::civil::date(1970, 1, 1));
    (since.as_hours() / 24) as i32
}

/// 0 for January.
fn month(day: i32) -> usize {
    date(1970, 1, 1).checked_add(day.days()).map_or(0, |d| d.month().unsigned_abs() as usize - 1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_months_and_lists() {
        let calendar = Calendar::default().months().days("sale", ["2025-11-28", "2025-12-01", "2025-12-01"]).unwrap();
        let of = |text: &str| {
            let mut found = Vec::new();
            calendar.at(day_of(text.parse().unwrap()), |e| found.push(e));
            found
        };
        assert_eq!(of("2025-01-31"), [0]);
        assert_eq!(of("2025-12-01"), [11, 12]);
        assert_eq!(of("1969-12-31"), [11]);
        assert_eq!(day_of("1970-01-02".parse().unwrap()), 1);
        assert!(Calendar::default().days("x", ["2500-01-01"]).is_err());
        assert!(calendar.days("sale", ["2025-01-01"]).is_err());
    }
}

//! Dates, times and days of the week as a wall calendar has them, without a time zone.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::{DAY_US, Timestamp};

/// Minutes in a civil day of 24 hours.
pub(super) const DAY_MINUTES: u16 = 24 * 60;
/// Microseconds in a minute.
pub(super) const MINUTE_US: i64 = 60_000_000;

/// A time of the day to the minute, `00:00` to `23:59`.
///
/// ```
/// use beforehand::offer::TimeOfDay;
/// let nine: TimeOfDay = "21:00".parse()?;
/// assert_eq!((nine.to_string().as_str(), nine.minutes()), ("21:00", 1260));
/// assert!("9 pm".parse::<TimeOfDay>().is_err());
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// From hours and minutes.
    pub(super) const fn new(hour: u16, minute: u16) -> Self {
        Self((hour * 60 + minute) % DAY_MINUTES)
    }

    /// Minutes since midnight, 0 to 1439.
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl FromStr for TimeOfDay {
    type Err = Error;

    /// Reads `HH:MM`.
    fn from_str(s: &str) -> Result<Self> {
        let two = |t: &str| (t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse::<u16>().ok())?;
        let read = s.trim().split_once(':').and_then(|(h, m)| Some((two(h)?, two(m)?)));
        match read {
            Some((hour @ 0..24, minute @ 0..60)) => Ok(Self::new(hour, minute)),
            _ => Err(Error::options(
                "time_of_day",
                format!("cannot read {s:?} as a time of day; write hours and minutes, 00:00 to 23:59"),
            )),
        }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// A civil date, 1900-01-01 to 2199-12-31.
///
/// ```
/// use beforehand::offer::{CivilDate, Weekday};
/// let day: CivilDate = "2026-10-01".parse()?;
/// assert_eq!(day.weekday(), Weekday::Thursday);
/// assert_eq!(day.plus_days(31).to_string(), "2026-11-01");
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CivilDate(i32);

impl CivilDate {
    const FIRST: i32 = Timestamp::MIN.as_micros().div_euclid(DAY_US) as i32;
    const LAST: i32 = Timestamp::MAX.as_micros().div_euclid(DAY_US) as i32;

    /// The date so many days after 1970-01-01, kept within the allowed range.
    pub(super) fn from_days(days: i32) -> Self {
        Self(days.clamp(Self::FIRST, Self::LAST))
    }

    /// Days since 1970-01-01.
    pub const fn days(self) -> i32 {
        self.0
    }

    /// The date so many days later (earlier when negative), kept within the allowed range.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self::from_days(self.0.saturating_add(days))
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        Weekday::ALL[(i64::from(self.0) + 3).rem_euclid(7) as usize]
    }
}

impl FromStr for CivilDate {
    type Err = Error;

    /// Reads `YYYY-MM-DD`.
    fn from_str(s: &str) -> Result<Self> {
        let epoch = jiff::civil::date(1970, 1, 1);
        let days = s.trim().parse::<Date>().ok().and_then(|date| date.since(epoch).ok()).map(|span| span.get_days());
        match days {
            Some(days) if (Self::FIRST..=Self::LAST).contains(&days) => Ok(Self(days)),
            _ => Err(Error::options(
                "date",
                format!("cannot read {s:?} as a date; write 2026-10-01, from 1900-01-01 to 2199-12-31"),
            )),
        }
    }
}

impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(self.0));
        date.fmt(f)
    }
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl Weekday {
    /// The seven days, Monday first.
    pub const ALL: [Self; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];
}

/// Both texts are strings elsewhere.
macro_rules! string_like {
    ($type:ident, $name:literal, $schema:tt) => {
        impl TryFrom<String> for $type {
            type Error = Error;
            fn try_from(s: String) -> Result<Self> {
                s.parse()
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.to_string()
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}

string_like!(TimeOfDay, "TimeOfDay", { "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$" });
string_like!(CivilDate, "CivilDate", { "type": "string", "format": "date" });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_and_print_alike() {
        for text in ["1900-01-01", "1969-12-31", "1970-01-01", "2024-02-29", "2199-12-31"] {
            assert_eq!(text.parse::<CivilDate>().expect("date").to_string(), text);
        }
        for wrong in ["", "2026-13-01", "2026-02-29", "1899-12-31", "2200-01-01", "2026-10-01T00:00:00Zfoo", "today"] {
            assert!(wrong.parse::<CivilDate>().is_err(), "{wrong}");
        }
        let last = CivilDate::from_days(i32::MAX);
        assert_eq!(last.plus_days(i32::MAX), last);
        assert_eq!("2026-11-22".parse::<CivilDate>().expect("date").weekday(), Weekday::Sunday);
        assert_eq!("1969-12-31".parse::<CivilDate>().expect("date").weekday(), Weekday::Wednesday);
    }

    #[test]
    fn times_read_and_print_alike() {
        for text in ["00:00", "08:05", "23:59"] {
            assert_eq!(text.parse::<TimeOfDay>().expect("time").to_string(), text);
        }
        for wrong in ["", "24:00", "12:60", "8:00", "+8:00", "08:00:00", "０８:００", "-1:00"] {
            assert!(wrong.parse::<TimeOfDay>().is_err(), "{wrong}");
        }
    }
}

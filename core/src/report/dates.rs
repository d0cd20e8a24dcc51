//! Dates as the page says them: on the clock of the log.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::time::{Timestamp, zone_named};

/// The calendar of a page.
pub(super) struct Dates(TimeZone);

impl Dates {
    /// In the time zone of that name; in UTC when there is none.
    pub(super) fn new(time_zone: &str) -> Self {
        Self(zone_named("time_zone", time_zone).unwrap_or(TimeZone::UTC))
    }

    /// A date for a label: "6 Nov".
    pub(super) fn short(&self, at: Timestamp) -> String {
        self.date(at).strftime("%-d\u{a0}%b").to_string()
    }

    /// A date for a sentence: "6 Nov 2011".
    pub(super) fn long(&self, at: Timestamp) -> String {
        self.date(at).strftime("%-d\u{a0}%b\u{a0}%Y").to_string()
    }

    /// A date for a table: "2011-11-06".
    pub(super) fn iso(&self, at: Timestamp) -> String {
        self.date(at).to_string()
    }

    pub(super) fn year(&self, at: Timestamp) -> i16 {
        self.date(at).year()
    }

    /// When a day begins; `None` beyond the calendar.
    pub(super) fn beginning(&self, date: Date) -> Option<Timestamp> {
        Timestamp::from_micros(date.to_zoned(self.0.clone()).ok()?.timestamp().as_microsecond()).ok()
    }

    fn date(&self, at: Timestamp) -> Date {
        at.to_jiff().to_zoned(self.0.clone()).date()
    }
}

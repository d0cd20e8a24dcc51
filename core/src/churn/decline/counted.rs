//! Use counted per period from a log of events.

use super::usage::{MissingPeriods, Usage, UsageRow};
use crate::error::{Error, ErrorCode, Result};
use crate::event::EventId;
use crate::history::{History, HistoryView};
use crate::time::Timestamp;

/// How a log's periods make a year …
const DAYS_PER_YEAR: f64 = 365.25;
/// … and how many the options allow at least.
const MIN_PERIODS_PER_YEAR: f64 = 4.0;

/// Use counted from a log, and when its periods were.
pub(crate) struct Counted<'a> {
    pub(crate) usage: Usage,
    /// The civil day after the end of period -1.
    pub(crate) end_day: i32,
    period_days: i32,
    log: &'a History,
}

impl<'a> Counted<'a> {
    /// Counts what happened up to `as_of`.
    ///
    /// # Errors
    /// As [`Usage::from_history`].
    pub(crate) fn new(view: &HistoryView<'a>, as_of: Timestamp, period_days: u32) -> Result<Self> {
        if !(1..=366).contains(&period_days) {
            let message = format!("period_days is {period_days}; allowed are 1 to 366 civil days");
            return Err(Error::options("period_days", message));
        }
        let log = view.history;
        let (end_day, length) = (log.last_seen_day(as_of) + 1, period_days as i32);
        let n_items = log.items.len();
        let mut rows = Vec::new();
        for customer in view.customers.clone() {
            let id = EventId::from(log.customers.id(customer));
            for event in log.events_of(customer) {
                if log.at_us[event] > as_of.as_micros() || log.day[event] >= end_day {
                    break;
                }
                let period = i64::from((log.day[event] - end_day).div_euclid(length));
                let count = log.quantity.get(event).copied().unwrap_or(1.0);
                let row = UsageRow::new(id.clone(), period, count);
                let row = if n_items > 1 { row.module(log.items.ids.id(log.item[event]).to_string()) } else { row };
                rows.push(row);
            }
        }
        if rows.is_empty() {
            let message = format!("no event lies at or before as_of {as_of}; look at a later as_of");
            return Err(Error::new(ErrorCode::EmptyData, message).with_field("as_of"));
        }
        let mut usage = Usage::from_rows(rows, MissingPeriods::Zero)?;
        usage.periods_per_year = Some((DAYS_PER_YEAR / f64::from(period_days)).round().max(MIN_PERIODS_PER_YEAR));
        Ok(Self { usage, end_day, period_days: length, log })
    }

    /// When a period begins.
    pub(crate) fn begins_at(&self, period: i64) -> Timestamp {
        Timestamp::of_day(self.end_day + (period as i32) * self.period_days, &self.log.zone)
    }
}

impl Usage {
    /// Use counted from a log of events: as [`usage_declines`](super::usage_declines) does it. Periods of `period_days` civil days are
    /// numbered back from -1, the one that ends with the last civil day seen: that of `as_of`, or the one before where `as_of` is a day's
    /// beginning and the log knows times of day; a period without an event is one of no use, from a customer's
    /// first event on. Items are modules, if there are several.
    ///
    /// # Errors
    /// `invalid_options` for periods other than 1 to 366 days; `empty_data` when no event lies at or before `as_of`.
    pub fn from_history<'a>(history: impl Into<HistoryView<'a>>, as_of: Timestamp, period_days: u32) -> Result<Self> {
        Ok(Counted::new(&history.into(), as_of, period_days)?.usage)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::history::IngestOptions;

    fn log(hours: f64) -> History {
        let start: Timestamp = "2024-01-01".parse().unwrap();
        let events = (0..400).map(|day| Event::purchase("a", "b", start.plus_days(f64::from(day) + hours / 24.0)));
        History::from_events(events, &IngestOptions::default()).unwrap().0
    }

    #[test]
    fn a_date_ends_the_day_before_in_a_log_of_times_and_its_own_in_a_log_of_dates() {
        let date: Timestamp = "2025-02-03".parse().unwrap();
        for (log, by_date) in [(log(10.0), -1), (log(0.0), 0)] {
            let last = |as_of| log.last_seen_day(as_of) - log.day_of(date);
            assert_eq!([last(date), last(date.plus_days(0.5))], [by_date, 0]);
            let counted = Counted::new(&log.view(), date, 7).unwrap();
            assert_eq!(counted.begins_at(0), date.plus_days(f64::from(by_date + 1)));
            assert_eq!(counted.begins_at(-2), date.plus_days(f64::from(by_date + 1 - 14)));
        }
    }

    #[test]
    fn dates_of_another_zone_are_dates() {
        let options = IngestOptions { time_zone: "America/New_York".into(), ..IngestOptions::default() };
        let read = |text: &str| {
            History::from_csv_reader(text.as_bytes(), &crate::history::ColumnNames::default(), &options).unwrap().0
        };
        // Across the change to summer time, by which midnight is at five and at four o'clock UTC.
        let dates = read("customer,at,item\na,2025-03-07,b\na,2025-03-09,b\na,2025-03-12,b\n");
        let times = read("customer,at,item\na,2025-03-07,b\na,2025-03-09T18:00,b\na,2025-03-12,b\n");
        for (at, dates_see, times_see) in [("2025-03-12T04:00:00Z", 12, 11), ("2025-03-12T05:00:00Z", 12, 12)] {
            let seen = |log: &History| {
                let day = log.last_seen_day(at.parse().unwrap());
                day - log.day_of("2025-03-10T12:00:00Z".parse().unwrap()) + 10
            };
            assert_eq!((seen(&dates), seen(&times)), (dates_see, times_see), "{at}");
        }
        // What comes later does not tell that a log knows times.
        let early = "2025-03-09T05:00:00Z".parse().unwrap();
        assert_eq!(dates.last_seen_day(early), times.last_seen_day(early));
    }

    #[test]
    fn the_length_of_periods_makes_the_year() {
        let as_of: Timestamp = "2025-01-01".parse().unwrap();
        let year = |days| Usage::from_history(&log(0.0), as_of, days).unwrap().periods_per_year;
        assert_eq!([year(1), year(7), year(30), year(366)], [365.0, 52.0, 12.0, 4.0].map(Some));
        assert!(Usage::from_history(&log(0.0), as_of, 0).is_err());
    }
}

//! Declines in a log of events: use counted per period from a history, alarms with instants.

use serde::Serialize;

use super::model::DeclineModel;
use super::options::DeclineOptions;
use super::result::{Alarm, FollowedPeriod, ModuleFinding};
use super::usage::{MissingPeriods, Usage, UsageRow};
use crate::error::{Error, ErrorCode, Result};
use crate::event::EventId;
use crate::history::HistoryView;
use crate::table::{Column, Table};
use crate::time::Timestamp;

/// How a log's periods make a year …
const DAYS_PER_YEAR: f64 = 365.25;
/// … and how many the options allow at least.
const MIN_PERIODS_PER_YEAR: f64 = 4.0;

/// One customer's use has fallen.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct UsageDecline {
    /// Who.
    pub customer: EventId,
    /// When the alarm was raised: the end of the period whose count raised it.
    pub alarm_at: Timestamp,
    /// Since when: the beginning of the first fallen period, the most likely …
    pub since_at: Timestamp,
    /// … and the ends of a 90 % interval.
    pub since_earliest_at: Timestamp,
    /// The later end of that interval.
    pub since_latest_at: Timestamp,
    /// The share of the level that was lost, 0 to 1; the most likely …
    pub depth: f64,
    /// … and the ends of a 90 % interval.
    pub depth_min: f64,
    /// The upper end of that interval.
    pub depth_max: f64,
    /// The level before the fall, counts per period.
    pub level_before: f64,
    /// The level since, counts per period.
    pub level_after: f64,
    /// The share of healthy customers that show as much evidence in a year, 0 to the stated rate: how sure the alarm is.
    pub false_alarms_per_year: f64,
    /// The items (modules, features) that fell, or that the customer uses less than similar customers do.
    pub modules: Vec<ModuleFinding>,
}

impl Usage {
    /// Use counted from a log of events: as [`usage_declines`] does it. Periods of `period_days` civil days are numbered back from
    /// -1, the one that ends with the last civil day seen: that of `as_of`, or the one before where `as_of` is a day's beginning and
    /// the log knows times of day; a period without an event is one of no use, from a customer's
    /// first event on. Items are modules, if there are several.
    ///
    /// # Errors
    /// `invalid_options` for periods other than 1 to 366 days; `empty_data` when no event lies at or before `as_of`.
    pub fn from_history<'a>(history: impl Into<HistoryView<'a>>, as_of: Timestamp, period_days: u32) -> Result<Self> {
        if !(1..=366).contains(&period_days) {
            let message = format!("period_days is {period_days}; allowed are 1 to 366 civil days");
            return Err(Error::options("period_days", message));
        }
        let view = history.into();
        let log = view.history;
        let (last_day, length) = (last_seen_day(&view, as_of), period_days as i32);
        let n_items = log.items.len();
        let mut rows = Vec::new();
        for customer in view.customers.clone() {
            let id = EventId::from(log.customers.id(customer));
            for event in log.events_of(customer) {
                if log.at_us[event] > as_of.as_micros() || log.day[event] > last_day {
                    break;
                }
                let period = i64::from((log.day[event] - last_day - 1).div_euclid(length));
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
        let mut out = Self::from_rows(rows, MissingPeriods::Zero)?;
        out.periods_per_year = Some((DAYS_PER_YEAR / f64::from(period_days)).round().max(MIN_PERIODS_PER_YEAR));
        Ok(out)
    }
}

/// The last civil day of which anything may have been seen. A day given as a date is its beginning: in a log of dates all of the day
/// has been seen then, in one of times nothing of it.
pub(crate) fn last_seen_day(view: &HistoryView<'_>, as_of: Timestamp) -> i32 {
    let log = view.history;
    let day = log.day_of(as_of);
    if Timestamp::of_day(day, &log.zone) != as_of {
        return day;
    }
    let knows_times = view.customers.clone().flat_map(|customer| log.events_of(customer)).any(|event| {
        let at = log.at_us[event];
        at < as_of.as_micros() && Timestamp::of_day(log.day[event], &log.zone).as_micros() != at
    });
    if knows_times { day - 1 } else { day }
}

/// Whose use has fallen, in a log of events: one entry per alarm, by customer and instant.
///
/// The log's events are use: a login, a session, a document, `quantity` of them; items are the modules used. Periods of
/// `period_days` are counted back from the end of the last civil day seen: that of `as_of`, or the one before where `as_of` is a day's
/// beginning and the log knows times of day. Events after `as_of` are not looked at, and a period without an event is one of no use, from a customer's first event on.
///
/// # Errors
/// `invalid_options`; `empty_data` when no event lies at or before `as_of`.
pub fn usage_declines<'a>(
    history: impl Into<HistoryView<'a>>,
    as_of: Timestamp,
    period_days: u32,
    options: &DeclineOptions,
) -> Result<Vec<UsageDecline>> {
    options.validate()?;
    let view = history.into();
    let log = view.history;
    let (last_day, length) = (last_seen_day(&view, as_of), period_days as i32);
    let usage = Usage::from_history(view, as_of, period_days)?;
    let n_items = usage.modules().len();
    let model = DeclineModel::fit(&usage, options)?;
    let zone = &log.zone;
    let begins = |period: i64| Timestamp::of_day(last_day + 1 + (period as i32) * length, zone);
    let decline = |(place, alarm): (u32, &Alarm)| {
        let customer = usage.customers()[place as usize].clone();
        Ok(UsageDecline {
            modules: if n_items > 1 { model.modules(&usage, &customer, alarm)? } else { Vec::new() },
            customer,
            alarm_at: begins(alarm.period + 1),
            since_at: begins(alarm.since_period),
            since_earliest_at: begins(alarm.since_earliest),
            since_latest_at: begins(alarm.since_latest),
            depth: alarm.depth,
            depth_min: alarm.depth_min,
            depth_max: alarm.depth_max,
            level_before: alarm.level_before,
            level_after: alarm.level_after,
            false_alarms_per_year: alarm.false_alarms_per_year,
        })
    };
    model.scan(&usage).iter().map(decline).collect()
}

/// One customer's use in a log of events, period by period, with what was expected and the evidence for a fall: `at` (a period's
/// beginning), `n_used`, `expected`, `evidence`, `is_alarm`, `since_at`, `level_before`, `level_after`. Season and thresholds
/// are learned from everyone in the log, which is read as by [`usage_declines`].
///
/// # Errors
/// As [`usage_declines`], and `unknown_customer`.
pub fn decline_history<'a>(
    history: impl Into<HistoryView<'a>>,
    as_of: Timestamp,
    customer: &EventId,
    period_days: u32,
    options: &DeclineOptions,
) -> Result<Table> {
    options.validate()?;
    let view = history.into();
    let log = view.history;
    let end = last_seen_day(&view, as_of) + 1;
    let usage = Usage::from_history(view, as_of, period_days)?;
    let periods = DeclineModel::fit(&usage, options)?.follow(&usage, customer)?;
    let begins = |period: i64| Timestamp::of_day(end + (period as i32) * period_days as i32, &log.zone).as_micros();
    let number = |of: &dyn Fn(&FollowedPeriod) -> Option<f64>| {
        Column::Doubles(periods.iter().map(|p| of(p).unwrap_or(f64::NAN)).collect())
    };
    let since = periods.iter().map(|p| p.alarm.as_ref().map_or(i64::MIN, |a| begins(a.since_period))).collect();
    Ok(Table::default()
        .with("at", Column::Timestamps(periods.iter().map(|p| begins(p.period)).collect()))
        .with("n_used", number(&|p| p.count))
        .with("expected", number(&|p| Some(p.expected)))
        .with("evidence", number(&|p| p.evidence))
        .with("is_alarm", Column::Flags(periods.iter().map(|p| p.alarm.is_some()).collect()))
        .with("since_at", Column::Timestamps(since))
        .with("level_before", number(&|p| p.alarm.as_ref().map(|a| a.level_before)))
        .with("level_after", number(&|p| p.alarm.as_ref().map(|a| a.level_after))))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tables::{decline_modules_table, decline_table};
    use super::*;
    use crate::event::Event;
    use crate::history::{History, IngestOptions};

    /// Sixty teams with about five sessions a week; one of them falls to one after a year.
    fn log() -> (History, Timestamp) {
        let start: Timestamp = "2024-01-01T10:00:00Z".parse().unwrap();
        let mut events = Vec::new();
        let mut state = 7u64;
        for team in 0..60i64 {
            for day in 0..560 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let chance = (state >> 33) as f64 / (1u64 << 31) as f64;
                let rate = if team == 3 && day >= 400 { 0.12 } else { 0.75 };
                if chance < rate {
                    let module = if chance < rate / 2.0 { "reports" } else { "import" };
                    events.push(Event::purchase(team, module, start.plus_days(f64::from(day))));
                }
            }
        }
        (History::from_events(events, &IngestOptions::default()).unwrap().0, start.plus_days(559.0))
    }

    #[test]
    fn a_team_that_fell_is_named_with_when_and_how_deep() {
        let (history, as_of) = log();
        let declines = usage_declines(&history, as_of, 7, &DeclineOptions::default()).unwrap();
        let fell = declines.iter().find(|d| d.customer == EventId::Int(3)).unwrap();
        let began: Timestamp = "2025-02-04".parse().unwrap();
        assert!(fell.since_at.days_since(began).abs() < 22.0, "{fell:?}");
        assert!(
            fell.depth > 0.5 && fell.alarm_at > fell.since_at && fell.alarm_at.days_since(began) < 70.0,
            "{fell:?}"
        );
        assert!(!fell.modules.is_empty());
        assert!(declines.len() < 12, "{} alarms", declines.len());
        let table = decline_table(&declines);
        assert_eq!(table.n_rows(), declines.len());
        let modules = decline_modules_table(&declines);
        assert_eq!(modules.n_rows(), declines.iter().map(|d| d.modules.len()).sum::<usize>());
        // What comes later changes nothing.
        let early = began.plus_days(-20.0);
        let before = usage_declines(&history, early, 7, &DeclineOptions::default()).unwrap();
        assert!(before.iter().all(|d| d.alarm_at <= early.plus_days(1.0)));
        assert!(usage_declines(&history, as_of, 0, &DeclineOptions::default()).is_err());
    }

    #[test]
    fn a_date_ends_the_day_before_in_a_log_of_times_and_its_own_in_a_log_of_dates() {
        let (history, _) = log();
        let date: Timestamp = "2025-02-04".parse().unwrap();
        let last = |history: &History, as_of| last_seen_day(&history.view(), as_of) - history.day_of(date);
        assert_eq!([last(&history, date), last(&history, date.plus_days(0.5))], [-1, 0]);
        let dates = (0..9).map(|day| Event::purchase("a", "b", date.plus_days(f64::from(day - 8))));
        let (dates, _) = History::from_events(dates, &IngestOptions::default()).unwrap();
        assert_eq!([last(&dates, date), last(&dates, date.plus_days(0.5))], [0, 0]);
    }

    #[test]
    fn the_length_of_periods_makes_the_year() {
        let (history, as_of) = log();
        let year = |days| Usage::from_history(&history, as_of, days).unwrap().periods_per_year;
        assert_eq!([year(1), year(7), year(30), year(366)], [365.0, 52.0, 12.0, 4.0].map(Some));
        // Of sixty healthy teams in a year and a half, five in a hundred and a year: not one in three.
        let by_day = usage_declines(&history, as_of, 1, &DeclineOptions::default()).unwrap();
        assert!(by_day.len() < 14, "{}", by_day.len());
    }
}

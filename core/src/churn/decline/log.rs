//! Declines in a log of events: alarms with instants.

use serde::Serialize;

use super::counted::Counted;
use super::model::DeclineModel;
use super::options::DeclineOptions;
use super::result::{Alarm, FollowedPeriod, ModuleFinding};
use crate::error::Result;
use crate::event::EventId;
use crate::history::HistoryView;
use crate::progress::{Progress, Stage, Watch};
use crate::table::{Column, Table};
use crate::time::Timestamp;

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

/// Whose use has fallen, in a log of events: one entry per alarm, by customer and instant.
///
/// The log's events are use: a login, a session, a document, `quantity` of them; items are the modules used. Periods of
/// `period_days` are counted back from the end of the last civil day seen: that of `as_of`, or the one before where `as_of` is a day's
/// beginning and the log knows times of day. Events after `as_of` are not looked at, and a period without an event is one of no use,
/// from a customer's first event on.
///
/// # Errors
/// `invalid_options`; `empty_data` when no event lies at or before `as_of`.
pub fn usage_declines<'a>(
    history: impl Into<HistoryView<'a>>,
    as_of: Timestamp,
    period_days: u32,
    options: &DeclineOptions,
) -> Result<Vec<UsageDecline>> {
    usage_declines_while(history, as_of, period_days, options, |_| true)
}

/// As [`usage_declines`], telling `go_on` how far the work is; when it answers `false`, the work stops.
///
/// # Errors
/// As [`usage_declines`], and `cancelled`.
pub fn usage_declines_while<'a>(
    history: impl Into<HistoryView<'a>>,
    as_of: Timestamp,
    period_days: u32,
    options: &DeclineOptions,
    mut go_on: impl FnMut(Progress) -> bool,
) -> Result<Vec<UsageDecline>> {
    options.validate()?;
    let counted = Counted::new(&history.into(), as_of, period_days)?;
    let usage = &counted.usage;
    let mut watch = Watch::new(&mut go_on, Stage::LearnDeclines);
    let model = DeclineModel::learn(usage, options, &mut watch)?;
    let has_modules = usage.modules().len() > 1;
    let decline = |(place, alarm): (u32, &Alarm)| {
        let customer = usage.customers()[place as usize].clone();
        Ok(UsageDecline {
            modules: if has_modules { model.modules(usage, &customer, alarm)? } else { Vec::new() },
            customer,
            alarm_at: counted.begins_at(alarm.period + 1),
            since_at: counted.begins_at(alarm.since_period),
            since_earliest_at: counted.begins_at(alarm.since_earliest),
            since_latest_at: counted.begins_at(alarm.since_latest),
            depth: alarm.depth,
            depth_min: alarm.depth_min,
            depth_max: alarm.depth_max,
            level_before: alarm.level_before,
            level_after: alarm.level_after,
            false_alarms_per_year: alarm.false_alarms_per_year,
        })
    };
    let declines = model.find(usage, &mut watch.stage(Stage::FindDeclines))?;
    declines.iter().map(decline).collect()
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
    decline_history_while(history, as_of, customer, period_days, options, |_| true)
}

/// As [`decline_history`], telling `go_on` how far the work is; when it answers `false`, the work stops.
///
/// # Errors
/// As [`decline_history`], and `cancelled`.
pub fn decline_history_while<'a>(
    history: impl Into<HistoryView<'a>>,
    as_of: Timestamp,
    customer: &EventId,
    period_days: u32,
    options: &DeclineOptions,
    go_on: impl FnMut(Progress) -> bool,
) -> Result<Table> {
    let view = history.into();
    // Before everyone is learned from.
    view.history.customer(customer)?;
    let counted = Counted::new(&view, as_of, period_days)?;
    let periods = DeclineModel::fit_while(&counted.usage, options, go_on)?.follow(&counted.usage, customer)?;
    let begins = |period: i64| counted.begins_at(period).as_micros();
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
    fn days_alarm_as_seldom_as_weeks() {
        let (history, as_of) = log();
        // Of sixty healthy teams in a year and a half, five in a hundred and a year: not one in three.
        let by_day = usage_declines(&history, as_of, 1, &DeclineOptions::default()).unwrap();
        assert!(by_day.len() < 14, "{}", by_day.len());
    }
}

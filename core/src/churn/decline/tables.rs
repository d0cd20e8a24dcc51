//! Declines as columns, for Arrow, CSV or Parquet.

use super::log::UsageDecline;
use super::result::{ModuleFinding, ModuleReason};
use crate::table::{Column, Table, Texts};
use crate::time::Timestamp;

/// One row per decline, dates as instants, modules as one text separated by commas.
#[must_use]
pub fn decline_table(declines: &[UsageDecline]) -> Table {
    let number = |of: fn(&UsageDecline) -> f64| Column::Doubles(declines.iter().map(of).collect());
    let instant =
        |of: fn(&UsageDecline) -> Timestamp| Column::Timestamps(declines.iter().map(|d| of(d).as_micros()).collect());
    let mut modules = Texts::default();
    for decline in declines {
        let names: Vec<String> = decline.modules.iter().map(|m| m.module.to_string()).collect();
        modules.push(&names.join(", "));
    }
    Table::default()
        .with("customer", Column::of_event_ids(declines.iter().map(|d| &d.customer)))
        .with("alarm_at", instant(|d| d.alarm_at))
        .with("since_at", instant(|d| d.since_at))
        .with("since_earliest_at", instant(|d| d.since_earliest_at))
        .with("since_latest_at", instant(|d| d.since_latest_at))
        .with("depth", number(|d| d.depth))
        .with("depth_min", number(|d| d.depth_min))
        .with("depth_max", number(|d| d.depth_max))
        .with("level_before", number(|d| d.level_before))
        .with("level_after", number(|d| d.level_after))
        .with("false_alarms_per_year", number(|d| d.false_alarms_per_year))
        .with("modules", Column::Texts(modules))
}

/// One row per module that a decline names: `customer` and `alarm_at` of the decline, `module`, `reason`, `per_period`,
/// `expected_per_period`, `prob_below`. By decline; of each the modules that fell first, the largest loss first.
#[must_use]
pub fn decline_modules_table(declines: &[UsageDecline]) -> Table {
    let rows = || declines.iter().flat_map(|decline| decline.modules.iter().map(move |module| (decline, module)));
    let number = |of: fn(&ModuleFinding) -> f64| Column::Doubles(rows().map(|(_, module)| of(module)).collect());
    let reason = |module: &ModuleFinding| match module.reason {
        ModuleReason::Fell => 0,
        ModuleReason::UsedLittle => 1,
    };
    Table::default()
        .with("customer", Column::of_event_ids(rows().map(|(decline, _)| &decline.customer)))
        .with("alarm_at", Column::Timestamps(rows().map(|(decline, _)| decline.alarm_at.as_micros()).collect()))
        .with("module", Column::of_event_ids(rows().map(|(_, module)| &module.module)))
        .with(
            "reason",
            Column::Words {
                places: rows().map(|(_, module)| reason(module)).collect(),
                words: &["fell", "used_little"],
            },
        )
        .with("per_period", number(|m| m.per_period))
        .with("expected_per_period", number(|m| m.expected_per_period))
        .with("prob_below", number(|m| m.prob_below))
}

//! How good forecasts are, and what the data can carry: scores, calibration, dates, reminders, the audit of a log.
//!
//! The functions here are pure: numbers in, numbers out, the same to the last bit whatever the order of the rows.

mod audit;
mod backtest;
mod calibration;
mod coverage;
mod date;
mod ranking;
mod reminders;
mod scores;

#[cfg(test)]
mod tests;

pub use audit::{
    Audit, Check, CheckCode, Finding, FindingCode, Hole, Jump, LogFacts, Readiness, Scenario, ScenarioReadiness,
    TimeResolution, audit,
};
pub use backtest::{Backtest, BacktestOptions, backtest, backtest_while};
pub use calibration::{CalibrationBin, DEFAULT_BINS, calibration, ece, wilson_interval};
pub use coverage::{Coverage, DEFAULT_LEVEL, KaplanMeier, coverage, coverage_among_buyers};
pub use date::{Between, DateCdf};
pub use reminders::{
    Candidate, PurchaseDay, ReminderCurve, ReminderOptions, ReminderOutcome, ReminderPoint, match_next_purchases,
    reminder_curve, reminder_point,
};
pub use scores::{Scores, auc, brier, log_loss, precision_at_top};

//! How good forecasts are, what a log can carry, and the page about both.

use serde::Deserialize;

use super::{Arguments, Subject, Value, Watch, whole};
use crate::error::Result;
use crate::evaluate::{Audit, Backtest, BacktestOptions, audit, backtest_while};
use crate::replenish::Options;
use crate::report::{Report, ReportOptions};
use crate::time::Moment;

/// What forecasts made at earlier instants of the same log would have been worth: fits at each cutoff, forecasts, compares.
///
/// The last cutoff lies one horizon before `as_of`, the others a step apart before it. No forecast saw anything after its
/// cutoff.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RunBacktest {
    /// The end of the log that is looked at; nothing later is.
    as_of: Moment,
    #[serde(default)]
    options: Options,
    #[serde(default)]
    backtest: BacktestOptions,
}

impl Arguments for RunBacktest {
    const NAME: &'static str = "backtest";
    const ON_MODEL: bool = false;
    type Output = Value<Backtest>;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<Self::Output> {
        Ok(Value::new(backtest_while(
            subject.history()?,
            subject.instant(self.as_of)?,
            &self.options,
            &self.backtest,
            whole(watch),
        )?))
    }
}

/// What a log can carry: which scenarios are ready, thin or missing, what to look into first, and what to do about it.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RunAudit {
    /// The instant of the audit; later events are not looked at.
    as_of: Moment,
}

impl Arguments for RunAudit {
    const NAME: &'static str = "audit";
    const ON_MODEL: bool = false;
    const HAS_WORDS: bool = true;
    type Output = Value<Audit>;

    fn run(self, subject: &Subject<'_>, _: Watch<'_>) -> Result<Self::Output> {
        let value = audit(subject.history()?, subject.instant(self.as_of)?);
        let words = Some(value.to_string());
        Ok(Value { value, words })
    }
}

/// One self-contained HTML page: what the log can carry, a backtest with its calibration curve and the worth of reminders,
/// customers' timelines, and the reminders due.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct MakeReport {
    /// The instant of prediction; not before the model's own. Nothing later is looked at, but to mark what a shown customer
    /// bought since.
    as_of: Moment,
    #[serde(default)]
    options: ReportOptions,
}

impl Arguments for MakeReport {
    const NAME: &'static str = "report";
    type Output = String;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<String> {
        let (model, history) = (subject.model()?, subject.history()?);
        Ok(Report::of_while(model, history, subject.instant(self.as_of)?, &self.options, whole(watch))?.to_html())
    }
}

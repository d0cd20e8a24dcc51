//! The audit of a log: what it holds, which scenarios it can carry, what is missing and what to do about it.

mod calendar;
mod checks;
mod log;
mod scenarios;
#[cfg(test)]
mod tests;
mod words;

pub use calendar::{Hole, Jump};
pub use log::{LogFacts, TimeResolution};
pub use scenarios::{Check, CheckCode, Readiness, Scenario, ScenarioReadiness};
use serde::{Deserialize, Serialize};
pub use words::{Finding, FindingCode};

use crate::history::HistoryView;
use crate::time::Timestamp;

/// What a log can carry, as data; `Display` gives it in plain words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Audit {
    /// The instant of the audit; later events were not looked at.
    pub as_of: Timestamp,
    /// What the log holds.
    pub log: LogFacts,
    /// What to look into before trusting any forecast, the most urgent first.
    pub findings: Vec<Finding>,
    /// Each scenario with its readiness and the reasons, always all of them, always in this order.
    pub scenarios: Vec<ScenarioReadiness>,
}

impl Audit {
    /// The readiness of one scenario.
    pub fn scenario(&self, scenario: Scenario) -> &ScenarioReadiness {
        // `scenarios` holds every scenario in the order of the enum.
        &self.scenarios[scenario as usize]
    }
}

/// Audits a log: a history or a part of it.
///
/// Counts events up to `as_of` only, in one pass. An empty log is no error: everything is `missing` then.
///
/// Thresholds stand as named constants with their reasons in the source; each [`Check`] repeats the ones that apply, with
/// what was found. `ready` means that the library's full method can work and be tested on this log; `thin` that it answers,
/// leaning on what customers have in common, with wide intervals; `missing` that it must not be tried.
///
/// ```
/// use beforehand::evaluate::{Readiness, Scenario, audit};
/// use beforehand::{ColumnNames, History, IngestOptions};
/// let csv = "customer,at,item\nc1,2011-11-01,filter\n";
/// let (history, _) = History::from_csv_reader(csv.as_bytes(), &ColumnNames::default(), &IngestOptions::default())?;
/// let audit = audit(&history, "2011-11-06".parse()?);
/// // One purchase shows no cycle; the audit says what to load.
/// assert_eq!(audit.scenario(Scenario::Replenishment).readiness, Readiness::Missing);
/// assert!(audit.to_string().contains("Load older events"));
/// # Ok::<(), beforehand::Error>(())
/// ```
pub fn audit<'a>(history: impl Into<HistoryView<'a>>, as_of: Timestamp) -> Audit {
    let log = LogFacts::of(&history.into(), as_of);
    let findings = words::findings(&log);
    let scenarios = scenarios::judge(&log);
    Audit { as_of, log, findings, scenarios }
}

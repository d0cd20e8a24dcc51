//! What to look into first, and the whole audit in plain words.

use std::fmt;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::log::{LogFacts, TimeResolution};
use super::scenarios::{Readiness, Scenario, ScenarioReadiness};
use super::{Audit, Check};
use crate::time::zone_named;

/// Without recurring customers either the shop lives on first purchases or identifiers change from visit to visit.
const SINGLE_EVENT_SHARE: f64 = 0.8;

/// A log that ends longer before `as_of` than this lacks days.
const QUIET_DAYS: u32 = 7;

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingCode {
    /// There is no event up to `as_of`.
    NoEvents,
    /// The log ends well before `as_of`.
    EndsEarly,
    /// A stretch without any event.
    Hole,
    /// A sudden change of level.
    Jump,
    /// Most customers have a single event.
    MostlySingleEvents,
    /// Some events lie after `as_of` and were left out.
    EventsAfterAsOf,
    /// Every quantity is 1.
    NoQuantities,
    /// The log has dates, no times.
    DaysOnly,
}

/// Something about the log to look into, with what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Finding {
    /// What it is about.
    pub code: FindingCode,
    /// The same in plain words.
    pub words: String,
    /// What to do.
    pub todo: String,
}

/// The most urgent first.
pub(super) fn findings(log: &LogFacts) -> Vec<Finding> {
    let (mut found, zone) = (Vec::new(), zone_of(log));
    let mut add = |code, words: String, todo: &str| found.push(Finding { code, words, todo: todo.to_owned() });
    if log.n_events == 0 {
        let words = format!("There is no event up to as_of; {} lie after it.", log.n_events_after);
        add(FindingCode::NoEvents, words, "Load an order log, and check as_of.");
        return found;
    }
    if log.quiet_days > QUIET_DAYS {
        add(
            FindingCode::EndsEarly,
            format!("The log ends {} days before as_of.", log.quiet_days),
            "Load the latest events, or move as_of back: what was bought since would be reminded of again.",
        );
    }
    for hole in &log.holes {
        add(
            FindingCode::Hole,
            format!("No event on {} days in a row from {} on.", hole.n_days, hole.from_at.date_in(&zone)),
            "Find out whether nothing was sold or the days are missing; if missing, load them.",
        );
    }
    for jump in &log.jumps {
        add(
            FindingCode::Jump,
            format!(
                "Visits went from {:.0} to {:.0} a week about {}.",
                jump.before_per_week,
                jump.after_per_week,
                jump.at.date_in(&zone)
            ),
            "Find out what changed (a new channel, another way of counting, data lost in part); if the older part is not \
             comparable, leave it out.",
        );
    }
    if log.share_customers_single_event >= SINGLE_EVENT_SHARE {
        add(
            FindingCode::MostlySingleEvents,
            format!("{:.0} % of the customers have a single event.", 100.0 * log.share_customers_single_event),
            "Check that a customer keeps one identifier (guest orders, changed accounts).",
        );
    }
    if !log.has_quantity {
        add(
            FindingCode::NoQuantities,
            "Every quantity is 1.".to_owned(),
            "If units were sold, provide their number: two packs last twice as long.",
        );
    }
    if log.time_resolution == Some(TimeResolution::Days) {
        add(
            FindingCode::DaysOnly,
            "The log has dates without times.".to_owned(),
            "Provide instants if the hour of contact matters; forecasts of days do not need them.",
        );
    }
    if log.n_events_after > 0 {
        add(
            FindingCode::EventsAfterAsOf,
            format!("{} events lie after as_of and were left out.", log.n_events_after),
            "Nothing to do if as_of lies in the past on purpose.",
        );
    }
    found
}

impl Scenario {
    /// The scenario as the `snake_case` string used in all languages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Replenishment => "replenishment",
            Self::SupplyLeft => "supply_left",
            Self::Substitutes => "substitutes",
            Self::LifeStage => "life_stage",
            Self::Lapse => "lapse",
            Self::Renewal => "renewal",
            Self::Decline => "decline",
            Self::OfferTiming => "offer_timing",
            Self::CardBill => "card_bill",
            Self::FinancialNeed => "financial_need",
            Self::Identity => "identity",
            Self::Memory => "memory",
            Self::ImplicitNeed => "implicit_need",
            Self::Outcome => "outcome",
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Readiness {
    /// The readiness as the `snake_case` string used in all languages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Thin => "thin",
            Self::Ready => "ready",
        }
    }
}

impl fmt::Display for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The time zone whose dates are said.
fn zone_of(log: &LogFacts) -> TimeZone {
    zone_named("time_zone", &log.time_zone).unwrap_or(TimeZone::UTC)
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let log = &self.log;
        let zone = zone_of(log);
        writeln!(f, "Audit of the log as of {}", self.as_of)?;
        if let (Some(first), Some(last)) = (log.first_at, log.last_at) {
            writeln!(
                f,
                "  {} events of {} customers and {} items, {} to {} ({} days)",
                log.n_events,
                log.n_customers,
                log.n_items,
                first.date_in(&zone),
                last.date_in(&zone),
                log.span_days
            )?;
            writeln!(
                f,
                "  {:.0} % of customers came back, {:.0} % of pairs were bought again{}",
                100.0 * log.share_customers_returning,
                100.0 * log.share_pairs_repeated,
                log.median_cycle_days.map(|d| format!(", usually after {d} days")).unwrap_or_default()
            )?;
        }
        if !self.findings.is_empty() {
            writeln!(f, "Look into")?;
        }
        for finding in &self.findings {
            writeln!(f, "  - {} {}", finding.words, finding.todo)?;
        }
        writeln!(f, "Scenarios")?;
        self.scenarios.iter().try_for_each(|s| write_scenario(f, s))
    }
}

/// The verdict and its reasons; what is well needs no line, unless all is well.
fn write_scenario(f: &mut fmt::Formatter<'_>, s: &ScenarioReadiness) -> fmt::Result {
    writeln!(f, "  {:<15} {}", s.scenario, s.readiness)?;
    let all_well = s.checks.iter().all(|c| c.readiness == Readiness::Ready);
    let worth_a_line = |c: &&Check| c.readiness != Readiness::Ready || (all_well && c.required);
    for check in s.checks.iter().filter(worth_a_line) {
        let mark = if check.required { "-" } else { "+ would help:" };
        write!(f, "      {mark} {}", check.words)?;
        match &check.todo {
            Some(todo) => writeln!(f, " {todo}")?,
            None => writeln!(f)?,
        }
    }
    Ok(())
}

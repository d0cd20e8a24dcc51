//! What comes out: alarms, one by one and as columns.

use serde::Serialize;

use super::since::Since;
use crate::event::EventId;

/// What a module has to do with an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ModuleReason {
    /// The customer uses it less since the fall than before.
    Fell,
    /// The customer has long used it less than others who use the product as much.
    UsedLittle,
}

/// A module that an alarm names.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ModuleFinding {
    /// The module.
    pub module: EventId,
    /// Why it is named.
    pub reason: ModuleReason,
    /// Counts per period since the fall (`fell`), or in all periods seen (`used_little`).
    pub per_period: f64,
    /// Counts per period expected instead: by the customer's own earlier use (`fell`), or by the use of others who use
    /// the product as much (`used_little`).
    pub expected_per_period: f64,
    /// P(the module's level truly lies below what was expected), 0 to 1.
    pub prob_below: f64,
}

/// One customer's level has fallen.
///
/// Levels are counts per period of an average period; pauses are not counted in.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Alarm {
    /// The period whose count raised the alarm.
    pub period: i64,
    /// The first fallen period, the most likely …
    pub since_period: i64,
    /// … and the ends of a 90 % interval.
    pub since_earliest: i64,
    /// The latest period of that interval.
    pub since_latest: i64,
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
    /// The share of healthy customers that show as much evidence in a year, 0 to the stated rate: how sure the alarm is. Under
    /// [`AlarmRule::TwoFallsRunning`](super::AlarmRule::TwoFallsRunning), the share that alarms by that rule.
    pub false_alarms_per_year: f64,
}

impl Alarm {
    pub(super) fn new(period: i64, since: &Since, false_alarms_per_year: f64) -> Self {
        Self {
            period,
            since_period: period + 1 - i64::from(since.ago),
            since_earliest: period + 1 - i64::from(since.ago_max),
            since_latest: period + 1 - i64::from(since.ago_min),
            depth: since.depth,
            depth_min: since.depth_min,
            depth_max: since.depth_max,
            level_before: since.level_before,
            level_after: since.level_after,
            false_alarms_per_year,
        }
    }
}

/// One period of one customer, as [`DeclineModel::follow`](super::DeclineModel::follow) tells it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FollowedPeriod {
    /// The number of the period.
    pub period: i64,
    /// What was counted; none when nothing is known.
    pub count: Option<f64>,
    /// What was expected of it if nothing had fallen, pauses apart.
    pub expected: f64,
    /// The logarithm of the evidence for a fall after the count, over what an alarm takes: above 0 an alarm is due. None
    /// before the first period in which alarms are raised, and where nothing is known.
    pub evidence: Option<f64>,
    /// The alarm, if one was raised.
    pub alarm: Option<Alarm>,
}

/// What became of one customer's new periods.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DeclineStep {
    /// Where the customer stands now: give it back with the next counts.
    pub state: String,
    /// The period whose count comes next.
    pub next_period: i64,
    /// The level expected if nothing has fallen: counts per period of an average period.
    pub level_per_period: f64,
    /// The alarms that the new counts raised.
    pub alarms: Vec<Alarm>,
}

/// All alarms of a table, as columns, by customer and period.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Declines {
    /// The customer, as a place in [`Usage::customers`](super::Usage::customers).
    pub customer: Vec<u32>,
    /// The alarms.
    pub alarms: Vec<Alarm>,
}

impl Declines {
    /// How many alarms.
    pub fn len(&self) -> usize {
        self.alarms.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.alarms.is_empty()
    }

    /// Customers and their alarms.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Alarm)> {
        self.customer.iter().copied().zip(&self.alarms)
    }
}

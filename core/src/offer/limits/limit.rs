//! What keeps a channel closed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What keeps a channel closed. Where several limits do, the first of this list is named; of caps and gaps the one that
/// lasts longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Limit {
    /// The customer refused this channel.
    OptedOut,
    /// The channel needs a consent, and none is known.
    Consent,
    /// The civil day is a holiday.
    Holiday,
    /// The channel rests on this day of the week.
    Weekday,
    /// What is left of the day is quiet hours.
    QuietHours,
    /// A change of the clocks skips all the time that would have been allowed on this day.
    ClockChange,
    /// Enough contacts have been ignored of late: see [`Limits::cap_ignored`](super::Limits::cap_ignored).
    CapIgnored,
    /// Enough contacts have been made of late.
    Cap,
    /// The last contact is too recent.
    Gap,
}

impl Limit {
    /// The limit as the `snake_case` string used in all languages.
    ///
    /// ```
    /// assert_eq!(beforehand::offer::Limit::CapIgnored.as_str(), "cap_ignored");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OptedOut => "opted_out",
            Self::Consent => "consent",
            Self::Holiday => "holiday",
            Self::Weekday => "weekday",
            Self::QuietHours => "quiet_hours",
            Self::ClockChange => "clock_change",
            Self::CapIgnored => "cap_ignored",
            Self::Cap => "cap",
            Self::Gap => "gap",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

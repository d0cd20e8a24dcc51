//! What can be said, and with which parameters.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MessageKey {
    /// An item runs out soon. Parameters: `item`, `days_used`, `lead_days`.
    Reminder,
    /// An item runs out soon, and there is a discount. Parameters: `item`, `days_used`, `lead_days`, `discount`.
    ReminderOffer,
    /// An item runs out soon, and another one comes after it. Parameters: `item`, `days_left`, `next_item`.
    NextStage,
    /// As [`Self::NextStage`], with an offer behind the link. Parameters: `item`, `days_left`, `next_item`.
    NextStageOffer,
    /// A module of a service is little used. Parameters: `module`, `n_tips`.
    UsageTips,
    /// A large bill can be paid in instalments. Parameters: `n_instalments`, `monthly_amount`.
    Instalments,
}

/// A value for a parameter: a number or a text.
///
/// A whole number is written without a decimal point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "a parameter is a number or a text")]
pub enum Parameter {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

impl From<f64> for Parameter {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Parameter {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Parameter {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl MessageKey {
    /// Every key.
    pub const ALL: [Self; 6] = [
        Self::Reminder,
        Self::ReminderOffer,
        Self::NextStage,
        Self::NextStageOffer,
        Self::UsageTips,
        Self::Instalments,
    ];

    /// The key as the `snake_case` string used in all languages.
    ///
    /// ```
    /// assert_eq!(beforehand::offer::MessageKey::ReminderOffer.as_str(), "reminder_offer");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reminder => "reminder",
            Self::ReminderOffer => "reminder_offer",
            Self::NextStage => "next_stage",
            Self::NextStageOffer => "next_stage_offer",
            Self::UsageTips => "usage_tips",
            Self::Instalments => "instalments",
        }
    }

    /// The parameters a template of this key may use.
    ///
    /// | parameter | what | unit |
    /// |---|---|---|
    /// | `item`, `next_item` | names of items | text |
    /// | `days_used` | since the last purchase | days |
    /// | `days_left` | until the supply runs out | days |
    /// | `lead_days` | how long before running out to order | days |
    /// | `discount` | share of the price, above 0 and below 1 | 0.10 is 10 % off |
    /// | `module` | name of a part of the service | text |
    /// | `n_tips`, `n_instalments` | counts | |
    /// | `monthly_amount` | one instalment, in the customer's currency | a number, or a text as it is to be shown |
    ///
    /// ```
    /// use beforehand::offer::MessageKey;
    /// assert_eq!(MessageKey::UsageTips.parameters(), ["module", "n_tips"]);
    /// ```
    pub const fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Reminder => &["item", "days_used", "lead_days"],
            Self::ReminderOffer => &["item", "days_used", "lead_days", "discount"],
            Self::NextStage | Self::NextStageOffer => &["item", "days_left", "next_item"],
            Self::UsageTips => &["module", "n_tips"],
            Self::Instalments => &["n_instalments", "monthly_amount"],
        }
    }
}

impl fmt::Display for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

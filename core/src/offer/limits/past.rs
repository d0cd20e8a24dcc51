//! What was sent to a customer so far, and what the customer allowed.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// One contact that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// When it went out.
    pub at: Timestamp,
    /// On which channel: its place in [`Limits::channels`](super::Limits::channels). A contact on a channel that is not
    /// among them counts for the limits over all channels.
    pub channel: usize,
    /// Whether the customer has answered by now: opened, clicked, replied or bought. What is not answered yet counts as
    /// ignored.
    #[serde(default)]
    pub answered: bool,
}

/// A proposed contact that a person refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RefusedProposal {
    /// When it was refused.
    pub at: Timestamp,
    /// The offer, by its name in the policy; any offer when it is not known.
    #[serde(default)]
    pub offer: Option<String>,
}

/// Whether a customer allowed a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Nothing is known. Enough for a channel that needs no consent.
    #[default]
    Unknown,
    /// The customer agreed.
    Given,
    /// The customer refused. That holds on every channel, whether it needs a consent or not.
    Refused,
}

/// What was sent to one customer so far, and what the customer allowed: as known at the instant of prediction.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Past {
    /// Contacts on all channels, in any order; in order of time is fastest. Contacts after the instant asked about are
    /// not looked at.
    pub contacts: Vec<Sent>,
    /// One per channel, in the order of [`Limits::channels`](super::Limits::channels); what is missing is unknown.
    pub consents: Vec<Consent>,
    /// Proposals that a person refused, in any order; those after the instant asked about are not looked at.
    pub refused: Vec<RefusedProposal>,
}

impl Past {
    /// Whether the customer allowed a channel.
    pub fn consent(&self, channel: usize) -> Consent {
        self.consents.get(channel).copied().unwrap_or_default()
    }
}

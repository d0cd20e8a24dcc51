//! What comes out: contact, wait, abstain, or hand over to a person; each with its reasoning.

use serde::Serialize;

use super::gains::Parts;
use super::limits::Limit;
use super::route::Route;
use super::wording::Message;
use crate::event::EventId;
use crate::time::Timestamp;

/// What to do about one customer now.
///
/// ```
/// # use beforehand::offer::Decision;
/// fn act(decision: Decision) -> String {
///     match decision {
///         Decision::Contact(contact) => format!("{} over {} at {}", contact.offer, contact.channel, contact.contact_at),
///         Decision::Wait(wait) => format!("look again at {}", wait.until_at),
///         Decision::Abstain(abstain) => format!("nothing: {}", abstain.because.as_str()),
///         Decision::HandOff(hand_off) => format!("ask {}", hand_off.to),
///         _ => "unknown to this program".to_owned(),
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Decision {
    /// Contact the customer, on the day of the decision.
    Contact(Contact),
    /// A later contact is worth more: decide again then, or earlier when something happens.
    Wait(Wait),
    /// Do not contact, for now.
    Abstain(Abstain),
    /// Let a person decide.
    HandOff(HandOff),
}

impl Decision {
    pub(super) fn in_words(mut self, locale: &str) -> Self {
        let words = super::words::words(&self, locale);
        match &mut self {
            Self::Contact(Contact { reasoning, .. })
            | Self::Wait(Wait { reasoning, .. })
            | Self::Abstain(Abstain { reasoning, .. })
            | Self::HandOff(HandOff { reasoning, .. }) => reasoning.words = words,
        }
        self
    }

    /// `contact`, `wait`, `abstain` or `hand_off`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Contact(_) => "contact",
            Self::Wait(_) => "wait",
            Self::Abstain(_) => "abstain",
            Self::HandOff(_) => "hand_off",
        }
    }

    /// Why, as data.
    pub const fn reasoning(&self) -> &Reasoning {
        match self {
            Self::Contact(Contact { reasoning, .. })
            | Self::Wait(Wait { reasoning, .. })
            | Self::Abstain(Abstain { reasoning, .. })
            | Self::HandOff(HandOff { reasoning, .. }) => reasoning,
        }
    }
}

/// Contact the customer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Contact {
    /// What it is about: the item bought last; `None` for a need without an item.
    pub item: Option<EventId>,
    /// The item to propose instead, when the customer moves on to another stage.
    pub next_item: Option<EventId>,
    /// The offer, by its name in the policy.
    pub offer: String,
    /// Its discount, a share of the price.
    pub discount_share: f64,
    /// The channel, by its name in the policy.
    pub channel: String,
    /// When to send, within the allowed hours of the day of the decision.
    pub contact_at: Timestamp,
    /// What the contact is expected to gain over none, in the currency of the orders.
    pub expected_margin: f64,
    /// Who sends it: the machine, or a person after a look.
    pub route: Route,
    /// The probability with which this action was drawn, for whoever learns from the log; 1 without exploration and holdout.
    pub propensity: f64,
    /// On what the effect rests.
    pub effect: EffectSource,
    /// The words, where the policy has a template for them.
    pub message: Option<Message>,
    /// Why.
    pub reasoning: Reasoning,
}

/// A later contact is worth more.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Wait {
    /// When to decide again: the day that now seems best, or the end of what is planned ahead.
    pub until_at: Timestamp,
    /// What the contact would be about.
    pub item: Option<EventId>,
    /// The offer that would then be best.
    pub offer: String,
    /// The channel that would then be best.
    pub channel: String,
    /// What that contact is expected to gain over none.
    pub expected_margin: f64,
    /// Why.
    pub reasoning: Reasoning,
}

/// Do not contact.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Abstain {
    /// Why not.
    pub because: AbstainReason,
    /// For a holdout: the probability with which this came to be; log it with the `held_out` row, and the first candidate's offer.
    pub propensity: Option<f64>,
    /// What was missing for a decision, in plain words; often nothing.
    pub missing: Vec<String>,
    /// Why, in full.
    pub reasoning: Reasoning,
}

/// Why nothing is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AbstainReason {
    /// No contact in the days planned ahead is expected to gain anything.
    NoGain,
    /// The gain is positive, but too doubtful, and a person's time is worth more than resolving the doubt.
    Doubt,
    /// Limits leave no day on which a contact would gain anything.
    Limit,
    /// Others gain more from the capacity or budget there is.
    Capacity,
    /// The customer belongs to the holdout, which is never contacted.
    Holdout,
    /// A lottery chose to do nothing, to learn what contacts are worth.
    Explore,
    /// A person has refused this proposal of late, or would most likely refuse it.
    Refused,
    /// Something is missing: see `missing`.
    Missing,
}

impl AbstainReason {
    /// The reason as the `snake_case` string used in all languages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoGain => "no_gain",
            Self::Doubt => "doubt",
            Self::Limit => "limit",
            Self::Capacity => "capacity",
            Self::Holdout => "holdout",
            Self::Explore => "explore",
            Self::Refused => "refused",
            Self::Missing => "missing",
        }
    }
}

/// Let a person decide.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct HandOff {
    /// To whom: the policy's word.
    pub to: String,
    /// Why a person.
    pub because: HandOffReason,
    /// What it is about.
    pub item: Option<EventId>,
    /// The offer that the machine would make.
    pub offer: String,
    /// The channel that it would use.
    pub channel: String,
    /// What that contact is expected to gain over none.
    pub expected_margin: f64,
    /// The words the machine would use.
    pub message: Option<Message>,
    /// Why, in full.
    pub reasoning: Reasoning,
}

/// Why a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HandOffReason {
    /// The gain is doubtful, and resolving the doubt is worth more than a person's time.
    Doubt,
    /// A rule of the policy says so.
    Rule,
}

impl HandOffReason {
    /// The reason as the `snake_case` string used in all languages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Doubt => "doubt",
            Self::Rule => "rule",
        }
    }
}

/// On what the effect of a contact rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EffectSource {
    /// On what the policy states.
    Prior,
    /// On the log's own randomised control, with what the policy states as prior.
    Log,
}

/// Why a decision came out as it did.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Reasoning {
    /// The best contact of every offer, best first; the first is what was proposed or would be.
    pub candidates: Vec<Candidate>,
    /// The best contact that differs from the first in its day only.
    pub runner_up: Option<Candidate>,
    /// What speaks for a contact and what against it.
    pub evidence: Vec<Evidence>,
    /// What keeps a better contact from being made, and what that costs.
    pub binding: Option<Binding>,
    /// What would have to be different for the decision to change.
    pub would_change: Vec<Change>,
    /// The decision and its reasons in plain words, in the policy's language for the customer (English or Chinese).
    pub words: String,
    /// The gain of the first candidate on each day from that of the decision, limits left aside: the value of waiting.
    pub gain_by_day: Vec<f64>,
    /// The days of `gain_by_day` on which limits close the first candidate's channel to the customer, in order.
    pub closed_days: Vec<ClosedDay>,
}

/// A day on which limits close a channel to a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ClosedDay {
    /// Which day, counted from that of the decision.
    pub in_days: u32,
    /// Why.
    pub limit: Limit,
}

/// A contact that was weighed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Candidate {
    /// What it is about.
    pub item: Option<EventId>,
    /// The offer, by name.
    pub offer: String,
    /// The channel, by name.
    pub channel: String,
    /// On which day, counted from that of the decision.
    pub in_days: u32,
    /// What it is expected to gain over none.
    pub expected_margin: f64,
    /// The lower end of what it may gain, at the policy's confidence: the effect and the customer's own chance are not known
    /// exactly.
    pub margin_low: f64,
    /// The upper end.
    pub margin_high: f64,
    /// Of what the gain is made.
    pub parts: Parts,
}

/// One thing that speaks for a contact or against it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Evidence {
    /// What it is.
    pub kind: EvidenceKind,
    /// Whether it speaks for a contact.
    pub is_for: bool,
    /// Its number: see [`EvidenceKind`].
    pub value: f64,
    /// On how many observations it rests.
    pub n: u64,
}

/// What speaks for a contact or against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EvidenceKind {
    /// P(the need falls due while a contact today works best); n: purchases it rests on.
    DueSoon,
    /// P(the need falls due only when a contact today is much too early); n: purchases.
    DueLater,
    /// P(the customer buys unprompted); n: purchases.
    BuysUnprompted,
    /// P(a contact wins a customer who would not buy); n: contacts it rests on.
    Effect,
    /// Contacts ignored of late, those further back counting less; n: contacts made.
    IgnoredContacts,
    /// The share of the use that was lost; n: counts per period before the fall.
    UseFell,
    /// The share of healthy customers whose use shows as much of a fall in a year; n: as for `use_fell`.
    FalseAlarm,
    /// P(the use recovers without help); n: as for `use_fell`.
    Recovers,
    /// P(a person approves the proposal); n: verdicts it rests on.
    Approved,
}

/// What keeps a better contact from being made.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Binding {
    /// The limit.
    pub limit: Limit,
    /// What the contact would gain without it, beyond what it gains with it.
    pub costs: f64,
}

/// A number that would change the decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Change {
    /// Which number.
    pub of: ChangeOf,
    /// What it is.
    pub value: f64,
    /// At which value the decision turns.
    pub threshold: f64,
}

/// A number that a decision depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChangeOf {
    /// P(a contact wins a customer who would not buy).
    ProbWinBack,
    /// P(the customer buys unprompted).
    ProbOwn,
    /// What an order is worth.
    OrderValue,
    /// What the contact costs.
    ContactCost,
}

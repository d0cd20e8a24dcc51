//! Offer timing: whether to contact a customer, when, with which offer, on which channel, or not at all.
//!
//! `policy` (with `terms`, `costs`, `response`, `route`: what the business states) and a `need` (when it falls `due`) →
//! `gains` (what a contact gains, day by day) → `search` (the best day, offer and channel) → `weigh` (one customer's needs
//! against each other) → `judge` (is the gain sure enough) → `day` (the `decision`, with its `reasoning`), which a `planner`
//! makes for an instant. `limits`: when a channel may be used at all. `hour`: at which hour of an allowed day to send.
//! `lottery`: what is left to chance, to learn. `learned`, `effects`, `approvals`: what the log has taught. `cycles`: needs from
//! gaps alone, without a model. `help`: needs from a fall in use.

mod approvals;
mod by_day;
mod capacity;
mod costs;
mod customers;
mod cycles;
mod day;
mod decision;
mod decisions;
mod due;
mod effects;
mod everyone;
mod gains;
mod help;
mod hour;
mod judge;
mod learned;
mod limits;
mod lottery;
mod message;
mod need;
mod past_of;
mod planner;
mod policy;
mod reasoning;
mod response;
mod route;
mod row;
mod scarce;
mod search;
mod standing;
mod terms;
#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests;
mod weigh;
mod wording;
mod words;

pub use approvals::LearnedApproval;
pub use costs::Costs;
pub use cycles::{Cycles, PastCycles};
pub use decision::{
    Abstain, AbstainReason, Binding, Candidate, Change, ChangeOf, ClosedDay, Contact, Decision, EffectSource, Evidence,
    EvidenceKind, HandOff, HandOffReason, Reasoning, Wait,
};
pub use decisions::Decisions;
pub use due::Due;
pub use gains::Parts;
pub use help::{DeclineDecision, HelpTerms};
pub use hour::{HourBasis, HourChoice, HourCounts, HourMask, SendHours};
pub use learned::{Learned, LearnedEffect};
pub use limits::{Calendar, Cap, ChannelLimits, CivilDate, Consent, DayOpening, Limit, Limits, Openings};
pub use limits::{Past, QuietHours, RefusedProposal, Sent, TimeOfDay, Weekday, Window};
pub use message::{Escape, MessageKey, Parameter, Template, Templates};
pub use need::Need;
pub use planner::Planner;
pub use policy::{Caution, Fatigue, Lottery, Policy};
pub use response::Response;
pub use route::{Route, RouteRule};
pub use terms::{Channel, CustomerTerms, ItemTerms, Offer};
pub use wording::Message;

//! Offer timing: whether to contact a customer, when, with which offer, on which channel, or nothing.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::churn::{declines, week};
use super::planners::{kept_planner, planner, policy, shared_limits};
use super::{Answer, AnswerKind, Arguments, Output, Subject, Value, Watch, column};
use crate::churn::DeclineOptions;
use crate::error::{Error, Result};
use crate::event::EventId;
use crate::offer::{Decision, DeclineDecision, HelpTerms, Learned};
use crate::progress::Progress;
use crate::table::Table;
use crate::time::Moment;

/// What to do about every customer now: contact, wait, abstain or hand over to a person; one row per customer who has bought.
///
/// Every need that the model forecasts is weighed against doing nothing, on every day up to the policy's horizon, with every offer,
/// on every channel that the limits leave open. Where capacity, budget or stock are limited, those who gain most are served.
/// Contacts among the rows of `data` count for limits, consents and fatigue.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Decide {
    /// The instant of the decision; not before the model's own. Nothing later is looked at.
    as_of: Moment,
    /// What the business may do, what it costs, and how careful to be.
    #[cfg_attr(feature = "schema", schemars(with = "crate::offer::Policy"))]
    policy: Box<RawValue>,
}

/// The columns of [`Decide`].
pub(super) struct DecisionTable(Table);

impl Output for DecisionTable {
    const KIND: AnswerKind = AnswerKind::Table(&[
        column("customer", "id", "Who."),
        column("action", "word", "`contact`, `wait`, `abstain` or `hand_off`."),
        column(
            "because",
            "word",
            "Why nothing is done, or why a person decides: `no_gain`, `doubt`, `limit`, `capacity`, `holdout`, `explore`, \
             `refused`, `missing`, `rule`; none for a contact and for waiting.",
        ),
        column("item", "id", "What it is about: the item bought last."),
        column("next_item", "text", "The item to propose instead, when the customer moves on; empty for none."),
        column("offer", "text", "The offer, by its name in the policy; empty for none."),
        column("discount_share", "number", "Its discount, a share of the price."),
        column("channel", "text", "The channel, by its name in the policy; empty for none."),
        column("at", "instant", "When to send; when to decide again, for `wait`."),
        column("expected_margin", "number", "What the contact is expected to gain over none."),
        column("route", "word", "Who sends it: `auto` or `approve`, after a person's look; none without a contact."),
        column(
            "propensity",
            "number",
            "The probability with which this contact or holdout was drawn: log it with the row.",
        ),
        column("message", "text", "The words; empty for none."),
    ]);

    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::Table(self.0))
    }
}

impl Arguments for Decide {
    const NAME: &'static str = "decide";
    type Output = DecisionTable;

    fn check_parts(&self) -> Result<()> {
        let policy = policy(self.policy.get())?;
        let Some((field, limit)) = shared_limits(&policy).next() else { return Ok(()) };
        let message = format!(
            "{field} is {limit}, which all customers share; here they are decided part by part: leave it out, or decide about all \
             of them in one call on one machine"
        );
        Err(Error::options(&field, message).under("policy"))
    }

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<DecisionTable> {
        let planner = planner(self.policy.get())?;
        let go_on = |progress: Progress| watch(progress.stage, progress.done);
        let decisions =
            planner.decide_all_while(subject.model()?, subject.history()?, subject.instant(self.as_of)?, go_on)?;
        Ok(DecisionTable(decisions.into_table()))
    }
}

/// What to do about one customer now, with the whole reasoning: what was weighed, what speaks for and against, the runner-up, the
/// limit that binds, and what would change the decision.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct DecideFor {
    /// The instant of the decision; not before the model's own. Nothing later is looked at.
    as_of: Moment,
    /// What the business may do, what it costs, and how careful to be.
    #[cfg_attr(feature = "schema", schemars(with = "crate::offer::Policy"))]
    policy: Box<RawValue>,
    /// Whom it is about; may be left out when `data` holds one customer only.
    #[serde(default)]
    customer: Option<EventId>,
}

impl Arguments for DecideFor {
    const NAME: &'static str = "decide_for";
    const IS_LONG: bool = false;
    type Output = Value<Decision>;

    fn run(self, subject: &Subject<'_>, _: Watch<'_>) -> Result<Self::Output> {
        let past = subject.past_of_one(self.customer.as_ref())?;
        let planner = kept_planner(self.policy.get())?;
        Ok(Value::new(planner.decide(subject.model()?, past, subject.instant(self.as_of)?)?))
    }
}

/// Whose use has fallen of late, and whether a person should offer help: one entry per customer with an alarm in the last days.
///
/// The log's events are use, read as by `decline`; what was sent to customers counts for limits and fatigue. What is at stake is the
/// share of the customer's remaining value (the policy's `customers[].remaining_value` or `costs.remaining_value`) that went with
/// the use. A proposal is never the machine's alone: its route is `approve`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct DecideDeclines {
    /// The end of the last period, and the instant of the decision; nothing later is looked at.
    as_of: Moment,
    /// What the business may do, what it costs, and how careful to be. Its offers are ways of helping.
    #[cfg_attr(feature = "schema", schemars(with = "crate::offer::Policy"))]
    policy: Box<RawValue>,
    /// What is known of the help.
    #[serde(default)]
    help_terms: HelpTerms,
    /// Civil days in a period, 1 … 366.
    #[serde(default = "week")]
    period_days: u32,
    /// How declines are found.
    #[serde(default)]
    options: DeclineOptions,
}

impl Arguments for DecideDeclines {
    const NAME: &'static str = "decide_declines";
    const ON_MODEL: bool = false;
    type Output = Value<Vec<DeclineDecision>>;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<Self::Output> {
        let planner = planner(self.policy.get())?;
        let declines = declines(subject, self.as_of, self.period_days, &self.options, watch)?;
        let (history, as_of) = (subject.history()?, subject.instant(self.as_of)?);
        Ok(Value::new(planner.decide_declines(&declines, history, as_of, &self.help_terms)?))
    }
}

/// What the log's own contacts teach: what each offer wins, measured against customers held out, and at which hours customers open
/// what they are sent. Put it into the policy, as `learned`.
///
/// An effect is learned only where a lottery held customers out (rows of the kind `held_out`): a rate of response is never taken for
/// an effect.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct LearnContacts {
    /// Nothing later is looked at.
    as_of: Moment,
    /// The policy whose channels and time zones the contacts are of.
    #[cfg_attr(feature = "schema", schemars(with = "crate::offer::Policy"))]
    policy: Box<RawValue>,
    /// A purchase counts as an outcome of a contact within so many days, above 0 and up to 364. Default: 14.
    #[serde(default = "fortnight")]
    window_days: f64,
}

fn fortnight() -> f64 {
    14.0
}

impl Arguments for LearnContacts {
    const NAME: &'static str = "learn_contacts";
    const ON_MODEL: bool = false;
    type Output = Value<Learned>;

    fn run(self, subject: &Subject<'_>, _: Watch<'_>) -> Result<Self::Output> {
        let policy = policy(self.policy.get())?;
        Ok(Value::new(Learned::of(subject.history()?, subject.instant(self.as_of)?, &policy, self.window_days)?))
    }
}

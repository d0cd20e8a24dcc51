//! Customers whose use has fallen: whom to offer help, through a person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::customers::n_purchases;
use super::day::Who;
use super::decision::Decision;
use super::due::Due;
use super::need::Need;
use super::past_of::Channels;
use super::planner::Planner;
use crate::churn::{ModuleFinding, UsageDecline};
use crate::error::{Error, Result};
use crate::event::EventId;
use crate::history::HistoryView;
use crate::replenish::AsOf;
use crate::time::Timestamp;

/// What is known of the help that a customer gets whose use has fallen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct HelpTerms {
    /// Alarms raised within so many days before the decision are acted on, above 0 and up to 366. Default 14.
    pub alarm_days: f64,
    /// The share of customers whose use truly falls within a year, 0 to 1. Default .2: it says how many alarms are real.
    pub falls_per_year: f64,
    /// P(the use recovers without help), 0 to 1. Default 0: what is not stated is not assumed.
    pub prob_recovers: f64,
    /// How many tips the message speaks of, at least 1. Default 3.
    pub n_tips: u32,
}

impl Default for HelpTerms {
    fn default() -> Self {
        Self { alarm_days: 14.0, falls_per_year: 0.2, prob_recovers: 0.0, n_tips: 3 }
    }
}

impl HelpTerms {
    /// Checks every number.
    ///
    /// # Errors
    /// `invalid_options` naming the number, the value given and the values allowed.
    pub fn validate(&self) -> Result<()> {
        let refused = |name: &str, value: String, allowed: &str| {
            Err(Error::options(name, format!("{name} is {value}; allowed are {allowed}")))
        };
        if !(self.alarm_days > 0.0 && self.alarm_days <= 366.0) {
            return refused("alarm_days", self.alarm_days.to_string(), "numbers above 0 and up to 366");
        }
        for (name, value) in [("falls_per_year", self.falls_per_year), ("prob_recovers", self.prob_recovers)] {
            if !(0.0..=1.0).contains(&value) {
                return refused(name, value.to_string(), "0 to 1");
            }
        }
        if self.n_tips == 0 {
            return refused("n_tips", "0".to_owned(), "whole numbers from 1");
        }
        Ok(())
    }
}

/// What to do about one customer whose use has fallen.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DeclineDecision {
    /// The fall: since when, how deep, in which modules.
    pub decline: UsageDecline,
    /// What to do. A contact is never the machine's alone: its route is `approve`.
    pub decision: Decision,
}

/// What makes a need one for help.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Help {
    pub(super) n_tips: u32,
    /// The share of the level that was lost.
    pub(super) depth: f64,
    pub(super) level_before: f64,
    pub(super) false_alarms_per_year: f64,
}

impl Planner {
    /// Decides about customers whose use has fallen: whether a person should offer help, on which channel, with which words.
    ///
    /// What is at stake is the share of the customer's remaining value that went with the use: `depth · remaining_value`, from the
    /// customer's terms or the policy's costs. Help works best at once and less each day; it is weighed like any contact, with
    /// the policy's offers (a reminder's P(win back) is that of help), and limits, fatigue, holdout and rules hold as ever.
    /// With f = the share whose use truly falls within a year ([`HelpTerms::falls_per_year`]) and a = the share of healthy customers that
    /// show as much evidence in a year, which each alarm knows, the need is real with P = f / (f + a) (the positive predictive
    /// value, taking every fall to be found).
    ///
    /// One entry per customer with an alarm in the last days, by the latest one, in the order of customers. `history` tells what was
    /// sent to them before.
    ///
    /// # Errors
    /// `invalid_options`; `unknown_customer` when an alarm is about a customer of whom the history knows nothing.
    pub fn decide_declines<'a>(
        &self,
        declines: &[UsageDecline],
        history: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
        terms: &HelpTerms,
    ) -> Result<Vec<DeclineDecision>> {
        terms.validate()?;
        let log = history.into().history;
        let day = self.day(as_of)?;
        let channels = Channels::of(&self.policy);
        let is_recent = |alarm_at: Timestamp| alarm_at <= as_of && as_of.days_since(alarm_at) < terms.alarm_days;
        let mut latest: BTreeMap<&EventId, &UsageDecline> = BTreeMap::new();
        for decline in declines.iter().filter(|d| is_recent(d.alarm_at)) {
            let known = latest.entry(&decline.customer).or_insert(decline);
            if known.alarm_at < decline.alarm_at {
                *known = decline;
            }
        }
        let decide = |decline: &UsageDecline| {
            let customer = log.customer(&decline.customer)?.customers.start;
            let past = channels.past(log, customer, as_of);
            let opens = channels.opens(self, log, customer, &decline.customer, as_of)?;
            let n_purchases = n_purchases(log, customer, AsOf::new(log, as_of));
            let who = Who { customer: Some(&decline.customer), n_purchases, past: &past, opens: &opens };
            let decision = day.decide(who, &[self.need_of_help(decline, terms)?])?;
            Ok(DeclineDecision { decline: decline.clone(), decision })
        };
        latest.into_values().map(decide).collect()
    }

    fn need_of_help(&self, decline: &UsageDecline, terms: &HelpTerms) -> Result<Need> {
        // Due where a contact today works fully, so that one tomorrow works less.
        let mut by_day = vec![0.0; self.policy.response.best_from_days.ceil() as usize + 1];
        if let Some(last) = by_day.last_mut() {
            *last = 1.0;
        }
        let (real, false_alarms) = (terms.falls_per_year, decline.false_alarms_per_year.max(f64::MIN_POSITIVE));
        let prob_true = (real / (real + false_alarms)).clamp(0.0, 1.0);
        let due = Due::new(by_day, prob_true * terms.prob_recovers, 0.0)?.exists_with(prob_true);
        let remaining_value = self.customer_terms(&decline.customer).and_then(|t| t.remaining_value);
        let at_stake = decline.depth * remaining_value.unwrap_or(self.policy.costs.remaining_value);
        let help = Help {
            n_tips: terms.n_tips,
            depth: decline.depth,
            level_before: decline.level_before,
            false_alarms_per_year: decline.false_alarms_per_year,
        };
        Ok(Need {
            item: module_of(&decline.modules),
            order_value: Some(at_stake).filter(|value| *value > 0.0),
            help: Some(help),
            ..Need::new(due)
        })
    }
}

/// The module of which it is surest that it is used too little; of equals the first.
fn module_of(modules: &[ModuleFinding]) -> Option<EventId> {
    let surest = |best: &'_ ModuleFinding, next: &'_ ModuleFinding| next.prob_below > best.prob_below;
    let best = modules.iter().reduce(|best, next| if surest(best, next) { next } else { best });
    best.map(|finding| finding.module.clone())
}

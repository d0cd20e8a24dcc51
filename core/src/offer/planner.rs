//! The planner: a policy made ready to decide.

use std::collections::BTreeMap;

use super::approvals::Approvals;
use super::day::{Day, Who};
use super::decision::Decision;
use super::effects::Effects;
use super::limits::{ChannelLimits, Limits, Past};
use super::message::Templates;
use super::need::Need;
use super::policy::Policy;
use super::terms::{CustomerTerms, ItemTerms};
use crate::error::{Error, Result};
use crate::event::EventId;
use crate::time::Timestamp;

/// A policy made ready to decide: whether to contact a customer, when, with which offer, on which channel; or nothing.
///
/// A contact on day `t` is worth what it is expected to gain over none. With the need falling due at `u` (distribution f, from the
/// model's forecast), `s = u - t` days of stock left, effect e(s) of [`Response`](super::Response), P(the need still exists) x,
/// own chance q, P(win back) r, order value V, margin m and discount d:
///
/// ```text
/// gain(t) = Σ f(u) [ (x - q) r e(s) V (m - d)  -  q e(s) V d · 1(s ≥ 0) ]      won back; given away
///           - P(ignored) · cost of being ignored  -  cost of being early or late  -  P(sent) · cost of the contact
/// ```
///
/// `P(sent) = 1 - q F(t)`, for who has bought before `t` is not contacted. All days up to the policy's horizon, offers and channels
/// that the limits leave open are compared, with doing nothing (0) among them: when the best is a later day the
/// decision is to wait, and it is made anew every day with what is then known.
#[derive(Debug, Clone)]
pub struct Planner {
    pub(super) policy: Policy,
    /// The policy's limits with its channels in its order.
    pub(super) limits: Limits,
    pub(super) effects: Effects,
    /// The effect of a contact by day, and how many of these days lie after the run-out.
    pub(super) effects_by_day: (Vec<f64>, usize),
    items: BTreeMap<EventId, usize>,
    customers: BTreeMap<EventId, usize>,
    pub(super) templates: Templates,
}

impl Planner {
    /// Makes a policy ready.
    ///
    /// # Errors
    /// `invalid_options` naming what is wrong with the policy.
    pub fn new(policy: Policy) -> Result<Self> {
        policy.validate()?;
        let limits = aligned(&policy)?;
        limits.validate()?;
        let places = |ids: Vec<&EventId>, field: &str| {
            let mut out = BTreeMap::new();
            for (place, id) in ids.into_iter().enumerate() {
                if out.insert(id.clone(), place).is_some() {
                    return Err(Error::options(field, format!("{field} holds {id} twice; state its terms once")));
                }
            }
            Ok(out)
        };
        let items = places(policy.items.iter().map(|t| &t.item).collect(), "items")?;
        let customers = places(policy.customers.iter().map(|t| &t.customer).collect(), "customers")?;
        let effects_by_day = policy.response.by_day();
        let templates = Templates::new(&policy.messages)?;
        let effects = Effects::of(&policy);
        Ok(Self { policy, limits, effects, effects_by_day, items, customers, templates })
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Decides about needs known from elsewhere than the log, all of one customer: `customer` names whose they are, for the
    /// customer's terms and the lottery.
    ///
    /// # Errors
    /// Only `internal`: the policy was checked when the planner was made, and any `past` will do.
    pub fn decide_needs(
        &self,
        customer: Option<&EventId>,
        needs: &[Need],
        past: &Past,
        as_of: Timestamp,
    ) -> Result<Decision> {
        let day = self.day(as_of)?;
        let n_purchases = needs.iter().map(|need| need.n_events).max().unwrap_or(0);
        day.decide(Who { customer, n_purchases, past, opens: &[] }, needs)
    }

    pub(super) fn n_days(&self) -> usize {
        self.policy.horizon_days as usize
    }

    /// Days over which a need's run-out date matters to decisions: what [`Due::new`](super::Due::new) should be told, at least.
    pub fn reach_days(&self) -> usize {
        let (effects, before) = &self.effects_by_day;
        let early = if self.policy.costs.per_early > 0.0 { self.policy.costs.early_after_days as usize + 1 } else { 0 };
        self.n_days() + (effects.len() - before).max(early)
    }

    pub(super) fn item_terms(&self, item: &EventId) -> Option<&ItemTerms> {
        self.items.get(item).map(|&place| &self.policy.items[place])
    }

    pub(super) fn customer_terms(&self, customer: &EventId) -> Option<&CustomerTerms> {
        self.customers.get(customer).map(|&place| &self.policy.customers[place])
    }

    /// The name of a customer's time zone; of one not known, the policy's.
    pub(super) fn time_zone(&self, customer: Option<&EventId>) -> &str {
        let terms = customer.and_then(|customer| self.customer_terms(customer));
        terms.and_then(|t| t.time_zone.as_deref()).unwrap_or(&self.policy.time_zone)
    }

    /// What holds for every decision of one instant.
    pub(super) fn day(&self, as_of: Timestamp) -> Result<Day<'_>> {
        let zones = self.policy.customers.iter().filter_map(|c| c.time_zone.as_deref());
        let mut calendars = BTreeMap::new();
        for zone in zones.chain([self.policy.time_zone.as_str()]) {
            if !calendars.contains_key(zone) {
                calendars.insert(zone, self.limits.calendar(zone, as_of, self.policy.horizon_days)?);
            }
        }
        Ok(Day { planner: self, as_of, approvals: Approvals::of(&self.policy), calendars })
    }
}

/// The limits with one entry per channel of the policy, in its order.
fn aligned(policy: &Policy) -> Result<Limits> {
    let known = |name: &str| policy.channels.iter().any(|c| c.name == name);
    let stated = if policy.limits.channels == Limits::default().channels { &[] } else { &policy.limits.channels[..] };
    if let Some(unknown) = stated.iter().find(|c| !known(&c.name)) {
        let names: Vec<&str> = policy.channels.iter().map(|c| c.name.as_str()).collect();
        let message =
            format!("limits name a channel {:?}, but the policy's channels are {}", unknown.name, names.join(", "));
        return Err(Error::options("limits.channels", message));
    }
    let of = |name: &str| stated.iter().find(|c| c.name == name).cloned().unwrap_or_else(|| ChannelLimits::new(name));
    let channels = policy.channels.iter().map(|c| of(&c.name)).collect();
    Ok(Limits { channels, ..policy.limits.clone() })
}

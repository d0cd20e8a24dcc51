//! One instant's decisions: what to do about each customer, and why.

use std::collections::BTreeMap;

use super::approvals::Approvals;
use super::decision::{Abstain, AbstainReason, Contact, Decision, HandOff, HandOffReason, Reasoning, Wait};
use super::hour::HourCounts;
use super::judge::{Gain, Verdict};
use super::limits::{Calendar, Past};
use super::lottery::Ticket;
use super::need::Need;
use super::planner::Planner;
use super::policy::Lottery;
use super::reasoning::Reasoner;
use super::route::{Route, Situation, route};
use super::search::{Pick, Way};
use super::standing::Standing;
use super::terms::CustomerTerms;
use super::weigh::{Chosen, Weigher};
use crate::error::Result;
use crate::event::EventId;
use crate::time::Timestamp;

/// The calendars of an instant, per time zone, and what people made of proposals until then.
#[derive(Debug)]
pub(super) struct Day<'a> {
    pub(super) planner: &'a Planner,
    pub(super) as_of: Timestamp,
    pub(super) approvals: Approvals,
    pub(super) calendars: BTreeMap<&'a str, Calendar>,
}

/// One customer whose needs are weighed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Who<'a> {
    pub(super) customer: Option<&'a EventId>,
    pub(super) n_purchases: u32,
    pub(super) past: &'a Past,
    /// When the customer opened what came on each channel; empty when nothing is known.
    pub(super) opens: &'a [HourCounts],
}

/// A contact to be made now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Outreach {
    pub(super) chosen: Chosen,
    pub(super) gain: Gain,
    pub(super) route: Route,
    /// The probability with which it came to be.
    pub(super) propensity: f64,
    /// Whether a lottery drew it, to learn what it is worth.
    pub(super) is_drawn: bool,
}

/// What was settled about one customer: the contact now, or why none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Settled {
    Contact(Outreach),
    Wait {
        chosen: Chosen,
    },
    Abstain {
        because: AbstainReason,
        about: Option<Chosen>,
    },
    /// The contact would have been made, but for the lottery.
    HeldOut {
        chosen: Chosen,
        propensity: f64,
    },
    HandOff {
        because: HandOffReason,
        chosen: Chosen,
    },
}

impl Day<'_> {
    /// What the policy says of a customer.
    fn terms(&self, who: Who<'_>) -> Option<&CustomerTerms> {
        who.customer.and_then(|customer| self.planner.customer_terms(customer))
    }

    /// The days of a customer's time zone.
    pub(super) fn calendar(&self, customer: Option<&EventId>) -> Option<&Calendar> {
        self.calendars.get(self.planner.time_zone(customer))
    }

    pub(super) fn weigher(&self) -> Weigher<'_> {
        Weigher::new(self.planner)
    }

    /// What is known of a customer beside the needs.
    pub(super) fn standing(&self, who: Who<'_>, out: &mut Standing) -> Result<()> {
        let policy = &self.planner.policy;
        out.n_purchases = who.n_purchases;
        out.remaining_value = self.terms(who).and_then(|t| t.remaining_value).unwrap_or(policy.costs.remaining_value);
        out.keeps = policy.fatigue.keep.powf(self.ignored(who.past));
        // A day with anything left of it counts as one: contacts of one need and the next are decided anew anyway.
        out.gap_days = self.planner.limits.min_gap_days.ceil() as usize;
        self.refused(who.past, &mut out.refused);
        out.open.clear(self.planner.n_days());
        let calendar = self.calendar(who.customer);
        for channel in 0..policy.channels.len() {
            let days = calendar.map(|calendar| calendar.openings(channel, who.past)).transpose()?;
            out.open.push(days.into_iter().flatten().map(|day| day.is_open()));
        }
        Ok(())
    }

    /// Which offers a person refused of late.
    fn refused(&self, past: &Past, out: &mut Vec<bool>) {
        out.clear();
        let policy = &self.planner.policy;
        let is_recent = |at: Timestamp| at <= self.as_of && self.as_of.days_since(at) < policy.caution.refused_days;
        for refused in past.refused.iter().filter(|refused| is_recent(refused.at)) {
            out.resize(policy.offers.len(), false);
            for (offer, out) in policy.offers.iter().zip(out.iter_mut()) {
                *out |= refused.offer.as_ref().is_none_or(|name| *name == offer.name);
            }
        }
    }

    /// Contacts ignored so far, those further back counting less.
    pub(super) fn ignored(&self, past: &Past) -> f64 {
        let half_life = self.planner.policy.fatigue.half_life_days;
        let ignored = past.contacts.iter().filter(|c| !c.answered && c.at <= self.as_of);
        // From 0, for the sum of nothing is -0.
        ignored.map(|c| (-self.as_of.days_since(c.at) / half_life).exp2()).fold(0.0, |sum, part| sum + part)
    }

    /// What to do about one customer, without words.
    pub(super) fn settle(
        &self,
        who: Who<'_>,
        needs: &[Need],
        standing: &Standing,
        weigher: &mut Weigher<'_>,
        chosen: &mut Vec<Chosen>,
    ) -> Settled {
        weigher.choose(needs, standing, chosen);
        let Some(now) = chosen.iter().find(|c| c.pick.day == 0).copied() else {
            let next =
                chosen.iter().min_by(|a, b| a.pick.day.cmp(&b.pick.day).then(b.pick.gain.total_cmp(&a.pick.gain)));
            return next
                .map_or_else(|| self.without_gain(needs, standing, weigher), |&chosen| Settled::Wait { chosen });
        };
        let need = &needs[now.need];
        weigher.list_ways(need, standing);
        weigher.look(&need.due);
        self.settle_now(who, need, now, standing, weigher)
    }

    /// The best contact is today's: whether to make it.
    fn settle_now(
        &self,
        who: Who<'_>,
        need: &Need,
        mut now: Chosen,
        standing: &Standing,
        weigher: &Weigher<'_>,
    ) -> Settled {
        let policy = &self.planner.policy;
        let (caution, lottery) = (&policy.caution, &policy.lottery);
        let ticket = who.customer.map(|customer| self.ticket(customer));
        let explores = ticket.is_some_and(|t| lottery.explores(t));
        let mut gain = weigher.gain(&need.due, &now.pick);
        let (mut propensity, mut is_drawn) = (1.0, false);
        if gain.verdict(caution.confidence) == Verdict::Doubt {
            if caution.person_cost.is_some_and(|cost| gain.value_of_knowing() > cost) {
                return Settled::HandOff { because: HandOffReason::Doubt, chosen: now };
            }
            if !explores {
                return Settled::Abstain { because: AbstainReason::Doubt, about: Some(now) };
            }
            (propensity, is_drawn) = (lottery.explore_share, true);
        } else if lottery.explore_share > 0.0
            && let Some(ticket) = ticket
        {
            let tried = tried(weigher, need, standing);
            let drawn = explores.then(|| Lottery::choose(ticket, tried.len() + 1));
            if drawn == Some(tried.len()) {
                return Settled::Abstain { because: AbstainReason::Explore, about: Some(now) };
            }
            let pick = drawn.map_or(now.pick, |drawn| tried[drawn]);
            propensity = lottery.propensity(&pick, &now.pick, &tried);
            is_drawn = drawn.is_some();
            now = Chosen { pick, way: weigher.ways[pick.way], ..now };
            gain = weigher.gain(&need.due, &pick);
        }
        if ticket.is_some_and(|t| lottery.holds_out(t)) {
            return Settled::HeldOut { chosen: now, propensity: propensity * lottery.holdout_share };
        }
        propensity *= 1.0 - lottery.holdout_share;
        self.send(who, need, Outreach { chosen: now, gain, route: Route::Auto, propensity, is_drawn })
    }

    /// Who sends a contact, by the policy's rules and by what people made of such proposals.
    fn send(&self, who: Who<'_>, need: &Need, contact: Outreach) -> Settled {
        let policy = &self.planner.policy;
        let Outreach { chosen, gain, .. } = contact;
        match route(&policy.routes, &self.situation(who, &chosen.way, gain)) {
            Route::Human => Settled::HandOff { because: HandOffReason::Rule, chosen },
            // Help is a person's word: nobody hears from a machine that it watches what they use.
            route if route == Route::Approve || need.help.is_some() => {
                let (prob_approved, _) = self.approvals.offer(chosen.way.offer);
                if prob_approved * gain.mean <= policy.caution.person_cost.unwrap_or(0.0) {
                    return Settled::Abstain { because: AbstainReason::Refused, about: Some(chosen) };
                }
                Settled::Contact(Outreach { route: Route::Approve, ..contact })
            }
            route => Settled::Contact(Outreach { route, ..contact }),
        }
    }

    /// The ways in which a contact could be made where some are scarce, each settled for itself, with P(the customer then buys).
    /// What a lottery drew stays as it was drawn; of what was chosen, every way is there whose gain is sure.
    pub(super) fn alternatives(
        &self,
        who: Who<'_>,
        need: &Need,
        contact: Outreach,
        standing: &Standing,
        weigher: &mut Weigher<'_>,
    ) -> Vec<(Outreach, f64)> {
        let lottery = &self.planner.policy.lottery;
        weigher.list_ways(need, standing);
        weigher.look(&need.due);
        let gains = weigher.gains(&need.due);
        if contact.is_drawn {
            return vec![(contact, gains.prob_bought(&contact.chosen.way, 0))];
        }
        let tried = tried(weigher, need, standing);
        let mut out = Vec::new();
        for (place, way) in weigher.ways.iter().enumerate().filter(|(_, w)| standing.open.contains(0, w.channel)) {
            if place == contact.chosen.pick.way {
                out.push((contact, gains.prob_bought(way, 0)));
                continue;
            }
            let pick = Pick { day: 0, way: place, gain: gains.on(way, 0) };
            let gain = weigher.gain(&need.due, &pick);
            if gain.mean <= 0.0 || gain.verdict(self.planner.policy.caution.confidence) != Verdict::Act {
                continue;
            }
            let propensity = lottery.propensity(&pick, &pick, &tried) * (1.0 - lottery.holdout_share);
            let chosen = Chosen { pick, way: *way, ..contact.chosen };
            let settled = self.send(who, need, Outreach { chosen, gain, propensity, ..contact });
            if let Settled::Contact(contact) = settled {
                out.push((contact, gains.prob_bought(way, 0)));
            }
        }
        out
    }

    fn ticket(&self, customer: &EventId) -> Ticket {
        let calendar = self.calendar(Some(customer));
        let day = calendar.and_then(|c| c.openings(0, &Past::default()).ok()?.next()).map_or(0, |d| d.date().days());
        self.planner.policy.lottery.ticket(customer, day)
    }

    fn situation(&self, who: Who<'_>, way: &Way, gain: Gain) -> Situation {
        let terms = self.terms(who);
        Situation {
            order_value: way.stakes.order_value,
            discount_share: way.stakes.discount_share,
            confidence: gain.prob_positive(),
            mood: terms.and_then(|t| t.mood),
            has_contract: terms.is_some_and(|t| t.has_contract),
        }
    }

    /// No open day gains anything, as the weigher has found: whether limits are the reason, or doubt, or there is nothing to gain.
    fn without_gain(&self, needs: &[Need], standing: &Standing, weigher: &mut Weigher<'_>) -> Settled {
        let mut best: Option<(Chosen, Gain)> = None;
        let mut free: Option<Chosen> = None;
        let promising = std::mem::take(&mut weigher.promising);
        let is_missing = promising.is_empty() && !needs.is_empty();
        for &(bound, place) in &promising {
            // The others cannot reach the gain found so far.
            if free.or(best.map(|b| b.0)).is_some_and(|found| bound < found.pick.gain) {
                break;
            }
            let need = &needs[place];
            weigher.list_ways(need, standing);
            weigher.look(&need.due);
            let gains = weigher.gains(&need.due);
            let chosen = |pick: Pick| Chosen { need: place, pick, way: weigher.ways[pick.way] };
            let open = gains.best(&weigher.ways, 0, |day, channel| standing.open.contains(day, channel));
            if let Some(pick) = open.filter(|p| best.is_none_or(|(b, _)| b.is_below(p, place))) {
                best = Some((chosen(pick), weigher.gain(&need.due, &pick)));
            }
            let any = gains.best(&weigher.ways, 0, |_, _| true);
            if let Some(pick) = any.filter(|p| p.gain > 0.0 && free.is_none_or(|f| f.is_below(p, place))) {
                free = Some(chosen(pick));
            }
        }
        weigher.promising = promising;
        if is_missing && standing.refused.contains(&true) {
            return Settled::Abstain { because: AbstainReason::Refused, about: None };
        }
        if is_missing {
            return Settled::Abstain { because: AbstainReason::Missing, about: None };
        }
        if free.is_some() {
            return Settled::Abstain { because: AbstainReason::Limit, about: free };
        }
        if let (Some((chosen, gain)), Some(cost)) = (best, self.planner.policy.caution.person_cost)
            && chosen.pick.day == 0
            && gain.verdict(self.planner.policy.caution.confidence) == Verdict::Doubt
            && gain.value_of_knowing() > cost
        {
            return Settled::HandOff { because: HandOffReason::Doubt, chosen };
        }
        Settled::Abstain { because: AbstainReason::NoGain, about: best.map(|b| b.0) }
    }

    /// What to do about one customer, with the reasoning and the words.
    pub(super) fn decide(&self, who: Who<'_>, needs: &[Need]) -> Result<Decision> {
        let mut standing = Standing::default();
        self.standing(who, &mut standing)?;
        let mut weigher = self.weigher();
        let settled = self.settle(who, needs, &standing, &mut weigher, &mut Vec::new());
        let mut reasoner = Reasoner { day: self, who, needs, standing: &standing, weigher };
        let decision = match settled {
            Settled::Contact(Outreach { chosen, route, propensity, .. }) => {
                let (need, names) = (&needs[chosen.need], self.names(&chosen.way));
                Decision::Contact(Contact {
                    item: need.item.clone(),
                    next_item: need.next_item.clone(),
                    offer: names.0.to_owned(),
                    discount_share: chosen.way.stakes.discount_share,
                    channel: names.1.to_owned(),
                    contact_at: self.send_at(who, chosen.way.channel)?,
                    expected_margin: chosen.pick.gain,
                    route,
                    propensity,
                    effect: self.planner.effects.source(chosen.way.offer),
                    message: self.message(who, need, &chosen.way)?,
                    reasoning: reasoner.explain(&chosen)?,
                })
            }
            Settled::Wait { chosen } => {
                let names = self.names(&chosen.way);
                Decision::Wait(Wait {
                    until_at: self.as_of.plus_days(chosen.pick.day as f64),
                    item: needs[chosen.need].item.clone(),
                    offer: names.0.to_owned(),
                    channel: names.1.to_owned(),
                    expected_margin: chosen.pick.gain,
                    reasoning: reasoner.explain(&chosen)?,
                })
            }
            Settled::HeldOut { chosen, propensity } => Decision::Abstain(Abstain {
                because: AbstainReason::Holdout,
                propensity: Some(propensity),
                missing: Vec::new(),
                reasoning: reasoner.explain(&chosen)?,
            }),
            Settled::Abstain { because, about } => Decision::Abstain(Abstain {
                because,
                propensity: None,
                missing: if because == AbstainReason::Missing { missing(needs) } else { Vec::new() },
                reasoning: about.map_or_else(|| Ok(Reasoning::default()), |chosen| reasoner.explain(&chosen))?,
            }),
            Settled::HandOff { because, chosen } => {
                let (need, names) = (&needs[chosen.need], self.names(&chosen.way));
                Decision::HandOff(HandOff {
                    to: self.planner.policy.caution.hand_off_to.clone(),
                    because,
                    item: need.item.clone(),
                    offer: names.0.to_owned(),
                    channel: names.1.to_owned(),
                    expected_margin: chosen.pick.gain,
                    message: self.message(who, need, &chosen.way)?,
                    reasoning: reasoner.explain(&chosen)?,
                })
            }
        };
        Ok(decision.in_words(self.locale(who)))
    }

    /// The language for a customer.
    pub(super) fn locale(&self, who: Who<'_>) -> &str {
        self.terms(who).and_then(|t| t.locale.as_ref()).unwrap_or(&self.planner.policy.locale)
    }

    /// The names of a way's offer and channel.
    pub(super) fn names(&self, way: &Way) -> (&str, &str) {
        let policy = &self.planner.policy;
        (&policy.offers[way.offer].name, &policy.channels[way.channel].name)
    }
}

/// What a lottery tries: today's best contact with each offer that gains anything.
fn tried(weigher: &Weigher<'_>, need: &Need, standing: &Standing) -> Vec<Pick> {
    let gains = weigher.gains(&need.due);
    let offers = weigher.ways.iter().map(|w| w.offer).max().map_or(0, |o| o + 1);
    let best = |offer: usize| {
        let ways =
            weigher.ways.iter().enumerate().filter(|(_, w)| w.offer == offer && standing.open.contains(0, w.channel));
        let picks = ways.map(|(way, w)| Pick { day: 0, way, gain: gains.on(w, 0) });
        picks.fold(None, |best: Option<Pick>, p| if best.is_none_or(|b| p.gain > b.gain) { Some(p) } else { best })
    };
    (0..offers).filter_map(best).filter(|p| p.gain > 0.0).collect()
}

fn missing(needs: &[Need]) -> Vec<String> {
    if needs.iter().any(|need| need.help.is_some()) {
        let what =
            "what the customer will still bring: give remaining_value in the customer's terms or in the policy's costs";
        return vec![what.to_owned()];
    }
    let unknown = needs.iter().filter(|n| n.order_value.is_none()).filter_map(|n| n.item.as_ref()).take(3);
    let items: Vec<String> = unknown.map(ToString::to_string).collect();
    let of = if items.is_empty() { String::new() } else { format!(" (of {})", items.join(", ")) };
    vec![format!(
        "what an order is worth{of}: give amounts in the log, or the value of an order in the item's terms or in the policy; \
         or no offer is open to the customer, or nothing is in stock"
    )]
}

//! What a log says was sent to a customer, what was answered, and what the customer allowed.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::hour::HourCounts;
use super::limits::{Consent, Past, RefusedProposal, Sent};
use super::planner::Planner;
use super::policy::Policy;
use crate::error::Result;
use crate::event::{EventId, EventKind};
use crate::history::{History, HistoryView};
use crate::id::Id;
use crate::time::{Timestamp, zone_named};

/// A purchase within so many days of a contact is an answer to it; for the count of ignored contacts only, not for what a contact
/// is worth.
const ANSWER_DAYS: f64 = 7.0;

/// Time zones by name, each looked up once.
#[derive(Debug, Default)]
pub(super) struct Zones {
    known: BTreeMap<String, TimeZone>,
}

impl Zones {
    pub(super) fn get(&mut self, name: &str) -> Result<&TimeZone> {
        if !self.known.contains_key(name) {
            self.known.insert(name.to_owned(), zone_named("time_zone", name)?);
        }
        Ok(&self.known[name])
    }
}

/// Finds the policy's channels among those of a log.
pub(super) struct Channels {
    places: BTreeMap<String, usize>,
}

impl Channels {
    pub(super) fn of(policy: &Policy) -> Self {
        Self { places: policy.channels.iter().enumerate().map(|(i, c)| (c.name.clone(), i)).collect() }
    }

    /// The place of a channel; beyond all of them when the policy does not know it.
    fn place(&self, channel: Option<Id<'_>>) -> usize {
        let known = match channel {
            Some(Id::Str(name)) => self.places.get(name),
            Some(Id::Int(number)) => self.places.get(number.to_string().as_str()),
            None => None,
        };
        known.copied().unwrap_or(self.places.len())
    }

    /// When a customer opened what came on each channel, by the customer's clock; empty unless the policy has learned from opens.
    pub(super) fn opens(
        &self,
        planner: &Planner,
        history: &History,
        customer: u32,
        id: &EventId,
        as_of: Timestamp,
    ) -> Result<Vec<HourCounts>> {
        if planner.policy().learned.hours.is_none() {
            return Ok(Vec::new());
        }
        let mut zones = Zones::default();
        Ok(self.hours(history, customer, as_of, zones.get(planner.time_zone(Some(id)))?))
    }

    /// When the customer opened what came on each channel, by the clock of a zone: by the hour of the sending where the log holds
    /// what was sent, else by the hour of the opening.
    pub(super) fn hours(&self, history: &History, customer: u32, as_of: Timestamp, zone: &TimeZone) -> Vec<HourCounts> {
        let view = HistoryView { history, customers: customer..customer + 1 };
        let mut out = vec![HourCounts::default(); self.places.len()];
        let mut sent: Vec<Option<usize>> = vec![None; self.places.len()];
        let hour = |at: Timestamp| at.to_jiff().to_zoned(zone.clone()).hour().clamp(0, 23) as usize;
        for contact in view.contacts(as_of) {
            let place = self.place(contact.channel);
            let (Some(counts), Some(last)) = (out.get_mut(place), sent.get_mut(place)) else { continue };
            match contact.kind {
                EventKind::Contact => {
                    let hour = hour(contact.at);
                    let sends = counts.sends.get_or_insert([0; 24]);
                    sends[hour] = sends[hour].saturating_add(1);
                    *last = Some(hour);
                }
                EventKind::Open => {
                    // One open per contact: a message read twice was opened once.
                    let hour = match (counts.sends.is_some(), last.take()) {
                        (true, None) => continue,
                        (true, Some(hour)) => hour,
                        (false, _) => hour(contact.at),
                    };
                    counts.opens[hour] = counts.opens[hour].saturating_add(1);
                }
                _ => {}
            }
        }
        out
    }

    /// What was sent to a customer up to an instant, in order of time, and the customer's consents.
    pub(super) fn past(&self, history: &History, customer: u32, as_of: Timestamp) -> Past {
        let view = HistoryView { history, customers: customer..customer + 1 };
        let mut past = Past::default();
        for contact in view.contacts(as_of) {
            let channel = self.place(contact.channel);
            match contact.kind {
                // Who is held out lives under the same limits as if contacted, so that the two stay comparable.
                EventKind::Contact | EventKind::HeldOut => {
                    past.contacts.push(Sent { at: contact.at, channel, answered: false });
                }
                EventKind::Open | EventKind::Click => {
                    // It answers the latest contact on its channel, or the latest of all where the channel is not known.
                    let of = |sent: &&mut Sent| contact.channel.is_none() || sent.channel == channel;
                    if let Some(sent) = past.contacts.iter_mut().rev().find(of) {
                        sent.answered = true;
                    }
                }
                EventKind::OptOut | EventKind::OptIn => {
                    let consent = if contact.kind == EventKind::OptOut { Consent::Refused } else { Consent::Given };
                    past.consents.resize(self.places.len(), Consent::Unknown);
                    match contact.channel {
                        None => past.consents.fill(consent),
                        Some(_) => past.consents.iter_mut().skip(channel).take(1).for_each(|c| *c = consent),
                    }
                }
                EventKind::Refused => {
                    let offer = contact.offer.map(|offer| offer.to_string());
                    past.refused.push(RefusedProposal { at: contact.at, offer });
                }
                _ => {}
            }
        }
        let events = history.events_of(customer);
        let until = history.at_us[events.clone()].partition_point(|&us| us <= as_of.as_micros());
        let bought = &history.at_us[events.start..events.start + until];
        for sent in past.contacts.iter_mut().filter(|sent| !sent.answered) {
            let next = bought.partition_point(|&us| us < sent.at.as_micros());
            sent.answered = bought.get(next).is_some_and(|&us| us <= sent.at.plus_days(ANSWER_DAYS).as_micros());
        }
        past
    }
}

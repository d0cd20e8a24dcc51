//! The words and the instant of a contact.

use std::collections::BTreeMap;

use serde::Serialize;

use super::day::{Day, Who};
use super::message::{Escape, MessageKey, Parameter};
use super::need::Need;
use super::search::Way;
use crate::error::{Error, ErrorCode, Result};
use crate::event::EventId;
use crate::time::Timestamp;

/// What a contact says.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Message {
    /// What is said.
    pub key: MessageKey,
    /// In which language.
    pub locale: String,
    /// The words; parameters are not escaped for HTML.
    pub text: String,
}

impl Day<'_> {
    /// The words about a need; `None` for one without an item.
    pub(super) fn message(&self, who: Who<'_>, need: &Need, way: &Way) -> Result<Option<Message>> {
        let Some(item) = &need.item else { return Ok(None) };
        let planner = self.planner;
        let locale = self.locale(who);
        let discount = way.stakes.discount_share;
        let has_offer = discount > 0.0 && discount < 1.0;
        let key = match (need.help, &need.next_item, has_offer) {
            (Some(_), ..) => MessageKey::UsageTips,
            (None, Some(_), true) => MessageKey::NextStageOffer,
            (None, Some(_), false) => MessageKey::NextStage,
            (None, None, true) => MessageKey::ReminderOffer,
            (None, None, false) => MessageKey::Reminder,
        };
        let name = |item: &EventId| {
            let terms = planner.item_terms(item).and_then(|t| t.name.clone());
            Parameter::Text(terms.unwrap_or_else(|| item.to_string()))
        };
        let days = |days: Option<f64>| days.map(|d| Parameter::Number(d.round()));
        let parameters: BTreeMap<String, Parameter> = [
            ("item", Some(name(item))),
            ("next_item", need.next_item.as_ref().map(name)),
            ("days_used", days(need.recency_days)),
            ("days_left", days(need.supply_left_days)),
            ("lead_days", Some(Parameter::Number(planner.policy.costs.lead_days.round()))),
            ("module", Some(name(item))),
            ("n_tips", need.help.map(|help| Parameter::Number(f64::from(help.n_tips)))),
            ("discount", has_offer.then_some(Parameter::Number(discount))),
        ]
        .into_iter()
        .filter(|(name, _)| key.parameters().contains(name))
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect();
        let text = planner.templates.render(key, locale, &parameters, Escape::None)?;
        Ok(Some(Message { key, locale: locale.to_owned(), text }))
    }

    /// When to send on the day of the decision: at the customer's best hour among those allowed, where the policy has learned
    /// from opens; else as soon as it is allowed.
    pub(super) fn send_at(&self, who: Who<'_>, channel: usize) -> Result<Timestamp> {
        let opening = match self.calendar(who.customer) {
            Some(calendar) => calendar.openings(channel, who.past)?.next(),
            None => None,
        };
        let closed = || Error::new(ErrorCode::Internal, "a contact was chosen for a closed day; please report this");
        let opening = opening.ok_or_else(closed)?;
        let hours = self.planner.policy.learned.hours.as_ref();
        let best = hours.and_then(|hours| hours.best(who.opens, channel, opening.hours()));
        best.and_then(|best| opening.at_hour(best.hour)).or_else(|| opening.from_at()).ok_or_else(closed)
    }
}

//! What the log's own contacts teach: what each offer wins, by a randomised control.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::approvals::{self, LearnedApproval};
use super::hour::SendHours;
use super::past_of::{Channels, Zones};
use super::policy::Policy;
use super::terms::share;
use crate::error::{Error, Result};
use crate::event::{EventId, EventKind};
use crate::history::HistoryView;
use crate::time::Timestamp;

/// What contacts of one offer won, measured against customers whom a lottery held out.
///
/// With y = whether the customer bought within the window, weighted by 1 / propensity (Hájek 1971):
///
/// ```text
/// uplift = mean(y | contacted) - mean(y | held out)        prob_win_back = uplift / (1 - mean(y | held out))
/// ```
///
/// Of a customer's rows, contacts and held out alike, one counts per window: the first, then the first after its window, and so
/// on. Outcomes of one customer are not taken to be independent: errors are clustered by customer (Liang & Zeger 1986).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LearnedEffect {
    /// The offer, by name.
    pub offer: String,
    /// Contacts with it that count: at most one per customer and window.
    pub n_contacted: u64,
    /// Windows of customers held out from it, or from any offer where the log does not say which.
    pub n_held_out: u64,
    /// The share of the contacted that bought within the window.
    pub share_contacted: f64,
    /// The share of the held out that did.
    pub share_held_out: f64,
    /// Of those who would not have bought, the share that contacts won; may come out negative.
    pub prob_win_back: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// How many independent contacts of the same weight would tell as much, at most `n_contacted`; all of them when absent.
    #[serde(default)]
    pub effective_contacted: Option<f64>,
    /// As `effective_contacted`, of the held out.
    #[serde(default)]
    pub effective_held_out: Option<f64>,
}

impl LearnedEffect {
    pub(super) fn validate(&self) -> Result<()> {
        share("share_contacted", self.share_contacted, &self.offer)?;
        share("share_held_out", self.share_held_out, &self.offer)?;
        let effective =
            [("effective_contacted", self.effective_contacted), ("effective_held_out", self.effective_held_out)];
        for (field, value) in effective {
            if value.is_some_and(|n| !(0.0..=1e15).contains(&n)) {
                let message = format!("{field} of {:?} is {value:?}; allowed are 0 to 1e15, or none", self.offer);
                return Err(Error::options(field, message));
            }
        }
        Ok(())
    }
}

/// What a log's contacts teach; put it into the policy.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Learned {
    /// At which hours customers open what they are sent, as a text for the library itself; `None` where the log holds no opens.
    #[serde(with = "hours_as_text")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub hours: Option<SendHours>,
    /// What each offer wins, where the log holds a control for it. Offers without one rest on what the policy states: a rate of
    /// response is never taken for an effect.
    pub effects: Vec<LearnedEffect>,
    /// What people made of proposals, offer by offer.
    pub approvals: Vec<LearnedApproval>,
}

/// Hours of sending cross languages as one text, for nobody but the library reads them.
mod hours_as_text {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};

    use super::SendHours;

    #[expect(clippy::ref_option, reason = "serde hands fields over so")]
    pub(super) fn serialize<S: Serializer>(hours: &Option<SendHours>, to: S) -> Result<S::Ok, S::Error> {
        let text = hours.as_ref().map(serde_json::to_string).transpose().map_err(S::Error::custom)?;
        text.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SendHours>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| serde_json::from_str(&text)).transpose().map_err(D::Error::custom)
    }
}

/// Weighted sums of one customer's outcomes in one arm.
#[derive(Debug, Clone, Copy, Default)]
struct Own {
    n: u64,
    weight: f64,
    bought: f64,
    weight2: f64,
}

impl Own {
    fn add(&mut self, weight: f64, bought: bool) {
        self.n += 1;
        self.weight += weight;
        self.weight2 += weight * weight;
        self.bought += if bought { weight } else { 0.0 };
    }
}

/// Sums of one arm, and of products within customers.
#[derive(Debug, Clone, Copy, Default)]
struct Arm {
    n: u64,
    weight: f64,
    bought: f64,
    /// Of single outcomes.
    weight2: f64,
    /// Of customers: weight², weight · bought, bought².
    products: [f64; 3],
}

impl Arm {
    fn add(&mut self, own: Own) {
        self.n += own.n;
        self.weight += own.weight;
        self.bought += own.bought;
        self.weight2 += own.weight2;
        let products = [own.weight * own.weight, own.weight * own.bought, own.bought * own.bought];
        self.products.iter_mut().zip(products).for_each(|(sum, x)| *sum += x);
    }

    fn mean(&self) -> f64 {
        self.bought / self.weight
    }

    /// The mean with half an outcome of either kind added, so that an arm in which all did the same is not certain.
    fn careful_mean(&self) -> f64 {
        let n = self.weight * self.weight / self.weight2;
        (self.mean() * n + 0.5) / (n + 1.0)
    }

    /// The variance of the mean, clustered by customer; no less than that of independent outcomes.
    fn variance(&self) -> f64 {
        let (n, p) = (self.weight * self.weight / self.weight2, self.careful_mean());
        let [weight2, both, bought2] = self.products;
        let spread = bought2 - 2.0 * p * both + p * p * weight2;
        (spread / (self.weight * self.weight)).max(p * (1.0 - p) / (n + 1.0))
    }

    /// How many independent outcomes of the same weight would be as sure of the mean.
    fn effective(&self) -> f64 {
        let p = self.careful_mean();
        (p * (1.0 - p) / self.variance()).min(self.n as f64)
    }
}

impl Learned {
    /// Learns from the contacts of a history up to `as_of`: effects from those whose outcome is known, that is made at least
    /// `window_days` before; hours from all opens; approvals from all verdicts. Of the policy its channels and time zones are used.
    ///
    /// # Errors
    /// `invalid_options` for a window that is not between 0 and 364 days, for a policy that is none, and for a time zone that
    /// does not exist.
    pub fn of<'a>(
        history: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
        policy: &Policy,
        window_days: f64,
    ) -> Result<Self> {
        policy.validate()?;
        if !(window_days > 0.0 && window_days <= 364.0) {
            let message = format!("window_days is {window_days}; allowed are numbers above 0 and up to 364");
            return Err(Error::options("window_days", message));
        }
        let view = history.into();
        let hours = hours(&view, as_of, policy)?;
        let mut contacted: BTreeMap<String, Arm> = BTreeMap::new();
        let mut held_out: BTreeMap<Option<String>, Arm> = BTreeMap::new();
        for customer in view.customers.clone() {
            let of_one = HistoryView { history: view.history, customers: customer..customer + 1 };
            let events = view.history.events_of(customer);
            let bought = &view.history.at_us[events];
            let (mut own_contacted, mut own_held_out) = (BTreeMap::new(), BTreeMap::new());
            let mut counts_from = Timestamp::MIN;
            for contact in of_one.contacts(as_of) {
                let until = contact.at.plus_days(window_days);
                let is_outcome = matches!(contact.kind, EventKind::Contact | EventKind::HeldOut);
                if !is_outcome || until > as_of || contact.at < counts_from {
                    continue;
                }
                counts_from = until;
                let next = bought.partition_point(|&us| us <= contact.at.as_micros());
                let has_bought = bought.get(next).is_some_and(|&us| us <= until.as_micros());
                let weight = 1.0 / contact.propensity.unwrap_or(1.0);
                let offer = contact.offer.map(|offer| offer.to_string());
                if contact.kind == EventKind::HeldOut {
                    own_held_out.entry(offer).or_insert_with(Own::default).add(weight, has_bought);
                } else if let Some(offer) = offer {
                    own_contacted.entry(offer).or_insert_with(Own::default).add(weight, has_bought);
                }
            }
            for (offer, own) in own_contacted {
                contacted.entry(offer).or_default().add(own);
            }
            for (offer, own) in own_held_out {
                held_out.entry(offer).or_default().add(own);
            }
        }
        let effect = |(offer, arm): (String, Arm)| {
            let control = held_out.get(&Some(offer.clone())).or_else(|| held_out.get(&None))?;
            effect(offer, &arm, control)
        };
        let approvals = approvals::learn(&view, as_of);
        Ok(Self { hours, effects: contacted.into_iter().filter_map(effect).collect(), approvals })
    }
}

/// The hours of everyone's opens; `None` when nobody has opened anything.
fn hours(view: &HistoryView<'_>, as_of: Timestamp, policy: &Policy) -> Result<Option<SendHours>> {
    let channels = Channels::of(policy);
    let terms: BTreeMap<_, _> =
        policy.customers.iter().filter_map(|t| Some((&t.customer, t.time_zone.as_ref()?))).collect();
    let mut zones = Zones::default();
    let mut all = Vec::new();
    for customer in view.customers.clone().filter(|&c| !view.history.contacts.until(c, as_of).is_empty()) {
        let id = EventId::from(view.history.customers.id(customer));
        let zone = zones.get(terms.get(&id).copied().unwrap_or(&policy.time_zone))?;
        let counts = channels.hours(view.history, customer, as_of, zone);
        if counts.iter().any(|c| c.n_opens() > 0) {
            all.push(counts);
        }
    }
    Ok((!all.is_empty()).then(|| SendHours::fit(&all)))
}

/// `None` without anybody to compare with, or when all of the held out bought: then nobody was left to win.
fn effect(offer: String, arm: &Arm, control: &Arm) -> Option<LearnedEffect> {
    let (with, without) = (arm.mean(), control.mean());
    if arm.n == 0 || control.n == 0 || without >= 1.0 {
        return None;
    }
    let left = 1.0 - without;
    // The delta method: d/dp1 = 1 / left, d/dp0 = -(1 - p1) / left².
    let by_control = (1.0 - arm.careful_mean()) / (left * left);
    let variance = arm.variance() / (left * left) + control.variance() * by_control * by_control;
    Some(LearnedEffect {
        offer,
        n_contacted: arm.n,
        n_held_out: control.n,
        share_contacted: with,
        share_held_out: without,
        prob_win_back: (with - without) / left,
        standard_error: variance.sqrt(),
        effective_contacted: Some(arm.effective()),
        effective_held_out: Some(control.effective()),
    })
}

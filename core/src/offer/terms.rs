//! What can be offered, over which channel, at what price, to whom: the terms of a policy.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::event::EventId;

/// Something that a contact can offer; without a discount it is a reminder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Its name, as contacts in the log have it.
    pub name: String,
    /// The discount, a share of the price, 0 to 1; default 0. Offers whose discount eats the margin are never made.
    #[serde(default)]
    pub discount_share: f64,
    /// P(a customer who would not have bought does so because of a contact at the best moment), 0 to 1: what you expect of it. It is
    /// the prior where the log holds a randomised control, and counts as it is where it does not.
    pub prob_win_back: f64,
    /// How many contacts your expectation is worth; at least 1, default 50. Sets how soon the log's own control outweighs it, and how
    /// doubtful a gain is.
    #[serde(default = "fifty")]
    pub n_contacts_prior: f64,
    /// The offer is for customers who have bought on at least so many days, returned purchases left aside; default 0.
    #[serde(default)]
    pub min_purchases: u32,
}

fn fifty() -> f64 {
    50.0
}

impl Offer {
    /// A reminder without a discount.
    pub fn reminder(prob_win_back: f64) -> Self {
        Self {
            name: "reminder".to_owned(),
            discount_share: 0.0,
            prob_win_back,
            n_contacts_prior: fifty(),
            min_purchases: 0,
        }
    }

    /// An offer with a discount.
    pub fn discount(name: impl Into<String>, discount_share: f64, prob_win_back: f64) -> Self {
        Self { name: name.into(), discount_share, ..Self::reminder(prob_win_back) }
    }

    pub(super) fn validate(&self) -> Result<()> {
        share("discount_share", self.discount_share, &self.name)?;
        share("prob_win_back", self.prob_win_back, &self.name)?;
        if !(1.0..=1e9).contains(&self.n_contacts_prior) {
            let given = self.n_contacts_prior;
            let message = format!("n_contacts_prior of {:?} is {given}; allowed are 1 to 1e9", self.name);
            return Err(Error::options("n_contacts_prior", message));
        }
        Ok(())
    }
}

/// Refuses what is no share.
pub(super) fn share(field: &str, value: f64, of: &str) -> Result<()> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(Error::options(field, format!("{field} of {of:?} is {value}; allowed are 0 to 1")))
}

/// A way to reach a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Its name, as contacts in the log have it.
    pub name: String,
    /// What one contact costs; default 0.
    #[serde(default)]
    pub cost: f64,
    /// How well a contact works here compared with what offers say, times; default 1.
    #[serde(default = "one")]
    pub strength: f64,
    /// How many contacts it can carry on the day of the decision, over all customers; default: any number.
    #[serde(default)]
    pub capacity: Option<u64>,
}

fn one() -> f64 {
    1.0
}

impl Channel {
    /// A channel with a cost per contact.
    pub fn new(name: impl Into<String>, cost: f64) -> Self {
        Self { name: name.into(), cost, strength: one(), capacity: None }
    }

    pub(super) fn validate(&self) -> Result<()> {
        for (field, value, most) in [("cost", self.cost, 1e9), ("strength", self.strength, 100.0)] {
            if !(0.0..=most).contains(&value) {
                let message = format!("{field} of channel {:?} is {value}; allowed are 0 to {most}", self.name);
                return Err(Error::options(field, message));
            }
        }
        Ok(())
    }
}

/// What is known of one item beyond the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemTerms {
    /// The item, as in the log.
    pub item: EventId,
    /// What customers call it, for messages; default: the identifier.
    #[serde(default)]
    pub name: Option<String>,
    /// What an order of it is worth; default: what the customer last paid.
    #[serde(default)]
    pub order_value: Option<f64>,
    /// Its margin, a share of the price; default: the policy's.
    #[serde(default)]
    pub margin_share: Option<f64>,
    /// Units in stock; contacts about it are not expected to sell more. Default: any number.
    #[serde(default)]
    pub stock: Option<f64>,
}

impl ItemTerms {
    /// An item with nothing said about it yet.
    pub fn new(item: impl Into<EventId>) -> Self {
        Self { item: item.into(), name: None, order_value: None, margin_share: None, stock: None }
    }

    pub(super) fn validate(&self) -> Result<()> {
        let of = self.item.to_string();
        if let Some(margin) = self.margin_share {
            share("margin_share", margin, &of)?;
        }
        for (field, value) in [("order_value", self.order_value), ("stock", self.stock)] {
            if let Some(value) = value.filter(|v| !(0.0..=1e12).contains(v)) {
                let message = format!("{field} of item {of:?} is {value}; allowed are 0 to 1e12");
                return Err(Error::options(field, message));
            }
        }
        Ok(())
    }
}

/// What is known of one customer beyond the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CustomerTerms {
    /// The customer, as in the log.
    pub customer: EventId,
    /// The customer's time zone, such as `Asia/Shanghai`; default: the policy's.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// The language of messages, such as `zh-CN`; default: the policy's.
    #[serde(default)]
    pub locale: Option<String>,
    /// What the customer will still bring, margin; default: the policy's.
    #[serde(default)]
    pub remaining_value: Option<f64>,
    /// The customer's mood, from -1 (angry) to 1 (delighted), where it is known.
    #[serde(default)]
    pub mood: Option<f64>,
    /// Whether there is a contract with the customer; default: no.
    #[serde(default)]
    pub has_contract: bool,
}

impl CustomerTerms {
    /// A customer with nothing said yet.
    pub fn new(customer: impl Into<EventId>) -> Self {
        Self {
            customer: customer.into(),
            time_zone: None,
            locale: None,
            remaining_value: None,
            mood: None,
            has_contract: false,
        }
    }

    pub(super) fn validate(&self) -> Result<()> {
        if let Some(mood) = self.mood.filter(|m| !(-1.0..=1.0).contains(m)) {
            return Err(Error::options("mood", format!("mood of {} is {mood}; allowed are -1 to 1", self.customer)));
        }
        if let Some(value) = self.remaining_value.filter(|v| !(0.0..=1e12).contains(v)) {
            let message = format!("remaining_value of {} is {value}; allowed are 0 to 1e12", self.customer);
            return Err(Error::options("remaining_value", message));
        }
        Ok(())
    }
}

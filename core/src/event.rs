//! One row of a log: who did what with which item, and when.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::time::Timestamp;

/// What a row of the log says happened.
///
/// Purchases and returns are what the customer did; the other kinds are *contacts*: what the business did to reach the customer,
/// how the customer answered, and what people made of contacts that were proposed to them. Contacts lie beside the purchases and change no forecast of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// The customer bought the item.
    #[default]
    Purchase,
    /// The customer brought the item back, or the order was cancelled. Undoes the purchase it names and is never a
    /// purchase itself.
    Return,
    /// A message was sent to the customer.
    Contact,
    /// A message was opened, or read.
    Open,
    /// Something in a message was clicked.
    Click,
    /// The customer would have been contacted, but a lottery put the customer into the control group.
    HeldOut,
    /// The customer no longer wants messages on the channel; without a channel, on none.
    OptOut,
    /// The customer wants messages on the channel; without a channel, on all.
    OptIn,
    /// A person approved a proposed contact as it was.
    Approved,
    /// A person approved a proposed contact after an edit.
    Edited,
    /// A person refused a proposed contact.
    Refused,
}

/// Every kind with the words that logs use for it; the first is its own.
const WORDS: [(EventKind, &[&str]); 11] = [
    (EventKind::Purchase, &["purchase", "purchased", "sale", "sold", "order", "buy"]),
    (
        EventKind::Return,
        &["return", "returned", "refund", "refunded", "cancellation", "cancelled", "canceled", "cancel", "void"],
    ),
    (EventKind::Contact, &["contact", "contacted", "sent", "send", "message", "reminder"]),
    (EventKind::Open, &["open", "opened", "read"]),
    (EventKind::Click, &["click", "clicked"]),
    (EventKind::HeldOut, &["held_out", "held-out", "held out", "holdout", "control"]),
    (EventKind::OptOut, &["opt_out", "opt-out", "opt out", "optout", "unsubscribe", "unsubscribed"]),
    (EventKind::OptIn, &["opt_in", "opt-in", "opt in", "optin", "subscribe", "subscribed"]),
    (EventKind::Approved, &["approved", "approve"]),
    (EventKind::Edited, &["edited", "edit"]),
    (EventKind::Refused, &["refused", "refuse", "rejected", "reject"]),
];

impl EventKind {
    /// The kind as the `snake_case` string used in all languages.
    ///
    /// ```
    /// assert_eq!(beforehand::EventKind::HeldOut.as_str(), "held_out");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Return => "return",
            Self::Contact => "contact",
            Self::Open => "open",
            Self::Click => "click",
            Self::HeldOut => "held_out",
            Self::OptOut => "opt_out",
            Self::OptIn => "opt_in",
            Self::Approved => "approved",
            Self::Edited => "edited",
            Self::Refused => "refused",
        }
    }

    /// Reads the words that logs use, in any case and with spaces around them. `None` for anything else.
    ///
    /// | kind | words |
    /// |---|---|
    /// | [`Purchase`](Self::Purchase) | `purchase`, `purchased`, `sale`, `sold`, `order`, `buy` |
    /// | [`Return`](Self::Return) | `return`, `returned`, `refund`, `refunded`, `cancellation`, `cancelled`, `canceled`, `cancel`, `void` |
    /// | [`Contact`](Self::Contact) | `contact`, `contacted`, `sent`, `send`, `message`, `reminder` |
    /// | [`Open`](Self::Open) | `open`, `opened`, `read` |
    /// | [`Click`](Self::Click) | `click`, `clicked` |
    /// | [`HeldOut`](Self::HeldOut) | `held_out`, `held-out`, `held out`, `holdout`, `control` |
    /// | [`OptOut`](Self::OptOut) | `opt_out`, `opt-out`, `opt out`, `optout`, `unsubscribe`, `unsubscribed` |
    /// | [`OptIn`](Self::OptIn) | `opt_in`, `opt-in`, `opt in`, `optin`, `subscribe`, `subscribed` |
    /// | [`Approved`](Self::Approved) | `approved`, `approve` |
    /// | [`Edited`](Self::Edited) | `edited`, `edit` |
    /// | [`Refused`](Self::Refused) | `refused`, `refuse`, `rejected`, `reject` |
    ///
    /// ```
    /// use beforehand::EventKind;
    /// assert_eq!(EventKind::from_word("Refund"), Some(EventKind::Return));
    /// assert_eq!(EventKind::from_word(" unsubscribed"), Some(EventKind::OptOut));
    /// assert_eq!(EventKind::from_word("page view"), None);
    /// ```
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.trim();
        let says = |words: &[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
        WORDS.iter().find(|(_, words)| says(words)).map(|(kind, _)| *kind)
    }

    /// Whether it is about a contact: what the business did to reach the customer, or how the customer answered.
    ///
    /// ```
    /// use beforehand::EventKind;
    /// assert!(EventKind::Open.is_about_contact());
    /// assert!(!EventKind::Return.is_about_contact());
    /// ```
    pub const fn is_about_contact(self) -> bool {
        !matches!(self, Self::Purchase | Self::Return)
    }

    /// Whether it was decided by the business, so that it may have been drawn with a known probability.
    pub(crate) const fn is_action(self) -> bool {
        matches!(self, Self::Contact | Self::HeldOut)
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An identifier that owns its text: a whole number or a text, as the caller's system has it.
///
/// ```
/// use beforehand::EventId;
/// assert_eq!(EventId::from(17850), EventId::Int(17850));
/// assert_eq!(EventId::from("c1"), EventId::Str("c1".into()));
/// assert_eq!(serde_json::to_string(&EventId::from(7))?, "7");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "an identifier is a whole number or a text")]
pub enum EventId {
    /// A whole number.
    Int(i64),
    /// A text, compared byte by byte: no trimming, no change of case.
    Str(String),
}

impl EventId {
    /// The identifier, borrowed.
    pub fn as_id(&self) -> Id<'_> {
        match self {
            Self::Int(i) => Id::Int(*i),
            Self::Str(s) => Id::Str(s),
        }
    }
}

impl From<Id<'_>> for EventId {
    fn from(id: Id<'_>) -> Self {
        match id {
            Id::Int(i) => Self::Int(i),
            Id::Str(s) => Self::Str(s.to_owned()),
        }
    }
}

impl From<i64> for EventId {
    fn from(id: i64) -> Self {
        Self::Int(id)
    }
}

impl From<&str> for EventId {
    fn from(id: &str) -> Self {
        Self::Str(id.to_owned())
    }
}

impl From<String> for EventId {
    fn from(id: String) -> Self {
        Self::Str(id)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(i) => i.fmt(f),
            Self::Str(s) => f.write_str(s),
        }
    }
}

/// One row of a log.
///
/// Only customer, instant and, of what is bought or returned, the item are needed; an empty text as an identifier counts as missing.
/// What a row about a contact says is its kind, channel, offer, item and propensity; its other fields are not read.
///
/// ```
/// use beforehand::Event;
/// let at = "2011-11-06".parse()?;
/// let bought = Event::purchase("c1", "filter", at).quantity(2.0).amount(39.8).order("o17");
/// let brought_back = Event::returned("c1", "filter", at.plus_days(3.0), "o17").quantity(1.0);
/// assert_eq!(bought.order, brought_back.undoes);
///
/// let json = r#"{ "customer": 17850, "item": "85123A", "at": "2010-12-01T08:26:00Z", "quantity": 6 }"#;
/// let read: Event = serde_json::from_str(json).unwrap();
/// assert_eq!(read.quantity, Some(6.0));
///
/// let sent = Event::contacted("c1", at).channel("email").offer("refill").item("filter").propensity(0.9);
/// let opened = Event::opened("c1", at.plus_days(0.1)).channel("email");
/// assert_eq!((sent.propensity, opened.item), (Some(0.9), None));
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Who.
    pub customer: EventId,
    /// What, as the shop identifies it: an article, a SKU. Needed for purchases and returns; a contact may be about none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<EventId>,
    /// When.
    pub at: Timestamp,
    /// How many units; positive. When absent a purchase is of one unit, and a return of all units bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<f64>,
    /// What the row cost in total, in the shop's currency; unknown when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<f64>,
    /// What happened; a purchase when absent.
    #[serde(default)]
    pub kind: EventKind,
    /// The category of the item. When rows disagree, the earliest one counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<EventId>,
    /// The need the item serves: items of one need replace each other. When rows disagree, the earliest one counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<EventId>,
    /// The content of one unit (grams, pieces, …), positive. When rows disagree, the earliest one counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pack_size: Option<f64>,
    /// The order (receipt, invoice) the row belongs to, so that a return can name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<EventId>,
    /// For a return: the order whose purchase of this item by this customer it undoes. Where a table says no kind, naming one is
    /// enough to be a return.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<EventId>,
    /// For a contact: the channel it went through, or that consent is about (email, push, post, …); unknown, or all, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<EventId>,
    /// For a contact: what was offered (a campaign, a discount, a template); unknown when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<EventId>,
    /// For a `contact` or `held_out`: the probability with which this action was drawn, above 0 and at most 1; unknown when
    /// absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub propensity: Option<f64>,
}

impl Event {
    /// A purchase of one unit.
    pub fn purchase(customer: impl Into<EventId>, item: impl Into<EventId>, at: Timestamp) -> Self {
        Self::new(EventKind::Purchase, customer, at).item(item)
    }

    /// A return or cancellation, from `at` on, of all units of the item that the order held.
    pub fn returned(
        customer: impl Into<EventId>,
        item: impl Into<EventId>,
        at: Timestamp,
        undoes: impl Into<EventId>,
    ) -> Self {
        Self { undoes: Some(undoes.into()), ..Self::new(EventKind::Return, customer, at).item(item) }
    }

    /// A return or cancellation that does not say which order it undoes: of one purchase, or of so many [units](Self::quantity).
    /// [`IngestOptions::unnamed_returns`](crate::IngestOptions::unnamed_returns) says what becomes of it; by default it is refused.
    pub fn returned_unnamed(customer: impl Into<EventId>, item: impl Into<EventId>, at: Timestamp) -> Self {
        Self::new(EventKind::Return, customer, at).item(item)
    }

    /// A message that was sent.
    pub fn contacted(customer: impl Into<EventId>, at: Timestamp) -> Self {
        Self::new(EventKind::Contact, customer, at)
    }

    /// A message that was not sent, because a lottery put the customer into the control group.
    pub fn held_out(customer: impl Into<EventId>, at: Timestamp) -> Self {
        Self::new(EventKind::HeldOut, customer, at)
    }

    /// A message that was opened.
    pub fn opened(customer: impl Into<EventId>, at: Timestamp) -> Self {
        Self::new(EventKind::Open, customer, at)
    }

    /// A message in which something was clicked.
    pub fn clicked(customer: impl Into<EventId>, at: Timestamp) -> Self {
        Self::new(EventKind::Click, customer, at)
    }

    /// A proposed contact that a person approved as it was.
    ///
    /// ```
    /// use beforehand::{Event, EventKind, Timestamp};
    /// let event = Event::approved("acme", "2026-03-02T10:00:00".parse::<Timestamp>()?).offer("tips");
    /// assert_eq!(event.kind, EventKind::Approved);
    /// # Ok::<(), beforehand::Error>(())
    /// ```
    pub fn approved(customer: impl Into<EventId>, at: Timestamp) -> Self {
        Self::new(EventKind::Approved, customer, at)
    }

    /// A proposed contact that a person approved after an edit.
    pub fn edited(customer: impl Into<EventId>, at: Timestamp) -> Self {
        Self::new(EventKind::Edited, customer, at)
    }

    /// A proposed contact that a person refused.
    pub fn refused(customer: impl Into<EventId>, at: Timestamp) -> Self {
        Self::new(EventKind::Refused, customer, at)
    }

    /// Consent withdrawn: for all channels, unless [`Self::channel`] names one.
    pub fn opted_out(customer: impl Into<EventId>, at: Timestamp) -> Self {
        Self::new(EventKind::OptOut, customer, at)
    }

    /// Consent given: for all channels, unless [`Self::channel`] names one.
    pub fn opted_in(customer: impl Into<EventId>, at: Timestamp) -> Self {
        Self::new(EventKind::OptIn, customer, at)
    }

    fn new(kind: EventKind, customer: impl Into<EventId>, at: Timestamp) -> Self {
        Self {
            customer: customer.into(),
            item: None,
            at,
            quantity: None,
            amount: None,
            kind,
            category: None,
            need: None,
            pack_size: None,
            order: None,
            undoes: None,
            channel: None,
            offer: None,
            propensity: None,
        }
    }

    /// Sets the item: what a contact is about.
    #[must_use]
    pub fn item(mut self, item: impl Into<EventId>) -> Self {
        self.item = Some(item.into());
        self
    }

    /// Sets how many units; positive and finite, else the row is refused at ingest.
    #[must_use]
    pub fn quantity(mut self, units: f64) -> Self {
        self.quantity = Some(units);
        self
    }

    /// Sets what the row cost in total.
    #[must_use]
    pub fn amount(mut self, total: f64) -> Self {
        self.amount = Some(total);
        self
    }

    /// Sets the category of the item.
    #[must_use]
    pub fn category(mut self, category: impl Into<EventId>) -> Self {
        self.category = Some(category.into());
        self
    }

    /// Sets the need the item serves.
    #[must_use]
    pub fn need(mut self, need: impl Into<EventId>) -> Self {
        self.need = Some(need.into());
        self
    }

    /// Sets the content of one unit (grams, pieces, …).
    #[must_use]
    pub fn pack_size(mut self, content: f64) -> Self {
        self.pack_size = Some(content);
        self
    }

    /// Sets the order the row belongs to.
    #[must_use]
    pub fn order(mut self, order: impl Into<EventId>) -> Self {
        self.order = Some(order.into());
        self
    }

    /// Sets the channel of a contact.
    #[must_use]
    pub fn channel(mut self, channel: impl Into<EventId>) -> Self {
        self.channel = Some(channel.into());
        self
    }

    /// Sets what a contact offered.
    #[must_use]
    pub fn offer(mut self, offer: impl Into<EventId>) -> Self {
        self.offer = Some(offer.into());
        self
    }

    /// Sets the probability with which a contact, or its being held out, was drawn; above 0 and at most 1, else the row is
    /// refused at ingest.
    #[must_use]
    pub fn propensity(mut self, probability: f64) -> Self {
        self.propensity = Some(probability);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_known_by_its_own_word() {
        for (kind, words) in WORDS {
            assert_eq!((words[0], EventKind::from_word(words[0])), (kind.as_str(), Some(kind)));
            assert_eq!(serde_json::to_value(kind).expect("json"), kind.as_str());
            assert!(words.iter().all(|word| EventKind::from_word(&word.to_uppercase()) == Some(kind)));
        }
    }
}

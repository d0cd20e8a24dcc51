//! One row of a log: who did what with which item, and when.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::time::Timestamp;

/// What a row of the log says happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
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
}

impl EventKind {
    /// The kind as the `snake_case` string used in all languages.
    ///
    /// ```
    /// assert_eq!(beforehand::EventKind::Return.as_str(), "return");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Return => "return",
        }
    }

    /// Reads the words that logs use, in any case and with spaces around them.
    ///
    /// `purchase`, `purchased`, `sale`, `sold`, `order` and `buy` are purchases; `return`, `returned`, `refund`,
    /// `refunded`, `cancellation`, `cancelled`, `canceled`, `cancel` and `void` are returns. `None` for anything else.
    ///
    /// ```
    /// use beforehand::EventKind;
    /// assert_eq!(EventKind::from_word("Refund"), Some(EventKind::Return));
    /// assert_eq!(EventKind::from_word("page view"), None);
    /// ```
    pub fn from_word(word: &str) -> Option<Self> {
        const PURCHASE: [&str; 6] = ["purchase", "purchased", "sale", "sold", "order", "buy"];
        const RETURN: [&str; 9] =
            ["return", "returned", "refund", "refunded", "cancellation", "cancelled", "canceled", "cancel", "void"];
        let word = word.trim();
        let is = |known: &&str| known.eq_ignore_ascii_case(word);
        if PURCHASE.iter().any(is) {
            Some(Self::Purchase)
        } else if RETURN.iter().any(is) {
            Some(Self::Return)
        } else {
            None
        }
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
/// Only customer, item and instant are needed; an empty text as an identifier counts as missing.
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
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Who.
    pub customer: EventId,
    /// What, as the shop identifies it: an article, a SKU.
    pub item: EventId,
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
    /// For a return: the order whose purchase of this item by this customer it undoes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<EventId>,
}

impl Event {
    /// A purchase of one unit.
    pub fn purchase(customer: impl Into<EventId>, item: impl Into<EventId>, at: Timestamp) -> Self {
        Self {
            customer: customer.into(),
            item: item.into(),
            at,
            quantity: None,
            amount: None,
            kind: EventKind::Purchase,
            category: None,
            need: None,
            pack_size: None,
            order: None,
            undoes: None,
        }
    }

    /// A return or cancellation, from `at` on, of all units of the item that the order held.
    pub fn returned(
        customer: impl Into<EventId>,
        item: impl Into<EventId>,
        at: Timestamp,
        undoes: impl Into<EventId>,
    ) -> Self {
        Self { kind: EventKind::Return, undoes: Some(undoes.into()), ..Self::purchase(customer, item, at) }
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
}

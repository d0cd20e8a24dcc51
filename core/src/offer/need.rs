//! One need of one customer, as it is weighed.

use super::due::Due;
use super::help::Help;
use crate::error::{Error, Result};
use crate::event::EventId;

/// One need of one customer: when it falls due, and what meeting it is worth.
///
/// Decisions about a log's customers make their needs from the model's forecasts. A need can also be stated, where it is known
/// from elsewhere.
///
/// ```
/// use beforehand::offer::{Due, Need};
/// let mut by_day = vec![0.0; 31];
/// by_day[30] = 1.0;
/// let renewal = Need::new(Due::new(by_day, 0.8, 0.05)?).order_value(1200.0)?;
/// # let _ = renewal;
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    pub(super) due: Due,
    pub(super) item: Option<EventId>,
    pub(super) next_item: Option<EventId>,
    pub(super) order_value: Option<f64>,
    /// Purchases it rests on.
    pub(super) n_events: u32,
    pub(super) recency_days: Option<f64>,
    pub(super) supply_left_days: Option<f64>,
    /// Where it is one for help: `order_value` is then the margin at stake, and `item` a module.
    pub(super) help: Option<Help>,
}

impl Need {
    /// A need that falls due at some time, about no item in particular.
    pub fn new(due: Due) -> Self {
        Self {
            due,
            item: None,
            next_item: None,
            order_value: None,
            n_events: 0,
            recency_days: None,
            supply_left_days: None,
            help: None,
        }
    }

    /// Names the item it is about.
    #[must_use]
    pub fn item(mut self, item: impl Into<EventId>) -> Self {
        self.item = Some(item.into());
        self
    }

    /// Says what an order is worth; otherwise the item's terms or the policy say.
    ///
    /// # Errors
    /// `invalid_options` for a value that is negative or no number.
    pub fn order_value(mut self, value: f64) -> Result<Self> {
        if !(0.0..=1e12).contains(&value) {
            return Err(Error::options("order_value", format!("order_value is {value}; allowed are 0 to 1e12")));
        }
        self.order_value = Some(value);
        Ok(self)
    }

    /// Says on how many purchases the need rests.
    #[must_use]
    pub fn n_events(mut self, n: u32) -> Self {
        self.n_events = n;
        self
    }
}

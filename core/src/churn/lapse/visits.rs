//! A customer's visits as they stood at an instant: the days with a purchase, what was spent and how much was bought.

use crate::history::History;
use crate::replenish::AsOf;

/// One day with a purchase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Visit {
    pub(crate) day: i32,
    /// What was spent; 0 where amounts are unknown.
    pub(crate) amount: f64,
    /// Rows of the log: items bought.
    pub(crate) n_rows: u32,
    /// Whether the amount of every row is known.
    pub(crate) is_priced: bool,
}

/// One customer's visits up to an instant, ascending. Reused from customer to customer to spare allocations.
#[derive(Debug, Default)]
pub(crate) struct Visits {
    pub(crate) list: Vec<Visit>,
}

impl Visits {
    /// Reads what stood at `as_of`: purchases returned in full by then are left out; nothing later is looked at.
    pub(crate) fn load(&mut self, history: &History, customer: u32, as_of: AsOf) {
        self.list.clear();
        let events = as_of.events(history, customer);
        let undone = history.undone_in(events.clone());
        for event in events {
            let mut share = 1.0;
            if !undone.is_empty() {
                share = as_of.left(history, event, undone) / history.quantity.get(event).copied().unwrap_or(1.0);
                if share <= 0.0 {
                    continue;
                }
            }
            let known = history.amount.get(event).copied().filter(|a| a.is_finite());
            let amount = known.unwrap_or(0.0) * share;
            let day = history.day[event];
            match self.list.last_mut() {
                Some(visit) if visit.day == day => {
                    visit.amount += amount;
                    visit.n_rows += 1;
                    visit.is_priced &= known.is_some();
                }
                _ => self.list.push(Visit { day, amount, n_rows: 1, is_priced: known.is_some() }),
            }
        }
    }

    /// How many visits fall into (`after`, `until`].
    pub(crate) fn n_between(&self, after: i32, until: i32) -> usize {
        self.list.partition_point(|v| v.day <= until) - self.list.partition_point(|v| v.day <= after)
    }

    /// The first visit after a day.
    pub(crate) fn next_after(&self, day: i32) -> Option<&Visit> {
        self.list.get(self.list.partition_point(|v| v.day <= day))
    }
}

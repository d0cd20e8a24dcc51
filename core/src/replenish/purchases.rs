//! One customer's purchases as they stood at an instant: merged per day, grouped by what is forecast.

use crate::history::{History, NONE};

/// One purchase of one unit (an item, or a need that several items serve) on one civil day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Purchase {
    /// Code of the item or need.
    pub(crate) unit: u32,
    /// Code of the item bought (the last one, where several items serve the need).
    pub(crate) item: u32,
    pub(crate) day: i32,
    /// Which of the customer's visits (distinct days) this was, from 0.
    pub(crate) visit: u32,
    /// Content bought: units × pack size where known.
    pub(crate) supply: f64,
}

/// What a forecast is about: each item by itself, or items grouped by the need they serve.
#[derive(Debug, Clone)]
pub(crate) struct Units {
    /// Unit code of each item; empty when units are the items themselves.
    of_item: Vec<u32>,
    n_units: usize,
}

impl Units {
    /// Every item by itself.
    pub(crate) fn items(n_items: usize) -> Self {
        Self { of_item: Vec::new(), n_units: n_items }
    }

    /// Items grouped: `group[item]` is a group code or `NONE`; ungrouped items stand for themselves.
    pub(crate) fn grouped(group: &[u32], n_groups: usize) -> Self {
        let mut n_units = n_groups;
        let of_item = group
            .iter()
            .map(|&g| {
                if g == NONE {
                    n_units += 1;
                    n_units as u32 - 1
                } else {
                    g
                }
            })
            .collect();
        Self { of_item, n_units }
    }

    pub(crate) fn len(&self) -> usize {
        self.n_units
    }

    pub(crate) fn of(&self, item: u32) -> u32 {
        self.of_item.get(item as usize).copied().unwrap_or(item)
    }
}

/// One customer's purchases and visits up to an instant. Reused from customer to customer to spare allocations.
#[derive(Debug, Default)]
pub(crate) struct Purchases {
    /// Sorted by (unit, day).
    pub(crate) list: Vec<Purchase>,
    /// The distinct days with a purchase, ascending.
    pub(crate) visit_days: Vec<i32>,
}

impl Purchases {
    /// Reads the purchases of `customer` that stood at `as_of_us`; nothing later is looked at.
    pub(crate) fn load(&mut self, history: &History, units: &Units, customer: u32, as_of_us: i64) {
        self.list.clear();
        self.visit_days.clear();
        let range = history.events_of(customer);
        let end = range.start + history.at_us[range.clone()].partition_point(|&us| us <= as_of_us);
        let undone = history.undone_in(range.start..end);
        let pack_size = &history.items.pack_size;
        for event in range.start..end {
            let mut quantity = history.quantity.get(event).copied().unwrap_or(1.0);
            if !undone.is_empty() {
                quantity -= undone
                    .iter()
                    .filter(|u| u.event == event as u64 && u.at_us <= as_of_us)
                    .map(|u| u.quantity)
                    .sum::<f64>();
                if quantity <= 0.0 {
                    continue;
                }
            }
            let (item, day) = (history.item[event], history.day[event]);
            if self.visit_days.last() != Some(&day) {
                self.visit_days.push(day);
            }
            let pack = pack_size.get(item as usize).copied().filter(|s| s.is_finite()).unwrap_or(1.0);
            let visit = self.visit_days.len() as u32 - 1;
            self.list.push(Purchase { unit: units.of(item), item, day, visit, supply: quantity * pack });
        }
        // Stable: purchases of one unit stay in the order of time.
        self.list.sort_by_key(|p| p.unit);
        self.merge(history.merge_days);
    }

    /// Makes one purchase of those that follow the first within `merge_days` days (1: the same civil day).
    fn merge(&mut self, merge_days: i32) {
        self.list.dedup_by(|later, first| {
            let same = later.unit == first.unit && later.day - first.day < merge_days;
            if same {
                first.supply += later.supply;
                first.item = later.item;
            }
            same
        });
    }

    /// The purchases of each unit, in the order of unit codes.
    pub(crate) fn by_unit(&self) -> impl Iterator<Item = &[Purchase]> {
        self.list.chunk_by(|a, b| a.unit == b.unit)
    }
}

//! One customer's purchases as they stood at an instant: merged per day, grouped by what is forecast.

use std::borrow::Cow;
use std::ops::Range;

use crate::history::{History, NONE, Undo, rest};
#[cfg(test)]
use crate::time::DAY_US;
use crate::time::Timestamp;

/// An instant of prediction, and the last civil day of which anything has been seen by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AsOf {
    pub(crate) us: i64,
    pub(crate) day: i32,
}

impl AsOf {
    /// An instant, and the last day that a log may have seen by then.
    pub(crate) fn new(history: &History, as_of: Timestamp) -> Self {
        Self { us: as_of.as_micros(), day: history.last_seen_day(as_of) }
    }

    /// The end of an earlier civil day of the log, never later than this instant.
    pub(crate) fn end_of(self, history: &History, day: i32) -> Self {
        Self { us: self.us.min(history.end_of_day_us(day)), day: day.min(self.day) }
    }

    /// The customer's purchases that are known, in order of time.
    pub(crate) fn events(self, history: &History, customer: u32) -> Range<usize> {
        let all = history.events_of(customer);
        let n = (history.at_us[all.clone()].partition_point(|&us| us <= self.us))
            .min(history.day[all.clone()].partition_point(|&day| day <= self.day));
        all.start..all.start + n
    }

    /// What is left of a purchase's quantity after the returns that are known; `undone` are those of a range that holds it, in order.
    /// 0 where nothing is.
    pub(crate) fn left(self, history: &History, event: usize, undone: &[Undo]) -> f64 {
        let bought = history.quantity.get(event).copied().unwrap_or(1.0);
        let own = &undone[undone.partition_point(|u| u.event < event as u64)..];
        let known = own.iter().take_while(|u| u.event == event as u64).filter(|u| u.at_us <= self.us);
        rest(bought, known.map(|u| u.quantity).sum())
    }
}

/// One purchase of one unit (an item, or a need that several items serve) on one civil day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Purchase {
    /// Code of the item or need.
    pub(crate) unit: u32,
    /// Code of the item bought (the last one, where several items serve the need).
    pub(crate) item: u32,
    pub(crate) day: i32,
    /// The instant, microseconds since 1970.
    pub(crate) at_us: i64,
    /// Which of the customer's visits (distinct days) this was, from 0.
    pub(crate) visit: u32,
    /// Content bought: units × pack size where known.
    pub(crate) supply: f64,
}

/// What each item of a history is forecast as: itself, or the need it serves.
#[derive(Debug, Clone)]
pub(crate) struct Units<'a> {
    of_item: Cow<'a, [u32]>,
    /// Whether quantities and pack sizes count; otherwise every purchase is of the same supply.
    use_quantity: bool,
}

impl<'a> Units<'a> {
    pub(crate) fn new(of_item: Cow<'a, [u32]>, use_quantity: bool) -> Self {
        Self { of_item, use_quantity }
    }

    pub(crate) fn of(&self, item: u32) -> u32 {
        self.of_item[item as usize]
    }
}

/// One customer's purchases and visits up to an instant. Reused from customer to customer to spare allocations.
#[derive(Debug, Default)]
pub(crate) struct Purchases {
    /// Sorted by (unit, day).
    pub(crate) list: Vec<Purchase>,
    /// The distinct days with a purchase, ascending.
    pub(crate) visit_days: Vec<i32>,
    /// Scratch space of the sort.
    unsorted: Vec<Purchase>,
    keys: Vec<u64>,
}

impl Purchases {
    /// Reads the purchases of `customer` that stood at `as_of`; nothing later is looked at.
    pub(crate) fn load(&mut self, history: &History, units: &Units<'_>, customer: u32, as_of: AsOf) {
        self.unsorted.clear();
        self.visit_days.clear();
        let events = as_of.events(history, customer);
        self.unsorted.reserve(events.len());
        self.visit_days.reserve(events.len());
        let undone = history.undone_in(events.clone());
        let pack_size = &history.items.pack_size;
        for event in events {
            let quantity = as_of.left(history, event, undone);
            if quantity <= 0.0 {
                continue;
            }
            let (item, day) = (history.item[event], history.day[event]);
            if self.visit_days.last() != Some(&day) {
                self.visit_days.push(day);
            }
            let pack = pack_size.get(item as usize).copied().filter(|s| s.is_finite()).unwrap_or(1.0);
            let visit = self.visit_days.len() as u32 - 1;
            let supply = if units.use_quantity { (quantity * pack).min(f64::MAX) } else { 1.0 };
            self.unsorted.push(Purchase {
                unit: units.of(item),
                item,
                day,
                at_us: history.at_us[event],
                visit,
                supply,
            });
        }
        self.sort();
        self.merge(history.merge_days);
    }

    /// Fills the list with the purchases by unit; those of one unit stay in the order of time. Keys of eight bytes are moved
    /// until they are in order, and each purchase once.
    fn sort(&mut self) {
        self.keys.clear();
        self.keys.extend(self.unsorted.iter().zip(0u64..).map(|(p, place)| u64::from(p.unit) << 32 | place));
        self.keys.sort_unstable();
        self.list.clear();
        self.list.extend(self.keys.iter().map(|&key| self.unsorted[(key & u64::from(u32::MAX)) as usize]));
    }

    /// Makes one purchase of those that follow the first within `merge_days` days (1: the same civil day).
    fn merge(&mut self, merge_days: i32) {
        // No gap is shorter than a day.
        let merge_days = merge_days.max(1);
        self.list.dedup_by(|later, first| {
            let same = later.unit == first.unit && later.day - first.day < merge_days;
            if same {
                first.supply += later.supply;
                (first.item, first.at_us) = (later.item, later.at_us);
            }
            same
        });
    }

    /// The purchases of each unit, in the order of unit codes.
    pub(crate) fn by_unit(&self) -> impl Iterator<Item = &[Purchase]> {
        self.list.chunk_by(|a, b| a.unit == b.unit)
    }

    /// The first purchase of a unit after a day.
    pub(crate) fn next_after(&self, unit: u32, day: i32) -> Option<&Purchase> {
        let from = self.list.partition_point(|p| (p.unit, p.day) <= (unit, day));
        self.list.get(from).filter(|p| p.unit == unit)
    }

    /// Adds a purchase of a unit on the day of prediction: a visit of its own, or one with what was bought that day.
    pub(crate) fn assume(&mut self, unit: u32, as_of: AsOf, supply: f64, merge_days: i32) {
        if self.visit_days.last() != Some(&as_of.day) {
            self.visit_days.push(as_of.day);
        }
        let visit = self.visit_days.len() as u32 - 1;
        let place = self.list.partition_point(|p| p.unit <= unit);
        self.list.insert(place, Purchase { unit, item: NONE, day: as_of.day, at_us: as_of.us, visit, supply });
        self.merge(merge_days);
    }

    /// Purchases given as (unit, day, supply), in any order; every day is a visit.
    #[cfg(test)]
    pub(crate) fn of(rows: &[(u32, i32, f64)]) -> Self {
        let mut visit_days: Vec<i32> = rows.iter().map(|r| r.1).collect();
        visit_days.sort_unstable();
        visit_days.dedup();
        let purchase = |&(unit, day, supply): &(u32, i32, f64)| {
            let visit = visit_days.partition_point(|&d| d < day) as u32;
            Purchase { unit, item: unit, day, at_us: i64::from(day) * DAY_US, visit, supply }
        };
        let mut list: Vec<Purchase> = rows.iter().map(purchase).collect();
        list.sort_by_key(|p| (p.unit, p.day));
        let mut out = Self { list, visit_days, ..Self::default() };
        out.merge(1);
        out
    }
}

//! The columnar store: events sorted by (customer, instant, item), a customer is a slice.

use std::ops::Range;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::contacts::Contacts;
use super::items::Items;
use crate::error::{Error, ErrorCode, Result};
use crate::id::{Dictionary, Id};
use crate::time::{DayClock, Moment, Timestamp};

/// A return or cancellation that names the purchase it undoes, in full or in part.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Undo {
    /// The index of the undone purchase among the history's events.
    pub(crate) event: u64,
    /// When it was undone; before that instant the purchase stands.
    pub(crate) at_us: i64,
    /// How many units were undone.
    pub(crate) quantity: f64,
}

/// What is left of what was bought after returns: nothing where only rounding is, as three returns of .3 leave of .9.
pub(crate) fn rest(bought: f64, returned: f64) -> f64 {
    const ROUNDING: f64 = 1e-9;
    let left = bought - returned;
    if left > ROUNDING * bought { left } else { 0.0 }
}

/// Purchases that are valid but not yet in order, one entry per event in each column; codes refer to the dictionaries.
#[derive(Debug, Default)]
pub(crate) struct Unsorted {
    pub(crate) customer: Vec<u32>,
    pub(crate) at_us: Vec<i64>,
    pub(crate) item: Vec<u32>,
    /// Empty when every quantity is 1.
    pub(crate) quantity: Vec<f64>,
    /// Empty when the log has no amounts; NaN where unknown.
    pub(crate) amount: Vec<f64>,
    /// `event` is an index into these unsorted columns.
    pub(crate) undone: Vec<Undo>,
}

/// What customers did: columnar, validated, sorted by (customer, instant), sliceable per customer at no cost.
#[derive(Debug, Clone)]
pub struct History {
    pub(crate) customers: Dictionary,
    pub(crate) items: Items,
    /// Customer `c` owns the events `starts[c]..starts[c + 1]`.
    pub(crate) starts: Vec<u64>,
    pub(crate) at_us: Vec<i64>,
    pub(crate) day: Vec<i32>,
    pub(crate) item: Vec<u32>,
    pub(crate) quantity: Vec<f64>,
    pub(crate) amount: Vec<f64>,
    /// Sorted by event, then instant.
    pub(crate) undone: Vec<Undo>,
    /// Beside the events, which know nothing of them.
    pub(crate) contacts: Contacts,
    pub(crate) zone: TimeZone,
    pub(crate) merge_days: i32,
    /// The earliest event that is told with a time of day; the latest possible instant when there is none.
    pub(crate) first_timed_us: i64,
}

impl History {
    /// How many customers there are, with those who only have contacts.
    pub fn n_customers(&self) -> usize {
        self.customers.len()
    }

    /// How many events there are: purchases, without contacts.
    pub fn n_events(&self) -> usize {
        self.at_us.len()
    }

    /// The customers' identifiers.
    pub fn customers(&self) -> &Dictionary {
        &self.customers
    }

    /// The items and what is known about them.
    pub fn items(&self) -> &Items {
        &self.items
    }

    /// The first purchase's instant; `None` when there is none.
    pub fn first_at(&self) -> Option<Timestamp> {
        self.at_us.iter().min().and_then(|&us| Timestamp::from_micros(us).ok())
    }

    /// The last purchase's instant; `None` when there is none.
    pub fn last_at(&self) -> Option<Timestamp> {
        self.at_us.iter().max().and_then(|&us| Timestamp::from_micros(us).ok())
    }

    /// One customer's part, without copying.
    ///
    /// # Errors
    /// `unknown_customer` when the history holds nothing of that customer.
    pub fn customer<'a>(&self, id: impl Into<Id<'a>>) -> Result<HistoryView<'_>> {
        let id = id.into();
        let code = self.customers.code(id).ok_or_else(|| {
            Error::new(
                ErrorCode::UnknownCustomer,
                format!(
                    "customer {id} is not in the history of {} customers; give the id as it stands in the log",
                    self.n_customers()
                ),
            )
            .with_field("customer")
        })?;
        Ok(HistoryView { history: self, customers: code..code + 1 })
    }

    /// The purchases of one customer and item, as (instant, quantity) in order of time, less what was returned of them.
    /// Empty when there is none.
    pub fn purchases_of<'a>(&self, customer: impl Into<Id<'a>>, item: impl Into<Id<'a>>) -> Vec<(Timestamp, f64)> {
        let (Some(customer), Some(item)) = (self.customers.code(customer.into()), self.items.ids.code(item.into()))
        else {
            return Vec::new();
        };
        let events = self.events_of(customer);
        let undone = self.undone_in(events.clone());
        events
            .filter(|&e| self.item[e] == item)
            .filter_map(|e| {
                let own = &undone[undone.partition_point(|u| u.event < e as u64)..];
                let returned = own.iter().take_while(|u| u.event == e as u64).map(|u| u.quantity).sum();
                let left = rest(self.quantity.get(e).copied().unwrap_or(1.0), returned);
                let at = Timestamp::from_micros(self.at_us[e]).ok()?;
                (left > 0.0).then_some((at, left))
            })
            .collect()
    }

    /// The whole history as a view.
    pub fn view(&self) -> HistoryView<'_> {
        HistoryView { history: self, customers: 0..self.n_customers() as u32 }
    }

    pub(crate) fn events_of(&self, customer: u32) -> Range<usize> {
        self.starts[customer as usize] as usize..self.starts[customer as usize + 1] as usize
    }

    /// The undone purchases among a range of events.
    pub(crate) fn undone_in(&self, events: Range<usize>) -> &[Undo] {
        let from = self.undone.partition_point(|u| u.event < events.start as u64);
        let len = self.undone[from..].partition_point(|u| u.event < events.end as u64);
        &self.undone[from..from + len]
    }

    /// The IANA name of the time zone it was read in: [`IngestOptions::time_zone`](crate::IngestOptions::time_zone).
    pub fn time_zone(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The instant that a text means on the clock of this log: as [`Timestamp`] reads it, but a date or date-time without
    /// offset is one of the log's time zone. A date is the beginning of its day.
    ///
    /// ```
    /// use beforehand::{Event, History, IngestOptions};
    /// let options = IngestOptions { time_zone: "Asia/Shanghai".into(), ..IngestOptions::default() };
    /// let bought = Event::purchase("c1", "filter", "2026-01-31T12:00:00+08:00".parse()?);
    /// let (history, _) = History::from_events([bought], &options)?;
    /// assert_eq!(history.instant("2026-02-01")?.to_string(), "2026-01-31T16:00:00Z");
    /// assert_eq!(history.instant("2026-02-01T00:00:00Z")?.to_string(), "2026-02-01T00:00:00Z");
    /// # Ok::<(), beforehand::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_data` when the text is no instant, or outside [`Timestamp::MIN`] … [`Timestamp::MAX`].
    pub fn instant(&self, text: &str) -> Result<Timestamp> {
        text.parse::<Moment>()?.on(&self.zone)
    }

    /// The civil date of an instant in this log's time zone, `YYYY-MM-DD`.
    ///
    /// ```
    /// # use beforehand::{Event, History, IngestOptions};
    /// # let options = IngestOptions { time_zone: "Asia/Shanghai".into(), ..IngestOptions::default() };
    /// # let bought = Event::purchase("c1", "filter", "2026-01-31T12:00:00+08:00".parse()?);
    /// # let (history, _) = History::from_events([bought], &options)?;
    /// assert_eq!(history.date("2026-01-31T16:00:00Z".parse()?), "2026-02-01");
    /// # Ok::<(), beforehand::Error>(())
    /// ```
    pub fn date(&self, at: Timestamp) -> String {
        at.date_in(&self.zone)
    }

    /// The civil day of an instant in the history's time zone, counted from 1970-01-01.
    pub(crate) fn day_of(&self, at: Timestamp) -> i32 {
        DayClock::new(self.zone.clone()).day(at.as_micros())
    }

    /// The last civil day of which anything may have been seen by an instant. A day given as a date is its beginning: in a log of
    /// dates all of the day has been seen then, in one of times nothing of it.
    pub(crate) fn last_seen_day(&self, at: Timestamp) -> i32 {
        let day = self.day_of(at);
        let is_beginning = Timestamp::of_day(day, &self.zone) == at;
        if is_beginning && self.first_timed_us < at.as_micros() { day - 1 } else { day }
    }

    /// The end of the last whole day by an instant: in a log that knows times, the beginning of the day that the instant lies in.
    pub(crate) fn whole_days_until(&self, at: Timestamp) -> Timestamp {
        let beginning = Timestamp::of_day(self.day_of(at), &self.zone);
        if self.first_timed_us < at.as_micros() { beginning } else { at }
    }

    /// The same time of day so many civil days before; parts of a day are of 24 hours.
    pub(crate) fn days_before(&self, at: Timestamp, days: f64) -> Timestamp {
        let (day, whole) = (self.day_of(at), days.floor());
        let within = at.days_since(Timestamp::of_day(day, &self.zone));
        Timestamp::of_day(day.saturating_sub(whole as i32), &self.zone).plus_days(within - (days - whole))
    }

    /// The last microsecond of a civil day.
    pub(crate) fn end_of_day_us(&self, day: i32) -> i64 {
        Timestamp::of_day(day.saturating_add(1), &self.zone).as_micros() - 1
    }

    /// Puts events in order. The result does not depend on the order of the input.
    pub(crate) fn assemble(
        customers: Dictionary,
        items: Items,
        events: Unsorted,
        zone: TimeZone,
        merge_days: i32,
    ) -> Self {
        super::sort::assemble(customers, items, events, zone, merge_days)
    }
}

/// A range of a history's customers: all of them, or one.
#[derive(Debug, Clone)]
pub struct HistoryView<'a> {
    pub(crate) history: &'a History,
    pub(crate) customers: Range<u32>,
}

impl<'a> HistoryView<'a> {
    /// The history this is a part of.
    pub fn history(&self) -> &'a History {
        self.history
    }

    /// How many customers the view covers.
    pub fn n_customers(&self) -> usize {
        self.customers.len()
    }

    /// How many events the view covers: purchases, without contacts.
    pub fn n_events(&self) -> usize {
        let starts = &self.history.starts;
        (starts[self.customers.end as usize] - starts[self.customers.start as usize]) as usize
    }
}

impl<'a> From<&'a History> for HistoryView<'a> {
    fn from(history: &'a History) -> Self {
        history.view()
    }
}

impl<'a> From<&HistoryView<'a>> for HistoryView<'a> {
    fn from(view: &HistoryView<'a>) -> Self {
        view.clone()
    }
}

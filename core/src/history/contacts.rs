//! What was done to reach customers and how they answered: columns of their own beside the purchases.

use std::ops::Range;

use rayon::prelude::*;

use super::contact_part::{ContactPart, ContactRow};
use super::items::NONE;
use super::merge::{Merged, merge};
use super::part::Part;
use super::store::{History, HistoryView};
use super::traits::drop_unused;
use crate::event::EventKind;
use crate::id::{Dictionary, Id};
use crate::time::Timestamp;

/// Fewer rows than this are not worth a second thread.
const SERIAL: usize = 50_000;

/// Something that was done to reach a customer, or how the customer answered.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Contact<'a> {
    /// Whom it is about.
    pub customer: Id<'a>,
    /// When.
    pub at: Timestamp,
    /// What happened; neither a purchase nor a return.
    pub kind: EventKind,
    /// The channel; unknown, or for consent all of them, when `None`.
    pub channel: Option<Id<'a>>,
    /// What was offered, if known.
    pub offer: Option<Id<'a>>,
    /// The item it is about, if any.
    pub item: Option<Id<'a>>,
    /// For a contact or one held out: the probability with which this action was drawn, above 0 and at most 1; `None` when
    /// unknown.
    pub propensity: Option<f64>,
}

/// The contacts of a log, sorted by (customer, instant, kind, channel, offer, item, propensity); a customer is a slice.
#[derive(Debug, Clone, Default)]
pub(crate) struct Contacts {
    /// Customer `c` owns the rows `starts[c]..starts[c + 1]`; empty when the log has no contacts.
    starts: Vec<u64>,
    at: Vec<Timestamp>,
    kind: Vec<EventKind>,
    channel: Named,
    offer: Named,
    /// The items of contacts have a dictionary of their own, so that those of purchases know nothing of them.
    item: Named,
    /// NaN where unknown; empty when all are.
    propensity: Vec<f64>,
}

/// A column of identifiers.
#[derive(Debug, Clone, Default)]
struct Named {
    ids: Dictionary,
    /// `NONE` where none stands; empty when none stands anywhere.
    codes: Vec<u32>,
}

impl Named {
    fn get(&self, row: usize) -> Option<Id<'_>> {
        self.codes.get(row).filter(|&&code| code != NONE).map(|&code| self.ids.id(code))
    }
}

impl Contacts {
    pub(crate) fn len(&self) -> usize {
        self.at.len()
    }

    /// The rows of a customer.
    pub(crate) fn of(&self, customer: u32) -> Range<usize> {
        let start = |customer: usize| self.starts.get(customer).map_or(0, |&start| start as usize);
        start(customer as usize)..start(customer as usize + 1)
    }

    /// The rows of a customer up to an instant.
    pub(crate) fn until(&self, customer: u32, as_of: Timestamp) -> Range<usize> {
        let all = self.of(customer);
        all.start..all.start + self.at[all].partition_point(|at| *at <= as_of)
    }

    /// Takes the contacts out of the parts and puts them in order; equal rows become one. The result does not depend on the
    /// order of the input.
    pub(super) fn unite(parts: &mut [Part], customers: &Merged) -> Self {
        let mut parts: Vec<ContactPart> = parts.iter_mut().map(|p| std::mem::take(&mut p.contacts)).collect();
        let n = parts.iter().map(|p| p.rows.len()).sum();
        if n == 0 {
            return Self::default();
        }
        let [channels, offers, items] = [
            |p: &mut ContactPart| std::mem::take(&mut p.channels),
            |p: &mut ContactPart| std::mem::take(&mut p.offers),
            |p: &mut ContactPart| std::mem::take(&mut p.items),
        ]
        .map(|take| merge(parts.iter_mut().map(take).collect(), &vec![None; parts.len()]));
        let mut rows: Vec<ContactRow> = Vec::with_capacity(n);
        for (number, part) in parts.into_iter().enumerate() {
            let code = |of: &Merged, own: u32| of.codes[number].get(own as usize).copied().unwrap_or(NONE);
            rows.extend(part.rows.into_iter().map(|row| ContactRow {
                customer: code(customers, row.customer),
                channel: code(&channels, row.channel),
                offer: code(&offers, row.offer),
                item: code(&items, row.item),
                ..row
            }));
        }
        if n < SERIAL {
            rows.sort_unstable();
        } else {
            rows.par_sort_unstable();
        }
        rows.dedup();
        Self::of_rows(&rows, customers.dictionary.len(), channels, offers, items)
    }

    /// From rows in order.
    fn of_rows(rows: &[ContactRow], n_customers: usize, channels: Merged, offers: Merged, items: Merged) -> Self {
        let named = |merged: Merged, code: fn(&ContactRow) -> u32| {
            let (mut ids, mut codes) = (merged.dictionary, rows.iter().map(code).collect::<Vec<u32>>());
            if codes.iter().all(|&code| code == NONE) {
                return Named::default();
            }
            drop_unused(&mut ids, &mut codes);
            Named { ids, codes }
        };
        let mut starts = vec![0u64; n_customers + 1];
        for row in rows {
            starts[row.customer as usize + 1] += 1;
        }
        for c in 0..n_customers {
            starts[c + 1] += starts[c];
        }
        let mut propensity: Vec<f64> = rows.iter().map(|r| f64::from_bits(r.propensity)).collect();
        if propensity.iter().all(|p| p.is_nan()) {
            propensity = Vec::new();
        }
        Self {
            starts,
            at: rows.iter().map(|r| r.at).collect(),
            kind: rows.iter().map(|r| r.kind).collect(),
            channel: named(channels, |r| r.channel),
            offer: named(offers, |r| r.offer),
            item: named(items, |r| r.item),
            propensity,
        }
    }
}

impl History {
    /// How many contacts there are; they are not among the events.
    pub fn n_contacts(&self) -> usize {
        self.contacts.len()
    }

    /// The channels that contacts name.
    pub fn channels(&self) -> &Dictionary {
        &self.contacts.channel.ids
    }

    /// The offers that contacts name.
    pub fn offers(&self) -> &Dictionary {
        &self.contacts.offer.ids
    }
}

impl<'a> HistoryView<'a> {
    /// What was done up to `as_of` to reach the view's customers, and how they answered: by customer, then in order of time.
    ///
    /// The slice of a customer is found at once, and the latest contacts come first when the iterator is reversed.
    ///
    /// ```
    /// use beforehand::{Event, EventKind, History, IngestOptions};
    /// let at = "2026-01-01".parse()?;
    /// let rows = [
    ///     Event::purchase("c1", "filter", at),
    ///     Event::contacted("c1", at.plus_days(80.0)).channel("email").offer("refill").item("filter").propensity(0.9),
    ///     Event::opened("c1", at.plus_days(81.0)).channel("email"),
    ///     Event::opted_out("c1", at.plus_days(99.0)),
    /// ];
    /// let (history, report) = History::from_events(rows, &IngestOptions::default())?;
    /// assert_eq!((report.n_kept, report.n_contacts, history.n_events()), (1, 3, 1));
    /// let contacts = history.customer("c1")?.contacts(at.plus_days(90.0));
    /// let last = contacts.clone().next_back().unwrap();
    /// assert_eq!((last.kind, last.channel), (EventKind::Open, Some("email".into())));
    /// assert_eq!(contacts.filter_map(|c| c.propensity).sum::<f64>(), 0.9);
    /// # Ok::<(), beforehand::Error>(())
    /// ```
    pub fn contacts(&self, as_of: Timestamp) -> impl DoubleEndedIterator<Item = Contact<'a>> + Clone + use<'a> {
        let history = self.history;
        let customers = if history.contacts.len() == 0 { 0..0 } else { self.customers.clone() };
        customers.flat_map(move |customer| {
            let id = history.customers.id(customer);
            history.contacts.until(customer, as_of).map(move |row| {
                let all = &history.contacts;
                Contact {
                    customer: id,
                    at: all.at[row],
                    kind: all.kind[row],
                    channel: all.channel.get(row),
                    offer: all.offer.get(row),
                    item: all.item.get(row),
                    propensity: all.propensity.get(row).copied().filter(|p| !p.is_nan()),
                }
            })
        })
    }

    /// How many contacts the view's customers have, at whatever instant.
    pub fn n_contacts(&self) -> usize {
        self.customers.clone().last().map_or(0, |last| {
            let contacts = &self.history.contacts;
            contacts.of(last).end - contacts.of(self.customers.start).start
        })
    }
}

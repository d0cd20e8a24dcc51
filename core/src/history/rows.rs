//! Ingest from rows.

use std::ops::Range;

use super::builder::Builder;
use super::intern::Interner;
use super::names::ColumnNames;
use super::options::IngestOptions;
use super::report::IngestReport;
use super::source::{Chunk, IdSource, KindSource, NO_NUMBER, NumberSource, TimeSource, given};
use super::store::History;
use crate::error::Result;
use crate::event::{Event, EventId};
use crate::id::Id;
use crate::time::WallClock;

/// Rows held at a time.
const CHUNK: usize = 65_536;

impl<'a> From<&'a EventId> for Id<'a> {
    fn from(id: &'a EventId) -> Self {
        match id {
            EventId::Int(i) => Self::Int(*i),
            EventId::Str(s) => Self::Str(s),
        }
    }
}

impl History {
    /// Builds a history from rows, in any order.
    ///
    /// ```
    /// use beforehand::{Event, History, IngestOptions};
    /// let at = "2011-11-06".parse()?;
    /// let rows = [
    ///     Event::purchase("c1", "filter", at).quantity(2.0).order("o17"),
    ///     Event::returned("c1", "filter", at.plus_days(3.0), "o17").quantity(1.0),
    /// ];
    /// let (history, report) = History::from_events(rows, &IngestOptions::default())?;
    /// assert_eq!((history.n_events(), report.n_returns), (1, 1));
    /// # Ok::<(), beforehand::Error>(())
    /// ```
    ///
    /// # Errors
    /// `empty_data` when no row could be kept, with the reasons; `invalid_options`; with
    /// [`OnRefused::Fail`](crate::OnRefused::Fail) `invalid_data` for the first refused row.
    pub fn from_events(
        events: impl IntoIterator<Item = Event>,
        options: &IngestOptions,
    ) -> Result<(Self, IngestReport)> {
        let names = ColumnNames::default();
        let mut builder = Builder::new(&names, options)?;
        let mut events = events.into_iter();
        let mut rows = Vec::with_capacity(events.size_hint().0.min(CHUNK));
        loop {
            rows.clear();
            rows.extend(events.by_ref().take(CHUNK));
            if rows.is_empty() {
                return builder.finish();
            }
            let chunk = chunk(&rows, builder.n_read());
            builder.push(&[chunk])?;
        }
    }
}

fn chunk(rows: &[Event], first_row: usize) -> Chunk<'_> {
    // A column that no row fills is left out.
    let ids = |get: fn(&Event) -> Option<Id<'_>>| {
        rows.iter().any(|e| get(e).is_some()).then(|| Box::new(Ids { rows, get }) as Box<dyn IdSource + '_>)
    };
    let numbers = |get: fn(&Event) -> Option<f64>| {
        rows.iter().any(|e| get(e).is_some()).then(|| Box::new(Numbers { rows, get }) as Box<dyn NumberSource + '_>)
    };
    Chunk {
        len: rows.len(),
        first_row,
        customer: Box::new(Ids { rows, get: |e| Some((&e.customer).into()) }),
        time: Box::new(Times(rows)),
        item: Box::new(Ids { rows, get: |e| e.item.as_ref().map(Id::from) }),
        quantity: numbers(|e| e.quantity),
        amount: numbers(|e| e.amount),
        kind: Some(KindSource::Kinds(rows.iter().map(|e| e.kind).collect())),
        category: ids(|e| e.category.as_ref().map(Id::from)),
        need: ids(|e| e.need.as_ref().map(Id::from)),
        pack_size: numbers(|e| e.pack_size),
        order: ids(|e| e.order.as_ref().map(Id::from)),
        undoes: ids(|e| e.undoes.as_ref().map(Id::from)),
        channel: ids(|e| e.channel.as_ref().map(Id::from)),
        offer: ids(|e| e.offer.as_ref().map(Id::from)),
        propensity: numbers(|e| e.propensity),
    }
}

struct Ids<'a> {
    rows: &'a [Event],
    get: fn(&Event) -> Option<Id<'_>>,
}

impl IdSource for Ids<'_> {
    fn encode(&self, rows: Range<usize>, ids: &mut Interner, _: &mut Vec<u32>, out: &mut Vec<u32>) {
        out.extend(self.rows[rows].iter().map(|e| ids.intern((self.get)(e))));
    }

    fn text(&self, row: usize) -> String {
        (self.get)(&self.rows[row]).map_or_else(String::new, |id| id.to_string())
    }
}

struct Times<'a>(&'a [Event]);

impl TimeSource for Times<'_> {
    fn decode(&self, rows: Range<usize>, _: &mut WallClock, out: &mut Vec<i64>) {
        out.extend(self.0[rows].iter().map(|e| e.at.as_micros()));
    }

    fn text(&self, row: usize) -> String {
        self.0[row].at.to_string()
    }
}

struct Numbers<'a> {
    rows: &'a [Event],
    get: fn(&Event) -> Option<f64>,
}

impl NumberSource for Numbers<'_> {
    fn decode(&self, rows: Range<usize>, out: &mut Vec<f64>) {
        out.extend(self.rows[rows].iter().map(|e| (self.get)(e).map_or(NO_NUMBER, given)));
    }

    fn text(&self, row: usize) -> String {
        (self.get)(&self.rows[row]).map_or_else(String::new, |x| x.to_string())
    }
}

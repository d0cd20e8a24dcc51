//! Some thousand rows of a chunk, column by column: codes, numbers, instants, and which rows are about contacts.

use std::ops::Range;

use super::intern::{Interner, MISSING};
use super::part::Part;
use super::source::{Chunk, IdSource, KindSource, NumberSource};
use crate::event::EventKind;
use crate::id::Id;

/// The columns of one block of rows. A column that the input lacks is empty.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) customer: Vec<u32>,
    pub(super) item: Vec<u32>,
    pub(super) at_us: Vec<i64>,
    pub(super) quantity: Vec<f64>,
    pub(super) amount: Vec<f64>,
    pub(super) kind: Vec<u32>,
    /// The kind of each row that is about a contact; empty when none is.
    pub(super) contact: Vec<Option<EventKind>>,
    pub(super) category: Vec<u32>,
    pub(super) need: Vec<u32>,
    pub(super) pack_size: Vec<f64>,
    pub(super) order: Vec<u32>,
    pub(super) undoes: Vec<u32>,
    /// What the columns of identifiers remember, in the order of the columns above …
    memo: [Vec<u32>; 6],
    /// … and that of items, which is read after them.
    memo_item: Vec<u32>,
}

impl Block {
    /// Forgets what the columns of the chunk before remembered.
    pub(super) fn begin_chunk(&mut self) {
        self.memo = Default::default();
        self.memo_item.clear();
    }

    /// Reads the columns of some rows.
    pub(super) fn read(&mut self, part: &mut Part, chunk: &Chunk<'_>, rows: &Range<usize>) {
        self.at_us.clear();
        chunk.time.decode(rows.clone(), &mut part.clock, &mut self.at_us);
        numbers(chunk.quantity.as_deref(), rows, &mut self.quantity);
        numbers(chunk.amount.as_deref(), rows, &mut self.amount);
        numbers(chunk.pack_size.as_deref(), rows, &mut self.pack_size);
        let words = match &chunk.kind {
            Some(KindSource::Words(words)) => Some(&**words),
            _ => None,
        };
        let [customer, kind, category, need, order, undoes] = &mut self.memo;
        codes(Some(&*chunk.customer), rows, &mut part.customers, customer, &mut self.customer);
        codes(words, rows, &mut part.words, kind, &mut self.kind);
        for code in part.kinds.len()..part.words.len() {
            part.kinds.push(match part.words.id(code as u32) {
                Some(Id::Str(word)) => EventKind::from_word(word),
                _ => None,
            });
        }
        codes(chunk.category.as_deref(), rows, &mut part.categories, category, &mut self.category);
        codes(chunk.need.as_deref(), rows, &mut part.needs, need, &mut self.need);
        // Orders matter only where a return can name one.
        let of_row = chunk.order.as_deref().filter(|_| chunk.undoes.is_some());
        codes(of_row, rows, &mut part.orders, order, &mut self.order);
        codes(chunk.undoes.as_deref(), rows, &mut part.orders, undoes, &mut self.undoes);
        self.find_contacts(part, chunk, rows);
        if self.contact.is_empty() {
            codes(Some(&*chunk.item), rows, &mut part.items, &mut self.memo_item, &mut self.item);
        } else {
            self.read_contacts(part, chunk, rows);
        }
    }

    /// Notes which rows are about contacts. Most logs have none, which is seen here without a look at the rows, or at their
    /// kinds alone.
    fn find_contacts(&mut self, part: &Part, chunk: &Chunk<'_>, rows: &Range<usize>) {
        let about = |kind: EventKind| Some(kind).filter(|kind| kind.is_about_contact());
        self.contact.clear();
        match &chunk.kind {
            Some(KindSource::Kinds(kinds)) if kinds[rows.clone()].iter().any(|kind| kind.is_about_contact()) => {
                self.contact.extend(kinds[rows.clone()].iter().map(|&kind| about(kind)));
            }
            Some(KindSource::Words(_)) if part.kinds.iter().flatten().any(|kind| kind.is_about_contact()) => {
                let kind = |&code: &u32| part.kinds.get(code as usize).copied().flatten().and_then(about);
                if self.kind.iter().any(|code| kind(code).is_some()) {
                    self.contact.extend(self.kind.iter().map(kind));
                }
            }
            _ => {}
        }
    }

    /// Reads the items of purchases, and of contacts all that is read of them.
    fn read_contacts(&mut self, part: &mut Part, chunk: &Chunk<'_>, rows: &Range<usize>) {
        part.contacts.begin_block();
        self.item.clear();
        let mut start = rows.start;
        for run in self.contact.chunk_by(|a, b| a.is_some() == b.is_some()) {
            let own = start..start + run.len();
            start = own.end;
            if run[0].is_some() {
                self.item.resize(self.item.len() + run.len(), MISSING);
                part.contacts.read(chunk, own);
            } else {
                chunk.item.encode(own, &mut part.items, &mut self.memo_item, &mut self.item);
            }
        }
    }
}

fn codes(
    source: Option<&(dyn IdSource + '_)>,
    rows: &Range<usize>,
    ids: &mut Interner,
    memo: &mut Vec<u32>,
    out: &mut Vec<u32>,
) {
    out.clear();
    if let Some(source) = source {
        source.encode(rows.clone(), ids, memo, out);
    }
}

fn numbers(source: Option<&(dyn NumberSource + '_)>, rows: &Range<usize>, out: &mut Vec<f64>) {
    out.clear();
    if let Some(source) = source {
        source.decode(rows.clone(), out);
    }
}

//! One thread's share of an ingest: checks rows and appends what is good.

use std::ops::Range;

use super::intern::{Interner, MISSING, TOO_LONG};
use super::names::Field;
use super::report::{Reason, Tally};
use super::source::{BAD_TIME, Chunk, IdSource, KindSource, NO_NUMBER, NO_TIME, NO_UNIT, NumberSource, is_no_number};
use super::traits::Traits;
use crate::event::EventKind;
use crate::id::Id;
use crate::time::{Timestamp, WallClock};

/// Rows per block: small enough for the blocks' columns to stay in the cache.
const BLOCK: usize = 4_096;

/// A return that names an order, in this part's codes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Return {
    pub(super) customer: u32,
    pub(super) item: u32,
    pub(super) order: u32,
    pub(super) at_us: i64,
    /// NaN for all that is left.
    pub(super) quantity: f64,
    pub(super) row: usize,
}

/// What the rows of one thread came to, in codes of its own.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) customers: Interner,
    pub(super) items: Interner,
    pub(super) orders: Interner,
    pub(super) categories: Interner,
    pub(super) needs: Interner,
    pub(super) customer: Vec<u32>,
    pub(super) item: Vec<u32>,
    pub(super) at_us: Vec<i64>,
    /// Empty as long as every quantity is 1.
    pub(super) quantity: Vec<f64>,
    /// Empty as long as no amount is known.
    pub(super) amount: Vec<f64>,
    /// The order of each purchase; empty as long as none is known.
    pub(super) order: Vec<u32>,
    pub(super) returns: Vec<Return>,
    pub(super) category: Traits<u32>,
    pub(super) need: Traits<u32>,
    pub(super) pack_size: Traits<f64>,
    pub(super) n_read: usize,
    pub(super) n_without_quantity: usize,
    pub(super) tally: Tally,
    max_quantity: f64,
    clock: WallClock,
    words: Interner,
    /// The kind each word stands for, if any.
    kinds: Vec<Option<EventKind>>,
    block: Block,
}

/// The columns of one block of rows. A column that the input lacks is empty.
#[derive(Debug, Default)]
struct Block {
    customer: Vec<u32>,
    item: Vec<u32>,
    at_us: Vec<i64>,
    quantity: Vec<f64>,
    amount: Vec<f64>,
    kind: Vec<u32>,
    category: Vec<u32>,
    need: Vec<u32>,
    pack_size: Vec<f64>,
    order: Vec<u32>,
    undoes: Vec<u32>,
    /// What each column of identifiers remembers, in the order of the columns above.
    memo: [Vec<u32>; 7],
}

/// One row that passed the checks.
struct Row {
    customer: u32,
    item: u32,
    at_us: i64,
    quantity: f64,
    amount: f64,
    is_return: bool,
}

type Fault = (Reason, Field);

impl Part {
    pub(super) fn new(max_quantity: f64, clock: WallClock) -> Self {
        Self {
            customers: Interner::default(),
            items: Interner::default(),
            orders: Interner::default(),
            categories: Interner::default(),
            needs: Interner::default(),
            customer: Vec::new(),
            item: Vec::new(),
            at_us: Vec::new(),
            quantity: Vec::new(),
            amount: Vec::new(),
            order: Vec::new(),
            returns: Vec::new(),
            category: Traits::default(),
            need: Traits::default(),
            pack_size: Traits::default(),
            n_read: 0,
            n_without_quantity: 0,
            tally: Tally::default(),
            max_quantity,
            clock,
            words: Interner::default(),
            kinds: Vec::new(),
            block: Block::default(),
        }
    }

    /// Takes in some rows of a chunk.
    pub(super) fn push(&mut self, chunk: &Chunk<'_>, rows: Range<usize>) {
        for (source, ids) in [(&chunk.customer, &mut self.customers), (&chunk.item, &mut self.items)] {
            if ids.len() == 0
                && let Some((low, high)) = source.bounds(rows.clone())
            {
                ids.expect_ints(low, high, rows.len());
            }
        }
        self.block.memo = Default::default();
        self.n_read += rows.len();
        self.customer.reserve(rows.len());
        self.item.reserve(rows.len());
        self.at_us.reserve(rows.len());
        let mut start = rows.start;
        while start < rows.end {
            let end = rows.end.min(start + BLOCK);
            self.push_block(chunk, start..end);
            start = end;
        }
    }

    fn push_block(&mut self, chunk: &Chunk<'_>, rows: Range<usize>) {
        // The block is taken out so that its columns and the rest of the part can be used side by side.
        let mut block = std::mem::take(&mut self.block);
        block.read(self, chunk, &rows);
        for i in 0..rows.len() {
            match self.check(&block, chunk, i, rows.start + i) {
                Ok(row) if row.is_return => {
                    self.returns.push(Return {
                        customer: row.customer,
                        item: row.item,
                        order: block.undoes[i],
                        at_us: row.at_us,
                        quantity: row.quantity,
                        row: chunk.first_row + rows.start + i,
                    });
                }
                Ok(row) => self.keep(&row, &block, i, chunk.quantity.is_some()),
                Err((reason, field)) => {
                    let row = rows.start + i;
                    self.tally.refuse(reason, chunk.first_row + row, field, || chunk.text(field, row));
                }
            }
        }
        self.block = block;
    }

    #[inline]
    fn check(&self, block: &Block, chunk: &Chunk<'_>, i: usize, row: usize) -> Result<Row, Fault> {
        let customer = present(block.customer[i], Reason::MissingCustomer, Field::Customer)?;
        let at_us = block.at_us[i];
        if !(Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros()).contains(&at_us) {
            let reason = match at_us {
                NO_TIME => Reason::MissingTime,
                BAD_TIME => Reason::BadTime,
                NO_UNIT => Reason::UnknownTimeUnit,
                _ => Reason::TimeOutOfRange,
            };
            return Err((reason, Field::Time));
        }
        let item = present(block.item[i], Reason::MissingItem, Field::Item)?;
        let is_return = self.is_return(block, chunk, i, row)?;
        let mut quantity = block.quantity.get(i).copied().unwrap_or(NO_NUMBER);
        if is_no_number(quantity) {
            quantity = if is_return { f64::NAN } else { NO_NUMBER };
        } else {
            // A return of -2 units is one of 2: logs write both.
            if is_return {
                quantity = quantity.abs();
            }
            let reason = if !quantity.is_finite() {
                Some(Reason::BadQuantity)
            } else if quantity <= 0.0 {
                Some(Reason::NonPositiveQuantity)
            } else if quantity > self.max_quantity {
                Some(Reason::AbsurdQuantity)
            } else {
                None
            };
            if let Some(reason) = reason {
                return Err((reason, Field::Quantity));
            }
        }
        let mut amount = block.amount.get(i).copied().unwrap_or(NO_NUMBER);
        if !amount.is_finite() {
            if !is_no_number(amount) {
                return Err((Reason::BadAmount, Field::Amount));
            }
            amount = f64::NAN;
        }
        if let Some(&size) = block.pack_size.get(i)
            && !is_no_number(size)
            && !(size > 0.0 && size.is_finite())
        {
            return Err((Reason::BadPackSize, Field::PackSize));
        }
        for (codes, field) in [
            (&block.category, Field::Category),
            (&block.need, Field::Need),
            (&block.order, Field::Order),
            (&block.undoes, Field::Undoes),
        ] {
            if codes.get(i) == Some(&TOO_LONG) {
                return Err((Reason::IdTooLong, field));
            }
        }
        Ok(Row { customer, item, at_us, quantity, amount, is_return })
    }

    /// Whether the row is a return that names its order; without a kind, naming one is enough.
    fn is_return(&self, block: &Block, chunk: &Chunk<'_>, i: usize, row: usize) -> Result<bool, Fault> {
        let undoes = block.undoes.get(i).copied().unwrap_or(MISSING) != MISSING;
        let kind = match &chunk.kind {
            None => None,
            Some(KindSource::Kinds(kinds)) => Some(kinds[row]),
            Some(KindSource::Words(_)) if block.kind[i] == MISSING => None,
            Some(KindSource::Words(_)) => {
                let known = self.kinds.get(block.kind[i] as usize).copied().flatten();
                Some(known.ok_or((Reason::BadKind, Field::Kind))?)
            }
        };
        match (kind, undoes) {
            (Some(EventKind::Return), false) => Err((Reason::UnnamedReturn, Field::Undoes)),
            (Some(EventKind::Purchase), true) => Err((Reason::BadKind, Field::Kind)),
            (_, undoes) => Ok(undoes),
        }
    }

    #[inline]
    fn keep(&mut self, row: &Row, block: &Block, i: usize, has_quantities: bool) {
        let n = self.customer.len();
        self.customer.push(row.customer);
        self.item.push(row.item);
        self.at_us.push(row.at_us);
        let mut quantity = row.quantity;
        if is_no_number(quantity) {
            self.n_without_quantity += usize::from(has_quantities);
            quantity = 1.0;
        }
        push_sparse(&mut self.quantity, n, quantity, 1.0, quantity.to_bits() == 1f64.to_bits());
        push_sparse(&mut self.amount, n, row.amount, f64::NAN, row.amount.is_nan());
        let order = block.order.get(i).copied().unwrap_or(MISSING);
        push_sparse(&mut self.order, n, order, MISSING, order == MISSING);
        if let Some(&category) = block.category.get(i)
            && category != MISSING
        {
            self.category.see(row.item, row.at_us, category);
        }
        if let Some(&need) = block.need.get(i)
            && need != MISSING
        {
            self.need.see(row.item, row.at_us, need);
        }
        if let Some(&size) = block.pack_size.get(i)
            && !is_no_number(size)
        {
            self.pack_size.see(row.item, row.at_us, size);
        }
    }

    /// The customers and the items that occur in kept rows; `None` when all do.
    pub(super) fn used(&self) -> (Option<Vec<bool>>, Option<Vec<bool>>) {
        if self.customer.len() == self.n_read {
            return (None, None);
        }
        let mut customers = vec![false; self.customers.len()];
        let mut items = vec![false; self.items.len()];
        for (&c, &i) in self.customer.iter().zip(&self.item) {
            customers[c as usize] = true;
            items[i as usize] = true;
        }
        (Some(customers), Some(items))
    }
}

/// Appends to a column that stays empty until a value differs from the usual one.
#[inline]
fn push_sparse<T: Copy>(column: &mut Vec<T>, n: usize, value: T, usual: T, is_usual: bool) {
    if !column.is_empty() {
        column.push(value);
    } else if !is_usual {
        column.resize(n, usual);
        column.push(value);
    }
}

#[inline]
fn present(code: u32, missing: Reason, field: Field) -> Result<u32, Fault> {
    match code {
        MISSING => Err((missing, field)),
        TOO_LONG => Err((Reason::IdTooLong, field)),
        code => Ok(code),
    }
}

impl Block {
    fn read(&mut self, part: &mut Part, chunk: &Chunk<'_>, rows: &Range<usize>) {
        self.at_us.clear();
        chunk.time.decode(rows.clone(), &mut part.clock, &mut self.at_us);
        numbers(chunk.quantity.as_deref(), rows, &mut self.quantity);
        numbers(chunk.amount.as_deref(), rows, &mut self.amount);
        numbers(chunk.pack_size.as_deref(), rows, &mut self.pack_size);
        let words = match &chunk.kind {
            Some(KindSource::Words(words)) => Some(&**words),
            _ => None,
        };
        let [customer, item, kind, category, need, order, undoes] = &mut self.memo;
        codes(Some(&*chunk.customer), rows, &mut part.customers, customer, &mut self.customer);
        codes(Some(&*chunk.item), rows, &mut part.items, item, &mut self.item);
        codes(words, rows, &mut part.words, kind, &mut self.kind);
        codes(chunk.category.as_deref(), rows, &mut part.categories, category, &mut self.category);
        codes(chunk.need.as_deref(), rows, &mut part.needs, need, &mut self.need);
        // Orders matter only where a return can name one.
        let of_row = chunk.order.as_deref().filter(|_| chunk.undoes.is_some());
        codes(of_row, rows, &mut part.orders, order, &mut self.order);
        codes(chunk.undoes.as_deref(), rows, &mut part.orders, undoes, &mut self.undoes);
        for code in part.kinds.len()..part.words.len() {
            part.kinds.push(match part.words.id(code as u32) {
                Some(Id::Str(word)) => EventKind::from_word(word),
                _ => None,
            });
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

impl Chunk<'_> {
    /// What stands in a cell, for the report.
    fn text(&self, field: Field, row: usize) -> String {
        let id = |source: &Option<Box<dyn IdSource + '_>>| source.as_ref().map(|s| s.text(row));
        let number = |source: &Option<Box<dyn NumberSource + '_>>| source.as_ref().map(|s| s.text(row));
        let text = match field {
            Field::Customer => Some(self.customer.text(row)),
            Field::Time => Some(self.time.text(row)),
            Field::Item => Some(self.item.text(row)),
            Field::Quantity => number(&self.quantity),
            Field::Amount => number(&self.amount),
            Field::PackSize => number(&self.pack_size),
            Field::Kind => match &self.kind {
                None => None,
                Some(KindSource::Words(words)) => Some(words.text(row)),
                Some(KindSource::Kinds(kinds)) => Some(kinds[row].to_string()),
            },
            Field::Category => id(&self.category),
            Field::Need => id(&self.need),
            Field::Order => id(&self.order),
            Field::Undoes => id(&self.undoes),
        };
        text.unwrap_or_default()
    }
}

//! One thread's share of an ingest: checks rows and appends what is good.

use std::ops::Range;

use super::block::Block;
use super::contact_part::ContactPart;
use super::intern::{Interner, MISSING, TOO_LONG};
use super::names::Field;
use super::options::UnnamedReturns;
use super::report::{Reason, Tally};
use super::source::{BAD_TIME, Chunk, KindSource, NO_NUMBER, NO_TIME, NO_UNIT, is_no_number};
use super::traits::Traits;
use crate::event::EventKind;
use crate::time::{Timestamp, WallClock};

/// Rows per block: small enough for the blocks' columns to stay in the cache.
const BLOCK: usize = 4_096;

/// A return, in this part's codes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Return {
    pub(super) customer: u32,
    pub(super) item: u32,
    /// The order it names; `MISSING` where it names none.
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
    pub(super) contacts: ContactPart,
    pub(super) category: Traits<u32>,
    pub(super) need: Traits<u32>,
    pub(super) pack_size: Traits<f64>,
    pub(super) n_read: usize,
    pub(super) n_without_quantity: usize,
    pub(super) tally: Tally,
    max_quantity: f64,
    unnamed_returns: UnnamedReturns,
    pub(super) clock: WallClock,
    pub(super) words: Interner,
    /// The kind each word stands for, if any.
    pub(super) kinds: Vec<Option<EventKind>>,
    block: Block,
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
    pub(super) fn new(max_quantity: f64, unnamed_returns: UnnamedReturns, clock: WallClock) -> Self {
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
            contacts: ContactPart::default(),
            category: Traits::default(),
            need: Traits::default(),
            pack_size: Traits::default(),
            n_read: 0,
            n_without_quantity: 0,
            tally: Tally::default(),
            max_quantity,
            unnamed_returns,
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
        self.block.begin_chunk();
        self.contacts.begin_chunk();
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
        let mut n_contacts = 0;
        for i in 0..rows.len() {
            if let Some(&Some(kind)) = block.contact.get(i) {
                if let Err((reason, field)) = self.contact(&block, i, kind, n_contacts) {
                    let row = rows.start + i;
                    self.tally.refuse(reason, chunk.first_row + row, field, || chunk.text(field, row));
                }
                n_contacts += 1;
                continue;
            }
            match self.check(&block, chunk, i, rows.start + i) {
                Ok(row) if row.is_return => {
                    self.returns.push(Return {
                        customer: row.customer,
                        item: row.item,
                        order: block.undoes.get(i).copied().unwrap_or(MISSING),
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

    /// Keeps a row about a contact, the `n`-th of the block.
    fn contact(&mut self, block: &Block, i: usize, kind: EventKind, n: usize) -> Result<(), Fault> {
        let (customer, at_us) = who_and_when(block, i)?;
        if block.undoes.get(i).is_some_and(|&code| code != MISSING) {
            return Err((Reason::BadKind, Field::Kind));
        }
        self.contacts.keep(customer, at_us, kind, n)
    }

    #[inline]
    fn check(&self, block: &Block, chunk: &Chunk<'_>, i: usize, row: usize) -> Result<Row, Fault> {
        let (customer, at_us) = who_and_when(block, i)?;
        // An unknown kind may be one that needs no item.
        let kind = self.kind(block, chunk, i, row)?;
        let item = present(block.item[i], Reason::MissingItem, Field::Item)?;
        let is_return = self.is_return(kind, block, i)?;
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

    /// What the row says that it is.
    fn kind(&self, block: &Block, chunk: &Chunk<'_>, i: usize, row: usize) -> Result<Option<EventKind>, Fault> {
        Ok(match &chunk.kind {
            None => None,
            Some(KindSource::Kinds(kinds)) => Some(kinds[row]),
            Some(KindSource::Words(_)) if block.kind[i] == MISSING => None,
            Some(KindSource::Words(_)) => {
                let known = self.kinds.get(block.kind[i] as usize).copied().flatten();
                Some(known.ok_or((Reason::BadKind, Field::Kind))?)
            }
        })
    }

    /// Whether the row is a return; without a kind, naming an order is enough.
    fn is_return(&self, kind: Option<EventKind>, block: &Block, i: usize) -> Result<bool, Fault> {
        let undoes = block.undoes.get(i).copied().unwrap_or(MISSING) != MISSING;
        match (kind, undoes) {
            (Some(EventKind::Return), false) if self.unnamed_returns == UnnamedReturns::Refuse => {
                Err((Reason::UnnamedReturn, Field::Undoes))
            }
            (Some(EventKind::Purchase), true) => Err((Reason::BadKind, Field::Kind)),
            (kind, undoes) => Ok(undoes || kind == Some(EventKind::Return)),
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
        let room = self.customer.capacity();
        push_sparse(&mut self.quantity, (n, room), quantity, 1.0, quantity.to_bits() == 1f64.to_bits());
        push_sparse(&mut self.amount, (n, room), row.amount, f64::NAN, row.amount.is_nan());
        let order = block.order.get(i).copied().unwrap_or(MISSING);
        push_sparse(&mut self.order, (n, room), order, MISSING, order == MISSING);
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
        if self.customer.len() + self.contacts.rows.len() == self.n_read {
            return (None, None);
        }
        let mut customers = vec![false; self.customers.len()];
        let mut items = vec![false; self.items.len()];
        for (&c, &i) in self.customer.iter().zip(&self.item) {
            customers[c as usize] = true;
            items[i as usize] = true;
        }
        for contact in &self.contacts.rows {
            customers[contact.customer as usize] = true;
        }
        (Some(customers), Some(items))
    }
}

#[inline]
fn who_and_when(block: &Block, i: usize) -> Result<(u32, i64), Fault> {
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
    Ok((customer, at_us))
}

/// Appends to a column that stays empty until a value differs from the usual one, and then has as much room as the others.
#[inline]
fn push_sparse<T: Copy>(column: &mut Vec<T>, (n, room): (usize, usize), value: T, usual: T, is_usual: bool) {
    if !column.is_empty() {
        column.push(value);
    } else if !is_usual {
        column.reserve_exact(room);
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

//! One thread's share of the rows about contacts: what was sent to whom, and what came of it.

use std::ops::Range;

use super::intern::{Interner, MISSING, TOO_LONG};
use super::names::Field;
use super::report::Reason;
use super::source::{Chunk, IdSource, NO_NUMBER, is_no_number};
use crate::event::EventKind;
use crate::time::Timestamp;

/// A row about a contact; the order of the fields is the order of the store. `MISSING` where no identifier stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ContactRow {
    pub(super) customer: u32,
    pub(super) at: Timestamp,
    pub(super) kind: EventKind,
    pub(super) channel: u32,
    pub(super) offer: u32,
    pub(super) item: u32,
    /// The bits of the number, so that rows can be compared; those of NaN where it is unknown.
    pub(super) propensity: u64,
}

/// Rows about contacts in codes of their own, apart from those of purchases: no contact may change what is known of items.
#[derive(Debug, Default)]
pub(super) struct ContactPart {
    pub(super) rows: Vec<ContactRow>,
    pub(super) channels: Interner,
    pub(super) offers: Interner,
    pub(super) items: Interner,
    /// Columns of the contacts of one block; one that the input lacks is empty.
    channel: Vec<u32>,
    offer: Vec<u32>,
    item: Vec<u32>,
    propensity: Vec<f64>,
    /// What the columns of channels, offers and items remember.
    memo: [Vec<u32>; 3],
}

impl ContactPart {
    /// Forgets what the columns of the chunk before remembered.
    pub(super) fn begin_chunk(&mut self) {
        self.memo = Default::default();
    }

    pub(super) fn begin_block(&mut self) {
        for column in [&mut self.channel, &mut self.offer, &mut self.item] {
            column.clear();
        }
        self.propensity.clear();
    }

    /// Appends the columns of some rows of a chunk, all of them about contacts.
    pub(super) fn read(&mut self, chunk: &Chunk<'_>, rows: Range<usize>) {
        let [channel, offer, item] = &mut self.memo;
        for (source, ids, memo, out) in [
            (chunk.channel.as_deref(), &mut self.channels, channel, &mut self.channel),
            (chunk.offer.as_deref(), &mut self.offers, offer, &mut self.offer),
            (Some(&*chunk.item), &mut self.items, item, &mut self.item),
        ] {
            let source: Option<&(dyn IdSource + '_)> = source;
            if let Some(source) = source {
                source.encode(rows.clone(), ids, memo, out);
            }
        }
        if let Some(source) = &chunk.propensity {
            source.decode(rows, &mut self.propensity);
        }
    }

    /// Checks the `i`-th contact of the block and keeps it.
    pub(super) fn keep(&mut self, customer: u32, at_us: i64, kind: EventKind, i: usize) -> Result<(), (Reason, Field)> {
        let id = |codes: &[u32], field| match codes.get(i) {
            Some(&TOO_LONG) => Err((Reason::IdTooLong, field)),
            code => Ok(code.copied().unwrap_or(MISSING)),
        };
        let item = id(&self.item, Field::Item)?;
        let channel = id(&self.channel, Field::Channel)?;
        let offer = id(&self.offer, Field::Offer)?;
        let mut propensity = f64::NAN;
        // How an answer came about was not drawn.
        if kind.is_action() {
            let given = self.propensity.get(i).copied().unwrap_or(NO_NUMBER);
            if !is_no_number(given) {
                if !(given > 0.0 && given <= 1.0) {
                    return Err((Reason::BadPropensity, Field::Propensity));
                }
                propensity = given;
            }
        }
        let at = Timestamp::from_micros(at_us).map_err(|_| (Reason::TimeOutOfRange, Field::Time))?;
        self.rows.push(ContactRow { customer, at, kind, channel, offer, item, propensity: propensity.to_bits() });
        Ok(())
    }
}

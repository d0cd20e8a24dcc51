//! What a column must be able to do, whatever it is made of. A block of rows costs one dynamic call per column.

use std::borrow::Cow;
use std::ops::Range;

use super::intern::Interner;
use super::names::Field;
use crate::event::EventKind;
use crate::time::WallClock;

/// No instant stands there.
pub(super) const NO_TIME: i64 = i64::MIN;
/// What stands there is no instant.
pub(super) const BAD_TIME: i64 = i64::MIN + 1;
/// A number stands there, of an unknown unit.
pub(super) const NO_UNIT: i64 = i64::MIN + 2;

/// The bits of the NaN that says: no number stands there. Every other NaN says that it is not a number.
const NO_NUMBER_BITS: u64 = 0x7ff8_0000_6e6f_6e65;

/// No number stands there.
pub(super) const NO_NUMBER: f64 = f64::from_bits(NO_NUMBER_BITS);

/// Whether no number stands there.
#[inline]
pub(super) fn is_no_number(x: f64) -> bool {
    x.to_bits() == NO_NUMBER_BITS
}

/// A number of the input, which must not pass for the mark of absence.
#[inline]
pub(super) fn given(x: f64) -> f64 {
    if x.is_nan() { f64::NAN } else { x }
}

/// A column of identifiers.
pub(super) trait IdSource: Sync {
    /// Appends the code of each row. `memo` is the column's own: what [`Interner::intern_places`] remembers of it.
    fn encode(&self, rows: Range<usize>, ids: &mut Interner, memo: &mut Vec<u32>, out: &mut Vec<u32>);
    /// What stands in a row, for the report.
    fn text(&self, row: usize) -> String;
    /// The least and the greatest number of some rows, when they are cheap to know.
    fn bounds(&self, _: Range<usize>) -> Option<(i64, i64)> {
        None
    }
}

/// A column of instants.
pub(super) trait TimeSource: Sync {
    /// Appends the microseconds since 1970 of each row, or one of the marks above.
    fn decode(&self, rows: Range<usize>, clock: &mut WallClock, out: &mut Vec<i64>);
    /// What stands in a row, for the report.
    fn text(&self, row: usize) -> String;
}

/// A column of numbers.
pub(super) trait NumberSource: Sync {
    /// Appends the number of each row: [`NO_NUMBER`] where none stands, NaN where something else stands.
    fn decode(&self, rows: Range<usize>, out: &mut Vec<f64>);
    /// What stands in a row, for the report.
    fn text(&self, row: usize) -> String;
}

/// Where the kind of a row comes from.
pub(super) enum KindSource<'a> {
    /// Words, read by [`EventKind::from_word`].
    Words(Box<dyn IdSource + 'a>),
    /// Kinds, one per row.
    Kinds(Cow<'a, [EventKind]>),
}

/// Some consecutive rows of the input as borrowed columns.
pub(super) struct Chunk<'a> {
    pub(super) len: usize,
    /// The number of the chunk's first row in the input.
    pub(super) first_row: usize,
    pub(super) customer: Box<dyn IdSource + 'a>,
    pub(super) time: Box<dyn TimeSource + 'a>,
    pub(super) item: Box<dyn IdSource + 'a>,
    pub(super) quantity: Option<Box<dyn NumberSource + 'a>>,
    pub(super) amount: Option<Box<dyn NumberSource + 'a>>,
    pub(super) kind: Option<KindSource<'a>>,
    pub(super) category: Option<Box<dyn IdSource + 'a>>,
    pub(super) need: Option<Box<dyn IdSource + 'a>>,
    pub(super) pack_size: Option<Box<dyn NumberSource + 'a>>,
    pub(super) order: Option<Box<dyn IdSource + 'a>>,
    pub(super) undoes: Option<Box<dyn IdSource + 'a>>,
    /// Read on rows about contacts only, as are those below.
    pub(super) channel: Option<Box<dyn IdSource + 'a>>,
    pub(super) offer: Option<Box<dyn IdSource + 'a>>,
    pub(super) propensity: Option<Box<dyn NumberSource + 'a>>,
}

impl Chunk<'_> {
    /// What stands in a cell, for the report.
    pub(super) fn text(&self, field: Field, row: usize) -> String {
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
            Field::Channel => id(&self.channel),
            Field::Offer => id(&self.offer),
            Field::Propensity => number(&self.propensity),
        };
        text.unwrap_or_default()
    }
}

//! Columns of plain slices, and ingest from them.

use std::ops::Range;

use super::builder::Builder;
use super::intern::Interner;
use super::names::ColumnNames;
use super::options::{IngestOptions, TimeUnit};
use super::report::IngestReport;
use super::source::{Chunk, IdSource, KindSource, NO_TIME, NumberSource, TimeSource, given};
use super::store::History;
use super::text;
use crate::error::{Error, Result};
use crate::event::EventKind;
use crate::time::{Timestamp, WallClock};

/// A column of identifiers. An empty text and `None` are missing identifiers.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum IdColumn<'a> {
    /// Whole numbers.
    Ints(&'a [i64]),
    /// Whole numbers, some of them missing.
    OptionalInts(&'a [Option<i64>]),
    /// Texts.
    Strs(&'a [&'a str]),
    /// Texts, some of them missing.
    OptionalStrs(&'a [Option<&'a str>]),
    /// Texts that the caller owns.
    Strings(&'a [String]),
    /// Texts given once each, and for every row the place of its text: the fastest way to hand over texts. A code
    /// beyond the values is a missing identifier.
    Codes {
        /// For every row the place of its text in `values`.
        codes: &'a [u32],
        /// The texts.
        values: &'a [&'a str],
    },
}

/// A column of instants.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum TimeColumn<'a> {
    /// Whole numbers since 1970-01-01T00:00:00Z, and what they count. The smallest number, `i64::MIN`, is a missing
    /// time, as in `numpy`.
    Ints(&'a [i64], TimeUnit),
    /// Instants.
    Timestamps(&'a [Timestamp]),
    /// Dates, date-times (without an offset they are read in the option `time_zone`) and whole numbers (in the option
    /// `time_unit`), as texts.
    Strs(&'a [&'a str]),
}

/// A column of kinds of rows.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum KindColumn<'a> {
    /// Kinds.
    Kinds(&'a [EventKind]),
    /// Words, read by [`EventKind::from_word`]; an empty text is a purchase.
    Words(IdColumn<'a>),
}

/// A log as columns of equal length: borrowed, so nothing is copied to hand it over.
///
/// ```
/// use beforehand::{Columns, History, IdColumn, IngestOptions, TimeColumn, TimeUnit};
/// let columns = Columns {
///     quantity: Some(&[2.0, 1.0, 1.0]),
///     ..Columns::new(
///         IdColumn::Ints(&[17850, 17850, 13047]),
///         TimeColumn::Ints(&[1_291_191_960, 1_293_784_000, 1_291_191_960], TimeUnit::Seconds),
///         IdColumn::Strs(&["85123A", "85123A", "71053"]),
///     )
/// };
/// let (history, report) = History::from_columns(&columns, &IngestOptions::default())?;
/// assert_eq!((history.n_customers(), history.n_events(), report.n_refused), (2, 3, 0));
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// Who.
    pub customer: IdColumn<'a>,
    /// When.
    pub time: TimeColumn<'a>,
    /// What; missing where a contact is about no item.
    pub item: IdColumn<'a>,
    /// How many units, positive; 1 when there is no column. NaN is refused.
    pub quantity: Option<&'a [f64]>,
    /// What the row cost in total; NaN where unknown.
    pub amount: Option<&'a [f64]>,
    /// Purchases, returns, contacts; without the column, a row that undoes an order is a return and any other a purchase.
    pub kind: Option<KindColumn<'a>>,
    /// The category of the item.
    pub category: Option<IdColumn<'a>>,
    /// The need the item serves.
    pub need: Option<IdColumn<'a>>,
    /// The content of one unit, positive; NaN where unknown.
    pub pack_size: Option<&'a [f64]>,
    /// The order the row belongs to.
    pub order: Option<IdColumn<'a>>,
    /// The order that a return undoes.
    pub undoes: Option<IdColumn<'a>>,
    /// The channel of a contact.
    pub channel: Option<IdColumn<'a>>,
    /// What a contact offered.
    pub offer: Option<IdColumn<'a>>,
    /// The probability with which a contact, or its being held out, was drawn: above 0, at most 1; NaN where unknown.
    pub propensity: Option<&'a [f64]>,
}

impl<'a> Columns<'a> {
    /// The three columns every log has.
    pub fn new(customer: IdColumn<'a>, time: TimeColumn<'a>, item: IdColumn<'a>) -> Self {
        Self {
            customer,
            time,
            item,
            quantity: None,
            amount: None,
            kind: None,
            category: None,
            need: None,
            pack_size: None,
            order: None,
            undoes: None,
            channel: None,
            offer: None,
            propensity: None,
        }
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// `invalid_data` when the columns differ in length.
    pub fn n_rows(&self) -> Result<usize> {
        let ids = |c: &Option<IdColumn<'_>>| c.map(|c| c.len());
        let kinds = self.kind.map(|k| match k {
            KindColumn::Kinds(k) => k.len(),
            KindColumn::Words(w) => w.len(),
        });
        let rows = self.customer.len();
        for (name, len) in [
            ("at", Some(self.time.len())),
            ("item", Some(self.item.len())),
            ("quantity", self.quantity.map(<[f64]>::len)),
            ("amount", self.amount.map(<[f64]>::len)),
            ("kind", kinds),
            ("category", ids(&self.category)),
            ("need", ids(&self.need)),
            ("pack_size", self.pack_size.map(<[f64]>::len)),
            ("order", ids(&self.order)),
            ("undoes", ids(&self.undoes)),
            ("channel", ids(&self.channel)),
            ("offer", ids(&self.offer)),
            ("propensity", self.propensity.map(<[f64]>::len)),
        ] {
            if len.is_some_and(|len| len != rows) {
                let len = len.unwrap_or_default();
                let message =
                    format!("column {name} has {len} rows, column customer has {rows}; give columns of equal length");
                return Err(Error::data(name, message));
            }
        }
        Ok(rows)
    }

    fn chunk(&self, len: usize, unit: Option<TimeUnit>) -> Chunk<'a> {
        let numbers = |n: &'a [f64]| Box::new(Numbers(n)) as Box<dyn NumberSource + 'a>;
        let known = |n: &'a [f64]| Box::new(KnownNumbers(n)) as Box<dyn NumberSource + 'a>;
        let ids = |c: IdColumn<'a>| Box::new(c) as Box<dyn IdSource + 'a>;
        Chunk {
            len,
            first_row: 0,
            customer: ids(self.customer),
            time: Box::new(Times { column: self.time, unit }),
            item: ids(self.item),
            quantity: self.quantity.map(numbers),
            amount: self.amount.map(known),
            kind: self.kind.map(|kind| match kind {
                KindColumn::Kinds(kinds) => KindSource::Kinds(kinds.into()),
                KindColumn::Words(words) => KindSource::Words(ids(words)),
            }),
            category: self.category.map(ids),
            need: self.need.map(ids),
            pack_size: self.pack_size.map(known),
            order: self.order.map(ids),
            undoes: self.undoes.map(ids),
            channel: self.channel.map(ids),
            offer: self.offer.map(ids),
            propensity: self.propensity.map(known),
        }
    }
}

impl History {
    /// Builds a history from borrowed columns: the fastest way in, on all threads when there are many rows.
    ///
    /// # Errors
    /// `invalid_data` when the columns differ in length; `empty_data` when no row could be kept, with the reasons;
    /// `invalid_options`; with [`OnRefused::Fail`](crate::OnRefused::Fail) `invalid_data` for the first refused row.
    pub fn from_columns(columns: &Columns<'_>, options: &IngestOptions) -> Result<(Self, IngestReport)> {
        let chunk = columns.chunk(columns.n_rows()?, options.time_unit);
        let names = ColumnNames::default();
        let mut builder = Builder::new(&names, options)?;
        builder.push(&[chunk])?;
        builder.finish()
    }
}

impl IdColumn<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Ints(c) => c.len(),
            Self::OptionalInts(c) => c.len(),
            Self::Strs(c) => c.len(),
            Self::OptionalStrs(c) => c.len(),
            Self::Strings(c) => c.len(),
            Self::Codes { codes, .. } => codes.len(),
        }
    }
}

impl IdSource for IdColumn<'_> {
    fn encode(&self, rows: Range<usize>, ids: &mut Interner, memo: &mut Vec<u32>, out: &mut Vec<u32>) {
        match self {
            Self::Ints(c) => ids.intern_ints(c[rows].iter().map(|&i| Some(i)), out),
            Self::OptionalInts(c) => ids.intern_ints(c[rows].iter().copied(), out),
            Self::Strs(c) => ids.intern_texts(c[rows].iter().map(|&s| Some(s)), out),
            Self::OptionalStrs(c) => ids.intern_texts(c[rows].iter().copied(), out),
            Self::Strings(c) => ids.intern_texts(c[rows].iter().map(|s| Some(&**s)), out),
            Self::Codes { codes, values } => {
                let places = codes[rows].iter().map(|&code| Some(code as usize));
                ids.intern_places(places, values.len(), |place| values.get(place).copied(), memo, out);
            }
        }
    }

    fn text(&self, row: usize) -> String {
        match self {
            Self::Ints(c) => c[row].to_string(),
            Self::OptionalInts(c) => c[row].map_or_else(String::new, |i| i.to_string()),
            Self::Strs(c) => c[row].to_owned(),
            Self::OptionalStrs(c) => c[row].unwrap_or_default().to_owned(),
            Self::Strings(c) => c[row].clone(),
            Self::Codes { codes, values } => values.get(codes[row] as usize).copied().unwrap_or_default().to_owned(),
        }
    }

    fn bounds(&self, rows: Range<usize>) -> Option<(i64, i64)> {
        match self {
            Self::Ints(c) => c[rows].iter().fold(None, |bounds, &i| {
                let (low, high) = bounds.unwrap_or((i, i));
                Some((i.min(low), i.max(high)))
            }),
            _ => None,
        }
    }
}

impl TimeColumn<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Ints(c, _) => c.len(),
            Self::Timestamps(c) => c.len(),
            Self::Strs(c) => c.len(),
        }
    }
}

struct Times<'a> {
    column: TimeColumn<'a>,
    /// What whole numbers written as texts count.
    unit: Option<TimeUnit>,
}

impl TimeSource for Times<'_> {
    fn decode(&self, rows: Range<usize>, clock: &mut WallClock, out: &mut Vec<i64>) {
        match self.column {
            TimeColumn::Ints(c, unit) => out.extend(c[rows].iter().map(|&n| from_int(n, unit))),
            TimeColumn::Timestamps(c) => out.extend(c[rows].iter().map(|t| t.as_micros())),
            TimeColumn::Strs(c) => out.extend(c[rows].iter().map(|s| text::time(s, self.unit, clock))),
        }
    }

    fn text(&self, row: usize) -> String {
        match self.column {
            TimeColumn::Ints(c, _) => c[row].to_string(),
            TimeColumn::Timestamps(c) => c[row].to_string(),
            TimeColumn::Strs(c) => c[row].to_owned(),
        }
    }
}

/// A whole number as microseconds; too large ones stay out of the range of instants, and clear of the marks.
#[inline]
pub(super) fn from_int(n: i64, unit: TimeUnit) -> i64 {
    if n == i64::MIN { NO_TIME } else { unit.to_micros(n).max(i64::MIN / 2) }
}

/// Numbers of which NaN is an error.
struct Numbers<'a>(&'a [f64]);

impl NumberSource for Numbers<'_> {
    fn decode(&self, rows: Range<usize>, out: &mut Vec<f64>) {
        out.extend(self.0[rows].iter().map(|&x| given(x)));
    }

    fn text(&self, row: usize) -> String {
        self.0[row].to_string()
    }
}

/// Numbers of which NaN means unknown.
struct KnownNumbers<'a>(&'a [f64]);

impl NumberSource for KnownNumbers<'_> {
    fn decode(&self, rows: Range<usize>, out: &mut Vec<f64>) {
        out.extend(self.0[rows].iter().map(|&x| if x.is_nan() { super::source::NO_NUMBER } else { x }));
    }

    fn text(&self, row: usize) -> String {
        self.0[row].to_string()
    }
}

//! What became of the rows: a full account, nothing lost in silence.

use std::fmt;

use serde::Serialize;

use super::names::{ColumnNames, Field};
use crate::error::{Error, ErrorCode};

/// Why a row was left out. The `snake_case` strings are the same in all languages and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// No customer: null or an empty text.
    MissingCustomer,
    /// A purchase or a return without an item: null or an empty text.
    MissingItem,
    /// No instant: null, an empty text, or the smallest 64-bit number, which stands for "not a time".
    MissingTime,
    /// A text that is no date, date-time or whole number.
    BadTime,
    /// A whole number as time while the option `time_unit` is not set.
    UnknownTimeUnit,
    /// An instant before 1900 or after 2199.
    TimeOutOfRange,
    /// A quantity that is no finite number.
    BadQuantity,
    /// A purchase (or return) of zero or fewer units.
    NonPositiveQuantity,
    /// More units than the option `max_quantity` allows.
    AbsurdQuantity,
    /// An amount that is no finite number.
    BadAmount,
    /// A pack size that is not positive and finite.
    BadPackSize,
    /// A kind that is none of the known words, or a row that is no return and says it undoes an order.
    BadKind,
    /// A propensity that is not above 0 and at most 1.
    BadPropensity,
    /// An identifier of more than 65,536 bytes.
    IdTooLong,
    /// A CSV line with more or fewer fields than the header.
    WrongFieldCount,
    /// A text that is not UTF-8.
    NotUtf8,
    /// A return that does not name the order it undoes, while the option `unnamed_returns` is `refuse`.
    UnnamedReturn,
    /// A return that names an order in which this customer did not buy this item; or that names none, of an item that this
    /// customer had not bought by then.
    UnmatchedReturn,
    /// A return of units that were all returned already.
    NothingLeftToReturn,
}

impl Reason {
    const ALL: [Self; N_REASONS] = [
        Self::MissingCustomer,
        Self::MissingItem,
        Self::MissingTime,
        Self::BadTime,
        Self::UnknownTimeUnit,
        Self::TimeOutOfRange,
        Self::BadQuantity,
        Self::NonPositiveQuantity,
        Self::AbsurdQuantity,
        Self::BadAmount,
        Self::BadPackSize,
        Self::BadKind,
        Self::BadPropensity,
        Self::IdTooLong,
        Self::WrongFieldCount,
        Self::NotUtf8,
        Self::UnnamedReturn,
        Self::UnmatchedReturn,
        Self::NothingLeftToReturn,
    ];

    /// The reason as the `snake_case` string used in all languages.
    ///
    /// ```
    /// assert_eq!(beforehand::Reason::MissingItem.as_str(), "missing_item");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingCustomer => "missing_customer",
            Self::MissingItem => "missing_item",
            Self::MissingTime => "missing_time",
            Self::BadTime => "bad_time",
            Self::UnknownTimeUnit => "unknown_time_unit",
            Self::TimeOutOfRange => "time_out_of_range",
            Self::BadQuantity => "bad_quantity",
            Self::NonPositiveQuantity => "non_positive_quantity",
            Self::AbsurdQuantity => "absurd_quantity",
            Self::BadAmount => "bad_amount",
            Self::BadPackSize => "bad_pack_size",
            Self::BadKind => "bad_kind",
            Self::BadPropensity => "bad_propensity",
            Self::IdTooLong => "id_too_long",
            Self::WrongFieldCount => "wrong_field_count",
            Self::NotUtf8 => "not_utf8",
            Self::UnnamedReturn => "unnamed_return",
            Self::UnmatchedReturn => "unmatched_return",
            Self::NothingLeftToReturn => "nothing_left_to_return",
        }
    }

    /// What to do about it, in one clause.
    const fn remedy(self) -> &'static str {
        match self {
            Self::MissingCustomer => "give every row a customer",
            Self::MissingItem => "give every purchase and return an item",
            Self::MissingTime => "give every row a time",
            Self::BadTime => "write 2011-11-06, 2011-11-06T12:00:00 or 2011-11-06T12:00:00+01:00",
            Self::UnknownTimeUnit => "set the option time_unit to what the number counts",
            Self::TimeOutOfRange => "allowed is 1900-01-01 to 2199-12-31; check the unit of the time",
            Self::BadQuantity => "give a finite number",
            Self::NonPositiveQuantity => "give a positive number; write returns as rows of kind return",
            Self::AbsurdQuantity => "check the number, or raise the option max_quantity",
            Self::BadAmount => "give a finite number, or nothing",
            Self::BadPackSize => "give a positive finite number, or nothing",
            Self::BadKind => {
                "write purchase, return, contact, open, click, held_out, opt_out, opt_in, approved, edited or refused; only a \
                 return may name an order it undoes"
            }
            Self::BadPropensity => "give a probability above 0 and at most 1, or nothing",
            Self::IdTooLong => "allowed are 65,536 bytes; check that the column holds identifiers",
            Self::WrongFieldCount => "check the delimiter and the quotes of the line",
            Self::NotUtf8 => "convert the file to UTF-8",
            Self::UnnamedReturn => "name the order it undoes in the column undoes, or set the option unnamed_returns",
            Self::UnmatchedReturn => "check customer, item, order and time of the return and of the purchase",
            Self::NothingLeftToReturn => "check for returns that stand in the log twice",
        }
    }
}

const N_REASONS: usize = 19;

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The rows that were left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// How many rows.
    pub n_rows: usize,
    /// The first such row, counted from zero; in CSV the line after the header is row 0.
    pub first_row: usize,
    /// The column of that row that is at fault, by the name the caller gave it.
    pub column: String,
    /// What stands there, cut to 60 characters.
    pub sample: String,
}

/// What became of the rows of an ingest.
///
/// Every row is accounted for: `n_read == n_kept + n_returns + n_contacts + n_refused`.
///
/// ```
/// use beforehand::{Event, History, IngestOptions};
/// let at = "2011-11-06".parse()?;
/// let rows = [Event::purchase("c1", "filter", at), Event::purchase("c1", "filter", at).quantity(f64::NAN)];
/// let (_, report) = History::from_events(rows, &IngestOptions::default())?;
/// assert_eq!((report.n_read, report.n_kept, report.n_refused), (2, 1, 1));
/// assert_eq!(report.refusals[0].reason.as_str(), "bad_quantity");
/// assert_eq!(report.refusals[0].first_row, 1);
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct IngestReport {
    /// Rows read.
    pub n_read: usize,
    /// Rows that became events of the history: purchases.
    pub n_kept: usize,
    /// Kept rows that unite with an earlier purchase of the same item by the same customer (option `merge_days`).
    pub n_merged: usize,
    /// Returns that undo a purchase, in full or in part.
    pub n_returns: usize,
    /// Rows about contacts: messages sent, opened, clicked or held out, and consent. They lie beside the events.
    pub n_contacts: usize,
    /// Rows about contacts that are equal to another one in every field; they are one.
    pub n_contacts_merged: usize,
    /// Rows left out.
    pub n_refused: usize,
    /// Kept rows without a quantity, counted as one unit. Only counted where some other row has a quantity.
    pub n_assumed_one: usize,
    /// Items for which rows name different categories, needs or pack sizes; the earliest one counts.
    pub n_conflicting_items: usize,
    /// The rows left out, one entry per reason.
    pub refusals: Vec<Refusal>,
}

impl fmt::Display for IngestReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows read, {} kept", self.n_read, self.n_kept)?;
        if self.n_merged > 0 {
            write!(f, " ({} of them repeat a purchase and will be merged)", self.n_merged)?;
        }
        write!(f, ", {} returns applied", self.n_returns)?;
        if self.n_contacts > 0 {
            write!(f, ", {} about contacts", self.n_contacts)?;
        }
        if self.n_contacts_merged > 0 {
            write!(f, " ({} of them repeat another)", self.n_contacts_merged)?;
        }
        write!(f, ", {} refused", self.n_refused)?;
        for r in &self.refusals {
            write!(
                f,
                "\n  {}: {} rows, first row {}, column {}, value {:?}: {}",
                r.reason,
                r.n_rows,
                r.first_row,
                r.column,
                r.sample,
                r.reason.remedy()
            )?;
        }
        if self.n_assumed_one > 0 {
            write!(f, "\n  {} rows without a quantity count as one unit", self.n_assumed_one)?;
        }
        if self.n_conflicting_items > 0 {
            write!(
                f,
                "\n  {} items with more than one category, need or pack size: the earliest counts",
                self.n_conflicting_items
            )?;
        }
        Ok(())
    }
}

impl IngestReport {
    /// The error for input of which nothing could be kept.
    pub(super) fn empty(&self) -> Error {
        let message = if self.n_read == 0 {
            "the input holds no row; give at least one purchase".to_owned()
        } else {
            format!("no row could be kept: {self}")
        };
        let error = Error::new(ErrorCode::EmptyData, message);
        match self.refusals.first() {
            Some(r) => error.with_field(&*r.column).with_row(r.first_row),
            None => error,
        }
    }
}

/// Counts refusals while rows are read; one per thread, merged at the end.
#[derive(Debug, Default)]
pub(super) struct Tally {
    refused: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    reason: Reason,
    n_rows: usize,
    first_row: usize,
    field: Field,
    sample: String,
}

impl Tally {
    /// Counts a refusal; asks for the sample only when the row is the first of its reason.
    pub(super) fn refuse(&mut self, reason: Reason, row: usize, field: Field, sample: impl FnOnce() -> String) {
        match self.refused.iter_mut().find(|e| e.reason == reason) {
            None => self.refused.push(Entry { reason, n_rows: 1, first_row: row, field, sample: cut(&sample()) }),
            Some(e) => {
                e.n_rows += 1;
                if row < e.first_row {
                    (e.first_row, e.field, e.sample) = (row, field, cut(&sample()));
                }
            }
        }
    }

    pub(super) fn n_refused(&self) -> usize {
        self.refused.iter().map(|e| e.n_rows).sum()
    }

    pub(super) fn merge(&mut self, other: Self) {
        for e in other.refused {
            match self.refused.iter_mut().find(|own| own.reason == e.reason) {
                None => self.refused.push(e),
                Some(own) => {
                    let n_rows = own.n_rows + e.n_rows;
                    if e.first_row < own.first_row {
                        *own = e;
                    }
                    own.n_rows = n_rows;
                }
            }
        }
    }

    /// The refusal of the earliest row as an error, if there is one.
    pub(super) fn first_error(&self, names: &ColumnNames) -> Option<(usize, Error)> {
        let e = self.refused.iter().min_by_key(|e| e.first_row)?;
        let column = names.of(e.field);
        let error = Error::data(
            column,
            format!(
                "row {} (counted from zero), column {column}, value {:?}: {}; {}",
                e.first_row,
                e.sample,
                e.reason,
                e.reason.remedy()
            ),
        );
        Some((e.first_row, error.with_row(e.first_row)))
    }

    pub(super) fn into_refusals(mut self, names: &ColumnNames) -> Vec<Refusal> {
        self.refused.sort_by_key(|e| Reason::ALL.iter().position(|r| *r == e.reason));
        let refusal = |e: Entry| Refusal {
            reason: e.reason,
            n_rows: e.n_rows,
            first_row: e.first_row,
            column: names.of(e.field).to_owned(),
            sample: e.sample,
        };
        self.refused.into_iter().map(refusal).collect()
    }
}

/// The first 60 characters.
fn cut(text: &str) -> String {
    match text.char_indices().nth(60) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_cut_between_characters() {
        assert_eq!(cut("袋"), "袋");
        assert_eq!(cut(&"袋".repeat(61)), format!("{}…", "袋".repeat(60)));
    }

    #[test]
    fn every_reason_has_its_serde_name() {
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).expect("json"), reason.as_str());
        }
    }
}

//! Bulk answers as named columns of equal length: what crosses to other languages, to Arrow and to files.

#[cfg(feature = "arrow")]
mod arrow;
mod csv;

#[cfg(feature = "arrow")]
pub use arrow::{cell_of, write_batch_csv};

use crate::event::EventId;
use crate::id::{Dictionary, Id};
use crate::time::Timestamp;

/// One column of a [`Table`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Column {
    /// Whole-number identifiers.
    Ints(Vec<i64>),
    /// Texts.
    Texts(Texts),
    /// One word of a short list per row: its place in the list.
    Words {
        /// For every row the place of its word.
        places: Vec<u8>,
        /// The words.
        words: &'static [&'static str],
    },
    /// Instants, microseconds since 1970-01-01T00:00:00Z; the smallest number stands for none.
    Timestamps(Vec<i64>),
    /// Numbers to seven digits; NaN stands for none.
    Floats(Vec<f32>),
    /// Numbers to sixteen digits; NaN stands for none.
    Doubles(Vec<f64>),
    /// Counts.
    Counts(Vec<u32>),
    /// Yes or no.
    Flags(Vec<bool>),
}

/// Texts laid one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    pub(crate) bytes: String,
    /// Where each text ends.
    pub(crate) ends: Vec<i64>,
}

impl Texts {
    /// Adds a text.
    pub fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len() as i64);
    }

    /// The text of a row.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn get(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        &self.bytes[start..self.ends[row] as usize]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// One value of a [`Table`], for showing it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Cell<'a> {
    /// Nothing.
    None,
    /// A whole number.
    Int(i64),
    /// A text or a word.
    Text(&'a str),
    /// An instant.
    Timestamp(Timestamp),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
}

/// Named columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    columns: Vec<(String, Column)>,
    n_rows: usize,
}

impl Column {
    /// The identifiers behind codes.
    pub(crate) fn of_ids(dictionary: &Dictionary, codes: &[u32]) -> Self {
        if dictionary.is_int() {
            let int = |&code: &u32| match dictionary.id(code) {
                Id::Int(int) => int,
                Id::Str(_) => unreachable!("a dictionary of numbers holds numbers"),
            };
            return Self::Ints(codes.iter().map(int).collect());
        }
        let mut texts = Texts { bytes: String::new(), ends: Vec::with_capacity(codes.len()) };
        for &code in codes {
            match dictionary.id(code) {
                Id::Str(text) => texts.push(text),
                Id::Int(int) => texts.push(&int.to_string()),
            }
        }
        Self::Texts(texts)
    }

    /// Identifiers that own their text; as texts, unless all are numbers.
    pub(crate) fn of_event_ids<'e>(ids: impl Iterator<Item = &'e EventId> + Clone) -> Self {
        let int = |id: &EventId| if let EventId::Int(i) = id { Some(*i) } else { None };
        if let Some(ints) = ids.clone().map(int).collect() {
            return Self::Ints(ints);
        }
        let mut texts = Texts::default();
        ids.for_each(|id| texts.push(&id.to_string()));
        Self::Texts(texts)
    }

    /// Instants some days after another one.
    pub(crate) fn days_after(instant: Timestamp, days: &[f32]) -> Self {
        Self::Timestamps(days.iter().map(|&d| instant.plus_days(f64::from(d)).as_micros()).collect())
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Ints(c) | Self::Timestamps(c) => c.len(),
            Self::Texts(c) => c.len(),
            Self::Words { places, .. } => places.len(),
            Self::Floats(c) => c.len(),
            Self::Doubles(c) => c.len(),
            Self::Counts(c) => c.len(),
            Self::Flags(c) => c.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a row.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn get(&self, row: usize) -> Cell<'_> {
        let number = |x: f64| if x.is_nan() { Cell::None } else { Cell::Number(x) };
        match self {
            Self::Ints(c) => Cell::Int(c[row]),
            Self::Texts(c) => Cell::Text(c.get(row)),
            Self::Words { places, words } => words.get(places[row] as usize).map_or(Cell::None, |w| Cell::Text(w)),
            Self::Timestamps(c) => Timestamp::from_micros(c[row]).map_or(Cell::None, Cell::Timestamp),
            Self::Floats(c) => number(f64::from(c[row])),
            Self::Doubles(c) => number(c[row]),
            Self::Counts(c) => Cell::Int(i64::from(c[row])),
            Self::Flags(c) => Cell::Flag(c[row]),
        }
    }
}

impl Table {
    /// Adds a column.
    ///
    /// # Panics
    /// When its length differs from that of the columns before it.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, column: Column) -> Self {
        let name = name.into();
        assert!(self.columns.is_empty() || column.len() == self.n_rows, "column {name} is of another length");
        self.n_rows = column.len();
        self.columns.push((name, column));
        self
    }

    /// How many rows there are.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The names of the columns, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// The columns with their names, in order.
    pub fn columns(&self) -> &[(String, Column)] {
        &self.columns
    }

    /// The columns with their names, in order, for taking them apart.
    pub fn into_columns(self) -> Vec<(String, Column)> {
        self.columns
    }

    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|(own, _)| own == name).map(|(_, column)| column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_and_none_is_none() {
        let mut texts = Texts::default();
        texts.push("袋");
        texts.push("");
        let at: Timestamp = "2026-01-02".parse().expect("instant");
        let table = Table::default()
            .with("id", Column::Texts(texts))
            .with("basis", Column::Words { places: vec![1, 255], words: &["own", "item"] })
            .with("at", Column::Timestamps(vec![at.as_micros(), i64::MIN]))
            .with("prob", Column::Floats(vec![0.5, f32::NAN]));
        assert_eq!((table.n_rows(), table.names().len()), (2, 4));
        let row = |row: usize| table.columns().iter().map(|(_, c)| c.get(row)).collect::<Vec<_>>();
        assert_eq!(row(0), [Cell::Text("袋"), Cell::Text("item"), Cell::Timestamp(at), Cell::Number(0.5)]);
        assert_eq!(row(1), [Cell::Text(""), Cell::None, Cell::None, Cell::None]);
        assert!(table.column("at").is_some() && table.column("when").is_none());
    }
}

//! A table of contracts as columns by name, as people have them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::churn::Table;
use crate::error::{Error, Result};
use crate::event::EventId;

/// Whole numbers beyond which a double does not hold every one.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Columns by name, of equal length; each is read when it is known what it is for.
#[derive(Debug)]
pub(super) struct ContractTable {
    columns: Vec<(String, Box<RawValue>)>,
}

/// What a column of features holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Holds {
    Numbers,
    Texts,
    /// Yes and no, which become the texts `true` and `false`.
    Flags,
    /// Not one value.
    Nothing,
}

impl Holds {
    fn name(self) -> &'static str {
        match self {
            Self::Numbers => "numbers",
            Self::Texts => "texts",
            Self::Flags => "booleans",
            Self::Nothing => "nothing",
        }
    }
}

/// One value.
#[derive(Debug)]
enum Cell {
    Missing,
    Flag(bool),
    Int(i64),
    Number(f64),
    Text(String),
    /// What no column can hold, such as a list.
    Other,
}

impl Cell {
    fn holds(&self) -> Option<Holds> {
        match self {
            Self::Missing => Some(Holds::Nothing),
            Self::Flag(_) => Some(Holds::Flags),
            Self::Int(_) | Self::Number(_) => Some(Holds::Numbers),
            Self::Text(_) => Some(Holds::Texts),
            Self::Other => None,
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Self::Int(i) => Some(*i as f64),
            Self::Number(x) => Some(*x),
            _ => None,
        }
    }

    fn shown(&self) -> Cow<'static, str> {
        match self {
            Self::Missing => "nothing".into(),
            Self::Flag(yes) => yes.to_string().into(),
            Self::Int(i) => format!("the number {i}").into(),
            Self::Number(x) => format!("the number {x}").into(),
            Self::Text(text) => format!("the text {:?}", text.chars().take(60).collect::<String>()).into(),
            Self::Other => "a value of another kind".into(),
        }
    }
}

impl ContractTable {
    /// The columns' names, in the order given.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|c| c.0.as_str())
    }

    /// How many rows each column has.
    pub(super) fn n_rows(&self) -> Result<usize> {
        let mut first: Option<(&str, usize)> = None;
        for (name, raw) in &self.columns {
            let n = read::<IgnoredAny>(name, raw)?.len();
            let (other, rows) = *first.get_or_insert((name, n));
            if n != rows {
                let message =
                    format!("column {name} has {n} rows, column {other} has {rows}; give columns of equal length");
                return Err(Error::data(name, message));
            }
        }
        Ok(first.map_or(0, |f| f.1))
    }

    /// Refuses the name of a column, given as `argument`, that there is none of.
    pub(super) fn check(&self, argument: &str, name: &str) -> Result<()> {
        self.find(argument, name).map(|_| ())
    }

    fn find(&self, argument: &str, name: &str) -> Result<&RawValue> {
        let found = self.columns.iter().find(|c| c.0 == name);
        found.map(|c| &*c.1).ok_or_else(|| {
            let names: Vec<String> = self.names().map(|n| format!("{n:?}")).collect();
            let message =
                format!("{argument} names the column {name:?}, which there is none of; there are {}", names.join(", "));
            Error::options(argument, message)
        })
    }

    /// The column that `argument` names, each value read.
    fn each<T>(&self, argument: &str, name: &str, allowed: &str, of: impl Fn(&Cell) -> Option<T>) -> Result<Vec<T>> {
        let cells: Vec<Cell> = read(name, self.find(argument, name)?)?;
        let value = |(row, cell): (usize, &Cell)| of(cell).ok_or_else(|| wrong(name, row, cell, allowed));
        cells.iter().enumerate().map(value).collect()
    }

    /// A column of yes and no.
    pub(super) fn flags(&self, argument: &str, name: &str) -> Result<Vec<bool>> {
        let allowed = "allowed are true and false, 1 and 0, yes and no";
        self.each(argument, name, allowed, |cell| match cell {
            Cell::Flag(yes) => Some(*yes),
            Cell::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
                "yes" | "true" => Some(true),
                "no" | "false" => Some(false),
                _ => None,
            },
            other => match other.number() {
                Some(1.0) => Some(true),
                Some(0.0) => Some(false),
                _ => None,
            },
        })
    }

    /// A column of numbers, of which none is missing.
    pub(super) fn numbers(&self, argument: &str, name: &str) -> Result<Vec<f64>> {
        self.each(argument, name, "give a number", Cell::number)
    }

    /// A column of terms.
    pub(super) fn terms(&self, argument: &str, name: &str) -> Result<Vec<u32>> {
        self.each(argument, name, "give a whole number of terms from 0", |cell| {
            let x = cell.number()?;
            (x >= 0.0 && x <= f64::from(u32::MAX - 1) && x.fract() == 0.0).then_some(x as u32)
        })
    }

    /// A column of identifiers.
    pub(super) fn ids(&self, argument: &str, name: &str) -> Result<Vec<EventId>> {
        self.each(argument, name, "give a text or a whole number", |cell| match cell {
            Cell::Int(i) => Some(EventId::from(*i)),
            Cell::Number(x) if x.fract() == 0.0 && x.abs() <= EXACT => Some(EventId::from(*x as i64)),
            Cell::Text(text) => Some(EventId::from(text.as_str())),
            _ => None,
        })
    }

    /// What a column of features holds.
    ///
    /// # Errors
    /// `invalid_data` for one that mixes numbers, texts and booleans.
    pub(super) fn holds(&self, name: &str) -> Result<Holds> {
        let cells: Vec<Cell> = read(name, self.find(name, name)?)?;
        let mut first: Option<(usize, Holds)> = None;
        for (row, cell) in cells.iter().enumerate() {
            let own = cell.holds().ok_or_else(|| wrong(name, row, cell, MIXED))?;
            if own == Holds::Nothing {
                continue;
            }
            let (at, all) = *first.get_or_insert((row, own));
            if own != all {
                return Err(wrong(name, row, cell, &format!("row {at} holds {}; {MIXED}", all.name())));
            }
        }
        Ok(first.map_or(Holds::Nothing, |f| f.1))
    }

    /// Columns of features, of which is known what they hold; of one row, if only that is asked for.
    ///
    /// # Errors
    /// `invalid_data` for a column that is missing or holds something else.
    pub(super) fn features(&self, columns: &[(String, Holds)], row: Option<usize>) -> Result<Table> {
        let mut table = Table::new();
        for (name, holds) in columns {
            let Some((_, raw)) = self.columns.iter().find(|c| c.0 == *name) else {
                let message = format!("column {name} is missing; the model was fitted with it");
                return Err(Error::data(name, message));
            };
            let mut cells: Vec<Cell> = read(name, raw)?;
            let first = row.unwrap_or(0);
            if row.is_some() {
                cells = cells.into_iter().skip(first).take(1).collect();
            }
            let strange = |at: usize, cell: &Cell| {
                wrong(name, first + at, cell, &format!("the model was fitted with {} there", holds.name()))
            };
            let cells = cells.into_iter().enumerate();
            table = match holds {
                Holds::Nothing => table.numbers(name, cells.map(|_| f64::NAN).collect())?,
                Holds::Numbers => {
                    let value = |(at, cell): (usize, Cell)| match &cell {
                        Cell::Missing => Ok(f64::NAN),
                        cell => cell.number().ok_or_else(|| strange(at, cell)),
                    };
                    table.numbers(name, cells.map(value).collect::<Result<_>>()?)?
                }
                Holds::Texts | Holds::Flags => {
                    let value = |(at, cell): (usize, Cell)| match cell {
                        Cell::Missing => Ok(String::new()),
                        Cell::Text(text) if *holds == Holds::Texts => Ok(text),
                        Cell::Flag(yes) if *holds == Holds::Flags => Ok(yes.to_string()),
                        cell => Err(strange(at, &cell)),
                    };
                    table.texts(name, cells.map(value).collect::<Result<Vec<_>>>()?)?
                }
            };
        }
        Ok(table)
    }
}

/// What to do about a column of features that is not of one type.
const MIXED: &str = "give numbers, texts or booleans, null where missing, or name the column in ignore";

fn wrong(name: &str, row: usize, cell: &Cell, what: &str) -> Error {
    Error::data(name, format!("column {name} holds {} in row {row}; {what}", cell.shown())).with_row(row)
}

fn read<T: serde::de::DeserializeOwned>(name: &str, raw: &RawValue) -> Result<Vec<T>> {
    serde_json::from_str(raw.get()).map_err(|_| {
        let given: String = raw.get().chars().take(60).collect();
        Error::data(name, format!("column {name} is {given}; give an array with one value per row"))
    })
}

impl<'de> Deserialize<'de> for ContractTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Columns;
        impl<'de> Visitor<'de> for Columns {
            type Value = ContractTable;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("columns by name: an object of arrays")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<ContractTable, A::Error> {
                let mut columns: Vec<(String, Box<RawValue>)> = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    if columns.iter().any(|c| c.0 == name) {
                        return Err(serde::de::Error::custom(format!("column {name} is given twice")));
                    }
                    columns.push((name, map.next_value()?));
                }
                Ok(ContractTable { columns })
            }
        }
        deserializer.deserialize_map(Columns)
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Cell;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E>(self) -> std::result::Result<Cell, E> {
                Ok(Cell::Missing)
            }

            fn visit_bool<E>(self, yes: bool) -> std::result::Result<Cell, E> {
                Ok(Cell::Flag(yes))
            }

            fn visit_i64<E>(self, i: i64) -> std::result::Result<Cell, E> {
                Ok(Cell::Int(i))
            }

            fn visit_u64<E>(self, i: u64) -> std::result::Result<Cell, E> {
                Ok(i64::try_from(i).map_or(Cell::Number(i as f64), Cell::Int))
            }

            fn visit_f64<E>(self, x: f64) -> std::result::Result<Cell, E> {
                Ok(Cell::Number(x))
            }

            fn visit_str<E>(self, text: &str) -> std::result::Result<Cell, E> {
                Ok(if text.is_empty() { Cell::Missing } else { Cell::Text(text.to_owned()) })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<Cell, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Cell::Other)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Cell, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Cell::Other)
            }
        }
        deserializer.deserialize_any(Any)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for ContractTable {
    fn schema_name() -> Cow<'static, str> {
        "ContractTable".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A table as columns by name, of equal length: numbers, texts or booleans, null where a value is missing.",
            "type": "object",
            "additionalProperties": { "type": "array", "items": { "type": ["number", "string", "boolean", "null"] } }
        })
    }
}

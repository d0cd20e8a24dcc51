//! Identifiers and words.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, ArrowPrimitiveType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, DictionaryArray, LargeStringArray, PrimitiveArray, StringArray, StringViewArray};
use arrow_schema::DataType;

use super::super::intern::Interner;
use super::super::source::IdSource;
use super::wrong_type;
use crate::error::Result;

type Ids<'a> = Box<dyn IdSource + 'a>;

/// A column of identifiers.
pub(super) fn ids<'a>(column: &'a ArrayRef, name: &str) -> Result<Ids<'a>> {
    Ok(match column.data_type() {
        DataType::Int8 => Box::new(Ints(column.as_primitive::<Int8Type>())),
        DataType::Int16 => Box::new(Ints(column.as_primitive::<Int16Type>())),
        DataType::Int32 => Box::new(Ints(column.as_primitive::<Int32Type>())),
        DataType::Int64 => Box::new(Ints(column.as_primitive::<Int64Type>())),
        DataType::UInt8 => Box::new(Ints(column.as_primitive::<UInt8Type>())),
        DataType::UInt16 => Box::new(Ints(column.as_primitive::<UInt16Type>())),
        DataType::UInt32 => Box::new(Ints(column.as_primitive::<UInt32Type>())),
        DataType::UInt64 => Box::new(BigInts(column.as_primitive::<UInt64Type>())),
        _ => texts(column).ok_or_else(|| {
            wrong_type(column, name, "integers, Utf8, LargeUtf8, Utf8View and dictionaries of these texts")
        })?,
    })
}

/// A column of words.
pub(super) fn words<'a>(column: &'a ArrayRef, name: &str) -> Result<Ids<'a>> {
    texts(column).ok_or_else(|| wrong_type(column, name, "Utf8, LargeUtf8, Utf8View and dictionaries of these"))
}

fn texts(column: &ArrayRef) -> Option<Ids<'_>> {
    Some(match column.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => Box::new(Texts::of(column)?),
        DataType::Dictionary(key, _) => match **key {
            DataType::Int8 => dictionary::<Int8Type>(column)?,
            DataType::Int16 => dictionary::<Int16Type>(column)?,
            DataType::Int32 => dictionary::<Int32Type>(column)?,
            DataType::Int64 => dictionary::<Int64Type>(column)?,
            DataType::UInt8 => dictionary::<UInt8Type>(column)?,
            DataType::UInt16 => dictionary::<UInt16Type>(column)?,
            DataType::UInt32 => dictionary::<UInt32Type>(column)?,
            DataType::UInt64 => dictionary::<UInt64Type>(column)?,
            _ => return None,
        },
        _ => return None,
    })
}

fn dictionary<K: ArrowDictionaryKeyType>(column: &ArrayRef) -> Option<Ids<'_>> {
    let array = column.as_dictionary::<K>();
    Some(Box::new(Places { array, values: Texts::of(array.values())? }))
}

/// Whole numbers that fit into 64 bits with a sign.
struct Ints<'a, T: ArrowPrimitiveType>(&'a PrimitiveArray<T>);

impl<T: ArrowPrimitiveType> IdSource for Ints<'_, T>
where
    T::Native: Into<i64>,
{
    fn encode(&self, rows: Range<usize>, ids: &mut Interner, _: &mut Vec<u32>, out: &mut Vec<u32>) {
        let values = self.0.values()[rows.clone()].iter().map(|&v| v.into());
        match self.0.nulls().filter(|n| n.null_count() > 0) {
            None => ids.intern_ints(values.map(Some), out),
            Some(nulls) => ids.intern_ints(values.zip(rows).map(|(v, row)| nulls.is_valid(row).then_some(v)), out),
        }
    }

    fn text(&self, row: usize) -> String {
        if self.0.is_null(row) { String::new() } else { self.0.value(row).into().to_string() }
    }

    fn bounds(&self, rows: Range<usize>) -> Option<(i64, i64)> {
        if self.0.null_count() > 0 {
            return None;
        }
        self.0.values()[rows].iter().fold(None, |bounds, &v| {
            let v = v.into();
            let (low, high) = bounds.unwrap_or((v, v));
            Some((v.min(low), v.max(high)))
        })
    }
}

/// Whole numbers of which those beyond 63 bits become texts, and with them the column.
struct BigInts<'a>(&'a PrimitiveArray<UInt64Type>);

impl IdSource for BigInts<'_> {
    fn encode(&self, rows: Range<usize>, ids: &mut Interner, _: &mut Vec<u32>, out: &mut Vec<u32>) {
        let fits = |v: u64| i64::try_from(v).ok();
        if rows.clone().all(|row| self.0.is_null(row) || fits(self.0.value(row)).is_some()) {
            ids.intern_ints(rows.map(|row| self.0.is_valid(row).then(|| self.0.value(row) as i64)), out);
        } else {
            for row in rows {
                let text = IdSource::text(self, row);
                ids.intern_texts([Some(&*text)].into_iter(), out);
            }
        }
    }

    fn text(&self, row: usize) -> String {
        if self.0.is_null(row) { String::new() } else { self.0.value(row).to_string() }
    }
}

/// Texts in one of Arrow's layouts.
pub(super) enum Texts<'a> {
    Small(&'a StringArray),
    Large(&'a LargeStringArray),
    View(&'a StringViewArray),
    /// Nothing but nulls.
    None,
}

impl<'a> Texts<'a> {
    pub(super) fn of(column: &'a ArrayRef) -> Option<Self> {
        Some(match column.data_type() {
            DataType::Utf8 => Self::Small(column.as_string()),
            DataType::LargeUtf8 => Self::Large(column.as_string()),
            DataType::Utf8View => Self::View(column.as_string_view()),
            DataType::Null => Self::None,
            _ => return None,
        })
    }

    pub(super) fn get(&self, row: usize) -> Option<&'a str> {
        match self {
            Self::Small(a) => a.is_valid(row).then(|| a.value(row)),
            Self::Large(a) => a.is_valid(row).then(|| a.value(row)),
            Self::View(a) => a.is_valid(row).then(|| a.value(row)),
            Self::None => None,
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Small(a) => a.len(),
            Self::Large(a) => a.len(),
            Self::View(a) => a.len(),
            Self::None => 0,
        }
    }
}

impl IdSource for Texts<'_> {
    fn encode(&self, rows: Range<usize>, ids: &mut Interner, _: &mut Vec<u32>, out: &mut Vec<u32>) {
        match self {
            Self::Small(a) if a.null_count() == 0 => ids.intern_texts(rows.map(|row| Some(a.value(row))), out),
            Self::Large(a) if a.null_count() == 0 => ids.intern_texts(rows.map(|row| Some(a.value(row))), out),
            Self::View(a) if a.null_count() == 0 => ids.intern_texts(rows.map(|row| Some(a.value(row))), out),
            // A column of nulls must not turn numbers of other batches into texts.
            Self::None => out.extend(rows.map(|_| ids.intern(None))),
            _ => ids.intern_texts(rows.map(|row| self.get(row)), out),
        }
    }

    fn text(&self, row: usize) -> String {
        self.get(row).unwrap_or_default().to_owned()
    }
}

/// A dictionary: each of its texts is looked up once.
struct Places<'a, K: ArrowDictionaryKeyType> {
    array: &'a DictionaryArray<K>,
    values: Texts<'a>,
}

impl<K: ArrowDictionaryKeyType> IdSource for Places<'_, K> {
    fn encode(&self, rows: Range<usize>, ids: &mut Interner, memo: &mut Vec<u32>, out: &mut Vec<u32>) {
        let places = rows.map(|row| self.array.key(row));
        ids.intern_places(places, self.values.len(), |place| self.values.get(place), memo, out);
    }

    fn text(&self, row: usize) -> String {
        self.array.key(row).and_then(|place| self.values.get(place)).unwrap_or_default().to_owned()
    }
}

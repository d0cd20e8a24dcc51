//! Instants.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_schema::{DataType, TimeUnit as ArrowUnit};

use super::super::columns::from_int;
use super::super::options::TimeUnit;
use super::super::source::{NO_TIME, TimeSource};
use super::super::text;
use super::ids::Texts;
use super::wrong_type;
use crate::error::{Error, Result};
use crate::time::{DAY_US, WallClock};

/// A column of instants; `unit` is that of whole numbers.
pub(super) fn times<'a>(column: &'a ArrayRef, name: &str, unit: Option<TimeUnit>) -> Result<Box<dyn TimeSource + 'a>> {
    macro_rules! whole {
        ($t:ty) => {{
            let Some(unit) = unit else {
                let message = format!(
                    "column {name:?} holds whole numbers ({}) as times; set the option time_unit to what they count: \
                     seconds, milliseconds, microseconds or nanoseconds",
                    column.data_type()
                );
                return Err(Error::data(name, message));
            };
            boxed(column.as_primitive::<$t>(), false, move |v| from_int(v.into(), unit))
        }};
    }
    macro_rules! stamp {
        ($t:ty, $unit:expr, $zone:expr) => {
            boxed(column.as_primitive::<$t>(), $zone.is_none(), |v| from_int(v, $unit))
        };
    }
    Ok(match column.data_type() {
        DataType::Timestamp(ArrowUnit::Second, zone) => stamp!(TimestampSecondType, TimeUnit::Seconds, zone),
        DataType::Timestamp(ArrowUnit::Millisecond, zone) => {
            stamp!(TimestampMillisecondType, TimeUnit::Milliseconds, zone)
        }
        DataType::Timestamp(ArrowUnit::Microsecond, zone) => {
            stamp!(TimestampMicrosecondType, TimeUnit::Microseconds, zone)
        }
        DataType::Timestamp(ArrowUnit::Nanosecond, zone) => {
            stamp!(TimestampNanosecondType, TimeUnit::Nanoseconds, zone)
        }
        DataType::Date32 => boxed(column.as_primitive::<Date32Type>(), true, |days| i64::from(days) * DAY_US),
        DataType::Date64 => boxed(column.as_primitive::<Date64Type>(), true, |ms| from_int(ms, TimeUnit::Milliseconds)),
        DataType::Int8 => whole!(Int8Type),
        DataType::Int16 => whole!(Int16Type),
        DataType::Int32 => whole!(Int32Type),
        DataType::Int64 => whole!(Int64Type),
        DataType::UInt8 => whole!(UInt8Type),
        DataType::UInt16 => whole!(UInt16Type),
        DataType::UInt32 => whole!(UInt32Type),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => match Texts::of(column) {
            Some(texts) => Box::new(Written { texts, unit }),
            None => return Err(wrong_type(column, name, ACCEPTED)),
        },
        _ => return Err(wrong_type(column, name, ACCEPTED)),
    })
}

const ACCEPTED: &str = "Timestamp, Date32, Date64, texts, and integers up to 64 bits with the option time_unit";

fn boxed<'a, T, F>(array: &'a PrimitiveArray<T>, on_the_wall: bool, convert: F) -> Box<dyn TimeSource + 'a>
where
    T: ArrowPrimitiveType,
    F: Fn(T::Native) -> i64 + Sync + 'a,
{
    Box::new(Times { array, on_the_wall, convert })
}

struct Times<'a, T: ArrowPrimitiveType, F> {
    array: &'a PrimitiveArray<T>,
    /// Whether the times are what a clock of the shop shows, not instants.
    on_the_wall: bool,
    convert: F,
}

impl<T: ArrowPrimitiveType, F: Fn(T::Native) -> i64 + Sync> TimeSource for Times<'_, T, F> {
    fn decode(&self, rows: Range<usize>, clock: &mut WallClock, out: &mut Vec<i64>) {
        let start = out.len();
        out.extend(self.array.values()[rows.clone()].iter().map(|&v| (self.convert)(v)));
        if self.on_the_wall {
            for us in out[start..].iter_mut().filter(|us| **us != NO_TIME) {
                *us = clock.instant(*us);
            }
        }
        if let Some(nulls) = self.array.nulls().filter(|n| n.null_count() > 0) {
            for (us, row) in out[start..].iter_mut().zip(rows) {
                if nulls.is_null(row) {
                    *us = NO_TIME;
                }
            }
        }
    }

    fn text(&self, row: usize) -> String {
        if self.array.is_null(row) { String::new() } else { format!("{:?}", self.array.value(row)) }
    }
}

/// Times as texts.
struct Written<'a> {
    texts: Texts<'a>,
    unit: Option<TimeUnit>,
}

impl TimeSource for Written<'_> {
    fn decode(&self, rows: Range<usize>, clock: &mut WallClock, out: &mut Vec<i64>) {
        out.extend(rows.map(|row| self.texts.get(row).map_or(NO_TIME, |text| text::time(text, self.unit, clock))));
    }

    fn text(&self, row: usize) -> String {
        self.texts.get(row).unwrap_or_default().to_owned()
    }
}

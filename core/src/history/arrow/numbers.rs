//! Quantities, amounts and pack sizes.

use std::fmt::Display;
use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float16Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_schema::DataType;

use super::super::source::{NO_NUMBER, NumberSource, given};
use super::super::text;
use super::ids::Texts;
use super::wrong_type;
use crate::error::Result;

/// A column of numbers. Where `nan_is_missing`, NaN stands for no number, else for a bad one.
pub(super) fn numbers<'a>(
    column: &'a ArrayRef,
    name: &str,
    nan_is_missing: bool,
) -> Result<Box<dyn NumberSource + 'a>> {
    macro_rules! exact {
        ($t:ty) => {
            boxed(column.as_primitive::<$t>(), nan_is_missing, f64::from)
        };
    }
    macro_rules! decimal {
        ($t:ty, $scale:expr) => {{
            // Through the text of the number, which rounds once and correctly.
            let scale = *$scale;
            boxed(column.as_primitive::<$t>(), nan_is_missing, move |v| decimal(&v, scale))
        }};
    }
    Ok(match column.data_type() {
        DataType::Int8 => exact!(Int8Type),
        DataType::Int16 => exact!(Int16Type),
        DataType::Int32 => exact!(Int32Type),
        DataType::Int64 => boxed(column.as_primitive::<Int64Type>(), nan_is_missing, |v| v as f64),
        DataType::UInt8 => exact!(UInt8Type),
        DataType::UInt16 => exact!(UInt16Type),
        DataType::UInt32 => exact!(UInt32Type),
        DataType::UInt64 => boxed(column.as_primitive::<UInt64Type>(), nan_is_missing, |v| v as f64),
        DataType::Float16 => exact!(Float16Type),
        DataType::Float32 => exact!(Float32Type),
        DataType::Float64 => boxed(column.as_primitive::<Float64Type>(), nan_is_missing, |v| v),
        DataType::Decimal32(_, scale) => decimal!(Decimal32Type, scale),
        DataType::Decimal64(_, scale) => decimal!(Decimal64Type, scale),
        DataType::Decimal128(_, scale) => decimal!(Decimal128Type, scale),
        DataType::Decimal256(_, scale) => decimal!(Decimal256Type, scale),
        _ => match Texts::of(column) {
            Some(texts) => Box::new(texts),
            None => return Err(wrong_type(column, name, "integers, floats, decimals and texts of numbers")),
        },
    })
}

fn boxed<'a, T, F>(array: &'a PrimitiveArray<T>, nan_is_missing: bool, convert: F) -> Box<dyn NumberSource + 'a>
where
    T: ArrowPrimitiveType,
    F: Fn(T::Native) -> f64 + Sync + 'a,
{
    Box::new(Numbers { array, nan_is_missing, convert })
}

fn decimal(unscaled: &impl Display, scale: i8) -> f64 {
    format!("{unscaled}e{}", -i32::from(scale)).parse().unwrap_or(f64::NAN)
}

struct Numbers<'a, T: ArrowPrimitiveType, F> {
    array: &'a PrimitiveArray<T>,
    nan_is_missing: bool,
    convert: F,
}

impl<T: ArrowPrimitiveType, F: Fn(T::Native) -> f64 + Sync> NumberSource for Numbers<'_, T, F> {
    fn decode(&self, rows: Range<usize>, out: &mut Vec<f64>) {
        let nan = if self.nan_is_missing { NO_NUMBER } else { f64::NAN };
        let values = self.array.values()[rows.clone()].iter().map(|&v| {
            let x = given((self.convert)(v));
            if x.is_nan() { nan } else { x }
        });
        match self.array.nulls().filter(|n| n.null_count() > 0) {
            None => out.extend(values),
            Some(nulls) => out.extend(values.zip(rows).map(|(x, row)| if nulls.is_valid(row) { x } else { NO_NUMBER })),
        }
    }

    fn text(&self, row: usize) -> String {
        if self.array.is_null(row) { String::new() } else { (self.convert)(self.array.value(row)).to_string() }
    }
}

impl NumberSource for Texts<'_> {
    fn decode(&self, rows: Range<usize>, out: &mut Vec<f64>) {
        out.extend(rows.map(|row| self.get(row).map_or(NO_NUMBER, text::number)));
    }

    fn text(&self, row: usize) -> String {
        self.get(row).unwrap_or_default().to_owned()
    }
}

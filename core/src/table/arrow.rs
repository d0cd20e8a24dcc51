//! A table as an Arrow record batch; numbers are handed over without copying.

use std::io::Write;
use std::sync::Arc;

use arrow_array::builder::BooleanBufferBuilder;
use arrow_array::types::{Float32Type, Float64Type, Int8Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, DictionaryArray, Int8Array, Int64Array, LargeStringArray,
    PrimitiveArray, RecordBatch, RecordBatchOptions, StringArray, UInt32Array,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{ArrowError, Field, Schema};

use super::csv::write_cells;
use super::{Cell, Column, Table, Texts};
use crate::error::{Error, ErrorCode, Result};
use crate::time::Timestamp;

impl Table {
    /// The table as one record batch: identifiers as `Int64` or `LargeUtf8`, words as `Dictionary(Int8, Utf8)`, instants
    /// as `Timestamp(Microsecond, "UTC")`, numbers as `Float32` or `Float64`, counts as `UInt32`. Nothing is null but
    /// where there is no answer.
    ///
    /// # Errors
    /// `internal`, which would be a defect.
    pub fn into_record_batch(self) -> Result<RecordBatch> {
        let n_rows = self.n_rows();
        let (mut fields, mut arrays) = (Vec::new(), Vec::new());
        for (name, column) in self.into_columns() {
            let array = column.into_array().map_err(defect)?;
            fields.push(Field::new(name, array.data_type().clone(), true));
            arrays.push(array);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(n_rows));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options).map_err(defect)
    }
}

// By value, as `map_err` hands it over.
#[allow(clippy::needless_pass_by_value)]
fn defect(e: ArrowError) -> Error {
    Error::new(ErrorCode::Internal, format!("a table could not be made into a record batch: {e}; please report this"))
}

impl Column {
    fn into_array(self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Ints(c) => Arc::new(Int64Array::from(c)),
            Self::Texts(c) => Arc::new(c.into_array()?),
            Self::Words { places, words } => {
                let known = |&p: &u8| ((p as usize) < words.len()).then_some(p as i8);
                let keys: Int8Array = places.iter().map(known).collect();
                let values = StringArray::from_iter_values(words);
                Arc::new(DictionaryArray::<Int8Type>::try_new(keys, Arc::new(values))?)
            }
            Self::Timestamps(c) => {
                let array: PrimitiveArray<TimestampMicrosecondType> = nullable(c, |&us| us == i64::MIN);
                Arc::new(array.with_timezone("UTC"))
            }
            Self::Floats(c) => Arc::new(nullable::<Float32Type>(c, |x| x.is_nan())),
            Self::Doubles(c) => Arc::new(nullable::<Float64Type>(c, |x| x.is_nan())),
            Self::Counts(c) => Arc::new(UInt32Array::from(c)),
            Self::Flags(c) => Arc::new(BooleanArray::from(c)),
        })
    }
}

/// An array that takes the values over; those that mean nothing become null.
fn nullable<T: ArrowPrimitiveType>(values: Vec<T::Native>, none: impl Fn(&T::Native) -> bool) -> PrimitiveArray<T> {
    let nulls = values.iter().any(&none).then(|| {
        let mut valid = BooleanBufferBuilder::new(values.len());
        for value in &values {
            valid.append(!none(value));
        }
        valid.finish().into()
    });
    PrimitiveArray::new(values.into(), nulls)
}

/// The value of a row of an array as [`Table::into_record_batch`] makes them; nothing for an array of another type.
pub fn cell_of(array: &ArrayRef, row: usize) -> Cell<'_> {
    if array.is_null(row) {
        return Cell::None;
    }
    let any = array.as_any();
    if let Some(a) = any.downcast_ref::<Int64Array>() {
        Cell::Int(a.value(row))
    } else if let Some(a) = any.downcast_ref::<LargeStringArray>() {
        Cell::Text(a.value(row))
    } else if let Some(a) = any.downcast_ref::<DictionaryArray<Int8Type>>() {
        let word = a.key(row).zip(a.values().as_any().downcast_ref::<StringArray>());
        word.map_or(Cell::None, |(key, words)| Cell::Text(words.value(key)))
    } else if let Some(a) = any.downcast_ref::<PrimitiveArray<TimestampMicrosecondType>>() {
        Timestamp::from_micros(a.value(row)).map_or(Cell::None, Cell::Timestamp)
    } else if let Some(a) = any.downcast_ref::<PrimitiveArray<Float32Type>>() {
        Cell::Number(f64::from(a.value(row)))
    } else if let Some(a) = any.downcast_ref::<PrimitiveArray<Float64Type>>() {
        Cell::Number(a.value(row))
    } else if let Some(a) = any.downcast_ref::<UInt32Array>() {
        Cell::Int(i64::from(a.value(row)))
    } else if let Some(a) = any.downcast_ref::<BooleanArray>() {
        Cell::Flag(a.value(row))
    } else {
        Cell::None
    }
}

/// Writes a batch as [`Table::write_csv`] writes its table.
///
/// # Errors
/// `io`.
pub fn write_batch_csv(batch: &RecordBatch, to: impl Write) -> Result<()> {
    let schema = batch.schema();
    let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
    write_cells(&names, batch.num_rows(), |column, row| cell_of(batch.column(column), row), to)
}

impl Texts {
    fn into_array(self) -> Result<LargeStringArray, ArrowError> {
        let mut offsets = Vec::with_capacity(self.ends.len() + 1);
        offsets.push(0);
        offsets.extend(self.ends);
        LargeStringArray::try_new(OffsetBuffer::new(offsets.into()), self.bytes.into_bytes().into(), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_holds_what_the_table_held() {
        let mut texts = Texts::default();
        texts.push("袋");
        texts.push("a,b");
        let table = Table::default()
            .with("number", Column::Ints(vec![7, i64::MAX]))
            .with("text", Column::Texts(texts))
            .with("word", Column::Words { places: vec![1, 255], words: &["own", "item"] })
            .with("at", Column::Timestamps(vec![0, i64::MIN]))
            .with("short", Column::Floats(vec![0.5, f32::NAN]))
            .with("long", Column::Doubles(vec![f64::NAN, 0.1]))
            .with("n", Column::Counts(vec![0, u32::MAX]))
            .with("yes", Column::Flags(vec![true, false]));
        let batch = table.clone().into_record_batch().expect("batch");
        for (place, (name, column)) in table.columns().iter().enumerate() {
            for row in 0..2 {
                assert_eq!(cell_of(batch.column(place), row), column.get(row), "{name} {row}");
            }
        }
        let (mut one, mut other) = (Vec::new(), Vec::new());
        table.write_csv(&mut one).expect("csv");
        write_batch_csv(&batch, &mut other).expect("csv");
        assert_eq!(one, other);
    }
}

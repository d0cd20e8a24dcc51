//! Ingest from Apache Arrow record batches.

mod ids;
mod numbers;
mod times;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;

use super::builder::Builder;
use super::names::{ColumnNames, Field};
use super::options::IngestOptions;
use super::report::IngestReport;
use super::source::{Chunk, KindSource};
use super::store::History;
use crate::error::{Error, Result};

/// Batches are gathered until they hold this many rows, so that all threads have work.
const ROWS_AT_A_TIME: usize = 1 << 20;

impl History {
    /// Builds a history from record batches: what data frames and databases hand over without copying.
    ///
    /// Identifiers and words may be `Utf8`, `LargeUtf8`, `Utf8View`, dictionaries of these, and (identifiers only) any
    /// integer type. Times may be `Timestamp` of any unit (an instant with a zone, else on the wall clock of the option
    /// `time_zone`), `Date32`, `Date64`, texts as in [`Self::from_csv`], and integers in the option `time_unit`. Numbers
    /// may be any integer, float or decimal type, and texts of numbers. A null is a missing value.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
    /// use beforehand::{ColumnNames, History, IngestOptions};
    /// let batch = RecordBatch::try_from_iter([
    ///     ("customer", Arc::new(Int64Array::from(vec![17850, 17850])) as ArrayRef),
    ///     ("at", Arc::new(TimestampMicrosecondArray::from(vec![1_291_191_960_000_000, 1_293_784_000_000_000]))),
    ///     ("item", Arc::new(StringArray::from(vec!["85123A", "71053"]))),
    /// ]).unwrap();
    /// let (history, _) = History::from_record_batches([batch], &ColumnNames::default(), &IngestOptions::default())?;
    /// assert_eq!((history.n_customers(), history.items().len()), (1, 2));
    /// # Ok::<(), beforehand::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_data` when a column is missing or of a type that is not listed above; `empty_data` when no row could be kept, with the reasons; `invalid_options`; with
    /// [`OnRefused::Fail`](crate::OnRefused::Fail) `invalid_data` for the first refused row.
    pub fn from_record_batches(
        batches: impl IntoIterator<Item = RecordBatch>,
        names: &ColumnNames,
        options: &IngestOptions,
    ) -> Result<(Self, IngestReport)> {
        let mut builder = Builder::new(names, options)?;
        let mut held: Vec<RecordBatch> = Vec::new();
        let mut rows = 0;
        for batch in batches {
            rows += batch.num_rows();
            held.push(batch);
            if rows >= ROWS_AT_A_TIME {
                push(&mut builder, &held, names, options)?;
                held.clear();
                rows = 0;
            }
        }
        push(&mut builder, &held, names, options)?;
        builder.finish()
    }
}

fn push(builder: &mut Builder<'_>, held: &[RecordBatch], names: &ColumnNames, options: &IngestOptions) -> Result<()> {
    let mut first_row = builder.n_read();
    let mut chunks = Vec::with_capacity(held.len());
    for batch in held {
        chunks.push(chunk(batch, first_row, names, options)?);
        first_row += batch.num_rows();
    }
    builder.push(&chunks)
}

fn chunk<'a>(
    batch: &'a RecordBatch,
    first_row: usize,
    names: &ColumnNames,
    options: &IngestOptions,
) -> Result<Chunk<'a>> {
    let schema: SchemaRef = batch.schema();
    let header: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
    let places = names.find(&header)?;
    let id = |place: usize, field| ids::ids(batch.column(place), names.of(field));
    let word = |place: usize, field| ids::words(batch.column(place), names.of(field));
    let number = |place: usize, field, nan| numbers::numbers(batch.column(place), names.of(field), nan);
    let optional_id = |place: Option<usize>, field| place.map(|p| id(p, field)).transpose();
    // NaN is a number that went wrong for quantities, and an unknown one for the rest.
    let optional_number = |place: Option<usize>, field, nan| place.map(|p| number(p, field, nan)).transpose();
    Ok(Chunk {
        len: batch.num_rows(),
        first_row,
        customer: id(places.customer, Field::Customer)?,
        time: times::times(batch.column(places.time), names.of(Field::Time), options.time_unit)?,
        item: id(places.item, Field::Item)?,
        quantity: optional_number(places.quantity, Field::Quantity, false)?,
        amount: optional_number(places.amount, Field::Amount, true)?,
        kind: places.kind.map(|p| word(p, Field::Kind)).transpose()?.map(KindSource::Words),
        category: optional_id(places.category, Field::Category)?,
        need: optional_id(places.need, Field::Need)?,
        pack_size: optional_number(places.pack_size, Field::PackSize, true)?,
        order: optional_id(places.order, Field::Order)?,
        undoes: optional_id(places.undoes, Field::Undoes)?,
        channel: optional_id(places.channel, Field::Channel)?,
        offer: optional_id(places.offer, Field::Offer)?,
        propensity: optional_number(places.propensity, Field::Propensity, true)?,
    })
}

/// The error for a column of a type that cannot be used.
fn wrong_type(column: &ArrayRef, name: &str, accepted: &str) -> Error {
    let message = format!("column {name:?} has the type {}; accepted are {accepted}", column.data_type());
    Error::data(name, message)
}

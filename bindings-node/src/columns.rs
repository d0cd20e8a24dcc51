//! Columns from JavaScript as an Arrow batch.
//!
//! They come as one flat array, four entries per column: name, kind, data, values. What a kind is:
//!
//! | kind | data | values |
//! |---|---|---|
//! | `codes` | `Uint32Array`: for each row the place of its text, the greatest number for none | the texts, joined by NUL, in parts |
//! | `texts` | how many rows | the texts, joined by NUL, in parts |
//! | `sparse` | the texts, `null` for none | |
//! | `numbers` | `Float64Array`, NaN for none | |
//! | `given` | `Float64Array`, in which NaN is a number that went wrong | |
//! | `ints` | `Float64Array` of whole numbers, NaN for none | |
//! | `wide` | `BigInt64Array`, the least number for none | |
//! | `instants` | `Float64Array`: milliseconds since 1970, NaN for none | |
//! | `micros` | `BigInt64Array`: microseconds since 1970, the least number for none | |

use std::sync::Arc;

use arrow_array::types::UInt32Type;
use arrow_array::{
    Array as _, ArrayRef, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, UInt32Array,
};
use arrow_buffer::{BooleanBuffer, NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, Field, Schema};
use napi::bindgen_prelude::{Array, BigInt64ArraySlice, Float64ArraySlice, FromNapiValue, Uint32ArraySlice};

use crate::errors;

/// The code of a row without a text.
const NONE: u32 = u32::MAX;

/// The batch of the columns.
pub(crate) fn batch(flat: &Array<'_>) -> napi::Result<RecordBatch> {
    let n = flat.len() as usize / 4;
    let (mut fields, mut arrays) = (Vec::with_capacity(n), Vec::with_capacity(n));
    for at in (0..n as u32 * 4).step_by(4) {
        let name: String = entry(flat, at)?;
        let array = column(flat, at, &name)?;
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(|e| errors::data("data", e.to_string()))
}

fn column(flat: &Array<'_>, at: u32, name: &str) -> napi::Result<ArrayRef> {
    let kind: String = entry(flat, at + 1)?;
    let data = at + 2;
    let failed = |e: ArrowError| errors::data(name, format!("column {name:?} cannot be used: {e}"));
    Ok(match kind.as_str() {
        "codes" => {
            let codes: Uint32ArraySlice<'_> = entry(flat, data)?;
            dictionary(codes.to_vec(), texts(flat, at + 3, None, name)?).map_err(failed)?
        }
        "texts" => {
            let n: u32 = entry(flat, data)?;
            Arc::new(texts(flat, at + 3, Some(n as usize), name)?)
        }
        "sparse" => {
            let texts: Vec<Option<String>> = entry(flat, data)?;
            Arc::new(StringArray::from(texts))
        }
        "numbers" => {
            let given: Float64ArraySlice<'_> = entry(flat, data)?;
            numbers(&given).map_err(failed)?
        }
        "given" => {
            let given: Float64ArraySlice<'_> = entry(flat, data)?;
            Arc::new(Float64Array::from(given.to_vec()))
        }
        "ints" => {
            let given: Float64ArraySlice<'_> = entry(flat, data)?;
            ints(&given).map_err(failed)?
        }
        "wide" => {
            let numbers: BigInt64ArraySlice<'_> = entry(flat, data)?;
            Arc::new(if numbers.contains(&i64::MIN) {
                numbers.iter().map(|&i| (i != i64::MIN).then_some(i)).collect()
            } else {
                Int64Array::from(numbers.to_vec())
            })
        }
        "instants" => {
            let ms: Float64ArraySlice<'_> = entry(flat, data)?;
            instants(&ms).map_err(failed)?
        }
        "micros" => {
            let micros: BigInt64ArraySlice<'_> = entry(flat, data)?;
            Arc::new(TimestampMicrosecondArray::from(micros.to_vec()).with_timezone("UTC"))
        }
        _ => return Err(errors::data(name, format!("the kind of column {name:?} is unknown: {kind}"))),
    })
}

/// For each row the place of its text, [`NONE`] for none.
pub(crate) fn dictionary(codes: Vec<u32>, values: StringArray) -> Result<ArrayRef, ArrowError> {
    let valid = valid(&codes, |code| code != NONE);
    let codes = UInt32Array::try_new(codes.into(), valid)?;
    Ok(Arc::new(DictionaryArray::<UInt32Type>::try_new(codes, Arc::new(values))?))
}

/// NaN for none.
pub(crate) fn numbers(numbers: &[f64]) -> Result<ArrayRef, ArrowError> {
    Ok(Arc::new(Float64Array::try_new(numbers.to_vec().into(), given(numbers))?))
}

/// Whole numbers, NaN for none.
pub(crate) fn ints(numbers: &[f64]) -> Result<ArrayRef, ArrowError> {
    let ints = numbers.iter().map(|&x| x as i64).collect();
    Ok(Arc::new(Int64Array::try_new(ints, given(numbers))?))
}

/// Milliseconds since 1970, NaN for none.
pub(crate) fn instants(ms: &[f64]) -> Result<ArrayRef, ArrowError> {
    let micros = |ms: f64| {
        // Most are whole, and need not be rounded.
        let (us, whole) = (ms * 1e3, (ms * 1e3) as i64);
        if (whole as f64).to_bits() == us.to_bits() { whole } else { us.round() as i64 }
    };
    let micros = ms.iter().map(|&ms| micros(ms)).collect();
    Ok(Arc::new(TimestampMicrosecondArray::try_new(micros, given(ms))?.with_timezone("UTC")))
}

/// Which numbers are none.
fn given(numbers: &[f64]) -> Option<NullBuffer> {
    valid(numbers, |x| !x.is_nan())
}

/// Which of the values stand for something; nothing when all do, which is usual and cheaper.
fn valid<T: Copy>(values: &[T], is_valid: impl Fn(T) -> bool) -> Option<NullBuffer> {
    let all = values.iter().all(|&value| is_valid(value));
    (!all).then(|| BooleanBuffer::collect_bool(values.len(), |row| is_valid(values[row])).into())
}

/// Texts joined by NUL, in parts.
fn texts(flat: &Array<'_>, at: u32, n: Option<usize>, name: &str) -> napi::Result<StringArray> {
    let parts: Vec<String> = entry(flat, at)?;
    let mut values = Vec::with_capacity(parts.iter().map(String::len).sum());
    let mut offsets: Vec<i32> = vec![0];
    for part in &parts {
        for text in part.split('\0') {
            values.extend_from_slice(text.as_bytes());
            let end = i32::try_from(values.len());
            offsets.push(end.map_err(|_| errors::data(name, format!("column {name:?} holds more than 2 GB of text")))?);
        }
    }
    if n.is_some_and(|n| n != offsets.len() - 1) {
        return Err(errors::data(name, format!("a text of column {name:?} holds the character U+0000; take it out")));
    }
    StringArray::try_new(OffsetBuffer::new(offsets.into()), values.into(), None)
        .map_err(|e| errors::data(name, format!("column {name:?} cannot be used: {e}")))
}

fn entry<T: FromNapiValue>(flat: &Array<'_>, at: u32) -> napi::Result<T> {
    flat.get(at)?.ok_or_else(|| errors::data("data", "a column is incomplete; please report this"))
}

//! Columns of plain Python values, which come as JSON, as an Arrow batch.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, NullArray, RecordBatch, StringArray};
use arrow_schema::{Field, Schema};
use beforehand::{Error, ErrorCode, Result};
use serde_json::Value;

/// The batch of `[[name, [values …]], …]`.
///
/// A column of whole numbers is `Int64`, of numbers `Float64`, of yes and no `Boolean`; any other is text. What JSON has no number for
/// comes as a text, `nan`, `inf` or `-inf`, and makes no column of numbers one of texts.
pub(crate) fn batch(json: &str) -> Result<RecordBatch> {
    let failed =
        |e: &dyn std::fmt::Display| Error::new(ErrorCode::InvalidData, format!("the rows cannot be read: {e}"));
    let columns: Vec<(String, Vec<Value>)> = serde_json::from_str(json).map_err(|e| failed(&e))?;
    let (mut fields, mut arrays) = (Vec::new(), Vec::new());
    for (name, values) in columns {
        let array = array(&values);
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(|e| failed(&e))
}

fn array(values: &[Value]) -> ArrayRef {
    let all = |test: fn(&Value) -> bool| values.iter().all(|v| v.is_null() || test(v));
    if all(|_| false) {
        Arc::new(NullArray::new(values.len()))
    } else if all(Value::is_i64) {
        Arc::new(values.iter().map(Value::as_i64).collect::<Int64Array>())
    } else if all(|v| v.is_number() || not_finite(v).is_some()) {
        Arc::new(values.iter().map(|v| v.as_f64().or_else(|| not_finite(v))).collect::<Float64Array>())
    } else if all(Value::is_boolean) {
        Arc::new(values.iter().map(Value::as_bool).collect::<BooleanArray>())
    } else {
        let text = |v: &Value| match v {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        Arc::new(values.iter().map(text).collect::<StringArray>())
    }
}

/// A number that JSON has none for.
fn not_finite(value: &Value) -> Option<f64> {
    match value.as_str()? {
        "nan" => Some(f64::NAN),
        "inf" => Some(f64::INFINITY),
        "-inf" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

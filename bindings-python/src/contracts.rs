//! Tables of contracts, whatever they come as, as the JSON of columns by name that calls take.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef, RecordBatch, make_array};
use arrow_cast::cast;
use arrow_schema::{DataType, SchemaRef};
use beforehand::{Error, ErrorCode, Result};
use pyo3::prelude::*;
use serde_json::{Number, Value, json};

use crate::{arrow_in, errors, files, work};

/// What stands for a value that no column of contracts can hold; the call tells where, if it looks at the column at all.
const OTHER: &str = "[]";
/// What stands for a missing number in files of other programs.
const NO_NUMBER: [&str; 4] = ["na", "nan", "null", "none"];

/// Columns of an object with `__arrow_c_stream__`.
#[pyfunction]
pub(crate) fn columns_from_arrow(py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<String> {
    let mut stream = arrow_in::stream(data)?;
    work::long(py, None, move |_| stream.batches().map(|(schema, batches)| of_batches(&schema, &batches)))
}

/// Columns of a Parquet file.
#[pyfunction]
pub(crate) fn columns_from_parquet(py: Python<'_>, path: PathBuf) -> PyResult<String> {
    work::long(py, None, move |_| files::read_batches(&path).map(|(schema, batches)| of_batches(&schema, &batches)))
}

/// Columns of a CSV file.
#[pyfunction]
pub(crate) fn columns_from_csv(py: Python<'_>, path: PathBuf, delimiter: &str) -> PyResult<String> {
    let &[delimiter] = delimiter.as_bytes() else {
        let message = format!("delimiter is {delimiter:?}; give one character of ASCII");
        return Err(errors::raise(py, &Error::new(ErrorCode::InvalidOptions, message).with_field("delimiter")));
    };
    work::long(py, None, move |_| {
        let mut file = File::open(&path).map_err(|e| files::failed(&path, e))?;
        of_csv(&path, &mut file, delimiter)
    })
}

fn of_batches(schema: &SchemaRef, batches: &[RecordBatch]) -> String {
    // An index of pandas that nobody named says nothing of a contract.
    let wanted = schema.fields().iter().enumerate().filter(|(_, field)| !field.name().starts_with("__index_level_"));
    let columns = wanted.map(|(place, field)| {
        let mut values = Vec::new();
        for batch in batches {
            push(batch.column(place), &mut values);
        }
        (field.name().clone(), values)
    });
    written(columns)
}

/// The values of an array, each as JSON.
fn push(array: &ArrayRef, out: &mut Vec<String>) {
    let cast = plain(array.data_type()).and_then(|ty| cast(&local(array), &ty).ok());
    let Some(values) = cast else {
        out.extend((0..array.len()).map(|_| OTHER.to_owned()));
        return;
    };
    let value = |row: usize| match values.data_type() {
        _ if values.is_null(row) => "null".to_owned(),
        DataType::Boolean => values.as_boolean().value(row).to_string(),
        DataType::Int64 => values.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::UInt64 => values.as_primitive::<UInt64Type>().value(row).to_string(),
        DataType::Float64 => number(values.as_primitive::<Float64Type>().value(row)),
        DataType::LargeUtf8 => json!(values.as_string::<i64>().value(row)).to_string(),
        _ => "null".to_owned(),
    };
    out.extend((0..values.len()).map(value));
}

/// As which type the values of a type are read; `None` for what no column of contracts can hold.
fn plain(ty: &DataType) -> Option<DataType> {
    Some(match ty {
        DataType::Null => DataType::Null,
        DataType::Boolean => DataType::Boolean,
        DataType::UInt64 => DataType::UInt64,
        ty if ty.is_integer() => DataType::Int64,
        ty if ty.is_numeric() => DataType::Float64,
        DataType::Dictionary(_, of) => plain(of)?,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => DataType::LargeUtf8,
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) | DataType::Time32(_) | DataType::Time64(_) => {
            DataType::LargeUtf8
        }
        _ => return None,
    })
}

/// Instants without their time zone, as UTC: a name of a zone cannot be read here.
fn local(array: &ArrayRef) -> ArrayRef {
    let DataType::Timestamp(unit, Some(_)) = array.data_type() else { return array.clone() };
    let built = array.to_data().into_builder().data_type(DataType::Timestamp(*unit, None)).build();
    built.map_or_else(|_| array.clone(), make_array)
}

fn number(x: f64) -> String {
    Number::from_f64(x).map_or_else(|| "null".to_owned(), |x| x.to_string())
}

fn written(columns: impl Iterator<Item = (String, Vec<String>)>) -> String {
    let columns: Vec<String> =
        columns.map(|(name, values)| format!("{}:[{}]", Value::from(name), values.join(","))).collect();
    format!("{{{}}}", columns.join(","))
}

/// A column of numbers is one in which every field is a number or missing; of yes and no likewise; any other is text.
fn of_csv(path: &Path, file: &mut dyn Read, delimiter: u8) -> Result<String> {
    let failed = |e: csv::Error| {
        let row = e.position().map(|at| at.record().saturating_sub(1) as usize);
        let error = Error::new(ErrorCode::InvalidData, format!("{}: {e}", path.display()));
        row.map_or(error.clone(), |row| error.with_row(row))
    };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(file);
    let names = reader.headers().map_err(failed)?.iter().map(|n| n.trim_start_matches('\u{feff}').trim().to_owned());
    let names: Vec<String> = names.collect();
    if let Some(twice) = names.iter().enumerate().find_map(|(i, name)| names[..i].contains(name).then_some(name)) {
        let message = format!("{} has two columns {twice:?}; name each column once", path.display());
        return Err(Error::new(ErrorCode::InvalidData, message).with_field(twice));
    }
    let mut columns: Vec<Vec<String>> = vec![Vec::new(); names.len()];
    for record in reader.records() {
        let record = record.map_err(failed)?;
        columns.iter_mut().zip(&record).for_each(|(column, field)| column.push(field.trim().to_owned()));
    }
    Ok(written(names.into_iter().zip(columns.into_iter().map(|column| typed(&column)))))
}

fn typed(fields: &[String]) -> Vec<String> {
    let lower = |f: &String| f.to_ascii_lowercase();
    let all = |is: &dyn Fn(&String) -> bool, missing: &dyn Fn(&String) -> bool| {
        fields.iter().any(is) && fields.iter().all(|f| is(f) || missing(f))
    };
    let no_number = |f: &String| f.is_empty() || NO_NUMBER.contains(&&*lower(f));
    if all(&|f| read_number(f).is_some(), &no_number) {
        return fields.iter().map(|f| read_number(f).unwrap_or_else(|| "null".to_owned())).collect();
    }
    if all(&|f| ["true", "false"].contains(&&*lower(f)), &String::is_empty) {
        return fields.iter().map(|f| if f.is_empty() { "null".to_owned() } else { lower(f) }).collect();
    }
    fields.iter().map(|f| if f.is_empty() { "null".to_owned() } else { json!(f).to_string() }).collect()
}

/// A number as JSON. What begins with a zero that a number would lose is a text, such as a postal code.
fn read_number(field: &str) -> Option<String> {
    let digits = field.trim_start_matches(['-', '+']);
    let is_code = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    if is_code || !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if let Ok(whole) = field.parse::<i64>() {
        return Some(whole.to_string());
    }
    field.parse::<f64>().ok().filter(|x| x.is_finite()).map(number)
}

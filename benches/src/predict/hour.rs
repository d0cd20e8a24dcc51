//! `predict hour`: the hour at which to send to each contact.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch};
use arrow_cast::cast;
use arrow_schema::DataType;
use beforehand::offer::{HourCounts, HourMask, SendHours};

use super::Failure;
use super::tables::{column, read, write};

/// What the task is given.
#[derive(Debug, Clone, PartialEq)]
pub struct HourArguments {
    /// Opens: contact, hour (0-23), opens.
    pub opens: PathBuf,
    /// Where to write.
    pub out: PathBuf,
}

impl HourArguments {
    /// Reads `--opens` and `--out`, in any order.
    ///
    /// # Errors
    /// A missing or unknown argument, by name.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let (mut opens, mut out) = (None, None);
        while let Some(name) = words.next() {
            let value = words.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--opens" => opens = Some(value.into()),
                "--out" => out = Some(value.into()),
                _ => return Err(format!("unknown argument {name}; allowed are --opens --out").into()),
            }
        }
        Ok(Self { opens: opens.ok_or("--opens FILE is missing")?, out: out.ok_or("--out FILE is missing")? })
    }
}

fn whole(batch: &RecordBatch, name: &str) -> Result<Vec<i64>, Failure> {
    let array = cast(column(batch, name)?, &DataType::Int64)?;
    if array.null_count() > 0 {
        return Err(format!("column {name} holds nulls; give every row a value").into());
    }
    Ok(array.as_primitive::<Int64Type>().values().to_vec())
}

/// Reads opens, learns everyone's hours, writes each contact's best hour.
///
/// # Errors
/// Files that cannot be read or written, missing columns, and counts or hours out of range.
pub fn hour(arguments: &HourArguments) -> Result<(), Failure> {
    let mut contacts: BTreeMap<i64, [HourCounts; 1]> = BTreeMap::new();
    for batch in read(&arguments.opens)? {
        let (contact, hour, opens) = (whole(&batch, "contact")?, whole(&batch, "hour")?, whole(&batch, "opens")?);
        for ((contact, hour), n) in contact.into_iter().zip(hour).zip(opens) {
            let counts = &mut contacts.entry(contact).or_default()[0];
            let place = usize::try_from(hour).ok().and_then(|hour| counts.opens.get_mut(hour));
            let place = place.ok_or_else(|| format!("hour is {hour}; hours of the day are 0 to 23"))?;
            let n = u32::try_from(n).map_err(|_| format!("opens is {n}; counts are 0 to {}", u32::MAX))?;
            *place = place.saturating_add(n);
        }
    }
    let (contacts, counts): (Vec<i64>, Vec<[HourCounts; 1]>) = contacts.into_iter().unzip();
    let start = Instant::now();
    let model = SendHours::fit(&counts);
    let fitted = start.elapsed();
    let best = counts.iter().map(|customer| model.best(customer, 0, HourMask::ALL));
    let hours: Vec<i64> = best.map(|choice| choice.map_or(0, |choice| i64::from(choice.hour))).collect();
    eprintln!(
        "predict: {} contacts, {} profiles; fit {fitted:.2?}, choose {:.2?}",
        contacts.len(),
        model.n_profiles(),
        start.elapsed().saturating_sub(fitted)
    );
    let columns: [(&str, ArrayRef); 2] =
        [("contact", Arc::new(Int64Array::from(contacts))), ("hour", Arc::new(Int64Array::from(hours)))];
    write(&arguments.out, &[RecordBatch::try_from_iter(columns)?])
}

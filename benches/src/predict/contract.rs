//! `predict contract`: P(cancels) of each row of a table, from a model fitted on the other folds.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use arrow_cast::cast;
use arrow_schema::DataType;
use beforehand::churn::{Contracts, RenewalModel, RenewalOptions, Table};

use super::Failure;
use super::tables::{column, read, texts, write};

/// Columns that are no features.
const OTHERS: [&str; 4] = ["row", "customer_id", "fold", "label"];

/// What the task is given.
#[derive(Debug, Clone, PartialEq)]
pub struct ContractArguments {
    /// Contracts: row, fold, label (1 = cancelled), and any columns.
    pub contracts: PathBuf,
    /// Where to write.
    pub out: PathBuf,
}

impl ContractArguments {
    /// Reads `--contracts` and `--out`, in any order.
    ///
    /// # Errors
    /// A missing or unknown argument, by name.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let (mut contracts, mut out) = (None, None);
        while let Some(name) = words.next() {
            let value = words.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--contracts" => contracts = Some(value.into()),
                "--out" => out = Some(value.into()),
                _ => return Err(format!("unknown argument {name}; allowed are --contracts --out").into()),
            }
        }
        let contracts = contracts.ok_or("--contracts FILE is missing")?;
        Ok(Self { contracts, out: out.ok_or("--out FILE is missing")? })
    }
}

fn whole(batches: &[RecordBatch], name: &str) -> Result<Vec<i64>, Failure> {
    let mut out = Vec::new();
    for batch in batches {
        let array = cast(column(batch, name)?, &DataType::Int64)?;
        if array.null_count() > 0 {
            return Err(format!("column {name} holds nulls; give every row a value").into());
        }
        out.extend(array.as_primitive::<Int64Type>().values());
    }
    Ok(out)
}

/// The rows `keep` of the feature columns.
fn table(batches: &[RecordBatch], keep: &[usize]) -> Result<Table, Failure> {
    let first = batches.first().ok_or("the file is empty")?;
    let mut out = Table::new();
    for field in first.schema().fields().iter().filter(|f| !OTHERS.contains(&f.name().as_str())) {
        if field.data_type().is_numeric() || *field.data_type() == DataType::Boolean {
            let mut all = Vec::new();
            for batch in batches {
                let array = cast(column(batch, field.name())?, &DataType::Float64)?;
                all.extend(array.as_primitive::<Float64Type>().iter().map(|x| x.unwrap_or(f64::NAN)));
            }
            out = out.numbers(field.name(), keep.iter().map(|&r| all[r]).collect())?;
        } else {
            let mut all = Vec::new();
            for batch in batches {
                all.extend(texts(column(batch, field.name())?)?);
            }
            out = out.texts(field.name(), keep.iter().map(|&r| all[r].as_str()))?;
        }
    }
    Ok(out)
}

/// Reads contracts, predicts each fold from the others, writes row, fold and prob.
///
/// # Errors
/// Files that cannot be read or written, missing columns, and whatever the library refuses.
pub fn contract(arguments: &ContractArguments) -> Result<(), Failure> {
    let batches = read(&arguments.contracts)?;
    let (rows, folds, labels) = (whole(&batches, "row")?, whole(&batches, "fold")?, whole(&batches, "label")?);
    let mut prob = vec![f64::NAN; rows.len()];
    for fold in folds.iter().collect::<BTreeSet<_>>() {
        let start = Instant::now();
        let part = |same: bool| (0..rows.len()).filter(|&r| (folds[r] == *fold) == same).collect::<Vec<_>>();
        let (train, test) = (part(false), part(true));
        let cancelled: Vec<bool> = train.iter().map(|&r| labels[r] == 1).collect();
        let options = RenewalOptions::default();
        let model = RenewalModel::fit(&table(&batches, &train)?, &Contracts::new(&cancelled), &options)?;
        let risks = model.predict(&table(&batches, &test)?, None)?;
        for (&r, p) in test.iter().zip(risks.prob_cancel) {
            prob[r] = p;
        }
        eprintln!("predict: fold {fold}: {} rows, {:.2?}; {}", train.len(), start.elapsed(), model.notes().join("; "));
    }
    let columns: [(&str, ArrayRef); 3] = [
        ("row", Arc::new(Int64Array::from(rows))),
        ("fold", Arc::new(Int64Array::from(folds))),
        ("prob", Arc::new(Float64Array::from(prob))),
    ];
    write(&arguments.out, &[RecordBatch::try_from_iter(columns)?])
}

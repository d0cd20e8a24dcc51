//! `predict decline`: the first alarm of each customer, in files of weekly counts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_cast::cast;
use arrow_schema::DataType;
use beforehand::IdColumn;
use beforehand::churn::{AlarmRule, DeclineModel, DeclineOptions, MissingPeriods, Usage, UsageColumns};

use super::Failure;
use super::tables::{column, read, texts, write};

/// What the task is given.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclineArguments {
    /// Weekly counts: scenario (if there are several), customer, week, count, and if known module.
    pub series: PathBuf,
    /// Where to write.
    pub out: PathBuf,
    /// Options of the fit.
    pub options: DeclineOptions,
}

impl DeclineArguments {
    /// Reads `--series`, `--out`, `--rate`, `--min-weeks` and `--two-falls-running`, in any order.
    ///
    /// # Errors
    /// A missing, unknown or unreadable argument, by name.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let (mut series, mut out, mut options) = (None, None, DeclineOptions::default());
        while let Some(name) = words.next() {
            if name == "--two-falls-running" {
                options.rule = AlarmRule::TwoFallsRunning;
                continue;
            }
            let value = words.next().ok_or_else(|| format!("{name} needs a value"))?;
            let number = |what: &str| format!("{name} {value:?} is not {what}");
            match name.as_str() {
                "--series" => series = Some(value.into()),
                "--out" => out = Some(value.into()),
                "--rate" => options.false_alarms_per_year = value.parse().map_err(|_| number("a share"))?,
                "--min-weeks" => options.min_periods = value.parse().map_err(|_| number("a number of weeks"))?,
                _ => {
                    return Err(format!(
                        "unknown argument {name}; allowed are --series --out --rate --min-weeks --two-falls-running"
                    )
                    .into());
                }
            }
        }
        let series = series.ok_or("--series FILE is missing")?;
        Ok(Self { series, out: out.ok_or("--out FILE is missing")?, options })
    }
}

/// The columns of one file, scenarios apart.
#[derive(Default)]
struct Series {
    scenario: Vec<String>,
    customer: Vec<i64>,
    week: Vec<i64>,
    count: Vec<f64>,
    module: Vec<String>,
}

fn series(batches: &[RecordBatch]) -> Result<Series, Failure> {
    let mut out = Series::default();
    for batch in batches {
        let whole = |name: &str| -> Result<Vec<i64>, Failure> {
            Ok(cast(column(batch, name)?, &DataType::Int64)?.as_primitive::<Int64Type>().values().to_vec())
        };
        out.customer.extend(whole("customer")?);
        out.week.extend(whole("week")?);
        let counts = cast(column(batch, "count")?, &DataType::Float64)?;
        out.count.extend(counts.as_primitive::<Float64Type>().iter().map(|x| x.unwrap_or(f64::NAN)));
        match batch.column_by_name("scenario") {
            Some(array) => out.scenario.extend(texts(array)?),
            None => out.scenario.extend(vec![String::new(); batch.num_rows()]),
        }
        if let Some(array) = batch.column_by_name("module") {
            out.module.extend(texts(array)?);
        }
    }
    Ok(out)
}

/// Reads counts, fits one model per scenario, writes each customer's first alarm.
///
/// # Errors
/// Files that cannot be read or written, missing columns, and whatever the library refuses.
pub fn decline(arguments: &DeclineArguments) -> Result<(), Failure> {
    let all = series(&read(&arguments.series)?)?;
    let scenarios: BTreeSet<&String> = all.scenario.iter().collect();
    // Rows by scenario, so that no time goes into comparing texts.
    let places: BTreeMap<&String, usize> = scenarios.iter().enumerate().map(|(place, name)| (*name, place)).collect();
    let place_of: Vec<usize> = all.scenario.iter().map(|name| places[name]).collect();
    let mut out: Vec<(String, i64, Option<i64>)> = Vec::new();
    for (place, scenario) in scenarios.into_iter().enumerate() {
        let rows: Vec<usize> = (0..all.week.len()).filter(|&r| place_of[r] == place).collect();
        let pick = |xs: &[i64]| rows.iter().map(|&r| xs[r]).collect::<Vec<_>>();
        let (customer, week) = (pick(&all.customer), pick(&all.week));
        let count: Vec<f64> = rows.iter().map(|&r| all.count[r]).collect();
        let module: Vec<&str> =
            if all.module.is_empty() { Vec::new() } else { rows.iter().map(|&r| all.module[r].as_str()).collect() };
        let columns = UsageColumns {
            customer: IdColumn::Ints(&customer),
            period: &week,
            count: &count,
            module: (!module.is_empty()).then_some(IdColumn::Strs(&module)),
        };
        let (start, cpu) = (Instant::now(), cpu_seconds());
        let usage = Usage::from_columns(&columns, MissingPeriods::Zero)?;
        let read = start.elapsed();
        let model = DeclineModel::fit(&usage, &arguments.options)?;
        let fitted = start.elapsed();
        let declines = model.scan(&usage);
        eprintln!(
            "predict: {scenario} {} customers x {} weeks, {} alarms; {:.1} % of healthy customers alarm in a year; dispersion \
             {:.3}; read {read:.2?}, fit {:.2?}, scan {:.2?}, {:.2} s of processor time",
            usage.n_customers(),
            usage.last_period() - usage.first_period() + 1,
            declines.len(),
            100.0 * model.false_alarms_per_year(),
            model.dispersion(),
            fitted.saturating_sub(read),
            start.elapsed().saturating_sub(fitted),
            cpu_seconds() - cpu,
        );
        let mut first = vec![None; usage.n_customers()];
        for (customer, alarm) in declines.iter() {
            first[customer as usize].get_or_insert(alarm.period);
        }
        for (id, alarm) in usage.customers().iter().zip(first) {
            if let beforehand::EventId::Int(id) = id {
                out.push((scenario.clone(), *id, alarm));
            }
        }
    }
    let columns: [(&str, ArrayRef); 3] = [
        ("scenario", Arc::new(out.iter().map(|r| Some(r.0.as_str())).collect::<StringArray>())),
        ("customer", Arc::new(out.iter().map(|r| r.1).collect::<Int64Array>())),
        ("alarm_week", Arc::new(out.iter().map(|r| r.2).collect::<Int64Array>())),
    ];
    write(&arguments.out, &[RecordBatch::try_from_iter_with_nullable(columns.map(|(n, c)| (n, c, true)))?])
}

/// Processor time of all threads so far, in user mode, where the system tells; it hardly depends on neighbours.
fn cpu_seconds() -> f64 {
    // The 14th field, after the name in parentheses, in ticks of 10 ms.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(11)?.parse::<f64>().ok());
    ticks.unwrap_or(f64::NAN) / 100.0
}

//! `predict timing`: on which day to contact each customer, with which offer, from past gaps between needs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use arrow_cast::cast;
use arrow_schema::DataType;
use beforehand::Timestamp;
use beforehand::offer::{
    Caution, Channel, ChannelLimits, Costs, Cycles, Decision, Limits, Need, Offer, Past, PastCycles, Planner, Policy,
    Response,
};

use super::Failure;
use super::tables::{column, read, write};

/// How far ahead a contact is planned, days.
const HORIZON_DAYS: u32 = 150;

/// What the task is given.
#[derive(Debug, Clone, PartialEq)]
pub struct TimingArguments {
    /// Past gaps: customer, cycle, k (0 = oldest), days, returned.
    pub histories: PathBuf,
    /// Where to write.
    pub out: PathBuf,
    /// What a contact costs that is ignored, and one that comes much too early.
    pub costs: (f64, f64),
    /// How the offers' stated responses are off, times.
    pub response: f64,
}

impl TimingArguments {
    /// Reads `--histories`, `--out`, `--economics` and `--response`, in any order.
    ///
    /// # Errors
    /// A missing, unknown or unreadable argument, by name.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let (mut histories, mut out, mut costs, mut response) = (None, None, (0.60, 0.90), 1.0);
        while let Some(name) = words.next() {
            let value = words.next().ok_or_else(|| format!("{name} needs a value"))?;
            match (name.as_str(), value.as_str()) {
                ("--histories", _) => histories = Some(value.into()),
                ("--out", _) => out = Some(value.into()),
                ("--economics", "strict") => costs = (0.60, 0.90),
                ("--economics", "mild") => costs = (0.10, 0.15),
                ("--response", _) => response = value.parse().map_err(|_| format!("{value:?} is not a number"))?,
                ("--economics", _) => return Err(format!("economics are strict or mild, not {value:?}").into()),
                _ => {
                    return Err(format!(
                        "unknown argument {name}; allowed are --histories --out --economics --response"
                    )
                    .into());
                }
            }
        }
        let histories = histories.ok_or("--histories FILE is missing")?;
        Ok(Self { histories, out: out.ok_or("--out FILE is missing")?, costs, response })
    }
}

/// The economics of the comparison script: a price of 50, a margin of 35 %, three offers.
fn planner(arguments: &TimingArguments) -> Result<Planner, Failure> {
    let offers = [(0.0, 0.30), (0.05, 0.38), (0.10, 0.47)];
    let offer = |(discount, win): (f64, f64)| Offer {
        n_contacts_prior: 1e9,
        ..Offer::discount(format!("{discount}"), discount, win * arguments.response)
    };
    Ok(Planner::new(Policy {
        offers: offers.map(offer).to_vec(),
        channels: vec![Channel::new("message", 0.15)],
        order_value: Some(50.0),
        costs: Costs { per_ignored: arguments.costs.0, per_early: arguments.costs.1, ..Costs::default() },
        response: Response {
            best_from_days: 2.0,
            best_to_days: 7.0,
            early_scale_days: 6.0,
            late_scale_days: 3.0,
            late_until_days: 10.0,
        },
        // The script weighs expectations, at any hour of any day.
        caution: Caution { confidence: 0.5, ..Caution::default() },
        limits: Limits {
            channels: vec![ChannelLimits { quiet_hours: None, ..ChannelLimits::new("message") }],
            ..Limits::default()
        },
        horizon_days: HORIZON_DAYS,
        ..Policy::new(0.35)
    })?)
}

/// Each (customer, cycle)'s gaps, oldest first, and whether the customer returned unprompted.
type Histories = BTreeMap<(i64, i64), Vec<(i64, f64, bool)>>;

fn histories(batches: &[RecordBatch]) -> Result<Histories, Failure> {
    let mut out = Histories::new();
    for batch in batches {
        let whole = |name: &str| -> Result<Vec<i64>, Failure> {
            Ok(cast(column(batch, name)?, &DataType::Int64)?.as_primitive::<Int64Type>().values().to_vec())
        };
        let (customer, cycle, k, returned) = (whole("customer")?, whole("cycle")?, whole("k")?, whole("returned")?);
        let days = cast(column(batch, "days")?, &DataType::Float64)?;
        for (row, days) in days.as_primitive::<Float64Type>().iter().enumerate() {
            let gap = (k[row], days.unwrap_or(f64::NAN), returned[row] != 0);
            out.entry((customer[row], cycle[row])).or_default().push(gap);
        }
    }
    for gaps in out.values_mut() {
        gaps.sort_by_key(|g| g.0);
    }
    Ok(out)
}

/// Reads past gaps, learns from everyone's, decides for each, writes the days.
///
/// # Errors
/// Files that cannot be read or written, missing columns, and whatever the library refuses.
pub fn timing(arguments: &TimingArguments) -> Result<(), Failure> {
    let histories = histories(&read(&arguments.histories)?)?;
    let split: Vec<(Vec<f64>, Vec<bool>)> =
        histories.values().map(|gaps| gaps.iter().map(|g| (g.1, g.2)).unzip()).collect();
    let past = |i: usize| PastCycles { days: &split[i].0, returned: &split[i].1 };
    // Each customer once: the earliest cycle asked about.
    let mut seen = std::collections::BTreeSet::new();
    let first: Vec<usize> =
        histories.keys().enumerate().filter(|(_, key)| seen.insert(key.0)).map(|(i, _)| i).collect();
    let cycles = Cycles::fit(first.into_iter().map(past))?;
    let planner = planner(arguments)?;
    let as_of: Timestamp = "2026-01-01".parse()?;
    let (mut customer, mut cycle, mut day, mut offer) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let names: Vec<&str> = planner.policy().offers.iter().map(|o| o.name.as_str()).collect();
    for (i, key) in histories.keys().enumerate() {
        let due = cycles.due(&past(i), 0.0, planner.reach_days())?.unwatched();
        let (when, what) = match planner.decide_needs(None, &[Need::new(due)], &Past::default(), as_of)? {
            Decision::Contact(contact) => (Some(0.0), Some(contact.offer)),
            Decision::Wait(wait) => (Some(wait.until_at.days_since(as_of)), Some(wait.offer)),
            _ => (None, None),
        };
        customer.push(key.0);
        cycle.push(key.1);
        day.push(when.map(|d| d.max(1.0)));
        offer.push(what.and_then(|w| names.iter().position(|n| *n == w)).map(|o| o as i64));
    }
    let contacted = day.iter().filter(|d| d.is_some()).count();
    eprintln!("predict: {} customer cycles, {contacted} contacted; {cycles:?}", day.len());
    let columns: [(&str, ArrayRef); 4] = [
        ("customer", Arc::new(Int64Array::from(customer))),
        ("cycle", Arc::new(Int64Array::from(cycle))),
        ("contact_day", Arc::new(Float64Array::from(day))),
        ("offer", Arc::new(Int64Array::from(offer))),
    ];
    write(&arguments.out, &[RecordBatch::try_from_iter_with_nullable(columns.map(|(n, c)| (n, c, true)))?])
}

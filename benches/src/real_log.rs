//! The shipped order log as customers with visits and baskets.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampMillisecondType};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::{ParquetError, Result};

use crate::synthetic::Event;

/// Minutes in a day.
pub const DAY_MINUTES: u32 = 1440;

/// What everyone bought and when; purchases of one item by one customer on one day are one purchase.
#[derive(Debug, Clone)]
pub struct RealLog {
    /// The names of the items; items elsewhere are positions in this list.
    pub items: Vec<String>,
    /// Every customer with at least one purchase, in the order of their numbers.
    pub customers: Vec<RealCustomer>,
    /// Midnight (UTC) of the first day, in milliseconds since 1970; minutes elsewhere count from here.
    pub first_midnight_ms: i64,
    /// How many days the log spans.
    pub n_days: u32,
}

/// One customer of the log.
#[derive(Debug, Clone, Default)]
pub struct RealCustomer {
    /// The minute of the first purchase of each day with purchases, ascending.
    pub visits: Vec<u32>,
    /// Every item bought.
    pub pairs: Vec<RealPair>,
}

/// One item in one customer's basket.
#[derive(Debug, Clone)]
pub struct RealPair {
    /// Position in [`RealLog::items`].
    pub item: u16,
    /// Position in [`RealCustomer::visits`] and pieces, ascending.
    pub purchases: Vec<(u32, f32)>,
}

impl RealCustomer {
    /// How many purchases the customer made.
    pub fn n_events(&self) -> usize {
        self.pairs.iter().map(|pair| pair.purchases.len()).sum()
    }
}

/// Where the shipped log lies.
pub fn shipped_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/data/online_retail.parquet")
}

struct Line {
    customer: i64,
    item: String,
    at_ms: i64,
    quantity: i32,
}

impl RealLog {
    /// Reads a file with the columns of the shipped one; keeps lines that are purchases at a price above 0.
    pub fn read(path: &Path) -> Result<Self> {
        let mut lines = Vec::new();
        let file = File::open(path).map_err(|e| ParquetError::General(format!("{}: {e}", path.display())))?;
        for batch in ParquetRecordBatchReaderBuilder::try_new(file)?.build()? {
            let batch = batch?;
            let column = |name: &str| {
                batch
                    .column_by_name(name)
                    .ok_or_else(|| ParquetError::General(format!("no column `{name}` in the log")))
            };
            let customers = column("customer")?.as_primitive::<Int64Type>();
            let times = column("at")?.as_primitive::<TimestampMillisecondType>();
            let items = column("item")?.as_string::<i32>();
            let quantities = column("quantity")?.as_primitive::<Int32Type>();
            let amounts = column("amount")?.as_primitive::<Float64Type>();
            let kinds = column("kind")?.as_string::<i32>();
            for row in 0..batch.num_rows() {
                if kinds.value(row) == "purchase" && quantities.value(row) > 0 && amounts.value(row) > 0.0 {
                    lines.push(Line {
                        customer: customers.value(row),
                        item: items.value(row).to_owned(),
                        at_ms: times.value(row),
                        quantity: quantities.value(row),
                    });
                }
            }
        }
        Self::from_lines(&lines)
    }

    fn from_lines(lines: &[Line]) -> Result<Self> {
        let mut items: Vec<String> = lines.iter().map(|line| line.item.clone()).collect();
        items.sort_unstable();
        items.dedup();
        let (Some(first_ms), Some(last_ms), Ok(_)) = (
            lines.iter().map(|line| line.at_ms).min(),
            lines.iter().map(|line| line.at_ms).max(),
            u16::try_from(items.len()),
        ) else {
            return Err(ParquetError::General("the log needs 1 line or more and at most 65,535 items".into()));
        };
        let day_ms = i64::from(DAY_MINUTES) * 60_000;
        let first_midnight_ms = first_ms.div_euclid(day_ms) * day_ms;
        let minute_of = |line: &Line| ((line.at_ms - first_midnight_ms) / 60_000) as u32;

        let mut by_customer: BTreeMap<i64, Vec<&Line>> = BTreeMap::new();
        for line in lines {
            by_customer.entry(line.customer).or_default().push(line);
        }
        let customers = by_customer
            .into_values()
            .map(|lines| {
                let mut visits: BTreeMap<u32, u32> = BTreeMap::new(); // day → first minute
                let mut baskets: BTreeMap<u16, BTreeMap<u32, f32>> = BTreeMap::new(); // item → day → pieces
                for line in lines {
                    let minute = minute_of(line);
                    let day = minute / DAY_MINUTES;
                    visits.entry(day).and_modify(|first| *first = minute.min(*first)).or_insert(minute);
                    let item = items.binary_search(&line.item).unwrap_or_default() as u16;
                    *baskets.entry(item).or_default().entry(day).or_default() += line.quantity as f32;
                }
                let position: BTreeMap<u32, u32> = visits.keys().copied().zip(0..).collect();
                let pairs = baskets
                    .into_iter()
                    .map(|(item, days)| RealPair {
                        item,
                        purchases: days.into_iter().map(|(day, pieces)| (position[&day], pieces)).collect(),
                    })
                    .collect();
                RealCustomer { visits: visits.into_values().collect(), pairs }
            })
            .collect();
        let n_days = ((last_ms - first_midnight_ms) / day_ms) as u32 + 1;
        Ok(Self { items, customers, first_midnight_ms, n_days })
    }

    /// All purchases, customer by customer, numbered from 0.
    pub fn events(&self) -> Vec<Event> {
        let mut events = Vec::new();
        for (customer, real) in (0..).zip(&self.customers) {
            for pair in &real.pairs {
                events.extend(pair.purchases.iter().map(|&(visit, quantity)| Event {
                    minute: real.visits[visit as usize],
                    customer,
                    item: pair.item,
                    quantity,
                }));
            }
        }
        events
    }
}

//! Time and memory of ingest on a synthetic log, on standard error:
//! `cargo run --release --example ingest_speed -- ints|strings|arrow [sorted|shuffled] [rows]`,
//! or `-- customer` for one customer of 200 events.
//! `arrow` (with `--features arrow`) hands over batches of 131,072 rows with the ids as `Utf8`.
//!
//! Memory is the peak of the resident set during the ingest less what the input holds (Linux only).

use std::process::ExitCode;
use std::time::Instant;

use beforehand::{Columns, History, IdColumn, IngestOptions, IngestReport, TimeColumn, TimeUnit};

const CUSTOMERS: u64 = 500_000;
const ITEMS: u64 = 20_000;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let kind = arguments.next().unwrap_or_else(|| "ints".to_owned());
    let order = arguments.next().unwrap_or_else(|| "shuffled".to_owned());
    let rows = arguments.next().map_or(Ok(10_000_000), |n| n.parse());
    let Ok(rows) = rows else {
        eprintln!("the third argument is the number of rows");
        return ExitCode::FAILURE;
    };
    if kind == "customer" {
        one_customer();
        return ExitCode::SUCCESS;
    }
    let log = Log::new(rows, order == "sorted");
    let result = match kind.as_str() {
        "ints" => measure(&kind, &order, || log.ingest(IdColumn::Ints(&log.customer), IdColumn::Ints(&log.item))),
        "strings" => {
            let customers: Vec<String> = log.customer.iter().map(|c| format!("C{c:08}")).collect();
            let items: Vec<String> = log.item.iter().map(|i| format!("SKU-{i:05}")).collect();
            measure(&kind, &order, || log.ingest(IdColumn::Strings(&customers), IdColumn::Strings(&items)))
        }
        #[cfg(feature = "arrow")]
        "arrow" => {
            let batches = log.batches(131_072);
            measure(&kind, &order, || {
                History::from_record_batches(batches, &beforehand::ColumnNames::default(), &IngestOptions::default())
            })
        }
        _ => {
            eprintln!("the first argument is ints, strings, arrow or customer");
            return ExitCode::FAILURE;
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

struct Log {
    customer: Vec<i64>,
    item: Vec<i64>,
    at: Vec<i64>,
    quantity: Vec<f64>,
}

impl Log {
    fn new(rows: usize, sorted: bool) -> Self {
        let mut state = 1u64;
        let mut random = move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        let mut all: Vec<(i64, i64, i64, f64)> = (0..rows)
            .map(|_| {
                let customer = 1_000_000 + (random() % CUSTOMERS) as i64;
                let item = 10_000 + (random() % ITEMS) as i64;
                let at = 1_262_304_000_000_000 + (random() % (730 * 86_400)) as i64 * 1_000_000;
                (customer, at, item, 1.0 + (random() % 4) as f64)
            })
            .collect();
        if sorted {
            all.sort_unstable_by_key(|r| (r.0, r.1));
        }
        Self {
            customer: all.iter().map(|r| r.0).collect(),
            at: all.iter().map(|r| r.1).collect(),
            item: all.iter().map(|r| r.2).collect(),
            quantity: all.iter().map(|r| r.3).collect(),
        }
    }

    fn ingest(&self, customer: IdColumn<'_>, item: IdColumn<'_>) -> beforehand::Result<(History, IngestReport)> {
        let time = TimeColumn::Ints(&self.at, TimeUnit::Microseconds);
        let columns = Columns { quantity: Some(&self.quantity), ..Columns::new(customer, time, item) };
        History::from_columns(&columns, &IngestOptions::default())
    }

    #[cfg(feature = "arrow")]
    fn batches(&self, rows: usize) -> Vec<arrow_array::RecordBatch> {
        use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
        use std::sync::Arc;

        let starts = (0..self.at.len()).step_by(rows);
        let batch = |start: usize| {
            let own = start..self.at.len().min(start + rows);
            let customer = self.customer[own.clone()].iter().map(|c| format!("C{c:08}"));
            let item = self.item[own.clone()].iter().map(|i| format!("SKU-{i:05}"));
            RecordBatch::try_from_iter([
                ("customer", Arc::new(StringArray::from_iter_values(customer)) as ArrayRef),
                ("at", Arc::new(TimestampMicrosecondArray::from(self.at[own.clone()].to_vec()))),
                ("item", Arc::new(StringArray::from_iter_values(item))),
                ("quantity", Arc::new(Float64Array::from(self.quantity[own].to_vec()))),
            ])
            .ok()
        };
        starts.filter_map(batch).collect()
    }
}

fn measure(
    kind: &str,
    order: &str,
    ingest: impl FnOnce() -> beforehand::Result<(History, IngestReport)>,
) -> beforehand::Result<()> {
    // Writing 5 sets the peak back to what is resident now.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let before = status("VmRSS:");
    let (started, cpu) = (Instant::now(), cpu_seconds());
    let (history, report) = ingest()?;
    let seconds = started.elapsed().as_secs_f64();
    let cpu = cpu_seconds() - cpu;
    let peak = status("VmHWM:") - before;
    let raw = 32.0 * report.n_read as f64 / 1e6;
    eprintln!(
        "{kind} {order}: {} rows, {} customers, {} merged in {seconds:.2} s ({cpu:.2} s of processor); extra peak {peak:.0} MB ({:.2} x {raw:.0} MB)",
        history.n_events(),
        history.n_customers(),
        report.n_merged,
        peak / raw
    );
    Ok(())
}

/// What a back end does for each request.
fn one_customer() {
    let log = Log::new(200, true);
    let customer = vec![7; 200];
    let item: Vec<i64> = log.item.iter().map(|i| i % 40).collect();
    let names: Vec<String> = item.iter().map(|i| format!("SKU-{i:05}")).collect();
    let time = TimeColumn::Ints(&log.at, TimeUnit::Microseconds);
    let texts = vec!["customer-7"; 200];
    let columns = |customer, item| Columns { quantity: Some(&log.quantity), ..Columns::new(customer, time, item) };
    let options = IngestOptions::default();
    for (kind, columns) in [
        ("ints", columns(IdColumn::Ints(&customer), IdColumn::Ints(&item))),
        ("strings", columns(IdColumn::Strs(&texts), IdColumn::Strings(&names))),
    ] {
        let best = (0..20_000).map(|_| {
            let started = Instant::now();
            let built = History::from_columns(&columns, &options);
            assert!(std::hint::black_box(built).is_ok());
            started.elapsed()
        });
        eprintln!("{kind}: 200 events of one customer in {:?}", best.min().unwrap_or_default());
    }
}

/// A line of the process's status, in megabytes.
fn status(name: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes: f64 = line.and_then(|l| l.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(f64::NAN);
    kilobytes * 1_024.0 / 1e6
}

/// Processor time of all threads so far; Linux counts in hundredths of a second.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|f| f.parse::<f64>().ok()).sum::<f64>() / 100.0
}

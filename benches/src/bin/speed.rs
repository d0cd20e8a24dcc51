//! Times a log's way from Arrow batches to everyone's forecasts and decisions, and one customer's; prints one JSON line.
//!
//! `cargo run --release -p benches --bin speed -- log.parquet`

use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use beforehand::offer::{Planner, Policy};
use beforehand::{ForecastOptions, History, HistoryView, IngestOptions, Model, Options, Timestamp};
use benches::request::{column_names, own_events, policy};
use benches::system::{cpu_seconds, peak_bytes};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// Two ids, an instant and a quantity of 8 bytes each.
const RAW_BYTES_PER_ROW: usize = 32;
/// The fewest rows of lapse that can be asked for: what is left of a fit is replenishment's.
const LEAST_LAPSE_ROWS: usize = 100;
/// Rows per batch: what is in memory as Arrow and as history at the same time.
const BATCH_ROWS: usize = 1 << 18;
/// Customers whose single forecast is timed.
const SINGLE_CUSTOMERS: u32 = 1_000;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: speed LOG.parquet")?;
    let start = Instant::now();
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path)?)?.with_batch_size(BATCH_ROWS).build()?;
    let batches = reader.collect::<Result<Vec<RecordBatch>, _>>()?;
    let read_seconds = start.elapsed().as_secs_f64();
    let n_events: usize = batches.iter().map(RecordBatch::num_rows).sum();

    let (wall, cpu) = (Instant::now(), cpu_seconds());
    // Given away: each batch is freed once its rows are read.
    let (history, _) = History::from_record_batches(batches, &column_names(), &IngestOptions::default())?;
    let ingest_seconds = wall.elapsed().as_secs_f64();
    let as_of = history.last_at().ok_or("the log is empty")?;
    let stage = Instant::now();
    let mut wait = Wait::new();
    let model = Model::fit_while(&history, as_of, &Options::default(), |_| wait.asked())?;
    let fit_seconds = stage.elapsed().as_secs_f64();
    let stage = Instant::now();
    let due = model.replenishment_while(&history, as_of, &ForecastOptions::default(), |_| wait.asked())?;
    let forecast_seconds = stage.elapsed().as_secs_f64();
    wait.asked();
    let total_seconds = wall.elapsed().as_secs_f64();
    let cpu = cpu.zip(cpu_seconds()).map(|(before, after)| after - before);
    let (n_pairs, peak_bytes) = (due.len(), peak_bytes());
    drop(due);

    let without_lapse = Options { max_lapse_rows: LEAST_LAPSE_ROWS, ..Options::default() };
    let stage = Instant::now();
    black_box(Model::fit(&history, as_of, &without_lapse)?);
    let fit_replenishment_seconds = stage.elapsed().as_secs_f64();

    let one = one_customer_seconds(&model, &history, as_of)?;
    let [own_10, own_200] =
        [own_history_seconds(&model, &history, as_of, 10)?, own_history_seconds(&model, &history, as_of, 200)?];
    let deciding = Deciding::measured(&model, &history, as_of)?;
    let or_null = |x: Option<String>| x.unwrap_or_else(|| "null".to_owned());
    writeln!(
        io::stdout().lock(),
        "{{\"tool\": \"beforehand\", \"n_events\": {n_events}, \"n_pairs\": {n_pairs}, \"raw_bytes\": {}, \
         \"peak_rss_bytes\": {}, \"read_seconds\": {read_seconds:.4}, \"ingest_seconds\": {ingest_seconds:.4}, \
         \"fit_seconds\": {fit_seconds:.4}, \
         \"fit_replenishment_seconds\": {fit_replenishment_seconds:.4}, \"forecast_seconds\": {forecast_seconds:.4}, \
         \"total_seconds\": {total_seconds:.4}, \"cpu_seconds\": {}, \"longest_wait_ms\": {:.1}, \"one_customer_us\": {:.2}, \
         \"own_history_10_us\": {:.2}, \"own_history_200_us\": {:.2}, \"n_customers\": {}, \"decide_seconds\": {:.4}, \
         \"n_contacts\": {}, \"decide_scarce_seconds\": {:.4}, \"n_scarce_contacts\": {}, \"one_decision_us\": {:.2}}}",
        n_events * RAW_BYTES_PER_ROW,
        or_null(peak_bytes.map(|b| b.to_string())),
        or_null(cpu.map(|s| format!("{s:.2}"))),
        wait.longest.as_secs_f64() * 1e3,
        one * 1e6,
        own_10 * 1e6,
        own_200 * 1e6,
        history.n_customers(),
        deciding.everyone,
        deciding.n_contacts,
        deciding.scarce,
        deciding.n_scarce_contacts,
        deciding.one * 1e6,
    )?;
    Ok(())
}

/// How long a caller waits at most until asked whether to go on.
struct Wait {
    last: Instant,
    longest: Duration,
}

impl Wait {
    fn new() -> Self {
        Self { last: Instant::now(), longest: Duration::ZERO }
    }

    fn asked(&mut self) -> bool {
        self.longest = self.longest.max(self.last.elapsed());
        self.last = Instant::now();
        true
    }
}

/// The median time for one customer's forecasts, from a model and a history that are ready.
fn one_customer_seconds(model: &Model, history: &History, as_of: Timestamp) -> Result<f64, Box<dyn Error>> {
    let mut seconds = Vec::new();
    for view in some_customers(history) {
        let view = view?;
        let start = Instant::now();
        black_box(model.replenishment(black_box(view), as_of)?);
        seconds.push(start.elapsed().as_secs_f64());
    }
    Ok(median(seconds))
}

/// The median time from a customer's purchases, held as events, to the forecasts: as a service does it per request.
fn own_history_seconds(model: &Model, history: &History, as_of: Timestamp, n: u32) -> Result<f64, Box<dyn Error>> {
    let mut seconds = Vec::new();
    for _ in 0..SINGLE_CUSTOMERS {
        let events = own_events(history.items(), as_of, n);
        let start = Instant::now();
        let (own, _) = History::from_events(events, &IngestOptions::default())?;
        black_box(model.replenishment(&own, as_of)?);
        seconds.push(start.elapsed().as_secs_f64());
    }
    Ok(median(seconds))
}

/// Seconds that decisions take, forecasts included: everyone's, and one customer's.
struct Deciding {
    everyone: f64,
    /// How many are contacted.
    n_contacts: u64,
    /// Everyone's, with contacts for one customer in a hundred.
    scarce: f64,
    n_scarce_contacts: u64,
    one: f64,
}

impl Deciding {
    fn measured(model: &Model, history: &History, as_of: Timestamp) -> Result<Self, Box<dyn Error>> {
        // On the next morning: by night nobody is contacted.
        let as_of: Timestamp = format!("{}T08:00:00Z", as_of.plus_days(1.0).date()).parse()?;
        let planner = Planner::new(policy())?;
        let everyone = Instant::now();
        let n_contacts = black_box(planner.decide_all(model, history, as_of)?).n_contacts;
        let everyone = everyone.elapsed().as_secs_f64();
        let few = Some(history.n_customers() as u64 / 100);
        let sparing = Planner::new(Policy { capacity: few, ..policy() })?;
        let scarce = Instant::now();
        let n_scarce_contacts = black_box(sparing.decide_all(model, history, as_of)?).n_contacts;
        let scarce = scarce.elapsed().as_secs_f64();
        let mut seconds = Vec::new();
        for view in some_customers(history) {
            let view = view?;
            let start = Instant::now();
            black_box(planner.decide(model, black_box(view), as_of)?);
            seconds.push(start.elapsed().as_secs_f64());
        }
        Ok(Self { everyone, n_contacts, scarce, n_scarce_contacts, one: median(seconds) })
    }
}

/// Customers spread over the whole history.
fn some_customers(history: &History) -> impl Iterator<Item = beforehand::Result<HistoryView<'_>>> {
    let n = history.n_customers() as u32;
    (0..n).step_by(n.div_ceil(SINGLE_CUSTOMERS) as usize).map(|code| history.customer(history.customers().id(code)))
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
}

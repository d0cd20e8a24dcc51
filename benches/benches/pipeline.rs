//! The way from a log to forecasts, stage by stage: `make bench`, or `cargo bench -p benches -- forecast` for some.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use arrow_array::RecordBatch;
use beforehand::{History, IngestOptions, Model, Options};
use benches::log_file::{Ids, to_batch};
use benches::real_log::{RealLog, shipped_path};
use benches::request::{column_names, own_events};
use benches::synthetic;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

/// About 200,000 purchases: enough for whole batches, few enough for many repeats.
const N_CUSTOMERS: u32 = 20_000;

fn pipeline(criterion: &mut Criterion) {
    let real = RealLog::read(&shipped_path()).unwrap();
    let options = synthetic::Options { n_customers: N_CUSTOMERS, ..synthetic::Options::default() };
    let mut events = synthetic::generate(&real, &options);
    synthetic::sort_by_time(&mut events);
    let batch = to_batch(&events, &real, Ids::Numbers).unwrap();
    let ingest = |batch: RecordBatch| {
        History::from_record_batches([batch], &column_names(), &IngestOptions::default()).unwrap().0
    };
    let history = ingest(batch.clone());
    let as_of = history.last_at().unwrap();
    let model = Model::fit(&history, as_of, &Options::default()).unwrap();
    let n_pairs = model.replenishment(&history, as_of).unwrap().len();

    let mut group = criterion.benchmark_group("log");
    group.sample_size(10).throughput(Throughput::Elements(events.len() as u64));
    group.bench_function("ingest", |b| b.iter_batched(|| batch.clone(), ingest, BatchSize::LargeInput));
    group.bench_function("fit", |b| b.iter(|| Model::fit(black_box(&history), as_of, &Options::default()).unwrap()));
    group.throughput(Throughput::Elements(n_pairs as u64));
    group
        .bench_function("forecast every pair", |b| b.iter(|| model.replenishment(black_box(&history), as_of).unwrap()));
    group.finish();

    let mut group = criterion.benchmark_group("one customer");
    let some = history.customers().id(N_CUSTOMERS / 2);
    group.bench_function("of the history", |b| {
        b.iter(|| model.replenishment(history.customer(black_box(some)).unwrap(), as_of).unwrap());
    });
    for n in [10, 200] {
        let events = own_events(history.items(), as_of, n);
        group.bench_function(format!("own history of {n} events"), |b| {
            b.iter_batched(
                || events.clone(),
                |events| {
                    let (own, _) = History::from_events(events, &IngestOptions::default()).unwrap();
                    model.replenishment(&own, as_of).unwrap().len()
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, pipeline);
criterion_main!(benches);

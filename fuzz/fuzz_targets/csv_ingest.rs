//! Whatever the bytes, CSV ingest answers with a history or an error, and every row is accounted for.
#![no_main]

use beforehand::{ColumnNames, History, IngestOptions, TimeUnit};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&choice, text)) = data.split_first() else { return };
    let unit = match choice & 3 {
        0 => None,
        1 => Some(TimeUnit::Seconds),
        2 => Some(TimeUnit::Milliseconds),
        _ => Some(TimeUnit::Nanoseconds),
    };
    let options = IngestOptions {
        time_unit: unit,
        time_zone: if choice & 4 == 0 { "UTC" } else { "Europe/Berlin" }.into(),
        merge_days: u32::from(choice >> 4),
        delimiter: if choice & 8 == 0 { ',' } else { ';' },
        ..IngestOptions::default()
    };
    if let Ok((history, report)) = History::from_csv_reader(text, &ColumnNames::default(), &options) {
        assert_eq!(report.n_read, report.n_kept + report.n_returns + report.n_refused);
        assert_eq!(report.n_kept, history.n_events());
        assert!(report.n_kept > 0 && report.n_merged < report.n_kept);
    }
});

//! Whatever the bytes, CSV ingest answers with a history or an error, and every row is accounted for.
#![no_main]

use beforehand::{ColumnNames, History, IngestOptions, TimeUnit, Timestamp, UnnamedReturns};
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
        merge_days: u32::from((choice >> 4) & 7),
        unnamed_returns: if choice & 128 == 0 { UnnamedReturns::Refuse } else { UnnamedReturns::LatestPurchase },
        delimiter: if choice & 8 == 0 { ',' } else { ';' },
        ..IngestOptions::default()
    };
    if let Ok((history, report)) = History::from_csv_reader(text, &ColumnNames::default(), &options) {
        assert_eq!(report.n_read, report.n_kept + report.n_returns + report.n_contacts + report.n_refused);
        assert_eq!(report.n_kept, history.n_events());
        assert_eq!(report.n_contacts, history.n_contacts() + report.n_contacts_merged);
        assert!(report.n_kept + report.n_contacts > 0);
        assert!(report.n_merged < report.n_kept.max(1) && report.n_contacts_merged < report.n_contacts.max(1));
        let contacts = history.view().contacts(Timestamp::MAX).count();
        assert_eq!(contacts, history.n_contacts());
    }
});

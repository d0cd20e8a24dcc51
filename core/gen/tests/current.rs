//! What is generated is what the core defines, and what the vectors expect is what the core answers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use beforehand_gen::definitions::Definitions;
use beforehand_gen::{outputs, root, vectors};

fn check(files: Vec<(PathBuf, String)>, remedy: &str) {
    for (path, text) in files {
        let stands = fs::read_to_string(root().join(&path)).unwrap_or_default();
        let line = stands.lines().zip(text.lines()).position(|(a, b)| a != b).map_or(0, |l| l + 1);
        assert!(stands == text, "{} is not current (line {line}); {remedy}", path.display());
    }
}

#[test]
fn generated_files_are_current() {
    check(outputs(), "run `make gen`");
}

#[test]
fn rust_gives_what_the_vectors_expect() {
    check(vectors::filled().unwrap(), "if the change is meant, run `make vectors`");
}

/// Public items of the core that stay in Rust, each with the reason.
const RUST_ONLY: &[(&str, &str)] = &[
    ("Error", "an exception, an error object"),
    ("Result", "exceptions"),
    ("EventId", "a number or a text"),
    ("Timestamp", "an instant of the language"),
    ("Columns", "Arrow tables, typed arrays"),
    ("IdColumn", "a part of Columns"),
    ("KindColumn", "a part of Columns"),
    ("TimeColumn", "a part of Columns"),
    ("History", "written by hand, over the native class"),
    ("HistoryView", "the argument `customer`"),
    ("Items", "a part of History"),
    ("Contact", "a row of the log, as it went in"),
    ("Dictionary", "columns of identifiers"),
    ("Id", "a number or a text"),
    ("Model", "written by hand, over the native class"),
    ("Replenishment", "a table"),
    ("Options", "arguments of fit"),
    ("ForecastOptions", "arguments of forecasts"),
    ("BacktestOptions", "arguments of backtest"),
    ("ReportOptions", "arguments of report"),
    ("Survival", "columns prob_within of any horizons"),
    ("REACH_DAYS", "said in the documentation"),
    ("Progress", "what progress is told"),
    ("Fitting", "beforehand.spark"),
    ("Lapse", "a table"),
    ("LapseOptions", "arguments of lapse"),
    ("cell_of", "a value of the language"),
    ("write_batch_csv", "Table.write_csv"),
    ("Stage", "its name, given to progress"),
    ("Cell", "a value of the language"),
    ("Column", "an Arrow array, a typed array"),
    ("Table", "written by hand, over the native class"),
    ("Texts", "a part of Column"),
    ("Reason", "a word of Refusal"),
    ("Report", "the call `report`"),
];

#[test]
fn every_public_item_has_a_face() {
    let definitions = Definitions::read();
    let source = fs::read_to_string(root().join("core/src/lib.rs")).unwrap();
    let mut public: BTreeSet<String> = BTreeSet::new();
    for statement in source.split(';').filter_map(|s| s.trim().strip_prefix("pub use ")) {
        let names = statement.split("::").last().unwrap().trim_matches(['{', '}']);
        public.extend(names.split(',').map(|name| name.trim().to_owned()));
    }
    assert!(public.len() > 30, "the list of public items was not found");
    let known = |name: &str| definitions.types.iter().any(|t| t.name == name);
    for name in &public {
        let excused = RUST_ONLY.iter().any(|(n, _)| n == name);
        assert!(
            known(name) || excused,
            "{name} has no face in other languages: derive JsonSchema and use it in a call"
        );
    }
}

#[test]
fn everything_is_documented() {
    let definitions = Definitions::read();
    for call in &definitions.calls {
        assert!(!call.doc.is_empty(), "the call {} has no documentation", call.name);
        for argument in &call.arguments {
            assert!(!argument.field.doc.is_empty(), "{} of {} has no documentation", argument.field.name, call.name);
        }
    }
}

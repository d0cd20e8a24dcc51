//! Golden vectors: calls with what they answer, run in every language.
//!
//! A file holds a log and vectors. `expect` is what the Rust library answers; `cargo run -p beforehand-gen -- vectors` writes
//! it, and every language must give the same to the last bit. (What independent sources say stands in `vectors/oracle`.)

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use beforehand::surface::{self, Answer, Subject};
use beforehand::{Cell, ColumnNames, Error, Event, History, IngestOptions, Model, Table};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::definitions::Definitions;
use crate::root;

/// Where the vectors are, below the root.
const FOLDER: &str = "core/tests/vectors";

/// The vector files, in order.
///
/// # Errors
/// When the folder cannot be read.
pub fn paths() -> Result<Vec<PathBuf>, String> {
    let folder = fs::read_dir(root().join(FOLDER)).map_err(|e| format!("{FOLDER}: {e}"))?;
    let mut paths: Vec<PathBuf> = folder.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "json"));
    paths.sort();
    Ok(paths)
}

/// Every vector file with what the library expects today.
///
/// # Errors
/// When a file cannot be read, or is no file of vectors.
pub fn filled() -> Result<Vec<(PathBuf, String)>, String> {
    let definitions = Definitions::read();
    let mut out = Vec::new();
    for path in paths()? {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
        let fail = |e: String| format!("{name}: {e}");
        let text = fs::read_to_string(&path).map_err(|e| fail(e.to_string()))?;
        let mut file: Value = serde_json::from_str(&text).map_err(|e| fail(e.to_string()))?;
        fill(&mut file, &definitions).map_err(fail)?;
        let text = serde_json::to_string_pretty(&file).map_err(|e| fail(e.to_string()))?;
        out.push((PathBuf::from(FOLDER).join(&name), text + "\n"));
    }
    Ok(out)
}

fn fill(file: &mut Value, definitions: &Definitions) -> Result<(), String> {
    let log = file["log"].as_str().ok_or("\"log\" must name a CSV file beside")?;
    let log = root().join(FOLDER).join(log);
    let (log, _) = History::from_csv(log, &ColumnNames::default(), &IngestOptions::default()).map_err(shown)?;
    let fit = file["fit"].clone();
    let model = run("fit", &fit, None, Some(&log), definitions).map_err(shown)?;
    let Answer::Model(model) = model else { return Err("fit did not answer a model".to_owned()) };
    let mut answers: BTreeMap<String, Value> = BTreeMap::new();
    for vector in file["vectors"].as_array_mut().ok_or("\"vectors\" must be a list")? {
        let arguments = arguments(vector, &answers)?;
        let expect = answer(vector, &arguments, &model, &log, definitions)?;
        answers.insert(vector["name"].as_str().unwrap_or_default().to_owned(), expect["value"].clone());
        let vector = vector.as_object_mut().ok_or("a vector must be an object")?;
        vector.insert("expect".to_owned(), expect);
    }
    Ok(())
}

/// The arguments of a vector: its own, and under `answered` those that a vector before it was answered.
fn arguments(vector: &Value, answers: &BTreeMap<String, Value>) -> Result<Value, String> {
    let mut out = vector["arguments"].clone();
    for (argument, of) in vector.get("answered").and_then(Value::as_object).into_iter().flatten() {
        let answer = of.as_str().and_then(|name| answers.get(name)).and_then(|answer| answer.get(argument));
        out[argument] = answer.ok_or_else(|| format!("no vector before answers {argument} as {of}"))?.clone();
    }
    Ok(out)
}

fn answer(
    vector: &Value,
    arguments: &Value,
    model: &Model,
    log: &History,
    definitions: &Definitions,
) -> Result<Value, String> {
    let call = vector["call"].as_str().ok_or("a vector must name its call")?;
    let own;
    let history = match vector.get("data") {
        None => Some(log),
        Some(Value::Null) => None,
        Some(rows) => {
            let rows: Vec<Event> = serde_json::from_value(rows.clone()).map_err(|e| e.to_string())?;
            own = History::from_events(rows, &IngestOptions::default()).map_err(shown)?.0;
            Some(&own)
        }
    };
    Ok(match run(call, arguments, Some(model), history, definitions) {
        Err(e) => json!({ "error": { "code": e.code().as_str(), "field": e.field(), "row": e.row() } }),
        Ok(Answer::Model(model)) => json!({ "sha256": hash(&model.to_bytes().map_err(shown)?) }),
        Ok(Answer::Text(text)) => json!({ "sha256": hash(text.as_bytes()) }),
        Ok(Answer::Table(table)) => json!({ "columns": columns(&table) }),
        Ok(Answer::Value { json, .. }) => {
            let value: Value = serde_json::from_str(&json).map_err(|e| e.to_string())?;
            json!({ "value": value })
        }
        Ok(_) => return Err(format!("{call} answers something that vectors do not know")),
    })
}

/// Runs a call whose arguments are given one by one, as in other languages.
fn run(
    call: &str,
    flat: &Value,
    model: Option<&Model>,
    history: Option<&History>,
    definitions: &Definitions,
) -> Result<Answer, Error> {
    let mut nested = Map::new();
    let known = definitions.calls.iter().find(|c| c.name == call);
    for (name, value) in flat.as_object().into_iter().flatten() {
        let argument = known.and_then(|c| c.arguments.iter().find(|a| a.field.name == *name));
        match argument.and_then(|a| a.group.clone()) {
            None => {
                nested.insert(name.clone(), value.clone());
            }
            Some(group) => {
                let group = nested.entry(group).or_insert_with(|| json!({}));
                if let Some(group) = group.as_object_mut() {
                    group.insert(name.clone(), value.clone());
                }
            }
        }
    }
    let subject = Subject { model, history };
    surface::Call::named(call)?.run(&subject, &Value::Object(nested).to_string(), &|_, _| true)
}

/// The columns of a table: instants as text, nothing as null.
fn columns(table: &Table) -> Value {
    let cell = |cell: Cell<'_>| match cell {
        Cell::Int(i) => json!(i),
        Cell::Text(text) => json!(text),
        Cell::Timestamp(at) => json!(at),
        Cell::Number(x) => json!(x),
        Cell::Flag(yes) => json!(yes),
        _ => Value::Null,
    };
    let column = |(name, column): &(String, beforehand::Column)| {
        (name.clone(), Value::Array((0..column.len()).map(|row| cell(column.get(row))).collect()))
    };
    Value::Object(table.columns().iter().map(column).collect())
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

// By value, as `map_err` hands it over.
#[allow(clippy::needless_pass_by_value)]
fn shown(e: Error) -> String {
    format!("{}: {e}", e.code())
}

//! Arguments as JSON: read strictly, with errors that name the argument.

use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// Reads arguments; whatever is wrong is told with the name of the argument.
pub(super) fn read<T: DeserializeOwned>(json: &str) -> Result<T> {
    read_part("", json)
}

/// As [`read`], of the argument of that name alone.
pub(super) fn read_part<T: DeserializeOwned>(argument: &str, json: &str) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_str(json);
    serde_path_to_error::deserialize(&mut reader).map_err(|failure| {
        let inner = failure.path().to_string();
        let path = match (argument, inner.as_str()) {
            ("", path) => unflattened(path).to_owned(),
            (argument, "" | ".") => argument.to_owned(),
            (argument, path) => format!("{argument}.{path}"),
        };
        let message = failure.into_inner().to_string();
        // The place in the JSON means nothing to who wrote the call in another language.
        let message = message.rsplit_once(" at line ").map_or(&*message, |(before, _)| before);
        match path.as_str() {
            "" | "." => {
                Error::new(crate::ErrorCode::InvalidOptions, format!("the arguments cannot be read: {message}"))
            }
            path => Error::options(&named(path), format!("{path} cannot be used: {}", in_words(message))),
        }
    })
}

/// A message without the types of Rust.
fn in_words(message: &str) -> String {
    let Some((before, expected)) = message.rsplit_once("expected ") else { return message.to_owned() };
    let wanted = match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        _ => return message.to_owned(),
    };
    format!("{before}expected {wanted}")
}

/// Structures of options, whose parts stand flat in other languages.
const FLAT: [&str; 3] = ["options", "backtest", "tell"];

/// A path as the caller wrote it: parts of [`FLAT`] structures are arguments of their own.
fn unflattened(path: &str) -> &str {
    path.split_once('.').filter(|(part, _)| FLAT.contains(part)).map_or(path, |(_, rest)| rest)
}

/// The argument that a path is about: its own name, also for one of its entries; for a part of a larger argument the whole path.
fn named(path: &str) -> String {
    let parts: Vec<&str> = path.split('.').filter(|part| *part != "?").collect();
    match *parts {
        [one] => one.split('[').next().unwrap_or(one).to_owned(),
        _ => parts.join("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ForecastOptions;

    #[test]
    fn errors_name_the_argument() {
        let read = |json| read::<ForecastOptions>(json);
        assert!(read("{}").is_ok());
        let error = read(r#"{"lead_days": "soon"}"#).expect_err("no number");
        assert_eq!(error.field(), Some("lead_days"));
        assert!(error.to_string().contains("\"soon\"") && !error.to_string().contains("line"), "{error}");
        let error = super::read::<crate::evaluate::BacktestOptions>(r#"{"n_cutoffs": -1}"#).expect_err("below 0");
        assert!(error.to_string().contains("`-1`, expected a whole number from 0"), "{error}");
        let error = read(r#"{"leed_days": 3}"#).expect_err("no such option");
        assert!(error.to_string().contains("expected one of"), "{error}");
        assert_eq!(read(r#"{"horizons_days": [1, null]}"#).expect_err("null").field(), Some("horizons_days"));
        let error = read_part::<ForecastOptions>("options", r#"{"lead_days": "soon"}"#).expect_err("no number");
        assert!(error.to_string().starts_with("options.lead_days cannot be used"), "{error}");
        assert_eq!(read_part::<ForecastOptions>("options", "3").expect_err("no object").field(), Some("options"));
        let error = super::read::<crate::offer::Policy>(
            r#"{"margin_share": 0.3, "offers": [{"name": "x", "prob_win_back": "high"}]}"#,
        );
        assert_eq!(error.expect_err("no number").field(), Some("offers[0].prob_win_back"));
    }
}

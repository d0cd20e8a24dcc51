//! Arguments as JSON: read strictly, with errors that name the argument.

use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// Reads arguments; whatever is wrong is told with the name of the argument.
pub(super) fn read<T: DeserializeOwned>(json: &str) -> Result<T> {
    read_argument("", json)
}

/// Reads the argument of that name from its JSON; `options` stands for options that are arguments of their own.
///
/// ```
/// use beforehand::{IngestOptions, surface::read_argument};
/// let error = read_argument::<IngestOptions>("options", r#"{"merge_days": "two"}"#).unwrap_err();
/// assert_eq!(error.field(), Some("merge_days"));
/// ```
///
/// # Errors
/// `invalid_options` with the argument, or the part of it, that cannot be read.
pub fn read_argument<T: DeserializeOwned>(argument: &str, json: &str) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_str(json);
    serde_path_to_error::deserialize(&mut reader).map_err(|failure| {
        let inner = failure.path().to_string();
        let path = match (argument, inner.as_str()) {
            ("", path) => path.to_owned(),
            (argument, "" | ".") => argument.to_owned(),
            (argument, path) => format!("{argument}.{path}"),
        };
        let path = unflattened(&path);
        let message = failure.into_inner().to_string();
        // The place in the JSON means nothing to who wrote the call in another language.
        let message = message.rsplit_once(" at line ").map_or(&*message, |(before, _)| before);
        match path {
            "" | "." => {
                Error::new(crate::ErrorCode::InvalidOptions, format!("the arguments cannot be read: {message}"))
            }
            _ => Error::options(&named(path), format!("{path} cannot be used: {}", in_words(message))),
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
        let part = |argument, json| read_argument::<ForecastOptions>(argument, json).expect_err("cannot be read");
        let error = part("forecast", r#"{"lead_days": "soon"}"#);
        assert!(error.to_string().starts_with("forecast.lead_days cannot be used"), "{error}");
        let error = part("options", r#"{"lead_days": null}"#);
        assert!(error.to_string().starts_with("lead_days cannot be used: invalid type: null"), "{error}");
        assert_eq!(part("options", "3").field(), Some("options"));
        let error = super::read::<crate::offer::Policy>(
            r#"{"margin_share": 0.3, "offers": [{"name": "x", "prob_win_back": "high"}]}"#,
        );
        assert_eq!(error.expect_err("no number").field(), Some("offers[0].prob_win_back"));
    }
}

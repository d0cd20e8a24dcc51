//! Answers of calls as JavaScript values.

use beforehand::surface::Answer;
use beforehand::{Error, ErrorCode, History, IngestReport, Result};
use napi::bindgen_prelude::Either5;

use crate::history::NativeHistory;
use crate::model::NativeModel;
use crate::table::NativeTable;

/// A model, a table, a history, a text, or a value with what is to be known about it.
///
/// A value without words is the text of its JSON. Else it is `[JSON, words, mark]`: the mark is `wide` when the JSON holds
/// whole numbers that JavaScript's numbers cannot hold.
pub(crate) type Answered = Either5<NativeModel, NativeTable, NativeHistory, String, Vec<String>>;

/// What work comes to.
pub(crate) enum Outcome {
    Answer(Answer),
    History(Box<(History, IngestReport)>),
}

impl Outcome {
    pub(crate) fn into_js(self) -> Result<Answered> {
        Ok(match self {
            Self::History(read) => Either5::C(NativeHistory::from(*read)),
            Self::Answer(Answer::Model(model)) => Either5::A(NativeModel::from(*model)),
            Self::Answer(Answer::Table(table)) => Either5::B(NativeTable::from(table)),
            Self::Answer(Answer::Text(text)) => Either5::D(text),
            Self::Answer(Answer::Value { json, words }) => {
                let wide = has_wide_numbers(&json);
                if words.is_none() && !wide {
                    Either5::D(json)
                } else {
                    let mark = if wide { "wide" } else { "" };
                    Either5::E(vec![json, words.unwrap_or_default(), mark.to_owned()])
                }
            }
            Self::Answer(_) => {
                let message = "this package does not know the kind of the answer; please report this";
                return Err(Error::new(ErrorCode::Internal, message));
            }
        })
    }
}

/// Whether JSON holds a whole number of sixteen digits or more. Texts that look like it only cost time.
pub(crate) fn has_wide_numbers(json: &str) -> bool {
    const DIGITS: usize = 16;
    let bytes = json.as_bytes();
    // Every such number covers one of these places, so that the others need not be looked at.
    (DIGITS - 1..bytes.len()).step_by(DIGITS).any(|at| {
        if !bytes[at].is_ascii_digit() {
            return false;
        }
        let is_digit = |b: &&u8| b.is_ascii_digit();
        let before = bytes[..at].iter().rev().take_while(is_digit).count();
        // Most digits are of fractions, and need not be counted.
        let lead = (at - before).checked_sub(1).map(|i| bytes[i]);
        lead != Some(b'.') && before + bytes[at..].iter().take_while(is_digit).count() >= DIGITS
    })
}

//! Identifiers of customers, items, categories and needs, stored once each.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorCode, Result};

/// An identifier as the caller gave it: a whole number or a text.
///
/// ```
/// use beforehand::Id;
/// assert_eq!(Id::from("c1").to_string(), "c1");
/// assert_eq!(Id::from(17850).to_string(), "17850");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Id<'a> {
    /// A whole number.
    Int(i64),
    /// A text, compared byte by byte: no trimming, no change of case.
    Str(&'a str),
}

impl<'a> From<&'a str> for Id<'a> {
    fn from(s: &'a str) -> Self {
        Self::Str(s)
    }
}

impl<'a> From<&'a String> for Id<'a> {
    fn from(s: &'a String) -> Self {
        Self::Str(s)
    }
}

impl From<i64> for Id<'_> {
    fn from(i: i64) -> Self {
        Self::Int(i)
    }
}

impl fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(i) => i.fmt(f),
            Self::Str(s) => f.write_str(s),
        }
    }
}

/// A sorted set of identifiers of one type; an identifier's *code* is its rank.
///
/// Codes depend on the set alone, not on the order in which the input named the identifiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Listed", into = "Listed")]
pub struct Dictionary {
    ids: Ids,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Ids {
    Int(Vec<i64>),
    /// The texts one after the other; `ends[code]` is where the text of `code` ends.
    Str {
        text: String,
        ends: Vec<u64>,
    },
}

impl Default for Dictionary {
    fn default() -> Self {
        Self { ids: Ids::Str { text: String::new(), ends: Vec::new() } }
    }
}

impl Dictionary {
    /// From numbers that are sorted and distinct.
    pub(crate) fn from_sorted_ints(ids: Vec<i64>) -> Self {
        debug_assert!(ids.windows(2).all(|w| w[0] < w[1]));
        Self { ids: Ids::Int(ids) }
    }

    /// From texts that are sorted byte by byte and distinct.
    pub(crate) fn from_sorted_strs<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        let (mut text, mut ends) = (String::new(), Vec::new());
        for id in ids {
            text.push_str(id);
            ends.push(text.len() as u64);
        }
        text.shrink_to_fit();
        ends.shrink_to_fit();
        Self { ids: Ids::Str { text, ends } }
    }

    /// All identifiers of several sets; as texts, unless all are numbers.
    pub(crate) fn united<'d>(parts: impl Iterator<Item = &'d Self> + Clone) -> Self {
        let ids = parts.filter(|p| !p.is_empty()).flat_map(Self::iter);
        if ids.clone().all(|id| matches!(id, Id::Int(_))) && ids.clone().next().is_some() {
            let int = |id| if let Id::Int(i) = id { Some(i) } else { None };
            let mut ids: Vec<i64> = ids.filter_map(int).collect();
            ids.sort_unstable();
            ids.dedup();
            return Self::from_sorted_ints(ids);
        }
        let mut ids: Vec<String> = ids.map(|id| id.to_string()).collect();
        ids.sort_unstable();
        ids.dedup();
        Self::from_sorted_strs(ids.iter().map(String::as_str))
    }

    /// How many identifiers there are.
    pub fn len(&self) -> usize {
        match &self.ids {
            Ids::Int(ids) => ids.len(),
            Ids::Str { ends, .. } => ends.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the identifiers are numbers.
    pub fn is_int(&self) -> bool {
        matches!(self.ids, Ids::Int(_))
    }

    /// The identifier of a code.
    ///
    /// # Panics
    /// When `code` is not below [`Self::len`].
    pub fn id(&self, code: u32) -> Id<'_> {
        let code = code as usize;
        match &self.ids {
            Ids::Int(ids) => Id::Int(ids[code]),
            Ids::Str { text, ends } => {
                let start = if code == 0 { 0 } else { ends[code - 1] as usize };
                Id::Str(&text[start..ends[code] as usize])
            }
        }
    }

    /// The code of an identifier. A number is found among texts by its decimal form, and the other way round, because
    /// databases return big integers as texts.
    pub fn code(&self, id: Id<'_>) -> Option<u32> {
        let found = match (&self.ids, id) {
            (Ids::Int(ids), Id::Int(i)) => ids.binary_search(&i).ok(),
            (Ids::Int(ids), Id::Str(s)) => {
                let i: i64 = s.parse().ok()?;
                // "007" and "+7" are texts of their own, not the number 7.
                if i.to_string() != s {
                    return None;
                }
                ids.binary_search(&i).ok()
            }
            (Ids::Str { .. }, Id::Str(s)) => self.search(s),
            (Ids::Str { .. }, Id::Int(i)) => self.search(&i.to_string()),
        };
        found.map(|code| code as u32)
    }

    /// All identifiers in the order of their codes.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Id<'_>> + Clone {
        (0..self.len() as u32).map(|code| self.id(code))
    }

    fn search(&self, wanted: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.id(middle as u32).cmp(&Id::Str(wanted)) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Some(middle),
            }
        }
        None
    }
}

/// A dictionary as it stands in a file.
#[derive(Serialize, Deserialize)]
enum Listed {
    Int(Vec<i64>),
    Str(Vec<String>),
}

impl From<Dictionary> for Listed {
    fn from(dictionary: Dictionary) -> Self {
        match dictionary.ids {
            Ids::Int(ids) => Self::Int(ids),
            Ids::Str { .. } => Self::Str(dictionary.iter().map(|id| id.to_string()).collect()),
        }
    }
}

impl TryFrom<Listed> for Dictionary {
    type Error = Error;

    fn try_from(listed: Listed) -> Result<Self> {
        let sorted = match &listed {
            Listed::Int(ids) => ids.is_sorted_by(|a, b| a < b),
            Listed::Str(ids) => ids.is_sorted_by(|a, b| a < b),
        };
        if !sorted {
            return Err(Error::new(
                ErrorCode::IncompatibleModel,
                "identifiers are not sorted and distinct; the file was damaged or changed",
            ));
        }
        Ok(match listed {
            Listed::Int(ids) => Self::from_sorted_ints(ids),
            Listed::Str(ids) => Self::from_sorted_strs(ids.iter().map(String::as_str)),
        })
    }
}

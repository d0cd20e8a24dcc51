//! One number per distinct identifier, handed out in the order of first sight.

use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::RandomState;

use super::table::Table;
use crate::id::Id;

/// The code of a missing identifier.
pub(super) const MISSING: u32 = u32::MAX;
/// The code of an identifier that is too long.
pub(super) const TOO_LONG: u32 = u32::MAX - 1;
/// Marks a place that no row has named yet.
const UNSEEN: u32 = u32::MAX - 2;
/// The longest identifier, in bytes.
pub(super) const MAX_ID_BYTES: usize = 65_536;

/// Gives each distinct identifier a code: 0, 1, 2, …
///
/// Numbers stay numbers until the first text comes; then all are texts, under the codes they had.
#[derive(Debug, Default)]
pub(super) enum Interner {
    #[default]
    Empty,
    Int(Ints),
    Text(Texts),
}

impl Interner {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Int(ints) => ints.keys.len(),
            Self::Text(texts) => texts.ends.len(),
        }
    }

    pub(super) fn id(&self, code: u32) -> Option<Id<'_>> {
        match self {
            Self::Empty => None,
            Self::Int(ints) => ints.keys.get(code as usize).map(|&i| Id::Int(i)),
            Self::Text(texts) => ((code as usize) < texts.ends.len()).then(|| Id::Str(texts.get(code))),
        }
    }

    /// The code of one identifier.
    pub(super) fn intern(&mut self, id: Option<Id<'_>>) -> u32 {
        match id {
            None => MISSING,
            Some(Id::Str(s)) => self.texts().code(s),
            Some(Id::Int(i)) => match self {
                Self::Text(texts) => texts.code_of_int(i),
                _ => self.ints().code(i),
            },
        }
    }

    /// The code of an identifier whose type the input does not tell: a number as long as all are numbers.
    pub(super) fn intern_untyped(&mut self, id: &str) -> u32 {
        match (&*self, plain_int(id)) {
            (_, _) if id.is_empty() => MISSING,
            (Self::Empty | Self::Int(_), Some(i)) => self.ints().code(i),
            _ => self.texts().code(id),
        }
    }

    /// Appends the code of every number.
    pub(super) fn intern_ints(&mut self, ids: impl Iterator<Item = Option<i64>>, out: &mut Vec<u32>) {
        if let Self::Text(texts) = self {
            out.extend(ids.map(|id| id.map_or(MISSING, |i| texts.code_of_int(i))));
        } else {
            let ints = self.ints();
            out.extend(ids.map(|id| id.map_or(MISSING, |i| ints.code(i))));
        }
    }

    /// Appends the code of every text; an empty text is missing.
    pub(super) fn intern_texts<'a>(&mut self, ids: impl Iterator<Item = Option<&'a str>>, out: &mut Vec<u32>) {
        let texts = self.texts();
        out.extend(ids.map(|id| id.map_or(MISSING, |s| texts.code(s))));
    }

    /// Appends the code of every text that is given by its place among some values, looking up each value but once.
    /// `memo` is empty at the first call and must be handed back as it is while the values stay the same.
    pub(super) fn intern_places<'a>(
        &mut self,
        places: impl Iterator<Item = Option<usize>>,
        n_values: usize,
        value: impl Fn(usize) -> Option<&'a str>,
        memo: &mut Vec<u32>,
        out: &mut Vec<u32>,
    ) {
        let texts = self.texts();
        memo.resize(n_values, UNSEEN);
        out.extend(places.map(|place| {
            let Some(place) = place else { return MISSING };
            let Some(code) = memo.get_mut(place) else { return MISSING };
            if *code == UNSEEN {
                *code = value(place).map_or(MISSING, |s| texts.code(s));
            }
            *code
        }));
    }

    /// Makes room for numbers from `low` to `high` if these lie close together, seen from the count of rows.
    pub(super) fn expect_ints(&mut self, low: i64, high: i64, rows: usize) {
        let span = high.abs_diff(low);
        if matches!(self, Self::Empty) && span < (rows as u64).saturating_mul(2) {
            let mut ints = Ints { base: low, ..Ints::default() };
            ints.direct.resize(span as usize + 1, MISSING);
            *self = Self::Int(ints);
        }
    }

    /// Turns numbers into texts, under the same codes.
    pub(super) fn into_texts(mut self) -> Self {
        self.texts();
        self
    }

    fn ints(&mut self) -> &mut Ints {
        if matches!(self, Self::Empty) {
            *self = Self::Int(Ints::default());
        }
        match self {
            Self::Int(ints) => ints,
            _ => unreachable!("texts are dealt with by the caller"),
        }
    }

    fn texts(&mut self) -> &mut Texts {
        match self {
            Self::Text(_) => {}
            Self::Empty => *self = Self::Text(Texts::default()),
            Self::Int(ints) => {
                let mut texts = Texts::default();
                for &key in &ints.keys {
                    texts.code_of_int(key);
                }
                *self = Self::Text(texts);
            }
        }
        match self {
            Self::Text(texts) => texts,
            _ => unreachable!("just made a text interner"),
        }
    }
}

/// Numbers. Those in the window that starts at `base` need no hashing.
#[derive(Debug, Default)]
pub(super) struct Ints {
    keys: Vec<i64>,
    base: i64,
    direct: Vec<u32>,
    table: Table<i64>,
    hasher: RandomState,
}

impl Ints {
    #[inline]
    fn code(&mut self, key: i64) -> u32 {
        let Self { keys, base, direct, table, hasher } = self;
        // A key below the base wraps around to a huge offset, which no window reaches.
        if let Some(code) = direct.get_mut(key.wrapping_sub(*base) as u64 as usize) {
            if *code == MISSING {
                *code = keys.len() as u32;
                keys.push(key);
            }
            return *code;
        }
        let hash_of = |k: i64| hasher.hash_one(k);
        let new = keys.len() as u32;
        let code = table.code(key, hash_of(key), new, |k, _| k == key, hash_of);
        if code == new {
            keys.push(key);
        }
        code
    }
}

/// Texts, one after the other in one buffer.
#[derive(Debug, Default)]
pub(super) struct Texts {
    text: String,
    ends: Vec<usize>,
    /// Texts of up to sixteen bytes, complete in the table.
    short: Table<Short>,
    /// Longer texts by their hash, to be compared with the buffer.
    long: Table<u64>,
    hasher: RandomState,
    decimal: String,
}

impl Texts {
    #[inline]
    fn get(&self, code: u32) -> &str {
        slice(&self.text, &self.ends, code)
    }

    #[inline]
    fn code(&mut self, key: &str) -> u32 {
        if key.is_empty() {
            return MISSING;
        }
        if key.len() > MAX_ID_BYTES {
            return TOO_LONG;
        }
        let Self { text, ends, short, long, hasher, .. } = self;
        let new = ends.len() as u32;
        let code = if let Some(key) = Short::new(key.as_bytes()) {
            let hash_of = |k: Short| hasher.hash_one(k);
            short.code(key, hash_of(key), new, |k, _| k == key, hash_of)
        } else {
            let hash = hasher.hash_one(key);
            long.code(hash, hash, new, |h, code| h == hash && slice(text, ends, code) == key, |h| h)
        };
        if code == new {
            text.push_str(key);
            ends.push(text.len());
        }
        code
    }

    fn code_of_int(&mut self, key: i64) -> u32 {
        use std::fmt::Write;
        let mut decimal = std::mem::take(&mut self.decimal);
        decimal.clear();
        // Writing to a string cannot fail.
        let _ = write!(decimal, "{key}");
        let code = self.code(&decimal);
        self.decimal = decimal;
        code
    }
}

/// The number that a text stands for, if it is the very text that the number is written as.
fn plain_int(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = match digits.as_bytes() {
        [b'0'] => text.len() == 1,
        [b'1'..=b'9', ..] => true,
        _ => false,
    };
    // The sign was dealt with, so that what is left to fail are other characters and overflow.
    if plain { text.parse().ok() } else { None }
}

/// A text of one to sixteen bytes as two words: its beginning and its end, which overlap, and its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Short {
    /// In halves, which leaves no gap between the key and the code in the table.
    begin: [u32; 2],
    end: [u32; 2],
    len: u32,
}

impl Short {
    #[inline]
    fn new(text: &[u8]) -> Option<Self> {
        let len = text.len() as u32;
        let (begin, end) = match text {
            [.., _, _, _, _, _, _, _, _] => (word(text.first_chunk()), word(text.last_chunk())),
            [.., _, _, _, _] => (half_word(text.first_chunk()), half_word(text.last_chunk())),
            _ => (text.iter().fold(0, |all, &byte| all << 8 | u64::from(byte)), 0),
        };
        (len <= 16).then_some(Self { begin: halves(begin), end: halves(end), len })
    }
}

#[inline]
fn halves(word: u64) -> [u32; 2] {
    [word as u32, (word >> 32) as u32]
}

#[inline]
fn word(bytes: Option<&[u8; 8]>) -> u64 {
    bytes.map_or(0, |b| u64::from_le_bytes(*b))
}

#[inline]
fn half_word(bytes: Option<&[u8; 4]>) -> u64 {
    bytes.map_or(0, |b| u64::from(u32::from_le_bytes(*b)))
}

impl Hash for Short {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let whole = |[low, high]: [u32; 2]| u64::from(high) << 32 | u64::from(low);
        state.write_u64(whole(self.begin));
        state.write_u64(whole(self.end) ^ u64::from(self.len) << 56);
    }
}

#[inline]
fn slice<'a>(text: &'a str, ends: &[usize], code: u32) -> &'a str {
    let code = code as usize;
    let start = if code == 0 { 0 } else { ends[code - 1] };
    &text[start..ends[code]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_texts_under_their_codes() {
        let mut ids = Interner::default();
        ids.expect_ints(10, 12, 3);
        let mut codes = Vec::new();
        ids.intern_ints([Some(12), Some(10), None, Some(-5), Some(i64::MIN), Some(12)].into_iter(), &mut codes);
        assert_eq!(codes, [0, 1, MISSING, 2, 3, 0]);
        ids.intern_texts(["10", "x", "", "-5"].into_iter().map(Some), &mut codes);
        assert_eq!(codes[6..], [1, 4, MISSING, 2]);
        assert_eq!(ids.intern(Some(Id::Int(12))), 0);
        assert_eq!(ids.id(3), Some(Id::Str("-9223372036854775808")));
        assert_eq!((ids.len(), ids.id(5)), (5, None));
    }

    #[test]
    fn plain_numbers_are_numbers_and_nothing_else_is() {
        for (text, int) in [
            ("0", Some(0)),
            ("-5", Some(-5)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("-0", None),
            ("007", None),
            ("+7", None),
            ("--7", None),
            ("7 ", None),
            ("", None),
            ("-", None),
            ("٧", None),
        ] {
            assert_eq!(plain_int(text), int, "{text}");
        }
    }

    #[test]
    fn long_texts_are_refused_and_ten_kilobytes_are_not() {
        let mut ids = Interner::default();
        assert_eq!(ids.intern(Some(Id::Str(&"袋".repeat(3_400)))), 0);
        assert_eq!(ids.intern(Some(Id::Str(&"x".repeat(MAX_ID_BYTES)))), 1);
        assert_eq!(ids.intern(Some(Id::Str(&"x".repeat(MAX_ID_BYTES + 1)))), TOO_LONG);
    }
}

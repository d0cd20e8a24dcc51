//! One number per distinct identifier, handed out in the order of first sight.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::id::Id;

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
    table: HashTable<(i64, u32)>,
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
        let hash = |k: &i64| hasher.hash_one(k);
        match table.entry(hash(&key), |e| e.0 == key, |e| hash(&e.0)) {
            Entry::Occupied(e) => e.get().1,
            Entry::Vacant(e) => {
                let code = keys.len() as u32;
                e.insert((key, code));
                keys.push(key);
                code
            }
        }
    }
}

/// Texts, one after the other in one buffer.
#[derive(Debug, Default)]
pub(super) struct Texts {
    text: String,
    ends: Vec<usize>,
    /// The upper half of the hash, which spares most comparisons and all rehashing, and the code.
    table: HashTable<(u32, u32)>,
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
        let Self { text, ends, table, hasher, .. } = self;
        let tag = (hasher.hash_one(key) >> 32) as u32;
        // The table takes the place of an entry from the lower bits and a mark from the upper ones.
        let spread = |tag: u32| u64::from(tag) << 32 | u64::from(tag);
        let same = |e: &(u32, u32)| e.0 == tag && slice(text, ends, e.1) == key;
        match table.entry(spread(tag), same, |e| spread(e.0)) {
            Entry::Occupied(e) => e.get().1,
            Entry::Vacant(e) => {
                let code = ends.len() as u32;
                e.insert((tag, code));
                text.push_str(key);
                ends.push(text.len());
                code
            }
        }
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
    fn long_texts_are_refused_and_ten_kilobytes_are_not() {
        let mut ids = Interner::default();
        assert_eq!(ids.intern(Some(Id::Str(&"袋".repeat(3_400)))), 0);
        assert_eq!(ids.intern(Some(Id::Str(&"x".repeat(MAX_ID_BYTES)))), 1);
        assert_eq!(ids.intern(Some(Id::Str(&"x".repeat(MAX_ID_BYTES + 1)))), TOO_LONG);
    }
}

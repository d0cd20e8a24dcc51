//! What rows say about their item. The earliest row counts, so that later rows never change what was known before.

use super::intern::Interner;
use super::items::NONE;
use super::merge::{Merged, merge};
use crate::id::{Dictionary, Id};

/// For each item code of one part, the earliest value and its instant.
#[derive(Debug)]
pub(super) struct Traits<T> {
    seen: Vec<Option<Seen<T>>>,
    /// Other values of the same instant: which of them counts shows only when all codes are final.
    rivals: Vec<(u32, Seen<T>)>,
}

#[derive(Debug, Clone, Copy)]
struct Seen<T> {
    at_us: i64,
    value: T,
    /// Whether a row said something else.
    contested: bool,
}

impl<T> Default for Traits<T> {
    fn default() -> Self {
        Self { seen: Vec::new(), rivals: Vec::new() }
    }
}

impl<T: Copy + PartialEq> Traits<T> {
    /// Notes what a kept row says.
    pub(super) fn see(&mut self, item: u32, at_us: i64, value: T) {
        let place = item as usize;
        if place >= self.seen.len() {
            self.seen.resize(place + 1, None);
        }
        let Some(seen) = &mut self.seen[place] else {
            self.seen[place] = Some(Seen { at_us, value, contested: false });
            return;
        };
        let differs = seen.value != value;
        seen.contested |= differs;
        if at_us < seen.at_us {
            (seen.at_us, seen.value) = (at_us, value);
        } else if at_us == seen.at_us && differs {
            self.rivals.push((item, Seen { at_us, value, contested: true }));
        }
    }
}

/// Unites what the parts saw: one value per item with its instant, `none` where no row says anything; empty when none does
/// at all. Among values of the same instant the least counts.
fn unite<T: Copy + PartialEq>(
    parts: Vec<Traits<T>>,
    items: &Merged,
    none: T,
    translate: impl Fn(usize, T) -> T,
    less: impl Fn(T, T) -> bool,
    contested: &mut [bool],
) -> (Vec<T>, Vec<i64>) {
    if parts.iter().all(|p| p.seen.is_empty()) {
        return (Vec::new(), Vec::new());
    }
    let mut best: Vec<Option<Seen<T>>> = vec![None; items.dictionary.len()];
    for (number, part) in parts.into_iter().enumerate() {
        let seen = part.seen.into_iter().enumerate().filter_map(|(item, s)| Some((item as u32, s?)));
        for (item, seen) in seen.chain(part.rivals) {
            let item = items.codes[number][item as usize] as usize;
            let seen = Seen { value: translate(number, seen.value), ..seen };
            contested[item] |= seen.contested;
            match &mut best[item] {
                None => best[item] = Some(seen),
                Some(b) => {
                    contested[item] |= b.value != seen.value;
                    if seen.at_us < b.at_us || (seen.at_us == b.at_us && less(seen.value, b.value)) {
                        *b = seen;
                    }
                }
            }
        }
    }
    best.into_iter().map(|b| b.map_or((none, i64::MAX), |b| (b.value, b.at_us))).unzip()
}

/// Categories or needs: their dictionary, the code of each item, and the instant of the row that said so.
pub(super) fn unite_ids(
    parts: Vec<Traits<u32>>,
    ids: Vec<Interner>,
    items: &Merged,
    contested: &mut [bool],
) -> (Dictionary, Vec<u32>, Vec<i64>) {
    if parts.iter().all(|p| p.seen.is_empty()) {
        return (Dictionary::default(), Vec::new(), Vec::new());
    }
    let all = vec![None; ids.len()];
    let merged = merge(ids, &all);
    let translate = |part: usize, code: u32| merged.codes[part][code as usize];
    let (mut codes, said_at) = unite(parts, items, NONE, translate, |a, b| a < b, contested);
    let dictionary = without_unused(merged.dictionary, &mut codes);
    (dictionary, codes, said_at)
}

/// Pack sizes: one per item, with the instant of the row that said so.
pub(super) fn unite_numbers(parts: Vec<Traits<f64>>, items: &Merged, contested: &mut [bool]) -> (Vec<f64>, Vec<i64>) {
    unite(parts, items, f64::NAN, |_, size| size, |a, b| a < b, contested)
}

/// Drops the identifiers that no item has.
pub(super) fn drop_unused(dictionary: &mut Dictionary, codes: &mut [u32]) {
    *dictionary = without_unused(std::mem::take(dictionary), codes);
}

fn without_unused(dictionary: Dictionary, codes: &mut [u32]) -> Dictionary {
    let mut used = vec![false; dictionary.len()];
    for &code in codes.iter().filter(|&&c| c != NONE) {
        used[code as usize] = true;
    }
    if used.iter().all(|u| *u) {
        return dictionary;
    }
    let mut place = vec![NONE; dictionary.len()];
    let kept: Vec<u32> = (0..dictionary.len() as u32).filter(|&c| used[c as usize]).collect();
    for (new, &old) in kept.iter().enumerate() {
        place[old as usize] = new as u32;
    }
    for code in codes.iter_mut().filter(|c| **c != NONE) {
        *code = place[*code as usize];
    }
    let int = |code: &u32| match dictionary.id(*code) {
        Id::Int(i) => Some(i),
        Id::Str(_) => None,
    };
    let text = |code: &u32| match dictionary.id(*code) {
        Id::Str(s) => Some(s),
        Id::Int(_) => None,
    };
    if dictionary.is_int() {
        Dictionary::from_sorted_ints(kept.iter().filter_map(int).collect())
    } else {
        Dictionary::from_sorted_strs(kept.iter().filter_map(text))
    }
}

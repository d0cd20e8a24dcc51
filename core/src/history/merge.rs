//! From the identifiers that each thread saw to one sorted dictionary.

use rayon::prelude::*;

use super::intern::Interner;
use super::items::NONE;
use crate::id::{Dictionary, Id};

/// Below this many entries a thread pool costs more than it saves.
const SERIAL: usize = 20_000;

/// A dictionary, and for each thread the final code of each of its own codes (`NONE` for those not in use).
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) dictionary: Dictionary,
    pub(super) codes: Vec<Vec<u32>>,
}

/// Unites identifiers. `used[part]` names the codes that count; `None` stands for all.
pub(super) fn merge(mut parts: Vec<Interner>, used: &[Option<Vec<bool>>]) -> Merged {
    if parts.iter().any(|p| matches!(p, Interner::Text(_))) {
        parts = parts.into_iter().map(Interner::into_texts).collect();
    }
    let mut codes: Vec<Vec<u32>> = parts.iter().map(|p| vec![NONE; p.len()]).collect();
    let counts = |part: usize, code: u32| used[part].as_ref().is_none_or(|u| u[code as usize]);
    let own = |part: usize| (0..parts[part].len() as u32).filter(move |&code| counts(part, code));
    let all = (0..parts.len()).flat_map(|part| own(part).map(move |code| (part, code)));
    let dictionary =
        if parts.iter().all(|p| matches!(p, Interner::Int(_) | Interner::Empty)) && parts.iter().any(|p| p.len() > 0) {
            let mut keys: Vec<(i64, u32, u32)> =
                all.map(|(part, code)| (as_int(parts[part].id(code)), part as u32, code)).collect();
            sort_by(&mut keys, Ord::cmp);
            let mut distinct: Vec<i64> = Vec::new();
            for (key, part, code) in keys {
                if distinct.last() != Some(&key) {
                    distinct.push(key);
                }
                codes[part as usize][code as usize] = distinct.len() as u32 - 1;
            }
            Dictionary::from_sorted_ints(distinct)
        } else {
            let text = |part: u32, code: u32| as_text(parts[part as usize].id(code));
            let shared = shared_prefix(all.clone().map(|(part, code)| text(part as u32, code)));
            // Eight bytes after what all have in common decide most comparisons without a look at the texts.
            let mut keys: Vec<(u64, u32, u32)> = all
                .map(|(part, code)| (eight_bytes(&text(part as u32, code).as_bytes()[shared..]), part as u32, code))
                .collect();
            sort_by(&mut keys, |a, b| a.0.cmp(&b.0).then_with(|| text(a.1, a.2).cmp(text(b.1, b.2))));
            let mut distinct: Vec<(u32, u32)> = Vec::new();
            let mut last = None;
            for (_, part, code) in keys {
                let this = text(part, code);
                if last != Some(this) {
                    distinct.push((part, code));
                    last = Some(this);
                }
                codes[part as usize][code as usize] = distinct.len() as u32 - 1;
            }
            Dictionary::from_sorted_strs(distinct.into_iter().map(|(part, code)| text(part, code)))
        };
    Merged { dictionary, codes }
}

fn sort_by<T: Send>(keys: &mut [T], order: impl Fn(&T, &T) -> std::cmp::Ordering + Sync) {
    if keys.len() < SERIAL {
        keys.sort_unstable_by(order);
    } else {
        keys.par_sort_unstable_by(order);
    }
}

fn as_int(id: Option<Id<'_>>) -> i64 {
    match id {
        Some(Id::Int(i)) => i,
        _ => unreachable!("all parts hold numbers"),
    }
}

fn as_text(id: Option<Id<'_>>) -> &str {
    match id {
        Some(Id::Str(s)) => s,
        _ => unreachable!("all parts hold texts"),
    }
}

/// How many bytes all texts begin with in common.
fn shared_prefix<'a>(mut texts: impl Iterator<Item = &'a str>) -> usize {
    let Some(first) = texts.next() else { return 0 };
    let mut shared = first.as_bytes();
    for text in texts {
        if !text.as_bytes().starts_with(shared) {
            let same = shared.iter().zip(text.as_bytes()).take_while(|(a, b)| a == b).count();
            shared = &shared[..same];
        }
    }
    shared.len()
}

/// The first eight bytes as a number that sorts as the bytes do.
fn eight_bytes(bytes: &[u8]) -> u64 {
    let mut first = [0; 8];
    let n = bytes.len().min(8);
    first[..n].copy_from_slice(&bytes[..n]);
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interner(ids: &[Id<'_>]) -> Interner {
        let mut interner = Interner::default();
        for id in ids {
            interner.intern(Some(*id));
        }
        interner
    }

    #[test]
    fn parts_unite_in_byte_order() {
        let texts = ["ab", "a", "a\0", "Zoë", "a"].map(Id::Str);
        let merged = merge(vec![interner(&texts[..2]), interner(&texts[2..])], &[None, None]);
        let ids: Vec<String> = merged.dictionary.iter().map(|id| id.to_string()).collect();
        assert_eq!(ids, ["Zoë", "a", "a\0", "ab"]);
        assert_eq!(merged.codes, [vec![3, 1], vec![2, 0, 1]]);
    }

    #[test]
    fn one_text_makes_all_texts_and_unused_ids_vanish() {
        let parts = vec![interner(&[Id::Int(10), Id::Int(9)]), interner(&[Id::Str("9"), Id::Str("x")])];
        let merged = merge(parts, &[None, Some(vec![true, false])]);
        assert!(!merged.dictionary.is_int());
        assert_eq!(merged.dictionary.len(), 2);
        assert_eq!(merged.codes, [vec![0, 1], vec![1, NONE]]);
        let ints = merge(vec![interner(&[Id::Int(3)]), Interner::Empty], &[None, None]);
        assert!(ints.dictionary.is_int());
    }
}

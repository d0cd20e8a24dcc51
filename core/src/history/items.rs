//! What is known about the items of a log.

use serde::{Deserialize, Serialize};

use crate::id::{Dictionary, Id};

/// What is known about the items besides who bought them.
///
/// Of each trait the instant of the row that said so is kept: when parts of a log are united, the earliest counts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Items {
    pub(crate) ids: Dictionary,
    pub(crate) categories: Dictionary,
    /// Category code of each item, `NONE` where unknown; empty when the log has no categories.
    pub(crate) category: Vec<u32>,
    pub(crate) category_at_us: Vec<i64>,
    pub(crate) needs: Dictionary,
    /// Need code of each item, `NONE` where unknown; empty when the log has no needs.
    pub(crate) need: Vec<u32>,
    pub(crate) need_at_us: Vec<i64>,
    /// Content of one unit (grams, pieces, …), NaN where unknown; empty when the log has no pack sizes.
    pub(crate) pack_size: Vec<f64>,
    pub(crate) pack_size_at_us: Vec<i64>,
}

/// The code that stands for "unknown".
pub(crate) const NONE: u32 = u32::MAX;

impl Items {
    /// How many items there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The identifiers.
    pub fn ids(&self) -> &Dictionary {
        &self.ids
    }

    /// The category of an item, if known.
    pub fn category(&self, item: u32) -> Option<Id<'_>> {
        self.category.get(item as usize).filter(|&&c| c != NONE).map(|&c| self.categories.id(c))
    }

    /// The need an item serves, if known: items of one need replace each other.
    pub fn need(&self, item: u32) -> Option<Id<'_>> {
        self.need.get(item as usize).filter(|&&n| n != NONE).map(|&n| self.needs.id(n))
    }

    /// The content of one unit of an item (grams, pieces, …), if known.
    pub fn pack_size(&self, item: u32) -> Option<f64> {
        self.pack_size.get(item as usize).copied().filter(|s| s.is_finite())
    }
}

impl Items {
    /// Unites the items of parts of a log. What they say about an item counts as if all rows stood in one log.
    pub(crate) fn united(parts: &[Self]) -> Self {
        let all = |of: fn(&Self) -> &Dictionary| Dictionary::united(parts.iter().map(of));
        let ids = all(Self::ids);
        let n = ids.len();
        let mut out = Self { ids, categories: all(|p| &p.categories), needs: all(|p| &p.needs), ..Self::default() };
        if parts.iter().any(|p| !p.category.is_empty()) {
            (out.category, out.category_at_us) = (vec![NONE; n], vec![i64::MAX; n]);
        }
        if parts.iter().any(|p| !p.need.is_empty()) {
            (out.need, out.need_at_us) = (vec![NONE; n], vec![i64::MAX; n]);
        }
        if parts.iter().any(|p| !p.pack_size.is_empty()) {
            (out.pack_size, out.pack_size_at_us) = (vec![f64::NAN; n], vec![i64::MAX; n]);
        }
        for part in parts {
            for own in 0..part.len() as u32 {
                let Some(item) = out.ids.code(part.ids.id(own)) else { continue };
                let (own, item) = (own as usize, item as usize);
                if let Some(code) = part.category(own as u32).and_then(|id| out.categories.code(id)) {
                    earliest(&mut out.category, &mut out.category_at_us, item, code, part.category_at_us[own]);
                }
                if let Some(code) = part.need(own as u32).and_then(|id| out.needs.code(id)) {
                    earliest(&mut out.need, &mut out.need_at_us, item, code, part.need_at_us[own]);
                }
                if let Some(size) = part.pack_size(own as u32) {
                    earliest(&mut out.pack_size, &mut out.pack_size_at_us, item, size, part.pack_size_at_us[own]);
                }
            }
        }
        super::traits::drop_unused(&mut out.categories, &mut out.category);
        super::traits::drop_unused(&mut out.needs, &mut out.need);
        out
    }

    /// These items with the categories and needs that rows had stated by an instant; what came later is not known.
    pub(crate) fn known_by(&self, us: i64) -> Self {
        let mut out = self.clone();
        let forget = |codes: &mut [u32], at_us: &[i64]| {
            codes.iter_mut().zip(at_us).filter(|(_, at)| **at > us).for_each(|(code, _)| *code = NONE);
        };
        forget(&mut out.category, &out.category_at_us);
        forget(&mut out.need, &out.need_at_us);
        super::traits::drop_unused(&mut out.categories, &mut out.category);
        super::traits::drop_unused(&mut out.needs, &mut out.need);
        out
    }

    /// These items with what a larger log says about them.
    pub(crate) fn as_told_by(&self, whole: &Self) -> Self {
        let place: Vec<Option<usize>> =
            self.ids.iter().map(|id| whole.ids.code(id).map(|code| code as usize)).collect();
        Self {
            ids: self.ids.clone(),
            categories: whole.categories.clone(),
            category: pick(&place, &whole.category, NONE),
            category_at_us: pick(&place, &whole.category_at_us, i64::MAX),
            needs: whole.needs.clone(),
            need: pick(&place, &whole.need, NONE),
            need_at_us: pick(&place, &whole.need_at_us, i64::MAX),
            pack_size: pick(&place, &whole.pack_size, f64::NAN),
            pack_size_at_us: pick(&place, &whole.pack_size_at_us, i64::MAX),
        }
    }
}

/// The values at some places; none where an item has no place. An empty column stays empty.
fn pick<T: Copy>(place: &[Option<usize>], of: &[T], none: T) -> Vec<T> {
    if of.is_empty() { Vec::new() } else { place.iter().map(|p| p.map_or(none, |p| of[p])).collect() }
}

/// Keeps the earlier value; of two of one instant the lesser.
fn earliest<T: Copy + PartialOrd>(values: &mut [T], at_us: &mut [i64], item: usize, value: T, said_at_us: i64) {
    if said_at_us < at_us[item] || (said_at_us == at_us[item] && value < values[item]) {
        (values[item], at_us[item]) = (value, said_at_us);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::history::{History, IngestOptions};
    use crate::time::Timestamp;

    /// Parts of a log whose rows disagree tell, united, what the whole log tells.
    #[test]
    fn parts_say_what_the_whole_says() {
        let start: Timestamp = "2026-01-01".parse().unwrap();
        let row = |k: u32| {
            let mut event =
                Event::purchase(format!("c{}", k % 7), format!("i{}", k % 5), start.plus_days(f64::from(k * 37 % 11)));
            if k.is_multiple_of(3) {
                event = event.category(format!("category {}", k % 4)).pack_size(f64::from(1 + k % 6));
            }
            if k % 4 == 1 { event.need(format!("need {}", k % 3)) } else { event }
        };
        let history = |rows: Vec<Event>| History::from_events(rows, &IngestOptions::default()).unwrap().0;
        let rows: Vec<Event> = (0..90).map(row).collect();
        let whole = history(rows.clone());
        let part = |p: usize| history(rows.iter().skip(p).step_by(4).cloned().collect());
        let parts: Vec<History> = (0..4).map(part).collect();
        let united = Items::united(&parts.iter().map(|p| p.items.clone()).collect::<Vec<_>>());
        assert_eq!(format!("{united:?}"), format!("{:?}", whole.items));
        for part in &parts {
            let told = part.items.as_told_by(&whole.items);
            for item in 0..told.len() as u32 {
                let code = whole.items.ids.code(told.ids.id(item)).unwrap();
                assert_eq!(told.category(item), whole.items.category(code));
                assert_eq!(told.need(item), whole.items.need(code));
                assert_eq!(told.pack_size(item), whole.items.pack_size(code));
            }
        }
    }
}

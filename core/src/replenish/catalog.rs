//! What is forecast: items, needs that several items serve, and ladders; and which item belongs to which.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::options::{Options, Substitutes};
use super::purchases::Units;
use super::traits::Categories;
use crate::error::{Error, Result};
use crate::history::{History, Items, NONE};
use crate::id::{Dictionary, Id};

/// The units a model knows. Ladders come first, then needs, then the items that stand for themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Catalog {
    items: Dictionary,
    needs: Dictionary,
    ladder_names: Vec<String>,
    substitutes: Substitutes,
    use_quantity: bool,
    unit_of_item: Vec<u32>,
    categories: Dictionary,
    /// Category of each unit, `NONE` where unknown; of a need or ladder, that of its first item.
    category_of_unit: Vec<u32>,
    /// For each unit that is an item: the item.
    item_of_unit: Vec<u32>,
}

impl Catalog {
    pub(crate) fn build(items: &Items, options: &Options) -> Result<Self> {
        let (needs, group): (Dictionary, &[u32]) = match options.substitutes {
            Substitutes::Need => (items.needs.clone(), &items.need),
            Substitutes::Category => (items.categories.clone(), &items.category),
            Substitutes::None => (Dictionary::default(), &[]),
        };
        let n_ladders = options.ladders.len() as u32;
        let mut unit_of_item = vec![NONE; items.len()];
        for (l, ladder) in options.ladders.iter().enumerate() {
            for item in ladder.steps.iter().flat_map(|s| &s.items) {
                // An item nobody has bought yet is no error: it may be what comes next.
                let Some(code) = items.ids.code(item.as_id()) else { continue };
                if unit_of_item[code as usize] != NONE && unit_of_item[code as usize] != l as u32 {
                    return Err(Error::options(
                        "ladders",
                        format!(
                            "item {item} stands on ladder {:?} and on another one; an item has one ladder",
                            ladder.name
                        ),
                    ));
                }
                unit_of_item[code as usize] = l as u32;
            }
        }
        let mut item_of_unit = Vec::new();
        let first_item_unit = n_ladders + needs.len() as u32;
        for (item, unit) in unit_of_item.iter_mut().enumerate().filter(|(_, u)| **u == NONE) {
            *unit = match group.get(item) {
                Some(&g) if g != NONE => n_ladders + g,
                _ => {
                    item_of_unit.push(item as u32);
                    first_item_unit + item_of_unit.len() as u32 - 1
                }
            };
        }
        let n_units = first_item_unit as usize + item_of_unit.len();
        let mut category_of_unit = vec![NONE; n_units];
        for (&unit, &category) in unit_of_item.iter().zip(&items.category).rev().filter(|(_, c)| **c != NONE) {
            category_of_unit[unit as usize] = category;
        }
        Ok(Self {
            categories: items.categories.clone(),
            category_of_unit,
            items: items.ids.clone(),
            needs,
            ladder_names: options.ladders.iter().map(|l| l.name.clone()).collect(),
            substitutes: options.substitutes,
            use_quantity: options.use_quantity,
            unit_of_item,
            item_of_unit,
        })
    }

    /// How many units there are.
    pub(crate) fn len(&self) -> usize {
        self.ladder_names.len() + self.needs.len() + self.item_of_unit.len()
    }

    pub(crate) fn items(&self) -> &Dictionary {
        &self.items
    }

    /// Which category each unit is of.
    pub(crate) fn categories(&self) -> Categories<'_> {
        Categories { of_unit: &self.category_of_unit, n: self.categories.len() }
    }

    /// The code of an item the model has not seen: beyond the known units, different for each item, and equal modulo the
    /// number of categories (plus one for "none") for the items of one category.
    fn unseen(&self, item: u32, category: Option<u32>) -> u32 {
        let slots = self.categories.len() as u32 + 1;
        let code = item.checked_mul(slots).and_then(|c| c.checked_add(category.map_or(0, |c| c + 1)));
        code.and_then(|c| c.checked_add(self.len() as u32)).unwrap_or(u32::MAX)
    }

    /// The unit of an item that neither the model nor a history has seen, and of no category.
    pub(crate) fn unknown(&self) -> u32 {
        let slots = self.categories.len() as u32 + 1;
        let len = self.len() as u32;
        len + (u32::MAX - 1 - len) / slots * slots
    }

    /// The unit of an item the model knows.
    pub(crate) fn unit_of(&self, item: u32) -> u32 {
        self.unit_of_item[item as usize]
    }

    /// The item a unit is; `NONE` for a need or ladder.
    pub(crate) fn item_of(&self, unit: u32) -> u32 {
        let first = self.ladder_names.len() + self.needs.len();
        (unit as usize).checked_sub(first).and_then(|i| self.item_of_unit.get(i)).copied().unwrap_or(NONE)
    }

    /// The ladder a unit is, if it is one.
    pub(crate) fn ladder(&self, unit: u32) -> Option<usize> {
        ((unit as usize) < self.ladder_names.len()).then_some(unit as usize)
    }

    /// The need a unit stands for: a ladder's name, a need or a category; `None` for an item by itself.
    pub(crate) fn need(&self, unit: u32) -> Option<String> {
        let unit = unit as usize;
        let n_ladders = self.ladder_names.len();
        if unit < n_ladders {
            Some(self.ladder_names[unit].clone())
        } else if unit < n_ladders + self.needs.len() {
            Some(self.needs.id((unit - n_ladders) as u32).to_string())
        } else {
            None
        }
    }

    /// A hash of each unit's name, the same on every machine and in every order of the log.
    pub(crate) fn hashes(&self) -> Vec<u64> {
        let mut text = String::new();
        let mut hash = |id: Id<'_>, seed: u64| hash_id(id, seed, &mut text);
        let ladders: Vec<u64> = self.ladder_names.iter().map(|n| hash(Id::Str(n), 1)).collect();
        let needs: Vec<u64> = self.needs.iter().map(|id| hash(id, 2)).collect();
        let items: Vec<u64> = self.item_of_unit.iter().map(|&i| hash(self.items.id(i), 3)).collect();
        [ladders, needs, items].concat()
    }

    /// The unit of each item of a history. Items the model has not seen get codes of their own beyond [`Self::len`].
    pub(crate) fn units_for(&self, history: &History) -> Units<'_> {
        if history.items.ids == self.items {
            return Units::new(Cow::Borrowed(&self.unit_of_item), self.use_quantity);
        }
        let n_ladders = self.ladder_names.len() as u32;
        let theirs = &history.items;
        let unit = |item: u32| {
            if let Some(code) = self.items.code(theirs.ids.id(item)) {
                return self.unit_of_item[code as usize];
            }
            let group = match self.substitutes {
                Substitutes::Need => theirs.need(item),
                Substitutes::Category => theirs.category(item),
                Substitutes::None => None,
            };
            let known = group.and_then(|g| self.needs.code(g));
            let category = || theirs.category(item).and_then(|c| self.categories.code(c));
            known.map_or_else(|| self.unseen(item, category()), |need| n_ladders + need)
        };
        Units::new(Cow::Owned((0..theirs.len() as u32).map(unit).collect()), self.use_quantity)
    }

    /// Checks what a file cannot promise: that every code stands for something.
    pub(crate) fn check(&self) -> bool {
        self.unit_of_item.len() == self.items.len()
            && self.unit_of_item.iter().all(|&u| (u as usize) < self.len())
            && self.category_of_unit.len() == self.len()
            && self.item_of_unit.iter().all(|&i| (i as usize) < self.items.len())
    }
}

/// The hash of an identifier; a number and its decimal text have the same.
pub(crate) fn hash_id(id: Id<'_>, seed: u64, text: &mut String) -> u64 {
    hash_text(text_of(id, text), seed)
}

/// An identifier as text, which a number is written to.
pub(crate) fn text_of<'a>(id: Id<'a>, text: &'a mut String) -> &'a str {
    use std::fmt::Write;
    match id {
        Id::Str(s) => s,
        Id::Int(i) => {
            text.clear();
            // Writing to a String cannot fail.
            let _ = write!(text, "{i}");
            text
        }
    }
}

/// The hash of an identifier's text.
pub(crate) fn hash_text(text: &str, seed: u64) -> u64 {
    xxh3_64_with_seed(text.as_bytes(), seed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::ladder::{Ladder, Step};
    use super::*;
    use crate::event::{Event, EventId};
    use crate::history::IngestOptions;
    use crate::time::Timestamp;

    fn history(items: &[(EventId, Option<&str>)]) -> History {
        let at: Timestamp = "2026-01-01".parse().unwrap();
        let row = |(item, need): &(EventId, Option<&str>)| {
            let event = Event::purchase("c", item.clone(), at);
            if let Some(need) = need { event.need(*need) } else { event }
        };
        History::from_events(items.iter().map(row), &IngestOptions::default()).unwrap().0
    }

    fn unit(catalog: &Catalog, history: &History, item: &str) -> u32 {
        catalog.units_for(history).of(history.items.ids.code(Id::from(item)).unwrap())
    }

    #[test]
    fn a_unit_is_a_ladder_a_need_or_an_item() {
        let known = history(&[
            ("s1".into(), Some("milk")),
            ("s2".into(), None),
            ("big".into(), Some("soap")),
            ("small".into(), Some("soap")),
            ("brush".into(), None),
        ]);
        let ladder = Ladder::new("growing").step(Step::new(["s1"]).until_days(100.0)).step(Step::new(["s2", "later"]));
        let options = Options { ladders: vec![ladder], ..Options::default() };
        let catalog = Catalog::build(&known.items, &options).unwrap();
        let of = |item| unit(&catalog, &known, item);
        // The ladder takes its items from the needs.
        assert_eq!((of("s1"), of("s2"), catalog.ladder(0)), (0, 0, Some(0)));
        assert_eq!(of("big"), of("small"));
        assert_eq!(catalog.need(of("s1")).as_deref(), Some("growing"));
        assert_eq!(catalog.need(of("big")).as_deref(), Some("soap"));
        assert_eq!(catalog.need(of("brush")), None);
        assert_eq!(known.items.ids.id(catalog.item_of(of("brush"))), Id::from("brush"));
        assert_eq!(catalog.item_of(of("big")), NONE);
        assert!(catalog.check() && catalog.hashes().len() == catalog.len());

        let alone =
            Catalog::build(&known.items, &Options { substitutes: Substitutes::None, ..Options::default() }).unwrap();
        assert_ne!(unit(&alone, &known, "big"), unit(&alone, &known, "small"));
    }

    #[test]
    fn another_history_is_read_in_the_models_units() {
        let known = history(&[("big".into(), Some("soap")), ("brush".into(), None), ("comb".into(), None)]);
        let catalog = Catalog::build(&known.items, &Options::default()).unwrap();
        let theirs = history(&[
            ("another soap".into(), Some("soap")),
            ("comb".into(), None),
            ("unheard of".into(), None),
            ("unheard of too".into(), Some("a new need")),
        ]);
        assert_eq!(unit(&catalog, &theirs, "comb"), unit(&catalog, &known, "comb"));
        // A new item of a known need is that need.
        assert_eq!(unit(&catalog, &theirs, "another soap"), unit(&catalog, &known, "big"));
        let (a, b) = (unit(&catalog, &theirs, "unheard of"), unit(&catalog, &theirs, "unheard of too"));
        assert!(a != b && a as usize >= catalog.len() && b as usize >= catalog.len());
        assert_eq!((catalog.item_of(a), catalog.need(a), catalog.ladder(a)), (NONE, None, None));
    }

    #[test]
    fn a_number_and_its_text_are_one_item() {
        let numbers = history(&[(17.into(), None), (4.into(), None)]);
        let texts = history(&[("17".into(), None), ("4".into(), None), ("x".into(), None)]);
        for (model, other) in [(&numbers, &texts), (&texts, &numbers)] {
            let catalog = Catalog::build(&model.items, &Options::default()).unwrap();
            for item in ["17", "4"] {
                assert_eq!(unit(&catalog, other, item), unit(&catalog, model, item));
            }
        }
        let mut text = String::new();
        assert_eq!(hash_id(Id::Int(-17), 3, &mut text), hash_id(Id::Str("-17"), 3, &mut text));
        assert_ne!(hash_id(Id::Int(17), 3, &mut text), hash_id(Id::Int(17), 4, &mut text));
    }

    #[test]
    fn an_item_has_one_ladder() {
        let known = history(&[("s1".into(), None)]);
        let ladder = |name: &str| Ladder::new(name).step(Step::new(["s1"]).until_days(9.0)).step(Step::new(["s2"]));
        let options = Options { ladders: vec![ladder("a"), ladder("b")], ..Options::default() };
        let error = Catalog::build(&known.items, &options).unwrap_err();
        assert!(error.field() == Some("ladders") && error.to_string().contains("s1"), "{error}");
    }
}

//! Learned life stages: what buyers of an item move on to, and never come back from.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::catalog::hash_id;
use super::purchases::{AsOf, Purchases, Units};
use crate::error::Result;
use crate::history::{HistoryView, NONE};
use crate::id::Id;
use crate::progress::Watch;

/// Customers who must have moved on to an item before it is proposed: below, a third of the share is chance.
const MIN_CUSTOMERS: u32 = 10;
/// Of the customers who moved on, the share that must have moved to the same item.
const MIN_SHARE: f64 = 0.25;
/// How much more often the move must go this way than back: a ladder has a direction, two brands have none.
const MIN_DIRECTION: f64 = 3.0;
/// Customers looked at, at most, chosen by a hash of their identifiers.
const MAX_CUSTOMERS: f64 = 200_000.0;
/// Units a customer may have bought in one group; with more, every pair of items follows every other.
const MAX_UNITS: usize = 24;
/// Customers looked at by one task, and tasks per thread between two questions whether to go on.
const CUSTOMERS_PER_TASK: usize = 2048;
const TASKS_PER_PIECE: usize = 8;

/// What follows a unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Successor {
    pub(crate) unit: u32,
    pub(crate) share: f64,
    pub(crate) n_customers: u32,
    /// Mean days from the first purchase of the one to the first of the other.
    pub(crate) after_days: f64,
}

/// From one unit to another: how many customers moved, and the days it took them, summed.
pub(super) type Move = ((u32, u32), (u32, i64));

/// The moves between any two units, in order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Moves(pub(super) Vec<Move>);

impl Moves {
    /// Adds up what is said about the same two units, in whatever order.
    pub(super) fn united(mut moves: Vec<Move>) -> Self {
        moves.par_sort_unstable();
        moves.dedup_by(|next, sum| {
            let is_same = next.0 == sum.0;
            if is_same {
                sum.1 = (sum.1.0 + next.1.0, sum.1.1 + next.1.1);
            }
            is_same
        });
        Self(moves)
    }

    /// How many customers moved from one unit to another.
    fn n_customers(&self, pair: (u32, u32)) -> u32 {
        self.0.binary_search_by_key(&pair, |(pair, _)| *pair).map_or(0, |place| self.0[place].1.0)
    }
}

/// Counts the moves of customers, of whom there are `n_customers` in all. Only moves within a category count, where the log
/// has categories.
pub(super) fn moves(
    view: &HistoryView<'_>,
    units: &Units<'_>,
    n_customers: u64,
    as_of: AsOf,
    watch: &mut Watch<'_>,
) -> Result<Moves> {
    let share = (MAX_CUSTOMERS / n_customers as f64).min(1.0);
    let limit = (share * u64::MAX as f64) as u64;
    let customers: Vec<u32> = view.customers.clone().collect();
    let items = &view.history.items;
    let is_known = |item: u32| items.category_at_us.get(item as usize).is_some_and(|&at| at <= as_of.us);
    let category = |item: u32| items.category.get(item as usize).copied().filter(|_| is_known(item)).unwrap_or(NONE);
    let moves_of = |customers: &[u32]| {
        let mut moves = Vec::new();
        let mut purchases = Purchases::default();
        let mut text = String::new();
        for &customer in customers {
            let id: Id<'_> = view.history.customers.id(customer);
            if hash_id(id, 4, &mut text) > limit {
                continue;
            }
            purchases.load(view.history, units, customer, as_of);
            add_moves(&purchases, &category, &mut moves);
        }
        moves
    };
    let mut moves = Vec::new();
    let tasks: Vec<&[u32]> = customers.chunks(CUSTOMERS_PER_TASK).collect();
    watch.put_in_order(
        &tasks,
        TASKS_PER_PIECE,
        |own| moves_of(own),
        |parts| moves.extend(parts.into_iter().flatten()),
    )?;
    Ok(Moves::united(moves))
}

/// One customer's moves: from a unit bought no more to one first bought after the other's last purchase.
fn add_moves(purchases: &Purchases, category: &dyn Fn(u32) -> u32, moves: &mut Vec<Move>) {
    // (category, unit, first day, last day), grouped by category.
    let mut spans: Vec<(u32, u32, i32, i32)> = purchases
        .by_unit()
        .map(|own| (category(own[0].item), own[0].unit, own[0].day, own[own.len() - 1].day))
        .collect();
    spans.sort_unstable();
    for group in spans.chunk_by(|a, b| a.0 == b.0).filter(|g| (2..=MAX_UNITS).contains(&g.len())) {
        for from in group {
            // The first unit taken up after the last purchase of this one.
            let next = group.iter().filter(|to| to.2 > from.3).min_by_key(|to| (to.2, to.1));
            if let Some(to) = next {
                moves.push(((from.1, to.1), (1, i64::from(to.2 - from.2))));
            }
        }
    }
}

/// The successors that enough customers moved on to.
pub(super) fn choose(moves: &Moves, item_of: &dyn Fn(u32) -> u32) -> BTreeMap<u32, Successor> {
    let mut out = BTreeMap::new();
    for own in moves.0.chunk_by(|a, b| a.0.0 == b.0.0) {
        let total: u32 = own.iter().map(|(_, (n, _))| n).sum();
        // The most frequent move; of equal ones the smaller code.
        let Some(&((from, to), (n, days))) = own.iter().max_by_key(|((_, to), (n, _))| (*n, u32::MAX - to)) else {
            continue;
        };
        let back = moves.n_customers((to, from));
        let share = f64::from(n) / f64::from(total);
        if n >= MIN_CUSTOMERS
            && share >= MIN_SHARE
            && f64::from(n) >= MIN_DIRECTION * f64::from(back)
            && item_of(to) != NONE
        {
            out.insert(from, Successor { unit: to, share, n_customers: n, after_days: days as f64 / f64::from(n) });
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::catalog::Catalog;
    use super::super::options::Options;
    use super::*;
    use crate::event::Event;
    use crate::history::{History, IngestOptions};
    use crate::time::Timestamp;

    /// What is learned from (customer, item, day) when all items are of one category, named by items.
    fn learned(rows: &[(usize, &str, i32)], as_of_day: i32) -> Vec<(String, String, u32, f64)> {
        let start: Timestamp = "2026-01-01".parse().unwrap();
        let event = |&(customer, item, day): &(usize, &str, i32)| {
            Event::purchase(customer as i64, item, start.plus_days(f64::from(day))).category("food")
        };
        let history = History::from_events(rows.iter().map(event), &IngestOptions::default()).unwrap().0;
        let catalog = Catalog::build(&history.items, &Options::default()).unwrap();
        let units = catalog.units_for(&history);
        let at = start.plus_days(f64::from(as_of_day));
        let as_of = AsOf::new(&history, at);
        let name = |unit: u32| history.items.ids.id(catalog.item_of(unit)).to_string();
        let n_customers = history.n_customers() as u64;
        let count = |watch: &mut Watch<'_>| super::moves(&history.view(), &units, n_customers, as_of, watch);
        let all = super::choose(&Watch::unwatched(count).unwrap(), &|unit| catalog.item_of(unit));
        all.iter().map(|(from, s)| (name(*from), name(s.unit), s.n_customers, s.after_days)).collect()
    }

    fn movers(n: usize) -> Vec<(usize, &'static str, i32)> {
        (0..n).flat_map(|c| [(c, "s1", 0), (c, "s1", 30), (c, "s2", 60 + c as i32), (c, "s2", 120)]).collect()
    }

    #[test]
    fn what_many_move_on_to_follows() {
        let rows = movers(11);
        assert_eq!(learned(&rows, 200), [("s1".to_owned(), "s2".to_owned(), 11, 65.0)]);
        // Only ten had moved by day 69, whose days have the mean 64.5; nine by day 68.
        assert_eq!(learned(&rows, 69), [("s1".to_owned(), "s2".to_owned(), 10, 64.5)]);
        assert_eq!(learned(&rows, 68), []);
    }

    #[test]
    fn two_brands_that_change_places_follow_neither() {
        let one_way = (0..30).map(|c| [(c, "a", 0), (c, "b", 40)]);
        let other_way = (30..50).map(|c| [(c, "b", 0), (c, "a", 40)]);
        let rows: Vec<_> = one_way.chain(other_way).flatten().collect();
        assert_eq!(learned(&rows, 100), []);
    }

    #[test]
    fn who_still_buys_the_one_has_not_moved_on() {
        let rows: Vec<_> = (0..40).flat_map(|c| [(c, "a", 0), (c, "b", 20), (c, "a", 40), (c, "b", 40)]).collect();
        assert_eq!(learned(&rows, 100), []);
    }
}

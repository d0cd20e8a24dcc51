//! Returns: each undoes the purchase it names, from its own instant on.

use std::collections::HashMap;

use super::intern::MISSING;
use super::items::NONE;
use super::merge::{Merged, merge};
use super::names::Field;
use super::part::{Part, Return};
use super::report::{Reason, Tally};
use super::store::{Undo, Unsorted};

/// Customer, item and order.
type Key = (u32, u32, u32);

/// The purchases that a return may name, and what is left of each.
type Bought = HashMap<Key, Vec<(u32, f64)>, foldhash::fast::RandomState>;

/// A return in final codes, and how the caller wrote the order it names.
#[derive(Debug)]
pub(super) struct Named {
    key: Key,
    at_us: i64,
    quantity: f64,
    row: usize,
    order: String,
}

/// Takes the returns out of the parts and brings them, and the orders of the purchases, into final codes.
pub(super) fn take(parts: &mut [Part], customers: &Merged, items: &Merged) -> Vec<Named> {
    let ids: Vec<_> = parts.iter_mut().map(|p| std::mem::take(&mut p.orders)).collect();
    let all = vec![None; ids.len()];
    let orders = merge(ids, &all);
    let mut named = Vec::new();
    for (number, part) in parts.iter_mut().enumerate() {
        for code in part.order.iter_mut().filter(|c| **c != MISSING) {
            *code = orders.codes[number][*code as usize];
        }
        let final_code = |merged: &Merged, code: u32| merged.codes[number][code as usize];
        named.extend(std::mem::take(&mut part.returns).into_iter().map(|r: Return| {
            let order = final_code(&orders, r.order);
            Named {
                key: (final_code(customers, r.customer), final_code(items, r.item), order),
                at_us: r.at_us,
                quantity: r.quantity,
                row: r.row,
                order: orders.dictionary.id(order).to_string(),
            }
        }));
    }
    named
}

/// Nets each return against what is left of the purchases it names, in the order of time. Refuses those that find none.
pub(super) fn apply(mut returns: Vec<Named>, events: &Unsorted, orders: &[u32], tally: &mut Tally) -> Vec<Undo> {
    let quantity = |event: u32| events.quantity.get(event as usize).copied().unwrap_or(1.0);
    let mut bought = Bought::default();
    for r in &returns {
        if r.key.0 != NONE && r.key.1 != NONE {
            bought.entry(r.key).or_default();
        }
    }
    for (event, &order) in orders.iter().enumerate().filter(|(_, o)| **o != MISSING) {
        if let Some(found) = bought.get_mut(&(events.customer[event], events.item[event], order)) {
            found.push((event as u32, quantity(event as u32)));
        }
    }
    // The order of rows must not matter: earliest first, then by what makes a difference.
    returns.sort_by(|a, b| {
        (a.key, a.at_us).cmp(&(b.key, b.at_us)).then(a.quantity.total_cmp(&b.quantity)).then(a.row.cmp(&b.row))
    });
    let amount = |event: u32| events.amount.get(event as usize).map_or(0, |a| a.to_bits());
    let mut undone = Vec::new();
    let mut sorted_for = None;
    for r in &returns {
        let found = bought.get_mut(&r.key).filter(|found| !found.is_empty());
        let Some(found) = found else {
            tally.refuse(Reason::UnmatchedReturn, r.row, Field::Undoes, || r.order.clone());
            continue;
        };
        if sorted_for != Some(r.key) {
            sorted_for = Some(r.key);
            found.sort_by_key(|&(e, q)| (events.at_us[e as usize], q.to_bits(), amount(e)));
        }
        let mut wanted = if r.quantity.is_nan() { f64::INFINITY } else { r.quantity };
        let before = undone.len();
        for (event, left) in found {
            let taken = wanted.min(*left);
            if taken > 0.0 {
                // A return dated before its purchase cannot undo it any earlier than it was made.
                let at_us = r.at_us.max(events.at_us[*event as usize]);
                undone.push(Undo { event: u64::from(*event), at_us, quantity: taken });
                *left -= taken;
                wanted -= taken;
            }
        }
        if undone.len() == before {
            tally.refuse(Reason::NothingLeftToReturn, r.row, Field::Undoes, || r.order.clone());
        }
    }
    undone
}

//! Returns: each undoes what it names, or else what was bought last, from its own instant on.

use std::collections::HashMap;

use super::intern::MISSING;
use super::items::NONE;
use super::merge::{Merged, merge};
use super::names::Field;
use super::part::Part;
use super::report::{Reason, Tally};
use super::store::{Undo, Unsorted};

/// Customer and item.
type Pair = (u32, u32);

/// A return in final codes.
#[derive(Debug)]
pub(super) struct Returned {
    pair: Pair,
    at_us: i64,
    /// The order it names, and how the caller wrote it; `MISSING` and nothing where it names none.
    order: u32,
    text: String,
    quantity: f64,
    row: usize,
}

/// A purchase of a pair of which something was returned.
struct Bought {
    event: u32,
    at_us: i64,
    order: u32,
    /// Units that are not returned yet.
    left: f64,
}

type Purchases = HashMap<Pair, Vec<Bought>, foldhash::fast::RandomState>;

/// Takes the returns out of the parts and brings them, and the orders of the purchases, into final codes.
pub(super) fn take(parts: &mut [Part], customers: &Merged, items: &Merged) -> Vec<Returned> {
    let ids: Vec<_> = parts.iter_mut().map(|p| std::mem::take(&mut p.orders)).collect();
    let all = vec![None; ids.len()];
    let orders = merge(ids, &all);
    let mut returns = Vec::new();
    for (number, part) in parts.iter_mut().enumerate() {
        for code in part.order.iter_mut().filter(|c| **c != MISSING) {
            *code = orders.codes[number][*code as usize];
        }
        let final_code = |merged: &Merged, code: u32| merged.codes[number][code as usize];
        returns.extend(std::mem::take(&mut part.returns).into_iter().map(|r| {
            let order = if r.order == MISSING { MISSING } else { final_code(&orders, r.order) };
            Returned {
                pair: (final_code(customers, r.customer), final_code(items, r.item)),
                at_us: r.at_us,
                order,
                text: if order == MISSING { String::new() } else { orders.dictionary.id(order).to_string() },
                quantity: r.quantity,
                row: r.row,
            }
        }));
    }
    returns
}

/// Nets each return against what is left of purchases, in the order of time, so that no return changes what an earlier one
/// undid. Refuses those that find none.
pub(super) fn apply(mut returns: Vec<Returned>, events: &Unsorted, orders: &[u32], tally: &mut Tally) -> Vec<Undo> {
    let mut bought = purchases(&returns, events, orders);
    // The order of rows must not matter: earliest first, then by what makes a difference.
    returns.sort_by(|a, b| {
        (a.pair, a.at_us, a.order)
            .cmp(&(b.pair, b.at_us, b.order))
            .then(a.quantity.total_cmp(&b.quantity))
            .then(a.row.cmp(&b.row))
    });
    let amount = |b: &Bought| events.amount.get(b.event as usize).map_or(0, |a| a.to_bits());
    let mut undone = Vec::new();
    for returns in returns.chunk_by(|a, b| a.pair == b.pair) {
        let mut own = bought.remove(&returns[0].pair).unwrap_or_default();
        own.sort_by_key(|b| (b.at_us, b.left.to_bits(), amount(b), b.order));
        for r in returns {
            let n_undone = undone.len();
            let found = if r.order == MISSING {
                let until = own.partition_point(|b| b.at_us <= r.at_us);
                undo(own[..until].iter_mut().rev(), r, &mut undone)
            } else {
                undo(own.iter_mut().filter(|b| b.order == r.order), r, &mut undone)
            };
            if undone.len() == n_undone {
                let reason = if found { Reason::NothingLeftToReturn } else { Reason::UnmatchedReturn };
                tally.refuse(reason, r.row, Field::Undoes, || r.text.clone());
            }
        }
    }
    undone
}

/// The purchases of each pair of which something was returned.
fn purchases(returns: &[Returned], events: &Unsorted, orders: &[u32]) -> Purchases {
    let mut bought = Purchases::default();
    for r in returns {
        if r.pair.0 != NONE && r.pair.1 != NONE {
            bought.entry(r.pair).or_default();
        }
    }
    for (event, (&customer, &item)) in events.customer.iter().zip(&events.item).enumerate() {
        if let Some(own) = bought.get_mut(&(customer, item)) {
            own.push(Bought {
                event: event as u32,
                at_us: events.at_us[event],
                order: orders.get(event).copied().unwrap_or(MISSING),
                left: events.quantity.get(event).copied().unwrap_or(1.0),
            });
        }
    }
    bought
}

/// Takes what a return brings back from purchases, one after the other; whether there was any.
fn undo<'a>(purchases: impl Iterator<Item = &'a mut Bought>, r: &Returned, undone: &mut Vec<Undo>) -> bool {
    // All of what it names; but of all that was ever bought, only the latest.
    let one = r.quantity.is_nan() && r.order == MISSING;
    let mut wanted = if r.quantity.is_nan() { f64::INFINITY } else { r.quantity };
    let mut found = false;
    for b in purchases {
        found = true;
        if wanted <= 0.0 {
            break;
        }
        let taken = wanted.min(b.left);
        if taken > 0.0 {
            // A return dated before its purchase cannot undo it any earlier than it was made.
            undone.push(Undo { event: u64::from(b.event), at_us: r.at_us.max(b.at_us), quantity: taken });
            b.left -= taken;
            wanted = if one { 0.0 } else { wanted - taken };
        }
    }
    found
}

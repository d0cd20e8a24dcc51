//! Putting events in order: a counting sort by customer, then each customer's few events by instant.

use jiff::tz::TimeZone;
use rayon::prelude::*;

use super::id::Dictionary;
use super::store::{History, Items, Undo, Unsorted};
use crate::time::DayClock;

/// Sorts by (customer, instant, item, quantity, amount), so that equal logs give equal stores whatever the order of
/// their rows. Needs one index per event beside the columns themselves.
pub(super) fn assemble(
    customers: Dictionary,
    items: Items,
    events: Unsorted,
    zone: TimeZone,
    merge_days: i32,
) -> History {
    let n = events.at_us.len();
    let Unsorted { customer, at_us, item, quantity, amount, undone } = events;
    let mut starts = vec![0u64; customers.len() + 1];
    for &c in &customer {
        starts[c as usize + 1] += 1;
    }
    for c in 0..customers.len() {
        starts[c + 1] += starts[c];
    }
    let mut order = vec![0u32; n];
    let mut next = starts.clone();
    for (i, &c) in customer.iter().enumerate() {
        order[next[c as usize] as usize] = i as u32;
        next[c as usize] += 1;
    }
    drop(next);
    drop(customer);
    let key = |i: u32| {
        let i = i as usize;
        (at_us[i], item[i], quantity.get(i).map_or(0, |q| q.to_bits()), amount.get(i).map_or(0, |a| a.to_bits()))
    };
    slices(&mut order, &starts).into_par_iter().with_min_len(256).for_each(|own| {
        if !own.is_sorted_by_key(|&i| key(i)) {
            own.sort_by_key(|&i| key(i));
        }
    });
    let undone = reindex(undone, &order);
    let gather_f64 = |column: Vec<f64>| -> Vec<f64> {
        if column.is_empty() { column } else { order.par_iter().map(|&i| column[i as usize]).collect() }
    };
    let quantity = gather_f64(quantity);
    let amount = gather_f64(amount);
    let item: Vec<u32> = order.par_iter().map(|&i| item[i as usize]).collect();
    let at_us: Vec<i64> = order.par_iter().map(|&i| at_us[i as usize]).collect();
    drop(order);
    let mut clock = DayClock::new(zone.clone());
    let day = at_us.iter().map(|&us| clock.day(us)).collect();
    History { customers, items, starts, at_us, day, item, quantity, amount, undone, zone, merge_days }
}

/// One mutable slice per customer.
fn slices<'a>(mut rest: &'a mut [u32], starts: &[u64]) -> Vec<&'a mut [u32]> {
    let mut out = Vec::with_capacity(starts.len().saturating_sub(1));
    for w in starts.windows(2) {
        let (own, tail) = rest.split_at_mut((w[1] - w[0]) as usize);
        out.push(own);
        rest = tail;
    }
    out
}

/// Points the undone purchases at their new places.
fn reindex(mut undone: Vec<Undo>, order: &[u32]) -> Vec<Undo> {
    if undone.is_empty() {
        return undone;
    }
    let mut place = vec![0u64; order.len()];
    for (new, &old) in order.iter().enumerate() {
        place[old as usize] = new as u64;
    }
    for u in &mut undone {
        u.event = place[u.event as usize];
    }
    undone.sort_by(|a, b| (a.event, a.at_us).cmp(&(b.event, b.at_us)).then(a.quantity.total_cmp(&b.quantity)));
    undone
}

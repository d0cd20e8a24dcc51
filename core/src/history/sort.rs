//! Putting events in order: a counting sort by customer, then each customer's few events by instant.

use std::cmp::Ordering;
use std::ops::Range;

use jiff::tz::TimeZone;
use rayon::prelude::*;

use super::contacts::Contacts;
use super::items::Items;
use super::store::{History, Undo, Unsorted};
use crate::id::Dictionary;
use crate::time::{DayClock, Timestamp};

/// Fewer events than this are not worth a second thread.
const SERIAL: usize = 50_000;
/// Events per piece of parallel work.
const PIECE: usize = 16_384;

/// Some customers and their part of a column.
type Piece<'a, T> = (Range<usize>, &'a mut [T]);

/// Sorts by (customer, instant, item, quantity, amount), so that equal logs give equal stores whatever the order of
/// their rows. Beside the columns it needs one index per event and one sorted column at a time.
pub(super) fn assemble(
    customers: Dictionary,
    items: Items,
    events: Unsorted,
    zone: TimeZone,
    merge_days: i32,
) -> History {
    let Unsorted { customer, at_us, item, quantity, amount, undone } = events;

    let starts = starts(&customer, customers.len());
    let mut order = by_customer(&customer, &starts);
    drop(customer);
    let undos = by_row(&undone);
    // Events that agree in all this are interchangeable, except that one may have been undone.
    let ties = |a: u32, b: u32| -> Ordering {
        let (i, j) = (a as usize, b as usize);
        let bits = |column: &[f64], i: usize| column.get(i).map_or(0, |x| x.to_bits());
        (item[i], bits(&quantity, i), bits(&amount, i))
            .cmp(&(item[j], bits(&quantity, j), bits(&amount, j)))
            .then_with(|| of_row(&undos, a).cmp(of_row(&undos, b)))
    };
    let sorted_at_us = sort_customers(&starts, &mut order, &at_us, ties);
    drop(at_us);
    let at_us = sorted_at_us;
    let item = gather(item, &order);
    let quantity = gather(quantity, &order);
    let amount = gather(amount, &order);
    let undone = reindex(undone, &order);
    drop(order);
    let day = days(&at_us, &zone);
    let contacts = Contacts::default();
    let first_timed_us = first_timed_us(&at_us, &day, &zone);
    History {
        customers,
        items,
        starts,
        at_us,
        day,
        item,
        quantity,
        amount,
        undone,
        contacts,
        zone,
        merge_days,
        first_timed_us,
    }
}

/// Where each customer's events start.
fn starts(customer: &[u32], n: usize) -> Vec<u64> {
    let mut starts = vec![0u64; n + 1];
    for &c in customer {
        starts[c as usize + 1] += 1;
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    starts
}

/// The rows in the order of their customers. Each thread goes through all rows and places those of its customers.
fn by_customer(customer: &[u32], starts: &[u64]) -> Vec<u32> {
    if customer.is_sorted() {
        return (0..customer.len() as u32).collect();
    }
    let mut order = vec![0u32; customer.len()];
    let threads = if customer.len() < SERIAL { 1 } else { rayon::current_num_threads().clamp(1, 8) };
    let mut tasks = pieces(starts, customer.len().div_ceil(threads), &mut order);
    let place = |(own, order): &mut Piece<'_, u32>| {
        let base = starts[own.start];
        let mut next: Vec<u32> = starts[own.clone()].iter().map(|s| (s - base) as u32).collect();
        for (row, &c) in customer.iter().enumerate() {
            // Customers before the own ones wrap around to huge numbers.
            if let Some(next) = next.get_mut((c as usize).wrapping_sub(own.start)) {
                order[*next as usize] = row as u32;
                *next += 1;
            }
        }
    };
    if tasks.len() == 1 {
        tasks.iter_mut().for_each(place);
    } else {
        tasks.par_iter_mut().for_each(place);
    }
    order
}

/// Sorts the rows of each customer by instant, then by `ties`; returns the instants in the new order.
fn sort_customers(
    starts: &[u64],
    order: &mut [u32],
    at_us: &[i64],
    ties: impl Fn(u32, u32) -> Ordering + Sync,
) -> Vec<i64> {
    let mut sorted = vec![0i64; order.len()];
    let serial = order.len() < SERIAL;
    let piece = if serial { order.len().max(1) } else { PIECE };
    let orders = pieces(starts, piece, order);
    let instants = pieces(starts, piece, &mut sorted);
    let sort = |((own, order), (_, sorted)): (Piece<'_, u32>, Piece<'_, i64>)| {
        let mut keys: Vec<(i64, u32)> = order.iter().map(|&row| (at_us[row as usize], row)).collect();
        let base = starts[own.start];
        let by = |a: &(i64, u32), b: &(i64, u32)| a.0.cmp(&b.0).then_with(|| ties(a.1, b.1));
        for customer in own {
            let rows = (starts[customer] - base) as usize..(starts[customer + 1] - base) as usize;
            let keys = &mut keys[rows];
            if !keys.is_sorted_by(|a, b| a.0 < b.0) {
                keys.sort_by(by);
            }
        }
        for ((at_us, row), (to_order, to_sorted)) in keys.into_iter().zip(order.iter_mut().zip(sorted)) {
            (*to_order, *to_sorted) = (row, at_us);
        }
    };
    if serial {
        orders.into_iter().zip(instants).for_each(sort);
    } else {
        orders.into_par_iter().zip(instants).for_each(sort);
    }
    sorted
}

/// Cuts a column into the parts of consecutive customers, of about `piece` events each.
fn pieces<'a, T>(starts: &[u64], piece: usize, mut rest: &'a mut [T]) -> Vec<Piece<'a, T>> {
    let mut out = Vec::with_capacity(rest.len() / piece.max(1) + 1);
    let customers = starts.len() - 1;
    let mut from = 0;
    while from < customers {
        let until = starts.partition_point(|&s| s < starts[from] + piece as u64).min(customers).max(from + 1);
        let (own, tail) = rest.split_at_mut((starts[until] - starts[from]) as usize);
        out.push((from..until, own));
        rest = tail;
        from = until;
    }
    out
}

/// A column in the new order; the old one goes.
fn gather<T: Copy + Send + Sync>(column: Vec<T>, order: &[u32]) -> Vec<T> {
    if column.is_empty() {
        column
    } else if order.len() < SERIAL {
        order.iter().map(|&i| column[i as usize]).collect()
    } else {
        order.par_iter().with_min_len(PIECE).map(|&i| column[i as usize]).collect()
    }
}

/// The earliest instant that is not the beginning of its day.
fn first_timed_us(at_us: &[i64], day: &[i32], zone: &TimeZone) -> i64 {
    let begin = |day: i32| Timestamp::of_day(day, zone).as_micros();
    if at_us.len() < SERIAL {
        let timed = at_us.iter().zip(day).filter(|(us, day)| **us != begin(**day));
        return timed.map(|(us, _)| *us).min().unwrap_or(i64::MAX);
    }
    let (first, last) = day.iter().fold((i32::MAX, i32::MIN), |(a, b), &day| (a.min(day), b.max(day)));
    let begins: Vec<i64> = (first..=last).map(begin).collect();
    let timed =
        at_us.par_iter().zip(day).with_min_len(PIECE).filter(|(us, day)| **us != begins[(**day - first) as usize]);
    timed.map(|(us, _)| *us).min().unwrap_or(i64::MAX)
}

fn days(at_us: &[i64], zone: &TimeZone) -> Vec<i32> {
    let clock = DayClock::new(zone.clone());
    if at_us.len() < SERIAL {
        let mut clock = clock;
        return at_us.iter().map(|&us| clock.day(us)).collect();
    }
    let start = || clock.clone();
    at_us.par_iter().with_min_len(PIECE).map_init(start, |clock, &us| clock.day(us)).collect()
}

/// Row, instant and quantity of what was undone, in this order.
fn by_row(undone: &[Undo]) -> Vec<(u32, i64, u64)> {
    let mut undos: Vec<_> = undone.iter().map(|u| (u.event as u32, u.at_us, u.quantity.to_bits())).collect();
    undos.sort_unstable();
    undos
}

/// When and how much of a row was undone.
fn of_row(undos: &[(u32, i64, u64)], row: u32) -> impl Iterator<Item = (i64, u64)> {
    let start = undos.partition_point(|u| u.0 < row);
    undos[start..].iter().take_while(move |u| u.0 == row).map(|u| (u.1, u.2))
}

/// Points the undone purchases at their new places.
fn reindex(mut undone: Vec<Undo>, order: &[u32]) -> Vec<Undo> {
    if undone.is_empty() {
        return undone;
    }
    let mut place = vec![0u32; order.len()];
    for (new, &old) in order.iter().enumerate() {
        place[old as usize] = new as u32;
    }
    for u in &mut undone {
        u.event = u64::from(place[u.event as usize]);
    }
    undone.sort_by(|a, b| (a.event, a.at_us).cmp(&(b.event, b.at_us)).then(a.quantity.total_cmp(&b.quantity)));
    undone
}

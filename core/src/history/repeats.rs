//! How many purchases repeat an earlier one and unite with it when the history is read.

use rayon::prelude::*;

use super::store::History;

/// Fewer events than this are not worth a second thread.
const SERIAL: usize = 50_000;

/// Purchases of one customer and item fewer than `merge_days` civil days after the first of their group.
pub(super) fn count_repeats(history: &History) -> usize {
    if history.merge_days < 1 {
        return 0;
    }
    let n = history.n_customers() as u32;
    if history.n_events() < SERIAL {
        let mut rows = Vec::new();
        (0..n).map(|customer| of_customer(history, customer, &mut rows)).sum()
    } else {
        (0..n).into_par_iter().with_min_len(256).map_init(Vec::new, |rows, c| of_customer(history, c, rows)).sum()
    }
}

fn of_customer(history: &History, customer: u32, rows: &mut Vec<(u32, i32)>) -> usize {
    let events = history.events_of(customer);
    let (days, items) = (&history.day[events.clone()], &history.item[events]);
    if history.merge_days > 1 {
        return repeats(days, items, history.merge_days, rows);
    }
    // Days are in order, so that only events of one day need to be compared.
    days.chunk_by(|a, b| a == b)
        .scan(0, |start, day| {
            let own = *start..*start + day.len();
            *start = own.end;
            Some(if day.len() == 1 { 0 } else { repeats(day, &items[own], 1, rows) })
        })
        .sum()
}

fn repeats(days: &[i32], items: &[u32], merge_days: i32, rows: &mut Vec<(u32, i32)>) -> usize {
    rows.clear();
    rows.extend(items.iter().copied().zip(days.iter().copied()));
    rows.sort_unstable();
    let mut first: Option<(u32, i32)> = None;
    let mut n = 0;
    for &(item, day) in rows.iter() {
        match first {
            Some((same, start)) if same == item && day - start < merge_days => n += 1,
            _ => first = Some((item, day)),
        }
    }
    n
}

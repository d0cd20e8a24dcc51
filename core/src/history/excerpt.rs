//! Some customers' purchases on their way to another place. Contacts stay where they are: what is learned of excerpts is of
//! purchases.

use serde::{Deserialize, Serialize};

use super::contacts::Contacts;
use super::items::Items;
use super::store::{History, Undo};
use crate::error::{Error, ErrorCode, Result};
use crate::event::EventId;
use crate::id::Dictionary;
use crate::time::zone_named;

/// Some customers' events, with item codes of the whole log.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Excerpt {
    customers: Vec<EventId>,
    /// How many events each has.
    n_events: Vec<u32>,
    at_us: Vec<i64>,
    day: Vec<i32>,
    item: Vec<u32>,
    quantity: Vec<f64>,
    amount: Vec<f64>,
    undone: Vec<Undo>,
    merge_days: i32,
    /// The time zone's IANA name.
    zone: String,
}

impl Excerpt {
    /// The events of some customers; `whole` are the items of the whole log.
    pub(crate) fn of(history: &History, customers: &[u32], whole: &Items) -> Self {
        let zone = history.time_zone().to_owned();
        let mut out = Self { merge_days: history.merge_days, zone, ..Self::default() };
        let code = |item: u32| whole.ids.code(history.items.ids.id(item)).unwrap_or_default();
        let codes: Vec<u32> = (0..history.items.len() as u32).map(code).collect();
        for &customer in customers {
            let events = history.events_of(customer);
            let shift = |u: &Undo| Undo { event: u.event - events.start as u64 + out.at_us.len() as u64, ..*u };
            let undone: Vec<Undo> = history.undone_in(events.clone()).iter().map(shift).collect();
            out.undone.extend(undone);
            out.customers.push(EventId::from(history.customers.id(customer)));
            out.n_events.push(events.len() as u32);
            out.at_us.extend(&history.at_us[events.clone()]);
            out.day.extend(&history.day[events.clone()]);
            out.item.extend(history.item[events.clone()].iter().map(|&item| codes[item as usize]));
            let number = |column: &[f64], none: f64| {
                column.get(events.clone()).map_or(vec![none; events.len()], <[f64]>::to_vec)
            };
            out.quantity.extend(number(&history.quantity, 1.0));
            out.amount.extend(number(&history.amount, f64::NAN));
        }
        out
    }

    /// The history of all these customers. Days were counted where the events were read.
    ///
    /// # Errors
    /// `invalid_data` when a part is damaged.
    pub(crate) fn united(parts: &[Self], items: &Items) -> Result<History> {
        let wrong = || Error::new(ErrorCode::InvalidData, "an answer of a part is damaged; ask the parts again");
        let is_text = parts.iter().flat_map(|p| &p.customers).any(|id| matches!(id, EventId::Str(_)));
        let mut order = Vec::new();
        for (p, part) in parts.iter().enumerate() {
            let n = part.at_us.len();
            let same =
                [part.day.len(), part.item.len(), part.quantity.len(), part.amount.len()].iter().all(|&len| len == n);
            let n_own: u64 = part.n_events.iter().map(|&n| u64::from(n)).sum();
            let known = part.item.iter().all(|&item| (item as usize) < items.len());
            if !(same && known && n_own == n as u64 && part.n_events.len() == part.customers.len()) {
                return Err(wrong());
            }
            let mut start = 0;
            for (id, &n) in part.customers.iter().zip(&part.n_events) {
                let key = match id {
                    EventId::Int(i) if !is_text => (*i, String::new()),
                    id => (0, id.to_string()),
                };
                order.push((key, p, start, n as usize));
                start += n as usize;
            }
        }
        order.sort_unstable();
        let customers = if is_text || order.is_empty() {
            Dictionary::from_sorted_strs(order.iter().map(|(key, ..)| key.1.as_str()))
        } else {
            Dictionary::from_sorted_ints(order.iter().map(|(key, ..)| key.0).collect())
        };
        // Parts of no customer may come from nowhere.
        let named = parts.iter().map(|p| p.zone.as_str()).find(|name| !name.is_empty());
        let zone = zone_named("time_zone", named.unwrap_or("UTC")).map_err(|_| wrong())?;
        let mut out = History {
            customers,
            items: items.clone(),
            starts: vec![0],
            at_us: Vec::new(),
            day: Vec::new(),
            item: Vec::new(),
            quantity: Vec::new(),
            amount: Vec::new(),
            undone: Vec::new(),
            contacts: Contacts::default(),
            zone,
            merge_days: parts.first().map_or(1, |p| p.merge_days),
            // Days are known here, and nobody asks for that of an instant.
            first_timed_us: i64::MAX,
        };
        for (_, p, start, n) in order {
            let (part, events) = (&parts[p], start..start + n);
            let shift = |u: &Undo| Undo { event: u.event - start as u64 + out.at_us.len() as u64, ..*u };
            let own = part.undone.iter().filter(|u| events.contains(&(u.event as usize)));
            let undone: Vec<Undo> = own.map(shift).collect();
            out.undone.extend(undone);
            out.at_us.extend(&part.at_us[events.clone()]);
            out.day.extend(&part.day[events.clone()]);
            out.item.extend(&part.item[events.clone()]);
            out.quantity.extend(&part.quantity[events.clone()]);
            out.amount.extend(&part.amount[events]);
            out.starts.push(out.at_us.len() as u64);
        }
        Ok(out)
    }
}

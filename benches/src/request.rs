//! What measuring speed asks the library for: the columns of the generated logs, and one customer's request.

use beforehand::{ColumnNames, Event, Id, Items, Timestamp};

/// Items among which a customer with a history of one's own spreads the purchases.
const OWN_ITEMS: u32 = 7;
/// Days over which they are spread.
const OWN_DAYS: f64 = 300.0;

/// The columns of the logs that [`crate::log_file`] writes.
pub fn column_names() -> ColumnNames {
    ColumnNames {
        customer: "customer_id".to_owned(),
        item: "item_id".to_owned(),
        time: "ts".to_owned(),
        ..ColumnNames::default()
    }
}

/// One customer's `n` purchases, as a service holds them when it is asked what that customer needs.
pub fn own_events(items: &Items, as_of: Timestamp, n: u32) -> Vec<Event> {
    let n_items = OWN_ITEMS.min(items.len() as u32);
    let purchase = |i: u32| {
        let at = as_of.plus_days(-f64::from(n - i) * OWN_DAYS / f64::from(n));
        match items.ids().id(i % n_items) {
            Id::Int(item) => Event::purchase("customer", item, at),
            Id::Str(item) => Event::purchase("customer", item, at),
        }
    };
    (0..n).map(purchase).collect()
}

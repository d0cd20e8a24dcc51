//! What measuring speed asks the library for: the columns of the generated logs, and one customer's request.

use beforehand::offer::{Cap, Channel, ChannelLimits, Limits, Offer, Policy, Weekday};
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

/// A shop's policy: three offers on three channels, quiet nights in a time zone with summer time, no calls at weekends, caps.
pub fn policy() -> Policy {
    let weekly = Cap { max_contacts: 2, days: 7.0 };
    let phone = ChannelLimits { weekdays: Weekday::ALL[..5].to_vec(), ..ChannelLimits::new("phone") };
    Policy {
        offers: vec![
            Offer::reminder(0.15),
            Offer { min_purchases: 3, ..Offer::discount("five_off", 0.05, 0.20) },
            Offer { min_purchases: 3, ..Offer::discount("ten_off", 0.10, 0.25) },
        ],
        channels: vec![Channel::new("app", 0.01), Channel::new("sms", 0.10), Channel::new("phone", 2.0)],
        order_value: Some(15.0),
        limits: Limits {
            channels: vec![ChannelLimits::new("app"), ChannelLimits::new("sms"), phone],
            caps: vec![weekly],
            ..Limits::default()
        },
        time_zone: "Europe/Berlin".to_owned(),
        ..Policy::new(0.35)
    }
}

//! A policy for the shop of the order log. Its numbers are stated, not learned: the log holds no contacts.

use beforehand::offer::{Channel, Costs, Offer, Policy};

/// A wholesaler of gifts: a third of the price is margin, a mail costs little, being a nuisance costs more.
pub fn policy() -> Policy {
    Policy {
        offers: vec![
            Offer::reminder(0.15),
            Offer { min_purchases: 3, ..Offer::discount("five_off", 0.05, 0.20) },
            Offer { min_purchases: 3, ..Offer::discount("ten_off", 0.10, 0.25) },
        ],
        channels: vec![Channel::new("email", 0.02), Channel { strength: 1.3, ..Channel::new("phone", 2.0) }],
        order_value: Some(15.0),
        costs: Costs { per_ignored: 0.20, per_early: 0.20, ..Costs::default() },
        time_zone: "Europe/London".to_owned(),
        ..Policy::new(0.35)
    }
}

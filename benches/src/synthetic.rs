//! Synthetic logs of any size that keep the habits of the shipped log.
//!
//! Each synthetic customer is a thinned copy of a real one drawn at random: some of the items in the real basket, each with *all* its
//! purchases, on the real visit days moved by up to [`DAY_JITTER`] days. Dropping whole items, not single purchases, is what keeps the share of
//! purchases that repeat an item, the gaps between them and the popularity of the items as they are in the real log, while the number
//! of events per customer can be set.

use crate::random::SplitMix64;
use crate::real_log::{DAY_MINUTES, RealCustomer, RealLog};

/// By how many days a visit moves at most; less where another visit is near, so that visits stay in order.
pub const DAY_JITTER: u32 = 3;
const MINUTE_JITTER: u32 = 30;

/// One purchase, in 16 bytes, so that ten million fit into 160 MB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// Minutes since [`RealLog::first_midnight_ms`].
    pub minute: u32,
    /// Number of the customer, from 0.
    pub customer: u32,
    /// Pieces, above 0.
    pub quantity: f32,
    /// Position in [`RealLog::items`].
    pub item: u16,
}

/// What to generate.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many customers. Default 1,000,000.
    pub n_customers: u32,
    /// Mean number of purchases per customer, from 1 up to that of the real log. Default 10.
    pub mean_events: f64,
    /// Same seed, same log. The log of fewer customers is the part of the larger log that has them. Default 1.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { n_customers: 1_000_000, mean_events: 10.0, seed: 1 }
    }
}

/// All purchases, customer by customer.
pub fn generate(real: &RealLog, options: &Options) -> Vec<Event> {
    let keep = share_of_pairs(real, options.mean_events);
    let expected = f64::from(options.n_customers) * options.mean_events;
    let mut events = Vec::with_capacity((expected * 1.02) as usize);
    let mut moved = Vec::new();
    for customer in 0..options.n_customers {
        let mut random = SplitMix64::new(options.seed, u64::from(customer));
        let real_customer = &real.customers[random.below(real.customers.len() as u32) as usize];
        move_visits(real_customer, real.n_days, &mut random, &mut moved);
        let at_least_one = random.below(real_customer.pairs.len() as u32) as usize;
        let before = events.len();
        for pair in &real_customer.pairs {
            if random.happens(keep) {
                extend(&mut events, customer, pair, &moved);
            }
        }
        if events.len() == before {
            extend(&mut events, customer, &real_customer.pairs[at_least_one], &moved);
        }
    }
    events
}

/// Brings the purchases into the order in which a shop would log them.
pub fn sort_by_time(events: &mut [Event]) {
    events.sort_unstable_by_key(|event| (event.minute, event.customer, event.item));
}

fn extend(events: &mut Vec<Event>, customer: u32, pair: &crate::real_log::RealPair, visits: &[u32]) {
    events.extend(pair.purchases.iter().map(|&(visit, quantity)| Event {
        minute: visits[visit as usize],
        customer,
        quantity,
        item: pair.item,
    }));
}

/// The share of pairs to keep so that the mean number of events per customer is `mean_events`, by bisection.
///
/// A customer with P pairs and E events contributes `keep · E` and, when nothing was kept, `(1 − keep)^P`, one pair of E / P events.
fn share_of_pairs(real: &RealLog, mean_events: f64) -> f64 {
    let expected = |keep: f64| {
        let of_one = |customer: &RealCustomer| {
            let (n_pairs, n_events) = (customer.pairs.len() as f64, customer.n_events() as f64);
            keep * n_events + (1.0 - keep).powf(n_pairs) * n_events / n_pairs
        };
        real.customers.iter().map(of_one).sum::<f64>() / real.customers.len() as f64
    };
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if expected(middle) < mean_events { low = middle } else { high = middle }
    }
    high
}

/// Writes the moved visits into `moved`, strictly in order, at most one per day, within the days of the log.
fn move_visits(customer: &RealCustomer, n_days: u32, random: &mut SplitMix64, moved: &mut Vec<u32>) {
    moved.clear();
    let day = |i: usize| customer.visits[i] / DAY_MINUTES;
    for (i, &visit) in customer.visits.iter().enumerate() {
        let before = if i == 0 { u32::MAX } else { day(i) - day(i - 1) };
        let after = if i + 1 == customer.visits.len() { u32::MAX } else { day(i + 1) - day(i) };
        // Two neighbours that both move less than half of their distance cannot meet.
        let reach = DAY_JITTER.min((before.min(after) - 1) / 2).min(day(i)).min(n_days - 1 - day(i));
        let new_day = i64::from(day(i)) + random.around_zero(reach);
        let minute = i64::from(visit % DAY_MINUTES) + random.around_zero(MINUTE_JITTER);
        moved.push(new_day as u32 * DAY_MINUTES + minute.clamp(0, i64::from(DAY_MINUTES) - 1) as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;
    use crate::real_log::shipped_path;

    fn shipped() -> RealLog {
        RealLog::read(&shipped_path()).expect("the shipped log can be read")
    }

    #[test]
    fn keeps_the_habits_of_the_real_log() {
        let real = shipped();
        let options = Options { n_customers: 20_000, ..Options::default() };
        let of_real = Profile::of(&real.events(), real.items.len());
        let of_made = Profile::of(&generate(&real, &options), real.items.len());
        assert!((of_made.events_per_customer - 10.0).abs() < 0.3, "{of_made:?}");
        assert!((of_made.share_repeats - of_real.share_repeats).abs() < 0.02, "{of_real:?}\n{of_made:?}");
        for (made, real) in of_made.share_of_top_items.iter().zip(of_real.share_of_top_items) {
            assert!((made - real).abs() < 0.02, "{of_real:?}\n{of_made:?}");
        }
    }

    #[test]
    fn same_seed_same_log_and_fewer_customers_are_a_part_of_it() {
        let real = shipped();
        let many = generate(&real, &Options { n_customers: 500, ..Options::default() });
        let few = generate(&real, &Options { n_customers: 100, ..Options::default() });
        let other = generate(&real, &Options { n_customers: 100, seed: 2, ..Options::default() });
        assert_eq!(few, many[..few.len()]);
        assert_ne!(few, other);
    }

    #[test]
    fn every_customer_buys_an_item_at_most_once_a_day_within_the_log() {
        let real = shipped();
        let mut events = generate(&real, &Options { n_customers: 2_000, ..Options::default() });
        let mut keys: Vec<_> = events.iter().map(|e| (e.customer, e.item, e.minute / DAY_MINUTES)).collect();
        keys.sort_unstable();
        let n_keys = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), n_keys);
        assert!(events.iter().all(|e| e.minute < real.n_days * DAY_MINUTES && e.quantity > 0.0));
        sort_by_time(&mut events);
        assert!(events.is_sorted_by_key(|e| e.minute));
        let mut customers: Vec<u32> = events.iter().map(|e| e.customer).collect();
        customers.sort_unstable();
        customers.dedup();
        assert_eq!(customers.len(), 2_000);
    }
}

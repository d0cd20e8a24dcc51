//! What a log is like, in a few numbers, to set a synthetic log beside the real one.

use std::fmt;

use crate::real_log::DAY_MINUTES;
use crate::synthetic::Event;

/// The item shares that [`Profile::share_of_top_items`] reports.
pub const TOP_ITEMS: [f64; 3] = [0.01, 0.10, 0.50];

/// The habits of a log.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Customers with at least one purchase.
    pub n_customers: usize,
    /// Purchases.
    pub n_events: usize,
    /// Customer-item pairs.
    pub n_pairs: usize,
    /// Purchases per customer.
    pub events_per_customer: f64,
    /// Days with purchases per customer.
    pub visits_per_customer: f64,
    /// Share of purchases that are not the first of their pair.
    pub share_repeats: f64,
    /// Share of pairs bought on two days or more.
    pub share_pairs_repeated: f64,
    /// 10, 50 and 90 % quantiles of the days between purchases of one pair.
    pub gap_days: [u32; 3],
    /// Share of purchases that fall on the most popular 1, 10 and 50 % of the items.
    pub share_of_top_items: [f64; 3],
}

impl Profile {
    /// Measures a log in which each customer's purchases stand together.
    pub fn of(events: &[Event], n_items: usize) -> Self {
        let (mut n_customers, mut n_visits, mut n_pairs, mut n_repeated) = (0, 0, 0, 0);
        let mut gaps = Vec::new();
        let mut sales = vec![0_usize; n_items];
        for customer in events.chunk_by(|a, b| a.customer == b.customer) {
            n_customers += 1;
            let mut purchases: Vec<(u16, u32)> = customer.iter().map(|e| (e.item, e.minute / DAY_MINUTES)).collect();
            purchases.sort_unstable();
            for pair in purchases.chunk_by(|a, b| a.0 == b.0) {
                n_pairs += 1;
                n_repeated += usize::from(pair.len() > 1);
                sales[usize::from(pair[0].0)] += pair.len();
                gaps.extend(pair.windows(2).map(|two| two[1].1 - two[0].1));
            }
            let mut days: Vec<u32> = purchases.iter().map(|purchase| purchase.1).collect();
            days.sort_unstable();
            days.dedup();
            n_visits += days.len();
        }
        gaps.sort_unstable();
        sales.sort_unstable_by(|a, b| b.cmp(a));
        let quantile = |share: f64| gaps.get((gaps.len() as f64 * share) as usize).copied().unwrap_or_default();
        let share = |part: usize, of: usize| part as f64 / of.max(1) as f64;
        let top = |of_items: f64| share(sales[..(n_items as f64 * of_items) as usize].iter().sum(), events.len());
        Self {
            n_customers,
            n_events: events.len(),
            n_pairs,
            events_per_customer: share(events.len(), n_customers),
            visits_per_customer: share(n_visits, n_customers),
            share_repeats: share(events.len() - n_pairs, events.len()),
            share_pairs_repeated: share(n_repeated, n_pairs),
            gap_days: [quantile(0.1), quantile(0.5), quantile(0.9)],
            share_of_top_items: TOP_ITEMS.map(top),
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, middle, high] = self.gap_days;
        let [few, some, half] = self.share_of_top_items.map(|share| share * 100.0);
        write!(
            f,
            "{} customers, {} purchases, {} pairs; per customer {:.1} purchases on {:.1} days; {:.1} % of purchases repeat a \
             pair, {:.1} % of pairs are repeated; gaps {low}/{middle}/{high} days (10/50/90 %); the top 1/10/50 % of items \
             have {few:.1}/{some:.1}/{half:.1} % of purchases",
            self.n_customers,
            self.n_events,
            self.n_pairs,
            self.events_per_customer,
            self.visits_per_customer,
            self.share_repeats * 100.0,
            self.share_pairs_repeated * 100.0,
        )
    }
}

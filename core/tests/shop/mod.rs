//! A made-up shop whose customers buy on cycles of their own: small enough for tests, large enough to train on.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use beforehand::{Event, History, IngestOptions, Timestamp};

/// A reproducible stream of numbers (an LCG with Knuth's constants), so that no test depends on chance.
pub(crate) struct Stream(pub(crate) u64);

impl Stream {
    /// Uniform in [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// About normal with mean 0 and deviation 1: twelve uniforms less six.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

pub(crate) fn start() -> Timestamp {
    "2024-01-01T09:00:00Z".parse().unwrap()
}

/// Purchases of one item by one customer on a cycle, for `days`, with a log spread of the gaps.
pub(crate) fn cycle(
    out: &mut Vec<Event>,
    customer: &str,
    item: &str,
    cycle_days: f64,
    spread: f64,
    days: f64,
    s: &mut Stream,
) {
    let mut day = s.uniform() * cycle_days;
    while day < days {
        out.push(Event::purchase(customer, item, start().plus_days(day.floor())));
        day += (cycle_days * (spread * s.normal()).exp()).max(1.0);
    }
}

/// `n` customers with one to three of five items, each on a cycle around the item's own, for `days`.
pub(crate) fn events(n: usize, days: f64, seed: u64) -> Vec<Event> {
    let items = [("filter", 97.0), ("milk", 32.0), ("coffee", 21.0), ("soap", 45.0), ("brush", 80.0)];
    let mut s = Stream(seed);
    let mut out = Vec::new();
    for c in 0..n {
        let customer = format!("c{c:04}");
        for (item, cycle_days) in items {
            if s.uniform() < 0.45 {
                let own = cycle_days * (0.15 * s.normal()).exp();
                // About half of them have stopped by the end.
                let until = days * (0.5 + s.uniform()).min(1.0);
                cycle(&mut out, &customer, item, own, 0.12, until, &mut s);
            }
        }
    }
    out
}

pub(crate) fn history(events: impl IntoIterator<Item = Event>) -> History {
    History::from_events(events, &IngestOptions::default()).unwrap().0
}

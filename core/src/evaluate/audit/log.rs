//! What a log holds up to `as_of`, in numbers.

use serde::{Deserialize, Serialize};

use super::calendar::{Hole, Jump, holes, jumps};
use crate::history::{History, HistoryView};
use crate::time::{DAY_US, Timestamp};

/// Customers seen within this many days before `as_of` count as active. Twelve weeks hold a purchase of most regular
/// buyers, and hide the rhythm of the week and of the month.
pub(super) const ACTIVE_DAYS: i32 = 84;

/// Weeks before `as_of` in which weekly rhythm is looked for.
pub(super) const RHYTHM_WEEKS: i32 = 12;

/// A customer active in this many of the last [`RHYTHM_WEEKS`] has a weekly rhythm: a week without activity then means
/// something.
pub(super) const RHYTHM_WEEKS_ACTIVE: u32 = 8;

/// Purchase cycles are long enough to show their regularity from this many pairs on: the standard error of the
/// regularity is then about a sixth of its value.
const MIN_REGULARITY_PAIRS: u64 = 100;

/// How fine the instants of a log are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TimeResolution {
    /// Dates only: at most two times of day occur (two, because midnight moves with the clocks).
    Days,
    /// Times of day, in whole minutes.
    Minutes,
    /// Times of day, with seconds.
    Seconds,
}

/// What a log holds. Only events up to `as_of` are counted, in every field.
///
/// A *visit* is a day on which a customer bought anything, a *pair* a customer and an item that customer bought, and a pair
/// is *repeated* when it was bought on two or more days. Shares are in \[0, 1\], and 0 when there is nothing to share.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
#[non_exhaustive]
pub struct LogFacts {
    /// Customers with an event.
    pub n_customers: u64,
    /// Items with an event.
    pub n_items: u64,
    /// Events.
    pub n_events: u64,
    /// Events after `as_of`, which were left out.
    pub n_events_after: u64,
    /// Days on which a customer bought, over all customers.
    pub n_visits: u64,
    /// The IANA name of the time zone in which days were counted.
    pub time_zone: String,
    /// The first event; `None` when there is none.
    pub first_at: Option<Timestamp>,
    /// The last event; `None` when there is none.
    pub last_at: Option<Timestamp>,
    /// Civil days from the first to the last event, both included.
    pub span_days: u32,
    /// Civil days from the last event to `as_of`.
    pub quiet_days: u32,
    /// Pairs of customer and item.
    pub n_pairs: u64,
    /// Pairs bought on two or more days.
    pub n_pairs_repeated: u64,
    /// `n_pairs_repeated / n_pairs`.
    pub share_pairs_repeated: f64,
    /// Customers with visits on two or more days.
    pub n_customers_returning: u64,
    /// `n_customers_returning / n_customers`.
    pub share_customers_returning: f64,
    /// Share of customers with a single event.
    pub share_customers_single_event: f64,
    /// Median events per customer.
    pub median_events_per_customer: f64,
    /// Median days between two purchases of one pair; `None` when no pair is repeated.
    pub median_cycle_days: Option<f64>,
    /// Regularity of the cycles as the shape k of an Erlang distribution: 1 is pure chance, 2 and more a rhythm. `None`
    /// with fewer than 100 pairs bought on three days.
    ///
    /// Formula: with M = g₁ / (g₁ + g₂) of the last two gaps of each pair, k = (1 − 4 v) / (8 v), v = mean (M − ½)²
    /// (Wheat & Morrison 1990).
    pub regularity: Option<f64>,
    /// Customers with an event in the last 84 days before `as_of`.
    pub n_customers_active: u64,
    /// Customers with an event in at least 8 of the last 12 weeks before `as_of`.
    pub n_customers_weekly: u64,
    /// Customers who moved from one item to another of the same need or category and did not come back to the first.
    pub n_customers_moved_on: u64,
    /// Whether the log has quantities (some quantity is not 1).
    pub has_quantity: bool,
    /// Share of events with a quantity other than 1.
    pub share_events_quantity: f64,
    /// Share of events with an amount of money.
    pub share_events_amount: f64,
    /// Share of events whose item has a category.
    pub share_events_category: f64,
    /// Share of events whose item has a need.
    pub share_events_need: f64,
    /// Share of events whose item has a pack size.
    pub share_events_pack_size: f64,
    /// Needs that two or more items serve.
    pub n_needs_shared: u64,
    /// Purchases returned or cancelled, in full or in part.
    pub n_returns: u64,
    /// How fine the instants are; `None` without events.
    pub time_resolution: Option<TimeResolution>,
    /// Days between first and last event on which nobody bought anything.
    pub n_days_empty: u32,
    /// Weekdays on which as good as nothing happens, 0 = Monday … 6 = Sunday: taken as closed.
    pub closed_weekdays: Vec<u8>,
    /// Stretches without any event, too long to be chance. In order of time.
    pub holes: Vec<Hole>,
    /// Sudden changes of level. In order of time.
    pub jumps: Vec<Jump>,
}

impl LogFacts {
    /// Counts everything up to `as_of`, in one pass over the events.
    pub(super) fn of(view: &HistoryView<'_>, as_of: Timestamp) -> Self {
        let history = view.history();
        let as_of_day = history.last_seen_day(as_of);
        // Events are in order of time: those up to as_of come first.
        let events_of = |customer| {
            let events = history.events_of(customer);
            let n = history.at_us[events.clone()].partition_point(|&us| us <= as_of.as_micros());
            (events.start..events.start + n, events.len() - n)
        };
        let span = view.customers.clone().map(|c| events_of(c).0).filter(|e| !e.is_empty()).fold(None, |span, e| {
            let (first, last) = span.unwrap_or((i32::MAX, i32::MIN));
            Some((first.min(history.day[e.start]), last.max(history.day[e.end - 1])))
        });
        let mut tally = Tally::new(history, as_of_day, span);
        for customer in view.customers.clone() {
            let (events, n_after) = events_of(customer);
            tally.facts.n_events_after += n_after as u64;
            tally.customer(events);
        }
        let from = view.customers.start as usize;
        let (first, last) = (history.starts[from], history.starts[view.customers.end as usize]);
        let undone = &history.undone;
        let in_view = &undone[undone.partition_point(|u| u.event < first)..undone.partition_point(|u| u.event < last)];
        let n_returns = in_view
            .chunk_by(|a, b| a.event == b.event)
            .filter(|of_one| of_one.iter().any(|u| u.at_us <= as_of.as_micros()))
            .count();
        tally.finish(n_returns as u64)
    }
}

/// The running counts.
struct Tally<'a> {
    history: &'a History,
    as_of_day: i32,
    facts: LogFacts,
    item_seen: Vec<bool>,
    events_per_customer: Vec<f64>,
    /// How many cycles have this many days.
    cycles: Vec<u64>,
    /// Σ (M − ½)² and how many M.
    regularity: (f64, u64),
    single: u64,
    amounts: u64,
    quantities: u64,
    described: [u64; 3],
    first_us: i64,
    last_us: i64,
    times_of_day: Vec<i64>,
    whole_minutes: bool,
    first_day: i32,
    /// Visits on each day from the first to the last.
    per_day: Vec<u32>,
    /// Of one customer, kept to save allocations: days of visits; (item, day); (group, first day, last day) per item.
    visits: Vec<i32>,
    pairs: Vec<(u32, i32)>,
    stays: Vec<(u32, i32, i32)>,
}

impl<'a> Tally<'a> {
    /// `span` holds the first and the last day with an event.
    fn new(history: &'a History, as_of_day: i32, span: Option<(i32, i32)>) -> Self {
        let (first_day, n_days) = span.map_or((0, 0), |(first, last)| (first, (last - first + 1) as usize));
        Self {
            history,
            as_of_day,
            facts: LogFacts { time_zone: history.time_zone().to_owned(), ..LogFacts::default() },
            item_seen: vec![false; history.items.len()],
            events_per_customer: Vec::new(),
            cycles: vec![0; n_days + 1],
            regularity: (0.0, 0),
            single: 0,
            amounts: 0,
            quantities: 0,
            described: [0; 3],
            first_us: i64::MAX,
            last_us: i64::MIN,
            times_of_day: Vec::new(),
            whole_minutes: true,
            first_day,
            per_day: vec![0; n_days],
            visits: Vec::new(),
            pairs: Vec::new(),
            stays: Vec::new(),
        }
    }

    fn customer(&mut self, events: std::ops::Range<usize>) {
        if events.is_empty() {
            return;
        }
        let h = self.history;
        let n = events.len();
        self.facts.n_customers += 1;
        self.facts.n_events += n as u64;
        self.events_per_customer.push(n as f64);
        self.single += u64::from(n == 1);
        self.first_us = self.first_us.min(h.at_us[events.start]);
        self.last_us = self.last_us.max(h.at_us[events.end - 1]);
        for i in events.clone() {
            self.event(i);
        }

        let days = &h.day[events.clone()];
        self.visits.clear();
        self.visits.extend(days.chunk_by(|a, b| a == b).map(|same| same[0]));
        let visits = &self.visits;
        for day in visits {
            self.per_day[(day - self.first_day) as usize] += 1;
        }
        self.facts.n_visits += visits.len() as u64;
        self.facts.n_customers_returning += u64::from(visits.len() > 1);
        let last_day = days[n - 1];
        self.facts.n_customers_active += u64::from(self.as_of_day - last_day < ACTIVE_DAYS);
        let recent = visits.iter().map(|day| (self.as_of_day - day) / 7).filter(|&week| week < RHYTHM_WEEKS);
        // One bit per week.
        let weeks = recent.fold(0_u32, |seen, week| seen | 1 << week);
        self.facts.n_customers_weekly += u64::from(weeks.count_ones() >= RHYTHM_WEEKS_ACTIVE);
        self.pairs(events);
    }

    fn event(&mut self, i: usize) {
        let h = self.history;
        let item = h.item[i] as usize;
        self.item_seen[item] = true;
        self.quantities += u64::from(h.quantity.get(i).is_some_and(|&q| (q - 1.0).abs() > 1e-9));
        self.amounts += u64::from(h.amount.get(i).is_some_and(|a| a.is_finite()));
        let code = item as u32;
        self.described[0] += u64::from(h.items.category(code).is_some());
        self.described[1] += u64::from(h.items.need(code).is_some());
        self.described[2] += u64::from(h.items.pack_size(code).is_some());
        let time = h.at_us[i].rem_euclid(DAY_US);
        // Three different times are enough to know that there are times.
        if self.times_of_day.len() < 3 && !self.times_of_day.contains(&time) {
            self.times_of_day.push(time);
        }
        self.whole_minutes &= time % 60_000_000 == 0;
    }

    /// Pairs, cycles, and items left for another one.
    fn pairs(&mut self, events: std::ops::Range<usize>) {
        let h = self.history;
        self.pairs.clear();
        self.pairs.extend(events.map(|i| (h.item[i], h.day[i])));
        self.pairs.sort_unstable();
        self.pairs.dedup();
        self.stays.clear();
        for pair in self.pairs.chunk_by(|a, b| a.0 == b.0) {
            self.facts.n_pairs += 1;
            self.facts.n_pairs_repeated += u64::from(pair.len() > 1);
            for w in pair.windows(2) {
                self.cycles[(w[1].1 - w[0].1) as usize] += 1;
            }
            if let [.., a, b, c] = pair {
                let share = f64::from(b.1 - a.1) / f64::from(c.1 - a.1);
                self.regularity.0 += (share - 0.5).powi(2);
                self.regularity.1 += 1;
            }
            if let Some(group) = group(h, pair[0].0) {
                self.stays.push((group, pair[0].1, pair[pair.len() - 1].1));
            }
        }
        self.stays.sort_unstable();
        let mut moved_on = false;
        for stays in self.stays.chunk_by(|a, b| a.0 == b.0) {
            // Of the stays in one group in order of their start: one that begins after all before it have ended.
            let mut end = i32::MAX;
            for (k, stay) in stays.iter().enumerate() {
                moved_on |= k > 0 && stay.1 > end;
                end = if k == 0 { stay.2 } else { end.max(stay.2) };
            }
        }
        self.facts.n_customers_moved_on += u64::from(moved_on);
    }

    fn finish(mut self, n_returns: u64) -> LogFacts {
        let mut f = std::mem::take(&mut self.facts);
        f.n_returns = n_returns;
        f.n_items = self.item_seen.iter().filter(|&&seen| seen).count() as u64;
        if f.n_events == 0 {
            return f;
        }
        f.share_pairs_repeated = share(f.n_pairs_repeated, f.n_pairs);
        f.share_customers_returning = share(f.n_customers_returning, f.n_customers);
        f.share_customers_single_event = share(self.single, f.n_customers);
        f.median_events_per_customer = median(&mut self.events_per_customer).unwrap_or(0.0);
        f.median_cycle_days = median_of_counts(&self.cycles);
        let (sum, n) = self.regularity;
        // All gaps equal gives v = 0; the bound keeps the answer finite.
        let v = (sum / n.max(1) as f64).max(1e-3);
        f.regularity = (n >= MIN_REGULARITY_PAIRS).then(|| ((1.0 - 4.0 * v) / (8.0 * v)).max(0.0));
        f.has_quantity = self.quantities > 0;
        f.share_events_quantity = share(self.quantities, f.n_events);
        f.share_events_amount = share(self.amounts, f.n_events);
        let [category, need, pack_size] = self.described.map(|n| share(n, f.n_events));
        (f.share_events_category, f.share_events_need, f.share_events_pack_size) = (category, need, pack_size);
        f.n_needs_shared = needs_shared(self.history, &self.item_seen);
        f.time_resolution = Some(match (self.times_of_day.len() < 3, self.whole_minutes) {
            (true, _) => TimeResolution::Days,
            (false, true) => TimeResolution::Minutes,
            (false, false) => TimeResolution::Seconds,
        });
        f.first_at = Timestamp::from_micros(self.first_us).ok();
        f.last_at = Timestamp::from_micros(self.last_us).ok();
        f.span_days = self.per_day.len() as u32;
        f.quiet_days = (self.as_of_day - self.first_day - f.span_days as i32 + 1).max(0) as u32;
        f.n_days_empty = self.per_day.iter().filter(|&&n| n == 0).count() as u32;
        let zone = &self.history.zone;
        (f.closed_weekdays, f.holes) = holes(&self.per_day, self.first_day, zone);
        f.jumps = jumps(&self.per_day, self.first_day, zone);
        f
    }
}

/// The need of an item, else its category, as one number.
fn group(history: &History, item: u32) -> Option<u32> {
    let items = &history.items;
    if items.need(item).is_some() {
        return Some(items.need[item as usize]);
    }
    // Categories come behind the needs, so that the two never mix.
    items.category(item).map(|_| items.needs.len() as u32 + items.category[item as usize])
}

fn needs_shared(history: &History, item_seen: &[bool]) -> u64 {
    let mut n_items = vec![0_u32; history.items.needs.len()];
    for (item, _) in item_seen.iter().enumerate().filter(|(_, seen)| **seen) {
        if history.items.need(item as u32).is_some() {
            n_items[history.items.need[item] as usize] += 1;
        }
    }
    n_items.iter().filter(|&&n| n > 1).count() as u64
}

fn share(part: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

/// The middle value, the mean of the two middle ones for an even count. Linear time.
fn median(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let is_even = values.len().is_multiple_of(2);
    let (below, &mut upper, _) = values.select_nth_unstable_by(values.len() / 2, f64::total_cmp);
    if is_even {
        let lower = below.iter().copied().fold(f64::MIN, f64::max);
        return Some(f64::midpoint(lower, upper));
    }
    Some(upper)
}

/// The median of values 0, 1, 2, … that occur so many times each.
fn median_of_counts(counts: &[u64]) -> Option<f64> {
    let n: u64 = counts.iter().sum();
    let value_at = |rank: u64| {
        let mut seen = 0;
        counts.iter().position(|c| {
            seen += c;
            seen > rank
        })
    };
    let (low, high) = (value_at(n.checked_sub(1)? / 2)?, value_at(n / 2)?);
    Some(f64::midpoint(low as f64, high as f64))
}

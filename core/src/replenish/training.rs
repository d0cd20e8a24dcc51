//! Training rows: what was known at earlier cutoffs of the same log, and when the next purchase then came.

use super::catalog::{Catalog, hash_text, text_of};
use super::decay::Decay;
use super::evidence::{EvidenceBuilder, N_FEATURES};
use super::purchases::{AsOf, Purchase, Purchases, Units};
use super::scoring::Judged;
use super::structure::{EDGES_DAYS, weekday_factors};
use super::traits::Traits;
use crate::error::Result;
use crate::history::HistoryView;
use crate::progress::Watch;
use crate::stats::{HazardRows, Spans};

/// How long before the instant of fitting the cutoffs lie, days. Whole weeks, so that every cutoff falls on the same
/// weekday; the first serves only the hazards of the first week, the last two the far spans and the season.
const LAGS_DAYS: [i32; 9] = [7, 28, 56, 84, 112, 140, 168, 224, 364];
/// Days of log a cutoff must have before it.
const MIN_DAYS_BEFORE: i32 = 28;
/// Customers whose rows may be drawn, as a multiple of what the rows asked for would need.
const SPREAD_OVER_CUSTOMERS: f64 = 8.0;
/// Customers looked at by one task, and tasks per thread between two questions whether to go on.
const CUSTOMERS_PER_TASK: usize = 512;
const TASKS_PER_PIECE: usize = 32;

/// The cutoffs of a log that spans `first_day ..= as_of_day`, ascending; the last is the instant of fitting.
pub(crate) fn cutoffs(first_day: i32, as_of_day: i32) -> Vec<i32> {
    let span = as_of_day - first_day;
    // The far cutoffs pay only when the log is long enough to have taught something by then.
    let worth = |lag: i32| span - lag >= MIN_DAYS_BEFORE.max(if lag > 168 { 112 } else { 0 });
    let mut out: Vec<i32> = LAGS_DAYS.iter().rev().filter(|&&lag| worth(lag)).map(|lag| as_of_day - lag).collect();
    out.push(as_of_day);
    out
}

/// What drawing rows needs to know.
pub(crate) struct Drawing<'a> {
    pub(crate) view: HistoryView<'a>,
    pub(crate) units: &'a Units<'a>,
    pub(crate) catalog: &'a Catalog,
    /// The cutoffs, ascending; the last is the instant of fitting.
    pub(crate) cutoff_days: &'a [i32],
    /// Pairs that began before each of them, since the one before.
    pub(crate) n_pairs: &'a [i64],
    /// One per cutoff.
    pub(crate) traits: &'a [Traits],
    pub(crate) decay: &'a Decay,
    pub(crate) as_of: AsOf,
    pub(crate) max_rows: usize,
}

impl Drawing<'_> {
    /// Draws rows at every cutoff but the last. Which rows is decided by a hash of the identifiers alone.
    pub(crate) fn rows(&self, watch: &mut Watch<'_>) -> Result<Drawn> {
        let n_cutoffs = self.cutoff_days.len() - 1;
        let hashes = self.catalog.hashes();
        let customers: Vec<u32> = self.view.customers.clone().collect();
        let mut n_pairs = 0;
        let cutoffs = (0..n_cutoffs).map(|k| {
            n_pairs += self.n_pairs[k];
            let wanted = (self.max_rows / n_cutoffs) as f64 / (n_pairs as f64).max(1.0);
            let of_customers = (wanted * SPREAD_OVER_CUSTOMERS).min(1.0);
            self.cutoff(k, Share { of_customers, of_pairs: (wanted / of_customers).min(1.0) })
        });
        let cutoffs: Vec<Cutoff<'_>> = cutoffs.collect();
        // One per cutoff.
        let mut drawn: Vec<Drawn> = cutoffs.iter().map(|_| Drawn::default()).collect();
        let tasks: Vec<&[u32]> = customers.chunks(CUSTOMERS_PER_TASK).collect();
        let rows_of = |own: &&[u32]| self.rows_of(own, &cutoffs, &hashes);
        watch.put_in_order(&tasks, TASKS_PER_PIECE, rows_of, |parts| {
            for part in parts {
                drawn.iter_mut().zip(part).for_each(|(drawn, part)| drawn.append(part));
            }
        })?;
        let mut drawn = drawn.into_iter();
        let mut all = drawn.next().unwrap_or_default();
        drawn.for_each(|later| all.append(later));
        Ok(all)
    }

    fn cutoff(&self, k: usize, share: Share) -> Cutoff<'_> {
        let (day, traits) = (self.cutoff_days[k], &self.traits[k]);
        let follow_up = self.cutoff_days[self.cutoff_days.len() - 1] - day;
        let n_observed = EDGES_DAYS.iter().filter(|&&edge| edge as i32 <= follow_up).count();
        let as_of = self.as_of.end_of(self.view.history, day);
        Cutoff { k, day, as_of, traits, share, n_observed, factors: weekday_factors(&traits.population.weekday, day) }
    }

    /// The rows of some customers at each cutoff.
    fn rows_of(&self, customers: &[u32], cutoffs: &[Cutoff<'_>], hashes: &[u64]) -> Vec<Drawn> {
        let mut drawn: Vec<Drawn> = cutoffs.iter().map(|_| Drawn::default()).collect();
        let (mut known, mut later) = (Purchases::default(), Purchases::default());
        let mut builder = EvidenceBuilder::new(self.decay);
        let mut text = String::new();
        for &customer in customers {
            let id = text_of(self.view.history.customers.id(customer), &mut text);
            for (drawn, cutoff) in drawn.iter_mut().zip(cutoffs) {
                let hash = hash_text(id, cutoff.k as u64);
                if unit_interval(hash) >= cutoff.share.of_customers {
                    continue;
                }
                known.load(self.view.history, self.units, customer, cutoff.as_of);
                let Some(evidence) = builder.customer(&known, cutoff.traits, cutoff.day) else { continue };
                later.load(self.view.history, self.units, customer, self.as_of);
                for own in known.by_unit() {
                    let unit = own[0].unit;
                    if unit_interval(hashes[unit as usize] ^ hash.rotate_left(32)) >= cutoff.share.of_pairs {
                        continue;
                    }
                    let pair = builder.pair(own, &evidence, cutoff.traits, cutoff.day);
                    let judged = Judged::of(&pair, &evidence, cutoff.traits, unit, &cutoff.factors);
                    let bought = later.next_after(unit, cutoff.day).map(|p: &Purchase| p.day - cutoff.day);
                    drawn.push(customer, &judged, cutoff, bought);
                }
            }
        }
        drawn
    }
}

/// A cutoff at which rows are drawn.
struct Cutoff<'a> {
    k: usize,
    day: i32,
    /// Its end.
    as_of: AsOf,
    traits: &'a Traits,
    share: Share,
    /// Spans seen in full by the instant of fitting.
    n_observed: usize,
    factors: Spans,
}

/// Training rows, and whose they are.
#[derive(Debug)]
pub(crate) struct Drawn {
    pub(crate) rows: HazardRows,
    /// For every row the code of its customer.
    pub(crate) customer: Vec<u32>,
}

impl Default for Drawn {
    fn default() -> Self {
        Self { rows: HazardRows { n_features: N_FEATURES, ..HazardRows::default() }, customer: Vec::new() }
    }
}

impl Drawn {
    fn push(&mut self, customer: u32, judged: &Judged, cutoff: &Cutoff<'_>, bought_days: Option<i32>) {
        let span = bought_days.and_then(|days| EDGES_DAYS.iter().position(|&edge| f64::from(days) <= edge));
        let event = span.filter(|&s| s < cutoff.n_observed);
        let rows = &mut self.rows;
        rows.features.extend(judged.features);
        rows.offset.push(judged.log_odds);
        rows.n_at_risk.push(event.map_or(cutoff.n_observed, |s| s + 1) as u8);
        rows.event.push(event.is_some());
        rows.cutoff.push(cutoff.k as u8);
        self.customer.push(customer);
    }

    fn append(&mut self, mut other: Self) {
        self.rows.append(other.rows);
        self.customer.append(&mut other.customer);
    }
}

/// Which share of customers, and of their pairs, is drawn.
#[derive(Debug, Clone, Copy)]
struct Share {
    of_customers: f64,
    of_pairs: f64,
}

/// A hash as a number in [0, 1); mixed once more, because two hashes were combined.
pub(crate) fn unit_interval(hash: u64) -> f64 {
    let mut z = hash.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    ((z ^ (z >> 32)) >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::options::Options;
    use super::super::summary::Summary;
    use super::*;
    use crate::event::Event;
    use crate::history::{History, IngestOptions};
    use crate::time::Timestamp;

    #[test]
    fn a_log_has_the_cutoffs_it_is_long_enough_for() {
        // Too short to look back at all: structure alone.
        assert_eq!(cutoffs(0, 34), [34]);
        assert_eq!(cutoffs(0, 35), [28, 35]);
        assert_eq!(cutoffs(0, 56), [28, 49, 56]);
        assert_eq!(cutoffs(100, 156), [128, 149, 156]);
        // The far cutoffs ask for more.
        assert_eq!(cutoffs(0, 335)[0], 335 - 168);
        assert_eq!(cutoffs(0, 336)[0], 336 - 224);
        assert_eq!(cutoffs(0, 475)[0], 475 - 224);
        let all = cutoffs(0, 5_000);
        assert_eq!(all.len(), LAGS_DAYS.len() + 1);
        assert!(all.len() <= super::super::summary::MAX_CUTOFFS);
        assert!(all.is_sorted() && all.iter().all(|c| (5_000 - c) % 7 == 0), "{all:?}");
        assert_eq!(cutoffs(7, 7), [7]);
    }

    /// Thirty customers who buy every 10 days, one of them only once.
    fn log(until: i32) -> History {
        let start: Timestamp = "2025-01-06".parse().unwrap();
        let bought =
            |c: i32, k: i32| Event::purchase(i64::from(c), "filter", start.plus_days(f64::from(10 * k + c % 5)));
        let days = |c: i32, k: i32| 10 * k + c % 5;
        let last = |c: i32| if c == 0 { 1 } else { 100 };
        let rows = (0..30).flat_map(|c| (0..last(c)).filter(move |&k| days(c, k) <= until).map(move |k| bought(c, k)));
        History::from_events(rows, &IngestOptions::default()).unwrap().0
    }

    fn rows(history: &History, as_of_day: i32, max_rows: usize) -> (HazardRows, Vec<i32>) {
        let start: Timestamp = "2025-01-06".parse().unwrap();
        let first = history.day_of(start);
        let at = AsOf { us: start.plus_days(f64::from(as_of_day) + 0.9).as_micros(), day: first + as_of_day };
        let catalog = Catalog::build(&history.items, &Options::default()).unwrap();
        let units = catalog.units_for(history);
        let decay = Decay::whole();
        let mut summary = Summary::new(cutoffs(first, at.day), catalog.len());
        let mut purchases = Purchases::default();
        for customer in 0..history.n_customers() as u32 {
            purchases.load(history, &units, customer, at);
            summary.add(&purchases, &decay);
        }
        let traits = Traits::at_cutoffs(&summary, catalog.categories());
        let drawing = Drawing {
            view: history.view(),
            units: &units,
            catalog: &catalog,
            cutoff_days: &summary.cutoff_days,
            n_pairs: &(0..summary.cutoff_days.len()).map(|k| summary.n_pairs_in(k)).collect::<Vec<_>>(),
            traits: &traits,
            decay: &decay,
            as_of: at,
            max_rows,
        };
        (
            Watch::unwatched(|watch| drawing.rows(watch)).unwrap().rows,
            summary.cutoff_days.iter().map(|c| at.day - c).collect(),
        )
    }

    #[test]
    fn labels_end_by_the_instant_of_fitting() {
        let (rows, lags) = rows(&log(100), 100, 1_000_000);
        assert_eq!(lags, [56, 28, 7, 0]);
        assert_eq!(rows.len(), 3 * 30);
        for row in 0..rows.len() {
            let lag = f64::from(lags[rows.cutoff[row] as usize]);
            let observed = EDGES_DAYS.iter().filter(|&&edge| edge <= lag).count();
            let n_at_risk = rows.n_at_risk[row] as usize;
            assert!((1..=observed).contains(&n_at_risk));
            // Who did not buy is at risk in every span that was seen in full.
            assert!(rows.event[row] || n_at_risk == observed);
        }
        // All but the one who bought once bought within the 14 days after the first two cutoffs.
        let events = |k: u8| (0..rows.len()).filter(|&r| rows.cutoff[r] == k && rows.event[r]).count();
        assert_eq!((events(0), events(1)), (29, 29));
        assert!(events(2) < 29);
    }

    #[test]
    fn what_happens_later_changes_no_row() {
        let (short, _) = rows(&log(100), 100, 1_000_000);
        let (long, _) = rows(&log(400), 100, 1_000_000);
        assert_eq!(short.features, long.features);
        assert_eq!(short.offset, long.offset);
        assert_eq!((short.n_at_risk, short.event), (long.n_at_risk, long.event));
    }

    #[test]
    fn fewer_rows_are_drawn_from_among_all_of_them() {
        let (all, _) = rows(&log(100), 100, 1_000_000);
        let (some, _) = rows(&log(100), 100, 45);
        assert!((15..75).contains(&some.len()), "{}", some.len());
        let drawn_before = |row: usize| (0..all.len()).any(|r| all.row(r) == some.row(row));
        assert!((0..some.len()).all(drawn_before));
    }

    #[test]
    fn hashes_spread_evenly() {
        let mut text = String::new();
        let mut counts = [0; 10];
        for i in 0..10_000 {
            let hash = hash_text(text_of(crate::id::Id::Int(i), &mut text), 3);
            counts[(unit_interval(hash) * 10.0) as usize] += 1;
        }
        assert!(counts.iter().all(|n| (900..1_100).contains(n)), "{counts:?}");
    }
}

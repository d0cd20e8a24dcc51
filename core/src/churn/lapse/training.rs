//! What everyone had shown at earlier cutoffs of the same log, and when the next visit then came.

use rayon::prelude::*;

use super::btyd::{CustomerSummary, Geometric, Groups, Kind};
use super::count::{CountRow, HORIZONS_DAYS};
use super::evidence::{Evidence, N_FEATURES, features};
use super::population::{Population, Sums};
use super::visits::Visits;
use crate::error::Result;
use crate::history::HistoryView;
use crate::progress::Watch;
use crate::replenish::{AsOf, Decay, EDGES_DAYS, cutoffs, hash_id, log_odds, unit_interval, weekday_factors};
use crate::stats::HazardRows;

/// Customers read by one task.
const CHUNK: usize = 1024;
/// Customers over whom the average customer is taken, at most.
const SOME_CUSTOMERS: usize = 4096;

/// Everything learned from the log before the layer is trained.
pub(crate) struct Training {
    pub(crate) rows: HazardRows,
    /// How long before the instant of fitting each cutoff of the rows lies.
    pub(crate) lags_days: Vec<f64>,
    pub(crate) population: Population,
    pub(crate) counts: Vec<CountRow>,
    /// Some of the customers learned from, for the average customer.
    pub(crate) some_customers: Vec<u32>,
}

/// What must be known of all customers to choose some.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Everyone {
    /// Customers with an event by the instant of fitting.
    pub(crate) n_customers: u64,
    /// The first day of the log.
    pub(crate) first_day: i32,
}

/// The customers learned from: those with an event by the instant of fitting, drawn by a hash of their identifiers.
pub(crate) fn panel(view: &HistoryView<'_>, as_of: AsOf, all: Everyone, max_customers: usize) -> Vec<(u32, u64)> {
    let history = view.history;
    let known = |c: &u32| {
        let own = &history.at_us[history.events_of(*c)];
        own.first().is_some_and(|&us| us <= as_of.us)
    };
    let share = max_customers as f64 / all.n_customers.max(1) as f64;
    let mut text = String::new();
    let hashed = view.customers.clone().filter(known).map(|c| (c, hash_id(history.customers.id(c), 77, &mut text)));
    hashed.filter(|&(_, hash)| share >= 1.0 || unit_interval(hash) < share).collect()
}

/// How customers buy and leave, by maximum likelihood and a weak prior. The caller is asked before each pass over the customers: some
/// hundredths of a second for the most that may be drawn.
fn structure(summaries: &[CustomerSummary], watch: &mut Watch<'_>) -> Result<Geometric> {
    let groups = Groups::new(summaries).with_prior();
    let (kind, found) = watch.passes(|goes_on| Kind::choose(true, &groups, goes_on))?;
    Ok(kind.parameters(&found, &groups))
}

pub(crate) fn draw(
    view: &HistoryView<'_>,
    as_of: AsOf,
    all: Everyone,
    decay: &Decay,
    max_rows: usize,
    watch: &mut Watch<'_>,
) -> Result<Training> {
    let history = view.history;
    let cutoffs = cutoffs(all.first_day.min(as_of.day), as_of.day);
    let panel = panel(view, as_of, all, max_rows);
    let sums_at = |day: i32| {
        let at = as_of.end_of(history, day);
        let parts: Vec<Sums> = panel
            .par_chunks(CHUNK)
            .map(|customers| {
                let (mut sums, mut visits) = (Sums::default(), Visits::default());
                for &(customer, _) in customers {
                    visits.load(history, customer, at);
                    sums.add(&visits, day);
                }
                sums
            })
            .collect();
        let mut sums = Sums::default();
        for part in parts {
            sums.append(part);
        }
        sums
    };
    watch.tell(0.0)?;
    let last = sums_at(as_of.day);
    let model = structure(&last.summaries, &mut watch.part(0.0, 0.5))?;
    let watch = &mut watch.part(0.5, 1.0);
    let population = last.population(model);
    let mut rows = HazardRows { n_features: N_FEATURES, ..HazardRows::default() };
    let mut counts = Vec::new();
    let n_cutoffs = cutoffs.len() - 1;
    let mut lags_days = Vec::new();
    for (k, &cutoff) in cutoffs[..n_cutoffs].iter().enumerate() {
        watch.tell(k as f64 / n_cutoffs as f64)?;
        let (sums, at) = (sums_at(cutoff), as_of.end_of(history, cutoff));
        // Four parameters from everything up to the instant of fitting: refitted at each cutoff, they forecast worse.
        let then = sums.population(model);
        let share = max_rows as f64 / n_cutoffs as f64 / (sums.summaries.len() as f64).max(1.0);
        let observed = EDGES_DAYS.iter().filter(|&&edge| edge as i32 <= as_of.day - cutoff).count();
        let factors = weekday_factors(&then.weekday, cutoff);
        let parts: Vec<(HazardRows, Vec<CountRow>)> = panel
            .par_chunks(CHUNK)
            .map(|customers| {
                let mut out = HazardRows { n_features: N_FEATURES, ..HazardRows::default() };
                let mut counts = Vec::new();
                let (mut known, mut later) = (Visits::default(), Visits::default());
                for &(customer, hash) in customers {
                    if unit_interval(hash ^ (k as u64 + 1).wrapping_mul(0x9E37_79B9)) >= share {
                        continue;
                    }
                    known.load(history, customer, at);
                    let Some(evidence) = Evidence::new(&known, &then, decay, cutoff) else { continue };
                    later.load(history, customer, as_of);
                    let bought = later.next_after(cutoff).map(|v| f64::from(v.day - cutoff));
                    let span = bought.and_then(|days| EDGES_DAYS.iter().position(|&edge| days <= edge));
                    let event = span.filter(|&s| s < observed);
                    out.features.extend(features(&evidence));
                    out.offset.push(log_odds(&evidence.hazards.map(|h| h as f32), &factors));
                    out.n_at_risk.push(event.map_or(observed, |s| s + 1) as u8);
                    out.event.push(event.is_some());
                    out.cutoff.push(k as u8);
                    for (horizon, days) in HORIZONS_DAYS.into_iter().enumerate() {
                        let until = cutoff + days as i32;
                        let n = later.n_between(cutoff, until.min(as_of.day));
                        if until <= as_of.day && n > 0 {
                            let further = evidence.standing.further(&then.model, days);
                            counts.push(CountRow::new(&evidence, horizon, further, n as f64 - 1.0));
                        }
                    }
                }
                (out, counts)
            })
            .collect();
        for (part, more) in parts {
            rows.append(part);
            counts.extend(more);
        }
        lags_days.push(f64::from(as_of.day - cutoff));
    }
    let some_customers = panel.iter().step_by(panel.len().div_ceil(SOME_CUSTOMERS).max(1)).map(|p| p.0).collect();
    Ok(Training { rows, lags_days, population, counts, some_customers })
}

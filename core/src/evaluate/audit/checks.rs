//! The checks: one number of the log each, against named thresholds with their reasons.

use super::log::{ACTIVE_DAYS, LogFacts, RHYTHM_WEEKS, RHYTHM_WEEKS_ACTIVE, TimeResolution};
use super::scenarios::{Check, CheckCode, Readiness};

/// Days a log must span before forecasts can be learned *and tested* on it: five earlier cutoffs of four weeks, and four
/// weeks of past before the first.
pub(super) const SPAN_READY_DAYS: f64 = 168.0;

/// One cutoff with four weeks of past and four weeks of future: the least that can be tested at all.
pub(super) const SPAN_THIN_DAYS: f64 = 56.0;

/// Repeated pairs from which the logistic layer can be trained: ten cases for each of its about hundred weights (the rule
/// of ten events per variable, Peduzzi et al. 1996).
const REPEATS_READY: f64 = 1000.0;

/// The same rule for the three or four parameters of a Poisson-Gamma or BG/NBD model.
const REPEATS_THIN: f64 = 40.0;

/// Cycles a log should hold: with fewer than three, a customer who is late cannot be told from one with a long cycle.
const CYCLES_READY: f64 = 3.0;

/// A log that ends longer ago than this misses purchases made since: reminders for things just bought. A week allows for
/// a weekly load.
const FRESH_READY_DAYS: f64 = 7.0;

/// Behind this, every forecast of the usual four-week horizon lies in the past twice over.
const FRESH_THIN_DAYS: f64 = 56.0;

/// Customers seen twice or more from which lapse can be learned with covariates: about 1000 cases, of which the rarer
/// outcome is a third to a half.
const RETURNING_READY: f64 = 1000.0;

/// Customers seen twice or more for the four parameters of a BG/NBD model.
const RETURNING_THIN: f64 = 40.0;

/// Days to see a lapse: twelve weeks to learn from, twelve to see who stays away, twelve to test.
pub(super) const LAPSE_READY_DAYS: f64 = 252.0;

/// Twelve weeks to learn from and twelve to see who stays away.
pub(super) const LAPSE_THIN_DAYS: f64 = 168.0;

/// Share of events a column must cover to be relied on; the rest falls back to the population.
const COLUMN_READY: f64 = 0.8;

/// Below this share a column is as good as absent.
const COLUMN_THIN: f64 = 0.2;

/// Share of events with a quantity other than 1 from which quantities carry information about supply.
const QUANTITY_READY: f64 = 0.05;

/// Customers with a weekly rhythm from which false-alarm rates of a decline alarm can be stated: a rate of 1 % then has
/// a standard error of half its size.
const WEEKLY_READY: f64 = 400.0;

/// A decline alarm needs someone to watch.
const WEEKLY_THIN: f64 = 20.0;

impl Check {
    /// Makes it a check that would only improve the answer.
    pub(super) fn optional(mut self) -> Self {
        self.required = false;
        self
    }
}

/// A check of a number that should be large.
fn at_least(code: CheckCode, found: f64, thin: f64, ready: f64, words: String, todo: &str) -> Check {
    let readiness = match found {
        f if f >= ready => Readiness::Ready,
        f if f >= thin => Readiness::Thin,
        _ => Readiness::Missing,
    };
    let todo = (readiness != Readiness::Ready).then(|| todo.to_owned());
    Check { code, readiness, required: true, found: Some(found), needed: Some(ready), words, todo }
}

pub(super) fn other(words: &str, todo: &str) -> Check {
    Check {
        code: CheckCode::OtherRecords,
        readiness: Readiness::Missing,
        required: true,
        found: None,
        needed: None,
        words: words.to_owned(),
        todo: Some(todo.to_owned()),
    }
}

pub(super) fn thin(mut check: Check) -> Check {
    check.readiness = Readiness::Thin;
    check
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

pub(super) fn span(log: &LogFacts, thin: f64, ready: f64) -> Check {
    let found = f64::from(log.span_days);
    let words = format!("The log spans {found} days; {ready} allow learning and testing.");
    at_least(CheckCode::Span, found, thin, ready, words, "Load older events, or wait until the log has grown.")
}

pub(super) fn repeats(log: &LogFacts) -> Check {
    let found = log.n_pairs_repeated as f64;
    let words = format!(
        "{found} pairs of customer and item were bought on two or more days ({} of all pairs); {REPEATS_READY} allow the full \
         model.",
        percent(log.share_pairs_repeated)
    );
    let todo = "Load more customers or older events; check that one item keeps one identifier over time.";
    at_least(CheckCode::RepeatedPairs, found, REPEATS_THIN, REPEATS_READY, words, todo)
}

pub(super) fn cycles(log: &LogFacts) -> Check {
    let found = log.median_cycle_days.map_or(0.0, |cycle| f64::from(log.span_days) / cycle.max(1.0));
    let words = match log.median_cycle_days {
        Some(cycle) => {
            format!("The usual time between two purchases is {cycle} days: {found:.1} such cycles fit into the log.")
        }
        None => "Nobody bought the same item on two days: there is no cycle to learn.".to_owned(),
    };
    let todo = "Load older events: at least three cycles.";
    at_least(CheckCode::Cycles, found, 1.0, CYCLES_READY, words, todo)
}

pub(super) fn fresh(log: &LogFacts) -> Check {
    let found = f64::from(log.quiet_days);
    let mut check = at_least(
        CheckCode::Freshness,
        -found,
        -FRESH_THIN_DAYS,
        -FRESH_READY_DAYS,
        format!("Days from the last event to as_of: {found}."),
        "Load the latest events, or move as_of back: purchases not in the log lead to reminders for things just bought.",
    );
    if log.n_events == 0 {
        check = Check { readiness: Readiness::Missing, words: "There is no event up to as_of.".to_owned(), ..check };
        check.todo = Some("Load an order log; check as_of.".to_owned());
    }
    Check { found: (log.n_events > 0).then_some(found), needed: Some(FRESH_READY_DAYS), ..check }
}

pub(super) fn returning(log: &LogFacts) -> Check {
    let found = log.n_customers_returning as f64;
    let words = format!("{found} customers came on two or more days ({}).", percent(log.share_customers_returning));
    let todo = "Load more customers or older events; check that one customer keeps one identifier.";
    at_least(CheckCode::ReturningCustomers, found, RETURNING_THIN, RETURNING_READY, words, todo)
}

pub(super) fn quantity(log: &LogFacts) -> Check {
    let found = log.share_events_quantity;
    let words = if log.has_quantity {
        format!("{} of the events have a quantity other than 1.", percent(found))
    } else {
        "There are no quantities: two packs look like one.".to_owned()
    };
    let todo = "Provide the column of units bought.";
    at_least(CheckCode::Quantity, found, f64::MIN_POSITIVE, QUANTITY_READY, words, todo)
}

pub(super) fn pack_size(log: &LogFacts) -> Check {
    let found = log.share_events_pack_size;
    let words = format!(
        "Pack sizes are known for {} of the events; without them packs of all sizes count alike.",
        percent(found)
    );
    at_least(
        CheckCode::PackSize,
        found,
        COLUMN_THIN,
        COLUMN_READY,
        words,
        "Provide the content of one unit of each item.",
    )
}

pub(super) fn category(log: &LogFacts) -> Check {
    let found = log.share_events_category;
    let words = format!("Categories are known for {} of the events; they help new and rare items.", percent(found));
    at_least(CheckCode::Category, found, COLUMN_THIN, COLUMN_READY, words, "Provide a category for each item.")
}

/// Needs carry it; categories are coarser (coffee and tea share one), so with them alone it stays thin.
pub(super) fn groups(log: &LogFacts) -> Check {
    let todo = "Provide a need for each item: items of one need replace each other, whatever their size or brand.";
    let need = log.share_events_need;
    if need < COLUMN_READY && log.share_events_category >= COLUMN_READY {
        let words = format!(
            "Needs are known for {} of the events, categories for {}; categories are too coarse to tell what replaces what.",
            percent(need),
            percent(log.share_events_category)
        );
        return thin(at_least(CheckCode::Need, need, COLUMN_THIN, COLUMN_READY, words, todo));
    }
    let words = format!("Needs are known for {} of the events.", percent(need));
    at_least(CheckCode::Need, need, COLUMN_THIN, COLUMN_READY, words, todo)
}

pub(super) fn shared_needs(log: &LogFacts) -> Check {
    let found = log.n_needs_shared as f64;
    let words = format!("{found} needs are served by two or more items.");
    at_least(CheckCode::SharedNeeds, found, 1.0, 1.0, words, "Give items that replace each other the same need.")
}

pub(super) fn moved_on(log: &LogFacts) -> Check {
    let found = log.n_customers_moved_on as f64;
    let words = format!("{found} customers moved on from one item to another of the same need or category.");
    let todo = "Give the ladder of items by hand (stage 1, 2, 3), or provide categories so that it can be learned.";
    at_least(CheckCode::MovedOn, found, REPEATS_THIN, REPEATS_READY, words, todo)
}

pub(super) fn weekly(log: &LogFacts) -> Check {
    let found = log.n_customers_weekly as f64;
    let words = format!(
        "{found} of {} active customers (seen in the last {ACTIVE_DAYS} days) were active in {RHYTHM_WEEKS_ACTIVE} of the last {RHYTHM_WEEKS} weeks; \
         only of such can a fall be seen within two weeks.",
        log.n_customers_active
    );
    let todo = "Provide a usage log (customer, instant, module), not orders alone.";
    at_least(CheckCode::WeeklyCustomers, found, WEEKLY_THIN, WEEKLY_READY, words, todo)
}

/// The right time comes from replenishment or from lapse; either will do.
pub(super) fn timing(log: &LogFacts) -> Check {
    let (repeats, returning) = (repeats(log), returning(log));
    if returning.readiness > repeats.readiness { returning } else { repeats }
}

pub(super) fn amount(log: &LogFacts) -> Check {
    let found = log.share_events_amount;
    let words = format!("Amounts are known for {} of the events; they say what a contact may cost.", percent(found));
    at_least(CheckCode::Amount, found, COLUMN_THIN, COLUMN_READY, words, "Provide the amount paid for each row.")
}

pub(super) fn time_of_day(log: &LogFacts) -> Check {
    let known = log.time_resolution.is_some_and(|r| r != TimeResolution::Days);
    let words = if known {
        "Times of day are known; they show when a customer can be reached."
    } else {
        "The log has dates only: the best hour of contact cannot be learned."
    };
    let found = f64::from(u8::from(known));
    at_least(CheckCode::TimeOfDay, found, 1.0, 1.0, words.to_owned(), "Provide instants instead of dates.")
}

pub(super) fn messages() -> Check {
    other(
        "Messages and reasons of returns are not in an order log.",
        "Provide messages (customer, instant, text) and the reason of each return.",
    )
}

pub(super) fn returns(log: &LogFacts) -> Check {
    let found = log.n_returns as f64;
    let words = format!("{found} purchases were returned or cancelled.");
    at_least(CheckCode::Returns, found, 1.0, 1.0, words, "Provide returns that name the purchase they undo.")
}

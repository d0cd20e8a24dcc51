#![allow(clippy::unwrap_used)]

use jiff::tz::TimeZone;

use super::*;
use crate::history::{History, Items, NONE, Undo, Unsorted};
use crate::id::Dictionary;
use crate::time::DAY_US;

/// 2020-01-06, a Monday.
const START: i32 = 18_267;

/// A log of (customer, item, day after the start, quantity), at noon.
fn history(rows: &[(u32, u32, i32, f64)], items: Items) -> History {
    let mut events = Unsorted::default();
    for &(customer, item, day, quantity) in rows {
        events.customer.push(customer);
        events.item.push(item);
        events.at_us.push(i64::from(START + day) * DAY_US + DAY_US / 2);
        events.quantity.push(quantity);
    }
    let n_customers = rows.iter().map(|r| r.0 + 1).max().unwrap_or(0);
    let customers = Dictionary::from_sorted_ints((0..i64::from(n_customers)).collect());
    History::assemble(customers, items, events, TimeZone::UTC, 1)
}

fn plain_items(n: i64) -> Items {
    Items { ids: Dictionary::from_sorted_ints((0..n).collect()), ..Items::default() }
}

fn at(day: i32) -> Timestamp {
    Timestamp::from_micros(i64::from(START + day) * DAY_US + DAY_US - 1).unwrap()
}

/// 600 customers who buy two items every 14 days for 200 days, six days a week.
fn rich() -> Vec<(u32, u32, i32, f64)> {
    let mut rows = Vec::new();
    for c in 0..600_u32 {
        for k in 0..14 {
            let day = (c % 14) as i32 + 14 * k;
            if (day + 1) % 7 != 0 {
                rows.push((c, c % 10, day, 1.0 + f64::from(c % 2)));
                rows.push((c, 10 + c % 5, day, 1.0));
            }
        }
    }
    rows
}

#[test]
fn an_empty_log_is_missing_everything_and_no_error() {
    let audit = audit(&history(&[], plain_items(0)), at(0));
    assert!(audit.scenarios.iter().all(|s| s.readiness == Readiness::Missing));
    assert_eq!(audit.findings[0].code, FindingCode::NoEvents);
    assert!(audit.to_string().contains("There is no event up to as_of"));
}

#[test]
fn facts_by_hand() {
    let rows = [
        (0, 0, 0, 1.0),
        (0, 0, 10, 2.0),
        (0, 0, 30, 1.0),
        (0, 1, 30, 1.0),
        (1, 0, 5, 1.0),
        (2, 1, 12, 1.0),
        (2, 1, 16, 1.0),
        (2, 1, 50, 1.0), // after as_of
        (3, 2, 60, 1.0), // after as_of: neither customer nor item count
    ];
    let mut history = history(&rows, plain_items(3));
    history.undone = vec![
        Undo { event: 0, at_us: at(1).as_micros(), quantity: 1.0 },
        Undo { event: 1, at_us: at(45).as_micros(), quantity: 1.0 }, // not yet undone
    ];
    let log = audit(&history, at(40)).log;
    assert_eq!((log.n_customers, log.n_items, log.n_events, log.n_events_after), (3, 2, 7, 2));
    assert_eq!((log.n_visits, log.n_pairs, log.n_pairs_repeated, log.n_returns), (6, 4, 2, 1));
    assert_eq!((log.n_customers_returning, log.span_days, log.quiet_days), (2, 31, 10));
    // Gaps 10, 20 and 4 days; events per customer 4, 1, 2.
    assert_eq!((log.median_cycle_days, log.median_events_per_customer), (Some(10.0), 2.0));
    assert_eq!(log.regularity, None);
    assert_eq!((log.n_days_empty, log.n_customers_active), (25, 3));
    assert_eq!(log.time_resolution, Some(TimeResolution::Days));
    assert!((log.share_events_quantity - 1.0 / 7.0).abs() < 1e-15 && log.has_quantity);
    assert!((log.share_customers_single_event - 1.0 / 3.0).abs() < 1e-15);
}

#[test]
fn a_rich_log_carries_replenishment_and_not_what_it_cannot_hold() {
    let audit = audit(&history(&rich(), plain_items(15)), at(199));
    assert_eq!(audit.scenario(Scenario::Replenishment).readiness, Readiness::Ready, "{audit}");
    assert_eq!(audit.scenario(Scenario::SupplyLeft).readiness, Readiness::Ready);
    assert_eq!(audit.scenario(Scenario::Lapse).readiness, Readiness::Thin);
    assert_eq!(audit.scenario(Scenario::OfferTiming).readiness, Readiness::Thin);
    for scenario in
        [Scenario::Substitutes, Scenario::Renewal, Scenario::Identity, Scenario::Outcome, Scenario::LifeStage]
    {
        assert_eq!(audit.scenario(scenario).readiness, Readiness::Missing, "{scenario}");
    }
    assert_eq!(audit.log.closed_weekdays, [6]);
    assert_eq!((audit.log.holes.len(), audit.log.jumps.len()), (0, 0));
    // Every gap is 14 days: as regular as can be.
    assert!(audit.log.regularity.unwrap() > 50.0);
    let words = audit.to_string();
    assert!(words.contains("replenishment   ready") && words.contains("renewal         missing"), "{words}");
}

#[test]
fn every_scenario_is_judged_in_its_place_under_its_name() {
    let audit = audit(&history(&rich(), plain_items(15)), at(199));
    assert_eq!(audit.scenarios.len(), Scenario::Outcome as usize + 1);
    for (k, s) in audit.scenarios.iter().enumerate() {
        assert_eq!(s.scenario as usize, k);
        assert_eq!(serde_json::to_value(s.scenario).unwrap(), s.scenario.as_str());
        assert_eq!(serde_json::to_value(s.readiness).unwrap(), s.readiness.as_str());
        assert!(!s.checks.is_empty() && s.checks.iter().all(|c| c.readiness == Readiness::Ready || c.todo.is_some()));
    }
    let json = serde_json::to_string(&audit).unwrap();
    assert_eq!(serde_json::from_str::<Audit>(&json).unwrap(), audit);
}

#[test]
fn needs_make_substitutes_ready_and_categories_alone_thin() {
    let groups = || Dictionary::from_sorted_ints(vec![0, 1]);
    let codes: Vec<u32> = (0..15).map(|i| u32::from(i >= 10)).collect();
    let with_needs = Items { needs: groups(), need: codes.clone(), ..plain_items(15) };
    let with_categories = Items { categories: groups(), category: codes, ..plain_items(15) };
    let readiness = |items| audit(&history(&rich(), items), at(199)).scenario(Scenario::Substitutes).readiness;
    assert_eq!(readiness(with_needs), Readiness::Ready);
    assert_eq!(readiness(with_categories), Readiness::Thin);
    assert_eq!(readiness(Items { needs: groups(), need: vec![NONE; 15], ..plain_items(15) }), Readiness::Missing);
}

#[test]
fn holes_and_jumps_are_found_where_they_are() {
    // Two visits a day, none on days 60 to 69, eight a day from day 140 on.
    let mut rows = Vec::new();
    for day in (0..280).filter(|d| !(60..70).contains(d)) {
        for c in 0..if day < 140 { 4 } else { 16 } {
            rows.push((c, 0, day, 1.0));
        }
    }
    let log = audit(&history(&rows, plain_items(1)), at(279)).log;
    assert_eq!(log.holes.len(), 1);
    assert_eq!((log.holes[0].from_at.date().as_str(), log.holes[0].n_days), ("2020-03-06", 10));
    assert_eq!(log.jumps.len(), 1);
    assert_eq!(log.jumps[0].at.date(), "2020-05-25");
    assert_eq!((log.jumps[0].before_per_week, log.jumps[0].after_per_week), (28.0, 112.0));
    assert!(log.closed_weekdays.is_empty());
    // A thin log has empty days by chance; they are no holes.
    let thin: Vec<_> = (0..20).map(|k| (k, 0, k as i32 * 13, 1.0)).collect();
    let log = audit(&history(&thin, plain_items(1)), at(260)).log;
    assert!(log.holes.is_empty() && log.closed_weekdays.is_empty() && log.n_days_empty > 200);
}

#[test]
fn those_who_move_on_are_seen_and_those_who_alternate_are_not() {
    let items = || Items { needs: Dictionary::from_sorted_ints(vec![0]), need: vec![0, 0], ..plain_items(2) };
    let moved = [(0, 0, 0, 1.0), (0, 0, 20, 1.0), (0, 1, 40, 1.0)];
    let alternates = [(0, 0, 0, 1.0), (0, 1, 20, 1.0), (0, 0, 40, 1.0)];
    assert_eq!(audit(&history(&moved, items()), at(50)).log.n_customers_moved_on, 1);
    assert_eq!(audit(&history(&alternates, items()), at(50)).log.n_customers_moved_on, 0);
}

#[test]
fn the_future_changes_nothing_but_its_own_count() {
    let all = history(&rich(), plain_items(15));
    let past: Vec<_> = rich().into_iter().filter(|r| r.2 <= 100).collect();
    let mut seen = audit(&all, at(100));
    let told = audit(&history(&past, plain_items(15)), at(100));
    assert!(seen.log.n_events_after > 0);
    seen.log.n_events_after = 0;
    assert_eq!(seen.log, told.log);
    assert_eq!(seen.scenarios, told.scenarios);
}

#[test]
fn a_stale_log_is_thin_and_says_why() {
    let audit = audit(&history(&rich(), plain_items(15)), at(230));
    let s = audit.scenario(Scenario::Replenishment);
    assert_eq!(s.readiness, Readiness::Thin);
    let stale = s.checks.iter().find(|c| c.code == CheckCode::Freshness).unwrap();
    assert_eq!((stale.found, stale.needed), (Some(f64::from(audit.log.quiet_days)), Some(7.0)));
    assert_eq!(audit.findings[0].code, FindingCode::EndsEarly);
}

#[test]
fn one_customer_can_be_audited_too() {
    let history = history(&rich(), plain_items(15));
    let one = audit(history.customer(3).unwrap(), at(199)).log;
    assert_eq!((one.n_customers, one.n_items), (1, 2));
}

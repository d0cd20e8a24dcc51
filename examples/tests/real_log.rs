//! The shipped log, from file to judgement: what `make run` shows, at a size that tests can afford.
#![allow(clippy::unwrap_used)]

use beforehand::evaluate::{BacktestOptions, Readiness, Scenario, audit, backtest};
use beforehand::{Model, Options, Reason, Timestamp};
use examples::{item_names, online_retail};

fn options() -> Options {
    Options { max_training_rows: 20_000, ..Options::default() }
}

#[test]
fn every_row_of_the_log_is_accounted_for() {
    let (history, report) = online_retail().unwrap();
    assert_eq!(report.n_read, report.n_kept + report.n_returns + report.n_refused);
    // The cancellations of this log do not name what they undo; some undo what was bought before it begins.
    assert!(report.n_returns > 7_000, "{report}");
    let reasons: Vec<Reason> = report.refusals.iter().map(|r| r.reason).collect();
    assert_eq!(reasons, [Reason::UnmatchedReturn, Reason::NothingLeftToReturn]);
    assert_eq!(history.n_events(), report.n_kept);
    let names = item_names().unwrap();
    let ids = history.items().ids();
    assert!(ids.iter().all(|id| names.contains_key(&id.to_string())));
}

#[test]
fn the_backtest_beats_the_base_rate_and_the_structure_and_its_intervals_hold() {
    let (history, _) = online_retail().unwrap();
    let as_of: Timestamp = "2011-11-06".parse().unwrap();
    // Three cutoffs: purchases after one of them cluster on few customers' visits, too few to judge a coverage by.
    let test = backtest(&history, as_of, &options(), &BacktestOptions::default()).unwrap();
    let cutoffs: Vec<String> = test.cutoffs.iter().map(|at| at.date()).collect();
    assert_eq!(cutoffs, ["2011-08-14", "2011-09-11", "2011-10-09"]);
    let [ours, structure, base] = [test.all.log_loss, test.structure.log_loss, test.all.log_loss_base];
    assert!(ours < structure && structure < base, "{ours} {structure} {base}");
    assert!(test.all.ece < 0.02, "{}", test.all.ece);
    let covered = test.coverage.unwrap().share.unwrap();
    assert!((0.76..0.84).contains(&covered), "{covered}");
    let reminders = test.reminders;
    assert!(reminders.is_none() || reminders.unwrap().n_judged > 0);
}

#[test]
fn reminders_of_a_week_name_known_customers_and_items_and_are_in_order() {
    let (history, _) = online_retail().unwrap();
    let as_of: Timestamp = "2011-08-01".parse().unwrap();
    let model = Model::fit(&history, as_of, &options()).unwrap();
    assert!(model.has_layer());
    let due = model.replenishment(&history, as_of).unwrap();
    let rows = due.due_within(7.0);
    assert!(rows.len() > 100);
    let prob = due.prob_within(28.0).unwrap();
    assert!(rows.windows(2).all(|w| prob[w[0]] >= prob[w[1]]));
    assert!(rows.iter().all(|&r| due.remind_days[r] <= 7.0));
    let bytes = model.to_bytes().unwrap();
    assert!(bytes.len() < 3_000_000, "a model is small: {}", bytes.len());
}

#[test]
fn the_audit_says_what_the_log_can_carry() {
    let (history, _) = online_retail().unwrap();
    let audit = audit(&history, "2011-12-10".parse::<Timestamp>().unwrap());
    assert_eq!(audit.scenario(Scenario::Replenishment).readiness, Readiness::Ready);
    assert_eq!(audit.scenario(Scenario::Renewal).readiness, Readiness::Missing);
    assert!(audit.to_string().contains("replenishment"));
}

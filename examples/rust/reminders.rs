//! The main job on a real order log: who will run out of what, when to remind, and how far to trust it.
//!
//! `cargo run --release -p examples --bin reminders [as_of]`, `as_of` a date such as 2011-11-06.
#![allow(clippy::print_stdout)]

use std::fmt::Write;
use std::fs;
use std::path::Path;

use beforehand::evaluate::{Backtest, BacktestOptions, audit, backtest};
use beforehand::report::{PairForecast, Purchase, Report, ScoreRow};
use beforehand::{ForecastOptions, History, Id, Model, Options, Replenishment, Timestamp};
use examples::{Failure, item_names, online_retail};

/// Reminders printed, and shown on the report.
const N_SHOWN: usize = 12;
/// Where the report goes.
const REPORT: &str = "out/report.html";

fn main() -> Result<(), Failure> {
    let as_of: Timestamp = std::env::args().nth(1).as_deref().unwrap_or("2011-11-06").parse()?;
    let (history, ingest) = online_retail()?;
    println!("{ingest}\n");

    let mut stage = None;
    let model = Model::fit_while(&history, as_of, &Options::default(), |progress| {
        if stage.replace(progress.stage) != Some(progress.stage) {
            eprintln!("fitting: {} …", progress.stage.as_str());
        }
        true
    })?;
    println!("Fitted on {} events of {} customers up to {}.\n", model.n_events(), model.n_customers(), as_of.date());

    let names = item_names()?;
    let name = |item: Id<'_>| names.get(&item.to_string()).cloned().unwrap_or_else(|| item.to_string());
    let due = model.replenishment_with(&history, as_of, &ForecastOptions::default())?;
    let shown = reminders(&due);
    println!(
        "Reminders due in the next seven days: {} pairs of customer and item; the likeliest:",
        due.due_within(7.0).len()
    );
    println!(
        "{:<8} {:<30} {:<27} {:<36} {:>6} {:<10} basis",
        "customer", "item", "bought (units)", "run-out p10 / p50 / p90", "P(28d)", "remind at"
    );
    let mut pairs = Vec::new();
    for &row in &shown {
        let pair = pair(&history, &due, row, name(due.item(row)), as_of);
        println!("{}", line(&pair));
        pairs.push(pair);
    }

    eprintln!("backtesting at three earlier cutoffs …");
    let test = backtest(&history, as_of, &Options::default(), &BacktestOptions::default())?;
    println!("\n{}", judgement(&test));

    let mut report = Report::new("Reminders for an online shop", as_of);
    report.audit = Some(audit(&history, as_of));
    report.scores.push(ScoreRow { name: "all pairs".to_owned(), scores: test.all });
    report.scores.extend(test.repeated.map(|scores| ScoreRow { name: "bought twice or more".to_owned(), scores }));
    report.scores.push(ScoreRow { name: "all pairs, structure alone".to_owned(), scores: test.structure });
    report.calibration.clone_from(&test.calibration);
    report.coverage.clone_from(&test.coverage);
    report.reminder_curve.clone_from(&test.reminders);
    report.timelines = pairs.iter().take(6).cloned().collect();
    report.reminders = pairs;
    report.notes = vec![
        "Data: Online Retail, UCI Machine Learning Repository (Chen, Sain & Guo 2012), CC BY 4.0.".to_owned(),
        "Made by: make run.".to_owned(),
    ];
    fs::create_dir_all(Path::new(REPORT).parent().unwrap_or(Path::new(".")))?;
    fs::write(REPORT, report.to_html())?;
    println!("Report: {REPORT}");
    Ok(())
}

/// The rows shown: due within a week, at most one per customer, so that the list shows different people.
fn reminders(due: &Replenishment<'_>) -> Vec<usize> {
    let mut seen = std::collections::BTreeSet::new();
    due.due_within(7.0).into_iter().filter(|&row| seen.insert(due.customer[row])).take(N_SHOWN).collect()
}

fn pair(history: &History, due: &Replenishment<'_>, row: usize, item: String, as_of: Timestamp) -> PairForecast {
    let at = |days: f32| Some(as_of.plus_days(f64::from(days)));
    let mut pair = PairForecast::new(due.customer(row).to_string(), item);
    let bought = history.purchases_of(due.customer(row), due.item(row));
    let (before, after): (Vec<_>, Vec<_>) = bought.into_iter().partition(|(at, _)| *at <= as_of);
    pair.purchases = before.into_iter().map(|(at, quantity)| Purchase { at, quantity }).collect();
    pair.bought_at = after.first().map(|(at, _)| *at);
    pair.run_out_p10_at = at(due.run_out_p10_days[row]);
    pair.run_out_p50_at = at(due.run_out_p50_days[row]);
    pair.run_out_p90_at = at(due.run_out_p90_days[row]);
    pair.prob_within = due.prob_within(28.0).map(|p| f64::from(p[row]));
    pair.remind_at = at(due.remind_days[row]);
    due.basis[row].as_str().clone_into(&mut pair.basis);
    pair
}

fn line(pair: &PairForecast) -> String {
    let date = |at: Option<Timestamp>| at.map_or_else(String::new, Timestamp::date);
    let recent = pair.purchases.iter().rev().take(2).rev();
    let bought: Vec<String> = recent.map(|p| format!("{} ({})", &p.at.date()[2..], p.quantity)).collect();
    format!(
        "{:<8} {:<30} {:<27} {} / {} / {} {:>6.3} {} {}",
        pair.customer,
        pair.item.chars().take(30).collect::<String>(),
        bought.join(", "),
        date(pair.run_out_p10_at),
        date(pair.run_out_p50_at),
        date(pair.run_out_p90_at),
        pair.prob_within.unwrap_or(f64::NAN),
        date(pair.remind_at),
        pair.basis
    )
}

fn judgement(test: &Backtest) -> String {
    let s = &test.all;
    let mut out = format!(
        "Backtest at {}: {} forecasts, {:.2} % bought within 28 days, {:.2} % forecast; log-loss {:.5} (base rate {:.5}), \
         calibration error {:.4}",
        test.cutoffs.iter().map(|at| at.date()).collect::<Vec<_>>().join(", "),
        s.n_forecasts,
        100.0 * s.base_rate,
        100.0 * s.mean_prob,
        s.log_loss,
        s.log_loss_base,
        s.ece
    );
    if let Some(share) = test.coverage.as_ref().and_then(|c| c.share) {
        let _ = write!(out, "; the 80 % interval of the date held {:.1} %", 100.0 * share);
    }
    if let Some(point) = test.reminders.as_ref().and_then(|curve| curve.at(0.5)) {
        let _ = write!(
            out,
            "; reminders at P ≥ 0.5 are right (± 7 days) in {:.0} % of {}",
            100.0 * point.precision,
            point.n_reminders
        );
    }
    out + "."
}

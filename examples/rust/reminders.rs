//! The main job on a real order log: who will run out of what, when to remind, and how far to trust it.
//!
//! `cargo run --release -p examples --bin reminders [as_of]`, `as_of` a date such as 2011-11-06.
#![allow(clippy::print_stdout)]

use std::fmt::Write;
use std::fs;
use std::path::Path;

use beforehand::evaluate::{Backtest, BacktestOptions, backtest};
use beforehand::report::{DecisionsShown, PairForecast, Report, ReportOptions};
use beforehand::{Model, Options, Timestamp};
use examples::{Failure, item_names, online_retail, policy};

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

    let due = model.replenishment(&history, as_of)?;
    eprintln!("backtesting at three earlier cutoffs …");
    let options = ReportOptions {
        title: "Reminders for an online shop".to_owned(),
        with_backtest: false,
        policy: Some(policy()),
        item_names: item_names()?,
        notes: vec![
            "Data: Online Retail, UCI Machine Learning Repository (Chen, Sain & Guo 2012), CC BY 4.0.".to_owned(),
            "Made by: make run.".to_owned(),
        ],
        ..ReportOptions::default()
    };
    let mut report = Report::of(&model, &history, as_of, &options)?;
    println!(
        "Reminders due in the next seven days: {} pairs of customer and item; the likeliest:",
        due.due_within(7.0).len()
    );
    println!(
        "{:<8} {:<30} {:<27} {:<36} {:>6} {:<10} basis",
        "customer", "item", "bought (units)", "run-out p10 / p50 / p90", "P(28d)", "remind at"
    );
    for pair in &report.reminders {
        println!("{}", line(pair));
    }
    let test = backtest(&history, as_of, &Options::default(), &BacktestOptions::default())?;
    println!("\n{}", judgement(&test));
    report.show(test);
    if let Some(shown) = &report.decisions {
        println!("\n{}", decided(shown));
    }
    fs::create_dir_all(Path::new(REPORT).parent().unwrap_or(Path::new(".")))?;
    fs::write(REPORT, report.to_html())?;
    println!("Report: {REPORT}");
    Ok(())
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

fn decided(shown: &DecisionsShown) -> String {
    let n = |action: &str| shown.n_by_action.get(action).copied().unwrap_or(0);
    let mut out = format!(
        "Decisions by the policy of examples/rust/shop.rs: contact {}, wait for {}, leave {} alone, hand {} to a person; expected to \
         earn {:.2} more than no contact. The best:\n",
        n("contact"),
        n("wait"),
        n("abstain"),
        n("hand_off"),
        shown.expected_margin
    );
    for c in shown.contacts.iter().take(5) {
        let item: String = c.item.chars().take(30).collect();
        let _ = writeln!(
            out,
            "{:<8} {item:<30} {:<9} {:<6} {} {:>7.2}",
            c.customer, c.offer, c.channel, c.contact_at, c.expected_margin
        );
    }
    out.push_str("The first of them, explained:\n");
    for line in &shown.explained {
        let _ = writeln!(out, "  {line}");
    }
    out
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

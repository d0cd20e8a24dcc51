//! The tables.

use maud::{Markup, html};

use super::dates::Dates;
use super::svg::{count, name, percent, quantity};
use super::{PairForecast, Report, ScoreRow};
use crate::evaluate::{Audit, CalibrationBin, Coverage, Readiness, ReminderPoint, ScenarioReadiness};
use crate::time::Timestamp;

/// Purchases named in the table of reminders, the latest ones.
const SHOWN_PURCHASES: usize = 3;

pub(super) fn reminders(report: &Report) -> Markup {
    let prob = format!("P({}\u{a0}d)", report.horizon_days);
    let dates = report.dates();
    let any_basis = report.reminders.iter().any(|r| !r.basis.is_empty());
    html! {
        div.scroll role="region" aria-label="Reminders due" tabindex="0" {
            table.stack role="table" {
                thead role="rowgroup" {
                    tr role="row" {
                        th.text scope="col" role="columnheader" { "Remind" }
                        th.id scope="col" role="columnheader" { "Customer" }
                        th.name scope="col" role="columnheader" { "Item" }
                        th.text scope="col" role="columnheader" { "Last bought" }
                        th.text scope="col" role="columnheader" { "Run-out" }
                        th scope="col" role="columnheader" { (prob) }
                        @if any_basis { th.text scope="col" role="columnheader" { "Evidence" } }
                    }
                }
                tbody role="rowgroup" {
                    @for r in &report.reminders {
                        tr role="row" {
                            td.text role="cell" data-label="Remind" { (known(r.remind_at, |at| dates.iso(at))) }
                            th.id scope="row" role="rowheader" data-label="Customer" { (name(&r.customer)) }
                            td.name role="cell" data-label="Item" { span { (name(&r.item)) } }
                            td.text role="cell" data-label="Last bought" { (bought(r, &dates)) }
                            td.text role="cell" data-label="Run-out" { (run_out(r, &dates)) }
                            td role="cell" data-label=(prob) { (r.prob_within.map_or_else(|| "–".to_owned(), percent)) }
                            @if any_basis { td.text role="cell" data-label="Evidence" { (r.basis) } }
                        }
                    }
                }
            }
        }
    }
}

/// The middle of the run-out date, and below it the interval.
fn run_out(pair: &PairForecast, dates: &Dates) -> Markup {
    let short = |at: Option<Timestamp>| at.map_or_else(|| "?".to_owned(), |at| dates.short(at));
    html! {
        span {
            (known(pair.run_out_p50_at, |at| dates.iso(at)))
            @if pair.run_out_p10_at.is_some() {
                br;
                small { (short(pair.run_out_p10_at)) " – " (short(pair.run_out_p90_at)) }
            }
        }
    }
}

/// The latest purchases, newest first, one per line.
fn bought(pair: &PairForecast, dates: &Dates) -> Markup {
    let n_more = pair.purchases.len().saturating_sub(SHOWN_PURCHASES);
    html! {
        span {
            @for (k, p) in pair.purchases.iter().rev().take(SHOWN_PURCHASES).enumerate() {
                @if k > 0 { br; }
                (dates.iso(p.at))
                @if (p.quantity - 1.0).abs() > 1e-9 { " ×" (quantity(p.quantity)) }
            }
            @if n_more > 0 { br; small { "and " (n_more) " before" } }
        }
    }
}

fn known(at: Option<Timestamp>, date: impl Fn(Timestamp) -> String) -> String {
    at.map_or_else(|| "–".to_owned(), date)
}

pub(super) fn scores(rows: &[ScoreRow]) -> Markup {
    let optional =
        |value: Option<f64>, digits: usize| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.digits$}"));
    html! {
        p.above { "Scores of the backtest. Log-loss, Brier and ECE: lower is better; skill, AUC and top 1\u{a0}%: higher." }
        div.scroll role="region" aria-label="Scores" tabindex="0" {
            table.stack role="table" {
                thead role="rowgroup" {
                    tr role="row" {
                        th.name scope="col" role="columnheader" { "Forecasts" }
                        th scope="col" role="columnheader" { "n" }
                        th scope="col" role="columnheader" { "Bought" }
                        th scope="col" role="columnheader" { "Log-loss" }
                        th scope="col" role="columnheader" { "Skill" }
                        th scope="col" role="columnheader" { "Brier" }
                        th scope="col" role="columnheader" { "AUC" }
                        th scope="col" role="columnheader" { "ECE" }
                        th scope="col" role="columnheader" { "Right in top 1 %" }
                    }
                }
                tbody role="rowgroup" {
                    @for row in rows {
                        @let s = &row.scores;
                        tr role="row" {
                            th.name scope="row" role="rowheader" { (name(&row.name)) }
                            td role="cell" data-label="n" { (count(s.n_forecasts)) }
                            td role="cell" data-label="Bought" { (fine(s.base_rate)) }
                            td role="cell" data-label="Log-loss" { (format!("{:.4}", s.log_loss)) }
                            td role="cell" data-label="Skill" { (s.log_loss_skill.map_or_else(|| "–".to_owned(), percent)) }
                            td role="cell" data-label="Brier" { (format!("{:.4}", s.brier)) }
                            td role="cell" data-label="AUC" { (optional(s.auc, 3)) }
                            td role="cell" data-label="ECE" { (format!("{:.4}", s.ece)) }
                            td role="cell" data-label="Right in top 1\u{a0}%" { (percent(s.precision_top_1pct)) }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn calibration(bins: &[CalibrationBin]) -> Markup {
    html! {
        div.scroll role="region" aria-label="Calibration" tabindex="0" {
            table {
                thead {
                    tr {
                        th scope="col" { "Forecasts" }
                        th scope="col" { "Mean forecast" }
                        th scope="col" { "Bought" }
                        th scope="col" { "95 % interval" }
                    }
                }
                tbody {
                    @for b in bins {
                        tr {
                            td { (count(b.n)) }
                            td { (fine(b.mean_prob)) }
                            td { (fine(b.share_observed)) }
                            td { (fine(b.observed_low)) " – " (fine(b.observed_high)) }
                        }
                    }
                }
            }
        }
    }
}

fn fine(share: f64) -> String {
    format!("{:.2}\u{a0}%", 100.0 * share)
}

pub(super) fn reminder_points(points: &[&ReminderPoint]) -> Markup {
    html! {
        div.scroll role="region" aria-label="Reminders by threshold" tabindex="0" {
            table {
                thead {
                    tr {
                        th scope="col" { "Probability from" }
                        th scope="col" { "Reminders" }
                        th scope="col" { "Right" }
                        th scope="col" { "Precision" }
                        th scope="col" { "Recall" }
                    }
                }
                tbody {
                    @for p in points {
                        tr {
                            td { (fine(p.prob_threshold)) }
                            td { (count(p.n_reminders)) }
                            td { (count(p.n_right)) }
                            td { (fine(p.precision)) }
                            td { (p.recall.map_or_else(|| "–".to_owned(), fine)) }
                        }
                    }
                }
            }
        }
    }
}

/// The coverage as a sentence.
pub(super) fn coverage(coverage: &Coverage) -> String {
    let level = percent(coverage.level);
    match (coverage.share, coverage.share_low, coverage.share_high) {
        (Some(share), Some(low), Some(high)) => format!(
            "The {level} interval of the run-out date held {} of the purchases (95 % interval {} to {}), purchases that have not \
             come yet included.",
            percent(share),
            percent(low),
            percent(high)
        ),
        _ => {
            format!("Whether the {level} interval holds cannot be told yet: no forecast was watched to its upper end.")
        }
    }
}

pub(super) fn scenarios(audit: &Audit) -> Markup {
    html! {
        div.scroll role="region" aria-label="Scenarios" tabindex="0" {
            table.stack role="table" {
                thead role="rowgroup" {
                    tr role="row" {
                        th.text scope="col" role="columnheader" { "Scenario" }
                        th.text scope="col" role="columnheader" { "Data" }
                        th.name scope="col" role="columnheader" { "What is missing" }
                    }
                }
                tbody role="rowgroup" {
                    @for s in &audit.scenarios {
                        tr role="row" {
                            th.text scope="row" role="rowheader" { (s.scenario.as_str().replace('_', " ")) }
                            td.text role="cell" data-label="Data" {
                                span class=(s.readiness.as_str()) { (s.readiness.as_str()) }
                            }
                            td.name role="cell" { (lacking(s)) }
                        }
                    }
                }
            }
        }
    }
}

/// What keeps a scenario from being ready; nothing when it is.
fn lacking(scenario: &ScenarioReadiness) -> Markup {
    let lacking = scenario.checks.iter().filter(|c| c.required && c.readiness != Readiness::Ready);
    let words: Vec<&str> = lacking.map(|c| c.words.as_str()).collect();
    html! {
        @if !words.is_empty() { span { (words.join(" ")) } }
    }
}

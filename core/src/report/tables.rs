//! The tables.

use maud::{Markup, html};

use super::svg::{count, name, percent, quantity};
use super::{PairForecast, Report, ScoreRow};
use crate::evaluate::{Audit, CalibrationBin, Coverage, Readiness, ReminderPoint};
use crate::time::Timestamp;

/// Purchases named in the table of reminders, the latest ones.
const SHOWN_PURCHASES: usize = 3;

pub(super) fn reminders(report: &Report) -> Markup {
    let any_basis = report.reminders.iter().any(|r| !r.basis.is_empty());
    html! {
        div.scroll role="region" aria-label="Reminders due" tabindex="0" {
            table {
                thead {
                    tr {
                        th.text scope="col" { "Remind" }
                        th.text scope="col" { "Customer" }
                        th.name scope="col" { "Item" }
                        th.text scope="col" { "Last bought" }
                        th scope="col" { "Run-out 10 %" }
                        th scope="col" { "50 %" }
                        th scope="col" { "90 %" }
                        th scope="col" { "P(" (report.horizon_days) " d)" }
                        @if any_basis { th.text scope="col" { "Evidence" } }
                    }
                }
                tbody {
                    @for r in &report.reminders {
                        tr {
                            td.text { (date(r.remind_at)) }
                            th.text scope="row" { (name(&r.customer)) }
                            td.name { (name(&r.item)) }
                            td.text { (bought(r)) }
                            td { (date(r.run_out_p10_at)) }
                            td { (date(r.run_out_p50_at)) }
                            td { (date(r.run_out_p90_at)) }
                            td { (r.prob_within.map_or_else(|| "–".to_owned(), percent)) }
                            @if any_basis { td.text { (r.basis) } }
                        }
                    }
                }
            }
        }
    }
}

/// The latest purchases, newest first, one per line.
fn bought(pair: &PairForecast) -> Markup {
    let n_more = pair.purchases.len().saturating_sub(SHOWN_PURCHASES);
    html! {
        @for (k, p) in pair.purchases.iter().rev().take(SHOWN_PURCHASES).enumerate() {
            @if k > 0 { br; }
            (p.at.date())
            @if (p.quantity - 1.0).abs() > 1e-9 { " ×" (quantity(p.quantity)) }
        }
        @if n_more > 0 { br; span.soft { "and " (n_more) " before" } }
    }
}

fn date(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "–".to_owned(), Timestamp::date)
}

pub(super) fn scores(rows: &[ScoreRow]) -> Markup {
    let optional =
        |value: Option<f64>, digits: usize| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.digits$}"));
    html! {
        div.scroll role="region" aria-label="Scores" tabindex="0" {
            table {
                caption { "Scores of the backtest. Log-loss, Brier and ECE: lower is better; AUC and top 1 %: higher." }
                thead {
                    tr {
                        th.name scope="col" { "Forecasts" }
                        th scope="col" { "n" }
                        th scope="col" { "Bought" }
                        th scope="col" { "Log-loss" }
                        th scope="col" { "Skill" }
                        th scope="col" { "Brier" }
                        th scope="col" { "AUC" }
                        th scope="col" { "ECE" }
                        th scope="col" { "Right in top 1 %" }
                    }
                }
                tbody {
                    @for row in rows {
                        @let s = &row.scores;
                        tr {
                            th.name scope="row" { (name(&row.name)) }
                            td { (count(s.n_forecasts)) }
                            td { (format!("{:.2} %", 100.0 * s.base_rate)) }
                            td { (format!("{:.4}", s.log_loss)) }
                            td { (s.log_loss_skill.map_or_else(|| "–".to_owned(), percent)) }
                            td { (format!("{:.4}", s.brier)) }
                            td { (optional(s.auc, 3)) }
                            td { (format!("{:.4}", s.ece)) }
                            td { (percent(s.precision_top_1pct)) }
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
    format!("{:.2} %", 100.0 * share)
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
            table {
                thead {
                    tr { th.text scope="col" { "Scenario" } th.text scope="col" { "Data" } th.name scope="col" { "What is missing" } }
                }
                tbody {
                    @for s in &audit.scenarios {
                        tr {
                            th.text scope="row" { (s.scenario.as_str().replace('_', " ")) }
                            td.text { span class=(s.readiness.as_str()) { (s.readiness.as_str()) } }
                            td.name {
                                @let lacking = s.checks.iter().filter(|c| c.required && c.readiness != Readiness::Ready);
                                @for (k, check) in lacking.enumerate() {
                                    @if k > 0 { br; }
                                    (check.words)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

//! The page: its order, its words, its figures.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::svg::{name, percent};
use super::{PairForecast, Report, calibration, curve, decisions, tables, timeline};
use crate::evaluate::ReminderPoint;

pub(super) fn page(report: &Report) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                // No script, no outside resource; the browser holds the page to it.
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { (report.title) }
                style { (PreEscaped(include_str!("style.css"))) }
            }
            body {
                main {
                    header {
                        h1 { (report.title) }
                        p.lead { (lead(report)) }
                        (keys(report))
                    }
                    (reminders(report))
                    (timelines(report))
                    @if let Some(shown) = &report.decisions { (decisions::section(shown, &report.dates())) }
                    (trust(report))
                    (reminder_curve(report))
                    (log(report))
                }
                @if !report.notes.is_empty() {
                    footer { @for note in &report.notes { p { (note) } } }
                }
            }
        }
    }
}

fn lead(report: &Report) -> String {
    let dates = report.dates();
    let as_of = dates.long(report.as_of);
    let from_log = report.audit.as_ref().and_then(|audit| {
        let log = &audit.log;
        let (first, last) = (log.first_at?, log.last_at?);
        Some(format!(
            "As of {as_of}, from {} purchases of {} customers and {} items between {} and {}.",
            super::svg::count(log.n_events),
            super::svg::count(log.n_customers),
            super::svg::count(log.n_items),
            dates.long(first),
            dates.long(last)
        ))
    });
    from_log.unwrap_or_else(|| format!("As of {as_of}."))
}

/// The few numbers to see first.
fn keys(report: &Report) -> Markup {
    let mut keys: Vec<(String, String)> = Vec::new();
    if !report.reminders.is_empty() {
        keys.push(("reminders due".into(), super::svg::count(report.reminders.len() as u64)));
    }
    if let Some(scores) = report.scores.first().map(|row| &row.scores) {
        if let Some(skill) = scores.log_loss_skill {
            keys.push(("better than the base rate (log-loss)".into(), percent(skill)));
        }
        keys.push(("calibration error".into(), format!("{:.2}\u{a0}%", 100.0 * scores.ece)));
    }
    if let Some((coverage, share)) = report.coverage.as_ref().and_then(|c| Some((c, c.share?))) {
        keys.push((format!("of purchases in the {} interval", percent(coverage.level)), percent(share)));
    }
    html! {
        @if !keys.is_empty() {
            dl.keys { @for (what, value) in keys { div { dt { (what) } dd { (value) } } } }
        }
    }
}

fn reminders(report: &Report) -> Markup {
    html! {
        @if !report.reminders.is_empty() {
            section {
                h2 { "Reminders due" }
                p.soft {
                    "Run-out: with even odds the item is used up by the first date; in four of five cases on a day between the two \
                     below it. "
                    (format!("P({}\u{a0}d)", report.horizon_days)) " is the probability of a purchase within "
                    (report.horizon_days) " days."
                }
                (tables::reminders(report))
            }
        }
    }
}

fn timelines(report: &Report) -> Markup {
    html! {
        @if !report.timelines.is_empty() {
            section {
                h2 { "Examples" }
                p.soft {
                    "Dots are purchases (with the number of units), the band holds the run-out date with 80 % probability, its line is \
                     the middle, the triangle the day to remind. A ring is the purchase that came."
                }
                @for (index, pair) in report.timelines.iter().enumerate() {
                    h3 { (name(&pair.item)) span.soft { " · customer " (name(&pair.customer)) } }
                    p.soft { (sentence(pair, report)) }
                    figure { (timeline::chart(index, pair, report)) }
                }
            }
        }
    }
}

/// A timeline in words.
fn sentence(pair: &PairForecast, report: &Report) -> String {
    let bought = match pair.purchases.as_slice() {
        [] => "Never bought.".to_owned(),
        [one] => format!("Bought once, on {}.", report.dates().long(one.at)),
        [first, .., last] => {
            let mean_days = last.at.days_since(first.at) / (pair.purchases.len() - 1) as f64;
            format!("Bought {} times, about every {mean_days:.0} days.", pair.purchases.len())
        }
    };
    let prob = pair.prob_within.map(|p| format!("Buys within {} days: {}.", report.horizon_days, percent(p)));
    let basis = (!pair.basis.is_empty()).then(|| format!("Evidence: {}.", pair.basis));
    [Some(bought), prob, basis].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn trust(report: &Report) -> Markup {
    html! {
        @if !report.scores.is_empty() || !report.calibration.is_empty() {
            section {
                h2 { "Can the probabilities be trusted?" }
                p.soft {
                    "Backtest: forecasts made at earlier dates, from what was known then, against what followed within "
                    (report.horizon_days) " days."
                }
                @if !report.calibration.is_empty() {
                    figure {
                        (calibration::chart(&report.calibration))
                        figcaption {
                            "Each dot holds an equal number of forecasts; bars are 95 % intervals. On the dashed line forecasts come true \
                             exactly as often as they say."
                        }
                    }
                    details { summary { "The numbers" } (tables::calibration(&report.calibration)) }
                }
                @if !report.scores.is_empty() { (tables::scores(&report.scores)) }
                @if let Some(coverage) = &report.coverage { p.soft style="margin-top:.75rem" { (tables::coverage(coverage)) } }
            }
        }
    }
}

fn reminder_curve(report: &Report) -> Markup {
    let Some(reminders) = &report.reminder_curve else { return html! {} };
    let points: Vec<&ReminderPoint> = curve::drawn(reminders);
    if points.is_empty() {
        return html! {};
    }
    html! {
        section {
            h2 { "Are the reminders right?" }
            p.soft {
                "A reminder is right if the next purchase falls within " (reminders.options.tolerance_days)
                " days of the predicted run-out. The higher the probability asked for, the fewer reminders and the more of them right."
            }
            figure {
                (curve::chart(reminders))
                figcaption {
                    "Labels give the probability asked for; the band is the 95 % interval. "
                    (super::svg::count(reminders.n_judged)) " forecasts judged, "
                    (super::svg::count(reminders.n_purchases)) " purchases could have been reminded of."
                }
            }
            details { summary { "The numbers" } (tables::reminder_points(&points)) }
        }
    }
}

fn log(report: &Report) -> Markup {
    let Some(audit) = &report.audit else { return html! {} };
    html! {
        section {
            h2 { "What the log can carry" }
            @if !audit.findings.is_empty() {
                ul { @for finding in &audit.findings { li { (finding.words) " " span.soft { (finding.todo) } } } }
            }
            (tables::scenarios(audit))
        }
    }
}

//! One customer and item on an axis of time: what was bought, and when it is forecast to run out.

use jiff::civil::Date;
use maud::{Markup, html};

use super::dates::Dates;
use super::svg::{Scale, figure, keep_inside, name, px, quantity, text_px};
use super::{PairForecast, Report};
use crate::time::Timestamp;

/// Purchases drawn at most and, where there are so many, at least: the latest ones.
const MAX_PURCHASES: usize = 16;
const MIN_PURCHASES: usize = 5;

/// The past shown takes at most this many times the days of the forecast, or the forecast would be a sliver.
const PAST_PER_AHEAD: f64 = 2.5;

/// Rows of the drawing, as the y of their text or line.
const AS_OF_Y: f64 = 13.0;
const RUN_OUT_Y: f64 = 33.0;
const AXIS_Y: f64 = 68.0;
const BELOW_Y: [f64; 2] = [101.0, 117.0];

pub(super) fn chart(index: usize, pair: &PairForecast, report: &Report) -> Markup {
    let title = format!("Purchases of {} by {} and the forecast", name(&pair.item), name(&pair.customer));
    let page = report.dates();
    let dates = [
        ("Run-out with 10 % probability before", pair.run_out_p10_at),
        ("with 50 % before", pair.run_out_p50_at),
        ("with 90 % before", pair.run_out_p90_at),
        ("Remind on", pair.remind_at),
        ("Bought on", pair.bought_at),
    ];
    let known = dates.into_iter().filter_map(|(what, at)| Some(format!("{what} {}.", page.long(at?))));
    let n_bought = format!("{} purchases up to {}.", pair.purchases.len(), page.long(report.as_of));
    let desc = std::iter::once(n_bought).chain(known).collect::<Vec<_>>().join(" ");
    figure(&format!("timeline-{index}"), &title, &desc, |width| draw(pair, &page, report.as_of, width))
}

/// A label below the axis with its mark.
struct Below {
    x: f64,
    text: String,
    class: &'static str,
}

fn draw(pair: &PairForecast, dates: &Dates, as_of: Timestamp, width: f64) -> (f64, Markup) {
    let shown = latest(pair, as_of);
    let days = |at: Timestamp| at.days_since(as_of);
    let x = scale(shown.first().map(|p| days(p.at)), pair, as_of, width);
    let at = |t: Timestamp| x.at(days(t));
    let inside = |middle: f64, text: &str| keep_inside(middle, text, 0.0, width);
    let as_of_text = format!("as of {}", dates.long(as_of));
    let run_out_text = pair.run_out_p50_at.map(|p50| (at(p50), format!("runs out {}", dates.short(p50))));
    let fan = pair.run_out_p10_at.map(|p10| (at(p10), pair.run_out_p90_at.map_or(x.px_until, at)));
    let beyond = pair.run_out_p90_at.is_none_or(|p90| days(p90) > x.until);
    let mut below = Vec::new();
    if let Some(t) = pair.remind_at {
        below.push(Below { x: at(t), text: format!("remind {}", dates.short(t)), class: "remind" });
    }
    if let Some(t) = pair.bought_at {
        below.push(Below { x: at(t), text: format!("bought {}", dates.short(t)), class: "came" });
    }
    let places: Vec<f64> = below.iter().map(|b| inside(b.x, &b.text)).collect();
    let apart = |a: usize, b: usize| {
        (places[a] - places[b]).abs() > f64::midpoint(text_px(&below[a].text), text_px(&below[b].text)) + 8.0
    };
    let one_row = places.len() < 2 || apart(0, 1);
    let row = |k: usize| BELOW_Y[usize::from(k > 0 && !one_row)];
    let ticks_y = if one_row { BELOW_Y[1] + 8.0 } else { BELOW_Y[1] + 22.0 };
    let drawing = html! {
        @for (tick_x, text) in date_ticks(&x, dates, as_of) {
            line class="grid" x1=(px(tick_x)) x2=(px(tick_x)) y1=(px(AXIS_Y - 22.0)) y2=(px(ticks_y - 14.0)) {}
            text class="tick" x=(px(keep_inside(tick_x, &text, 0.0, width))) y=(px(ticks_y)) text-anchor="middle" { (text) }
        }
        line class="axis" x1=(px(x.px_from)) x2=(px(x.px_until)) y1=(px(AXIS_Y)) y2=(px(AXIS_Y)) {}
        @if let Some((from, until)) = fan {
            rect class="fan" x=(px(from)) y=(px(AXIS_Y - 13.0)) width=(px((until - from).max(2.0))) height="26" rx="3" {}
            @if beyond { text class="label" x=(px(x.px_until - 3.0)) y=(px(AXIS_Y + 5.0)) text-anchor="end" { "→" } }
        }
        line class="now" x1=(px(x.at(0.0))) x2=(px(x.at(0.0))) y1=(px(AS_OF_Y + 5.0)) y2=(px(AXIS_Y + 20.0)) {}
        text class="now-text" x=(px(inside(x.at(0.0), &as_of_text))) y=(px(AS_OF_Y)) text-anchor="middle" { (as_of_text) }
        @if let Some((p50, text)) = &run_out_text {
            line class="median" x1=(px(*p50)) x2=(px(*p50)) y1=(px(AXIS_Y - 17.0)) y2=(px(AXIS_Y + 13.0)) {}
            // Right of the as_of line, so that the line does not cross the words.
            @let from = (x.at(0.0) + 6.0).min(width - text_px(text));
            text class="label" x=(px(keep_inside(*p50, text, from, width))) y=(px(RUN_OUT_Y + 8.0)) text-anchor="middle" { (text) }
        }
        (purchases(shown, dates, &at))
        @for (k, mark) in below.iter().enumerate() { (mark_below(mark, row(k))) }
        @for (k, mark) in below.iter().enumerate() {
            text class=(mark.class) x=(px(places[k])) y=(px(row(k))) text-anchor="middle" { (mark.text) }
        }
    };
    (ticks_y + 8.0, drawing)
}

/// The purchases to draw: those of a past that leaves the forecast its room.
fn latest(pair: &PairForecast, as_of: Timestamp) -> &[super::Purchase] {
    let n = pair.purchases.len();
    let past = PAST_PER_AHEAD * ahead_days(pair, as_of);
    let n_past = pair.purchases.iter().rev().take_while(|p| as_of.days_since(p.at) <= past).count();
    &pair.purchases[n - n_past.clamp(MIN_PURCHASES.min(n), MAX_PURCHASES.min(n))..]
}

/// Days from `as_of` to the last date of the forecast, at least two weeks.
fn ahead_days(pair: &PairForecast, as_of: Timestamp) -> f64 {
    [pair.run_out_p90_at, pair.run_out_p50_at, pair.remind_at, pair.bought_at]
        .into_iter()
        .flatten()
        .map(|at| at.days_since(as_of))
        .fold(14.0, f64::max)
}

/// Days from `as_of` to pixels: from the first purchase shown to the end of the forecast, which takes at least the room of its
/// label and at most half.
fn scale(first: Option<f64>, pair: &PairForecast, as_of: Timestamp, width: f64) -> Scale {
    let from = first.unwrap_or(0.0).min(-14.0);
    let most = (-from).max(28.0);
    let label = text_px("runs out 30 Nov") + 16.0;
    let least = -from * label / (width - label);
    let until = ahead_days(pair, as_of).max(least).min(most);
    let margin = 0.02 * (until - from);
    Scale { from: from - margin, until: until + margin, px_from: 8.0, px_until: width - 8.0, root: false }
}

fn purchases(shown: &[super::Purchase], dates: &Dates, at: &impl Fn(Timestamp) -> f64) -> Markup {
    let any_quantity = shown.iter().any(|p| (p.quantity - 1.0).abs() > 1e-9);
    let mut free_from = f64::NEG_INFINITY;
    // The quantities that find room beside the one before.
    let labels = shown.iter().filter(|_| any_quantity).filter_map(|p| {
        let text = format!("×{}", quantity(p.quantity));
        let (middle, half) = (at(p.at), text_px(&text) / 2.0);
        (middle - half > free_from).then(|| {
            free_from = middle + half + 6.0;
            (middle, text)
        })
    });
    html! {
        @for p in shown {
            circle class="dot" cx=(px(at(p.at))) cy=(px(AXIS_Y)) r="5" {
                title { (dates.long(p.at)) ": " (quantity(p.quantity)) }
            }
        }
        @for (middle, text) in labels {
            text class="tick" x=(px(middle)) y=(px(AXIS_Y - 11.0)) text-anchor="middle" { (text) }
        }
    }
}

fn mark_below(mark: &Below, row_y: f64) -> Markup {
    let (x, y) = (mark.x, AXIS_Y);
    html! {
        @if mark.class == "came" {
            circle class="ring" cx=(px(x)) cy=(px(y)) r="5.5" {}
        } @else {
            polygon class="flag" points={ (px(x)) "," (px(y + 9.0)) " " (px(x - 5.5)) "," (px(y + 18.0)) " " (px(x + 5.5)) "," (px(y + 18.0)) } {}
        }
        @if row_y > BELOW_Y[0] {
            line class="lead" x1=(px(x)) x2=(px(x)) y1=(px(y + 8.0)) y2=(px(row_y - 12.0)) {}
        }
    }
}

/// Dates with a name: weeks, months, quarters or years, whichever leave room for their names.
fn date_ticks(x: &Scale, dates: &Dates, as_of: Timestamp) -> Vec<(f64, String)> {
    let year_at = |days: f64| dates.year(as_of.plus_days(days));
    let px_per_month = (x.px_until - x.px_from) / (x.until - x.from) * 30.4;
    let step = [1_i8, 2, 3, 6, 12].into_iter().find(|&s| px_per_month * f64::from(s) >= 56.0).unwrap_or(12);
    let days_of_month: &[i8] = match px_per_month {
        w if w >= 260.0 => &[1, 8, 15, 22],
        w if w >= 130.0 => &[1, 15],
        _ => &[1],
    };
    // Years crowd too when a customer has been around for long; every fifth then.
    let years = if px_per_month * 12.0 < 40.0 { 5 } else { 1 };
    let mut ticks = Vec::new();
    let mut named_year = None;
    for year in (year_at(x.from)..=year_at(x.until)).filter(|year| year % years == 0) {
        for month in (1..=12_i8).step_by(step as usize) {
            for &day in days_of_month {
                let Ok(date) = Date::new(year, month, day) else { continue };
                let Some(start) = dates.beginning(date) else { continue };
                let days = start.days_since(as_of);
                if days < x.from || days > x.until {
                    continue;
                }
                let format = match (step, days_of_month.len(), named_year == Some(year)) {
                    (12, ..) => "%Y",
                    (_, 1, true) => "%b",
                    (_, 1, false) => "%b %Y",
                    (_, _, true) => "%-d %b",
                    (_, _, false) => "%-d %b %Y",
                };
                named_year = Some(year);
                ticks.push((x.at(days), date.strftime(format).to_string()));
            }
        }
    }
    ticks
}

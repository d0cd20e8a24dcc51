//! Precision and recall of reminders over the choice of a threshold.

use maud::{Markup, html};

use super::svg::{Scale, figure, percent, px, round_up, share_axes, text_px};
use crate::evaluate::{ReminderCurve, ReminderPoint};

/// Points that rest on fewer reminders are noise and are not drawn.
const MIN_REMINDERS: u64 = 20;

/// The points worth drawing.
pub(super) fn drawn(curve: &ReminderCurve) -> Vec<&ReminderPoint> {
    let enough = |p: &&ReminderPoint| p.n_reminders >= MIN_REMINDERS && p.recall.is_some();
    curve.points.iter().filter(enough).collect()
}

pub(super) fn chart(curve: &ReminderCurve) -> Markup {
    let points = drawn(curve);
    let recall = |p: &ReminderPoint| p.recall.unwrap_or(0.0);
    let desc = points
        .iter()
        .map(|p| {
            format!(
                "Threshold {}: precision {}, recall {}.",
                percent(p.prob_threshold),
                percent(p.precision),
                percent(recall(p))
            )
        })
        .collect::<Vec<_>>()
        .join(" ");
    let x_until = round_up(points.iter().map(|p| recall(p)).fold(0.0, f64::max) * 1.05);
    let y_until = round_up(points.iter().map(|p| p.precision).fold(0.0, f64::max) * 1.05);
    figure("reminders", "Precision against recall of reminders", &desc, |width| {
        let height = (width * 0.55).clamp(260.0, 360.0);
        let x = Scale { from: 0.0, until: x_until, px_from: 48.0, px_until: width - 16.0, root: false };
        let y = Scale { from: 0.0, until: y_until, px_from: height - 46.0, px_until: 28.0, root: false };
        (height, draw(&points, &x, &y))
    })
}

fn draw(points: &[&ReminderPoint], x: &Scale, y: &Scale) -> Markup {
    let at = |p: &ReminderPoint| (x.at(p.recall.unwrap_or(0.0)), y.at(p.precision));
    let join = |corners: Vec<(f64, f64)>| {
        corners.into_iter().map(|(a, b)| format!("{},{}", px(a), px(b))).collect::<Vec<_>>().join(" ")
    };
    let upper = points.iter().map(|p| (at(p).0, y.at(p.precision_high)));
    let lower = points.iter().rev().map(|p| (at(p).0, y.at(p.precision_low)));
    html! {
        (share_axes(x, y, "recall: purchases with a right reminder →", "↑ precision: reminders that were right"))
        polygon class="band" points=(join(upper.chain(lower).collect())) {}
        polyline class="curve" points=(join(points.iter().map(|p| at(p)).collect())) {}
        @for (p, label_x, label_y, anchor) in labels(points, x, y) {
            circle class="dot" cx=(px(at(p).0)) cy=(px(at(p).1)) r="4.5" {}
            text class="label" x=(px(label_x)) y=(px(label_y)) text-anchor=(anchor) { "≥ " (percent(p.prob_threshold)) }
        }
    }
}

/// Points to name by their threshold: the first, the last, and some between, far enough apart.
fn labels<'a>(points: &[&'a ReminderPoint], x: &Scale, y: &Scale) -> Vec<(&'a ReminderPoint, f64, f64, &'static str)> {
    let at = |p: &ReminderPoint| (x.at(p.recall.unwrap_or(0.0)), y.at(p.precision));
    let far = |a: &ReminderPoint, b: &ReminderPoint| {
        let ((ax, ay), (bx, by)) = (at(a), at(b));
        (ax - bx).abs() > 64.0 || (ay - by).abs() > 34.0
    };
    let (Some(&first), Some(&last)) = (points.first(), points.last()) else { return Vec::new() };
    let mut named = vec![first];
    for &p in points {
        if named.iter().all(|n| far(n, p)) && far(p, last) {
            named.push(p);
        }
    }
    if far(first, last) {
        named.push(last);
    }
    named
        .into_iter()
        .map(|p| {
            let (px, py) = at(p);
            // Above and to the right of the point, where a falling curve leaves room; a little may stand over the frame.
            let label_y = if py - 14.0 < y.px_until + 8.0 { py + 20.0 } else { py - 10.0 };
            let stands_over = px + text_px("≥ 0.1 %") > x.px_until + 28.0;
            if stands_over { (p, px, label_y, "end") } else { (p, px + 4.0, label_y, "start") }
        })
        .collect()
}

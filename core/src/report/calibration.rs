//! The reliability diagram: what was forecast against what happened.

use maud::{Markup, html};

use super::svg::{Scale, figure, percent, px, round_up, share_axes};
use crate::evaluate::CalibrationBin;

pub(super) fn chart(bins: &[CalibrationBin]) -> Markup {
    let largest = bins.iter().map(|b| b.mean_prob.max(b.share_observed)).fold(0.0, f64::max);
    let smallest = bins.iter().map(|b| b.mean_prob).fold(1.0, f64::min);
    let until = round_up(largest * 1.05);
    // Most forecasts of a shop are small: a root axis shows them as well as the large ones.
    let root = smallest < 0.15 * until;
    let desc = format!(
        "{} bins of equal count. {}",
        bins.len(),
        bins.iter()
            .map(|b| format!("Forecast {}, happened {}.", percent(b.mean_prob), percent(b.share_observed)))
            .collect::<Vec<_>>()
            .join(" ")
    );
    figure("calibration", "Calibration: share that bought against forecast probability", &desc, |width| {
        let height = (width * 0.62).clamp(300.0, 420.0);
        let x = Scale { from: 0.0, until, px_from: 48.0, px_until: width - 16.0, root };
        let y = Scale { from: 0.0, until, px_from: height - 46.0, px_until: 28.0, root };
        (height, draw(bins, &x, &y))
    })
}

fn draw(bins: &[CalibrationBin], x: &Scale, y: &Scale) -> Markup {
    let more = "more bought than forecast";
    let less = "fewer bought than forecast";
    html! {
        (share_axes(x, y, "forecast probability →", "↑ share that bought"))
        text class="hint" x=(px(x.px_from + 10.0)) y=(px(y.px_until + 18.0)) { (more) }
        text class="hint" x=(px(x.px_until - 6.0)) y=(px(y.px_from - 10.0)) text-anchor="end" { (less) }
        line class="ideal" x1=(px(x.px_from)) y1=(px(y.px_from)) x2=(px(x.px_until)) y2=(px(y.px_until)) {}
        @for bin in bins {
            @let at = x.at(bin.mean_prob);
            line class="whisker" x1=(px(at)) x2=(px(at)) y1=(px(y.at(bin.observed_low))) y2=(px(y.at(bin.observed_high))) {}
        }
        @for bin in bins {
            circle class="dot" cx=(px(x.at(bin.mean_prob))) cy=(px(y.at(bin.share_observed))) r="4.5" {
                title {
                    (bin.n) " forecasts of about " (percent(bin.mean_prob)) ": " (percent(bin.share_observed)) " bought"
                }
            }
        }
    }
}

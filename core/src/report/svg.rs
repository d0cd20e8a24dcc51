//! What the charts share: scales, ticks, numbers and dates as text, and the frame around a drawing.

use maud::{Markup, html};

/// Widths a chart is drawn for, in CSS pixels: a page, and a phone. Drawing twice keeps letters at their size.
const WIDTHS: [(&str, f64); 2] = [("wide", 736.0), ("narrow", 340.0)];

/// Mean width of a character of 12 px text; a little generous, so that labels keep apart.
const CHAR_PX: f64 = 7.2;

/// Longest text shown of a name; identifiers can be 10 kB long.
const MAX_NAME_CHARS: usize = 60;

/// Maps values to pixels, evenly or by their square root (which spreads small shares and keeps 0).
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub(super) from: f64,
    pub(super) until: f64,
    pub(super) px_from: f64,
    pub(super) px_until: f64,
    pub(super) root: bool,
}

impl Scale {
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = ((value - self.from) / (self.until - self.from)).clamp(0.0, 1.0);
        let share = if self.root { share.sqrt() } else { share };
        self.px_from + (self.px_until - self.px_from) * share
    }
}

/// A drawing in both widths, with a name and a description for those who do not see it.
pub(super) fn figure(id: &str, title: &str, desc: &str, draw: impl Fn(f64) -> (f64, Markup)) -> Markup {
    html! {
        @for (class, width) in WIDTHS {
            @let (height, drawing) = draw(width);
            @let (title_id, desc_id) = (format!("{id}-{class}-title"), format!("{id}-{class}-desc"));
            svg class=(class) viewBox={ "0 0 " (px(width)) " " (px(height)) } width=(px(width)) height=(px(height))
                role="img" aria-labelledby={ (title_id) " " (desc_id) } {
                title id=(title_id) { (title) }
                desc id=(desc_id) { (desc) }
                (drawing)
            }
        }
    }
}

/// A coordinate with one decimal, without "-0" and without ".0".
pub(super) fn px(value: f64) -> String {
    let tenths = (value * 10.0).round() as i64;
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        _ => format!("{:.1}", tenths as f64 / 10.0),
    }
}

/// A share as a percentage with as many digits as matter.
pub(super) fn percent(share: f64) -> String {
    if !share.is_finite() {
        return "–".to_owned();
    }
    let percent = 100.0 * share;
    if percent > 0.0 && percent < 1.0 { format!("{percent:.1}\u{a0}%") } else { format!("{percent:.0}\u{a0}%") }
}

/// A whole number with thin spaces between the thousands.
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (k, digit) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A quantity without needless digits.
pub(super) fn quantity(q: f64) -> String {
    if !q.is_finite() {
        return "?".to_owned();
    }
    let text = format!("{q:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A name, cut in the middle when it is very long.
pub(super) fn name(text: &str) -> String {
    let n = text.chars().count();
    if n <= MAX_NAME_CHARS {
        return text.to_owned();
    }
    let half = MAX_NAME_CHARS / 2;
    text.chars().take(half).chain(['…']).chain(text.chars().skip(n - half)).collect()
}

/// Moves the middle of a text so that the text stays between two borders.
pub(super) fn keep_inside(middle: f64, text: &str, from: f64, until: f64) -> f64 {
    let half = text_px(text) / 2.0;
    if until - from < 2.0 * half { f64::midpoint(from, until) } else { middle.clamp(from + half, until - half) }
}

/// About how wide a text of 12 px is.
pub(super) fn text_px(text: &str) -> f64 {
    text.chars().count() as f64 * CHAR_PX
}

/// Round shares from 0 to `until` for an axis, at least `gap` pixels apart.
pub(super) fn share_ticks(scale: &Scale, gap: f64) -> Vec<f64> {
    const COARSE: [f64; 6] = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0];
    const FINE: [f64; 12] = [0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0];
    let even: Vec<f64> = (0..=4).map(|k| scale.until * f64::from(k) / 4.0).collect();
    let candidates: &[f64] = match (scale.root, scale.until < 1.0) {
        (true, _) => &FINE,
        (false, true) => &even,
        (false, false) => &COARSE,
    };
    let mut ticks: Vec<f64> = Vec::new();
    // From the top down: the ends matter most.
    for &tick in candidates.iter().rev().filter(|&&t| t <= scale.until + 1e-9) {
        let far = |other: f64| (scale.at(tick) - scale.at(other)).abs() >= gap;
        if ticks.last().is_none_or(|&last| far(last)) && (tick == 0.0 || far(0.0)) {
            ticks.push(tick);
        }
    }
    ticks.reverse();
    ticks
}

/// The smallest round share that is not below a value: the end of an axis.
pub(super) fn round_up(share: f64) -> f64 {
    const ENDS: [f64; 8] = [0.04, 0.08, 0.2, 0.4, 0.6, 0.8, 1.0, 1.0];
    ENDS.into_iter().find(|&end| end >= share).unwrap_or(1.0)
}

/// A frame of two share axes with grid lines and names.
pub(super) fn share_axes(x: &Scale, y: &Scale, x_name: &str, y_name: &str) -> Markup {
    let (left, right, bottom, top) = (x.px_from, x.px_until, y.px_from, y.px_until);
    html! {
        @for tick in share_ticks(y, 26.0) {
            line class="grid" x1=(px(left)) x2=(px(right)) y1=(px(y.at(tick))) y2=(px(y.at(tick))) {}
            text class="tick" x=(px(left - 8.0)) y=(px(y.at(tick) + 4.0)) text-anchor="end" { (percent(tick)) }
        }
        @for tick in share_ticks(x, 44.0) {
            line class="grid" x1=(px(x.at(tick))) x2=(px(x.at(tick))) y1=(px(bottom)) y2=(px(top)) {}
            text class="tick" x=(px(x.at(tick))) y=(px(bottom + 18.0)) text-anchor="middle" { (percent(tick)) }
        }
        line class="axis" x1=(px(left)) x2=(px(right)) y1=(px(bottom)) y2=(px(bottom)) {}
        text class="name" x=(px(right)) y=(px(bottom + 38.0)) text-anchor="end" { (x_name) }
        text class="name" x="0" y="12" { (y_name) }
    }
}

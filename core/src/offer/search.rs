//! The best day, offer and channel for one need.

use multiversion::multiversion;

use super::costs::Costs;
use super::due::Due;
use super::gains::{Days, Parts, Slopes, Stakes};

/// Days whose gains are looked at together.
const AT_ONCE: usize = 32;
/// Rounding of a bound, a share of it.
const SLACK: f64 = 1e-12;

/// An offer on a channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Way {
    pub(super) offer: usize,
    pub(super) channel: usize,
    pub(super) stakes: Stakes,
}

/// A way on a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pick {
    pub(super) day: usize,
    /// Place among the ways.
    pub(super) way: usize,
    pub(super) gain: f64,
}

/// The gain of every way on every day, in one linear form per way.
///
/// ```text
/// gain(day) = a · win(day) + b · own(day) - (I + c) · reached(day) - timing(day)
/// a = (x - q) r (V (m - d) + I)      b = q (I - V d)      I = cost of an ignored contact, c = of the channel
/// ```
///
/// It is [`Days::parts`] summed, without making the parts.
pub(super) struct Gains<'a> {
    pub(super) days: &'a Days,
    pub(super) due: &'a Due,
    pub(super) costs: &'a Costs,
}

impl Gains<'_> {
    /// The weights of the columns of [`Days::columns`] in a way's gain.
    fn weights(&self, stakes: &Stakes) -> [f64; 4] {
        let q = self.due.prob_own;
        let ignored = self.costs.per_ignored + self.costs.prob_lost_per_ignored * stakes.remaining_value;
        let a = (self.due.prob_exists - q)
            * stakes.prob_win_back
            * (stakes.order_value * (stakes.margin_share - stakes.discount_share) + ignored);
        let b = q * (ignored - stakes.order_value * stakes.discount_share);
        [a, b, -(ignored + stakes.contact_cost), -1.0]
    }

    /// The best of the ways on the days from `from` on that are open; of equals the earliest day, then the first way.
    pub(super) fn best(&self, ways: &[Way], from: usize, open: impl Fn(usize, usize) -> bool) -> Option<Pick> {
        let mut best: Option<Pick> = None;
        let columns = self.days.columns().map(|column| column.get(from..).unwrap_or_default());
        let mut gains = [0.0; AT_ONCE];
        for (place, way) in ways.iter().enumerate() {
            let weights = self.weights(&way.stakes);
            // Equal gains are kept apart by their days: only what is clearly less is passed over.
            if best.is_some_and(|b| self.days.bound(weights) < b.gain - SLACK * b.gain.abs()) {
                continue;
            }
            for start in (0..columns[0].len()).step_by(AT_ONCE) {
                let (n, top) = weigh(columns.map(|column| &column[start..]), weights, &mut gains);
                // Most stretches of days hold nothing better.
                if best.is_some_and(|b| top < b.gain) {
                    continue;
                }
                for (i, &gain) in gains[..n].iter().enumerate() {
                    let day = from + start + i;
                    let better =
                        best.is_none_or(|b| gain > b.gain || (gain.to_bits() == b.gain.to_bits() && day < b.day));
                    if better && open(day, way.channel) {
                        best = Some(Pick { day, way: place, gain });
                    }
                }
            }
        }
        best
    }

    /// The gain of a way on each day.
    pub(super) fn over_days(&self, way: &Way) -> Vec<f64> {
        let mut out = vec![0.0; self.days.len()];
        weigh(self.days.columns(), self.weights(&way.stakes), &mut out);
        out
    }

    /// The gain of a way on one day.
    pub(super) fn on(&self, way: &Way, day: usize) -> f64 {
        self.parts(day, way).total()
    }

    /// Of what the gain of a way on one day is made.
    pub(super) fn parts(&self, day: usize, way: &Way) -> Parts {
        self.days.parts(day, self.due, &way.stakes, self.costs)
    }

    /// P(the customer buys at the terms of a way on one day), whether won or buying anyway.
    pub(super) fn prob_bought(&self, way: &Way, day: usize) -> f64 {
        let [win, own, ..] = self.days.at(day);
        let q = self.due.prob_own;
        ((self.due.prob_exists - q) * way.stakes.prob_win_back * win + q * own).clamp(0.0, 1.0)
    }

    /// How the gain of a way on one day changes with the numbers it rests on.
    pub(super) fn slopes(&self, day: usize, way: &Way) -> Slopes {
        self.days.slopes(day, self.due, &way.stakes, self.costs)
    }
}

/// Weighs the columns' first days, as many as `out` holds; returns how many these are, and the largest sum.
#[multiversion(targets("x86_64+avx+avx2"))]
fn weigh(columns: [&[f64]; 4], weights: [f64; 4], out: &mut [f64]) -> (usize, f64) {
    let n = columns[0].len().min(out.len());
    let [win, own, reached, timing] = columns.map(|column| &column[..n]);
    let [a, b, c, d] = weights;
    let out = &mut out[..n];
    for (i, out) in out.iter_mut().enumerate() {
        *out = a * win[i] + b * own[i] + c * reached[i] + d * timing[i];
    }
    let larger = |top: [f64; 4], x: &[f64; 4]| std::array::from_fn(|i| if x[i] > top[i] { x[i] } else { top[i] });
    let (fours, rest) = out.as_chunks();
    let top = fours.iter().fold([f64::NEG_INFINITY; 4], larger);
    (n, top.iter().chain(rest).copied().fold(f64::NEG_INFINITY, f64::max))
}

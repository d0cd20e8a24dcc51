//! The best day, offer and channel for one need.

use super::costs::Costs;
use super::due::Due;
use super::gains::{Days, Parts, Slopes, Stakes};

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
    /// Hands each day's gain of a way to `take`, for the days from `from` on.
    fn each(&self, stakes: &Stakes, from: usize, mut take: impl FnMut(usize, f64)) {
        let q = self.due.prob_own;
        let ignored = self.costs.per_ignored + self.costs.prob_lost_per_ignored * stakes.remaining_value;
        let a = (self.due.prob_exists - q)
            * stakes.prob_win_back
            * (stakes.order_value * (stakes.margin_share - stakes.discount_share) + ignored);
        let b = q * (ignored - stakes.order_value * stakes.discount_share);
        let c = ignored + stakes.contact_cost;
        for day in from..self.days.len() {
            let [win, own, reached, timing] = self.days.at(day, self.due, self.costs);
            take(day, a * win + b * own - c * reached - timing);
        }
    }

    /// The best of the ways on the days from `from` on that are open; of equals the earliest day, then the first way.
    pub(super) fn best(&self, ways: &[Way], from: usize, open: impl Fn(usize, usize) -> bool) -> Option<Pick> {
        let mut best: Option<Pick> = None;
        for (place, way) in ways.iter().enumerate() {
            self.each(&way.stakes, from, |day, gain| {
                let better = best.is_none_or(|b| gain > b.gain || (gain.to_bits() == b.gain.to_bits() && day < b.day));
                if better && open(day, way.channel) {
                    best = Some(Pick { day, way: place, gain });
                }
            });
        }
        best
    }

    /// The gain of a way on each day.
    pub(super) fn over_days(&self, way: &Way) -> Vec<f64> {
        let mut out = Vec::with_capacity(self.days.len());
        self.each(&way.stakes, 0, |_, gain| out.push(gain));
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
        let [win, own, ..] = self.days.at(day, self.due, self.costs);
        let q = self.due.prob_own;
        ((self.due.prob_exists - q) * way.stakes.prob_win_back * win + q * own).clamp(0.0, 1.0)
    }

    /// How the gain of a way on one day changes with the numbers it rests on.
    pub(super) fn slopes(&self, day: usize, way: &Way) -> Slopes {
        self.days.slopes(day, self.due, &way.stakes, self.costs)
    }
}

//! What a contact gains over none, day by day.

use multiversion::multiversion;
use serde::{Deserialize, Serialize};

use super::costs::Costs;
use super::due::Due;

/// What a contact is expected to gain over none, and of what this is made. In the currency of the orders; costs are
/// negative.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Parts {
    /// Margin of purchases that would not have come without the contact.
    pub win_back: f64,
    /// Discount given to those who would have bought anyway.
    pub cannibalised: f64,
    /// Annoyance of a contact that is ignored.
    pub ignored: f64,
    /// What is lost when an ignored contact drives the customer away.
    pub lost: f64,
    /// Annoyance of a contact that comes too early, and the cost of days too early or too late.
    pub timing: f64,
    /// The contact itself: its channel's cost, and a person's time.
    pub contact: f64,
}

impl Parts {
    /// The sum.
    pub fn total(&self) -> f64 {
        self.win_back + self.cannibalised + self.ignored + self.lost + self.timing + self.contact
    }
}

/// The expectations over the run-out date that every gain is made of, for a contact on each day.
#[derive(Debug, Clone, Default)]
pub(super) struct Days {
    /// The effect, whoever the customer would have bought from.
    win: Vec<f64>,
    /// The effect on those who would have bought anyway and have not done so before the contact.
    own: Vec<f64>,
    /// P(the need falls due before the contact).
    passed: Vec<f64>,
    /// P(the contact goes out): those who have bought before it are left alone.
    reached: Vec<f64>,
    /// What it costs that the contact comes too early or too late, expected.
    timing: Vec<f64>,
    /// What no day exceeds: the most of `win` and `own`, the least of `reached` and `timing`.
    best: [f64; 4],
}

/// How a gain changes with P(win back), the customer's own chance, the order's value and the channel's cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Slopes {
    pub(super) win_back: f64,
    pub(super) own: f64,
    pub(super) value: f64,
    pub(super) cost: f64,
}

/// One way to contact: what it offers, what it costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stakes {
    /// What the customer pays without a discount.
    pub(super) order_value: f64,
    pub(super) margin_share: f64,
    pub(super) discount_share: f64,
    /// P(a contact at the best moment wins a customer who would not have bought).
    pub(super) prob_win_back: f64,
    /// The channel's cost.
    pub(super) contact_cost: f64,
    /// What the customer will still bring.
    pub(super) remaining_value: f64,
}

impl Days {
    /// Expectations for contacts on the days 0 … `n_days` - 1 from `as_of`; `effects` by [`Response::by_day`](super::Response).
    pub(super) fn fill(&mut self, due: &Due, (effects, before): (&[f64], usize), costs: &Costs, n_days: usize) {
        let p = due.by_day.probs();
        for column in [&mut self.win, &mut self.own, &mut self.passed, &mut self.timing] {
            column.clear();
            column.resize(n_days, 0.0);
        }
        overlap(p, effects, before, &mut self.win, &mut self.own);
        let mut passed = 0.0;
        for (day, out) in self.passed.iter_mut().enumerate() {
            *out = passed;
            passed += p.get(day).copied().unwrap_or(0.0);
        }
        // A contact that is called off because the customer has bought costs nothing.
        let called_off = if due.is_watched { due.prob_own } else { 0.0 };
        self.reached.clear();
        self.reached.extend(self.passed.iter().map(|passed| 1.0 - called_off * passed));
        if costs.per_early > 0.0 {
            self.much_too_early(p, costs);
        }
        if costs.early_per_day > 0.0 || costs.late_per_day > 0.0 {
            self.off(p, costs);
        }
        if !due.is_watched {
            self.own.copy_from_slice(&self.win);
        }
        let most = |column: &[f64]| column.iter().copied().fold(0.0, f64::max);
        let least = |column: &[f64]| column.iter().copied().fold(f64::INFINITY, f64::min);
        self.best = [most(&self.win), most(&self.own), least(&self.reached), least(&self.timing)];
    }

    /// Adds what it costs, on each day, that a contact comes with much stock left.
    fn much_too_early(&mut self, p: &[f64], costs: &Costs) {
        let (whole, part) = (costs.early_after_days.floor() as usize, costs.early_after_days.fract());
        let at = |day: usize| p.get(day).copied().unwrap_or(0.0);
        let mut below: f64 = (0..whole).map(at).sum();
        for (day, out) in self.timing.iter_mut().enumerate() {
            // Within a day the run-out is equally likely at any time.
            *out += costs.per_early * (1.0 - below - part * at(day + whole)).max(0.0);
            below += at(day + whole);
        }
    }

    /// Adds what the days cost that a contact on each day is expected to come too early, and too late.
    fn off(&mut self, p: &[f64], costs: &Costs) {
        // What lies beyond the days known counts as the first day after them.
        let beyond = (1.0 - p.iter().sum::<f64>()).max(0.0);
        let days = || p.iter().copied().chain([beyond]).enumerate();
        for (day, out) in self.timing.iter_mut().enumerate() {
            let aim = day as f64 + costs.lead_days;
            let (mut early, mut late) = (0.0, 0.0);
            for (u, p) in days() {
                // The mean over the day of the parts above and below the aim.
                let (from, to) = (u as f64 - aim, u as f64 + 1.0 - aim);
                let square = |x: f64| 0.5 * x.max(0.0) * x.max(0.0);
                early += p * (square(to) - square(from));
                late += p * (square(-from) - square(-to));
            }
            *out += costs.early_per_day * early + costs.late_per_day * late;
        }
    }

    /// How many days there are.
    pub(super) fn len(&self) -> usize {
        self.win.len()
    }

    /// The effect on everyone and on those who would have bought, P(the contact goes out), and what its timing costs, by day.
    pub(super) fn columns(&self) -> [&[f64]; 4] {
        [&self.win, &self.own, &self.reached, &self.timing]
    }

    /// The most that a sum of the columns with these weights can be on any day; the last two weights are not positive.
    pub(super) fn bound(&self, weights: [f64; 4]) -> f64 {
        let [a, b, c, d] = weights;
        let [win, own, reached, timing] = self.best;
        a.max(0.0) * win + b.max(0.0) * own + c * reached + d * timing
    }

    /// The columns on one day.
    pub(super) fn at(&self, day: usize) -> [f64; 4] {
        self.columns().map(|column| column[day])
    }

    /// The parts of the gain of a contact on a day.
    pub(super) fn parts(&self, day: usize, due: &Due, stakes: &Stakes, costs: &Costs) -> Parts {
        let (r, q) = (stakes.prob_win_back, due.prob_own);
        let [win, own, reached, timing] = self.at(day);
        let won = (due.prob_exists - q) * r * win;
        let ignored = reached - won - q * own;
        // Taken from 0, for the negative of 0 would be shown as -0.
        Parts {
            win_back: won * stakes.order_value * (stakes.margin_share - stakes.discount_share),
            cannibalised: 0.0 - q * own * stakes.order_value * stakes.discount_share,
            ignored: 0.0 - ignored * costs.per_ignored,
            lost: 0.0 - ignored * costs.prob_lost_per_ignored * stakes.remaining_value,
            timing: 0.0 - timing,
            contact: 0.0 - reached * stakes.contact_cost,
        }
    }

    /// How the gain of a contact on a day changes with the numbers it rests on; it is linear in each.
    pub(super) fn slopes(&self, day: usize, due: &Due, stakes: &Stakes, costs: &Costs) -> Slopes {
        let (r, q) = (stakes.prob_win_back, due.prob_own);
        let [win, own, reached, _] = self.at(day);
        let passed = if due.is_watched { self.passed[day] } else { 0.0 };
        let won = stakes.order_value * (stakes.margin_share - stakes.discount_share);
        let ignored = costs.per_ignored + costs.prob_lost_per_ignored * stakes.remaining_value;
        Slopes {
            win_back: (due.prob_exists - q) * win * (won + ignored),
            own: -r * win * (won + ignored)
                + own * (ignored - stakes.order_value * stakes.discount_share)
                + passed * (ignored + stakes.contact_cost),
            value: (due.prob_exists - q) * r * win * (stakes.margin_share - stakes.discount_share)
                - q * own * stakes.discount_share,
            cost: -reached,
        }
    }
}

/// Sums `effects` over the days on which a need may fall due, for a contact on each day: over all of them into `win`, over those
/// not before the contact into `own`. The columns hold zeros before.
#[multiversion(targets("x86_64+avx+avx2"))]
fn overlap(p: &[f64], effects: &[f64], before: usize, win: &mut [f64], own: &mut [f64]) {
    // Day by day of the effect, each over all contacts at once: the same order of additions however wide the registers.
    let add = |out: &mut [f64], p: &[f64], weight: f64| {
        for (out, p) in out.iter_mut().zip(p) {
            *out += weight * p;
        }
    };
    let (late, ahead) = effects.split_at(before);
    for (day, &effect) in ahead.iter().enumerate().take(p.len()) {
        add(own, &p[day..], effect);
    }
    win.copy_from_slice(own);
    for (place, &effect) in late.iter().enumerate() {
        let skip = (before - place).min(win.len());
        add(&mut win[skip..], p, effect);
    }
}

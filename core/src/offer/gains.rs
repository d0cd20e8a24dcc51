//! What a contact gains over none, day by day.

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
    /// P(the contact comes much too early).
    early: Vec<f64>,
    /// Days between the contact and the best moment, expected: too early, too late.
    too_early: Vec<f64>,
    too_late: Vec<f64>,
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
        let p = &due.by_day;
        for column in [&mut self.win, &mut self.own, &mut self.passed, &mut self.early] {
            column.clear();
            column.resize(n_days, 0.0);
        }
        // Day by day of the effect, each over all contacts at once: the same order of additions however wide the registers.
        for (i, effect) in effects.iter().enumerate() {
            if i < before {
                let skip = (before - i).min(n_days);
                add(&mut self.win[skip..], p, *effect);
            } else {
                let ahead = p.get(i - before..).unwrap_or_default();
                add(&mut self.win, ahead, *effect);
                add(&mut self.own, ahead, *effect);
            }
        }
        let mut passed = 0.0;
        for (day, out) in self.passed.iter_mut().enumerate() {
            *out = passed;
            passed += p.get(day).copied().unwrap_or(0.0);
        }
        if costs.per_early > 0.0 {
            self.too_early(p, costs.early_after_days);
        }
        if costs.early_per_day > 0.0 || costs.late_per_day > 0.0 {
            self.off(p, costs.lead_days, n_days);
        }
        if !due.is_watched {
            self.own.copy_from_slice(&self.win);
        }
    }

    /// P(more stock left than `after` days) for a contact on each day.
    fn too_early(&mut self, p: &[f64], after: f64) {
        let (whole, part) = (after.floor() as usize, after.fract());
        let at = |day: usize| p.get(day).copied().unwrap_or(0.0);
        let mut below: f64 = (0..whole).map(at).sum();
        for (day, out) in self.early.iter_mut().enumerate() {
            // Within a day the run-out is equally likely at any time.
            *out = (1.0 - below - part * at(day + whole)).max(0.0);
            below += at(day + whole);
        }
    }

    /// E[days too early] and E[days too late] of a contact on each day.
    fn off(&mut self, p: &[f64], lead: f64, n_days: usize) {
        self.too_early.clear();
        self.too_late.clear();
        // What lies beyond the days known counts as the first day after them.
        let beyond = (1.0 - p.iter().sum::<f64>()).max(0.0);
        let days = || p.iter().copied().chain([beyond]).enumerate();
        for day in 0..n_days {
            let aim = day as f64 + lead;
            let (mut early, mut late) = (0.0, 0.0);
            for (u, p) in days() {
                // The mean over the day of the parts above and below the aim.
                let (from, to) = (u as f64 - aim, u as f64 + 1.0 - aim);
                let square = |x: f64| 0.5 * x.max(0.0) * x.max(0.0);
                early += p * (square(to) - square(from));
                late += p * (square(-from) - square(-to));
            }
            self.too_early.push(early);
            self.too_late.push(late);
        }
    }

    /// How many days there are.
    pub(super) fn len(&self) -> usize {
        self.win.len()
    }

    /// The effect on everyone and on those who would have bought, P(the contact goes out), and what its timing costs.
    pub(super) fn at(&self, day: usize, due: &Due, costs: &Costs) -> [f64; 4] {
        // A contact that is called off because the customer has bought costs nothing.
        let reached = if due.is_watched { 1.0 - due.prob_own * self.passed[day] } else { 1.0 };
        let mut timing = costs.per_early * self.early[day];
        if let (Some(early), Some(late)) = (self.too_early.get(day), self.too_late.get(day)) {
            timing += costs.early_per_day * early + costs.late_per_day * late;
        }
        [self.win[day], self.own[day], reached, timing]
    }

    /// The parts of the gain of a contact on a day.
    pub(super) fn parts(&self, day: usize, due: &Due, stakes: &Stakes, costs: &Costs) -> Parts {
        let (r, q) = (stakes.prob_win_back, due.prob_own);
        let [win, own, reached, timing] = self.at(day, due, costs);
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
        let [win, own, reached, _] = self.at(day, due, costs);
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

fn add(out: &mut [f64], p: &[f64], weight: f64) {
    for (out, p) in out.iter_mut().zip(p) {
        *out += weight * p;
    }
}

//! One customer's needs against each other: which to see to, when, and how.

use super::due::Due;
use super::gains::{Days, Stakes};
use super::judge::Gain;
use super::need::Need;
use super::planner::Planner;
use super::search::{Gains, Pick, Way};
use super::standing::Standing;

/// A need's best contact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Chosen {
    /// Place among the needs.
    pub(super) need: usize,
    pub(super) pick: Pick,
    pub(super) way: Way,
}

/// Weighs needs, with scratch space that serves one customer after another.
pub(super) struct Weigher<'a> {
    planner: &'a Planner,
    /// P(a contact at the best moment wins the customer) per offer, with the standard deviation of the doubt about it.
    effects: &'a [(f64, f64)],
    days: Days,
    pub(super) ways: Vec<Way>,
}

impl<'a> Weigher<'a> {
    pub(super) fn new(planner: &'a Planner, effects: &'a [(f64, f64)]) -> Self {
        Self { planner, effects, days: Days::default(), ways: Vec::new() }
    }

    /// The ways to see to a need that do not sell below cost; none where the order's value is unknown.
    pub(super) fn list_ways(&mut self, need: &Need, standing: &Standing) {
        self.ways.clear();
        let policy = &self.planner.policy;
        let terms = need.item.as_ref().and_then(|item| self.planner.item_terms(item));
        let value = match need.help {
            Some(_) => need.order_value,
            None => terms.and_then(|t| t.order_value).or(need.order_value).or(policy.order_value),
        };
        let Some(order_value) = value.filter(|_| terms.and_then(|t| t.stock).is_none_or(|stock| stock >= 1.0)) else {
            return;
        };
        let margin_share = match need.help {
            Some(_) => 1.0,
            None => terms.and_then(|t| t.margin_share).unwrap_or(policy.margin_share),
        };
        for (offer, terms) in policy.offers.iter().enumerate() {
            let is_sound = terms.discount_share <= 0.0 || terms.discount_share < margin_share;
            let is_refused = standing.refused.get(offer).copied().unwrap_or(false);
            if !is_sound || is_refused || standing.n_purchases < terms.min_purchases {
                continue;
            }
            for (channel, by) in policy.channels.iter().enumerate() {
                let prob_win_back = (self.effects[offer].0 * by.strength * standing.keeps).min(1.0);
                let stakes = Stakes {
                    order_value,
                    margin_share,
                    discount_share: terms.discount_share,
                    prob_win_back,
                    contact_cost: by.cost,
                    remaining_value: standing.remaining_value,
                };
                self.ways.push(Way { offer, channel, stakes });
            }
        }
    }

    /// Makes the expectations over a need's run-out date.
    pub(super) fn look(&mut self, due: &Due) {
        let (effects, before) = &self.planner.effects_by_day;
        self.days.fill(due, (effects, *before), &self.planner.policy.costs, self.planner.n_days());
    }

    pub(super) fn gains<'b>(&'b self, due: &'b Due) -> Gains<'b> {
        Gains { days: &self.days, due, costs: &self.planner.policy.costs }
    }

    /// The doubt about the gain of a pick: of the effect and of the customer's own chance, which are independent.
    pub(super) fn gain(&self, due: &Due, pick: &Pick) -> Gain {
        let way = &self.ways[pick.way];
        let costs = &self.planner.policy.costs;
        let slopes = self.days.slopes(pick.day, due, &way.stakes, costs);
        let (mean, sd) = self.effects[way.offer];
        // The doubt about the effect grows and shrinks with the effect.
        let response_sd = if mean > 0.0 { sd * way.stakes.prob_win_back / mean } else { 0.0 };
        Gain { mean: pick.gain, sd: (slopes.win_back * response_sd).hypot(slopes.own * due.prob_own_sd) }
    }

    /// No way can gain more than this, whatever the day: a look that costs next to nothing.
    fn bound(&self, due: &Due) -> f64 {
        let within: f64 = due.by_day.iter().sum();
        let costs = &self.planner.policy.costs;
        let of = |way: &Way| {
            let s = &way.stakes;
            let ignored = costs.per_ignored + costs.prob_lost_per_ignored * s.remaining_value;
            let won = (due.prob_exists - due.prob_own)
                * s.prob_win_back
                * (s.order_value * (s.margin_share - s.discount_share) + ignored);
            let kept = due.prob_own * (ignored - s.order_value * s.discount_share).max(0.0);
            let reached = if due.is_watched { 1.0 - due.prob_own * within } else { 1.0 };
            (won + kept) * within.min(1.0) - (ignored + s.contact_cost) * reached
        };
        self.ways.iter().map(of).fold(f64::NEG_INFINITY, f64::max)
    }

    /// Each need's best contact that gains anything, best first, at least a gap apart from those that gain more. Where two
    /// needs ask for the same days, the one that gains less is left for a later decision.
    pub(super) fn choose(&mut self, needs: &[Need], standing: &Standing, chosen: &mut Vec<Chosen>) {
        chosen.clear();
        for (place, need) in needs.iter().enumerate() {
            self.list_ways(need, standing);
            if self.ways.is_empty() || self.bound(&need.due) <= 0.0 {
                continue;
            }
            self.look(&need.due);
            let is_open = |day, channel| standing.open.contains(day, channel);
            let best = self.gains(&need.due).best(&self.ways, 0, is_open);
            if let Some(pick) = best.filter(|pick| pick.gain > 0.0) {
                chosen.push(Chosen { need: place, pick, way: self.ways[pick.way] });
            }
        }
        chosen.sort_by(|a, b| b.pick.gain.total_cmp(&a.pick.gain).then(a.need.cmp(&b.need)));
        let mut kept = 0;
        for i in 0..chosen.len() {
            let day = chosen[i].pick.day;
            if chosen[..kept].iter().all(|c| c.pick.day.abs_diff(day) >= standing.gap_days.max(1)) {
                chosen.swap(kept, i);
                kept += 1;
            }
        }
        chosen.truncate(kept);
    }
}

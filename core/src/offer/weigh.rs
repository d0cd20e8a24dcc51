//! One customer's needs against each other: which to see to, when, and how.

use super::due::Due;
use super::gains::{Days, Stakes};
use super::judge::Gain;
use super::need::Need;
use super::planner::Planner;
use super::search::{Gains, Pick, Way};
use super::standing::Standing;

/// Rounding of a curve in single precision, a share of it.
const ROUNDING: f64 = 1e-6;

/// A need's best contact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Chosen {
    /// Place among the needs.
    pub(super) need: usize,
    pub(super) pick: Pick,
    pub(super) way: Way,
}

impl Chosen {
    /// Whether a pick for the need at a place comes before this: it gains more, or as much for a need that stands earlier.
    pub(super) fn is_below(&self, pick: &Pick, need: usize) -> bool {
        pick.gain.total_cmp(&self.pick.gain).then(self.need.cmp(&need)).is_gt()
    }
}

/// Weighs needs, with scratch space that serves one customer after another.
pub(super) struct Weigher<'a> {
    planner: &'a Planner,
    days: Days,
    pub(super) ways: Vec<Way>,
    /// The needs that there are ways to see to, with what they gain at most; most first. Those of [`Self::choose`].
    pub(super) promising: Vec<(f64, usize)>,
    kept: Vec<usize>,
}

impl<'a> Weigher<'a> {
    pub(super) fn new(planner: &'a Planner) -> Self {
        Self { planner, days: Days::default(), ways: Vec::new(), promising: Vec::new(), kept: Vec::new() }
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
                let prob_win_back = (self.planner.effects.of_offer[offer].0 * by.strength * standing.keeps).min(1.0);
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
        let (mean, sd) = self.planner.effects.of_offer[way.offer];
        // The doubt about the effect grows and shrinks with the effect.
        let response_sd = if mean > 0.0 { sd * way.stakes.prob_win_back / mean } else { 0.0 };
        Gain { mean: pick.gain, sd: (slopes.win_back * response_sd).hypot(slopes.own * due.prob_own_sd) }
    }

    /// No way can gain more than this, whatever the day: a look that costs next to nothing.
    fn bound(&self, due: &Due) -> f64 {
        let within = (due.by_day.within() * (1.0 + ROUNDING)).min(1.0);
        let costs = &self.planner.policy.costs;
        let of = |way: &Way| {
            let s = &way.stakes;
            let ignored = costs.per_ignored + costs.prob_lost_per_ignored * s.remaining_value;
            let won = (due.prob_exists - due.prob_own)
                * s.prob_win_back
                * (s.order_value * (s.margin_share - s.discount_share) + ignored);
            let kept = due.prob_own * (ignored - s.order_value * s.discount_share).max(0.0);
            let reached = if due.is_watched { 1.0 - due.prob_own * within } else { 1.0 };
            (won + kept) * within - (ignored + s.contact_cost) * reached
        };
        self.ways.iter().map(of).fold(f64::NEG_INFINITY, f64::max)
    }

    /// Fills [`Self::promising`].
    fn bound_all(&mut self, needs: &[Need], standing: &Standing) {
        self.promising.clear();
        for (place, need) in needs.iter().enumerate() {
            self.list_ways(need, standing);
            if !self.ways.is_empty() {
                self.promising.push((self.bound(&need.due), place));
            }
        }
        self.promising.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    }

    /// Each need's best contact that gains anything, best first, at least a gap apart from those that gain more. Where two
    /// needs ask for the same days, the one that gains less is left for a later decision. Once today's contact is found, what
    /// gains less is not looked for.
    pub(super) fn choose(&mut self, needs: &[Need], standing: &Standing, chosen: &mut Vec<Chosen>) {
        chosen.clear();
        self.bound_all(needs, standing);
        let promising = std::mem::take(&mut self.promising);
        for (i, &(_, place)) in promising.iter().enumerate().take_while(|(_, (bound, _))| *bound > 0.0) {
            let need = &needs[place];
            self.list_ways(need, standing);
            self.look(&need.due);
            let is_open = |day, channel| standing.open.contains(day, channel);
            let best = self.gains(&need.due).best(&self.ways, 0, is_open);
            if let Some(pick) = best.filter(|pick| pick.gain > 0.0) {
                let before = chosen.partition_point(|c| !c.is_below(&pick, place));
                chosen.insert(before, Chosen { need: place, pick, way: self.ways[pick.way] });
            }
            // What is still to be looked at can gain no more than this.
            let most = promising.get(i + 1).map_or(0.0, |next| next.0.max(0.0));
            let n_certain = chosen.partition_point(|c| c.pick.gain > most);
            if has_today(&chosen[..n_certain]) {
                keep_apart(&chosen[..n_certain], standing.gap_days, &mut self.kept);
                if self.kept.iter().any(|&kept| chosen[kept].pick.day == 0) {
                    break;
                }
            }
        }
        keep_apart(chosen, standing.gap_days, &mut self.kept);
        for (to, &from) in self.kept.iter().enumerate() {
            chosen[to] = chosen[from];
        }
        chosen.truncate(self.kept.len());
        self.promising = promising;
    }
}

fn has_today(chosen: &[Chosen]) -> bool {
    chosen.iter().any(|c| c.pick.day == 0)
}

/// The places of those that are a gap apart from all that are kept before them.
fn keep_apart(chosen: &[Chosen], gap_days: usize, kept: &mut Vec<usize>) {
    kept.clear();
    for (place, c) in chosen.iter().enumerate() {
        if kept.iter().all(|&k| chosen[k].pick.day.abs_diff(c.pick.day) >= gap_days.max(1)) {
            kept.push(place);
        }
    }
}

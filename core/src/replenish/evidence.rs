//! The evidence about one (customer, unit) pair at a cutoff: discounted counts, shrunk rates, and the cycle.
//!
//! Everything here is a closed form of the customer's own purchases up to the cutoff and of the [`Traits`] learned by
//! it. The layer on top only weighs these numbers against each other.

use super::decay::{Decay, LONG, MIDDLE, N_HALF_LIVES, PerHalfLife, SHORT};
use super::purchases::{Purchase, Purchases};
use super::structure::{EDGES_DAYS, LogLogistic, Structure};
use super::traits::Traits;
use crate::stats::{Spans, ln, ln_count};

/// Weight of the population's visit rate in a customer's own, visits.
const PRIOR_VISITS: f64 = 1.0;
/// Weight of the item's and customer's propensity in a pair's own, opportunities.
const PRIOR_PAIR: f64 = 4.0;
/// Weight of "like everyone" in a customer's propensity to repeat, repeats.
const PRIOR_PROPENSITY: f64 = 3.0;
/// Weight of item and customer in a pair's own mean log gap, gaps.
const PRIOR_CYCLE: f64 = 1.5;
/// Weight of the population's spread in a pair's own, gaps.
const PRIOR_SPREAD: f64 = 4.0;
/// Weight of the customer's habit in what a basket says about the purchases in it, purchases.
const PRIOR_BASKET: f64 = 5.0;

/// What is known about a customer at a cutoff, once for all pairs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CustomerEvidence {
    pub(crate) n_visits: f64,
    /// Days since the last visit.
    pub(crate) recency: f64,
    /// Days since the first visit.
    pub(crate) age: f64,
    /// Visits per day, shrunk, per half-life.
    pub(crate) visits_per_day: PerHalfLife,
    /// Mean log gap between visits, shrunk, and its spread.
    pub(crate) log_rhythm: f64,
    /// How far past the usual gap the customer is, in spreads of the log gap.
    pub(crate) z: f64,
    /// How much more often than everyone this customer buys an item again (factor).
    pub(crate) propensity: f64,
    pub(crate) log_propensity: f64,
    /// The same, discounted with a half-life of 90 days.
    pub(crate) log_propensity_now: f64,
    /// How much longer this customer's cycles are than the items' (log).
    pub(crate) cycle_shift: f64,
    /// Log of the cumulative hazard of the next visit within 7 and 28 days, on the customer's own rhythm.
    pub(crate) log_visit_hazard7: f64,
    pub(crate) log_visit_hazard28: f64,
    /// Log of the visits per day.
    pub(crate) log_rate: PerHalfLife,
}

/// What is known about one pair at a cutoff.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PairEvidence {
    pub(crate) n_purchases: f64,
    /// Days since the last purchase.
    pub(crate) recency: f64,
    /// Days since the first purchase.
    pub(crate) age: f64,
    /// Days between the last two purchases; 0 when there was one.
    pub(crate) last_gap: f64,
    /// P(bought | visit), shrunk, per half-life.
    pub(crate) prob_per_visit: PerHalfLife,
    /// Visits since the last purchase.
    pub(crate) visits_since_last: f64,
    /// The log cycle that follows the last purchase, shrunk and adjusted for the supply bought, log days.
    pub(crate) log_cycle: f64,
    /// Standard deviation of the log cycle: irregularity and uncertainty about the mean.
    pub(crate) spread: f64,
    /// The last purchase's supply over the pair's usual (log).
    pub(crate) supply_ratio: f64,
    /// The pair's usual supply over the unit's (log).
    pub(crate) supply_level: f64,
    /// The basket of the last purchase.
    pub(crate) basket: Basket,
}

impl PairEvidence {
    /// Days until what was bought last should be used up, and 0 from then on.
    pub(crate) fn supply_left_days(&self) -> f64 {
        (self.log_cycle.exp() - self.recency).max(0.0)
    }
}

/// What is known about the purchases of one visit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Basket {
    /// Purchases, and those of them whose unit was bought again later.
    n: f64,
    rebought: f64,
    /// Log of the share bought again, over what this customer usually buys again, shrunk.
    pub(crate) log_rebought: f64,
    /// Log size over the customer's mean size.
    pub(crate) log_size: f64,
}

/// Scratch space and constants for computing evidence, reused from customer to customer.
#[derive(Debug)]
pub(crate) struct EvidenceBuilder<'a> {
    decay: &'a Decay,
    /// `later[v]`: the discounted number of visits from visit `v` on.
    later: Vec<PerHalfLife>,
    /// One per visit.
    baskets: Vec<Basket>,
}

impl<'a> EvidenceBuilder<'a> {
    pub(crate) fn new(decay: &'a Decay) -> Self {
        Self { decay, later: Vec::new(), baskets: Vec::new() }
    }

    /// The customer's evidence; `None` without a purchase. Must be called before [`Self::pair`].
    pub(crate) fn customer(&mut self, own: &Purchases, traits: &Traits, day: i32) -> Option<CustomerEvidence> {
        let visits = &own.visit_days;
        let (first, last) = (*visits.first()?, *visits.last()?);
        let population = &traits.population;
        self.later.clear();
        self.later.resize(visits.len() + 1, [0.0; N_HALF_LIVES]);
        for v in (0..visits.len()).rev() {
            let weight = self.decay.at(day - visits[v]);
            self.later[v] = std::array::from_fn(|h| self.later[v + 1][h] + weight[h]);
        }
        let exposure = self.decay.exposure_days(day - first);
        // The first visit started the clock and says nothing about the rate.
        let visits_per_day: PerHalfLife = std::array::from_fn(|h| {
            (self.later[1][h] + PRIOR_VISITS) / (exposure[h] + PRIOR_VISITS / population.visits_per_day)
        });
        let n_gaps = (visits.len() - 1) as f64;
        let (mut sum, mut squares) = (0.0, 0.0);
        for w in visits.windows(2) {
            let log_gap = ln_count(f64::from(w[1] - w[0]));
            sum += log_gap;
            squares += log_gap * log_gap;
        }
        let log_rhythm = (sum + population.log_visit_gap) / (n_gaps + 1.0);
        let around = (squares - 2.0 * log_rhythm * sum + n_gaps * log_rhythm * log_rhythm).max(0.0);
        let rhythm_spread = ((around + 3.0 * population.visit_spread.powi(2)) / (n_gaps + 3.0)).sqrt();

        let (mut expected, mut repeats) = (PRIOR_PROPENSITY, PRIOR_PROPENSITY);
        let (mut expected_now, mut repeats_now) = (PRIOR_PROPENSITY, PRIOR_PROPENSITY);
        let (mut shift, mut n_shift) = (0.0, 0.0);
        self.baskets.clear();
        self.baskets.resize(visits.len(), Basket::default());
        for pair in own.by_unit() {
            for (i, p) in pair.iter().enumerate() {
                let basket = &mut self.baskets[p.visit as usize];
                basket.n += 1.0;
                basket.rebought += f64::from(u8::from(i + 1 < pair.len()));
            }
            let unit = traits.unit(pair[0].unit);
            expected += unit.prob_again * f64::from(visits.len() as u32 - 1 - pair[0].visit);
            repeats += (pair.len() - 1) as f64;
            expected_now += unit.prob_again * self.later[pair[0].visit as usize + 1][MIDDLE];
            repeats_now += pair[1..].iter().map(|p| self.decay.at(day - p.day)[MIDDLE]).sum::<f64>();
            for w in pair.windows(2) {
                shift += ln_count(f64::from((w[1].day - w[0].day).max(1))) - unit.log_cycle;
                n_shift += 1.0;
            }
        }
        self.complete_baskets(population.share_rebought);
        let rhythm = LogLogistic::new(log_rhythm, rhythm_spread);
        let since = f64::from(day - last);
        let so_far = rhythm.hazard(since as f32);
        let visit_hazard = |days: f32| rhythm.hazard(since as f32 + days) - so_far + 1e-3;
        let (propensity, propensity_now) = (repeats / expected, repeats_now / expected_now);
        let rates = visits_per_day.map(|rate| rate as f32);
        let mut logs = [0f32; 8];
        logs[..N_HALF_LIVES].copy_from_slice(&rates);
        logs[N_HALF_LIVES..].copy_from_slice(&[
            propensity as f32,
            propensity_now as f32,
            visit_hazard(7.0),
            visit_hazard(28.0),
        ]);
        // In one go, as vector instructions.
        let logs = logs.map(ln).map(f64::from);
        Some(CustomerEvidence {
            n_visits: visits.len() as f64,
            recency: f64::from(day - last),
            age: f64::from(day - first),
            visits_per_day,
            log_rhythm,
            z: (ln_count(since.max(0.5)) - log_rhythm) / rhythm_spread,
            propensity,
            log_propensity: logs[4],
            log_propensity_now: logs[5],
            cycle_shift: shift / (n_shift + 4.0),
            log_visit_hazard7: logs[6],
            log_visit_hazard28: logs[7],
            log_rate: [logs[0], logs[1], logs[2], logs[3]],
        })
    }

    /// Compares each basket with what this customer usually buys, and buys again.
    fn complete_baskets(&mut self, prior_rebought: f64) {
        let (n, rebought) = self.baskets.iter().fold((0.0, 0.0), |(n, r), b| (n + b.n, r + b.rebought));
        let mean = n / self.baskets.len() as f64;
        let usual = (rebought + PRIOR_BASKET * prior_rebought) / (n + PRIOR_BASKET);
        for basket in &mut self.baskets {
            // Less one: the purchase that is asked about is its unit's last, so it was not bought again.
            let expected = (basket.n - 1.0 + PRIOR_BASKET) * usual;
            basket.log_rebought = ((basket.rebought + PRIOR_BASKET * usual) / expected).ln();
            // A visit all of whose purchases count as part of earlier ones is empty; no pair asks for it.
            basket.log_size = (basket.n.max(1.0) / mean).ln();
        }
    }

    /// The evidence of one pair of the customer given last to [`Self::customer`].
    pub(crate) fn pair(
        &self,
        own: &[Purchase],
        customer: &CustomerEvidence,
        traits: &Traits,
        day: i32,
    ) -> PairEvidence {
        let (first, last) = (&own[0], &own[own.len() - 1]);
        let (population, unit) = (&traits.population, traits.unit(first.unit));
        let n_gaps = (own.len() - 1) as f64;
        let mut again = [0.0; N_HALF_LIVES];
        let (mut gaps, mut squares, mut log_supply) = (0.0, 0.0, ln_count(first.supply.max(f64::MIN_POSITIVE)));
        // Slope-adjusted: what the gap would have been had the pair's usual supply been bought.
        let (mut supplies_before, mut last_log_supply) = (0.0, log_supply);
        for w in own.windows(2) {
            let log_gap = ln_count(f64::from((w[1].day - w[0].day).max(1)));
            gaps += log_gap;
            squares += log_gap * log_gap;
            supplies_before += last_log_supply;
            last_log_supply = ln_count(w[1].supply.max(f64::MIN_POSITIVE));
            log_supply += last_log_supply;
            let weight = self.decay.at(day - w[1].day);
            again.iter_mut().zip(weight).for_each(|(a, w)| *a += w);
        }
        let prior = (unit.prob_again * customer.propensity).min(0.9);
        let after_first = &self.later[first.visit as usize + 1];
        let prob_per_visit = std::array::from_fn(|h| (again[h] + PRIOR_PAIR * prior) / (after_first[h] + PRIOR_PAIR));

        let usual_supply = (log_supply + 2.0 * unit.log_supply) / (own.len() as f64 + 2.0);
        let supply_ratio = last_log_supply - usual_supply;
        let slope = population.supply_slope;
        let adjusted = gaps - slope * (supplies_before - n_gaps * usual_supply);
        let expected_cycle = unit.log_cycle + customer.cycle_shift;
        let mean = (adjusted + PRIOR_CYCLE * expected_cycle) / (n_gaps + PRIOR_CYCLE);
        let around = (squares - 2.0 * mean * gaps + n_gaps * mean * mean).max(0.0);
        let variance = (around + PRIOR_SPREAD * population.spread.powi(2)) / (n_gaps + PRIOR_SPREAD);
        let of_mean = (variance + population.spread_between.powi(2)) / (n_gaps + PRIOR_CYCLE);
        PairEvidence {
            n_purchases: own.len() as f64,
            recency: f64::from(day - last.day),
            age: f64::from(day - first.day),
            last_gap: if own.len() > 1 { f64::from(last.day - own[own.len() - 2].day) } else { 0.0 },
            prob_per_visit,
            visits_since_last: customer.n_visits - 1.0 - f64::from(last.visit),
            log_cycle: mean + slope * supply_ratio,
            spread: (variance + of_mean).sqrt(),
            supply_ratio,
            supply_level: usual_supply - unit.log_supply,
            basket: self.baskets[last.visit as usize],
        }
    }
}

/// Names of the features, in the order of [`features`].
#[cfg(test)]
const FEATURES: [&str; N_FEATURES] = [
    "log_n",
    "log_recency",
    "log_age",
    "log_last_gap",
    "logit_p10",
    "logit_p30",
    "logit_p90",
    "logit_p300",
    "log_e10",
    "log_e30",
    "log_e90",
    "log_e300",
    "visits_since_last",
    "visits_overdue",
    "log_cycle",
    "spread",
    "z",
    "overdue_last_gap",
    "supply_ratio",
    "supply_level",
    "c_log_visits",
    "c_log_recency",
    "c_log_age",
    "c_rate30",
    "c_rate90",
    "c_rate300",
    "c_z",
    "c_rhythm",
    "c_propensity",
    "c_cycle_shift",
    "in_last_basket",
    "u_logit_again",
    "u_cycle",
    "u_spread",
    "u_trend_now",
    "u_trend_short",
    "u_trend_middle",
    "u_log_purchases",
    "u_share_repeated",
    "n_is_1",
    "u_logit_again_now",
    "u_idle",
    "c_propensity_now",
    "log_cycle_hazard7",
    "log_cycle_hazard28",
    "log_cycle_hazard112",
    "log_structure28",
    "c_visit_hazard7",
    "c_visit_hazard28",
    "u_second",
    "u_soon",
    "b_rebought",
    "b_size",
];
/// How many features there are.
pub(crate) const N_FEATURES: usize = 53;

/// Which spans end after 7, 28 and 112 days.
const SPAN_7_DAYS: usize = 2;
const SPAN_28_DAYS: usize = 4;
const SPAN_112_DAYS: usize = 6;
const _: () = {
    assert!(EDGES_DAYS[SPAN_7_DAYS] as u32 == 7 && EDGES_DAYS[SPAN_28_DAYS] as u32 == 28);
    assert!(EDGES_DAYS[SPAN_112_DAYS] as u32 == 112);
};

/// The features of a pair, all finite.
#[inline(always)]
#[allow(clippy::inline_always, reason = "to become wider vector instructions where its caller does")]
pub(crate) fn features(
    pair: &PairEvidence,
    customer: &CustomerEvidence,
    (structure, cycle): (&Structure, &Spans),
    traits: &Traits,
    unit: u32,
) -> [f32; N_FEATURES] {
    let unit = traits.unit(unit);
    let (p, c) = (pair, customer);
    let prob = p.prob_per_visit.map(|p| p.clamp(1e-6, 1.0 - 1e-6));
    // All logarithms of the pair's own numbers in one go, as vector instructions.
    let mut logs = [1f32; 16];
    for h in 0..N_HALF_LIVES {
        logs[h] = prob[h] as f32;
        logs[N_HALF_LIVES + h] = (1.0 - prob[h]) as f32;
    }
    logs[8] = p.visits_since_last as f32 + 0.5;
    logs[9..12].copy_from_slice(&[SPAN_7_DAYS, SPAN_28_DAYS, SPAN_112_DAYS].map(|s| cycle[s] + 1e-3));
    logs[12] = structure.at_edges()[SPAN_28_DAYS] + 1e-5;
    for x in &mut logs {
        *x = ln(*x);
    }
    let logs = logs.map(f64::from);
    let (log_prob, log_rest) = (&logs[..N_HALF_LIVES], &logs[N_HALF_LIVES..]);
    let log_recency = ln_count(p.recency + 1.0);
    // Of what was bought once, the gap to expect stands for the last one: nothing is due because a gap is missing.
    let log_last_gap = if p.last_gap > 0.0 { ln_count(p.last_gap + 1.0) } else { p.log_cycle };
    let z = (ln_count(p.recency.max(0.5)) - p.log_cycle) / p.spread;
    let log_prob_mean = f64::midpoint(log_prob[MIDDLE], log_prob[LONG]);
    let mut out = [0f32; N_FEATURES];
    let mut next = 0;
    let mut push = |x: f64| {
        out[next] = x as f32;
        next += 1;
    };
    push(ln_count(p.n_purchases));
    push(log_recency);
    push(ln_count(p.age + 1.0));
    push(log_last_gap);
    log_prob.iter().zip(log_rest).for_each(|(p, rest)| push(p - rest));
    c.log_rate.iter().zip(log_prob).for_each(|(rate, p)| push(rate + p));
    push(ln_count(p.visits_since_last + 1.0));
    push(logs[8] + log_prob_mean);
    push(p.log_cycle);
    push(p.spread);
    push(z.clamp(-6.0, 6.0));
    push(log_recency - log_last_gap);
    push(p.supply_ratio);
    push(p.supply_level);
    push(ln_count(c.n_visits));
    push(ln_count(c.recency + 1.0));
    push(ln_count(c.age + 1.0));
    c.log_rate[SHORT..].iter().copied().for_each(&mut push);
    push(c.z.clamp(-6.0, 6.0));
    push(c.log_rhythm);
    push(c.log_propensity);
    push(c.cycle_shift);
    push(f64::from(u8::from(p.recency <= c.recency)));
    push(unit.logit_again);
    push(unit.log_cycle);
    push(unit.spread);
    push(unit.trend_now);
    push(unit.trend_short);
    push(unit.trend_middle);
    push(unit.log_purchases);
    push(unit.logit_repeated);
    push(f64::from(u8::from(p.n_purchases < 1.5)));
    push(unit.logit_again_now);
    push(unit.idle);
    push(c.log_propensity_now);
    logs[9..13].iter().copied().for_each(&mut push);
    push(c.log_visit_hazard7);
    push(c.log_visit_hazard28);
    push(unit.logit_second);
    push(unit.log_soon);
    push(p.basket.log_rebought);
    push(p.basket.log_size);
    debug_assert_eq!(next, N_FEATURES);
    debug_assert!(out.iter().all(|x| x.is_finite()), "{out:?}");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_has_a_name_of_its_own() {
        let mut names = FEATURES;
        names.sort_unstable();
        assert!(names.windows(2).all(|w| w[0] < w[1] && !w[0].is_empty()));
    }
}

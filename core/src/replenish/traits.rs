//! What everyone taught us by a cutoff: traits of each unit, shrunk to the population's.

use serde::{Deserialize, Serialize};

use super::decay::{Decay, HALF_LIVES_DAYS, LONG, MIDDLE, PerHalfLife, SHORT};
use super::forecast::Basis;
use super::summary::{PopulationSums, Summary, UnitSums};

/// Weight of the population in a unit's repurchase probability, opportunities.
const PRIOR_OPPORTUNITIES: f64 = 40.0;
/// Weight of the population in a unit's mean log gap and its spread, gaps.
const PRIOR_GAPS: f64 = 10.0;
/// Weight of the long-run rate in a unit's recent sales, purchases.
const PRIOR_SALES: f64 = 4.0;

/// What is known about one unit at a cutoff.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct UnitTraits {
    /// P(bought again | a visit of somebody who has bought it before).
    pub(crate) prob_again: f64,
    /// The same as log-odds, over all time and discounted with a half-life of 90 days. Kept as the features want them:
    /// logarithms are taken once per unit, not once per pair.
    pub(crate) logit_again: f64,
    pub(crate) logit_again_now: f64,
    /// Log-odds of being bought a second time, given a visit of somebody who has bought it once.
    pub(crate) logit_second: f64,
    /// Log of P(bought again | one of the first visits after a purchase of it), over P(bought again | any visit).
    pub(crate) log_soon: f64,
    /// Days since anybody bought it, in units of its mean days between sales (log of 1 + that).
    pub(crate) idle: f64,
    /// Mean of the log gap between purchases, log days.
    pub(crate) log_cycle: f64,
    /// Standard deviation of one pair's log gaps.
    pub(crate) spread: f64,
    /// Log of the sales rate over the last 30 / 90 days (discounted) against the last 300.
    pub(crate) trend_short: f64,
    pub(crate) trend_middle: f64,
    /// Log sales in the last 10 days against the last 90.
    pub(crate) trend_now: f64,
    /// Log of (1 + purchases so far).
    pub(crate) log_purchases: f64,
    /// Log-odds of being bought again by a buyer.
    pub(crate) logit_repeated: f64,
    /// Mean log supply of a purchase.
    pub(crate) log_supply: f64,
    /// On whose purchases these numbers mainly rest.
    pub(crate) basis: Basis,
}

/// What is known about everyone at a cutoff.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Population {
    /// P(an item is bought again | a visit of somebody who has bought it before).
    pub(crate) prob_again: f64,
    /// Visits of a customer per day since the first.
    pub(crate) visits_per_day: f64,
    /// Mean and standard deviation of the log gap between a customer's visits, log days.
    pub(crate) log_visit_gap: f64,
    pub(crate) visit_spread: f64,
    /// Mean log gap of a pair.
    pub(crate) log_cycle: f64,
    /// Standard deviation of one pair's log gaps around its own mean: the regularity.
    pub(crate) spread: f64,
    /// Standard deviation between the pairs of one unit of the mean log gap.
    pub(crate) spread_between: f64,
    /// By how much the log gap grows with the log supply bought before it, 0 to 1.
    pub(crate) supply_slope: f64,
    /// Log of all sales over the last 30 days (discounted) against the last 300.
    pub(crate) trend_short: f64,
    pub(crate) share_repeated: f64,
    /// Share of all purchases that were followed by another of the same pair.
    pub(crate) share_rebought: f64,
    pub(crate) log_supply: f64,
    /// Purchases per weekday (Monday first) relative to their mean.
    pub(crate) weekday: [f64; 7],
    /// Days since the log's first event.
    pub(crate) log_days: f64,
}

/// Everything known at a cutoff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Traits {
    pub(crate) population: Population,
    pub(crate) units: Vec<UnitTraits>,
    /// What is assumed of a unit never seen: without a category, then of each category in turn.
    pub(crate) unseen: Vec<UnitTraits>,
}

/// Which category each unit is of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Categories<'a> {
    /// Category code of each unit, `NONE` where unknown.
    pub(crate) of_unit: &'a [u32],
    pub(crate) n: usize,
}

/// What a unit's traits are shrunk to: its category's, which are shrunk to the population's.
#[derive(Debug, Clone, Copy)]
struct Prior {
    prob_again: f64,
    prob_again_now: f64,
    prob_second: f64,
    prob_soon: f64,
    log_cycle: f64,
    /// Mean square of the log gaps around their mean.
    variance: f64,
    share_repeated: f64,
    log_supply: f64,
    basis: Basis,
}

impl Prior {
    /// The prior of a category's units. `recent` are its discounted repeats and opportunities.
    fn of_category(&self, sums: &UnitSums, recent: (f64, f64)) -> Self {
        let again = self.again(sums);
        let log_cycle = sums.log_gap.shrunk_mean(self.log_cycle, PRIOR_GAPS);
        Self {
            prob_again: again,
            prob_again_now: (recent.0 + PRIOR_OPPORTUNITIES * self.prob_again_now) / (recent.1 + PRIOR_OPPORTUNITIES),
            prob_second: self.share(sums.n_repeated, sums.n_opportunities_once, self.prob_second, again),
            prob_soon: self.share(sums.n_repeats_soon, sums.n_opportunities_soon, self.prob_soon, again),
            log_cycle,
            variance: sums.log_gap.shrunk_mean_square(log_cycle, self.variance, PRIOR_GAPS),
            share_repeated: self.share_repeated(sums),
            log_supply: sums.log_supply.shrunk_mean(self.log_supply, 2.0),
            basis: self.basis(sums, Basis::Category),
        }
    }

    /// The priors of each category's units.
    fn of_categories(&self, units: &[UnitSums], recent: &[(f64, f64)], categories: Categories<'_>) -> Vec<Self> {
        let mut of_categories = vec![(UnitSums::default(), (0.0, 0.0)); categories.n];
        for ((unit, recent), &category) in units.iter().zip(recent).zip(categories.of_unit) {
            if let Some((sums, now)) = of_categories.get_mut(category as usize) {
                sums.advance(unit, 0);
                *now = (now.0 + recent.0, now.1 + recent.1);
            }
        }
        of_categories.iter().map(|(sums, now)| self.of_category(sums, *now)).collect()
    }

    fn again(&self, sums: &UnitSums) -> f64 {
        let repeats = (sums.n_purchases - sums.n_pairs) as f64;
        (repeats + PRIOR_OPPORTUNITIES * self.prob_again) / (sums.n_opportunities as f64 + PRIOR_OPPORTUNITIES)
    }

    /// A share of opportunities, shrunk to the prior's in proportion to how often the unit is bought again at all.
    fn share(&self, events: i64, of: i64, prior: f64, again: f64) -> f64 {
        let expected = (prior * again / self.prob_again).min(0.9);
        (events as f64 + PRIOR_OPPORTUNITIES * expected) / (of as f64 + PRIOR_OPPORTUNITIES)
    }

    fn share_repeated(&self, sums: &UnitSums) -> f64 {
        (sums.n_repeated as f64 + 10.0 * self.share_repeated) / (sums.n_pairs as f64 + 10.0)
    }

    fn basis(&self, sums: &UnitSums, own: Basis) -> Basis {
        if sums.n_opportunities as f64 >= PRIOR_OPPORTUNITIES { own } else { self.basis }
    }
}

impl Traits {
    /// The traits at each cutoff of a summary, in the order of the cutoffs.
    pub(crate) fn at_cutoffs(summary: &Summary, categories: Categories<'_>) -> Vec<Self> {
        let mut units = vec![UnitSums::default(); summary.n_units];
        let mut population = PopulationSums::default();
        // Repeats and opportunities, discounted from interval to interval.
        let mut recent = vec![(0.0, 0.0); summary.n_units];
        let mut previous = summary.first_day;
        let mut out = Vec::with_capacity(summary.cutoff_days.len());
        for (k, &cutoff) in summary.cutoff_days.iter().enumerate() {
            let days = cutoff.saturating_sub(previous).max(0);
            let kept = (-f64::from(days) / HALF_LIVES_DAYS[MIDDLE]).exp2();
            // Events of the interval are as old as its middle, on average.
            let new_weight = (-f64::from(days) / 2.0 / HALF_LIVES_DAYS[MIDDLE]).exp2();
            for ((known, new), (repeats, opportunities)) in units.iter_mut().zip(summary.units_in(k)).zip(&mut recent) {
                known.advance(new, days);
                *repeats = *repeats * kept + new_weight * (new.n_purchases - new.n_pairs) as f64;
                *opportunities = *opportunities * kept + new_weight * new.n_opportunities as f64;
            }
            population.merge(&summary.population[k]);
            previous = cutoff;
            let log_days = f64::from(cutoff.saturating_sub(summary.first_day).max(1));
            out.push(Self::estimate(&units, &recent, &population, categories, cutoff, log_days));
        }
        out
    }

    /// What is assumed before anything was seen.
    pub(crate) fn unknown() -> Self {
        Self::estimate(&[], &[], &PopulationSums::default(), Categories { of_unit: &[], n: 0 }, 0, 1.0)
    }

    fn estimate(
        units: &[UnitSums],
        recent: &[(f64, f64)],
        sums: &PopulationSums,
        categories: Categories<'_>,
        cutoff: i32,
        log_days: f64,
    ) -> Self {
        let mut all = UnitSums::default();
        for unit in units {
            all.advance(unit, 0);
        }
        let repeats = (all.n_purchases - all.n_pairs) as f64;
        let prob_again = (repeats + 0.5) / (all.n_opportunities as f64 + 5.0);
        let visits_per_day =
            ((sums.n_visits - sums.n_customers) as f64 + 0.5) / (sums.customer_days as f64 + 30.0).max(1.0);
        // Before any gap was seen: a cycle of a month, as irregular as a Poisson process (trigamma(1) = π²/6).
        let (no_cycle, no_variance) = (30f64.ln(), std::f64::consts::PI.powi(2) / 6.0);
        let log_cycle = all.log_gap.shrunk_mean(no_cycle, 1.0);
        let log_visit_gap = sums.log_visit_gap.shrunk_mean(no_cycle, 1.0);
        let visit_spread = sums.log_visit_gap.shrunk_mean_square(log_visit_gap, no_variance, 2.0).sqrt();
        let within = (sums.within_pair.value() + 2.0 * no_variance) / (sums.within_pair_df as f64 + 2.0);
        let total = all.log_gap.shrunk_mean_square(log_cycle, no_variance, 2.0);
        // Around each unit's own mean, so that units with different cycles do not make their buyers look different.
        let around_units: f64 = units.iter().map(|u| u.log_gap.scatter()).sum();
        let df: i64 = units.iter().map(|u| (u.log_gap.n - 1).max(0)).sum();
        let of_units = (around_units + 2.0 * no_variance) / (df as f64 + 2.0);
        let supply_slope = (sums.supply_gap.value() / (sums.supply_supply.value() + 20.0)).clamp(0.0, 1.0);
        let exposure = Decay::new(log_days as i32).exposure_days(log_days as i32);
        let log_supply = all.log_supply.shrunk_mean(0.0, 1e-3);
        let share_repeated = (all.n_repeated as f64 + 0.5) / (all.n_pairs as f64 + 5.0);
        let trend = |sales: &PerHalfLife, short: usize, long: usize| {
            // The prior adds the long-run rate to both, so that a unit with few sales has no trend.
            let rate = (sales[LONG] + 0.1) / exposure[LONG];
            let extra = PRIOR_SALES / rate;
            ((sales[short] + rate * extra.min(1e9)) / (exposure[short] + extra)).ln()
                - ((sales[long] + rate * extra.min(1e9)) / (exposure[long] + extra)).ln()
        };
        let population = Population {
            prob_again,
            visits_per_day,
            log_visit_gap,
            visit_spread,
            log_cycle,
            spread: within.sqrt().clamp(0.05, 3.0),
            spread_between: (of_units - within).max(0.01).sqrt(),
            supply_slope,
            trend_short: trend(&all.discounted(), SHORT, LONG),
            share_repeated,
            share_rebought: (repeats + 0.5) / (all.n_purchases as f64 + 5.0),
            log_supply,
            weekday: relative(sums.weekday),
            log_days,
        };
        let prob_second = (all.n_repeated as f64 + 0.5) / (all.n_opportunities_once as f64 + 5.0);
        let prob_soon = (all.n_repeats_soon as f64 + 0.5) / (all.n_opportunities_soon as f64 + 5.0);
        let all_trend =
            [(SHORT, LONG), (MIDDLE, LONG), (0, MIDDLE)].map(|(short, long)| trend(&all.discounted(), short, long));
        let recent_all = recent.iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        let everyone = Prior {
            prob_again,
            prob_again_now: (recent_all.0 + 0.5) / (recent_all.1 + 5.0),
            prob_second,
            prob_soon,
            log_cycle,
            variance: total,
            share_repeated,
            log_supply,
            basis: Basis::Population,
        };
        let estimate = |unit: &UnitSums, recent: (f64, f64), prior: &Prior| {
            let sales = unit.discounted();
            let log_cycle = unit.log_gap.shrunk_mean(prior.log_cycle, PRIOR_GAPS);
            let rate = (sales[LONG] + 0.1) / exposure[LONG];
            let again = prior.again(unit);
            let again_now = (recent.0 + PRIOR_OPPORTUNITIES * prior.prob_again_now) / (recent.1 + PRIOR_OPPORTUNITIES);
            let second = prior.share(unit.n_repeated, unit.n_opportunities_once, prior.prob_second, again);
            let soon = prior.share(unit.n_repeats_soon, unit.n_opportunities_soon, prior.prob_soon, again);
            UnitTraits {
                logit_second: logit(second, 1e-6),
                log_soon: (soon / again).max(1e-6).ln(),
                logit_again: logit(again, 1e-6),
                logit_again_now: logit(again_now, 1e-6),
                idle: (f64::from(cutoff.saturating_sub(unit.last_day.0).min(log_days as i32)) * rate).ln_1p(),
                prob_again: again,
                log_cycle,
                spread: unit.log_gap.shrunk_mean_square(log_cycle, prior.variance, PRIOR_GAPS).sqrt(),
                trend_short: trend(&sales, SHORT, LONG) - all_trend[0],
                trend_middle: trend(&sales, MIDDLE, LONG) - all_trend[1],
                trend_now: trend(&sales, 0, MIDDLE) - all_trend[2],
                log_purchases: (unit.n_purchases as f64).ln_1p(),
                logit_repeated: logit(prior.share_repeated(unit), 1e-4),
                log_supply: unit.log_supply.shrunk_mean(prior.log_supply, 2.0),
                basis: prior.basis(unit, Basis::Item),
            }
        };
        let priors = everyone.of_categories(units, recent, categories);
        let category_of = |unit: usize| categories.of_unit.get(unit).and_then(|&c| priors.get(c as usize));
        let prior_of = |unit: usize| category_of(unit).unwrap_or(&everyone);
        let nothing = UnitSums::default();
        Self {
            population,
            units: units
                .iter()
                .zip(recent)
                .enumerate()
                .map(|(u, (sums, now))| estimate(sums, *now, prior_of(u)))
                .collect(),
            unseen: std::iter::once(&everyone).chain(&priors).map(|p| estimate(&nothing, (0.0, 0.0), p)).collect(),
        }
    }

    /// The traits of a unit. Codes beyond the known units stand for unseen items and carry their category: see
    /// [`super::catalog::Catalog::units_for`].
    pub(crate) fn unit(&self, unit: u32) -> &UnitTraits {
        let known = self.units.len();
        match (unit as usize).checked_sub(known) {
            None => &self.units[unit as usize],
            Some(beyond) => &self.unseen[beyond % self.unseen.len()],
        }
    }
}

/// Purchases per weekday relative to their mean, each with one purchase of prior.
fn relative(weekday: [i64; 7]) -> [f64; 7] {
    let n = weekday.map(|n| n as f64 + 1.0);
    let mean = n.iter().sum::<f64>() / 7.0;
    n.map(|n| n / mean)
}

/// The log-odds of a probability that is held `margin` away from 0 and 1.
fn logit(p: f64, margin: f64) -> f64 {
    let p = p.clamp(margin, 1.0 - margin);
    (p / (1.0 - p)).ln()
}

#[cfg(test)]
mod tests {
    use super::super::purchases::Purchases;
    use super::*;
    use crate::history::NONE;

    fn traits(cutoffs: Vec<i32>, n_units: usize, customers: &[&[(u32, i32, f64)]]) -> Vec<Traits> {
        let decay = Decay::whole();
        let mut summary = Summary::new(cutoffs, n_units);
        for rows in customers {
            summary.add(&Purchases::of(rows), &decay);
        }
        Traits::at_cutoffs(&summary, Categories { of_unit: &vec![NONE; n_units], n: 0 })
    }

    fn near(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-5, "{value}, expected {expected}");
    }

    /// One customer with visits on days 0, 10, 20 and 30; unit 0 on three of them, unit 1 on one. Worked by hand.
    #[test]
    fn units_shrink_to_the_population() {
        let rows: &[_] = &[(0, 0, 1.0), (0, 10, 1.0), (0, 30, 1.0), (1, 20, 1.0)];
        let all = traits(vec![100], 2, &[rows]);
        let (t, p) = (&all[0], &all[0].population);
        // Two repeats on 3 + 1 opportunities, with half a repeat on five opportunities of prior.
        near(p.prob_again, 2.5 / 9.0);
        near(t.units[0].prob_again, (2.0 + 40.0 * 2.5 / 9.0) / 43.0);
        near(t.units[1].prob_again, (0.0 + 40.0 * 2.5 / 9.0) / 41.0);
        near(t.unseen[0].prob_again, 2.5 / 9.0);
        // Three visits after the first in 100 days.
        near(p.visits_per_day, 3.5 / 130.0);
        // Gaps of 10 and 20 days, and one of 30 as prior.
        near(p.log_cycle, (10f64.ln() + 20f64.ln() + 30f64.ln()) / 3.0);
        near(t.units[0].log_cycle, (10f64.ln() + 20f64.ln() + 10.0 * p.log_cycle) / 12.0);
        near(t.units[1].log_cycle, p.log_cycle);
        near(p.share_repeated, 1.5 / 7.0);
        near(t.units[0].logit_repeated, logit((1.0 + 10.0 * 1.5 / 7.0) / 11.0, 1e-4));
        near(t.units[1].logit_repeated, logit((0.0 + 10.0 * 1.5 / 7.0) / 11.0, 1e-4));
        // One second purchase on two visits of customers who had bought once.
        let ratio = t.units[0].prob_again / p.prob_again;
        near(t.units[0].logit_second, logit((1.0 + 40.0 * 1.5 / 7.0 * ratio) / 41.0, 1e-6));
        assert_eq!(t.units[0].basis, Basis::Population);
        // A unit the model has never seen is like everyone's.
        assert_eq!(t.unit(7), &t.unseen[0]);
    }

    #[test]
    fn much_evidence_speaks_for_itself() {
        let often: Vec<(u32, i32, f64)> = (0..100).map(|k| (0, 7 * k, 1.0)).collect();
        let once: Vec<(u32, i32, f64)> = (0..100).map(|k| (if k == 0 { 1 } else { 2 }, 7 * k, 1.0)).collect();
        let customers: Vec<&[_]> = (0..40).map(|c| if c % 2 == 0 { &often[..] } else { &once[..] }).collect();
        let all = traits(vec![700], 3, &customers);
        let units = &all[0].units;
        assert!(units[0].prob_again > 0.95 && units[1].prob_again < 0.02, "{units:?}");
        assert!((units[0].log_cycle - 7f64.ln()).abs() < 0.01);
        assert!((all[0].population.spread - 0.05).abs() < 0.05, "as regular as a clock");
        assert_eq!((units[0].basis, units[1].basis), (Basis::Item, Basis::Item));
        // Every visit falls on the same weekday.
        let mut weekday = all[0].population.weekday;
        weekday.sort_by(f64::total_cmp);
        assert!(weekday[6] > 6.9 && weekday[5] < 0.02);
    }

    /// A unit's trend is relative to everyone's: where all sales halve, no unit stands out.
    #[test]
    fn a_trend_of_everyone_is_no_units_trend() {
        let fading: Vec<(u32, i32, f64)> = (0..2)
            .flat_map(|u| (0..300).filter(|d| d % if *d < 250 { 2 } else { 10 } == 0).map(move |d| (u, d, 1.0)))
            .collect();
        let all = traits(vec![300], 2, &[&fading]);
        assert!(all[0].population.trend_short < -0.3);
        for unit in &all[0].units {
            assert!(unit.trend_short.abs() < 0.1, "{}", unit.trend_short);
        }
    }

    #[test]
    fn before_anything_was_seen_every_number_is_finite() {
        let t = Traits::unknown();
        let u = &t.unseen[0];
        let numbers =
            [u.prob_again, u.logit_second, u.log_soon, u.idle, u.log_cycle, u.spread, u.trend_short, u.log_supply];
        assert!(numbers.iter().all(|x| x.is_finite()), "{u:?}");
        near(u.log_cycle, 30f64.ln());
        near(t.population.spread, std::f64::consts::PI / 6f64.sqrt());
    }

    /// Unit 0 is bought again and again, unit 1 of the same category hardly at all, unit 2 of no category neither.
    #[test]
    fn units_shrink_to_their_category_first() {
        let decay = Decay::whole();
        let mut summary = Summary::new(vec![400], 3);
        for _ in 0..30 {
            let rows: Vec<_> = (0..20).map(|k| (0, 10 * k, 1.0)).chain([(1, 180, 1.0), (2, 180, 1.0)]).collect();
            summary.add(&Purchases::of(&rows), &decay);
        }
        let of_unit = [0, 0, NONE];
        let t = Traits::at_cutoffs(&summary, Categories { of_unit: &of_unit, n: 1 }).remove(0);
        let p = t.population.prob_again;
        // 570 repeats on 570 + 30 opportunities of the category's units.
        let category = (570.0 + 40.0 * p) / (600.0 + 40.0);
        near(t.unseen[1].prob_again, category);
        near(t.units[1].prob_again, 40.0 * category / (30.0 + 40.0));
        near(t.units[2].prob_again, 40.0 * p / (30.0 + 40.0));
        assert_eq!((t.unseen[0].basis, t.unseen[1].basis), (Basis::Population, Basis::Category));
        assert_eq!(
            (t.units[0].basis, t.units[1].basis, t.units[2].basis),
            (Basis::Item, Basis::Category, Basis::Population)
        );
    }
}

//! What everyone taught us by a cutoff: traits of each unit, shrunk to the population's.

use serde::{Deserialize, Serialize};

use super::decay::{Decay, HALF_LIVES_DAYS, LONG, MIDDLE, N_HALF_LIVES, PerHalfLife, SHORT};
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
    /// What is assumed of a unit never seen.
    pub(crate) unseen: UnitTraits,
}

impl Traits {
    /// The traits at each cutoff of a summary, in the order of the cutoffs.
    pub(crate) fn at_cutoffs(summary: &Summary) -> Vec<Self> {
        let mut units = vec![UnitSums::default(); summary.n_units];
        let mut population = PopulationSums::default();
        // Repeats and opportunities, discounted from interval to interval.
        let mut recent = vec![(0.0, 0.0); summary.n_units];
        let mut previous = summary.first_day;
        let mut out = Vec::with_capacity(summary.cutoff_days.len());
        for (k, &cutoff) in summary.cutoff_days.iter().enumerate() {
            let interval = &summary.units[k * summary.n_units..][..summary.n_units];
            let days = (cutoff - previous).max(0);
            let kept = (-f64::from(days) / HALF_LIVES_DAYS[MIDDLE]).exp2();
            // Events of the interval are as old as its middle, on average.
            let new_weight = (-f64::from(days) / 2.0 / HALF_LIVES_DAYS[MIDDLE]).exp2();
            for ((known, new), (repeats, opportunities)) in units.iter_mut().zip(interval).zip(&mut recent) {
                known.advance(new, days);
                *repeats = *repeats * kept + new_weight * (new.n_purchases - new.n_pairs) as f64;
                *opportunities = *opportunities * kept + new_weight * new.n_opportunities as f64;
            }
            population.merge(&summary.population[k]);
            previous = cutoff;
            out.push(Self::estimate(&units, &recent, &population, cutoff, f64::from((cutoff - summary.first_day).max(1))));
        }
        out
    }

    /// What is assumed before anything was seen.
    pub(crate) fn unknown() -> Self {
        Self::estimate(&[], &[], &PopulationSums::default(), 0, 1.0)
    }

    fn estimate(units: &[UnitSums], recent: &[(f64, f64)], sums: &PopulationSums, cutoff: i32, log_days: f64) -> Self {
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
        let weekdays = sums.weekday.map(|n| n as f64 + 1.0);
        let mean = weekdays.iter().sum::<f64>() / 7.0;
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
            weekday: weekdays.map(|n| n / mean),
            log_days,
        };
        let prob_second = (all.n_repeated as f64 + 0.5) / (all.n_opportunities_once as f64 + 5.0);
        let prob_soon = (all.n_repeats_soon as f64 + 0.5) / (all.n_opportunities_soon as f64 + 5.0);
        let all_trend = [trend(&all.discounted(), SHORT, LONG), trend(&all.discounted(), MIDDLE, LONG), trend(&all.discounted(), 0, MIDDLE)];
        let recent_all = recent.iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        let again_now = (recent_all.0 + 0.5) / (recent_all.1 + 5.0);
        let estimate = |unit: &UnitSums, recent: (f64, f64)| {
            let sales = unit.discounted();
            let repeats = (unit.n_purchases - unit.n_pairs) as f64;
            let log_cycle = unit.log_gap.shrunk_mean(population.log_cycle, PRIOR_GAPS);
            let rate = (sales[LONG] + 0.1) / exposure[LONG];
            let again = (repeats + PRIOR_OPPORTUNITIES * prob_again) / (unit.n_opportunities as f64 + PRIOR_OPPORTUNITIES);
            let share = |events: i64, of: i64, everyone: f64| {
                (events as f64 + PRIOR_OPPORTUNITIES * (everyone * again / prob_again).min(0.9)) / (of as f64 + PRIOR_OPPORTUNITIES)
            };
            UnitTraits {
                logit_second: logit(share(unit.n_repeated, unit.n_opportunities_once, prob_second), 1e-6),
                log_soon: (share(unit.n_repeats_soon, unit.n_opportunities_soon, prob_soon) / again).max(1e-6).ln(),
                logit_again: logit(again, 1e-6),
                logit_again_now: logit((recent.0 + PRIOR_OPPORTUNITIES * again_now) / (recent.1 + PRIOR_OPPORTUNITIES), 1e-6),
                idle: (f64::from(cutoff.saturating_sub(unit.last_day.0).min(log_days as i32)) * rate).ln_1p(),
                prob_again: again,
                log_cycle,
                spread: unit.log_gap.shrunk_mean_square(log_cycle, total, PRIOR_GAPS).sqrt(),
                trend_short: trend(&sales, SHORT, LONG) - all_trend[0],
                trend_middle: trend(&sales, MIDDLE, LONG) - all_trend[1],
                trend_now: trend(&sales, 0, MIDDLE) - all_trend[2],
                log_purchases: (unit.n_purchases as f64).ln_1p(),
                logit_repeated: logit((unit.n_repeated as f64 + 10.0 * share_repeated) / (unit.n_pairs as f64 + 10.0), 1e-4),
                log_supply: unit.log_supply.shrunk_mean(log_supply, 2.0),
                basis: if unit.n_opportunities as f64 >= PRIOR_OPPORTUNITIES { Basis::Item } else { Basis::Population },
            }
        };
        debug_assert_eq!(exposure.len(), N_HALF_LIVES);
        Self { population, units: units.iter().zip(recent).map(|(u, r)| estimate(u, *r)).collect(), unseen: estimate(&UnitSums::default(), (0.0, 0.0)) }
    }

    pub(crate) fn unit(&self, unit: u32) -> &UnitTraits {
        self.units.get(unit as usize).unwrap_or(&self.unseen)
    }
}

/// The log-odds of a probability that is held `margin` away from 0 and 1.
fn logit(p: f64, margin: f64) -> f64 {
    let p = p.clamp(margin, 1.0 - margin);
    (p / (1.0 - p)).ln()
}

//! Summaries of a log that merge exactly: of parts, in any order, on any number of threads, the sum is the same.
//!
//! Everything is counted in whole numbers (logarithms and discounted counts in fixed point), because whole numbers add
//! up the same in every order and floating-point numbers do not. Events fall into the *interval* that ends at the
//! first cutoff on or after their day; what was known at a cutoff is then a running sum over the intervals.

use serde::{Deserialize, Serialize};

use super::decay::{Decay, HALF_LIVES_DAYS, N_HALF_LIVES, PerHalfLife};
use super::purchases::{Purchase, Purchases};
use super::sums::{Fixed, LastDay, Moments};
use crate::stats::ln_count;

/// Visits after a purchase that count as soon after it.
pub(crate) const SOON_VISITS: u32 = 2;

/// What is counted per unit and interval.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnitSums {
    /// Purchases (merged per day).
    pub(crate) n_purchases: i64,
    /// Pairs: customers who bought it for the first time.
    pub(crate) n_pairs: i64,
    /// Pairs that bought it a second time.
    pub(crate) n_repeated: i64,
    /// The last day anybody bought it; the earliest possible day when nobody did.
    pub(crate) last_day: LastDay,
    /// Visits of customers who had bought it before: each was an opportunity to buy it again.
    pub(crate) n_opportunities: i64,
    /// Those of them that came while the customer had bought it once …
    pub(crate) n_opportunities_once: i64,
    /// … and those among the first [`SOON_VISITS`] visits after a purchase, and how many of these led to one.
    pub(crate) n_opportunities_soon: i64,
    pub(crate) n_repeats_soon: i64,
    /// Purchases discounted to the interval's end, per half-life.
    pub(crate) discounted: [Fixed; N_HALF_LIVES],
    /// Logarithms of the gaps between purchases of a pair, days.
    pub(crate) log_gap: Moments,
    /// Logarithms of the supply bought.
    pub(crate) log_supply: Moments,
}

impl UnitSums {
    fn merge(&mut self, other: &Self) {
        self.n_purchases += other.n_purchases;
        self.n_pairs += other.n_pairs;
        self.n_repeated += other.n_repeated;
        self.last_day = self.last_day.max(other.last_day);
        self.n_opportunities += other.n_opportunities;
        self.n_opportunities_once += other.n_opportunities_once;
        self.n_opportunities_soon += other.n_opportunities_soon;
        self.n_repeats_soon += other.n_repeats_soon;
        for (mine, theirs) in self.discounted.iter_mut().zip(other.discounted) {
            mine.merge(theirs);
        }
        self.log_gap.merge(&other.log_gap);
        self.log_supply.merge(&other.log_supply);
    }

    /// What was known at the end of `interval`, given what was known `days` earlier.
    pub(crate) fn advance(&mut self, interval: &Self, days: i32) {
        for (h, known) in self.discounted.iter_mut().enumerate() {
            let kept = known.value() * (-f64::from(days) / HALF_LIVES_DAYS[h]).exp2();
            *known = Fixed::default();
            known.add(kept);
        }
        self.merge(interval);
    }

    pub(crate) fn discounted(&self) -> PerHalfLife {
        self.discounted.map(Fixed::value)
    }
}

/// What is counted per interval over everyone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PopulationSums {
    /// Customers seen for the first time.
    pub(crate) n_customers: i64,
    /// Visits: distinct days of a customer with a purchase.
    pub(crate) n_visits: i64,
    /// Days between first purchase and interval's end, summed over customers; of this interval alone.
    pub(crate) customer_days: i64,
    /// Logarithms of the gaps between visits, days.
    pub(crate) log_visit_gap: Moments,
    /// Squared deviations of a pair's log gaps from their own mean …
    pub(crate) within_pair: Fixed,
    /// … and their degrees of freedom.
    pub(crate) within_pair_df: i64,
    /// Products and squares of within-pair deviations of (log supply, log gap that followed): the slope's parts.
    pub(crate) supply_gap: Fixed,
    pub(crate) supply_supply: Fixed,
    /// Purchases per day of the week, Monday first.
    pub(crate) weekday: [i64; 7],
}

impl PopulationSums {
    pub(crate) fn merge(&mut self, other: &Self) {
        self.n_customers += other.n_customers;
        self.n_visits += other.n_visits;
        self.customer_days += other.customer_days;
        self.log_visit_gap.merge(&other.log_visit_gap);
        self.within_pair.merge(other.within_pair);
        self.within_pair_df += other.within_pair_df;
        self.supply_gap.merge(other.supply_gap);
        self.supply_supply.merge(other.supply_supply);
        for (mine, theirs) in self.weekday.iter_mut().zip(other.weekday) {
            *mine += theirs;
        }
    }
}

/// The gaps of one pair so far: how many, the mean of their logarithms, and that of the supplies bought before them.
#[derive(Default)]
struct Gaps {
    n: f64,
    mean_gap: f64,
    mean_supply: f64,
}

impl Gaps {
    /// Adds a gap, and to the interval in which it ended what it adds to the squares and products around the pair's own mean
    /// (Welford 1962). So at every cutoff the sums are those of the gaps that had ended by then.
    fn add(&mut self, log_gap: f64, log_supply: f64, ended_in: &mut PopulationSums) {
        let (g, s) = (log_gap - self.mean_gap, log_supply - self.mean_supply);
        let share = self.n / (self.n + 1.0);
        self.n += 1.0;
        self.mean_gap += g / self.n;
        self.mean_supply += s / self.n;
        // The first says where the mean lies, and nothing of the spread.
        if share > 0.0 {
            ended_in.within_pair.add(share * g * g);
            ended_in.supply_gap.add(share * g * s);
            ended_in.supply_supply.add(share * s * s);
            ended_in.within_pair_df += 1;
        }
    }
}

/// A summary of some customers' purchases, per interval between cutoffs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// The cutoffs, ascending; the last is the instant of fitting.
    pub(crate) cutoff_days: Vec<i32>,
    /// `units[unit * n_intervals + interval]`: what one pair adds to lies together.
    units: Vec<UnitSums>,
    pub(crate) n_units: usize,
    /// One per interval.
    pub(crate) population: Vec<PopulationSums>,
    /// The first day of the log.
    pub(crate) first_day: i32,
}

impl Summary {
    pub(crate) fn new(cutoff_days: Vec<i32>, n_units: usize) -> Self {
        let n = cutoff_days.len();
        Self {
            cutoff_days,
            units: vec![UnitSums::default(); n * n_units],
            n_units,
            population: vec![PopulationSums::default(); n],
            first_day: i32::MAX,
        }
    }

    /// Adds one customer, whose purchases must not be later than the last cutoff.
    pub(crate) fn add(&mut self, purchases: &Purchases, decay: &Decay) {
        let visits = &purchases.visit_days;
        let Some(&first) = visits.first() else { return };
        self.first_day = self.first_day.min(first);
        let n_intervals = self.cutoff_days.len();
        // visits_until[k]: visits on or before cutoff k.
        let mut visits_until = [0u32; MAX_CUTOFFS];
        for (k, &cutoff) in self.cutoff_days.iter().enumerate() {
            let until = visits.partition_point(|&d| d <= cutoff) as u32;
            visits_until[k] = until;
            let before = if k == 0 { 0 } else { visits_until[k - 1] };
            let population = &mut self.population[k];
            population.n_visits += i64::from(until - before);
            let start = if k == 0 { first } else { first.max(self.cutoff_days[k - 1]) };
            population.customer_days += i64::from((cutoff - start).max(0));
        }
        let interval = |day: i32, cutoffs: &[i32]| cutoffs.partition_point(|&c| c < day).min(n_intervals - 1);
        self.population[interval(first, &self.cutoff_days)].n_customers += 1;
        for pair in visits.windows(2) {
            let k = interval(pair[1], &self.cutoff_days);
            self.population[k].log_visit_gap.add(ln_count(f64::from(pair[1] - pair[0])));
        }
        for own in purchases.by_unit() {
            self.add_pair(own, visits, &visits_until[..n_intervals], decay);
        }
    }

    fn add_pair(&mut self, own: &[Purchase], visits: &[i32], visits_until: &[u32], decay: &Decay) {
        let n_intervals = self.cutoff_days.len();
        let units = &mut self.units[own[0].unit as usize * n_intervals..][..n_intervals];
        let mut k = 0;
        let (mut gaps, mut supply_before) = (Gaps::default(), 0.0);
        for (i, p) in own.iter().enumerate() {
            while k + 1 < n_intervals && self.cutoff_days[k] < p.day {
                k += 1;
            }
            let sums = &mut units[k];
            sums.n_purchases += 1;
            sums.last_day = sums.last_day.max(LastDay(p.day));
            sums.n_repeats_soon += i64::from(i > 0 && p.visit - own[i - 1].visit <= SOON_VISITS);
            sums.n_pairs += i64::from(i == 0);
            sums.n_repeated += i64::from(i == 1);
            for (sum, w) in sums.discounted.iter_mut().zip(decay.at(self.cutoff_days[k] - p.day)) {
                sum.add(*w);
            }
            let log_supply = ln_count(p.supply.max(f64::MIN_POSITIVE));
            sums.log_supply.add(log_supply);
            if i > 0 {
                let log_gap = ln_count(f64::from((p.day - own[i - 1].day).max(1)));
                sums.log_gap.add(log_gap);
                gaps.add(log_gap, supply_before, &mut self.population[k]);
            }
            supply_before = log_supply;
            // 1970-01-01 was a Thursday.
            self.population[k].weekday[(p.day + 3).rem_euclid(7) as usize] += 1;
        }
        let n_visits = visits.len() as u32;
        let after_first = own[0].visit + 1;
        let after_second = own.get(1).map_or(n_visits, |p| p.visit + 1);
        for (k, &until) in visits_until.iter().enumerate() {
            let before = if k == 0 { 0 } else { visits_until[k - 1] };
            let opportunities = until.saturating_sub(before.max(after_first));
            if opportunities > 0 {
                let once = until.min(after_second).saturating_sub(before.max(after_first));
                let sums = &mut units[k];
                sums.n_opportunities += i64::from(opportunities);
                sums.n_opportunities_once += i64::from(once);
            }
        }
        let mut at = 0;
        for (i, p) in own.iter().enumerate() {
            let next = own.get(i + 1).map_or(n_visits, |p| p.visit + 1);
            for visit in p.visit + 1..next.min(p.visit + 1 + SOON_VISITS) {
                while visits_until[at] <= visit {
                    at += 1;
                }
                units[at].n_opportunities_soon += 1;
            }
        }
    }

    /// What was counted of each unit in an interval.
    pub(crate) fn units_in(&self, interval: usize) -> impl Iterator<Item = &UnitSums> {
        self.units.iter().skip(interval).step_by(self.cutoff_days.len())
    }

    /// Pairs that began in an interval.
    pub(crate) fn n_pairs_in(&self, interval: usize) -> i64 {
        self.units_in(interval).map(|u| u.n_pairs).sum()
    }

    /// Whether another summary is over the same cutoffs and units, and whole.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let shape = |s: &Self| (s.units.len(), s.population.len());
        (&self.cutoff_days, self.n_units) == (&other.cutoff_days, other.n_units) && shape(self) == shape(other)
    }

    /// Adds the summary of other customers over the same cutoffs and units.
    pub(crate) fn merge(&mut self, other: &Self) {
        debug_assert_eq!((&self.cutoff_days, self.n_units), (&other.cutoff_days, other.n_units));
        for (mine, theirs) in self.units.iter_mut().zip(&other.units) {
            mine.merge(theirs);
        }
        for (mine, theirs) in self.population.iter_mut().zip(&other.population) {
            mine.merge(theirs);
        }
        self.first_day = self.first_day.min(other.first_day);
    }
}

/// The largest number of cutoffs a summary holds.
pub(crate) const MAX_CUTOFFS: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CUTOFFS: [i32; 4] = [100, 130, 250, 400];
    const N_UNITS: u32 = 3;

    fn customers() -> impl Strategy<Value = Vec<Purchases>> {
        let rows = prop::collection::vec((0..N_UNITS, 0..=CUTOFFS[3], 0.01f64..500.0), 1..25);
        prop::collection::vec(rows.prop_map(|rows| Purchases::of(&rows)), 1..8)
    }

    fn summary<'a>(cutoffs: &[i32], customers: impl IntoIterator<Item = &'a Purchases>) -> Summary {
        let decay = Decay::whole();
        let mut out = Summary::new(cutoffs.to_vec(), N_UNITS as usize);
        customers.into_iter().for_each(|c| out.add(c, &decay));
        out
    }

    /// What was known by the end of an interval, over all units and without the discounted sums.
    fn counts(summary: &Summary, until: usize) -> [i64; 8] {
        let mut out = [0; 8];
        for u in (0..=until).flat_map(|k| summary.units_in(k)) {
            let own = [
                u.n_purchases,
                u.n_pairs,
                u.n_repeated,
                u.n_opportunities,
                u.n_opportunities_once,
                u.n_opportunities_soon,
                u.n_repeats_soon,
                u.log_gap.n,
            ];
            out.iter_mut().zip(own).for_each(|(sum, n)| *sum += n);
        }
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn merged_parts_equal_the_whole_in_any_order(customers in customers(), split in 0usize..8, turn in 0usize..8) {
            let whole = summary(&CUTOFFS, &customers);
            let mut turned: Vec<&Purchases> = customers.iter().rev().collect();
            let n = turned.len();
            turned.rotate_left(turn % n);
            let (a, b) = turned.split_at(split % n);
            let (mut ab, mut ba) = (summary(&CUTOFFS, a.iter().copied()), summary(&CUTOFFS, b.iter().copied()));
            let first = ab.clone();
            ab.merge(&ba);
            ba.merge(&first);
            prop_assert_eq!(&ab, &whole);
            prop_assert_eq!(&ba, &whole);
        }

        #[test]
        fn counts_are_those_of_a_plain_count(customers in customers()) {
            let mut expected = [0i64; 8];
            for own in &customers {
                let n_visits = own.visit_days.len() as u32;
                for pair in own.by_unit() {
                    let visits: Vec<u32> = pair.iter().map(|p| p.visit).collect();
                    expected[0] += visits.len() as i64;
                    expected[1] += 1;
                    expected[2] += i64::from(visits.len() > 1);
                    expected[7] += visits.len() as i64 - 1;
                    for visit in visits[0] + 1..n_visits {
                        let before: Vec<u32> = visits.iter().copied().filter(|v| *v < visit).collect();
                        let soon = visit - before[before.len() - 1] <= SOON_VISITS;
                        expected[3] += 1;
                        expected[4] += i64::from(before.len() == 1);
                        expected[5] += i64::from(soon);
                        expected[6] += i64::from(soon && visits.contains(&visit));
                    }
                }
            }
            prop_assert_eq!(counts(&summary(&CUTOFFS, &customers), 3), expected);
        }

        /// The running sums at a cutoff are those of the log cut off there: nothing later shows.
        #[test]
        fn a_cutoff_knows_nothing_later(customers in customers(), k in 0usize..3) {
            let cut: Vec<Purchases> = customers
                .iter()
                .map(|c| {
                    let known = c.list.iter().filter(|p| p.day <= CUTOFFS[k]);
                    Purchases::of(&known.map(|p| (p.unit, p.day, p.supply)).collect::<Vec<_>>())
                })
                .collect();
            let (all, cut) = (summary(&CUTOFFS, &customers), summary(&CUTOFFS[..=k], &cut));
            prop_assert_eq!(counts(&all, k), counts(&cut, k));
            prop_assert!((0..=k).all(|k| all.units_in(k).eq(cut.units_in(k))));
            prop_assert_eq!(&all.population[..=k], &cut.population);
        }
    }

    #[test]
    fn moments_shrink_by_the_weight_of_the_prior() {
        let mut moments = Moments::default();
        for x in [1.0, 3.0, 5.0] {
            moments.add(x);
        }
        assert!((moments.shrunk_mean(0.0, 3.0) - 1.5).abs() < 1e-6);
        assert!((moments.scatter() - 8.0).abs() < 1e-5);
        // Around 2: 1 + 1 + 9 = 11; with one observation's worth of 1.
        assert!((moments.shrunk_mean_square(2.0, 1.0, 1.0) - 3.0).abs() < 1e-5);
        assert_eq!(Moments::default().scatter().to_bits(), 0);
    }
}

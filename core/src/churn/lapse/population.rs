//! What everyone has shown by a cutoff: the priors of each customer's own numbers.

use serde::{Deserialize, Serialize};

use super::btyd::{CustomerSummary, Geometric, MAX_K};
use super::visits::Visits;
use crate::stats::ln_count;

/// Weight of an even week in the weekdays' shares, visits.
const PRIOR_WEEK: f64 = 70.0;

/// What everyone has shown by a cutoff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Population {
    /// Visits after the first one, per day since it.
    pub(crate) visits_per_day: f64,
    /// Mean log gap between visits, its spread within customers, and that of the customers' means; log days.
    pub(crate) log_gap: f64,
    pub(crate) spread: f64,
    pub(crate) spread_between: f64,
    /// Mean log of what a visit costs, and of how many rows it has.
    pub(crate) log_amount: f64,
    pub(crate) log_rows: f64,
    /// Visits per weekday, Monday first, mean 1.
    pub(crate) weekday: [f64; 7],
    /// How customers buy and leave; times in days.
    pub(crate) model: Geometric,
}

impl Population {
    /// Whether a loaded population is one.
    pub(crate) fn check(&self) -> bool {
        let Geometric { r, alpha, a, b, k, .. } = self.model;
        let positive = [self.visits_per_day, self.spread, self.spread_between, r, alpha, a, b];
        let finite = [self.log_gap, self.log_amount, self.log_rows];
        positive.iter().all(|x| x.is_finite() && *x > 0.0)
            && finite.iter().chain(&self.weekday).all(|x| x.is_finite())
            && (1..=MAX_K).contains(&(k as usize))
    }
}

/// Sums over customers from which a population is estimated.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums {
    n_repeats: f64,
    days: f64,
    n_gaps: f64,
    log_gaps: f64,
    /// Within customers: squares around their means, and the gaps beyond the first of each.
    squares: f64,
    degrees: f64,
    means: f64,
    mean_squares: f64,
    n_means: f64,
    n_visits: f64,
    n_paid: f64,
    log_amounts: f64,
    log_rows: f64,
    weekday: [f64; 7],
    pub(crate) summaries: Vec<CustomerSummary>,
}

impl Sums {
    pub(crate) fn add(&mut self, visits: &Visits, day: i32) {
        let list = &visits.list;
        let (Some(first), Some(last)) = (list.first(), list.last()) else { return };
        let n_gaps = list.len() as f64 - 1.0;
        let (mut sum, mut squares) = (0.0, 0.0);
        for w in list.windows(2) {
            let log_gap = ln_count(f64::from(w[1].day - w[0].day));
            sum += log_gap;
            squares += log_gap * log_gap;
        }
        self.n_repeats += n_gaps;
        self.days += f64::from(day - first.day);
        self.n_gaps += n_gaps;
        self.log_gaps += sum;
        if n_gaps > 1.5 {
            let mean = sum / n_gaps;
            self.squares += (squares - n_gaps * mean * mean).max(0.0);
            self.degrees += n_gaps - 1.0;
            self.means += mean;
            self.mean_squares += mean * mean;
            self.n_means += 1.0;
        }
        for v in list {
            self.n_visits += 1.0;
            if v.amount > 0.0 {
                self.n_paid += 1.0;
                self.log_amounts += v.amount.ln();
            }
            self.log_rows += ln_count(f64::from(v.n_rows));
            self.weekday[(v.day + 3).rem_euclid(7) as usize] += 1.0;
        }
        let (t_last, t_observed) = (f64::from(last.day - first.day), f64::from(day - first.day));
        self.summaries.push(CustomerSummary::new(n_gaps as u32, t_last, t_observed).log_gaps(sum));
    }

    pub(crate) fn append(&mut self, mut other: Self) {
        let theirs = other.numbers().map(|x| *x);
        self.numbers().into_iter().zip(theirs).for_each(|(a, b)| *a += b);
        self.weekday.iter_mut().zip(other.weekday).for_each(|(a, b)| *a += b);
        self.summaries.append(&mut other.summaries);
    }

    fn numbers(&mut self) -> [&mut f64; 13] {
        [
            &mut self.n_repeats,
            &mut self.days,
            &mut self.n_gaps,
            &mut self.log_gaps,
            &mut self.squares,
            &mut self.degrees,
            &mut self.means,
            &mut self.mean_squares,
            &mut self.n_means,
            &mut self.n_visits,
            &mut self.n_paid,
            &mut self.log_amounts,
            &mut self.log_rows,
        ]
    }

    /// The population, given how its customers buy and leave. Without evidence: a visit every two months, gaps as
    /// irregular as a Poisson process's.
    pub(crate) fn population(&self, model: Geometric) -> Population {
        let log_gap = (self.log_gaps + 3.0 * 30f64.ln()) / (self.n_gaps + 3.0);
        let variance = (self.squares + 3.0) / (self.degrees + 3.0);
        let mean = self.means / self.n_means.max(1.0);
        let n = self.n_means.max(1.0);
        let of_means = (self.mean_squares / n - mean * mean).max(0.0);
        let gaps_each = (self.degrees / n + 1.0).max(1.0);
        let week = self.weekday.iter().sum::<f64>() + PRIOR_WEEK;
        Population {
            visits_per_day: (self.n_repeats + 1.0) / (self.days + 60.0),
            log_gap,
            spread: variance.sqrt(),
            spread_between: (of_means - variance / gaps_each).max(0.04).sqrt(),
            log_amount: self.log_amounts / self.n_paid.max(1.0),
            log_rows: self.log_rows / self.n_visits.max(1.0),
            weekday: self.weekday.map(|n| 7.0 * (n + PRIOR_WEEK / 7.0) / week),
            model,
        }
    }
}

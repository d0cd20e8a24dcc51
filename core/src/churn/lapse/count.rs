//! How many days with a purchase to expect, given that there is one.
//!
//! The model of buying and leaving gives the further purchases after the first; Poisson regressions on them at earlier
//! cutoffs, one per horizon, with that as their offset, correct it by the customer's discounted rates (quasi-likelihood,
//! `McCullagh` & Nelder 1989): real logs hold customers who come in bursts, and some who come nearly every day. Without
//! rows they change nothing.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use crate::stats::minimise;

/// Horizons at which purchases are counted, days.
pub(super) const HORIZONS_DAYS: [f64; N_HORIZONS] = [28.0, 56.0, 112.0, 224.0];
const N_HORIZONS: usize = 4;
const N: usize = 6;
/// Penalty on the square of a coefficient, in further purchases.
const RIDGE: f64 = 20.0;
/// Ranges of the coefficients. The rates and the structure are weighed as a mean: no weight is negative, so that a burst
/// never lowers the answer and nothing is extrapolated.
const BOUNDS: [(f64, f64); N] = [(-1.5, 1.5), (0.0, 0.33), (0.0, 0.33), (0.0, 0.33), (-1.0, 1.0), (-2.0, 2.0)];
/// Rows whose sums are formed together.
const CHUNK: usize = 4096;

/// One customer who bought within the horizon.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CountRow {
    /// Place among the horizons.
    horizon: u8,
    features: [f32; N],
    offset: f32,
    further: f32,
}

/// The regressions' coefficients, by horizon.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Further {
    coefficients: [[f64; N]; N_HORIZONS],
}

/// The log of the further purchases that the structure expects, and what may correct it.
fn describe(evidence: &Evidence, days: f64, structural: f64) -> ([f64; N], f64) {
    let offset = structural.max(1e-3).ln();
    let [_, short, middle, long] = evidence.log_rate.map(|rate| rate + days.ln() - offset);
    let once = f64::from(u8::from(evidence.n_visits < 1.5));
    // Who comes nearly every day cannot come more often.
    let share_of_days = (structural / days).min(1.0);
    ([1.0, short, middle, long, once, share_of_days], offset)
}

/// The two horizons around one, and how much the second of them counts: linear in the logarithm, and beyond the ends the last.
fn between(days: f64) -> (usize, usize, f64) {
    let after = HORIZONS_DAYS[1..N_HORIZONS - 1].iter().filter(|&&h| days > h).count() + 1;
    let (from, to) = (HORIZONS_DAYS[after - 1], HORIZONS_DAYS[after]);
    (after - 1, after, ((days / from).ln() / (to / from).ln()).clamp(0.0, 1.0))
}

impl CountRow {
    /// A customer's row at one of the horizons, by its place among them.
    pub(crate) fn new(evidence: &Evidence, horizon: usize, structural: f64, further: f64) -> Self {
        let (features, offset) = describe(evidence, HORIZONS_DAYS[horizon], structural);
        Self {
            horizon: horizon as u8,
            features: features.map(|x| x as f32),
            offset: offset as f32,
            further: further as f32,
        }
    }
}

/// The coefficients of one horizon; `None` without rows.
fn regression(rows: &[CountRow], horizon: usize) -> Option<[f64; N]> {
    let own: Vec<&CountRow> = rows.iter().filter(|row| usize::from(row.horizon) == horizon).collect();
    if own.is_empty() {
        return None;
    }
    let loss = |beta: &[f64], gradient: &mut [f64]| {
        let part = |rows: &[&CountRow]| {
            let mut sums = [0.0; N + 1];
            for row in rows {
                let x = row.features.map(f64::from);
                let log = f64::from(row.offset) + x.iter().zip(beta).map(|(x, b)| x * b).sum::<f64>();
                let mean = log.clamp(-30.0, 12.0).exp();
                let y = f64::from(row.further);
                sums[N] += mean - y * log;
                sums.iter_mut().zip(x).for_each(|(s, x)| *s += (mean - y) * x);
            }
            sums
        };
        let parts: Vec<[f64; N + 1]> = own.par_chunks(CHUNK).map(part).collect();
        let n = own.len() as f64;
        let mut value = 0.0;
        gradient.iter_mut().zip(beta).for_each(|(g, b)| *g = RIDGE * b / n);
        value += 0.5 * RIDGE / n * beta.iter().map(|b| b * b).sum::<f64>();
        for p in &parts {
            value += p[N] / n;
            gradient.iter_mut().zip(p).for_each(|(g, p)| *g += p / n);
        }
        value
    };
    let found = minimise(loss, &[0.0; N], &BOUNDS, None);
    Some(std::array::from_fn(|i| found.at[i]))
}

impl Further {
    /// A horizon that the log was too short for takes the next shorter one's coefficients.
    pub(crate) fn fit(rows: &[CountRow]) -> Self {
        let mut last = [0.0; N];
        let coefficients = std::array::from_fn(|horizon| {
            last = regression(rows, horizon).unwrap_or(last);
            last
        });
        Self { coefficients }
    }

    /// The expected further purchases, given what the structure expects.
    pub(crate) fn expected(&self, evidence: &Evidence, days: f64, structural: f64) -> f64 {
        let (x, offset) = describe(evidence, days, structural);
        let (before, after, share) = between(days);
        let at = |horizon: usize| x.iter().zip(&self.coefficients[horizon]).map(|(x, b)| x * b).sum::<f64>();
        let log = offset + (1.0 - share) * at(before) + share * at(after);
        // More than one purchase day a day is none.
        log.exp().min((days - 1.0).max(0.0))
    }

    pub(crate) fn check(&self) -> bool {
        self.coefficients.as_flattened().iter().all(|b| b.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of customers whose further purchases are a multiple of what the structure expects.
    fn rows(horizon: usize, times: f64) -> impl Iterator<Item = CountRow> {
        (1..400).map(move |i| {
            let structural = f64::from(i % 20 + 1) * 0.2;
            let features = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
            let further = (times * structural) as f32;
            CountRow { horizon: horizon as u8, features, offset: structural.ln() as f32, further }
        })
    }

    #[test]
    fn each_horizon_is_corrected_by_its_own_rows() {
        let further = Further::fit(&rows(0, 1.5).chain(rows(1, 0.8)).collect::<Vec<_>>());
        let factor = |horizon: usize| further.coefficients[horizon][0].exp();
        assert!((factor(0) - 1.5).abs() < 0.03 && (factor(1) - 0.8).abs() < 0.03, "{further:?}");
        // The log was too short for the others.
        assert!(
            further.coefficients[2..]
                .iter()
                .flatten()
                .zip(further.coefficients[1].iter().cycle())
                .all(|(a, b)| a.to_bits() == b.to_bits())
        );
        assert_eq!(Further::fit(&[]), Further::default());
    }

    #[test]
    fn between_two_horizons_both_speak() {
        for (horizon, days) in HORIZONS_DAYS.into_iter().enumerate() {
            let (before, after, share) = between(days);
            let weight = [(before, 1.0 - share), (after, share)].into_iter().filter(|w| w.0 == horizon).map(|w| w.1);
            assert!((weight.sum::<f64>() - 1.0).abs() < 1e-12, "{days}");
        }
        let (before, after, share) = between(56f64.sqrt() * 112f64.sqrt());
        assert!((before, after) == (1, 2) && (share - 0.5).abs() < 1e-12);
        assert!(between(1.0).2.abs() < 1e-12 && (between(364.0).2 - 1.0).abs() < 1e-12);
    }
}

//! How many days with a purchase to expect, given that there is one.
//!
//! The model of buying and leaving gives the further purchases after the first; a Poisson regression on them at earlier
//! cutoffs, with that as its offset, corrects it by the customer's discounted rates (quasi-likelihood, `McCullagh` & Nelder
//! 1989): real logs hold customers who come in bursts. Without rows it changes nothing.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use crate::stats::minimise;

/// Horizons at which purchases are counted, days.
pub(super) const HORIZONS_DAYS: [f64; 4] = [28.0, 56.0, 112.0, 224.0];
const N: usize = 6;
/// Penalty on the square of a coefficient, in further purchases.
const RIDGE: f64 = 20.0;
/// Ranges of the coefficients. The rates and the structure are weighed as a mean: no weight is negative, so that a burst
/// never lowers the answer and nothing is extrapolated.
const BOUNDS: [(f64, f64); N] = [(-1.5, 1.5), (-0.5, 0.5), (0.0, 0.33), (0.0, 0.33), (0.0, 0.33), (-1.0, 1.0)];
/// Rows whose sums are formed together.
const CHUNK: usize = 4096;

/// One customer who bought within the horizon.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CountRow {
    features: [f32; N],
    offset: f32,
    further: f32,
}

/// The regression's coefficients.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Further {
    coefficients: [f64; N],
}

/// The log of the further purchases that the structure expects, and what may correct it.
fn describe(evidence: &Evidence, days: f64, structural: f64) -> ([f64; N], f64) {
    let offset = structural.max(1e-3).ln();
    let [_, short, middle, long] = evidence.log_rate.map(|rate| rate + days.ln() - offset);
    let once = f64::from(u8::from(evidence.n_visits < 1.5));
    ([1.0, (days / 56.0).ln(), short, middle, long, once], offset)
}

impl CountRow {
    pub(crate) fn new(evidence: &Evidence, days: f64, structural: f64, further: f64) -> Self {
        let (features, offset) = describe(evidence, days, structural);
        Self { features: features.map(|x| x as f32), offset: offset as f32, further: further as f32 }
    }
}

impl Further {
    pub(crate) fn fit(rows: &[CountRow]) -> Self {
        let loss = |beta: &[f64], gradient: &mut [f64]| {
            let part = |rows: &[CountRow]| {
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
            let parts: Vec<[f64; N + 1]> = rows.par_chunks(CHUNK).map(part).collect();
            let n = rows.len() as f64;
            let mut value = 0.0;
            gradient.iter_mut().zip(beta).for_each(|(g, b)| *g = RIDGE * b / n);
            value += 0.5 * RIDGE / n * beta.iter().map(|b| b * b).sum::<f64>();
            for p in &parts {
                value += p[N] / n;
                gradient.iter_mut().zip(p).for_each(|(g, p)| *g += p / n);
            }
            value
        };
        if rows.is_empty() {
            return Self::default();
        }
        let found = minimise(loss, &[0.0; N], &BOUNDS, None);
        Self { coefficients: std::array::from_fn(|i| found.at[i]) }
    }

    /// The expected further purchases, given what the structure expects.
    pub(crate) fn expected(&self, evidence: &Evidence, days: f64, structural: f64) -> f64 {
        let (x, offset) = describe(evidence, days, structural);
        let log = offset + x.iter().zip(&self.coefficients).map(|(x, b)| x * b).sum::<f64>();
        // More than one purchase day a day is none.
        log.exp().min((days - 1.0).max(0.0))
    }

    pub(crate) fn check(&self) -> bool {
        self.coefficients.iter().all(|b| b.is_finite())
    }
}

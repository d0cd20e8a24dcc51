//! How far a customer's purchases may differ from what is expected, doubt about the parameters included.

use serde::Serialize;

use super::customer::CustomerSummary;
use super::model::PurchaseModel;
use crate::error::{Error, Result};

/// Draws of the parameters.
const N_DRAWS: usize = 200;
/// Standard deviation at most of the logarithm of a parameter along one direction of the draws.
const MAX_SD: f64 = 1.5;

/// What to expect within a time, and how far it may be off.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Expectation {
    /// The expected number at the fitted parameters.
    pub expected: f64,
    /// Lower end of the interval of the expected number: doubt about the parameters alone.
    pub expected_low: f64,
    /// Upper end.
    pub expected_high: f64,
    /// Lower end of the interval of the number itself: chance, and doubt about the parameters.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl PurchaseModel {
    /// The purchases within `t`, with intervals that hold with probability `level` (0 < level < 1, say 0.9).
    ///
    /// The doubt about the parameters is that of Laplace's approximation: 200 draws of their logarithms from the normal
    /// distribution around the maximum, with the inverse of the observed information as covariance; along a direction that the data
    /// hardly determine, no logarithm has a standard deviation above 1.5. The draws are hashes of a counter, so the same model gives the same interval. A model of given parameters has no doubt about them.
    ///
    /// # Errors
    /// `invalid_options` for a level out of range.
    pub fn purchases_with_interval(&self, customer: &CustomerSummary, t: f64, level: f64) -> Result<Expectation> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::options("level", format!("level is {level}; allowed are numbers between 0 and 1")));
        }
        let mut mixture: Vec<f64> = Vec::new();
        let mut means = Vec::with_capacity(N_DRAWS);
        let draws = self.draws();
        for model in &draws {
            let tails = model.tails(customer, t);
            means.push(model.expected_purchases(customer, t));
            if mixture.len() < tails.len() {
                mixture.resize(tails.len(), 0.0);
            }
            mixture.iter_mut().zip(&tails).for_each(|(m, p)| *m += p / draws.len() as f64);
        }
        means.sort_unstable_by(f64::total_cmp);
        let tail = 0.5 * (1.0 - level);
        let of_means = |q: f64| means[((q * means.len() as f64) as usize).min(means.len() - 1)];
        // The smallest count c with P(count <= c) >= q: mixture[c] is P(count >= c + 1).
        let of_counts = |q: f64| mixture.iter().position(|&more| 1.0 - more >= q).unwrap_or(mixture.len()) as f64;
        Ok(Expectation {
            expected: self.expected_purchases(customer, t),
            expected_low: of_means(tail),
            expected_high: of_means(1.0 - tail),
            low: of_counts(tail),
            high: of_counts(1.0 - tail),
        })
    }

    /// The discounted value of a customer within `t`: discounted purchases times `value_per_purchase`, with the interval of
    /// the expected value by the same draws (doubt about the parameters of buying and leaving, not of the amounts).
    ///
    /// # Errors
    /// `invalid_options` for a level out of range.
    pub fn lifetime_value(
        &self,
        customer: &CustomerSummary,
        t: f64,
        rate: f64,
        value_per_purchase: f64,
        level: f64,
    ) -> Result<Expectation> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::options("level", format!("level is {level}; allowed are numbers between 0 and 1")));
        }
        let value = |model: &Self| model.discounted_purchases(customer, t, rate) * value_per_purchase;
        let mut values: Vec<f64> = self.draws().iter().map(value).collect();
        values.sort_unstable_by(f64::total_cmp);
        let tail = 0.5 * (1.0 - level);
        let of = |q: f64| values[((q * values.len() as f64) as usize).min(values.len() - 1)];
        let counts = self.purchases_with_interval(customer, t, level)?;
        let expected = value(self);
        // What the purchases themselves may vary, at the mean value of one of them.
        let each = if counts.expected > 0.0 { expected / counts.expected } else { 0.0 };
        Ok(Expectation {
            expected,
            expected_low: of(tail),
            expected_high: of(1.0 - tail),
            low: counts.low * each,
            high: counts.high * each,
        })
    }

    /// Models that the data could have come from.
    fn draws(&self) -> Vec<Self> {
        if self.covariance.is_empty() {
            return vec![self.clone()];
        }
        let root = root(&self.covariance);
        // Where the data say little, the normal distribution of the logarithms has tails that no data ever had. A whole direction is
        // shortened, for parameters that only move together mean nothing by themselves.
        let reach: [f64; 4] = std::array::from_fn(|j| {
            let longest = root.iter().map(|row| row[j].abs()).fold(0.0, f64::max);
            if longest > MAX_SD { MAX_SD / longest } else { 1.0 }
        });
        (0..N_DRAWS as u64)
            .map(|draw| {
                let z: [f64; 4] = std::array::from_fn(|i| normal(4 * draw + i as u64) * reach[i]);
                self.moved(&std::array::from_fn(|i| (0..=i).map(|j| root[i][j] * z[j]).sum()))
            })
            .collect()
    }
}

/// The lower Cholesky factor of a 4 × 4 covariance; a direction without variance stays without.
fn root(covariance: &[f64]) -> [[f64; 4]; 4] {
    let mut out = [[0.0; 4]; 4];
    for i in 0..4 {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| out[i][k] * out[j][k]).sum();
            let left = covariance[i * 4 + j] - sum;
            out[i][j] = if i == j {
                left.max(0.0).sqrt()
            } else if out[j][j] > 1e-12 {
                left / out[j][j]
            } else {
                0.0
            };
        }
    }
    out
}

/// A standard normal number by a hash of a counter (`SplitMix64`, Steele et al. 2014; Box & Muller 1958).
fn normal(counter: u64) -> f64 {
    let uniform = |n: u64| {
        let mut z = n.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    };
    let (a, b) = (1.0 - uniform(2 * counter), uniform(2 * counter + 1));
    (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

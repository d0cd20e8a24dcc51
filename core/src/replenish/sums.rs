//! Sums that merge exactly: whole numbers, and real ones in fixed point.

use serde::{Deserialize, Serialize};

/// One unit of fixed point: about a millionth, which leaves room for 10^12 events.
const FIXED: f64 = (1u64 << 20) as f64;

/// A sum of real numbers in fixed point.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fixed(i64);

impl Fixed {
    pub(crate) fn add(&mut self, x: f64) {
        // Adding and taking away this number rounds to a whole one, ties to even; not every processor does so by itself.
        const ROUND: f64 = 6_755_399_441_055_744.0;
        self.0 += ((x * FIXED + ROUND) - ROUND) as i64;
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.0 += other.0;
    }

    pub(crate) fn value(self) -> f64 {
        self.0 as f64 / FIXED
    }
}

/// A mergeable mean and variance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Moments {
    pub(crate) n: i64,
    sum: Fixed,
    sum_of_squares: Fixed,
}

impl Moments {
    pub(crate) fn add(&mut self, x: f64) {
        self.n += 1;
        self.sum.add(x);
        self.sum_of_squares.add(x * x);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.sum.merge(other.sum);
        self.sum_of_squares.merge(other.sum_of_squares);
    }

    /// The sum of squares around the mean.
    pub(crate) fn scatter(&self) -> f64 {
        let mean = self.sum.value() / (self.n as f64).max(1.0);
        (self.sum_of_squares.value() - mean * self.sum.value()).max(0.0)
    }

    /// The mean, pulled towards `prior` with the weight of `strength` observations.
    pub(crate) fn shrunk_mean(&self, prior: f64, strength: f64) -> f64 {
        (self.sum.value() + strength * prior) / (self.n as f64 + strength)
    }

    /// The mean square around `centre`, pulled towards `prior` with the weight of `strength` observations.
    pub(crate) fn shrunk_mean_square(&self, centre: f64, prior: f64, strength: f64) -> f64 {
        let n = self.n as f64;
        let around = self.sum_of_squares.value() - 2.0 * centre * self.sum.value() + n * centre * centre;
        (around.max(0.0) + strength * prior) / (n + strength)
    }
}

/// The latest of some days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct LastDay(pub(crate) i32);

impl Default for LastDay {
    fn default() -> Self {
        Self(i32::MIN)
    }
}

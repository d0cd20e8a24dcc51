//! What the population taught: what is typical of customers, and what each period was like.

use serde::{Deserialize, Serialize};

/// A threshold that no evidence exceeds; not infinity, which JSON cannot hold.
pub(super) const NEVER: f32 = f32::MAX;

/// What is typical of customers, as it was known at some period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Typical {
    /// Mean and standard deviation of the logarithm of customers' levels.
    pub(super) level_ln: f32,
    pub(super) level_sd: f32,
    /// Variance of counts beyond Poisson, relative to the mean squared.
    pub(super) dispersion: f32,
    /// How much customers differ in it: the variance of a customer's own over everyone's.
    pub(super) dispersion_spread: f32,
    /// Beta distribution of a customer's P(silent): after a period of use, and after one without.
    pub(super) silent_after_use: [f32; 2],
    pub(super) silent_after_pause: [f32; 2],
    /// Standard deviation between customers of the strength with which they follow the periods' effects; the mean is 1.
    pub(super) season_sd: f32,
}

impl Typical {
    /// Whether every number is one that learning can give.
    pub(super) fn is_sound(&self) -> bool {
        let [a, b] = self.silent_after_use;
        let [c, d] = self.silent_after_pause;
        let positive = [self.level_sd, a, b, c, d, self.season_sd];
        let others = [self.dispersion, self.dispersion_spread];
        self.level_ln.abs() < 100.0
            && positive.iter().all(|x| *x > 0.0 && *x < 1e6)
            && others.iter().all(|x| (0.0..1e6).contains(x))
    }
}

impl Period {
    /// As [`Typical::is_sound`].
    pub(super) fn is_sound(&self) -> bool {
        self.ln_effect.abs() < 100.0 && (0.0..1e6).contains(&self.dispersion) && self.ln_threshold.is_finite()
    }
}

impl Default for Typical {
    fn default() -> Self {
        Self {
            level_ln: 1.0,
            level_sd: 1.5,
            dispersion: 0.1,
            dispersion_spread: 0.0,
            silent_after_use: [0.2, 9.8],
            silent_after_pause: [2.0, 8.0],
            season_sd: 0.33,
        }
    }
}

/// One period, judged with what was known when it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Period {
    /// Logarithm of what the period multiplied everyone's level by.
    pub(super) ln_effect: f32,
    /// Variance beyond Poisson in this period, relative to the mean squared.
    pub(super) dispersion: f32,
    /// Logarithm of the evidence above which an alarm is raised.
    pub(super) ln_threshold: f32,
    /// Which [`Typical`] was in force.
    pub(super) typical: u16,
}

//! Whether a gain is sure enough to act on.

use std::f64::consts::{PI, SQRT_2};

use statrs::function::erf::{erfc, erfc_inv};

/// What a doubtful gain calls for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Verdict {
    /// The lower bound of the gain is positive.
    Act,
    /// The upper bound is not.
    Nothing,
    /// In between.
    Doubt,
}

/// A gain that is not known exactly: its expectation and the standard deviation of the doubt about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Gain {
    pub(super) mean: f64,
    pub(super) sd: f64,
}

impl Gain {
    /// What is gained at least, and at most, each with this confidence.
    pub(super) fn bounds(self, confidence: f64) -> (f64, f64) {
        // The normal quantile.
        let z = -SQRT_2 * erfc_inv(2.0 * confidence);
        (self.mean - z * self.sd, self.mean + z * self.sd)
    }

    /// P(the gain is positive).
    pub(super) fn prob_positive(self) -> f64 {
        if self.sd > 0.0 { 0.5 * erfc(-self.mean / self.sd / SQRT_2) } else { f64::from(u8::from(self.mean > 0.0)) }
    }

    pub(super) fn verdict(self, confidence: f64) -> Verdict {
        let (low, high) = self.bounds(confidence);
        if low > 0.0 {
            Verdict::Act
        } else if high <= 0.0 {
            Verdict::Nothing
        } else {
            Verdict::Doubt
        }
    }

    /// What knowing the gain exactly would be worth: E[max(gain, 0)] - max(E[gain], 0), the expected value of perfect information
    /// (Raiffa & Schlaifer 1961), for a normal doubt.
    pub(super) fn value_of_knowing(self) -> f64 {
        if self.sd <= 0.0 {
            return 0.0;
        }
        let z = self.mean.abs() / self.sd;
        let density = (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
        (self.sd * (density - z * 0.5 * erfc(z / SQRT_2))).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_is_judged_by_its_bounds() {
        let gain = Gain { mean: 1.0, sd: 1.0 };
        // The 80 % quantile of the standard normal distribution is .8416.
        let (low, high) = gain.bounds(0.8);
        assert!((low - 0.158_379).abs() < 1e-5 && (high - 1.841_621).abs() < 1e-5);
        assert_eq!(gain.verdict(0.8), Verdict::Act);
        assert_eq!(gain.verdict(0.9), Verdict::Doubt);
        assert_eq!(Gain { mean: -1.0, sd: 1.0 }.verdict(0.8), Verdict::Nothing);
        assert_eq!(Gain { mean: 1e-9, sd: 5.0 }.verdict(0.5), Verdict::Act);
        assert_eq!(Gain { mean: 0.0, sd: 0.0 }.verdict(0.8), Verdict::Nothing);
    }

    #[test]
    fn knowing_is_worth_what_simulation_says() {
        for (mean, sd) in [(0.0, 1.0), (0.5, 2.0), (-1.0, 0.7)] {
            let gain = Gain { mean, sd };
            let mut draws = crate::stats::Draws::new(7, 1);
            let n = 200_000;
            let sum: f64 = (0..n).map(|_| (mean + sd * draws.normal()).max(0.0)).sum();
            let simulated = sum / f64::from(n) - mean.max(0.0);
            assert!((gain.value_of_knowing() - simulated).abs() < 0.01, "{mean} {sd}");
        }
        assert!(Gain { mean: 1.0, sd: 0.0 }.value_of_knowing().abs() < 1e-15);
    }
}

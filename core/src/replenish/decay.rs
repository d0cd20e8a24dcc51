//! Discounting: how much a past event still counts.

/// Half-lives of the discounted evidence, days: from "this week" to "the whole relation".
pub(crate) const HALF_LIVES_DAYS: [f64; N_HALF_LIVES] = [10.0, 30.0, 90.0, 300.0];
/// How many half-lives there are.
pub(crate) const N_HALF_LIVES: usize = 4;
/// Where the 30-day half-life stands in the list.
pub(crate) const SHORT: usize = 1;
/// Where the 90-day half-life stands in the list.
pub(crate) const MIDDLE: usize = 2;
/// Where the 300-day half-life stands in the list.
pub(crate) const LONG: usize = 3;

/// One value per half-life.
pub(crate) type PerHalfLife = [f64; N_HALF_LIVES];

/// The weights `2^(-age / half-life)` for whole days of age.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Decay {
    weights: Vec<PerHalfLife>,
}

impl Decay {
    /// Weights for ages up to `max_age_days`; older events weigh as much as the oldest in the table.
    pub(crate) fn new(max_age_days: i32) -> Self {
        // After 20 of the longest half-lives an event weighs a millionth.
        let n = max_age_days.clamp(0, 6_000) as usize + 1;
        Self { weights: (0..n).map(|age| HALF_LIVES_DAYS.map(|h| (-(age as f64) / h).exp2())).collect() }
    }

    /// Weights for any age that still counts.
    pub(crate) fn whole() -> Self {
        Self::new(6_000)
    }

    /// The weight of an event `age_days` ago, per half-life.
    pub(crate) fn at(&self, age_days: i32) -> &PerHalfLife {
        &self.weights[(age_days.max(0) as usize).min(self.weights.len() - 1)]
    }

    /// The discounted length of the last `age_days` days: the integral of the weight.
    pub(crate) fn exposure_days(&self, age_days: i32) -> PerHalfLife {
        let weight = self.at(age_days);
        std::array::from_fn(|h| HALF_LIVES_DAYS[h] / std::f64::consts::LN_2 * (1.0 - weight[h]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_counts_half_after_one_half_life() {
        let decay = Decay::new(400);
        assert!((decay.at(10)[0] - 0.5).abs() < 1e-12);
        assert!((decay.at(300)[LONG] - 0.5).abs() < 1e-12);
        assert!((decay.at(0)[SHORT] - 1.0).abs() < 1e-12);
        // The exposure of an endless past is half-life / ln 2.
        let endless = Decay::new(6_000).exposure_days(6_000);
        assert!((endless[0] - 10.0 / std::f64::consts::LN_2).abs() < 1e-9);
    }
}

//! When a need falls due, as a decision needs it: a probability per day.

use super::by_day::ByDay;
use crate::error::{Error, Result};
use crate::replenish::{Pair, REACH_DAYS};

/// When one need of one customer falls due, and whether the customer would see to it unprompted.
///
/// `Due` is what a forecast becomes for a decision. It can also be made from days of one's own, when the need is known
/// from elsewhere: a contract's end, a sensor, another model.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// P(falls due within day i from `as_of`), summing to at most 1; the rest lies beyond.
    pub(super) by_day: ByDay,
    /// P(the need still exists): not below `prob_own`.
    pub(super) prob_exists: f64,
    pub(super) prob_own: f64,
    pub(super) prob_own_sd: f64,
    pub(super) is_watched: bool,
}

impl Due {
    /// A need that falls due within day `i` from `as_of` (0: the next 24 hours) with probability `prob_by_day[i]`, and that
    /// the customer sees to at our shop unprompted with `prob_own`, known to a standard deviation of `prob_own_sd`.
    ///
    /// The probabilities may sum to less than 1: the rest lies beyond the last day.
    ///
    /// ```
    /// use beforehand::offer::Due;
    /// // A contract that ends in 30 days for certain; four in five renew by themselves.
    /// let mut by_day = vec![0.0; 31];
    /// by_day[30] = 1.0;
    /// assert!(Due::new(by_day, 0.8, 0.05).is_ok());
    /// assert!(Due::new(vec![0.7, 0.7], 0.8, 0.05).is_err());
    /// ```
    ///
    /// # Errors
    /// `invalid_options` when a probability is negative or above 1, or their sum is.
    pub fn new(prob_by_day: Vec<f64>, prob_own: f64, prob_own_sd: f64) -> Result<Self> {
        let refused = |field: &str, what: String| Err(Error::options(field, what));
        if let Some((day, p)) = prob_by_day.iter().enumerate().find(|(_, p)| !(0.0..=1.0).contains(*p)) {
            return refused("prob_by_day", format!("prob_by_day holds {p} for day {day}; allowed are 0 to 1"));
        }
        let sum: f64 = prob_by_day.iter().sum();
        if sum > 1.0 + 1e-9 {
            return refused("prob_by_day", format!("prob_by_day sums to {sum}; the sum may be 1 at most"));
        }
        if !(0.0..=1.0).contains(&prob_own) {
            return refused("prob_own", format!("prob_own is {prob_own}; allowed are 0 to 1"));
        }
        if !(0.0..=0.5).contains(&prob_own_sd) {
            return refused("prob_own_sd", format!("prob_own_sd is {prob_own_sd}; allowed are 0 to 0.5"));
        }
        Ok(Self { by_day: ByDay::given(prob_by_day), prob_exists: 1.0, prob_own, prob_own_sd, is_watched: true })
    }

    /// The need of a forecast.
    ///
    /// The present need is the one met by a purchase within one and a half cycles of the last: who comes later has met one
    /// elsewhere in between, or has skipped it. So with F(t) = P(buys within t) and W the time that is left until then (half a
    /// cycle, and a week, at least), the need falls due by F(t) / F(W), and the customer's own chance is F(W), times the share of
    /// purchases that come unprompted.
    ///
    /// Who has left needs nothing: that the need still exists is as likely as another purchase within 364 days.
    ///
    /// The doubt about that chance is that of a proportion after `n_events` purchases and the weight of ten of everyone's:
    /// `sqrt(p (1 - p) / (n_events + 11))`, a Beta posterior's.
    pub(super) fn from_pair(pair: &Pair, unprompted_share: f64, n_days: usize) -> Self {
        let left = (1.5 * pair.cycle_days - pair.recency_days).max(0.5 * pair.cycle_days);
        let within = left.clamp(7.0, REACH_DAYS);
        let n_days = n_days.min(within.ceil() as usize);
        let [met, until] = pair.survival.probs_within([within, n_days as f64]);
        let met = met.max(f64::MIN_POSITIVE);
        let by_day = ByDay::of_curve(pair.survival, n_days, (until, met));
        let prob_own = (met * unprompted_share).clamp(0.0, 1.0);
        let prob_own_sd = (prob_own * (1.0 - prob_own) / (f64::from(pair.n_events) + 11.0)).sqrt();
        let prob_exists = pair.survival.prob_again().clamp(prob_own, 1.0);
        Self { by_day, prob_exists, prob_own, prob_own_sd, is_watched: true }
    }

    /// The need where it may have gone: P(it still exists), cut to what is not below the customer's own chance.
    #[must_use]
    pub fn exists_with(mut self, prob_exists: f64) -> Self {
        self.prob_exists = if prob_exists.is_nan() { 1.0 } else { prob_exists.clamp(self.prob_own, 1.0) };
        self
    }

    /// The same need where purchases are not seen as they happen, so that a contact planned for a day goes out even when the
    /// customer has bought before it.
    #[must_use]
    pub fn unwatched(mut self) -> Self {
        self.is_watched = false;
        self
    }
}

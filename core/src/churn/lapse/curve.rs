//! P(no purchase until) of one customer, as one curve that answers every question.

use super::btyd::{Geometric, Standing};
use crate::replenish::EDGES_DAYS;
use crate::stats::{N_SPANS, Spans, softplus};

/// P(no purchase within so many days): a product over the spans of the discrete-time hazard, within a span and beyond
/// the last one of the structure's shape. Falls from 1 and never rises.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Curve {
    log_odds: Spans,
    /// The hazard of each span.
    hazards: [f64; N_SPANS],
    /// The structure's cumulative hazard at the end of each span.
    structure: [f64; N_SPANS],
    standing: Standing,
    model: Geometric,
}

impl Curve {
    pub(crate) fn new(log_odds: &Spans, structure: &[f64; N_SPANS], standing: &Standing, model: &Geometric) -> Self {
        let log_odds = log_odds.map(|x| x.clamp(-30.0, 30.0));
        let hazards = log_odds.map(|x| f64::from(softplus(x)));
        Self { log_odds, hazards, structure: *structure, standing: *standing, model: *model }
    }

    /// The log-odds of a purchase in each span.
    pub(crate) fn log_odds(&self) -> [f64; N_SPANS] {
        self.log_odds.map(f64::from)
    }

    fn structural(&self, days: f64) -> f64 {
        -self.standing.prob_none(self.model.k, days).max(1e-300).ln()
    }

    /// The cumulative hazard until `days` as weights of the spans' hazards, and what it has besides.
    pub(crate) fn weights(&self, days: f64) -> ([f64; N_SPANS], f64) {
        let Some(s) = EDGES_DAYS.iter().position(|&edge| days <= edge) else {
            // Beyond the spans the structure goes on, as far off as it was in the last two of them.
            let last = N_SPANS - 1;
            let structural = (self.structure[last] - self.structure[last - 2]).max(1e-12);
            let beyond = (self.structural(days) - self.structure[last]).max(0.0);
            let ratio = (self.hazards[last] + self.hazards[last - 1]) / structural;
            let bounded = ratio.clamp(0.05, 20.0);
            if (ratio - bounded).abs() > 0.0 {
                return ([1.0; N_SPANS], bounded * beyond);
            }
            let mut weights = [1.0; N_SPANS];
            weights[last] += beyond / structural;
            weights[last - 1] += beyond / structural;
            return (weights, 0.0);
        };
        let (from, start) = if s == 0 { (0.0, 0.0) } else { (self.structure[s - 1], EDGES_DAYS[s - 1]) };
        let whole = self.structure[s] - from;
        let share = if whole > 1e-12 {
            (self.structural(days) - from) / whole
        } else {
            (days - start) / (EDGES_DAYS[s] - start)
        };
        let mut weights = [0.0; N_SPANS];
        weights[..s].fill(1.0);
        weights[s] = share.clamp(0.0, 1.0);
        (weights, 0.0)
    }

    /// P(no purchase within `days`).
    pub(crate) fn prob_none(&self, days: f64) -> f64 {
        let (weights, fixed) = self.weights(days.max(0.0));
        let hazard = fixed + weights.iter().zip(&self.hazards).map(|(w, h)| w * h).sum::<f64>();
        (-hazard).exp()
    }

    /// How many purchases the structure expects within `days` after the first one, given that there is one.
    pub(crate) fn further(&self, days: f64) -> f64 {
        self.standing.further(&self.model, days)
    }
}

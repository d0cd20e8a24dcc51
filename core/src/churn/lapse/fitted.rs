//! The lapse part of a model: fitting it, and answering with it.

use std::ops::Range;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::btyd::Geometric;
use super::count::Further;
use super::curve::Curve;
use super::drivers::{Means, N_REASONS, contributions, explain};
use super::evidence::{Evidence, N_FEATURES, features};
use super::options::LapseOptions;
use super::population::Population;
use super::result::{Lapse, LapseRisk};
use super::training::{self, Everyone};
use super::visits::Visits;
use crate::error::Result;
use crate::history::HistoryView;
use crate::progress::Watch;
use crate::replenish::{AsOf, Decay, EDGES_DAYS, REACH_DAYS, log_odds, weekday_factors};
use crate::stats::{BLOCK, Block, Growth, Layer, LayerSettings, N_SPANS, Spans, Timing};
use crate::time::Timestamp;

/// Customers handled by one task.
const CUSTOMERS_PER_TASK: usize = 1024;
/// How the layer learns how far the structure was off. There are fewer customers than pairs: trees grow slower than theirs, from
/// more rows, with a smaller ridge before the log divides it. Customers as wholes move with the season as well as with the
/// week, so levels are averaged over a year rather than followed; and the structure was fitted to the whole log and is right on
/// average: a level seen in one or two windows of a quarter is mostly theirs.
const LAYER: LayerSettings = LayerSettings {
    growth: Growth {
        n_trees: 200,
        depth: 4,
        rate: 0.075,
        row_share: 0.5,
        feature_share: 0.3,
        ridge: 5.0,
        ridge_span: 60.0,
    },
    freedom: None,
    level_half_life_days: 364.0,
    level_prior_windows: 2.0,
};

/// What fitting learned about lapse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fitted {
    population: Population,
    layer: Layer,
    further: Further,
    /// What each reason adds to the log-odds of the average customer.
    means: Means,
    #[serde(skip, default = "Decay::whole")]
    decay: Decay,
}

/// A customer scored.
pub(crate) struct Scored {
    pub(crate) customer: u32,
    pub(crate) evidence: Evidence,
    pub(crate) curve: Curve,
}

impl Fitted {
    /// Learns from customers chosen by a hash of their identifiers: of `all.n_customers` whose first event lies on
    /// `all.first_day` or later. `view` may hold just these.
    pub(crate) fn fit(
        view: &HistoryView<'_>,
        as_of: AsOf,
        all: Everyone,
        max_rows: usize,
        watch: &mut Watch<'_>,
    ) -> Result<Self> {
        let decay = Decay::whole();
        let training = training::draw(view, as_of, all, &decay, max_rows, &mut watch.part(0.0, 0.3))?;
        let timing = Timing { lags_days: &training.lags_days, edges_days: &EDGES_DAYS };
        let layer = Layer::fit(training.rows, timing, &LAYER, &mut watch.part(0.3, 1.0))?;
        let further = Further::fit(&training.counts);
        let mut out = Self { population: training.population, layer, further, means: Means::new(), decay };
        out.means = out.average(view, &training.some_customers, as_of);
        Ok(out)
    }

    /// The mean contributions over some customers.
    fn average(&self, view: &HistoryView<'_>, customers: &[u32], at: AsOf) -> Means {
        let factors = weekday_factors(&self.population.weekday, at.day);
        let (mut sums, mut n) = ([[0f64; N_SPANS]; N_REASONS], 0.0);
        let mut visits = Visits::default();
        for &customer in customers {
            visits.load(view.history, customer, at);
            let Some(evidence) = Evidence::new(&visits, &self.population, &self.decay, at.day) else { continue };
            let own = contributions(&evidence, &self.population.model, &self.layer, &factors);
            let all = sums.as_flattened_mut().iter_mut().zip(own.as_flattened());
            all.for_each(|(sum, x)| *sum += f64::from(*x));
            n += 1.0;
        }
        sums.map(|sum| sum.map(|x| (x / f64::max(n, 1.0)) as f32)).to_vec()
    }

    /// Whether everything in a loaded file is as this version writes it.
    pub(crate) fn check(&self) -> bool {
        self.layer.check(N_FEATURES) && self.further.check() && self.population.check() && self.means.len() == N_REASONS
    }

    /// Whether the log was long enough to train the layer.
    pub(crate) fn has_layer(&self) -> bool {
        self.layer.is_trained()
    }

    /// Scores the customers given and hands each to `take`, in order.
    fn score(&self, view: &HistoryView<'_>, customers: Range<u32>, at: AsOf, mut take: impl FnMut(Scored)) {
        let factors = weekday_factors(&self.population.weekday, at.day);
        let mut visits = Visits::default();
        let mut batch = Batch::new(&self.layer);
        for customer in customers {
            visits.load(view.history, customer, at);
            let Some(evidence) = Evidence::new(&visits, &self.population, &self.decay, at.day) else { continue };
            batch.push(customer, evidence, &factors);
            if batch.block.is_full() {
                batch.flush(&self.population.model, &mut take);
            }
        }
        batch.flush(&self.population.model, &mut take);
    }

    /// Everyone's lapse as columns.
    pub(crate) fn lapse<'a>(&self, view: &HistoryView<'a>, as_of: Timestamp, options: &LapseOptions) -> Lapse<'a> {
        let at = AsOf::new(view.history, as_of);
        let empty = || Lapse::new(view.clone(), as_of, options.horizons_days.clone());
        let part = |customers: Range<u32>| {
            let mut out = empty();
            self.score(view, customers, at, |scored| out.push(&scored, &self.further));
            out
        };
        let end = view.customers.end;
        let tasks: Vec<u32> = view.customers.clone().step_by(CUSTOMERS_PER_TASK).collect();
        if tasks.len() <= 1 {
            // One request: no thread is asked to help with microseconds of work.
            return part(view.customers.clone());
        }
        let parts =
            tasks.into_par_iter().map(|start| part(start..end.min(start + CUSTOMERS_PER_TASK as u32))).collect();
        empty().concat(parts)
    }

    /// The risks of a view's customers in full, with drivers.
    pub(crate) fn risks(&self, view: &HistoryView<'_>, as_of: Timestamp, options: &LapseOptions) -> Vec<LapseRisk> {
        let at = AsOf::new(view.history, as_of);
        let factors = weekday_factors(&self.population.weekday, at.day);
        let mut out = Vec::new();
        self.score(view, view.customers.clone(), at, |scored| {
            let own = contributions(&scored.evidence, &self.population.model, &self.layer, &factors);
            let explained = |days| explain(&scored.curve, &own, &self.means, days);
            out.push(LapseRisk::new(view, as_of, &scored, &self.further, options, explained));
        });
        out
    }
}

impl Scored {
    /// P(has not left): by the model of buying and leaving, and at least P(purchase within a year), for who comes had not left.
    pub(crate) fn prob_alive(&self) -> f64 {
        self.evidence.standing.prob_alive.max(1.0 - self.curve.prob_none(REACH_DAYS))
    }

    /// The expected number of days with a purchase within `days`.
    pub(crate) fn expected(&self, days: f64, further: &Further) -> f64 {
        let structural = self.curve.further(days);
        (1.0 - self.curve.prob_none(days)) * (1.0 + further.expected(&self.evidence, days, structural))
    }
}

/// Customers whose block is not full yet.
struct Batch<'a> {
    layer: &'a Layer,
    block: Block,
    log_odds: [Spans; BLOCK],
    waiting: Vec<(u32, Evidence)>,
}

impl<'a> Batch<'a> {
    fn new(layer: &'a Layer) -> Self {
        let waiting = Vec::with_capacity(BLOCK);
        Self { layer, block: Block::new(N_FEATURES), log_odds: [Spans::default(); BLOCK], waiting }
    }

    fn push(&mut self, customer: u32, evidence: Evidence, factors: &Spans) {
        self.log_odds[self.block.len] = log_odds(&evidence.hazards.map(|h| h as f32), factors);
        self.block.push(&features(&evidence));
        self.waiting.push((customer, evidence));
    }

    fn flush(&mut self, model: &Geometric, take: &mut impl FnMut(Scored)) {
        self.layer.apply(&self.block, &mut self.log_odds);
        for ((customer, evidence), log_odds) in self.waiting.drain(..).zip(&self.log_odds) {
            let curve = Curve::new(log_odds, &evidence.hazards, &evidence.standing, model);
            take(Scored { customer, evidence, curve });
        }
        self.block.clear();
    }
}

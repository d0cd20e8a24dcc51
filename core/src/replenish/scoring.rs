//! From a customer's purchases to forecasts, in blocks of pairs.

use super::decay::Decay;
use super::evidence::{EvidenceBuilder, N_FEATURES, PairEvidence, features};
use super::layer::Layer;
use super::purchases::{AsOf, Purchase, Purchases, Units};
use super::structure::{Structure, log_odds, weekday_factors};
use super::survival::Survival;
use super::traits::Traits;
use crate::history::HistoryView;
use crate::stats::{BLOCK, Block, N_SPANS, Spans};

/// What scoring needs of a model.
#[derive(Clone, Copy)]
pub(crate) struct Scorer<'a> {
    pub(crate) traits: &'a Traits,
    pub(crate) layer: &'a Layer,
    pub(crate) decay: &'a Decay,
}

/// A scored pair.
pub(crate) struct Scored {
    pub(crate) customer: u32,
    /// The pair's first and last purchase; `None` when it was never bought.
    pub(crate) bought: Option<(Purchase, Purchase)>,
    pub(crate) unit: u32,
    pub(crate) evidence: PairEvidence,
    pub(crate) survival: Survival,
}

impl Scorer<'_> {
    /// Scores every pair of the customers given and hands each to `take`, in order.
    pub(crate) fn score(
        &self,
        view: &HistoryView<'_>,
        units: &Units<'_>,
        customers: std::ops::Range<u32>,
        as_of: AsOf,
        mut take: impl FnMut(Scored),
    ) {
        let mut purchases = Purchases::default();
        let mut batch = Batch::new(self, as_of);
        for customer in customers {
            purchases.load(view.history, units, customer, as_of);
            let Some(evidence) = batch.builder.customer(&purchases, self.traits, as_of.day) else { continue };
            for own in purchases.by_unit() {
                let pair = batch.builder.pair(own, &evidence, self.traits, as_of.day);
                let structure = Structure::new(&pair, &evidence);
                let row = features(&pair, &evidence, &structure, self.traits, own[0].unit);
                let bought = Some((own[0], own[own.len() - 1]));
                batch.push(Waiting { customer, bought, unit: own[0].unit, evidence: pair, structure }, &row, &mut take);
            }
        }
        batch.flush(&mut take);
    }

    /// Scores one unit that the customer has not bought, as if it had been bought on the day of the prediction.
    pub(crate) fn score_unbought(&self, mut purchases: Purchases, unit: u32, as_of: AsOf) -> Option<Scored> {
        let supply = self.traits.unit(unit).log_supply.exp();
        purchases.assume(unit, as_of, supply);
        let mut batch = Batch::new(self, as_of);
        let evidence = batch.builder.customer(&purchases, self.traits, as_of.day)?;
        let own = purchases.by_unit().find(|own| own[0].unit == unit)?;
        let pair = batch.builder.pair(own, &evidence, self.traits, as_of.day);
        let structure = Structure::new(&pair, &evidence);
        let row = features(&pair, &evidence, &structure, self.traits, unit);
        let mut out = None;
        let mut take = |scored| out = Some(scored);
        batch.push(Waiting { customer: 0, bought: None, unit, evidence: pair, structure }, &row, &mut take);
        batch.flush(&mut take);
        out
    }
}

/// A pair whose block is not full yet.
struct Waiting {
    customer: u32,
    bought: Option<(Purchase, Purchase)>,
    unit: u32,
    evidence: PairEvidence,
    structure: Structure,
}

struct Batch<'a> {
    layer: &'a Layer,
    builder: EvidenceBuilder<'a>,
    factors: [f64; N_SPANS],
    block: Block,
    log_odds: [Spans; BLOCK],
    waiting: Vec<Waiting>,
}

impl<'a> Batch<'a> {
    fn new(scorer: &Scorer<'a>, as_of: AsOf) -> Self {
        Self {
            layer: scorer.layer,
            builder: EvidenceBuilder::new(scorer.decay),
            factors: weekday_factors(&scorer.traits.population.weekday, as_of.day),
            block: Block::new(N_FEATURES),
            log_odds: [Spans::default(); BLOCK],
            waiting: Vec::with_capacity(BLOCK),
        }
    }

    fn push(&mut self, pair: Waiting, row: &[f32], take: &mut impl FnMut(Scored)) {
        self.log_odds[self.block.len] = log_odds(pair.structure.hazards(), &self.factors);
        self.block.push(row);
        self.waiting.push(pair);
        if self.block.is_full() {
            self.flush(take);
        }
    }

    fn flush(&mut self, take: &mut impl FnMut(Scored)) {
        self.layer.apply(&self.block, &mut self.log_odds);
        for (pair, log_odds) in self.waiting.drain(..).zip(&self.log_odds) {
            let survival = Survival::new(log_odds, &pair.structure);
            let Waiting { customer, bought, unit, evidence, .. } = pair;
            take(Scored { customer, bought, unit, evidence, survival });
        }
        self.block.clear();
    }
}

//! From a customer's purchases to forecasts, in blocks of pairs.

use multiversion::multiversion;

use super::decay::Decay;
use super::evidence::{CustomerEvidence, EvidenceBuilder, N_FEATURES, PairEvidence, features};
use super::purchases::{AsOf, Purchase, Purchases, Units};
use super::structure::{Structure, log_odds, weekday_factors};
use super::survival::Survival;
use super::traits::Traits;
use crate::history::HistoryView;
use crate::stats::{BLOCK, Block, Layer, Spans};

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
                let judged = Judged::of(&pair, &evidence, self.traits, own[0].unit, &batch.factors);
                let bought = Some((own[0], own[own.len() - 1]));
                batch.push(customer, bought, own[0].unit, pair, &judged, &mut take);
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
        let judged = Judged::of(&pair, &evidence, self.traits, unit, &batch.factors);
        let mut out = None;
        let mut take = |scored| out = Some(scored);
        batch.push(0, None, unit, pair, &judged, &mut take);
        batch.flush(&mut take);
        out
    }
}

/// A pair as the structure sees it, and as the layer does.
pub(crate) struct Judged {
    structure: Structure,
    /// The structure's.
    pub(crate) log_odds: Spans,
    pub(crate) features: [f32; N_FEATURES],
}

impl Judged {
    pub(crate) fn of(
        pair: &PairEvidence,
        customer: &CustomerEvidence,
        traits: &Traits,
        unit: u32,
        factors: &Spans,
    ) -> Self {
        judge(pair, customer, traits, unit, factors)
    }
}

#[multiversion(targets("x86_64+avx+avx2"))]
fn judge(pair: &PairEvidence, customer: &CustomerEvidence, traits: &Traits, unit: u32, factors: &Spans) -> Judged {
    let (structure, cycle) = Structure::new(pair, customer);
    let features = features(pair, customer, (&structure, &cycle), traits, unit);
    Judged { structure, log_odds: log_odds(structure.at_edges(), factors), features }
}

#[multiversion(targets("x86_64+avx+avx2"))]
fn survival(log_odds: &Spans, structure: &Structure) -> Survival {
    Survival::new(log_odds, structure)
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
    factors: Spans,
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
            waiting: Vec::new(),
        }
    }

    fn push(
        &mut self,
        customer: u32,
        bought: Option<(Purchase, Purchase)>,
        unit: u32,
        evidence: PairEvidence,
        judged: &Judged,
        take: &mut impl FnMut(Scored),
    ) {
        self.log_odds[self.block.len] = judged.log_odds;
        self.block.push(&judged.features);
        self.waiting.push(Waiting { customer, bought, unit, evidence, structure: judged.structure });
        if self.block.is_full() {
            self.flush(take);
        }
    }

    fn flush(&mut self, take: &mut impl FnMut(Scored)) {
        self.layer.apply(&self.block, &mut self.log_odds);
        for (pair, log_odds) in self.waiting.drain(..).zip(&self.log_odds) {
            let survival = survival(log_odds, &pair.structure);
            let Waiting { customer, bought, unit, evidence, .. } = pair;
            take(Scored { customer, bought, unit, evidence, survival });
        }
        self.block.clear();
    }
}

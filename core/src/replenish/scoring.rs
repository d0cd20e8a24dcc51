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
    /// Scores every pair of the customers given and hands them to `take`, in order, [`BLOCK`] at a time.
    pub(crate) fn score(
        &self,
        view: &HistoryView<'_>,
        units: &Units<'_>,
        customers: std::ops::Range<u32>,
        as_of: AsOf,
        mut take: impl FnMut(&[Scored]),
    ) {
        let mut purchases = Purchases::default();
        let mut batch = Batch::new(self, as_of);
        for customer in customers {
            purchases.load(view.history, units, customer, as_of);
            let Some(evidence) = batch.builder.customer(&purchases, self.traits, as_of.day) else { continue };
            for own in purchases.by_unit() {
                let pair = batch.builder.pair(own, &evidence, self.traits, as_of.day);
                let bought = Some((own[0], own[own.len() - 1]));
                batch.push(customer, bought, own[0].unit, pair, &evidence, &mut take);
            }
        }
        batch.flush(&mut take);
    }

    /// Scores one unit that the customer has not bought, as if it had been bought on the day of the prediction.
    pub(crate) fn score_unbought(
        &self,
        mut purchases: Purchases,
        unit: u32,
        as_of: AsOf,
        merge_days: i32,
    ) -> Option<Scored> {
        let supply = self.traits.unit(unit).log_supply.exp();
        purchases.assume(unit, as_of, supply, merge_days);
        let mut batch = Batch::new(self, as_of);
        let evidence = batch.builder.customer(&purchases, self.traits, as_of.day)?;
        let own = purchases.by_unit().find(|own| own[0].unit == unit)?;
        let pair = batch.builder.pair(own, &evidence, self.traits, as_of.day);
        batch.push(0, None, unit, pair, &evidence, &mut |_| {});
        batch.settle();
        batch.scored.pop()
    }
}

/// A pair as the structure sees it, and as the layer does.
pub(crate) struct Judged {
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
    Judged { log_odds: log_odds(structure.at_edges(), factors), features }
}

struct Batch<'a> {
    scorer: Scorer<'a>,
    builder: EvidenceBuilder<'a>,
    factors: Spans,
    /// The pairs of the block; their curves know nothing until the block is settled.
    scored: Vec<Scored>,
    /// Their customers, and for each pair the place of its own.
    customers: Vec<CustomerEvidence>,
    customer: Vec<u8>,
    block: Block,
}

impl<'a> Batch<'a> {
    fn new(scorer: &Scorer<'a>, as_of: AsOf) -> Self {
        Self {
            scorer: *scorer,
            builder: EvidenceBuilder::new(scorer.decay),
            factors: weekday_factors(&scorer.traits.population.weekday, as_of.day),
            scored: Vec::with_capacity(BLOCK),
            customers: Vec::with_capacity(BLOCK),
            customer: Vec::with_capacity(BLOCK),
            block: Block::new(N_FEATURES),
        }
    }

    fn push(
        &mut self,
        customer: u32,
        bought: Option<(Purchase, Purchase)>,
        unit: u32,
        evidence: PairEvidence,
        about: &CustomerEvidence,
        take: &mut impl FnMut(&[Scored]),
    ) {
        if self.scored.last().is_none_or(|last| last.customer != customer) {
            self.customers.push(*about);
        }
        self.customer.push((self.customers.len() - 1) as u8);
        let survival = Survival::new(Structure::default());
        self.scored.push(Scored { customer, bought, unit, evidence, survival });
        if self.scored.len() == BLOCK {
            self.flush(take);
        }
    }

    fn flush(&mut self, take: &mut impl FnMut(&[Scored])) {
        self.settle();
        take(&self.scored);
        self.scored.clear();
        self.customers.clear();
        self.customer.clear();
    }

    /// Judges the pairs of the block, and asks the layer about them.
    fn settle(&mut self) {
        let customers = (&*self.customers, &*self.customer);
        let mut log_odds = judge_block(&mut self.scored, customers, self.scorer.traits, &self.factors, &mut self.block);
        self.scorer.layer.apply(&self.block, &mut log_odds);
        weigh(&mut self.scored, &log_odds);
        self.block.clear();
    }
}

/// As [`judge`], a block of pairs one step after the other: what a step does to one pair does not wait for what it did to the
/// last, so that the processor works on several at a time.
#[multiversion(targets("x86_64+avx+avx2"))]
fn judge_block(
    scored: &mut [Scored],
    (customers, customer): (&[CustomerEvidence], &[u8]),
    traits: &Traits,
    factors: &Spans,
    block: &mut Block,
) -> [Spans; BLOCK] {
    let about = |i: usize| &customers[customer[i] as usize];
    let (mut cycles, mut out) = ([Spans::default(); BLOCK], [Spans::default(); BLOCK]);
    for (i, (pair, cycle)) in scored.iter_mut().zip(&mut cycles).enumerate() {
        let structure;
        (structure, *cycle) = Structure::new(&pair.evidence, about(i));
        pair.survival = Survival::new(structure);
    }
    for (pair, out) in scored.iter().zip(&mut out) {
        *out = log_odds(pair.survival.structure.at_edges(), factors);
    }
    for (i, (pair, cycle)) in scored.iter().zip(&cycles).enumerate() {
        block.push(&features(&pair.evidence, about(i), (&pair.survival.structure, cycle), traits, pair.unit));
    }
    out
}

#[multiversion(targets("x86_64+avx+avx2"))]
fn weigh(scored: &mut [Scored], log_odds: &[Spans]) {
    for (pair, log_odds) in scored.iter_mut().zip(log_odds) {
        pair.survival.weigh(log_odds);
    }
}

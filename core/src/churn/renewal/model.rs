//! Who cancels at the next renewal, and why.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::blend::Blend;
use super::encode::Encoder;
use super::options::RenewalOptions;
use super::order::Order;
use super::outcomes::Contracts;
use super::result::{Driver, Drivers, Renewals};
use super::table::{Column, Table};
use crate::error::{Error, Result};
use crate::progress::{Progress, Stage, Watch};
use crate::sealed::contradiction;
use crate::stats::{Additive, BLOCK, Block, Boosting, HazardRows, N_SPANS, Spans};

/// The name under which the number of the term appears among the drivers.
const TERM: &str = "term";
/// P(cancels at the next renewal) by what is known of each contract: a discrete-time hazard (Cox 1972; Allison 1982).
///
/// The log-odds are a weighted sum of those of an additive model (piecewise linear in each number, an effect per level of each
/// text; Hastie & Tibshirani 1990) and of boosted trees (Friedman 2001), which err in different places. How free the additive part
/// is, how many trees grow and both weights are chosen by cross-validation (Stone 1974; stacking: Wolpert 1992, Breiman 1996) when
/// there are enough cancellations and renewals to choose by: 25 of each for the additive part, 100 for trees. Contracts seen over
/// several terms count as one renewal per term, so that contracts still running (right censoring) and those whose first terms
/// were not seen (left truncation) teach what they can. The order of the rows changes nothing.
///
/// ```
/// use beforehand::churn::{Contracts, RenewalModel, RenewalOptions, Table};
/// // Monthly contracts are cancelled more often than yearly ones; the price matters a little.
/// let n = 600;
/// let yearly = |i: usize| i % 3 == 0;
/// let table = Table::new()
///     .numbers("price", (0..n).map(|i| 20.0 + (i * 37 % 60) as f64).collect())?
///     .texts("contract", (0..n).map(|i| if yearly(i) { "yearly" } else { "monthly" }))?;
/// let cancelled: Vec<bool> = (0..n).map(|i| (i * 7919) % 100 < if yearly(i) { 5 } else { 35 }).collect();
/// let model = RenewalModel::fit(&table, &Contracts::new(&cancelled), &RenewalOptions::default())?;
/// let risk = model.predict(&table, None)?;
/// assert!(risk.prob_cancel[1] > 2.0 * risk.prob_cancel[3]);
/// let why = model.drivers(&table, 1, None)?;
/// assert_eq!(why.drivers[0].column, "contract");
/// let total: f64 = why.drivers.iter().map(|d| d.log_odds).sum();
/// assert!((why.base_log_odds + total - why.log_odds).abs() < 1e-4);
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RenewalModel {
    options: RenewalOptions,
    encoder: Encoder,
    has_term: bool,
    /// The log-odds of everyone.
    base: f32,
    additive: Additive,
    /// Weight of the additive part's log-odds.
    additive_weight: f32,
    trees: Option<Trees>,
    /// The mean contribution of each feature, and of what features have in common.
    means: Vec<f64>,
    notes: Vec<String>,
    n_renewals: u64,
    n_cancelled: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Trees {
    boosting: Boosting,
    /// Weight of their log-odds.
    weight: f32,
    covers: Vec<Vec<f32>>,
}

impl RenewalModel {
    /// Learns from contracts and what became of them.
    ///
    /// # Errors
    /// `invalid_options`; `invalid_data` for columns of different lengths, weights or terms out of range; `empty_data`
    /// without a row.
    pub fn fit(table: &Table, contracts: &Contracts<'_>, options: &RenewalOptions) -> Result<Self> {
        Self::fit_while(table, contracts, options, |_| true)
    }

    /// As [`Self::fit`], telling `go_on` how far the work is; when it answers `false`, the work stops.
    ///
    /// # Errors
    /// As [`Self::fit`], and `cancelled`.
    pub fn fit_while(
        table: &Table,
        contracts: &Contracts<'_>,
        options: &RenewalOptions,
        mut go_on: impl FnMut(Progress) -> bool,
    ) -> Result<Self> {
        options.validate()?;
        let mut watch = Watch::new(&mut go_on, Stage::LearnRenewals);
        let mut renewals = contracts.renewals(table, options.max_renewals)?;
        let has_term = contracts.has_terms();
        let mut notes = Vec::new();
        let mut encoder = Encoder::new(table, has_term.then_some(TERM));
        let columns = encoder.columns(table, has_term)?;
        let order = Order::new(&encoder, &columns, contracts);
        renewals.sort_by_key(|r| (order.place[r.row], r.term));
        let encode = |encoder: &Encoder| {
            let mut features = Vec::with_capacity(renewals.len() * encoder.n_features());
            for r in &renewals {
                encoder.encode(&columns, r.row, has_term.then_some(f64::from(r.term)), &mut features);
            }
            features
        };
        let all = encode(&encoder);
        encoder.reduce(&all, &mut notes);
        drop(all);
        let total: f64 = renewals.iter().map(|r| r.weight).sum();
        let events: f64 = renewals.iter().filter(|r| r.is_cancelled).map(|r| r.weight).sum();
        // Weights are relative: they are brought to a mean of 1.
        let mean = total / renewals.len() as f64;
        // Half an event of either kind: whoever never cancelled may yet.
        let base = ((events / mean + 0.5) / ((total - events) / mean + 0.5)).ln() as f32;
        let is_weighted = renewals.iter().any(|r| r.weight.to_bits() != renewals[0].weight.to_bits());
        let rows = HazardRows {
            n_features: encoder.n_features(),
            features: encode(&encoder),
            offset: vec![[base; N_SPANS]; renewals.len()],
            n_at_risk: vec![1; renewals.len()],
            event: renewals.iter().map(|r| r.is_cancelled).collect(),
            cutoff: vec![0; renewals.len()],
            weight: if is_weighted { renewals.iter().map(|r| (r.weight / mean) as f32).collect() } else { Vec::new() },
        };
        let n_cancelled = renewals.iter().filter(|r| r.is_cancelled).count();
        let alike: Vec<u32> = renewals.iter().map(|r| order.alike[r.row]).collect();
        let blend = Blend::choose(&rows, &alike, &mut watch.part(0.0, 0.8))?;
        let growth = blend.growth(rows.len());
        let boosting = growth.map(|growth| Boosting::fit(&rows, &growth, &mut watch.part(0.8, 0.95))).transpose()?;
        let additive = Additive::fit(&rows, &blend.penalties(), &mut watch.part(0.95, 1.0))?;
        let trees =
            boosting.map(|boosting| Trees { covers: boosting.covers(&rows), boosting, weight: blend.trees as f32 });
        let mut out = Self {
            options: options.clone(),
            has_term,
            base,
            additive,
            additive_weight: blend.additive as f32,
            trees,
            means: Vec::new(),
            notes,
            n_renewals: renewals.len() as u64,
            n_cancelled: n_cancelled as u64,
            encoder,
        };
        out.means = out.mean_terms(&rows);
        Ok(out)
    }

    /// P(cancels at the next renewal), and within each horizon of the options, for each row of a table.
    ///
    /// `term` is how many terms each contract has lasted, for a model that was fitted with terms; the risk within a horizon
    /// then follows the terms to come. Without terms each renewal to come is taken to be like the next.
    ///
    /// # Errors
    /// `invalid_data` when a column of the fit is missing or of another type, or terms are missing or not wanted.
    pub fn predict(&self, table: &Table, term: Option<&[u32]>) -> Result<Renewals> {
        let columns = self.check(table, term)?;
        let n = table.n_rows();
        let longest = self.options.horizons_terms.iter().copied().max().unwrap_or(1);
        let parts: Vec<Vec<Vec<f64>>> = (0..n)
            .into_par_iter()
            .step_by(BLOCK)
            .map(|start| self.predict_block(&columns, start..(start + BLOCK).min(n), term, longest))
            .collect();
        let mut out = self.no_risk();
        for row in parts.into_iter().flatten() {
            out.prob_cancel.push(row[0]);
            for (column, prob) in out.prob_within.iter_mut().zip(&row[1..]) {
                column.push(*prob);
            }
        }
        Ok(out)
    }

    /// The answer about no contract.
    pub(crate) fn no_risk(&self) -> Renewals {
        let horizons_terms = self.options.horizons_terms.clone();
        Renewals { prob_cancel: Vec::new(), prob_within: vec![Vec::new(); horizons_terms.len()], horizons_terms }
    }

    /// Of each row: P(cancels at the next renewal), and within each horizon.
    fn predict_block(
        &self,
        columns: &[&Column],
        range: std::ops::Range<usize>,
        term: Option<&[u32]>,
        longest: u32,
    ) -> Vec<Vec<f64>> {
        let mut out: Vec<Vec<f64>> = vec![Vec::new(); range.len()];
        let mut survival = vec![1f64; range.len()];
        let (mut block, mut row) = (Block::new(self.encoder.n_features()), Vec::new());
        let mut log_odds = [Spans::default(); BLOCK];
        for ahead in 1..=longest {
            if ahead == 1 || self.has_term {
                block.clear();
                for r in range.clone() {
                    row.clear();
                    let at = term.map(|t| f64::from(t[r]) + f64::from(ahead));
                    self.encoder.encode(columns, r, at, &mut row);
                    block.push(&row);
                }
                log_odds = self.log_odds(&block);
            }
            for (i, (out, s)) in out.iter_mut().zip(&mut survival).enumerate() {
                let prob = 1.0 / (1.0 + f64::from(-log_odds[i][0]).exp());
                *s *= 1.0 - prob;
                if ahead == 1 {
                    out.push(prob);
                    out.resize(1 + self.options.horizons_terms.len(), 0.0);
                }
                for (h, out) in self.options.horizons_terms.iter().zip(&mut out[1..]) {
                    if *h == ahead {
                        *out = 1.0 - *s;
                    }
                }
            }
        }
        out
    }

    fn log_odds(&self, block: &Block) -> [Spans; BLOCK] {
        let mut out = [Spans::default(); BLOCK];
        self.additive.add_to(block, &mut out);
        out.as_flattened_mut().iter_mut().for_each(|x| *x *= self.additive_weight);
        if let Some(trees) = &self.trees {
            trees.boosting.add_to(block, trees.weight, &mut out);
        }
        out.as_flattened_mut().iter_mut().for_each(|x| *x += self.base);
        out
    }

    /// What raised and what lowered a contract's risk at its next renewal: contributions of the columns to the log-odds,
    /// relative to the average contract, the largest first. They add up.
    ///
    /// # Errors
    /// As [`Self::predict`]; `invalid_data` for a row beyond the table.
    pub fn drivers(&self, table: &Table, row: usize, term: Option<&[u32]>) -> Result<Drivers> {
        let columns = self.check(table, term)?;
        if row >= table.n_rows() {
            return Err(Error::data("row", format!("row {row} is beyond the table's {} rows", table.n_rows())));
        }
        let at = term.map(|t| f64::from(t[row]) + 1.0);
        let mut features = Vec::new();
        self.encoder.encode(&columns, row, at, &mut features);
        let terms = self.terms(&features);
        let n_sources = self.encoder.names().count();
        let mut by_source = vec![0f64; n_sources];
        for ((x, mean), source) in terms[1..].iter().zip(&self.means[1..]).zip(&self.encoder.source) {
            by_source[*source as usize] += x - mean;
        }
        let base_log_odds = terms[0] + self.means[1..].iter().sum::<f64>();
        let mut drivers: Vec<Driver> = self
            .encoder
            .names()
            .enumerate()
            .map(|(s, name)| Driver {
                column: name.to_owned(),
                value: Encoder::value(&columns, s, row, at),
                log_odds: by_source[s],
            })
            .collect();
        drivers.sort_by(|a, b| b.log_odds.abs().total_cmp(&a.log_odds.abs()));
        let log_odds = terms.iter().sum();
        Ok(Drivers { base_log_odds, log_odds, drivers })
    }

    /// What all rows have in common, then each feature's contribution.
    fn terms(&self, features: &[f32]) -> Vec<f64> {
        let mut own = vec![0f64; features.len()];
        let mut common = self.additive.terms(features, &mut own);
        let weight = f64::from(self.additive_weight);
        for x in &mut own {
            *x *= weight;
        }
        common *= weight;
        if let Some(trees) = &self.trees {
            common += trees.boosting.terms(features, &trees.covers, f64::from(trees.weight), &mut own);
        }
        let mut out = vec![common + f64::from(self.base)];
        out.extend(own);
        out
    }

    /// The mean of [`Self::terms`] over rows, by weight; over every few of them when there are many.
    fn mean_terms(&self, rows: &HazardRows) -> Vec<f64> {
        const ENOUGH: usize = 5_000;
        let (mut sum, mut total) = (vec![0f64; rows.n_features + 1], 0f64);
        for r in (0..rows.len()).step_by(rows.len().div_ceil(ENOUGH)) {
            let weight = rows.weight.get(r).map_or(1.0, |w| f64::from(*w));
            sum.iter_mut().zip(self.terms(rows.row(r))).for_each(|(s, x)| *s += weight * x);
            total += weight;
        }
        for s in &mut sum {
            *s /= total.max(1e-30);
        }
        sum
    }

    /// Which columns were dropped, and why.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// How many renewals it learned from.
    pub fn n_renewals(&self) -> u64 {
        self.n_renewals
    }

    /// How many of them were cancelled.
    pub fn n_cancelled(&self) -> u64 {
        self.n_cancelled
    }

    /// Whether a model that was read from elsewhere agrees with itself.
    pub(crate) fn is_sound(&self) -> bool {
        let n_features = self.encoder.n_features();
        self.options.validate().is_ok()
            && self.encoder.is_sound()
            && self.encoder.names().count() >= usize::from(self.has_term)
            && self.additive.check(n_features)
            && self.additive_weight.is_finite()
            && self.trees.as_ref().is_none_or(|t| t.boosting.check(n_features) && t.boosting.fits(&t.covers))
            && self.means.len() == n_features + 1
    }

    fn check<'t>(&self, table: &'t Table, term: Option<&[u32]>) -> Result<Vec<&'t Column>> {
        if !self.is_sound() {
            return Err(contradiction());
        }
        match (self.has_term, term) {
            (true, None) => {
                return Err(Error::data("term", "the model was fitted with terms; give each contract's terms so far"));
            }
            (false, Some(_)) => {
                return Err(Error::data("term", "the model was fitted without terms; give none"));
            }
            (true, Some(t)) if t.len() != table.n_rows() => {
                return Err(Error::data("term", format!("{} terms for {} rows", t.len(), table.n_rows())));
            }
            _ => {}
        }
        self.encoder.columns(table, self.has_term)
    }
}

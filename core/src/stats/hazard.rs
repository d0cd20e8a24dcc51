//! Rows of a discrete-time hazard model: what was known, and in which span of time the event came.

use multiversion::multiversion;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::fast_math::{exp, sigmoid, softplus};

/// Spans of time a hazard model knows; as many as fit two vector registers.
pub(crate) const N_SPANS: usize = 8;
/// One value per span.
pub(crate) type Spans = [f32; N_SPANS];
/// Rows evaluated together, so that loops over them become vector instructions.
pub(crate) const BLOCK: usize = 64;
/// So few rows are evaluated as a smaller block: one customer's.
pub(crate) const FEW: usize = 16;
/// Rows whose sums are formed together. Sums of chunks are added in order: the result does not depend on the threads.
pub(crate) const CHUNK: usize = 4096;

/// Training rows. A row is *at risk* in span `s` when the event did not come before and the span was observed in full.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct HazardRows {
    pub(crate) n_features: usize,
    /// `features[row * n_features + feature]`.
    pub(crate) features: Vec<f32>,
    /// The log-odds the model starts from.
    pub(crate) offset: Vec<Spans>,
    /// In how many spans the row is at risk.
    pub(crate) n_at_risk: Vec<u8>,
    /// Whether the event came in the last of them.
    pub(crate) event: Vec<bool>,
    /// The cutoff at which the row was formed, as an index.
    pub(crate) cutoff: Vec<u8>,
    /// What each row counts for; empty when all count the same.
    pub(crate) weight: Vec<f32>,
}

impl HazardRows {
    pub(crate) fn len(&self) -> usize {
        self.event.len()
    }

    /// Adds other rows behind these.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.features.append(&mut other.features);
        self.offset.append(&mut other.offset);
        self.n_at_risk.append(&mut other.n_at_risk);
        self.event.append(&mut other.event);
        self.cutoff.append(&mut other.cutoff);
        self.weight.append(&mut other.weight);
    }

    /// Adds a row of other rows behind these.
    pub(crate) fn push_from(&mut self, other: &Self, row: usize) {
        self.features.extend_from_slice(other.row(row));
        self.offset.push(other.offset[row]);
        self.n_at_risk.push(other.n_at_risk[row]);
        self.event.push(other.event[row]);
        self.cutoff.push(other.cutoff[row]);
        self.weight.extend(other.weight.get(row));
    }

    /// Whether all columns have the length they should have.
    pub(crate) fn is_sound(&self) -> bool {
        let n = self.len();
        self.features.len() == n * self.n_features
            && [self.offset.len(), self.n_at_risk.len(), self.cutoff.len()].iter().all(|&len| len == n)
            && (self.weight.is_empty() || self.weight.len() == n)
            && self.n_at_risk.iter().all(|&spans| spans as usize <= N_SPANS)
    }

    pub(crate) fn row(&self, row: usize) -> &[f32] {
        &self.features[row * self.n_features..][..self.n_features]
    }

    /// Hands rows from `start` on to `change`, a block at a time, with their log-odds.
    pub(crate) fn by_blocks(
        &self,
        start: usize,
        log_odds: &mut [Spans],
        change: impl Fn(&Block, &mut [Spans; BLOCK]) + Sync,
    ) {
        log_odds.par_chunks_mut(BLOCK).enumerate().for_each(|(chunk, log_odds)| {
            let (mut block, mut out) = (Block::new(self.n_features), [Spans::default(); BLOCK]);
            (0..log_odds.len()).for_each(|i| block.push(self.row(start + chunk * BLOCK + i)));
            out[..log_odds.len()].copy_from_slice(log_odds);
            change(&block, &mut out);
            log_odds.copy_from_slice(&out[..log_odds.len()]);
        });
    }

    /// Events in each span.
    pub(crate) fn n_events(&self) -> [usize; N_SPANS] {
        let mut out = [0; N_SPANS];
        for (&n, _) in self.n_at_risk.iter().zip(&self.event).filter(|(n, e)| **e && **n > 0) {
            out[n as usize - 1] += 1;
        }
        out
    }

    /// The targets of up to [`BLOCK`] rows from `start` on.
    pub(crate) fn targets(&self, start: usize, len: usize) -> Targets<'_> {
        Targets {
            n_at_risk: &self.n_at_risk[start..start + len],
            event: &self.event[start..start + len],
            weight: self.weight.get(start..start + len),
        }
    }
}

/// What happened in some rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Targets<'a> {
    pub(crate) n_at_risk: &'a [u8],
    pub(crate) event: &'a [bool],
    /// What each row counts for; all the same without.
    pub(crate) weight: Option<&'a [f32]>,
}

/// Ones in the first `n` spans.
const FIRST: [Spans; N_SPANS + 1] = {
    let mut out = [[0.0; N_SPANS]; N_SPANS + 1];
    let mut n = 0;
    while n <= N_SPANS {
        let mut s = 0;
        while s < n {
            out[n][s] = 1.0;
            s += 1;
        }
        n += 1;
    }
    out
};

/// A one in the `n`-th span, counted from 1; nothing for 0.
const LAST: [Spans; N_SPANS + 1] = {
    let mut out = [[0.0; N_SPANS]; N_SPANS + 1];
    let mut n = 1;
    while n <= N_SPANS {
        out[n][n - 1] = 1.0;
        n += 1;
    }
    out
};

impl Targets<'_> {
    /// One where the row is at risk, and one where the event came.
    #[inline]
    fn lanes(&self, row: usize) -> (&'static Spans, &'static Spans) {
        let n = (self.n_at_risk[row] as usize).min(N_SPANS);
        (&FIRST[n], &LAST[if self.event[row] { n } else { 0 }])
    }
}

/// The gradients and curvatures of the negative log-likelihood of up to [`BLOCK`] rows. All spans are computed and those
/// not at risk multiplied by zero: a loop of fixed length becomes vector instructions.
#[derive(Debug)]
pub(crate) struct Slopes {
    pub(crate) gradient: [Spans; BLOCK],
    pub(crate) curvature: [Spans; BLOCK],
}

impl Slopes {
    pub(crate) fn new() -> Self {
        Self { gradient: [Spans::default(); BLOCK], curvature: [Spans::default(); BLOCK] }
    }

    /// Computes gradients and curvatures at the given log-odds, one entry per target.
    pub(crate) fn compute(&mut self, targets: &Targets, log_odds: &[Spans]) {
        slopes(self, targets, log_odds);
    }

    /// The same, and adds the rows' negative log-likelihood per span to `loss`.
    pub(crate) fn compute_with_loss(&mut self, targets: &Targets, log_odds: &[Spans], loss: &mut [f64; N_SPANS]) {
        slopes(self, targets, log_odds);
        add_loss(targets, log_odds, loss);
    }
}

#[multiversion(targets("x86_64+avx+avx2"))]
fn slopes(out: &mut Slopes, targets: &Targets, log_odds: &[Spans]) {
    let mut prob = [Spans::default(); BLOCK];
    let n = log_odds.len().min(BLOCK);
    for (p, &x) in prob[..n].as_flattened_mut().iter_mut().zip(log_odds.as_flattened()) {
        *p = sigmoid(x);
    }
    // Whole rows are copied first, and then all spans of all rows are computed alike: a look-up within the computation would keep
    // it from becoming vector instructions.
    let (mut at_risk, mut event) = ([Spans::default(); BLOCK], [Spans::default(); BLOCK]);
    for (row, (at_risk, event)) in at_risk[..n].iter_mut().zip(&mut event).enumerate() {
        let lanes = targets.lanes(row);
        (*at_risk, *event) = (*lanes.0, *lanes.1);
    }
    let columns = prob.as_flattened().iter().zip(at_risk.as_flattened()).zip(event.as_flattened());
    let slopes = out.gradient.as_flattened_mut().iter_mut().zip(out.curvature.as_flattened_mut());
    for (((p, at_risk), event), (gradient, curvature)) in columns.zip(slopes).take(n * N_SPANS) {
        *gradient = (p - event) * at_risk;
        *curvature = p * (1.0 - p) * at_risk;
    }
    if let Some(weight) = targets.weight {
        for ((g, c), w) in out.gradient.iter_mut().zip(&mut out.curvature).zip(weight) {
            g.iter_mut().chain(c).for_each(|x| *x *= w);
        }
    }
}

#[multiversion(targets("x86_64+avx+avx2"))]
fn add_loss(targets: &Targets, log_odds: &[Spans], loss: &mut [f64; N_SPANS]) {
    if let Some(weight) = targets.weight {
        for (row, (x, &w)) in log_odds.iter().zip(weight).enumerate() {
            let (at_risk, event) = targets.lanes(row);
            for s in 0..N_SPANS {
                loss[s] += f64::from(w * (at_risk[s] * softplus(x[s]) - x[s] * event[s]));
            }
        }
        return;
    }
    // ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|). The last terms are summed as one logarithm of their product, which is at
    // most 2^64 for a block of rows.
    let (mut sum, mut product) = (Spans::default(), [1f32; N_SPANS]);
    let mut small = [Spans::default(); BLOCK];
    let n = log_odds.len().min(BLOCK);
    for (e, &x) in small[..n].as_flattened_mut().iter_mut().zip(log_odds.as_flattened()) {
        *e = exp(-x.abs());
    }
    for (row, (x, e)) in log_odds.iter().zip(&small[..n]).enumerate() {
        let (at_risk, event) = targets.lanes(row);
        for s in 0..N_SPANS {
            let positive = if x[s] > 0.0 { x[s] } else { 0.0 };
            sum[s] += positive * at_risk[s] - x[s] * event[s];
            product[s] *= 1.0 + e[s] * at_risk[s];
        }
    }
    for s in 0..N_SPANS {
        loss[s] += f64::from(sum[s]) + f64::from(product[s]).ln();
    }
}

/// The features of up to [`BLOCK`] rows, one column after the other.
#[derive(Debug)]
pub(crate) struct Block {
    columns: Vec<f32>,
    pub(crate) len: usize,
}

impl Block {
    pub(crate) fn new(n_features: usize) -> Self {
        Self { columns: vec![0.0; n_features * BLOCK], len: 0 }
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    pub(crate) fn is_full(&self) -> bool {
        self.len == BLOCK
    }

    pub(crate) fn push(&mut self, row: &[f32]) {
        for (f, &x) in row.iter().enumerate() {
            self.columns[f * BLOCK + self.len] = x;
        }
        self.len += 1;
    }

    /// The first rows of a column; past the end of the block stands what is left of earlier ones.
    pub(crate) fn column<const ROWS: usize>(&self, feature: usize) -> &[f32; ROWS] {
        self.columns[feature * BLOCK..].first_chunk().unwrap_or(&[0.0; ROWS])
    }
}

//! Rows of a discrete-time hazard model: what was known, and in which span of time the event came.

use rayon::prelude::*;

/// Spans of time a hazard model knows; as many as fit two vector registers.
pub(crate) const N_SPANS: usize = 8;
/// One value per span.
pub(crate) type Spans = [f32; N_SPANS];
/// Rows evaluated together, so that loops over them become vector instructions.
pub(crate) const BLOCK: usize = 64;
/// Rows whose sums are formed together. Sums of chunks are added in order: the result does not depend on the threads.
pub(crate) const CHUNK: usize = 4096;

/// The logistic function.
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// Training rows. A row is *at risk* in span `s` when the event did not come before and the span was observed in full.
#[derive(Debug, Default)]
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
    }

    pub(crate) fn row(&self, row: usize) -> &[f32] {
        &self.features[row * self.n_features..][..self.n_features]
    }

    /// Events in each span.
    pub(crate) fn n_events(&self) -> [usize; N_SPANS] {
        let mut out = [0; N_SPANS];
        for (&n, _) in self.n_at_risk.iter().zip(&self.event).filter(|(n, e)| **e && **n > 0) {
            out[n as usize - 1] += 1;
        }
        out
    }

    /// The gradient and curvature of a row's negative log-likelihood at the given log-odds.
    pub(crate) fn slopes(&self, row: usize, log_odds: &Spans) -> (Spans, Spans) {
        let (mut gradient, mut curvature) = ([0.0; N_SPANS], [0.0; N_SPANS]);
        let n = self.n_at_risk[row] as usize;
        for s in 0..n {
            let p = sigmoid(log_odds[s]);
            let y = f32::from(u8::from(self.event[row] && s + 1 == n));
            gradient[s] = p - y;
            curvature[s] = p * (1.0 - p);
        }
        (gradient, curvature)
    }

    /// The negative log-likelihood per span, summed over the rows.
    pub(crate) fn loss(&self, log_odds: &[Spans]) -> [f64; N_SPANS] {
        let parts: Vec<[f64; N_SPANS]> = (0..self.len())
            .into_par_iter()
            .step_by(CHUNK)
            .map(|start| {
                let mut sum = [0.0; N_SPANS];
                for row in start..(start + CHUNK).min(self.len()) {
                    let n = self.n_at_risk[row] as usize;
                    for s in 0..n {
                        let x = f64::from(log_odds[row][s]);
                        let x = if self.event[row] && s + 1 == n { -x } else { x };
                        // ln(1 + e^x) without overflow.
                        sum[s] += x.max(0.0) + (-x.abs()).exp().ln_1p();
                    }
                }
                sum
            })
            .collect();
        parts.iter().fold([0.0; N_SPANS], |mut all, part| {
            all.iter_mut().zip(part).for_each(|(a, p)| *a += p);
            all
        })
    }
}

/// The features of up to [`BLOCK`] rows, one column after the other.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) n_features: usize,
    columns: Vec<f32>,
    pub(crate) len: usize,
}

impl Block {
    pub(crate) fn new(n_features: usize) -> Self {
        Self { n_features, columns: vec![0.0; n_features * BLOCK], len: 0 }
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

    pub(crate) fn column(&self, feature: usize) -> &[f32; BLOCK] {
        self.columns[feature * BLOCK..].first_chunk().unwrap_or(&[0.0; BLOCK])
    }
}

//! Forecasts and outcomes in one canonical form, so that no score depends on the order of the rows.

use crate::error::{Error, ErrorCode, Result};

/// All rows that were given the same probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tie {
    pub(super) prob: f64,
    pub(super) n: u64,
    pub(super) n_positive: u64,
}

/// The rows grouped by their probability, in rising order.
///
/// Every score of binary forecasts is a function of these groups: sums run over sorted values, which makes them equal to
/// the last bit whatever the order of the input, and tied rows are one thing, which makes ties fair.
#[derive(Debug, Clone)]
pub(super) struct Ranking {
    pub(super) ties: Vec<Tie>,
    pub(super) n: u64,
    pub(super) n_positive: u64,
}

impl Ranking {
    pub(super) fn of(labels: &[bool], probs: &[f64]) -> Result<Self> {
        same_length("labels", labels.len(), "probs", probs.len())?;
        if labels.is_empty() {
            return Err(
                Error::new(ErrorCode::EmptyData, "no forecast to score; give at least one row").with_field("probs")
            );
        }
        let mut rows = Vec::with_capacity(labels.len());
        for (row, (&label, &prob)) in labels.iter().zip(probs).enumerate() {
            check_prob("probs", row, prob)?;
            // Adding zero turns -0.0 into 0.0: one probability, one group.
            rows.push((prob + 0.0, label));
        }
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let ties = rows
            .chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq())
            .map(|tied| Tie {
                prob: tied[0].0,
                n: tied.len() as u64,
                n_positive: tied.iter().filter(|row| row.1).count() as u64,
            })
            .collect::<Vec<_>>();
        let n_positive = ties.iter().map(|t| t.n_positive).sum();
        Ok(Self { ties, n: labels.len() as u64, n_positive })
    }

    pub(super) fn base_rate(&self) -> f64 {
        self.n_positive as f64 / self.n as f64
    }

    pub(super) fn mean_prob(&self) -> f64 {
        self.mean(|t| t.prob * t.n as f64)
    }

    /// The sum of a quantity over the groups, per row.
    pub(super) fn mean(&self, of: impl Fn(&Tie) -> f64) -> f64 {
        self.ties.iter().map(of).sum::<f64>() / self.n as f64
    }
}

pub(super) fn same_length(a: &str, n_a: usize, b: &str, n_b: usize) -> Result<()> {
    if n_a == n_b {
        return Ok(());
    }
    Err(Error::data(b, format!("`{a}` has {n_a} rows and `{b}` has {n_b}; give one value of each per row")))
}

pub(super) fn check_prob(field: &str, row: usize, prob: f64) -> Result<()> {
    if (0.0..=1.0).contains(&prob) {
        return Ok(());
    }
    Err(Error::data(field, format!("`{field}` is {prob} in row {row}; a probability lies between 0 and 1"))
        .with_row(row))
}

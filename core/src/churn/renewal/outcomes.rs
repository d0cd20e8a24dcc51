//! What became of contracts.

use super::table::Table;
use crate::error::{Error, ErrorCode, Result};

/// What became of the contracts of a table, row by row.
///
/// Without terms a row is one renewal that came due. With terms a row is a contract seen over several: after
/// `entry_term` terms it came under observation (0 = from its beginning; more = left truncation), and it was last seen
/// at renewal `exit_term`, where it was cancelled or not (right censoring).
#[derive(Debug, Clone, Copy)]
pub struct Contracts<'a> {
    /// Whether the contract was cancelled at the renewal it was last seen at.
    pub cancelled: &'a [bool],
    /// What each row counts for, above 0; relative. All the same without.
    pub weight: Option<&'a [f64]>,
    /// Terms the contract had lasted when it came under observation; 0 for all without.
    pub entry_term: Option<&'a [u32]>,
    /// The renewal the contract was last seen at, counted from 1; above `entry_term`.
    pub exit_term: Option<&'a [u32]>,
}

/// One renewal that came due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Renewal {
    pub(super) row: usize,
    pub(super) term: u32,
    pub(super) is_cancelled: bool,
    pub(super) weight: f64,
}

impl<'a> Contracts<'a> {
    /// One renewal per row, all of the same weight.
    pub fn new(cancelled: &'a [bool]) -> Self {
        Self { cancelled, weight: None, entry_term: None, exit_term: None }
    }

    pub(super) fn has_terms(&self) -> bool {
        self.exit_term.is_some()
    }

    /// One row per renewal that came due.
    pub(super) fn renewals(&self, table: &Table, max: usize) -> Result<Vec<Renewal>> {
        let n = table.n_rows();
        let lengths = [
            ("cancelled", self.cancelled.len()),
            ("weight", self.weight.map_or(n, <[f64]>::len)),
            ("entry_term", self.entry_term.map_or(n, <[u32]>::len)),
            ("exit_term", self.exit_term.map_or(n, <[u32]>::len)),
        ];
        if let Some((name, len)) = lengths.into_iter().find(|(_, len)| *len != n) {
            return Err(Error::data(name, format!("{name} has {len} rows, the table has {n}; give one per row")));
        }
        if n == 0 {
            return Err(Error::new(ErrorCode::EmptyData, "the table has no row; give at least one contract"));
        }
        if self.entry_term.is_some() && self.exit_term.is_none() {
            return Err(Error::data("exit_term", "entry_term is given without exit_term; give both or none"));
        }
        let mut out = Vec::with_capacity(n);
        for row in 0..n {
            let weight = self.weight.map_or(1.0, |w| w[row]);
            if !(weight > 0.0 && weight <= 1e12) {
                return Err(Error::data(
                    "weight",
                    format!("row {row} has the weight {weight}; allowed are above 0 to 1e12"),
                )
                .with_row(row));
            }
            let entry = self.entry_term.map_or(0, |t| t[row]);
            let exit = self.exit_term.map_or(1, |t| t[row]);
            if exit <= entry {
                return Err(Error::data(
                    "exit_term",
                    format!(
                        "row {row} was last seen at renewal {exit}, not after its entry term {entry}; drop such rows"
                    ),
                )
                .with_row(row));
            }
            if out.len() + (exit - entry) as usize > max {
                return Err(Error::data(
                    "exit_term",
                    format!("the contracts have more than {max} renewals; raise max_renewals or give fewer contracts"),
                )
                .with_row(row));
            }
            out.extend((entry + 1..=exit).map(|term| Renewal {
                row,
                term,
                is_cancelled: self.cancelled[row] && term == exit,
                weight,
            }));
        }
        Ok(out)
    }
}

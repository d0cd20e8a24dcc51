//! What comes out.

use serde::Serialize;

/// The risks of a table's contracts, as columns.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Renewals {
    /// P(cancels at the next renewal), 0 to 1.
    pub prob_cancel: Vec<f64>,
    /// The horizons of `prob_within`, terms.
    pub horizons_terms: Vec<u32>,
    /// P(cancels within the horizon), 0 to 1: a column per horizon.
    pub prob_within: Vec<Vec<f64>>,
}

/// Why a contract's risk is what it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Drivers {
    /// The log-odds of cancelling of the average contract.
    pub base_log_odds: f64,
    /// The contract's own: the base and all contributions.
    pub log_odds: f64,
    /// The columns' contributions, the largest first.
    pub drivers: Vec<Driver>,
}

/// One column's contribution.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RenewalDriver"))]
#[non_exhaustive]
pub struct Driver {
    /// The column; `term` for the number of the term.
    pub column: String,
    /// Its value in the row, as a text; `missing` where there is none.
    pub value: String,
    /// What it adds to the log-odds of cancelling; below 0 it lowers the risk.
    pub log_odds: f64,
}

//! Renewal of contracts.

use serde::Deserialize;

use super::{Arguments, Subject, Value, Watch};
use crate::churn::{Cohort, CohortCurve, CohortKind};
use crate::error::{Error, Result};
use crate::surface::Data;

/// The most renewals a curve is drawn over.
const MAX_TERMS: u32 = 1_200;

/// How many customers of a contract survive each renewal, and how many will: fits the shifted beta-geometric or the
/// beta-discrete-Weibull to cohorts.
///
/// By likelihood alone: give two or three renewals at least, of some hundred customers. With one renewal, how fast cancelling slows
/// down is arbitrary; where nobody cancelled after the first, it says that nobody ever will.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RenewalCohorts {
    /// Cohorts, each with the customers at its start and those left after 1, 2, … renewals: 2 to 10,000 falling numbers.
    survivors: Vec<Vec<u64>>,
    /// How cancellation depends on how long a customer has stayed. Default: `shifted_beta_geometric`.
    #[serde(default)]
    kind: CohortKind,
    /// Renewals the answered curves reach over, 1 … 1,200. Default: 12.
    #[serde(default = "year")]
    n_terms: u32,
}

fn year() -> u32 {
    12
}

impl Arguments for RenewalCohorts {
    const NAME: &'static str = "renewal_cohorts";
    const ON_MODEL: bool = false;
    const DATA: Data = Data::None;
    const IS_LONG: bool = false;
    type Output = Value<CohortCurve>;

    fn run(self, _: &Subject<'_>, _: Watch<'_>) -> Result<Self::Output> {
        if !(1..=MAX_TERMS).contains(&self.n_terms) {
            let message = format!("n_terms is {}; allowed are 1 to {MAX_TERMS}", self.n_terms);
            return Err(Error::options("n_terms", message));
        }
        let cohorts: Vec<&[u64]> = self.survivors.iter().map(Vec::as_slice).collect();
        Ok(Value::new(Cohort::fit(&cohorts, self.kind)?.curve(self.n_terms)))
    }
}

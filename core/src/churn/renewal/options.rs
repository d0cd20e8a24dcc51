//! What a renewal model may be told.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::lists::check_list;

/// What a renewal model may be told. The default is right for a table of contracts as it is.
///
/// ```
/// use beforehand::churn::RenewalOptions;
/// assert!(RenewalOptions { horizons_terms: vec![0], ..RenewalOptions::default() }.validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RenewalOptions {
    /// Horizons for which P(cancels within) is given, in terms, each 1 … 1,200. Default: 3, 12.
    pub horizons_terms: Vec<u32>,
    /// The most renewals in all contracts together that a fit takes, 1,000 … 100,000,000. Default: 2,000,000.
    pub max_renewals: usize,
}

impl Default for RenewalOptions {
    fn default() -> Self {
        Self { horizons_terms: vec![3, 12], max_renewals: 2_000_000 }
    }
}

impl RenewalOptions {
    /// Checks every option.
    ///
    /// # Errors
    /// `invalid_options` naming the option, the value given and the values allowed.
    pub fn validate(&self) -> Result<()> {
        check_list("horizons_terms", &self.horizons_terms, "1 to 1200", |terms| (1..=1_200).contains(terms))?;
        if !(1_000..=100_000_000).contains(&self.max_renewals) {
            return Err(Error::options(
                "max_renewals",
                format!("max_renewals is {}; allowed are 1000 to 100000000", self.max_renewals),
            ));
        }
        Ok(())
    }
}

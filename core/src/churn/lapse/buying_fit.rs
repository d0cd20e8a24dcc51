//! A fit of a model of buying and leaving as plain data.

use serde::Serialize;

use super::btyd::{Family, FitStatus, GammaGamma, Parameter};
use super::buying::Purchases;
use crate::error::Result;

/// A model of buying and leaving fitted to a log: parameters, how sure they are, and how the fit ended. Time is in days, purchases are
/// days with a purchase.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PurchaseFit {
    /// How customers buy and leave.
    pub family: Family,
    /// The regularity of gaps: 1 = random, larger = more regular, up to 8.
    pub k: u8,
    /// The parameters, in the order of the family's paper.
    pub parameters: Vec<PurchaseParameter>,
    /// The covariance matrix of the parameters by the delta method, in their order; none where a standard error is none.
    pub covariance: Vec<Vec<Option<f64>>>,
    /// The log-likelihood, without constants that do not depend on the parameters; none when nobody bought twice.
    pub log_likelihood: Option<f64>,
    /// How the fit ended.
    pub status: FitStatus,
    /// What to do about it.
    pub advice: String,
    /// Customers with a purchase by the instant.
    pub n_customers: u64,
    /// Their purchase days after the first.
    pub n_repeats: u64,
    /// How much customers spend on a purchase day, by Gamma-Gamma (Fader & Hardie 2013), from the days after the first on which every
    /// amount is known; none when the log has no amounts.
    pub spend: Option<SpendFit>,
    /// The fit as a text to keep: given back as `fitted`, with the same log or a later one, it is used instead of a new fit. It holds
    /// no customer's data.
    pub fitted: String,
}

/// One parameter of a fitted model.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PurchaseParameter {
    /// As in the papers: r, alpha, and a, b or s, beta. `alpha` and `beta` are days.
    pub name: String,
    /// The estimate, positive.
    pub estimate: f64,
    /// Its standard error by the delta method; none when nothing was fitted, and for a parameter that ended at the end of its range
    /// (then `status` is `near_boundary`): the data give none, and the others' hold given its value.
    pub standard_error: Option<f64>,
}

/// How much customers spend, by Gamma-Gamma.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SpendFit {
    /// Shape of a customer's amounts: the larger, the more alike they are.
    pub p: f64,
    /// Shape of the customers' means, above 1: the larger, the more alike customers are.
    pub q: f64,
    /// Scale, in the amounts' currency.
    pub gamma: f64,
    /// The standard errors of p, q and gamma; none for one at the end of its range.
    pub standard_errors: Vec<Option<f64>>,
    /// The log-likelihood.
    pub log_likelihood: Option<f64>,
    /// How the fit ended.
    pub status: FitStatus,
    /// Customers with a repeat purchase of known amount.
    pub n_customers: u64,
    /// What a new customer is expected to spend on a purchase day, in the amounts' currency.
    pub expected_amount: f64,
}

/// A number, or none where it is not finite: text has no NaN.
pub(super) fn known(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

impl From<Parameter> for PurchaseParameter {
    fn from(p: Parameter) -> Self {
        Self { name: p.name.to_owned(), estimate: p.estimate, standard_error: known(p.standard_error) }
    }
}

impl From<&GammaGamma> for SpendFit {
    fn from(s: &GammaGamma) -> Self {
        Self {
            p: s.p,
            q: s.q,
            gamma: s.gamma,
            standard_errors: s.standard_errors.map(known).to_vec(),
            log_likelihood: known(s.log_likelihood),
            status: s.status,
            n_customers: s.n_customers as u64,
            expected_amount: s.expected_value(0, 0.0),
        }
    }
}

impl Purchases<'_> {
    /// The fit as plain data.
    ///
    /// # Errors
    /// `internal` if the text to keep cannot be written.
    pub fn fit_result(&self) -> Result<PurchaseFit> {
        let model = self.model();
        Ok(PurchaseFit {
            family: model.family(),
            k: model.k(),
            parameters: model.parameters().map(PurchaseParameter::from).to_vec(),
            covariance: model.covariance().map(|row| row.map(known).to_vec()).to_vec(),
            log_likelihood: known(model.log_likelihood()),
            status: model.status(),
            advice: model.status().advice().to_owned(),
            n_customers: self.customers().len() as u64,
            n_repeats: self.summaries().iter().map(|s| u64::from(s.n_repeats)).sum(),
            spend: self.spend().map(SpendFit::from),
            fitted: self.kept()?,
        })
    }
}

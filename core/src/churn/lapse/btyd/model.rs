//! The fitted model of purchases: parameters, how sure they are, and how the fit ended.

use serde::{Deserialize, Serialize};

use super::customer::{CustomerSummary, Groups};
use super::geometric::{Geometric, MAX_K};
use super::geometric_fit::Kind;
use super::pareto::Pareto;
use super::status::{FitStatus, covariance, standard_error, status_of};
use crate::error::{Error, ErrorCode, Result};

/// Covariance of the logarithms of the parameters where nobody came twice, row by row: of the rate that of half an event, of leaving
/// that of a uniform distribution, by the trigamma function at ½ and at 1.
const NOBODY_CAME_TWICE: [f64; 16] =
    [0.0, 0.0, 0.0, 0.0, 0.0, 4.9348, 0.0, 0.0, 0.0, 0.0, 1.6449, 0.0, 0.0, 0.0, 0.0, 1.6449];

/// How customers buy and leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Family {
    /// BG/NBD (Fader, Hardie & Lee 2005): purchases at random, may leave after each repeat purchase.
    BgNbd,
    /// MBG/NBD (Batislam, Denizel & Filiztekin 2007): may leave after the first purchase too.
    MbgNbd,
    /// Pareto/NBD (Schmittlein, Morrison & Colombo 1987): may leave at any time.
    ParetoNbd,
    /// BG/CNBD-k (Platzer & Reutterer 2016): as `bg_nbd` with Erlang-k gaps, k chosen by likelihood. Summaries need `log_gaps`.
    BgCnbd,
    /// MBG/CNBD-k: as `mbg_nbd` with Erlang-k gaps, k chosen by likelihood. Summaries need `log_gaps`.
    MbgCnbd,
}

impl Family {
    /// The family as the `snake_case` string used in all languages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BgNbd => "bg_nbd",
            Self::MbgNbd => "mbg_nbd",
            Self::ParetoNbd => "pareto_nbd",
            Self::BgCnbd => "bg_cnbd",
            Self::MbgCnbd => "mbg_cnbd",
        }
    }

    const fn is_modified(self) -> bool {
        matches!(self, Self::MbgNbd | Self::MbgCnbd)
    }

    const fn is_regular(self) -> bool {
        matches!(self, Self::BgCnbd | Self::MbgCnbd)
    }

    const fn names(self) -> [&'static str; 4] {
        match self {
            Self::ParetoNbd => ["r", "alpha", "s", "beta"],
            _ => ["r", "alpha", "a", "b"],
        }
    }
}

/// One parameter of a fitted model.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Parameter {
    /// As in the papers: r, alpha, and a, b or s, beta. `alpha` and `beta` are times in the caller's unit.
    pub name: &'static str,
    /// The estimate, positive.
    pub estimate: f64,
    /// Its standard error by the delta method, given those that ended at the end of their range; NaN for one of these, for which
    /// the data give none, and when the parameter was given.
    pub standard_error: f64,
}

/// The parameters' process.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) enum Process {
    Geometric(Geometric),
    Pareto(Pareto),
}

/// A model of customers who buy for a while and then leave unseen.
///
/// ```
/// use beforehand::churn::{CustomerSummary, Family, PurchaseModel};
/// // BG/NBD as published for CDNOW, time in weeks (Fader, Hardie & Lee 2005).
/// let model = PurchaseModel::from_parameters(Family::BgNbd, [0.2425945, 4.4136019, 0.7929199, 2.4258881], 1)?;
/// let frequent = CustomerSummary::new(26, 216.0 / 7.0, 31.0);
/// assert!((model.prob_alive(&frequent) - 0.96885).abs() < 1e-5);
/// assert!((model.expected_purchases(&frequent, 52.0) - 25.757).abs() < 1e-3);
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PurchaseModel {
    family: Family,
    pub(super) process: Process,
    status: FitStatus,
    log_likelihood: f64,
    /// Of the logarithms of the parameters, row by row; empty when they were given.
    pub(super) covariance: Vec<f64>,
}

impl PurchaseModel {
    /// A model of given parameters, in the order of [`Family`]'s paper: (r, α, a, b), or (r, α, s, β) for `ParetoNbd`; all
    /// positive and finite. `k` is the regularity of `BgCnbd` and `MbgCnbd`, 1 to 8, and 1 for the others.
    ///
    /// # Errors
    /// `invalid_options` naming the parameter.
    pub fn from_parameters(family: Family, parameters: [f64; 4], k: u8) -> Result<Self> {
        for (name, x) in family.names().into_iter().zip(parameters) {
            if !(x.is_finite() && x > 0.0) {
                return Err(Error::options(name, format!("{name} is {x}; allowed are positive finite numbers")));
            }
        }
        let largest = if family.is_regular() { MAX_K as u8 } else { 1 };
        if !(1..=largest).contains(&k) {
            let family = family.as_str();
            return Err(Error::options("k", format!("k is {k}; allowed for {family} are 1 to {largest}")));
        }
        let process = Process::from_parameters(family, parameters, k);
        Ok(Self { family, process, status: FitStatus::Given, log_likelihood: f64::NAN, covariance: Vec::new() })
    }

    /// Fits by maximum likelihood: exact gradients, several starts, everything as logarithms. Equal customers are counted
    /// together. The same for any order of the customers and any number of threads, bit for bit.
    ///
    /// Data that do not determine the parameters are no error: [`Self::status`] tells, and every answer stays finite.
    ///
    /// # Errors
    /// `empty_data` without customers; `invalid_data` for an impossible summary, naming field and row.
    pub fn fit(customers: &[CustomerSummary], family: Family) -> Result<Self> {
        Self::fit_passes(customers, family, &|| true)
    }

    /// [`Self::fit`], as long as `goes_on` says so, which is asked before each pass over the customers; what is found after a no is of
    /// no use.
    pub(crate) fn fit_passes(
        customers: &[CustomerSummary],
        family: Family,
        goes_on: &dyn Fn() -> bool,
    ) -> Result<Self> {
        if customers.is_empty() {
            return Err(Error::new(ErrorCode::EmptyData, "there are no customers; give at least one summary"));
        }
        for (row, customer) in customers.iter().enumerate() {
            customer.validate().map_err(|e| e.with_row(row))?;
        }
        // Gaps of 1, and only these, have logarithms that are 0: then the last of x repeats came at x.
        let is_forgotten = |c: &CustomerSummary| (c.t_last - c.x()).abs() > 1e-9 * c.x();
        if family.is_regular() && customers.iter().all(|c| c.log_gaps == 0.0) && customers.iter().any(is_forgotten) {
            return Err(Error::new(
                ErrorCode::InvalidData,
                "log_gaps is 0 for every customer; give the sum of the logarithms of each customer's gaps, or use \
                 bg_nbd or mbg_nbd",
            )
            .with_field("log_gaps"));
        }
        let groups = Groups::new(customers);
        if groups.n_repeats <= 0.0 {
            // Half a repeat more than was seen, in all the time that was observed (Jeffreys 1946): a small rate.
            let rate = 0.5 / (groups.weight + 1.0) / groups.unit;
            // Of leaving nothing is known: a time in Pareto/NBD, a probability that may be any in the others.
            let leaving = if family == Family::ParetoNbd { groups.unit.max(1.0) } else { 1.0 };
            let process = Process::from_parameters(family, [1.0, 1.0 / rate, 1.0, leaving], 1);
            let (status, covariance) = (FitStatus::AllOneTimeBuyers, NOBODY_CAME_TWICE.to_vec());
            return Ok(Self { family, process, status, log_likelihood: f64::NAN, covariance });
        }
        let (process, found, log_likelihood) = if family == Family::ParetoNbd {
            let found = Pareto::fit(&groups, goes_on);
            let [r, alpha, s, beta] = std::array::from_fn(|i| found.at[i].exp());
            let value = -found.value * groups.weight - groups.n_repeats * groups.unit.ln();
            (Process::Pareto(Pareto { r, alpha: alpha * groups.unit, s, beta: beta * groups.unit }), found, value)
        } else {
            let (kind, found) = if family.is_regular() {
                Kind::choose(family.is_modified(), &groups, goes_on)
            } else {
                let kind = Kind { k: 1, modified: family.is_modified() };
                (kind, kind.fit(&groups, None, goes_on))
            };
            let value = kind.ln_likelihood(&found, &groups);
            (Process::Geometric(kind.parameters(&found, &groups)), found, value)
        };
        let status = status_of(&found, groups.weight);
        let covariance = covariance(&found, groups.weight);
        Ok(Self { family, process, status, log_likelihood, covariance })
    }

    /// The family.
    pub fn family(&self) -> Family {
        self.family
    }

    /// How the fit ended, and what to do about it: see [`FitStatus::advice`].
    pub fn status(&self) -> FitStatus {
        self.status
    }

    /// The log-likelihood, without the constants that do not depend on the parameters; NaN when nothing was fitted.
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// The regularity of gaps: 1 = random, larger = more regular.
    pub fn k(&self) -> u8 {
        match self.process {
            Process::Geometric(g) => g.k,
            Process::Pareto(_) => 1,
        }
    }

    /// The parameters with their standard errors.
    pub fn parameters(&self) -> [Parameter; 4] {
        let estimates = self.process.parameters();
        let names = self.family.names();
        std::array::from_fn(|i| {
            let error = standard_error(self.covariance.get(i * 5).copied().unwrap_or(f64::NAN));
            Parameter { name: names[i], estimate: estimates[i], standard_error: estimates[i] * error }
        })
    }

    /// The covariance matrix of the parameters by the delta method, in the order of [`Self::parameters`]; NaN in the row and
    /// column of a parameter at the end of its range, and everywhere when they were given.
    pub fn covariance(&self) -> [[f64; 4]; 4] {
        let estimates = self.process.parameters();
        let varies = |i: usize| self.covariance.get(i * 5).is_some_and(|v| *v > 0.0);
        std::array::from_fn(|i| {
            std::array::from_fn(|j| match self.covariance.get(i * 4 + j) {
                Some(both) if varies(i) && varies(j) => both * estimates[i] * estimates[j],
                _ => f64::NAN,
            })
        })
    }

    /// The covariance of the logarithms of the parameters, row by row; empty when they were not fitted.
    pub(crate) fn covariance_of_logs(&self) -> &[f64] {
        &self.covariance
    }

    /// The model of numbers that a fit gave; `None` for numbers that none gives.
    pub(crate) fn restored(
        family: Family,
        parameters: [f64; 4],
        k: u8,
        covariance: Vec<f64>,
        log_likelihood: f64,
        status: FitStatus,
    ) -> Option<Self> {
        let plain = Self::from_parameters(family, parameters, k).ok()?;
        let is_sound = parameters.iter().all(|x| (1e-20..1e20).contains(x))
            && matches!(covariance.len(), 0 | 16)
            && covariance.iter().all(|x| x.is_finite());
        is_sound.then_some(Self { status, log_likelihood, covariance, ..plain })
    }

    /// The model of other parameters, in the order of the family's paper; all positive.
    pub(super) fn with_parameters(
        &self,
        parameters: [f64; 4],
        covariance: Vec<f64>,
        log_likelihood: f64,
        status: FitStatus,
    ) -> Self {
        let process = Process::from_parameters(self.family, parameters, self.k());
        Self { family: self.family, process, status, log_likelihood, covariance }
    }

    /// The model at other parameters: one draw of what they could be.
    pub(super) fn moved(&self, logs: &[f64; 4]) -> Self {
        let parameters = self.process.parameters();
        let moved = std::array::from_fn(|i| (parameters[i].ln() + logs[i]).exp());
        let process = Process::from_parameters(self.family, moved, self.k());
        Self { process, covariance: Vec::new(), ..self.clone() }
    }
}

impl Process {
    fn from_parameters(family: Family, parameters: [f64; 4], k: u8) -> Self {
        let [r, alpha, third, fourth] = parameters;
        if family == Family::ParetoNbd {
            Self::Pareto(Pareto { r, alpha, s: third, beta: fourth })
        } else {
            Self::Geometric(Geometric { r, alpha, a: third, b: fourth, k, modified: family.is_modified() })
        }
    }

    pub(super) fn parameters(&self) -> [f64; 4] {
        match *self {
            Self::Geometric(Geometric { r, alpha, a, b, .. }) => [r, alpha, a, b],
            Self::Pareto(Pareto { r, alpha, s, beta }) => [r, alpha, s, beta],
        }
    }
}

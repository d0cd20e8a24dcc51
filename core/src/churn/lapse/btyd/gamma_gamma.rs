//! Gamma-Gamma: how much a customer spends per purchase.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::customer::CustomerSummary;
use super::status::{FitStatus, standard_errors, status_of};
use crate::error::{Error, ErrorCode, Result};
use crate::stats::minimise;
use crate::stats::special::{digamma, ln_gamma};

/// Customers whose sums are formed together, in a fixed order.
const CHUNK: usize = 4096;
/// Range of the logarithms of p, q and γ (over the mean value); q stays above 1, so that the mean exists.
const BOUNDS: [(f64, f64); 3] = [(-7.0, 9.0), (0.01, 9.0), (-12.0, 12.0)];

/// The mean amount of a purchase: amounts vary around a customer's own mean, means between customers.
///
/// Amounts are Gamma(p, ν), ν ~ Gamma(q, γ), independent of how often the customer buys (Fader & Hardie 2013, "The
/// Gamma-Gamma Model of Monetary Value"). The expected mean is `p (γ + x z) / (p x + q - 1)`, a weighted mean of the
/// customer's own mean z over x purchases and everyone's.
///
/// ```
/// use beforehand::churn::GammaGamma;
/// let model = GammaGamma::from_parameters(6.25, 3.74, 15.44)?;
/// let everyone = model.expected_value(0, 0.0);
/// // One purchase of 100 says less than twenty do.
/// assert!(everyone < model.expected_value(1, 100.0) && model.expected_value(1, 100.0) < model.expected_value(20, 100.0));
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GammaGamma {
    /// Shape of a customer's amounts: the larger, the more alike they are.
    pub p: f64,
    /// Shape of the customers' means, above 1: the larger, the more alike customers are.
    pub q: f64,
    /// Scale, in the amounts' currency.
    pub gamma: f64,
    /// How the fit ended.
    pub status: FitStatus,
    /// At the parameters; NaN when they were given.
    pub log_likelihood: f64,
    /// Standard errors of p, q and γ; NaN for one at the end of its range, and when the parameters were given.
    pub standard_errors: [f64; 3],
    /// Customers with a repeat purchase and a value.
    pub n_customers: f64,
}

impl GammaGamma {
    /// A model of given parameters: p > 0, q > 1, γ > 0.
    ///
    /// # Errors
    /// `invalid_options` naming the parameter.
    pub fn from_parameters(p: f64, q: f64, gamma: f64) -> Result<Self> {
        for (name, value, above) in [("p", p, 0.0), ("q", q, 1.0), ("gamma", gamma, 0.0)] {
            if !(value.is_finite() && value > above) {
                return Err(Error::options(name, format!("{name} is {value}; allowed are numbers above {above}")));
            }
        }
        let nan = f64::NAN;
        Ok(Self {
            p,
            q,
            gamma,
            status: FitStatus::Given,
            log_likelihood: nan,
            standard_errors: [nan; 3],
            n_customers: 0.0,
        })
    }

    /// Fits by maximum likelihood to the customers with at least one repeat and a `mean_value`.
    ///
    /// # Errors
    /// `invalid_data` for impossible summaries; `empty_data` when nobody has a repeat and a value.
    pub fn fit(customers: &[CustomerSummary]) -> Result<Self> {
        customers.iter().try_for_each(CustomerSummary::validate)?;
        let mut rows: Vec<[f64; 3]> = customers
            .iter()
            .filter(|c| c.n_repeats > 0)
            .filter_map(|c| c.mean_value.map(|value| [f64::from(c.n_valued()), value, c.weight]))
            .collect();
        if rows.is_empty() {
            return Err(Error::new(
                ErrorCode::EmptyData,
                "no customer has both a repeat purchase and a mean_value; give amounts, or do without values",
            )
            .with_field("mean_value"));
        }
        rows.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])).then(a[2].total_cmp(&b[2])));
        let weight: f64 = rows.iter().map(|r| r[2]).sum();
        let unit = rows.iter().map(|r| r[1] * r[2]).sum::<f64>() / weight;
        for row in &mut rows {
            row[1] /= unit;
        }
        let loss = |logs: &[f64], gradient: &mut [f64]| loss(&rows, weight, logs, gradient);
        let found = [[1.0, 1.0, 0.0], [2.0, 1.5, 1.0], [0.0, 0.7, 0.0]]
            .map(|start| minimise(loss, &start, &BOUNDS, None))
            .into_iter()
            .reduce(|best, next| if next.value < best.value - 1e-9 { next } else { best });
        let Some(found) = found else {
            return Err(Error::new(ErrorCode::Internal, "no start was tried; please report this"));
        };
        let mut errors = standard_errors(&found, weight);
        errors.iter_mut().zip(&found.at).for_each(|(e, log)| *e *= log.exp());
        let (p, q, gamma) = (found.at[0].exp(), found.at[1].exp(), found.at[2].exp() * unit);
        let ln_values: f64 = rows.iter().map(|r| r[2]).sum::<f64>() * unit.ln();
        Ok(Self {
            p,
            q,
            gamma,
            status: status_of(&found, weight),
            log_likelihood: -found.value * weight - ln_values,
            standard_errors: [errors[0], errors[1], errors[2] * unit],
            n_customers: weight,
        })
    }

    /// The expected mean amount of a customer's purchases, given `n_values` repeats of known amounts with the mean `mean_value`;
    /// of a customer nobody knows, for 0. In the amounts' currency.
    pub fn expected_value(&self, n_values: u32, mean_value: f64) -> f64 {
        let x = f64::from(n_values);
        let total = if n_values == 0 || !mean_value.is_finite() { 0.0 } else { x * mean_value.max(0.0) };
        self.p * (self.gamma + total) / (self.p * x + self.q - 1.0)
    }
}

fn loss(rows: &[[f64; 3]], weight: f64, logs: &[f64], gradient: &mut [f64]) -> f64 {
    let [p, q, gamma] = std::array::from_fn(|i| logs[i].exp());
    let (ln_gamma_q, psi_q) = (ln_gamma(q), digamma(q));
    let part = |rows: &[[f64; 3]]| {
        let mut sums = [0.0; 4];
        for &[x, z, w] in rows {
            let scale = gamma + x * z;
            let value = ln_gamma(p * x + q) - ln_gamma(p * x) - ln_gamma_q + q * (gamma / scale).ln() - z.ln()
                + p * x * (x * z / scale).ln();
            let psi_all = digamma(p * x + q);
            sums[0] += w * x * (psi_all - digamma(p * x) + (x * z / scale).ln());
            sums[1] += w * (psi_all - psi_q + (gamma / scale).ln());
            sums[2] += w * (q / gamma - (p * x + q) / scale);
            sums[3] += w * value;
        }
        sums
    };
    let parts: Vec<[f64; 4]> = rows.par_chunks(CHUNK).map(part).collect();
    let mut sums = [0.0; 4];
    for part in &parts {
        sums.iter_mut().zip(part).for_each(|(s, p)| *s += p);
    }
    for ((g, s), x) in gradient.iter_mut().zip(sums).zip([p, q, gamma]) {
        *g = -s * x / weight;
    }
    -sums[3] / weight
}

//! Cohorts: how many customers of a contract survive each renewal, and how many will.

use serde::{Deserialize, Serialize};

use super::search::minimise;
use crate::error::{Error, ErrorCode, Result};

/// Renewals a cohort may have at most.
const MAX_TERMS: usize = 10_000;
/// Customers of all cohorts at most; a double holds every count up to here.
const MAX_CUSTOMERS: u64 = 1 << 53;
/// Logarithms of parameters stay within ± this.
const MAX_LN: f64 = 18.0;

/// How cancellation depends on how long a customer has stayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CohortKind {
    /// Shifted beta-geometric (Fader & Hardie 2007): each customer cancels with the same probability at every renewal, and
    /// these probabilities have a Beta distribution. Retention rises because the faithful remain.
    #[default]
    ShiftedBetaGeometric,
    /// Beta-discrete-Weibull (Fader, Hardie, Liu, Davin & Steenburgh 2018): a customer's own probability, too, may rise
    /// (`shape` above 1) or fall (below 1) with time.
    BetaDiscreteWeibull,
}

/// A cohort model, fitted by maximum likelihood.
///
/// `S(t) = B(α, β + t^c) / B(α, β)`: the share that survives `t` renewals, with `c = 1` for the shifted beta-geometric.
///
/// Nothing stands behind the likelihood: a model of two or three parameters needs two or three renewals at which some cancelled, of
/// some hundred customers. With one renewal, how fast cancelling slows down is arbitrary, and where nobody cancelled after
/// the first, it says that nobody ever will.
///
/// ```
/// use beforehand::churn::{Cohort, CohortKind};
/// // The "High End" customers of Fader & Hardie (2007): 1,000 to begin with, 491 after seven years.
/// let survivors = [1000, 869, 743, 653, 593, 551, 517, 491];
/// let model = Cohort::fit(&[&survivors], CohortKind::ShiftedBetaGeometric)?;
/// assert!((model.alpha - 0.668).abs() < 0.001 && (model.beta - 3.806).abs() < 0.001);
/// println!("after 12 years {:.1} % remain", 100.0 * model.survival(12));
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cohort {
    /// Which model.
    pub kind: CohortKind,
    /// First parameter of the Beta distribution of cancelling, above 0.
    pub alpha: f64,
    /// Second parameter, above 0.
    pub beta: f64,
    /// Exponent of time, above 0; 1 for the shifted beta-geometric.
    pub shape: f64,
    /// The log-likelihood.
    pub log_likelihood: f64,
    /// How many customers it was fitted to.
    pub n_customers: u64,
}

impl Cohort {
    /// Fits one model to cohorts; each lists the customers left at its start and after 1, 2, … renewals.
    ///
    /// # Errors
    /// `invalid_data` when survivors rise or a cohort has fewer than two numbers or more than 10,000; `empty_data` without a
    /// customer; `not_converged` when nobody cancelled, or everybody at the first renewal: no parameter then fits best.
    pub fn fit(cohorts: &[&[u64]], kind: CohortKind) -> Result<Self> {
        for (row, cohort) in cohorts.iter().enumerate() {
            let refuse = |what: String| Err(Error::data("survivors", format!("cohort {row} {what}")).with_row(row));
            if !(2..=MAX_TERMS).contains(&cohort.len()) {
                return refuse(format!("has {} numbers; give 2 to {MAX_TERMS}, from the start on", cohort.len()));
            }
            if let Some(&[before, after]) = cohort.windows(2).find(|w| w[1] > w[0]) {
                return refuse(format!("rises from {before} to {after}; give the customers left after each renewal"));
            }
        }
        let sum = |of: fn(&[u64]) -> u64| cohorts.iter().try_fold(0u64, |sum, c| sum.checked_add(of(c)));
        let Some(n_customers) = sum(|c| c[0]).filter(|n| *n <= MAX_CUSTOMERS) else {
            let message = format!("the cohorts hold more than {MAX_CUSTOMERS} customers; give counts of customers");
            return Err(Error::data("survivors", message));
        };
        // No cohort rises, so neither sum exceeds the first.
        let n_left = sum(|c| c[c.len() - 1]).unwrap_or(0);
        let n_first = sum(|c| c[1]).unwrap_or(0);
        if n_customers == 0 {
            return Err(Error::new(ErrorCode::EmptyData, "the cohorts have no customer; give at least one"));
        }
        if n_left == n_customers || n_first == 0 {
            let what = if n_left == n_customers { "nobody cancelled" } else { "nobody survived the first renewal" };
            return Err(Error::new(
                ErrorCode::NotConverged,
                format!("{what}, so that no parameters fit best; give cohorts with some of both"),
            ));
        }
        let negative = |x: &[f64]| -> f64 {
            let model = Self::at(kind, x);
            -cohorts.iter().map(|c| model.log_likelihood_of(c)).sum::<f64>()
        };
        let n = if kind == CohortKind::BetaDiscreteWeibull { 3 } else { 2 };
        let rate = (n_first as f64 / n_customers as f64).clamp(0.01, 0.99);
        let starts = [1.0, 0.2, 5.0].map(|scale: f64| [(scale * (1.0 - rate)).ln(), (scale * rate).ln(), 0.0]);
        let mut best = (f64::INFINITY, vec![0.0; n]);
        for start in &starts {
            let found = minimise(&negative, &start[..n]);
            if found.0 < best.0 {
                best = found;
            }
        }
        let (value, x) = best;
        Ok(Self { log_likelihood: -value, n_customers, ..Self::at(kind, &x) })
    }

    fn at(kind: CohortKind, ln: &[f64]) -> Self {
        let value = |i: usize| ln.get(i).map_or(1.0, |x| x.clamp(-MAX_LN, MAX_LN).exp());
        Self { kind, alpha: value(0), beta: value(1), shape: value(2).min(20.0), log_likelihood: 0.0, n_customers: 0 }
    }

    fn log_likelihood_of(&self, survivors: &[u64]) -> f64 {
        let mut out = 0.0;
        let mut before = 0.0;
        for (t, w) in survivors.windows(2).enumerate() {
            let after = self.ln_survival(t as f64 + 1.0);
            if w[0] > w[1] {
                // S(t) − S(t + 1), without losing its digits.
                out += (w[0] - w[1]) as f64 * (before + (-(after - before).min(-1e-300).exp_m1()).ln());
            }
            before = after;
        }
        out + survivors.last().map_or(0.0, |&n| n as f64 * before)
    }

    fn ln_survival(&self, t: f64) -> f64 {
        let time = t.powf(self.shape).min(1e15);
        rising(self.beta, self.alpha) - rising(self.beta + time, self.alpha)
    }

    /// The share of customers that survives `n_terms` renewals, 0 to 1.
    pub fn survival(&self, n_terms: u32) -> f64 {
        self.ln_survival(f64::from(n_terms)).exp().clamp(0.0, 1.0)
    }

    /// P(a customer who has survived `n_terms` renewals survives the next), 0 to 1.
    pub fn retention(&self, n_terms: u32) -> f64 {
        let t = f64::from(n_terms);
        (self.ln_survival(t + 1.0) - self.ln_survival(t)).exp().clamp(0.0, 1.0)
    }

    /// P(a customer who has survived `n_terms` renewals cancels within the next `horizon`), 0 to 1.
    pub fn prob_cancel(&self, n_terms: u32, horizon: u32) -> f64 {
        let t = f64::from(n_terms);
        (-(self.ln_survival(t + f64::from(horizon)) - self.ln_survival(t)).exp_m1()).clamp(0.0, 1.0)
    }
}

/// What a cohort model says: survival and retention, renewal by renewal.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CohortCurve {
    /// Which model.
    pub kind: CohortKind,
    /// First parameter of the Beta distribution of cancelling, above 0.
    pub alpha: f64,
    /// Second parameter, above 0.
    pub beta: f64,
    /// Exponent of time, above 0; 1 for the shifted beta-geometric.
    pub shape: f64,
    /// The log-likelihood.
    pub log_likelihood: f64,
    /// How many customers it was fitted to.
    pub n_customers: u64,
    /// The share of customers that survives 0, 1, 2, … renewals, 0 to 1.
    pub survival: Vec<f64>,
    /// P(a customer who has survived 0, 1, 2, … renewals survives the next), 0 to 1.
    pub retention: Vec<f64>,
}

impl Cohort {
    /// Survival and retention after 0 to `n_terms` renewals.
    pub fn curve(&self, n_terms: u32) -> CohortCurve {
        CohortCurve {
            kind: self.kind,
            alpha: self.alpha,
            beta: self.beta,
            shape: self.shape,
            log_likelihood: self.log_likelihood,
            n_customers: self.n_customers,
            survival: (0..=n_terms).map(|t| self.survival(t)).collect(),
            retention: (0..=n_terms).map(|t| self.retention(t)).collect(),
        }
    }
}

/// `ln Γ(x + a) − ln Γ(x)`, for `x, a > 0`, finite and without cancellation for large `x`.
fn rising(x: f64, a: f64) -> f64 {
    // Stirling's series needs arguments above 10 (Abramowitz & Stegun 1964, 6.1.41); smaller ones are raised.
    let (mut low, mut shift) = (x, 0.0);
    while low < 10.0 {
        shift -= (a / low).ln_1p();
        low += 1.0;
    }
    let high = low + a;
    let series = |z: f64| {
        let s = 1.0 / (z * z);
        (1.0 / 12.0 - s * (1.0 / 360.0 - s * (1.0 / 1260.0 - s * (1.0 / 1680.0 - s / 1188.0)))) / z
    };
    // (high − ½) ln high − (low − ½) ln low − a, arranged so that large numbers do not cancel.
    (low - 0.5) * (a / low).ln_1p() + a * (high.ln() - 1.0) + series(high) - series(low) + shift
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rising_factorials_are_exact() {
        for (x, a, expected) in [(1.0, 4.0, 24f64), (0.5, 1.0, 0.5), (3.0, 2.0, 12.0), (12.0, 3.0, 12.0 * 13.0 * 14.0)]
        {
            assert!((rising(x, a) - expected.ln()).abs() < 1e-13, "{x} {a}");
        }
        assert!((rising(1e12, 2.0) - 2.0 * 1e12f64.ln()).abs() < 1e-9);
        assert!((rising(1e-8, 1.0) - 1e-8f64.ln()).abs() < 1e-9);
    }

    #[test]
    fn survival_falls_to_nothing() {
        for shape in [0.3, 1.0, 1.7] {
            let model = Cohort {
                kind: CohortKind::BetaDiscreteWeibull,
                shape,
                ..Cohort::at(CohortKind::default(), &[0.0, 1.0])
            };
            assert!((model.survival(0) - 1.0).abs() < 1e-12);
            for t in 0..200 {
                let s = model.survival(t + 1);
                assert!(s <= model.survival(t) && s >= 0.0);
                assert!((model.survival(t) * model.retention(t) - s).abs() < 1e-12);
                assert!((1.0 - model.retention(t) - model.prob_cancel(t, 1)).abs() < 1e-12);
            }
        }
    }
}

//! A fit of a model of buying and leaving as a text to keep, and read back: parameters and their doubt, without any customer's data.

use serde::{Deserialize, Serialize};

use super::btyd::{Family, FitStatus, GammaGamma, PurchaseModel};
use super::buying::Purchases;
use super::buying_fit::known;
use crate::error::{Error, ErrorCode, Result};
use crate::time::Timestamp;

/// What is written. Numbers that may be unknown are so by name, as JSON has no NaN.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    fitted_at: Timestamp,
    family: Family,
    k: u8,
    parameters: [f64; 4],
    /// Of their logarithms, row by row.
    covariance: Vec<f64>,
    log_likelihood: Option<f64>,
    status: FitStatus,
    spend: Option<KeptSpend>,
}

/// The part about amounts.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptSpend {
    parameters: [f64; 3],
    standard_errors: [Option<f64>; 3],
    log_likelihood: Option<f64>,
    status: FitStatus,
    n_customers: f64,
}

/// What was kept, as it was.
pub(super) struct Restored {
    pub(super) fitted_at: Timestamp,
    pub(super) model: PurchaseModel,
    pub(super) spend: Option<GammaGamma>,
}

fn unknown(x: Option<f64>) -> f64 {
    x.unwrap_or(f64::NAN)
}

impl KeptSpend {
    fn of(spend: &GammaGamma) -> Self {
        Self {
            parameters: [spend.p, spend.q, spend.gamma],
            standard_errors: spend.standard_errors.map(known),
            log_likelihood: known(spend.log_likelihood),
            status: spend.status,
            n_customers: spend.n_customers,
        }
    }

    /// `None` for numbers that no fit gives.
    fn restored(&self) -> Option<GammaGamma> {
        let [p, q, gamma] = self.parameters;
        let mut out = GammaGamma::from_parameters(p, q, gamma).ok()?;
        let is_sound = [p, q, gamma].iter().all(|x| (1e-100..1e100).contains(x)) && self.n_customers >= 0.0;
        out.standard_errors = self.standard_errors.map(unknown);
        out.log_likelihood = unknown(self.log_likelihood);
        out.status = self.status;
        out.n_customers = self.n_customers;
        is_sound.then_some(out)
    }
}

impl Purchases<'_> {
    /// The fit as a text, for [`Self::from_fitted`].
    pub(super) fn kept(&self) -> Result<String> {
        let model = self.model();
        let kept = Kept {
            fitted_at: self.fitted_at(),
            family: model.family(),
            k: model.k(),
            parameters: model.parameters().map(|p| p.estimate),
            covariance: model.covariance_of_logs().to_vec(),
            log_likelihood: known(model.log_likelihood()),
            status: model.status(),
            spend: self.spend().map(KeptSpend::of),
        };
        serde_json::to_string(&kept)
            .map_err(|e| Error::new(ErrorCode::Internal, format!("the fit cannot be written: {e}; please report this")))
    }
}

/// Reads what [`Purchases::kept`] wrote, and believes nothing: whatever else it is, is an error.
pub(super) fn restored(text: &str) -> Result<Restored> {
    let refuse = |what: String| {
        let message = format!("fitted {what}; give back a text as btyd answered it, or leave it out to fit anew");
        Error::options("fitted", message)
    };
    let kept: Kept = serde_json::from_str(text).map_err(|e| refuse(format!("cannot be read ({e})")))?;
    let impossible = || refuse("holds impossible numbers".to_owned());
    let log_likelihood = unknown(kept.log_likelihood);
    let doubt = kept.covariance;
    let model = PurchaseModel::restored(kept.family, kept.parameters, kept.k, doubt, log_likelihood, kept.status);
    let spend = kept.spend.map(|s| s.restored().ok_or_else(impossible)).transpose()?;
    Ok(Restored { fitted_at: kept.fitted_at, model: model.ok_or_else(impossible)?, spend })
}

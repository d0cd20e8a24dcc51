//! The days on which a need may fall due.

use std::sync::OnceLock;

use crate::replenish::Survival;

/// P(falls due within day i from now): given, or read off a forecast's curve when first asked. Most of everyone's needs are passed
/// over for what is known of them without it.
#[derive(Debug, Clone)]
pub(super) struct ByDay {
    /// The sum over the days.
    within: f64,
    curve: Option<Curve>,
    probs: OnceLock<Vec<f64>>,
}

/// The curve of a forecast, of which the first days count.
#[derive(Debug, Clone)]
struct Curve {
    survival: Survival,
    n_days: usize,
    /// P(purchase) for which the need falls due for certain.
    met: f64,
}

impl ByDay {
    pub(super) fn given(probs: Vec<f64>) -> Self {
        Self { within: probs.iter().sum(), curve: None, probs: OnceLock::from(probs) }
    }

    /// P(purchase within day i) / `met`, for so many days, within which the curve says `until`.
    pub(super) fn of_curve(survival: Survival, n_days: usize, (until, met): (f64, f64)) -> Self {
        let within = (until / met).min(1.0);
        Self { within, curve: Some(Curve { survival, n_days, met }), probs: OnceLock::new() }
    }

    /// P(falls due on one of the days).
    pub(super) fn within(&self) -> f64 {
        self.within
    }

    pub(super) fn probs(&self) -> &[f64] {
        self.probs.get_or_init(|| self.curve.as_ref().map(Curve::read).unwrap_or_default())
    }
}

impl Curve {
    fn read(&self) -> Vec<f64> {
        let mut out = Vec::with_capacity(self.n_days);
        let mut before = 0.0;
        self.survival.each_day(self.n_days, |prob| {
            let until = (f64::from(prob) / self.met).min(1.0);
            out.push((until - before).max(0.0));
            before = until;
        });
        out
    }
}

impl PartialEq for ByDay {
    fn eq(&self, other: &Self) -> bool {
        self.probs() == other.probs()
    }
}

//! When a need comes back, learned from everyone's gaps alone: each customer's own level and own regularity.

use serde::{Deserialize, Serialize};
use statrs::function::gamma::{digamma, ln_gamma};

use super::by_day::ByDay;
use super::due::Due;
use crate::error::{Error, Result};
use crate::stats::{minimise, normal_below};

/// Customers' log spreads are integrated over this many points, from -3 to 3 standard deviations.
const NODES: usize = 25;
const NODES_REACH: f64 = 3.0;
/// Points of the posterior with less weight than this are left out.
const NEGLIGIBLE: f64 = 1e-5;
/// The doubt about how everyone's spreads differ: a half-normal prior of this standard deviation, so that a log of single
/// gaps cannot claim that all customers are alike, nor that they have nothing in common.
const SPREADS_DIFFER: f64 = 0.5;

/// One customer's past needs: the gaps between them, and whether the customer came back unprompted after each.
///
/// `returned` may be shorter than `days`, or empty, where it is not known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PastCycles<'a> {
    /// Days between one need and the next; above 0.
    pub days: &'a [f64],
    /// Whether the customer saw to the need at our shop without being asked.
    pub returned: &'a [bool],
}

/// How often needs come back: log-normal gaps with a level and a spread of each customer's own, which everyone's gaps
/// tell something about.
///
/// ```text
/// ln gap ~ Normal(level, spread²)    level ~ Normal(m, τ²)    ln spread ~ Normal(a, b²)    returned ~ Bernoulli(q), q ~ Beta
/// ```
///
/// The four numbers m, τ, a, b and the two of the Beta distribution maximise everyone's marginal likelihood (empirical Bayes:
/// Robbins 1956; Efron & Morris 1973), the level integrated in closed form, the spread numerically. A customer's next
/// gap then has a mixture of log-normals as its distribution: one whose tails are as heavy as few gaps leave them.
///
/// ```
/// use beforehand::offer::{Cycles, PastCycles};
/// let gaps = |c: usize| (0..4).map(|k| 30.0 + c as f64 + 3.0 * (k % 2) as f64).collect::<Vec<_>>();
/// let everyone: Vec<Vec<f64>> = (0..50).map(gaps).collect();
/// let cycles = Cycles::fit(everyone.iter().map(|days| PastCycles { days, returned: &[] }))?;
/// let due = cycles.due(&PastCycles { days: &everyone[0], returned: &[] }, 0.0, 150)?;
/// # let _ = due;
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Cycles {
    /// Mean and standard deviation of customers' levels, log days.
    level: (f64, f64),
    /// Mean and standard deviation of customers' log spreads.
    log_spread: (f64, f64),
    /// The Beta distribution of customers' own chance to come back.
    own: (f64, f64),
}

/// What one customer's gaps come to.
#[derive(Debug, Clone, Copy)]
struct Sums {
    n: f64,
    mean: f64,
    /// Squares about the mean.
    squares: f64,
    n_known: f64,
    n_returned: f64,
}

impl Sums {
    fn of(past: &PastCycles<'_>) -> Result<Self> {
        if let Some(gap) = past.days.iter().find(|d| !(d.is_finite() && **d > 0.0)) {
            return Err(Error::data("days", format!("a gap is {gap} days; allowed are numbers above 0")));
        }
        let n = past.days.len() as f64;
        let logs = || past.days.iter().map(|d| d.ln());
        let mean = if past.days.is_empty() { 0.0 } else { logs().sum::<f64>() / n };
        let squares = logs().map(|x| (x - mean).powi(2)).sum();
        let n_returned = past.returned.iter().filter(|r| **r).count() as f64;
        Ok(Self { n, mean, squares, n_known: past.returned.len() as f64, n_returned })
    }

    /// The log likelihood given a spread, and its slopes by (level mean, ln level sd, ln spread).
    fn likelihood(&self, level: f64, tau2: f64, spread: f64) -> (f64, [f64; 3]) {
        let s2 = spread * spread;
        let own = s2 / self.n;
        let v = own + tau2;
        let off = self.mean - level;
        let value = -(self.n - 1.0) * spread.ln() - self.squares / (2.0 * s2) - 0.5 * v.ln() - off * off / (2.0 * v);
        let by_v = -1.0 / (2.0 * v) + off * off / (2.0 * v * v);
        let by_spread = -(self.n - 1.0) + self.squares / s2 + 2.0 * own * by_v;
        (value, [off / v, 2.0 * tau2 * by_v, by_spread])
    }
}

fn node(i: usize) -> f64 {
    -NODES_REACH + 2.0 * NODES_REACH * i as f64 / (NODES - 1) as f64
}

/// The weights of the points for a standard normal number, summing to 1.
fn node_weights() -> [f64; NODES] {
    let raw: [f64; NODES] = std::array::from_fn(|i| (-0.5 * node(i).powi(2)).exp());
    let sum: f64 = raw.iter().sum();
    raw.map(|w| w / sum)
}

impl Cycles {
    /// Learns from everyone's gaps. Customers without a gap are passed over.
    ///
    /// # Errors
    /// `invalid_data` for a gap that is no number above 0; `empty_data` when nobody has a gap.
    pub fn fit<'a>(everyone: impl IntoIterator<Item = PastCycles<'a>>) -> Result<Self> {
        let mut sums = Vec::new();
        for past in everyone {
            if !past.days.is_empty() {
                sums.push(Sums::of(&past)?);
            }
        }
        if sums.is_empty() {
            let message = "nobody has a gap between two needs; give at least one customer with one";
            return Err(Error::new(crate::ErrorCode::EmptyData, message).with_field("days"));
        }
        // Sums of floating point depend on the order: let it be that of the numbers.
        sums.sort_by(|a, b| {
            let key = |s: &Sums| [s.n, s.mean, s.squares, s.n_known, s.n_returned];
            key(a)
                .iter()
                .zip(key(b))
                .map(|(x, y)| x.total_cmp(&y))
                .find(|o| o.is_ne())
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        let (level, log_spread) = fit_gaps(&sums);
        Ok(Self { level, log_spread, own: fit_own(&sums) })
    }

    /// When a customer's present need falls due, `elapsed_days` after the last one did, for the next `n_days` days; purchases are
    /// watched.
    ///
    /// # Errors
    /// `invalid_data` for a gap that is no number above 0; `invalid_options` for a negative elapsed time.
    pub fn due(&self, past: &PastCycles<'_>, elapsed_days: f64, n_days: usize) -> Result<Due> {
        if !(0.0..1e6).contains(&elapsed_days) {
            let message = format!("elapsed_days is {elapsed_days}; allowed are 0 to 1,000,000");
            return Err(Error::options("elapsed_days", message));
        }
        let sums = Sums::of(past)?;
        let mixture = self.mixture(&sums);
        let below = |days: f64| {
            let log = days.max(1e-9).ln();
            mixture.iter().map(|(w, mean, sd)| w * normal_below((log - mean) / sd)).sum::<f64>()
        };
        let passed = if elapsed_days > 0.0 { below(elapsed_days) } else { 0.0 };
        let left = (1.0 - passed).max(1e-12);
        let mut before = passed;
        let by_day = (0..n_days)
            .map(|day| {
                let until = below(elapsed_days + day as f64 + 1.0);
                let p = ((until - before) / left).clamp(0.0, 1.0);
                before = until;
                p
            })
            .collect();
        let (a, b) = (self.own.0 + sums.n_returned, self.own.1 + sums.n_known - sums.n_returned);
        let q = a / (a + b);
        Ok(Due {
            by_day: ByDay::given(by_day),
            prob_exists: 1.0,
            prob_own: q,
            prob_own_sd: (q * (1.0 - q) / (a + b + 1.0)).sqrt(),
            is_watched: true,
        })
    }

    /// The next gap's distribution: (weight, mean, standard deviation) of log-normals, weights summing to 1.
    fn mixture(&self, sums: &Sums) -> Vec<(f64, f64, f64)> {
        let (m, tau2) = (self.level.0, self.level.1.powi(2));
        let weights = node_weights();
        let spread = |i: usize| (self.log_spread.0 + self.log_spread.1 * node(i)).exp();
        let logs: Vec<f64> = (0..NODES)
            .map(|i| weights[i].ln() + if sums.n > 0.0 { sums.likelihood(m, tau2, spread(i)).0 } else { 0.0 })
            .collect();
        let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let kept = logs.iter().map(|l| (l - top).exp()).enumerate().filter(|(_, w)| *w > NEGLIGIBLE);
        let mut out: Vec<(f64, f64, f64)> = kept
            .map(|(i, w)| {
                let s2 = spread(i).powi(2);
                let precision = sums.n / s2 + 1.0 / tau2;
                let mean = (sums.n * sums.mean / s2 + m / tau2) / precision;
                (w, mean, (s2 + 1.0 / precision).sqrt())
            })
            .collect();
        let sum: f64 = out.iter().map(|o| o.0).sum();
        for o in &mut out {
            o.0 /= sum;
        }
        out
    }
}

/// ((m, τ), (a, b)) of most marginal likelihood.
fn fit_gaps(sums: &[Sums]) -> ((f64, f64), (f64, f64)) {
    let n = sums.len() as f64;
    let weights = node_weights();
    let loss = |x: &[f64], slope: &mut [f64]| {
        let (m, tau2, a, b) = (x[0], (2.0 * x[1]).exp(), x[2], x[3].exp());
        let spreads: [f64; NODES] = std::array::from_fn(|i| (a + b * node(i)).exp());
        let mut value = -0.5 * (b / SPREADS_DIFFER).powi(2) / n;
        slope.fill(0.0);
        slope[3] = (b / SPREADS_DIFFER).powi(2) / n;
        for s in sums {
            let each: [(f64, [f64; 3]); NODES] = std::array::from_fn(|i| s.likelihood(m, tau2, spreads[i]));
            let top = each.iter().map(|e| e.0).fold(f64::NEG_INFINITY, f64::max);
            let mut total = 0.0;
            let mut sum = [0.0; 4];
            for (i, (l, by)) in each.iter().enumerate() {
                let w = weights[i] * (l - top).exp();
                total += w;
                sum[0] += w * by[0];
                sum[1] += w * by[1];
                sum[2] += w * by[2];
                sum[3] += w * by[2] * node(i) * b;
            }
            value += (top + total.ln()) / n;
            for (slope, sum) in slope.iter_mut().zip(sum) {
                *slope -= sum / total / n;
            }
        }
        -value
    };
    let level = sums.iter().map(|s| s.mean).sum::<f64>() / n;
    let degrees: f64 = sums.iter().map(|s| s.n - 1.0).sum();
    let within = sums.iter().map(|s| s.squares).sum::<f64>() / degrees.max(1.0);
    let spread = if degrees > 0.0 { within.sqrt().max(1e-3).ln() } else { 0.3f64.ln() };
    let start = [level, 0.4f64.ln(), spread, 0.3f64.ln()];
    let bounds = [(-5.0, 10.0), (1e-3f64.ln(), 1.1), (1e-3f64.ln(), 1.1), (1e-2f64.ln(), 0.0)];
    let found = minimise(loss, &start, &bounds, None).at;
    ((found[0], found[1].exp()), (found[2], found[3].exp()))
}

/// The Beta distribution of most marginal likelihood (the beta-binomial: Skellam 1948), with the weight of two customers at
/// one in two, so that it exists for every log.
fn fit_own(sums: &[Sums]) -> (f64, f64) {
    let known = || sums.iter().map(|s| (s.n_returned, s.n_known)).filter(|k| k.1 > 0.0).chain([(1.0, 2.0), (1.0, 2.0)]);
    let n = known().count() as f64;
    let ln_beta = |a: f64, b: f64| ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
    let loss = |x: &[f64], slope: &mut [f64]| {
        let (a, b) = (x[0].exp(), x[1].exp());
        let (mut value, mut by_a, mut by_b) = (0.0, 0.0, 0.0);
        for (k, of) in known() {
            value += ln_beta(a + k, b + of - k) - ln_beta(a, b);
            let both = digamma(a + b) - digamma(a + b + of);
            by_a += digamma(a + k) - digamma(a) + both;
            by_b += digamma(b + of - k) - digamma(b) + both;
        }
        slope[0] = -by_a * a / n;
        slope[1] = -by_b * b / n;
        -value / n
    };
    let bounds = [(0.05f64.ln(), 1e3f64.ln()); 2];
    let found = minimise(loss, &[0.0, 0.0], &bounds, None).at;
    (found[0].exp(), found[1].exp())
}

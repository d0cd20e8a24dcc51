//! What a sample of customers shows of the population, summed up over periods.

use super::abreast::Step;
use super::period::{Period, Typical};
use super::state::{DeclineState, Noise};

/// Squared deviations count at most this many times the variance.
const MAX_SURPRISE: f64 = 25.0;
/// A Beta distribution of P(silent) is worth so many periods, at least and at most.
const SILENCE_PRIOR: [f64; 2] = [4.0, 200.0];
/// Limits of the standard deviation between customers' strengths.
const SEASON_SD: [f64; 2] = [0.05, 1.0];
/// Share of the evidence's doubt at which a customer no longer tells of healthy ones.
const TRUSTED: f32 = 0.5;

/// Sums over a sample.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    /// Excess of squared deviations over Poisson's, and what a dispersion of 1 would make of them.
    excess: f64,
    squares: f64,
}

/// The dispersion that one period shows by itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Excess {
    pub(super) dispersion: f64,
    pub(super) standard_error: f64,
}

/// One customer's contribution to [`Tally`]: weighted so that no customer with large counts decides alone.
pub(super) fn excess(count: f64, mean: f64, variance: f64, weight: f64, dispersion: f64) -> (f64, f64) {
    let typical = mean + variance + dispersion * mean * mean;
    let square = (count - mean).powi(2).min(MAX_SURPRISE * typical);
    // Regression of the excess on the mean squared, each weighted by the inverse of its variance.
    let w = weight * (mean / typical.max(1e-12)).powi(2);
    (w * (square - mean - variance), w * mean * mean)
}

/// Sums of contributions, and how sure they are.
pub(super) fn period_dispersion(parts: &[(f64, f64)]) -> Excess {
    let (e, s) = parts.iter().fold((0.0, 0.0), |(e, s), p| (e + p.0, s + p.1));
    if s <= 0.0 {
        return Excess { dispersion: 0.0, standard_error: f64::INFINITY };
    }
    let dispersion = e / s;
    let noise: f64 = parts.iter().map(|p| (p.0 - dispersion * p.1).powi(2)).sum();
    Excess { dispersion, standard_error: noise.sqrt() / s }
}

impl Tally {
    /// The count of customer `i` of those abreast.
    pub(super) fn add<const N: usize>(&mut self, count: f32, step: &Step<N>, i: usize, period: &Period) {
        let e = &step.expected;
        let weight = f64::from(step.trust[i] * (1.0 - e.prob_silent[i]));
        let (mean, variance) = (f64::from(e.mean[i]), f64::from(e.variance[i]));
        let (excess, squares) = excess(f64::from(count), mean, variance, weight, f64::from(period.dispersion));
        self.excess += excess;
        self.squares += squares;
    }

    /// Adds another's sums.
    pub(super) fn join(&mut self, other: &Self) {
        self.excess += other.excess;
        self.squares += other.squares;
    }

    /// The dispersion of all periods so far; shrunk to none while little is known.
    pub(super) fn dispersion(&self) -> f32 {
        (self.excess / (self.squares + 10.0)).clamp(0.0, 10.0) as f32
    }

    /// The dispersion so far, or what was thought before where too little has been seen.
    pub(super) fn dispersion_or(&self, before: f32) -> f32 {
        if self.squares > 800.0 { self.dispersion() } else { before }
    }
}

/// What is typical of the customers with these states; what they cannot tell is taken from `before`.
pub(super) fn typical(states: &[DeclineState], tally: &Tally, before: &Typical) -> Typical {
    let trusted: Vec<&DeclineState> = states.iter().filter(|s| s.trust() > TRUSTED && s.n_seen > 0).collect();
    if trusted.is_empty() {
        return before.clone();
    }
    Typical {
        dispersion: tally.dispersion(),
        silent_after_use: silence(&trusted, |s| s.silence().after_use, Typical::default().silent_after_use),
        silent_after_pause: silence(&trusted, |s| s.silence().after_pause, Typical::default().silent_after_pause),
        season_sd: season_sd(&trusted, before.season_sd),
        ..before.clone()
    }
}

/// Mean and standard deviation of the logarithm of levels, from states that have seen a few periods.
pub(super) fn levels(states: &[DeclineState], before: &Typical) -> (f32, f32) {
    let known: Vec<(f64, f64)> = states
        .iter()
        .filter(|s| s.n_seen > 0)
        .map(|s| s.filter.ln_level())
        .map(|(mean, sd)| (f64::from(mean), f64::from(sd)))
        .collect();
    let n = known.len() as f64;
    if n < 2.0 {
        return (before.level_ln, before.level_sd);
    }
    let mean = known.iter().map(|k| k.0).sum::<f64>() / n;
    // Between the customers' means, and what is not known of each.
    let variance = known.iter().map(|k| (k.0 - mean).powi(2) + k.1 * k.1).sum::<f64>() / n;
    (mean as f32, (variance.sqrt() as f32).clamp(0.3, 3.0))
}

/// The Beta distribution of customers' P(silent), by its first two moments (as in Griffiths 1973); a few customers of the prior
/// stand beside those seen, so that a population that never pauses has a mean above 0, and few do not pass for all alike.
fn silence(states: &[&DeclineState], of: impl Fn(&DeclineState) -> [f32; 2], prior: [f32; 2]) -> [f32; 2] {
    /// Customers that the prior's correlation is worth.
    const CUSTOMERS: f64 = 5.0;
    let own: Vec<(f64, f64)> =
        states.iter().map(|s| of(s)).map(|[s, a]| (f64::from(s), f64::from(s) + f64::from(a))).collect();
    let n: f64 = own.iter().map(|o| o.1).sum();
    let [silent, active] = prior.map(f64::from);
    let mean = (own.iter().map(|o| o.0).sum::<f64>() + silent) / (n + silent + active);
    let (mut between, mut scale, mut customers) = (0.0, 0.0, 0.0);
    for (silent, n) in own.iter().filter(|o| o.1 > 1.0) {
        between += (silent - mean * n).powi(2) - n * mean * (1.0 - mean);
        scale += n * (n - 1.0) * mean * (1.0 - mean);
        customers += 1.0;
    }
    // The correlation of two periods of one customer is 1 / (a + b + 1).
    let seen = if scale > 0.0 { between / scale } else { 0.0 };
    let of_prior = CUSTOMERS / (silent + active + 1.0);
    let correlation = ((customers * seen + of_prior) / (customers + CUSTOMERS)).clamp(1e-4, 0.9);
    let weight = (1.0 / correlation - 1.0).clamp(SILENCE_PRIOR[0], SILENCE_PRIOR[1]);
    [(mean * weight).max(1e-4) as f32, ((1.0 - mean) * weight).max(1e-4) as f32]
}

/// The spread of strengths: what their estimates vary beyond their errors, after undoing the shrinkage.
fn season_sd(states: &[&DeclineState], before: f32) -> f32 {
    let prior = 1.0 / f64::from(before * before);
    let (mut sum, mut weight) = (0.0, 0.0);
    for state in states {
        let season = state.season();
        let information = f64::from(season.information);
        if information > 1e-3 {
            let raw = (f64::from(season.strength) - 1.0) * (information + prior) / information;
            let w = (information / (information + prior)).powi(2);
            sum += w * (raw * raw - 1.0 / information);
            weight += w;
        }
    }
    // Worth twenty customers of the prior.
    let variance = (sum + 20.0 * f64::from(before * before)) / (weight + 20.0);
    variance.max(0.0).sqrt().clamp(SEASON_SD[0], SEASON_SD[1]) as f32
}

/// How much customers' own dispersions vary by their estimates, given with the trust in each: the weighted variance of
/// estimate over everyone's.
pub(super) fn dispersion_variance(noises: impl Iterator<Item = (f32, Noise)>) -> f64 {
    /// Customers who have shown what one pair of periods can show, so many, are little.
    const LITTLE: f64 = 20.0;
    let (mut sum, mut weight) = (0.0, 0.0);
    for (_, noise) in noises.filter(|(trust, _)| *trust > TRUSTED) {
        let (own, information) = (f64::from(noise.sum), f64::from(noise.information));
        sum += (own - information).powi(2);
        weight += information * information;
    }
    // Without dispersion there is no information about it.
    sum / (weight + LITTLE)
}

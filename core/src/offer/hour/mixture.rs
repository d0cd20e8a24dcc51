//! The profiles that customers have: a mixture over the hours of the day, learned from everyone.
//!
//! A customer of profile `k` opens during hour `h` with probability `θ_kh` (times the sends of the hour, when they are known), and
//! a share `π_ck` of the customers of channel `c` has profile `k`. Both are found by expectation and maximisation
//! (Dempster, Laird & Rubin 1977). Starting from one profile, each is split in two along the direction in which its
//! customers differ most, as in the design of codebooks (Linde, Buzo & Gray 1980): no random start is needed.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::counts::{Hours, Row, dot, normalised, smooth};

/// Rows per chunk; sums over chunks are added in their order, so that threads change nothing.
const CHUNK: usize = 512;
/// Opens by which a profile is drawn to the mean of each hour and its neighbours: an hour that many customers share stands out
/// from its neighbours by itself, one of few customers does not.
const SMOOTHING_OPENS: f64 = 50.0;
/// Opens of every hour that each profile has seen from the start, so that none is impossible.
const FLOOR_OPENS: f64 = 0.02;
/// Customers of the shares over all channels that each channel has from the start.
const CHANNEL_PRIOR: f64 = 20.0;
/// A profile is moved by this much of its customers' standard deviation, both ways.
const SPLIT: f64 = 0.5;
/// Customers a profile must have not to be dropped.
const MIN_MEMBERS: f64 = 2.0;

/// Profiles, and how many customers have each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Mixture {
    /// Densities over the hours; each adds up to 1.
    pub(super) profiles: Vec<Hours>,
    /// Shares of the customers of all channels.
    pub(super) shares: Vec<f64>,
    /// Shares of the customers of each channel.
    pub(super) by_channel: Vec<Vec<f64>>,
}

/// The mixture with logarithms taken, ready to look at customers.
#[derive(Debug, Clone)]
pub(super) struct Logs {
    pub(super) profiles: Vec<Hours>,
    shares: Vec<f64>,
    by_channel: Vec<Vec<f64>>,
}

/// What a chunk of rows adds.
struct Sums {
    opens: Vec<Hours>,
    exposures: Vec<Hours>,
    members: Vec<Vec<f64>>,
}

impl Mixture {
    /// One profile: everyone's.
    pub(super) fn of_everyone(rows: &[Row], n_channels: usize) -> Self {
        let start =
            Self { profiles: vec![[1.0 / 24.0; 24]], shares: vec![1.0], by_channel: vec![vec![1.0]; n_channels] };
        start.improved(rows, 12)
    }

    pub(super) fn logs(&self) -> Logs {
        let ln = |shares: &Vec<f64>| shares.iter().map(|s| s.max(1e-12).ln()).collect();
        Logs {
            profiles: self.profiles.iter().map(|p| p.map(|x| x.max(1e-12).ln())).collect(),
            shares: ln(&self.shares),
            by_channel: self.by_channel.iter().map(ln).collect(),
        }
    }

    /// The density over the hours when the profiles have these weights.
    pub(super) fn mean(&self, weights: &[f64]) -> Hours {
        let mut out = [0.0; 24];
        for (weight, profile) in weights.iter().zip(&self.profiles) {
            add(&mut out, profile, *weight);
        }
        out
    }

    /// P(profile | opens) for a customer's opens on a channel, and whatever else is known of the customer, each taken by a
    /// factor: below 1 for opens on other channels, and when opens of one customer come in clusters and are worth less than
    /// they count (quasi-likelihood, Wedderburn 1974).
    pub(super) fn weights(&self, logs: &Logs, channel: usize, evidence: &[(&Row, f64)], out: &mut Vec<f64>) {
        out.clear();
        out.extend(logs.by_channel.get(channel).unwrap_or(&logs.shares));
        for &(row, factor) in evidence.iter().filter(|(row, factor)| row.n * factor > 0.0) {
            out.iter_mut().zip(&logs.profiles).for_each(|(x, profile)| *x += factor * dot(&row.opens, profile));
            if let Some(sends) = &row.sends {
                let reach = |profile: &Hours| dot(sends, profile).max(1e-12).ln();
                out.iter_mut().zip(&self.profiles).for_each(|(x, profile)| *x -= factor * row.n * reach(profile));
            }
        }
        let largest = out.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut all = 0.0;
        for x in out.iter_mut() {
            *x = (*x - largest).exp();
            all += *x;
        }
        for x in out.iter_mut() {
            *x /= all;
        }
    }

    /// After some rounds of expectation and maximisation.
    pub(super) fn improved(mut self, rows: &[Row], rounds: usize) -> Self {
        for _ in 0..rounds {
            self = self.step(rows);
        }
        self
    }

    fn step(&self, rows: &[Row]) -> Self {
        let logs = self.logs();
        let chunks: Vec<Sums> = rows.par_chunks(CHUNK).map(|chunk| self.sums(&logs, chunk)).collect();
        let Some(sums) = chunks.into_iter().reduce(Sums::plus) else { return self.clone() };
        let total = |k: usize| sums.members.iter().map(|channel| channel[k]).sum::<f64>();
        let everyone: f64 = (0..self.profiles.len()).map(total).sum();
        let kept: Vec<usize> =
            (0..self.profiles.len()).filter(|&k| total(k) >= MIN_MEMBERS.min(everyone / 2.0)).collect();
        if kept.is_empty() {
            return self.clone();
        }
        let all: f64 = kept.iter().map(|&k| total(k)).sum();
        let shares: Vec<f64> = kept.iter().map(|&k| total(k) / all).collect();
        let of_channel = |members: &Vec<f64>| {
            let n: f64 = kept.iter().map(|&k| members[k]).sum();
            let share = |(&k, share): (&usize, &f64)| (members[k] + CHANNEL_PRIOR * share) / (n + CHANNEL_PRIOR);
            kept.iter().zip(&shares).map(share).collect()
        };
        let profile = |&k: &usize| {
            let mean = smooth(&smooth(&self.profiles[k]));
            normalised(std::array::from_fn(|h| {
                let (seen, reached) = (sums.opens[k][h] + FLOOR_OPENS, sums.exposures[k][h] + 24.0 * FLOOR_OPENS);
                (seen + SMOOTHING_OPENS * mean[h]) / (reached + SMOOTHING_OPENS)
            }))
        };
        Self {
            profiles: kept.iter().map(profile).collect(),
            by_channel: sums.members.iter().map(of_channel).collect(),
            shares,
        }
    }

    fn sums(&self, logs: &Logs, rows: &[Row]) -> Sums {
        let n = self.profiles.len();
        let mut out = Sums {
            opens: vec![[0.0; 24]; n],
            exposures: vec![[0.0; 24]; n],
            members: vec![vec![0.0; n]; self.by_channel.len()],
        };
        let mut weights = Vec::with_capacity(n);
        for row in rows {
            self.weights(logs, row.channel, &[(row, 1.0)], &mut weights);
            for (k, &weight) in weights.iter().enumerate() {
                out.members[row.channel][k] += weight;
                // The rest is lost in rounding, and most profiles are out of the question for most customers.
                if weight < 1e-9 {
                    continue;
                }
                let exposure = row.exposure(&self.profiles[k]);
                add(&mut out.opens[k], &row.opens, weight);
                add(&mut out.exposures[k], &exposure, weight);
            }
        }
        out
    }

    /// Each profile split in two along the direction in which its customers differ most.
    pub(super) fn split(&self, rows: &[Row]) -> Self {
        let logs = self.logs();
        let mut spread = vec![Spread::default(); self.profiles.len()];
        let likeliest = |row: &Row| {
            let mut weights = Vec::new();
            self.weights(&logs, row.channel, &[(row, 1.0)], &mut weights);
            weights.iter().enumerate().fold(0, |best, (k, w)| if *w > weights[best] { k } else { best })
        };
        let places: Vec<usize> = rows.par_iter().map(likeliest).collect();
        for (row, k) in rows.iter().zip(places) {
            spread[k].add(row, &self.profiles[k]);
        }
        let moved = |profile: &Hours, direction: &Hours, by: f64| {
            normalised(std::array::from_fn(|h| (profile[h] + by * direction[h]).max(0.1 * profile[h])))
        };
        let mut profiles = Vec::new();
        for (profile, spread) in self.profiles.iter().zip(&spread) {
            let direction = spread.direction();
            profiles.extend([moved(profile, &direction, SPLIT), moved(profile, &direction, -SPLIT)]);
        }
        let halved = |shares: &Vec<f64>| shares.iter().flat_map(|s| [s / 2.0; 2]).collect();
        Self { profiles, shares: halved(&self.shares), by_channel: self.by_channel.iter().map(halved).collect() }
    }
}

/// Adds so much of `other` to `hours`.
fn add(hours: &mut Hours, other: &Hours, weight: f64) {
    for (x, y) in hours.iter_mut().zip(other) {
        *x += weight * y;
    }
}

impl Sums {
    fn plus(mut self, other: Self) -> Self {
        let all = |mine: &mut Vec<Hours>, theirs: &[Hours]| {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| add(mine, theirs, 1.0));
        };
        all(&mut self.opens, &other.opens);
        all(&mut self.exposures, &other.exposures);
        for (a, b) in self.members.iter_mut().zip(other.members) {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        }
        self
    }
}

/// How customers of one profile differ from it: sums of squares and products of the differences.
#[derive(Clone)]
struct Spread {
    products: [Hours; 24],
    n: f64,
}

impl Default for Spread {
    fn default() -> Self {
        Self { products: [[0.0; 24]; 24], n: 0.0 }
    }
}

impl Spread {
    fn add(&mut self, row: &Row, profile: &Hours) {
        let exposure = row.exposure(profile);
        let rate = |h: usize| if exposure[h] > 0.0 { (row.opens[h] / exposure[h]).min(1.0) } else { profile[h] };
        let own = smooth(&smooth(&std::array::from_fn(rate)));
        let weight = row.n.min(50.0);
        for a in 0..24 {
            for b in 0..24 {
                self.products[a][b] += weight * (own[a] - profile[a]) * (own[b] - profile[b]);
            }
        }
        self.n += weight;
    }

    /// The first principal direction, as long as the standard deviation along it (power iteration).
    fn direction(&self) -> Hours {
        if self.n <= 0.0 {
            return [0.0; 24];
        }
        let most = (0..24).fold(0, |most, h| if self.products[h][h] > self.products[most][most] { h } else { most });
        let (mut direction, mut variance) = (self.products[most], 0.0);
        for _ in 0..30 {
            let length = dot(&direction, &direction).sqrt();
            if length.is_nan() || length <= 1e-12 {
                return [0.0; 24];
            }
            for x in &mut direction {
                *x /= length;
            }
            let next: Hours = std::array::from_fn(|h| dot(&self.products[h], &direction));
            variance = dot(&next, &direction) / self.n;
            direction = next;
        }
        let length = dot(&direction, &direction).sqrt();
        if length > 0.0 { direction.map(|x| x * variance.max(0.0).sqrt() / length) } else { [0.0; 24] }
    }
}

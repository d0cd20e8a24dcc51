//! Since when, and how deep: the change point in the recent periods, once an alarm has been raised.

use serde::{Deserialize, Serialize};

/// Periods that an onset is looked for in.
pub(super) const N_RECENT: usize = 32;
/// A normal deviate: 90 % lie within.
const Z_90: f64 = 1.645;
/// Counts added to either side, so that silence has a finite logarithm.
const HALF: f64 = 0.5;

/// The latest periods, and sums over all that the customer has been seen in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Recent {
    /// Count, effect, P(active) and weight (what dispersion leaves of a count's information); a ring.
    ring: Vec<[f32; 4]>,
    next: u32,
    counts: f64,
    exposure: f64,
}

/// Where the level fell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Since {
    /// How many periods ago the first fallen one was; 1 = the latest. The most likely, and a 90 % interval.
    pub(super) ago: u32,
    pub(super) ago_min: u32,
    pub(super) ago_max: u32,
    /// Counts per period of effect 1, silent periods apart, before and since.
    pub(super) level_before: f64,
    pub(super) level_after: f64,
    /// Share lost, and a 90 % interval.
    pub(super) depth: f64,
    pub(super) depth_min: f64,
    pub(super) depth_max: f64,
}

impl Recent {
    /// Whether a state that was read can be used.
    pub(super) fn is_sound(&self) -> bool {
        self.ring.len() <= N_RECENT
            && (self.next as usize) < N_RECENT
            && (self.ring.len() == N_RECENT || self.ring.len() == self.next as usize)
            && self.ring.iter().flatten().all(|x| (0.0..=1e13).contains(x))
            && [self.counts, self.exposure].iter().all(|x| (0.0..1e18).contains(x))
    }

    #[inline]
    pub(super) fn push(&mut self, count: f32, effect: f32, active: f32, weight: f32) {
        let entry = [count, effect, active, weight];
        if self.ring.len() < N_RECENT {
            if self.ring.is_empty() {
                self.ring.reserve_exact(N_RECENT);
            }
            self.ring.push(entry);
        } else if let Some(place) = self.ring.get_mut(self.next as usize) {
            *place = entry;
        }
        self.next = (self.next + 1) % N_RECENT as u32;
        self.counts += f64::from(weight * count);
        self.exposure += f64::from(weight * effect * active);
    }

    /// Whether the count fell from each of the last three known periods to the next.
    pub(super) fn fell_twice(&self) -> bool {
        let n = self.ring.len();
        let last = if n < N_RECENT { n } else { self.next as usize + N_RECENT };
        if n < 3 {
            return false;
        }
        let [latest, before, first] = [1, 2, 3].map(|ago| self.ring[(last - ago) % N_RECENT]);
        // A period of which nothing is known has no effect.
        [latest, before, first].iter().all(|p| p[1] > 0.0) && latest[0] < before[0] && before[0] < first[0]
    }

    /// The most likely onset by the quasi-likelihood of two levels against one; silent periods count as far as they are
    /// not pauses, unless nothing has come since.
    pub(super) fn since(&self, dispersion: f32) -> Since {
        let n = self.ring.len();
        let last = if n < N_RECENT { n } else { self.next as usize + N_RECENT };
        let mut after = [0f64; 3];
        let mut candidates: Vec<(f64, [f64; 2])> = Vec::with_capacity(n);
        for ago in 1..=n {
            let [count, effect, active, weight] = self.ring[(last - ago) % N_RECENT].map(f64::from);
            after[0] += weight * count;
            after[1] += weight * effect * active;
            after[2] += weight * effect;
            let exposure = if after[0] > 0.0 { after[1] } else { after[2] };
            let (x, e) = ((self.counts - after[0]).max(0.0), (self.exposure - after[1]).max(0.0));
            let gain = if ago < n && e > 0.0 && exposure > 0.0 && after[0] / exposure < x / e {
                deviance(after[0], exposure) + deviance(x, e) - deviance(x + after[0], e + exposure)
            } else {
                f64::NEG_INFINITY
            };
            candidates.push((gain, [after[0], exposure]));
        }
        let best = candidates.iter().map(|c| c.0).fold(f64::NEG_INFINITY, f64::max);
        if best == f64::NEG_INFINITY {
            // A fall so recent or so young that two levels cannot be told apart: the latest period, against all.
            let level = self.counts / self.exposure.max(1e-9);
            let (x, e) = candidates.first().map_or((0.0, 1.0), |c| (c.1[0], c.1[1].max(1e-9)));
            return around(1, (1, 1), [x, e], [self.counts, self.exposure.max(1e-9)], dispersion, level);
        }
        let weights: Vec<f64> = candidates.iter().map(|c| (c.0 - best).exp()).collect();
        let total: f64 = weights.iter().sum();
        let quantile = |q: f64| {
            let mut below = 0.0;
            weights.iter().position(|w| {
                below += w;
                below >= q * total
            })
        };
        let ago = candidates.iter().position(|c| c.0 >= best).unwrap_or(0) + 1;
        let range = (quantile(0.05).map_or(ago, |i| i + 1).min(ago), quantile(0.95).map_or(ago, |i| i + 1).max(ago));
        let [x, e] = candidates[ago - 1].1;
        let before = [(self.counts - x).max(0.0), (self.exposure - e).max(1e-9)];
        around(ago, range, [x, e], before, dispersion, before[0] / before[1])
    }
}

/// Depth and interval from weighted counts and exposures after and before.
fn around(ago: usize, range: (usize, usize), after: [f64; 2], before: [f64; 2], dispersion: f32, level: f64) -> Since {
    let level_after = after[0] / after[1].max(1e-9);
    let (fewer, more) = ((after[0] + HALF) / (after[1] + HALF / level.max(1e-9)), level.max(1e-9));
    // Weighted counts behave like Poisson ones: dispersion is in the weights; a little is added for what they miss.
    let sd = (1.0 / (after[0] + HALF) + 1.0 / (before[0] + HALF) + 0.01 * f64::from(dispersion)).sqrt();
    let ratio = (fewer / more).min(1.0);
    let bound = |z: f64| (1.0 - ratio * (z * sd).exp()).clamp(0.0, 1.0);
    let depth = (1.0 - level_after / more).clamp(0.0, 1.0);
    Since {
        ago: ago as u32,
        ago_min: range.0 as u32,
        ago_max: range.1 as u32,
        level_before: level,
        level_after,
        depth,
        depth_min: bound(Z_90).min(depth),
        depth_max: if after[0] > 0.0 { bound(-Z_90).max(depth) } else { 1.0 },
    }
}

/// Quasi-log-likelihood of a level fitted to counts and exposure.
fn deviance(counts: f64, exposure: f64) -> f64 {
    if counts > 0.0 { counts * (counts / exposure).ln() - counts } else { 0.0 }
}

//! One customer's state: everything that later periods need to know of the earlier ones, in about a kilobyte.
#![allow(
    clippy::inline_always,
    reason = "what `observe` calls is compiled for its registers only when it is inlined there"
)]

use multiversion::multiversion;
use serde::{Deserialize, Serialize};

use super::filter::{Expected, Filter, Observation};
use super::options::{AlarmRule, DeclineOptions};
use super::period::{Period, Typical};
use super::since::{Recent, Since};
use crate::stats::{exp, ln};

/// Evidence at which a period counts half when something is learned about the healthy customer.
const DOUBT: f32 = 100.0;
/// A squared deviation counts at most this many times the expected one.
const MAX_SURPRISE: f32 = 9.0;
/// Limits of a customer's strength of following the periods' effects.
const MAX_STRENGTH: f32 = 3.0;
/// Standard deviation of the level's logarithm right after an alarm, around the level seen since the fall.
const AFTER_ALARM_SD: f32 = 0.7;

/// Where one customer stands. Made by [`DeclineModel::start`](super::DeclineModel::start), moved on by
/// [`DeclineModel::update`](super::DeclineModel::update); it can be stored with serde between the two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclineState {
    pub(super) next_period: i64,
    /// Periods seen since the start or the last alarm.
    pub(super) n_seen: u32,
    pub(super) filter: Filter,
    silence: Silence,
    season: Season,
    noise: Noise,
    recent: Recent,
}

/// How often the customer pauses: silent and active periods, after a period of use and after one without.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Silence {
    pub(super) after_use: [f32; 2],
    pub(super) after_pause: [f32; 2],
    pub(super) was_silent: bool,
}

/// How strongly the customer follows the periods' effects.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Season {
    pub(super) strength: f32,
    /// Information about the strength, beside the population's.
    pub(super) information: f32,
    mean_ln_effect: f32,
    weight: f32,
}

/// How irregular the customer's counts are, relative to everyone's: estimate and information.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Noise {
    pub(super) sum: f32,
    pub(super) information: f32,
}

impl Silence {
    #[inline(always)]
    fn prob(&self, typical: &Typical) -> f32 {
        let ([silent, active], [a, b]) = if self.was_silent {
            (self.after_pause, typical.silent_after_pause)
        } else {
            (self.after_use, typical.silent_after_use)
        };
        (a + silent) / (a + b + silent + active)
    }

    #[inline(always)]
    fn learn(&mut self, is_zero: bool, prob_silent: f32, weight: f32) {
        let counts = if self.was_silent { &mut self.after_pause } else { &mut self.after_use };
        if is_zero {
            counts[0] += weight * prob_silent;
        } else {
            counts[1] += weight;
        }
        self.was_silent = is_zero;
    }
}

impl Noise {
    #[inline(always)]
    pub(super) fn ratio(self, typical: &Typical) -> f32 {
        let prior = 1.0 / typical.dispersion_spread.max(1e-4);
        ((prior + self.sum) / (prior + self.information)).clamp(0.1, 10.0)
    }
}

/// What became of one period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) expected: Expected,
    /// Dispersion assumed for the customer.
    pub(super) dispersion: f32,
    /// How far the period may be taken for a healthy one, 0 to 1: by the evidence before it.
    pub(super) trust: f32,
}

impl DeclineState {
    pub(super) fn new(first_period: i64, typical: &Typical) -> Self {
        Self {
            next_period: first_period,
            n_seen: 0,
            filter: Filter::new(typical.level_ln, typical.level_sd),
            silence: Silence::default(),
            season: Season { strength: 1.0, information: 0.0, mean_ln_effect: 0.0, weight: 0.0 },
            noise: Noise::default(),
            recent: Recent::default(),
        }
    }

    /// Whether a state that was read from elsewhere can be used: ask before anything else, for no later step looks at its
    /// numbers again.
    pub fn is_sound(&self) -> bool {
        let Silence { after_use, after_pause, .. } = self.silence;
        let Season { strength, information, mean_ln_effect, weight } = self.season;
        let positive = [after_use, after_pause].concat();
        let positive = positive.iter().chain([&strength, &information, &weight, &self.noise.information]);
        self.next_period.unsigned_abs() < 1 << 40
            && self.n_seen < 1 << 30
            && self.filter.is_sound()
            && self.recent.is_sound()
            && positive.copied().all(|x| (0.0..1e18).contains(&x))
            && mean_ln_effect.abs() < 100.0
            && self.noise.sum.is_finite()
    }

    /// The period whose count comes next.
    pub fn next_period(&self) -> i64 {
        self.next_period
    }

    /// Periods with a known count since the start, or since the last alarm.
    pub fn n_periods(&self) -> u32 {
        self.n_seen
    }

    /// The level expected of the customer if nothing has fallen: counts per period of an average period.
    pub fn level_per_period(&self) -> f64 {
        f64::from(self.filter.mean_level())
    }

    pub(super) fn silence(&self) -> &Silence {
        &self.silence
    }

    pub(super) fn season(&self) -> &Season {
        &self.season
    }

    pub(super) fn noise(&self) -> &Noise {
        &self.noise
    }

    /// What the customer multiplies the level by in a period with that effect.
    #[inline(always)]
    pub(super) fn effect(&self, ln_effect: f32) -> f32 {
        exp(self.season.follow(ln_effect))
    }

    pub(super) fn prob_silent(&self, typical: &Typical) -> f32 {
        self.silence.prob(typical)
    }

    /// How far the past may be taken for a healthy one, 0 to 1.
    #[inline(always)]
    pub(super) fn trust(&self) -> f32 {
        DOUBT / (DOUBT + exp(self.filter.ln_evidence().min(40.0)))
    }

    /// Passes over a period of which nothing is known.
    pub(super) fn skip(&mut self) {
        self.next_period += 1;
        self.recent.push(0.0, 0.0, 0.0, 0.0);
    }

    /// Takes in the next period.
    pub(super) fn observe(&mut self, count: f32, period: &Period, typical: &Typical) -> Step {
        observe(self, count, period, typical)
    }

    /// Whether the evidence is above the threshold; then where the level fell, and the customer starts anew from there.
    pub(super) fn raise(&mut self, ln_threshold: f32, options: &DeclineOptions, dispersion: f32) -> Option<Since> {
        let is_due = match options.rule {
            AlarmRule::Evidence => self.filter.ln_evidence() > ln_threshold,
            AlarmRule::TwoFallsRunning => self.recent.fell_twice(),
        };
        if self.n_seen < options.min_periods || !is_due {
            return None;
        }
        let since = self.recent.since(dispersion);
        let level = since.level_after.max(0.02 * since.level_before).max(1e-3) as f32;
        self.filter = Filter::new(ln(level), AFTER_ALARM_SD);
        self.recent = Recent::default();
        self.n_seen = 0;
        Some(since)
    }
}

/// [`DeclineState::observe`], for the registers at hand.
#[multiversion(targets("x86_64+avx+avx2"))]
fn observe(state: &mut DeclineState, count: f32, period: &Period, typical: &Typical) -> Step {
    let effect = state.effect(period.ln_effect);
    let trust = state.trust();
    let dispersion = period.dispersion * state.noise.ratio(typical);
    let seen = Observation { count, effect, dispersion, prob_silent: state.silence.prob(typical) };
    let expected = state.filter.update(&seen);
    let active = 1.0 - expected.prob_silent;
    let weight = 1.0 / (1.0 + dispersion * expected.mean);
    state.recent.push(count, effect, active, weight);
    let learn = active * trust;
    state.noise.learn(count, &expected, dispersion, period.dispersion, learn);
    state.season.learn(count, &expected, weight, period.ln_effect, learn, typical);
    state.silence.learn(count <= 0.0, expected.prob_silent, trust);
    state.next_period += 1;
    state.n_seen += 1;
    Step { expected, dispersion, trust }
}

impl Noise {
    #[inline(always)]
    fn learn(&mut self, count: f32, expected: &Expected, own: f32, everyone: f32, learn: f32) {
        let (m, v) = (expected.mean, expected.variance);
        let typical = everyone * m * m;
        if typical <= 1e-6 * m {
            return;
        }
        // The square of a deviation has twice the variance squared as its variance, and more when counts are skewed.
        let variance = m + v + own * m * m;
        let square = ((count - m) * (count - m)).min(MAX_SURPRISE * variance);
        let information = learn * 0.5 * (typical / variance) * (typical / variance);
        self.sum += information * (square - m - v) / typical;
        self.information += information;
    }
}

impl Season {
    /// The logarithm of what the customer makes of a period's effect: what differs from the mean so far is followed more or
    /// less strongly, so that the strength says nothing about the level.
    #[inline(always)]
    pub(super) fn follow(&self, ln_effect: f32) -> f32 {
        ln_effect + (self.strength - 1.0) * (ln_effect - self.mean_ln_effect)
    }

    pub(super) fn mean_ln_effect(&self) -> f32 {
        self.mean_ln_effect
    }

    #[inline(always)]
    fn learn(&mut self, count: f32, expected: &Expected, weight: f32, ln_effect: f32, learn: f32, typical: &Typical) {
        let scale = learn * weight * expected.mean;
        self.weight += scale;
        self.mean_ln_effect += scale * (ln_effect - self.mean_ln_effect) / (self.weight + 1e-6);
        let lever = ln_effect - self.mean_ln_effect;
        // What is not known of the level is noise here.
        let precision = scale / (1.0 + weight * expected.variance / expected.mean.max(1e-6));
        self.information += precision * lever * lever;
        let total = self.information + 1.0 / (typical.season_sd * typical.season_sd).max(1e-4);
        let deviation = ((count - expected.mean) / expected.mean.max(1e-6)).clamp(-1.0, 2.0);
        self.strength = (self.strength + precision * lever * deviation / total).clamp(0.0, MAX_STRENGTH);
    }
}

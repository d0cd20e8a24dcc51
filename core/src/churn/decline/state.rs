//! One customer's state: everything that later periods need to know of the earlier ones, in about a kilobyte.

use serde::{Deserialize, Serialize};

use super::filter::Filter;
use super::period::Typical;
use super::since::Recent;
use crate::stats::exp;

/// Evidence at which a period counts half when something is learned about the healthy customer.
const DOUBT: f32 = 100.0;
/// Where one customer stands. Made by [`DeclineModel::start`](super::DeclineModel::start), moved on by
/// [`DeclineModel::update`](super::DeclineModel::update); it can be stored with serde between the two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclineState {
    pub(super) next_period: i64,
    /// Periods seen since the start or the last alarm.
    pub(super) n_seen: u32,
    pub(super) filter: Filter,
    pub(super) silence: Silence,
    pub(super) season: Season,
    pub(super) noise: Noise,
    pub(super) recent: Recent,
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
    pub(super) mean_ln_effect: f32,
    pub(super) weight: f32,
}

/// How irregular the customer's counts are, relative to everyone's: estimate and information.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Noise {
    pub(super) sum: f32,
    pub(super) information: f32,
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
        f64::from(self.filter.level().0)
    }

    pub(super) fn silence(&self) -> &Silence {
        &self.silence
    }

    pub(super) fn season(&self) -> &Season {
        &self.season
    }

    /// What the customer multiplies the level by in a period with that effect.
    pub(super) fn effect(&self, ln_effect: f32) -> f32 {
        exp(self.season.follow(ln_effect))
    }

    /// How far the past may be taken for a healthy one, 0 to 1.
    pub(super) fn trust(&self) -> f32 {
        trust(self.filter.ln_evidence)
    }
}

/// [`DeclineState::trust`].
#[inline(always)]
#[allow(clippy::inline_always, reason = "to become wider vector instructions where its caller does")]
pub(super) fn trust(ln_evidence: f32) -> f32 {
    DOUBT / (DOUBT + exp(if ln_evidence < 40.0 { ln_evidence } else { 40.0 }))
}

impl Season {
    /// The logarithm of what the customer makes of a period's effect: what differs from the mean so far is followed more or
    /// less strongly, so that the strength says nothing about the level.
    pub(super) fn follow(&self, ln_effect: f32) -> f32 {
        follow(ln_effect, self.strength, self.mean_ln_effect)
    }
}

/// [`Season::follow`].
#[inline]
pub(super) fn follow(ln_effect: f32, strength: f32, mean_ln_effect: f32) -> f32 {
    ln_effect + (strength - 1.0) * (ln_effect - mean_ln_effect)
}

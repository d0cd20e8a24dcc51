//! Several customers abreast, moved on together: what each count says about a fall, about pauses, season and noise.
//!
//! One customer's state is [`DeclineState`]. Here a vector register holds one number of each of several customers, which
//! makes a period of many customers several times faster than one after another, and changes no bit.
#![allow(clippy::inline_always, reason = "what is not inlined is compiled for narrow registers only")]

use multiversion::multiversion;

use super::filter::Filter;
use super::filters::{Expected, Filters, Observation};
use super::grid::each;
use super::options::{AlarmRule, DeclineOptions};
use super::period::{Period, Typical};
use super::since::{Recent, Since};
use super::state::{DeclineState, Noise, Season, Silence, follow, trust};
use crate::stats::{exp, ln};

/// As many as a vector register holds where there are wide ones.
pub(super) const WIDE: usize = 8;
/// A squared deviation counts at most this many times the expected one.
const MAX_SURPRISE: f32 = 9.0;
/// Limits of a customer's strength of following the periods' effects.
const MAX_STRENGTH: f32 = 3.0;
/// Standard deviation of the level's logarithm right after an alarm, around the level seen since the fall.
const AFTER_ALARM_SD: f32 = 0.7;

/// What became of one period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<const N: usize> {
    pub(super) expected: Expected<N>,
    /// Dispersion assumed for the customer.
    pub(super) dispersion: [f32; N],
    /// How far the period may be taken for a healthy one, 0 to 1: by the evidence before it.
    pub(super) trust: [f32; N],
}

/// What is known of each before a period.
pub(super) struct Known<const N: usize> {
    /// Mean and variance of the level.
    pub(super) level: [f32; N],
    pub(super) variance: [f32; N],
    /// By how much the customer follows a period's effect, in logarithms: `offset + strength · effect`.
    pub(super) ln_offset: [f32; N],
    pub(super) strength: [f32; N],
    pub(super) prob_silent: [f32; N],
    pub(super) trust: [f32; N],
    /// Dispersion over everyone's.
    pub(super) dispersion_ratio: [f32; N],
}

/// [`DeclineState`] of each of `N` customers.
#[derive(Debug, Clone)]
pub(super) struct Abreast<const N: usize> {
    pub(super) next_period: [i64; N],
    pub(super) n_seen: [u32; N],
    filters: Filters<N>,
    pauses: Pauses<N>,
    seasons: Seasons<N>,
    noises: Noises<N>,
    recent: [Recent; N],
}

/// [`Silence`] of each.
#[derive(Debug, Clone)]
struct Pauses<const N: usize> {
    after_use: [[f32; N]; 2],
    after_pause: [[f32; N]; 2],
    was_silent: [bool; N],
}

/// [`Season`] of each.
#[derive(Debug, Clone)]
struct Seasons<const N: usize> {
    strength: [f32; N],
    information: [f32; N],
    mean_ln_effect: [f32; N],
    weight: [f32; N],
}

/// [`Noise`] of each.
#[derive(Debug, Clone)]
struct Noises<const N: usize> {
    sum: [f32; N],
    information: [f32; N],
}

impl<const N: usize> Abreast<N> {
    /// The same state for all; its recent periods are left out.
    pub(super) fn new(of: &DeclineState) -> Self {
        Self {
            next_period: [of.next_period; N],
            n_seen: [of.n_seen; N],
            filters: Filters::new(&of.filter),
            pauses: Pauses {
                after_use: of.silence.after_use.map(|x| [x; N]),
                after_pause: of.silence.after_pause.map(|x| [x; N]),
                was_silent: [of.silence.was_silent; N],
            },
            seasons: Seasons {
                strength: [of.season.strength; N],
                information: [of.season.information; N],
                mean_ln_effect: [of.season.mean_ln_effect; N],
                weight: [of.season.weight; N],
            },
            noises: Noises { sum: [of.noise.sum; N], information: [of.noise.information; N] },
            recent: std::array::from_fn(|_| Recent::default()),
        }
    }

    /// One customer's state without its recent periods.
    #[inline(always)]
    pub(super) fn get(&self, i: usize) -> DeclineState {
        let Self { pauses, seasons, .. } = self;
        DeclineState {
            next_period: self.next_period[i],
            n_seen: self.n_seen[i],
            filter: self.filters.get(i),
            silence: Silence {
                after_use: pauses.after_use.map(|x| x[i]),
                after_pause: pauses.after_pause.map(|x| x[i]),
                was_silent: pauses.was_silent[i],
            },
            season: Season {
                strength: seasons.strength[i],
                information: seasons.information[i],
                mean_ln_effect: seasons.mean_ln_effect[i],
                weight: seasons.weight[i],
            },
            noise: self.noise(i),
            recent: Recent::default(),
        }
    }

    /// One customer's state; the recent periods are taken away.
    pub(super) fn take(&mut self, i: usize) -> DeclineState {
        DeclineState { recent: std::mem::take(&mut self.recent[i]), ..self.get(i) }
    }

    /// Puts a customer at a place, whose recent periods stay.
    #[inline(always)]
    pub(super) fn set(&mut self, i: usize, of: &DeclineState) {
        let Self { pauses, seasons, noises, .. } = self;
        (self.next_period[i], self.n_seen[i]) = (of.next_period, of.n_seen);
        self.filters.set(i, &of.filter);
        for k in 0..2 {
            pauses.after_use[k][i] = of.silence.after_use[k];
            pauses.after_pause[k][i] = of.silence.after_pause[k];
        }
        pauses.was_silent[i] = of.silence.was_silent;
        (seasons.strength[i], seasons.information[i]) = (of.season.strength, of.season.information);
        (seasons.mean_ln_effect[i], seasons.weight[i]) = (of.season.mean_ln_effect, of.season.weight);
        (noises.sum[i], noises.information[i]) = (of.noise.sum, of.noise.information);
    }

    /// Puts a customer at a place who has just come.
    pub(super) fn start(&mut self, i: usize, first_period: i64, typical: &Typical) {
        self.set(i, &DeclineState::new(first_period, typical));
        self.recent[i] = Recent::default();
    }

    /// What is known of each before the next period.
    pub(super) fn known(&self, typical: &Typical) -> Known<N> {
        let (level, variance) = self.filters.level();
        let Seasons { strength, mean_ln_effect, .. } = &self.seasons;
        Known {
            level,
            variance,
            ln_offset: each(|i| follow(0.0, strength[i], mean_ln_effect[i])),
            strength: *strength,
            prob_silent: self.pauses.prob(typical),
            trust: self.trust(),
            dispersion_ratio: self.noises.ratio(typical),
        }
    }

    pub(super) fn noise(&self, i: usize) -> Noise {
        Noise { sum: self.noises.sum[i], information: self.noises.information[i] }
    }

    pub(super) fn ln_evidence(&self, i: usize) -> f32 {
        self.filters.ln_evidence[i]
    }

    /// How far the past may be taken for a healthy one, 0 to 1.
    #[inline(always)]
    fn trust(&self) -> [f32; N] {
        each(|i| trust(self.filters.ln_evidence[i]))
    }

    /// Takes in the next period: a count, or none for a customer of whom nothing is known in it. Those absent are left as
    /// they are.
    #[inline(always)]
    fn take_in(&mut self, counts: &[Count; N], period: &Period, typical: &Typical) -> Step<N> {
        // Those without a count go along, and are put back as they were.
        let mut kept: Vec<(usize, DeclineState)> = Vec::new();
        if !counts.iter().all(|count| count.is_known()) {
            kept.extend((0..N).filter(|&i| !counts[i].is_known()).map(|i| (i, self.get(i))));
        }
        let count: [f32; N] = each(|i| if let Count::Known(x) = counts[i] { x } else { 0.0 });
        let ln_effect = period.ln_effect;
        let effect: [f32; N] =
            each(|i| exp(follow(ln_effect, self.seasons.strength[i], self.seasons.mean_ln_effect[i])));
        let trust = self.trust();
        let ratio = self.noises.ratio(typical);
        let dispersion: [f32; N] = each(|i| period.dispersion * ratio[i]);
        let prob_silent = self.pauses.prob(typical);
        let expected = self.filters.update(&Observation { count, effect, dispersion, prob_silent });
        let step = Step { expected, dispersion, trust };
        let active: [f32; N] = each(|i| 1.0 - expected.prob_silent[i]);
        let weight: [f32; N] = each(|i| 1.0 / (1.0 + dispersion[i] * expected.mean[i]));
        let learn: [f32; N] = each(|i| active[i] * trust[i]);
        self.noises.learn(&count, &step, period.dispersion, &learn);
        self.seasons.learn(&count, &step, &weight, ln_effect, &learn, typical);
        self.pauses.learn(&count, &step);
        for (i, kept) in &kept {
            self.set(*i, kept);
        }
        for (i, count) in counts.iter().enumerate() {
            match *count {
                Count::Known(count) => {
                    self.recent[i].push(count, effect[i], active[i], weight[i]);
                    self.next_period[i] += 1;
                    self.n_seen[i] += 1;
                }
                Count::Unknown => {
                    self.recent[i].push(0.0, 0.0, 0.0, 0.0);
                    self.next_period[i] += 1;
                }
                Count::Absent => {}
            }
        }
        step
    }

    /// Whether the evidence is above the threshold; then where the level fell, and the customer starts anew from there.
    #[inline]
    pub(super) fn raise(
        &mut self,
        i: usize,
        ln_threshold: f32,
        options: &DeclineOptions,
        dispersion: f32,
    ) -> Option<Since> {
        let is_due = match options.rule {
            AlarmRule::Evidence => self.ln_evidence(i) > ln_threshold,
            AlarmRule::TwoFallsRunning => self.recent[i].fell_twice(),
        };
        if self.n_seen[i] < options.min_periods || !is_due {
            return None;
        }
        let since = self.recent[i].since(dispersion);
        let level = since.level_after.max(0.02 * since.level_before).max(1e-3) as f32;
        self.filters.set(i, &Filter::new(ln(level), AFTER_ALARM_SD));
        self.recent[i] = Recent::default();
        self.n_seen[i] = 0;
        Some(since)
    }
}

/// What a period holds for one customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Count {
    Known(f32),
    /// The customer is there, nothing is known of the period.
    Unknown,
    /// The customer is not there (yet).
    Absent,
}

impl Count {
    pub(super) fn is_known(self) -> bool {
        matches!(self, Self::Known(_))
    }
}

impl Abreast<WIDE> {
    /// [`Self::take_in`], for the registers at hand.
    pub(super) fn observe(&mut self, counts: &[Count; WIDE], period: &Period, typical: &Typical) -> Step<WIDE> {
        wide(self, counts, period, typical)
    }
}

#[multiversion(targets("x86_64+avx+avx2"))]
fn wide(all: &mut Abreast<WIDE>, counts: &[Count; WIDE], period: &Period, typical: &Typical) -> Step<WIDE> {
    all.take_in(counts, period, typical)
}

impl Abreast<1> {
    /// A customer alone.
    pub(super) fn alone(state: &mut DeclineState) -> Self {
        let mut out = Self::new(state);
        out.recent = [std::mem::take(&mut state.recent)];
        out
    }

    /// [`Self::take_in`].
    pub(super) fn observe(&mut self, count: Count, period: &Period, typical: &Typical) -> Step<1> {
        narrow(self, count, period, typical)
    }
}

#[multiversion(targets("x86_64+avx+avx2"))]
fn narrow(one: &mut Abreast<1>, count: Count, period: &Period, typical: &Typical) -> Step<1> {
    one.take_in(&[count], period, typical)
}

impl<const N: usize> Pauses<N> {
    #[inline(always)]
    fn prob(&self, typical: &Typical) -> [f32; N] {
        let ([a, b], [c, d]) = (typical.silent_after_use, typical.silent_after_pause);
        each(|i| {
            let (silent, active) = if self.was_silent[i] {
                (c + self.after_pause[0][i], d + self.after_pause[1][i])
            } else {
                (a + self.after_use[0][i], b + self.after_use[1][i])
            };
            silent / (silent + active)
        })
    }

    #[inline(always)]
    fn learn(&mut self, count: &[f32; N], step: &Step<N>) {
        let silent: [f32; N] =
            each(|i| if count[i] > 0.0 { 0.0 } else { step.trust[i] * step.expected.prob_silent[i] });
        let active: [f32; N] = each(|i| if count[i] > 0.0 { step.trust[i] } else { 0.0 });
        let was = self.was_silent;
        for (k, seen) in [silent, active].iter().enumerate() {
            let (pause, after_use) = (&mut self.after_pause[k], &mut self.after_use[k]);
            *pause = each(|i| pause[i] + if was[i] { seen[i] } else { 0.0 });
            *after_use = each(|i| after_use[i] + if was[i] { 0.0 } else { seen[i] });
        }
        self.was_silent = count.map(|x| x <= 0.0);
    }
}

impl<const N: usize> Noises<N> {
    #[inline(always)]
    fn ratio(&self, typical: &Typical) -> [f32; N] {
        let prior = 1.0 / typical.dispersion_spread.max(1e-4);
        each(|i| {
            let ratio = (prior + self.sum[i]) / (prior + self.information[i]);
            let ratio = if ratio > 0.1 { ratio } else { 0.1 };
            if ratio < 10.0 { ratio } else { 10.0 }
        })
    }

    #[inline(always)]
    fn learn(&mut self, count: &[f32; N], step: &Step<N>, everyone: f32, learn: &[f32; N]) {
        let Expected { mean, variance, .. } = &step.expected;
        let information: [f32; N] = each(|i| {
            let typical = everyone * mean[i] * mean[i];
            // The square of a deviation has twice the variance squared as its variance, and more when counts are skewed.
            let share = typical / (mean[i] + variance[i] + step.dispersion[i] * mean[i] * mean[i]);
            if typical > 1e-6 * mean[i] { learn[i] * 0.5 * share * share } else { 0.0 }
        });
        self.sum = each(|i| {
            let typical = everyone * mean[i] * mean[i];
            let most = MAX_SURPRISE * (mean[i] + variance[i] + step.dispersion[i] * mean[i] * mean[i]);
            let square = (count[i] - mean[i]) * (count[i] - mean[i]);
            let square = if square < most { square } else { most };
            let gain = information[i] * (square - mean[i] - variance[i]) / typical;
            self.sum[i] + if typical > 1e-6 * mean[i] { gain } else { 0.0 }
        });
        self.information = each(|i| self.information[i] + information[i]);
    }
}

impl<const N: usize> Seasons<N> {
    #[inline(always)]
    fn learn(
        &mut self,
        count: &[f32; N],
        step: &Step<N>,
        weight: &[f32; N],
        ln_effect: f32,
        learn: &[f32; N],
        typical: &Typical,
    ) {
        let Expected { mean, variance, .. } = &step.expected;
        let least: [f32; N] = each(|i| if mean[i] > 1e-6 { mean[i] } else { 1e-6 });
        let scale: [f32; N] = each(|i| learn[i] * weight[i] * mean[i]);
        self.weight = each(|i| self.weight[i] + scale[i]);
        self.mean_ln_effect = each(|i| {
            let mean = self.mean_ln_effect[i];
            mean + scale[i] * (ln_effect - mean) / (self.weight[i] + 1e-6)
        });
        let lever: [f32; N] = each(|i| ln_effect - self.mean_ln_effect[i]);
        // What is not known of the level is noise here.
        let precision: [f32; N] = each(|i| scale[i] / (1.0 + weight[i] * variance[i] / least[i]));
        self.information = each(|i| self.information[i] + precision[i] * lever[i] * lever[i]);
        let prior = 1.0 / (typical.season_sd * typical.season_sd).max(1e-4);
        self.strength = each(|i| {
            let deviation = (count[i] - mean[i]) / least[i];
            let deviation = if deviation > -1.0 { deviation } else { -1.0 };
            let deviation = if deviation < 2.0 { deviation } else { 2.0 };
            let strength = self.strength[i] + precision[i] * lever[i] * deviation / (self.information[i] + prior);
            let strength = if strength > 0.0 { strength } else { 0.0 };
            if strength < MAX_STRENGTH { strength } else { MAX_STRENGTH }
        });
    }
}

//! Healthy customers, simulated from what is known of real ones: what evidence arises without any fall.

use rayon::prelude::*;

use super::abreast::{Count, WIDE};
use super::group::{Group, Member};
use super::options::DeclineOptions;
use super::period::{NEVER, Period, Typical};
use super::state::DeclineState;
use crate::stats::Draws;

/// A real customer, as far as a twin needs it: of the counts only the unknown ones matter.
pub(super) type Model<'a> = (Member<'a>, DeclineState);

/// How a simulated customer lives, whose level never falls.
struct Life {
    level: f64,
    strength: f64,
    mean_ln_effect: f64,
    dispersion_ratio: f64,
    prob_silent: [f64; 2],
    was_silent: bool,
    draws: Draws,
    last_dispersion: f32,
    has_alarmed: bool,
}

/// As many twins as stand abreast.
struct Few<'a> {
    lives: Vec<Life>,
    group: Group<'a>,
}

/// All twins, at the same period.
pub(super) struct Twins<'a> {
    all: Vec<Few<'a>>,
    options: &'a DeclineOptions,
    /// Alarms allowed and raised since these twins were made.
    allowed: f64,
    raised: f64,
}

/// One draw around what is known of a level.
fn level(state: &DeclineState, draws: &mut Draws) -> f64 {
    let (mean, sd) = state.filter.ln_level();
    (f64::from(mean) + f64::from(sd) * draws.normal()).exp()
}

impl<'a> Twins<'a> {
    /// `n` twins of the models in turn; `round` makes their counts differ from those of other rounds.
    pub(super) fn new(
        models: &[Model<'a>],
        typical: &Typical,
        round: u64,
        n: usize,
        options: &'a DeclineOptions,
    ) -> Self {
        let n = if models.is_empty() { 0 } else { n };
        let model = |i: usize| &models[i % models.len()];
        let all = (0..n.div_ceil(WIDE))
            .into_par_iter()
            .map(|k| {
                let places = k * WIDE..n.min((k + 1) * WIDE);
                let life = |i: usize| Life::new(&model(i).1, typical, Draws::new(round, i as u64));
                Few { lives: places.clone().map(life).collect(), group: Group::new(places.map(|i| model(i).0)) }
            })
            .collect();
        Self { all, options, allowed: 0.0, raised: 0.0 }
    }

    /// Lives through periods whose thresholds are known.
    pub(super) fn replay(&mut self, begin: i64, periods: &[Period], typicals: &[Typical]) {
        let options = self.options;
        self.all.par_iter_mut().for_each(|few| {
            for (k, period) in periods.iter().enumerate() {
                let at = begin + k as i64;
                few.live(at, period, &typicals[period.typical as usize]);
                few.raise(at, period.ln_threshold, options);
            }
        });
    }

    /// The share of twins that have alarmed.
    pub(super) fn share_alarmed(&self) -> f64 {
        let alarmed: usize = self.all.iter().map(|few| few.lives.iter().filter(|l| l.has_alarmed).count()).sum();
        alarmed as f64 / self.all.iter().map(|few| few.lives.len()).sum::<usize>().max(1) as f64
    }

    /// Lives through the next period, and sets the threshold that so many of the twins exceed as are allowed; `before` is
    /// the threshold of the period before.
    pub(super) fn live(&mut self, at: i64, period: &mut Period, typical: &Typical, rate: f64, before: f32) {
        /// Weight of the latest period's quantile: one period alone has too few alarms to tell.
        const LATEST: f32 = 0.15;
        /// Share of a surplus or lack of alarms that one period makes up for.
        const FEEDBACK: f64 = 0.1;
        let options = self.options;
        let mut evidence: Vec<f32> = self
            .all
            .par_iter_mut()
            .flat_map_iter(|few| {
                few.live(at, period, typical);
                let states = &few.group.states;
                let judged = (0..few.lives.len())
                    .filter(|&i| states.next_period[i] == at + 1 && states.n_seen[i] >= options.min_periods);
                judged.map(|i| states.ln_evidence(i)).collect::<Vec<f32>>()
            })
            .collect();
        if evidence.is_empty() {
            period.ln_threshold = NEVER;
            return;
        }
        let due = rate * evidence.len() as f64;
        let wanted = due + FEEDBACK * (self.allowed - self.raised);
        self.allowed += due;
        let place = (wanted.max(0.0) as usize).min(evidence.len() - 1);
        let (_, &mut latest, _) = evidence.select_nth_unstable_by(place, |a, b| b.total_cmp(a));
        period.ln_threshold = if before < NEVER { before + LATEST * (latest - before) } else { latest };
        let threshold = period.ln_threshold;
        self.raised += self.all.par_iter_mut().map(|few| few.raise(at, threshold, options)).sum::<usize>() as f64;
    }

    /// The states of all twins, without their recent periods.
    pub(super) fn states(&self) -> Vec<DeclineState> {
        self.all.iter().flat_map(|few| few.group.begun(i64::MAX)).map(|(_, state)| state).collect()
    }
}

impl Few<'_> {
    /// One period of those who are there.
    fn live(&mut self, at: i64, period: &Period, typical: &Typical) {
        let mut counts = self.group.counts(at);
        for (count, life) in counts.iter_mut().zip(&mut self.lives) {
            if count.is_known() {
                *count = Count::Known(life.count(period));
            }
        }
        self.group.start(at, typical);
        let step = self.group.states.observe(&counts, period, typical);
        for (life, (count, dispersion)) in self.lives.iter_mut().zip(counts.iter().zip(step.dispersion)) {
            if count.is_known() {
                life.last_dispersion = dispersion;
            }
        }
    }

    /// Alarms after a period; how many.
    fn raise(&mut self, at: i64, ln_threshold: f32, options: &DeclineOptions) -> usize {
        let states = &mut self.group.states;
        let mut n = 0;
        for (i, life) in self.lives.iter_mut().enumerate() {
            if states.next_period[i] == at + 1 && states.raise(i, ln_threshold, options, life.last_dispersion).is_some()
            {
                life.has_alarmed = true;
                n += 1;
            }
        }
        n
    }
}

impl Life {
    fn new(state: &DeclineState, typical: &Typical, mut draws: Draws) -> Self {
        let beta = |draws: &mut Draws, [silent, active]: [f32; 2], [a, b]: [f32; 2]| {
            draws.beta(f64::from(a + silent).max(1e-6), f64::from(b + active).max(1e-6))
        };
        let silence = state.silence();
        let spread = f64::from(typical.dispersion_spread);
        Self {
            level: level(state, &mut draws),
            strength: (1.0 + f64::from(typical.season_sd) * draws.normal()).clamp(0.0, 3.0),
            mean_ln_effect: f64::from(state.season().mean_ln_effect),
            dispersion_ratio: if spread > 1e-3 { draws.gamma(1.0 / spread) * spread } else { 1.0 },
            prob_silent: [
                beta(&mut draws, silence.after_use, typical.silent_after_use),
                beta(&mut draws, silence.after_pause, typical.silent_after_pause),
            ],
            was_silent: false,
            draws,
            last_dispersion: 0.0,
            has_alarmed: false,
        }
    }

    fn follow(&self, ln_effect: f64) -> f64 {
        ln_effect + (self.strength - 1.0) * (ln_effect - self.mean_ln_effect)
    }

    /// The count of the next period.
    fn count(&mut self, period: &Period) -> f32 {
        let is_silent = self.draws.uniform() < self.prob_silent[usize::from(self.was_silent)];
        let count = if is_silent {
            0.0
        } else {
            let mean = self.level * self.follow(f64::from(period.ln_effect)).exp();
            self.draws.count(mean.min(1e12), f64::from(period.dispersion) * self.dispersion_ratio)
        };
        self.was_silent = count <= 0.0;
        count as f32
    }
}

//! Healthy customers, simulated from what is known of real ones: what evidence arises without any fall.

use rayon::prelude::*;

use super::abreast::{Count, WIDE};
use super::grid::each;
use super::group::{Group, Member};
use super::options::DeclineOptions;
use super::period::{NEVER, Period, Typical};
use super::state::{DeclineState, Noise, follow};
use crate::stats::{Draws, exp, is_small, smallest_above};

/// Groups that one thread takes at least.
const SHARE: usize = 16;

/// A real customer, as far as a twin needs it: of the counts only the unknown ones matter.
pub(super) type Model<'a> = (Member<'a>, DeclineState);

/// How simulated customers live, as many as stand abreast, whose levels never fall.
struct Lives {
    n: usize,
    level: [f32; WIDE],
    strength: [f32; WIDE],
    mean_ln_effect: [f32; WIDE],
    dispersion_ratio: [f32; WIDE],
    /// After a period of use, and after one without.
    prob_silent: [[f32; WIDE]; 2],
    was_silent: [bool; WIDE],
    draws: [Draws; WIDE],
    last_dispersion: [f32; WIDE],
    has_alarmed: [bool; WIDE],
}

/// As many twins as stand abreast.
struct Few<'a> {
    lives: Lives,
    group: Group<'a>,
}

/// All twins, at the same period.
pub(super) struct Twins<'a> {
    all: Vec<Few<'a>>,
    options: &'a DeclineOptions,
    /// The period before which they were made, of the customers who had begun by it.
    pub(super) made_at: i64,
    /// Alarms allowed and raised since these twins were made.
    allowed: f64,
    raised: f64,
}

/// One draw around what is known of a level.
fn level(state: &DeclineState, draws: &mut Draws) -> f32 {
    let (mean, sd) = state.filter.ln_level();
    exp(mean + sd * draws.normal() as f32)
}

impl<'a> Twins<'a> {
    /// `n` twins of the models in turn; `round` makes their counts differ from those of other rounds.
    pub(super) fn new(
        models: &[Model<'a>],
        typical: &Typical,
        round: u64,
        made_at: i64,
        n: usize,
        options: &'a DeclineOptions,
    ) -> Self {
        let n = if models.is_empty() { 0 } else { n };
        let model = |i: usize| &models[i % models.len()];
        let all = (0..n.div_ceil(WIDE))
            .into_par_iter()
            .map(|k| {
                let places = k * WIDE..n.min((k + 1) * WIDE);
                let mut lives = Lives::new(round, k * WIDE);
                for i in places.clone() {
                    lives.add(&model(i).1, typical);
                }
                Few { lives, group: Group::new(places.map(|i| model(i).0)) }
            })
            .collect();
        Self { all, options, made_at, allowed: 0.0, raised: 0.0 }
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
        let alarmed: usize = self.all.iter().map(|few| few.lives.has_alarmed.iter().filter(|x| **x).count()).sum();
        alarmed as f64 / self.all.iter().map(|few| few.lives.n).sum::<usize>().max(1) as f64
    }

    /// Lives through the next period, and sets the threshold that so many of the twins exceed as are allowed; `before` is
    /// the threshold of the period before.
    pub(super) fn live(&mut self, at: i64, period: &mut Period, typical: &Typical, rate: f64, before: f32) {
        /// Weight of the latest period's quantile: one period alone has too few alarms to tell.
        const LATEST: f32 = 0.15;
        /// Share of a surplus or lack of alarms that one period makes up for.
        const FEEDBACK: f64 = 0.1;
        let options = self.options;
        let judged: Vec<[Option<f32>; WIDE]> = self
            .all
            .par_iter_mut()
            .with_min_len(SHARE)
            .map(|few| {
                few.live(at, period, typical);
                few.judged(at, options)
            })
            .collect();
        let mut evidence: Vec<f32> = judged.into_iter().flatten().flatten().collect();
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
        self.raised +=
            self.all.par_iter_mut().with_min_len(SHARE).map(|few| few.raise(at, threshold, options)).sum::<usize>()
                as f64;
    }

    /// How irregular the twins are, and the trust in each.
    pub(super) fn noises(&self) -> impl Iterator<Item = (f32, Noise)> + '_ {
        self.all.iter().flat_map(|few| few.group.noises(i64::MAX))
    }
}

impl Few<'_> {
    /// One period of those who are there.
    fn live(&mut self, at: i64, period: &Period, typical: &Typical) {
        let mut counts = self.group.counts(at);
        let lived = self.lives.counts(period);
        for (i, count) in counts.iter_mut().enumerate().filter(|(_, count)| count.is_known()) {
            *count = Count::Known(lived[i]);
            self.lives.was_silent[i] = lived[i] <= 0.0;
        }
        self.group.start(at, typical);
        let step = self.group.states.observe(&counts, period, typical);
        for (i, _) in counts.iter().enumerate().filter(|(_, count)| count.is_known()) {
            self.lives.last_dispersion[i] = step.dispersion[i];
        }
    }

    /// The evidence of those who may alarm after a period.
    fn judged(&self, at: i64, options: &DeclineOptions) -> [Option<f32>; WIDE] {
        let states = &self.group.states;
        let may =
            |i: usize| i < self.lives.n && states.next_period[i] == at + 1 && states.n_seen[i] >= options.min_periods;
        std::array::from_fn(|i| may(i).then(|| states.ln_evidence(i)))
    }

    /// Alarms after a period; how many.
    fn raise(&mut self, at: i64, ln_threshold: f32, options: &DeclineOptions) -> usize {
        let Self { lives, group } = self;
        let states = &mut group.states;
        let mut n = 0;
        for i in 0..lives.n {
            let is_there = states.next_period[i] == at + 1;
            if is_there && states.raise(i, ln_threshold, options, lives.last_dispersion[i]).is_some() {
                lives.has_alarmed[i] = true;
                n += 1;
            }
        }
        n
    }
}

impl Lives {
    /// Nobody yet; the first to come is number `first` of all.
    fn new(round: u64, first: usize) -> Self {
        Self {
            n: 0,
            level: [0.0; WIDE],
            strength: [1.0; WIDE],
            mean_ln_effect: [0.0; WIDE],
            dispersion_ratio: [1.0; WIDE],
            prob_silent: [[0.0; WIDE]; 2],
            was_silent: [false; WIDE],
            draws: std::array::from_fn(|i| Draws::new(round, (first + i) as u64)),
            last_dispersion: [0.0; WIDE],
            has_alarmed: [false; WIDE],
        }
    }

    /// One more, with traits drawn around what is known of a real customer.
    fn add(&mut self, state: &DeclineState, typical: &Typical) {
        let i = self.n;
        let draws = &mut self.draws[i];
        let spread = f64::from(typical.dispersion_spread);
        self.level[i] = level(state, draws);
        self.strength[i] = (1.0 + typical.season_sd * draws.normal() as f32).clamp(0.0, 3.0);
        self.mean_ln_effect[i] = state.season().mean_ln_effect;
        self.dispersion_ratio[i] = if spread > 1e-3 { (draws.gamma(1.0 / spread) * spread) as f32 } else { 1.0 };
        let silence = state.silence();
        let own = [silence.after_use, silence.after_pause];
        let everyone = [typical.silent_after_use, typical.silent_after_pause];
        for (prob, ([silent, active], [a, b])) in self.prob_silent.iter_mut().zip(own.into_iter().zip(everyone)) {
            prob[i] = draws.beta(f64::from(a + silent).max(1e-6), f64::from(b + active).max(1e-6)) as f32;
        }
        self.n += 1;
    }

    /// The counts of a period.
    fn counts(&mut self, period: &Period) -> [f32; WIDE] {
        let mean: [f32; WIDE] = each(|i| {
            let mean = self.level[i] * exp(follow(period.ln_effect, self.strength[i], self.mean_ln_effect[i]));
            if mean < 1e12 { mean } else { 1e12 }
        });
        let dispersion: [f32; WIDE] = each(|i| period.dispersion * self.dispersion_ratio[i]);
        let (mut of_pause, mut of_count) = ([0f32; WIDE], [0f32; WIDE]);
        for (i, draws) in self.draws.iter_mut().enumerate() {
            [of_pause[i], of_count[i]] = draws.pair();
        }
        let is_large: [bool; WIDE] = std::array::from_fn(|i| !is_small(mean[i], dispersion[i]));
        let small = |x: &[f32; WIDE]| each(|i| if is_large[i] { 0.0 } else { x[i] });
        let mut counts = smallest_above(&of_count, &small(&mean), &small(&dispersion));
        for i in (0..WIDE).filter(|&i| is_large[i]) {
            counts[i] = self.draws[i].count(f64::from(mean[i]), f64::from(dispersion[i])) as f32;
        }
        for (i, count) in counts.iter_mut().enumerate() {
            if of_pause[i] < self.prob_silent[usize::from(self.was_silent[i])][i] {
                *count = 0.0;
            }
        }
        counts
    }
}

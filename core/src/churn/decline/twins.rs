//! Healthy customers, simulated from what is known of real ones: what evidence arises without any fall.

use rayon::prelude::*;

use super::options::DeclineOptions;
use super::period::{NEVER, Period, Typical};
use super::state::DeclineState;
use crate::stats::Draws;

/// A real customer, as far as a twin needs it.
pub(super) struct Model<'a, 's> {
    pub(super) first_period: i64,
    /// The real counts, of which only the unknown ones matter.
    pub(super) series: &'a [f32],
    pub(super) state: &'s DeclineState,
}

/// A simulated customer whose level never falls.
struct Twin<'a> {
    series: &'a [f32],
    first_period: i64,
    level: f64,
    strength: f64,
    mean_ln_effect: f64,
    dispersion_ratio: f64,
    prob_silent: [f64; 2],
    was_silent: bool,
    state: DeclineState,
    draws: Draws,
    last_dispersion: f32,
    has_alarmed: bool,
}

/// All twins, at the same period.
pub(super) struct Twins<'a> {
    all: Vec<Twin<'a>>,
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
        models: &[Model<'a, '_>],
        typical: &Typical,
        round: u64,
        n: usize,
        options: &'a DeclineOptions,
    ) -> Self {
        let n = if models.is_empty() { 0 } else { n };
        let beta = |draws: &mut Draws, [silent, active]: [f32; 2], [a, b]: [f32; 2]| {
            draws.beta(f64::from(a + silent).max(1e-6), f64::from(b + active).max(1e-6))
        };
        let all = (0..n)
            .into_par_iter()
            .map(|i| {
                let model = &models[i % models.len()];
                let mut draws = Draws::new(round, i as u64);
                let silence = model.state.silence();
                let spread = f64::from(typical.dispersion_spread);
                Twin {
                    series: model.series,
                    first_period: model.first_period,
                    level: level(model.state, &mut draws),
                    strength: (1.0 + f64::from(typical.season_sd) * draws.normal()).clamp(0.0, 3.0),
                    mean_ln_effect: f64::from(model.state.season().mean_ln_effect()),
                    dispersion_ratio: if spread > 1e-3 { draws.gamma(1.0 / spread) * spread } else { 1.0 },
                    prob_silent: [
                        beta(&mut draws, silence.after_use, typical.silent_after_use),
                        beta(&mut draws, silence.after_pause, typical.silent_after_pause),
                    ],
                    was_silent: false,
                    state: DeclineState::new(model.first_period, typical),
                    draws,
                    last_dispersion: 0.0,
                    has_alarmed: false,
                }
            })
            .collect();
        Self { all, options, allowed: 0.0, raised: 0.0 }
    }

    /// Lives through periods whose thresholds are known.
    pub(super) fn replay(&mut self, begin: i64, periods: &[Period], typicals: &[Typical]) {
        let options = self.options;
        self.all.par_iter_mut().for_each(|twin| {
            for (k, period) in periods.iter().enumerate() {
                twin.live(begin + k as i64, period, &typicals[period.typical as usize]);
                twin.has_alarmed |= twin.state.raise(period.ln_threshold, options, twin.last_dispersion).is_some();
            }
        });
    }

    /// The share of twins that have alarmed.
    pub(super) fn share_alarmed(&self) -> f64 {
        self.all.iter().filter(|t| t.has_alarmed).count() as f64 / self.all.len().max(1) as f64
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
            .filter_map(|twin| {
                twin.live(at, period, typical);
                let state = &twin.state;
                (state.next_period == at + 1 && state.n_seen >= options.min_periods).then(|| state.filter.ln_evidence())
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
        let raised: usize = self
            .all
            .par_iter_mut()
            .map(|twin| {
                let is_new = twin.state.next_period == at + 1;
                usize::from(is_new && twin.state.raise(threshold, options, twin.last_dispersion).is_some())
            })
            .sum();
        self.raised += raised as f64;
    }

    /// The states of all twins.
    pub(super) fn states(&self) -> impl Iterator<Item = &DeclineState> {
        self.all.iter().map(|t| &t.state)
    }
}

impl Twin<'_> {
    fn follow(&self, ln_effect: f64) -> f64 {
        ln_effect + (self.strength - 1.0) * (ln_effect - self.mean_ln_effect)
    }

    /// One period, if the customer was there.
    fn live(&mut self, at: i64, period: &Period, typical: &Typical) {
        let Some(real) = usize::try_from(at - self.first_period).ok().and_then(|k| self.series.get(k)) else {
            return;
        };
        if at == self.first_period {
            self.state = DeclineState::new(at, typical);
        }
        if real.is_nan() {
            self.state.skip();
            return;
        }
        let is_silent = self.draws.uniform() < self.prob_silent[usize::from(self.was_silent)];
        let count = if is_silent {
            0.0
        } else {
            let mean = self.level * self.follow(f64::from(period.ln_effect)).exp();
            self.draws.count(mean.min(1e12), f64::from(period.dispersion) * self.dispersion_ratio)
        };
        self.was_silent = count <= 0.0;
        self.last_dispersion = self.state.observe(count as f32, period, typical).dispersion;
    }
}

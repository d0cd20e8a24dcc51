//! Learning the population, period by period: each is judged with what was known when it ended, and nothing later.

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::abreast::{Count, WIDE};
use super::group::{Group, Member};
use super::options::DeclineOptions;
use super::period::{NEVER, Period, Typical};
use super::state::DeclineState;
use super::tally::{Excess, Tally, dispersion_variance, excess, levels, period_dispersion, typical};
use super::twins::{Model, Twins};
use super::usage::Usage;
use crate::error::Result;
use crate::progress::Watch;
use crate::stats::{exp, ln_1p};

/// Fewer customers than this cannot tell how differently everyone met a period.
const MIN_CUSTOMERS: usize = 20;
/// Standard deviation of the logarithm of periods' effects, before they are seen.
const EFFECT_SD: f64 = 0.5;
/// Limit of the logarithm of an effect.
const MAX_LN_EFFECT: f64 = 4.0;
/// Groups of customers whose sums are one thread's work.
const CHUNK: usize = 64;
/// How often the first periods are gone through to learn what is typical.
const FIRST_ROUNDS: usize = 3;
/// Of the twins that set thresholds, one in so many is enough to tell how far customers' dispersions differ.
const SPREAD_SHARE: usize = 4;

/// What was learned.
pub(super) struct Learned {
    pub(super) begin: i64,
    pub(super) periods: Vec<Period>,
    pub(super) typicals: Vec<Typical>,
    pub(super) n_customers: usize,
    /// The share of healthy customers that alarm within an ordinary year, by simulation.
    pub(super) false_alarms_per_year: f64,
}

struct Fit<'a> {
    options: &'a DeclineOptions,
    groups: Vec<Group<'a>>,
    typicals: Vec<Typical>,
    tally: Tally,
}

/// The customers that the population is learned from: those whose names have the smallest hashes; who came first first, so
/// that those abreast begin together.
fn sample(usage: &Usage, max: usize) -> Vec<Member<'_>> {
    let mut hashed: Vec<(u64, usize)> =
        usage.customers.iter().enumerate().map(|(c, id)| (xxh3_64(id.to_string().as_bytes()), c)).collect();
    if hashed.len() > max {
        hashed.select_nth_unstable(max);
        hashed.truncate(max);
    }
    hashed.sort_unstable_by_key(|&(hash, c)| (usage.first[c], hash, c));
    hashed.into_iter().map(|(_, c)| Member { first_period: usage.first[c], series: usage.series(c) }).collect()
}

fn groups<'a>(members: &[Member<'a>]) -> Vec<Group<'a>> {
    members.chunks(WIDE).map(|those| Group::new(those.iter().copied())).collect()
}

/// Learns from everyone's counts.
pub(super) fn learn(usage: &Usage, options: &DeclineOptions, watch: &mut Watch<'_>) -> Result<Learned> {
    let begin = usage.first_period();
    let n_periods = usage.last_period() - begin + 1;
    let groups = groups(&sample(usage, options.max_customers));
    let mut fit = Fit { options, groups, typicals: vec![Typical::default()], tally: Tally::default() };
    let warm_up = n_periods.min(i64::from(options.min_periods));
    watch.tell(0.0)?;
    fit.first_rounds(begin, begin + warm_up);
    let periods = fit.run(begin, begin + warm_up, begin + n_periods, &mut watch.part(0.1, 0.9))?;
    watch.tell(0.9)?;
    let false_alarms_per_year = fit.ordinary_year(periods.last());
    Ok(Learned { begin, periods, typicals: fit.typicals, n_customers: usage.n_customers(), false_alarms_per_year })
}

impl<'a> Fit<'a> {
    fn now(&self) -> &Typical {
        // There is always one.
        &self.typicals[self.typicals.len() - 1]
    }

    /// Those who have begun by a period.
    fn states(&self, by: i64) -> Vec<DeclineState> {
        self.groups.iter().flat_map(|g| g.begun(by)).map(|(_, state)| state).collect()
    }

    /// Goes through the first periods a few times, each time with what the last one taught.
    fn first_rounds(&mut self, begin: i64, end: i64) {
        for round in 0..FIRST_ROUNDS {
            self.tally = Tally::default();
            for at in begin..end {
                self.start(at);
                let mut period = self.judge(at);
                if round == 0 {
                    // Effects are relative to levels, which are not known before the second round.
                    period.ln_effect = 0.0;
                }
                self.observe(at, &period, None);
            }
            let states = self.states(end - 1);
            let mut new = typical(&states, &self.tally, self.now());
            (new.level_ln, new.level_sd) = levels(&states, self.now());
            // Nothing is known of seasons yet.
            new.season_sd = Typical::default().season_sd;
            self.typicals = vec![new];
        }
        self.tally = Tally::default();
    }

    fn run(&mut self, begin: i64, first_alarm: i64, end: i64, watch: &mut Watch<'_>) -> Result<Vec<Period>> {
        let rate = self.options.rate_per_period();
        let options = self.options;
        let mut periods: Vec<Period> = Vec::with_capacity((end - begin) as usize);
        let mut twins: Option<Twins<'a>> = None;
        let (mut next_round, mut step) = (first_alarm, 4);
        for at in begin..end {
            watch.tell((at - begin) as f64 / (end - begin) as f64)?;
            self.start(at);
            if at == next_round {
                twins = Some(self.round(begin, at, &periods, twins.take()));
                (next_round, step) = (next_round + step, step * 2);
            }
            let mut period = self.judge(at);
            if let Some(twins) = &mut twins {
                let before = periods.last().map_or(NEVER, |p| p.ln_threshold);
                let typical = &self.typicals[period.typical as usize];
                twins.live(at, &mut period, typical, rate, before);
            }
            self.observe(at, &period, Some(options));
            periods.push(period);
        }
        Ok(periods)
    }

    /// Learns anew what is typical, and makes new twins by it, in the place of those of the last round.
    fn round(&mut self, begin: i64, at: i64, periods: &[Period], last: Option<Twins<'a>>) -> Twins<'a> {
        let mut twins = last;
        let states = self.states(at);
        if twins.is_none() {
            // The first periods were judged by the first of the rounds before; nothing of theirs is kept.
            let new = typical(&states, &self.tally, self.now());
            self.typicals.push(Typical { dispersion_spread: 0.0, ..new });
            twins = Some(self.twins(begin, at, periods, 1, self.options.n_simulated / SPREAD_SHARE));
        }
        let mut new = typical(&states, &self.tally, self.now());
        if let Some(twins) = &twins {
            // Of the customers that the twins were made of.
            let seen = dispersion_variance(self.groups.iter().flat_map(|g| g.noises(twins.made_at)));
            let excess = seen - dispersion_variance(twins.noises());
            new.dispersion_spread = (f64::from(new.dispersion_spread) + excess).clamp(0.0, 4.0) as f32;
        }
        self.typicals.push(new);
        self.twins(begin, at, periods, self.typicals.len() as u64, self.options.n_simulated)
    }

    /// Customers in whom no fall is suspected.
    fn models(&self, by: i64) -> Vec<Model<'a>> {
        self.groups.iter().flat_map(|g| g.begun(by)).filter(|(_, state)| state.trust() > 0.3).collect()
    }

    fn twins(&self, begin: i64, at: i64, periods: &[Period], round: u64, n: usize) -> Twins<'a> {
        let mut twins = Twins::new(&self.models(at), self.now(), round, at, n, self.options);
        twins.replay(begin, periods, &self.typicals);
        twins
    }

    /// The share of healthy customers that alarm in a year without season, after the periods no alarm is raised in.
    fn ordinary_year(&self, last: Option<&Period>) -> f64 {
        let n = f64::from(self.options.min_periods) + self.options.year() - 1.0;
        let series = vec![0f32; n.ceil() as usize];
        let typical = self.now();
        let ordinary = Member { first_period: 0, series: &series };
        let models: Vec<Model<'_>> = self.models(i64::MAX).into_iter().map(|(_, state)| (ordinary, state)).collect();
        let period = Period {
            ln_effect: 0.0,
            dispersion: typical.dispersion,
            ln_threshold: last.map_or(NEVER, |p| p.ln_threshold),
            typical: 0,
        };
        let mut twins = Twins::new(&models, typical, 0, 0, self.options.n_simulated, self.options);
        twins.replay(0, &vec![period; series.len()], std::slice::from_ref(typical));
        twins.share_alarmed()
    }

    /// Customers whose first period this is.
    fn start(&mut self, at: i64) {
        let typical = self.now().clone();
        self.groups.iter_mut().for_each(|g| g.start(at, &typical));
    }

    /// The period's effect and dispersion, from everyone's counts in it and what was known of each before.
    fn judge(&self, at: i64) -> Period {
        let known = self.now();
        let dispersion = self.tally.dispersion_or(known.dispersion);
        // Chunks that depend on the customers alone, so that sums do not depend on the threads.
        let rows: Vec<Vec<Row>> =
            self.groups.par_chunks(CHUNK).map(|those| rows(those, at, known, dispersion)).collect();
        let n: usize = rows.iter().map(Vec::len).sum();
        let (ln_effect, doubt) = if n < 2 { (0.0, EFFECT_SD * EFFECT_SD) } else { effect(&rows) };
        // What is not known of a period's effect is noise to each customer: the variance of a lognormal factor. A single customer's
        // dispersion already holds it.
        let doubt = doubt.exp_m1() as f32;
        let mut dispersion = if n < 2 { dispersion.max(doubt) } else { dispersion + doubt };
        if n >= MIN_CUSTOMERS {
            let parts = |those: &Vec<Row>| -> Vec<(f64, f64)> {
                those.iter().map(|r| r.excess(ln_effect, dispersion)).collect()
            };
            let parts: Vec<Vec<(f64, f64)>> = rows.par_iter().map(parts).collect();
            let Excess { dispersion: seen, standard_error } = period_dispersion(&parts.concat());
            // A period that customers met very differently says less about each.
            dispersion = dispersion.max((seen - 2.0 * standard_error).min(10.0) as f32);
        }
        Period { ln_effect, dispersion, ln_threshold: NEVER, typical: (self.typicals.len() - 1) as u16 }
    }

    /// Takes in a period; with options, those are alarmed who are due.
    fn observe(&mut self, at: i64, period: &Period, alarms: Option<&DeclineOptions>) {
        let typical = &self.typicals[period.typical as usize];
        let tallies: Vec<Tally> = self
            .groups
            .par_chunks_mut(CHUNK)
            .map(|those| {
                let mut tally = Tally::default();
                for group in those {
                    let counts = group.counts(at);
                    let step = group.states.observe(&counts, period, typical);
                    for (i, count) in counts.into_iter().enumerate() {
                        if let Count::Known(count) = count {
                            tally.add(count, &step, i, period);
                            if let Some(options) = alarms {
                                group.states.raise(i, period.ln_threshold, options, step.dispersion[i]);
                            }
                        }
                    }
                }
                tally
            })
            .collect();
        for tally in &tallies {
            self.tally.join(tally);
        }
    }
}

/// What is known of those who have a count in a period.
fn rows(groups: &[Group<'_>], at: i64, typical: &Typical, dispersion: f32) -> Vec<Row> {
    let mut out = Vec::with_capacity(groups.len() * WIDE);
    for group in groups {
        let known = group.states.known(typical);
        for (i, count) in group.counts(at).into_iter().enumerate() {
            if let Count::Known(count) = count {
                out.push(Row {
                    count,
                    level: known.level[i],
                    variance: known.variance[i],
                    ln_offset: known.ln_offset[i],
                    strength: known.strength[i],
                    prob_silent: known.prob_silent[i],
                    trust: known.trust[i],
                    dispersion: dispersion * known.dispersion_ratio[i],
                });
            }
        }
    }
    out
}

/// One customer in one period, before it is taken in.
struct Row {
    count: f32,
    level: f32,
    variance: f32,
    /// The customer makes `offset + strength · effect` of a period's effect, in logarithms.
    ln_offset: f32,
    strength: f32,
    prob_silent: f32,
    trust: f32,
    dispersion: f32,
}

impl Row {
    /// Expected count, its variance for what is not known of the level, and P(not a pause).
    fn expect(&self, ln_effect: f32) -> (f32, f32, f32) {
        let effect = exp(self.ln_offset + self.strength * ln_effect);
        let mean = self.level * effect;
        let active = if self.count > 0.0 {
            1.0
        } else {
            let natural = (1.0 - self.prob_silent) * no_use(mean, self.dispersion);
            natural / (natural + self.prob_silent).max(1e-12)
        };
        (mean, self.variance * effect * effect, active)
    }

    fn excess(&self, ln_effect: f32, dispersion: f32) -> (f64, f64) {
        let (mean, variance, active) = self.expect(ln_effect);
        let weight = f64::from(active * self.trust);
        excess(f64::from(self.count), f64::from(mean), f64::from(variance), weight, f64::from(dispersion))
    }

    /// Slope and curvature of the quasi-likelihood in the logarithm of the period's effect.
    fn lean(&self, ln_effect: f32) -> (f64, f64) {
        let (mean, variance, active) = self.expect(ln_effect);
        // Squared: customers on their way down, not yet alarmed, must not pass for a bad period of everyone.
        let weight = self.trust * self.trust * active * self.strength
            / (1.0 + self.dispersion * mean + variance / mean.max(1e-9));
        (f64::from(weight * (self.count - mean)), f64::from(weight * self.strength * mean))
    }
}

/// P(a count of 0) of a negative binomial.
fn no_use(mean: f32, dispersion: f32) -> f32 {
    if dispersion < 1e-5 { exp(-mean) } else { exp(-ln_1p(dispersion * mean) / dispersion) }
}

/// The logarithm of what the period multiplied everyone's level by, and the variance of the doubt about it: penalised
/// quasi-likelihood, by Newton steps.
fn effect(rows: &[Vec<Row>]) -> (f32, f64) {
    let prior = 1.0 / (EFFECT_SD * EFFECT_SD);
    let (mut ln_effect, mut doubt) = (0f64, EFFECT_SD * EFFECT_SD);
    for _ in 0..8 {
        let add = |(s, c): (f64, f64), (slope, curvature): (f64, f64)| (s + slope, c + curvature);
        let of = |those: &Vec<Row>| those.iter().map(|row| row.lean(ln_effect as f32)).fold((0.0, 0.0), add);
        let parts: Vec<(f64, f64)> = rows.par_iter().map(of).collect();
        let (slope, curvature) = parts.into_iter().fold((-ln_effect * prior, prior), add);
        doubt = 1.0 / curvature;
        let step = (slope * doubt).clamp(-1.0, 1.0);
        ln_effect = (ln_effect + step).clamp(-MAX_LN_EFFECT, MAX_LN_EFFECT);
        if step.abs() < 1e-6 {
            break;
        }
    }
    (ln_effect as f32, doubt)
}

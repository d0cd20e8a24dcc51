//! The evidence about one customer at a cutoff: closed forms of the visits up to it and of the population's numbers.

use super::btyd::Standing;
use super::population::Population;
use super::visits::Visits;
use crate::replenish::{Decay, EDGES_DAYS, LONG, LogLogistic, MIDDLE, N_HALF_LIVES, PerHalfLife, SHORT};
use crate::stats::{N_SPANS, ln_count};

/// Weight of the population's visit rate in a customer's own, visits.
const PRIOR_VISITS: f64 = 1.0;
/// Weight of the population's mean log gap in a customer's own, gaps.
const PRIOR_GAPS: f64 = 1.0;
/// Weight of the population's spread in a customer's own, gaps.
const PRIOR_SPREAD: f64 = 3.0;
/// Weight of the population's amounts and baskets in a customer's own, visits.
const PRIOR_AMOUNT: f64 = 1.0;

/// What is known about a customer at a cutoff.
#[derive(Debug, Clone)]
pub(crate) struct Evidence {
    pub(crate) n_visits: f64,
    /// Days since the last visit, and since the first.
    pub(crate) recency: f64,
    pub(crate) age: f64,
    pub(crate) last_gap: f64,
    longest_gap: f64,
    pub(crate) log_rate: PerHalfLife,
    log_rhythm: f64,
    spread: f64,
    z: f64,
    n_28: f64,
    n_84: f64,
    amount_level: f64,
    amount_last: f64,
    rows_level: f64,
    rows_last: f64,
    cycle_28: f64,
    cycle_112: f64,
    /// What the model of buying and leaving says.
    pub(crate) standing: Standing,
    /// Its cumulative hazard at the spans' ends.
    pub(crate) hazards: [f64; N_SPANS],
}

impl Evidence {
    /// `None` without a visit.
    pub(crate) fn new(visits: &Visits, population: &Population, decay: &Decay, day: i32) -> Option<Self> {
        let list = &visits.list;
        let (first, last) = (list.first()?, list.last()?);
        let n_gaps = list.len() as f64 - 1.0;
        let mut discounted = [0.0; N_HALF_LIVES];
        let (mut sum, mut squares, mut longest) = (0.0, 0.0, 0);
        for w in list.windows(2) {
            let gap = w[1].day - w[0].day;
            let log_gap = ln_count(f64::from(gap));
            sum += log_gap;
            squares += log_gap * log_gap;
            longest = longest.max(gap);
            // The first visit started the clock and says nothing about the rate.
            discounted.iter_mut().zip(decay.at(day - w[1].day)).for_each(|(d, w)| *d += w);
        }
        let exposure = decay.exposure_days(day - first.day);
        let log_rate = std::array::from_fn(|h| {
            ((discounted[h] + PRIOR_VISITS) / (exposure[h] + PRIOR_VISITS / population.visits_per_day)).ln()
        });
        let log_rhythm = (sum + PRIOR_GAPS * population.log_gap) / (n_gaps + PRIOR_GAPS);
        let around = (squares - 2.0 * log_rhythm * sum + n_gaps * log_rhythm * log_rhythm).max(0.0);
        let variance = (around + PRIOR_SPREAD * population.spread.powi(2)) / (n_gaps + PRIOR_SPREAD);
        let of_mean = (variance + population.spread_between.powi(2)) / (n_gaps + PRIOR_GAPS);
        let spread = (variance + of_mean).sqrt();
        let recency = f64::from(day - last.day);
        let cycle = LogLogistic::new(log_rhythm, spread);
        let hazard = |days: f64| f64::from(cycle.hazard(days as f32));
        let so_far = hazard(recency);
        let cycle_hazard = |days: f64| (hazard(recency + days) - so_far).max(0.0);
        let n = n_gaps + 1.0;
        let level = |mean: f64, of: &dyn Fn(&super::visits::Visit) -> Option<f64>| {
            let (mut sum, mut n) = (0.0, 0.0);
            for x in list.iter().filter_map(of) {
                sum += x - mean;
                n += 1.0;
            }
            let level = sum / (n + PRIOR_AMOUNT);
            (level, of(last).map_or(0.0, |x| x - mean - level))
        };
        let (amount_level, amount_last) =
            level(population.log_amount, &|v| (v.amount > 0.0).then(|| v.amount.max(1e-6).ln()));
        let (rows_level, rows_last) = level(population.log_rows, &|v| Some(ln_count(f64::from(v.n_rows))));
        let age = f64::from(day - first.day);
        let model = &population.model;
        let standing = model.standing(n_gaps, age - recency, age);
        Some(Self {
            n_visits: n,
            recency,
            age,
            last_gap: if list.len() > 1 { f64::from(last.day - list[list.len() - 2].day) } else { 0.0 },
            longest_gap: f64::from(longest),
            log_rate,
            log_rhythm,
            spread,
            z: ((recency.max(0.5).ln() - log_rhythm) / spread).clamp(-6.0, 6.0),
            n_28: visits.n_between(day - 28, day) as f64,
            n_84: visits.n_between(day - 84, day) as f64,
            amount_level,
            amount_last,
            rows_level,
            rows_last,
            cycle_28: cycle_hazard(28.0),
            cycle_112: cycle_hazard(112.0),
            standing,
            hazards: EDGES_DAYS.map(|days| -standing.prob_none(model.k, days).max(1e-300).ln()),
        })
    }
}

/// How many features there are.
pub(crate) const N_FEATURES: usize = 30;

/// The features of a customer, all finite.
pub(crate) fn features(e: &Evidence) -> [f32; N_FEATURES] {
    let once = e.n_visits < 1.5;
    let log_recency = ln_count(e.recency + 1.0);
    let over = |gap: f64| if once { 0.0 } else { log_recency - ln_count(gap + 1.0) };
    let logit = |p: f64| {
        let p = p.clamp(1e-6, 1.0 - 1e-6);
        (p / (1.0 - p)).ln()
    };
    [
        ln_count(e.n_visits),
        log_recency,
        ln_count(e.age + 1.0),
        ln_count(e.last_gap + 1.0),
        e.log_rate[0],
        e.log_rate[SHORT],
        e.log_rate[MIDDLE],
        e.log_rate[LONG],
        e.log_rhythm,
        e.spread,
        e.z,
        over(e.last_gap),
        over(e.longest_gap),
        f64::from(u8::from(once)),
        e.log_rate[SHORT] - e.log_rate[LONG],
        e.log_rate[MIDDLE] - e.log_rate[LONG],
        logit(e.standing.prob_alive),
        (e.hazards[4] + 1e-5).ln(),
        (e.hazards[6] + 1e-5).ln(),
        (e.cycle_28 + 1e-3).ln(),
        (e.cycle_112 + 1e-3).ln(),
        e.amount_level,
        e.amount_last,
        e.rows_level,
        e.rows_last,
        ln_count(e.n_28 + 1.0),
        ln_count(e.n_84 + 1.0),
        e.recency / (e.age + 1.0),
        log_recency - e.log_rhythm,
        over(e.log_rhythm.exp()),
    ]
    .map(|x| x as f32)
}

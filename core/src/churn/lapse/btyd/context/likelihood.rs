//! The likelihood with traits and calendar, and its gradient.

use rayon::prelude::*;

use super::super::geometric::Geometric;
use super::super::pareto::Pareto;
use super::buyer::Buyer;
use super::calendar::Calendar;
use crate::stats::special::{digamma, ln_gamma, ln_rising};
use crate::stats::{Minimum, minimise_while};

/// Customers whose sums are formed together, in a fixed order.
const CHUNK: usize = 512;
/// Range of the logarithms of the four parameters of the family, times in units of the mean observation …
const BASE: (f64, f64) = (-12.0, 12.0);
/// … and of coefficients: of traits in standard deviations, and of the calendar.
const COEFFICIENT: (f64, f64) = (-5.0, 5.0);
/// Standard deviations of the normal priors of coefficients.
const TRAIT_SD: f64 = 2.0;
const CALENDAR_SD: f64 = 1.0;

/// The process apart from its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Process {
    Geometric { k: u8, modified: bool },
    Pareto,
}

/// One customer as the likelihood needs it; days count from the first of all.
struct One {
    x: f64,
    first: usize,
    last: usize,
    until: usize,
    /// Where the purchase days after the first begin among all.
    repeats: usize,
    /// Traits of buying, then of leaving, centred and scaled.
    traits: Vec<f64>,
}

/// Mean and standard deviation of a trait.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    pub(super) mean: f64,
    pub(super) sd: f64,
}

/// All customers, ready.
pub(super) struct Data {
    process: Process,
    list: Vec<One>,
    repeats: Vec<usize>,
    pub(super) n_buying: usize,
    pub(super) n_leaving: usize,
    n_calendar: usize,
    pub(super) scales: Vec<Scale>,
    /// The effects at work on each day.
    effects: Vec<Vec<usize>>,
    /// Repeat purchases on days of each effect.
    n_on: Vec<f64>,
    /// Mean time of observation, days.
    pub(super) unit: f64,
    n_repeats: f64,
}

/// Business time and its derivatives by the coefficients, summed up to each day.
struct Clock {
    time: Vec<f64>,
    by: Vec<Vec<f64>>,
}

/// A customer's log-likelihood, and its derivatives by ln r, ln α, ln a (or s), ln b (or β), `t_last` and `t_observed`.
struct Part {
    value: f64,
    by: [f64; 6],
}

impl Data {
    pub(super) fn new(buyers: &[Buyer], calendar: &Calendar, process: Process, counts: [usize; 2]) -> Self {
        let [n_buying, n_leaving] = counts;
        let begin = buyers.iter().map(Buyer::first).min().unwrap_or(0);
        let end = buyers.iter().map(|b| b.observed_until).max().unwrap_or(begin);
        let effects: Vec<Vec<usize>> = (begin..=end)
            .map(|day| {
                let mut at = Vec::new();
                calendar.at(day, |effect| at.push(effect));
                at
            })
            .collect();
        let of = |buyer: &Buyer, i: usize| if i < n_buying { buyer.buying[i] } else { buyer.leaving[i - n_buying] };
        let scales: Vec<Scale> = (0..n_buying + n_leaving).map(|i| scale(buyers.iter().map(|b| of(b, i)))).collect();
        let place = |day: i32| (day - begin) as usize;
        let (mut repeats, mut n_on) = (Vec::new(), vec![0.0; calendar.n_effects()]);
        let mut observed = 0.0;
        let list: Vec<One> = buyers
            .iter()
            .map(|buyer| {
                let start = repeats.len();
                for &day in buyer.days.iter().skip(1) {
                    repeats.push(place(day));
                    for &effect in &effects[place(day)] {
                        n_on[effect] += 1.0;
                    }
                }
                observed += f64::from(buyer.observed_until - buyer.first());
                One {
                    x: f64::from(buyer.n_repeats()),
                    first: place(buyer.first()),
                    last: place(buyer.last()),
                    until: place(buyer.observed_until),
                    repeats: start,
                    traits: (0..n_buying + n_leaving).map(|i| scales[i].of(of(buyer, i))).collect(),
                }
            })
            .collect();
        let unit = if observed > 0.0 { observed / list.len() as f64 } else { 1.0 };
        let n_repeats = repeats.len() as f64;
        Self {
            process,
            list,
            repeats,
            n_buying,
            n_leaving,
            n_calendar: n_on.len(),
            scales,
            effects,
            n_on,
            unit,
            n_repeats,
        }
    }

    fn clock(&self, coefficients: &[f64]) -> Clock {
        let n = self.effects.len();
        let (mut time, mut by) = (vec![0.0; n], vec![vec![0.0; n]; self.n_calendar]);
        // The first day is the origin: what matters is what lies between days.
        for day in 1..n {
            let rate = self.effects[day].iter().map(|&e| coefficients[e]).sum::<f64>().exp() / self.unit;
            time[day] = time[day - 1] + rate;
            for of in &mut by {
                of[day] = of[day - 1];
            }
            for &effect in &self.effects[day] {
                by[effect][day] += rate;
            }
        }
        Clock { time, by }
    }

    /// The mean negative log-likelihood, less the logarithm of the priors; `x` holds the logarithms of the family's
    /// parameters (of the average customer, times in units), then coefficients of buying, leaving and calendar.
    fn loss(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let n = x.len();
        let first_calendar = 4 + self.n_buying + self.n_leaving;
        let clock = self.clock(&x[first_calendar..]);
        let part = |chunk: &[One]| {
            let (mut value, mut by) = (0.0, vec![0.0; n]);
            for one in chunk {
                let shift = |from: usize, to: usize| -> f64 {
                    one.traits[from..to].iter().zip(&x[4 + from..4 + to]).map(|(z, c)| z * c).sum()
                };
                let buying = shift(0, self.n_buying);
                let leaving = shift(self.n_buying, self.n_buying + self.n_leaving);
                let (third, fourth) =
                    if self.process == Process::Pareto { (x[2], x[3] - leaving) } else { (x[2] + leaving, x[3]) };
                let logs = [x[0], x[1] - buying, third, fourth];
                let since = |day: usize| clock.time[day] - clock.time[one.first];
                let Part { value: v, by: d } = self.process.part(logs, one.x, since(one.last), since(one.until));
                value += v;
                by.iter_mut().zip(&d[..4]).for_each(|(b, d)| *b += d);
                let by_leaving = if self.process == Process::Pareto { -d[3] } else { d[2] };
                for (i, z) in one.traits.iter().enumerate() {
                    by[4 + i] += z * if i < self.n_buying { -d[1] } else { by_leaving };
                }
                for (c, of) in clock.by.iter().enumerate() {
                    by[first_calendar + c] +=
                        d[4] * (of[one.last] - of[one.first]) + d[5] * (of[one.until] - of[one.first]);
                }
                value += self.gaps(one, &clock, &mut by[first_calendar..]);
            }
            (value, by)
        };
        let parts: Vec<(f64, Vec<f64>)> = self.list.par_chunks(CHUNK).map(part).collect();
        let (mut value, mut by) = (0.0, vec![0.0; n]);
        for (v, d) in &parts {
            value += v;
            by.iter_mut().zip(d).for_each(|(b, d)| *b += d);
        }
        for (effect, n_on) in self.n_on.iter().enumerate() {
            value += n_on * x[first_calendar + effect];
            by[first_calendar + effect] += n_on;
        }
        for i in 4..n {
            let sd = if i < first_calendar { TRAIT_SD } else { CALENDAR_SD };
            value -= 0.5 * (x[i] / sd).powi(2);
            by[i] -= x[i] / (sd * sd);
        }
        let weight = self.list.len() as f64;
        gradient.iter_mut().zip(by).for_each(|(g, b)| *g = -b / weight);
        -value / weight
    }

    /// The factor of gaps that are not exponential: `g^(k-1)` each, in business time.
    fn gaps(&self, one: &One, clock: &Clock, by: &mut [f64]) -> f64 {
        let Process::Geometric { k, .. } = self.process else { return 0.0 };
        if k <= 1 {
            return 0.0;
        }
        let power = f64::from(k) - 1.0;
        let (mut before, mut value) = (one.first, 0.0);
        for &day in &self.repeats[one.repeats..one.repeats + one.x as usize] {
            let gap = clock.time[day] - clock.time[before];
            value += power * gap.ln();
            for (b, of) in by.iter_mut().zip(&clock.by) {
                *b += power * (of[day] - of[before]) / gap;
            }
            before = day;
        }
        value
    }

    /// The best parameters, from the plain model's; and the log-likelihood per day, comparable with the plain model's.
    pub(super) fn fit(&self, plain: [f64; 4], goes_on: &dyn Fn() -> bool) -> (Minimum, f64) {
        let n = 4 + self.n_buying + self.n_leaving + self.n_calendar;
        let mut start = vec![0.0; n];
        start[..4].copy_from_slice(&plain);
        let bounds: Vec<(f64, f64)> = (0..n).map(|i| if i < 4 { BASE } else { COEFFICIENT }).collect();
        let found = minimise_while(|x, g| self.loss(x, g), &start, &bounds, None, goes_on);
        let prior: f64 = (4..n)
            .map(|i| {
                let sd = if i < 4 + self.n_buying + self.n_leaving { TRAIT_SD } else { CALENDAR_SD };
                0.5 * (found.at[i] / sd).powi(2)
            })
            .sum();
        // Purchases have densities per unit; those of regular gaps the constant of Erlang's distribution.
        let constant = match self.process {
            Process::Geometric { k, .. } => ln_gamma(f64::from(k)),
            Process::Pareto => 0.0,
        };
        let weight = self.list.len() as f64;
        let value = -found.value * weight + prior - self.n_repeats * (self.unit.ln() + constant);
        (found, value)
    }
}

impl Scale {
    /// A trait centred and scaled; the mean where unknown.
    pub(super) fn of(self, value: f64) -> f64 {
        if value.is_nan() { 0.0 } else { (value - self.mean) / self.sd }
    }
}

fn scale(values: impl Iterator<Item = f64>) -> Scale {
    let known: Vec<f64> = values.filter(|x| x.is_finite()).collect();
    let n = known.len().max(1) as f64;
    let mean = known.iter().map(|x| x / n).sum::<f64>();
    let variance = known.iter().map(|x| (x - mean).powi(2) / n).sum::<f64>();
    // A constant says nothing.
    let sd = variance.sqrt();
    Scale { mean, sd: if sd > 1e-12 * mean.abs().max(1e-280) && sd.is_finite() { sd } else { f64::INFINITY } }
}

impl Process {
    fn part(self, logs: [f64; 4], x: f64, t_last: f64, t_observed: f64) -> Part {
        let [r, alpha, third, fourth] = logs.map(f64::exp);
        match self {
            Self::Geometric { k, modified } => {
                geometric(Geometric { r, alpha, a: third, b: fourth, k, modified }, x, t_last, t_observed)
            }
            Self::Pareto => Pareto { r, alpha, s: third, beta: fourth }.part(x, t_last, t_observed),
        }
    }
}

/// As in [`super::super::geometric`], for one customer.
fn geometric(model: Geometric, x: f64, t_last: f64, t_observed: f64) -> Part {
    let Geometric { r, alpha, a, b, k, modified } = model;
    let n = x + f64::from(u8::from(modified));
    let k_x = f64::from(k) * x;
    let shape = r + k_x;
    let (scale, scale_last) = (alpha + t_observed, alpha + t_last);
    let (ln_scale, ln_ratio) = (scale.ln(), (scale / scale_last).ln());
    let u = (t_observed - t_last) / scale;
    // Phases done since the last purchase: Σ w_j, and its derivatives by r and u over it.
    let (mut here, mut here_r, mut here_u) = (1.0, 0.0, 0.0);
    let (mut factor, mut w_r, mut power) = (1.0, 0.0, 1.0);
    for j in 1..k {
        let j = f64::from(j);
        let phase = shape + j - 1.0;
        factor *= phase / j;
        w_r += 1.0 / phase;
        here_u += factor * j * power;
        power *= u;
        here += factor * power;
        here_r += factor * power * w_r;
    }
    (here_r, here_u) = (here_r / here, here_u / here);
    let ln_here = f64::ln(here);
    let left = b + n - 1.0;
    let (ln_gone, by_b) = if n > 0.0 { ((a / left).ln(), -1.0 / left) } else { (f64::NEG_INFINITY, 0.0) };
    let odds = ln_gone + shape * ln_ratio - ln_here;
    let small = (-odds.abs()).exp();
    let (gone, alive) = if odds > 0.0 {
        (1.0 / (1.0 + small), small / (1.0 + small))
    } else {
        (small / (1.0 + small), 1.0 / (1.0 + small))
    };
    let value = ln_rising(r, k_x) + ln_rising(b, n) - ln_rising(a + b, n) + r * alpha.ln() - shape * ln_scale
        + odds.max(0.0)
        + small.ln_1p()
        + ln_here;
    let (psi_all, psi_none) = (digamma(a + b + n), digamma(a + b));
    let by_r = digamma(shape) - digamma(r) + alpha.ln() - ln_scale + gone * ln_ratio + alive * here_r;
    let by_alpha =
        r / alpha - shape / scale + gone * shape * (1.0 / scale - 1.0 / scale_last) - alive * here_u * u / scale;
    let by_a = psi_none - psi_all + gone / a;
    let by_fourth = digamma(b + n) - psi_all - digamma(b) + psi_none + gone * by_b;
    let by_last = -gone * shape / scale_last - alive * here_u / scale;
    let by_observed = (gone - 1.0) * shape / scale + alive * here_u * (1.0 - u) / scale;
    Part { value, by: [by_r * r, by_alpha * alpha, by_a * a, by_fourth * b, by_last, by_observed] }
}

impl Pareto {
    /// One customer's part; there is no calendar, so no derivatives by times.
    fn part(self, x: f64, t_last: f64, t_observed: f64) -> Part {
        let (value, by) = self.ln_likelihood_with_gradient(x, t_last, t_observed);
        let Self { r, alpha, s, beta } = self;
        Part { value, by: [by[0] * r, by[1] * alpha, by[2] * s, by[3] * beta, 0.0, 0.0] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buyers() -> Vec<Buyer> {
        (0..80i32)
            .map(|i| {
                let days = (0..=i % 6).map(|n| 20_000 + i % 30 + n * (3 + i % 11)).collect();
                let traits = |k: i32| f64::from((i * k) % 7) - 3.0;
                Buyer::new(days, 20_180 + i % 3).traits(vec![traits(3), traits(5)], vec![traits(2)])
            })
            .collect()
    }

    #[test]
    #[allow(clippy::unwrap_used)]
    fn gradients_are_those_of_differences() {
        let months = Calendar::default().months().days("sale", ["2024-10-20", "2024-11-02", "2024-11-05"]).unwrap();
        let geometric = |k, modified| Process::Geometric { k, modified };
        for (process, calendar) in [
            (geometric(1, false), &months),
            (geometric(1, true), &months),
            (geometric(3, true), &months),
            (Process::Pareto, &Calendar::default()),
        ] {
            let data = Data::new(&buyers(), calendar, process, [2, 1]);
            let n = 7 + calendar.n_effects();
            let at: Vec<f64> = (0..n).map(|i| [-0.4, -1.1, -0.3, 0.6, 0.2, -0.1, 0.3][i % 7]).collect();
            let mut gradient = vec![0.0; n];
            data.loss(&at, &mut gradient);
            for i in 0..n {
                let shifted = |by: f64| {
                    let mut x = at.clone();
                    x[i] += by;
                    data.loss(&x, &mut vec![0.0; n])
                };
                let slope = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
                assert!((slope - gradient[i]).abs() < 1e-7, "{process:?} {i}: {slope} {}", gradient[i]);
            }
        }
    }
}

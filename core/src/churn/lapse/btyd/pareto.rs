//! Pareto/NBD: customers buy at random while active and leave at a random time.
//!
//! Purchases come at a rate λ ~ Gamma(r, α), the customer leaves at a rate μ ~ Gamma(s, β) (Schmittlein, Morrison &
//! Colombo 1987). With `q = r + x` the likelihood is
//!
//! `Γ(q)/Γ(r) · α^r β^s · (α+T)^-q (β+T)^-s · (1 + J)`, `J = s ∫ ((α+T)/(α+τ))^q ((β+T)/(β+τ))^s dτ/(β+τ)`, τ from
//! `t_x` to T,
//!
//! and P(alive) = 1/(1+J). J is usually written with Gauss's hypergeometric functions, whose values overflow or cancel for
//! frequent buyers; the integral has a positive, smooth integrand, and so have its derivatives. It is summed over panels in
//! the logarithm of time, with the largest value of the integrand taken out.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::customer::{Group, Groups};
use crate::stats::special::{digamma, integrate_many, ln_gamma, ln_rising};
use crate::stats::{Minimum, minimise_while};

/// Groups of customers whose sums are formed together, in a fixed order.
const CHUNK: usize = 256;
/// Groups on which the way is found before all of them are asked.
const WARM_GROUPS: usize = 4096;
/// Range of the logarithms of r, α, s and β; times in units of the groups.
pub(super) const BOUNDS: [(f64, f64); 4] = [(-9.0, 9.0), (-12.0, 12.0), (-9.0, 9.0), (-12.0, 12.0)];
/// By how many powers of e a panel's integrand may change for the rule to be exact to rounding.
const PANEL: f64 = 16.0;

/// Parameters of Pareto/NBD.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pareto {
    pub(crate) r: f64,
    pub(crate) alpha: f64,
    pub(crate) s: f64,
    pub(crate) beta: f64,
}

/// ln J, and J's derivatives by (r, α, s, β) over J.
struct Gone {
    ln_odds: f64,
    by: [f64; 4],
}

/// How many panels a range of the logarithm of time needs. The integrand is a product of powers of `c + u`, whose logarithms
/// change by no more than `power · (unit + u) / (c + u)` per unit of the range: most at its end, where they are given as
/// `(power, c + u)` with `unit + u`.
fn n_panels(reach: f64, end: f64, factors: &[(f64, f64)]) -> f64 {
    let change: f64 = factors.iter().map(|(power, sum)| power * (end / sum).min(1.0)).sum();
    (reach * change / PANEL).ceil().clamp(1.0, 4000.0)
}

impl Pareto {
    fn gone(&self, x: f64, t_last: f64, t_observed: f64) -> Gone {
        let Self { r, alpha, s, beta } = *self;
        let q = r + x;
        let (a_last, b_last) = (alpha + t_last, beta + t_last);
        let (a_end, b_end) = (alpha + t_observed, beta + t_observed);
        let silence = t_observed - t_last;
        if silence <= 0.0 {
            return Gone { ln_odds: f64::NEG_INFINITY, by: [0.0; 4] };
        }
        // τ = t_last + unit (e^y - 1): both factors are smooth in y.
        let unit = a_last.min(b_last);
        let reach = (silence / unit).ln_1p();
        let n_panels = n_panels(reach, unit * reach.exp(), &[(q, a_end), (s, b_end), (1.0, b_end)]);
        // The largest value of the integrand, at the start; the factor unit · e^y / (β + τ) is at most 1.
        let largest = q * (a_end / a_last).ln() + s * (b_end / b_last).ln();
        let mut sums = [0.0; 5];
        for panel in 0..n_panels as usize {
            let edge = |i: usize| reach * i as f64 / n_panels;
            let part = integrate_many(edge(panel), edge(panel + 1), |y| {
                let later = unit * y.exp_m1();
                let (a_now, b_now) = (a_last + later, b_last + later);
                let (ln_a, ln_b) = ((a_end / a_now).ln(), (b_end / b_now).ln());
                let f = (q * ln_a + s * ln_b - largest).exp() * (unit + later) / b_now;
                let by_alpha = q * (1.0 / a_end - 1.0 / a_now);
                let by_beta = s / b_end - (s + 1.0) / b_now;
                [f, f * ln_a, f * by_alpha, f * ln_b, f * by_beta]
            });
            sums.iter_mut().zip(part).for_each(|(s, p)| *s += p);
            if part[0] < 1e-18 * sums[0] {
                break;
            }
        }
        let [whole, rest @ ..] = sums;
        let mut by = rest.map(|x| x / whole);
        by[2] += 1.0 / s;
        Gone { ln_odds: largest + (s * whole).ln(), by }
    }

    /// P(still active).
    pub(crate) fn prob_alive(&self, x: f64, t_last: f64, t_observed: f64) -> f64 {
        1.0 / (1.0 + self.gone(x, t_last, t_observed).ln_odds.exp())
    }

    /// The expected number of purchases within `t` of a customer who is active:
    /// `q (β+T) / ((α+T)(s-1)) · (1 - ((β+T)/(β+T+t))^(s-1))`, continued to s = 1.
    pub(crate) fn expected_if_alive(&self, x: f64, t_observed: f64, t: f64) -> f64 {
        let (a, b) = (self.alpha + t_observed, self.beta + t_observed);
        let ln_ratio = (t / b).ln_1p();
        let power = self.s - 1.0;
        let years = if (power * ln_ratio).abs() < 1e-9 { ln_ratio } else { -(-power * ln_ratio).exp_m1() / power };
        (self.r + x) * b / a * years
    }

    /// P(at least n purchases within `t` | active), n >= 1: the n-th purchase of the mixed process comes at u, and the
    /// customer is still there.
    pub(crate) fn at_least_if_alive(&self, x: f64, t_observed: f64, t: f64, n: u32) -> f64 {
        let (a, b, q, n) = (self.alpha + t_observed, self.beta + t_observed, self.r + x, f64::from(n));
        if t <= 0.0 {
            return 0.0;
        }
        let unit = a.min(b);
        let reach = (t / unit).ln_1p();
        let constant = ln_rising(q, n) - ln_gamma(n) + q * a.ln();
        let n_panels = n_panels(reach, unit * reach.exp(), &[(q + n, a + t), (self.s, b + t), (n, unit)]);
        let mut sum = 0.0;
        for panel in 0..n_panels as usize {
            let edge = |i: usize| reach * i as f64 / n_panels;
            sum += integrate_many(edge(panel), edge(panel + 1), |y| {
                let u = unit * y.exp_m1();
                let log = constant + (n - 1.0) * u.max(1e-300).ln() - (q + n) * (a + u).ln() - self.s * (u / b).ln_1p();
                [log.exp() * (unit + u)]
            })[0];
        }
        sum.clamp(0.0, 1.0)
    }

    /// One customer's log-likelihood, and its derivatives by (r, α, s, β).
    pub(crate) fn ln_likelihood_with_gradient(&self, x: f64, t_last: f64, t_observed: f64) -> (f64, [f64; 4]) {
        self.with_gradient(x, t_last, t_observed, (ln_rising(self.r, x), digamma(self.r + x) - digamma(self.r)))
    }

    /// The same; the rising factorial of r and its derivative are given.
    fn with_gradient(&self, x: f64, t_last: f64, t_observed: f64, (rising, psi): (f64, f64)) -> (f64, [f64; 4]) {
        let Self { r, alpha, s, beta } = *self;
        let (a_end, b_end) = (alpha + t_observed, beta + t_observed);
        let (ln_a, ln_b) = ((alpha / a_end).ln(), (beta / b_end).ln());
        let gone = self.gone(x, t_last, t_observed);
        let small = (-gone.ln_odds.abs()).exp();
        let prob = if gone.ln_odds > 0.0 { 1.0 / (1.0 + small) } else { small / (1.0 + small) };
        let value = rising + r * ln_a - x * a_end.ln() + s * ln_b + gone.ln_odds.max(0.0) + small.ln_1p();
        let by = [
            psi + ln_a + prob * gone.by[0],
            r / alpha - (r + x) / a_end + prob * gone.by[1],
            ln_b + prob * gone.by[2],
            s / beta - s / b_end + prob * gone.by[3],
        ];
        (value, by)
    }

    fn from_logs(logs: &[f64]) -> Self {
        let [r, alpha, s, beta] = std::array::from_fn(|i| logs[i].exp());
        Self { r, alpha, s, beta }
    }

    fn loss(groups: &Groups, logs: &[f64], gradient: &mut [f64]) -> f64 {
        let model = Self::from_logs(logs);
        let Self { r, alpha, s, beta } = model;
        let psi_r = digamma(r);
        let table: Vec<(f64, f64)> =
            groups.repeats.iter().map(|&(x, _)| (ln_rising(r, x), digamma(r + x) - psi_r)).collect();
        let part = |chunk: &[Group]| {
            let mut sums = [0.0; 5];
            for g in chunk {
                let x = groups.repeats[g.x as usize].0;
                let (value, by) = model.with_gradient(x, g.t_last, g.t_observed, table[g.x as usize]);
                sums[4] += g.weight * value;
                sums.iter_mut().zip(by).for_each(|(s, b)| *s += g.weight * b);
            }
            sums
        };
        let parts: Vec<[f64; 5]> = groups.list.par_chunks(CHUNK).map(part).collect();
        let mut sums = [0.0; 5];
        for part in &parts {
            sums.iter_mut().zip(part).for_each(|(s, p)| *s += p);
        }
        for ((g, by), x) in gradient.iter_mut().zip(sums).zip([r, alpha, s, beta]) {
            *g = -by * x / groups.weight;
        }
        -sums[4] / groups.weight
    }

    /// The best parameters, times in units of the groups. `goes_on` is asked before each pass over the groups; what is found after a no
    /// is of no use.
    pub(crate) fn fit(groups: &Groups, goes_on: &dyn Fn() -> bool) -> Minimum {
        let rate = (groups.n_repeats / groups.weight).max(1e-6);
        let stride = groups.list.len().div_ceil(WARM_GROUPS).max(1);
        let part = (stride > 1).then(|| groups.sample(stride));
        let few = part.as_ref().unwrap_or(groups);
        let mut best: Option<Minimum> = None;
        for (r, s, beta) in [(0.5f64, 0.6f64, 0.5f64), (1.0, 1.5, 3.0), (0.3, 0.3, 0.2)] {
            let start = [r.ln(), (r / rate / 1.5).ln(), s.ln(), beta.ln()];
            let found = minimise_while(|x, g| Self::loss(few, x, g), &start, &BOUNDS, None, goes_on);
            if best.as_ref().is_none_or(|b| found.value < b.value - 1e-9) {
                best = Some(found);
            }
        }
        let start = best.as_ref().map_or_else(|| vec![0.0; 4], |b| b.at.clone());
        match best {
            Some(found) if part.is_none() => found,
            found => {
                let hessian = found.map(|f| f.hessian);
                minimise_while(|x, g| Self::loss(groups, x, g), &start, &BOUNDS, hessian.as_deref(), goes_on)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::customer::CustomerSummary;
    use super::*;

    #[test]
    fn gradients_are_those_of_differences() {
        let list: Vec<CustomerSummary> = (0..40u32)
            .map(|i| match i % 4 {
                0 => CustomerSummary::new(0, 0.0, 20.0 + f64::from(i)),
                n => CustomerSummary::new(7 * n * n, f64::from(n) * 3.0 + f64::from(i % 7), 30.0 + f64::from(i)),
            })
            .collect();
        let groups = Groups::new(&list);
        let at = [-0.4, -1.1, -0.3, -2.6];
        let mut gradient = [0.0; 4];
        Pareto::loss(&groups, &at, &mut gradient);
        for i in 0..4 {
            let shifted = |by: f64| {
                let mut x = at;
                x[i] += by;
                Pareto::loss(&groups, &x, &mut [0.0; 4])
            };
            let slope = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
            assert!((slope - gradient[i]).abs() < 1e-7, "{i}: {slope} {}", gradient[i]);
        }
    }
}

//! Maximum likelihood for BG/NBD, MBG/NBD and (M)BG/CNBD-k, with exact gradients.

use rayon::prelude::*;

use super::customer::Groups;
use super::geometric::{Geometric, MAX_K};
use super::prior;
use crate::stats::special::{digamma, ln_gamma, ln_rising};
use crate::stats::{Minimum, minimise_while};

/// Groups of customers whose sums are formed together, in a fixed order.
const CHUNK: usize = 4096;
/// Groups on which the way is found before all of them are asked.
const WARM_GROUPS: usize = 8192;
/// Range of the logarithms of r, α (over the mean time of observation), a and b.
pub(super) const BOUNDS: [(f64, f64); 4] = [(-9.0, 9.0), (-12.0, 12.0), (-9.0, 9.0), (-9.0, 9.0)];

/// What depends on the number of repeats alone.
struct PerRepeats {
    shape: f64,
    /// ln(a / (b + x + c - 1)), or -inf where nobody can have left.
    ln_gone: f64,
    /// Its derivative by b, negative.
    by_b: f64,
}

/// The family apart from its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) k: u8,
    pub(crate) modified: bool,
}

impl Kind {
    fn model(self, logs: &[f64]) -> Geometric {
        let [r, alpha, a, b] = std::array::from_fn(|i| logs[i].exp());
        Geometric { r, alpha, a, b, k: self.k, modified: self.modified }
    }

    /// The mean negative log-likelihood (with a prior, log-posterior) at the logarithms of (r, α, a, b), and its gradient by them.
    fn loss(self, groups: &Groups, logs: &[f64], gradient: &mut [f64]) -> f64 {
        let Geometric { r, alpha, a, b, k, modified } = self.model(logs);
        let k = f64::from(k);
        let c = f64::from(u8::from(modified));
        let (mut value, mut by) = (0.0, [0.0; 4]);
        let psi = [digamma(r), digamma(b), digamma(a + b)];
        let mut table = Vec::with_capacity(groups.repeats.len());
        for &(x, weight) in &groups.repeats {
            let (shape, n) = (r + k * x, x + c);
            value += weight * (ln_rising(r, k * x) + ln_rising(b, n) - ln_rising(a + b, n));
            let psi_all = digamma(a + b + n);
            by[0] += weight * (digamma(shape) - psi[0]);
            by[2] += weight * (psi[2] - psi_all);
            by[3] += weight * (digamma(b + n) - psi_all - psi[1] + psi[2]);
            let left = b + n - 1.0;
            let (ln_gone, by_b) = if n > 0.0 { ((a / left).ln(), -1.0 / left) } else { (f64::NEG_INFINITY, 0.0) };
            table.push(PerRepeats { shape, ln_gone, by_b });
        }
        let part = |chunk: &[super::customer::Group]| {
            let mut sums = [0.0; 5];
            for g in chunk {
                let x = &table[g.x as usize];
                let scale = alpha + g.t_observed;
                let (ln_scale, ln_ratio) = (scale.ln(), (scale / (alpha + g.t_last)).ln());
                let (mut here, mut here_r, mut here_alpha) = (1.0, 0.0, 0.0);
                if self.k > 1 {
                    let u = (g.t_observed - g.t_last) / scale;
                    let (mut w, mut w_r) = (1.0, 0.0);
                    for j in 1..self.k {
                        let j = f64::from(j);
                        let phase = x.shape + j - 1.0;
                        w *= phase * u / j;
                        w_r += 1.0 / phase;
                        here += w;
                        here_r += w * w_r;
                        here_alpha -= w * j / scale;
                    }
                    here_r /= here;
                    here_alpha /= here;
                }
                let ln_here = f64::ln(here);
                let odds = x.ln_gone + x.shape * ln_ratio - ln_here;
                // e^-|odds| serves both the logarithm of the sum and P(alive).
                let small = (-odds.abs()).exp();
                let (gone, alive) = if odds > 0.0 {
                    (1.0 / (1.0 + small), small / (1.0 + small))
                } else {
                    (small / (1.0 + small), 1.0 / (1.0 + small))
                };
                let w = g.weight;
                sums[0] += w * (odds.max(0.0) + small.ln_1p() + ln_here - x.shape * ln_scale);
                sums[1] += w * (alive * here_r + gone * ln_ratio - ln_scale);
                let by_last = 1.0 / scale - 1.0 / (alpha + g.t_last);
                sums[2] += w * (alive * here_alpha + gone * x.shape * by_last - x.shape / scale);
                sums[3] += w * gone;
                sums[4] += w * gone * x.by_b;
            }
            sums
        };
        let parts: Vec<[f64; 5]> = groups.list.par_chunks(CHUNK).map(part).collect();
        for p in &parts {
            value += p[0];
            by[0] += p[1];
            by[1] += p[2];
            by[2] += p[3] / a;
            by[3] += p[4];
        }
        value += groups.weight * r * alpha.ln();
        by[0] += groups.weight * alpha.ln();
        by[1] += groups.weight * r / alpha;
        let (believed, slopes) = if groups.has_prior {
            prior::ln_density(std::array::from_fn(|i| logs[i]), k, groups.unit)
        } else {
            (0.0, [0.0; 4])
        };
        value += believed;
        for (((g, by), x), slope) in gradient.iter_mut().zip(by).zip([r, alpha, a, b]).zip(slopes) {
            *g = -(by * x + slope) / groups.weight;
        }
        -value / groups.weight
    }

    /// The best parameters (times in units of the groups), found from several starts; one is enough when `near` is given. `goes_on` is
    /// asked before each pass over the groups; what is found after a no is of no use.
    pub(crate) fn fit(self, groups: &Groups, near: Option<[f64; 4]>, goes_on: &dyn Fn() -> bool) -> Minimum {
        let search = |groups: &Groups, start: &[f64; 4], hessian: Option<&[f64]>| {
            minimise_while(|x, g| self.loss(groups, x, g), start, &BOUNDS, hessian, goes_on)
        };
        let stride = groups.list.len().div_ceil(WARM_GROUPS).max(1);
        let part = (stride > 1).then(|| groups.sample(stride));
        let few = part.as_ref().unwrap_or(groups);
        let starts = near.map_or_else(|| self.starts(groups), |near| vec![near]);
        let mut best: Option<Minimum> = None;
        for start in starts {
            let found = search(few, &start, None);
            if best.as_ref().is_none_or(|b| found.value < b.value - 1e-9) {
                best = Some(found);
            }
        }
        match (best, &part) {
            (Some(warm), Some(_)) => search(groups, &std::array::from_fn(|i| warm.at[i]), Some(&warm.hessian)),
            (Some(found), None) => found,
            (None, _) => search(groups, &[0.0; 4], None),
        }
    }

    /// Places to start from: customers alike or very different, leaving seldom or often. The rate is the log's own.
    fn starts(self, groups: &Groups) -> Vec<[f64; 4]> {
        let rate = f64::from(self.k) * (groups.n_repeats / groups.weight).max(1e-6);
        [(0.5, 0.5, 2.0), (1.0, 0.3, 0.6), (0.25, 1.0, 2.5)]
            .map(|(r, a, b): (f64, f64, f64)| [r.ln(), (r / rate / 1.5).ln(), a.ln(), b.ln()])
            .to_vec()
    }

    /// The parameters in the caller's unit of time.
    pub(crate) fn parameters(self, found: &Minimum, groups: &Groups) -> Geometric {
        let mut out = self.model(&found.at);
        out.alpha *= groups.unit;
        out
    }

    /// The whole log-likelihood in the caller's unit of time, comparable between values of k.
    pub(crate) fn ln_likelihood(self, found: &Minimum, groups: &Groups) -> f64 {
        let k = f64::from(self.k);
        // A density of kx phases was computed in the groups' unit; gaps have the factor t^(k-1) / (k-1)!.
        -found.value * groups.weight - k * groups.n_repeats * groups.unit.ln() + (k - 1.0) * groups.log_gaps
            - groups.n_repeats * ln_gamma(k)
    }

    /// The k with the highest likelihood (with a prior, posterior): raised from 1 as long as that helps. `goes_on` is asked before each pass over the
    /// groups; what is found after a no is of no use.
    pub(crate) fn choose(modified: bool, groups: &Groups, goes_on: &dyn Fn() -> bool) -> (Self, Minimum) {
        let believed = if groups.has_prior { prior::LN_PHASE } else { 0.0 };
        let mut best = Self { k: 1, modified };
        let mut found = best.fit(groups, None, goes_on);
        let mut reached = best.ln_likelihood(&found, groups);
        for k in 2..=MAX_K as u8 {
            let next = Self { k, modified };
            let near = std::array::from_fn(|i| found.at[i]);
            let next_found = next.fit(groups, Some(near), goes_on);
            let value = next.ln_likelihood(&next_found, groups);
            // NaN where gaps are unknown: no regularity can be told.
            if value.is_nan() || value + believed <= reached {
                break;
            }
            (best, found, reached) = (next, next_found, value);
        }
        (best, found)
    }
}

#[cfg(test)]
mod tests {
    use super::super::customer::CustomerSummary;
    use super::*;

    fn groups() -> Groups {
        let list: Vec<CustomerSummary> = (0..60u32)
            .map(|i| match i % 5 {
                0 => CustomerSummary::new(0, 0.0, 20.0 + f64::from(i)),
                n => CustomerSummary::new(n, f64::from(n) * 3.0 + f64::from(i % 7), 30.0 + f64::from(i)),
            })
            .collect();
        Groups::new(&list)
    }

    #[test]
    fn gradients_are_those_of_differences() {
        let both = [groups(), groups().with_prior()];
        for (groups, (k, modified)) in
            both.iter().flat_map(|g| [(1, false), (1, true), (2, false), (3, true)].map(|kind| (g, kind)))
        {
            let kind = Kind { k, modified };
            let at = [-0.4, -1.1, -0.3, 0.6];
            let mut gradient = [0.0; 4];
            kind.loss(groups, &at, &mut gradient);
            for i in 0..4 {
                let shifted = |by: f64| {
                    let mut x = at;
                    x[i] += by;
                    kind.loss(groups, &x, &mut [0.0; 4])
                };
                let slope = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
                assert!((slope - gradient[i]).abs() < 1e-8, "{k} {modified} {i}: {slope} {}", gradient[i]);
            }
        }
    }

    #[test]
    fn the_sum_over_groups_is_the_sum_over_customers() {
        let groups = groups();
        let kind = Kind { k: 2, modified: true };
        let at = [-0.4, -1.1, -0.3, 0.6];
        let model = kind.model(&at);
        let one_by_one: f64 = groups
            .list
            .iter()
            .map(|g| g.weight * model.ln_likelihood(groups.repeats[g.x as usize].0, g.t_last, g.t_observed))
            .sum();
        let whole = -kind.loss(&groups, &at, &mut [0.0; 4]) * groups.weight;
        assert!((one_by_one - whole).abs() < 1e-9, "{one_by_one} {whole}");
    }
}

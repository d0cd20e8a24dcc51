//! BG/NBD, MBG/NBD and their relatives with regular gaps, (M)BG/CNBD-k.
//!
//! While active, a customer buys with Erlang-k gaps of rate λ ~ Gamma(r, α) per phase; after each purchase (in the
//! modified models after the first one too) the customer leaves with probability p ~ Beta(a, b). k = 1 is a Poisson
//! process: BG/NBD (Fader, Hardie & Lee 2005) and MBG/NBD (Batislam, Denizel & Filiztekin 2007); k > 1 is Platzer &
//! Reutterer (2016). With `s = r + kx` and `c` = 1 for the modified models, 0 otherwise, the likelihood is
//!
//! `Γ(s)/Γ(r) · α^r · B(a, b+x+c)/B(a, b) · (α+T)^-s · (W + Q)`,
//! `W = Σ_{j<k} Γ(s+j)/Γ(s) · ((T-t_x)/(α+T))^j / j!` (still here, j phases done),
//! `Q = a/(b+x+c-1) · ((α+T)/(α+t_x))^s` (gone after the last purchase),
//!
//! times the gaps' own factor, and P(alive) = W/(W+Q). All of it is computed as logarithms.

use serde::{Deserialize, Serialize};

#[cfg(test)]
use crate::stats::special::{ln_add_exp, ln_rising};

/// The largest k that is tried: gaps as regular as these are as good as clockwork.
pub(crate) const MAX_K: usize = 8;

/// Parameters of a model in which customers leave after purchases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Geometric {
    pub(crate) r: f64,
    pub(crate) alpha: f64,
    pub(crate) a: f64,
    pub(crate) b: f64,
    /// Phases of a gap, 1 to [`MAX_K`].
    pub(crate) k: u8,
    /// Whether customers may leave after their first purchase.
    pub(crate) modified: bool,
}

/// What a customer's past says under the parameters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) prob_alive: f64,
    /// P(j phases are done | alive).
    phases: [f64; MAX_K],
    /// α + T.
    scale: f64,
    /// r + kx.
    shape: f64,
    /// b + x + c: the Beta's second parameter given that the customer is alive.
    stayed: f64,
}

impl Geometric {
    fn c(&self) -> f64 {
        f64::from(u8::from(self.modified))
    }

    pub(crate) fn standing(&self, x: f64, t_last: f64, t_observed: f64) -> Standing {
        let shape = self.r + f64::from(self.k) * x;
        let scale = self.alpha + t_observed;
        let stayed = self.b + x + self.c();
        let mut phases = [0.0; MAX_K];
        phases[0] = 1.0;
        let (mut sum, mut weight) = (1.0, 1.0);
        let u = (t_observed - t_last) / scale;
        for (j, phase) in phases.iter_mut().enumerate().take(self.k as usize).skip(1) {
            let before = j as f64 - 1.0;
            weight *= (shape + before) * u / (before + 1.0);
            *phase = weight;
            sum += weight;
        }
        for phase in &mut phases {
            *phase /= sum;
        }
        let prob_alive = if x + self.c() > 0.0 {
            let gone = self.ln_gone(x, shape, (scale / (self.alpha + t_last)).ln());
            1.0 / (1.0 + (gone - f64::ln(sum)).exp())
        } else {
            1.0
        };
        Standing { prob_alive, phases, scale, shape, stayed }
    }

    fn ln_gone(&self, x: f64, shape: f64, ln_ratio: f64) -> f64 {
        (self.a / (self.b + x + self.c() - 1.0)).ln() + shape * ln_ratio
    }

    #[cfg(test)]
    /// The log-likelihood of one customer, without the gaps' factor `t^(k-1)/(k-1)!` and constants.
    pub(crate) fn ln_likelihood(&self, x: f64, t_last: f64, t_observed: f64) -> f64 {
        let shape = self.r + f64::from(self.k) * x;
        let scale = self.alpha + t_observed;
        let (mut sum, mut weight) = (1.0, 1.0);
        for j in 1..self.k {
            let before = f64::from(j) - 1.0;
            weight *= (shape + before) * (t_observed - t_last) / scale / (before + 1.0);
            sum += weight;
        }
        let mut here = f64::ln(sum);
        if x + self.c() > 0.0 {
            here = ln_add_exp(here, self.ln_gone(x, shape, (scale / (self.alpha + t_last)).ln()));
        }
        let n = x + self.c();
        ln_rising(self.r, f64::from(self.k) * x) + ln_rising(self.b, n) - ln_rising(self.a + self.b, n)
            + self.r * (self.alpha / scale).ln()
            - f64::from(self.k) * x * scale.ln()
            + here
    }
}

impl Standing {
    /// P(no purchase within `t` from now on), in closed form: with k = 1 it is `1 - P(alive) (1 - ((α+T)/(α+T+t))^s)`.
    pub(crate) fn prob_none(&self, k: u8, t: f64) -> f64 {
        // ln(1 - z) with z = t / (α + T + t).
        let ln_rest = -(t / self.scale).ln_1p();
        let z = t / (self.scale + t);
        let mut buys = 0.0;
        for j in 0..k {
            // P(fewer than k - j phases in t): the negative binomial's first terms.
            let shape = self.shape + f64::from(j);
            let (mut term, mut fewer) = ((shape * ln_rest).exp(), 0.0);
            for m in 0..k - j {
                fewer += term;
                term *= z * (shape + f64::from(m)) / (f64::from(m) + 1.0);
            }
            buys += self.phases[j as usize] * if k == 1 { -(shape * ln_rest).exp_m1() } else { (1.0 - fewer).max(0.0) };
        }
        1.0 - self.prob_alive * buys
    }

    /// `P(at least n purchases within t)` for n = 1, 2, …, handed to `take` until it answers false.
    ///
    /// `P(alive) · Σ_j w_j · B(a, b+x+c+n-1)/B(a, b+x+c) · I_z(kn-j, r+kx+j)`, z = t/(α+T+t): the incomplete beta
    /// functions are the upper tails of negative binomials, summed here from their terms.
    pub(crate) fn at_least(&self, model: &Geometric, t: f64, mut take: impl FnMut(f64) -> bool) {
        let k = model.k;
        let ln_rest = -(t / self.scale).ln_1p();
        let z = t / (self.scale + t);
        // Per phase: the term and the lower tail of the phases done within t.
        let mut term = [0.0; MAX_K];
        let (mut below, mut direct) = ([0.0; MAX_K], [false; MAX_K]);
        let mut done = [0.0; MAX_K];
        for j in 0..k as usize {
            term[j] = (self.shape + j as f64) * ln_rest;
            // Only a first term that would vanish needs logarithms.
            direct[j] = term[j] > -600.0;
            if direct[j] {
                term[j] = f64::exp(term[j]);
            }
        }
        let ln_z = z.ln();
        let mut stay = self.prob_alive;
        let mut n = 1.0;
        loop {
            let mut prob = 0.0;
            for j in 0..k as usize {
                let shape = self.shape + j as f64;
                let until = f64::from(k) * n - j as f64;
                while done[j] < until {
                    if direct[j] {
                        below[j] += term[j];
                        term[j] *= z * (shape + done[j]) / (done[j] + 1.0);
                    } else {
                        below[j] += f64::exp(term[j]);
                        term[j] += ln_z + ((shape + done[j]) / (done[j] + 1.0)).ln();
                    }
                    done[j] += 1.0;
                }
                prob += self.phases[j] * (1.0 - below[j]).max(0.0);
            }
            if !take(stay * prob) {
                return;
            }
            stay *= (self.stayed + n - 1.0) / (model.a + self.stayed + n - 1.0);
            n += 1.0;
        }
    }

    /// How many purchases are expected within `t` after the first one, given that there is one.
    pub(crate) fn further(&self, model: &Geometric, t: f64) -> f64 {
        let one = 1.0 - self.prob_none(model.k, t);
        if one > 1e-12 { (self.expected(model, t) / one - 1.0).max(0.0) } else { 0.0 }
    }

    /// The expected number of purchases within `t`: the sum of all P(at least n).
    pub(crate) fn expected(&self, model: &Geometric, t: f64) -> f64 {
        // Beyond so many purchases the sum is cut; nobody waits for the last of them.
        const MAX_TERMS: usize = 50_000;
        if t <= 0.0 {
            return 0.0;
        }
        let (mut sum, mut n) = (0.0, 0);
        self.at_least(model, t, |prob| {
            sum += prob;
            n += 1;
            // Below this the tails are the rounding of what was subtracted.
            prob > 1e-15 + 1e-13 * sum && n < MAX_TERMS
        });
        sum
    }
}

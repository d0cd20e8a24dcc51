//! Functions that the models of purchases need: the gamma function's relatives from statrs, and integrals of our own.

mod quadrature;

pub(crate) use quadrature::{integrate, integrate_many};
pub(crate) use statrs::function::gamma::{digamma, ln_gamma};

/// `ln(Γ(x + n) / Γ(x))`, the log of a rising factorial, for `x > 0` and `n >= 0`.
pub(crate) fn ln_rising(x: f64, n: f64) -> f64 {
    if n <= 0.0 {
        0.0
    } else if x > 1e6 && n < 1e-3 * x {
        // The difference of two large logarithms would lose its digits: Stirling's series for the ratio.
        let mean = x + 0.5 * (n - 1.0);
        n * mean.ln() - n * (n * n - 1.0) / (24.0 * mean * mean)
    } else {
        ln_gamma(x + n) - ln_gamma(x)
    }
}

/// `ln(e^a + e^b)` without overflow.
pub(crate) fn ln_add_exp(a: f64, b: f64) -> f64 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

/// `1 / (1 + e^-x)`.
pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

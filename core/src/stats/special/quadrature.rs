//! Integrals by the rule of Gauss and Legendre.

use std::sync::LazyLock;

/// Nodes of the rule: exact for polynomials up to degree 63, and to rounding for what decays like `e^-x` over 40 units.
const N: usize = 32;

/// Nodes in (0, 1) and their weights, which add up to 1.
static RULE: LazyLock<[(f64, f64); N]> = LazyLock::new(|| {
    let mut out = [(0.0, 0.0); N];
    for (i, node) in out.iter_mut().enumerate() {
        // Newton steps from Tricomi's approximation of the roots of the Legendre polynomial (Press et al. 2007, 4.6).
        let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (N as f64 + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..20 {
            let (mut p, mut before) = (1.0, 0.0);
            for j in 0..N {
                let j = j as f64;
                (p, before) = (((2.0 * j + 1.0) * x * p - j * before) / (j + 1.0), p);
            }
            slope = N as f64 * (x * p - before) / (x * x - 1.0);
            let step = p / slope;
            x -= step;
            if step.abs() < 1e-16 {
                break;
            }
        }
        *node = (0.5 * (1.0 - x), 1.0 / ((1.0 - x * x) * slope * slope));
    }
    out
});

/// The integral of `f` from `from` to `to`.
pub(crate) fn integrate(from: f64, to: f64, f: impl Fn(f64) -> f64) -> f64 {
    integrate_many(from, to, |x| [f(x)])[0]
}

/// The integrals of several functions that are computed together.
pub(crate) fn integrate_many<const M: usize>(from: f64, to: f64, f: impl Fn(f64) -> [f64; M]) -> [f64; M] {
    let mut out = [0.0; M];
    let length = to - from;
    for &(x, w) in RULE.iter() {
        for (o, y) in out.iter_mut().zip(f(from + length * x)) {
            *o += w * length * y;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_integrals() {
        assert!((integrate(0.0, 1.0, |x| x.powi(63)) - 1.0 / 64.0).abs() < 1e-16);
        assert!((integrate(0.0, 40.0, |x| (-x).exp()) - 1.0).abs() < 1e-12);
        assert!((integrate(1.0, 2.0, f64::recip) - std::f64::consts::LN_2).abs() < 1e-15);
        let [a, b] = integrate_many(0.0, 2.0, |x| [1.0, x]);
        assert!((a - 2.0).abs() < 1e-14 && (b - 2.0).abs() < 1e-14);
    }
}

//! Elementary functions in single precision that the compiler turns into vector instructions.
//!
//! The library's own are calls into libm, one value at a time, and may differ between platforms. These are plain
//! arithmetic: the same bits everywhere, several values at once.

use std::sync::LazyLock;

/// `e^x`, to a relative error below 3e-7; arguments are held within ±87, where the result is normal.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call in the inner loop would keep it from becoming vector instructions")]
pub(crate) fn exp(x: f32) -> f32 {
    // Adding this number rounds to a whole number, which then stands in the sum's lowest bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    // Not `clamp`: comparisons written so are one instruction each.
    let x = if x < 87.0 { x } else { 87.0 };
    let x = if x > -87.0 { x } else { -87.0 };
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    let p = polynomial(r) * r * r + r + 1.0;
    let power = f32::from_bits((rounded.to_bits() << 23).wrapping_add(0x3F80_0000));
    p * power
}

/// `(e^r - 1 - r) / r^2` for `|r| <= ln(2) / 2`: a minimax polynomial (Cephes, Moshier 1989).
#[inline(always)]
#[allow(clippy::inline_always, reason = "as for `exp`")]
fn polynomial(r: f32) -> f32 {
    let square = r * r;
    let a = (0.5 + 0.166_666_65 * r) + (4.166_579_6e-2 + 8.333_452e-3 * r) * square;
    a + (1.398_199_9e-3 + 1.987_569_1e-4 * r) * (square * square)
}

/// `ln(x)` for normal numbers above 0, to an error below 2e-7 absolute or relative, whichever is larger; what is smaller
/// counts as the smallest of them.
#[inline(always)]
#[allow(clippy::inline_always, reason = "as for `exp`")]
pub(crate) fn ln(x: f32) -> f32 {
    // The bits of sqrt(1/2): the mantissa is brought into sqrt(1/2) .. sqrt(2), around 1.
    const SQRT_HALF: u32 = 0x3F35_04F3;
    let x = if x > f32::MIN_POSITIVE { x } else { f32::MIN_POSITIVE };
    let bits = x.to_bits().wrapping_sub(SQRT_HALF);
    let n = (bits.cast_signed() >> 23) as f32;
    let r = f32::from_bits((bits & 0x007F_FFFF) + SQRT_HALF) - 1.0;
    // Minimax polynomial (Cephes, Moshier 1989).
    let square = r * r;
    let fourth = square * square;
    let a = (0.333_333_3 - 0.249_999_94 * r) + (0.200_007_15 - 0.166_680_58 * r) * square;
    let b = (0.142_493_23 - 0.124_201_41 * r) + (0.116_769_99 - 0.115_146_1 * r) * square;
    let p = a + (b + 7.037_683_6e-2 * fourth) * fourth;
    r + (p * r * square - 2.121_944_4e-4 * n - 0.5 * square) + 0.693_359_4 * n
}

/// `2^x` for `x` within ±126, to a relative error below 4e-6: for likelihoods, in fewer instructions than [`exp`].
#[inline(always)]
#[allow(clippy::inline_always, reason = "as for `exp`")]
pub(crate) fn exp2_likelihood(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0;
    let rounded = x + ROUND;
    let r = x - (rounded - ROUND);
    // Minimax for |r| <= 1/2, exact at 0.
    let p = (((9.582_853e-3 * r + 5.590_642_6e-2) * r + 0.240_240_99) * r + 0.693_124_2) * r + 1.0;
    f32::from_bits((rounded.to_bits() << 23).wrapping_add(p.to_bits()))
}

/// The base-2 logarithm of normal numbers above 0, to an absolute error below 4e-7 around 1, and in general to one below
/// that and the rounding of the result: for likelihoods.
#[inline(always)]
#[allow(clippy::inline_always, reason = "as for `exp`")]
pub(crate) fn log2_likelihood(x: f32) -> f32 {
    const SQRT_HALF: u32 = 0x3F35_04F3;
    let bits = x.to_bits().wrapping_sub(SQRT_HALF);
    let n = (bits.cast_signed() >> 23) as f32;
    let r = f32::from_bits((bits & 0x007F_FFFF) + SQRT_HALF) - 1.0;
    // Minimax from sqrt(1/2) to sqrt(2), exact at 1.
    let p = ((0.170_634_52 * r - 0.272_698_02) * r + 0.297_262_6) * r - 0.358_961_85;
    n + (((p * r + 0.480_465_03) * r - 0.721_375_9) * r + 1.442_699_7) * r
}

/// `1 - e^-x` for `x >= 0`, to a relative error below 3e-7: the probability of a cumulative hazard.
#[inline(always)]
#[allow(clippy::inline_always, reason = "as for `exp`")]
pub(crate) fn one_minus_exp(x: f32) -> f32 {
    // Where the difference would lose its digits, the polynomial of `exp` without its 1.
    let r = -x;
    let small = -(polynomial(r) * r * r + r);
    let large = 1.0 - exp(r);
    if x < 0.34 { small } else { large }
}

/// `ln(1 + x)` for `x > -0.99`, to a relative error below 3e-7.
#[inline(always)]
#[allow(clippy::inline_always, reason = "as for `exp`")]
pub(crate) fn ln_1p(x: f32) -> f32 {
    let sum = 1.0 + x;
    // What the sum's rounding lost.
    ln(sum) + (x - (sum - 1.0)) / sum
}

/// `ln(1 + e^x)`, to a relative error below 1e-6: the cumulative hazard of log-odds.
#[inline(always)]
#[allow(clippy::inline_always, reason = "as for `exp`")]
pub(crate) fn softplus(x: f32) -> f32 {
    let positive = if x > 0.0 { x } else { 0.0 };
    positive + ln_1p(exp(-x.abs()))
}

/// `ln(e^x - 1)` for `x` from 1e-7 to 80, to an absolute error below 1e-6 (relative, above 1): the log-odds of a
/// cumulative hazard.
#[inline(always)]
#[allow(clippy::inline_always, reason = "as for `exp`")]
pub(crate) fn ln_exp_m1(x: f32) -> f32 {
    // ln((e^x - 1) / x) as a series, where the difference would lose its digits.
    let square = x * x;
    let series = ((square * (1.0 / 181_440.0) - 1.0 / 2_880.0) * square + 1.0 / 24.0) * square + 0.5 * x;
    let small = ln(x) + series;
    let large = x + ln(1.0 - exp(-x));
    if x < 1.0 { small } else { large }
}

/// How many logarithms the table holds: whole days of eleven years.
const TABLE: usize = 4096;
static LOGARITHMS: LazyLock<[f64; TABLE]> = LazyLock::new(|| std::array::from_fn(|n| (n as f64).ln()));

/// `ln(x)`, the library's, for `x > 0`; of small whole numbers (days, pieces) from a table.
#[inline]
pub(crate) fn ln_count(x: f64) -> f64 {
    let n = x as usize;
    #[allow(clippy::float_cmp, reason = "whole numbers of this size are exact")]
    if n < TABLE && n > 0 && n as f64 == x { LOGARITHMS[n] } else { x.ln() }
}

/// The logistic function, to an absolute error below 2e-7.
#[inline(always)]
#[allow(clippy::inline_always, reason = "as for `exp`")]
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_as_exact_as_stated() {
        let mut worst = 0f64;
        for i in -87_000..=87_000 {
            let x = i as f32 / 1000.0;
            let exact = f64::from(x).exp();
            worst = worst.max((f64::from(exp(x)) / exact - 1.0).abs());
        }
        assert!(worst < 3e-7, "{worst}");
        assert!((exp(0.0) - 1.0).abs() < f32::EPSILON);
    }

    #[test]
    fn functions_for_likelihoods_are_as_exact_as_stated() {
        let (mut of_exp2, mut of_log2) = (0f64, 0f64);
        for i in -126_000..=126_000 {
            let x = i as f32 / 1000.0;
            let exact = f64::from(x).exp2();
            of_exp2 = of_exp2.max((f64::from(exp2_likelihood(x)) / exact - 1.0).abs());
            let y = exact as f32;
            let error = f64::from(log2_likelihood(y)) - f64::from(y).log2();
            of_log2 = of_log2.max(error.abs() / f64::from(x.abs()).max(1.0));
        }
        assert!(of_exp2 < 4e-6 && of_log2 < 5e-7, "{of_exp2} {of_log2}");
        assert!((exp2_likelihood(0.0) - 1.0).abs() < f32::EPSILON && log2_likelihood(1.0).abs() < f32::EPSILON);
    }

    #[test]
    fn logarithms_are_as_exact_as_stated() {
        let error = |got: f32, exact: f64| (f64::from(got) - exact).abs() / exact.abs().max(1.0);
        let (mut of_ln, mut of_odds) = (0f64, 0f64);
        let (mut of_1p, mut of_softplus) = (0f64, 0f64);
        let (mut of_negative, mut of_prob) = (0f64, 0f64);
        for i in -60_000..=60_000 {
            let y = f64::from(i) / 1000.0;
            let x = y.exp() as f32;
            let exact = f64::from(x);
            of_ln = of_ln.max(error(ln(x), exact.ln()));
            of_1p = of_1p.max((f64::from(ln_1p(x)) / exact.ln_1p() - 1.0).abs());
            of_prob = of_prob.max((f64::from(one_minus_exp(x)) / -(-exact).exp_m1() - 1.0).abs());
            if x < 0.99 {
                of_negative = of_negative.max((f64::from(ln_1p(-x)) / (-exact).ln_1p() - 1.0).abs());
            }
            let odds = y as f32;
            of_softplus = of_softplus.max((f64::from(softplus(odds)) / soft(f64::from(odds)) - 1.0).abs());
            if (1e-7..80.0).contains(&x) {
                of_odds = of_odds.max(error(ln_exp_m1(x), exact.exp_m1().ln()));
            }
        }
        assert!(of_prob < 3e-7 && of_negative < 1e-6, "{of_prob} {of_negative}");
        assert!(of_ln < 2e-7 && of_1p < 3e-7, "{of_ln} {of_1p}");
        assert!(of_softplus < 1e-6 && of_odds < 1e-6, "{of_softplus} {of_odds}");
        for x in [0.25, 0.5, 1.0, 2.5, 3.0, 4095.0, 4096.0, 1e12] {
            assert_eq!(ln_count(x).to_bits(), x.ln().to_bits());
        }
    }

    fn soft(x: f64) -> f64 {
        x.max(0.0) + (-x.abs()).exp().ln_1p()
    }

    #[test]
    fn extremes_stay_finite() {
        for x in [f32::NEG_INFINITY, -1e30, 1e30, f32::INFINITY] {
            assert!(exp(x).is_finite() && exp(x) > 0.0);
            assert!((0.0..=1.0).contains(&sigmoid(x)));
        }
    }
}

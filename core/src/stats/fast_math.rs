//! Elementary functions in single precision that the compiler turns into vector instructions.
//!
//! The library's own are calls into libm, one value at a time, and may differ between platforms. These are plain
//! arithmetic: the same bits everywhere, several values at once.

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
    // Minimax polynomial of e^r on |r| <= ln(2) / 2 (Cephes, Moshier 1989).
    let p = ((((1.987_569_1e-4 * r + 1.398_199_9e-3) * r + 8.333_452e-3) * r + 4.166_579_6e-2) * r + 0.166_666_65) * r
        + 0.5;
    let p = p * r * r + r + 1.0;
    let power = f32::from_bits((rounded.to_bits() << 23).wrapping_add(0x3F80_0000));
    p * power
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
    fn extremes_stay_finite() {
        for x in [f32::NEG_INFINITY, -1e30, 1e30, f32::INFINITY] {
            assert!(exp(x).is_finite() && exp(x) > 0.0);
            assert!((0.0..=1.0).contains(&sigmoid(x)));
        }
    }
}

//! The normal distribution function.

/// P(a standard normal number is below `z`), to an absolute error below 1e-7 (Abramowitz & Stegun 1964, 26.2.17).
pub(crate) fn normal_below(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z.abs());
    let series =
        ((((1.330_274_429 * t - 1.821_255_978) * t + 1.781_477_937) * t - 0.356_563_782) * t + 0.319_381_530) * t;
    let tail = series * (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
    if z > 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_tables() {
        for (z, p) in [(0.0, 0.5), (1.0, 0.841_344_746), (1.959_963_985, 0.975), (-2.575_829_304, 0.005), (-6.0, 0.0)] {
            assert!((normal_below(z) - p).abs() < 1e-7, "{z}");
        }
    }
}

//! Negative binomial counts from uniform numbers, several at once: the distribution function is summed up until it passes
//! the number.

use multiversion::multiversion;

use super::fast_math::{exp, ln_1p};

/// Means and dispersions whose counts are found by summing: of larger ones there would be too many terms.
const MAX_MEAN: f32 = 40.0;
const MAX_DISPERSION: f32 = 1.0;
/// A smaller dispersion is none.
const NONE: f32 = 1e-5;
/// Numbers are held below this, short of which rounded sums do not stop.
const LAST: f32 = 1.0 - 3e-5;
/// No count is larger: at the largest mean and dispersion, the last number gives half as much.
const MAX_COUNT: usize = 1000;

/// `1 / (n + 1)`, so that the sum divides nothing.
const INVERSE: [f32; MAX_COUNT] = {
    let mut out = [0.0; MAX_COUNT];
    let mut n = 0;
    while n < MAX_COUNT {
        out[n] = 1.0 / (n + 1) as f32;
        n += 1;
    }
    out
};

/// Whether [`smallest_above`] can be asked about counts of this mean and dispersion.
#[inline]
pub(crate) fn is_small(mean: f32, dispersion: f32) -> bool {
    mean <= MAX_MEAN && dispersion <= MAX_DISPERSION
}

/// The smallest counts whose distribution functions exceed `uniform`, for means and dispersions that are small: the variance is
/// `mean + dispersion · mean²`.
#[multiversion(targets("x86_64+avx+avx2"))]
pub(crate) fn smallest_above(uniform: &[f32; 8], mean: &[f32; 8], dispersion: &[f32; 8]) -> [f32; 8] {
    let (mut mass, mut first, mut next) = ([0f32; 8], [0f32; 8], [0f32; 8]);
    for i in 0..8 {
        let (m, d) = (mean[i], if dispersion[i] > NONE { dispersion[i] } else { NONE });
        mass[i] = exp(-ln_1p(d * m) / d);
        first[i] = m / (1.0 + d * m);
        next[i] = d * first[i];
    }
    let uniform = uniform.map(|x| if x < LAST { x } else { LAST });
    let (mut below, mut count) = (mass, [0f32; 8]);
    for (n, inverse) in INVERSE.iter().enumerate() {
        let mut is_done = true;
        for i in 0..8 {
            let more = uniform[i] >= below[i];
            count[i] += if more { 1.0 } else { 0.0 };
            is_done &= !more;
            // P(n + 1) = P(n) · (m + d m n) / ((1 + d m) (n + 1)).
            mass[i] *= (next[i] * n as f32 + first[i]) * inverse;
            below[i] += mass[i];
        }
        if is_done {
            break;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::super::Draws;
    use super::*;

    #[test]
    fn counts_have_their_mean_and_variance() {
        for (mean, dispersion) in [(0.2, 0.0), (3.0, 1.0), (12.0, 0.15), (12.0, 1e-4), (40.0, 0.0), (40.0, 0.5)] {
            let (mut draws, mut sum, mut square) = (Draws::new(5, 6), 0.0, 0.0);
            let n = 200_000;
            for _ in 0..n / 8 {
                let uniform = std::array::from_fn(|_| draws.uniform() as f32);
                for x in smallest_above(&uniform, &[mean; 8], &[dispersion; 8]).map(f64::from) {
                    sum += x;
                    square += x * x;
                }
            }
            let (m, d) = (f64::from(mean), f64::from(dispersion));
            let (got, variance) = (sum / f64::from(n), m + d * m * m);
            assert!((got - m).abs() < 0.02 * variance.sqrt(), "{mean} {dispersion}: {got}");
            let got = square / f64::from(n) - got * got;
            assert!((got / variance - 1.0).abs() < 0.04, "{mean} {dispersion}: {got} {variance}");
        }
    }

    #[test]
    fn the_first_and_the_last_number_have_counts() {
        assert!(smallest_above(&[0.0; 8], &[5.0; 8], &[0.1; 8]).iter().all(|&x| x < 1.0));
        let most = smallest_above(&[1.0; 8], &[MAX_MEAN; 8], &[MAX_DISPERSION; 8]);
        assert!(most.iter().all(|&x| (300.0..900.0).contains(&x)));
    }
}

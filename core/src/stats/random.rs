//! Draws for simulations: a counter-based generator, and the distributions that counts are made of.
//!
//! The n-th number of a stream is a hash of (stream, n), so that simulations give the same bits on any number of threads.

/// A stream of random numbers: the n-th is a hash of the stream's key and n (`SplitMix64`, Steele et al. 2014).
#[derive(Debug, Clone)]
pub(crate) struct Draws {
    state: u64,
}

impl Draws {
    /// The stream of a key made of two numbers.
    pub(crate) fn new(a: u64, b: u64) -> Self {
        Self { state: mix(mix(a.wrapping_add(0x632B_E59B_D9B4_E019)) ^ b.wrapping_mul(0x9E37_79B9_7F4A_7C15)) }
    }

    /// The stream's next bits.
    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.state)
    }

    /// A number above 0 and below 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.bits() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    /// Two numbers of at least 0 and below 1, of 24 binary places each.
    pub(crate) fn pair(&mut self) -> [f32; 2] {
        let bits = self.bits();
        [bits >> 40, (bits >> 16) & 0x00FF_FFFF].map(|x| x as f32 / (1u32 << 24) as f32)
    }

    /// A standard normal number (polar method, Marsaglia & Bray 1964).
    pub(crate) fn normal(&mut self) -> f64 {
        loop {
            let (u, v) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let s = u * u + v * v;
            if s < 1.0 {
                return u * (-2.0 * s.ln() / s).sqrt();
            }
        }
    }

    /// A Gamma number of scale 1 (Marsaglia & Tsang 2000); `shape` above 0.
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let u = self.uniform();
            return self.gamma(shape + 1.0) * u.powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v <= 0.0 {
                continue;
            }
            let u = self.uniform();
            // The first is within the second, and spares nearly all logarithms.
            if u < 1.0 - 0.0331 * (x * x) * (x * x) || u.ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// A Beta number; both shapes above 0.
    pub(crate) fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a), self.gamma(b));
        if x + y > 0.0 { x / (x + y) } else { 0.0 }
    }

    /// A Poisson count: by multiplication below 30; above, a normal number bent to the right skewness (Cornish & Fisher
    /// 1938), whose quantiles up to 1e-5 are then within one count.
    pub(crate) fn poisson(&mut self, mean: f64) -> f64 {
        if mean > 30.0 {
            let z = self.normal();
            return (mean + mean.sqrt() * z + (z * z - 1.0) / 6.0).round().max(0.0);
        }
        let (limit, mut product, mut n) = ((-mean).exp(), self.uniform(), 0.0);
        while product > limit {
            product *= self.uniform();
            n += 1.0;
        }
        n
    }

    /// A count with mean `mean` and variance `mean + dispersion · mean²` (negative binomial).
    pub(crate) fn count(&mut self, mean: f64, dispersion: f64) -> f64 {
        if dispersion < 1e-6 {
            return self.poisson(mean);
        }
        let factor = self.gamma(1.0 / dispersion) * dispersion;
        self.poisson(mean * factor)
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean, variance and third central moment of 200,000 draws.
    fn moments(mut draw: impl FnMut() -> f64) -> [f64; 3] {
        let xs: Vec<f64> = (0..200_000).map(|_| draw()).collect();
        let n = xs.len() as f64;
        let mean = xs.iter().sum::<f64>() / n;
        let central = |k: i32| xs.iter().map(|x| (x - mean).powi(k)).sum::<f64>() / n;
        [mean, central(2), central(3)]
    }

    fn near(got: [f64; 3], expected: [f64; 3], tolerance: f64) {
        let scale = expected[1].sqrt();
        for (k, (g, e)) in got.iter().zip(expected).enumerate() {
            assert!((g - e).abs() < tolerance * scale.powi(k as i32 + 1), "{got:?} {expected:?}");
        }
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut d = Draws::new(1, 2);
        near(moments(|| d.uniform()), [0.5, 1.0 / 12.0, 0.0], 0.02);
        near(moments(|| d.normal()), [0.0, 1.0, 0.0], 0.03);
        for shape in [0.3, 1.0, 6.7] {
            near(moments(|| d.gamma(shape)), [shape, shape, 2.0 * shape], 0.08 * (1.0 + 1.0 / shape));
        }
        for mean in [0.2, 5.0, 29.0, 31.0, 500.0] {
            near(moments(|| d.poisson(mean)), [mean; 3], 0.06);
        }
        let (m, k) = (12.0, 0.15);
        let variance = m + k * m * m;
        near(moments(|| d.count(m, k)), [m, variance, variance * (1.0 + 2.0 * k * m)], 0.06);
        let (a, b) = (2.0, 8.0);
        let variance: f64 = a * b / (100.0 * 11.0);
        near(moments(|| d.beta(a, b)), [0.2, variance, variance.powf(1.5) * 0.829], 0.06);
    }

    #[test]
    fn streams_differ_and_repeat() {
        let first = |a, b| Draws::new(a, b).uniform().to_bits();
        assert_eq!(first(3, 4), first(3, 4));
        assert!(first(3, 4) != first(4, 3) && first(3, 4) != first(3, 5));
    }
}

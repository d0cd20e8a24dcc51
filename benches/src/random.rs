//! A small random generator whose numbers never change with a dependency's version.

/// `SplitMix64` (Steele, Lea & Flood 2014): eight bytes of state, good enough to draw customers and items.
#[derive(Debug, Clone)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// The stream numbered `stream` of a seed; streams do not depend on each other.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut start = Self(seed);
        let offset = start.next_u64();
        let mut mixed = Self(stream.wrapping_add(offset));
        Self(mixed.next_u64())
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `n` − 1; 0 when `n` is 0.
    pub fn below(&mut self, n: u32) -> u32 {
        // Multiply-shift; its bias of at most n / 2^64 cannot be seen in a log.
        ((u128::from(self.next_u64()) * u128::from(n)) >> 64) as u32
    }

    /// A number from −`reach` to `reach`.
    pub fn around_zero(&mut self, reach: u32) -> i64 {
        i64::from(self.below(2 * reach + 1)) - i64::from(reach)
    }

    /// True with probability `prob`.
    pub fn happens(&mut self, prob: f64) -> bool {
        ((self.next_u64() >> 11) as f64) < prob * (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_numbers_are_those_of_the_reference_implementation() {
        // Reference: splitmix64.c by S. Vigna, seed 0.
        let mut random = SplitMix64(0);
        assert_eq!(random.next_u64(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(random.next_u64(), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn draws_stay_in_range_and_hit_its_ends() {
        let mut random = SplitMix64::new(1, 2);
        let drawn: Vec<i64> = (0..1000).map(|_| random.around_zero(3)).collect();
        assert_eq!(drawn.iter().min(), Some(&-3));
        assert_eq!(drawn.iter().max(), Some(&3));
        let n_hits = (0..10_000).filter(|_| random.happens(0.25)).count();
        assert!((2300..2700).contains(&n_hits), "{n_hits} of 10000 at probability 0.25");
        assert_eq!(random.below(0), 0);
    }
}

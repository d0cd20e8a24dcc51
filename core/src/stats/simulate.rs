//! Simulated rows for the tests of estimators.

use super::boosting::Growth;
use super::fast_math::sigmoid;
use super::hazard::{HazardRows, N_SPANS, Spans};

/// How trees grow on them.
pub(super) const GROWTH: Growth =
    Growth { n_trees: 140, depth: 4, rate: 0.1, row_share: 0.25, feature_share: 0.3, ridge: 20.0, ridge_span: 60.0 };

/// A uniform number between 0 and 1 (`SplitMix64`).
fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// Rows with an offset of `base`, on top of which [`signal`] decides. Of six features the first two matter, the third is
/// noise, the fourth copies the first, the fifth is constant and the sixth has two values.
pub(super) fn rows(n: usize, base: f32, seed: u64) -> HazardRows {
    let mut state = seed;
    let mut out = HazardRows { n_features: 6, ..HazardRows::default() };
    for _ in 0..n {
        let [a, b, c] = std::array::from_fn(|_| uniform(&mut state) as f32 * 2.0 - 1.0);
        let features = [a, b, c, a, 3.0, f32::from(u8::from(c > 0.3))];
        out.features.extend(features);
        out.offset.push([base; N_SPANS]);
        let observed = 1 + (uniform(&mut state) * N_SPANS as f64) as usize;
        let log_odds = signal(&features);
        let at = (0..observed).find(|&s| uniform(&mut state) < f64::from(sigmoid(base + log_odds[s])));
        out.n_at_risk.push(at.map_or(observed, |s| s + 1) as u8);
        out.event.push(at.is_some());
        out.cutoff.push(0);
    }
    out
}

/// What the simulated rows' log-odds have on top of their offset: a bend in one feature, and a slope in another that
/// matters in late spans only.
pub(super) fn signal(features: &[f32; 6]) -> Spans {
    std::array::from_fn(|s| 2.0 * features[0].abs() - 1.0 + if s >= 4 { features[1] } else { 0.0 })
}

/// How far a model's log-odds are from the signal, root mean square over new rows and all spans.
pub(super) fn error(seed: u64, predict: impl Fn(&super::hazard::Block, &mut [Spans; super::hazard::BLOCK])) -> f64 {
    let test = rows(64, 0.0, seed);
    let mut block = super::hazard::Block::new(6);
    (0..test.len()).for_each(|row| block.push(test.row(row)));
    let mut out = [Spans::default(); 64];
    predict(&block, &mut out);
    let mut sum = 0.0;
    for (row, out) in out.iter().enumerate() {
        let features = test.row(row).first_chunk().copied().unwrap_or_default();
        for (x, truth) in out.iter().zip(signal(&features)) {
            sum += f64::from(x - truth).powi(2);
        }
    }
    (sum / (64 * N_SPANS) as f64).sqrt()
}

/// The same computation on pools of one and three threads.
pub(super) fn on_pools<T: Send>(compute: impl Fn() -> T + Sync) -> [T; 2] {
    [1, 3].map(|n| match rayon::ThreadPoolBuilder::new().num_threads(n).build() {
        Ok(pool) => pool.install(&compute),
        Err(error) => panic!("{error}"),
    })
}

//! Levels of cutoffs: how much more or less happened after a cutoff than its rows' log-odds say.
//!
//! A season or a promotion moves everyone at once, and no feature of a customer knows why. Taken out as a random effect
//! per cutoff and span before the features are weighed, it cannot be mistaken for the work of whatever else happened to
//! move in time; the level to expect next is the mean of those seen, the recent ones counting more, and those of the same
//! season in earlier years as much as all others together.

use rayon::prelude::*;

use super::hazard::{BLOCK, CHUNK, HazardRows, N_SPANS, Slopes, Spans};
use crate::error::Result;
use crate::progress::Watch;

/// Curvature (about: events) with which a cutoff's level is pulled to the common one, and a span's to its cutoff's.
const RIDGE: f64 = 20.0;
/// Newton steps; a level settles in three.
const STEPS: usize = 5;

/// A year in whole weeks, and how far from it a cutoff still lies in the same season, days.
const YEAR_DAYS: f64 = 364.0;
const SEASON_DAYS: f64 = 14.0;

/// Whether so many days ago was the same season of an earlier year.
fn is_same_season(lag_days: f64) -> bool {
    lag_days > 0.5 * YEAR_DAYS && (lag_days - YEAR_DAYS * (lag_days / YEAR_DAYS).round()).abs() <= SEASON_DAYS
}

/// One level per cutoff and span.
#[derive(Debug, Clone)]
pub(crate) struct Levels {
    per_cutoff: Vec<Spans>,
    /// Whether any row of the cutoff was at risk in the span.
    seen: Vec<[bool; N_SPANS]>,
}

impl Levels {
    /// Estimates the levels of rows with the given log-odds.
    pub(crate) fn estimate(rows: &HazardRows, log_odds: &[Spans], watch: &mut Watch<'_>) -> Result<Self> {
        let n = rows.cutoff.iter().map(|&c| c as usize + 1).max().unwrap_or(0);
        // common[s] + shift[c] + deviation[c][s]
        let (mut common, mut shift) = ([0f64; N_SPANS], vec![0f64; n]);
        let mut deviation = vec![[0f64; N_SPANS]; n];
        let mut seen = vec![[false; N_SPANS]; n];
        for i in 0..STEPS {
            watch.tell(i as f64 / STEPS as f64)?;
            let at: Vec<Spans> =
                (0..n).map(|c| std::array::from_fn(|s| (common[s] + shift[c] + deviation[c][s]) as f32)).collect();
            let (mut gradient, mut curvature) = (vec![[0f64; N_SPANS]; n], vec![[0f64; N_SPANS]; n]);
            for (g, h) in slopes(rows, log_odds, &at) {
                for c in 0..n {
                    for s in 0..N_SPANS {
                        gradient[c][s] += g[c][s];
                        curvature[c][s] += h[c][s];
                        seen[c][s] |= h[c][s] > 0.0;
                    }
                }
            }
            let step = |g: f64, h: f64, at: f64, ridge: f64| (-(g + ridge * at) / (h + ridge)).clamp(-2.0, 2.0);
            for s in 0..N_SPANS {
                let sum = |x: &[[f64; N_SPANS]]| x.iter().map(|x| x[s]).sum::<f64>();
                let moved = step(sum(&gradient), sum(&curvature), common[s], 1.0);
                common[s] += moved;
                // What the common level took is no longer left for the cutoffs.
                for c in 0..n {
                    gradient[c][s] += curvature[c][s] * moved;
                }
            }
            for c in 0..n {
                let moved = step(gradient[c].iter().sum(), curvature[c].iter().sum(), shift[c], RIDGE);
                shift[c] += moved;
                for s in 0..N_SPANS {
                    let left = gradient[c][s] + curvature[c][s] * moved;
                    deviation[c][s] += step(left, curvature[c][s], deviation[c][s], RIDGE);
                }
            }
        }
        let per_cutoff =
            (0..n).map(|c| std::array::from_fn(|s| (common[s] + shift[c] + deviation[c][s]) as f32)).collect();
        Ok(Self { per_cutoff, seen })
    }

    /// How many windows of a span without overlap the cutoffs seen make: what its mean level rests on.
    pub(crate) fn n_windows(&self, lags_days: &[f64], widths_days: &[f64; N_SPANS]) -> [f64; N_SPANS] {
        std::array::from_fn(|s| {
            let lags = self.seen.iter().zip(lags_days).filter(|(seen, _)| seen[s]).map(|(_, lag)| *lag);
            let (first, last, n) =
                lags.fold((f64::MAX, f64::MIN, 0.0), |(a, b, n), lag| (lag.min(a), lag.max(b), n + 1.0));
            if n > 0.0 { f64::min(n, 1.0 + (last - first) / widths_days[s]) } else { 0.0 }
        })
    }

    /// Adds to each row's log-odds the level of its cutoff.
    pub(crate) fn add_to(&self, log_odds: &mut [Spans], cutoffs: &[u8]) {
        for (x, &cutoff) in log_odds.iter_mut().zip(cutoffs) {
            x.iter_mut().zip(&self.per_cutoff[cutoff as usize]).for_each(|(x, level)| *x += level);
        }
    }

    /// The level to expect, given how long ago each cutoff was. An earlier cutoff counts half for every `half_life_days`
    /// between; but those of the same season of earlier years count together as much as all others. A span never seen takes
    /// the mean of all spans' levels.
    pub(crate) fn expected(&self, lags_days: &[f64], half_life_days: f64) -> Spans {
        let mut out = [0f32; N_SPANS];
        let (mut all, mut all_weight) = (0.0, 0.0);
        let mut missing = [false; N_SPANS];
        for s in 0..N_SPANS {
            // Sums of level and weight: of the same season, and of all others.
            let mut sums = [[0.0; 2]; 2];
            for ((level, _), lag) in
                self.per_cutoff.iter().zip(&self.seen).zip(lags_days).filter(|((_, seen), _)| seen[s])
            {
                let weight = (-lag / half_life_days).exp2();
                let sums = &mut sums[usize::from(!is_same_season(*lag))];
                sums[0] += weight * f64::from(level[s]);
                sums[1] += weight;
            }
            let [season, others] = sums;
            let scale = if season[1] > 0.0 && others[1] > 0.0 { others[1] / season[1] } else { 1.0 };
            let (sum, total) = (scale * season[0] + others[0], scale * season[1] + others[1]);
            missing[s] = total <= 0.0;
            if total > 0.0 {
                out[s] = (sum / total) as f32;
                all += sum;
                all_weight += total;
            }
        }
        for s in (0..N_SPANS).filter(|&s| missing[s]) {
            out[s] = (all / f64::max(all_weight, 1e-9)) as f32;
        }
        out
    }
}

/// One number per cutoff and span.
type PerCutoff = Vec<[f64; N_SPANS]>;

/// The gradient and curvature of each cutoff's rows, at their log-odds plus the level of the cutoff; per chunk of rows.
fn slopes(rows: &HazardRows, log_odds: &[Spans], levels: &[Spans]) -> Vec<(PerCutoff, PerCutoff)> {
    log_odds
        .par_chunks(CHUNK)
        .enumerate()
        .map(|(chunk, log_odds)| {
            let mut sums = (vec![[0f64; N_SPANS]; levels.len()], vec![[0f64; N_SPANS]; levels.len()]);
            let (mut slopes, mut moved) = (Slopes::new(), [Spans::default(); BLOCK]);
            for (block, log_odds) in log_odds.chunks(BLOCK).enumerate() {
                let start = chunk * CHUNK + block * BLOCK;
                let cutoffs = &rows.cutoff[start..start + log_odds.len()];
                for ((m, x), &c) in moved.iter_mut().zip(log_odds).zip(cutoffs) {
                    *m = std::array::from_fn(|s| x[s] + levels[c as usize][s]);
                }
                slopes.compute(&rows.targets(start, log_odds.len()), &moved[..log_odds.len()]);
                for (row, &c) in cutoffs.iter().enumerate() {
                    for s in 0..N_SPANS {
                        sums.0[c as usize][s] += f64::from(slopes.gradient[row][s]);
                        sums.1[c as usize][s] += f64::from(slopes.curvature[row][s]);
                    }
                }
            }
            sums
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(per_cutoff: &[f32]) -> Levels {
        let seen = |level: f32| std::array::from_fn(|s| s < 5 && level.is_finite());
        Levels {
            seen: per_cutoff.iter().map(|&level| seen(level)).collect(),
            per_cutoff: per_cutoff.iter().map(|&level| [level; N_SPANS]).collect(),
        }
    }

    fn assert_close(got: Spans, wanted: f32) {
        assert!(got.iter().all(|x| (x - wanted).abs() < 1e-6), "{got:?}, not {wanted}");
    }

    #[test]
    fn recent_cutoffs_count_more() {
        // Weights 1/2 and 1/4.
        assert_close(levels(&[0.3, 0.6]).expected(&[168.0, 84.0], 84.0), 0.5);
    }

    #[test]
    fn the_same_season_of_earlier_years_counts_as_much_as_all_else() {
        let near = [84.0, 28.0];
        let without = levels(&[0.3, 0.3]).expected(&near, 84.0);
        assert_close(without, 0.3);
        assert_close(levels(&[-0.5, 0.3, 0.3]).expected(&[364.0, 84.0, 28.0], 84.0), -0.1);
        // Of two years, the later counts more: 2/3 to 1/3 at a half-life of a year.
        assert_close(levels(&[-0.5, -0.2, 0.3]).expected(&[728.0, 364.0, 28.0], 364.0), 0.0);
        // Six weeks beside it is another season.
        let beside = levels(&[-0.5, 0.3, 0.3]).expected(&[322.0, 84.0, 28.0], 84.0);
        assert!(beside[0] > 0.2, "{beside:?}");
    }

    #[test]
    fn a_span_never_seen_takes_the_mean_of_the_others() {
        let some = levels(&[0.3, 0.6]);
        assert!(!some.seen[0][7]);
        assert!((some.expected(&[168.0, 84.0], 84.0)[7] - 0.5).abs() < 1e-6);
        let nothing = levels(&[f32::INFINITY, f32::INFINITY]).expected(&[168.0, 84.0], 84.0);
        assert_close(nothing, 0.0);
    }
}

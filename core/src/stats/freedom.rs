//! How far an additive model and trees may move from where they start, chosen by what the latest window of their own rows
//! would have had them do.
//!
//! Penalties say how far the truth is thought to lie from the offset, and that differs from log to log: where customers act as
//! the structure has it, most of what can be learned beyond it is noise. So penalties are divided by a number that the log
//! chooses: both are fitted to what had been seen when its latest window began, and judged by what came in it (forward
//! validation: Dawid 1984, Statistical theory: the prequential approach).

use super::additive::{Additive, Penalties};
use super::boosting::{Boosting, Growth};
use super::hazard::{BLOCK, Block, HazardRows, N_SPANS, Slopes, Spans};
use super::level::Levels;
use crate::error::Result;
use crate::progress::Watch;

/// What penalties may be divided by, before the choice is refined: the search starts in the middle and goes downhill.
const SCALES: [f64; 5] = [1.0 / 32.0, 1.0 / 8.0, 1.0 / 2.0, 2.0, 8.0];
/// What is chosen without a window to judge by …
const PRIOR: Freedom = Freedom { scale: 0.25, trees: 0.5 };
/// … and a window of few events hardly moves the scale from there: so large a factor costs half a unit of log-likelihood.
const PRIOR_FACTOR: f64 = 4.0;
/// How long the window lasts, at whose end the models are fitted: the first of these that a log is long enough for. A longer
/// one would take too much from what is known when it begins.
const WINDOWS_DAYS: [f64; 2] = [56.0, 28.0];
/// Rows learned from and judged, at most.
const MAX_KNOWN: usize = 8_192;
const MAX_JUDGED: usize = 8_192;
/// Events that must have been known when a window began.
const MIN_EVENTS: usize = 100;

/// How far models may move, and how two of them are averaged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Freedom {
    /// What penalties are divided by.
    pub(crate) scale: f64,
    /// Weight of the trees in the average; the additive part has the rest.
    pub(crate) trees: f32,
}

/// When the rows of a cutoff were formed, and when their spans end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing<'a> {
    /// Days from each cutoff to the instant of fitting.
    pub(crate) lags_days: &'a [f64],
    pub(crate) edges_days: &'a [f64; N_SPANS],
}

impl Freedom {
    /// Chooses for rows whose offsets are not yet moved to the levels of their cutoffs; `growth` is how trees would grow, if
    /// there are events enough for any.
    pub(crate) fn choose(
        rows: &HazardRows,
        timing: Timing<'_>,
        growth: Option<&Growth>,
        watch: &mut Watch<'_>,
    ) -> Result<Self> {
        let window = WINDOWS_DAYS.iter().find_map(|&days| {
            let window = Window::new(rows, timing, days)?;
            (window.n_events >= MIN_EVENTS).then_some(window)
        });
        let Some(mut window) = window else { return Ok(PRIOR) };
        window.begin(&mut watch.part(0.0, 0.1))?;
        let mut begins = 0.1;
        let (scale, moves) = downhill(SCALES, |scale| {
            let watch = &mut watch.part(begins, begins + 0.1);
            begins += 0.1;
            let moves = window.additive(scale, &mut watch.part(0.0, 0.9))?;
            let far = (scale / PRIOR.scale).ln() / PRIOR_FACTOR.ln();
            let loss = 0.5 * far * far + window.loss(&[(&moves, 1.0)], &mut watch.part(0.9, 1.0))?;
            Ok((loss, moves))
        })?;
        let Some(growth) = growth else { return Ok(Self { scale, trees: 0.0 }) };
        let additive = match moves {
            Some(moves) => moves,
            None => window.additive(scale, &mut watch.part(0.6, 0.7))?,
        };
        let trees = window.trees(&growth.freed(scale), &mut watch.part(0.7, 0.95))?;
        let mut mixed = [0.0; 3];
        for (third, (loss, weight)) in mixed.iter_mut().zip([0.0, 0.5, 1.0]).enumerate() {
            let watch = &mut watch.part(0.95, 1.0);
            let watch = &mut watch.part(third as f64 / 3.0, (third + 1) as f64 / 3.0);
            *loss = window.loss(&[(&additive, 1.0 - weight), (&trees, weight)], watch)?;
        }
        Ok(Self { scale, trees: (0.5 + 0.5 * lowest(mixed)) as f32 })
    }
}

/// Of rising scales with a constant factor between them, and of those between two of them, the one of the smallest loss: downhill
/// from the middle, then where a parabola through the three lowest is lowest. `try_out` answers the loss at a scale and what was found
/// there, and is asked for none twice; what it found at the scale chosen comes back, if that is one that was tried.
pub(crate) fn downhill<T, const N: usize>(
    scales: [f64; N],
    mut try_out: impl FnMut(f64) -> Result<(f64, T)>,
) -> Result<(f64, Option<T>)> {
    let mut tried: [Option<(f64, T)>; N] = [const { None }; N];
    let mut at = |i: usize| -> Result<f64> {
        if let Some((loss, _)) = &tried[i] {
            return Ok(*loss);
        }
        let found = try_out(scales[i])?;
        Ok(tried[i].insert(found).0)
    };
    let last = N - 1;
    let mut best = N / 2;
    loop {
        let here = at(best)?;
        if best > 0 && at(best - 1)? < here {
            best -= 1;
        } else if best < last && at(best + 1)? < here {
            best += 1;
        } else {
            break;
        }
    }
    let scale = if best == 0 || best == last {
        scales[best]
    } else {
        let around = [at(best - 1)?, at(best)?, at(best + 1)?];
        scales[best] * (scales[best + 1] / scales[best]).powf(lowest(around))
    };
    let place = scales.iter().position(|x| x.total_cmp(&scale).is_eq());
    Ok((scale, place.and_then(|place| tried[place].take()).map(|(_, found)| found)))
}

/// Where between -1 and 1 the parabola through values at -1, 0 and 1 is lowest.
fn lowest([before, here, after]: [f64; 3]) -> f64 {
    let bend = before - 2.0 * here + after;
    if bend > 0.0 { (0.5 * (before - after) / bend).clamp(-1.0, 1.0) } else { (before - after).signum() }
}

/// What was known when a window began, and the rows formed then, with what came in it.
struct Window {
    known: HazardRows,
    judged: HazardRows,
    /// Events among what was known.
    n_events: usize,
}

impl Window {
    /// The window of so many days before the instant of fitting; `None` when no row was formed as it began.
    fn new(rows: &HazardRows, timing: Timing<'_>, days: f64) -> Option<Self> {
        let lag = |row: usize| timing.lags_days[rows.cutoff[row] as usize];
        let some = |wanted: &dyn Fn(f64) -> bool, most: usize| {
            let of: Vec<usize> = (0..rows.len()).filter(|&row| wanted(lag(row))).collect();
            let stride = of.len().div_ceil(most).max(1);
            let mut out = HazardRows { n_features: rows.n_features, ..HazardRows::default() };
            of.into_iter().step_by(stride).for_each(|row| out.push_from(rows, row));
            out
        };
        let judged = some(&|lag| (lag - days).abs() < 0.5, MAX_JUDGED);
        if judged.len() == 0 {
            return None;
        }
        let mut known = some(&|lag| lag > days, MAX_KNOWN);
        for row in 0..known.len() {
            let seen_for = timing.lags_days[known.cutoff[row] as usize] - days;
            let observed = timing.edges_days.iter().filter(|&&edge| edge <= seen_for).count() as u8;
            if known.n_at_risk[row] > observed {
                known.n_at_risk[row] = observed;
                known.event[row] = false;
            }
        }
        let n_events = known.n_events().iter().sum();
        Some(Self { known, judged, n_events })
    }

    /// Takes the levels of cutoffs out of what was known.
    fn begin(&mut self, watch: &mut Watch<'_>) -> Result<()> {
        let levels = Levels::estimate(&self.known, &self.known.offset, watch)?;
        levels.add_to(&mut self.known.offset, &self.known.cutoff);
        Ok(())
    }

    /// What an additive model of what was known adds to the judged rows' log-odds.
    fn additive(&self, scale: f64, watch: &mut Watch<'_>) -> Result<Vec<Spans>> {
        let model = Additive::fit(&self.known, &Penalties::default().freed(scale), watch)?;
        Ok(self.moves(|block, out| model.add_to(block, out)))
    }

    /// What trees grown on what was known add to them.
    fn trees(&self, growth: &Growth, watch: &mut Watch<'_>) -> Result<Vec<Spans>> {
        let model = Boosting::fit(&self.known, growth, watch)?;
        Ok(self.moves(|block, out| model.add_to(block, 1.0, out)))
    }

    fn moves(&self, add: impl Fn(&Block, &mut [Spans; BLOCK]) + Sync) -> Vec<Spans> {
        let mut out = vec![Spans::default(); self.judged.len()];
        self.judged.by_blocks(0, &mut out, add);
        out
    }

    /// The negative log-likelihood of what came, with weighted moves added to the judged rows' log-odds and the level that fits
    /// best: what everyone did at once is not what is judged.
    fn loss(&self, moves: &[(&[Spans], f32)], watch: &mut Watch<'_>) -> Result<f64> {
        let mut log_odds = self.judged.offset.clone();
        for (moves, weight) in moves {
            for (x, m) in log_odds.as_flattened_mut().iter_mut().zip(moves.as_flattened()) {
                *x += weight * m;
            }
        }
        Levels::estimate(&self.judged, &log_odds, watch)?.add_to(&mut log_odds, &self.judged.cutoff);
        let (mut loss, mut slopes) = ([0.0; N_SPANS], Slopes::new());
        for (block, x) in log_odds.chunks(BLOCK).enumerate() {
            slopes.compute_with_loss(&self.judged.targets(block * BLOCK, x.len()), x, &mut loss);
        }
        Ok(loss.iter().sum())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::simulate;
    use super::*;

    const EDGES_DAYS: [f64; N_SPANS] = [1.0, 3.0, 7.0, 14.0, 28.0, 56.0, 112.0, 224.0];

    /// Rows of several cutoffs, the last of them at the instant of fitting less the first lag. Observed as long as the lags
    /// allow; `strength` is how much of the simulated signal is not in the offsets.
    fn rows(n: usize, lags_days: &[f64], strength: f32) -> HazardRows {
        let mut out = HazardRows { n_features: 6, ..HazardRows::default() };
        for (c, &lag) in lags_days.iter().enumerate() {
            let observed = EDGES_DAYS.iter().filter(|&&edge| edge <= lag).count() as u8;
            let mut part = simulate::rows(n, -2.0, 40 + c as u64);
            for row in 0..part.len() {
                let signal = simulate::signal(part.row(row).first_chunk().unwrap());
                part.offset[row].iter_mut().zip(signal).for_each(|(o, s)| *o += (1.0 - strength) * s);
                part.cutoff[row] = c as u8;
                if part.n_at_risk[row] > observed {
                    (part.n_at_risk[row], part.event[row]) = (observed, false);
                }
            }
            out.append(part);
        }
        out
    }

    fn choose(rows: &HazardRows, lags_days: &[f64]) -> Freedom {
        let growth = Growth { n_trees: 40, row_share: 0.5, feature_share: 0.7, ..simulate::GROWTH };
        let timing = Timing { lags_days, edges_days: &EDGES_DAYS };
        Watch::unwatched(|watch| Freedom::choose(rows, timing, Some(&growth), watch)).unwrap()
    }

    #[test]
    fn stays_where_the_offsets_are_right_and_moves_where_they_are_not() {
        let lags = [168.0, 112.0, 56.0, 28.0];
        let (right, wrong) = (choose(&rows(1_500, &lags, 0.0), &lags), choose(&rows(1_500, &lags, 1.0), &lags));
        assert!(right.scale < 0.5, "{right:?}");
        assert!(wrong.scale > 1.0, "{wrong:?}");
    }

    #[test]
    fn without_a_window_or_events_it_is_cautious() {
        assert_eq!(choose(&rows(1_000, &[21.0, 7.0], 1.0), &[21.0, 7.0]), PRIOR, "no window");
        assert_eq!(choose(&rows(20, &[112.0, 56.0], 1.0), &[112.0, 56.0]), PRIOR, "too few events");
    }

    #[test]
    fn what_came_in_the_window_is_not_known_when_it_begins() {
        let lags = [168.0, 112.0, 56.0, 28.0];
        let all = rows(300, &lags, 1.0);
        let timing = Timing { lags_days: &lags, edges_days: &EDGES_DAYS };
        let window = Window::new(&all, timing, 56.0).unwrap();
        assert_eq!((window.known.len(), window.judged.len()), (600, 300));
        for (row, (&n, &cutoff)) in window.known.n_at_risk.iter().zip(&window.known.cutoff).enumerate() {
            // 112 and 56 days had passed since these cutoffs: seven and six spans.
            assert!(n <= if cutoff == 0 { 7 } else { 6 });
            let (before, event) = (all.n_at_risk[row], all.event[row]);
            assert_eq!(window.known.event[row], event && before == n, "an event is known if its span had ended");
        }
    }

    #[test]
    fn does_not_depend_on_the_number_of_threads() {
        let lags = [112.0, 56.0, 28.0];
        let rows = rows(3_000, &lags, 0.5);
        let [one, three] = simulate::on_pools(|| choose(&rows, &lags));
        assert_eq!(one, three);
    }

    #[test]
    fn goes_downhill_and_brings_what_it_found() {
        let search = |lowest_at: f64| {
            let mut asked = Vec::new();
            let found = downhill(SCALES, |scale| {
                asked.push(scale);
                Ok(((scale.ln() - lowest_at.ln()).powi(2), scale.to_bits()))
            });
            assert!(
                asked.iter().enumerate().all(|(i, x)| asked[..i].iter().all(|y| x.total_cmp(y).is_ne())),
                "{asked:?}"
            );
            found.unwrap()
        };
        for end in [SCALES[0], SCALES[4]] {
            assert_eq!(search(end), (end, Some(end.to_bits())));
        }
        let (between, nothing) = search(0.3);
        assert!((between - 0.3).abs() < 1e-12 && nothing.is_none());
    }

    #[test]
    fn a_parabola_is_lowest_where_its_slope_is_zero() {
        for at in [-0.7, 0.0, 0.4] {
            let value = |x: f64| 3.0 + 2.0 * (x - at) * (x - at);
            assert!((lowest([value(-1.0), value(0.0), value(1.0)]) - at).abs() < 1e-12);
        }
        assert_eq!(
            [lowest([3.0, 2.0, 1.0]), lowest([1.0, 2.0, 3.0])].map(f64::to_bits),
            [1f64, -1.0].map(f64::to_bits)
        );
    }
}

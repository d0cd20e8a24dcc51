//! An additive logistic hazard model: log-odds = offset + intercept + Σ f(feature), each f piecewise linear.
//!
//! The functions are linear splines over quantile knots, once for all spans (the *pooled* part) and as deviations per
//! span, both under a ridge penalty: a span with few events stays near the others, and a log with few events stays near
//! the offset. Penalised maximum likelihood by Newton steps (Hastie & Tibshirani 1990, Generalized Additive Models;
//! discrete-time hazard: Allison 1982).

use multiversion::multiversion;
use serde::{Deserialize, Serialize};

use super::hazard::{BLOCK, Block, FEW, HazardRows, N_SPANS, Spans};
use super::newton::{Data, Problem, State};
use super::splines::{SLOTS, Splines, positions};
use crate::error::Result;
use crate::progress::Watch;

/// What moving from the offset costs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Penalties {
    /// Ridge on the pooled functions, in rows: what a function of unit variance costs.
    ridge_pooled: f64,
    /// Ridge on the spans' deviations.
    ridge_span: f64,
}

impl Penalties {
    /// Divided by a number.
    pub(crate) fn freed(self, scale: f64) -> Self {
        Self { ridge_pooled: self.ridge_pooled / scale, ridge_span: self.ridge_span / scale }
    }
}

impl Default for Penalties {
    /// Larger ridges than for independent rows, for the rows of one customer are not. Fitted to the end, a smaller one on the
    /// deviations follows the noise of spans with few events.
    fn default() -> Self {
        Self { ridge_pooled: 100.0, ridge_span: 200.0 }
    }
}

/// Penalty on bends between neighbouring segments, in ridges.
const BEND: f64 = 0.25;
/// Rows the way is found on, and the Hessian formed from.
const WARM_ROWS: usize = 20_000;
/// Newton steps at most on those, and on all rows; the log-likelihood has settled well before.
const WARM_STEPS: usize = 6;
const FULL_STEPS: usize = 3;
/// Functions evaluated together, so that a row's sum stays in registers between them. With so many the compiler takes a row's
/// spans as one vector; with four it gathers one span of eight rows, which takes four times as long.
const GROUP: usize = 8;

/// A fitted additive model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Additive {
    intercept: Spans,
    functions: Vec<Function>,
}

/// One feature's piecewise linear contribution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Function {
    feature: u16,
    knots: Vec<f32>,
    /// The contribution at each knot and its slope up to the next, filled up with zeros to [`SLOTS`]; linear between
    /// knots, constant beyond the first and last.
    segments: Vec<[Spans; 2]>,
}

impl Additive {
    /// Fits to rows; a span without an event keeps the pooled functions.
    pub(crate) fn fit(rows: &HazardRows, penalties: &Penalties, watch: &mut Watch<'_>) -> Result<Self> {
        let Penalties { ridge_pooled, ridge_span } = *penalties;
        watch.tell(0.0)?;
        let splines = Splines::new(rows);
        let n = splines.n_coefficients;
        watch.tell(0.0)?;
        let mut all = Data::new(&splines, rows, 1);
        watch.tell(0.0)?;
        let intercept = all.intercepts();
        let stride = rows.len() / WARM_ROWS;
        let mut part = (stride > 1).then(|| Data::new(&splines, rows, stride));
        let (mut pooled, mut spans) = (State::<1>::new(n), State::<N_SPANS>::new(n));
        let penalty = |ridge: f64, data: &Data| Problem {
            splines: &splines,
            penalty: splines.penalty(&data.places, ridge, ridge * BEND),
        };
        if let Some(part) = &mut part {
            part.shift(&intercept);
            let problem = penalty(ridge_pooled, part);
            let zero = pooled.beta.clone();
            part.minimise(&problem, &mut pooled, &zero, (WARM_STEPS, &[0, 2]), &mut watch.part(0.0, 0.2))?;
            let warm = pooled.beta.clone();
            all.minimise(&problem, &mut pooled, &warm, (FULL_STEPS, &[]), &mut watch.part(0.2, 0.5))?;
            let further: Vec<[f64; 1]> = pooled.beta.iter().zip(&warm).map(|(b, w)| [b[0] - w[0]]).collect();
            part.pass(&splines, &further);
            let problem = penalty(ridge_span, part);
            let zero = spans.beta.clone();
            part.minimise(&problem, &mut spans, &zero, (WARM_STEPS, &[0]), &mut watch.part(0.5, 0.6))?;
            let warm = spans.beta.clone();
            all.minimise(&problem, &mut spans, &warm, (FULL_STEPS, &[]), &mut watch.part(0.6, 1.0))?;
        } else {
            let zero = pooled.beta.clone();
            let steps: (usize, &[usize]) = (WARM_STEPS + FULL_STEPS, &[0, 2]);
            all.minimise(&penalty(ridge_pooled, &all), &mut pooled, &zero, steps, &mut watch.part(0.0, 0.5))?;
            let zero = spans.beta.clone();
            all.minimise(&penalty(ridge_span, &all), &mut spans, &zero, steps, &mut watch.part(0.5, 1.0))?;
        }
        let value = |c: usize| -> Spans { std::array::from_fn(|s| (pooled.beta[c][0] + spans.beta[c][s]) as f32) };
        let function = |f: usize| {
            let values: Vec<Spans> = (0..splines.knots[f].len()).map(|k| value(splines.first[f] + k)).collect();
            let mut segments = vec![[[0.0; N_SPANS]; 2]; SLOTS];
            for (k, segment) in segments.iter_mut().enumerate().take(values.len()) {
                let next = values[(k + 1).min(values.len() - 1)];
                *segment = [values[k], std::array::from_fn(|s| next[s] - values[k][s])];
            }
            Function { feature: splines.features[f] as u16, knots: splines.knots[f].clone(), segments }
        };
        Ok(Self {
            intercept: std::array::from_fn(|s| intercept[s] + value(0)[s]),
            functions: (0..splines.features.len()).map(function).collect(),
        })
    }

    /// Whether a loaded model is one for so many features.
    pub(crate) fn check(&self, n_features: usize) -> bool {
        self.functions.iter().all(|f| {
            let known = (f.feature as usize) < n_features;
            known && f.segments.len() == SLOTS && (2..=SLOTS).contains(&f.knots.len()) && f.knots.is_sorted()
        })
    }

    /// What each feature of a row adds to the first span's log-odds, into `out`; the intercept.
    pub(crate) fn terms(&self, row: &[f32], out: &mut [f64]) -> f64 {
        self.contributions(row, |feature, spans| out[feature] += f64::from(spans[0]));
        f64::from(self.intercept[0])
    }

    /// What each feature of a row adds to the log-odds, beside the intercept.
    pub(crate) fn contributions(&self, row: &[f32], mut take: impl FnMut(usize, Spans)) {
        for function in &self.functions {
            let x = row[function.feature as usize];
            let knots = &function.knots;
            let last = knots.len() - 1;
            let slot = knots[1..last].iter().filter(|k| x >= **k).count();
            let t = ((x - knots[slot]) / (knots[slot + 1] - knots[slot])).clamp(0.0, 1.0);
            let [value, slope] = &function.segments[slot];
            take(function.feature as usize, std::array::from_fn(|s| value[s] + t * slope[s]));
        }
    }

    /// Adds the model's log-odds to `out`, one entry per row of the block.
    pub(crate) fn add_to(&self, block: &Block, out: &mut [Spans; BLOCK]) {
        for o in &mut out[..block.len] {
            o.iter_mut().zip(&self.intercept).for_each(|(o, x)| *o += x);
        }
        // As for the trees: places that no row fills are evaluated as well.
        match block.len {
            0..=4 => add::<4>(&self.functions, block, out),
            5..=8 => add::<8>(&self.functions, block, out),
            9..=FEW => add::<FEW>(&self.functions, block, out),
            _ => add::<BLOCK>(&self.functions, block, out),
        }
    }
}

#[multiversion(targets("x86_64+avx+avx2"))]
fn add<const ROWS: usize>(functions: &[Function], block: &Block, out: &mut [Spans; BLOCK]) {
    const NOTHING: [[Spans; 2]; SLOTS] = [[[0.0; N_SPANS]; 2]; SLOTS];
    let (mut slots, mut beyond) = ([[0u32; ROWS]; GROUP], [[0f32; ROWS]; GROUP]);
    for group in functions.chunks(GROUP) {
        let mut tables = [&NOTHING; GROUP];
        for (g, function) in group.iter().enumerate() {
            tables[g] = function.segments.first_chunk().unwrap_or(&NOTHING);
            let column = block.column(function.feature as usize);
            place(&positions(&function.knots, column), &mut slots[g], &mut beyond[g]);
        }
        for (i, out) in out[..ROWS].iter_mut().enumerate() {
            let mut sum = *out;
            for g in 0..GROUP {
                let [value, slope] = &tables[g][slots[g][i] as usize & (SLOTS - 1)];
                let t = beyond[g][i];
                for s in 0..N_SPANS {
                    sum[s] += value[s] + t * slope[s];
                }
            }
            *out = sum;
        }
    }
}

/// Splits positions into the knot below and how far beyond it they are. Right on a knot, either neighbour may be named:
/// the function has the same value there.
#[inline(always)]
#[allow(clippy::inline_always, reason = "to become wider vector instructions where its caller does")]
fn place<const ROWS: usize>(positions: &[f32; ROWS], slots: &mut [u32; ROWS], beyond: &mut [f32; ROWS]) {
    // Adding this number rounds to a whole one, which then stands in the sum's lowest bits.
    const ROUND: f32 = 12_582_912.0;
    for ((&p, slot), t) in positions.iter().zip(slots).zip(beyond) {
        let rounded = (p - 0.5) + ROUND;
        *slot = rounded.to_bits();
        *t = p - (rounded - ROUND);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::simulate;
    use super::*;

    fn fit(rows: &HazardRows) -> Additive {
        Watch::unwatched(|watch| Additive::fit(rows, &Penalties::default(), watch)).unwrap()
    }

    #[test]
    fn recovers_a_signal_beside_constant_and_copied_features() {
        let model = fit(&simulate::rows(30_000, -1.5, 1));
        let error = simulate::error(2, |block, out| model.add_to(block, out));
        assert!(error < 0.2, "{error}");
        assert!(model.functions.iter().all(|f| f.feature != 4), "a constant feature has no function");
    }

    #[test]
    fn does_not_depend_on_the_number_of_threads() {
        // More rows than the warm start takes, so that both stages run.
        let rows = simulate::rows(41_000, -1.5, 3);
        let [one, three] = simulate::on_pools(|| fit(&rows));
        assert_eq!(one, three);
    }

    #[test]
    fn stays_near_the_offset_when_little_was_seen() {
        let rows = simulate::rows(60, -3.0, 4);
        let model = fit(&rows);
        let mut block = Block::new(6);
        (0..rows.len()).for_each(|row| block.push(rows.row(row)));
        let mut out = [Spans::default(); BLOCK];
        model.add_to(&block, &mut out);
        for x in out[..rows.len()].as_flattened() {
            assert!(x.is_finite() && x.abs() < 2.5, "{x}");
        }
    }

    #[test]
    fn values_are_those_at_the_knots() {
        let mut segments = vec![[[0.0; N_SPANS]; 2]; SLOTS];
        segments[0] = [[1.0; N_SPANS], [2.0; N_SPANS]];
        segments[1] = [[3.0; N_SPANS], [-4.0; N_SPANS]];
        segments[2] = [[-1.0; N_SPANS], [0.0; N_SPANS]];
        let function = Function { feature: 0, knots: vec![10.0, 20.0, 40.0], segments };
        let model = Additive { intercept: [0.5; N_SPANS], functions: vec![function] };
        let mut block = Block::new(1);
        let xs = [0.0, 10.0, 15.0, 20.0, 30.0, 40.0, 1e9];
        for x in xs {
            block.push(&[x]);
        }
        let mut out = [Spans::default(); BLOCK];
        model.add_to(&block, &mut out);
        let expected = [1.5, 1.5, 2.5, 3.5, 1.5, -0.5, -0.5];
        for (out, expected) in out.iter().zip(expected) {
            assert!((out[3] - expected).abs() < 1e-5, "{out:?} {expected}");
        }
    }
}

//! An additive logistic hazard model: log-odds = offset + intercept + Σ f(feature), each f piecewise linear.
//!
//! The functions are linear splines over quantile knots, once for all spans (the *pooled* part) and as deviations per
//! span, both under a ridge penalty: a span with few events stays near the others, and a log with few events stays near
//! the offset. Penalised maximum likelihood by Newton steps (Hastie & Tibshirani 1990, Generalized Additive Models;
//! discrete-time hazard: Allison 1982). The Hessian comes from a fixed part of the rows, the gradient from all.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::hazard::{BLOCK, Block, CHUNK, HazardRows, N_SPANS, Spans};
use super::solve::Cholesky;

/// Where the knots lie, as quantiles of the training rows: denser towards the top, where the frequent buyers are.
const KNOT_QUANTILES: [f64; 7] = [0.0, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0];
/// Ridge on the pooled functions, in rows: what a function of unit variance costs.
const RIDGE_POOLED: f64 = 100.0;
/// Ridge on the spans' deviations.
const RIDGE_SPAN: f64 = 200.0;
/// Penalty on bends between neighbouring segments.
const BEND: f64 = 25.0;
/// Rows the Hessian is formed from.
const HESSIAN_ROWS: usize = 20_000;
/// Newton steps at most; the log-likelihood has settled well before.
const MAX_STEPS: usize = 8;

/// A fitted additive model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Additive {
    intercept: Spans,
    functions: Vec<Function>,
}

/// One feature's piecewise linear contribution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Function {
    knots: Vec<f32>,
    /// The contribution at each knot; linear between knots, constant beyond the first and last.
    values: Vec<Spans>,
}

/// The splines before fitting, and each training row's place on them.
struct Design {
    knots: Vec<Vec<f32>>,
    /// Index of the feature's first coefficient; coefficient 0 is the intercept.
    first: Vec<usize>,
    n_coefficients: usize,
    n_features: usize,
    /// Per row and feature: the segment's left coefficient, and how far along the segment the row lies.
    left: Vec<u16>,
    along: Vec<f32>,
}

fn segment(knots: &[f32], x: f32) -> (usize, f32) {
    if knots.len() < 2 {
        return (0, 0.0);
    }
    let k = knots[1..knots.len() - 1].iter().filter(|&&knot| x > knot).count();
    (k, ((x - knots[k]) / (knots[k + 1] - knots[k])).clamp(0.0, 1.0))
}

impl Design {
    fn new(rows: &HazardRows) -> Self {
        let n_features = rows.n_features;
        let step = (rows.len() / 20_000).max(1);
        let knots: Vec<Vec<f32>> = (0..n_features)
            .into_par_iter()
            .map(|f| {
                let mut xs: Vec<f32> = (0..rows.len()).step_by(step).map(|r| rows.row(r)[f]).collect();
                xs.sort_by(f32::total_cmp);
                let mut knots: Vec<f32> = KNOT_QUANTILES
                    .iter()
                    .filter_map(|q| xs.get((q * (xs.len().saturating_sub(1)) as f64).round() as usize).copied())
                    .collect();
                knots.dedup_by(|b, a| *b - *a <= 1e-6 * (1.0 + a.abs()));
                knots
            })
            .collect();
        let mut first = Vec::with_capacity(n_features);
        let mut n_coefficients = 1;
        for k in &knots {
            first.push(n_coefficients);
            // A constant feature has one knot and is left out.
            n_coefficients += if k.len() > 1 { k.len() } else { 0 };
        }
        let mut left = vec![0u16; rows.len() * n_features];
        let mut along = vec![0f32; rows.len() * n_features];
        left.par_chunks_mut(n_features).zip(along.par_chunks_mut(n_features)).enumerate().for_each(|(r, (left, along))| {
            for (f, &x) in rows.row(r).iter().enumerate() {
                let (k, t) = segment(&knots[f], x);
                left[f] = if knots[f].len() > 1 { (first[f] + k) as u16 } else { u16::MAX };
                along[f] = t;
            }
        });
        Self { knots, first, n_coefficients, n_features, left, along }
    }

    /// The row's non-zero coefficients and their weights.
    fn entries(&self, row: usize) -> impl Iterator<Item = (usize, f32)> + '_ {
        let range = row * self.n_features..(row + 1) * self.n_features;
        self.left[range.clone()].iter().zip(&self.along[range]).filter(|(l, _)| **l != u16::MAX).flat_map(|(&l, &t)| {
            let l = l as usize;
            [(l, 1.0 - t), (l + 1, t)]
        })
    }

    /// The penalty matrix without its strength: each function's variance over the rows, and its bends.
    fn penalty(&self, n_rows: usize, ridge: f64) -> Vec<f64> {
        let n = self.n_coefficients;
        let mut mass = vec![0f64; n];
        let step = (n_rows / 20_000).max(1);
        let mut counted = 0.0;
        for row in (0..n_rows).step_by(step) {
            counted += 1.0;
            for (k, w) in self.entries(row) {
                mass[k] += f64::from(w);
            }
        }
        let mut penalty = vec![0f64; n * n];
        penalty[0] = 1e-3;
        for k in 1..n {
            let share = mass[k] / counted;
            penalty[k * n + k] = ridge * (share * (1.0 - share)).max(0.01);
        }
        for (f, knots) in self.knots.iter().enumerate() {
            let width = knots.last().copied().unwrap_or(0.0) - knots.first().copied().unwrap_or(0.0);
            for (k, w) in knots.windows(3).enumerate() {
                let (a, b) = (f64::from((w[1] - w[0]) / width), f64::from((w[2] - w[1]) / width));
                // The change of slope at the middle knot, relative to the feature's range.
                let bend = [1.0 / a, -1.0 / a - 1.0 / b, 1.0 / b].map(|x| x * a.min(b));
                for (i, x) in bend.iter().enumerate() {
                    for (j, y) in bend.iter().enumerate() {
                        let (i, j) = (self.first[f] + k + i, self.first[f] + k + j);
                        penalty[i * n + j] += ridge / RIDGE_POOLED * super::param("BEND", BEND) * x * y;
                    }
                }
            }
        }
        penalty
    }
}

/// How the spans' gradients are combined: one common problem, or one problem for each.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Pooled,
    PerSpan,
}

impl Part {
    fn fold(self, x: Spans) -> Spans {
        match self {
            Self::PerSpan => x,
            Self::Pooled => {
                let mut out = [0.0; N_SPANS];
                out[0] = x.iter().sum();
                out
            }
        }
    }

    /// How many of the lanes carry a problem.
    fn lanes(self) -> usize {
        if self == Self::Pooled { 1 } else { N_SPANS }
    }
}

impl Additive {
    /// Fits to rows; a span without an event keeps the pooled functions.
    pub(crate) fn fit(rows: &HazardRows) -> Self {
        let design = Design::new(rows);
        let mut fitter = Fitter { rows, design: &design, log_odds: rows.offset.clone() };
        let intercept = fitter.intercepts();
        let pooled = fitter.newton(Part::Pooled, super::param("RP", RIDGE_POOLED));
        let spans = fitter.newton(Part::PerSpan, super::param("RS", RIDGE_SPAN));
        let value = |k: usize| -> Spans { std::array::from_fn(|s| (pooled[k][0] + spans[k][s]) as f32) };
        Self {
            intercept: std::array::from_fn(|s| intercept[s] + value(0)[s]),
            functions: design
                .knots
                .iter()
                .zip(&design.first)
                .map(|(knots, &first)| Function {
                    knots: if knots.len() > 1 { knots.clone() } else { Vec::new() },
                    values: if knots.len() > 1 { (first..first + knots.len()).map(value).collect() } else { Vec::new() },
                })
                .collect(),
        }
    }

    /// Adds the model's log-odds to `out`, one entry per row of the block.
    pub(crate) fn add_to(&self, block: &Block, out: &mut [Spans; BLOCK]) {
        for o in &mut out[..block.len] {
            for s in 0..N_SPANS {
                o[s] += self.intercept[s];
            }
        }
        for (f, function) in self.functions.iter().enumerate().filter(|(_, f)| !f.knots.is_empty()) {
            let column = block.column(f);
            for (o, &x) in out[..block.len].iter_mut().zip(column) {
                let (k, t) = segment(&function.knots, x);
                let (a, b) = (&function.values[k], &function.values[k + 1]);
                for s in 0..N_SPANS {
                    o[s] += a[s] + t * (b[s] - a[s]);
                }
            }
        }
    }
}

struct Fitter<'a> {
    rows: &'a HazardRows,
    design: &'a Design,
    log_odds: Vec<Spans>,
}

impl Fitter<'_> {
    /// Moves each span's log-odds so that as many events are expected as came, in four Newton steps.
    fn intercepts(&mut self) -> Spans {
        let mut total = [0f32; N_SPANS];
        for _ in 0..4 {
            let (mut gradient, mut curvature) = ([0.5f64; N_SPANS], [1f64; N_SPANS]);
            // Half an event of prior keeps an empty span finite.
            for (row, log_odds) in self.log_odds.iter().enumerate() {
                let (g, c) = self.rows.slopes(row, log_odds);
                for s in 0..N_SPANS {
                    gradient[s] += f64::from(g[s]);
                    curvature[s] += f64::from(c[s]);
                }
            }
            let step: Spans = std::array::from_fn(|s| ((0.5 - gradient[s]) / curvature[s]).clamp(-2.0, 2.0) as f32);
            for log_odds in &mut self.log_odds {
                log_odds.iter_mut().zip(step).for_each(|(x, s)| *x += s);
            }
            total.iter_mut().zip(step).for_each(|(t, s)| *t += s);
        }
        total
    }

    /// Penalised Newton steps; returns the coefficients and leaves their log-odds in place.
    fn newton(&mut self, part: Part, ridge: f64) -> Vec<[f64; N_SPANS]> {
        let n = self.design.n_coefficients;
        let penalty = self.design.penalty(self.rows.len(), ridge);
        let mut beta = vec![[0f64; N_SPANS]; n];
        let mut objective = self.objective(part, &self.log_odds, &beta, &penalty);
        let mut factors = Vec::new();
        for step in 0..MAX_STEPS {
            // The first Hessian is far from the optimum's; later ones change little.
            if step == 0 || step == 2 {
                factors = self.hessians(part, &penalty);
            }
            let mut direction = self.gradient(part);
            for (lane, factor) in factors.iter().enumerate() {
                let mut x: Vec<f64> = (0..n)
                    .map(|i| {
                        let pull: f64 = (0..n).map(|j| penalty[i * n + j] * beta[j][lane]).sum();
                        -(direction[i][lane] + pull)
                    })
                    .collect();
                factor.solve(&mut x);
                direction.iter_mut().zip(x).for_each(|(d, x)| d[lane] = x);
            }
            let mut length = [1f64; N_SPANS];
            let mut improved = 0.0;
            for _ in 0..4 {
                let candidate: Vec<[f64; N_SPANS]> = beta
                    .iter()
                    .zip(&direction)
                    .map(|(b, d)| std::array::from_fn(|s| b[s] + length[s] * d[s]))
                    .collect();
                let log_odds = self.moved(part, &direction, &length);
                let reached = self.objective(part, &log_odds, &candidate, &penalty);
                let worse: Vec<usize> =
                    (0..part.lanes()).filter(|&l| length[l] > 0.0 && reached[l] > objective[l] + 1e-9).collect();
                if worse.is_empty() {
                    improved = (0..part.lanes()).map(|l| objective[l] - reached[l]).sum();
                    (beta, self.log_odds, objective) = (candidate, log_odds, reached);
                    break;
                }
                for l in worse {
                    length[l] = if length[l] < 0.2 { 0.0 } else { length[l] * 0.35 };
                }
            }
            if improved < 1e-5 * objective[..part.lanes()].iter().sum::<f64>().abs() {
                break;
            }
        }
        beta
    }

    fn objective(&self, part: Part, log_odds: &[Spans], beta: &[[f64; N_SPANS]], penalty: &[f64]) -> [f64; N_SPANS] {
        let loss = self.rows.loss(log_odds);
        let n = beta.len();
        let mut out = [0.0; N_SPANS];
        for (lane, o) in out.iter_mut().enumerate().take(part.lanes()) {
            let mut quadratic = 0.0;
            for i in 0..n {
                let row: f64 = (0..n).map(|j| penalty[i * n + j] * beta[j][lane]).sum();
                quadratic += beta[i][lane] * row;
            }
            *o = 0.5 * quadratic + if part == Part::Pooled { loss.iter().sum() } else { loss[lane] };
        }
        out
    }

    fn gradient(&self, part: Part) -> Vec<[f64; N_SPANS]> {
        let n = self.design.n_coefficients;
        let parts: Vec<Vec<Spans>> = (0..self.rows.len())
            .into_par_iter()
            .step_by(CHUNK)
            .map(|start| {
                let mut sum = vec![[0f32; N_SPANS]; n];
                for row in start..(start + CHUNK).min(self.rows.len()) {
                    let g = part.fold(self.rows.slopes(row, &self.log_odds[row]).0);
                    add(&mut sum[0], &g, 1.0);
                    for (k, w) in self.design.entries(row) {
                        add(&mut sum[k], &g, w);
                    }
                }
                sum
            })
            .collect();
        let mut total = vec![[0f64; N_SPANS]; n];
        for part in &parts {
            for (t, p) in total.iter_mut().zip(part) {
                t.iter_mut().zip(p).for_each(|(t, p)| *t += f64::from(*p));
            }
        }
        total
    }

    /// The log-odds after a step.
    fn moved(&self, part: Part, direction: &[[f64; N_SPANS]], length: &[f64; N_SPANS]) -> Vec<Spans> {
        let step: Vec<Spans> = direction
            .iter()
            .map(|d| match part {
                Part::PerSpan => std::array::from_fn(|s| (d[s] * length[s]) as f32),
                Part::Pooled => [(d[0] * length[0]) as f32; N_SPANS],
            })
            .collect();
        self.log_odds
            .par_iter()
            .enumerate()
            .map(|(row, now)| {
                let mut out = *now;
                add(&mut out, &step[0], 1.0);
                for (k, w) in self.design.entries(row) {
                    add(&mut out, &step[k], w);
                }
                out
            })
            .collect()
    }

    /// The factored Hessian of each problem. All spans share the shape of the pooled Hessian, formed from a fixed part of
    /// the rows, and scale it by their own curvature; the line search makes up for what that misses.
    fn hessians(&self, part: Part, penalty: &[f64]) -> Vec<Cholesky> {
        let n = self.design.n_coefficients;
        let stride = self.rows.len().div_ceil(HESSIAN_ROWS).max(1);
        let used: Vec<usize> = (0..self.rows.len()).step_by(stride).collect();
        // Two halves, whatever the number of threads.
        let halves: Vec<(Vec<f32>, [f64; N_SPANS])> = used
            .par_chunks(used.len().div_ceil(2).max(1))
            .map(|rows| {
                let (mut sum, mut total) = (vec![0f32; n * n], [0f64; N_SPANS]);
                let mut entries = Vec::new();
                for &row in rows {
                    let curvature = self.rows.slopes(row, &self.log_odds[row]).1;
                    total.iter_mut().zip(curvature).for_each(|(t, c)| *t += f64::from(c));
                    let curvature: f32 = curvature.iter().sum();
                    entries.clear();
                    entries.push((0, 1.0));
                    entries.extend(self.design.entries(row));
                    for (e, &(i, wi)) in entries.iter().enumerate() {
                        let (row, wi) = (&mut sum[i * n..=i * n + i], wi * curvature);
                        for &(j, wj) in &entries[..=e] {
                            row[j] += wi * wj;
                        }
                    }
                }
                (sum, total)
            })
            .collect();
        let mut curvature = [0f64; N_SPANS];
        for (_, total) in &halves {
            curvature.iter_mut().zip(total).for_each(|(c, t)| *c += t);
        }
        let all: f64 = curvature.iter().sum();
        (0..part.lanes())
            .into_par_iter()
            .map(|lane| {
                let share = if part == Part::Pooled { 1.0 } else { curvature[lane] / all.max(1e-9) };
                let mut matrix = penalty.to_vec();
                for i in 0..n {
                    for j in 0..=i {
                        let sum: f64 = halves.iter().map(|(h, _)| f64::from(h[i * n + j])).sum();
                        matrix[i * n + j] += share * sum * stride as f64;
                    }
                }
                Cholesky::new(matrix, n)
            })
            .collect()
    }
}

fn add(to: &mut Spans, x: &Spans, weight: f32) {
    for s in 0..N_SPANS {
        to[s] += weight * x[s];
    }
}

//! Penalised maximum likelihood of an additive hazard model by Newton steps.
//!
//! The way is found on a fixed part of the rows, where a step costs little; all rows then correct what the part got
//! wrong, with the part's Hessian. Sums are formed per chunk and added in order: the fit does not depend on the threads.

use multiversion::multiversion;
use rayon::prelude::*;

use super::gram::gram;
use super::hazard::{BLOCK, CHUNK, HazardRows, N_SPANS, Slopes, Spans, Targets};
use super::solve::Cholesky;
use super::splines::{Places, SLOTS, STEPS_PER_SEGMENT, Splines, split};
use crate::error::Result;
use crate::progress::Watch;

/// Relative gain in the objective below which nothing is left to find.
const TOLERANCE: f64 = 1e-5;
/// Functions gone through together, so that a row's sum stays in registers between them.
const GROUP: usize = 4;
/// Lengths tried of a step.
const MAX_TRIES: usize = 4;

/// The coefficients of `L` problems: one for all spans together, or one for each span.
pub(super) type Coefficients<const L: usize> = Vec<[f64; L]>;
/// Per knot of a function: two numbers (of `L` problems each), whose meaning the user knows.
type Table<const L: usize> = [[[f32; L]; 2]; SLOTS];

/// Rows with their log-odds so far.
#[derive(Debug)]
pub(super) struct Data {
    pub(super) places: Places,
    n_at_risk: Vec<u8>,
    event: Vec<bool>,
    row_weight: Vec<f32>,
    log_odds: Vec<Spans>,
    /// How many rows of the log each stands for.
    weight: f64,
}

/// What is minimised besides the rows' loss.
pub(super) struct Problem<'a> {
    pub(super) splines: &'a Splines,
    pub(super) penalty: Vec<f64>,
}

/// Where `L` problems stand, and the Hessian last factored for each.
pub(super) struct State<const L: usize> {
    pub(super) beta: Coefficients<L>,
    pub(super) factors: Vec<Cholesky>,
}

impl<const L: usize> State<L> {
    pub(super) fn new(n_coefficients: usize) -> Self {
        Self { beta: vec![[0.0; L]; n_coefficients], factors: Vec::new() }
    }
}

impl Data {
    /// Every `stride`-th of the rows.
    pub(super) fn new(splines: &Splines, rows: &HazardRows, stride: usize) -> Self {
        let pick = (0..rows.len()).step_by(stride);
        Self {
            places: Places::new(splines, rows, stride),
            n_at_risk: pick.clone().map(|r| rows.n_at_risk[r]).collect(),
            event: pick.clone().map(|r| rows.event[r]).collect(),
            row_weight: pick.clone().filter_map(|r| rows.weight.get(r).copied()).collect(),
            log_odds: pick.map(|r| rows.offset[r]).collect(),
            weight: stride as f64,
        }
    }

    fn targets(&self, block: usize) -> Targets<'_> {
        let range = block * BLOCK..block * BLOCK + self.places.len_of(block);
        Targets {
            n_at_risk: &self.n_at_risk[range.clone()],
            event: &self.event[range.clone()],
            weight: self.row_weight.get(range),
        }
    }

    /// Moves every row's log-odds by the same.
    pub(super) fn shift(&mut self, by: &Spans) {
        for log_odds in &mut self.log_odds {
            log_odds.iter_mut().zip(by).for_each(|(x, s)| *x += s);
        }
    }

    /// Moves each span's log-odds so that as many events are expected as came, in four Newton steps.
    pub(super) fn intercepts(&mut self) -> Spans {
        let mut total = [0f32; N_SPANS];
        for _ in 0..4 {
            let parts: Vec<[[f64; N_SPANS]; 2]> = (0..self.places.n_blocks())
                .into_par_iter()
                .step_by(CHUNK / BLOCK)
                .map(|start| {
                    let (mut slopes, mut sum) = (Slopes::new(), [[0f64; N_SPANS]; 2]);
                    for block in start..(start + CHUNK / BLOCK).min(self.places.n_blocks()) {
                        let n = self.places.len_of(block);
                        slopes.compute(&self.targets(block), &self.log_odds[block * BLOCK..][..n]);
                        for (g, c) in slopes.gradient.iter().zip(&slopes.curvature).take(n) {
                            for s in 0..N_SPANS {
                                sum[0][s] += f64::from(g[s]);
                                sum[1][s] += f64::from(c[s]);
                            }
                        }
                    }
                    sum
                })
                .collect();
            let step: Spans = std::array::from_fn(|s| {
                // A ridge towards the offset keeps a span without an event finite.
                let gradient: f64 = f64::from(total[s]) + parts.iter().map(|p| p[0][s]).sum::<f64>();
                let curvature: f64 = 1.0 + parts.iter().map(|p| p[1][s]).sum::<f64>();
                (-gradient / curvature).clamp(-2.0, 2.0) as f32
            });
            self.shift(&step);
            total.iter_mut().zip(step).for_each(|(t, s)| *t += s);
        }
        total
    }

    /// Moves the log-odds by a step of the coefficients; the loss and its gradient there.
    pub(super) fn pass<const L: usize>(
        &mut self,
        splines: &Splines,
        step: &Coefficients<L>,
    ) -> ([f64; L], Coefficients<L>) {
        let lanes = |c: usize| step[c].map(|x| x as f32);
        let tables: Vec<Table<L>> = splines
            .first
            .iter()
            .zip(&splines.knots)
            .map(|(&first, knots)| {
                std::array::from_fn(|k| {
                    let (now, next) = (k.min(knots.len() - 1), (k + 1).min(knots.len() - 1));
                    let (now, next) = (lanes(first + now), lanes(first + next));
                    [now, std::array::from_fn(|l| (next[l] - now[l]) / STEPS_PER_SEGMENT)]
                })
            })
            .collect();
        let intercept = lanes(0);
        let Self { places, n_at_risk, event, row_weight, log_odds, .. } = self;
        let parts: Vec<_> = log_odds
            .par_chunks_mut(CHUNK)
            .enumerate()
            .map(|(chunk, log_odds)| {
                let mut sums = Sums {
                    loss: [0.0; N_SPANS],
                    intercept: [0.0; L],
                    functions: vec![[[[0.0; L]; 2]; SLOTS]; tables.len()],
                };
                for (i, log_odds) in log_odds.chunks_mut(BLOCK).enumerate() {
                    let (block, start, n) = (chunk * CHUNK / BLOCK + i, chunk * CHUNK + i * BLOCK, log_odds.len());
                    let targets = Targets {
                        n_at_risk: &n_at_risk[start..start + n],
                        event: &event[start..start + n],
                        weight: row_weight.get(start..start + n),
                    };
                    move_block(places, block, &tables, &intercept, log_odds);
                    sums.add_block(places, block, &targets, log_odds);
                }
                sums
            })
            .collect();
        let mut gradient = vec![[0f64; L]; splines.n_coefficients];
        let mut loss = [0f64; L];
        let weight = self.weight;
        for part in &parts {
            for (s, x) in part.loss.iter().enumerate() {
                loss[if L == 1 { 0 } else { s }] += weight * x;
            }
            gradient[0].iter_mut().zip(part.intercept).for_each(|(g, x)| *g += weight * x);
            for ((sums, &first), knots) in part.functions.iter().zip(&splines.first).zip(&splines.knots) {
                for (k, [all, beyond]) in sums.iter().enumerate().take(knots.len()) {
                    for l in 0..L {
                        let beyond = f64::from(beyond[l] / STEPS_PER_SEGMENT);
                        gradient[first + k][l] += weight * (f64::from(all[l]) - beyond);
                        if k + 1 < knots.len() {
                            gradient[first + k + 1][l] += weight * beyond;
                        }
                    }
                }
            }
        }
        (loss, gradient)
    }

    /// The factored Hessian of each problem. All spans share the shape of the pooled Hessian and scale it by their own
    /// curvature; the line search makes up for what that misses.
    fn hessians<const L: usize>(&self, problem: &Problem) -> Vec<Cholesky> {
        let n = problem.splines.n_coefficients;
        let mut slopes = Slopes::new();
        let mut curvature = [0f64; N_SPANS];
        let mut weights = Vec::with_capacity(self.log_odds.len());
        for block in 0..self.places.n_blocks() {
            let len = self.places.len_of(block);
            slopes.compute(&self.targets(block), &self.log_odds[block * BLOCK..][..len]);
            for c in &slopes.curvature[..len] {
                curvature.iter_mut().zip(c).for_each(|(sum, c)| *sum += f64::from(*c));
                weights.push(c.iter().sum());
            }
        }
        let matrix = gram(problem.splines, &self.places, &weights);
        let all: f64 = curvature.iter().sum();
        (0..L)
            .into_par_iter()
            .map(|lane| {
                let share = self.weight * if L == 1 { 1.0 } else { curvature[lane] / all.max(1e-9) };
                let matrix = matrix.iter().zip(&problem.penalty).map(|(m, p)| share * m + p).collect();
                Cholesky::new(matrix, n)
            })
            .collect()
    }

    /// Newton steps from a state whose log-odds lie `start` away; before those in `refresh`, the Hessian is formed from
    /// these rows (it is far from the optimum's at first, and changes little later), otherwise the state's serves.
    pub(super) fn minimise<const L: usize>(
        &mut self,
        problem: &Problem,
        state: &mut State<L>,
        start: &Coefficients<L>,
        (steps, refresh): (usize, &[usize]),
        watch: &mut Watch<'_>,
    ) -> Result<()> {
        let (loss, mut gradient) = self.pass(problem.splines, start);
        let mut objective = problem.objective(&loss, &state.beta);
        for step in 0..steps {
            let done = |tries: usize| (step as f64 + tries as f64 / MAX_TRIES as f64) / steps as f64;
            watch.tell(done(0))?;
            if refresh.contains(&step) {
                state.factors = self.hessians::<L>(problem);
            }
            let (direction, gain) = problem.direction(state, &gradient);
            if gain < 2.0 * TOLERANCE * objective.iter().sum::<f64>().abs() {
                break;
            }
            let (from, mut length, mut wanted) = (state.beta.clone(), [0f64; L], [1f64; L]);
            for tries in 0..MAX_TRIES {
                watch.tell(done(tries))?;
                let further: Coefficients<L> =
                    direction.iter().map(|d| std::array::from_fn(|l| d[l] * (wanted[l] - length[l]))).collect();
                length = wanted;
                let (loss, slope) = self.pass(problem.splines, &further);
                gradient = slope;
                for ((b, f), d) in state.beta.iter_mut().zip(&from).zip(&direction) {
                    *b = std::array::from_fn(|l| f[l] + length[l] * d[l]);
                }
                let reached = problem.objective(&loss, &state.beta);
                let worse: Vec<usize> =
                    (0..L).filter(|&l| length[l] > 0.0 && reached[l] > objective[l] * (1.0 + 1e-7) + 1e-9).collect();
                if worse.is_empty() {
                    objective = reached;
                    break;
                }
                for l in worse {
                    wanted[l] = if length[l] < 0.2 { 0.0 } else { length[l] * 0.35 };
                }
            }
        }
        Ok(())
    }
}

impl Problem<'_> {
    fn objective<const L: usize>(&self, loss: &[f64; L], beta: &Coefficients<L>) -> [f64; L] {
        std::array::from_fn(|l| {
            let pull = self.splines.pull(&self.penalty, |j| beta[j][l]);
            loss[l] + 0.5 * beta.iter().zip(pull).map(|(b, p)| b[l] * p).sum::<f64>()
        })
    }

    /// The Newton direction, and the slope along it (twice the gain that a quadratic objective promises).
    fn direction<const L: usize>(&self, state: &State<L>, gradient: &Coefficients<L>) -> (Coefficients<L>, f64) {
        let columns: Vec<(Vec<f64>, f64)> = state
            .factors
            .par_iter()
            .enumerate()
            .map(|(l, factor)| {
                let mut slope = self.splines.pull(&self.penalty, |j| state.beta[j][l]);
                slope.iter_mut().zip(gradient).for_each(|(s, g)| *s = -(*s + g[l]));
                let mut x = slope.clone();
                factor.solve(&mut x);
                let gain = x.iter().zip(&slope).map(|(x, s)| x * s).sum();
                (x, gain)
            })
            .collect();
        let direction = (0..gradient.len()).map(|i| std::array::from_fn(|l| columns[l].0[i])).collect();
        (direction, columns.iter().map(|c| c.1).sum())
    }
}

/// Moves a block's log-odds; tables hold a function's value at each knot and its slope beyond.
#[multiversion(targets("x86_64+avx+avx2"))]
fn move_block<const L: usize>(
    places: &Places,
    block: usize,
    tables: &[Table<L>],
    intercept: &[f32; L],
    log_odds: &mut [Spans],
) {
    let mut moved = [*intercept; BLOCK];
    for (group, tables) in tables.chunks(GROUP).enumerate() {
        let columns: [&[u16; BLOCK]; GROUP] = std::array::from_fn(|g| places.column(block, group * GROUP + g));
        for (i, m) in moved.iter_mut().enumerate() {
            for (table, column) in tables.iter().zip(columns) {
                let (k, t) = split(column[i]);
                let [value, slope] = &table[k];
                for l in 0..L {
                    m[l] += value[l] + t * slope[l];
                }
            }
        }
    }
    for (x, m) in log_odds.iter_mut().zip(&moved) {
        for s in 0..N_SPANS {
            x[s] += m[if L == 1 { 0 } else { s }];
        }
    }
}

/// A chunk's loss and the parts of its gradient.
struct Sums<const L: usize> {
    loss: [f64; N_SPANS],
    intercept: [f64; L],
    /// Per knot the sum of the gradients of the rows beyond it, and of those times the steps beyond.
    functions: Vec<Table<L>>,
}

impl<const L: usize> Sums<L> {
    fn add_block(&mut self, places: &Places, block: usize, targets: &Targets, log_odds: &[Spans]) {
        let mut slopes = Slopes::new();
        slopes.compute_with_loss(targets, log_odds, &mut self.loss);
        // Rows past the end have no gradient.
        let mut gradient = [[0f32; L]; BLOCK];
        for (g, s) in gradient.iter_mut().zip(&slopes.gradient).take(log_odds.len()) {
            *g = std::array::from_fn(|l| if L == 1 { s.iter().sum() } else { s[l] });
            self.intercept.iter_mut().zip(*g).for_each(|(sum, g)| *sum += f64::from(g));
        }
        add_gradients(places, block, &gradient, &mut self.functions);
    }
}

/// Adds a block's gradients to the sums of each function's knots.
#[multiversion(targets("x86_64+avx+avx2"))]
fn add_gradients<const L: usize>(
    places: &Places,
    block: usize,
    gradient: &[[f32; L]; BLOCK],
    functions: &mut [Table<L>],
) {
    for (group, functions) in functions.chunks_mut(GROUP).enumerate() {
        let columns: [&[u16; BLOCK]; GROUP] = std::array::from_fn(|g| places.column(block, group * GROUP + g));
        for (i, gradient) in gradient.iter().enumerate() {
            // Row by row, so that neighbouring sums do not wait for each other: many rows stand on the same knot.
            for (sums, column) in functions.iter_mut().zip(columns) {
                let (k, t) = split(column[i]);
                let [all, beyond] = &mut sums[k];
                for l in 0..L {
                    all[l] += gradient[l];
                    beyond[l] += t * gradient[l];
                }
            }
        }
    }
}

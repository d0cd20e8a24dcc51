//! The minimum of a smooth function of a few variables within a box.
//!
//! Quasi-Newton steps (Broyden 1970; Fletcher 1970; Goldfarb 1970; Shanno 1970) with a backtracking search, held inside
//! the box by projection (Bertsekas 1982), then Newton steps with a Hessian from differences of the exact gradient, which
//! also gives the curvature at the minimum.

use super::solve::Cholesky;

/// Steps at most; a smooth likelihood of four parameters takes twenty to forty.
const MAX_STEPS: usize = 300;
/// A step moves no variable further than this: the variables are logarithms.
const MAX_MOVE: f64 = 1.5;
/// The slope at which the quasi-Newton steps end, and below which a minimum counts as found.
const SLOPE: f64 = 1e-7;
const SETTLED: f64 = 1e-5;
/// Half the distance over which gradients are compared for the Hessian.
const STEP: f64 = 1e-4;

/// Where the search ended.
#[derive(Debug, Clone)]
pub(crate) struct Minimum {
    pub(crate) at: Vec<f64>,
    pub(crate) value: f64,
    /// Row by row; symmetric.
    pub(crate) hessian: Vec<f64>,
    /// Which variables ended at an end of their range.
    pub(crate) at_bound: Vec<bool>,
    /// Whether the slope vanished.
    pub(crate) settled: bool,
}

/// Minimises `f`, which writes its gradient and returns its value. `curvature`, if known, is a Hessian to start from.
pub(crate) fn minimise(
    f: impl Fn(&[f64], &mut [f64]) -> f64,
    start: &[f64],
    bounds: &[(f64, f64)],
    curvature: Option<&[f64]>,
) -> Minimum {
    let n = start.len();
    let clamp = |x: &mut [f64]| x.iter_mut().zip(bounds).for_each(|(x, b)| *x = x.clamp(b.0, b.1));
    let mut x = start.to_vec();
    clamp(&mut x);
    let mut g = vec![0.0; n];
    let mut value = f(&x, &mut g);
    let mut inverse = curvature.map_or_else(|| identity(n, 1.0 / largest(&g).max(1.0)), |h| invert(h, n));
    let mut fresh = curvature.is_none();
    for _ in 0..MAX_STEPS {
        let free = free(&x, &g, bounds);
        if slope(&g, &free) < SLOPE {
            break;
        }
        let mut d = direction(&inverse, &g, &free);
        if dot(&d, &g) >= 0.0 {
            inverse = identity(n, 1.0 / largest(&g).max(1.0));
            fresh = true;
            d = direction(&inverse, &g, &free);
        }
        let scale = (MAX_MOVE / largest(&d)).min(1.0);
        for d in &mut d {
            *d *= scale;
        }
        let Some((next, next_value, next_g)) = search(&f, &x, value, &g, &d, &clamp) else {
            if fresh {
                break;
            }
            inverse = identity(n, 1.0 / largest(&g).max(1.0));
            fresh = true;
            continue;
        };
        let s: Vec<f64> = next.iter().zip(&x).map(|(a, b)| a - b).collect();
        let y: Vec<f64> = next_g.iter().zip(&g).map(|(a, b)| a - b).collect();
        update(&mut inverse, &s, &y, fresh);
        fresh = false;
        let gained = value - next_value;
        (x, value, g) = (next, next_value, next_g);
        if gained <= 1e-15 * value.abs() && slope(&g, &self::free(&x, &g, bounds)) < SETTLED {
            break;
        }
    }
    polish(&f, x, value, g, bounds)
}

/// A point along `d` that lowers the function enough (Armijo 1966).
fn search(
    f: &impl Fn(&[f64], &mut [f64]) -> f64,
    x: &[f64],
    value: f64,
    g: &[f64],
    d: &[f64],
    clamp: &impl Fn(&mut [f64]),
) -> Option<(Vec<f64>, f64, Vec<f64>)> {
    let mut t = 1.0;
    for _ in 0..40 {
        let mut next: Vec<f64> = x.iter().zip(d).map(|(x, d)| x + t * d).collect();
        clamp(&mut next);
        let mut next_g = vec![0.0; x.len()];
        let next_value = f(&next, &mut next_g);
        let expected: f64 = next.iter().zip(x).zip(g).map(|((n, x), g)| (n - x) * g).sum();
        let finite = next_value.is_finite() && next_g.iter().all(|g| g.is_finite());
        // The last digits of the sum are noise; a step that is lost in it is accepted.
        if finite && next_value <= value + 1e-4 * expected + 1e-14 * value.abs() {
            return (expected < 0.0).then_some((next, next_value, next_g));
        }
        let fitted = -0.5 * expected * t / (next_value - value - expected);
        t = if finite && fitted.is_finite() { fitted.clamp(0.1 * t, 0.5 * t) } else { 0.25 * t };
    }
    None
}

/// Newton steps to the last digits, and the Hessian.
fn polish(
    f: &impl Fn(&[f64], &mut [f64]) -> f64,
    mut x: Vec<f64>,
    mut value: f64,
    mut g: Vec<f64>,
    bounds: &[(f64, f64)],
) -> Minimum {
    let n = x.len();
    let mut hessian = differences(f, &x, bounds);
    for _ in 0..3 {
        let free = free(&x, &g, bounds);
        if slope(&g, &free) < 1e-12 {
            break;
        }
        let mut matrix = hessian.clone();
        for i in 0..n {
            for j in 0..n {
                if !(free[i] && free[j]) {
                    matrix[i * n + j] = f64::from(u8::from(i == j));
                }
            }
        }
        let mut d: Vec<f64> = g.iter().zip(&free).map(|(g, &free)| if free { -g } else { 0.0 }).collect();
        Cholesky::new(matrix, n).solve(&mut d);
        if largest(&d) > 0.1 || dot(&d, &g) >= 0.0 {
            break;
        }
        let next: Vec<f64> = x.iter().zip(&d).zip(bounds).map(|((x, d), b)| (x + d).clamp(b.0, b.1)).collect();
        let mut next_g = vec![0.0; n];
        let next_value = f(&next, &mut next_g);
        if !next_value.is_finite() || slope(&next_g, &free) >= slope(&g, &free) {
            break;
        }
        (x, value, g) = (next, next_value, next_g);
    }
    if hessian.iter().any(|h| !h.is_finite()) {
        hessian = identity(n, 1.0);
    }
    let free = free(&x, &g, bounds);
    let at_bound = x.iter().zip(bounds).map(|(x, b)| x - b.0 < 1e-9 || b.1 - x < 1e-9).collect();
    let settled = value.is_finite() && slope(&g, &free) < SETTLED;
    Minimum { at: x, value, hessian, at_bound, settled }
}

/// The Hessian from differences of gradients, made symmetric.
fn differences(f: &impl Fn(&[f64], &mut [f64]) -> f64, x: &[f64], bounds: &[(f64, f64)]) -> Vec<f64> {
    let n = x.len();
    let mut out = vec![0.0; n * n];
    for i in 0..n {
        let at = |by: f64| {
            let (mut at, mut g) = (x.to_vec(), vec![0.0; n]);
            at[i] = (at[i] + by).clamp(bounds[i].0, bounds[i].1);
            f(&at, &mut g);
            (at[i], g)
        };
        let ((low, g_low), (high, g_high)) = (at(-STEP), at(STEP));
        for j in 0..n {
            let slope = 0.5 * (g_high[j] - g_low[j]) / (high - low);
            out[i * n + j] += slope;
            out[j * n + i] += slope;
        }
    }
    out
}

/// The inverse of a positive definite matrix; one that is nearly not is lifted first.
pub(crate) fn invert(matrix: &[f64], n: usize) -> Vec<f64> {
    let factor = Cholesky::new(matrix.to_vec(), n);
    let mut out = vec![0.0; n * n];
    for i in 0..n {
        let mut column = vec![0.0; n];
        column[i] = 1.0;
        factor.solve(&mut column);
        for j in 0..n {
            out[j * n + i] = column[j];
        }
    }
    out
}

/// Which variables may move: those not pressed against an end of their range.
/// The same, as long as `goes_on` says so, which is asked before `f` is; what is found after a no is of no use.
pub(crate) fn minimise_while(
    f: impl Fn(&[f64], &mut [f64]) -> f64,
    start: &[f64],
    bounds: &[(f64, f64)],
    curvature: Option<&[f64]>,
    goes_on: &dyn Fn() -> bool,
) -> Minimum {
    let asked = |x: &[f64], gradient: &mut [f64]| {
        if goes_on() {
            return f(x, gradient);
        }
        // A slope of 0 ends the search.
        gradient.fill(0.0);
        0.0
    };
    minimise(asked, start, bounds, curvature)
}

fn free(x: &[f64], g: &[f64], bounds: &[(f64, f64)]) -> Vec<bool> {
    x.iter().zip(g).zip(bounds).map(|((x, g), b)| !((*x <= b.0 && *g > 0.0) || (*x >= b.1 && *g < 0.0))).collect()
}

fn slope(g: &[f64], free: &[bool]) -> f64 {
    g.iter().zip(free).filter(|(_, free)| **free).fold(0.0, |m, (g, _)| f64::max(m, g.abs()))
}

fn direction(inverse: &[f64], g: &[f64], free: &[bool]) -> Vec<f64> {
    let n = g.len();
    let masked: Vec<f64> = g.iter().zip(free).map(|(g, &free)| if free { -g } else { 0.0 }).collect();
    (0..n).map(|i| if free[i] { dot(&inverse[i * n..(i + 1) * n], &masked) } else { 0.0 }).collect()
}

fn update(inverse: &mut [f64], s: &[f64], y: &[f64], fresh: bool) {
    let (n, sy) = (s.len(), dot(s, y));
    if sy <= 1e-12 * (dot(s, s) * dot(y, y)).sqrt() {
        return;
    }
    if fresh {
        // The scale of the first Hessian is read off the first step (Nocedal & Wright 2006, 6.20).
        inverse.copy_from_slice(&identity(n, sy / dot(y, y)));
    }
    let by: Vec<f64> = (0..n).map(|i| dot(&inverse[i * n..(i + 1) * n], y)).collect();
    let factor = (1.0 + dot(y, &by) / sy) / sy;
    for i in 0..n {
        for j in 0..n {
            inverse[i * n + j] += factor * s[i] * s[j] - (by[i] * s[j] + s[i] * by[j]) / sy;
        }
    }
}

fn identity(n: usize, scale: f64) -> Vec<f64> {
    (0..n * n).map(|i| if i % (n + 1) == 0 { scale } else { 0.0 }).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn largest(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |m, x| f64::max(m, x.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rosenbrock(x: &[f64], g: &mut [f64]) -> f64 {
        let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
        g[0] = -2.0 * a - 400.0 * x[0] * b;
        g[1] = 200.0 * b;
        a * a + 100.0 * b * b
    }

    #[test]
    fn follows_a_bent_valley() {
        let found = minimise(rosenbrock, &[-1.2, 1.0], &[(-5.0, 5.0); 2], None);
        assert!(found.settled && found.at.iter().all(|x| (x - 1.0).abs() < 1e-8), "{found:?}");
        assert!((found.hessian[0] - 802.0).abs() < 0.1 && (found.hessian[1] + 400.0).abs() < 0.1, "{found:?}");
    }

    #[test]
    fn stops_at_the_end_of_a_range() {
        let found = minimise(rosenbrock, &[-1.2, 1.0], &[(-5.0, 0.5), (-5.0, 5.0)], None);
        assert!((found.at[0] - 0.5).abs() < 1e-9 && (found.at[1] - 0.25).abs() < 1e-7, "{found:?}");
        assert_eq!(found.at_bound, [true, false]);
    }
}

//! The smallest value of a function of two or three numbers, without derivatives.

/// Rounds of the search, each from the place the last one ended at: a simplex may collapse before it has arrived.
const ROUNDS: usize = 5;
/// Steps of a round at most.
const STEPS: usize = 2_000;

/// The simplex method (Nelder & Mead 1965), restarted: the value and where it is taken.
pub(super) fn minimise(f: &dyn Fn(&[f64]) -> f64, start: &[f64]) -> (f64, Vec<f64>) {
    let value = |x: &[f64]| {
        let y = f(x);
        if y.is_nan() { f64::INFINITY } else { y }
    };
    let mut best = (value(start), start.to_vec());
    for round in 0..ROUNDS {
        let before = best.0;
        best = simplex(&value, &best.1, if round == 0 { 1.0 } else { 0.1 });
        if round > 0 && before - best.0 <= 1e-12 * best.0.abs() {
            break;
        }
    }
    best
}

fn simplex(f: &dyn Fn(&[f64]) -> f64, start: &[f64], size: f64) -> (f64, Vec<f64>) {
    let n = start.len();
    let mut corners: Vec<(f64, Vec<f64>)> = vec![(f(start), start.to_vec())];
    for i in 0..n {
        let mut x = start.to_vec();
        x[i] += size;
        corners.push((f(&x), x));
    }
    for _ in 0..STEPS {
        corners.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (low, high) = (corners[0].0, corners[n].0);
        let width = (1..=n).map(|c| distance(&corners[0].1, &corners[c].1)).fold(0.0, f64::max);
        if width < 1e-9 || (high - low <= 1e-14 * low.abs() && width < 1e-6) {
            break;
        }
        let middle: Vec<f64> = (0..n).map(|i| corners[..n].iter().map(|c| c.1[i]).sum::<f64>() / n as f64).collect();
        let along = |t: f64| -> (f64, Vec<f64>) {
            let x: Vec<f64> = middle.iter().zip(&corners[n].1).map(|(m, w)| m + t * (w - m)).collect();
            (f(&x), x)
        };
        let reflected = along(-1.0);
        let next = if reflected.0 < low {
            let further = along(-2.0);
            if further.0 < reflected.0 { further } else { reflected }
        } else if reflected.0 < corners[n - 1].0 {
            reflected
        } else {
            along(if reflected.0 < high { -0.5 } else { 0.5 })
        };
        if next.0 < high {
            corners[n] = next;
        } else {
            let best = corners[0].1.clone();
            for corner in &mut corners[1..] {
                let x: Vec<f64> = corner.1.iter().zip(&best).map(|(x, b)| 0.5 * (x + b)).collect();
                *corner = (f(&x), x);
            }
        }
    }
    corners.sort_by(|a, b| a.0.total_cmp(&b.0));
    corners.swap_remove(0)
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_bottom_of_a_curved_valley() {
        // Rosenbrock (1960).
        let valley = |x: &[f64]| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2);
        let (value, x) = minimise(&valley, &[-1.2, 1.0]);
        assert!(value < 1e-15 && (x[0] - 1.0).abs() < 1e-6 && (x[1] - 1.0).abs() < 1e-6, "{value} {x:?}");
    }
}

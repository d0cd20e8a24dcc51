//! Solving with a symmetric positive definite matrix.

/// The Cholesky factor of a symmetric positive definite matrix, row by row.
#[derive(Debug, Clone)]
pub(crate) struct Cholesky {
    n: usize,
    lower: Vec<f64>,
}

impl Cholesky {
    /// Factors `matrix` (row-major, `n * n`). A pivot that rounding made too small is raised, so that collinear columns
    /// share their weight instead of failing.
    pub(crate) fn new(mut matrix: Vec<f64>, n: usize) -> Self {
        debug_assert_eq!(matrix.len(), n * n);
        for j in 0..n {
            let (done, rest) = matrix.split_at_mut(j * n);
            let row_j = &mut rest[..n];
            for i in 0..j {
                let row_i = &done[i * n..i * n + i];
                row_j[i] = (row_j[i] - dot(row_i, &row_j[..i])) / done[i * n + i];
            }
            let squares = dot(&row_j[..j], &row_j[..j]);
            row_j[j] = (row_j[j] - squares).max(1e-9 * row_j[j].abs()).max(1e-12).sqrt();
        }
        Self { n, lower: matrix }
    }

    /// Solves in place.
    pub(crate) fn solve(&self, x: &mut [f64]) {
        let n = self.n;
        for i in 0..n {
            x[i] = (x[i] - dot(&self.lower[i * n..i * n + i], &x[..i])) / self.lower[i * n + i];
        }
        for i in (0..n).rev() {
            x[i] /= self.lower[i * n + i];
            let xi = x[i];
            for (l, x) in self.lower[i * n..i * n + i].iter().zip(&mut *x) {
                *x -= l * xi;
            }
        }
    }
}

/// The scalar product, in eight sums side by side: a fixed order that vector instructions can follow.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, rest_a), (b, rest_b)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0f64; 8];
    for (a, b) in a.iter().zip(b) {
        for i in 0..8 {
            sums[i] += a[i] * b[i];
        }
    }
    sums.iter().sum::<f64>() + rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_a_system_worked_by_hand() {
        // [4 2; 2 3] x = [8; 7] has the solution x = [1.25; 1.5].
        let mut x = [8.0, 7.0];
        Cholesky::new(vec![4.0, 2.0, 2.0, 3.0], 2).solve(&mut x);
        assert!((x[0] - 1.25).abs() < 1e-12 && (x[1] - 1.5).abs() < 1e-12, "{x:?}");
    }
}

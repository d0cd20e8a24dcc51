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
                let dot: f64 = row_i.iter().zip(&row_j[..i]).map(|(a, b)| a * b).sum();
                row_j[i] = (row_j[i] - dot) / done[i * n + i];
            }
            let dot: f64 = row_j[..j].iter().map(|a| a * a).sum();
            row_j[j] = (row_j[j] - dot).max(1e-9 * row_j[j].abs()).max(1e-12).sqrt();
        }
        Self { n, lower: matrix }
    }

    /// Solves in place.
    pub(crate) fn solve(&self, x: &mut [f64]) {
        let n = self.n;
        for i in 0..n {
            let dot: f64 = self.lower[i * n..i * n + i].iter().zip(&*x).map(|(l, x)| l * x).sum();
            x[i] = (x[i] - dot) / self.lower[i * n + i];
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

//! A number for each point of a small grid, as wide as a vector register: sums and products of such.
#![allow(clippy::inline_always, reason = "a call would keep the numbers from staying in registers")]

/// Points of the grid: as many as a vector register holds where there are wide ones.
pub(super) const GRID: usize = 8;
/// One number per point.
pub(super) type Grid = [f32; GRID];

/// Points from the grid's middle, and their squares.
pub(super) const OFFSETS: Grid = {
    let mut out = [0.0; GRID];
    let mut j = 0;
    while j < GRID {
        out[j] = j as f32 - (GRID - 1) as f32 / 2.0;
        j += 1;
    }
    out
};
pub(super) const SQUARES: Grid = {
    let mut out = OFFSETS;
    let mut j = 0;
    while j < GRID {
        out[j] *= OFFSETS[j];
        j += 1;
    }
    out
};

/// A number per point of a grid, or per customer.
#[inline(always)]
pub(super) fn each<const N: usize>(of: impl Fn(usize) -> f32) -> [f32; N] {
    let mut out = [0.0; N];
    for (j, x) in out.iter_mut().enumerate() {
        *x = of(j);
    }
    out
}

/// Halves are added until one number is left.
#[inline(always)]
pub(super) fn sum(x: &Grid) -> f32 {
    let four = [x[0] + x[4], x[1] + x[5], x[2] + x[6], x[3] + x[7]];
    (four[0] + four[2]) + (four[1] + four[3])
}

/// The sum of the products of two.
#[inline(always)]
pub(super) fn dot(a: &Grid, b: &Grid) -> f32 {
    sum(&each(|j| a[j] * b[j]))
}

/// `ratio` to the powers 0 to 7.
#[inline(always)]
pub(super) fn powers(ratio: f32) -> Grid {
    let (two, three) = (ratio * ratio, ratio * ratio * ratio);
    let four = two * two;
    [1.0, ratio, two, three, four, four * ratio, four * two, four * three]
}

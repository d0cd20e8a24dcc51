//! What is believed of a business before any of its customers is seen.
//!
//! Maximum likelihood takes a log in which nobody came twice at its word: nobody ever will, and it says so with certainty after
//! three customers and three days. A weakly informative prior (Gelman et al. 2008) counts as much as a customer or two: it decides where the
//! log says nothing, and vanishes where it speaks.

/// One standard deviation of each logarithm: a factor of 2.7 either way.
const SPREAD: f64 = 1.0;
/// The centres: purchases per day of the mean customer while active, one in two months; r, a and b as fits of many logs have them.
const PER_DAY: f64 = 1.0 / 60.0;
const R: f64 = 0.7;
const A: f64 = 0.7;
const B: f64 = 1.8;
/// Each further phase of a gap is half as probable: regularity must be seen to be believed.
pub(super) const LN_PHASE: f64 = -std::f64::consts::LN_2;

/// The logarithm of the prior's density at the logarithms of (r, α, a, b), apart from a constant, and its gradient by them: independent
/// normal distributions of ln(r/(kα)), ln r, ln a and ln b. `unit_days` is the unit of α.
pub(super) fn ln_density([r, alpha, a, b]: [f64; 4], k: f64, unit_days: f64) -> (f64, [f64; 4]) {
    let z = |x: f64, centre: f64| (x - centre.ln()) / SPREAD;
    let rate = z(r - alpha - k.ln() - unit_days.ln(), PER_DAY);
    let [r, a, b] = [z(r, R), z(a, A), z(b, B)];
    let value = -0.5 * (rate * rate + r * r + a * a + b * b);
    (value, [-(rate + r) / SPREAD, rate / SPREAD, -a / SPREAD, -b / SPREAD])
}

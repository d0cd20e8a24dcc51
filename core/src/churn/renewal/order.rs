//! The order in which contracts are learned from: one that does not depend on how they were given.

use rayon::prelude::*;

use super::encode::Encoder;
use super::outcomes::Contracts;
use super::table::Column;

/// Where fewer than this share of the contracts differ in what is known of them, few columns of few values do not tell them apart,
/// and the same twice is no copy.
const MIN_DISTINCT: f64 = 0.1;

/// Of each contract of a table.
pub(super) struct Order {
    /// Its place when sorted by all that is known of it. Contracts of which the same is known may stand in each other's.
    pub(super) place: Vec<u32>,
    /// A number for it and its copies, which tell what becomes of one another: they are judged together.
    pub(super) alike: Vec<u32>,
}

impl Order {
    pub(super) fn new(encoder: &Encoder, columns: &[&Column], contracts: &Contracts<'_>) -> Self {
        let (n, n_features) = (contracts.cancelled.len(), encoder.n_features());
        let mut features = Vec::with_capacity(n * n_features);
        (0..n).for_each(|row| encoder.encode(columns, row, None, &mut features));
        let by_columns = |a: u32, b: u32| {
            let [a, b] = [a, b].map(|row| &features[row as usize * n_features..][..n_features]);
            a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
        };
        let outcome = |row: u32| {
            let row = row as usize;
            let term = |terms: Option<&[u32]>| terms.map_or(0, |t| t[row]);
            let weight = contracts.weight.map_or(1.0, |w| w[row]);
            (contracts.cancelled[row], term(contracts.entry_term), term(contracts.exit_term), weight.to_bits())
        };
        let mut sorted: Vec<u32> = (0..n as u32).collect();
        sorted.par_sort_unstable_by(|&a, &b| by_columns(a, b).then_with(|| outcome(a).cmp(&outcome(b))));
        let (mut place, mut alike) = (vec![0; n], vec![0; n]);
        let mut n_distinct = 0;
        for (i, &row) in sorted.iter().enumerate() {
            n_distinct += u32::from(i == 0 || by_columns(sorted[i - 1], row).is_ne());
            place[row as usize] = i as u32;
            alike[row as usize] = n_distinct;
        }
        if f64::from(n_distinct) < MIN_DISTINCT * n as f64 {
            alike.clone_from(&place);
        }
        Self { place, alike }
    }
}

//! Columns as numbers: missing values, levels of texts, and columns that say nothing new.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::table::{Column, Table};
use crate::error::{Error, Result};

/// Rows a level must have to get an effect of its own; rarer ones are taken together with the unknown ones.
const MIN_LEVEL_ROWS: usize = 5;
/// Levels of a column at most: the most frequent ones.
const MAX_LEVELS: usize = 200;
/// A column whose variance the ones before it explain but for this share says nothing new.
const COLLINEAR: f64 = 1e-9;
/// Rows that this is judged on, at most.
const MAX_ROWS: usize = 20_000;

/// How a table becomes rows of numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Encoder {
    sources: Vec<Source>,
    /// Features that are kept, as places among all.
    kept: Vec<u32>,
    /// Each kept feature's source.
    pub(super) source: Vec<u32>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Source {
    name: String,
    coding: Coding,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Coding {
    /// Two features: the number, the median where it is missing; and whether it is missing.
    Number { median: f32 },
    /// One feature per level, in the order of the texts.
    Levels(Vec<String>),
}

impl Coding {
    fn n_features(&self) -> usize {
        match self {
            Self::Number { .. } => 2,
            Self::Levels(levels) => levels.len(),
        }
    }
}

impl Encoder {
    /// Learns the coding of a table's columns, the number of the term last if rows have one.
    pub(super) fn new(table: &Table, term: Option<&str>) -> Self {
        let mut sources: Vec<Source> = table
            .columns()
            .iter()
            .map(|(name, column)| {
                let coding = match column {
                    Column::Numbers(x) => Coding::Number { median: median(x) },
                    Column::Texts(x) => Coding::Levels(levels(x)),
                };
                Source { name: name.clone(), coding }
            })
            .collect();
        if let Some(term) = term {
            sources.push(Source { name: term.to_owned(), coding: Coding::Number { median: 1.0 } });
        }
        let source: Vec<u32> = sources
            .iter()
            .enumerate()
            .flat_map(|(s, source)| std::iter::repeat_n(s as u32, source.coding.n_features()))
            .collect();
        let kept = (0..source.len() as u32).collect();
        Self { sources, kept, source }
    }

    /// Drops features that are constant in these rows, or follow from earlier ones; `notes` tells which columns that left
    /// without any.
    pub(super) fn reduce(&mut self, features: &[f32], notes: &mut Vec<String>) {
        let n = self.source.len();
        let constant: Vec<bool> =
            (0..n).map(|f| features.iter().skip(f).step_by(n).all(|x| x.to_bits() == features[f].to_bits())).collect();
        let collinear = dependent(features, n, &constant);
        let keep = |f: &usize| !constant[*f] && !collinear[*f];
        for (s, source) in self.sources.iter().enumerate() {
            let own: Vec<usize> = (0..n).filter(|&f| self.source[f] as usize == s).collect();
            if own.is_empty() {
                let name = &source.name;
                notes.push(format!("column {name} has no text on {MIN_LEVEL_ROWS} rows or more; it was dropped"));
            } else if own.iter().all(|&f| constant[f]) {
                notes.push(format!("column {} is constant; it was dropped", source.name));
            } else if !own.iter().any(keep) {
                notes.push(format!("column {} follows from the columns before it; it was dropped", source.name));
            }
        }
        let kept: Vec<usize> = (0..n).filter(keep).collect();
        self.source = kept.iter().map(|&f| self.source[f]).collect();
        self.kept = kept.into_iter().map(|f| f as u32).collect();
    }

    pub(super) fn n_features(&self) -> usize {
        self.kept.len()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(|s| s.name.as_str())
    }

    /// Where each column stands in a table.
    ///
    /// # Errors
    /// `invalid_data` when a column is missing or of another type.
    pub(super) fn columns<'t>(&self, table: &'t Table, has_term: bool) -> Result<Vec<&'t Column>> {
        let given = &self.sources[..self.sources.len() - usize::from(has_term)];
        given
            .iter()
            .map(|source| {
                let Some(column) = table.column(&source.name) else {
                    return Err(Error::data(
                        &source.name,
                        format!("column {} is missing; the model was fitted with it", source.name),
                    ));
                };
                match (&source.coding, column) {
                    (Coding::Number { .. }, Column::Numbers(_)) | (Coding::Levels(_), Column::Texts(_)) => Ok(column),
                    _ => Err(Error::data(
                        &source.name,
                        format!(
                            "column {} has another type than in the fit; give numbers or texts as then",
                            source.name
                        ),
                    )),
                }
            })
            .collect()
    }

    /// One row's kept features, added to `out`.
    pub(super) fn encode(&self, columns: &[&Column], row: usize, term: Option<f64>, out: &mut Vec<f32>) {
        let mut all = Vec::with_capacity(self.kept.len());
        for (s, source) in self.sources.iter().enumerate() {
            match (&source.coding, columns.get(s)) {
                (Coding::Number { median }, column) => {
                    let x = match column {
                        Some(Column::Numbers(x)) => x[row],
                        _ => term.unwrap_or(f64::NAN),
                    };
                    // Beyond single precision there is no larger number to compare with.
                    let x = if x.is_finite() { Some(x.clamp(-1e30, 1e30) as f32) } else { None };
                    all.extend([x.unwrap_or(*median), f32::from(u8::from(x.is_none()))]);
                }
                (Coding::Levels(levels), Some(Column::Texts(x))) => {
                    all.extend(levels.iter().map(|l| f32::from(u8::from(*l == x[row]))));
                }
                (Coding::Levels(levels), _) => all.extend(std::iter::repeat_n(0.0, levels.len())),
            }
        }
        out.extend(self.kept.iter().map(|&f| all[f as usize]));
    }

    /// The value of a source in a row, as a text for people.
    pub(super) fn value(columns: &[&Column], source: usize, row: usize, term: Option<f64>) -> String {
        let missing = || "missing".to_owned();
        match columns.get(source) {
            Some(Column::Numbers(x)) if x[row].is_finite() => x[row].to_string(),
            Some(Column::Texts(x)) if !x[row].is_empty() => x[row].clone(),
            None => term.map_or_else(missing, |t| t.to_string()),
            _ => missing(),
        }
    }

    /// Whether a loaded encoder agrees with itself.
    pub(super) fn is_sound(&self) -> bool {
        let n: usize = self.sources.iter().map(|s| s.coding.n_features()).sum();
        self.kept.len() == self.source.len()
            && self.kept.iter().all(|&f| (f as usize) < n)
            && self.source.iter().all(|&s| (s as usize) < self.sources.len())
    }
}

fn median(x: &[f64]) -> f32 {
    let mut known: Vec<f32> = x.iter().filter(|x| x.is_finite()).map(|&x| x.clamp(-1e30, 1e30) as f32).collect();
    if known.is_empty() {
        return 0.0;
    }
    let middle = known.len() / 2;
    *known.select_nth_unstable_by(middle, f32::total_cmp).1
}

fn levels(x: &[String]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in x.iter().filter(|t| !t.is_empty()) {
        *counts.entry(text).or_default() += 1;
    }
    let mut frequent: Vec<(usize, &str)> =
        counts.into_iter().filter(|c| c.1 >= MIN_LEVEL_ROWS).map(|(text, n)| (n, text)).collect();
    frequent.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    frequent.truncate(MAX_LEVELS);
    let mut out: Vec<String> = frequent.into_iter().map(|f| f.1.to_owned()).collect();
    out.sort_unstable();
    out
}

/// Features that earlier ones (and a constant) explain fully: Gram-Schmidt on the covariances, that is Cholesky's
/// factorisation, a pivot near 0 being a feature that says nothing new.
fn dependent(features: &[f32], n: usize, constant: &[bool]) -> Vec<bool> {
    let mut out = vec![false; n];
    if n == 0 || features.is_empty() {
        return out;
    }
    let n_rows = features.len() / n;
    let rows: Vec<&[f32]> = features.chunks_exact(n).step_by(n_rows.div_ceil(MAX_ROWS)).collect();
    let scale = 1.0 / rows.len() as f64;
    let mut mean = vec![0f64; n];
    let mut sd = vec![0f64; n];
    for row in &rows {
        mean.iter_mut().zip(*row).for_each(|(m, &x)| *m += f64::from(x) * scale);
    }
    for row in &rows {
        sd.iter_mut().zip(&mean).zip(*row).for_each(|((s, m), &x)| *s += (f64::from(x) - m).powi(2) * scale);
    }
    for s in &mut sd {
        *s = s.sqrt().max(1e-30);
    }
    let mut gram = vec![0f64; n * n];
    let mut z = vec![0f64; n];
    for row in &rows {
        for f in 0..n {
            z[f] = if constant[f] { 0.0 } else { (f64::from(row[f]) - mean[f]) / sd[f] };
        }
        for f in (0..n).filter(|&f| z[f] != 0.0) {
            for g in 0..=f {
                gram[f * n + g] += z[f] * z[g] * scale;
            }
        }
    }
    for f in 0..n {
        for g in 0..=f {
            let sum: f64 = (0..g).map(|k| gram[f * n + k] * gram[g * n + k]).sum();
            let rest = gram[f * n + g] - sum;
            if g < f {
                gram[f * n + g] = if out[g] || constant[g] { 0.0 } else { rest / gram[g * n + g] };
            } else {
                out[f] = rest < COLLINEAR && !constant[f];
                gram[f * n + f] = rest.max(COLLINEAR).sqrt();
            }
        }
    }
    out
}

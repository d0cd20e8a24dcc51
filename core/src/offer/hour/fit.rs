//! Learning everyone's hours: how many profiles there are, and how a customer's own opens are weighed, by held-out opens.

use std::array;

use rayon::prelude::*;

use super::counts::{HourCounts, Hours, Row, dot};
use super::mixture::{Logs, Mixture};
use super::send_hours::{SendHours, Weighing, beside, kernel, likely, rows};
use crate::stats::Draws;

/// Rows it is learned from at most.
const MAX_ROWS: usize = 10_000;
/// Profiles at most.
const MAX_PROFILES: usize = 64;
/// One row in so many is held out while choices are made.
const HELD_OUT: usize = 5;
/// Held-out rows below which nothing can be chosen.
const MIN_HELD_OUT: usize = 20;
/// A customer's opens beyond so many teach no more, so that a machine that opens everything does not become a profile.
const MAX_OPENS: f64 = 200.0;
/// Rounds of expectation and maximisation after each split, and at the end with all rows.
const ROUNDS: usize = 15;
const LAST_ROUNDS: usize = 10;

const PRIOR_OPENS: [f64; 8] = [5.0, 10.0, 25.0, 50.0, 100.0, 200.0, 400.0, 1600.0];
const SD_HOURS: [f64; 4] = [0.6, 1.0, 1.5, 2.0];
const CLUSTER_OPENS: [f64; 4] = [1e6, 100.0, 25.0, 5.0];
const OTHER_CHANNELS: [f64; 4] = [0.0, 0.25, 0.5, 1.0];

/// A held-out row with half of its opens shown and half to be told.
struct Held {
    shown: Row,
    told: Row,
    others: Option<Row>,
}

impl SendHours {
    /// Learns from customers, each a list with one entry per channel in an order of one's own.
    ///
    /// Neither the order of the customers nor the number of threads changes a bit. Of more than 10,000 pairs of customer and
    /// channel with opens, that many are taken evenly from all of them sorted by their counts. With few customers, or none, there
    /// is one profile, the flatter the fewer there are; nothing can fail.
    #[must_use]
    pub fn fit<C: AsRef<[HourCounts]> + Sync>(customers: &[C]) -> Self {
        let n_channels = customers.iter().map(|c| c.as_ref().len()).max().unwrap_or(0);
        let drawn = drawn(customers);
        let all: Vec<(Row, Option<Row>)> = drawn
            .into_iter()
            .map(|(customer, channel)| {
                let (own, others) = rows(customers[customer as usize].as_ref(), channel as usize);
                (own.at_most(MAX_OPENS), others.map(|row| row.at_most(MAX_OPENS)))
            })
            .collect();
        let (mut known, mut held) = (Vec::new(), Vec::new());
        for (i, (own, others)) in all.iter().enumerate() {
            if i % HELD_OUT == HELD_OUT / 2 {
                let (shown, told) = halves(own, i as u64);
                held.push(Held { shown, told, others: others.clone() });
            } else {
                known.push(own.clone());
            }
        }
        let rows: Vec<Row> = all.into_iter().map(|(own, _)| own).collect();
        if held.len() < MIN_HELD_OUT {
            return Self::new(Mixture::of_everyone(&rows, n_channels), Weighing::default(), rows.len());
        }
        let (mixture, weighing) = profiles(&known, &held, n_channels);
        let weighing = weighed(&mixture, &weighing, &held);
        Self::new(mixture.improved(&rows, LAST_ROUNDS), weighing, rows.len())
    }
}

/// The rows to learn from: customer and channel, in an order that depends on their counts alone.
fn drawn<C: AsRef<[HourCounts]> + Sync>(customers: &[C]) -> Vec<(u32, u32)> {
    let mut all: Vec<(u64, u32, u32)> = Vec::new();
    for (customer, channels) in customers.iter().enumerate().take(u32::MAX as usize) {
        for (channel, counts) in channels.as_ref().iter().enumerate() {
            let n = counts.n_opens();
            if n > 0 {
                all.push((n, channel as u32, customer as u32));
            }
        }
    }
    let counts = |customer: u32| customers[customer as usize].as_ref();
    all.par_sort_unstable_by(|a, b| {
        let (x, y) = (counts(a.2), counts(b.2));
        (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| x[a.1 as usize].cmp(&y[b.1 as usize])).then_with(|| x.cmp(y))
    });
    let (n, kept) = (all.len(), all.len().min(MAX_ROWS));
    (0..kept).map(|i| all[i * n / kept]).map(|(_, channel, customer)| (customer, channel)).collect()
}

/// Each open of a row on one side or the other, by a hash.
fn halves(row: &Row, key: u64) -> (Row, Row) {
    let mut draws = Draws::new(0x0068_6F75_7273, key);
    let shown: Hours = array::from_fn(|h| {
        let whole = row.opens[h].floor();
        // What is left of a count that was cut down stays on the side of its hour's last open.
        let rest = row.opens[h] - whole;
        let n = (0..whole as u32).filter(|_| draws.uniform() < 0.5).count() as f64;
        if draws.uniform() < 0.5 { n + rest } else { n }
    });
    (row.with(shown), row.with(array::from_fn(|h| row.opens[h] - shown[h])))
}

/// Profiles, split as long as that helps on the held-out opens, and what an own open weighs beside them.
fn profiles(known: &[Row], held: &[Held], n_channels: usize) -> (Mixture, Weighing) {
    let mut mixture = Mixture::of_everyone(known, n_channels);
    let mut best = own_weight(&mixture, &Weighing { other_channels: 0.0, ..Weighing::default() }, held);
    let (mut finer, mut in_vain) = (mixture.clone(), 0);
    // Two profiles may be as poor as one where four are right: twice is tried in vain.
    while finer.profiles.len() < MAX_PROFILES && in_vain < 2 {
        let before = finer.profiles.len();
        finer = finer.split(known).improved(known, ROUNDS);
        if finer.profiles.len() <= before {
            break;
        }
        let next = own_weight(&finer, &best.0, held);
        if clearly_better(&next.1, &best.1) {
            (mixture, best, in_vain) = (finer.clone(), next, 0);
        } else {
            in_vain += 1;
        }
    }
    (mixture, best.0)
}

/// The weight of own opens that tells held-out opens best, with what each row then scores.
fn own_weight(mixture: &Mixture, weighing: &Weighing, held: &[Held]) -> (Weighing, Vec<f64>) {
    let candidates = PRIOR_OPENS.map(|prior_opens| Weighing { prior_opens, ..weighing.clone() });
    best_of(mixture, &candidates, held).unwrap_or_else(|| (weighing.clone(), Vec::new()))
}

/// Everything about own opens that tells held-out opens best.
fn weighed(mixture: &Mixture, start: &Weighing, held: &[Held]) -> Weighing {
    let pooled = held.iter().any(|row| row.others.is_some());
    let others = if pooled { &OTHER_CHANNELS[..] } else { &[0.5] };
    let mut best: Option<(Weighing, f64)> = None;
    for &cluster_opens in &CLUSTER_OPENS {
        for &other_channels in others {
            let mut candidates = Vec::with_capacity(SD_HOURS.len() * PRIOR_OPENS.len());
            for sd in SD_HOURS {
                let kernel = kernel(sd);
                candidates.extend(PRIOR_OPENS.map(|a| Weighing {
                    prior_opens: a,
                    kernel,
                    other_channels,
                    cluster_opens,
                }));
            }
            let Some((weighing, scores)) = best_of(mixture, &candidates, held) else { continue };
            let score = scores.iter().sum::<f64>();
            if best.as_ref().is_none_or(|(_, known)| score > *known) {
                best = Some((weighing, score));
            }
        }
    }
    best.map_or_else(|| start.clone(), |(weighing, _)| weighing)
}

/// The best of candidates that differ in nothing but kernel and weight of own opens, so that a row's likely profiles are found
/// once for all of them.
fn best_of(mixture: &Mixture, candidates: &[Weighing], held: &[Held]) -> Option<(Weighing, Vec<f64>)> {
    let logs = mixture.logs();
    let scores: Vec<Vec<f64>> = held.par_iter().map(|row| row.scores(mixture, &logs, candidates)).collect();
    let total = |c: usize| scores.iter().map(|row| row[c]).sum::<f64>();
    let totals: Vec<f64> = (0..candidates.len()).map(total).collect();
    let best = (0..candidates.len()).reduce(|best, c| if totals[c] > totals[best] { c } else { best })?;
    Some((candidates[best].clone(), scores.iter().map(|row| row[best]).collect()))
}

impl Held {
    /// The log-likelihood of the opens to be told, one for each candidate.
    fn scores(&self, mixture: &Mixture, logs: &Logs, candidates: &[Weighing]) -> Vec<f64> {
        let others = self.others.as_ref();
        let Some(first) = candidates.first() else { return Vec::new() };
        let mean = likely(mixture, logs, first, &self.shown, others);
        let score = |weighing: &Weighing| {
            let density = beside(&mean, weighing, &self.shown, others);
            let reach = self.told.sends.as_ref().map_or(1.0, |sends| dot(sends, &density));
            let told = self.told.opens.iter().zip(density).filter(|(n, _)| **n > 0.0);
            told.map(|(n, p)| n * (p / reach).max(1e-12).ln()).sum()
        };
        candidates.iter().map(score).collect()
    }
}

/// Whether the scores of the rows are better by more than the standard error of the difference.
fn clearly_better(scores: &[f64], than: &[f64]) -> bool {
    let n = scores.len() as f64;
    let differences = || scores.iter().zip(than).map(|(a, b)| a - b);
    let mean = differences().sum::<f64>() / n;
    let variance = differences().map(|d| (d - mean) * (d - mean)).sum::<f64>() / (n - 1.0).max(1.0);
    mean > (variance / n).sqrt()
}

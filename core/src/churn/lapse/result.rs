//! What comes out: one customer's risk with its reasons as plain data, and everyone's as columns.

use serde::Serialize;

use super::count::Further;
use super::drivers::LapseDriver;
use super::fitted::Scored;
use super::options::LapseOptions;
use crate::event::EventId;
use crate::history::HistoryView;
use crate::id::Id;
use crate::table::{Column, Table};
use crate::time::Timestamp;

/// What is expected of a customer within one horizon.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LapseHorizon {
    /// Days from `as_of`.
    pub horizon_days: f64,
    /// P(no purchase within the horizon), 0 to 1.
    pub prob_lapse: f64,
    /// Expected number of days with a purchase within the horizon.
    pub expected_visits: f64,
}

/// One customer's risk of lapse, with its reasons.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LapseRisk {
    /// Who.
    pub customer: EventId,
    /// The instant of prediction.
    pub as_of: Timestamp,
    /// Days with a purchase so far.
    pub n_visits: u32,
    /// Days since the last purchase.
    pub recency_days: f64,
    /// P(the customer has not left for good), 0 to 1: by the model of buying and leaving, which is what separates a customer who has
    /// left from one who buys seldom; at least P(purchase within 364 days).
    pub prob_alive: f64,
    /// One per horizon asked for, in the order given.
    pub horizons: Vec<LapseHorizon>,
    /// Log-odds of lapse within the first horizon: of this customer, …
    pub log_odds: f64,
    /// … and of the average customer. The difference is the sum of the drivers.
    pub base_log_odds: f64,
    /// What raises and what lowers the risk within the first horizon, the largest first.
    pub drivers: Vec<LapseDriver>,
}

impl LapseRisk {
    pub(crate) fn new(
        view: &HistoryView<'_>,
        as_of: Timestamp,
        scored: &Scored,
        further: &Further,
        options: &LapseOptions,
        explain: impl Fn(f64) -> (f64, Vec<LapseDriver>),
    ) -> Self {
        let horizon = |&days: &f64| LapseHorizon {
            horizon_days: days,
            prob_lapse: scored.curve.prob_none(days),
            expected_visits: scored.expected(days, further),
        };
        let (base_log_odds, drivers) = explain(options.horizons_days.first().copied().unwrap_or(84.0));
        Self {
            customer: EventId::from(view.history.customers.id(scored.customer)),
            as_of,
            n_visits: scored.evidence.n_visits as u32,
            recency_days: scored.evidence.recency,
            prob_alive: scored.prob_alive(),
            horizons: options.horizons_days.iter().map(horizon).collect(),
            log_odds: base_log_odds + drivers.iter().map(|d| d.log_odds).sum::<f64>(),
            base_log_odds,
            drivers,
        }
    }
}

/// Everyone's risk of lapse, one column per answer, sorted by customer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Lapse<'a> {
    pub(crate) view: HistoryView<'a>,
    /// The instant of prediction.
    pub as_of: Timestamp,
    /// The horizons of the columns below that have one per horizon, days.
    pub horizons_days: Vec<f64>,
    /// Customer codes of the history: see [`Self::customer`].
    pub customer: Vec<u32>,
    /// Days with a purchase so far.
    pub n_visits: Vec<u32>,
    /// Days since the last purchase.
    pub recency_days: Vec<f32>,
    /// P(no purchase within the horizon): one column per horizon.
    pub prob_lapse: Vec<Vec<f32>>,
    /// Expected number of days with a purchase within the horizon: one column per horizon.
    pub expected_visits: Vec<Vec<f32>>,
    /// P(the customer has not left for good), 0 to 1: by the model of buying and leaving; at least P(purchase within 364 days).
    pub prob_alive: Vec<f32>,
}

impl<'a> Lapse<'a> {
    pub(crate) fn new(view: HistoryView<'a>, as_of: Timestamp, horizons_days: Vec<f64>) -> Self {
        let per_horizon = vec![Vec::new(); horizons_days.len()];
        Self {
            view,
            as_of,
            prob_lapse: per_horizon.clone(),
            expected_visits: per_horizon,
            horizons_days,
            customer: Vec::new(),
            n_visits: Vec::new(),
            recency_days: Vec::new(),
            prob_alive: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, scored: &Scored, further: &Further) {
        self.customer.push(scored.customer);
        self.n_visits.push(scored.evidence.n_visits as u32);
        self.recency_days.push(scored.evidence.recency as f32);
        self.prob_alive.push(scored.prob_alive() as f32);
        for (h, &days) in self.horizons_days.iter().enumerate() {
            self.prob_lapse[h].push(scored.curve.prob_none(days) as f32);
            self.expected_visits[h].push(scored.expected(days, further) as f32);
        }
    }

    /// How many customers there are.
    pub fn len(&self) -> usize {
        self.customer.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.customer.is_empty()
    }

    /// The customer of a row.
    ///
    /// # Panics
    /// When `row` is not below [`Self::len`].
    pub fn customer(&self, row: usize) -> Id<'a> {
        self.view.history().customers().id(self.customer[row])
    }

    /// The columns as a table that owns them, with identifiers for codes: `customer`, `n_visits`, `recency_days`, then
    /// `prob_lapse_…_days` and `expected_visits_…_days` for each horizon, `prob_alive`.
    pub fn into_table(self) -> Table {
        let mut table = Table::default()
            .with("customer", Column::of_ids(self.view.history().customers(), &self.customer))
            .with("n_visits", Column::Counts(self.n_visits))
            .with("recency_days", Column::Floats(self.recency_days));
        for (days, prob) in self.horizons_days.iter().zip(self.prob_lapse) {
            table = table.with(format!("prob_lapse_{days}_days"), Column::Floats(prob));
        }
        for (days, visits) in self.horizons_days.iter().zip(self.expected_visits) {
            table = table.with(format!("expected_visits_{days}_days"), Column::Floats(visits));
        }
        table.with("prob_alive", Column::Floats(self.prob_alive))
    }

    /// Joins parts, column by column.
    pub(crate) fn concat(mut self, parts: Vec<Self>) -> Self {
        for mut part in parts {
            self.customer.append(&mut part.customer);
            self.n_visits.append(&mut part.n_visits);
            self.recency_days.append(&mut part.recency_days);
            self.prob_alive.append(&mut part.prob_alive);
            for h in 0..self.horizons_days.len() {
                self.prob_lapse[h].append(&mut part.prob_lapse[h]);
                self.expected_visits[h].append(&mut part.expected_visits[h]);
            }
        }
        self
    }
}

//! The steps of a fit, so that each can be taken by parts of a log in different places, and the answers united.
//!
//! *Facts* (which items, since when) → *plan* (units, cutoffs) → *summary* (counts) → *learned* (traits at each cutoff) →
//! *sample* (training rows, moves) → [`Fitted`]. Every answer of parts unites to exactly that of the whole.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::catalog::Catalog;
use super::decay::Decay;
use super::fitted::{Fitted, summarise};
use super::ladder::Ladder;
use super::options::Options;
use super::purchases::AsOf;
use super::structure::EDGES_DAYS;
use super::successors::{self, Move, Moves};
use super::summary::Summary;
use super::training::{Drawing, Drawn, cutoffs};
use super::traits::Traits;
use crate::error::{Error, ErrorCode, Result};
use crate::event::EventId;
use crate::history::{HistoryView, Items};
use crate::progress::{Stage, Watch};
use crate::stats::{Freedom, Growth, HazardRows, Layer, LayerSettings, Timing};

/// How the layer learns how far the structure was off: pairs are many, and their levels move with the season.
const LAYER: LayerSettings = LayerSettings {
    growth: Growth {
        n_trees: 140,
        depth: 4,
        rate: 0.1,
        row_share: 0.25,
        feature_share: 0.3,
        ridge: 20.0,
        ridge_span: 60.0,
    },
    freedom: Some(Freedom { scale: 1.0, trees: 0.65 }),
    level_half_life_days: 84.0,
    level_prior_windows: 0.0,
};

/// What must be known before anything can be counted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Facts {
    pub(crate) items: Items,
    /// The first day of the log; the latest possible one for a part without events.
    pub(crate) first_day: i32,
    /// Customers with a purchase by the instant of fitting.
    pub(crate) n_customers: u64,
}

impl Facts {
    /// What is known by an instant, microseconds since 1970.
    pub(crate) fn of(view: &HistoryView<'_>, us: i64) -> Self {
        let has_bought = |c: &u32| view.history.at_us[view.history.events_of(*c)].first().is_some_and(|&at| at <= us);
        Self {
            items: view.history.items.known_by(us),
            first_day: Self::first_day(view),
            n_customers: view.customers.clone().filter(has_bought).count() as u64,
        }
    }

    /// The first day of a log; the latest possible one without events.
    pub(crate) fn first_day(view: &HistoryView<'_>) -> i32 {
        let first_days = view.customers.clone().filter_map(|c| view.history.day[view.history.events_of(c)].first());
        first_days.min().copied().unwrap_or(i32::MAX)
    }

    pub(crate) fn united(parts: Vec<Self>) -> Self {
        let first_day = parts.iter().map(|p| p.first_day).min().unwrap_or(i32::MAX);
        let n_customers = parts.iter().map(|p| p.n_customers).sum();
        let items: Vec<Items> = parts.into_iter().map(|p| p.items).collect();
        Self { items: Items::united(&items), first_day, n_customers }
    }
}

/// What is counted, and at which cutoffs.
#[derive(Debug)]
pub(crate) struct Plan {
    catalog: Catalog,
    cutoff_days: Vec<i32>,
    n_customers: u64,
    as_of: AsOf,
    options: Options,
    decay: Decay,
}

/// What everyone taught us at each cutoff.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Learned {
    traits: Vec<Traits>,
    /// Pairs that began before each cutoff, since the one before.
    n_pairs: Vec<i64>,
}

/// Training rows, and moves from item to item.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    drawn: Drawn,
    moves: Moves,
}

/// A sample on its way: with the customers behind the rows, by which samples of parts are put in order.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sent {
    customers: Vec<EventId>,
    /// For every row the place of its customer.
    customer: Vec<u32>,
    rows: HazardRows,
    moves: Moves,
}

impl Plan {
    pub(crate) fn new(facts: &Facts, as_of: AsOf, options: &Options) -> Result<Self> {
        Ok(Self {
            catalog: Catalog::build(&facts.items, options)?,
            cutoff_days: cutoffs(facts.first_day.min(as_of.day), as_of.day),
            n_customers: facts.n_customers,
            as_of,
            options: Options {
                ladders: options.ladders.iter().cloned().map(Ladder::in_order).collect(),
                ..options.clone()
            },
            decay: Decay::whole(),
        })
    }

    pub(crate) fn summarise(&self, view: &HistoryView<'_>, watch: &mut Watch<'_>) -> Result<Summary> {
        let units = self.catalog.units_for(view.history);
        let empty = Summary::new(self.cutoff_days.clone(), self.catalog.len());
        summarise(view, &units, &empty, self.as_of, &self.decay, &mut watch.stage(Stage::Summarise))
    }

    pub(crate) fn learn(&self, summary: &Summary) -> Learned {
        let traits = Traits::at_cutoffs(summary, self.catalog.categories());
        Learned { traits, n_pairs: (0..self.cutoff_days.len()).map(|k| summary.n_pairs_in(k)).collect() }
    }

    pub(crate) fn sample(&self, view: &HistoryView<'_>, learned: &Learned, watch: &mut Watch<'_>) -> Result<Sample> {
        let units = self.catalog.units_for(view.history);
        let drawing = Drawing {
            view: view.clone(),
            units: &units,
            catalog: &self.catalog,
            cutoff_days: &self.cutoff_days,
            n_pairs: &learned.n_pairs,
            traits: &learned.traits,
            decay: &self.decay,
            as_of: self.as_of,
            max_rows: self.options.max_training_rows,
        };
        let drawn = drawing.rows(&mut watch.stage(Stage::DrawRows))?;
        let moves = if self.options.learn_successors {
            let mut watch = watch.stage(Stage::LearnSuccessors);
            successors::moves(view, &units, self.n_customers, self.as_of, &mut watch)?
        } else {
            Moves::default()
        };
        Ok(Sample { drawn, moves })
    }

    pub(crate) fn finish(self, learned: Learned, sample: Sample, watch: &mut Watch<'_>) -> Result<Fitted> {
        let lags: Vec<f64> = self.cutoff_days.iter().map(|c| f64::from(self.as_of.day - c)).collect();
        let timing = Timing { lags_days: &lags[..lags.len() - 1], edges_days: &EDGES_DAYS };
        let layer = Layer::fit(sample.drawn.rows, timing, &LAYER, &mut watch.stage(Stage::TrainLayer))?;
        let successors = successors::choose(&sample.moves, &|unit| self.catalog.item_of(unit));
        let traits = learned.traits.into_iter().next_back().unwrap_or_else(Traits::unknown);
        Ok(Fitted::new(self.catalog, self.options, traits, layer, successors, self.decay))
    }
}

impl Sample {
    /// The sample of a part, with the identifiers of its customers.
    pub(crate) fn sent(self, view: &HistoryView<'_>) -> Sent {
        let mut places = BTreeMap::new();
        let mut customers = Vec::new();
        let customer = self.drawn.customer.iter().map(|&code| {
            *places.entry(code).or_insert_with(|| {
                customers.push(EventId::from(view.history.customers.id(code)));
                customers.len() as u32 - 1
            })
        });
        let customer = customer.collect();
        Sent { customers, customer, rows: self.drawn.rows, moves: self.moves }
    }

    /// Unites the samples of parts: rows in the order in which the whole log would have given them.
    pub(crate) fn united(parts: &[Sent]) -> Result<Self> {
        let wrong = || Error::new(ErrorCode::InvalidData, "an answer of a part is damaged; ask the parts again");
        let moves: Vec<Move> = parts.iter().flat_map(|part| part.moves.0.iter().copied()).collect();
        // Numbers are in the order of numbers only where all are.
        let as_texts = parts.iter().flat_map(|p| &p.customers).any(|id| matches!(id, EventId::Str(_)));
        let mut order = Vec::new();
        for (p, part) in parts.iter().enumerate() {
            if part.customer.len() != part.rows.len() || !part.rows.is_sound() {
                return Err(wrong());
            }
            for (row, &customer) in part.customer.iter().enumerate() {
                let id = part.customers.get(customer as usize).ok_or_else(wrong)?;
                let key = match id {
                    EventId::Int(i) if !as_texts => (*i, String::new()),
                    id => (0, id.to_string()),
                };
                order.push((part.rows.cutoff[row], key, p, row));
            }
        }
        // A customer is in one part, and a part's rows of one customer are in order.
        order.sort_unstable();
        let mut rows = HazardRows { n_features: super::evidence::N_FEATURES, ..HazardRows::default() };
        for (_, _, part, row) in order {
            rows.push_from(&parts[part].rows, row);
        }
        Ok(Self { drawn: Drawn { rows, customer: Vec::new() }, moves: Moves::united(moves) })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::history::{History, IngestOptions};
    use crate::time::Timestamp;

    /// Shares of customers that are drawn depend on how many there are: those who only have contacts are not among them.
    #[test]
    fn customers_without_purchases_are_nobody() {
        let at: Timestamp = "2026-01-10".parse().unwrap();
        let rows = [
            Event::contacted("a", at.plus_days(-9.0)),
            Event::purchase("b", "milk", at),
            Event::purchase("b", "milk", at.plus_days(9.0)),
            Event::opted_out("c", at),
        ];
        let history = History::from_events(rows, &IngestOptions::default()).unwrap().0;
        let facts = Facts::of(&history.view(), i64::MAX);
        assert_eq!((facts.n_customers, facts.first_day), (1, history.day_of(at)));
        let nobody = Facts::of(&history.customer("a").unwrap(), i64::MAX);
        assert_eq!((nobody.n_customers, nobody.first_day), (0, i32::MAX));
    }
}

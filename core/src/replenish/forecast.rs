//! What comes out: one pair's forecast as plain data, and everyone's as columns.

use serde::{Deserialize, Serialize};

use super::survival::Survival;
use crate::event::EventId;
use crate::history::HistoryView;
use crate::id::Id;
use crate::table::{Column, Table, Texts};
use crate::time::Timestamp;

/// On whose purchases a forecast mainly rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Basis {
    /// The customer's own purchases of this item (or need): three or more.
    Own,
    /// What other customers did with this item.
    Item,
    /// What customers did with other items of its category.
    Category,
    /// What everyone did with everything.
    Population,
}

impl Basis {
    const WORDS: [&'static str; 4] = ["own", "item", "category", "population"];

    fn column(bases: &[Self]) -> Column {
        Column::Words { places: bases.iter().map(|&b| b as u8).collect(), words: &Self::WORDS }
    }

    /// The basis as the `snake_case` string used in all languages.
    pub const fn as_str(self) -> &'static str {
        Self::WORDS[self as usize]
    }
}

/// Where a proposed next item comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NextItem {
    /// The item to propose.
    pub item: EventId,
    /// `ladder` when the user said so, `learned` when it was learned from what buyers moved on to.
    pub source: NextItemSource,
    /// Of the buyers of the present item who moved on to another one, the share that moved to this one, 0 to 1; 1 for a
    /// ladder.
    pub share: f64,
    /// How many customers moved on to it; 0 for a ladder.
    pub n_customers: u64,
}

/// Whether a next item was given or learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NextItemSource {
    /// From a [`Ladder`](crate::Ladder) given by the user.
    Ladder,
    /// From what buyers of the item moved on to.
    Learned,
}

/// When one customer will need one item again.
///
/// Instants are in UTC. *Run-out* is the next purchase of the item, or of another item of the same need, given that it
/// comes within 364 days; [`Self::prob_again`] says how likely that is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Forecast {
    /// The item bought last.
    pub item: EventId,
    /// The need, when several items serve it: a need, a category or a ladder's name.
    pub need: Option<String>,
    /// The item to propose instead of the one bought last, when the customer moves on.
    pub next_item: Option<NextItem>,
    /// Purchases of the item (or need) so far, merged per day.
    pub n_events: u32,
    /// On whose purchases the forecast mainly rests.
    pub basis: Basis,
    /// The last purchase; `None` when the customer never bought it.
    pub last_bought_at: Option<Timestamp>,
    /// Days one purchase of the usual supply lasts, the median; after the last purchase, see `supply_left_days`.
    pub cycle_days: f64,
    /// Erlang-k regularity of the cycle: 1 = random like a Poisson process, larger = more regular.
    pub regularity: f64,
    /// Units (times pack size) used per day: usual supply over cycle.
    pub consumption_per_day: f64,
    /// Days the supply at hand still lasts, 0 when it should have run out: the cycle that follows the last purchase,
    /// adjusted for how much was bought, less the days since.
    pub supply_left_days: f64,
    /// P(buys again within 364 days).
    pub prob_again: f64,
    /// P(buys within each of the horizons asked for): (days, probability).
    pub prob_within: Vec<(f64, f64)>,
    /// The run-out date: 10 % quantile.
    pub run_out_p10_at: Timestamp,
    /// The run-out date: median.
    pub run_out_p50_at: Timestamp,
    /// The run-out date: 90 % quantile.
    pub run_out_p90_at: Timestamp,
    /// When to remind: the lead time before the run-out quantile asked for; before the supply at hand is used up, where
    /// that comes first and the customer's own purchases say so (`basis: own`). Never before `as_of`.
    pub remind_at: Timestamp,
    /// The whole curve.
    #[serde(skip)]
    pub survival: Survival,
}

/// Everyone's forecasts, one column per answer, sorted by customer, then item (or need).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Replenishment<'a> {
    pub(crate) view: HistoryView<'a>,
    /// The instant of prediction.
    pub as_of: Timestamp,
    /// The horizons of `prob_within`, days.
    pub horizons_days: Vec<f64>,
    /// Customer codes of the history: see [`Self::customer`].
    pub customer: Vec<u32>,
    /// Item codes of the history (the item bought last): see [`Self::item`].
    pub item: Vec<u32>,
    /// Purchases so far, merged per day.
    pub n_events: Vec<u32>,
    /// On whose purchases each forecast rests.
    pub basis: Vec<Basis>,
    /// Days since the last purchase.
    pub recency_days: Vec<f32>,
    /// Days one purchase of the usual supply lasts, the median; after the last purchase, see `supply_left_days`.
    pub cycle_days: Vec<f32>,
    /// Days the supply at hand still lasts.
    pub supply_left_days: Vec<f32>,
    /// P(buys again within 364 days).
    pub prob_again: Vec<f32>,
    /// P(buys within horizon): one column per horizon.
    pub prob_within: Vec<Vec<f32>>,
    /// Days until the run-out date's quantiles.
    pub run_out_p10_days: Vec<f32>,
    /// Median.
    pub run_out_p50_days: Vec<f32>,
    /// 90 % quantile.
    pub run_out_p90_days: Vec<f32>,
    /// Days until the reminder, 0 = now.
    pub remind_days: Vec<f32>,
    /// Units (times pack size) used per day.
    pub consumption_per_day: Vec<f32>,
    /// Of the rows whose customer moves on, in order: the row and what to propose.
    pub(crate) next_items: Vec<(u32, NextItem)>,
}

/// Hands the names of the columns that hold a value per row to a macro, but for those of the horizons.
macro_rules! columns_to {
    ($taker:ident) => {
        $taker!(
            customer,
            item,
            n_events,
            basis,
            recency_days,
            cycle_days,
            supply_left_days,
            prob_again,
            run_out_p10_days,
            run_out_p50_days,
            run_out_p90_days,
            remind_days,
            consumption_per_day
        );
    };
}

impl<'a> Replenishment<'a> {
    pub(crate) fn new(view: HistoryView<'a>, as_of: Timestamp, horizons_days: Vec<f64>) -> Self {
        let prob_within = vec![Vec::new(); horizons_days.len()];
        Self {
            view,
            as_of,
            horizons_days,
            prob_within,
            customer: Vec::new(),
            item: Vec::new(),
            n_events: Vec::new(),
            basis: Vec::new(),
            recency_days: Vec::new(),
            cycle_days: Vec::new(),
            supply_left_days: Vec::new(),
            prob_again: Vec::new(),
            run_out_p10_days: Vec::new(),
            run_out_p50_days: Vec::new(),
            run_out_p90_days: Vec::new(),
            remind_days: Vec::new(),
            consumption_per_day: Vec::new(),
            next_items: Vec::new(),
        }
    }

    /// How many forecasts there are.
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

    /// The item of a row: the one bought last.
    ///
    /// # Panics
    /// When `row` is not below [`Self::len`].
    pub fn item(&self, row: usize) -> Id<'a> {
        self.view.history().items().ids().id(self.item[row])
    }

    /// The item to propose instead of the one bought last, when the customer of a row moves on.
    pub fn next_item(&self, row: usize) -> Option<&NextItem> {
        let place = self.next_items.binary_search_by_key(&row, |(row, _)| *row as usize).ok()?;
        Some(&self.next_items[place].1)
    }

    /// The column of P(buys within `horizon_days`), if that horizon was asked for.
    pub fn prob_within(&self, horizon_days: f64) -> Option<&[f32]> {
        let h = self.horizons_days.iter().position(|&h| h.to_bits() == horizon_days.to_bits())?;
        self.prob_within.get(h).map(Vec::as_slice)
    }

    /// Rows to remind within the next `days`, the likeliest purchase within the first horizon of 28 days or more first.
    pub fn due_within(&self, days: f64) -> Vec<usize> {
        let h = self.horizons_days.iter().position(|&h| h >= 28.0).unwrap_or(0);
        let mut rows: Vec<usize> = (0..self.len()).filter(|&r| f64::from(self.remind_days[r]) <= days).collect();
        if let Some(prob) = self.prob_within.get(h) {
            rows.sort_by(|&a, &b| prob[b].total_cmp(&prob[a]).then(a.cmp(&b)));
        }
        rows
    }

    /// The columns as a table that owns them, with identifiers for codes and instants for days: `customer`, `item`,
    /// `n_events`, `basis`, `recency_days`, `cycle_days`, `supply_left_days`, `prob_again`, `prob_within_…_days` for each
    /// horizon, `run_out_p10_at`, `run_out_p50_at`, `run_out_p90_at`, `remind_at`, `consumption_per_day`, `next_item` (a text, empty for
    /// none).
    pub fn into_table(self) -> Table {
        let history = self.view.history();
        let mut next_item = Texts::default();
        let mut moving_on = self.next_items.iter().peekable();
        for row in 0..self.customer.len() {
            let next = moving_on.next_if(|(at, _)| *at as usize == row);
            next_item.push(&next.map(|(_, next)| next.item.to_string()).unwrap_or_default());
        }
        let at = |days: Vec<f32>| Column::days_after(self.as_of, &days);
        let mut table = Table::default()
            .with("customer", Column::of_ids(history.customers(), &self.customer))
            .with("item", Column::of_ids(history.items().ids(), &self.item))
            .with("n_events", Column::Counts(self.n_events))
            .with("basis", Basis::column(&self.basis))
            .with("recency_days", Column::Floats(self.recency_days))
            .with("cycle_days", Column::Floats(self.cycle_days))
            .with("supply_left_days", Column::Floats(self.supply_left_days))
            .with("prob_again", Column::Floats(self.prob_again));
        for (days, prob) in self.horizons_days.iter().zip(self.prob_within) {
            table = table.with(format!("prob_within_{days}_days"), Column::Floats(prob));
        }
        table
            .with("run_out_p10_at", at(self.run_out_p10_days))
            .with("run_out_p50_at", at(self.run_out_p50_days))
            .with("run_out_p90_at", at(self.run_out_p90_days))
            .with("remind_at", at(self.remind_days))
            .with("consumption_per_day", Column::Floats(self.consumption_per_day))
            .with("next_item", Column::Texts(next_item))
    }

    /// Makes room for so many rows more.
    pub(crate) fn reserve(&mut self, n_rows: usize) {
        macro_rules! reserve {
            ($($column:ident),*) => { $( self.$column.reserve(n_rows); )* };
        }
        columns_to!(reserve);
        self.prob_within.iter_mut().for_each(|column| column.reserve(n_rows));
    }

    /// Adds the rows of another part behind these.
    pub(crate) fn append(&mut self, mut part: Self) {
        let n_before = self.customer.len() as u32;
        self.next_items.extend(part.next_items.drain(..).map(|(row, next)| (n_before + row, next)));
        macro_rules! append {
            ($($column:ident),*) => { $( self.$column.append(&mut part.$column); )* };
        }
        columns_to!(append);
        for (mine, theirs) in self.prob_within.iter_mut().zip(&mut part.prob_within) {
            mine.append(theirs);
        }
    }
}

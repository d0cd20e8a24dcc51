//! Forecasts as decisions need them: pair by pair, without dates and texts.

use super::fitted::Fitted;
use super::purchases::{AsOf, Units};
use super::scoring::Scored;
use super::survival::Survival;
use crate::event::EventId;
use crate::history::HistoryView;
use crate::time::Timestamp;

/// A pair of customer and item.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub(crate) customer: u32,
    /// The item bought last.
    pub(crate) item: u32,
    pub(crate) n_events: u32,
    pub(crate) recency_days: f64,
    pub(crate) cycle_days: f64,
    pub(crate) supply_left_days: f64,
    /// The item the customer moves on to, if any.
    pub(crate) next_item: Option<EventId>,
    pub(crate) survival: Survival,
}

/// The pairs of a history at an instant; what concerns all of them is looked up once.
pub(crate) struct Pairs<'a> {
    fitted: &'a Fitted,
    view: HistoryView<'a>,
    units: Units<'a>,
    as_of: Timestamp,
    at: AsOf,
}

impl<'a> Pairs<'a> {
    pub(crate) fn new(fitted: &'a Fitted, view: HistoryView<'a>, as_of: Timestamp) -> Self {
        let units = fitted.catalog().units_for(view.history);
        let at = AsOf::new(view.history, as_of);
        Self { fitted, view, units, as_of, at }
    }

    pub(crate) fn view(&self) -> &HistoryView<'a> {
        &self.view
    }

    /// Hands each pair of some customers to `take`, in order.
    pub(crate) fn of(&self, customers: std::ops::Range<u32>, mut take: impl FnMut(Pair)) {
        self.fitted.scorer().score(&self.view, &self.units, customers, self.at, |block| {
            block.iter().filter_map(|scored| self.pair(scored)).for_each(&mut take);
        });
    }

    fn pair(&self, scored: &Scored) -> Option<Pair> {
        let (_, last) = scored.bought.as_ref()?;
        let next = self.fitted.moves_on(scored.unit).then(|| {
            let run_out_days = scored.survival.run_out_days(0.5);
            self.fitted.next_item(&self.view, scored, self.as_of, run_out_days)
        });
        Some(Pair {
            customer: scored.customer,
            item: last.item,
            n_events: scored.evidence.n_purchases as u32,
            recency_days: scored.evidence.recency,
            cycle_days: scored.evidence.log_cycle.exp(),
            supply_left_days: scored.evidence.supply_left_days(),
            next_item: next.flatten().map(|next| next.item),
            survival: scored.survival,
        })
    }
}

//! The replenishment part of a model: fitting it, and forecasting with it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::catalog::Catalog;
use super::decay::Decay;
use super::evidence::N_FEATURES;
use super::forecast::{Basis, Forecast, NextItem, NextItemSource, Replenishment};
use super::options::{ForecastOptions, Options};
use super::purchases::{AsOf, Purchases, Units};
use super::rounds::{Facts, Plan};
use super::scoring::{Scored, Scorer};
use super::successors::Successor;
use super::summary::Summary;
use super::survival::Survival;
use super::traits::Traits;
use crate::error::Result;
use crate::event::EventId;
use crate::history::{HistoryView, NONE};
use crate::id::Id;
use crate::progress::Watch;
use crate::stats::Layer;
use crate::time::Timestamp;

/// Customers handled by one task: enough to make the task worth its start, few enough to share them out evenly.
const CUSTOMERS_PER_TASK: usize = 256;
/// Tasks per thread between two questions whether to go on: some hundredths of a second.
const TASKS_PER_PIECE: usize = 16;
/// Curves read side by side.
const LANES: usize = 8;
/// Summaries formed side by side at most.
const MAX_SUMMARIES: usize = 16;

/// What fitting learned about replenishment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fitted {
    catalog: Catalog,
    options: Options,
    traits: Traits,
    layer: Layer,
    successors: BTreeMap<u32, Successor>,
    #[serde(skip, default = "Decay::whole")]
    decay: Decay,
}

impl Fitted {
    pub(crate) fn new(
        catalog: Catalog,
        options: Options,
        traits: Traits,
        layer: Layer,
        successors: BTreeMap<u32, Successor>,
        decay: Decay,
    ) -> Self {
        Self { catalog, options, traits, layer, successors, decay }
    }

    pub(crate) fn fit(view: &HistoryView<'_>, as_of: AsOf, options: &Options, watch: &mut Watch<'_>) -> Result<Self> {
        let plan = Plan::new(&Facts::of(view, as_of.us), as_of, options)?;
        let learned = plan.learn(&plan.summarise(view, watch)?);
        let sample = plan.sample(view, &learned, watch)?;
        plan.finish(learned, sample, watch)
    }

    /// Whether everything in a loaded file refers to something.
    pub(crate) fn check(&self) -> bool {
        self.catalog.check()
            && self.traits.units.len() == self.catalog.len()
            && self.traits.unseen.len() == self.catalog.categories().n + 1
            && self.layer.check(N_FEATURES)
            && self.options.validate().is_ok()
            && self.successors.iter().all(|(a, b)| (*a.max(&b.unit) as usize) < self.catalog.len())
    }

    pub(super) fn scorer(&self) -> Scorer<'_> {
        Scorer { traits: &self.traits, layer: &self.layer, decay: &self.decay }
    }

    /// Everyone's forecasts as columns.
    pub(crate) fn replenishment<'a>(
        &self,
        view: &HistoryView<'a>,
        as_of: Timestamp,
        options: &ForecastOptions,
        watch: &mut Watch<'_>,
    ) -> Result<Replenishment<'a>> {
        let units = self.catalog.units_for(view.history);
        let at = AsOf::new(view.history, as_of);
        let scorer = self.scorer();
        let empty = || Replenishment::new(view.clone(), as_of, options.horizons_days.clone());
        let part = |customers: std::ops::Range<u32>| {
            let mut out = empty();
            scorer.score(view, &units, customers, at, |block| self.push(&mut out, block, as_of, options));
            out
        };
        let tasks: Vec<u32> = view.customers.clone().step_by(CUSTOMERS_PER_TASK).collect();
        let end = view.customers.end;
        if tasks.len() <= 1 {
            // One request: no thread is asked to help with microseconds of work.
            return Ok(part(view.customers.clone()));
        }
        let mut out = empty();
        let task = |&start: &u32| part(start..end.min(start + CUSTOMERS_PER_TASK as u32));
        watch.put_in_order(&tasks, TASKS_PER_PIECE, task, |parts| {
            if out.is_empty() {
                // Room for everyone, by the first of them and a twentieth more: columns that grow are copied.
                let rows: usize = parts.iter().map(Replenishment::len).sum();
                out.reserve(rows * tasks.len() / parts.len().max(1) / 20 * 21);
            }
            for part in parts {
                out.append(part);
            }
        })?;
        Ok(out)
    }

    /// Each pair's curve at `as_of`, and what came until `until`.
    pub(crate) fn outlooks(&self, view: &HistoryView<'_>, as_of: AsOf, until: AsOf, mut take: impl FnMut(Outlook)) {
        let units = self.catalog.units_for(view.history);
        let mut later = (u32::MAX, Purchases::default());
        self.scorer().score(view, &units, view.customers.clone(), as_of, |block| {
            for scored in block {
                if later.0 != scored.customer {
                    later.0 = scored.customer;
                    later.1.load(view.history, &units, scored.customer, until);
                }
                take(Outlook {
                    survival: scored.survival,
                    n_events: scored.evidence.n_purchases as u32,
                    bought_days: later.1.next_after(scored.unit, as_of.day).map(|p| p.day - as_of.day),
                    follow_up_days: until.day - as_of.day,
                });
            }
        });
    }

    /// Appends pairs to the columns; what is read off their curves is read off [`LANES`] of them at a time.
    fn push(&self, out: &mut Replenishment<'_>, block: &[Scored], as_of: Timestamp, options: &ForecastOptions) {
        for pairs in block.chunks(LANES) {
            let n = pairs.len();
            // The last one fills up lanes that are left over.
            let curves: [&Survival; LANES] = std::array::from_fn(|lane| &pairs[lane.min(n - 1)].survival);
            for (column, &h) in out.prob_within.iter_mut().zip(&options.horizons_days) {
                column.extend_from_slice(&Survival::prob_within_of_each(curves, h)[..n]);
            }
            let run_outs = |quantile| Survival::run_out_days_of_each(curves, quantile);
            let [p10, p50, p90] = [0.1, 0.5, 0.9].map(run_outs);
            let aim = if (options.remind_quantile - 0.5).abs() < f64::EPSILON {
                p50
            } else {
                run_outs(options.remind_quantile)
            };
            out.run_out_p10_days.extend_from_slice(&p10[..n]);
            out.run_out_p50_days.extend_from_slice(&p50[..n]);
            out.run_out_p90_days.extend_from_slice(&p90[..n]);
            for ((scored, &p50), &aim) in pairs.iter().zip(&p50).zip(&aim) {
                self.push_pair(out, scored, as_of, [f64::from(p50), f64::from(aim)], options);
            }
        }
    }

    fn push_pair(
        &self,
        out: &mut Replenishment<'_>,
        scored: &Scored,
        as_of: Timestamp,
        [p50, aim]: [f64; 2],
        options: &ForecastOptions,
    ) {
        let row = out.customer.len() as u32;
        let (supply_left, usual) = (scored.evidence.supply_left_days(), self.usual(scored));
        out.customer.push(scored.customer);
        out.item.push(scored.bought.as_ref().map_or(NONE, |(_, last)| last.item));
        out.n_events.push(scored.evidence.n_purchases as u32);
        out.basis.push(self.basis(scored));
        out.recency_days.push(scored.evidence.recency as f32);
        out.cycle_days.push(usual.cycle_days as f32);
        out.supply_left_days.push(supply_left as f32);
        out.prob_again.push(scored.survival.prob_again() as f32);
        out.remind_days.push(self.remind_days(scored, supply_left, aim, options) as f32);
        out.consumption_per_day.push(usual.consumption_per_day() as f32);
        out.next_items.extend(self.next_item(&out.view, scored, as_of, p50).map(|next| (row, next)));
    }

    /// The forecasts of the customers in a view, in full.
    pub(crate) fn forecasts(
        &self,
        view: &HistoryView<'_>,
        as_of: Timestamp,
        options: &ForecastOptions,
    ) -> Vec<(u32, Forecast)> {
        let units = self.catalog.units_for(view.history);
        let at = AsOf::new(view.history, as_of);
        let mut out = Vec::new();
        self.scorer().score(view, &units, view.customers.clone(), at, |block| {
            for scored in block {
                let Some((_, last)) = &scored.bought else { continue };
                let item = EventId::from(view.history.items.ids.id(last.item));
                out.push((scored.customer, self.forecast(Some(view), scored, item, as_of, options)));
            }
        });
        out
    }

    /// The forecast of an item as if it were bought at `as_of`, by a customer of the view or by nobody known.
    pub(crate) fn forecast_if_bought(
        &self,
        view: Option<&HistoryView<'_>>,
        item: &EventId,
        (as_of, at): (Timestamp, AsOf),
        options: &ForecastOptions,
    ) -> Option<Forecast> {
        let known = self.catalog.items().code(item.as_id()).map(|code| self.catalog.unit_of(code));
        let mut unit = known.unwrap_or_else(|| self.catalog.unknown());
        let (mut purchases, mut merge_days) = (Purchases::default(), 1);
        if let Some(view) = view {
            let units = self.catalog.units_for(view.history);
            // An item that the model has not seen, but the log has: of its need or category.
            unit = view.history.items.ids.code(item.as_id()).map_or(unit, |code| units.of(code));
            purchases.load(view.history, &units, view.customers.start, at);
            merge_days = view.history.merge_days;
        }
        let scored = self.scorer().score_unbought(purchases, unit, at, merge_days)?;
        Some(self.forecast(None, &scored, item.clone(), as_of, options))
    }

    fn forecast(
        &self,
        view: Option<&HistoryView<'_>>,
        scored: &Scored,
        item: EventId,
        as_of: Timestamp,
        options: &ForecastOptions,
    ) -> Forecast {
        let (evidence, survival) = (&scored.evidence, &scored.survival);
        let (supply_left, usual) = (evidence.supply_left_days(), self.usual(scored));
        let [p10, p50, p90, aim] = survival.run_outs_days([0.1, 0.5, 0.9, options.remind_quantile]);
        Forecast {
            item,
            need: self.catalog.need(scored.unit),
            next_item: view.and_then(|view| self.next_item(view, scored, as_of, p50)),
            n_events: scored.bought.map_or(0, |_| evidence.n_purchases as u32),
            basis: self.basis(scored),
            last_bought_at: scored.bought.and_then(|(_, last)| Timestamp::from_micros(last.at_us).ok()),
            cycle_days: usual.cycle_days,
            regularity: regularity(evidence.spread),
            consumption_per_day: usual.consumption_per_day(),
            supply_left_days: supply_left,
            prob_again: survival.prob_again(),
            prob_within: options.horizons_days.iter().map(|&h| (h, survival.prob_within(h))).collect(),
            run_out_p10_at: as_of.plus_days(p10),
            run_out_p50_at: as_of.plus_days(p50),
            run_out_p90_at: as_of.plus_days(p90),
            remind_at: as_of.plus_days(self.remind_days(scored, supply_left, aim, options)),
            survival: *survival,
        }
    }

    /// What the customer usually buys at once, and how long it lasts.
    fn usual(&self, scored: &Scored) -> Usual {
        let evidence = &scored.evidence;
        let cycle = evidence.log_cycle - self.traits.population.supply_slope * evidence.supply_ratio;
        let supply = evidence.supply_level + self.traits.unit(scored.unit).log_supply;
        Usual { supply: supply.exp(), cycle_days: cycle.exp() }
    }

    /// Days until the reminder: the lead time before the run-out aimed at. A customer who has shown a cycle is not left
    /// without: where the supply at hand is expected to end before that, the lead time counts from there.
    fn remind_days(&self, scored: &Scored, supply_left: f64, aim: f64, options: &ForecastOptions) -> f64 {
        let own = supply_left > 0.0 && self.basis(scored) == Basis::Own;
        let run_out = if own { aim.min(supply_left) } else { aim };
        (run_out - options.lead_days).max(0.0)
    }

    fn basis(&self, scored: &Scored) -> Basis {
        if scored.evidence.n_purchases >= 3.0 && scored.bought.is_some() {
            Basis::Own
        } else {
            self.traits.unit(scored.unit).basis
        }
    }

    /// The step of the ladder at run-out, or the learned successor once its time has come.
    pub(super) fn next_item(
        &self,
        view: &HistoryView<'_>,
        scored: &Scored,
        as_of: Timestamp,
        run_out_days: f64,
    ) -> Option<NextItem> {
        let (first, last) = scored.bought.as_ref()?;
        let ids = &view.history.items.ids;
        if let Some(ladder) = self.catalog.ladder(scored.unit).and_then(|l| self.options.ladders.get(l)) {
            let step_of = |item: u32| ladder.step_of(ids.id(item));
            let (entered, now) = (step_of(first.item)?, step_of(last.item)?);
            let first_at = Timestamp::from_micros(first.at_us).ok()?;
            let customer = view.history.customers.id(scored.customer);
            let then = ladder.step_at(customer, (entered, first_at), now, as_of, run_out_days);
            return (then > now).then(|| NextItem {
                item: ladder.steps[then].items[0].clone(),
                source: NextItemSource::Ladder,
                share: 1.0,
                n_customers: 0,
            });
        }
        let successor = self.successors.get(&scored.unit)?;
        let item = self.catalog.item_of(successor.unit);
        let due = scored.evidence.age + run_out_days >= successor.after_days;
        (due && item != NONE).then(|| NextItem {
            item: EventId::from(self.catalog.items().id(item)),
            source: NextItemSource::Learned,
            share: successor.share,
            n_customers: u64::from(successor.n_customers),
        })
    }

    pub(super) fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Whether buyers of a unit may move on to another item.
    pub(super) fn moves_on(&self, unit: u32) -> bool {
        self.catalog.ladder(unit).is_some() || self.successors.contains_key(&unit)
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    pub(crate) fn n_units(&self) -> usize {
        self.catalog.len()
    }

    /// Whether the layer could be trained, or the structure answers alone.
    pub(crate) fn has_layer(&self) -> bool {
        self.layer.is_trained()
    }

    /// The item identifiers the model knows.
    pub(crate) fn knows_item(&self, item: Id<'_>) -> bool {
        self.catalog.items().code(item).is_some()
    }
}

/// A customer's usual purchase of an item.
struct Usual {
    /// Units, times pack size.
    supply: f64,
    cycle_days: f64,
}

impl Usual {
    fn consumption_per_day(&self) -> f64 {
        self.supply / self.cycle_days
    }
}

/// A forecast and what became of it.
pub(crate) struct Outlook {
    pub(crate) survival: Survival,
    pub(crate) n_events: u32,
    /// Days to the next purchase; `None` when none was seen.
    pub(crate) bought_days: Option<i32>,
    pub(crate) follow_up_days: i32,
}

pub(super) fn summarise(
    view: &HistoryView<'_>,
    units: &Units<'_>,
    empty: &Summary,
    as_of: AsOf,
    decay: &Decay,
    watch: &mut Watch<'_>,
) -> Result<Summary> {
    let customers: Vec<u32> = view.customers.clone().collect();
    // One summary per thread, for it holds a number per unit and cutoff. Whole numbers add up the same in every order, so
    // each thread may take whichever customers come next.
    let mut parts: Vec<(Summary, Purchases)> = Vec::new();
    parts.resize_with(rayon::current_num_threads().min(MAX_SUMMARIES), || (empty.clone(), Purchases::default()));
    watch.pieces(&customers, TASKS_PER_PIECE * CUSTOMERS_PER_TASK, |customers| {
        let next = AtomicUsize::new(0);
        parts.par_iter_mut().for_each(|(summary, purchases)| {
            while let Some(own) = customers.chunks(CUSTOMERS_PER_TASK).nth(next.fetch_add(1, Ordering::Relaxed)) {
                for &customer in own {
                    purchases.load(view.history, units, customer, as_of);
                    summary.add(purchases, decay);
                }
            }
        });
    })?;
    let mut summaries = parts.into_iter().map(|(summary, _)| summary);
    let mut all = summaries.next().unwrap_or_else(|| empty.clone());
    summaries.for_each(|summary| all.merge(&summary));
    Ok(all)
}

/// The shape k of the Erlang (Gamma) distribution whose logarithm has the standard deviation `spread`: the solution of
/// trigamma(k) = spread², to about 1e-6, by Newton's method from below, where it never overshoots.
pub(super) fn regularity(spread: f64) -> f64 {
    /// Steps of the recurrence, after which three terms of the asymptotic series are enough.
    const STEPS: u32 = 6;
    let variance = spread * spread;
    // Both 1/k and 1/k² are less than trigamma(k).
    let mut k = (1.0 / variance).max(1.0 / spread).min(1e9);
    for _ in 0..12 {
        let (mut value, mut slope) = (0.0, 0.0);
        for x in (0..STEPS).map(|i| k + f64::from(i)) {
            value += 1.0 / (x * x);
            slope -= 2.0 / (x * x * x);
        }
        let x = k + f64::from(STEPS);
        value += 1.0 / x + 0.5 / (x * x) + 1.0 / (6.0 * x * x * x);
        slope -= 1.0 / (x * x) + 1.0 / (x * x * x) + 0.5 / (x * x * x * x);
        k -= (value - variance) / slope;
    }
    k
}

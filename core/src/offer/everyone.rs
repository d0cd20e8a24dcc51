//! Decisions about all customers of a history at once, as columns.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::capacity::{Choice, Use, allot};
use super::customers::Customers;
use super::day::{Day, Settled, Who};
use super::decision::AbstainReason;
use super::judge::Gain;
use super::limits::Past;
use super::need::Need;
use super::planner::Planner;
use super::policy::Policy;
use super::route::Route;
use super::search::{Pick, Way};
use super::weigh::{Chosen, Standing, Weigher};
use crate::error::Result;
use crate::event::EventId;
use crate::history::HistoryView;
use crate::model::Model;
use crate::progress::{Progress, Stage, Watch};
use crate::table::{Column, Table, Texts};
use crate::time::Timestamp;

const CUSTOMERS_PER_TASK: usize = 256;
const TASKS_PER_PIECE: usize = 16;
/// Stands for no word in a column of words, and for no instant in one of instants.
const NO_WORD: u8 = u8::MAX;
const NO_INSTANT: i64 = i64::MIN;

const ACTIONS: [&str; 4] = ["contact", "wait", "abstain", "hand_off"];
const BECAUSE: [&str; 9] =
    ["no_gain", "doubt", "limit", "capacity", "holdout", "explore", "refused", "missing", "rule"];
const ROUTES: [&str; 2] = ["auto", "approve"];

/// One customer's decision before it becomes columns.
struct Row {
    customer: u32,
    settled: Settled,
    /// What it is about.
    item: u32,
    need: Option<Need>,
    /// Where contacts are scarce: what else could be done today, and what it would use.
    choices: Vec<(Way, f64, f64)>,
}

/// Decisions about everyone, one row per customer who has bought, in the order of customers.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Decisions {
    table: Table,
    /// Contacts made today, and what they are expected to gain over none.
    pub n_contacts: u64,
    /// The sum of what today's contacts are expected to gain.
    pub expected_margin: f64,
    /// What one more unit of each scarce resource would gain: `capacity`, `budget`, and capacities of channels and stocks by name.
    pub prices: Vec<(String, f64)>,
}

impl Decisions {
    /// The decisions as columns: `customer`, `action`, `because`, `item`, `next_item`, `offer`, `discount_share`, `channel`, `at`,
    /// `expected_margin`, `route`, `propensity`, `message`.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// As [`Self::table`], taking the columns.
    pub fn into_table(self) -> Table {
        self.table
    }
}

impl Planner {
    /// Decides about every customer of a history at once; where capacity, budget or stock are limited, who gains most is served.
    ///
    /// # Errors
    /// As [`Self::decide`].
    pub fn decide_all<'a>(
        &self,
        model: &Model,
        history: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
    ) -> Result<Decisions> {
        self.decide_all_while(model, history, as_of, |_| true)
    }

    /// As [`Self::decide_all`], telling `go_on` how far the work is; when it answers `false`, the work stops.
    ///
    /// # Errors
    /// As [`Self::decide_all`], and `cancelled`.
    pub fn decide_all_while<'a>(
        &self,
        model: &Model,
        history: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
        mut go_on: impl FnMut(Progress) -> bool,
    ) -> Result<Decisions> {
        let view = history.into();
        let customers = Customers::new(self, model, view.clone(), as_of)?;
        let day = &customers.day;
        let scarce = Scarce::new(&self.policy, &customers);
        let mut rows: Vec<Row> = Vec::new();
        let mut watch = Watch::new(&mut go_on, Stage::Forecast);
        let tasks: Vec<u32> = view.customers.clone().step_by(CUSTOMERS_PER_TASK).collect();
        let end = view.customers.end;
        let part = |start: u32| -> Result<Vec<Row>> {
            let mut out = Vec::new();
            let mut weigher = day.weigher();
            let (mut standing, mut chosen) = (Standing::default(), Vec::new());
            customers.each(start..end.min(start + CUSTOMERS_PER_TASK as u32), |customer, who, needs, items| {
                day.standing(who, &mut standing)?;
                let settled = day.settle(who, needs, &standing, &mut weigher, &mut chosen);
                out.push(row(customer, settled, needs, items, &scarce, &standing, &mut weigher, self.n_days()));
                Ok(())
            })?;
            Ok(out)
        };
        let mut failed = None;
        watch.pieces(&tasks, TASKS_PER_PIECE, |tasks| {
            let parts: Vec<Result<Vec<Row>>> = tasks.par_iter().map(|&start| part(start)).collect();
            for part in parts {
                match part {
                    Ok(mut part) => rows.append(&mut part),
                    Err(e) => failed = failed.take().or(Some(e)),
                }
            }
        })?;
        if let Some(e) = failed {
            return Err(e);
        }
        let prices = scarce.share_out(&mut rows);
        columns(&customers, &rows, prices)
    }
}

/// A customer's row; of the needs only the one it is about is kept.
#[allow(clippy::too_many_arguments, reason = "what one customer's decision consists of, in one place")]
fn row(
    customer: u32,
    settled: Settled,
    needs: &[Need],
    items: &[u32],
    scarce: &Scarce,
    standing: &Standing,
    weigher: &mut Weigher<'_>,
    n_days: usize,
) -> Row {
    let about = match settled {
        Settled::Contact { chosen, .. } | Settled::Wait { chosen } | Settled::HandOff { chosen, .. } => Some(chosen),
        Settled::Abstain { about, .. } => about,
    };
    let place = about.map_or(0, |chosen| chosen.need);
    let mut choices = Vec::new();
    if let (Settled::Contact { chosen, .. }, false) = (settled, scarce.limits.is_empty()) {
        let due = &needs[chosen.need].due;
        weigher.list_ways(&needs[chosen.need], standing);
        weigher.look(due);
        let gains = weigher.gains(due);
        for way in weigher.ways.iter().filter(|w| standing.open[w.channel * n_days]) {
            let gain = gains.on(way, 0);
            if gain > 0.0 {
                choices.push((*way, gain, gains.prob_bought(way, 0)));
            }
        }
    }
    let is_told = matches!(settled, Settled::Contact { .. } | Settled::HandOff { .. });
    let need = needs.get(place).filter(|_| is_told).cloned();
    Row { customer, settled, item: items.get(place).copied().unwrap_or(crate::history::NONE), need, choices }
}

/// The resources of which there is not enough for everyone, perhaps.
struct Scarce {
    names: Vec<String>,
    limits: Vec<f64>,
    capacity: Option<u32>,
    budget: Option<u32>,
    /// Per channel, and per item code of the history.
    channels: Vec<Option<u32>>,
    stocks: BTreeMap<u32, u32>,
}

impl Scarce {
    fn new(policy: &Policy, customers: &Customers<'_>) -> Self {
        let (mut names, mut limits) = (Vec::new(), Vec::new());
        let mut add = |name: String, limit: Option<f64>| {
            limit.map(|limit| {
                names.push(name);
                limits.push(limit);
                (names.len() - 1) as u32
            })
        };
        let capacity = add("capacity".to_owned(), policy.capacity.map(|n| n as f64));
        let budget = add("budget".to_owned(), policy.budget);
        let of_channel = policy.channels.iter().map(|c| (c.name.clone(), c.capacity.map(|n| n as f64)));
        let channels = of_channel.map(|(name, limit)| add(name, limit)).collect();
        let mut stocks = BTreeMap::new();
        for terms in &policy.items {
            if let (Some(stock), Some(code)) = (terms.stock, customers.item_code(&terms.item))
                && let Some(resource) = add(terms.item.to_string(), Some(stock))
            {
                stocks.insert(code, resource);
            }
        }
        Self { names, limits, capacity, budget, channels, stocks }
    }

    /// What a contact uses: itself, its cost and the discount it will give, its channel, and the stock it will sell.
    fn uses(&self, way: &Way, prob_bought: f64, item: u32) -> Vec<Use> {
        let discount = way.stakes.order_value * way.stakes.discount_share * prob_bought;
        [
            (self.capacity, 1.0),
            (self.budget, way.stakes.contact_cost + discount),
            (self.channels[way.channel], 1.0),
            (self.stocks.get(&item).copied(), prob_bought),
        ]
        .into_iter()
        .filter_map(|(resource, amount)| Some(Use { resource: resource?, amount }))
        .collect()
    }

    /// Lets those who gain most have what is scarce; the others abstain. Answers what one more unit of each would gain.
    fn share_out(&self, rows: &mut [Row]) -> Vec<(String, f64)> {
        if self.limits.is_empty() {
            return Vec::new();
        }
        let mut choices = Vec::new();
        let mut of = Vec::new();
        for (place, row) in rows.iter().enumerate() {
            for (option, (way, gain, bought)) in row.choices.iter().enumerate() {
                let uses = self.uses(way, *bought, row.item);
                choices.push(Choice { customer: row.customer, gain: *gain, uses });
                of.push((place, option));
            }
        }
        let (taken, prices) = allot(&choices, &self.limits);
        let mut served = vec![None; rows.len()];
        for choice in taken {
            let (place, option) = of[choice];
            served[place] = Some(option);
        }
        for (row, option) in rows.iter_mut().zip(served) {
            let Settled::Contact { chosen, gain, route, propensity } = row.settled else { continue };
            row.settled = match option {
                Some(option) => {
                    let (way, mean, _) = row.choices[option];
                    let pick = Pick { gain: mean, ..chosen.pick };
                    let gain = Gain { mean, ..gain };
                    Settled::Contact { chosen: Chosen { pick, way, ..chosen }, gain, route, propensity }
                }
                None => Settled::Abstain { because: AbstainReason::Capacity, about: Some(chosen) },
            };
        }
        self.names.iter().cloned().zip(prices).collect()
    }
}

/// The columns of [`Decisions`].
#[derive(Default)]
struct Columns {
    customer: Vec<u32>,
    item: Vec<u32>,
    action: Vec<u8>,
    because: Vec<u8>,
    next_item: Texts,
    offer: Texts,
    discount_share: Vec<f64>,
    channel: Texts,
    at: Vec<i64>,
    expected_margin: Vec<f64>,
    route: Vec<u8>,
    propensity: Vec<f64>,
    message: Texts,
}

/// What a row says beyond its action.
struct Told {
    at: i64,
    text: String,
}

fn columns(customers: &Customers<'_>, rows: &[Row], prices: Vec<(String, f64)>) -> Result<Decisions> {
    let (day, history) = (&customers.day, customers.history());
    let told: Vec<Result<Told>> = rows.par_iter().map(|row| told(customers, row)).collect();
    let mut out = Columns::default();
    let (mut n_contacts, mut expected_margin) = (0, 0.0);
    for (row, told) in rows.iter().zip(told) {
        let told = told?;
        let word = |word: &str| BECAUSE.iter().position(|w| *w == word).map_or(NO_WORD, |p| p as u8);
        let (action, because, about) = match row.settled {
            Settled::Contact { chosen, .. } => (0, NO_WORD, Some(chosen)),
            Settled::Wait { chosen } => (1, NO_WORD, Some(chosen)),
            Settled::Abstain { because, about } => (2, word(because.as_str()), about),
            Settled::HandOff { because, chosen } => (3, word(because.as_str()), Some(chosen)),
        };
        if let Settled::Contact { chosen, .. } = row.settled {
            n_contacts += 1;
            expected_margin += chosen.pick.gain;
        }
        let (offer, channel) = about.as_ref().map_or(("", ""), |chosen| day.names(&chosen.way));
        let (route, propensity) = match row.settled {
            Settled::Contact { route, propensity, .. } => (u8::from(route == Route::Approve), propensity),
            _ => (NO_WORD, f64::NAN),
        };
        out.customer.push(row.customer);
        out.item.push(row.item);
        out.action.push(action);
        out.because.push(because);
        let next = row.need.as_ref().and_then(|need| need.next_item.as_ref());
        out.next_item.push(&next.map(ToString::to_string).unwrap_or_default());
        out.offer.push(offer);
        out.discount_share.push(about.map_or(f64::NAN, |chosen| chosen.way.stakes.discount_share));
        out.channel.push(channel);
        out.at.push(told.at);
        out.expected_margin.push(about.map_or(f64::NAN, |chosen| chosen.pick.gain));
        out.route.push(route);
        out.propensity.push(propensity);
        out.message.push(&told.text);
    }
    let table = Table::default()
        .with("customer", Column::of_ids(&history.customers, &out.customer))
        .with("action", Column::Words { places: out.action, words: &ACTIONS })
        .with("because", Column::Words { places: out.because, words: &BECAUSE })
        .with("item", Column::of_ids(&history.items.ids, &out.item))
        .with("next_item", Column::Texts(out.next_item))
        .with("offer", Column::Texts(out.offer))
        .with("discount_share", Column::Doubles(out.discount_share))
        .with("channel", Column::Texts(out.channel))
        .with("at", Column::Timestamps(out.at))
        .with("expected_margin", Column::Doubles(out.expected_margin))
        .with("route", Column::Words { places: out.route, words: &ROUTES })
        .with("propensity", Column::Doubles(out.propensity))
        .with("message", Column::Texts(out.message));
    Ok(Decisions { table, n_contacts, expected_margin, prices })
}

/// When a row's contact is sent, or its customer looked at again, and the words.
fn told(customers: &Customers<'_>, row: &Row) -> Result<Told> {
    let day: &Day<'_> = &customers.day;
    let nothing = Told { at: NO_INSTANT, text: String::new() };
    let (chosen, need) = match (&row.settled, &row.need) {
        (Settled::Contact { chosen, .. } | Settled::HandOff { chosen, .. }, Some(need)) => (chosen, need),
        (Settled::Wait { chosen }, _) => {
            let at = day.as_of.plus_days(chosen.pick.day as f64).as_micros();
            return Ok(Told { at, ..nothing });
        }
        _ => return Ok(nothing),
    };
    let customer = EventId::from(customers.history().customers.id(row.customer));
    let past: Past = customers.past_of(row.customer);
    let opens = customers.opens_of(row.customer, &customer)?;
    let who = Who { customer: Some(&customer), n_purchases: 0, past: &past, opens: &opens };
    let text = day.message(who, need, &chosen.way)?.map(|m| m.text).unwrap_or_default();
    let at = match row.settled {
        Settled::Contact { .. } => day.send_at(who, chosen.way.channel)?.as_micros(),
        _ => NO_INSTANT,
    };
    Ok(Told { at, text })
}

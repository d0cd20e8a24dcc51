//! Decisions about everyone, as columns.

use rayon::prelude::*;

use super::customers::Customers;
use super::day::{Day, Outreach, Settled, Who};
use super::decision::AbstainReason;
use super::limits::Past;
use super::route::Route;
use super::row::Row;
use crate::error::Result;
use crate::event::EventId;
use crate::table::{Column, Table, Texts};

/// Stands for no word in a column of words, and for no instant in one of instants.
const NO_WORD: u8 = u8::MAX;
const NO_INSTANT: i64 = i64::MIN;

const ACTIONS: [&str; 4] = ["contact", "wait", "abstain", "hand_off"];
const BECAUSE: [&str; 9] =
    ["no_gain", "doubt", "limit", "capacity", "holdout", "explore", "refused", "missing", "rule"];
const ROUTES: [&str; 2] = ["auto", "approve"];

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

/// The rows of [`Decisions`] as columns.
pub(super) fn columns(customers: &Customers<'_>, rows: &[Row], prices: Vec<(String, f64)>) -> Result<Decisions> {
    let (day, history) = (&customers.day, customers.history());
    let told: Vec<Result<Told>> = rows.par_iter().map(|row| told(customers, row)).collect();
    let mut out = Columns::default();
    let (mut n_contacts, mut expected_margin) = (0, 0.0);
    for (row, told) in rows.iter().zip(told) {
        let told = told?;
        let word = |word: &str| BECAUSE.iter().position(|w| *w == word).map_or(NO_WORD, |p| p as u8);
        let (action, because, about) = match row.settled {
            Settled::Contact(Outreach { chosen, .. }) => (0, NO_WORD, Some(chosen)),
            Settled::Wait { chosen } => (1, NO_WORD, Some(chosen)),
            Settled::Abstain { because, about } => (2, word(because.as_str()), about),
            Settled::HeldOut { chosen, .. } => (2, word(AbstainReason::Holdout.as_str()), Some(chosen)),
            Settled::HandOff { because, chosen } => (3, word(because.as_str()), Some(chosen)),
        };
        if let Settled::Contact(Outreach { chosen, .. }) = row.settled {
            n_contacts += 1;
            expected_margin += chosen.pick.gain;
        }
        let (offer, channel) = about.as_ref().map_or(("", ""), |chosen| day.names(&chosen.way));
        let (route, propensity) = match row.settled {
            Settled::Contact(Outreach { route, propensity, .. }) => (u8::from(route == Route::Approve), propensity),
            Settled::HeldOut { propensity, .. } => (NO_WORD, propensity),
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
        (Settled::Contact(Outreach { chosen, .. }) | Settled::HandOff { chosen, .. }, Some(need)) => (chosen, need),
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
        Settled::Contact(_) => day.send_at(who, chosen.way.channel)?.as_micros(),
        _ => NO_INSTANT,
    };
    Ok(Told { at, text })
}

//! A history's customers, as decisions see them: needs from the model's forecasts, values from what was paid.

use std::ops::Range;

use super::day::{Day, Who};
use super::decision::Decision;
use super::due::Due;
use super::hour::HourCounts;
use super::limits::Past;
use super::need::Need;
use super::past_of::Channels;
use super::planner::Planner;
use crate::error::{Error, ErrorCode, Result};
use crate::event::EventId;
use crate::history::{History, HistoryView};
use crate::model::Model;
use crate::replenish::{AsOf, Pair, Pairs};
use crate::time::Timestamp;

/// The customers of a history at an instant.
pub(super) struct Customers<'a> {
    pub(super) day: Day<'a>,
    planner: &'a Planner,
    channels: Channels,
    pairs: Pairs<'a>,
    as_of: Timestamp,
    /// With the last day seen by then.
    on_the_clock: AsOf,
}

impl<'a> Customers<'a> {
    pub(super) fn new(planner: &'a Planner, model: &'a Model, view: HistoryView<'a>, as_of: Timestamp) -> Result<Self> {
        let on_the_clock = AsOf::new(view.history, as_of);
        let pairs = model.pairs(view, as_of)?;
        let day = planner.day(as_of)?;
        Ok(Self { day, planner, channels: Channels::of(&planner.policy), pairs, as_of, on_the_clock })
    }

    pub(super) fn history(&self) -> &'a History {
        self.pairs.view().history
    }

    pub(super) fn item_code(&self, item: &EventId) -> Option<u32> {
        self.history().items.ids.code(item.as_id())
    }

    /// What was sent to a customer so far.
    pub(super) fn past_of(&self, customer: u32) -> Past {
        self.channels.past(self.history(), customer, self.as_of)
    }

    /// When a customer opened what came on each channel, where the policy has learned from opens.
    pub(super) fn opens_of(&self, customer: u32, id: &EventId) -> Result<Vec<HourCounts>> {
        self.channels.opens(self.planner, self.history(), customer, id, self.as_of)
    }

    /// Hands each customer of a range that has bought to `take`, with the needs and the codes of their items.
    pub(super) fn each(
        &self,
        customers: Range<u32>,
        mut take: impl FnMut(u32, Who<'_>, &[Need], &[u32]) -> Result<()>,
    ) -> Result<()> {
        let (mut needs, mut items): (Vec<Need>, Vec<u32>) = (Vec::new(), Vec::new());
        let mut open: Option<u32> = None;
        let mut result = Ok(());
        let mut close = |customer: Option<u32>, needs: &mut Vec<Need>, items: &mut Vec<u32>| {
            if let (Some(customer), true) = (customer, result.is_ok()) {
                let id = EventId::from(self.history().customers.id(customer));
                let past = self.past_of(customer);
                let n_purchases = n_purchases(self.history(), customer, self.on_the_clock);
                let who = Who { customer: Some(&id), n_purchases, past: &past, opens: &[] };
                result = take(customer, who, needs, items);
            }
            needs.clear();
            items.clear();
        };
        self.pairs.of(customers, |pair| {
            if open != Some(pair.customer) {
                close(open, &mut needs, &mut items);
                open = Some(pair.customer);
            }
            items.push(pair.item);
            needs.push(self.need_of(pair));
        });
        close(open, &mut needs, &mut items);
        result
    }

    /// A pair as a need.
    fn need_of(&self, pair: Pair) -> Need {
        let history = self.history();
        let item = EventId::from(history.items.ids.id(pair.item));
        Need {
            due: Due::from_pair(&pair, self.planner.policy.unprompted_share, self.planner.reach_days()),
            item: Some(item),
            next_item: pair.next_item,
            order_value: last_paid(history, pair.customer, pair.item, self.on_the_clock),
            n_events: pair.n_events,
            recency_days: Some(pair.recency_days),
            supply_left_days: Some(pair.supply_left_days),
            help: None,
        }
    }
}

impl Planner {
    /// Decides about one customer: every need the model forecasts, against each other and against doing nothing.
    ///
    /// ```
    /// use beforehand::offer::{Channel, Decision, Offer, Planner, Policy};
    /// use beforehand::{Event, History, IngestOptions, Model, Options, Timestamp};
    /// let start: Timestamp = "2026-01-01".parse()?;
    /// let events = (0..40).flat_map(|c| {
    ///     let bought = move |k| start.plus_days(f64::from(k * (28 + c % 5)));
    ///     (0..6).map(move |k| Event::purchase(format!("c{c}"), "filter", bought(k)).amount(40.0))
    /// });
    /// let (history, _) = History::from_events(events, &IngestOptions::default())?;
    /// let as_of = start.plus_days(161.0);
    /// let model = Model::fit(&history, as_of, &Options::default())?;
    /// let policy = Policy {
    ///     offers: vec![Offer::reminder(0.3)],
    ///     channels: vec![Channel::new("app", 0.05)],
    ///     ..Policy::new(0.4)
    /// };
    /// match Planner::new(policy)?.decide(&model, history.customer("c1")?, as_of)? {
    ///     Decision::Contact(contact) => println!("{}: {}", contact.contact_at, contact.message.unwrap().text),
    ///     Decision::Wait(wait) => println!("look again at {}", wait.until_at),
    ///     other => println!("{}", other.as_str()),
    /// }
    /// # Ok::<(), beforehand::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_options` when `as_of` is before the model's own; `unknown_customer` for a customer who had not bought by `as_of`.
    pub fn decide<'a>(
        &self,
        model: &Model,
        customer: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
    ) -> Result<Decision> {
        let view = customer.into();
        let code = view.customers.start;
        let only = code..view.customers.end.min(code + 1);
        let customers = Customers::new(self, model, view, as_of)?;
        let mut decision = None;
        customers.each(only, |code, who, needs, _| {
            let opens = who.customer.map_or_else(|| Ok(Vec::new()), |id| customers.opens_of(code, id))?;
            decision = Some(customers.day.decide(Who { opens: &opens, ..who }, needs)?);
            Ok(())
        })?;
        decision.ok_or_else(|| {
            let message =
                format!("the customer has no purchase that stood at {as_of}; give a customer who has bought by then");
            Error::new(ErrorCode::UnknownCustomer, message).with_field("customer")
        })
    }
}

/// On how many days a customer bought something that was not returned by then.
pub(super) fn n_purchases(history: &History, customer: u32, as_of: AsOf) -> u32 {
    let mut last = None;
    standing(history, customer, as_of).filter(|&e| last.replace(history.day[e]) != Some(history.day[e])).count() as u32
}

/// What the customer last paid for an item, if the log says.
fn last_paid(history: &History, customer: u32, item: u32, as_of: AsOf) -> Option<f64> {
    if history.amount.is_empty() {
        return None;
    }
    let is_of = |e: &usize| history.item[*e] == item && history.amount[*e].is_finite();
    let paid = standing(history, customer, as_of).rev().find(is_of)?;
    Some(history.amount[paid].max(0.0))
}

/// The customer's purchases that stood at an instant, in order of time.
fn standing(history: &History, customer: u32, as_of: AsOf) -> impl DoubleEndedIterator<Item = usize> {
    let events = as_of.events(history, customer);
    let undone = history.undone_in(events.clone());
    events.filter(move |&e| undone.is_empty() || as_of.left(history, e, undone) > 0.0)
}

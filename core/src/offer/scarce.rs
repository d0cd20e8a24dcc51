//! What there is not enough of for everyone: contacts, money, a channel, an item's stock.

use std::collections::BTreeMap;

use super::capacity::{Choice, Use, allot};
use super::customers::Customers;
use super::day::{Outreach, Settled};
use super::decision::AbstainReason;
use super::policy::Policy;
use super::row::Row;
use super::search::Way;

/// The resources of which there is not enough for everyone, perhaps.
pub(super) struct Scarce {
    names: Vec<String>,
    limits: Vec<f64>,
    capacity: Option<u32>,
    budget: Option<u32>,
    /// Per channel, and per item code of the history.
    channels: Vec<Option<u32>>,
    stocks: BTreeMap<u32, u32>,
}

impl Scarce {
    pub(super) fn new(policy: &Policy, customers: &Customers<'_>) -> Self {
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

    /// Whether nothing is: everyone may be served.
    pub(super) fn is_empty(&self) -> bool {
        self.limits.is_empty()
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

    /// Lets those who gain most have what is scarce, in the way that leaves most to others; the rest abstain. What a lottery drew
    /// keeps its way. Answers what one more unit of each would gain.
    pub(super) fn share_out(&self, rows: &mut [Row]) -> Vec<(String, f64)> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut choices = Vec::new();
        let mut of = Vec::new();
        for (place, row) in rows.iter().enumerate() {
            for (option, (contact, bought)) in row.choices.iter().enumerate() {
                let uses = self.uses(&contact.chosen.way, *bought, row.item);
                choices.push(Choice { customer: row.customer, gain: contact.gain.mean, uses });
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
            let Settled::Contact(Outreach { chosen, .. }) = row.settled else { continue };
            row.settled = match option {
                Some(option) => Settled::Contact(row.choices[option].0),
                None => Settled::Abstain { because: AbstainReason::Capacity, about: Some(chosen) },
            };
        }
        self.names.iter().cloned().zip(prices).collect()
    }
}

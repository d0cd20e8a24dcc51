//! Draws that decide who is held out and what is tried, as hashes: the same inputs draw the same.

use super::policy::Lottery;
use super::search::Pick;
use crate::event::EventId;
use crate::replenish::{hash_id, unit_interval};

/// A use of the lottery; each draws for itself.
#[derive(Debug, Clone, Copy)]
enum Draw {
    Holdout = 1,
    Explore = 2,
    Choice = 3,
}

/// The draws of one customer on one day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ticket {
    customer: u64,
    day: u64,
}

impl Lottery {
    /// The ticket of a customer on a civil day; a number and its decimal text have the same.
    pub(super) fn ticket(&self, customer: &EventId, day: i32) -> Ticket {
        let mut text = String::new();
        let seed = hash_id(crate::id::Id::Str(&self.salt), 0, &mut text);
        Ticket { customer: hash_id(customer.as_id(), seed, &mut text), day: day as u64 }
    }

    /// Whether the customer belongs to the holdout: on every day or on none.
    pub(super) fn holds_out(&self, ticket: Ticket) -> bool {
        self.holdout_share > 0.0 && draw(ticket.customer, 0, Draw::Holdout) < self.holdout_share
    }

    /// Whether something is tried on this customer on this day.
    pub(super) fn explores(&self, ticket: Ticket) -> bool {
        self.explore_share > 0.0 && draw(ticket.customer, ticket.day, Draw::Explore) < self.explore_share
    }

    /// P(a pick is made): of those who try nothing when it is the favourite, and as one of those that are tried, of which each and
    /// doing nothing have the same chance.
    pub(super) fn propensity(&self, pick: &Pick, favourite: &Pick, tried: &[Pick]) -> f64 {
        let is_tried = tried.iter().any(|t| t.way == pick.way);
        let share = if is_tried { self.explore_share / (tried.len() + 1) as f64 } else { 0.0 };
        share + if pick.way == favourite.way { 1.0 - self.explore_share } else { 0.0 }
    }

    /// One of `n` at random.
    pub(super) fn choose(ticket: Ticket, n: usize) -> usize {
        ((draw(ticket.customer, ticket.day, Draw::Choice) * n as f64) as usize).min(n.saturating_sub(1))
    }
}

fn draw(customer: u64, day: u64, of: Draw) -> f64 {
    let mut text = String::new();
    let place = (day << 2 | of as u64) as i64;
    unit_interval(hash_id(crate::id::Id::Int(place), customer, &mut text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_met_and_draws_stay() {
        let lottery = Lottery { holdout_share: 0.1, explore_share: 0.2, salt: "a".to_owned() };
        let tickets: Vec<Ticket> = (0..20_000).map(|c| lottery.ticket(&EventId::from(c), 20_000)).collect();
        let share = |yes: &dyn Fn(Ticket) -> bool| tickets.iter().filter(|t| yes(**t)).count() as f64 / 20_000.0;
        assert!((share(&|t| lottery.holds_out(t)) - 0.1).abs() < 0.01);
        assert!((share(&|t| lottery.explores(t)) - 0.2).abs() < 0.01);
        // The draws are independent of each other.
        assert!((share(&|t| lottery.holds_out(t) && lottery.explores(t)) - 0.02).abs() < 0.005);
        assert!((share(&|t| Lottery::choose(t, 4) == 2) - 0.25).abs() < 0.015);
        // A holdout is one on every day; a text and a number are the same customer.
        for c in 0..100 {
            let later = lottery.ticket(&EventId::from(c.to_string()), 20_001);
            assert_eq!(lottery.holds_out(tickets[c as usize]), lottery.holds_out(later));
        }
    }
}

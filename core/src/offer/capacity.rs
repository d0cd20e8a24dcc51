//! Who gets the contacts when there are not enough for everyone: one price per scarce resource.
//!
//! A multiple-choice knapsack over all customers, solved by Lagrange's prices (Everett 1963): each customer takes the option that
//! gains most after paying for what it uses, prices rise until nothing is overused, and what is left over then goes to
//! the next in line. Its bound on the optimum is within one option per resource of what is reached.

use rayon::prelude::*;

/// Times each price is halved between too low and too high.
const HALVINGS: u32 = 40;
/// Rounds over all prices at most: a price may fall again when another one has risen.
const ROUNDS: usize = 20;
/// A price that moves by less than this share of itself has settled.
const SETTLED: f64 = 1e-4;
/// Customers whose use is summed by one task.
const GROUPS_PER_TASK: usize = 4096;

/// What one option uses of one resource.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Use {
    pub(super) resource: u32,
    pub(super) amount: f64,
}

/// One way to contact one customer: what it gains, what it uses.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice {
    pub(super) customer: u32,
    pub(super) gain: f64,
    pub(super) uses: Vec<Use>,
}

/// Which choices are made, by their places: at most one per customer, sorted, none of the resources overused, with
/// the prices that lead there. Choices stand in the order of customers.
pub(super) fn allot(choices: &[Choice], limits: &[f64]) -> (Vec<usize>, Vec<f64>) {
    let groups: Vec<&[Choice]> = choices.chunk_by(|a, b| a.customer == b.customer).collect();
    let mut prices = vec![0.0; limits.len()];
    for _ in 0..ROUNDS {
        let before = prices.clone();
        for (resource, &limit) in limits.iter().enumerate() {
            settle(&groups, &mut prices, resource, limit);
        }
        // With one scarce resource, or none, the first round has found its price.
        let n_scarce = prices.iter().filter(|price| **price > 0.0).count();
        if n_scarce < 2 || prices.iter().zip(before).all(|(now, before)| (now - before).abs() <= SETTLED * now) {
            break;
        }
    }
    (fill(choices, &groups, &prices, limits), prices)
}

/// What a choice gains after paying for what it uses.
fn net(choice: &Choice, prices: &[f64]) -> f64 {
    choice.uses.iter().fold(choice.gain, |gain, u| gain - prices[u.resource as usize] * u.amount)
}

/// The option a customer takes at these prices; the first of equals.
fn taken<'a>(group: &'a [Choice], prices: &[f64]) -> Option<&'a Choice> {
    let best = |best: Option<(&'a Choice, f64)>, choice: &'a Choice| {
        let net = net(choice, prices);
        if net > best.map_or(0.0, |b| b.1) { Some((choice, net)) } else { best }
    };
    group.iter().fold(None, best).map(|b| b.0)
}

fn usage(groups: &[&[Choice]], prices: &[f64], n: usize) -> Vec<f64> {
    let of = |groups: &[&[Choice]]| {
        let mut out = vec![0.0; n];
        for choice in groups.iter().filter_map(|group| taken(group, prices)) {
            choice.uses.iter().for_each(|u| out[u.resource as usize] += u.amount);
        }
        out
    };
    // Summed in the order of customers, however many threads there are.
    let parts: Vec<Vec<f64>> = groups.par_chunks(GROUPS_PER_TASK).map(of).collect();
    (0..n).map(|resource| parts.iter().map(|part| part[resource]).sum()).collect()
}

/// The lowest price of one resource at which it is not overused, the other prices given.
fn settle(groups: &[&[Choice]], prices: &mut [f64], resource: usize, limit: f64) {
    let mut used = |price: f64| {
        prices[resource] = price;
        usage(groups, prices, prices.len())[resource]
    };
    if used(0.0) <= limit {
        return;
    }
    let dear = |c: &Choice| {
        let amounts = c.uses.iter().filter(|u| u.resource as usize == resource && u.amount > 0.0);
        amounts.map(|u| c.gain / u.amount).fold(0.0, f64::max)
    };
    let (mut low, mut high) = (0.0, groups.iter().copied().flatten().map(dear).fold(0.0, f64::max));
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if used(middle) > limit { low = middle } else { high = middle }
    }
    prices[resource] = high;
}

/// Hands out the resources: first to those who take something at the prices, then, of what is left, to whoever loses least by
/// them.
fn fill(choices: &[Choice], groups: &[&[Choice]], prices: &[f64], limits: &[f64]) -> Vec<usize> {
    let mut left = limits.to_vec();
    let mut start = 0;
    // Per customer the options by what they gain after paying.
    let mut line: Vec<(f64, usize)> = Vec::new();
    let mut group_of = vec![0u32; choices.len()];
    for (g, group) in groups.iter().enumerate() {
        for place in start..start + group.len() {
            group_of[place] = g as u32;
            if choices[place].gain > 0.0 {
                line.push((net(&choices[place], prices), place));
            }
        }
        start += group.len();
    }
    line.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut is_served = vec![false; groups.len()];
    let mut out = Vec::new();
    for (_, place) in line {
        let choice = &choices[place];
        let fits = choice.uses.iter().all(|u| u.amount <= left[u.resource as usize] + 1e-9);
        let served = &mut is_served[group_of[place] as usize];
        if *served || !fits {
            continue;
        }
        *served = true;
        choice.uses.iter().for_each(|u| left[u.resource as usize] -= u.amount);
        out.push(place);
    }
    out.sort_unstable();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Draws;

    fn one(customer: u32, gain: f64, amount: f64) -> Choice {
        Choice { customer, gain, uses: vec![Use { resource: 0, amount }] }
    }

    /// The optimum when customers may be served in part: the classic greedy one.
    fn fractional(choices: &[Choice], limit: f64) -> f64 {
        let mut by_worth: Vec<(f64, f64)> = choices.iter().map(|c| (c.gain, c.uses[0].amount)).collect();
        by_worth.sort_by(|a, b| (b.0 / b.1).total_cmp(&(a.0 / a.1)));
        let mut left = limit;
        let share = |(gain, amount): (f64, f64)| {
            let part = (left / amount).min(1.0);
            left -= part * amount;
            gain * part
        };
        by_worth.into_iter().map(share).sum()
    }

    #[test]
    fn capacity_for_one_in_a_hundred_goes_to_the_best() {
        let mut draws = Draws::new(1, 2);
        let choices: Vec<Choice> = (0..50_000).map(|c| one(c, draws.gamma(0.5), 1.0)).collect();
        let (taken, _) = allot(&choices, &[500.0]);
        let got: f64 = taken.iter().map(|&i| choices[i].gain).sum();
        assert_eq!(taken.len(), 500);
        assert!((got / fractional(&choices, 500.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_budget_is_spent_nearly_as_well_as_if_customers_could_be_split() {
        let mut draws = Draws::new(3, 4);
        let choices: Vec<Choice> = (0..20_000).map(|c| one(c, draws.gamma(0.7), 0.1 + draws.gamma(2.0))).collect();
        let (taken, _) = allot(&choices, &[300.0]);
        let got: f64 = taken.iter().map(|&i| choices[i].gain).sum();
        let spent: f64 = taken.iter().map(|&i| choices[i].uses[0].amount).sum();
        assert!(spent <= 300.0 + 1e-6);
        assert!(got >= 0.999 * fractional(&choices, 300.0), "{got}");
    }

    /// Two options per customer and three resources at once: compared with the bound that the prices give.
    #[test]
    fn several_resources_are_kept_and_nearly_all_of_the_bound_is_reached() {
        let mut draws = Draws::new(5, 6);
        let mut choices = Vec::new();
        for customer in 0..20_000 {
            for channel in 0..2 {
                let gain = draws.gamma(0.8);
                let uses = vec![
                    Use { resource: 0, amount: 0.05 + 0.1 * f64::from(channel) + draws.uniform() },
                    Use { resource: 1, amount: 1.0 },
                    Use { resource: 2 + channel, amount: 1.0 },
                ];
                choices.push(Choice { customer, gain, uses });
            }
        }
        let limits = [400.0, 1500.0, 300.0, 2000.0];
        let (taken, prices) = allot(&choices, &limits);
        let mut used = [0.0; 4];
        taken.iter().flat_map(|&i| &choices[i].uses).for_each(|u| used[u.resource as usize] += u.amount);
        assert!(used.iter().zip(limits).all(|(used, limit)| *used <= limit + 1e-6), "{used:?}");
        let mut customers: Vec<u32> = taken.iter().map(|&i| choices[i].customer).collect();
        customers.dedup();
        assert_eq!(customers.len(), taken.len());
        let got: f64 = taken.iter().map(|&i| choices[i].gain).sum();
        // Weak duality: no allotment gains more than this, whatever the prices.
        let paid: f64 = prices.iter().zip(limits).map(|(price, limit)| price * limit).sum();
        let best = |group: &[Choice]| group.iter().map(|c| net(c, &prices)).fold(0.0, f64::max);
        let bound = paid + choices.chunk_by(|a, b| a.customer == b.customer).map(best).sum::<f64>();
        assert!(got >= 0.99 * bound, "{got} of {bound}");
    }

    #[test]
    fn nothing_scarce_nothing_refused() {
        let choices = [one(0, 1.0, 1.0), one(0, 2.0, 1.0), one(1, -1.0, 1.0), one(2, 0.5, 1.0)];
        assert_eq!(allot(&choices, &[10.0]).0, [1, 3]);
        assert_eq!(allot(&choices, &[0.0]).0, [0usize; 0]);
        assert_eq!(allot(&[], &[1.0]).0, [0usize; 0]);
    }
}

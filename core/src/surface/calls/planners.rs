//! Policies as they are given, made ready to decide.

use std::sync::{Arc, Mutex, PoisonError};

use super::arguments::read_argument;
use crate::error::Result;
use crate::offer::{Planner, Policy};

/// Policies that are kept ready, with the text each was given as: who asks about one customer asks with the same policy again, and
/// to read it and make it ready takes longer than to decide.
const N_KEPT: usize = 8;
static KEPT: Mutex<Vec<(Box<str>, Arc<Planner>)>> = Mutex::new(Vec::new());

/// The policy, read and checked.
pub(super) fn policy(json: &str) -> Result<Policy> {
    let policy: Policy = read_argument("policy", json)?;
    policy.validate().map_err(|e| e.under("policy"))?;
    Ok(policy)
}

/// The limits over all customers together, by their place in the policy.
pub(super) fn shared_limits(policy: &Policy) -> impl Iterator<Item = (String, f64)> + '_ {
    let of_all = [("capacity", policy.capacity.map(|n| n as f64)), ("budget", policy.budget)];
    let of_all = of_all.into_iter().map(|(name, limit)| (name.to_owned(), limit));
    let channels = policy.channels.iter().zip(0..);
    let channels = channels.map(|(c, place)| (format!("channels[{place}].capacity"), c.capacity.map(|n| n as f64)));
    let items = policy.items.iter().zip(0..).map(|(terms, place)| (format!("items[{place}].stock"), terms.stock));
    of_all.chain(channels).chain(items).filter_map(|(field, limit)| Some((field, limit?)))
}

/// The policy made ready.
pub(super) fn planner(policy: &str) -> Result<Planner> {
    Planner::new(read_argument("policy", policy)?).map_err(|e| e.under("policy"))
}

/// As [`planner`], or as it was kept from an earlier call. What is kept changes no answer.
pub(super) fn kept_planner(policy: &str) -> Result<Arc<Planner>> {
    {
        let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, planner)) = kept.iter().find(|(text, _)| **text == *policy) {
            return Ok(Arc::clone(planner));
        }
    }
    let planner = Arc::new(planner(policy)?);
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= N_KEPT {
        kept.remove(0);
    }
    kept.push((policy.into(), Arc::clone(&planner)));
    Ok(planner)
}

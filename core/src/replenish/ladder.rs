//! Life stages: the next need is not the same item again but the next step of a ladder.

use serde::{Deserialize, Serialize};

use super::catalog::hash_id;
use crate::error::{Error, Result};
use crate::event::EventId;
use crate::id::Id;
use crate::lists::repeated;
use crate::time::Timestamp;

/// Items that follow each other as the customer (or the child, the pet, the machine) grows: milk powder stage 1, 2, 3.
///
/// All items of a ladder serve one need: buying any of them postpones the reminder. The forecast names the first item
/// of the step on which the customer will be when the supply runs out.
///
/// ```
/// use beforehand::{Ladder, Step};
/// let ladder = Ladder::new("milk powder")
///     .step(Step::new(["stage-1"]).until_days(180.0))
///     .step(Step::new(["stage-2"]).until_days(360.0))
///     .step(Step::new(["stage-3"]));
/// assert!(ladder.validate().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// The need, for messages and results.
    pub name: String,
    /// The steps, first to last.
    pub steps: Vec<Step>,
    /// When each customer's clock started (the child's birth, say). A customer who is not listed is taken to have
    /// entered, with the first purchase on the ladder, at the start of that purchase's step.
    #[serde(default)]
    pub started_at: Vec<(EventId, Timestamp)>,
}

/// One step of a [`Ladder`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The items of the step; the first is the one proposed.
    pub items: Vec<EventId>,
    /// The age, in days on the ladder's clock, at which the step ends; `None` for the last step.
    #[serde(default)]
    pub until_days: Option<f64>,
}

impl Step {
    /// A step with its items, without an end.
    pub fn new<I: Into<EventId>>(items: impl IntoIterator<Item = I>) -> Self {
        Self { items: items.into_iter().map(Into::into).collect(), until_days: None }
    }

    /// Sets the age at which the step ends, days.
    #[must_use]
    pub fn until_days(mut self, days: f64) -> Self {
        self.until_days = Some(days);
        self
    }
}

impl Ladder {
    /// A ladder without steps.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), steps: Vec::new(), started_at: Vec::new() }
    }

    /// Adds the next step.
    #[must_use]
    pub fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Says when a customer's clock started.
    #[must_use]
    pub fn started(mut self, customer: impl Into<EventId>, at: Timestamp) -> Self {
        self.started_at.push((customer.into(), at));
        self
    }

    /// Checks that there are two steps or more, each with an item, and that the ages rise.
    ///
    /// # Errors
    /// `invalid_options` naming the step.
    pub fn validate(&self) -> Result<()> {
        let name = &self.name;
        let fail = |what: String| Err(Error::options("ladders", format!("ladder {name:?}: {what}")));
        if self.steps.len() < 2 {
            return fail(format!("has {} steps; a ladder needs two or more", self.steps.len()));
        }
        let mut age = 0.0;
        if let Some(item) = repeated(self.steps.iter().flat_map(|step| &step.items).map(ToString::to_string)) {
            return fail(format!("names item {item} twice; an item stands on one step"));
        }
        for (i, step) in self.steps.iter().enumerate() {
            if step.items.is_empty() {
                return fail(format!("step {} has no item; name at least one", i + 1));
            }
            match step.until_days {
                Some(until) if until.is_finite() && until > age => age = until,
                Some(until) => {
                    return fail(format!("step {} ends at {until} days; it must end after {age} days", i + 1));
                }
                None if i + 1 < self.steps.len() => {
                    return fail(format!("step {} has no until_days; only the last step may go without", i + 1));
                }
                None => {}
            }
        }
        Ok(())
    }

    /// The same ladder with its customers in the order in which [`Self::step_at`] looks for them; of one named twice the first counts.
    pub(crate) fn in_order(mut self) -> Self {
        self.started_at.sort_by_cached_key(|(customer, _)| hash_id(customer.as_id(), 0, &mut String::new()));
        self
    }

    /// When a customer's clock started; customers stand in order.
    fn start_of(&self, customer: Id<'_>) -> Option<Timestamp> {
        let mut text = String::new();
        let wanted = hash_id(customer, 0, &mut text);
        let from = self.started_at.partition_point(|(c, _)| hash_id(c.as_id(), 0, &mut text) < wanted);
        let alike =
            self.started_at[from..].iter().take_while(|(c, _)| hash_id(c.as_id(), 0, &mut String::new()) == wanted);
        alike.into_iter().find(|(c, _)| same(c.as_id(), customer)).map(|(_, at)| *at)
    }

    /// The step on which an item stands.
    pub(crate) fn step_of(&self, item: Id<'_>) -> Option<usize> {
        self.steps.iter().position(|s| s.items.iter().any(|i| same(i.as_id(), item)))
    }

    /// The age at which a step begins, days.
    fn begins_days(&self, step: usize) -> f64 {
        if step == 0 { 0.0 } else { self.steps[step - 1].until_days.unwrap_or(0.0) }
    }

    /// The step a customer will be on `days` after `as_of`, given the first purchase on the ladder and the last one's
    /// step. Nobody goes back a step. Customers stand [in order](Self::in_order).
    pub(crate) fn step_at(
        &self,
        customer: Id<'_>,
        first: (usize, Timestamp),
        last_step: usize,
        as_of: Timestamp,
        days: f64,
    ) -> usize {
        let age = match self.start_of(customer) {
            Some(at) => as_of.days_since(at) + days,
            None => self.begins_days(first.0) + as_of.days_since(first.1) + days,
        };
        let by_age = self.steps.iter().position(|s| s.until_days.is_none_or(|until| age < until));
        by_age.unwrap_or(self.steps.len() - 1).max(last_step)
    }
}

/// Whether two identifiers are the same, a number and its decimal text being so.
fn same(a: Id<'_>, b: Id<'_>) -> bool {
    match (a, b) {
        (Id::Int(i), Id::Str(s)) | (Id::Str(s), Id::Int(i)) => i.to_string() == s,
        _ => a == b,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Options;
    use super::*;

    fn milk() -> Ladder {
        Ladder::new("milk")
            .step(Step::new(["s1"]).until_days(180.0))
            .step(Step::new(["s2"]).until_days(360.0))
            .step(Step::new(["s3"]))
    }

    #[test]
    fn the_step_follows_the_age_at_run_out() {
        let ladder = milk();
        let first: Timestamp = "2026-01-01".parse().unwrap();
        let as_of = first.plus_days(176.0);
        let customer = Id::from("c");
        assert_eq!(ladder.step_at(customer, (0, first), 0, as_of, 3.0), 0);
        assert_eq!(ladder.step_at(customer, (0, first), 0, as_of, 5.0), 1);
        // Entered on the second step: the clock is taken to have stood at its start.
        assert_eq!(ladder.step_at(customer, (1, first), 1, as_of, 3.0), 1);
        // Nobody goes back.
        assert_eq!(ladder.step_at(customer, (0, first), 2, as_of, 0.0), 2);
        let born = ladder.started("c", first.plus_days(-200.0));
        assert_eq!(born.step_at(customer, (0, first), 0, as_of, 3.0), 2);
        // Among many, some by number and some by its text; the first word counts.
        let many = (0..500i64).fold(milk(), |ladder, c| {
            let at = first.plus_days(-c as f64);
            let ladder = if c % 2 == 0 { ladder.started(c, at) } else { ladder.started(c.to_string(), at) };
            ladder.started(c, first)
        });
        let many = many.in_order();
        for c in 0..500i64 {
            let start = Some(first.plus_days(-c as f64));
            assert_eq!((many.start_of(Id::Int(c)), many.start_of(Id::Str(&c.to_string()))), (start, start));
        }
        assert_eq!(many.start_of(Id::Int(500)), None);
    }

    #[test]
    fn wrong_ladders_are_refused_with_the_step() {
        assert!(Ladder::new("x").validate().is_err());
        let error = milk().step(Step::new(["s4"])).validate().unwrap_err();
        assert!(error.to_string().contains("step 3"), "{error}");
        let error = Ladder::new("x")
            .step(Step::new(["a"]).until_days(10.0))
            .step(Step::new(["b"]).until_days(5.0))
            .validate()
            .unwrap_err();
        assert!(error.to_string().contains("after 10 days"), "{error}");
        let twice = Ladder::new("x").step(Step::new(["1", "2"]).until_days(10.0)).step(Step::new([1i64]));
        assert!(twice.validate().unwrap_err().to_string().contains("names item 1 twice"));
        let options = Options { ladders: vec![milk(), milk()], ..Options::default() };
        assert!(options.validate().unwrap_err().to_string().contains("two ladders \"milk\""));
    }
}

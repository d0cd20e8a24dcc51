//! Which scenario a log can carry: what each needs, and the verdict.

use serde::{Deserialize, Serialize};

use super::checks as c;
use super::log::LogFacts;

/// What the library can do with a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scenario {
    /// When will this customer buy this item again.
    Replenishment,
    /// How many days of supply are left, from quantities and pack sizes.
    SupplyLeft,
    /// A purchase of another size or brand postpones the reminder.
    Substitutes,
    /// The next need is another item: the next stage of a ladder.
    LifeStage,
    /// Who without a contract will not come back.
    Lapse,
    /// Who with a contract will not renew.
    Renewal,
    /// Whose usage is falling.
    Decline,
    /// Whether, when, with which offer and on which channel to contact.
    OfferTiming,
    /// What the next card bill will be, and whether it can be paid.
    CardBill,
    /// Who needs funds.
    FinancialNeed,
    /// One person behind many identifiers.
    Identity,
    /// What was said before, and what is still open.
    Memory,
    /// What a message or a return really asks for.
    ImplicitNeed,
    /// What proactive service earned, against a holdout.
    Outcome,
}

/// Whether a log can carry a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Readiness {
    /// It cannot; what is needed is not in the log.
    Missing,
    /// It can answer, widely and with little to test it on.
    Thin,
    /// It can, and the answer can be tested on the log itself.
    Ready,
}

/// What a check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CheckCode {
    /// Days from the first to the last event.
    Span,
    /// Pairs of customer and item bought on two or more days.
    RepeatedPairs,
    /// Median purchase cycles that fit into the log.
    Cycles,
    /// Days from the last event to `as_of`.
    Freshness,
    /// Customers with visits on two or more days.
    ReturningCustomers,
    /// Share of events with a quantity other than 1.
    Quantity,
    /// Share of events whose item has a pack size.
    PackSize,
    /// Share of events whose item has a need.
    Need,
    /// Needs that two or more items serve.
    SharedNeeds,
    /// Share of events whose item has a category.
    Category,
    /// Customers who moved on from one item to another of the same need or category.
    MovedOn,
    /// Customers active in most weeks.
    WeeklyCustomers,
    /// Share of events with an amount.
    Amount,
    /// Instants finer than a day.
    TimeOfDay,
    /// Returns that name the purchase they undo.
    Returns,
    /// Records that an order log does not hold; `words` names them.
    OtherRecords,
}

/// One thing a scenario needs, what was found of it, and what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Check {
    /// What was looked at.
    pub code: CheckCode,
    /// How far it carries the scenario.
    pub readiness: Readiness,
    /// Whether the scenario depends on it; otherwise it would only improve the answer.
    pub required: bool,
    /// What was found, in the unit of the code; `None` when it cannot be in an order log.
    pub found: Option<f64>,
    /// What `ready` asks for, in the same unit: at least this, for `freshness` at most this.
    pub needed: Option<f64>,
    /// The same in plain words.
    pub words: String,
    /// What to do; `None` when there is nothing to do.
    pub todo: Option<String>,
}

/// A scenario, whether the log can carry it, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ScenarioReadiness {
    /// The scenario.
    pub scenario: Scenario,
    /// The lowest readiness of the required checks.
    pub readiness: Readiness,
    /// The reasons, required ones first.
    pub checks: Vec<Check>,
}

/// Judges all scenarios, in the order of the enum.
pub(super) fn judge(log: &LogFacts) -> Vec<ScenarioReadiness> {
    use Scenario as S;
    let replenishment =
        vec![c::repeats(log), c::span(log, c::SPAN_THIN_DAYS, c::SPAN_READY_DAYS), c::cycles(log), c::fresh(log)];
    let lapse = vec![c::returning(log), c::span(log, c::LAPSE_THIN_DAYS, c::LAPSE_READY_DAYS), c::fresh(log)];
    let with = |base: &[Check], more: Vec<Check>| [base.to_vec(), more].concat();
    let scenarios = [
        (S::Replenishment, with(&replenishment, vec![c::quantity(log).optional(), c::category(log).optional()])),
        (S::SupplyLeft, with(&replenishment, vec![c::quantity(log), c::pack_size(log).optional()])),
        (S::Substitutes, with(&replenishment, vec![c::groups(log), c::shared_needs(log).optional()])),
        (
            S::LifeStage,
            vec![
                c::moved_on(log),
                c::span(log, c::SPAN_THIN_DAYS, c::SPAN_READY_DAYS),
                c::fresh(log),
                c::groups(log).optional(),
            ],
        ),
        (S::Lapse, lapse),
        (
            S::Renewal,
            vec![c::other(
                "Contract terms are not in an order log.",
                "Provide one row per contract: customer, start, end or renewal date, plan, price, and cancellation date if any.",
            )],
        ),
        (S::Decline, vec![c::weekly(log), c::span(log, c::LAPSE_THIN_DAYS, c::LAPSE_THIN_DAYS), c::fresh(log)]),
        (
            S::OfferTiming,
            vec![
                c::timing(log),
                c::thin(c::other(
                    "The log says when a need falls due, not what an offer changes: contacts and their results are not in it.",
                    "Record each contact (customer, instant, channel, offer) and keep a random tenth of customers without \
                     contact.",
                )),
                c::amount(log).optional(),
                c::time_of_day(log).optional(),
            ],
        ),
        (
            S::CardBill,
            vec![
                c::other(
                    "Card statements are not in an order log.",
                    "Provide statements (date, due date, amount, amount paid), card transactions and the limit.",
                ),
                c::amount(log).optional(),
            ],
        ),
        (
            S::FinancialNeed,
            vec![c::other(
                "Income, balances and products held are not in an order log.",
                "Provide account movements (instant, amount, kind) and the products each customer holds.",
            )],
        ),
        (
            S::Identity,
            vec![c::other(
                "The log has one identifier per customer: persons behind several cannot be seen.",
                "Provide one row per identifier: source, identifier, and phone, e-mail, name and address where known.",
            )],
        ),
        (
            S::Memory,
            vec![c::other(
                "Conversations are not in an order log.",
                "Provide contacts in both directions with instant, channel, text, and whether the matter is closed.",
            )],
        ),
        (
            S::ImplicitNeed,
            vec![if log.n_returns > 0 { c::thin(c::messages()) } else { c::messages() }, c::returns(log).optional()],
        ),
        (
            S::Outcome,
            vec![c::other(
                "Without a record of who was contacted and who was held out, nothing can be claimed for the contact.",
                "Record each contact with its cost, and keep a random holdout without contact from the first day on.",
            )],
        ),
    ];
    scenarios.into_iter().map(|(scenario, checks)| verdict(scenario, checks)).collect()
}

fn verdict(scenario: Scenario, mut checks: Vec<Check>) -> ScenarioReadiness {
    checks.sort_by_key(|check| !check.required);
    let required = checks.iter().filter(|check| check.required).map(|check| check.readiness);
    let readiness = required.min().unwrap_or(Readiness::Missing);
    ScenarioReadiness { scenario, readiness, checks }
}

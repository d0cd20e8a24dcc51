//! The day's decisions: who is contacted, and one decision explained.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::dates::Dates;
use super::svg::{count, name};
use crate::error::Result;
use crate::history::HistoryView;
use crate::id::Id;
use crate::model::Model;
use crate::offer::{Planner, Policy};
use crate::table::{Cell, Column, Table};
use crate::time::Timestamp;

/// Contacts listed at most.
const SHOWN: usize = 12;

/// What a policy makes of everyone's needs on one day.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DecisionsShown {
    /// How many customers are contacted, waited for, left alone, handed to a person.
    pub n_by_action: BTreeMap<String, u64>,
    /// What the contacts are expected to gain over none, in the currency of the orders.
    pub expected_margin: f64,
    /// Contacts, those that gain most first.
    pub contacts: Vec<ContactShown>,
    /// The first of them explained, a line per thought.
    pub explained: Vec<String>,
}

/// One contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactShown {
    /// Who.
    pub customer: String,
    /// What about, as readers know it.
    pub item: String,
    /// The offer, by name.
    pub offer: String,
    /// The channel, by name.
    pub channel: String,
    /// When to send.
    pub contact_at: Timestamp,
    /// What it is expected to gain over none.
    pub expected_margin: f64,
}

impl DecisionsShown {
    /// What a policy makes of a history's customers; items are called by the names given.
    pub(super) fn of(
        model: &Model,
        view: &HistoryView<'_>,
        as_of: Timestamp,
        policy: &Policy,
        item_names: &BTreeMap<String, String>,
    ) -> Result<Self> {
        let planner = Planner::new(policy.clone())?;
        let decisions = planner.decide_all(model, view.clone(), as_of)?;
        let mut out = Self { expected_margin: decisions.expected_margin, ..Self::default() };
        let table = decisions.table();
        let mut rows = Vec::new();
        for row in 0..table.n_rows() {
            let action = text(table, "action", row);
            if action == "contact" {
                rows.push((number(table, "expected_margin", row), row));
            }
            *out.n_by_action.entry(action).or_default() += 1;
        }
        rows.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for &(expected_margin, row) in rows.iter().take(SHOWN) {
            let item = text(table, "item", row);
            let Some(Cell::Timestamp(contact_at)) = table.column("at").map(|c| c.get(row)) else { continue };
            out.contacts.push(ContactShown {
                customer: text(table, "customer", row),
                item: item_names.get(&item).cloned().unwrap_or(item),
                offer: text(table, "offer", row),
                channel: text(table, "channel", row),
                contact_at,
                expected_margin,
            });
        }
        if let Some(&(_, row)) = rows.first() {
            let customer = match table.column("customer") {
                Some(Column::Ints(ids)) => view.history().customer(Id::Int(ids[row]))?,
                _ => view.history().customer(text(table, "customer", row).as_str())?,
            };
            let decision = planner.decide(model, customer, as_of)?;
            out.explained = decision.reasoning().words.lines().map(ToOwned::to_owned).collect();
        }
        Ok(out)
    }
}

fn text(table: &Table, column: &str, row: usize) -> String {
    match table.column(column).map(|c| c.get(row)) {
        Some(Cell::Text(text)) => text.to_owned(),
        Some(Cell::Int(int)) => int.to_string(),
        _ => String::new(),
    }
}

fn number(table: &Table, column: &str, row: usize) -> f64 {
    match table.column(column).map(|c| c.get(row)) {
        Some(Cell::Number(number)) => number,
        _ => 0.0,
    }
}

pub(super) fn section(shown: &DecisionsShown, dates: &Dates) -> Markup {
    let n = |action: &str| count(shown.n_by_action.get(action).copied().unwrap_or(0));
    html! {
        section {
            h2 { "Decisions" }
            p.soft {
                "Every need was weighed against doing nothing, on every day ahead, with every offer on every channel. Today "
                (n("contact")) " customers are contacted, " (n("wait")) " are waited for, " (n("abstain")) " left alone, "
                (n("hand_off")) " handed to a person. The contacts are expected to earn "
                (format!("{:.2}", shown.expected_margin)) " more than none."
            }
            @if !shown.contacts.is_empty() {
                div.scroll role="region" aria-label="Contacts" tabindex="0" {
                    table.stack role="table" {
                        thead role="rowgroup" {
                            tr role="row" {
                                th.id scope="col" role="columnheader" { "Customer" }
                                th.name scope="col" role="columnheader" { "Item" }
                                th.text scope="col" role="columnheader" { "Offer" }
                                th.text scope="col" role="columnheader" { "Channel" }
                                th.text scope="col" role="columnheader" { "Send" }
                                th scope="col" role="columnheader" { "Gain" }
                            }
                        }
                        tbody role="rowgroup" {
                            @for c in &shown.contacts {
                                tr role="row" {
                                    th.id scope="row" role="rowheader" data-label="Customer" { (name(&c.customer)) }
                                    td.name role="cell" data-label="Item" { span { (name(&c.item)) } }
                                    td.text role="cell" data-label="Offer" { (c.offer) }
                                    td.text role="cell" data-label="Channel" { (c.channel) }
                                    td.text role="cell" data-label="Send" { (dates.long(c.contact_at)) }
                                    td role="cell" data-label="Gain" { (format!("{:.2}", c.expected_margin)) }
                                }
                            }
                        }
                    }
                }
            }
            @if !shown.explained.is_empty() {
                details {
                    summary { "Why the first of them" }
                    ul { @for line in &shown.explained { li { (line) } } }
                }
            }
        }
    }
}

//! Which column of a table holds what.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What a column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Customer,
    Time,
    Item,
    Quantity,
    Amount,
    Kind,
    Category,
    Need,
    PackSize,
    Order,
    Undoes,
    Channel,
    Offer,
    Propensity,
}

/// Which column of a table holds what, by name.
///
/// `customer`, `time` and `item` must be there. The optional columns are used when the table has them: under the names
/// given here, or where `None` is given, not at all.
///
/// ```
/// use beforehand::ColumnNames;
/// let names = ColumnNames { customer: "CustomerID".into(), time: "InvoiceDate".into(), ..ColumnNames::default() };
/// assert_eq!(names.item, "item");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ColumnNames {
    /// Who. Default `customer`.
    pub customer: String,
    /// When. Default `at`.
    pub time: String,
    /// What. Default `item`.
    pub item: String,
    /// How many units. Default: `quantity` if the table has it.
    pub quantity: Option<String>,
    /// What the row cost in total. Default: `amount` if the table has it.
    pub amount: Option<String>,
    /// Purchase, return, contact and so on, in the words of [`EventKind::from_word`](crate::EventKind::from_word); a purchase
    /// where nothing stands. Default: `kind` if the table has it.
    pub kind: Option<String>,
    /// The category of the item. Default: `category` if the table has it.
    pub category: Option<String>,
    /// The need the item serves. Default: `need` if the table has it.
    pub need: Option<String>,
    /// The content of one unit. Default: `pack_size` if the table has it.
    pub pack_size: Option<String>,
    /// The order the row belongs to. Default: `order` if the table has it.
    pub order: Option<String>,
    /// The order that a return undoes; a row that names one, and no kind, is a return. Default: `undoes` if the table has it.
    pub undoes: Option<String>,
    /// The channel of a contact. Default: `channel` if the table has it.
    pub channel: Option<String>,
    /// What a contact offered. Default: `offer` if the table has it.
    pub offer: Option<String>,
    /// The probability with which a contact, or its being held out, was drawn. Default: `propensity` if the table has it.
    pub propensity: Option<String>,
}

impl Default for ColumnNames {
    fn default() -> Self {
        let name = |f: Field| Some(default_name(f).to_owned());
        Self {
            customer: default_name(Field::Customer).to_owned(),
            time: default_name(Field::Time).to_owned(),
            item: default_name(Field::Item).to_owned(),
            quantity: name(Field::Quantity),
            amount: name(Field::Amount),
            kind: name(Field::Kind),
            category: name(Field::Category),
            need: name(Field::Need),
            pack_size: name(Field::PackSize),
            order: name(Field::Order),
            undoes: name(Field::Undoes),
            channel: name(Field::Channel),
            offer: name(Field::Offer),
            propensity: name(Field::Propensity),
        }
    }
}

/// The places of the columns in a table.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) customer: usize,
    pub(super) time: usize,
    pub(super) item: usize,
    pub(super) quantity: Option<usize>,
    pub(super) amount: Option<usize>,
    pub(super) kind: Option<usize>,
    pub(super) category: Option<usize>,
    pub(super) need: Option<usize>,
    pub(super) pack_size: Option<usize>,
    pub(super) order: Option<usize>,
    pub(super) undoes: Option<usize>,
    pub(super) channel: Option<usize>,
    pub(super) offer: Option<usize>,
    pub(super) propensity: Option<usize>,
}

impl ColumnNames {
    /// The names of all columns that a table may be asked for.
    pub fn used(&self) -> impl Iterator<Item = &str> {
        let optional = [
            &self.quantity,
            &self.amount,
            &self.kind,
            &self.category,
            &self.need,
            &self.pack_size,
            &self.order,
            &self.undoes,
            &self.channel,
            &self.offer,
            &self.propensity,
        ];
        let required = [&self.customer, &self.time, &self.item].into_iter().map(String::as_str);
        required.chain(optional.into_iter().filter_map(|name| name.as_deref()))
    }

    /// The caller's name for a field.
    pub(super) fn of(&self, field: Field) -> &str {
        let optional = match field {
            Field::Customer => return &self.customer,
            Field::Time => return &self.time,
            Field::Item => return &self.item,
            Field::Quantity => &self.quantity,
            Field::Amount => &self.amount,
            Field::Kind => &self.kind,
            Field::Category => &self.category,
            Field::Need => &self.need,
            Field::PackSize => &self.pack_size,
            Field::Order => &self.order,
            Field::Undoes => &self.undoes,
            Field::Channel => &self.channel,
            Field::Offer => &self.offer,
            Field::Propensity => &self.propensity,
        };
        optional.as_deref().unwrap_or(default_name(field))
    }

    /// Finds the columns in a table's header.
    pub(super) fn find(&self, header: &[&str]) -> Result<Places> {
        let required = |field| self.place(field, self.of(field), header);
        let optional = |field, name: &Option<String>| match name.as_deref() {
            None => Ok(None),
            // A default name is a habit, not a request.
            Some(n) if n == default_name(field) && !header.contains(&n) => Ok(None),
            Some(n) => self.place(field, n, header).map(Some),
        };
        let kind = optional(Field::Kind, &self.kind)?;
        // Without kinds there are no contacts, and a column that happens to have such a name holds something else.
        let of_contact = |field, name: &Option<String>| match name.as_deref() {
            Some(n) if kind.is_none() && n == default_name(field) => Ok(None),
            _ => optional(field, name),
        };
        Ok(Places {
            customer: required(Field::Customer)?,
            time: required(Field::Time)?,
            item: required(Field::Item)?,
            quantity: optional(Field::Quantity, &self.quantity)?,
            amount: optional(Field::Amount, &self.amount)?,
            kind,
            category: optional(Field::Category, &self.category)?,
            need: optional(Field::Need, &self.need)?,
            pack_size: optional(Field::PackSize, &self.pack_size)?,
            order: optional(Field::Order, &self.order)?,
            undoes: optional(Field::Undoes, &self.undoes)?,
            channel: of_contact(Field::Channel, &self.channel)?,
            offer: of_contact(Field::Offer, &self.offer)?,
            propensity: of_contact(Field::Propensity, &self.propensity)?,
        })
    }

    #[allow(clippy::unused_self)]
    fn place(&self, field: Field, name: &str, header: &[&str]) -> Result<usize> {
        let mut found = header.iter().enumerate().filter(|(_, h)| **h == name).map(|(i, _)| i);
        match (found.next(), found.next()) {
            (Some(place), None) => Ok(place),
            (Some(_), Some(_)) => {
                Err(Error::data(name, format!("the table has more than one column {name:?}; rename all but one")))
            }
            (None, _) => {
                let nearest = header.iter().min_by_key(|h| distance(name, h));
                let hint = nearest.map_or_else(
                    || "the table has no columns".to_owned(),
                    |n| format!("did you mean {n:?}? The columns are {}", listed(header)),
                );
                let what = default_name(field);
                Err(Error::data(name, format!("the table has no column {name:?} (for {what}); {hint}")))
            }
        }
    }
}

const fn default_name(field: Field) -> &'static str {
    match field {
        Field::Customer => "customer",
        Field::Time => "at",
        Field::Item => "item",
        Field::Quantity => "quantity",
        Field::Amount => "amount",
        Field::Kind => "kind",
        Field::Category => "category",
        Field::Need => "need",
        Field::PackSize => "pack_size",
        Field::Order => "order",
        Field::Undoes => "undoes",
        Field::Channel => "channel",
        Field::Offer => "offer",
        Field::Propensity => "propensity",
    }
}

/// The names, quoted; at most fifty, for a table may have thousands.
fn listed(header: &[&str]) -> String {
    let shown: Vec<String> = header.iter().take(50).map(|h| format!("{h:?}")).collect();
    let more = if header.len() > 50 { format!(" and {} more", header.len() - 50) } else { String::new() };
    shown.join(", ") + &more
}

/// How many letters to insert, delete or change to make one name the other; case does not count.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(200).flat_map(char::to_lowercase).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().take(200).flat_map(char::to_lowercase).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let change = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_gets_the_nearest_one() {
        assert_eq!(distance("customer", "Customer"), 0);
        assert_eq!(distance("kitten", "sitting"), 3);
        let names = ColumnNames { item: "stock_code".into(), ..Default::default() };
        let error = names.find(&["customer", "at", "StockCode", "price"]).expect_err("no such column");
        assert_eq!(error.field(), Some("stock_code"));
        let message = error.to_string();
        assert!(message.contains("did you mean \"StockCode\"?") && message.contains("\"price\""), "{message}");
    }

    #[test]
    fn optional_columns_are_needed_only_when_asked_for() {
        let header = ["customer", "at", "item", "amount"];
        let places = ColumnNames::default().find(&header).expect("places");
        assert_eq!((places.amount, places.quantity), (Some(3), None));
        let none = ColumnNames { amount: None, ..Default::default() }.find(&header).expect("places");
        assert_eq!(none.amount, None);
        assert!(ColumnNames { quantity: Some("qty".into()), ..Default::default() }.find(&header).is_err());
        assert!(ColumnNames::default().find(&["customer", "at", "item", "item"]).is_err());
    }
}

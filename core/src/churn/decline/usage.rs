//! How much customers used a product: counts per customer and period, and per module.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorCode, Result};
use crate::event::EventId;
use crate::history::IdColumn;
use crate::id::Id;

/// Periods from the first to the last at most: two centuries of weeks, nine years of days.
const MAX_PERIODS: i64 = 10_000;
/// The largest count.
const MAX_COUNT: f64 = 1e12;
/// Customers times periods at most.
const MAX_CELLS: usize = 1 << 31;

/// What a period without a row means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MissingPeriods {
    /// The customer did not use the product: a count of 0, from the customer's first row to the last period of the whole
    /// table. Right for logs of events.
    #[default]
    Zero,
    /// Nothing is known of the period, and nothing is concluded from it.
    Unknown,
}

/// One row: what a customer used in one period.
///
/// ```
/// use beforehand::churn::UsageRow;
/// let row = UsageRow::new("acme", 12, 37.0).module("reports");
/// assert_eq!(row.module.as_deref(), Some("reports"));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsageRow {
    /// Who: a customer, account or team.
    pub customer: EventId,
    /// The number of the period: weeks (or days, months …) counted from any first one.
    pub period: i64,
    /// How much was used, 0 to 1e12, resolved to 1/4096: sessions, logins, documents. NaN when nothing is known of the period.
    pub count: f64,
    /// The module or feature used. Counts of a customer's modules add up.
    #[serde(default)]
    pub module: Option<String>,
}

impl UsageRow {
    /// A row without a module.
    pub fn new(customer: impl Into<EventId>, period: i64, count: f64) -> Self {
        Self { customer: customer.into(), period, count, module: None }
    }

    /// The row, of a module.
    #[must_use]
    pub fn module(mut self, module: impl Into<String>) -> Self {
        self.module = Some(module.into());
        self
    }
}

/// The same as columns of equal length, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct UsageColumns<'a> {
    /// Who.
    pub customer: IdColumn<'a>,
    /// The number of the period.
    pub period: &'a [i64],
    /// How much, 0 or more; NaN when nothing is known of the period.
    pub count: &'a [f64],
    /// Which module, where known.
    pub module: Option<IdColumn<'a>>,
}

/// Counts per customer and period, checked and sorted.
///
/// ```
/// use beforehand::churn::{MissingPeriods, Usage, UsageRow};
/// let rows = [UsageRow::new("acme", 0, 5.0), UsageRow::new("acme", 2, 4.0), UsageRow::new("zenith", 1, 9.0)];
/// let usage = Usage::from_rows(rows, MissingPeriods::Zero)?;
/// assert_eq!((usage.n_customers(), usage.first_period(), usage.last_period()), (2, 0, 2));
/// assert_eq!(usage.count(&"acme".into(), 1), Some(0.0));
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Usage {
    pub(super) customers: Vec<EventId>,
    /// Each customer's first period, and where the counts begin; one more for the end.
    pub(super) first: Vec<i64>,
    offsets: Vec<usize>,
    /// NaN where nothing is known.
    counts: Vec<f32>,
    pub(super) modules: Vec<EventId>,
    /// Per customer, where its rows of modules begin; empty without modules.
    module_offsets: Vec<usize>,
    module_rows: Vec<ModuleRow>,
    last_period: i64,
    /// How many periods make a year, if it is known.
    pub(super) periods_per_year: Option<f64>,
}

/// Use of one module in one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ModuleRow {
    pub(super) module: u32,
    pub(super) period: i64,
    pub(super) count: f32,
}

impl Usage {
    /// From rows in any order; rows of one customer, period and module add up.
    ///
    /// # Errors
    /// `empty_data` without a row; `invalid_data` for a negative or infinite count, or periods more than 10,000 apart.
    pub fn from_rows(rows: impl IntoIterator<Item = UsageRow>, missing: MissingPeriods) -> Result<Self> {
        let rows: Vec<UsageRow> = rows.into_iter().collect();
        let modules: Vec<Option<&str>> = rows.iter().map(|r| r.module.as_deref()).collect();
        let any = modules.iter().any(Option::is_some);
        Builder {
            n_rows: rows.len(),
            customer: |r: usize| Some(rows[r].customer.as_id()),
            period: |r: usize| rows[r].period,
            count: |r: usize| rows[r].count,
            module: any.then_some(|r: usize| modules[r].map(Id::Str)),
        }
        .build(missing)
    }

    /// From columns; as [`Self::from_rows`].
    ///
    /// # Errors
    /// As [`Self::from_rows`]; `invalid_data` for columns of different lengths or a missing customer.
    pub fn from_columns(columns: &UsageColumns<'_>, missing: MissingPeriods) -> Result<Self> {
        let n_rows = columns.period.len();
        let lengths = [
            ("customer", len_of(&columns.customer)),
            ("count", columns.count.len()),
            ("module", columns.module.as_ref().map_or(n_rows, len_of)),
        ];
        for (name, len) in lengths {
            if len != n_rows {
                return Err(Error::data(
                    name,
                    format!("column {name} has {len} rows, period has {n_rows}; give columns of equal length"),
                ));
            }
        }
        Builder {
            n_rows,
            customer: |r| id_at(&columns.customer, r),
            period: |r| columns.period[r],
            count: |r| columns.count[r],
            module: columns.module.map(|m| move |r: usize| id_at(&m, r)),
        }
        .build(missing)
    }

    /// How many customers.
    pub fn n_customers(&self) -> usize {
        self.customers.len()
    }

    /// The customers, sorted.
    pub fn customers(&self) -> &[EventId] {
        &self.customers
    }

    /// The modules, sorted; empty when no row names one.
    pub fn modules(&self) -> &[EventId] {
        &self.modules
    }

    /// The first period of any customer.
    pub fn first_period(&self) -> i64 {
        self.first.iter().copied().min().unwrap_or_default()
    }

    /// The last period of any customer.
    pub fn last_period(&self) -> i64 {
        self.last_period
    }

    /// A customer's count in a period; `None` when nothing is known of it.
    pub fn count(&self, customer: &EventId, period: i64) -> Option<f64> {
        let code = self.code(customer)?;
        let place = usize::try_from(period.checked_sub(self.first[code])?).ok()?;
        self.series(code).get(place).filter(|x| !x.is_nan()).map(|&x| f64::from(x))
    }

    pub(super) fn code(&self, customer: &EventId) -> Option<usize> {
        self.customers.binary_search(customer).ok()
    }

    /// A customer's counts from the first period on; NaN where nothing is known.
    pub(super) fn series(&self, customer: usize) -> &[f32] {
        &self.counts[self.offsets[customer]..self.offsets[customer + 1]]
    }

    /// A customer's use of modules, by module and period.
    pub(super) fn module_rows(&self, customer: usize) -> &[ModuleRow] {
        match self.module_offsets.get(customer..customer + 2) {
            Some(&[start, end]) => &self.module_rows[start..end],
            _ => &[],
        }
    }
}

fn len_of(column: &IdColumn<'_>) -> usize {
    match column {
        IdColumn::Ints(x) => x.len(),
        IdColumn::OptionalInts(x) => x.len(),
        IdColumn::Strs(x) => x.len(),
        IdColumn::OptionalStrs(x) => x.len(),
        IdColumn::Strings(x) => x.len(),
        IdColumn::Codes { codes, .. } => codes.len(),
    }
}

fn id_at<'a>(column: &IdColumn<'a>, row: usize) -> Option<Id<'a>> {
    let text = |s: &'a str| (!s.is_empty()).then_some(Id::Str(s));
    match *column {
        IdColumn::Ints(x) => Some(Id::Int(x[row])),
        IdColumn::OptionalInts(x) => x[row].map(Id::Int),
        IdColumn::Strs(x) => text(x[row]),
        IdColumn::OptionalStrs(x) => x[row].and_then(text),
        IdColumn::Strings(x) => text(&x[row]),
        IdColumn::Codes { codes, values } => values.get(codes[row] as usize).copied().and_then(text),
    }
}

/// Multiples of 1/4096 add up to the same in every order.
fn rounded(count: f64) -> f64 {
    (count * 4096.0).round() / 4096.0
}

/// Identifiers in order, and each row's rank among them.
struct Ranks<'a> {
    ids: Vec<Id<'a>>,
    /// `u32::MAX` where there is none.
    of_row: Vec<u32>,
}

impl<'a> Ranks<'a> {
    fn new(n_rows: usize, id: impl Fn(usize) -> Option<Id<'a>>) -> Self {
        let mut codes: HashMap<Id<'a>, u32, FixedState> = HashMap::default();
        let (mut ids, mut of_row) = (Vec::new(), Vec::with_capacity(n_rows));
        let mut last: Option<(Id<'a>, u32)> = None;
        for row in 0..n_rows {
            let Some(id) = id(row) else {
                of_row.push(u32::MAX);
                continue;
            };
            // Rows of one customer often follow each other.
            let code = match last {
                Some((same, code)) if same == id => code,
                _ => *codes.entry(id).or_insert_with(|| {
                    ids.push(id);
                    ids.len() as u32 - 1
                }),
            };
            last = Some((id, code));
            of_row.push(code);
        }
        let mut order: Vec<u32> = (0..ids.len() as u32).collect();
        order.sort_unstable_by_key(|&c| ids[c as usize]);
        let mut rank = vec![0u32; ids.len()];
        for (r, &c) in order.iter().enumerate() {
            rank[c as usize] = r as u32;
        }
        for code in of_row.iter_mut().filter(|c| **c != u32::MAX) {
            *code = rank[*code as usize];
        }
        Self { ids: order.into_iter().map(|c| ids[c as usize]).collect(), of_row }
    }

    fn owned(&self) -> Vec<EventId> {
        self.ids.iter().map(|&id| id.into()).collect()
    }
}

/// Rows from wherever they come.
struct Builder<C, P, X, M> {
    n_rows: usize,
    customer: C,
    period: P,
    count: X,
    module: Option<M>,
}

impl<'a, C, P, X, M> Builder<C, P, X, M>
where
    C: Fn(usize) -> Option<Id<'a>>,
    P: Fn(usize) -> i64,
    X: Fn(usize) -> f64,
    M: Fn(usize) -> Option<Id<'a>>,
{
    fn build(&self, missing: MissingPeriods) -> Result<Usage> {
        self.check()?;
        let customers = Ranks::new(self.n_rows, &self.customer);
        if let Some(row) = customers.of_row.iter().position(|c| *c == u32::MAX) {
            return Err(Error::data("customer", format!("row {row} names no customer; drop such rows")).with_row(row));
        }
        let n = customers.ids.len();
        let (mut first, mut last) = (vec![i64::MAX; n], vec![i64::MIN; n]);
        for (row, &c) in customers.of_row.iter().enumerate() {
            let period = (self.period)(row);
            first[c as usize] = first[c as usize].min(period);
            last[c as usize] = last[c as usize].max(period);
        }
        let (begin, end) = (first.iter().copied().min(), last.iter().copied().max());
        let (Some(begin), Some(end)) = (begin, end) else {
            return Err(Error::new(ErrorCode::EmptyData, "there is no row; give at least one"));
        };
        if end.checked_sub(begin).is_none_or(|span| span >= MAX_PERIODS) {
            return Err(Error::data(
                "period",
                format!("periods run from {begin} to {end}; number consecutive periods, at most {MAX_PERIODS} of them"),
            ));
        }
        if missing == MissingPeriods::Zero {
            last.fill(end);
        }
        let mut offsets = Vec::with_capacity(n + 1);
        let mut total = 0usize;
        for (f, l) in first.iter().zip(&last) {
            offsets.push(total);
            total += (l - f + 1) as usize;
        }
        offsets.push(total);
        if total > MAX_CELLS {
            return Err(Error::data(
                "period",
                format!("{n} customers have {total} periods together, more than {MAX_CELLS}; take longer periods"),
            ));
        }
        // Below zero: no row. A period is unknown when any of its rows is.
        let mut sums = vec![-1f64; total];
        for (row, &c) in customers.of_row.iter().enumerate() {
            let place = &mut sums[offsets[c as usize] + ((self.period)(row) - first[c as usize]) as usize];
            let count = rounded((self.count)(row));
            *place = if *place < 0.0 { count } else { *place + count };
        }
        let empty = if missing == MissingPeriods::Zero { 0.0 } else { f32::NAN };
        let counts = sums.into_iter().map(|x| if x < 0.0 { empty } else { x as f32 }).collect();
        let mut out = Usage {
            customers: customers.owned(),
            first,
            offsets,
            counts,
            modules: Vec::new(),
            module_offsets: Vec::new(),
            module_rows: Vec::new(),
            last_period: end,
            periods_per_year: None,
        };
        if let Some(module) = &self.module {
            self.add_modules(&mut out, &customers, module);
        }
        Ok(out)
    }

    fn check(&self) -> Result<()> {
        for row in 0..self.n_rows {
            let count = (self.count)(row);
            if !count.is_nan() && !(0.0..=MAX_COUNT).contains(&count) {
                return Err(Error::data(
                    "count",
                    format!("row {row} has the count {count}; allowed are 0 to 1e12, or NaN when nothing is known"),
                )
                .with_row(row));
            }
        }
        Ok(())
    }

    fn add_modules(&self, out: &mut Usage, customers: &Ranks<'_>, module: &M) {
        let modules = Ranks::new(self.n_rows, module);
        let mut rows: Vec<(u32, ModuleRow)> = customers
            .of_row
            .iter()
            .zip(&modules.of_row)
            .enumerate()
            .filter(|(row, (_, m))| **m != u32::MAX && !(self.count)(*row).is_nan())
            .map(|(row, (&c, &module))| {
                (c, ModuleRow { module, period: (self.period)(row), count: (self.count)(row) as f32 })
            })
            .collect();
        // By count too, so that sums do not depend on the order of the rows.
        rows.sort_unstable_by(|(c, a), (d, b)| {
            (c, a.module, a.period).cmp(&(d, b.module, b.period)).then(a.count.total_cmp(&b.count))
        });
        out.module_offsets = (0..=out.customers.len()).map(|c| rows.partition_point(|r| (r.0 as usize) < c)).collect();
        out.module_rows = rows.into_iter().map(|(_, row)| row).collect();
        out.modules = modules.owned();
    }
}

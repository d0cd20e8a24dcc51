//! Columns by name: what is known of each contract.

use crate::error::{Error, Result};

/// Columns at most, and levels of a text column that get an effect of their own.
const MAX_COLUMNS: usize = 2_000;

/// One column.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Column {
    /// Numbers; NaN or infinite where missing.
    Numbers(Vec<f64>),
    /// Texts as levels without an order; empty where missing.
    Texts(Vec<String>),
}

impl Column {
    fn len(&self) -> usize {
        match self {
            Self::Numbers(x) => x.len(),
            Self::Texts(x) => x.len(),
        }
    }
}

/// Named columns of equal length.
///
/// ```
/// use beforehand::churn::Table;
/// let table = Table::new()
///     .numbers("monthly_price", vec![70.0, f64::NAN])?
///     .texts("contract", ["monthly", "two years"])?;
/// assert_eq!((table.n_rows(), table.n_columns()), (2, 2));
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    columns: Vec<(String, Column)>,
}

impl Table {
    /// A table without columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a column of numbers.
    ///
    /// # Errors
    /// `invalid_data` when the name is taken or the length differs from the other columns'.
    pub fn numbers(self, name: impl Into<String>, values: Vec<f64>) -> Result<Self> {
        self.with(name.into(), Column::Numbers(values))
    }

    /// Adds a column of texts.
    ///
    /// # Errors
    /// As [`Self::numbers`].
    pub fn texts<S: Into<String>>(self, name: impl Into<String>, values: impl IntoIterator<Item = S>) -> Result<Self> {
        self.with(name.into(), Column::Texts(values.into_iter().map(Into::into).collect()))
    }

    fn with(mut self, name: String, column: Column) -> Result<Self> {
        if self.columns.iter().any(|c| c.0 == name) {
            return Err(Error::data(&name, format!("column {name} is given twice; name each column once")));
        }
        if self.columns.len() >= MAX_COLUMNS {
            return Err(Error::data(&name, format!("more than {MAX_COLUMNS} columns; give the ones that matter")));
        }
        let (n, own) = (self.n_rows(), column.len());
        if !self.columns.is_empty() && own != n {
            return Err(Error::data(
                &name,
                format!("column {name} has {own} rows, the others have {n}; give columns of equal length"),
            ));
        }
        self.columns.push((name, column));
        Ok(self)
    }

    /// How many rows.
    pub fn n_rows(&self) -> usize {
        self.columns.first().map_or(0, |c| c.1.len())
    }

    /// How many columns.
    pub fn n_columns(&self) -> usize {
        self.columns.len()
    }

    /// The columns' names, in the order given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|c| c.0.as_str())
    }

    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.0 == name).map(|c| &c.1)
    }

    pub(super) fn columns(&self) -> &[(String, Column)] {
        &self.columns
    }
}

//! What a table of answers says.

use beforehand::{Cell, Table};

/// The numbers of a column; none is NaN.
pub(crate) fn column(table: &Table, name: &str) -> Vec<f64> {
    let column = table.column(name).unwrap_or_else(|| panic!("no column {name}"));
    let number = |row| match column.get(row) {
        Cell::Number(x) => x,
        Cell::Int(n) => n as f64,
        _ => f64::NAN,
    };
    (0..column.len()).map(number).collect()
}

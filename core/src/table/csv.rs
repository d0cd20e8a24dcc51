//! A table as CSV: readable by everything.

use std::io::Write;

use super::{Cell, Table};
use crate::error::{Error, ErrorCode, Result};

impl Table {
    /// Writes the table as CSV with a header, UTF-8, lines ended by `\n`: instants in RFC 3339, nothing where there is
    /// no value.
    ///
    /// # Errors
    /// `io`.
    pub fn write_csv(&self, to: impl Write) -> Result<()> {
        let names: Vec<&str> = self.names().collect();
        write_cells(&names, self.n_rows(), |column, row| self.columns()[column].1.get(row), to)
    }
}

/// Writes whatever answers for a cell of a column and a row.
pub(super) fn write_cells<'c>(
    names: &[&str],
    n_rows: usize,
    cell: impl Fn(usize, usize) -> Cell<'c>,
    to: impl Write,
) -> Result<()> {
    let failed = |e: csv::Error| Error::new(ErrorCode::Io, format!("the table could not be written: {e}"));
    let mut out = csv::Writer::from_writer(to);
    out.write_record(names).map_err(failed)?;
    for row in 0..n_rows {
        for column in 0..names.len() {
            match cell(column, row) {
                Cell::None => out.write_field(""),
                Cell::Int(i) => out.write_field(i.to_string()),
                Cell::Text(text) => out.write_field(text),
                Cell::Timestamp(at) => out.write_field(at.to_string()),
                Cell::Number(x) => out.write_field(x.to_string()),
                Cell::Flag(yes) => out.write_field(if yes { "true" } else { "false" }),
            }
            .map_err(failed)?;
        }
        out.write_record(None::<&[u8]>).map_err(failed)?;
    }
    out.flush().map_err(Error::from)
}

#[cfg(test)]
mod tests {
    use super::super::{Column, Texts};
    use super::*;

    #[test]
    fn texts_are_quoted_where_needed() {
        let mut texts = Texts::default();
        texts.push("a,b");
        texts.push("say \"hi\"");
        let table = Table::default()
            .with("item", Column::Texts(texts))
            .with("at", Column::Timestamps(vec![0, i64::MIN]))
            .with("prob", Column::Floats(vec![0.25, f32::NAN]));
        let mut out = Vec::new();
        table.write_csv(&mut out).expect("written");
        let text = String::from_utf8(out).expect("utf-8");
        assert_eq!(text, "item,at,prob\n\"a,b\",1970-01-01T00:00:00Z,0.25\n\"say \"\"hi\"\"\",,\n");
    }
}

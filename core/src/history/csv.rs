//! Ingest from CSV.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};

use super::builder::Builder;
use super::intern::Interner;
use super::names::{ColumnNames, Field, Places};
use super::options::{IngestOptions, TimeUnit};
use super::report::{IngestReport, Reason};
use super::source::{Chunk, IdSource, KindSource, NumberSource, TimeSource};
use super::store::History;
use super::text;
use crate::error::{Error, ErrorCode, Result};
use crate::time::WallClock;

/// Lines held at a time.
const CHUNK: usize = 262_144;

impl History {
    /// Builds a history from a CSV file with a header line, in UTF-8; a byte-order mark is skipped.
    ///
    /// Times are dates (`2011-11-06`), date-times (`2011-11-06T12:00:00` or with a space; on the wall clock of the
    /// option `time_zone`), date-times with an offset (RFC 3339, or ` UTC` in its place), or whole numbers in the option
    /// `time_unit`. A column of identifiers is held as numbers when every value is a whole number in its plain form,
    /// `17850` but not `007`; otherwise as texts, byte by byte as they stand. The first line after the header is row 0.
    ///
    /// ```no_run
    /// use beforehand::{ColumnNames, History, IngestOptions};
    /// let names = ColumnNames { customer: "CustomerID".into(), time: "InvoiceDate".into(), ..Default::default() };
    /// let (history, report) = History::from_csv("orders.csv", &names, &IngestOptions::default())?;
    /// eprintln!("{report}");
    /// # Ok::<(), beforehand::Error>(())
    /// ```
    ///
    /// # Errors
    /// `io` when the file cannot be read; `invalid_data` when a column is missing, with the columns there are;
    /// `empty_data` when no row could be kept, with the reasons; `invalid_options`; with
    /// [`OnRefused::Fail`](crate::OnRefused::Fail) `invalid_data` for the first refused row.
    pub fn from_csv(
        path: impl AsRef<Path>,
        names: &ColumnNames,
        options: &IngestOptions,
    ) -> Result<(Self, IngestReport)> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|e| {
            let message = format!("cannot open {}: {e}; give the path of a readable CSV file", path.display());
            Error::new(ErrorCode::Io, message)
        })?;
        Self::from_csv_reader(file, names, options)
    }

    /// Builds a history from CSV text; see [`Self::from_csv`].
    ///
    /// ```
    /// use beforehand::{ColumnNames, History, IngestOptions};
    /// let text = "customer,at,item\nc1,2011-11-06,filter\nc1,2011-12-04,filter\n";
    /// let (history, _) = History::from_csv_reader(text.as_bytes(), &ColumnNames::default(), &IngestOptions::default())?;
    /// assert_eq!(history.n_events(), 2);
    /// # Ok::<(), beforehand::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Self::from_csv`].
    pub fn from_csv_reader(
        reader: impl Read,
        names: &ColumnNames,
        options: &IngestOptions,
    ) -> Result<(Self, IngestReport)> {
        let mut builder = Builder::new(names, options)?;
        let mut reader = ReaderBuilder::new()
            .delimiter(options.delimiter as u8)
            .flexible(true)
            .buffer_capacity(1 << 16)
            .from_reader(reader);
        let header = reader.byte_headers().map_err(|e| failure(&e))?.clone();
        if header.is_empty() {
            return Err(Error::new(
                ErrorCode::EmptyData,
                "the CSV input is empty; give a header line with the names of the columns, and rows",
            ));
        }
        if header.as_slice().contains(&0) {
            return Err(Error::new(
                ErrorCode::InvalidData,
                "the header line of the CSV input holds zero bytes, as files in UTF-16 do (\"Unicode text\" of \
                 spreadsheets); save it as CSV in UTF-8",
            ));
        }
        let header_texts: Vec<_> = header.iter().map(String::from_utf8_lossy).collect();
        let header_names: Vec<&str> = header_texts.iter().map(|name| &**name).collect();
        let places = names.find(&header_names)?;
        let mut lines = Lines::new(&places, options.time_unit);
        let mut record = ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(|e| failure(&e))? {
            let refused = if record.len() == header.len() {
                match lines.push(&record) {
                    Ok(()) if lines.len < CHUNK => continue,
                    Ok(()) => None,
                    Err(fault) => Some((Reason::NotUtf8, fault.0, fault.1)),
                }
            } else {
                let line = record.iter().map(String::from_utf8_lossy).collect::<Vec<_>>();
                Some((Reason::WrongFieldCount, Field::Customer, line.join(",")))
            };
            lines.flush(&mut builder)?;
            if let Some((reason, field, sample)) = refused {
                builder.refuse(|tally, row| tally.refuse(reason, row, field, || sample))?;
            }
        }
        lines.flush(&mut builder)?;
        builder.finish()
    }
}

fn failure(e: &csv::Error) -> Error {
    Error::new(ErrorCode::Io, format!("cannot read the CSV input: {e}"))
}

/// Lines read but not yet taken in, one column of texts per field.
struct Lines {
    len: usize,
    unit: Option<TimeUnit>,
    columns: Vec<Texts>,
}

/// One column: the texts one after the other.
struct Texts {
    field: Field,
    place: usize,
    text: String,
    ends: Vec<usize>,
}

impl Lines {
    fn new(places: &Places, unit: Option<TimeUnit>) -> Self {
        let fields = [
            (Field::Customer, Some(places.customer)),
            (Field::Time, Some(places.time)),
            (Field::Item, Some(places.item)),
            (Field::Quantity, places.quantity),
            (Field::Amount, places.amount),
            (Field::Kind, places.kind),
            (Field::Category, places.category),
            (Field::Need, places.need),
            (Field::PackSize, places.pack_size),
            (Field::Order, places.order),
            (Field::Undoes, places.undoes),
            (Field::Channel, places.channel),
            (Field::Offer, places.offer),
            (Field::Propensity, places.propensity),
        ];
        let column = |(field, place): (Field, Option<usize>)| {
            Some(Texts { field, place: place?, text: String::new(), ends: Vec::new() })
        };
        Self { len: 0, unit, columns: fields.into_iter().filter_map(column).collect() }
    }

    /// Appends a line; if one of its texts is not UTF-8, says which, and leaves the line out.
    fn push(&mut self, record: &ByteRecord) -> Result<(), (Field, String)> {
        for i in 0..self.columns.len() {
            let column = &mut self.columns[i];
            let bytes = record.get(column.place).unwrap_or_default();
            let Ok(text) = std::str::from_utf8(bytes) else {
                let fault = (column.field, String::from_utf8_lossy(bytes).into_owned());
                for column in &mut self.columns[..i] {
                    column.ends.pop();
                    column.text.truncate(column.ends.last().copied().unwrap_or(0));
                }
                return Err(fault);
            };
            column.text.push_str(text);
            column.ends.push(column.text.len());
        }
        self.len += 1;
        Ok(())
    }

    fn flush(&mut self, builder: &mut Builder<'_>) -> Result<()> {
        if self.len == 0 {
            return Ok(());
        }
        let chunk = self.chunk(builder.n_read());
        builder.push(&[chunk])?;
        self.len = 0;
        for column in &mut self.columns {
            column.text.clear();
            column.ends.clear();
        }
        Ok(())
    }

    fn chunk(&self, first_row: usize) -> Chunk<'_> {
        let column = |field| self.columns.iter().find(|c| c.field == field);
        let ids = |field| column(field).map(|c| Box::new(c) as Box<dyn IdSource + '_>);
        let numbers = |field| column(field).map(|c| Box::new(c) as Box<dyn NumberSource + '_>);
        // The first three are always there, in this order.
        Chunk {
            len: self.len,
            first_row,
            customer: Box::new(&self.columns[0]),
            time: Box::new(Times { texts: &self.columns[1], unit: self.unit }),
            item: Box::new(&self.columns[2]),
            quantity: numbers(Field::Quantity),
            amount: numbers(Field::Amount),
            kind: ids(Field::Kind).map(KindSource::Words),
            category: ids(Field::Category),
            need: ids(Field::Need),
            pack_size: numbers(Field::PackSize),
            order: ids(Field::Order),
            undoes: ids(Field::Undoes),
            channel: ids(Field::Channel),
            offer: ids(Field::Offer),
            propensity: numbers(Field::Propensity),
        }
    }
}

impl Texts {
    fn get(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.text[start..self.ends[row]]
    }
}

impl IdSource for &Texts {
    fn encode(&self, rows: Range<usize>, ids: &mut Interner, _: &mut Vec<u32>, out: &mut Vec<u32>) {
        out.extend(rows.map(|row| ids.intern_untyped(self.get(row))));
    }

    fn text(&self, row: usize) -> String {
        self.get(row).to_owned()
    }
}

impl NumberSource for &Texts {
    fn decode(&self, rows: Range<usize>, out: &mut Vec<f64>) {
        out.extend(rows.map(|row| text::number(self.get(row))));
    }

    fn text(&self, row: usize) -> String {
        self.get(row).to_owned()
    }
}

struct Times<'a> {
    texts: &'a Texts,
    unit: Option<TimeUnit>,
}

impl TimeSource for Times<'_> {
    fn decode(&self, rows: Range<usize>, clock: &mut WallClock, out: &mut Vec<i64>) {
        out.extend(rows.map(|row| text::time(self.texts.get(row), self.unit, clock)));
    }

    fn text(&self, row: usize) -> String {
        self.texts.get(row).to_owned()
    }
}

//! A table as a JavaScript object: columns as typed arrays, and as Arrow IPC.

use arrow_ipc::writer::StreamWriter;
use beforehand::{Cell, Column, Error, ErrorCode, Table};
use napi::bindgen_prelude::{BigInt64Array, Buffer, Either7, Float32Array, Float64Array, Uint8Array, Uint32Array};
use napi_derive::napi;

use crate::{errors, funnel};

/// JavaScript's numbers hold whole numbers exactly up to this one.
const MAX_SAFE: i64 = (1 << 53) - 1;

/// A column's data: numbers, wide numbers, flags or places of words, short numbers, counts, texts joined by NUL, texts.
type Data = Either7<Float64Array, BigInt64Array, Uint8Array, Float32Array, Uint32Array, String, Vec<String>>;

/// Columns.
#[napi(js_name = "Table")]
#[derive(Debug)]
pub struct NativeTable {
    table: Table,
}

impl From<Table> for NativeTable {
    fn from(table: Table) -> Self {
        Self { table }
    }
}

#[napi]
impl NativeTable {
    /// How many rows.
    #[napi(getter, catch_unwind)]
    #[must_use]
    pub fn n_rows(&self) -> u32 {
        self.table.n_rows() as u32
    }

    /// For each column its name and kind.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn columns(&self) -> Vec<Vec<String>> {
        let kind = |column: &Column| match column {
            Column::Timestamps(_) => "instant",
            Column::Flags(_) => "flag",
            Column::Words { .. } => "word",
            _ => "plain",
        };
        self.table.columns().iter().map(|(name, column)| vec![name.clone(), kind(column).to_owned()]).collect()
    }

    /// The words that a column's places stand for.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn words(&self, place: u32) -> Vec<String> {
        match self.table.columns().get(place as usize) {
            Some((_, Column::Words { words, .. })) => words.iter().map(|&word| word.to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    /// A column's data.
    #[napi(catch_unwind)]
    pub fn data(&self, place: u32) -> napi::Result<Data> {
        let failed = |what: &str| errors::raise(&Error::new(ErrorCode::Internal, what));
        let (_, column) = self.table.columns().get(place as usize).ok_or_else(|| failed("there is no such column"))?;
        Ok(match column {
            Column::Ints(c) if c.iter().all(|i| (-MAX_SAFE..=MAX_SAFE).contains(i)) => {
                Either7::A(Float64Array::new(c.iter().map(|&i| i as f64).collect()))
            }
            Column::Ints(c) => Either7::B(BigInt64Array::new(c.clone())),
            Column::Texts(texts) => {
                let all: Vec<&str> = (0..texts.len()).map(|row| texts.get(row)).collect();
                if all.is_empty() || all.iter().any(|text| text.contains('\0')) {
                    Either7::G(all.into_iter().map(str::to_owned).collect())
                } else {
                    Either7::F(all.join("\0"))
                }
            }
            Column::Words { places, .. } => Either7::C(Uint8Array::new(places.clone())),
            Column::Timestamps(c) => {
                let ms = |&us: &i64| if us == i64::MIN { f64::NAN } else { us as f64 / 1e3 };
                Either7::A(Float64Array::new(c.iter().map(ms).collect()))
            }
            Column::Floats(c) => Either7::D(Float32Array::new(c.clone())),
            Column::Doubles(c) => Either7::A(Float64Array::new(c.clone())),
            Column::Counts(c) => Either7::E(Uint32Array::new(c.clone())),
            Column::Flags(c) => Either7::C(Uint8Array::new(c.iter().map(|&yes| u8::from(yes)).collect())),
            _ => return Err(failed("this package does not know the type of the column; please report this")),
        })
    }

    /// The table as an Arrow IPC stream.
    #[napi(catch_unwind)]
    pub fn to_arrow(&self) -> napi::Result<Buffer> {
        let written = funnel::guarded(|| {
            let failed = |e: arrow_schema::ArrowError| Error::new(ErrorCode::Internal, e.to_string());
            let batch = self.table.clone().into_record_batch()?;
            let mut out = StreamWriter::try_new(Vec::new(), &batch.schema()).map_err(failed)?;
            out.write(&batch).map_err(failed)?;
            out.into_inner().map_err(failed)
        });
        written.map(Buffer::from).map_err(|e| errors::raise(&e))
    }

    /// The table as CSV.
    #[napi(catch_unwind)]
    pub fn to_csv(&self) -> napi::Result<Buffer> {
        let written = funnel::guarded(|| {
            let mut out = Vec::new();
            self.table.write_csv(&mut out)?;
            Ok(out)
        });
        written.map(Buffer::from).map_err(|e| errors::raise(&e))
    }

    /// A cell as JSON has it, exactly: for tests.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn cell(&self, place: u32, row: u32) -> String {
        let Some((_, column)) = self.table.columns().get(place as usize) else { return String::new() };
        match column.get(row as usize) {
            Cell::Int(i) => i.to_string(),
            Cell::Text(text) => serde_json::json!(text).to_string(),
            Cell::Timestamp(at) => serde_json::json!(at).to_string(),
            Cell::Number(x) => serde_json::json!(x).to_string(),
            Cell::Flag(yes) => yes.to_string(),
            _ => "null".to_owned(),
        }
    }
}

//! A few rows from JavaScript in one piece as an Arrow batch: numbers in one array, texts in one string.
//!
//! The array begins with the number of rows and of columns, and for each column the place of its name among those of the
//! settings, its kind, and how many of the texts are its own. Then come the columns' cells, one per row; a column of
//! kind `texts` has none. The texts of all columns are joined by NUL.
//!
//! | kind | | cells |
//! |---|---|---|
//! | 0 | `codes` | for each row the place of its text, the greatest number of 32 bits for none |
//! | 1 | `texts` | none: as many texts as rows |
//! | 2 | `numbers` | NaN for none |
//! | 3 | `ints` | whole numbers, NaN for none |
//! | 4 | `instants` | milliseconds since 1970, NaN for none |

use std::sync::Arc;

use arrow_array::{Array as _, ArrayRef, RecordBatch, StringArray};
use arrow_schema::{ArrowError, Field, Schema};

use crate::{columns, errors};

/// Numbers before the columns' heads, and in each of these.
const BEFORE: usize = 2;
const HEAD: usize = 3;

/// The batch of the rows; `names` are those of all columns that there may be, and the room that is kept for their heads.
pub(crate) fn batch(cells: &[f64], texts: &str, names: &[String]) -> napi::Result<RecordBatch> {
    let mut texts = texts.split('\0');
    let heads = cells.get(BEFORE..).ok_or_else(broken)?;
    let (n_rows, n_columns) = (cells[0] as usize, cells[1] as usize);
    let mut cells = heads.get(HEAD * names.len()..).ok_or_else(broken)?;
    let (mut fields, mut arrays) = (Vec::with_capacity(n_columns), Vec::with_capacity(n_columns));
    for head in heads.chunks_exact(HEAD).take(n_columns) {
        let name = names.get(head[0] as usize).ok_or_else(broken)?;
        let mut own = || cells.split_off(..n_rows).ok_or_else(broken);
        let mut own_texts = || StringArray::from_iter_values(texts.by_ref().take(head[2] as usize));
        let array: Result<ArrayRef, ArrowError> = match head[1] as u8 {
            0 => columns::dictionary(own()?.iter().map(|&code| code as u32).collect(), own_texts()),
            1 => Ok(Arc::new(own_texts())),
            2 => columns::numbers(own()?),
            3 => columns::ints(own()?),
            4 => columns::instants(own()?),
            _ => return Err(broken()),
        };
        let array = array.map_err(|_| broken())?;
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(|_| broken())
}

fn broken() -> napi::Error {
    errors::data("data", "the rows are incomplete; please report this")
}

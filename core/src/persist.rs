//! The file of a model: a header that tells what it is, and the model.
//!
//! Layout: 8 bytes `BEFOREHD`, format version (u32, little endian), XXH3 of the rest (u64), then the model as
//! `MessagePack`. A file of another version, cut short or changed anywhere is refused; nothing in it is believed unchecked.

use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use crate::error::{Error, ErrorCode, Result};
use crate::model::Model;

const MAGIC: &[u8; 8] = b"BEFOREHD";
/// Raised whenever the meaning of the bytes changes.
const VERSION: u32 = 5;
const HEADER: usize = 20;

impl Model {
    /// The model as bytes, the same in every language and on every machine.
    ///
    /// # Errors
    /// `internal` if the model cannot be written, which would be a defect.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let body =
            rmp_serde::to_vec(self).map_err(|e| Error::new(ErrorCode::Internal, format!("cannot encode: {e}")))?;
        let mut out = Vec::with_capacity(HEADER + body.len());
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&xxh3_64(&body).to_le_bytes());
        out.extend_from_slice(&body);
        Ok(out)
    }

    /// Reads a model from bytes.
    ///
    /// # Errors
    /// `incompatible_model` when the bytes are no model, damaged, or of another version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let refuse = |what: String| Err(Error::new(ErrorCode::IncompatibleModel, what));
        let Some((header, body)) = bytes.split_at_checked(HEADER) else {
            return refuse(format!("{} bytes are too few for a model; give a file written by save", bytes.len()));
        };
        if &header[..8] != MAGIC {
            return refuse("the bytes do not begin like a model of beforehand; give a file written by save".to_owned());
        }
        let mut version = [0; 4];
        version.copy_from_slice(&header[8..12]);
        let version = u32::from_le_bytes(version);
        if version != VERSION {
            return refuse(format!("the model has format {version}, this library reads format {VERSION}; fit it anew"));
        }
        if header[12..] != xxh3_64(body).to_le_bytes() {
            return refuse("the model is damaged: its checksum does not match; copy or save it again".to_owned());
        }
        let model: Self = match rmp_serde::from_slice(body) {
            Ok(model) => model,
            Err(e) => return refuse(format!("the model cannot be read: {e}")),
        };
        if model.is_sound() { Ok(model) } else { refuse("the model contradicts itself; fit it anew".to_owned()) }
    }

    /// Writes the model to a file.
    ///
    /// # Errors
    /// `io` naming the path.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        std::fs::write(path, self.to_bytes()?).map_err(|e| named(path, &e))
    }

    /// Reads a model from a file.
    ///
    /// # Errors
    /// `io` naming the path, or as [`Self::from_bytes`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Self::from_bytes(&std::fs::read(path).map_err(|e| named(path, &e))?)
    }
}

fn named(path: &Path, e: &std::io::Error) -> Error {
    Error::new(ErrorCode::Io, format!("{}: {e}", path.display())).with_field("path")
}

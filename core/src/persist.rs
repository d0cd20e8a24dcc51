//! The file of a model: sealed bytes (`sealed.rs`), of which nothing is believed unchecked.

use std::path::Path;

use crate::error::{Error, ErrorCode, Result};
use crate::model::Model;
use crate::sealed::{Kind, contradiction};

/// The version is raised whenever the meaning of the bytes changes.
const KIND: Kind = Kind { magic: b"BEFOREHD", version: 7, source: "a file written by save" };

impl Model {
    /// The model as bytes, the same in every language and on every machine.
    ///
    /// # Errors
    /// `internal` if the model cannot be written, which would be a defect.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        KIND.seal(self)
    }

    /// Reads a model from bytes.
    ///
    /// # Errors
    /// `incompatible_model` when the bytes are no model, damaged, or of another version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let model: Self = KIND.open(bytes)?;
        if model.is_sound() { Ok(model) } else { Err(contradiction()) }
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

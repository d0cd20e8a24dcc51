//! Writes the faces of `beforehand` in other languages from the definitions in its core.
//!
//! `cargo run -p beforehand-gen` writes, `cargo run -p beforehand-gen -- vectors` computes what golden vectors expect; a test
//! fails when what is written is not what the core defines.

pub mod definitions;
pub mod docs;
pub mod node;
pub mod python;
pub mod vectors;

use std::path::{Path, PathBuf};

use definitions::Definitions;

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every generated file: its path below the root, and its text.
///
/// # Panics
/// When the core defines something of a form that no generator here knows.
#[must_use]
pub fn outputs() -> Vec<(PathBuf, String)> {
    let definitions = Definitions::read();
    let schema = serde_json::to_string_pretty(&definitions.schema).unwrap_or_else(|e| panic!("{e}"));
    let mut out = vec![(PathBuf::from("core/schema/beforehand.json"), schema + "\n")];
    let python = Path::new("bindings-python/python/beforehand");
    out.extend(python::files(&definitions).into_iter().map(|(name, text)| (python.join(name), text)));
    let node = Path::new("bindings-node");
    out.extend(node::files(&definitions).into_iter().map(|(name, text)| (node.join(name), text)));
    out
}

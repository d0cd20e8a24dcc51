//! Bytes to keep: a header that tells what they are, and the content.
//!
//! Layout: 8 bytes that name the kind, format version (u32, little endian), XXH3 of the rest (u64), then the content as
//! `MessagePack`. Bytes of another kind or version, cut short or changed anywhere are refused; whoever opens them looks at what they
//! say as well, for a checksum is no proof.

use serde::Serialize;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::xxh3_64;

use crate::error::{Error, ErrorCode, Result};

const HEADER: usize = 20;

/// A kind of bytes.
#[derive(Debug)]
pub(crate) struct Kind {
    /// What the bytes begin with.
    pub(crate) magic: &'static [u8; 8],
    /// Raised whenever the meaning of the bytes changes.
    pub(crate) version: u32,
    /// Where such bytes come from, for messages: `a file written by save`.
    pub(crate) source: &'static str,
}

impl Kind {
    /// The content with its header.
    ///
    /// # Errors
    /// `internal` if the content cannot be written, which would be a defect.
    pub(crate) fn seal<T: Serialize>(&self, content: &T) -> Result<Vec<u8>> {
        let body =
            rmp_serde::to_vec(content).map_err(|e| Error::new(ErrorCode::Internal, format!("cannot encode: {e}")))?;
        let mut out = Vec::with_capacity(HEADER + body.len());
        out.extend_from_slice(self.magic);
        out.extend_from_slice(&self.version.to_le_bytes());
        out.extend_from_slice(&xxh3_64(&body).to_le_bytes());
        out.extend_from_slice(&body);
        Ok(out)
    }

    /// Reads the content.
    ///
    /// # Errors
    /// `incompatible_model` when the bytes are of another kind, damaged, or of another version.
    pub(crate) fn open<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<T> {
        let refuse = |what: String| Err(Error::new(ErrorCode::IncompatibleModel, what));
        let (source, own) = (self.source, self.version);
        let Some((header, body)) = bytes.split_at_checked(HEADER) else {
            return refuse(format!("{} bytes are too few for a model; give {source}", bytes.len()));
        };
        if &header[..8] != self.magic {
            return refuse(format!("the bytes do not begin like a model of beforehand; give {source}"));
        }
        let mut version = [0; 4];
        version.copy_from_slice(&header[8..12]);
        let version = u32::from_le_bytes(version);
        if version != own {
            return refuse(format!("the model has format {version}, this library reads format {own}; fit it anew"));
        }
        if header[12..] != xxh3_64(body).to_le_bytes() {
            return refuse("the model is damaged: its checksum does not match; copy or save it again".to_owned());
        }
        rmp_serde::from_slice(body).or_else(|e| refuse(format!("the model cannot be read: {e}")))
    }
}

/// What a model is refused with that was read and makes no sense.
pub(crate) fn contradiction() -> Error {
    Error::new(ErrorCode::IncompatibleModel, "the model contradicts itself; fit it anew")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: Kind = Kind { magic: b"TESTTEST", version: 3, source: "what the test wrote" };

    #[test]
    fn what_was_sealed_comes_back_and_nothing_else_does() {
        let content = ("gate".to_owned(), vec![1.5f32, f32::NAN]);
        let bytes = KIND.seal(&content).expect("writes");
        let back: (String, Vec<f32>) = KIND.open(&bytes).expect("reads");
        assert_eq!((back.0, back.1[0].to_bits(), back.1[1].is_nan()), (content.0, 1.5f32.to_bits(), true));
        let refused = |bytes: &[u8]| KIND.open::<(String, Vec<f32>)>(bytes).expect_err("no such bytes").to_string();
        for n in 0..bytes.len() {
            refused(&bytes[..n]);
            let mut other = bytes.clone();
            other[n] ^= 0x10;
            refused(&other);
        }
        let newer = Kind { version: 4, ..KIND }.seal(&1).expect("writes");
        assert!(refused(&newer).contains("format 4, this library reads format 3"));
        let foreign = Kind { magic: b"ANOTHER1", ..KIND }.seal(&1).expect("writes");
        assert!(refused(&foreign).contains("give what the test wrote"));
        assert!(refused(&KIND.seal(&1).expect("writes")).contains("cannot be read"));
    }
}

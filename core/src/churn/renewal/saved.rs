//! The bytes of a renewal model.

use super::model::RenewalModel;
use crate::error::Result;
use crate::sealed::{Kind, contradiction};

const KIND: Kind =
    Kind { magic: b"BEFOREHR", version: RenewalModel::FORMAT, source: "what RenewalModel::to_bytes wrote" };

impl RenewalModel {
    /// Raised whenever the meaning of the bytes changes.
    pub(crate) const FORMAT: u32 = 1;

    /// The model as bytes, the same on every machine: sealed with the format's version and a checksum, without any contract's data but
    /// the names of the columns and the frequent texts in them.
    ///
    /// ```
    /// use beforehand::churn::{Contracts, RenewalModel, RenewalOptions, Table};
    /// let table = Table::new().numbers("price", (0..40).map(f64::from).collect())?;
    /// let cancelled: Vec<bool> = (0..40).map(|i| i % 3 == 0).collect();
    /// let model = RenewalModel::fit(&table, &Contracts::new(&cancelled), &RenewalOptions::default())?;
    /// assert_eq!(RenewalModel::from_bytes(&model.to_bytes()?)?, model);
    /// # Ok::<(), beforehand::Error>(())
    /// ```
    ///
    /// # Errors
    /// `internal` if the model cannot be written, which would be a defect.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        KIND.seal(self)
    }

    /// Reads a model from bytes.
    ///
    /// # Errors
    /// `incompatible_model` when the bytes are no renewal model, damaged, or of another version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let model: Self = KIND.open(bytes)?;
        if model.is_sound() { Ok(model) } else { Err(contradiction()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::churn::renewal::{Contracts, RenewalOptions, Table};
    use crate::error::ErrorCode;

    #[test]
    fn bytes_come_back_as_the_model_or_are_refused() {
        let table = Table::new().numbers("price", (0..60).map(f64::from).collect()).expect("a column");
        let table = table.texts("plan", (0..60).map(|i| ["a", "b"][i % 2])).expect("a column");
        let cancelled: Vec<bool> = (0..60).map(|i| i % 3 == 0).collect();
        let model = RenewalModel::fit(&table, &Contracts::new(&cancelled), &RenewalOptions::default()).expect("fits");
        let bytes = model.to_bytes().expect("writes");
        assert_eq!(RenewalModel::from_bytes(&bytes).expect("reads").predict(&table, None), model.predict(&table, None));
        for n in 0..bytes.len() {
            let mut other = bytes.clone();
            other[n] ^= 1;
            for wrong in [&bytes[..n], &other] {
                let e = RenewalModel::from_bytes(wrong).expect_err("damaged");
                assert_eq!(e.code(), ErrorCode::IncompatibleModel);
            }
        }
    }
}

//! The command line: `--name value` pairs.

use std::path::PathBuf;

use super::Failure;

/// What a task is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Arguments {
    /// The log.
    pub events: PathBuf,
    /// What to predict.
    pub pairs: PathBuf,
    /// Days ahead.
    pub horizon_days: f64,
    /// Where to write.
    pub out: PathBuf,
    /// Whether forecasts may react to the quantity bought.
    pub use_quantity: bool,
}

impl Arguments {
    /// Reads `--events`, `--pairs` (or `--rows`), `--horizon`, `--out` and `--ignore-quantity`, in any order.
    ///
    /// # Errors
    /// A missing, unknown or unreadable argument, by name.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let (mut events, mut pairs, mut horizon_days, mut out) = (None, None, 28.0, None);
        let mut use_quantity = true;
        while let Some(name) = words.next() {
            if name == "--ignore-quantity" {
                use_quantity = false;
                continue;
            }
            let value = words.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--events" => events = Some(value.into()),
                "--pairs" | "--rows" => pairs = Some(value.into()),
                "--out" => out = Some(value.into()),
                "--horizon" => {
                    horizon_days = value.parse().map_err(|_| format!("--horizon {value:?} is not a number of days"))?;
                }
                _ => {
                    return Err(format!(
                        "unknown argument {name}; allowed are --events --pairs (or --rows) --horizon --out --ignore-quantity"
                    )
                    .into());
                }
            }
        }
        Ok(Self {
            events: events.ok_or("--events FILE is missing")?,
            pairs: pairs.ok_or("--pairs FILE is missing")?,
            horizon_days,
            out: out.ok_or("--out FILE is missing")?,
            use_quantity,
        })
    }
}

//! A set of hours of the day.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A set of hours of the day, 0 to 23 on the customer's clock; 9 is the hour from 09:00 to 10:00.
///
/// In files and in other languages it is the list of its hours, `[9, 10, 11]`.
///
/// ```
/// use beforehand::offer::HourMask;
/// let morning = HourMask::from_hours([8, 9, 10, 11])?;
/// assert!(morning.contains(9) && !morning.contains(12));
/// assert_eq!(morning.intersect(HourMask::from_hours([11, 12])?).hours().collect::<Vec<_>>(), [11]);
/// assert!(HourMask::from_hours([24]).is_err());
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub struct HourMask(u32);

impl HourMask {
    /// No hour.
    pub const NONE: Self = Self(0);
    /// Every hour.
    pub const ALL: Self = Self((1 << 24) - 1);

    /// The set of the hours given, in any order.
    ///
    /// # Errors
    /// `invalid_data` for an hour above 23.
    pub fn from_hours(hours: impl IntoIterator<Item = u8>) -> Result<Self> {
        let mut bits = 0;
        for hour in hours {
            if hour > 23 {
                return Err(Error::data("hour", format!("hour is {hour}; hours of the day are 0 to 23")));
            }
            bits |= 1 << hour;
        }
        Ok(Self(bits))
    }

    /// The hours from `first` to `last`, both included; none when `last` is the earlier. Hours above 23 do not exist.
    pub(crate) fn span(first: u8, last: u8) -> Self {
        let below = |hour: u8| (1u32 << hour.min(24)) - 1;
        Self(below(last.saturating_add(1)) & !below(first))
    }

    /// Whether the hour is in the set; never for an hour above 23.
    pub const fn contains(self, hour: u8) -> bool {
        hour < 24 && self.0 >> hour & 1 == 1
    }

    /// How many hours there are, 0 to 24.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The hours in both sets.
    #[must_use]
    pub const fn intersect(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The hours in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The hours, earliest first.
    pub fn hours(self) -> impl Iterator<Item = u8> {
        (0..24).filter(move |&hour| self.contains(hour))
    }
}

impl fmt::Debug for HourMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.hours()).finish()
    }
}

impl TryFrom<Vec<u8>> for HourMask {
    type Error = Error;
    fn try_from(hours: Vec<u8>) -> Result<Self> {
        Self::from_hours(hours)
    }
}

impl From<HourMask> for Vec<u8> {
    fn from(mask: HourMask) -> Self {
        mask.hours().collect()
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for HourMask {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "HourMask".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "array", "items": { "type": "integer", "minimum": 0, "maximum": 23 } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_what_their_ends_say() {
        for first in 0..=25u8 {
            for last in 0..=25u8 {
                let mask = HourMask::span(first, last);
                assert!(
                    (0..=25).all(|h| mask.contains(h) == (h < 24 && (first..=last).contains(&h))),
                    "{first} {last}"
                );
            }
        }
        assert_eq!(HourMask::span(0, 255), HourMask::ALL);
        assert_eq!(HourMask::ALL.len(), 24);
        assert!(HourMask::NONE.is_empty());
    }

    #[test]
    fn a_mask_is_the_list_of_its_hours() {
        let mask: HourMask = serde_json::from_str("[22, 3]").expect("a list");
        assert_eq!(serde_json::to_string(&mask).expect("json"), "[3,22]");
        assert_eq!(format!("{mask:?}"), "{3, 22}");
        let error = serde_json::from_str::<HourMask>("[24]").expect_err("no such hour");
        assert!(error.to_string().contains("hours of the day are 0 to 23"), "{error}");
    }
}

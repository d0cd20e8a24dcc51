//! Instants and civil days. Nothing in the library reads a clock: every instant comes from the caller.

use std::fmt;
use std::str::FromStr;

use jiff::civil;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Microseconds in a civil day of 24 hours.
pub(crate) const DAY_US: i64 = 86_400_000_000;

/// An instant in UTC, to the microsecond.
///
/// Allowed range: 1900-01-01 up to (not including) 2200-01-01, so that a number of the wrong unit (seconds given as
/// milliseconds, say) is refused instead of believed.
///
/// ```
/// use beforehand::Timestamp;
/// let noon: Timestamp = "2011-11-06T12:00:00Z".parse()?;
/// assert_eq!(noon.to_string(), "2011-11-06T12:00:00Z");
/// assert_eq!("2011-11-06".parse::<Timestamp>()?.plus_days(0.5), noon);
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest instant allowed, 1900-01-01T00:00:00Z.
    pub const MIN: Self = Self(-2_208_988_800_000_000);
    /// The latest instant allowed, one microsecond before 2200-01-01T00:00:00Z.
    pub const MAX: Self = Self(7_258_118_400_000_000 - 1);

    /// From microseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// `invalid_data` when the instant is outside [`Self::MIN`] … [`Self::MAX`].
    pub fn from_micros(us: i64) -> Result<Self> {
        if (Self::MIN.0..=Self::MAX.0).contains(&us) {
            Ok(Self(us))
        } else {
            Err(Error::data(
                "at",
                format!(
                    "timestamp {us} µs since 1970 is outside 1900-01-01 … 2199-12-31; \
                     check the unit (seconds, milliseconds, microseconds or nanoseconds)"
                ),
            ))
        }
    }

    /// From seconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// As [`Self::from_micros`].
    pub fn from_seconds(seconds: i64) -> Result<Self> {
        Self::from_micros(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The instant `days` × 24 hours later (earlier when negative), kept within the allowed range.
    #[must_use]
    pub fn plus_days(self, days: f64) -> Self {
        let us = (days * DAY_US as f64).round();
        // `as` saturates, and NaN becomes 0: no input can leave the allowed range.
        Self(self.0.saturating_add(us as i64).clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Days of 24 hours from `earlier` to this instant.
    pub fn days_since(self, earlier: Self) -> f64 {
        (self.0 - earlier.0) as f64 / DAY_US as f64
    }

    /// The civil date in UTC, `YYYY-MM-DD`.
    pub fn date(self) -> String {
        self.date_in(&TimeZone::UTC)
    }

    /// The civil date in a time zone, `YYYY-MM-DD`.
    pub(crate) fn date_in(self, zone: &TimeZone) -> String {
        self.to_jiff().to_zoned(zone.clone()).date().to_string()
    }

    /// The beginning of a civil day, counted from 1970-01-01, in a time zone; kept within the allowed range.
    pub(crate) fn of_day(day: i32, zone: &TimeZone) -> Self {
        let us = WallClock::new(zone.clone()).instant(i64::from(day) * DAY_US);
        Self(us.clamp(Self::MIN.0, Self::MAX.0))
    }

    pub(crate) fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_jiff().fmt(f)
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    /// Reads RFC 3339 (`2011-11-06T12:00:00Z`, any offset, or ` UTC` in its place), or a date or date-time without offset,
    /// taken as UTC. [`History::instant`](crate::History::instant) takes those on the clock of a log.
    fn from_str(s: &str) -> Result<Self> {
        s.parse::<Moment>()?.on(&TimeZone::UTC)
    }
}

/// An instant as people write it: a date or date-time without offset means the clock of whoever is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum Moment {
    /// The same everywhere.
    At(Timestamp),
    /// On the wall; a date is its beginning.
    Wall(civil::DateTime),
}

impl Moment {
    /// The instant, in the time zone that is meant where none is said.
    pub(crate) fn on(self, zone: &TimeZone) -> Result<Timestamp> {
        let wall = match self {
            Self::At(at) => return Ok(at),
            Self::Wall(wall) => wall,
        };
        let wall_us = wall.to_zoned(TimeZone::UTC).map_or(i64::MAX, |at| at.timestamp().as_microsecond());
        Timestamp::from_micros(WallClock::new(zone.clone()).instant(wall_us))
    }
}

impl FromStr for Moment {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self> {
        let s = s.trim();
        match (instant_with_offset(s), s.parse()) {
            (Some(at), _) => Timestamp::from_micros(at.as_microsecond()).map(Self::At),
            // Refused where it is read if it is out of range, so that the error names the argument.
            (None, Ok(wall)) => Self::Wall(wall).on(&TimeZone::UTC).map(|_| Self::Wall(wall)),
            (None, Err(_)) => Err(Error::data(
                "at",
                format!(
                    "cannot read {s:?} as an instant; allowed are 2011-11-06, 2011-11-06T12:00:00 (without an offset both are \
                     on the clock of the log, or UTC where there is none) and 2011-11-06T12:00:00+01:00"
                ),
            )),
        }
    }
}

impl TryFrom<String> for Moment {
    type Error = Error;
    fn try_from(s: String) -> Result<Self> {
        s.parse()
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::At(at) => at.into(),
            Moment::Wall(wall) => wall.to_string(),
        }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Moment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Timestamp::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Timestamp::json_schema(generator)
    }
}

/// The time zone of an IANA name; the database of zones is asked only when it is not UTC.
pub(crate) fn zone_named(field: &'static str, name: &str) -> Result<TimeZone> {
    if matches!(name, "UTC" | "Etc/UTC") {
        return Ok(TimeZone::UTC);
    }
    TimeZone::get(name).map_err(|_| {
        let message = format!("{field} is {name:?}; give an IANA name such as UTC, Europe/Berlin or Asia/Shanghai");
        Error::options(field, message)
    })
}

/// Reads a date-time that says how far from UTC it is: RFC 3339, or as databases write it, `2011-11-06 12:00:00 UTC`.
pub(crate) fn instant_with_offset(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok().or_else(|| format!("{}Z", text.strip_suffix(" UTC")?).parse().ok())
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

impl TryFrom<String> for Timestamp {
    type Error = Error;
    fn try_from(s: String) -> Result<Self> {
        s.parse()
    }
}

impl From<Timestamp> for String {
    fn from(t: Timestamp) -> Self {
        t.to_string()
    }
}

/// Turns instants into civil days of one time zone.
///
/// Days are counted from 1970-01-01. UTC and fixed offsets need one division; other zones ask jiff and remember the
/// span of the offset that answered, so that sorted input costs one look-up per change of the clocks.
#[derive(Debug, Clone)]
pub(crate) struct DayClock {
    zone: TimeZone,
    from_us: i64,
    until_us: i64,
    offset_us: i64,
}

impl DayClock {
    pub(crate) fn new(zone: TimeZone) -> Self {
        Self { zone, from_us: 0, until_us: 0, offset_us: 0 }
    }

    /// The civil day on which `us` (microseconds since 1970) falls.
    pub(crate) fn day(&mut self, us: i64) -> i32 {
        if !(self.from_us..self.until_us).contains(&us) {
            self.look_up(us);
        }
        (us + self.offset_us).div_euclid(DAY_US) as i32
    }

    fn look_up(&mut self, us: i64) {
        let at = jiff::Timestamp::from_microsecond(us).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        self.offset_us = i64::from(self.zone.to_offset(at).seconds()) * 1_000_000;
        let after = jiff::Timestamp::from_microsecond(us + 1).unwrap_or(at);
        self.from_us = self.zone.preceding(after).next().map_or(i64::MIN, |t| t.timestamp().as_microsecond());
        self.until_us = self.zone.following(at).next().map_or(i64::MAX, |t| t.timestamp().as_microsecond());
    }
}

/// Turns wall-clock times of one time zone into instants.
///
/// Times are microseconds since 1970-01-01T00:00 on the wall. A time that the clocks skip is taken as much later as they
/// are put forward; of a time that comes twice, the first is meant.
#[derive(Debug, Clone)]
pub(crate) struct WallClock {
    zone: TimeZone,
    from_us: i64,
    until_us: i64,
    offset_us: i64,
}

impl WallClock {
    pub(crate) fn new(zone: TimeZone) -> Self {
        // UTC never changes its offset; other zones answer on demand.
        let from_us = if zone == TimeZone::UTC { i64::MIN } else { i64::MAX };
        Self { zone, from_us, until_us: i64::MAX, offset_us: 0 }
    }

    /// The instant of a wall-clock time, in microseconds since 1970; the time itself if it is beyond the calendar.
    pub(crate) fn instant(&mut self, wall_us: i64) -> i64 {
        if !(self.from_us..self.until_us).contains(&wall_us) {
            self.look_up(wall_us);
        }
        wall_us.saturating_sub(self.offset_us)
    }

    fn look_up(&mut self, wall_us: i64) {
        (self.from_us, self.until_us, self.offset_us) = (i64::MAX, i64::MAX, 0);
        let Ok(as_utc) = jiff::Timestamp::from_microsecond(wall_us) else { return };
        let wall = as_utc.to_zoned(TimeZone::UTC).datetime();
        let Ok(at) = self.zone.to_timestamp(wall) else { return };
        self.offset_us = wall_us - at.as_microsecond();
        // Within a day of a change of the clocks every time is looked up, farther away the offset holds.
        let change = |t: Option<jiff::tz::TimeZoneTransition<'_>>| t.map(|t| t.timestamp().as_microsecond());
        self.from_us = change(self.zone.preceding(at).next()).map_or(i64::MIN, |us| us + 2 * DAY_US);
        self.until_us = change(self.zone.following(at).next()).map_or(i64::MAX, |us| us - 2 * DAY_US);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_follow_the_zone_across_a_change_of_the_clocks() {
        let mut utc = DayClock::new(TimeZone::UTC);
        let mut berlin = DayClock::new(TimeZone::get("Europe/Berlin").expect("zone"));
        let at = |s: &str| s.parse::<Timestamp>().expect("instant").as_micros();
        // 23:30 UTC is past midnight in Berlin; in winter one hour later than in summer.
        for (s, u, b) in [
            ("2011-10-29T21:30:00Z", 0, 0),
            ("2011-10-29T22:30:00Z", 0, 1),
            ("2011-10-30T22:30:00Z", 1, 1),
            ("2011-10-30T23:30:00Z", 1, 2),
            ("2011-10-29T22:30:00Z", 0, 1),
        ] {
            let start = at("2011-10-29").div_euclid(DAY_US) as i32;
            assert_eq!(utc.day(at(s)) - start, u, "{s}");
            assert_eq!(berlin.day(at(s)) - start, b, "{s}");
        }
    }

    #[test]
    fn wall_clock_times_follow_the_zone() {
        let at = |s: &str| s.parse::<Timestamp>().expect("instant").as_micros();
        let mut utc = WallClock::new(TimeZone::UTC);
        let mut berlin = WallClock::new(TimeZone::get("Europe/Berlin").expect("zone"));
        for (wall, instant) in [
            ("2011-07-01T12:00:00", "2011-07-01T10:00:00Z"),
            ("2011-07-02T12:00:00", "2011-07-02T10:00:00Z"),
            ("2011-10-30T01:59:59", "2011-10-29T23:59:59Z"),
            ("2011-10-30T02:30:00", "2011-10-30T00:30:00Z"),
            ("2011-10-30T03:00:00", "2011-10-30T02:00:00Z"),
            ("2011-03-27T02:30:00", "2011-03-27T01:30:00Z"),
            ("2011-12-01T00:00:00", "2011-11-30T23:00:00Z"),
        ] {
            assert_eq!(berlin.instant(at(wall)), at(instant), "{wall}");
            assert_eq!(utc.instant(at(wall)), at(wall));
        }
        assert_eq!(berlin.instant(i64::MAX), i64::MAX);
    }

    #[test]
    fn wrong_units_are_refused() {
        assert!(Timestamp::from_micros(1_320_580_800_000_000).is_ok());
        assert!(Timestamp::from_micros(1_320_580_800_000_000_000).is_err());
        assert!("yesterday".parse::<Timestamp>().is_err());
        assert_eq!(Timestamp::MAX.plus_days(f64::INFINITY), Timestamp::MAX);
        assert_eq!(Timestamp::MAX.plus_days(f64::NAN), Timestamp::MAX);
    }
}

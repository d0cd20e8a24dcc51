//! Reading instants and numbers from texts.

use jiff::civil;

use super::columns::from_int;
use super::options::TimeUnit;
use super::source::{BAD_TIME, NO_NUMBER, NO_TIME, NO_UNIT, given};
use crate::time::{DAY_US, WallClock, instant_with_offset};

/// An instant in microseconds since 1970, or a mark: dates and date-times, with an offset or on the wall clock, and
/// whole numbers if their unit is known.
pub(super) fn time(text: &str, unit: Option<TimeUnit>, clock: &mut WallClock) -> i64 {
    let text = text.trim();
    if text.is_empty() {
        return NO_TIME;
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return match unit {
            None => NO_UNIT,
            Some(unit) => text.parse().map_or(i64::MAX, |n| from_int(n, unit)),
        };
    }
    if let Some(instant) = instant_with_offset(text) {
        return instant.as_microsecond();
    }
    match text.parse::<civil::DateTime>() {
        Ok(wall) => clock.instant(wall_us(wall)),
        Err(_) => BAD_TIME,
    }
}

/// Microseconds since 1970-01-01T00:00 on the wall.
fn wall_us(wall: civil::DateTime) -> i64 {
    let day = i64::from((wall.date() - civil::date(1970, 1, 1)).get_days());
    let time = wall.time();
    let seconds = i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    day * DAY_US + seconds * 1_000_000 + i64::from(time.subsec_nanosecond() / 1_000)
}

/// A number, or a mark: nothing for an empty text, NaN for a text that is no number.
pub(super) fn number(text: &str) -> f64 {
    let text = text.trim();
    if text.is_empty() { NO_NUMBER } else { text.parse().map_or(f64::NAN, given) }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn an_instant_is_read_as_databases_write_it() {
        let mut berlin = WallClock::new(TimeZone::get("Europe/Berlin").expect("zones are bundled"));
        let noon = 1_320_580_800_000_000;
        for text in [
            "2011-11-06T12:00:00Z",
            "2011-11-06 12:00:00 UTC",
            " 2011-11-06 12:00:00+00 ",
            "2011-11-06T14:00:00+02:00",
            "2011-11-06 13:00:00",
            "2011-11-06 12:00:00.000000 UTC",
        ] {
            assert_eq!(time(text, None, &mut berlin), noon, "{text}");
        }
        for text in ["UTC", " UTC", "2011-11-06 12:00:00 CET", "2011-11-06 12:00:00Z UTC", "2011-13-06 12:00:00 UTC"] {
            assert_eq!(time(text, None, &mut berlin), BAD_TIME, "{text}");
        }
    }
}

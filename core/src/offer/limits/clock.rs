//! Where one time zone's civil days lie: the stretches of time between two changes of its clocks.

use jiff::tz::TimeZone;

use crate::time::DAY_US;

/// A stretch of time during which the clocks are not changed, in microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_field_names, reason = "units live in names")]
pub(super) struct Stretch {
    pub(super) from_us: i64,
    pub(super) until_us: i64,
    /// Wall-clock time less UTC.
    pub(super) offset_us: i64,
}

impl Stretch {
    /// The part of the stretch during which its clock shows `from_wall_us` … `until_wall_us`; none if it is empty.
    pub(super) fn between(self, from_wall_us: i64, until_wall_us: i64) -> Option<Self> {
        let from_us = self.from_us.max(from_wall_us - self.offset_us);
        let until_us = self.until_us.min(until_wall_us - self.offset_us);
        (from_us < until_us).then_some(Self { from_us, until_us, ..self })
    }
}

/// The stretches that cover `from_us` … `until_us`, in order of time.
pub(super) fn stretches(zone: &TimeZone, from_us: i64, until_us: i64) -> Vec<Stretch> {
    let start = jiff::Timestamp::from_microsecond(from_us).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let offset = |at: jiff::Timestamp| i64::from(zone.to_offset(at).seconds()) * 1_000_000;
    let mut out = vec![Stretch { from_us, until_us, offset_us: offset(start) }];
    for change in zone.following(start) {
        let at = change.timestamp();
        let (at_us, offset_us) = (at.as_microsecond(), offset(at));
        if at_us >= until_us {
            break;
        }
        // Rules also change without the clocks being touched: a new name of the zone, say.
        if let Some(last) = out.last_mut().filter(|last| last.offset_us != offset_us) {
            last.until_us = at_us;
            out.push(Stretch { from_us: at_us, until_us, offset_us });
        }
    }
    out
}

/// The civil day on which an instant falls.
pub(super) fn day_of(stretch: Stretch, us: i64) -> i32 {
    (us + stretch.offset_us).div_euclid(DAY_US) as i32
}

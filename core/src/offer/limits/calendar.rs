//! What the rules leave of the coming days in one time zone, whoever the customer.

use serde::Serialize;

use super::civil::{CivilDate, DAY_MINUTES, MINUTE_US};
use super::clock::{Stretch, day_of, stretches};
use super::limit::Limit;
use super::opening::{DayOpening, Openings};
use super::options::{ChannelLimits, Limits, QuietHours, unknown_channel};
use super::past::Past;
use super::release::Standing;
use crate::error::{Error, Result};
use crate::offer::hour::HourMask;
use crate::time::{DAY_US, Timestamp, zone_named};

/// Most days a calendar may have.
const MAX_DAYS: u32 = 732;
const HOUR_US: i64 = DAY_US / 24;

/// A time from an instant up to, not including, another, within one civil day and without a change of the clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Window {
    /// The first instant.
    pub from_at: Timestamp,
    /// The first instant after it.
    pub until_at: Timestamp,
    #[serde(skip)]
    pub(super) offset_us: i64,
}

impl Window {
    fn new(stretch: Stretch) -> Option<Self> {
        let at =
            |us: i64| Timestamp::from_micros(us.clamp(Timestamp::MIN.as_micros(), Timestamp::MAX.as_micros())).ok();
        let (from_at, until_at) = (at(stretch.from_us)?, at(stretch.until_us)?);
        (from_at < until_at).then_some(Self { from_at, until_at, offset_us: stretch.offset_us })
    }

    /// The hours on the wall during which the window is open, be it for a part.
    pub(super) fn hours(self) -> HourMask {
        let hour = |us: i64| (us + self.offset_us).div_euclid(HOUR_US).rem_euclid(24) as u8;
        HourMask::span(hour(self.from_at.as_micros()), hour(self.until_at.as_micros() - 1))
    }

    /// The first instant of the window at which the clock shows an hour of the day.
    pub(super) fn at_hour(self, hour: u8) -> Option<Timestamp> {
        let from_us = self.from_at.as_micros();
        let midnight = (from_us + self.offset_us).div_euclid(DAY_US) * DAY_US - self.offset_us;
        let begins = midnight + i64::from(hour) * HOUR_US;
        let at = from_us.max(begins);
        (at < self.until_at.as_micros().min(begins + HOUR_US)).then(|| Timestamp::from_micros(at).ok())?
    }
}

/// One civil day of one channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day {
    /// Its windows' places.
    pub(super) windows: (u32, u32),
    pub(super) hours: HourMask,
    /// Why it has no window, when it has none.
    pub(super) closed: Option<Limit>,
}

/// The days of one channel, and their windows in order of time.
#[derive(Debug, Clone, Default)]
pub(super) struct ChannelDays {
    pub(super) days: Vec<Day>,
    pub(super) windows: Vec<Window>,
}

/// What the limits leave of the coming civil days in one time zone, before any customer is looked at.
///
/// Made once per zone; a customer then costs a look at the latest contacts and a comparison per day, without allocating.
///
/// ```
/// use beforehand::Timestamp;
/// use beforehand::offer::{Limit, Limits, Past, Sent};
/// let at = |s: &str| s.parse::<Timestamp>();
/// let limits = Limits::default();
/// let calendar = limits.calendar("Asia/Shanghai", at("2026-11-23T02:00:00Z")?, 14)?;
///
/// // Two messages ignored: no third within a week of the first.
/// let contacts = ["2026-11-19T04:00:00Z", "2026-11-22T04:00:00Z"];
/// let contacts = contacts.map(|s| at(s).map(|at| Sent { at, channel: 0, answered: false }));
/// let past = Past { contacts: contacts.into_iter().collect::<Result<_, _>>()?, ..Past::default() };
/// let days: Vec<_> = calendar.openings(0, &past)?.collect();
/// assert_eq!(days[0].limit(), Some(Limit::CapIgnored));
/// let first = days.iter().find(|day| day.is_open()).expect("a day");
/// assert_eq!(first.date().to_string(), "2026-11-26");
/// assert_eq!(first.from_at(), Some(at("2026-11-26T04:00:00Z")?));
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Calendar {
    limits: Limits,
    as_of: Timestamp,
    first_day: i32,
    channels: Vec<ChannelDays>,
}

impl Limits {
    /// What the limits leave of the `n_days` civil days from that of `as_of` on, in a time zone given by its IANA name.
    ///
    /// Windows are computed per civil day on the zone's own clock. Of a time that the clocks skip nothing is left; a time
    /// that comes twice is allowed, or quiet, both times. Times before `as_of` are gone.
    ///
    /// `n_days` is 1 … 732. At the end of the year 2199 there are fewer.
    ///
    /// # Errors
    /// `invalid_options` as [`Self::validate`], for an unknown zone, and for `n_days` out of range.
    pub fn calendar(&self, zone: &str, as_of: Timestamp, n_days: u32) -> Result<Calendar> {
        self.validate()?;
        if !(1..=MAX_DAYS).contains(&n_days) {
            return Err(Error::options("n_days", format!("n_days is {n_days}; allowed are 1 to {MAX_DAYS}")));
        }
        let zone = zone_named("zone", zone)?;
        let now_us = as_of.as_micros();
        // A civil day may begin up to 26 hours from where UTC has it, and be longer than 24.
        let until_us = now_us + (i64::from(n_days) + 4) * DAY_US;
        let clock = stretches(&zone, now_us - 2 * DAY_US, until_us);
        let now = clock.iter().find(|s| (s.from_us..s.until_us).contains(&now_us)).copied();
        let first_day = now.map_or(0, |stretch| day_of(stretch, now_us));
        let last_day = CivilDate::from_days(first_day.saturating_add(n_days as i32 - 1)).days();
        let channels = self.channels.iter().map(|channel| {
            // Most days have one window or two.
            let mut out = ChannelDays {
                days: Vec::with_capacity(n_days as usize),
                windows: Vec::with_capacity(2 * n_days as usize),
            };
            for date in (first_day..=last_day).map(CivilDate::from_days) {
                out.push(date, channel, &self.holidays, &clock, now_us);
            }
            out
        });
        Ok(Calendar { as_of, first_day, channels: channels.collect(), limits: self.clone() })
    }
}

impl ChannelDays {
    fn push(
        &mut self,
        date: CivilDate,
        channel: &ChannelLimits,
        holidays: &[CivilDate],
        clock: &[Stretch],
        now_us: i64,
    ) {
        let start = self.windows.len();
        let mut hours = HourMask::NONE;
        let mut closed = if holidays.contains(&date) {
            Some(Limit::Holiday)
        } else if !channel.weekdays.contains(&date.weekday()) {
            Some(Limit::Weekday)
        } else {
            None
        };
        if closed.is_none() {
            let midnight = i64::from(date.days()) * DAY_US;
            let mut any = false;
            for stretch in clock {
                for (from, until) in waking(channel.quiet_hours) {
                    let wall = |minute: u16| midnight + i64::from(minute) * MINUTE_US;
                    let Some(all) = stretch.between(wall(from), wall(until)) else { continue };
                    any = true;
                    let left = Stretch { from_us: all.from_us.max(now_us), ..all };
                    self.windows.extend(Window::new(left).filter(|_| left.from_us < left.until_us));
                }
            }
            let mine = &self.windows[start..];
            hours = mine.iter().fold(HourMask::NONE, |hours, window| hours.union(window.hours()));
            if mine.is_empty() {
                closed = Some(if any { Limit::QuietHours } else { Limit::ClockChange });
            }
        }
        self.days.push(Day { windows: (start as u32, self.windows.len() as u32), hours, closed });
    }
}

/// The minutes of a civil day outside quiet hours: one span or two, the second perhaps empty.
fn waking(quiet: Option<QuietHours>) -> [(u16, u16); 2] {
    match quiet.map(|q| (q.begins.minutes(), q.ends.minutes())) {
        None => [(0, DAY_MINUTES), (0, 0)],
        Some((from, until)) if from < until => [(0, from), (until, DAY_MINUTES)],
        Some((from, until)) => [(until, from), (0, 0)],
    }
}

impl Calendar {
    /// The instant of prediction.
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// How many civil days there are; the first is that of `as_of`.
    pub fn n_days(&self) -> usize {
        self.channels.first().map_or(0, |channel| channel.days.len())
    }

    /// The limits it was made from.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What is left of each day for one customer on one channel, given by its place in [`Limits::channels`].
    ///
    /// It is what holds if nothing more is sent meanwhile. Contacts after `as_of` are not looked at.
    ///
    /// # Errors
    /// `invalid_options` for a channel that does not exist.
    pub fn openings(&self, channel: usize, past: &Past) -> Result<Openings<'_>> {
        let days = self.channels.get(channel).ok_or_else(|| unknown_channel(channel, self.channels.len()))?;
        let standing = Standing::of(&self.limits, channel, past, self.as_of)?;
        Ok(Openings::new(days, self.first_day, standing))
    }

    /// The first day on which a channel is open for a customer, if there is one.
    ///
    /// # Errors
    /// As [`Self::openings`].
    pub fn first_opening(&self, channel: usize, past: &Past) -> Result<Option<DayOpening<'_>>> {
        Ok(self.openings(channel, past)?.find(DayOpening::is_open))
    }
}

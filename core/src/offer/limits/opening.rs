//! What is left of each day for one customer.

use super::calendar::{ChannelDays, Window};
use super::civil::CivilDate;
use super::limit::Limit;
use super::release::Standing;
use crate::offer::hour::HourMask;
use crate::time::Timestamp;

/// One civil day of a channel for one customer: open for a time, or closed by a limit.
#[derive(Debug, Clone, Copy)]
pub struct DayOpening<'c> {
    date: CivilDate,
    /// Those that end after `from`.
    windows: &'c [Window],
    from: Option<Timestamp>,
    hours: HourMask,
    closed: Option<Limit>,
}

impl<'c> DayOpening<'c> {
    /// The civil day, on the customer's calendar.
    pub fn date(&self) -> CivilDate {
        self.date
    }

    /// Whether there is an instant of the day at which the channel may be used.
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// The limit that keeps the whole day closed; none when it is open for a time.
    pub fn limit(&self) -> Option<Limit> {
        self.closed
    }

    /// The first instant allowed.
    pub fn from_at(&self) -> Option<Timestamp> {
        self.windows().next().map(|window| window.from_at)
    }

    /// The first instant after the last one allowed.
    pub fn until_at(&self) -> Option<Timestamp> {
        self.windows().last().map(|window| window.until_at)
    }

    /// The hours of the customer's clock during which the channel may be used, be it for a part of the hour.
    pub fn hours(&self) -> HourMask {
        self.hours
    }

    /// The first instant allowed at which the customer's clock shows an hour; none when the hour is not in
    /// [`Self::hours`].
    pub fn at_hour(&self, hour: u8) -> Option<Timestamp> {
        self.windows().find_map(|window| window.at_hour(hour))
    }

    /// The times during which the channel may be used, in order. A change of the clocks parts a window in two.
    pub fn windows(&self) -> impl Iterator<Item = Window> + use<'c> {
        let from = self.from;
        self.windows.iter().map(move |window| clipped(*window, from))
    }
}

fn clipped(window: Window, from: Option<Timestamp>) -> Window {
    Window { from_at: from.map_or(window.from_at, |from| from.max(window.from_at)), ..window }
}

/// The days of a channel for one customer, one by one from that of `as_of` on.
#[derive(Debug, Clone)]
pub struct Openings<'c> {
    days: &'c ChannelDays,
    first_day: i32,
    next: usize,
    standing: Standing,
}

impl<'c> Openings<'c> {
    pub(super) fn new(days: &'c ChannelDays, first_day: i32, standing: Standing) -> Self {
        Self { days, first_day, next: 0, standing }
    }

    /// The limit that holds this customer back at `as_of`, whatever the day and hour: consent, a cap or a gap.
    pub fn held_by(&self) -> Option<Limit> {
        match self.standing {
            Standing::Never(limit) | Standing::Held(_, limit) => Some(limit),
            Standing::Free => None,
        }
    }

    /// When the last cap or gap lets go; none when nothing holds the customer back, or a missing consent does so for good.
    pub fn released_at(&self) -> Option<Timestamp> {
        match self.standing {
            Standing::Held(us, _) => Timestamp::from_micros(us).ok(),
            Standing::Never(_) | Standing::Free => None,
        }
    }

    fn day(&self, i: usize) -> Option<DayOpening<'c>> {
        let day = *self.days.days.get(i)?;
        let date = CivilDate::from_days(self.first_day.saturating_add(i as i32));
        let shut = |limit| DayOpening { date, windows: &[], from: None, hours: HourMask::NONE, closed: Some(limit) };
        if let Standing::Never(limit) = self.standing {
            return Some(shut(limit));
        }
        if let Some(limit) = day.closed {
            return Some(shut(limit));
        }
        let windows = &self.days.windows[day.windows.0 as usize..day.windows.1 as usize];
        let open = DayOpening { date, windows, from: None, hours: day.hours, closed: None };
        let Standing::Held(free_us, limit) = self.standing else { return Some(open) };
        if windows.first().is_none_or(|window| window.from_at.as_micros() >= free_us) {
            return Some(open);
        }
        let ended = windows.iter().take_while(|window| window.until_at.as_micros() <= free_us).count();
        let windows = &windows[ended..];
        let Some(from) = Timestamp::from_micros(free_us).ok().filter(|_| !windows.is_empty()) else {
            return Some(shut(limit));
        };
        let hours = windows.iter().fold(HourMask::NONE, |hours, w| hours.union(clipped(*w, Some(from)).hours()));
        Some(DayOpening { windows, from: Some(from), hours, ..open })
    }
}

impl<'c> Iterator for Openings<'c> {
    type Item = DayOpening<'c>;

    fn next(&mut self) -> Option<Self::Item> {
        let day = self.day(self.next)?;
        self.next += 1;
        Some(day)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.days.days.len().saturating_sub(self.next);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Openings<'_> {}

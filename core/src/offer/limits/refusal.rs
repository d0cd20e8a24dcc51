//! Whether a single instant is allowed: the guard before a message goes out.
//!
//! Written from the rules' wording alone, and apart from the way openings are found, so that each checks the other.

use jiff::civil::Weekday as JiffWeekday;

use super::civil::{CivilDate, Weekday};
use super::limit::Limit;
use super::options::{Cap, Limits, span_us};
use super::past::{Consent, Past, Sent};
use crate::error::Result;
use crate::time::{Timestamp, zone_named};

impl Limits {
    /// The limit that refuses a contact on a channel at an instant, if one does: the last look before a message goes out.
    ///
    /// `channel` is its place in [`Self::channels`], `zone` the customer's IANA time zone. Contacts after `at` are not
    /// looked at. For many days and customers see [`Self::calendar`].
    ///
    /// # Errors
    /// `invalid_options` as [`Self::validate`], for an unknown zone, and for a channel that does not exist.
    ///
    /// ```
    /// use beforehand::Timestamp;
    /// use beforehand::offer::{Limit, Limits, Past, Sent};
    /// let limits = Limits::default();
    /// let at = |s: &str| s.parse::<Timestamp>();
    /// let late = limits.refusal(0, &Past::default(), "Europe/Berlin", at("2026-11-22T22:30:00Z")?)?;
    /// assert_eq!(late, Some(Limit::QuietHours));
    ///
    /// let yesterday = Sent { at: at("2026-11-21T12:00:00Z")?, channel: 0, answered: true };
    /// let past = Past { contacts: vec![yesterday], ..Past::default() };
    /// assert_eq!(limits.refusal(0, &past, "Europe/Berlin", at("2026-11-22T12:00:00Z")?)?, Some(Limit::Gap));
    /// assert_eq!(limits.refusal(0, &past, "Europe/Berlin", at("2026-11-24T12:00:00Z")?)?, None);
    /// # Ok::<(), beforehand::Error>(())
    /// ```
    pub fn refusal(&self, channel: usize, past: &Past, zone: &str, at: Timestamp) -> Result<Option<Limit>> {
        Ok(self.refusals(channel, past, zone, at)?.first().copied())
    }

    /// All limits that refuse a contact, in their order.
    pub(super) fn refusals(&self, channel: usize, past: &Past, zone: &str, at: Timestamp) -> Result<Vec<Limit>> {
        self.validate()?;
        let rules = self.channel(channel)?;
        let wall = at.to_jiff().to_zoned(zone_named("zone", zone)?).datetime();
        let minute = wall.hour() as u16 * 60 + wall.minute() as u16;
        let quiet = rules.quiet_hours.is_some_and(|quiet| {
            let (from, until) = (quiet.begins.minutes(), quiet.ends.minutes());
            if from < until { from <= minute && minute < until } else { minute >= from || minute < until }
        });
        let today = wall.date().to_string().parse::<CivilDate>();
        let consent = past.consent(channel);

        let any = |_: &Sent| true;
        let mine = |s: &Sent| s.channel == channel;
        let full = |caps: &[Cap], counts: &dyn Fn(&Sent) -> bool| {
            caps.iter().any(|cap| {
                let within = |s: &&Sent| s.at <= at && at.as_micros() - s.at.as_micros() < span_us(cap.days);
                past.contacts.iter().filter(within).filter(|s| counts(s)).count() >= cap.max_contacts as usize
            })
        };
        let close = |gap_days: f64, counts: &dyn Fn(&Sent) -> bool| {
            let earlier = past.contacts.iter().filter(|s| s.at <= at && counts(s));
            earlier.map(|s| at.as_micros() - s.at.as_micros()).any(|apart| apart < span_us(gap_days))
        };
        let all = [
            (Limit::OptedOut, consent == Consent::Refused),
            (Limit::Consent, consent == Consent::Unknown && rules.needs_consent),
            (Limit::Holiday, today.is_ok_and(|today| self.holidays.contains(&today))),
            (Limit::Weekday, !rules.weekdays.contains(&weekday(wall.weekday()))),
            (Limit::QuietHours, quiet),
            (
                Limit::CapIgnored,
                full(self.cap_ignored.as_slice(), &|s| !s.answered)
                    || full(rules.cap_ignored.as_slice(), &|s| mine(s) && !s.answered),
            ),
            (Limit::Cap, full(&self.caps, &any) || full(&rules.caps, &mine)),
            (Limit::Gap, close(self.min_gap_days, &any) || close(rules.min_gap_days, &mine)),
        ];
        Ok(all.into_iter().filter(|(_, refuses)| *refuses).map(|(limit, _)| limit).collect())
    }
}

fn weekday(day: JiffWeekday) -> Weekday {
    match day {
        JiffWeekday::Monday => Weekday::Monday,
        JiffWeekday::Tuesday => Weekday::Tuesday,
        JiffWeekday::Wednesday => Weekday::Wednesday,
        JiffWeekday::Thursday => Weekday::Thursday,
        JiffWeekday::Friday => Weekday::Friday,
        JiffWeekday::Saturday => Weekday::Saturday,
        JiffWeekday::Sunday => Weekday::Sunday,
    }
}

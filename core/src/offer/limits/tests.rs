//! Openings against the guard for single instants, and the days on which the clocks are changed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::*;
use crate::time::{DAY_US, Timestamp};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// One channel named `mail`, with quiet hours, and otherwise no limit.
fn only_quiet(from: &str, until: &str) -> Limits {
    let quiet = QuietHours { begins: from.parse().unwrap(), ends: until.parse().unwrap() };
    let mail = ChannelLimits { quiet_hours: Some(quiet), ..ChannelLimits::new("mail") };
    Limits { channels: vec![mail], cap_ignored: None, min_gap_days: 0.0, ..Limits::default() }
}

fn windows(day: &DayOpening<'_>) -> Vec<String> {
    day.windows().map(|w| format!("{} {}", w.from_at, w.until_at)).collect()
}

/// The windows of one civil day seen from its start, or the limit that closes it.
fn on(limits: &Limits, zone: &str, from: &str, date: &str) -> Result<Vec<String>, Limit> {
    let calendar = limits.calendar(zone, at(from), 5).unwrap();
    let day = calendar.openings(0, &Past::default()).unwrap().find(|d| d.date().to_string() == date).unwrap();
    day.limit().map_or_else(|| Ok(windows(&day)), Err)
}

#[test]
fn a_third_contact_in_a_week_to_someone_who_ignored_two_cannot_happen() {
    let limits = Limits::default();
    let first = at("2026-11-16T10:00:00Z");
    let past = |answered: [bool; 2]| Past {
        contacts: vec![
            Sent { at: first, channel: 0, answered: answered[0] },
            Sent { at: first.plus_days(3.0), channel: 0, answered: answered[1] },
        ],
        ..Past::default()
    };
    let as_of = first.plus_days(3.01);
    let calendar = limits.calendar("UTC", as_of, 10).unwrap();
    let free = |past: &Past| calendar.first_opening(0, past).unwrap().unwrap().from_at().unwrap();
    assert_eq!(free(&past([false, false])), first.plus_days(7.0));
    assert_eq!(free(&past([true, false])), first.plus_days(6.0));
    let openings = calendar.openings(0, &past([false, false])).unwrap();
    assert_eq!((openings.held_by(), openings.released_at()), (Some(Limit::CapIgnored), Some(first.plus_days(7.0))));
    for hour in 0..96 {
        let later = as_of.plus_days(f64::from(hour) / 24.0);
        let refused = limits.refusal(0, &past([false, false]), "UTC", later).unwrap();
        assert!(refused.is_some() || later >= first.plus_days(7.0), "{later}");
    }
}

#[test]
fn whoever_ignores_everything_gets_two_contacts_a_week_at_most() {
    let limits = Limits { channels: vec![ChannelLimits::new("mail"), ChannelLimits::new("push")], ..Limits::default() };
    let mut past = Past::default();
    let mut now = at("2026-03-01T07:00:00Z");
    for i in 0..60 {
        // As soon as any channel lets go, a contact on it.
        let calendar = limits.calendar("Europe/Berlin", now, 14).unwrap();
        now = calendar.first_opening(i % 2, &past).unwrap().unwrap().from_at().unwrap();
        assert_eq!(limits.refusal(i % 2, &past, "Europe/Berlin", now).unwrap(), None);
        past.contacts.push(Sent { at: now, channel: i % 2, answered: false });
    }
    for three in past.contacts.windows(3) {
        assert!(three[1].at.days_since(three[0].at) >= 3.0 && three[2].at.days_since(three[0].at) >= 7.0);
    }
    assert!(past.contacts[59].at.days_since(past.contacts[0].at) < 60.0 / 2.0 * 7.5, "and not much fewer");
}

#[test]
fn a_day_in_part() {
    let limits = Limits::default();
    let calendar = limits.calendar("Europe/Berlin", at("2026-11-23T09:20:00Z"), 2).unwrap();
    let days: Vec<_> = calendar.openings(0, &Past::default()).unwrap().collect();
    assert_eq!(windows(&days[0]), ["2026-11-23T09:20:00Z 2026-11-23T20:00:00Z"]);
    assert_eq!(days[0].hours().hours().collect::<Vec<_>>(), (10..21).collect::<Vec<_>>());
    // The hour that has begun is taken from now on, a later one from its beginning, one that is gone not at all.
    assert_eq!(days[0].at_hour(10), Some(at("2026-11-23T09:20:00Z")));
    assert_eq!(days[0].at_hour(20), Some(at("2026-11-23T19:00:00Z")));
    assert_eq!((days[0].at_hour(9), days[0].at_hour(21), days[0].at_hour(24)), (None, None, None));
    assert_eq!(days[1].hours().len(), 13);
    let evening = limits.calendar("Europe/Berlin", at("2026-11-23T20:00:00Z"), 1).unwrap();
    assert_eq!(evening.openings(0, &Past::default()).unwrap().next().unwrap().limit(), Some(Limit::QuietHours));
}

#[test]
fn each_limit_is_named() {
    let friday = at("2026-11-20T12:00:00Z");
    let mail =
        ChannelLimits { weekdays: Weekday::ALL[..5].to_vec(), needs_consent: true, ..ChannelLimits::new("mail") };
    let limits = Limits {
        channels: vec![mail, ChannelLimits::new("note")],
        holidays: vec!["2026-11-23".parse().unwrap()],
        caps: vec![Cap { max_contacts: 1, days: 5.0 }],
        ..Limits::default()
    };
    let calendar = limits.calendar("UTC", friday, 7).unwrap();
    let closed = |channel: usize, past: &Past| -> Vec<Option<Limit>> {
        calendar.openings(channel, past).unwrap().map(|day| day.limit()).collect()
    };
    let given = Past { consents: vec![Consent::Given], ..Past::default() };
    let (no, weekend, holiday) = (None, Some(Limit::Weekday), Some(Limit::Holiday));
    assert_eq!(closed(0, &given), [no, weekend, weekend, holiday, no, no, no]);
    assert_eq!(closed(0, &Past::default()), [Some(Limit::Consent); 7]);
    assert_eq!(closed(1, &Past { consents: vec![Consent::Refused; 2], ..Past::default() }), [Some(Limit::OptedOut); 7]);
    let sent = Sent { at: friday.plus_days(-1.0), channel: 7, answered: true };
    let recent = Past { contacts: vec![sent], ..Past::default() };
    let cap = Some(Limit::Cap);
    assert_eq!(closed(1, &recent), [cap, cap, cap, holiday, no, no, no]);
    assert_eq!(calendar.openings(2, &recent).unwrap_err().field(), Some("channel"));
    assert_eq!(limits.refusal(2, &recent, "UTC", friday).unwrap_err().field(), Some("channel"));
}

#[test]
fn a_day_on_which_the_clocks_are_changed() {
    // Berlin skips 02:00 to 03:00 on 29 March 2026, and has it twice on 25 October.
    let gone = only_quiet("03:00", "02:00");
    assert_eq!(on(&gone, "Europe/Berlin", "2026-03-27T12:00:00Z", "2026-03-29"), Err(Limit::ClockChange));
    let half = only_quiet("03:30", "02:30");
    assert_eq!(
        on(&half, "Europe/Berlin", "2026-03-27T12:00:00Z", "2026-03-29").unwrap(),
        ["2026-03-29T01:00:00Z 2026-03-29T01:30:00Z"]
    );
    assert_eq!(
        on(&gone, "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25").unwrap(),
        ["2026-10-25T00:00:00Z 2026-10-25T01:00:00Z", "2026-10-25T01:00:00Z 2026-10-25T02:00:00Z"]
    );
    // Quiet both times.
    assert_eq!(
        on(&only_quiet("02:15", "02:45"), "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25").unwrap(),
        [
            "2026-10-24T22:00:00Z 2026-10-25T00:15:00Z",
            "2026-10-25T00:45:00Z 2026-10-25T01:00:00Z",
            "2026-10-25T01:00:00Z 2026-10-25T01:15:00Z",
            "2026-10-25T01:45:00Z 2026-10-25T23:00:00Z"
        ]
    );
    // Lord Howe Island moves by half an hour, in the other half of the year.
    assert_eq!(
        on(&only_quiet("02:20", "01:40"), "Australia/Lord_Howe", "2026-04-03T12:00:00Z", "2026-04-05").unwrap(),
        ["2026-04-04T14:40:00Z 2026-04-04T15:00:00Z", "2026-04-04T15:10:00Z 2026-04-04T15:50:00Z"]
    );
    // Samoa had no 30 December 2011.
    let day = Limits { min_gap_days: 0.0, ..Limits::default() };
    assert_eq!(on(&day, "Pacific/Apia", "2011-12-29T12:00:00Z", "2011-12-30"), Err(Limit::ClockChange));
    // Where the day begins at 01:00, because midnight is skipped, its first hour is gone and the rest is there.
    let night = only_quiet("02:00", "00:00");
    assert_eq!(
        on(&night, "America/Santiago", "2024-09-07T12:00:00Z", "2024-09-08").unwrap(),
        ["2024-09-08T04:00:00Z 2024-09-08T05:00:00Z"]
    );
}

#[test]
fn what_is_out_of_range_is_refused() {
    let wrong = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        limits.validate().expect_err("refused").field().unwrap().to_owned()
    };
    let nan = Cap { max_contacts: 1, days: f64::NAN };
    assert_eq!(wrong(|l| l.channels.clear()), "channels");
    assert_eq!(wrong(|l| l.channels[0].name = " ".into()), "channels[0].name");
    assert_eq!(wrong(|l| l.channels[0].weekdays.clear()), "channels[0].weekdays");
    assert_eq!(wrong(|l| l.min_gap_days = f64::NAN), "min_gap_days");
    assert_eq!(wrong(|l| l.channels[0].min_gap_days = -1.0), "channels[0].min_gap_days");
    assert_eq!(wrong(|l| l.caps = vec![Cap { max_contacts: 0, days: 1.0 }]), "caps[0]");
    let mut limits = Limits { cap_ignored: Some(nan), ..Limits::default() };
    assert_eq!(limits.validate().unwrap_err().field(), Some("cap_ignored"));
    limits = only_quiet("08:00", "08:00");
    assert_eq!(limits.validate().unwrap_err().field(), Some("channels[0].quiet_hours"));
    let calendar = |zone: &str, n_days| Limits::default().calendar(zone, at("2026-01-01"), n_days).unwrap_err();
    assert_eq!(calendar("Mars/Olympus", 5).field(), Some("zone"));
    assert_eq!(calendar("UTC", 0).field(), Some("n_days"));
    assert_eq!(calendar("UTC", u32::MAX).field(), Some("n_days"));
    let error = serde_json::from_str::<Limits>(r#"{"quiet": 1}"#).unwrap_err().to_string();
    assert!(error.contains("unknown field `quiet`, expected one of `channels`"), "{error}");
    let default: Limits = serde_json::from_str("{}").unwrap();
    assert_eq!(default, Limits::default());
    assert_eq!(serde_json::from_str::<Limits>(&serde_json::to_string(&default).unwrap()).unwrap(), default);
}

#[test]
fn the_ends_of_the_calendar_are_no_trouble() {
    let past = Past { contacts: vec![Sent { at: Timestamp::MAX, channel: 0, answered: false }], ..Past::default() };
    for zone in ["UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin"] {
        for as_of in [Timestamp::MIN, Timestamp::MAX] {
            let calendar = Limits::default().calendar(zone, as_of, 732).unwrap();
            assert!(calendar.openings(0, &past).unwrap().all(|day| !day.is_open() || day.from_at() >= Some(as_of)));
            Limits::default().refusal(0, &past, zone, as_of).unwrap();
        }
    }
}

/// Zones with changes of the clocks in both hemispheres, with none, with odd offsets, and at midnight.
const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Shanghai",
    "Asia/Kathmandu",
    "America/Santiago",
    "America/St_Johns",
];
/// Midnights (UTC) within a day or two of a change in some of them; St John's changed at one minute past midnight in 2010.
const AROUND: [&str; 8] =
    ["2026-03-28", "2026-10-24", "2026-03-07", "2026-10-31", "2026-04-04", "2026-10-03", "2024-09-07", "2010-11-06"];

fn cap() -> impl Strategy<Value = Cap> {
    (1u32..4, 0.5f64..9.0).prop_map(|(max_contacts, days)| Cap { max_contacts, days })
}

fn minute() -> impl Strategy<Value = TimeOfDay> {
    // Round times often, so that they meet the changes of the clocks.
    prop_oneof![(0u16..24).prop_map(|h| (h, 0)), (0u16..24, 0u16..60)].prop_map(|(h, m)| TimeOfDay::new(h, m))
}

fn channel(name: &'static str) -> impl Strategy<Value = ChannelLimits> {
    let quiet = prop::option::weighted(0.8, (minute(), minute()).prop_filter("they differ", |(a, b)| a != b));
    let weekdays = prop_oneof![Just(Weekday::ALL.to_vec()), prop::sample::subsequence(Weekday::ALL.to_vec(), 1..=7)];
    let caps = (prop::collection::vec(cap(), 0..2), prop::option::of(cap()), prop_oneof![Just(0.0), 0.0f64..4.0]);
    (quiet, weekdays, any::<bool>(), caps).prop_map(move |(quiet, weekdays, needs_consent, caps)| ChannelLimits {
        name: name.to_owned(),
        quiet_hours: quiet.map(|(from, until)| QuietHours { begins: from, ends: until }),
        weekdays,
        needs_consent,
        caps: caps.0,
        cap_ignored: caps.1,
        min_gap_days: caps.2,
    })
}

#[derive(Debug)]
struct Case {
    limits: Limits,
    zone: &'static str,
    as_of: Timestamp,
    past: Past,
}

fn case() -> impl Strategy<Value = Case> {
    let start = (prop::sample::select(AROUND.to_vec()), 0i64..3 * DAY_US);
    let as_of = start.prop_map(|(date, us)| Timestamp::from_micros(at(date).as_micros() + us - DAY_US).unwrap());
    let overall = (prop::collection::vec(cap(), 0..2), prop::option::of(cap()), prop_oneof![Just(0.0), 0.0f64..4.0]);
    let sent = (-20.0f64..2.0, 0usize..3, any::<bool>());
    let consent = prop_oneof![3 => Just(Consent::Given), 1 => Just(Consent::Unknown), 1 => Just(Consent::Refused)];
    let past = (prop::collection::vec(sent, 0..6), prop::collection::vec(consent, 0..3));
    let zone = prop::sample::select(ZONES.to_vec());
    (channel("mail"), channel("phone"), overall, prop::option::of(0i32..6), as_of, zone, past).prop_map(
        |(mail, phone, overall, holiday, as_of, zone, past)| {
            let today = CivilDate::from_days(as_of.as_micros().div_euclid(DAY_US) as i32);
            let contact =
                |(days, channel, answered): (f64, usize, bool)| Sent { at: as_of.plus_days(days), channel, answered };
            Case {
                limits: Limits {
                    channels: vec![mail, phone],
                    caps: overall.0,
                    cap_ignored: overall.1,
                    min_gap_days: overall.2,
                    holidays: holiday.map(|days| today.plus_days(days)).into_iter().collect(),
                },
                zone,
                as_of,
                past: Past { contacts: past.0.into_iter().map(contact).collect(), consents: past.1, ..Past::default() },
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// What openings allow, the guard allows, and the other way round; the limit named for a closed day refuses on it.
    #[test]
    fn openings_and_the_guard_agree(case in case(), moments in prop::collection::vec(0i64..6 * DAY_US, 40)) {
        let Case { limits, zone, as_of, past } = case;
        let calendar = limits.calendar(zone, as_of, 6).unwrap();
        let known = Past { contacts: past.contacts.iter().filter(|s| s.at <= as_of).copied().collect(), ..past.clone() };
        let clock = crate::time::zone_named("zone", zone).unwrap();
        let date_of = |at: Timestamp| at.to_jiff().to_zoned(clock.clone()).date().to_string().parse::<CivilDate>().unwrap();
        for channel in 0..2 {
            let days: Vec<_> = calendar.openings(channel, &past).unwrap().collect();
            prop_assert_eq!(days.len(), 6);
            let edges = days.iter().flat_map(DayOpening::windows).flat_map(|w| {
                [w.from_at.as_micros() - 1, w.from_at.as_micros(), w.until_at.as_micros() - 1, w.until_at.as_micros()]
            });
            let mut moments: Vec<i64> = moments.iter().map(|us| as_of.as_micros() + us).chain(edges).collect();
            // Every quarter of an hour, so that closed days are searched as well.
            moments.extend((0..6 * 96).map(|i| as_of.as_micros() + i * DAY_US / 96));
            let mut named = [false; 6];
            for us in moments.into_iter().filter(|us| *us >= as_of.as_micros()) {
                let moment = Timestamp::from_micros(us).unwrap();
                let (date, hour) = (date_of(moment), moment.to_jiff().to_zoned(clock.clone()).hour() as u8);
                let Some(i) = days.iter().position(|day| day.date() == date) else { continue };
                let inside = |w: Window| (w.from_at..w.until_at).contains(&moment);
                let open = days[i].windows().any(inside);
                let refusals = limits.refusals(channel, &known, zone, moment).unwrap();
                prop_assert_eq!(open, refusals.is_empty(), "{} {:?}", moment, refusals);
                named[i] |= days[i].limit().is_some_and(|limit| refusals.contains(&limit));
                if open {
                    prop_assert!(days[i].is_open() && days[i].hours().contains(hour));
                    let first = days[i].at_hour(hour).unwrap();
                    prop_assert!(first <= moment && days[i].windows().any(|w| (w.from_at..w.until_at).contains(&first)));
                }
            }
            for (day, named) in days.iter().zip(named) {
                prop_assert_eq!(day.is_open(), day.windows().next().is_some());
                prop_assert_eq!(day.hours().hours().filter(|h| day.at_hour(*h).is_some()).count(), day.hours().len());
                let first = day.date() == date_of(as_of);
                let skipped = matches!(day.limit(), None | Some(Limit::ClockChange));
                prop_assert!(named || skipped || first, "{} {:?}", day.date(), day.limit());
            }
        }
    }

    #[test]
    fn neither_the_future_nor_the_order_of_contacts_matters(case in case()) {
        let Case { limits, zone, as_of, past } = case;
        let mut other = past.clone();
        other.contacts.retain(|s| s.at <= as_of);
        other.contacts.reverse();
        other.contacts.push(Sent { at: as_of.plus_days(0.1), channel: 0, answered: false });
        let calendar = limits.calendar(zone, as_of, 20).unwrap();
        for channel in 0..2 {
            let read = |past: &Past| -> Vec<_> {
                let days = calendar.openings(channel, past).unwrap();
                days.map(|day| (day.date(), day.limit(), day.hours(), windows(&day))).collect()
            };
            prop_assert_eq!(read(&past), read(&other));
        }
    }
}

//! The rules: what a caller allows on each channel, and over all of them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::civil::{CivilDate, TimeOfDay, Weekday};
use crate::error::{Error, Result};
use crate::time::DAY_US;

/// Longest reach of a cap or a gap, days.
const MAX_DAYS: f64 = 366.0;

/// At most so many contacts in so many days.
///
/// A contact is refused at an instant `t` when `max_contacts` or more of the contacts that count went out within
/// `(t − days, t]`; `days` have 24 hours, so that seven of them are a week on any clock.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// Contacts at most, 1 … 1,000.
    pub max_contacts: u32,
    /// Within so many days, above 0 and up to 366.
    pub days: f64,
}

/// A time of the day in which nothing is sent, on the customer's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// Quiet begins, `HH:MM`.
    pub begins: TimeOfDay,
    /// Quiet ends, `HH:MM`; past midnight when it is earlier than `begins`. Not the same as `begins`.
    pub ends: TimeOfDay,
}

/// When one channel may be used.
///
/// ```
/// use beforehand::offer::{ChannelLimits, Weekday};
/// let call = ChannelLimits {
///     weekdays: Weekday::ALL[..5].to_vec(),
///     needs_consent: true,
///     ..ChannelLimits::new("phone")
/// };
/// assert!(call.weekdays.contains(&Weekday::Friday) && !call.weekdays.contains(&Weekday::Sunday));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ChannelLimits {
    /// The channel's name: any text that no other channel has, not empty. No default.
    pub name: String,
    /// When nothing is sent. Default: 21:00 to 08:00, which is inside what the common rules on calls and messages ask for
    /// and outside most people's sleep. `null` for a channel that disturbs nobody, such as a note inside an app.
    pub quiet_hours: Option<QuietHours>,
    /// Days of the week on which the channel may be used, at least one. Default: all seven.
    pub weekdays: Vec<Weekday>,
    /// Whether the channel may be used only for customers known to have agreed. Default: no, because a log seldom holds
    /// consents; where the law asks for one on this channel, say yes. A refusal holds either way.
    pub needs_consent: bool,
    /// Caps on the contacts of this channel; all hold. Default: none beyond those over all channels.
    pub caps: Vec<Cap>,
    /// A cap on this channel's contacts that were ignored. Default: none beyond the one over all channels.
    pub cap_ignored: Option<Cap>,
    /// Days of 24 hours from one contact on this channel to the next, 0 … 366. Default: 0, for the gap over all channels
    /// holds anyway.
    pub min_gap_days: f64,
}

impl Default for ChannelLimits {
    fn default() -> Self {
        Self {
            name: String::new(),
            quiet_hours: Some(QuietHours { begins: TimeOfDay::new(21, 0), ends: TimeOfDay::new(8, 0) }),
            weekdays: Weekday::ALL.to_vec(),
            needs_consent: false,
            caps: Vec::new(),
            cap_ignored: None,
            min_gap_days: 0.0,
        }
    }
}

impl ChannelLimits {
    /// A channel of that name with the default limits.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// When channels may be used, and how often a customer is contacted at all.
///
/// ```
/// use beforehand::offer::{ChannelLimits, Limits};
/// let limits: Limits = serde_json::from_str(
///     r#"{ "channels": [{ "name": "mail", "quiet_hours": null }, { "name": "phone", "needs_consent": true }],
///          "caps": [{ "max_contacts": 4, "days": 28 }], "holidays": ["2026-10-01"] }"#,
/// )?;
/// limits.validate()?;
///
/// let twice = Limits { channels: vec![ChannelLimits::new("mail"); 2], ..limits };
/// assert_eq!(twice.validate().unwrap_err().field(), Some("channels[1].name"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// The channels, at least one; elsewhere a channel is its place in this list. Default: one, named `message`.
    pub channels: Vec<ChannelLimits>,
    /// Caps on contacts over all channels; all hold. Default: none, for the gap and the cap on ignored contacts already
    /// keep the number low.
    pub caps: Vec<Cap>,
    /// A cap on ignored contacts over all channels: how many may lie within how many days before no further one may
    /// follow. Default: 2 in 7 days, so that nobody who ignored two is contacted a third time in a week. `null` for none.
    pub cap_ignored: Option<Cap>,
    /// Days of 24 hours from one contact to the next, over all channels, 0 … 366. Default: 3. Most answers to a message
    /// that come at all come within two or three days; a contact made sooner cannot know whether the last was ignored.
    pub min_gap_days: f64,
    /// Civil dates on which nothing is sent, on the customer's calendar. Default: none, for holidays differ by country.
    pub holidays: Vec<CivilDate>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            channels: vec![ChannelLimits::new("message")],
            caps: Vec::new(),
            cap_ignored: Some(Cap { max_contacts: 2, days: 7.0 }),
            min_gap_days: 3.0,
            holidays: Vec::new(),
        }
    }
}

impl Limits {
    /// Checks every option.
    ///
    /// # Errors
    /// `invalid_options` naming the option, the value given and the values allowed.
    pub fn validate(&self) -> Result<()> {
        if self.channels.is_empty() {
            return Err(Error::options("channels", "channels is empty; give at least one channel"));
        }
        let mut names = BTreeSet::new();
        for (i, channel) in self.channels.iter().enumerate() {
            let at = |field: &str| format!("channels[{i}].{field}");
            let name = channel.name.as_str();
            if name.trim().is_empty() {
                return Err(Error::options(&at("name"), format!("channels[{i}].name is empty; give the channel one")));
            }
            if !names.insert(name) {
                let message = format!("channels[{i}].name is {name:?} as another one's; give each a name of its own");
                return Err(Error::options(&at("name"), message));
            }
            if channel.weekdays.is_empty() {
                let message =
                    format!("channels[{i}].weekdays (of {name:?}) is empty; allow at least one day, or leave it out");
                return Err(Error::options(&at("weekdays"), message));
            }
            if let Some(quiet) = channel.quiet_hours.filter(|q| q.begins == q.ends) {
                let message = format!(
                    "channels[{i}].quiet_hours (of {name:?}) run from {} to {}; the two must differ; null means none",
                    quiet.begins, quiet.ends
                );
                return Err(Error::options(&at("quiet_hours"), message));
            }
            check_caps(&at, &channel.caps, channel.cap_ignored, channel.min_gap_days)?;
        }
        check_caps(&str::to_owned, &self.caps, self.cap_ignored, self.min_gap_days)
    }

    /// The rules of a channel.
    pub(super) fn channel(&self, channel: usize) -> Result<&ChannelLimits> {
        self.channels.get(channel).ok_or_else(|| unknown_channel(channel, self.channels.len()))
    }
}

pub(super) fn unknown_channel(channel: usize, n: usize) -> Error {
    Error::options("channel", format!("channel is {channel}; channels are numbered from 0, and there are {n}"))
}

fn check_caps(at: &dyn Fn(&str) -> String, caps: &[Cap], ignored: Option<Cap>, min_gap_days: f64) -> Result<()> {
    let caps = caps.iter().enumerate().map(|(i, cap)| (at(&format!("caps[{i}]")), *cap));
    for (field, cap) in caps.chain(ignored.map(|cap| (at("cap_ignored"), cap))) {
        if !(1..=1000).contains(&cap.max_contacts) {
            let message = format!("{field}.max_contacts is {}; allowed are 1 to 1000", cap.max_contacts);
            return Err(Error::options(&field, message));
        }
        if !(cap.days > 0.0 && cap.days <= MAX_DAYS) {
            let message = format!("{field}.days is {}; allowed are numbers above 0 and up to {MAX_DAYS}", cap.days);
            return Err(Error::options(&field, message));
        }
    }
    if !(0.0..=MAX_DAYS).contains(&min_gap_days) {
        let field = at("min_gap_days");
        let message = format!("{field} is {min_gap_days}; allowed are 0 to {MAX_DAYS}");
        return Err(Error::options(&field, message));
    }
    Ok(())
}

/// Days of 24 hours as microseconds.
pub(super) fn span_us(days: f64) -> i64 {
    (days * DAY_US as f64).round() as i64
}

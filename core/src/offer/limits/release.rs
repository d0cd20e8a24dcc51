//! From when on caps and gaps let a customer be contacted again.

use std::borrow::Cow;

use super::limit::Limit;
use super::options::{Cap, Limits, span_us};
use super::past::{Consent, Past, Sent};
use crate::error::Result;
use crate::time::Timestamp;

/// What caps, gaps and consent say about one customer and channel.
///
/// Nothing is sent meanwhile, so the contacts within any window only become fewer: each cap and gap ends once, and what
/// holds is known by the instant at which the last of them ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// The channel is closed for good.
    Never(Limit),
    /// The channel is free from an instant (microseconds since 1970) on, and until then held by a limit.
    Held(i64, Limit),
    /// The channel is free.
    Free,
}

impl Standing {
    pub(super) fn of(limits: &Limits, channel: usize, past: &Past, as_of: Timestamp) -> Result<Self> {
        let rules = limits.channel(channel)?;
        match past.consent(channel) {
            Consent::Refused => return Ok(Self::Never(Limit::OptedOut)),
            Consent::Unknown if rules.needs_consent => return Ok(Self::Never(Limit::Consent)),
            Consent::Unknown | Consent::Given => {}
        }
        let contacts = in_order(&past.contacts);
        let known = &contacts[..contacts.partition_point(|sent| sent.at <= as_of)];
        let (mine, ignored) = (|s: &Sent| s.channel == channel, |s: &Sent| !s.answered);
        let cap =
            |caps: &[Cap], counts: &dyn Fn(&Sent) -> bool| caps.iter().map(|cap| free_at(known, *cap, counts)).max();
        let gap = |days: f64, counts: &dyn Fn(&Sent) -> bool| {
            let cap = Cap { max_contacts: 1, days };
            (days > 0.0).then(|| free_at(known, cap, counts))
        };
        let ends = [
            (cap(limits.cap_ignored.as_slice(), &ignored), Limit::CapIgnored),
            (cap(rules.cap_ignored.as_slice(), &|s| mine(s) && ignored(s)), Limit::CapIgnored),
            (cap(&limits.caps, &|_| true), Limit::Cap),
            (cap(&rules.caps, &mine), Limit::Cap),
            (gap(limits.min_gap_days, &|_| true), Limit::Gap),
            (gap(rules.min_gap_days, &mine), Limit::Gap),
        ];
        let mut standing = Self::Free;
        let mut latest = as_of.as_micros();
        for (end, limit) in ends {
            if let Some(end) = end.flatten().filter(|end| *end > latest) {
                (latest, standing) = (end, Self::Held(end, limit));
            }
        }
        Ok(standing)
    }
}

/// When a cap lets go: so many days after the contact that fills it, counted back from the latest.
fn free_at(known: &[Sent], cap: Cap, counts: &dyn Fn(&Sent) -> bool) -> Option<i64> {
    let filling = known.iter().rev().filter(|s| counts(s)).nth(cap.max_contacts.saturating_sub(1) as usize)?;
    Some(filling.at.as_micros().saturating_add(span_us(cap.days)))
}

fn in_order(contacts: &[Sent]) -> Cow<'_, [Sent]> {
    if contacts.is_sorted_by_key(|sent| sent.at) {
        return Cow::Borrowed(contacts);
    }
    let mut sorted = contacts.to_vec();
    sorted.sort_by_key(|sent| sent.at);
    Cow::Owned(sorted)
}

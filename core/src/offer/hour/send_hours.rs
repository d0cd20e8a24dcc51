//! What was learned about everyone's hours, and what it says about one customer.

use serde::{Deserialize, Serialize};

use super::counts::{HourCounts, Hours, Row, normalised};
use super::mask::HourMask;
use super::mixture::{Logs, Mixture};
use crate::error::{Error, Result};

/// Most profiles a stored model may have; a fit never makes as many.
const MAX_PROFILES: usize = 4096;

/// On whose opens a choice of the hour rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HourBasis {
    /// On the customer's own opens on this channel, and, the fewer they are the more, on those of similar customers.
    Own,
    /// On the customer's opens on other channels, and those of similar customers: there is none on this one.
    OtherChannels,
    /// On everyone's opens on this channel: the customer has none.
    Population,
    /// On nothing: nobody has opened anything. The middle of the allowed hours was taken.
    Nothing,
}

impl HourBasis {
    /// The basis as the `snake_case` string used in all languages.
    ///
    /// ```
    /// assert_eq!(beforehand::offer::HourBasis::OtherChannels.as_str(), "other_channels");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::OtherChannels => "other_channels",
            Self::Population => "population",
            Self::Nothing => "nothing",
        }
    }
}

/// The hour at which to send to a customer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct HourChoice {
    /// The hour of the day on the customer's clock, 0 to 23.
    pub hour: u8,
    /// The share of the customer's opens to be expected within the hour, 0 to 1; 1/24 is an hour like any other. When sends
    /// are known, the share there would be if as much were sent in every hour.
    pub density: f64,
    /// The customer's own opens on the channel so far.
    pub n_opens: u64,
    /// On whose opens the choice rests.
    pub basis: HourBasis,
}

/// How a customer's own opens are weighed; chosen by what predicts held-out opens best.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Weighing {
    /// Own opens that weigh as much as the mixture of profiles.
    pub(super) prior_opens: f64,
    /// The share of an own open that each hour's distance around the clock gets; adds up to 1.
    pub(super) kernel: Hours,
    /// What an open on another channel is worth, 0 to 1.
    pub(super) other_channels: f64,
    /// `b` in `(b + 1) / (b + n)`, what an open tells about the profile when there are `n`: with independent opens, infinite.
    pub(super) cluster_opens: f64,
}

/// A kernel like a normal density of a standard deviation in hours, around the clock.
pub(super) fn kernel(sd_hours: f64) -> Hours {
    normalised(std::array::from_fn(|h| {
        let apart = h.min(24 - h) as f64 / sd_hours;
        (-0.5 * apart * apart).exp()
    }))
}

impl Default for Weighing {
    fn default() -> Self {
        Self { prior_opens: 25.0, kernel: kernel(1.0), other_channels: 0.5, cluster_opens: 1e6 }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Learned {
    pub(super) mixture: Mixture,
    pub(super) weighing: Weighing,
    /// Rows the mixture was learned from: pairs of customer and channel with at least one open.
    pub(super) n_rows: u64,
}

/// At which hours customers open what they are sent: learned from everyone, small, without any customer's data.
///
/// Everyone's opens give a mixture of profiles over the 24 hours of the day, whose number is chosen by the likelihood of
/// held-out opens. A customer's opens say which profiles are likely, and stand beside them as a smooth density of their own:
///
/// `density_h ∝ (a · Σ_k P(k | opens) θ_kh + Σ_g K_(h−g) opens_g) / (a + Σ_g K_(h−g) expected_g)`
///
/// with `θ_k` the profiles, `K` a kernel around the clock, `expected` what the sends lead one to expect (equal for all hours when
/// they are not known), and `a` and the width of `K` chosen by held-out opens as well. This is empirical Bayes (Robbins 1956)
/// with a discrete prior (Laird 1978). Opens on the customer's other channels count for less, by a factor that is chosen
/// likewise.
///
/// ```
/// use beforehand::offer::{HourBasis, HourCounts, HourMask, SendHours};
/// // Two kinds of customers: some open at seven in the morning, some around midnight.
/// let customer = |i: u8| [HourCounts::of_opens(if i % 2 == 0 { [7, 7, 8] } else { [23, 0, 0] })];
/// let model = SendHours::fit(&(0..100).map(customer).collect::<Vec<_>>());
///
/// let late = [HourCounts::of_opens([23])];
/// let choice = model.best(&late, 0, HourMask::ALL).expect("an hour is allowed");
/// assert_eq!((choice.hour, choice.basis), (0, HourBasis::Own));
/// let morning = HourMask::from_hours(6..12)?;
/// assert_eq!(model.best(&late, 0, morning).expect("an hour is allowed").hour, 7);
/// assert!(model.best(&late, 0, HourMask::NONE).is_none());
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Learned", into = "Learned")]
pub struct SendHours {
    learned: Learned,
    logs: Logs,
}

impl PartialEq for SendHours {
    fn eq(&self, other: &Self) -> bool {
        self.learned == other.learned
    }
}

impl From<SendHours> for Learned {
    fn from(model: SendHours) -> Self {
        model.learned
    }
}

impl TryFrom<Learned> for SendHours {
    type Error = Error;

    fn try_from(learned: Learned) -> Result<Self> {
        let mixture = &learned.mixture;
        let n = mixture.profiles.len();
        let density = |shares: &[f64]| {
            shares.iter().all(|x| x.is_finite() && *x >= 0.0) && (shares.iter().sum::<f64>() - 1.0).abs() < 1e-6
        };
        let shares = |shares: &Vec<f64>| shares.len() == n && density(shares);
        let weighing = &learned.weighing;
        let positive = |x: f64| x.is_finite() && x > 0.0;
        let sound = (1..=MAX_PROFILES).contains(&n)
            && mixture.profiles.iter().all(|profile| density(profile))
            && shares(&mixture.shares)
            && mixture.by_channel.iter().all(shares)
            && density(&weighing.kernel)
            && positive(weighing.prior_opens)
            && positive(weighing.cluster_opens)
            && (0.0..=1.0).contains(&weighing.other_channels);
        if !sound {
            let message = "these hours of sending were not made by this library, or were damaged; fit them anew";
            return Err(Error::new(crate::ErrorCode::IncompatibleModel, message));
        }
        Ok(Self { logs: mixture.logs(), learned })
    }
}

impl SendHours {
    pub(super) fn new(mixture: Mixture, weighing: Weighing, n_rows: usize) -> Self {
        Self { logs: mixture.logs(), learned: Learned { mixture, weighing, n_rows: n_rows as u64 } }
    }

    /// How many profiles were told apart.
    pub fn n_profiles(&self) -> usize {
        self.learned.mixture.profiles.len()
    }

    /// How many pairs of customer and channel, with at least one open each, it was learned from: all of them, or 10,000.
    pub fn n_rows(&self) -> u64 {
        self.learned.n_rows
    }

    /// A customer's density of opens over the 24 hours of the day on one channel; adds up to 1.
    ///
    /// `customer` has one entry per channel, in the order that was used for the fit; what is missing has no opens.
    pub fn density(&self, customer: &[HourCounts], channel: usize) -> [f64; 24] {
        let (own, others) = rows(customer, channel);
        self.density_of(&own, others.as_ref())
    }

    fn density_of(&self, own: &Row, others: Option<&Row>) -> Hours {
        let Learned { mixture, weighing, .. } = &self.learned;
        beside(&likely(mixture, &self.logs, weighing, own, others), weighing, own, others)
    }

    /// The best of the allowed hours to send to a customer on a channel; none when no hour is allowed.
    ///
    /// `customer` as in [`Self::density`]. Of equal hours the earliest.
    pub fn best(&self, customer: &[HourCounts], channel: usize, allowed: HourMask) -> Option<HourChoice> {
        let (own, others) = rows(customer, channel);
        let density = self.density_of(&own, others.as_ref());
        let basis = if own.n > 0.0 {
            HourBasis::Own
        } else if others.is_some_and(|others| others.n > 0.0) {
            HourBasis::OtherChannels
        } else if self.learned.n_rows > 0 {
            HourBasis::Population
        } else {
            HourBasis::Nothing
        };
        let hour = if basis == HourBasis::Nothing {
            allowed.hours().nth(allowed.len() / 2)?
        } else {
            let better =
                |best: u8, hour: u8| if density[usize::from(hour)] > density[usize::from(best)] { hour } else { best };
            allowed.hours().reduce(better)?
        };
        let n_opens = customer.get(channel).map_or(0, HourCounts::n_opens);
        Some(HourChoice { hour, density: density[usize::from(hour)], n_opens, basis })
    }
}

/// A customer's row on a channel, and one of all other channels.
pub(super) fn rows(customer: &[HourCounts], channel: usize) -> (Row, Option<Row>) {
    let nothing = HourCounts::default();
    let own = Row::new(channel, customer.get(channel).unwrap_or(&nothing));
    let others = customer.iter().enumerate().filter(|(c, counts)| *c != channel && counts.n_opens() > 0);
    let together = others.map(|(_, counts)| Row::new(channel, counts)).reduce(|a, b| a.plus(&b));
    (own, together)
}

/// The mean of the profiles that a customer's opens make likely.
pub(super) fn likely(mixture: &Mixture, logs: &Logs, weighing: &Weighing, own: &Row, others: Option<&Row>) -> Hours {
    let worth = weighing.other_channels;
    let n = own.n + others.map_or(0.0, |row| row.n * worth);
    let factor = (weighing.cluster_opens + 1.0) / (weighing.cluster_opens + n.max(1.0));
    let mut weights = Vec::with_capacity(mixture.profiles.len());
    match others {
        None => mixture.weights(logs, own.channel, &[(own, factor)], &mut weights),
        Some(others) => {
            mixture.weights(logs, own.channel, &[(own, factor), (others, factor * worth)], &mut weights);
        }
    }
    mixture.mean(&weights)
}

/// The density of likely profiles with the customer's own opens beside it.
pub(super) fn beside(mean: &Hours, weighing: &Weighing, own: &Row, others: Option<&Row>) -> Hours {
    let (mut opens, mut expected) = (own.opens, own.exposure(mean));
    if let Some(others) = others {
        let exposure = others.exposure(mean);
        for h in 0..24 {
            opens[h] += weighing.other_channels * others.opens[h];
            expected[h] += weighing.other_channels * exposure[h];
        }
    }
    let spread = |hours: &Hours, h: usize| (0..24).map(|g| weighing.kernel[(h + 24 - g) % 24] * hours[g]).sum::<f64>();
    let a = weighing.prior_opens;
    normalised(std::array::from_fn(|h| (a * mean[h] + spread(&opens, h)) / (a + spread(&expected, h))))
}

//! What is known of one customer's hours on one channel.

use std::array;

use serde::{Deserialize, Serialize};

/// When one customer opened what came on one channel: counts per hour of the day, on the customer's clock.
///
/// When the sends are not known, `opens[h]` counts opens during hour `h`, and the best hour is the one in which the customer
/// opens most. When they are known, `opens[h]` counts the opens of what was sent during hour `h`, and the best hour is the
/// one in which the largest share of what is sent is opened: a customer who has always been written to at nine in the
/// morning, and opened little of it, is no friend of mornings.
///
/// ```
/// use beforehand::offer::HourCounts;
/// let mail = HourCounts::of_opens([8, 9, 9, 20, 33]);
/// assert_eq!((mail.opens[9], mail.n_opens()), (2, 4)); // 33 is no hour
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct HourCounts {
    /// Opens per hour of the day, 0 to 23.
    pub opens: [u32; 24],
    /// Sends per hour of the day, when they are known. Give them for every customer of a channel or for none, or
    /// rates and counts are learned as one. An hour with more opens than sends is taken to have as many sends.
    pub sends: Option<[u32; 24]>,
}

impl HourCounts {
    /// Counts opens, given by their hours, 0 to 23; what is no hour is left out. Sends are unknown.
    pub fn of_opens(hours: impl IntoIterator<Item = u8>) -> Self {
        let mut out = Self::default();
        for hour in hours {
            if let Some(n) = out.opens.get_mut(usize::from(hour)) {
                *n = n.saturating_add(1);
            }
        }
        out
    }

    /// Opens over all hours.
    pub fn n_opens(&self) -> u64 {
        self.opens.iter().map(|&n| u64::from(n)).sum()
    }
}

/// Numbers per hour of the day.
pub(super) type Hours = [f64; 24];

/// The counts of a customer and channel as numbers.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) channel: usize,
    pub(super) opens: Hours,
    pub(super) n: f64,
    /// Sends per hour relative to their mean over the hours, when they are known.
    pub(super) sends: Option<Hours>,
}

impl Row {
    pub(super) fn new(channel: usize, counts: &HourCounts) -> Self {
        let opens = counts.opens.map(f64::from);
        let sends = counts.sends.and_then(|sends| {
            let sends: Hours = array::from_fn(|h| f64::from(sends[h].max(counts.opens[h])));
            let all: f64 = sends.iter().sum();
            (all > 0.0).then(|| sends.map(|s| s * 24.0 / all))
        });
        Self { channel, opens, n: opens.iter().sum(), sends }
    }

    /// The same row with other opens.
    pub(super) fn with(&self, opens: Hours) -> Self {
        Self { channel: self.channel, opens, n: opens.iter().sum(), sends: self.sends }
    }

    /// The same row with its opens cut down in proportion to so many at most.
    pub(super) fn at_most(&self, opens: f64) -> Self {
        if self.n <= opens { self.clone() } else { self.with(self.opens.map(|n| n * opens / self.n)) }
    }

    /// Both rows as one; sends are known when they are of both.
    pub(super) fn plus(&self, other: &Self) -> Self {
        let sends = match (&self.sends, &other.sends) {
            // Each by its opens, for the rows' sends are relative to their own means.
            (Some(a), Some(b)) => {
                Some(array::from_fn(|h| (self.n * a[h] + other.n * b[h]) / (self.n + other.n).max(1e-12)))
            }
            _ => None,
        };
        Self {
            channel: self.channel,
            opens: array::from_fn(|h| self.opens[h] + other.opens[h]),
            n: self.n + other.n,
            sends,
        }
    }

    /// How many opens a profile (a density over the hours) leads one to expect per unit of density, by hour: as many
    /// everywhere as there are opens when the sends are unknown, otherwise more where more was sent.
    pub(super) fn exposure(&self, profile: &Hours) -> Hours {
        match &self.sends {
            None => [self.n; 24],
            Some(sends) => {
                let reach = dot(sends, profile);
                sends.map(|s| if reach > 0.0 { self.n * s / reach } else { self.n })
            }
        }
    }
}

pub(super) fn dot(a: &Hours, b: &Hours) -> f64 {
    // Four sums side by side: one after the other, each addition would wait for the last.
    let mut sums = [0.0; 4];
    for i in 0..6 {
        for (j, sum) in sums.iter_mut().enumerate() {
            *sum += a[4 * i + j] * b[4 * i + j];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

pub(super) fn normalised(mut hours: Hours) -> Hours {
    let all: f64 = hours.iter().sum();
    if all > 0.0 && all.is_finite() {
        for x in &mut hours {
            *x /= all;
        }
        hours
    } else {
        [1.0 / 24.0; 24]
    }
}

/// Each hour with a quarter from either neighbour, around midnight as anywhere.
pub(super) fn smooth(hours: &Hours) -> Hours {
    array::from_fn(|h| 0.5 * hours[h] + 0.25 * (hours[(h + 1) % 24] + hours[(h + 23) % 24]))
}

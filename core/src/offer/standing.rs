//! What is known of one customer, beside the needs, when they are weighed.

/// What is known of one customer when needs are weighed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Standing {
    /// Purchases so far, of anything.
    pub(super) n_purchases: u32,
    /// What ignored contacts have left of the effect, 0 to 1.
    pub(super) keeps: f64,
    pub(super) remaining_value: f64,
    pub(super) open: OpenDays,
    /// The gap over all channels, days.
    pub(super) gap_days: usize,
    /// Offers that a person refused of late; empty for none.
    pub(super) refused: Vec<bool>,
}

/// On which of the days planned ahead each channel may be used.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct OpenDays {
    n_days: usize,
    /// Channel by channel, `n_days` of each.
    is_open: Vec<bool>,
}

impl OpenDays {
    /// Starts over, with no channel and so many days of each.
    pub(super) fn clear(&mut self, n_days: usize) {
        self.n_days = n_days;
        self.is_open.clear();
    }

    /// The next channel's days; those that are not given are closed.
    pub(super) fn push(&mut self, days: impl Iterator<Item = bool>) {
        let end = self.is_open.len() + self.n_days;
        self.is_open.extend(days.take(self.n_days));
        self.is_open.resize(end, false);
    }

    /// Whether a channel may be used so many days from now.
    pub(super) fn contains(&self, day: usize, channel: usize) -> bool {
        self.is_open[channel * self.n_days + day]
    }
}

//! Customers of a table, as many as stand abreast.

use super::abreast::{Abreast, Count, WIDE};
use super::period::Typical;
use super::state::{DeclineState, Noise, trust};
use super::usage::Usage;

/// One customer's counts from the first period on; NaN where nothing is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member<'a> {
    pub(super) first_period: i64,
    pub(super) series: &'a [f32],
}

/// Up to eight customers, at the same period.
#[derive(Debug, Clone)]
pub(super) struct Group<'a> {
    pub(super) members: Vec<Member<'a>>,
    pub(super) states: Abreast<WIDE>,
}

impl Member<'_> {
    pub(super) fn count(&self, at: i64) -> Count {
        // Before the first period the difference is beyond any series.
        match self.series.get((at - self.first_period) as usize) {
            None => Count::Absent,
            Some(x) if x.is_nan() => Count::Unknown,
            Some(&x) => Count::Known(x),
        }
    }

    /// The period after the last.
    pub(super) fn end(&self) -> i64 {
        self.first_period + self.series.len() as i64
    }
}

impl Usage {
    /// All customers with their places, those who came first first, so that groups of them begin together; the table's
    /// periods are numbered `shift` lower.
    pub(super) fn in_order_of_coming(&self, shift: i64) -> Vec<(u32, Member<'_>)> {
        let member = |c: usize| Member { first_period: self.first[c] + shift, series: self.series(c) };
        let mut all: Vec<(u32, Member<'_>)> = (0..self.n_customers()).map(|c| (c as u32, member(c))).collect();
        all.sort_by_key(|(_, m)| m.first_period);
        all
    }
}

impl<'a> Group<'a> {
    /// At most [`WIDE`] members, who have not begun.
    pub(super) fn new(members: impl IntoIterator<Item = Member<'a>>) -> Self {
        let nobody = DeclineState::new(0, &Typical::default());
        Self { members: members.into_iter().take(WIDE).collect(), states: Abreast::new(&nobody) }
    }

    /// What a period holds for each.
    pub(super) fn counts(&self, at: i64) -> [Count; WIDE] {
        std::array::from_fn(|i| self.members.get(i).map_or(Count::Absent, |m| m.count(at)))
    }

    /// Customers whose first period this is.
    pub(super) fn start(&mut self, at: i64, typical: &Typical) {
        for (i, member) in self.members.iter().enumerate() {
            if member.first_period == at {
                self.states.start(i, at, typical);
            }
        }
    }

    /// Those who have begun by a period, without their recent periods.
    pub(super) fn begun(&self, by: i64) -> impl Iterator<Item = (Member<'a>, DeclineState)> + '_ {
        self.places(by).map(|i| (self.members[i], self.states.get(i)))
    }

    /// How irregular those are who have begun by a period, and the trust in each.
    pub(super) fn noises(&self, by: i64) -> impl Iterator<Item = (f32, Noise)> + '_ {
        self.places(by).map(|i| (trust(self.states.ln_evidence(i)), self.states.noise(i)))
    }

    /// The places of those who have begun by a period.
    fn places(&self, by: i64) -> impl Iterator<Item = usize> + '_ {
        (0..self.members.len()).filter(move |&i| self.members[i].first_period <= by)
    }
}

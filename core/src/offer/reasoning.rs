//! Why a decision came out as it did, as data.

use super::day::{Day, Who};
use super::decision::{Binding, Candidate, Change, ChangeOf, ClosedDay, Evidence, EvidenceKind, Reasoning};
use super::help::Help;
use super::limits::DayOpening;
use super::need::Need;
use super::search::{Pick, Way};
use super::standing::Standing;
use super::weigh::{Chosen, Weigher};
use crate::error::Result;

/// Gains that differ by less are the same.
const SAME: f64 = 1e-9;

/// Explains one decision.
pub(super) struct Reasoner<'a> {
    pub(super) day: &'a Day<'a>,
    pub(super) who: Who<'a>,
    pub(super) needs: &'a [Need],
    pub(super) standing: &'a Standing,
    pub(super) weigher: Weigher<'a>,
}

impl Reasoner<'_> {
    /// The reasoning about the contact that was chosen, or would have been.
    pub(super) fn explain(&mut self, chosen: &Chosen) -> Result<Reasoning> {
        let need = &self.needs[chosen.need];
        self.weigher.list_ways(need, self.standing);
        self.weigher.look(&need.due);
        let candidates = self.candidates(need, chosen);
        let gains = self.weigher.gains(&need.due);
        let same = |w: &Way| (w.offer, w.channel) == (chosen.way.offer, chosen.way.channel);
        let (place, way) = (chosen.pick.way, chosen.way);
        let is_other = |day| day != chosen.pick.day;
        let other = gains.best(&[way], 0, |day, channel| is_other(day) && self.standing.open.contains(day, channel));
        debug_assert!(self.weigher.ways.get(place).is_some_and(same));
        let runner_up = other.map(|pick| self.candidate(need, &Pick { way: place, ..pick }));
        Ok(Reasoning {
            candidates,
            runner_up,
            evidence: self.evidence(need, &way),
            binding: self.binding(need, chosen)?,
            would_change: self.would_change(need, chosen),
            words: String::new(),
            gain_by_day: gains.over_days(&way),
            closed_days: self.closed_days(&way)?,
        })
    }

    /// What the limits leave of the days planned ahead on a channel.
    fn openings(&self, channel: usize) -> Result<impl Iterator<Item = DayOpening<'_>>> {
        let calendar = self.day.calendar(self.who.customer);
        let openings = calendar.map(|calendar| calendar.openings(channel, self.who.past)).transpose()?;
        Ok(openings.into_iter().flatten().take(self.day.planner.n_days()))
    }

    fn closed_days(&self, way: &Way) -> Result<Vec<ClosedDay>> {
        let days = self.openings(way.channel)?.zip(0..);
        Ok(days.filter_map(|(day, in_days)| Some(ClosedDay { in_days, limit: day.limit()? })).collect())
    }

    /// The chosen contact, then the best of every other offer, best first.
    fn candidates(&self, need: &Need, chosen: &Chosen) -> Vec<Candidate> {
        let gains = self.weigher.gains(&need.due);
        let open = |day, channel| self.standing.open.contains(day, channel);
        let mut picks: Vec<Pick> = Vec::new();
        for offer in 0..self.day.planner.policy.offers.len() {
            let ways =
                self.weigher.ways.iter().enumerate().filter(|(_, w)| w.offer == offer && offer != chosen.way.offer);
            let best = ways.filter_map(|(way, w)| gains.best(&[*w], 0, open).map(|pick| Pick { way, ..pick }));
            picks.extend(best.reduce(|a, b| if b.gain > a.gain { b } else { a }));
        }
        picks.sort_by(|a, b| b.gain.total_cmp(&a.gain).then(a.way.cmp(&b.way)));
        picks.insert(0, chosen.pick);
        picks.iter().map(|pick| self.candidate(need, pick)).collect()
    }

    fn candidate(&self, need: &Need, pick: &Pick) -> Candidate {
        let way = &self.weigher.ways[pick.way];
        let policy = &self.day.planner.policy;
        let gain = self.weigher.gain(&need.due, pick);
        let (margin_low, margin_high) = gain.bounds(policy.caution.confidence);
        let (offer, channel) = self.day.names(way);
        Candidate {
            item: need.item.clone(),
            offer: offer.to_owned(),
            channel: channel.to_owned(),
            in_days: pick.day as u32,
            expected_margin: pick.gain,
            margin_low,
            margin_high,
            parts: self.weigher.gains(&need.due).parts(pick.day, way),
        }
    }

    fn evidence(&self, need: &Need, way: &Way) -> Vec<Evidence> {
        let (effect, n_contacts) = (way.stakes.prob_win_back, self.day.planner.effects.n[way.offer]);
        let effect = Evidence { kind: EvidenceKind::Effect, is_for: true, value: effect, n: n_contacts };
        let mut out = match &need.help {
            Some(help) => help_evidence(help, need, effect),
            None => self.due_evidence(need, effect),
        };
        let (prob_approved, n_verdicts) = self.day.approvals.offer(way.offer);
        if n_verdicts > 0 {
            let is_for = prob_approved >= 0.5;
            out.push(Evidence { kind: EvidenceKind::Approved, is_for, value: prob_approved, n: n_verdicts });
        }
        let n_sent = self.who.past.contacts.iter().filter(|c| c.at <= self.day.as_of).count() as u64;
        if n_sent > 0 {
            let value = self.day.ignored(self.who.past);
            out.push(Evidence { kind: EvidenceKind::IgnoredContacts, is_for: false, value, n: n_sent });
        }
        out
    }

    /// What the run-out date says.
    fn due_evidence(&self, need: &Need, effect: Evidence) -> Vec<Evidence> {
        let (policy, due) = (&self.day.planner.policy, &need.due);
        let between = |from: f64, to: f64| -> f64 {
            let days = due.by_day.probs().iter().enumerate();
            // From 0, for the sum of nothing is -0.
            days.filter(|(day, _)| (from..=to).contains(&(*day as f64 + 0.5))).fold(0.0, |sum, (_, p)| sum + p)
        };
        let within = due.by_day.within();
        let response = &policy.response;
        let n = u64::from(need.n_events);
        let soon = between(response.best_from_days, response.best_to_days);
        let later = between(policy.costs.early_after_days, f64::INFINITY) + (1.0 - within).max(0.0);
        vec![
            Evidence { kind: EvidenceKind::DueSoon, is_for: true, value: soon, n },
            effect,
            Evidence { kind: EvidenceKind::DueLater, is_for: false, value: later.min(1.0), n },
            Evidence { kind: EvidenceKind::BuysUnprompted, is_for: false, value: due.prob_own, n },
        ]
    }

    /// The limit without which a better contact could be made.
    fn binding(&self, need: &Need, chosen: &Chosen) -> Result<Option<Binding>> {
        let is_open = |day, channel| self.standing.open.contains(day, channel);
        let gains = self.weigher.gains(&need.due);
        let Some(free) = gains.best(&self.weigher.ways, 0, |_, _| true) else { return Ok(None) };
        let channel = self.weigher.ways[free.way].channel;
        // What was chosen may itself be out of reach: then all of its gain is lost.
        let allowed = if is_open(chosen.pick.day, chosen.way.channel) { chosen.pick.gain.max(0.0) } else { 0.0 };
        if free.gain <= allowed + SAME || is_open(free.day, channel) {
            return Ok(None);
        }
        let opening = self.openings(channel)?.nth(free.day);
        Ok(opening.and_then(|o| o.limit()).map(|limit| Binding { limit, costs: free.gain - allowed }))
    }

    /// Where the gain of the contact crosses zero: it is linear in each of these numbers.
    fn would_change(&self, need: &Need, chosen: &Chosen) -> Vec<Change> {
        let (way, day, gain) = (&chosen.way, chosen.pick.day, chosen.pick.gain);
        let stakes = &way.stakes;
        let gains = self.weigher.gains(&need.due);
        let slopes = gains.slopes(day, way);
        let numbers = [
            (ChangeOf::ProbWinBack, stakes.prob_win_back, slopes.win_back, 1.0),
            (ChangeOf::ProbOwn, need.due.prob_own, slopes.own, 1.0),
            (ChangeOf::OrderValue, stakes.order_value, slopes.value, f64::INFINITY),
            (ChangeOf::ContactCost, stakes.contact_cost, slopes.cost, f64::INFINITY),
        ];
        let turn = |(of, value, slope, most): (ChangeOf, f64, f64, f64)| {
            let threshold = value - gain / slope;
            // Where all of the gain comes with the number, the threshold is 0 up to rounding: on which side of it must not tell.
            let threshold = if threshold.abs() <= SAME * value { 0.0 } else { threshold };
            let exists = threshold.is_finite() && (0.0..=most).contains(&threshold);
            exists.then_some(Change { of, value, threshold })
        };
        // Help has neither an order nor buyers.
        let is_of_help = |of| matches!(of, ChangeOf::ProbWinBack | ChangeOf::ContactCost);
        let numbers = numbers.into_iter().filter(|n| need.help.is_none() || is_of_help(n.0));
        numbers.filter_map(turn).collect()
    }
}

/// What a fall in use says.
fn help_evidence(help: &Help, need: &Need, effect: Evidence) -> Vec<Evidence> {
    let n = help.level_before.round() as u64;
    let false_alarm = help.false_alarms_per_year;
    let mut out = vec![
        Evidence { kind: EvidenceKind::UseFell, is_for: true, value: help.depth, n },
        effect,
        Evidence { kind: EvidenceKind::FalseAlarm, is_for: false, value: false_alarm, n },
    ];
    if need.due.prob_own > 0.0 {
        out.push(Evidence { kind: EvidenceKind::Recovers, is_for: false, value: need.due.prob_own, n });
    }
    out
}

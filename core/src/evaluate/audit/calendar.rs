//! Holes and jumps: does the log hold every day, and does it mean the same all along?

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// A weekday with less than this share of an average day's visits is taken as closed, not as a hole each week.
const CLOSED_SHARE: f64 = 0.02;

/// Weekdays are judged from this many weeks on.
const MIN_WEEKS_FOR_CLOSED: usize = 4;

/// Two days are an ordinary long weekend; a hole is at least this long.
const MIN_HOLE_DAYS: u32 = 3;

/// A stretch is a hole when fewer than this many such stretches are to be expected by chance in the whole log.
const MAX_CHANCE: f64 = 0.01;

/// Weeks on either side whose medians are compared for a jump. Four hide the rhythm of the month.
const JUMP_WEEKS: usize = 4;

/// A level that changes by this factor from one month to the next is no season.
const JUMP_FACTOR: f64 = 3.0;

/// Below this many visits a week, on the higher side, the factor is noise.
const JUMP_MIN_VISITS: f64 = 20.0;

/// A stretch of days without any event, longer than chance explains.
///
/// A closed shop looks the same as lost data: forecasts treat both as "nobody bought".
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Hole {
    /// First empty day (its beginning).
    pub from_at: Timestamp,
    /// First day with events again (its beginning).
    pub until_at: Timestamp,
    /// Length in civil days.
    pub n_days: u32,
}

/// A sudden change of the weekly number of visits: a new sales channel, a new way of counting, or data lost in part.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Jump {
    /// Start of the first week at the new level (its beginning).
    pub at: Timestamp,
    /// Median visits per week in the four weeks before.
    pub before_per_week: f64,
    /// Median visits per week in the four weeks after.
    pub after_per_week: f64,
}

/// Closed weekdays (0 = Monday) and holes, from the visits on each day.
pub(super) fn holes(per_day: &[u32], first_day: i32, zone: &TimeZone) -> (Vec<u8>, Vec<Hole>) {
    let closed = closed_weekdays(per_day, first_day);
    let is_closed = |k: usize| closed.contains(&weekday(first_day + k as i32));
    let n_open = (0..per_day.len()).filter(|&k| !is_closed(k)).count() as f64;
    let total: f64 = per_day.iter().map(|&n| f64::from(n)).sum();
    let visits_per_open_day = total / n_open.max(1.0);
    let mut holes = Vec::new();
    let mut k = 0;
    while k < per_day.len() {
        if per_day[k] > 0 {
            k += 1;
            continue;
        }
        let start = k;
        while k < per_day.len() && per_day[k] == 0 {
            k += 1;
        }
        let n_open_empty = (start..k).filter(|&d| !is_closed(d)).count();
        // Visits are about Poisson: a given stretch is empty with e^(−rate · days), and there are n_open places for it.
        let by_chance = n_open * (-visits_per_open_day * n_open_empty as f64).exp();
        if n_open_empty as u32 >= MIN_HOLE_DAYS && by_chance < MAX_CHANCE {
            holes.push(Hole {
                from_at: Timestamp::of_day(first_day + start as i32, zone),
                until_at: Timestamp::of_day(first_day + k as i32, zone),
                n_days: (k - start) as u32,
            });
        }
    }
    (closed, holes)
}

fn closed_weekdays(per_day: &[u32], first_day: i32) -> Vec<u8> {
    if per_day.len() < 7 * MIN_WEEKS_FOR_CLOSED {
        return Vec::new();
    }
    let (mut visits, mut days) = ([0.0; 7], [0.0; 7]);
    for (k, &n) in per_day.iter().enumerate() {
        let weekday = weekday(first_day + k as i32) as usize;
        visits[weekday] += f64::from(n);
        days[weekday] += 1.0;
    }
    let average = visits.iter().sum::<f64>() / per_day.len() as f64;
    // On a thin log a weekday can be empty by chance: e^(−average · days) must be small.
    (0..7_u8)
        .filter(|&w| {
            let w = w as usize;
            visits[w] < CLOSED_SHARE * average * days[w] && (-average * days[w]).exp() < MAX_CHANCE
        })
        .collect()
}

/// Jumps between whole weeks, the strongest of each neighbourhood.
pub(super) fn jumps(per_day: &[u32], first_day: i32, zone: &TimeZone) -> Vec<Jump> {
    let weeks: Vec<f64> = per_day.chunks_exact(7).map(|week| week.iter().map(|&n| f64::from(n)).sum()).collect();
    if weeks.len() < 2 * JUMP_WEEKS {
        return Vec::new();
    }
    // (strength, week, before, after); strength is the logarithm of the factor, either way.
    let mut found: Vec<(f64, usize, f64, f64)> = (JUMP_WEEKS..=weeks.len() - JUMP_WEEKS)
        .filter_map(|w| {
            let (before, after) = (median4(&weeks[w - JUMP_WEEKS..w]), median4(&weeks[w..w + JUMP_WEEKS]));
            let (low, high) = (before.min(after), before.max(after));
            let factor = high / low.max(1.0);
            (high >= JUMP_MIN_VISITS && factor >= JUMP_FACTOR).then_some((factor.ln(), w, before, after))
        })
        .collect();
    // Medians are blind to one odd week, so neighbouring weeks tie; of these the one with the sharpest edge is the jump.
    let edge = |w: usize| ((weeks[w] + 1.0) / (weeks[w - 1] + 1.0)).ln().abs();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(edge(b.1).total_cmp(&edge(a.1))).then(a.1.cmp(&b.1)));
    // `taken[w]`: a stronger jump lies within JUMP_WEEKS.
    let mut taken = vec![false; weeks.len() + 1];
    let mut kept = Vec::new();
    for (_, w, before_per_week, after_per_week) in found {
        if !taken[w] {
            let end = (w + JUMP_WEEKS).min(weeks.len());
            taken[w - JUMP_WEEKS..=end].fill(true);
            kept.push((w, before_per_week, after_per_week));
        }
    }
    kept.sort_by_key(|jump| jump.0);
    kept.into_iter()
        .map(|(w, before_per_week, after_per_week)| Jump {
            at: Timestamp::of_day(first_day + 7 * w as i32, zone),
            before_per_week,
            after_per_week,
        })
        .collect()
}

fn median4(weeks: &[f64]) -> f64 {
    let mut sorted = [0.0; JUMP_WEEKS];
    sorted.copy_from_slice(weeks);
    sorted.sort_by(f64::total_cmp);
    f64::midpoint(sorted[1], sorted[2])
}

/// 0 = Monday; 1970-01-01 was a Thursday.
fn weekday(day: i32) -> u8 {
    (day + 3).rem_euclid(7) as u8
}

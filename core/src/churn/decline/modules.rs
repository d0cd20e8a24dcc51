//! Which modules explain an alarm.

use super::result::{Alarm, ModuleFinding, ModuleReason};
use super::usage::Usage;
use crate::stats::normal_below;

/// Periods before the fall that a module's earlier use is taken from.
const N_BEFORE: i64 = 26;
/// A module is named from this P(below) on, and when at least so much is missing: of what the customer used before …
const MIN_PROB: f64 = 0.95;
const MIN_FALL: f64 = 0.15;
/// … and of what others use, if at most so many of them use it as little: where tastes differ, most customers use some module less
/// than the mean.
const MIN_LACK: f64 = 0.5;
const MAX_SHARE_AS_LITTLE: f64 = 0.05;
/// Others who use the product as much: so many, those nearest in the logarithm of their use.
const N_SIMILAR: usize = 200;
/// A customer counts among the others from this much use on.
const MIN_USE: f64 = 10.0;

/// Counts and exposure of one module before and since the fall.
#[derive(Clone, Copy, Default)]
struct Use {
    before: f64,
    since: f64,
    all: f64,
}

/// Sums of effects over the periods before and since the fall, and in all up to the alarm; and how many of the first two.
struct Exposure {
    before: f64,
    since: f64,
    n_before: f64,
    n_since: f64,
    n_all: f64,
}

pub(super) fn findings(
    usage: &Usage,
    customer: usize,
    alarm: &Alarm,
    dispersion: f64,
    effect: &dyn Fn(i64) -> f64,
) -> Vec<ModuleFinding> {
    let first = usage.first[customer];
    let begin = first.max(alarm.since_period - N_BEFORE);
    let sum = |from: i64, to: i64| (from..to).map(effect).sum::<f64>();
    let exposure = Exposure {
        before: sum(begin, alarm.since_period),
        since: sum(alarm.since_period, alarm.period + 1),
        n_before: (alarm.since_period - begin).max(1) as f64,
        n_since: (alarm.period + 1 - alarm.since_period).max(1) as f64,
        n_all: (alarm.period + 1 - first).max(1) as f64,
    };
    let mut own = vec![Use::default(); usage.modules.len()];
    for row in usage.module_rows(customer).iter().filter(|r| r.period <= alarm.period) {
        let (place, count) = (&mut own[row.module as usize], f64::from(row.count));
        place.all += count;
        if row.period >= alarm.since_period {
            place.since += count;
        } else if row.period >= begin {
            place.before += count;
        }
    }
    let mut out: Vec<ModuleFinding> = Vec::new();
    let finding = |m: usize, reason, per_period, expected_per_period, prob_below| ModuleFinding {
        module: usage.modules[m].clone(),
        reason,
        per_period,
        expected_per_period,
        prob_below,
    };
    for (m, own) in own.iter().enumerate() {
        if let Some(prob) = own.prob_fell(&exposure, dispersion) {
            let expected = own.before / exposure.before * exposure.since / exposure.n_since;
            out.push(finding(m, ModuleReason::Fell, own.since / exposure.n_since, expected, prob));
        }
    }
    // The largest loss first; the order of names where losses are equal.
    out.sort_by(|a, b| (b.expected_per_period - b.per_period).total_cmp(&(a.expected_per_period - a.per_period)));
    let similar = similar_shares(usage, customer, alarm.period);
    let total: f64 = own.iter().map(|o| o.all).sum();
    let n_fallen = out.len();
    for (m, own) in own.iter().enumerate() {
        let (mean, as_little) = similar.of(m, own.all / total.max(1.0));
        let expected = mean * total;
        let variance = expected * (1.0 + dispersion * expected / exposure.n_all);
        let prob = normal_below((expected - own.all - 0.5) / variance.max(1e-9).sqrt());
        let is_named = out[..n_fallen].iter().any(|f| f.module == usage.modules[m]);
        let is_rare = as_little <= MAX_SHARE_AS_LITTLE;
        if !is_named && is_rare && expected > 0.0 && own.all < (1.0 - MIN_LACK) * expected && prob >= MIN_PROB {
            let per = exposure.n_all;
            out.push(finding(m, ModuleReason::UsedLittle, own.all / per, expected / per, prob));
        }
    }
    out[n_fallen..]
        .sort_by(|a, b| (b.expected_per_period - b.per_period).total_cmp(&(a.expected_per_period - a.per_period)));
    out
}

impl Use {
    /// P(the module's level is lower since the fall), when it and the loss are large enough to be named.
    fn prob_fell(&self, e: &Exposure, dispersion: f64) -> Option<f64> {
        if self.before <= 0.0 || e.before <= 0.0 || e.since <= 0.0 {
            return None;
        }
        let expected = self.before / e.before * e.since;
        if self.since > (1.0 - MIN_FALL) * expected {
            return None;
        }
        // The logarithm of the ratio of two rates; half a count keeps silence finite.
        let ratio = ((self.since + 0.5) / (expected + 0.5)).ln();
        let variance =
            1.0 / (self.since + 0.5) + 1.0 / (self.before + 0.5) + dispersion * (1.0 / e.n_since + 1.0 / e.n_before);
        let prob = normal_below(-ratio / variance.sqrt());
        (prob >= MIN_PROB).then_some(prob)
    }
}

/// The shares of modules in the use of each of some customers.
struct Shares {
    n_modules: usize,
    /// Customer by customer.
    shares: Vec<f64>,
}

impl Shares {
    /// A module's mean share, and how many of the customers use it at most as much as `own`, as a share of them.
    fn of(&self, module: usize, own: f64) -> (f64, f64) {
        let each = self.shares.iter().skip(module).step_by(self.n_modules);
        let (sum, n_as_little, n) = each.fold((0.0, 0.0, 0.0), |(sum, n_as_little, n), &share| {
            (sum + share, n_as_little + f64::from(u8::from(share <= own)), n + 1.0)
        });
        (sum / f64::max(n, 1.0), n_as_little / f64::max(n, 1.0))
    }
}

/// The shares of modules, up to a period, of customers who use the product as much.
fn similar_shares(usage: &Usage, customer: usize, until: i64) -> Shares {
    let n_modules = usage.modules.len();
    let level = |c: usize| {
        let n = (until + 1 - usage.first[c]).clamp(0, usage.series(c).len() as i64) as usize;
        let sum: f64 = usage.series(c)[..n].iter().filter(|x| !x.is_nan()).map(|&x| f64::from(x)).sum();
        (sum, (sum / n.max(1) as f64).max(1e-9).ln())
    };
    let (_, own) = level(customer);
    let mut others: Vec<(f64, usize)> = (0..usage.n_customers())
        .filter(|&c| c != customer)
        .map(|c| (c, level(c)))
        .filter(|(_, (sum, _))| *sum >= MIN_USE)
        .map(|(c, (_, ln))| ((ln - own).abs(), c))
        .collect();
    let by_distance = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    if others.len() > N_SIMILAR {
        others.select_nth_unstable_by(N_SIMILAR, by_distance);
        others.truncate(N_SIMILAR);
    }
    others.sort_unstable_by_key(|o| o.1);
    let mut shares = Vec::with_capacity(others.len() * n_modules);
    for (_, c) in others {
        let mut own = vec![0f64; n_modules];
        for row in usage.module_rows(c).iter().filter(|r| r.period <= until) {
            own[row.module as usize] += f64::from(row.count);
        }
        let total: f64 = own.iter().sum();
        if total > 0.0 {
            shares.extend(own.iter().map(|o| o / total));
        }
    }
    Shares { n_modules, shares }
}

//! Usage decline: stated rates hold, falls are found, nothing leaks, and one customer's stream equals the batch.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use beforehand::ErrorCode;
use beforehand::IdColumn;
use beforehand::churn::{
    Alarm, AlarmRule, DeclineModel, DeclineOptions, DeclineState, MissingPeriods, ModuleReason, Usage, UsageColumns,
    UsageRow,
};

/// Uniform numbers (`SplitMix64`).
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A Gamma number of a whole shape and mean 1.
    fn gamma(&mut self, shape: u32) -> f64 {
        -(0..shape).map(|_| (1.0 - self.uniform()).ln()).sum::<f64>() / f64::from(shape)
    }

    fn poisson(&mut self, mean: f64) -> f64 {
        let (limit, mut product, mut n) = ((-mean).exp(), self.uniform(), 0.0);
        while product > limit {
            product *= self.uniform();
            n += 1.0;
        }
        n
    }
}

/// How the made customers behave.
#[derive(Clone, Copy)]
struct Habits {
    /// Shape of the weekly noise; 0 for none.
    noise: u32,
    season: bool,
    pauses: bool,
}

const WEEKS: usize = 60;

/// Healthy customers' weekly counts; those below `n_falling` lose 60 % from week 40 on.
fn counts(n: usize, n_falling: usize, habits: Habits, seed: u64) -> Vec<Vec<f64>> {
    let mut random = Random(seed);
    (0..n)
        .map(|c| {
            let level = 3.0 + 10.0 * random.gamma(4);
            let strength = 0.5 + random.uniform();
            let (pause, mut paused) = (0.04 + 0.1 * random.uniform(), false);
            (0..WEEKS)
                .map(|w| {
                    let wave = 1.0 + 0.25 * (w as f64 / 52.0 * std::f64::consts::TAU).cos();
                    let wave = if (24..26).contains(&w) { 0.6 * wave } else { wave };
                    paused = random.uniform() < if paused { 0.4 } else { pause };
                    let mut mean = level * if habits.noise > 0 { random.gamma(habits.noise) } else { 1.0 };
                    mean *= if habits.season { wave.powf(strength) } else { 1.0 };
                    mean *= if c < n_falling && w >= 40 { 0.4 } else { 1.0 };
                    let count = random.poisson(mean);
                    if habits.pauses && paused { 0.0 } else { count }
                })
                .collect()
        })
        .collect()
}

fn usage(counts: &[Vec<f64>]) -> Usage {
    let rows = counts
        .iter()
        .enumerate()
        .flat_map(|(c, own)| own.iter().enumerate().map(move |(w, &n)| UsageRow::new(c as i64, w as i64, n)));
    Usage::from_rows(rows, MissingPeriods::Zero).unwrap()
}

/// Smaller than the default, so that the tests are quick.
fn options() -> DeclineOptions {
    DeclineOptions { max_customers: 1_000, n_simulated: 3_000, ..DeclineOptions::default() }
}

/// Counts that most tests share.
fn falling() -> Usage {
    usage(&counts(300, 30, Habits { noise: 0, season: false, pauses: false }, 3))
}

#[test]
fn the_stated_rate_holds_whatever_the_habits() {
    const SEEDS: [u64; 3] = [11, 12, 13];
    let variants = [(0, false, false), (6, false, false), (0, true, false), (0, false, true), (8, true, true)];
    for (noise, season, pauses) in variants {
        let habits = Habits { noise, season, pauses };
        let (mut false_alarms, mut found) = (0.0, 0);
        for seed in SEEDS {
            let usage = usage(&counts(1_000, 100, habits, seed));
            let model = DeclineModel::fit(&usage, &options()).unwrap();
            let declines = model.scan(&usage);
            let mut first = vec![None; usage.n_customers()];
            for (c, alarm) in declines.iter() {
                first[c as usize].get_or_insert(alarm.period);
            }
            false_alarms += first[100..].iter().flatten().count() as f64 / 900.0 / SEEDS.len() as f64;
            found += first[..100].iter().filter(|f| f.is_some_and(|w| (40..48).contains(&w))).count();
        }
        // 52 weeks, from week 8 on; 5 % were stated. From seed to seed the share varies by .014 when so few customers teach
        // season and threshold, so the mean's standard error is .008.
        assert!((0.03..0.07).contains(&false_alarms), "{noise} {season} {pauses}: {false_alarms}");
        assert!(found >= 40 * SEEDS.len(), "{noise} {season} {pauses}: {found} of 100 per seed");
    }
}

#[test]
fn few_customers_share_a_season_without_alarms() {
    // Panels of their own, of few customers each: a dip or a pause of everyone must not pass for a fall.
    let of_panels = |habits: Habits, n: usize, n_panels: u64| {
        let (mut false_alarms, mut found) = (0, 0);
        for seed in 0..n_panels {
            let usage = usage(&counts(n, 1, habits, 100 + seed));
            let model = DeclineModel::fit(&usage, &DeclineOptions { n_simulated: 1_000, ..options() }).unwrap();
            let mut first = vec![None; n];
            for (c, alarm) in model.scan(&usage).iter() {
                first[c as usize].get_or_insert(alarm.period);
            }
            false_alarms += first[1..].iter().flatten().count();
            found += first[..1].iter().filter(|f| f.is_some_and(|w| (40..52).contains(&w))).count();
        }
        (false_alarms as f64 / (n_panels as f64 * (n as f64 - 1.0).max(1.0)), found as f64 / n_panels as f64)
    };
    for (noise, season, pauses) in [(0, false, false), (0, true, false), (0, false, true)] {
        let (false_alarms, found) = of_panels(Habits { noise, season, pauses }, 4, 40);
        // 5 % were stated; where a few teach everything, the share's standard error is .025.
        assert!(false_alarms < 0.12, "{season} {pauses}: {false_alarms}");
        assert!(found > 0.4, "{season} {pauses}: {found}");
    }
    // Who is alone has nobody to tell a fall from a period of everyone: slower, but not deaf.
    let (_, found) = of_panels(Habits { noise: 0, season: false, pauses: false }, 1, 40);
    assert!(found > 0.4, "{found}");
}

#[test]
fn an_alarm_tells_since_when_and_how_deep() {
    let usage = falling();
    let model = DeclineModel::fit(&usage, &options()).unwrap();
    let declines = model.scan(&usage);
    let found: Vec<&Alarm> = declines.iter().filter(|(c, a)| *c < 30 && a.period >= 40).map(|(_, a)| a).collect();
    assert!(found.len() >= 25, "{}", found.len());
    let near = found.iter().filter(|a| (39..=41).contains(&a.since_period)).count();
    assert!(near * 10 >= found.len() * 7, "{near} of {}", found.len());
    let covered = found.iter().filter(|a| a.depth_min <= 0.6 && 0.6 <= a.depth_max).count();
    assert!(covered * 10 >= found.len() * 7, "{covered} of {}", found.len());
    for a in declines.alarms {
        assert!(a.since_earliest <= a.since_period && a.since_period <= a.since_latest && a.since_latest <= a.period);
        assert!(0.0 <= a.depth_min && a.depth_min <= a.depth && a.depth <= a.depth_max && a.depth_max <= 1.0, "{a:?}");
        assert!(a.level_before > 0.0 && a.level_after >= 0.0 && a.level_before.is_finite());
        assert!((0.0..=0.05).contains(&a.false_alarms_per_year));
    }
}

#[test]
fn period_by_period_equals_the_scan_and_survives_storage() {
    let usage = falling();
    let model = DeclineModel::fit(&usage, &options()).unwrap();
    let model: DeclineModel = serde_json::from_str(&serde_json::to_string(&model).unwrap()).unwrap();
    let batch = model.scan(&usage);
    let mut streamed = Vec::new();
    for (c, id) in usage.customers().iter().enumerate() {
        let mut state = model.start(0);
        for w in 0..WEEKS as i64 {
            if w % 17 == 0 {
                let stored = serde_json::to_string(&state).unwrap();
                state = serde_json::from_str::<DeclineState>(&stored).unwrap();
            }
            assert_eq!(state.next_period(), w);
            if let Some(alarm) = model.update(&mut state, usage.count(id, w)).unwrap() {
                streamed.push((c as u32, alarm));
            }
        }
    }
    let batch: Vec<(u32, Alarm)> = batch.iter().map(|(c, a)| (c, a.clone())).collect();
    assert!(batch.len() > 20);
    assert_eq!(streamed, batch);
}

#[test]
fn later_counts_change_no_earlier_alarm() {
    let mut made = counts(300, 30, Habits { noise: 6, season: true, pauses: true }, 5);
    let alarms = |made: &[Vec<f64>]| {
        let usage = usage(made);
        let declines = DeclineModel::fit(&usage, &options()).unwrap().scan(&usage);
        let mut early: Vec<(u32, Alarm)> = declines.iter().map(|(c, a)| (c, a.clone())).collect();
        early.retain(|(_, a)| a.period < 50);
        early
    };
    let before = alarms(&made);
    assert!(before.len() > 10);
    for (c, own) in made.iter_mut().enumerate() {
        own[50..].iter_mut().for_each(|n| *n = (*n * 3.0 + c as f64) % 7.0);
    }
    assert_eq!(alarms(&made), before);
    for own in &mut made {
        own.truncate(50);
    }
    assert_eq!(alarms(&made), before);
}

#[test]
fn neither_rows_order_nor_threads_matter() {
    let made = counts(200, 20, Habits { noise: 4, season: false, pauses: true }, 8);
    let mut rows: Vec<(i64, i64, f64)> = Vec::new();
    for (c, own) in made.iter().enumerate() {
        // Fractions, in two rows each.
        rows.extend(
            own.iter().enumerate().flat_map(|(w, n)| [(c as i64, w as i64, n / 3.0), (c as i64, w as i64, n / 7.0)]),
        );
    }
    let fit = |rows: &[(i64, i64, f64)]| {
        let customer: Vec<i64> = rows.iter().map(|r| r.0).collect();
        let period: Vec<i64> = rows.iter().map(|r| r.1).collect();
        let count: Vec<f64> = rows.iter().map(|r| r.2).collect();
        let columns =
            UsageColumns { customer: IdColumn::Ints(&customer), period: &period, count: &count, module: None };
        let usage = Usage::from_columns(&columns, MissingPeriods::Zero).unwrap();
        let model = DeclineModel::fit(&usage, &options()).unwrap();
        (model.scan(&usage), serde_json::to_string(&model).unwrap())
    };
    let expected = fit(&rows);
    rows.reverse();
    rows.rotate_left(777);
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| fit(&rows)), expected);
    }
}

/// A team uses six modules; from week 30 on it hardly uses two of them, and one it never used as much as others do.
#[test]
fn case_c_an_account_falls_and_its_modules_are_named() {
    let modules = ["boards", "chat", "exports", "forms", "reports", "search"];
    let mut random = Random(17);
    let mut rows = Vec::new();
    for team in 0..200 {
        let size = 4.0 + 8.0 * random.gamma(3);
        for week in 0..36 {
            for (m, module) in modules.iter().enumerate() {
                let fallen = team == 7 && week >= 30 && (m == 1 || m == 4);
                let little = team == 7 && m == 2;
                let size = if team == 7 { 18.0 } else { size };
                let mean = size * [0.3, 0.5, 0.3, 0.2, 0.7, 0.2][m] * if fallen { 0.05 } else { 1.0 };
                let n = random.poisson(mean * if little { 0.1 } else { 1.0 });
                rows.push(UsageRow::new(format!("team {team}"), week, n).module(*module));
            }
        }
    }
    let usage = Usage::from_rows(rows, MissingPeriods::Zero).unwrap();
    let model = DeclineModel::fit(&usage, &options()).unwrap();
    let declines = model.scan(&usage);
    let seven = "team 7".into();
    let (_, alarm) = declines.iter().find(|(c, a)| usage.customers()[*c as usize] == seven && a.period >= 30).unwrap();
    assert!(alarm.period <= 33 && (29..=31).contains(&alarm.since_period), "{alarm:?}");
    let findings = model.modules(&usage, &seven, alarm).unwrap();
    let named = |reason| {
        let mut names: Vec<String> =
            findings.iter().filter(|f| f.reason == reason).map(|f| f.module.to_string()).collect();
        names.sort();
        names
    };
    assert_eq!(named(ModuleReason::Fell), ["chat", "reports"]);
    assert_eq!(named(ModuleReason::UsedLittle), ["exports"]);
    assert!(findings.iter().all(|f| f.prob_below >= 0.95 && f.per_period < f.expected_per_period));
    assert_eq!(model.modules(&usage, &"nobody".into(), alarm).unwrap_err().code(), ErrorCode::UnknownCustomer);
}

/// Teams of equal size, each with a taste of its own; one of them falls.
#[test]
fn tastes_are_not_taken_for_little_use() {
    let mut random = Random(23);
    let mut rows = Vec::new();
    for team in 0..150i64 {
        let tastes: Vec<f64> = (0..6).map(|_| random.gamma(1)).collect();
        let total: f64 = tastes.iter().sum();
        for week in 0..36 {
            let level = if team < 30 && week >= 28 { 4.0 } else { 20.0 };
            for (m, taste) in tastes.iter().enumerate() {
                rows.push(UsageRow::new(team, week, random.poisson(level * taste / total)).module(format!("m{m}")));
            }
        }
    }
    let usage = Usage::from_rows(rows, MissingPeriods::Zero).unwrap();
    let model = DeclineModel::fit(&usage, &options()).unwrap();
    let declines = model.scan(&usage);
    let mut n_little = 0;
    for (customer, alarm) in declines.iter() {
        let customer = &usage.customers()[customer as usize];
        let findings = model.modules(&usage, customer, alarm).unwrap();
        n_little += findings.iter().filter(|f| f.reason == ModuleReason::UsedLittle).count();
    }
    // By tastes alone, one in twenty of six modules, about.
    assert!(declines.len() >= 25 && n_little as f64 <= 0.6 * declines.len() as f64, "{n_little} {}", declines.len());
}

#[test]
fn two_falls_running_alarm_on_nearly_every_healthy_customer() {
    let usage = falling();
    let literal =
        DeclineModel::fit(&usage, &DeclineOptions { n_simulated: 1_000, ..DeclineOptions::two_falls_running() });
    let literal = literal.unwrap();
    assert!(literal.false_alarms_per_year() > 0.95);
    let declines = literal.scan(&usage);
    assert!(!declines.is_empty() && declines.iter().all(|(_, alarm)| alarm.false_alarms_per_year > 0.95));
    let stated = DeclineModel::fit(&usage, &options()).unwrap().false_alarms_per_year();
    assert!((0.02..0.09).contains(&stated), "{stated}");
}

#[test]
fn silence_alarms_where_nobody_pauses_and_waits_where_pauses_are_usual() {
    let stop = |pauses: bool| {
        let mut made = counts(300, 0, Habits { noise: 0, season: false, pauses }, 21);
        made[5][40..].fill(0.0);
        let usage = usage(&made);
        let model = DeclineModel::fit(&usage, &options()).unwrap();
        let declines = model.scan(&usage);
        declines.iter().filter(|(c, a)| *c == 5 && a.period >= 40).map(|(_, a)| a.clone()).next().unwrap()
    };
    let (steady, pausing) = (stop(false), stop(true));
    assert!(steady.period <= 41 && steady.depth > 0.99, "{steady:?}");
    assert!((42..=50).contains(&pausing.period) && pausing.since_period >= 39, "{pausing:?}");
}

#[test]
fn unknown_periods_are_not_falls() {
    let made = counts(100, 0, Habits { noise: 0, season: false, pauses: false }, 2);
    let with_gaps = |missing| {
        let rows = made.iter().enumerate().flat_map(|(c, own)| {
            let gap = move |w: usize| c == 9 && (30..36).contains(&w);
            let known = own.iter().enumerate().filter(move |(w, _)| !gap(*w));
            known.map(move |(w, &n)| UsageRow::new(c as i64, w as i64, n))
        });
        let usage = Usage::from_rows(rows, missing).unwrap();
        assert_eq!(usage.count(&9.into(), 31), if missing == MissingPeriods::Zero { Some(0.0) } else { None });
        let declines = DeclineModel::fit(&usage, &options()).unwrap().scan(&usage);
        declines.iter().filter(|(c, a)| *c == 9 && a.period >= 30).count()
    };
    assert_eq!(with_gaps(MissingPeriods::Unknown), 0);
    assert!(with_gaps(MissingPeriods::Zero) > 0);
}

#[test]
fn extreme_tables_stay_finite() {
    let tables: [Vec<Vec<f64>>; 6] = [
        vec![vec![0.0; 30]; 3],
        vec![vec![1e12; 40], vec![0.0; 40]],
        vec![vec![7.0]],
        (0..50).map(|c| (0..40).map(|w| if (w + c) % 5 == 0 { 1e9 } else { 0.0 }).collect()).collect(),
        (0..50).map(|c| (0..40).map(|w| f64::from(c) * 1e6 * f64::from(1 + w % 2)).collect()).collect(),
        (0..50).map(|_| (0..40).map(|w| if w < 20 { 3.0 } else { 3e5 }).collect()).collect(),
    ];
    for table in &tables {
        let usage = usage(table);
        let model = DeclineModel::fit(&usage, &DeclineOptions { n_simulated: 1_000, ..options() }).unwrap();
        for a in model.scan(&usage).alarms {
            let numbers = [a.depth, a.depth_min, a.depth_max, a.level_before, a.level_after, a.false_alarms_per_year];
            assert!(numbers.iter().all(|x| x.is_finite()), "{a:?}");
        }
        let mut state = model.start(0);
        for _ in 0..200 {
            model.update(&mut state, Some(4.0)).unwrap();
            assert!(state.level_per_period().is_finite() && state.level_per_period() > 0.0);
        }
        assert!(model.effect(500).is_finite() && model.dispersion().is_finite());
    }
}

#[test]
fn malformed_input_is_refused_with_its_place() {
    let refused = |rows: Vec<UsageRow>| Usage::from_rows(rows, MissingPeriods::Zero).unwrap_err();
    let good = UsageRow::new("a", 0, 1.0);
    assert_eq!(refused(Vec::new()).code(), ErrorCode::EmptyData);
    for count in [-1.0, f64::INFINITY, 1e13] {
        let error = refused(vec![good.clone(), UsageRow::new("a", 1, count)]);
        assert_eq!((error.code(), error.row(), error.field()), (ErrorCode::InvalidData, Some(1), Some("count")));
    }
    for period in [i64::MIN, i64::MAX, 20_000] {
        assert_eq!(refused(vec![good.clone(), UsageRow::new("a", period, 1.0)]).field(), Some("period"));
    }
    let columns =
        UsageColumns { customer: IdColumn::Strs(&["a", ""]), period: &[0, 1], count: &[1.0, 1.0], module: None };
    assert_eq!(Usage::from_columns(&columns, MissingPeriods::Zero).unwrap_err().row(), Some(1));
    let columns = UsageColumns { count: &[1.0], ..columns };
    assert_eq!(Usage::from_columns(&columns, MissingPeriods::Zero).unwrap_err().field(), Some("count"));
    let usage = falling();
    let model = DeclineModel::fit(&usage, &options()).unwrap();
    let mut state = model.start(0);
    let before = state.clone();
    assert_eq!(model.update(&mut state, Some(-3.0)).unwrap_err().code(), ErrorCode::InvalidData);
    assert_eq!(state, before);
    let wrong = DeclineOptions { false_alarms_per_year: 0.9, ..options() };
    assert_eq!(DeclineModel::fit(&usage, &wrong).unwrap_err().field(), Some("false_alarms_per_year"));
    assert!(serde_json::from_str::<DeclineOptions>(r#"{"min_weeks": 3}"#).is_err());
    assert_eq!(serde_json::from_str::<DeclineOptions>(r#"{"rule": "evidence"}"#).unwrap().rule, AlarmRule::Evidence);
}

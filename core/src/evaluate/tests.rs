//! Oracle values come from scikit-learn 1.9.1, numpy 2.4.6 and scipy 1.17.1, from papers, or are worked by hand; each
//! test names its source.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::error::ErrorCode;

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-12, "{a} is not {b}");
}

/// Outcomes by a rule that any language can repeat.
fn labels() -> Vec<bool> {
    (0..200_u64).map(|i| (i * i * 7 + 3 * i) % 11 < 4).collect()
}

/// 119 distinct probabilities over 200 rows.
fn tied_probs() -> Vec<f64> {
    (0..200_u32)
        .zip(labels())
        .map(|(i, y)| 0.6 * (f64::from(i * 37 % 101) / 101.0) + 0.3 * f64::from(u8::from(y)))
        .collect()
}

fn distinct_probs() -> Vec<f64> {
    (0..200_u32).map(|i| (f64::from(i * 37 % 211) + 0.5) / 211.0).collect()
}

#[test]
fn scores_agree_with_scikit_learn() {
    // sklearn.metrics.log_loss, brier_score_loss, roc_auc_score; ECE: np.array_split of the sorted rows into 20 bins.
    let s = Scores::of(&labels(), &distinct_probs()).unwrap();
    close(s.log_loss, 1.040_992_573_228_996_6);
    close(s.brier, 0.339_497_765_099_615_7);
    close(s.auc.unwrap(), 0.488_154_047_787_075_3);
    close(s.ece, 0.295_947_867_298_578_2);
    close(ece(&labels(), &distinct_probs(), 7).unwrap(), 0.249_028_436_018_957_36);
    close(s.precision_top_1pct, 1.0);
    close(precision_at_top(&labels(), &distinct_probs(), 0.15).unwrap(), 0.533_333_333_333_333_3);
    assert_eq!((s.n_forecasts, s.n_positive, s.base_rate), (200, 109, 0.545));

    let s = Scores::of(&labels(), &tied_probs()).unwrap();
    close(s.log_loss, 0.464_948_270_706_113);
    close(s.brier, 0.151_069_900_009_802_97);
    close(s.auc.unwrap(), 0.893_739_288_234_701_2);
    close(s.ece, 0.176_737_623_762_376_24);
    close(ece(&labels(), &tied_probs(), 7).unwrap(), 0.149_707_920_792_079_26);
}

#[test]
fn base_rate_is_the_zero_of_skill() {
    let s = Scores::of(&[true, false, false, false], &[0.25; 4]).unwrap();
    close(s.log_loss_skill.unwrap(), 0.0);
    close(s.brier_skill.unwrap(), 0.0);
    assert_eq!((s.auc, s.ece), (Some(0.5), 0.0));
    let perfect = Scores::of(&[true, false], &[1.0, 0.0]).unwrap();
    assert_eq!((perfect.brier_skill, perfect.auc), (Some(1.0), Some(1.0)));
    // One confident mistake: −ln 1e-6.
    assert!((log_loss(&[false], &[1.0]).unwrap() - 13.815_510_558).abs() < 1e-9);
    let one_class = Scores::of(&[false; 3], &[0.1, 0.2, 0.3]).unwrap();
    assert_eq!((one_class.auc, one_class.log_loss_skill, one_class.brier_skill), (None, None, None));
}

#[test]
fn ties_at_the_border_of_the_top_count_with_their_mean() {
    // The top two of four rows: 0.9 (true), and one of three rows at 0.5 of which one is true.
    let precision = precision_at_top(&[true, false, true, false], &[0.9, 0.5, 0.5, 0.5], 0.5).unwrap();
    close(precision, f64::midpoint(1.0, 1.0 / 3.0));
}

#[test]
fn wilson_interval_agrees_with_scipy() {
    // scipy.stats.binomtest(k, n).proportion_ci(method="wilson")
    let (low, high) = wilson_interval(8.0, 10.0);
    close(low, 0.490_162_471_536_641_8);
    close(high, 0.943_317_848_545_624_8);
    let (low, high) = wilson_interval(0.0, 10.0);
    close(low, 0.0);
    close(high, 0.277_532_799_862_889_26);
    assert_eq!(wilson_interval(0.0, 0.0), (0.0, 1.0));
}

#[test]
fn bad_input_is_named() {
    let code = |r: crate::Result<f64>| r.map_err(|e| (e.code(), e.row()));
    assert_eq!(code(log_loss(&[], &[])), Err((ErrorCode::EmptyData, None)));
    assert_eq!(code(brier(&[true], &[])), Err((ErrorCode::InvalidData, None)));
    assert_eq!(code(ece(&[true, true], &[0.1, f64::NAN], 5)), Err((ErrorCode::InvalidData, Some(1))));
    assert_eq!(code(ece(&[true], &[0.1], 0)), Err((ErrorCode::InvalidOptions, None)));
    assert_eq!(code(precision_at_top(&[true], &[0.1], 0.0)), Err((ErrorCode::InvalidOptions, None)));
    assert_eq!(code(log_loss(&[true], &[1.1])), Err((ErrorCode::InvalidData, Some(0))));
}

#[test]
fn crps_agrees_with_quadrature() {
    // scipy.integrate.quad of (F(t) − 1{T ≤ t})² over each smooth piece of 0 … W.
    let (days, cdf) = ([1.0, 3.0, 7.0, 14.0, 28.0], [0.05, 0.15, 0.4, 0.55, 0.7]);
    let cases = [(Some(5.0), 40.0), (None, 40.0), (Some(13.0), 20.0), (Some(0.0), 28.0), (Some(14.0), 28.0)];
    let linear = [
        6.013_333_333_333_333,
        13.313_333_333_333_333,
        2.909_455_782_312_925_5,
        8.633_333_333_333_333,
        3.933_333_333_333_334,
    ];
    let steps = [7.93, 11.33, 2.63, 11.05, 4.05];
    for (between, wanted) in [(Between::Linear, linear), (Between::Steps, steps)] {
        let forecast = DateCdf::new(&days, &cdf, between).unwrap();
        for ((bought, follow_up), wanted) in cases.into_iter().zip(wanted) {
            close(forecast.crps(bought, follow_up).unwrap(), wanted);
        }
        // A purchase after the follow-up is not known at its end.
        assert_eq!(forecast.crps(Some(41.0), 40.0), forecast.crps(None, 40.0));
    }
    // Watched to the end it is the plain CRPS: E|X − y| − ½ E|X − X'| for P(2, 5, 9, 30) = .1, .4, .3, .2 and y = 11.
    let forecast = DateCdf::new(&[2.0, 5.0, 9.0, 30.0], &[0.1, 0.5, 0.8, 1.0], Between::Steps).unwrap();
    close(forecast.crps(Some(11.0), 100.0).unwrap(), 3.07);
}

#[test]
fn date_distribution_between_its_knots() {
    let linear = DateCdf::new(&[2.0, 4.0], &[0.2, 0.6], Between::Linear).unwrap();
    for (day, prob) in [(-1.0, 0.0), (0.0, 0.0), (1.0, 0.1), (2.0, 0.2), (3.0, 0.4), (4.0, 0.6), (9.0, 0.6)] {
        close(linear.prob_by(day), prob);
        close(linear.pit(day), prob);
    }
    let steps = DateCdf::new(&[2.0, 4.0], &[0.2, 0.6], Between::Steps).unwrap();
    for (day, prob, pit) in [(1.0, 0.0, 0.0), (2.0, 0.2, 0.1), (3.0, 0.2, 0.2), (4.0, 0.6, 0.4), (5.0, 0.6, 0.6)] {
        close(steps.prob_by(day), prob);
        close(steps.pit(day), pit);
    }
    for (days, cdf) in [
        (&[2.0, 2.0][..], &[0.1, 0.2][..]),
        (&[1.0, 2.0], &[0.2, 0.1]),
        (&[-1.0], &[0.1]),
        (&[1.0], &[1.1]),
        (&[f64::NAN], &[0.1]),
        (&[], &[]),
        (&[1.0, 2.0], &[0.1]),
    ] {
        assert_eq!(DateCdf::new(days, cdf, Between::Linear).unwrap_err().code(), ErrorCode::InvalidData);
    }
    assert!(linear.crps(Some(f64::NAN), 10.0).is_err());
    assert!(linear.crps(None, 0.0).is_err());
}

#[test]
fn kaplan_meier_of_the_6_mp_trial() {
    // Weeks of remission under 6-MP, 21 patients (Freireich et al. 1963); estimate and standard error as printed in Klein &
    // Moeschberger, Survival Analysis (2003), table 4.1A.
    let observed = [6, 6, 6, 7, 10, 13, 16, 22, 23];
    let censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
    let values: Vec<f64> = observed.iter().chain(&censored).map(|&w| f64::from(w)).collect();
    let seen: Vec<bool> = (0..21).map(|i| i < observed.len()).collect();
    let km = KaplanMeier::new(&values, &seen).unwrap();
    for (week, survival) in
        [(5, 1.0), (6, 0.857), (7, 0.807), (10, 0.753), (13, 0.690), (16, 0.627), (22, 0.538), (23, 0.448), (35, 0.448)]
    {
        assert!((km.survival(f64::from(week)) - survival).abs() < 5e-4, "week {week}");
    }
    assert_eq!((km.n_at_risk(6.0), km.n_at_risk(23.0), km.n_at_risk(36.0)), (21, 6, 0));
}

#[test]
fn coverage_by_hand() {
    // By hand: S(.1) = 9/10; without those censored at .2, .3 and .5, S(.9) = 9/10 · 6/7 · 4/5 · 3/4 · 2/3.
    let pits = [0.05, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.95, 0.99];
    let observed = [true, false, false, true, false, true, true, true, true, true];
    let c = coverage(&pits, &observed, 0.8).unwrap();
    let s_upper = 0.9 * (6.0 / 7.0) * (4.0 / 5.0) * (3.0 / 4.0) * (2.0 / 3.0);
    close(c.share.unwrap(), 0.9 - s_upper);
    close(c.share_below.unwrap(), 0.1);
    assert_eq!((c.n_forecasts, c.n_observed, c.n_at_upper), (10, 7, 2));
    assert!(c.share_low.unwrap() < c.share.unwrap() && c.share.unwrap() < c.share_high.unwrap());
    // Without censoring Greenwood's variance is the binomial one.
    let pits: Vec<f64> = (0..200).map(|i| (f64::from(i) + 0.5) / 200.0).collect();
    let c = coverage(&pits, &[true; 200], 0.8).unwrap();
    close(c.share_high.unwrap() - c.share.unwrap(), 1.96 * (0.8 * 0.2_f64 / 200.0).sqrt());
}

#[test]
fn coverage_says_when_it_cannot_tell() {
    let c = coverage(&[0.3, 0.4, 0.85], &[true, true, false], 0.8).unwrap();
    assert_eq!((c.share, c.share_below, c.n_at_upper), (None, Some(0.0), 0));
    // Everything observed, all of it early: the upper end was never reached, and the answer is known all the same.
    assert_eq!(coverage(&[0.01, 0.05], &[true, true], 0.8).unwrap().share, Some(0.0));
    assert_eq!(coverage(&[0.5], &[true], 1.0).unwrap_err().code(), ErrorCode::InvalidOptions);
    assert_eq!(coverage(&[1.5], &[true], 0.8).unwrap_err().row(), Some(0));
    assert_eq!(coverage(&[], &[], 0.8).unwrap_err().code(), ErrorCode::EmptyData);
}

#[test]
fn coverage_of_right_forecasts_survives_heavy_censoring() {
    // Exponential forecasts of many rates, each watched for the same 28 days; uniforms from a fixed additive sequence.
    let (mut pits, mut observed) = (Vec::new(), Vec::new());
    let (mut among, mut ends) = (Vec::new(), Vec::new());
    for i in 0..40_000_u32 {
        let u = (f64::from(i) * 0.618_033_988_749_894_9).fract();
        let rate = 0.005 * (f64::from(i) * 0.754_877_666_246_692_7).fract().exp2().powi(5);
        let end = 1.0 - (-rate * 28.0).exp();
        pits.push(u.min(end));
        observed.push(u <= end);
        if u <= end {
            among.push(u);
            ends.push(end);
        }
    }
    let c = coverage(&pits, &observed, 0.8).unwrap();
    assert!(c.n_observed < 30_000 && c.n_at_upper > 500, "{c:?}");
    assert!((c.share.unwrap() - 0.8).abs() < 0.01, "{c:?}");
    let c = coverage_among_buyers(&among, &ends, 0.8).unwrap();
    assert!((c.share.unwrap() - 0.8).abs() < 0.01, "{c:?}");
    // Leaving out those who did not buy, without the correction, would be far off.
    let early = among.iter().filter(|&&u| u < 0.1).count() as f64 / among.len() as f64;
    assert!(early > 0.15, "{early}");
}

#[test]
fn coverage_among_buyers_by_hand() {
    // u = .05, .5, .9 (on the border, inside), 1, and a purchase without a chance.
    let c = coverage_among_buyers(&[0.01, 0.1, 0.36, 0.3, 0.0], &[0.2, 0.2, 0.4, 0.3, 0.0], 0.8).unwrap();
    close(c.share.unwrap(), 0.4);
    close(c.share_below.unwrap(), 0.4);
    assert_eq!(coverage_among_buyers(&[0.3], &[0.2], 0.8).unwrap_err().row(), Some(0));
}

fn outcome(run_out_days: f64, prob: f64, bought_days: Option<f64>) -> ReminderOutcome {
    ReminderOutcome { run_out_days, prob, bought_days, follow_up_days: 60.0 }
}

#[test]
fn reminders_by_hand() {
    let rows = [
        outcome(10.0, 0.9, Some(17.0)),         // right: 7 days off
        outcome(10.0, 0.8, Some(17.5)),         // wrong: 7.5 days off
        outcome(25.0, 0.7, Some(30.0)),         // right, but bought after the horizon
        outcome(20.0, 0.6, None),               // wrong
        outcome(29.0, 0.6, Some(28.0)),         // no reminder: runs out after the horizon
        outcome(f64::INFINITY, 0.1, Some(3.0)), // no reminder: never runs out
        ReminderOutcome { follow_up_days: 34.0, ..outcome(1.0, 1.0, Some(1.0)) }, // not watched long enough
    ];
    let curve = reminder_curve(&rows, &ReminderOptions::default()).unwrap();
    assert_eq!((curve.n_judged, curve.n_undecided, curve.n_purchases), (6, 1, 4));
    let flat: Vec<_> = curve.points.iter().map(|p| (p.prob_threshold, p.n_reminders, p.n_right, p.recall)).collect();
    assert_eq!(
        flat,
        [(0.9, 1, 1, Some(0.25)), (0.8, 2, 1, Some(0.25)), (0.7, 3, 2, Some(0.25)), (0.6, 4, 2, Some(0.25))]
    );
    assert_eq!(reminder_point(&rows, 0.75, &ReminderOptions::default()).unwrap().unwrap().n_reminders, 2);
    assert_eq!(curve.at(0.75).unwrap().n_reminders, 2);
    assert_eq!(reminder_point(&rows, 0.95, &ReminderOptions::default()).unwrap(), None);
    let bad = [outcome(1.0, 0.5, Some(-1.0))];
    assert_eq!(reminder_curve(&bad, &ReminderOptions::default()).unwrap_err().row(), Some(0));
    let options = ReminderOptions { tolerance_days: f64::NAN, ..ReminderOptions::default() };
    assert_eq!(reminder_curve(&rows, &options).unwrap_err().field(), Some("tolerance_days"));
}

#[test]
fn long_curves_are_thinned_and_keep_their_ends() {
    let rows: Vec<_> = (0..10_000).map(|i| outcome(5.0, f64::from(i) / 1e4, Some(f64::from(i % 20)))).collect();
    let curve = reminder_curve(&rows, &ReminderOptions::default()).unwrap();
    assert!((45..=50).contains(&curve.points.len()), "{}", curve.points.len());
    assert_eq!(curve.points[0].n_reminders, 1);
    assert_eq!(curve.points.last().unwrap().n_reminders, 10_000);
    assert!(curve.points.windows(2).all(|w| w[0].n_reminders < w[1].n_reminders && w[0].recall <= w[1].recall));
}

#[test]
fn the_next_purchase_is_the_first_after_the_forecast() {
    let candidate =
        |customer, item, as_of_day| Candidate { customer, item, as_of_day, run_out_day: as_of_day + 5.0, prob: 0.5 };
    let bought = |customer, item, day| PurchaseDay { customer, item, day };
    let purchases =
        [bought(1, 1, 30.0), bought(1, 2, 12.0), bought(1, 1, 10.0), bought(1, 1, 20.0), bought(2, 1, 11.0)];
    let candidates = [
        candidate(1, 1, 10.0),
        candidate(1, 1, 25.0),
        candidate(1, 3, 10.0),
        candidate(2, 1, 0.0),
        candidate(1, 2, 10.0),
    ];
    let found: Vec<_> =
        match_next_purchases(&candidates, &purchases, 29.0).unwrap().iter().map(|o| o.bought_days).collect();
    assert_eq!(found, [Some(10.0), None, None, Some(11.0), Some(2.0)]);
    assert!(match_next_purchases(&[candidate(1, 1, 30.0)], &purchases, 29.0).is_err());
}

prop_compose! {
    /// Rows with many ties, in two orders.
    fn rows_twice()(rows in prop::collection::vec((any::<bool>(), 0_u32..=20), 1..200))
        (mixed in Just(rows.clone()).prop_shuffle(), rows in Just(rows)) -> [Vec<(bool, f64)>; 2] {
        [rows, mixed].map(|rows| rows.into_iter().map(|(y, p)| (y, f64::from(p) / 20.0)).collect())
    }
}

prop_compose! {
    /// The increments of two distributions over the same days.
    fn two_distributions()(n in 2_usize..8)
        (p in prop::collection::vec(0.01_f64..1.0, n), q in prop::collection::vec(0.01_f64..1.0, n)) -> [Vec<f64>; 2] {
        [p, q].map(|weights| {
            let total: f64 = weights.iter().sum();
            weights.iter().map(|w| w / total).collect()
        })
    }
}

proptest! {
    #[test]
    fn order_of_rows_changes_no_bit([rows, mixed] in rows_twice()) {
        let scored = [rows, mixed].map(|rows| {
            let (labels, probs): (Vec<bool>, Vec<f64>) = rows.into_iter().unzip();
            (Scores::of(&labels, &probs).unwrap(), calibration(&labels, &probs, 7).unwrap())
        });
        prop_assert_eq!(&scored[0], &scored[1]);
        let (s, bins) = &scored[0];
        prop_assert_eq!(bins.iter().map(|b| b.n).sum::<u64>(), s.n_forecasts);
        prop_assert!(s.log_loss >= 0.0 && (0.0..=1.0).contains(&s.brier) && (0.0..=1.0).contains(&s.ece));
        prop_assert!((0.0..=1.0).contains(&s.precision_top_1pct));
        for b in bins {
            prop_assert!(b.observed_low <= b.share_observed && b.share_observed <= b.observed_high);
        }
    }

    #[test]
    fn auc_turns_round_with_the_forecast([rows, _] in rows_twice()) {
        let (labels, probs): (Vec<bool>, Vec<f64>) = rows.into_iter().unzip();
        let turned: Vec<f64> = probs.iter().map(|p| 1.0 - p).collect();
        if let (Some(a), Some(b)) = (auc(&labels, &probs).unwrap(), auc(&labels, &turned).unwrap()) {
            prop_assert!((a + b - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn crps_is_proper([p, q] in two_distributions(), follow_up in 1.0_f64..40.0) {
        // The true distribution scores best in expectation, whatever the end of the follow-up.
        let days: Vec<f64> = (0..p.len()).map(|k| 1.0 + 5.0 * k as f64).collect();
        let cumulated = |w: &[f64]| -> Vec<f64> {
            w.iter().scan(0.0, |sum, x| { *sum += x; Some(f64::min(*sum, 1.0)) }).collect()
        };
        let (f, g) = (cumulated(&p), cumulated(&q));
        let expected = |cdf: &[f64]| -> f64 {
            let forecast = DateCdf::new(&days, cdf, Between::Steps).unwrap();
            days.iter().zip(&p).map(|(&d, w)| w * forecast.crps(Some(d), follow_up).unwrap()).sum()
        };
        prop_assert!(expected(&f) <= expected(&g) + 1e-12);
    }

    #[test]
    fn crps_lies_between_zero_and_the_follow_up(bought in 0.0_f64..60.0, follow_up in 0.1_f64..60.0, a in 0.0_f64..=1.0, b in 0.0_f64..=1.0) {
        let cdf = [a.min(b), a.max(b)];
        for between in [Between::Linear, Between::Steps] {
            let score = DateCdf::new(&[3.0, 30.0], &cdf, between).unwrap().crps(Some(bought), follow_up).unwrap();
            prop_assert!((0.0..=follow_up + 1e-9).contains(&score));
        }
    }

    #[test]
    fn kaplan_meier_without_censoring_is_the_empirical_distribution(values in prop::collection::vec(0_u32..20, 1..100), at in 0_u32..20) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let km = KaplanMeier::new(&values, &vec![true; values.len()]).unwrap();
        let above = values.iter().filter(|&&v| v > f64::from(at)).count() as f64;
        prop_assert!((km.survival(f64::from(at)) - above / values.len() as f64).abs() < 1e-12);
    }
}

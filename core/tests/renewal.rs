//! Renewal: published cohorts, calibrated risks with drivers that add up, censoring, weights and odd columns.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use beforehand::ErrorCode;
use beforehand::churn::{Cohort, CohortKind, Contracts, RenewalModel, RenewalOptions, Table};

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
}

#[test]
fn cohorts_are_as_published() {
    let text = include_str!("vectors/oracle/contract_cohorts.json");
    let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let survivors: Vec<u64> = case["survivors"].as_array().unwrap().iter().map(|x| x.as_u64().unwrap()).collect();
        let kind: CohortKind = serde_json::from_value(case["kind"].clone()).unwrap();
        let model = Cohort::fit(&[&survivors], kind).unwrap();
        let got = [model.alpha, model.beta, model.shape, model.log_likelihood];
        for (name, got) in ["alpha", "beta", "shape", "log_likelihood"].into_iter().zip(got) {
            let (expected, tolerance) = (case[name].as_f64().unwrap(), vectors["tolerance"][name].as_f64().unwrap());
            assert!((got - expected).abs() <= tolerance, "{} {kind:?} {name}: {got}", case["name"]);
        }
        for (t, expected) in (8..).zip(case["survival_percent"].as_array().unwrap()) {
            let got = 100.0 * model.survival(t);
            assert!((got - expected.as_f64().unwrap()).abs() <= 0.051, "{} year {t}: {got}", case["name"]);
        }
        // Splitting the customers into two cohorts changes nothing but the names.
        let (half, rest): (Vec<u64>, Vec<u64>) = survivors.iter().map(|n| (n / 2, n - n / 2)).unzip();
        let split = Cohort::fit(&[&half, &rest], kind).unwrap();
        assert!((split.alpha - model.alpha).abs() < 1e-4 && (split.log_likelihood - model.log_likelihood).abs() < 1e-6);
    }
}

#[test]
fn cohorts_that_say_nothing_are_refused_with_advice() {
    let fit = |cohorts: &[&[u64]]| Cohort::fit(cohorts, CohortKind::ShiftedBetaGeometric).unwrap_err();
    assert_eq!(fit(&[&[10, 10, 10]]).code(), ErrorCode::NotConverged);
    assert_eq!(fit(&[&[10, 0]]).code(), ErrorCode::NotConverged);
    assert_eq!(fit(&[]).code(), ErrorCode::EmptyData);
    assert_eq!(fit(&[&[0, 0]]).code(), ErrorCode::EmptyData);
    assert_eq!(
        (fit(&[&[5, 4], &[10, 11]]).code(), fit(&[&[5, 4], &[10, 11]]).row()),
        (ErrorCode::InvalidData, Some(1))
    );
    assert_eq!(fit(&[&[5]]).field(), Some("survivors"));
    let many = fit(&[&[1 << 63, 1 << 62], &[1 << 63, 1 << 62]]);
    assert_eq!((many.code(), many.field()), (ErrorCode::InvalidData, Some("survivors")));
    for cohort in [&[1_000_000, 999_999][..], &[1_000_000, 1, 0], &[3, 2, 2, 2, 2]] {
        for kind in [CohortKind::ShiftedBetaGeometric, CohortKind::BetaDiscreteWeibull] {
            let model = Cohort::fit(&[cohort], kind).unwrap();
            assert!([model.alpha, model.beta, model.shape, model.log_likelihood].iter().all(|x| x.is_finite()));
            assert!((0..100).all(|t| (0.0..=1.0).contains(&model.survival(t))));
        }
    }
}

/// Contracts with a price, a plan and noise; the true P(cancel) beside.
fn contracts(n: usize, seed: u64) -> (Vec<f64>, Vec<String>, Vec<f64>, Vec<bool>) {
    let mut random = Random(seed);
    let (mut price, mut plan, mut prob, mut cancelled) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..n {
        let (p, kind) = (10.0 + 90.0 * random.uniform(), (3.0 * random.uniform()) as usize);
        let x = -2.0 + 0.03 * (p - 50.0) + [0.8, 0.0, -1.2][kind] + if p > 80.0 && kind == 0 { 0.7 } else { 0.0 };
        let q = 1.0 / (1.0 + (-x).exp());
        price.push(p);
        plan.push(["monthly", "yearly", "two years"][kind].to_owned());
        prob.push(q);
        cancelled.push(random.uniform() < q);
    }
    (price, plan, prob, cancelled)
}

fn table(price: &[f64], plan: &[String]) -> Table {
    Table::new().numbers("price", price.to_vec()).unwrap().texts("plan", plan.to_vec()).unwrap()
}

#[test]
fn risks_are_near_the_truth_and_drivers_add_up() {
    let (price, plan, prob, cancelled) = contracts(6_000, 1);
    let table = table(&price, &plan);
    let model = RenewalModel::fit(&table, &Contracts::new(&cancelled), &RenewalOptions::default()).unwrap();
    let (price, plan, prob_new, _) = contracts(2_000, 2);
    let new = self::table(&price, &plan);
    let risk = model.predict(&new, None).unwrap();
    let error = risk.prob_cancel.iter().zip(&prob_new).map(|(p, q)| (p - q).abs()).sum::<f64>() / 2_000.0;
    assert!(error < 0.02, "{error}");
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    assert!((mean(&model.predict(&table, None).unwrap().prob_cancel) - mean(&prob)).abs() < 0.015);
    assert_eq!(risk.horizons_terms, [3, 12]);
    for row in 0..200 {
        let p = risk.prob_cancel[row];
        assert!((risk.prob_within[0][row] - (1.0 - (1.0 - p).powi(3))).abs() < 1e-9);
        assert!(risk.prob_within[1][row] >= risk.prob_within[0][row] && risk.prob_within[0][row] >= p);
        let why = model.drivers(&new, row, None).unwrap();
        let total = why.base_log_odds + why.drivers.iter().map(|d| d.log_odds).sum::<f64>();
        assert!((total - why.log_odds).abs() < 1e-9);
        assert!((1.0 / (1.0 + (-why.log_odds).exp()) - p).abs() < 1e-5, "{row}");
        assert!(why.drivers.windows(2).all(|w| w[0].log_odds.abs() >= w[1].log_odds.abs()));
        let of = |name: &str| why.drivers.iter().find(|d| d.column == name).unwrap();
        assert_eq!(of("plan").value, plan[row]);
        if (plan[row].as_str(), price[row] > 75.0) == ("monthly", true) {
            assert!(of("plan").log_odds > 0.2 && of("price").log_odds > 0.2);
        }
    }
}

#[test]
fn the_result_does_not_depend_on_threads_and_survives_storage() {
    let (price, plan, _, cancelled) = contracts(3_000, 3);
    let table = table(&price, &plan);
    let fit = || RenewalModel::fit(&table, &Contracts::new(&cancelled), &RenewalOptions::default()).unwrap();
    let on = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap().install(fit);
    let (one, three) = (on(1), on(3));
    assert_eq!(one, three);
    let stored: RenewalModel = serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
    assert_eq!(stored.predict(&table, None).unwrap(), one.predict(&table, None).unwrap());
}

#[test]
fn the_order_of_the_rows_changes_nothing() {
    let (price, plan, _, cancelled) = contracts(1_500, 8);
    let exit: Vec<u32> = (0..1_500).map(|i| 1 + i % 3).collect();
    let fit = |order: &[usize]| {
        let table = Table::new()
            .numbers("price", order.iter().map(|&i| price[i]).collect())
            .unwrap()
            .texts("plan", order.iter().map(|&i| plan[i].clone()))
            .unwrap();
        let cancelled: Vec<bool> = order.iter().map(|&i| cancelled[i]).collect();
        let exit: Vec<u32> = order.iter().map(|&i| exit[i]).collect();
        let contracts = Contracts { exit_term: Some(&exit), ..Contracts::new(&cancelled) };
        RenewalModel::fit(&table, &contracts, &RenewalOptions::default()).unwrap()
    };
    let given: Vec<usize> = (0..1_500).collect();
    let mixed: Vec<usize> = (0..1_500).map(|i| i * 701 % 1_500).collect();
    assert_eq!(fit(&given), fit(&mixed));
}

/// Contracts with columns of noise, of which two tell who cancels only together: one risk where both lie on the same side of a
/// half, another where they do not.
fn in_pairs(n: usize, seed: u64, [same, apart]: [f64; 2]) -> (Table, Vec<f64>, Vec<bool>) {
    let mut random = Random(seed);
    let columns: Vec<Vec<f64>> = (0..8).map(|_| (0..n).map(|_| random.uniform()).collect()).collect();
    let prob: Vec<f64> =
        columns[2].iter().zip(&columns[5]).map(|(a, b)| if (*a > 0.5) == (*b > 0.5) { same } else { apart }).collect();
    let cancelled = prob.iter().map(|&p| random.uniform() < p).collect();
    let named = columns.into_iter().enumerate();
    let table = named.fold(Table::new(), |table, (i, x)| table.numbers(format!("column {i}"), x).unwrap());
    (table, prob, cancelled)
}

/// The mean distance of the risks of new contracts from the truth.
fn error_in_pairs(n: usize, risks: [f64; 2]) -> f64 {
    let (table, _, cancelled) = in_pairs(n, 9, risks);
    let model = RenewalModel::fit(&table, &Contracts::new(&cancelled), &RenewalOptions::default()).unwrap();
    let (new, prob, _) = in_pairs(2_000, 10, risks);
    let risk = model.predict(&new, None).unwrap().prob_cancel;
    risk.iter().zip(&prob).map(|(p, q)| (p - q).abs()).sum::<f64>() / 2_000.0
}

#[test]
fn what_only_columns_together_say_is_found_and_noise_is_left_alone() {
    // A sum of effects of each column knows the base rate at best: an error of .25.
    let found = error_in_pairs(3_000, [0.05, 0.55]);
    assert!(found < 0.08, "{found}");
    let noise = error_in_pairs(3_000, [0.2, 0.2]);
    assert!(noise < 0.03, "{noise}");
}

#[test]
fn weights_count_like_copies() {
    let (price, plan, _, cancelled) = contracts(2_000, 4);
    let weights: Vec<f64> = cancelled.iter().map(|&c| if c { 5.0 } else { 1.0 }).collect();
    let copies: Vec<usize> = (0..2_000).flat_map(|i| std::iter::repeat_n(i, weights[i] as usize)).collect();
    let copied = Table::new()
        .numbers("price", copies.iter().map(|&i| price[i]).collect())
        .unwrap()
        .texts("plan", copies.iter().map(|&i| plan[i].clone()))
        .unwrap();
    let copied_cancelled: Vec<bool> = copies.iter().map(|&i| cancelled[i]).collect();
    let table = table(&price, &plan);
    let options = RenewalOptions::default();
    let weighted = Contracts { weight: Some(&weights), ..Contracts::new(&cancelled) };
    let of = |fitted: RenewalModel| fitted.predict(&table, None).unwrap().prob_cancel;
    let weighted = of(RenewalModel::fit(&table, &weighted, &options).unwrap());
    let repeated = of(RenewalModel::fit(&copied, &Contracts::new(&copied_cancelled), &options).unwrap());
    let plain = of(RenewalModel::fit(&table, &Contracts::new(&cancelled), &options).unwrap());
    let difference = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f64>() / 2_000.0;
    // The trees draw other rows, and relative weights leave less to set against the penalty.
    assert!(difference(&weighted, &repeated) < 0.04, "{}", difference(&weighted, &repeated));
    assert!(difference(&weighted, &plain) > 0.15, "{}", difference(&weighted, &plain));
    let all_the_same = vec![7.0; 2_000];
    let same =
        RenewalModel::fit(&table, &Contracts { weight: Some(&all_the_same), ..Contracts::new(&cancelled) }, &options);
    assert!(of(same.unwrap()) == plain, "weights are relative");
}

#[test]
fn terms_censoring_and_truncation_are_understood() {
    // The risk falls with the term: 30 % at the first renewals, 5 % after six.
    let mut random = Random(5);
    let (mut entry, mut exit, mut cancelled) = (Vec::new(), Vec::new(), Vec::new());
    while entry.len() < 4_000 {
        let from = if entry.len() % 2 == 0 { 0 } else { (8.0 * random.uniform()) as u32 };
        let (mut term, mut gone) = (from, false);
        let until = from + 1 + (6.0 * random.uniform()) as u32;
        while term < until && !gone {
            term += 1;
            gone = random.uniform() < if term <= 6 { 0.3 } else { 0.05 };
        }
        entry.push(from);
        exit.push(term);
        cancelled.push(gone);
    }
    let table = Table::new().numbers("nothing", (0..4_000).map(f64::from).collect()).unwrap();
    let contracts = Contracts { entry_term: Some(&entry), exit_term: Some(&exit), ..Contracts::new(&cancelled) };
    let options = RenewalOptions { horizons_terms: vec![1, 2, 6], ..RenewalOptions::default() };
    let model = RenewalModel::fit(&table, &contracts, &options).unwrap();
    let three = Table::new().numbers("nothing", vec![2_000.0; 3]).unwrap();
    let risk = model.predict(&three, Some(&[0, 5, 9])).unwrap();
    let near = |p: f64, expected: f64| assert!((p - expected).abs() < 0.06, "{p} {expected}");
    near(risk.prob_cancel[0], 0.3);
    near(risk.prob_cancel[2], 0.05);
    near(risk.prob_within[1][0], 1.0 - 0.7 * 0.7);
    near(risk.prob_within[2][0], 1.0 - 0.7f64.powi(6));
    for (first, next) in risk.prob_cancel.iter().zip(&risk.prob_within[0]) {
        assert!((first - next).abs() < 1e-12);
    }
    let why = model.drivers(&three, 0, Some(&[0, 5, 9])).unwrap();
    assert_eq!((why.drivers[0].column.as_str(), why.drivers[0].value.as_str()), ("term", "1"));
    assert!(why.drivers[0].log_odds > 0.1);
    assert_eq!(model.predict(&three, None).unwrap_err().field(), Some("term"));
    assert_eq!(model.n_renewals(), exit.iter().zip(&entry).map(|(b, a)| u64::from(b - a)).sum::<u64>());
}

#[test]
fn odd_columns_are_dropped_with_a_note_and_missing_values_have_a_meaning() {
    let (price, plan, _, mut cancelled) = contracts(2_000, 6);
    // Whose price is unknown always cancels.
    let holed: Vec<f64> = price.iter().enumerate().map(|(i, p)| if i % 10 == 0 { f64::NAN } else { *p }).collect();
    (0..2_000).step_by(10).for_each(|i| cancelled[i] = true);
    let table = Table::new()
        .numbers("price", holed)
        .unwrap()
        .texts("plan", plan.clone())
        .unwrap()
        .numbers("always", vec![3.0; 2_000])
        .unwrap()
        .numbers("twice the row", (0..2_000).map(f64::from).collect())
        .unwrap()
        .numbers("the row", (0..2_000).map(|i| 1.0 + 0.5 * f64::from(i)).collect())
        .unwrap()
        .texts("plan again", plan.iter().map(|p| p.to_uppercase()))
        .unwrap()
        .texts("names", (0..2_000).map(|i| format!("n{i}")))
        .unwrap()
        .numbers("unknown", vec![f64::NAN; 2_000])
        .unwrap();
    let model = RenewalModel::fit(&table, &Contracts::new(&cancelled), &RenewalOptions::default()).unwrap();
    let notes = model.notes().join("\n");
    for name in ["always", "the row", "plan again", "names", "unknown"] {
        assert!(notes.contains(&format!("column {name} ")), "{name}: {notes}");
    }
    assert_eq!(model.notes().len(), 5, "{notes}");
    let risk = model.predict(&table, None).unwrap().prob_cancel;
    let of = |rest: usize| (0..2_000).filter(|i| i % 10 == rest).map(|i| risk[i]).sum::<f64>() / 200.0;
    assert!(of(0) > 0.8 && of(1) < 0.4, "{} {}", of(0), of(1));
    assert_eq!(model.drivers(&table, 0, None).unwrap().drivers[0].value, "missing");
}

#[test]
fn small_and_extreme_tables_stay_finite() {
    for cancelled in [vec![true], vec![false; 3], vec![true, false, true, false], vec![true; 200]] {
        let n = cancelled.len();
        let table = Table::new()
            .numbers("x", (0..n).map(|i| [1e300, -1e300, f64::INFINITY, 0.0][i % 4]).collect())
            .unwrap()
            .texts("t", (0..n).map(|i| ["", "a"][i % 2]))
            .unwrap();
        let model = RenewalModel::fit(&table, &Contracts::new(&cancelled), &RenewalOptions::default()).unwrap();
        let risk = model.predict(&table, None).unwrap();
        assert!(risk.prob_cancel.iter().all(|p| *p > 0.0 && *p < 1.0), "{:?}", &risk.prob_cancel[..n.min(5)]);
        assert!(model.drivers(&table, n - 1, None).unwrap().log_odds.is_finite());
    }
}

#[test]
fn malformed_input_is_refused_with_its_place() {
    let (price, plan, _, cancelled) = contracts(50, 7);
    let table = table(&price, &plan);
    let options = RenewalOptions::default();
    let refused = |contracts: &Contracts<'_>| RenewalModel::fit(&table, contracts, &options).unwrap_err();
    assert_eq!(refused(&Contracts::new(&cancelled[1..])).field(), Some("cancelled"));
    let weights = [vec![1.0; 49], vec![-1.0]].concat();
    let error = refused(&Contracts { weight: Some(&weights), ..Contracts::new(&cancelled) });
    assert_eq!((error.field(), error.row()), (Some("weight"), Some(49)));
    let (entry, exit) = ([2; 50], [2; 50]);
    let terms = Contracts { entry_term: Some(&entry), exit_term: Some(&exit), ..Contracts::new(&cancelled) };
    assert_eq!(refused(&terms).row(), Some(0));
    assert_eq!(refused(&Contracts { exit_term: None, ..terms }).field(), Some("exit_term"));
    let long = [4_000_000_000; 50];
    assert_eq!(refused(&Contracts { exit_term: Some(&long), ..terms }).field(), Some("exit_term"));
    let empty = RenewalModel::fit(&Table::new(), &Contracts::new(&[]), &options).unwrap_err();
    assert_eq!(empty.code(), ErrorCode::EmptyData);
    assert!(Table::new().numbers("a", vec![1.0]).unwrap().numbers("a", vec![1.0]).is_err());
    assert!(Table::new().numbers("a", vec![1.0]).unwrap().texts("b", ["x", "y"]).is_err());
    let model = RenewalModel::fit(&table, &Contracts::new(&cancelled), &options).unwrap();
    let other = Table::new().texts("price", ["1"]).unwrap().texts("plan", ["monthly"]).unwrap();
    assert_eq!(model.predict(&other, None).unwrap_err().field(), Some("price"));
    let other = Table::new().numbers("price", vec![1.0]).unwrap();
    assert_eq!(model.predict(&other, None).unwrap_err().field(), Some("plan"));
    assert_eq!(model.predict(&table, Some(&[1; 50])).unwrap_err().field(), Some("term"));
    assert_eq!(model.drivers(&table, 50, None).unwrap_err().field(), Some("row"));
    assert!(serde_json::from_str::<RenewalOptions>(r#"{"horizon": 3}"#).is_err());
    let wrong = RenewalOptions { horizons_terms: vec![0], ..options.clone() };
    assert_eq!(
        RenewalModel::fit(&table, &Contracts::new(&cancelled), &wrong).unwrap_err().field(),
        Some("horizons_terms")
    );
}

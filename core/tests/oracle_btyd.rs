//! Models of buying and leaving against numbers from independent sources, each named in the vector.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use beforehand::churn::{CustomerSummary, Family, GammaGamma, PurchaseModel};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    source: String,
    family: Family,
    parameters: [f64; 4],
    k: u8,
    call: String,
    customer: Option<(u32, f64, f64)>,
    t: f64,
    n: Option<u32>,
    value: f64,
    tolerance: f64,
}

#[test]
fn published_and_independent_values() {
    let vectors: Vec<Vector> = serde_json::from_str(include_str!("vectors/oracle/btyd.json")).unwrap();
    assert!(vectors.len() > 100 && vectors.iter().all(|v| !v.source.is_empty()));
    for v in &vectors {
        let model = PurchaseModel::from_parameters(v.family, v.parameters, v.k).unwrap();
        let customer = || v.customer.map(|(x, last, observed)| CustomerSummary::new(x, last, observed)).unwrap();
        let found = match v.call.as_str() {
            "prob_alive" => model.prob_alive(&customer()),
            "expected_purchases" => model.expected_purchases(&customer(), v.t),
            "expected_purchases_of_new" => model.expected_purchases_of_new(v.t),
            "prob_at_least" => model.prob_at_least(&customer(), v.t, v.n.unwrap()),
            other => panic!("unknown call {other}"),
        };
        assert!((found - v.value).abs() <= v.tolerance, "{found} for {v:?}");
    }
}

/// Inputs at which existing tools return NaN or infinity.
#[test]
fn extreme_customers_and_parameters_have_finite_answers() {
    let model = |family, p, k| PurchaseModel::from_parameters(family, p, k).unwrap();
    let c = CustomerSummary::new;
    let heavy = model(Family::ParetoNbd, [10.465, 0.007_985_65, 3.0516, 2.820], 1);
    let mut cases = vec![(&heavy, c(400, 5.0, 6.0)), (&heavy, c(500, 1.0, 37.0)), (&heavy, c(500, 4.0, 37.0))];
    let other = model(Family::ParetoNbd, [0.5143, 2.8845, 0.2856, 14.1087], 1);
    cases.extend([221, 254, 161, 204].map(|x| (&other, c(x, 37.0, 38.0))));
    let small = model(Family::BgNbd, [0.3, 4.0, 0.3, 0.4], 1);
    cases.extend([(&small, c(0, 0.0, 30.0)), (&small, c(0, 0.0, 0.0)), (&small, c(90, 30.0, 30.0))]);
    let one = model(Family::BgNbd, [0.24, 4.4, 1.0, 2.4], 1);
    cases.extend([(&one, c(0, 0.0, 30.0)), (&one, c(3, 20.0, 30.0))]);
    let daily = model(Family::MbgCnbd, [2.0, 0.5, 1e-4, 8e3], 8);
    cases.extend([(&daily, c(4_000, 499.0, 500.0)), (&daily, c(1, 1e-6, 500.0))]);
    for (model, customer) in &cases {
        for t in [0.0, 1e-9, 1.0, 52.0, 5_000.0] {
            let p = model.prob_alive(customer);
            let e = model.expected_purchases(customer, t);
            let active = model.prob_active(customer, t);
            assert!((0.0..=1.0).contains(&p), "{p} {customer:?}");
            assert!(e.is_finite() && e >= 0.0, "{e} {customer:?}");
            assert!((0.0..=1.0).contains(&active) && active <= p + 1e-12, "{active} {p} {customer:?}");
            let counts: f64 = (0..3).map(|n| model.prob_count(customer, t, n)).sum();
            assert!(counts <= 1.0 + 1e-9, "{counts}");
            // Markov: P(at least one) is no more than the mean.
            assert!(active <= e * (1.0 + 1e-6) + 1e-12, "{active} {e} {customer:?} {t}");
        }
    }
}

#[test]
fn the_counts_probabilities_add_up_to_one_and_to_the_mean() {
    let bg =
        PurchaseModel::from_parameters(Family::BgNbd, [0.242_594_5, 4.413_601_9, 0.792_919_9, 2.425_888_1], 1).unwrap();
    let pareto = PurchaseModel::from_parameters(Family::ParetoNbd, [0.55315, 10.57633, 0.60625, 11.6715], 1).unwrap();
    for model in [bg, pareto] {
        let customer = CustomerSummary::new(4, 20.0, 30.0);
        let probs: Vec<f64> = (0..120).map(|n| model.prob_count(&customer, 26.0, n)).collect();
        assert!((probs.iter().sum::<f64>() - 1.0).abs() < 1e-8);
        let mean: f64 = probs.iter().enumerate().map(|(n, p)| n as f64 * p).sum();
        assert!((mean - model.expected_purchases(&customer, 26.0)).abs() < 1e-7, "{mean}");
        let within = model.next_purchase_within(&customer, 0.3).unwrap();
        assert!((model.prob_active(&customer, within) - 0.3).abs() < 1e-9);
        assert!(model.next_purchase_within(&customer, 0.999).is_none());
        // Discounting at nothing is counting; at a rate it is less.
        let all = model.discounted_purchases(&customer, 26.0, 0.0);
        let some = model.discounted_purchases(&customer, 26.0, 0.01);
        assert!((all - mean).abs() < 1e-7 && some < all && some > all * (-0.26f64).exp());
    }
}

/// Uniform numbers by Knuth's linear congruence.
struct Stream(u64);

impl Stream {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Marsaglia & Tsang 2000.
    fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * self.uniform().powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        loop {
            let x = self.normal();
            let v = (1.0 + x / (9.0 * d).sqrt()).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }
}

/// Customers of (M)BG/CNBD-k, observed for 20 to 60 units.
fn simulate(n: usize, [r, alpha, a, b]: [f64; 4], k: u32, modified: bool, seed: u64) -> Vec<CustomerSummary> {
    let mut s = Stream(seed);
    (0..n)
        .map(|_| {
            let lambda = s.gamma(r) / alpha;
            let (x, y) = (s.gamma(a), s.gamma(b));
            let leaves = x / (x + y);
            let until = 20.0 + 40.0 * s.uniform();
            let (mut time, mut times) = (0.0, vec![0.0]);
            let mut here = !modified || s.uniform() >= leaves;
            while here {
                time += s.gamma(f64::from(k)) / lambda;
                if time > until {
                    break;
                }
                times.push(time);
                here = s.uniform() >= leaves;
            }
            CustomerSummary::from_times(&times, until)
        })
        .collect()
}

#[test]
fn fits_recover_the_parameters_that_made_the_customers() {
    let truth = [0.8, 6.0, 0.9, 2.2];
    for (family, k, modified) in
        [(Family::BgNbd, 1, false), (Family::MbgNbd, 1, true), (Family::BgCnbd, 3, false), (Family::MbgCnbd, 2, true)]
    {
        let customers = simulate(20_000, truth, k, modified, 7);
        let model = PurchaseModel::fit(&customers, family).unwrap();
        assert_eq!(u32::from(model.k()), k, "{family:?}");
        assert_eq!(model.status().as_str(), "converged", "{family:?} {model:?}");
        for (parameter, truth) in model.parameters().iter().zip(truth) {
            let off = (parameter.estimate - truth) / parameter.standard_error;
            assert!(off.abs() < 4.0 && parameter.standard_error < 0.3 * truth, "{family:?} {parameter:?} {truth}");
        }
        let mut reversed = customers;
        reversed.reverse();
        assert_eq!(PurchaseModel::fit(&reversed, family).unwrap(), model, "order matters");
    }
}

#[test]
fn pareto_recovers_its_parameters() {
    let (truth, mut s) = ([0.9, 8.0, 0.7, 10.0], Stream(3));
    let customers: Vec<CustomerSummary> = (0..8_000)
        .map(|_| {
            let (lambda, mu) = (s.gamma(truth[0]) / truth[1], s.gamma(truth[2]) / truth[3]);
            let until = 20.0 + 40.0 * s.uniform();
            let end = until.min(-s.uniform().ln() / mu);
            let (mut time, mut times) = (0.0, vec![0.0]);
            loop {
                time -= s.uniform().ln() / lambda;
                if time > end {
                    break;
                }
                times.push(time);
            }
            CustomerSummary::from_times(&times, until)
        })
        .collect();
    let model = PurchaseModel::fit(&customers, Family::ParetoNbd).unwrap();
    assert_eq!(model.status().as_str(), "converged", "{model:?}");
    for (parameter, truth) in model.parameters().iter().zip(truth) {
        let off = (parameter.estimate - truth) / parameter.standard_error;
        assert!(off.abs() < 4.0, "{parameter:?} {truth}");
    }
}

#[test]
fn gamma_gamma_recovers_its_parameters() {
    let ((p, q, gamma), mut s) = ((4.0, 5.0, 20.0), Stream(5));
    let customers: Vec<CustomerSummary> = (0..20_000u32)
        .map(|i| {
            let x = i % 7;
            let nu = s.gamma(q) / gamma;
            let c = CustomerSummary::new(x, f64::from(x), 10.0);
            if x == 0 { c } else { c.mean_value(s.gamma(p * f64::from(x)) / nu / f64::from(x)) }
        })
        .collect();
    let model = GammaGamma::fit(&customers).unwrap();
    for ((found, truth), error) in
        [model.p, model.q, model.gamma].into_iter().zip([p, q, gamma]).zip(model.standard_errors)
    {
        assert!(((found - truth) / error).abs() < 4.0 && error < 0.2 * truth, "{model:?}");
    }
    assert!((model.expected_value(0, 0.0) - p * gamma / (q - 1.0)).abs() < 0.5);
}

#[test]
fn logs_that_say_nothing_give_a_status_and_finite_answers() {
    let once: Vec<CustomerSummary> = (1..50).map(|t| CustomerSummary::new(0, 0.0, f64::from(t))).collect();
    // Everyone buys every day until the end: nobody ever leaves.
    let daily: Vec<CustomerSummary> =
        (1..400u32).map(|n| CustomerSummary::new(n, f64::from(n), f64::from(n))).collect();
    let same = vec![CustomerSummary::new(3, 5.0, 9.0); 20];
    let today = vec![CustomerSummary::new(0, 0.0, 0.0); 3];
    for (customers, expected) in [
        (once, Some("all_one_time_buyers")),
        (daily, Some("near_boundary")),
        (same, None),
        (today, Some("all_one_time_buyers")),
    ] {
        for family in [Family::BgNbd, Family::MbgNbd, Family::ParetoNbd] {
            let model = PurchaseModel::fit(&customers, family).unwrap();
            if let Some(expected) = expected {
                assert_eq!(model.status().as_str(), expected, "{model:?}");
            }
            assert!(!model.status().advice().is_empty());
            for c in customers.iter().step_by(customers.len().div_ceil(5)) {
                let i = model.purchases_with_interval(c, 10.0, 0.9).unwrap();
                let all = [model.prob_alive(c), i.expected, i.expected_low, i.expected_high, i.low, i.high];
                assert!(all.iter().all(|x| x.is_finite() && *x >= 0.0), "{family:?} {c:?} {i:?}");
                assert!(i.low <= i.high && i.expected_low <= i.expected_high);
            }
        }
    }
}

#[test]
fn intervals_hold_what_they_promise() {
    let truth = [0.8, 6.0, 0.9, 2.2];
    let known = simulate(3_000, truth, 1, true, 21);
    let model = PurchaseModel::fit(&known, Family::MbgNbd).unwrap();
    // The same customers' future, simulated from what is known at the fitted moment: draw until the past matches is
    // costly, so new customers' first 20 units are compared.
    let mut s = Stream(22);
    let fresh = CustomerSummary::new(0, 0.0, 0.0);
    let interval = model.purchases_with_interval(&fresh, 20.0, 0.9).unwrap();
    let mut within = 0;
    for _ in 0..4_000 {
        let lambda = s.gamma(truth[0]) / truth[1];
        let (x, y) = (s.gamma(truth[2]), s.gamma(truth[3]));
        let leaves = x / (x + y);
        let (mut time, mut n) = (0.0, 0.0);
        while s.uniform() >= leaves {
            time -= s.uniform().ln() / lambda;
            if time > 20.0 {
                break;
            }
            n += 1.0;
        }
        within += u32::from(interval.low <= n && n <= interval.high);
    }
    assert!(f64::from(within) / 4_000.0 >= 0.89, "{within} {interval:?}");
    assert!(interval.expected_low < interval.expected && interval.expected < interval.expected_high);
    let value = model.lifetime_value(&fresh, 20.0, 0.01, 30.0, 0.9).unwrap();
    assert!(value.expected < 30.0 * interval.expected && value.expected_low < value.expected_high);
}

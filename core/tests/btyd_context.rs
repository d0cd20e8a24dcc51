//! Models of buying and leaving with traits and calendar: the plain model where nothing is known, and the truth where it is.
#![allow(clippy::unwrap_used)]

use beforehand::churn::{Buyer, Calendar, Context, ContextModel, CustomerSummary, Effect, Family, PurchaseModel};

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

const BUYING: f64 = 0.6;
const LEAVING: f64 = 0.8;
const SALE: f64 = 1.2;
const END: i32 = 19_700;

/// Days of the sale: every 30 days, for four days.
fn is_sale(day: i32) -> bool {
    day % 30 < 4
}

fn sale() -> Calendar {
    let days: Vec<String> = (19_000..=END + 100).filter(|d| is_sale(*d)).map(date).collect();
    Calendar::default().days("sale", days).unwrap()
}

/// 2022-01-08 is day 19,000.
fn date(day: i32) -> String {
    let start: beforehand::Timestamp = "2022-01-08T12:00:00Z".parse().unwrap();
    start.plus_days(f64::from(day - 19_000)).date()
}

/// MBG/NBD with a trait of buying, one of leaving, and a sale; one chance of a purchase a day, for rates are small.
fn simulate(n: usize, sale: f64, seed: u64) -> Vec<Buyer> {
    let (r, alpha, a, b) = (0.9, 240.0, 0.8, 3.0);
    let mut s = Stream(seed);
    (0..n)
        .map(|_| {
            let (z, w) = (f64::from(u8::from(s.uniform() < 0.4)), s.normal());
            let lambda = s.gamma(r) / alpha * (BUYING * z).exp();
            let (x, y) = (s.gamma(a * (LEAVING * w).exp()), s.gamma(b));
            let leaves = x / (x + y);
            let first = 19_000 + (200.0 * s.uniform()) as i32;
            let mut days = vec![first];
            let mut here = s.uniform() >= leaves;
            for day in first + 1..=END {
                let rate = lambda * if is_sale(day) { sale.exp() } else { 1.0 };
                if here && s.uniform() < -(-rate).exp_m1() {
                    days.push(day);
                    here = s.uniform() >= leaves;
                }
            }
            Buyer::new(days, END).traits(vec![z], vec![w])
        })
        .collect()
}

fn context(calendar: Calendar) -> Context {
    Context { buying: vec!["company".to_owned()], leaving: vec!["distance".to_owned()], calendar }
}

fn summary(buyer: &Buyer) -> CustomerSummary {
    let times: Vec<f64> = buyer.days.iter().map(|d| f64::from(d - buyer.days[0])).collect();
    CustomerSummary::from_times(&times, f64::from(buyer.observed_until - buyer.days[0]))
}

#[test]
fn the_true_coefficients_are_found() {
    let buyers = simulate(5_000, SALE, 11);
    let model = ContextModel::fit(&buyers, Family::MbgNbd, &context(sale())).unwrap();
    assert_eq!(model.status().as_str(), "converged", "{model:?}");
    for (effect, truth) in model.effects().iter().zip([BUYING, LEAVING, SALE]) {
        let Effect { coefficient, standard_error, .. } = effect;
        // A day holds one purchase at most, which a rate of one in a hundred days hardly feels.
        let off = (coefficient - truth).abs();
        assert!(off < 3.5 * standard_error + 0.02 && *standard_error < 0.15, "{effect:?} {truth}");
    }
    let summaries: Vec<CustomerSummary> = buyers.iter().map(summary).collect();
    let plain = PurchaseModel::fit(&summaries, Family::MbgNbd).unwrap();
    assert!(model.log_likelihood() > plain.log_likelihood() + 50.0);
    let mut reversed = buyers.clone();
    reversed.reverse();
    assert_eq!(ContextModel::fit(&reversed, Family::MbgNbd, &context(sale())).unwrap(), model, "order matters");
    // The days to come count as they are: four days of sale against four without.
    let buyer = buyers.iter().find(|b| b.days.len() > 3 && b.days.last().is_some_and(|d| END - d < 20)).unwrap();
    let until = |day: i32| Buyer { observed_until: day, ..buyer.clone() };
    let (before_sale, after_sale) = (until(19_709), until(19_713));
    let quiet = model.expected_purchases(&after_sale, 4.0).unwrap();
    let busy = model.expected_purchases(&before_sale, 4.0).unwrap();
    assert!(busy > 2.0 * quiet, "{busy} {quiet}");
}

#[test]
fn without_anything_known_it_is_the_plain_model() {
    let buyers: Vec<Buyer> =
        simulate(1_500, 0.0, 5).into_iter().map(|b| Buyer::new(b.days, b.observed_until)).collect();
    let summaries: Vec<CustomerSummary> = buyers.iter().map(summary).collect();
    for family in [Family::BgNbd, Family::MbgNbd, Family::ParetoNbd, Family::MbgCnbd] {
        let plain = PurchaseModel::fit(&summaries, family).unwrap();
        let model = ContextModel::fit(&buyers, family, &Context::default()).unwrap();
        assert!((model.log_likelihood() - plain.log_likelihood()).abs() < 1e-6);
        // A trait that is the same for everyone, and a list of days that never come, change nothing either, but take the
        // way through the whole likelihood.
        let calendar = if family == Family::ParetoNbd {
            Calendar::default()
        } else {
            Calendar::default().days("never", ["2100-01-01"]).unwrap()
        };
        let context = Context { buying: vec!["one".to_owned()], leaving: vec![], calendar };
        let with: Vec<Buyer> = buyers.iter().map(|b| b.clone().traits(vec![1.0], vec![])).collect();
        let model = ContextModel::fit(&with, family, &context).unwrap();
        assert!(model.effects().iter().all(|e| e.coefficient.abs() < 1e-9), "{:?}", model.effects());
        assert!((model.log_likelihood() - plain.log_likelihood()).abs() < 1e-4, "{family:?} {model:?} {plain:?}");
        for (a, b) in model.average().parameters().iter().zip(plain.parameters()) {
            assert!((a.estimate / b.estimate - 1.0).abs() < 2e-3, "{family:?} {a:?} {b:?}");
        }
        for (buyer, summary) in with.iter().zip(&summaries).take(50) {
            let (a, b) = (model.prob_alive(buyer).unwrap(), plain.prob_alive(summary));
            assert!((a - b).abs() < 2e-3, "{a} {b}");
        }
    }
}

#[test]
fn traits_change_pareto_too() {
    let buyers = simulate(2_500, 0.0, 3);
    let model = ContextModel::fit(&buyers, Family::ParetoNbd, &context(Calendar::default())).unwrap();
    let [buying, leaving] = model.effects() else { panic!("two effects") };
    assert!((buying.coefficient - BUYING).abs() < 3.5 * buying.standard_error, "{buying:?}");
    assert!(leaving.coefficient > 2.0 * leaving.standard_error, "{leaving:?}");
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let buyers = simulate(30, 0.0, 3);
    let field = |buyers: &[Buyer], family, context: &Context| {
        ContextModel::fit(buyers, family, context).unwrap_err().field().map(str::to_owned)
    };
    let months = context(Calendar::default().months());
    assert_eq!(field(&buyers, Family::ParetoNbd, &months).as_deref(), Some("calendar"));
    assert_eq!(field(&buyers, Family::BgNbd, &Context::default()).as_deref(), Some("buying"));
    let backwards = [Buyer::new(vec![5, 3], 9)];
    assert_eq!(field(&backwards, Family::BgNbd, &Context::default()).as_deref(), Some("days"));
    let far = [Buyer::new(vec![i32::MIN, 3], i32::MAX)];
    assert_eq!(field(&far, Family::BgNbd, &Context::default()).as_deref(), Some("days"));
    let unknown = [
        Buyer::new(vec![3], 9).traits(vec![f64::NAN], vec![0.0]),
        Buyer::new(vec![3, 5], 9).traits(vec![f64::NAN], vec![0.0]),
    ];
    let model = ContextModel::fit(&unknown, Family::BgNbd, &context(Calendar::default().months())).unwrap();
    assert!(model.prob_alive(&unknown[0]).unwrap().is_finite());
    let once = [Buyer::new(vec![3], 9).traits(vec![1.0], vec![0.0])];
    let model = ContextModel::fit(&once, Family::BgNbd, &months).unwrap();
    assert_eq!(model.status().as_str(), "all_one_time_buyers");
    assert!(model.expected_purchases(&once[0], 100.0).unwrap().is_finite());
}

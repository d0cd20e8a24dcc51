//! Shapes that differ from one another, held against what a simple smoothing makes of them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::f64::consts::TAU;

use super::counts::{Hours, normalised};
use super::*;
use crate::stats::Draws;

/// One peak of opens.
fn peak(at: f64, sharpness: f64) -> Hours {
    normalised(std::array::from_fn(|h| (sharpness * ((h as f64 + 0.5 - at) * TAU / 24.0).cos()).exp()))
}

fn mixed(parts: &[(f64, Hours)]) -> Hours {
    normalised(std::array::from_fn(|h| parts.iter().map(|(share, part)| share * part[h]).sum()))
}

/// So many draws from a density.
fn counts(density: &Hours, n: u32, draws: &mut Draws) -> HourCounts {
    HourCounts::of_opens((0..n).map(|_| {
        let mut left = draws.uniform();
        let passed = |p: &f64| {
            left -= p;
            left < 0.0
        };
        density.iter().position(passed).unwrap_or(23) as u8
    }))
}

/// Customers of a shape, each with `opens.0` to `opens.1` opens; their true densities beside them.
fn customers(n: u64, opens: (u32, u32), shape: impl Fn(&mut Draws) -> Hours) -> (Vec<Hours>, Vec<[HourCounts; 1]>) {
    (0..n)
        .map(|i| {
            let mut draws = Draws::new(77, i);
            let density = mixed(&[(0.9, shape(&mut draws)), (0.1, [1.0 / 24.0; 24])]);
            let n = opens.0 + (draws.uniform() * f64::from(opens.1 - opens.0 + 1)) as u32;
            let counts = counts(&density, n, &mut draws);
            (density, [counts])
        })
        .unzip()
}

/// Mean share of the best hour's rate, for a way to choose.
fn share(truth: &[Hours], customers: &[[HourCounts; 1]], choose: impl Fn(&[HourCounts]) -> usize) -> f64 {
    let shares = truth.iter().zip(customers).map(|(truth, customer)| {
        let best = truth.iter().copied().fold(0.0, f64::max);
        truth[choose(customer)] / best
    });
    shares.sum::<f64>() / truth.len() as f64
}

/// What a circular kernel density with six opens of the population makes of it.
fn by_kernel(customers: &[[HourCounts; 1]]) -> impl Fn(&[HourCounts]) -> usize {
    let mut all = [0.0; 24];
    for customer in customers {
        all.iter_mut().zip(customer[0].opens).for_each(|(all, n)| *all += f64::from(n));
    }
    let (prior, kernel) = (normalised(all), peak(0.5, 12.0));
    move |customer| {
        let own = |h: usize| f64::from(customer[0].opens[h]) + 6.0 * prior[h];
        let at = |h: usize| (0..24).map(|g| own(g) * kernel[(h + 24 - g) % 24]).sum::<f64>();
        (0..24).fold(0, |best, h| if at(h) > at(best) { h } else { best })
    }
}

fn by_model(model: &SendHours) -> impl Fn(&[HourCounts]) -> usize {
    |customer| usize::from(model.best(customer, 0, HourMask::ALL).unwrap().hour)
}

#[test]
fn no_shape_is_worse_off_than_with_a_kernel() {
    type Shape = fn(&mut Draws) -> Hours;
    let three: Shape = |d| {
        let noon = 12.5 + d.normal();
        mixed(&[(0.3, peak(7.5 + 0.7 * d.normal(), 10.0)), (0.4, peak(noon, 10.0)), (0.3, peak(21.0, 10.0))])
    };
    let anywhere: Shape = |d| peak(24.0 * d.uniform(), 3.0);
    let sharp: Shape = |d| peak((24.0 * d.uniform()).floor() + 0.5, 60.0);
    let flat: Shape = |_| [1.0 / 24.0; 24];
    for (name, shape, opens) in [
        ("three peaks", three, (5, 40)),
        ("anywhere", anywhere, (3, 20)),
        ("one open or two", anywhere, (1, 2)),
        ("always the same hour", sharp, (2, 30)),
        ("flat", flat, (5, 40)),
        ("many opens", three, (300, 400)),
    ] {
        let (truth, customers) = customers(1500, opens, shape);
        let model = SendHours::fit(&customers);
        let (mine, kernel) =
            (share(&truth, &customers, by_model(&model)), share(&truth, &customers, by_kernel(&customers)));
        assert!(mine > kernel - 0.01, "{name}: {mine:.3} against {kernel:.3}");
    }
}

#[test]
fn neither_order_nor_threads_change_a_bit_and_a_file_keeps_all() {
    let (_, mut customers) = customers(900, (1, 30), |d| peak(if d.uniform() < 0.5 { 8.0 } else { 23.8 }, 6.0));
    let fit = |threads: usize, customers: &[[HourCounts; 1]]| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| SendHours::fit(customers))
    };
    let model = fit(1, &customers);
    assert!(model.n_profiles() >= 2);
    customers.reverse();
    customers.push([HourCounts::default()]);
    assert_eq!(model, fit(3, &customers));
    let text = serde_json::to_string(&model).unwrap();
    let read: SendHours = serde_json::from_str(&text).unwrap();
    assert_eq!(read, model);
    let bits = |model: &SendHours| model.density(&customers[0], 0).map(f64::to_bits);
    assert_eq!(bits(&read), bits(&model));
    let damaged = text.replacen("\"prior_opens\":", "\"prior_opens\":-", 1);
    assert!(serde_json::from_str::<SendHours>(&damaged).unwrap_err().to_string().contains("fit them anew"));
}

#[test]
fn open_rates_not_open_counts_when_the_sends_are_known() {
    // Everything was sent at nine, little elsewhere; who is written to at twenty opens far more of it.
    let customer = |draws: &mut Draws| {
        let mut out = HourCounts::default();
        let mut sends = [1u32; 24];
        (sends[9], sends[20]) = (40, 10);
        for (h, (opens, sends)) in out.opens.iter_mut().zip(sends).enumerate() {
            let rate = if h == 20 { 0.5 } else { 0.2 };
            *opens = (0..sends).filter(|_| draws.uniform() < rate).count() as u32;
        }
        out.sends = Some(sends);
        [out]
    };
    let customers: Vec<_> = (0..400).map(|i| customer(&mut Draws::new(3, i))).collect();
    let known = SendHours::fit(&customers);
    assert_eq!(known.best(&[], 0, HourMask::ALL).unwrap().hour, 20);
    let hits = customers.iter().filter(|c| known.best(*c, 0, HourMask::ALL).unwrap().hour == 20).count();
    assert!(hits > 390, "{hits}");
    let unknown: Vec<_> = customers.into_iter().map(|[c]| [HourCounts { sends: None, ..c }]).collect();
    assert_eq!(SendHours::fit(&unknown).best(&[], 0, HourMask::ALL).unwrap().hour, 9);
}

#[test]
fn other_channels_help_where_there_is_little() {
    let customers: Vec<[HourCounts; 2]> = (0..1200)
        .map(|i| {
            let mut draws = Draws::new(5, i);
            let density = peak(24.0 * draws.uniform(), 8.0);
            [counts(&density, 2, &mut draws), counts(&density, 25, &mut draws)]
        })
        .collect();
    let model = SendHours::fit(&customers);
    let at = |hour: u8| HourCounts::of_opens([hour; 20]);
    let choice = model.best(&[HourCounts::default(), at(3)], 0, HourMask::ALL).unwrap();
    assert_eq!(choice.basis, HourBasis::OtherChannels);
    assert!((2..=4).contains(&choice.hour), "{choice:?}");
    let choice = model.best(&[HourCounts::of_opens([15]), at(16)], 0, HourMask::ALL).unwrap();
    assert_eq!((choice.basis, choice.n_opens), (HourBasis::Own, 1));
    assert!((15..=16).contains(&choice.hour), "{choice:?}");
    // A channel nobody has used yet.
    assert_eq!(model.best(&[], 7, HourMask::ALL).unwrap().basis, HourBasis::Population);
}

#[test]
fn nothing_and_too_much_are_no_trouble() {
    let nobody: [[HourCounts; 1]; 0] = [];
    let empty = SendHours::fit(&nobody);
    let choice = empty.best(&[], 0, HourMask::from_hours(8..=20).unwrap()).unwrap();
    assert_eq!((choice.hour, choice.basis, choice.n_opens), (14, HourBasis::Nothing, 0));
    assert!(empty.best(&[], 0, HourMask::NONE).is_none());
    let most = HourCounts { opens: [u32::MAX; 24], sends: Some([0; 24]) };
    let mut one = HourCounts::default();
    one.opens[3] = u32::MAX;
    let never = HourCounts { opens: [0; 24], sends: Some([5; 24]) };
    let customers: Vec<Vec<HourCounts>> =
        (0..150).map(|i| [&most, &one, &never].into_iter().cycle().skip(i).take(i % 4).cloned().collect()).collect();
    let model = SendHours::fit(&customers);
    for customer in &customers {
        for channel in [0, 1, 2, 9] {
            let density = model.density(customer, channel);
            assert!((density.iter().sum::<f64>() - 1.0).abs() < 1e-9 && density.iter().all(|p| *p > 0.0));
        }
    }
    assert_eq!(model.best(&[one], 0, HourMask::ALL).unwrap().hour, 3);
}

//! Fits every model of buying and leaving to a log, and times fit and scoring on as many customers as asked for.
//!
//! `btyd LOG.parquet --until DAYS [--unit 7] [--copies N]`: customer and time columns as `predict lapse` reads them; the
//! log is cut off after so many days, times are in units of so many days, and every customer is taken N times, each copy
//! seen for a little longer, so that no two are equal.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use beforehand::churn::{CustomerSummary, Family, GammaGamma, PurchaseModel};
use benches::predict::{Failure, customers};

const FAMILIES: [Family; 5] = [Family::BgNbd, Family::MbgNbd, Family::ParetoNbd, Family::BgCnbd, Family::MbgCnbd];

fn run() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1);
    let log = words.next().ok_or("usage: btyd LOG.parquet --until DAYS [--unit DAYS] [--copies N]")?;
    let (mut until, mut unit, mut copies) = (f64::INFINITY, 7.0, 1u32);
    while let Some(name) = words.next() {
        let value: f64 = words.next().ok_or("an argument needs a value")?.parse()?;
        match name.as_str() {
            "--until" => until = value,
            "--unit" => unit = value,
            "--copies" => copies = value as u32,
            _ => return Err(format!("unknown argument {name}; allowed are --until --unit --copies").into()),
        }
    }
    let once = customers(Path::new(&log), until, unit)?;
    let longer = |c: &CustomerSummary, copy: u32| {
        let mut c = *c;
        c.t_observed += f64::from(copy) * 1e-3;
        c
    };
    let all: Vec<CustomerSummary> = (0..copies).flat_map(|copy| once.iter().map(move |c| longer(c, copy))).collect();
    eprintln!("{} customers", all.len());
    for family in FAMILIES {
        if copies > 1 && family == Family::ParetoNbd {
            continue;
        }
        let start = Instant::now();
        let model = PurchaseModel::fit(&all, family)?;
        let fitted = start.elapsed();
        let start = Instant::now();
        let expected: f64 = all.iter().map(|c| model.prob_alive(c) + model.expected_purchases(c, 39.0)).sum();
        let scored = start.elapsed();
        let numbers: Vec<String> = model
            .parameters()
            .iter()
            .map(|p| format!("{} {:.7} ({:.4})", p.name, p.estimate, p.standard_error))
            .collect();
        eprintln!(
            "{:10} k {} {} log-likelihood {:.3} {}; fit {fitted:.2?}, score {scored:.2?} on one thread ({expected:.1})",
            family.as_str(),
            model.k(),
            numbers.join(", "),
            model.log_likelihood(),
            model.status().as_str()
        );
    }
    if once.iter().any(|c| c.mean_value.is_some()) {
        let m = GammaGamma::fit(&once)?;
        eprintln!(
            "gamma_gamma p {:.3} q {:.3} gamma {:.3} log-likelihood {:.3}, {} customers",
            m.p, m.q, m.gamma, m.log_likelihood, m.n_customers
        );
    }
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("btyd: {e}");
            ExitCode::FAILURE
        }
    }
}

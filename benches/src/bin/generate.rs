//! Writes a synthetic order log of any size, made from the shipped one.
//!
//! `cargo run --release -p benches --bin generate -- --customers 1000000 --out log.parquet`

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Instant;

use benches::log_file::{self, Ids};
use benches::profile::Profile;
use benches::real_log::{RealLog, shipped_path};
use benches::synthetic::{self, Options};

const USAGE: &str = "\
Usage: generate --out FILE.parquet [--customers N] [--mean-events X] [--seed N] [--ids numbers|strings] [--order time|customer]
  --out          where to write (columns customer_id, item_id, ts, quantity)
  --customers    how many customers (1000000)
  --mean-events  mean purchases per customer, 2 to 80 (10)
  --seed         same seed, same log (1)
  --ids          type of both ids (numbers: int64)
  --order        of the rows (time, as a shop logs them)";

struct Arguments {
    out: PathBuf,
    options: Options,
    ids: Ids,
    by_time: bool,
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Arguments, Box<dyn Error>> {
    let mut parsed = Arguments { out: PathBuf::new(), options: Options::default(), ids: Ids::Numbers, by_time: true };
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value\n{USAGE}"))?;
        match (name.as_str(), value.as_str()) {
            ("--out", _) => parsed.out = value.into(),
            ("--customers", _) => parsed.options.n_customers = number(&name, &value)?,
            ("--mean-events", _) => parsed.options.mean_events = number(&name, &value)?,
            ("--seed", _) => parsed.options.seed = number(&name, &value)?,
            ("--ids", "numbers") => parsed.ids = Ids::Numbers,
            ("--ids", "strings") => parsed.ids = Ids::Strings,
            ("--order", "time") => parsed.by_time = true,
            ("--order", "customer") => parsed.by_time = false,
            _ => return Err(format!("{name} {value} is not known\n{USAGE}").into()),
        }
    }
    if parsed.out.as_os_str().is_empty() {
        return Err(format!("--out is missing\n{USAGE}").into());
    }
    if !(2.0..=80.0).contains(&parsed.options.mean_events) {
        return Err(format!("--mean-events {} is not from 2 to 80", parsed.options.mean_events).into());
    }
    Ok(parsed)
}

fn number<T: FromStr<Err: Display>>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|error| format!("{name} {value}: {error}"))
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = parse(std::env::args().skip(1))?;
    let mut out = io::stdout().lock();
    let start = Instant::now();
    let real = RealLog::read(&shipped_path())?;
    writeln!(out, "real: {}", Profile::of(&real.events(), real.items.len()))?;
    let mut events = synthetic::generate(&real, &arguments.options);
    writeln!(out, "made: {}", Profile::of(&events, real.items.len()))?;
    if arguments.by_time {
        synthetic::sort_by_time(&mut events);
    }
    log_file::write(&arguments.out, &events, &real, arguments.ids)?;
    let megabytes = std::fs::metadata(&arguments.out)?.len() as f64 / 1e6;
    let seconds = start.elapsed().as_secs_f64();
    writeln!(out, "wrote {} ({megabytes:.1} MB) in {seconds:.1} s", arguments.out.display())?;
    Ok(())
}

//! Serves files in the formats of the comparison scripts: forecasts, risks and decisions for what they ask about, each from what
//! was known by then. `predict` alone tells the formats:
//!
//! `predict replenish --events E.parquet --pairs P.parquet --horizon 28 --out O.parquet`

use std::process::ExitCode;

use benches::predict::{Arguments, ContractArguments, DeclineArguments, HourArguments, TimingArguments};
use benches::predict::{contract, decline, hour, lapse, replenish, timing};

const USAGE: &str = "usage: predict replenish --events FILE --pairs FILE --horizon DAYS --out FILE [--ignore-quantity]
  events: customer_id, item_id, day (whole number) or ts, and if known quantity, pack_size, category, need
  pairs:  customer_id, item_id, cutoff (in the unit of the events' day or ts)
  out:    the pairs with prob, P(bought again in (cutoff, cutoff + horizon])
usage: predict lapse --events FILE --rows FILE --horizon DAYS --out FILE
  events: customer_id, day (whole number) or ts, and if known amount, item_id, quantity, unit_price, is_cancel, kind
  rows:   customer_id, cutoff (in the unit of the events' day or ts)
  out:    the rows with prob, P(buys in (cutoff, cutoff + horizon]), which is 1 - P(lapses), and expected, the days with a purchase
usage: predict decline --series FILE --out FILE [--rate SHARE] [--min-weeks N] [--two-falls-running]
  series: customer, week (whole numbers), count, and if any scenario and module
  out:    scenario, customer, alarm_week (the first alarm, or null)
usage: predict contract --contracts FILE --out FILE
  contracts: row, fold, label (1 = cancelled), if known customer_id, and any columns of numbers or texts
  out:       row, fold, prob (P(cancels), from a model fitted on the other folds)
usage: predict hour --opens FILE --out FILE
  opens: contact, hour (0-23), opens (whole numbers)
  out:   contact, hour (at which to send)
usage: predict timing --histories FILE --out FILE [--economics strict|mild] [--response TIMES]
  histories: customer, cycle, k (0 = oldest), days (between needs), returned (1 = bought unprompted)
  out:       customer, cycle, contact_day (null = no contact), offer (0 to 2)";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let result = match words.next().as_deref() {
        Some("replenish") => Arguments::parse(words).and_then(|arguments| replenish(&arguments)),
        Some("decline") => DeclineArguments::parse(words).and_then(|arguments| decline(&arguments)),
        Some("contract") => ContractArguments::parse(words).and_then(|arguments| contract(&arguments)),
        Some("hour") => HourArguments::parse(words).and_then(|arguments| hour(&arguments)),
        Some("timing") => TimingArguments::parse(words).and_then(|arguments| timing(&arguments)),
        Some("lapse") => Arguments::parse(words).and_then(|arguments| lapse(&arguments)),
        Some(other) => Err(format!("unknown task {other:?}\n{USAGE}").into()),
        None => Err(USAGE.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("predict: {e}");
            ExitCode::FAILURE
        }
    }
}

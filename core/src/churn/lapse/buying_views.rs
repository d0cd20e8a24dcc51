//! What a fitted model of buying and leaving says over time, and over the plane of frequency and recency: what pictures show.

use super::btyd::CustomerSummary;
use super::buying::Purchases;
use super::visits::Visits;
use crate::error::{Error, Result};
use crate::replenish::AsOf;
use crate::table::{Column, Table};
use crate::time::Timestamp;

/// The most days a picture reaches over: thirty years.
const MAX_DAYS: i32 = 11_000;
/// Points of the matrix to either side at most.
const MAX_SIDE: u32 = 200;

impl Purchases<'_> {
    /// P(the customer has not left for good) on each day from the first purchase to `as_of`, by the model fitted to all of the
    /// log up to then: `at`, `prob_alive`, `n_purchases`. At most the last thirty years.
    ///
    /// # Errors
    /// `invalid_data` for a customer without a purchase by `as_of`.
    pub fn alive_history(&self, customer: u32) -> Result<Table> {
        let (log, at) = (self.view().history(), self.as_of());
        let mut visits = Visits::default();
        visits.load(log, customer, at);
        let Some(first) = visits.list.first().map(|v| v.day) else {
            let message = "the customer bought nothing up to as_of; look at a later as_of";
            return Err(Error::data("customer", message));
        };
        let (mut instants, mut probs, mut counts) = (Vec::new(), Vec::new(), Vec::new());
        for day in first.max(at.day - MAX_DAYS)..=at.day {
            let times: Vec<f64> =
                visits.list.iter().take_while(|v| v.day <= day).map(|v| f64::from(v.day - first)).collect();
            let summary = CustomerSummary::from_times(&times, f64::from(day - first));
            instants.push(Timestamp::of_day(day, &log.zone).as_micros());
            probs.push(self.model().prob_alive(&summary));
            counts.push(times.len() as u32);
        }
        Ok(Table::default()
            .with("at", Column::Timestamps(instants))
            .with("prob_alive", Column::Doubles(probs))
            .with("n_purchases", Column::Counts(counts)))
    }

    /// What frequency and recency say: customers observed for `observed_days`, with 0 to `n_steps` repeats, the last after 0 to
    /// all of that time in as many steps. `n_repeats`, `last_days`, `prob_alive`, `expected_purchases` within `horizon_days`.
    ///
    /// # Errors
    /// `invalid_options` for days that are not above 0 and up to 36,500, or steps other than 1 to 200.
    pub fn matrix(&self, observed_days: f64, horizon_days: f64, n_steps: u32) -> Result<Table> {
        for (name, days) in [("observed_days", observed_days), ("horizon_days", horizon_days)] {
            if !(days > 0.0 && days <= 36_500.0) {
                let message = format!("{name} is {days}; allowed are numbers above 0 and up to 36500");
                return Err(Error::options(name, message));
            }
        }
        if !(1..=MAX_SIDE).contains(&n_steps) {
            return Err(Error::options("n_steps", format!("n_steps is {n_steps}; allowed are 1 to {MAX_SIDE}")));
        }
        let (mut repeats, mut lasts) = (Vec::new(), Vec::new());
        let (mut probs, mut expected) = (Vec::new(), Vec::new());
        for x in 0..=n_steps {
            for step in 0..=n_steps {
                let last = observed_days * f64::from(step) / f64::from(n_steps);
                // Nobody has repeats and no recency, or recency and no repeats.
                if (x == 0) != (step == 0) {
                    continue;
                }
                let summary = CustomerSummary::new(x, last, observed_days);
                repeats.push(x);
                lasts.push(last);
                probs.push(self.model().prob_alive(&summary));
                expected.push(self.model().expected_purchases(&summary, horizon_days));
            }
        }
        Ok(Table::default()
            .with("n_repeats", Column::Counts(repeats))
            .with("last_days", Column::Doubles(lasts))
            .with("prob_alive", Column::Doubles(probs))
            .with("expected_purchases", Column::Doubles(expected)))
    }

    /// Repeat purchases that the model expects, and those that came, period by period from the first purchase in the log to
    /// `until`, of the customers known by `as_of`: `at` (a period's end), `n_actual`, `expected`, `is_fitted` (whether it ends by
    /// the instant of the fit). What the model expects knows of each customer only the day of the first purchase.
    ///
    /// # Errors
    /// `invalid_options` for a step other than 1 to 366 days, `until` before `as_of`, or more than thirty years.
    pub fn tracking(&self, until: Timestamp, step_days: u32) -> Result<Table> {
        if !(1..=366).contains(&step_days) {
            let message = format!("step_days is {step_days}; allowed are 1 to 366");
            return Err(Error::options("step_days", message));
        }
        let (log, at) = (self.view().history(), self.as_of());
        let end = AsOf::new(log, until);
        let mut visits = Visits::default();
        let mut all: Vec<(i32, Vec<i32>)> = Vec::new();
        for &customer in self.customers() {
            visits.load(log, customer, end);
            // A purchase that was returned since no longer stands.
            if let Some((first, later)) = visits.list.split_first().filter(|(first, _)| first.day <= at.day) {
                all.push((first.day, later.iter().map(|v| v.day).collect()));
            }
        }
        let begin = all.iter().map(|c| c.0).min().unwrap_or(at.day);
        if end.us < at.us || end.day - begin > MAX_DAYS {
            let message = format!("until is {until}; allowed are instants from as_of on, at most thirty years of log");
            return Err(Error::options("until", message));
        }
        let fitted_day = log.last_seen_day(self.fitted_at());
        let n_days = (end.day - begin) as usize + 1;
        let (mut starts, mut actual) = (vec![0.0; n_days], vec![0u32; n_days]);
        for (first, later) in &all {
            starts[(first - begin) as usize] += 1.0;
            for day in later {
                actual[(day - begin) as usize] += 1;
            }
        }
        let of_new: Vec<f64> = (0..n_days).map(|t| self.model().expected_purchases_of_new(t as f64)).collect();
        let expected_by = |day: usize| -> f64 { (0..=day).map(|first| starts[first] * of_new[day - first]).sum() };
        let mut table = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut done, mut before) = (0, 0.0);
        // Periods end with the day of as_of, so that none is half fitted.
        let offset = ((at.day - begin + 1) as usize) % step_days as usize;
        let first_end = if offset == 0 { step_days as usize } else { offset };
        let mut next = first_end;
        while next <= n_days {
            let now = expected_by(next - 1);
            table.0.push(Timestamp::of_day(begin + next as i32, &log.zone).as_micros());
            table.1.push(actual[done..next].iter().sum::<u32>());
            table.2.push(now - before);
            table.3.push(begin + next as i32 - 1 <= fitted_day);
            (done, before) = (next, now);
            next += step_days as usize;
        }
        Ok(Table::default()
            .with("at", Column::Timestamps(table.0))
            .with("n_actual", Column::Counts(table.1))
            .with("expected", Column::Doubles(table.2))
            .with("is_fitted", Column::Flags(table.3)))
    }
}

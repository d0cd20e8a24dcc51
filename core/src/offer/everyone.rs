//! Decisions about all customers of a history at once.

use super::customers::Customers;
use super::decisions::{Decisions, columns};
use super::planner::Planner;
use super::row::Row;
use super::scarce::Scarce;
use super::standing::Standing;
use crate::error::Result;
use crate::history::HistoryView;
use crate::model::Model;
use crate::progress::{Progress, Stage, Watch};
use crate::time::Timestamp;

const CUSTOMERS_PER_TASK: usize = 256;
const TASKS_PER_PIECE: usize = 16;

impl Planner {
    /// Decides about every customer of a history at once; where capacity, budget or stock are limited, who gains most is served.
    ///
    /// # Errors
    /// As [`Self::decide`].
    pub fn decide_all<'a>(
        &self,
        model: &Model,
        history: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
    ) -> Result<Decisions> {
        self.decide_all_while(model, history, as_of, |_| true)
    }

    /// As [`Self::decide_all`], telling `go_on` how far the work is; when it answers `false`, the work stops.
    ///
    /// # Errors
    /// As [`Self::decide_all`], and `cancelled`.
    pub fn decide_all_while<'a>(
        &self,
        model: &Model,
        history: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
        mut go_on: impl FnMut(Progress) -> bool,
    ) -> Result<Decisions> {
        let view = history.into();
        let customers = Customers::new(self, model, view.clone(), as_of)?;
        let day = &customers.day;
        let scarce = Scarce::new(&self.policy, &customers);
        let mut rows: Vec<Row> = Vec::new();
        let mut watch = Watch::new(&mut go_on, Stage::Forecast);
        let tasks: Vec<u32> = view.customers.clone().step_by(CUSTOMERS_PER_TASK).collect();
        let end = view.customers.end;
        let part = |start: u32| -> Result<Vec<Row>> {
            let mut out = Vec::new();
            let mut weigher = day.weigher();
            let (mut standing, mut chosen) = (Standing::default(), Vec::new());
            customers.each(start..end.min(start + CUSTOMERS_PER_TASK as u32), |customer, who, needs, items| {
                day.standing(who, &mut standing)?;
                let settled = day.settle(who, needs, &standing, &mut weigher, &mut chosen);
                out.push(Row::new(customer, settled, (needs, items), |need, contact| {
                    if scarce.is_empty() {
                        return Vec::new();
                    }
                    day.alternatives(who, need, contact, &standing, &mut weigher)
                }));
                Ok(())
            })?;
            Ok(out)
        };
        let mut failed = None;
        watch.put_in_order(
            &tasks,
            TASKS_PER_PIECE,
            |&start| part(start),
            |parts| {
                for part in parts {
                    match part {
                        Ok(mut part) => rows.append(&mut part),
                        Err(e) => failed = failed.take().or(Some(e)),
                    }
                }
            },
        )?;
        if let Some(e) = failed {
            return Err(e);
        }
        let prices = scarce.share_out(&mut rows);
        columns(&customers, &rows, prices)
    }
}

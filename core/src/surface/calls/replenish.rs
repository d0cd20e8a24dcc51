//! Fitting, and what follows from purchases: when each item will be needed again.

use serde::Deserialize;

use super::{Answer, AnswerKind, Arguments, Data, Output, Subject, Value, Watch, arguments, column, whole};
use crate::error::Result;
use crate::event::EventId;
use crate::history::IngestOptions;
use crate::model::Model;
use crate::replenish::{Forecast, ForecastOptions, Options};
use crate::table::Table;
use crate::time::{Moment, Timestamp};

/// Learns from a history what happened up to and including `as_of`; nothing later is looked at.
///
/// The same log gives the same model, bit for bit, whatever the order of its rows and the number of threads.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FitArguments {
    /// The instant up to which the model may know the log. A date or time without offset is on the clock of the log, its time zone. A date
    /// is the beginning of its day: in a log that knows times of day, nothing of that day has been seen then; in a log of dates, all of it.
    pub(crate) as_of: Moment,
    /// What fitting is told.
    #[serde(default)]
    pub options: Options,
}

impl FitArguments {
    /// Reads them as the call does.
    ///
    /// # Errors
    /// `invalid_options`, with the argument named.
    pub fn read(json: &str) -> Result<Self> {
        arguments::read(json)
    }

    /// `as_of` on the clock of a log that is read with these options.
    ///
    /// # Errors
    /// `invalid_options` when the time zone is none.
    pub fn instant(&self, ingest: &IngestOptions) -> Result<Timestamp> {
        self.as_of.on(&ingest.zone()?)
    }
}

impl Arguments for FitArguments {
    const NAME: &'static str = "fit";
    const ON_MODEL: bool = false;
    type Output = Model;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<Model> {
        Model::fit_while(subject.history()?, subject.instant(self.as_of)?, &self.options, whole(watch))
    }
}

/// When each customer will need each item bought so far: one row per pair of customer and item, sorted by both.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Replenish {
    /// The instant of prediction; not before the model's own. Nothing later is looked at. A date is understood as by `fit`.
    as_of: Moment,
    #[serde(default)]
    options: ForecastOptions,
}

/// The columns of [`Replenish`].
pub(super) struct ReplenishmentTable(Table);

impl Output for ReplenishmentTable {
    const KIND: AnswerKind = AnswerKind::Table(&[
        column("customer", "id", "Who."),
        column("item", "id", "The item bought last; of items that replace each other, the latest."),
        column("n_events", "count", "Purchases of the item (or need) so far, merged per day."),
        column(
            "basis",
            "word",
            "On whose purchases the forecast mainly rests: `own`, `item`, `category` or `population`.",
        ),
        column("recency_days", "number", "Days since the last purchase."),
        column("cycle_days", "number", "Days one purchase of the usual supply lasts, the median."),
        column("supply_left_days", "number", "Days the supply at hand still lasts; 0 when it should have run out."),
        column("prob_again", "number", "P(buys again within 364 days), 0 to 1."),
        column("prob_within_…_days", "number", "P(buys within so many days), 0 to 1; one column per horizon."),
        column("run_out_p10_at", "instant", "The run-out date given that the customer buys again: 10 % quantile."),
        column("run_out_p50_at", "instant", "The run-out date: median."),
        column("run_out_p90_at", "instant", "The run-out date: 90 % quantile."),
        column("remind_at", "instant", "When to remind: the lead time before the run-out; never before as_of."),
        column("consumption_per_day", "number", "Units (times pack size) used per day: usual supply over usual cycle."),
        column("next_item", "text", "The item to propose instead, when the customer moves on; empty for none."),
    ]);

    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::Table(self.0))
    }
}

impl Arguments for Replenish {
    const NAME: &'static str = "replenishment";
    type Output = ReplenishmentTable;

    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<ReplenishmentTable> {
        let (model, history) = (subject.model()?, subject.history()?);
        let due = model.replenishment_while(history, subject.instant(self.as_of)?, &self.options, whole(watch))?;
        Ok(ReplenishmentTable(due.into_table()))
    }
}

/// One customer's forecasts in full, an entry per item (or need) bought so far, in order of the items.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Forecasts {
    /// The instant of prediction; not before the model's own. Nothing later is looked at.
    as_of: Moment,
    /// Whose forecasts; may be left out when `data` holds one customer only.
    #[serde(default)]
    customer: Option<EventId>,
    #[serde(default)]
    options: ForecastOptions,
}

impl Arguments for Forecasts {
    const NAME: &'static str = "forecasts";
    const IS_LONG: bool = false;
    type Output = Value<Vec<Forecast>>;

    fn run(self, subject: &Subject<'_>, _: Watch<'_>) -> Result<Self::Output> {
        let past = subject.past_of_one(self.customer.as_ref())?;
        Ok(Value::new(subject.model()?.forecasts_with(past, subject.instant(self.as_of)?, &self.options)?))
    }
}

/// How long an item would last that is bought at `as_of`.
///
/// Works for items the customer never bought, for customers nobody knows (leave out `data`), and for items the model has
/// never seen: the forecast then rests on the category or the population, and is as wide as that.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct ForecastIfBought {
    /// The item.
    item: EventId,
    /// The instant of prediction; not before the model's own. Nothing later is looked at.
    as_of: Moment,
    /// Who buys it; may be left out when `data` holds one customer only.
    #[serde(default)]
    customer: Option<EventId>,
    #[serde(default)]
    options: ForecastOptions,
}

impl Arguments for ForecastIfBought {
    const NAME: &'static str = "forecast_if_bought";
    const DATA: Data = Data::Optional;
    const IS_LONG: bool = false;
    type Output = Value<Forecast>;

    fn run(self, subject: &Subject<'_>, _: Watch<'_>) -> Result<Self::Output> {
        let past = match (subject.history, &self.customer) {
            (None, None) => None,
            _ => Some(subject.past_of_one(self.customer.as_ref())?),
        };
        Ok(Value::new(subject.model()?.forecast_if_bought(
            past,
            self.item,
            subject.instant(self.as_of)?,
            &self.options,
        )?))
    }
}

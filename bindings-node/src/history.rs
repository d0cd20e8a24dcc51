//! A history as a JavaScript object, and how histories are read.

use std::sync::Arc;

use arrow_array::RecordBatch;
use beforehand::surface::read_argument;
use beforehand::{ColumnNames, Error, ErrorCode, EventId, History, IngestOptions, IngestReport, Result};
use napi::bindgen_prelude::{Array, Float64ArraySlice};
use napi_derive::napi;

use crate::{columns, errors, funnel, parcel};

/// How input is read: column names and options.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) names: ColumnNames,
    pub(crate) options: IngestOptions,
    /// The columns that rows may fill: a parcel names them by their places.
    columns: Vec<String>,
}

impl Reading {
    pub(crate) fn history(&self, batches: impl IntoIterator<Item = RecordBatch>) -> Result<(History, IngestReport)> {
        History::from_record_batches(batches, &self.names, &self.options)
    }
}

/// How input is read, as a JavaScript object, so that it is parsed once.
#[napi]
#[derive(Debug)]
pub struct Settings {
    reading: Arc<Reading>,
}

#[napi]
impl Settings {
    /// Names and options as JSON, and the names of the columns that rows may fill.
    #[napi(constructor, catch_unwind)]
    #[allow(clippy::needless_pass_by_value)]
    pub fn new(names: String, options: String, columns: Vec<String>) -> napi::Result<Self> {
        let names = read("columns", &names)?;
        let options: IngestOptions = read("options", &options)?;
        options.validate().map_err(|e| errors::raise(&e))?;
        Ok(Self { reading: Arc::new(Reading { names, options, columns }) })
    }
}

impl Settings {
    pub(crate) fn reading(&self) -> Arc<Reading> {
        Arc::clone(&self.reading)
    }

    /// The history of columns: see `columns`.
    pub(crate) fn of_columns(&self, columns: &Array<'_>) -> napi::Result<(History, IngestReport)> {
        self.history(columns::batch(columns)?)
    }

    /// The history of a few rows in one piece: see `parcel`.
    pub(crate) fn of_parcel(&self, cells: &[f64], texts: &str) -> napi::Result<(History, IngestReport)> {
        self.history(parcel::batch(cells, texts, &self.reading.columns)?)
    }

    fn history(&self, batch: RecordBatch) -> napi::Result<(History, IngestReport)> {
        funnel::guarded(|| self.reading.history([batch])).map_err(|e| errors::raise(&e))
    }
}

/// Customers' past. Immutable, and shared between threads.
#[napi(js_name = "History")]
#[derive(Debug)]
pub struct NativeHistory {
    history: Arc<History>,
    report: IngestReport,
}

impl NativeHistory {
    pub(crate) fn shared(&self) -> Arc<History> {
        Arc::clone(&self.history)
    }
}

impl From<(History, IngestReport)> for NativeHistory {
    fn from((history, report): (History, IngestReport)) -> Self {
        Self { history: Arc::new(history), report }
    }
}

/// An argument from its JSON.
fn read<T: serde::de::DeserializeOwned>(argument: &str, json: &str) -> napi::Result<T> {
    read_argument(argument, json).map_err(|e| errors::raise(&e))
}

#[napi]
impl NativeHistory {
    /// From columns, here and now: see `columns`.
    #[napi(factory, catch_unwind)]
    #[allow(clippy::needless_pass_by_value)]
    pub fn from_columns(columns: Array<'_>, settings: &Settings) -> napi::Result<Self> {
        settings.of_columns(&columns).map(Self::from)
    }

    /// From a few rows in one piece, here and now: see `parcel`.
    #[napi(factory, catch_unwind)]
    #[allow(clippy::needless_pass_by_value)]
    pub fn from_parcel(cells: Float64ArraySlice<'_>, texts: String, settings: &Settings) -> napi::Result<Self> {
        settings.of_parcel(&cells, &texts).map(Self::from)
    }

    /// The ingest report as JSON and in words.
    #[napi(catch_unwind)]
    pub fn report(&self) -> napi::Result<Vec<String>> {
        let json = serde_json::to_string(&self.report)
            .map_err(|e| errors::raise(&Error::new(ErrorCode::Internal, e.to_string())))?;
        Ok(vec![json, self.report.to_string(), String::new()])
    }

    /// How many customers, items and events, and the first and last instant in milliseconds since 1970.
    #[napi(getter, catch_unwind)]
    #[must_use]
    pub fn facts(&self) -> Vec<f64> {
        let ms = |at: Option<beforehand::Timestamp>| at.map_or(f64::NAN, |at| at.as_micros() as f64 / 1e3);
        let history = &self.history;
        let (customers, items, events) = (history.n_customers(), history.items().len(), history.n_events());
        vec![customers as f64, items as f64, events as f64, ms(history.first_at()), ms(history.last_at())]
    }

    /// The civil dates of the first and the last instant in the log's time zone; none without events.
    #[napi(getter, catch_unwind)]
    #[must_use]
    pub fn dates(&self) -> Vec<String> {
        let history = &self.history;
        [history.first_at(), history.last_at()].into_iter().flatten().map(|at| history.date(at)).collect()
    }

    /// The IANA name of the time zone it was read in.
    #[napi(getter, catch_unwind)]
    #[must_use]
    pub fn time_zone(&self) -> String {
        self.history.time_zone().to_owned()
    }

    /// What a customer bought of an item, less what was returned: instant in milliseconds, units, and so on. The
    /// identifiers come as JSON.
    #[napi(catch_unwind)]
    #[allow(clippy::needless_pass_by_value)]
    pub fn purchases(&self, customer: String, item: String) -> napi::Result<Vec<f64>> {
        let (customer, item): (EventId, EventId) = (read("customer", &customer)?, read("item", &item)?);
        let bought = funnel::guarded(|| {
            self.history.customer(customer.as_id())?;
            Ok(self.history.purchases_of(customer.as_id(), item.as_id()))
        });
        let bought = bought.map_err(|e| errors::raise(&e))?;
        Ok(bought.into_iter().flat_map(|(at, units)| [at.as_micros() as f64 / 1e3, units]).collect())
    }
}

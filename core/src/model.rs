//! The model: what was learned from everyone.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::churn::{Everyone, Lapse, LapseFitted, LapseOptions, LapseRisk};
use crate::error::{Error, ErrorCode, Result};
use crate::event::EventId;
use crate::history::HistoryView;
use crate::progress::{Progress, Stage, Watch};
use crate::replenish::{AsOf, Facts, Fitted, Forecast, ForecastOptions, Options, Outlook, Pairs, Replenishment};
use crate::time::{DayClock, Timestamp, zone_named};

/// What was learned from everyone up to an instant. Immutable, small, and free of any customer's data.
///
/// ```
/// use beforehand::{Event, History, IngestOptions, Model, Options, Timestamp};
/// let start: Timestamp = "2026-01-01".parse()?;
/// // A shop of 40 customers who buy a filter about every 30 days.
/// let events = (0..40).flat_map(|c| {
///     (0..6).map(move |k| Event::purchase(format!("c{c}"), "filter", start.plus_days(f64::from(k * (28 + c % 5)))))
/// });
/// let (history, _) = History::from_events(events, &IngestOptions::default())?;
/// let as_of = start.plus_days(170.0);
/// let model = Model::fit(&history, as_of, &Options::default())?;
/// let due = model.replenishment(&history, as_of)?;
/// assert_eq!(due.len(), 40);
/// let one = model.forecasts(history.customer("c1")?, as_of)?;
/// println!("{}: runs out {}", one[0].item, one[0].run_out_p50_at.date());
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    pub(crate) as_of: Timestamp,
    pub(crate) time_zone: String,
    pub(crate) n_customers: u64,
    pub(crate) n_events: u64,
    pub(crate) replenish: Fitted,
    pub(crate) lapse: LapseFitted,
}

impl Model {
    /// Learns from a history what happened up to and including `as_of`; nothing later is looked at. Days are whole: an instant within a
    /// day counts as its end, and the instant at which a day begins as the end of the day before, except in a log that knows no times of
    /// day, where it stands for the day.
    ///
    /// The result is the same for any order of the log's rows and any number of threads, bit for bit.
    ///
    /// # Errors
    /// `invalid_options`; `empty_data` when no event lies at or before `as_of`.
    pub fn fit<'a>(history: impl Into<HistoryView<'a>>, as_of: Timestamp, options: &Options) -> Result<Self> {
        Self::fit_while(history, as_of, options, |_| true)
    }

    /// As [`Self::fit`], telling `go_on` how far the work is, many times a second; when it answers `false`, the work stops.
    ///
    /// `go_on` is called on the calling thread.
    ///
    /// ```
    /// # use beforehand::{ErrorCode, Event, History, IngestOptions, Model, Options, Timestamp};
    /// # let start: Timestamp = "2026-01-01".parse()?;
    /// # let events = (0..40).map(|k| Event::purchase("c", "filter", start.plus_days(f64::from(k * 7))));
    /// # let (history, _) = History::from_events(events, &IngestOptions::default())?;
    /// let as_of = start.plus_days(280.0);
    /// let fitted = Model::fit_while(&history, as_of, &Options::default(), |progress| {
    ///     eprint!("\r{} {:3.0} %", progress.stage.as_str(), 100.0 * progress.overall());
    ///     progress.overall() < 0.5 // false: the user pressed a key
    /// });
    /// assert_eq!(fitted.unwrap_err().code(), ErrorCode::Cancelled);
    /// # Ok::<(), beforehand::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Self::fit`], and `cancelled`.
    pub fn fit_while<'a>(
        history: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
        options: &Options,
        mut go_on: impl FnMut(Progress) -> bool,
    ) -> Result<Self> {
        options.validate()?;
        let view = history.into();
        let (n_customers, n_events) = Self::seen(&view, as_of);
        if n_events == 0 {
            let first = view.history.first_at().map_or_else(|| "none".to_owned(), |at| at.to_string());
            return Err(Error::new(
                ErrorCode::EmptyData,
                format!(
                    "no event lies at or before as_of {as_of} (the first of the history: {first}); fit at a later as_of"
                ),
            )
            .with_field("as_of"));
        }
        let at = AsOf::new(view.history, as_of);
        let watch = &mut Watch::new(&mut go_on, Stage::Summarise);
        let replenish = Fitted::fit(&view, at, options, watch)?;
        let all = Everyone { n_customers, first_day: Facts::first_day(&view) };
        let lapse = LapseFitted::fit(&view, at, all, options.max_lapse_rows, &mut watch.stage(Stage::LearnLapse))?;
        Ok(Self { as_of, time_zone: view.history.time_zone().to_owned(), n_customers, n_events, replenish, lapse })
    }

    /// The customers and events of a view up to an instant.
    pub(crate) fn seen(view: &HistoryView<'_>, as_of: Timestamp) -> (u64, u64) {
        let n_until = |customer: u32| {
            let own = &view.history.at_us[view.history.events_of(customer)];
            own.partition_point(|&us| us <= as_of.as_micros()) as u64
        };
        view.customers
            .clone()
            .map(n_until)
            .fold((0, 0), |(customers, events), n| (customers + u64::from(n > 0), events + n))
    }

    /// The instant up to which the model learned.
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// The civil date of [`Self::as_of`] in the time zone of the log, `YYYY-MM-DD`.
    pub fn as_of_date(&self) -> String {
        self.as_of.date_in(&self.zone())
    }

    /// The clock of the log.
    pub(crate) fn zone(&self) -> TimeZone {
        // The name comes from a history, or was checked when the model was loaded.
        zone_named("time_zone", &self.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// The IANA name of the time zone of the log the model learned from; what it is asked about must be read in the same one.
    pub fn time_zone(&self) -> &str {
        &self.time_zone
    }

    /// How many customers it learned from.
    pub fn n_customers(&self) -> u64 {
        self.n_customers
    }

    /// How many events it learned from.
    pub fn n_events(&self) -> u64 {
        self.n_events
    }

    /// The options it was fitted with.
    pub fn options(&self) -> &Options {
        self.replenish.options()
    }

    /// How many items (or needs) it knows.
    pub fn n_units(&self) -> usize {
        self.replenish.n_units()
    }

    /// Whether the log was long enough to train the layer; otherwise the structural forecast answers alone.
    pub fn has_layer(&self) -> bool {
        self.replenish.has_layer()
    }

    /// When each customer of the history will need each item bought so far, as columns. Default options.
    ///
    /// Give the whole history, or one customer's part of it (microseconds).
    ///
    /// # Errors
    /// `invalid_options` when `as_of` is before the model's own: the model would know the future. `invalid_data` when the
    /// history was read in another time zone than the model's log.
    pub fn replenishment<'a>(
        &self,
        history: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
    ) -> Result<Replenishment<'a>> {
        self.replenishment_with(history, as_of, &ForecastOptions::default())
    }

    /// As [`Self::replenishment`], with horizons, lead time and reminder quantile of one's own.
    ///
    /// # Errors
    /// As [`Self::replenishment`], and `invalid_options` for options out of range.
    pub fn replenishment_with<'a>(
        &self,
        history: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
        options: &ForecastOptions,
    ) -> Result<Replenishment<'a>> {
        self.replenishment_while(history, as_of, options, |_| true)
    }

    /// As [`Self::replenishment_with`], telling `go_on` how far the work is, many times a second; when it answers `false`,
    /// the work stops. `go_on` is called on the calling thread; for one customer, not at all.
    ///
    /// # Errors
    /// As [`Self::replenishment_with`], and `cancelled`.
    pub fn replenishment_while<'a>(
        &self,
        history: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
        options: &ForecastOptions,
        mut go_on: impl FnMut(Progress) -> bool,
    ) -> Result<Replenishment<'a>> {
        let view = history.into();
        self.check(Some(&view), as_of)?;
        options.validate()?;
        self.replenish.replenishment(&view, as_of, options, &mut Watch::new(&mut go_on, Stage::Forecast))
    }

    /// The forecasts of a view's customers in full, with the need, the next item of a ladder and the whole survival curve.
    /// Meant for one customer; in the order of customers, then items.
    ///
    /// # Errors
    /// As [`Self::replenishment`].
    pub fn forecasts<'a>(&self, history: impl Into<HistoryView<'a>>, as_of: Timestamp) -> Result<Vec<Forecast>> {
        self.forecasts_with(history, as_of, &ForecastOptions::default())
    }

    /// As [`Self::forecasts`], with options.
    ///
    /// # Errors
    /// As [`Self::replenishment_with`].
    pub fn forecasts_with<'a>(
        &self,
        history: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
        options: &ForecastOptions,
    ) -> Result<Vec<Forecast>> {
        let view = history.into();
        self.check(Some(&view), as_of)?;
        options.validate()?;
        Ok(self.replenish.forecasts(&view, as_of, options).into_iter().map(|(_, f)| f).collect())
    }

    /// How long an item would last that is bought at `as_of`: by the first customer of `history`, or by a customer nobody
    /// knows (`None`). Works for items never bought by the customer, and for items the model has never seen: the forecast
    /// then rests on the category or the population, and is as wide as that.
    ///
    /// # Errors
    /// As [`Self::replenishment_with`].
    // By value, as everywhere a view is taken: `history.customer("c1")?` is what callers hold.
    #[allow(clippy::needless_pass_by_value)]
    pub fn forecast_if_bought(
        &self,
        history: Option<HistoryView<'_>>,
        item: impl Into<EventId>,
        as_of: Timestamp,
        options: &ForecastOptions,
    ) -> Result<Forecast> {
        self.check(history.as_ref(), as_of)?;
        options.validate()?;
        let on_the_clock = || AsOf { us: as_of.as_micros(), day: DayClock::new(self.zone()).day(as_of.as_micros()) };
        let at = history.as_ref().map_or_else(on_the_clock, |view| AsOf::new(view.history, as_of));
        self.replenish
            .forecast_if_bought(history.as_ref(), &item.into(), (as_of, at), options)
            .ok_or_else(|| Error::new(ErrorCode::Internal, "an assumed purchase was lost; please report this"))
    }

    /// How likely each customer of the history is not to come back, as columns. Default options.
    ///
    /// # Errors
    /// As [`Self::replenishment`].
    pub fn lapse<'a>(&self, history: impl Into<HistoryView<'a>>, as_of: Timestamp) -> Result<Lapse<'a>> {
        self.lapse_with(history, as_of, &LapseOptions::default())
    }

    /// As [`Self::lapse`], with horizons of one's own.
    ///
    /// # Errors
    /// As [`Self::replenishment_with`].
    pub fn lapse_with<'a>(
        &self,
        history: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
        options: &LapseOptions,
    ) -> Result<Lapse<'a>> {
        let view = history.into();
        self.check(Some(&view), as_of)?;
        options.validate()?;
        Ok(self.lapse.lapse(&view, as_of, options))
    }

    /// The risk of one customer in full: every horizon, P(alive), and what raises or lowers the risk. Default options.
    ///
    /// ```
    /// use beforehand::{Event, History, IngestOptions, Model, Options, Timestamp};
    /// let start: Timestamp = "2026-01-01".parse()?;
    /// // Forty customers who buy about every 20 days; every fourth of them stopped after 100 days.
    /// let bought = |c: i32, k: i32| f64::from(k * (18 + c % 5) + c % 7);
    /// let events = (0..40).flat_map(|c| {
    ///     let until = if c % 4 == 0 { 100.0 } else { 300.0 };
    ///     (0..16).filter(move |&k| bought(c, k) < until)
    ///         .map(move |k| Event::purchase(format!("c{c}"), "coffee", start.plus_days(bought(c, k))))
    /// });
    /// let (history, _) = History::from_events(events, &IngestOptions::default())?;
    /// let as_of = start.plus_days(300.0);
    /// let model = Model::fit(&history, as_of, &Options::default())?;
    /// let gone = model.lapse_of(history.customer("c4")?, as_of)?;
    /// let here = model.lapse_of(history.customer("c5")?, as_of)?;
    /// assert!(gone.horizons[0].prob_lapse > here.horizons[0].prob_lapse);
    /// println!("{}", gone.drivers[0].reason.as_str());
    /// # Ok::<(), beforehand::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Self::replenishment`]; `unknown_customer` when the view's customer had not bought by `as_of`.
    pub fn lapse_of<'a>(&self, customer: impl Into<HistoryView<'a>>, as_of: Timestamp) -> Result<LapseRisk> {
        self.lapse_of_with(customer, as_of, &LapseOptions::default())
    }

    /// As [`Self::lapse_of`], with horizons of one's own; the first one is explained.
    ///
    /// # Errors
    /// As [`Self::lapse_of`], and `invalid_options` for options out of range.
    pub fn lapse_of_with<'a>(
        &self,
        customer: impl Into<HistoryView<'a>>,
        as_of: Timestamp,
        options: &LapseOptions,
    ) -> Result<LapseRisk> {
        let view = customer.into();
        self.check(Some(&view), as_of)?;
        options.validate()?;
        let mut risks = self.lapse.risks(&view, as_of, options).into_iter();
        risks.next().ok_or_else(|| {
            Error::new(
                ErrorCode::UnknownCustomer,
                format!("the customer has no purchase that stood at {as_of}; give a customer who has bought by then"),
            )
            .with_field("customer")
        })
    }

    /// Whether the log was long enough to train the layer of lapse; otherwise the model of buying and leaving answers
    /// alone.
    pub fn has_lapse_layer(&self) -> bool {
        self.lapse.has_layer()
    }

    /// Whether the model has seen an item.
    pub fn knows_item(&self, item: impl Into<EventId>) -> bool {
        self.replenish.knows_item(item.into().as_id())
    }

    /// Each pair's curve at `as_of`, and what came until `until`; for backtests.
    pub(crate) fn outlooks(
        &self,
        view: &HistoryView<'_>,
        as_of: Timestamp,
        until: Timestamp,
        take: impl FnMut(Outlook),
    ) {
        let at = |t: Timestamp| AsOf::new(view.history, t);
        self.replenish.outlooks(view, at(as_of), at(until), take);
    }

    /// The pairs of a history at an instant, as decisions need them.
    pub(crate) fn pairs<'a>(&'a self, view: HistoryView<'a>, as_of: Timestamp) -> Result<Pairs<'a>> {
        self.check(Some(&view), as_of)?;
        Ok(Pairs::new(&self.replenish, view, as_of))
    }

    /// Whether the model may be asked: not about what it has already seen, nor about days of another clock.
    fn check(&self, view: Option<&HistoryView<'_>>, as_of: Timestamp) -> Result<()> {
        if let Some(zone) = view.map(|view| view.history.time_zone()).filter(|&zone| zone != self.time_zone) {
            let learned_in = &self.time_zone;
            return Err(Error::data(
                "time_zone",
                format!(
                    "the history was read in the time zone {zone}, but the model learned in {learned_in}; read it with the \
                     option time_zone {learned_in}"
                ),
            ));
        }
        if as_of < self.as_of {
            return Err(Error::new(
                ErrorCode::InvalidOptions,
                format!(
                    "as_of {as_of} is before the model's own {}: the model knows what happened in between; \
                     fit a model at the earlier instant",
                    self.as_of
                ),
            )
            .with_field("as_of"));
        }
        Ok(())
    }

    pub(crate) fn is_sound(&self) -> bool {
        zone_named("time_zone", &self.time_zone).is_ok() && self.replenish.check() && self.lapse.check()
    }
}

//! The model: what was learned of everyone's use, and the search for falls with it.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::abreast::{Abreast, Count, WIDE};
use super::fit::learn;
use super::group::{Group, Member};
use super::modules;
use super::options::{AlarmRule, DeclineOptions};
use super::period::{NEVER, Period, Typical};
use super::result::{Alarm, Declines, FollowedPeriod, ModuleFinding};
use super::state::DeclineState;
use super::usage::Usage;
use crate::error::{Error, ErrorCode, Result};
use crate::event::EventId;
use crate::progress::{Progress, Stage, Watch};

/// Periods whose mean effect stands for that of a period nobody has seen.
const RECENT: usize = 4;
/// Groups of customers per thread between two looks at whether to go on.
const GROUPS_PER_LOOK: usize = 128;

/// What was learned from everyone's use: what is typical of customers, what each period was like, and how much evidence
/// healthy customers show by chance. Holds no customer's data.
///
/// Each period is judged with what was known when it ended, so that a scan of the same table raises the alarms that would
/// have been raised at the time: changing later counts changes no earlier alarm. Fit again when new periods have come;
/// what was learned of earlier ones stays the same.
///
/// ```
/// use beforehand::churn::{DeclineModel, DeclineOptions, MissingPeriods, Usage, UsageRow};
/// // Sixty accounts over 40 weeks; account 7 falls to a third in week 30.
/// let count = |c: i64, w: i64| 8 + (c * 7 + w * 5) % 9 + (c * w) % 4;
/// let rows = (0..60).flat_map(|c| (0..40).map(move |w| {
///     let n = if c == 7 && w >= 30 { count(c, w) / 3 } else { count(c, w) };
///     UsageRow::new(c, w, n as f64)
/// }));
/// let usage = Usage::from_rows(rows, MissingPeriods::Zero)?;
/// let model = DeclineModel::fit(&usage, &DeclineOptions::default())?;
/// let declines = model.scan(&usage);
/// let (customer, alarm) = declines.iter().next().expect("account 7 has fallen");
/// assert_eq!(usage.customers()[customer as usize], 7.into());
/// assert!((30..34).contains(&alarm.period) && alarm.since_period == 30 && alarm.depth > 0.4);
///
/// // One account, period by period, as its counts come in.
/// let mut state = model.start(0);
/// for week in 0..40 {
///     if let Some(alarm) = model.update(&mut state, Some(count(3, week) as f64))? {
///         println!("week {}: down {:.0} %", alarm.period, 100.0 * alarm.depth);
///     }
/// }
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclineModel {
    options: DeclineOptions,
    begin: i64,
    periods: Vec<Period>,
    typicals: Vec<Typical>,
    n_customers: u64,
    false_alarms_per_year: f64,
}

impl DeclineModel {
    /// Learns from everyone's use. A sample of customers is enough, so the time does not grow with their number.
    ///
    /// # Errors
    /// `invalid_options`.
    pub fn fit(usage: &Usage, options: &DeclineOptions) -> Result<Self> {
        Self::fit_while(usage, options, |_| true)
    }

    /// As [`Self::fit`], telling `go_on` how far the work is; when it answers `false`, the work stops.
    ///
    /// # Errors
    /// As [`Self::fit`], and `cancelled`.
    pub fn fit_while(usage: &Usage, options: &DeclineOptions, mut go_on: impl FnMut(Progress) -> bool) -> Result<Self> {
        Self::learn(usage, options, &mut Watch::new(&mut go_on, Stage::LearnDeclines))
    }

    pub(super) fn learn(usage: &Usage, options: &DeclineOptions, watch: &mut Watch<'_>) -> Result<Self> {
        options.validate()?;
        let periods_per_year = options.periods_per_year.or(usage.periods_per_year);
        let options = DeclineOptions { periods_per_year, ..options.clone() };
        let learned = learn(usage, &options, watch)?;
        Ok(Self {
            options,
            begin: learned.begin,
            periods: learned.periods,
            typicals: learned.typicals,
            n_customers: learned.n_customers as u64,
            false_alarms_per_year: learned.false_alarms_per_year,
        })
    }

    /// All alarms of a table: of each customer from the first period on. After an alarm the customer starts anew from the
    /// level since the fall.
    pub fn scan(&self, usage: &Usage) -> Declines {
        // Nobody stops it.
        self.scan_while(usage, |_| true).unwrap_or_default()
    }

    /// As [`Self::scan`], telling `go_on` how far the work is; when it answers `false`, the work stops.
    ///
    /// # Errors
    /// `cancelled`.
    pub fn scan_while(&self, usage: &Usage, mut go_on: impl FnMut(Progress) -> bool) -> Result<Declines> {
        self.find(usage, &mut Watch::new(&mut go_on, Stage::FindDeclines))
    }

    pub(super) fn find(&self, usage: &Usage, watch: &mut Watch<'_>) -> Result<Declines> {
        let all = usage.in_order_of_coming(0);
        let mut alarms: Vec<(u32, Alarm)> = Vec::new();
        watch.pieces(&all, GROUPS_PER_LOOK * WIDE, |piece| {
            alarms.par_extend(piece.par_chunks(WIDE).flat_map_iter(|those| {
                let mut out = Vec::new();
                self.live(those, |i, alarm| out.push((those[i].0, alarm)));
                out
            }));
        })?;
        alarms.sort_by_key(|(customer, alarm)| (*customer, alarm.period));
        let mut out = Declines::default();
        for (customer, alarm) in alarms {
            out.customer.push(customer);
            out.alarms.push(alarm);
        }
        Ok(out)
    }

    /// Goes through all periods of some customers; their alarms are told with their places.
    fn live<'a>(&self, those: &[(u32, Member<'a>)], mut tell: impl FnMut(usize, Alarm)) -> Group<'a> {
        let mut group = Group::new(those.iter().map(|(_, member)| *member));
        let begin = group.members.iter().map(|m| m.first_period).min().unwrap_or_default();
        let end = group.members.iter().map(Member::end).max().unwrap_or_default();
        for at in begin..end {
            let period = self.period(at);
            let typical = self.typical(&period);
            group.start(at, typical);
            let counts = group.counts(at);
            let step = group.states.observe(&counts, &period, typical);
            for (i, count) in counts.iter().enumerate() {
                if count.is_known()
                    && let Some(alarm) = self.raise(&mut group.states, i, at, &period, step.dispersion[i])
                {
                    tell(i, alarm);
                }
            }
        }
        group
    }

    /// The alarm after a period, if one is due.
    fn raise<const N: usize>(
        &self,
        states: &mut Abreast<N>,
        i: usize,
        at: i64,
        period: &Period,
        dispersion: f32,
    ) -> Option<Alarm> {
        let ln_evidence = states.ln_evidence(i);
        let since = states.raise(i, period.ln_threshold, &self.options, dispersion)?;
        let excess = ln_evidence - period.ln_threshold;
        let false_alarms_per_year = match self.options.rule {
            // A likelihood ratio exceeds h times as much h times as rarely.
            AlarmRule::Evidence => self.options.false_alarms_per_year * f64::from(-excess.max(0.0)).exp(),
            AlarmRule::TwoFallsRunning => self.false_alarms_per_year,
        };
        Some(Alarm::new(at, &since, false_alarms_per_year))
    }

    /// One customer's periods one by one: the count, what was expected of it if nothing has fallen, the evidence for a fall
    /// over what an alarm takes, and the alarm if one was raised.
    ///
    /// # Errors
    /// `unknown_customer`.
    pub fn follow(&self, usage: &Usage, customer: &EventId) -> Result<Vec<FollowedPeriod>> {
        let code = usage.code(customer).ok_or_else(|| unknown(customer))?;
        let mut state = self.start(usage.first[code]);
        let one = |&count: &f32| {
            let at = state.next_period();
            let period = self.period(at);
            let expected = state.level_per_period() * f64::from(state.effect(period.ln_effect));
            let counted = (!count.is_nan()).then_some(f64::from(count));
            // The evidence as it was when an alarm was due; the customer starts anew after one.
            let mut evidence = None;
            let alarm = self.advance_with(&mut state, count, |ln| evidence = Some(f64::from(ln)));
            let threshold = f64::from(period.ln_threshold);
            let is_judged = period.ln_threshold < NEVER;
            let evidence = evidence.filter(|_| is_judged).map(|ln| ln - threshold);
            FollowedPeriod { period: at, count: counted, expected, evidence, alarm }
        };
        Ok(usage.series(code).iter().map(one).collect())
    }

    /// Where every customer of a table stands at its end, in the order of [`Usage::customers`]; the table's periods are numbered
    /// `shift` lower than the model's.
    pub fn states(&self, usage: &Usage, shift: i64) -> Vec<DeclineState> {
        let all = usage.in_order_of_coming(shift);
        let mut states: Vec<(u32, DeclineState)> = all
            .par_chunks(WIDE)
            .flat_map_iter(|those| {
                let mut group = self.live(those, |_, _| {});
                let states: Vec<_> = those.iter().enumerate().map(|(i, m)| (m.0, group.states.take(i))).collect();
                states
            })
            .collect();
        states.sort_by_key(|(customer, _)| *customer);
        states.into_iter().map(|(_, state)| state).collect()
    }

    /// The state of a customer whose first period comes next.
    pub fn start(&self, first_period: i64) -> DeclineState {
        DeclineState::new(first_period, self.typical(&self.period(first_period)))
    }

    /// Takes in the next period of one customer, in constant time; `None` when nothing is known of it. The same counts
    /// give the same alarms as [`Self::scan`].
    ///
    /// A period the model has not seen is taken to be like the same period a year before, or like the latest ones: fit
    /// again with its counts to know its season.
    ///
    /// # Errors
    /// `invalid_data` for a negative or infinite count; the state is then unchanged.
    pub fn update(&self, state: &mut DeclineState, count: Option<f64>) -> Result<Option<Alarm>> {
        let count = count.unwrap_or(f64::NAN);
        if !count.is_nan() && !(0.0..=1e12).contains(&count) {
            return Err(Error::data("count", format!("count is {count}; allowed are 0 to 1e12, or none")));
        }
        Ok(self.advance(state, ((count * 4096.0).round() / 4096.0) as f32))
    }

    fn advance(&self, state: &mut DeclineState, count: f32) -> Option<Alarm> {
        self.advance_with(state, count, |_| {})
    }

    /// The same; the evidence after the count is told.
    fn advance_with(&self, state: &mut DeclineState, count: f32, mut tell: impl FnMut(f32)) -> Option<Alarm> {
        let at = state.next_period();
        let period = self.period(at);
        let mut alone = Abreast::alone(state);
        let alarm = if count.is_nan() {
            alone.observe(Count::Unknown, &period, self.typical(&period));
            None
        } else {
            let step = alone.observe(Count::Known(count), &period, self.typical(&period));
            tell(alone.ln_evidence(0));
            self.raise(&mut alone, 0, at, &period, step.dispersion[0])
        };
        *state = alone.take(0);
        alarm
    }

    /// The modules that explain an alarm: those that fell with it, deepest loss first, then those the customer has long
    /// used less than others who use the product as much. Empty without modules.
    ///
    /// # Errors
    /// `unknown_customer`.
    pub fn modules(&self, usage: &Usage, customer: &EventId, alarm: &Alarm) -> Result<Vec<ModuleFinding>> {
        let code = usage.code(customer).ok_or_else(|| unknown(customer))?;
        let dispersion = f64::from(self.typical(&self.period(alarm.period)).dispersion);
        let effect = |at: i64| f64::from(self.period(at).ln_effect).exp();
        Ok(modules::findings(usage, code, alarm, dispersion, &effect))
    }

    /// What a period multiplied everyone's level by; 1 for an ordinary one.
    pub fn effect(&self, period: i64) -> f64 {
        f64::from(self.period(period).ln_effect).exp()
    }

    /// The variance of counts beyond Poisson, relative to the mean squared: 0 for Poisson counts.
    pub fn dispersion(&self) -> f64 {
        self.typicals.last().map_or(0.0, |t| f64::from(t.dispersion))
    }

    /// The share of healthy customers that alarm within an ordinary year, 0 to 1, as simulated: near the stated one under
    /// [`AlarmRule::Evidence`](super::AlarmRule::Evidence), and what it costs to take another rule literally.
    pub fn false_alarms_per_year(&self) -> f64 {
        self.false_alarms_per_year
    }

    /// The options of the fit.
    pub fn options(&self) -> &DeclineOptions {
        &self.options
    }

    /// How many customers the table of the fit had.
    pub fn n_customers(&self) -> u64 {
        self.n_customers
    }

    /// Whether a model that was read from elsewhere can be used: ask before anything else, for no later step looks at its
    /// numbers again.
    pub fn is_sound(&self) -> bool {
        self.options.validate().is_ok()
            && !self.periods.is_empty()
            && self.begin.checked_add(self.periods.len() as i64).is_some()
            && self.begin.unsigned_abs() < 1 << 40
            && self.periods.iter().all(Period::is_sound)
            && !self.typicals.is_empty()
            && self.typicals.iter().all(Typical::is_sound)
    }

    fn typical(&self, period: &Period) -> &Typical {
        // A fit makes at least one, and periods name those made.
        &self.typicals[(period.typical as usize).min(self.typicals.len() - 1)]
    }

    /// What is known of a period, or to be expected of it.
    fn period(&self, at: i64) -> Period {
        let n = self.periods.len() as i64;
        let place = at.saturating_sub(self.begin);
        if let Some(period) = usize::try_from(place).ok().and_then(|k| self.periods.get(k)) {
            return period.clone();
        }
        let last = self.periods[self.periods.len() - 1].clone();
        if place < 0 {
            return Period { ln_effect: 0.0, ln_threshold: NEVER, typical: 0, ..last };
        }
        let dispersion = self.typical(&last).dispersion;
        let year = self.options.year().round() as i64;
        let back = (place - n) / year + 1;
        let recent = |lag: i64| {
            let ks = (n - RECENT as i64..n).filter_map(|k| self.periods.get(usize::try_from(k - lag).ok()?));
            let (sum, n) = ks.fold((0.0, 0.0), |(s, n), p| (s + p.ln_effect, n + 1.0));
            (n > 0.0).then(|| sum / n)
        };
        let same = usize::try_from(place - back * year).ok().and_then(|k| self.periods.get(k));
        let ln_effect = match (same, recent(0), recent(back * year)) {
            (Some(same), Some(now), Some(then)) => same.ln_effect + now - then,
            (_, Some(now), _) => now,
            _ => 0.0,
        };
        Period { ln_effect, dispersion, ..last }
    }
}

fn unknown(customer: &EventId) -> Error {
    let message = format!("nobody called {customer} is known; give the customer as named in the log");
    Error::new(ErrorCode::UnknownCustomer, message).with_field("customer")
}

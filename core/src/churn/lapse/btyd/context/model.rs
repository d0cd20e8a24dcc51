//! The fitted model: the average customer's parameters, effects, and what they make of one customer.

use serde::{Deserialize, Serialize};

use super::super::customer::CustomerSummary;
use super::super::model::{Family, Process as Plain, PurchaseModel};
use super::super::status::{FitStatus, covariance, standard_error, status_of};
use super::buyer::Buyer;
use super::calendar::{Calendar, LAST_DAY};
use super::likelihood::{Data, Process, Scale};
use crate::error::{Error, ErrorCode, Result};

/// Traits at most, for buying and for leaving.
const MAX_TRAITS: usize = 100;

/// What is known beside the purchases. By default nothing, and the model is the plain one.
///
/// ```
/// use beforehand::churn::{Calendar, Context};
/// let context = Context {
///     buying: vec!["is_company".to_owned()],
///     leaving: vec!["is_company".to_owned(), "first_order_value".to_owned()],
///     calendar: Calendar::default().months(),
/// };
/// # let _ = context;
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Context {
    /// Names of traits that may change how often a customer buys; numbers, categories as 0 and 1. At most 100. Default: none.
    pub buying: Vec<String>,
    /// Names of traits that may change how soon a customer leaves. At most 100. Default: none.
    pub leaving: Vec<String>,
    /// What of the calendar may change how often everyone buys. Default: nothing. Not with Pareto/NBD.
    pub calendar: Calendar,
}

/// What an effect acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EffectOn {
    /// How often the customer buys: the coefficient is the logarithm of the factor per unit of the trait.
    Buying,
    /// How soon the customer leaves: the coefficient is added to the log-odds of the mean probability of leaving after a
    /// purchase, or, for Pareto/NBD, is the logarithm of the factor of the rate.
    Leaving,
    /// How often everyone buys on such days: the logarithm of the factor.
    Calendar,
}

/// One effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Effect {
    /// The trait, the month or the list of days.
    pub name: String,
    /// What it acts on.
    pub on: EffectOn,
    /// Per unit of the trait, or on such days; 0 for a trait that is the same for everyone.
    pub coefficient: f64,
    /// Its standard error; NaN for a trait that is the same for everyone, and for a coefficient at the end of its range.
    pub standard_error: f64,
}

/// A model of customers who buy for a while and then leave, with traits and calendar. Time is in days.
///
/// `α_i = α · exp(-γ'z)`, `a_i = a · exp(δ'z)` (Pareto/NBD: `β_i = β · exp(-δ'z)`), z centred (Fader & Hardie 2007); calendar
/// effects run in business time, `Λ(d) = Σ exp(η'c)`. Coefficients have normal priors around 0, of two standard deviations per standard
/// deviation of a trait and of one for the calendar: weak beside a few dozen purchases.
///
/// ```
/// use beforehand::churn::{Buyer, Calendar, Context, ContextModel, Family};
/// // Companies (every third customer) buy every five days, others every eleven.
/// let buyers: Vec<Buyer> = (0..90)
///     .map(|c| {
///         let is_company = c % 3 == 0;
///         let (gap, n) = (if is_company { 5 } else { 11 } + c % 4, 1 + (c * 7) % 13);
///         let days = (0..n).map(|i| 19_000 + c % 20 + i * gap).collect();
///         Buyer::new(days, 19_200).traits(vec![f64::from(u8::from(is_company))], vec![])
///     })
///     .collect();
/// let context = Context { buying: vec!["is_company".to_owned()], ..Context::default() };
/// let model = ContextModel::fit(&buyers, Family::MbgNbd, &context)?;
/// let effect = &model.effects()[0];
/// assert!(effect.coefficient > 0.3, "companies buy more often: {effect:?}");
/// assert!(model.expected_purchases(&buyers[0], 28.0)? >= 0.0);
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContextModel {
    average: PurchaseModel,
    context: Context,
    effects: Vec<Effect>,
    scales: Vec<Trait>,
    log_likelihood: f64,
    status: FitStatus,
}

/// A trait's scale, as it is saved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Trait {
    mean: f64,
    /// 0 when it is the same for everyone.
    sd: f64,
}

impl ContextModel {
    /// Fits by penalised maximum likelihood with exact gradients, from the plain model's parameters; k of the families with
    /// regular gaps is the plain model's. The same for any number of threads, bit for bit.
    ///
    /// # Errors
    /// `invalid_options` for more than 100 traits, a name given twice, or a calendar with `ParetoNbd`; `empty_data` without
    /// customers; `invalid_data` for impossible days or wrong numbers of traits, naming field and row.
    pub fn fit(buyers: &[Buyer], family: Family, context: &Context) -> Result<Self> {
        Self::fit_passes(buyers, family, context, &|| true)
    }

    /// [`Self::fit`], as long as `goes_on` says so, which is asked before each pass over the customers; what is found after a no is of
    /// no use.
    pub(crate) fn fit_passes(
        buyers: &[Buyer],
        family: Family,
        context: &Context,
        goes_on: &dyn Fn() -> bool,
    ) -> Result<Self> {
        context.validate(family)?;
        if buyers.is_empty() {
            return Err(Error::new(ErrorCode::EmptyData, "there are no customers; give at least one"));
        }
        let counts = [context.buying.len(), context.leaving.len()];
        for (row, buyer) in buyers.iter().enumerate() {
            buyer.validate(counts[0], counts[1]).map_err(|e| e.with_row(row))?;
        }
        let mut sorted: Vec<Buyer> = buyers.to_vec();
        // Every number is part of the order, so that sums do not depend on the order given.
        let bits = |b: &Buyer| b.buying.iter().chain(&b.leaving).map(|x| x.to_bits()).collect::<Vec<u64>>();
        sorted.sort_by_cached_key(|b| (b.days.clone(), b.observed_until, bits(b)));
        let summaries: Vec<CustomerSummary> = sorted.iter().map(summary).collect();
        let plain = PurchaseModel::fit_passes(&summaries, family, goes_on)?;
        let nothing = context.calendar.n_effects() + counts[0] + counts[1] == 0;
        if nothing || plain.status() == FitStatus::AllOneTimeBuyers {
            let effects = context.effects(&[], &[], &[]);
            let (log_likelihood, status) = (plain.log_likelihood(), plain.status());
            return Ok(Self {
                average: plain,
                context: context.clone(),
                effects,
                scales: Vec::new(),
                log_likelihood,
                status,
            });
        }
        let process = match plain.process {
            Plain::Geometric(g) => Process::Geometric { k: g.k, modified: g.modified },
            Plain::Pareto(_) => Process::Pareto,
        };
        let data = Data::new(&sorted, &context.calendar, process, counts);
        let mut start = plain.process.parameters();
        start[1] /= data.unit;
        if process == Process::Pareto {
            start[3] /= data.unit;
        }
        let (found, log_likelihood) = data.fit(start.map(f64::ln), goes_on);
        let status = status_of(&found, buyers.len() as f64);
        let all = covariance(&found, buyers.len() as f64);
        let n = found.at.len();
        let errors: Vec<f64> = (0..n).map(|i| standard_error(all[i * n + i])).collect();
        let mut parameters: [f64; 4] = std::array::from_fn(|i| found.at[i].exp());
        parameters[1] *= data.unit;
        if process == Process::Pareto {
            parameters[3] *= data.unit;
        }
        let corner = (0..4).flat_map(|i| all[i * n..i * n + 4].to_vec()).collect();
        let average = plain.with_parameters(parameters, corner, log_likelihood, status);
        let effects = context.effects(&found.at[4..], &errors[4..], &data.scales);
        let scales = data.scales.iter().map(|s| Trait { mean: s.mean, sd: if s.sd.is_finite() { s.sd } else { 0.0 } });
        Ok(Self { average, context: context.clone(), effects, scales: scales.collect(), log_likelihood, status })
    }

    /// The parameters of the average customer: of mean traits, on days without effects.
    pub fn average(&self) -> &PurchaseModel {
        &self.average
    }

    /// The effects: traits of buying, traits of leaving, months, lists of days.
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// The context it was fitted with.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The log-likelihood, comparable with [`PurchaseModel::log_likelihood`] of the same customers in days: twice the
    /// difference is about χ² distributed if the effects are none.
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// How the fit ended.
    pub fn status(&self) -> FitStatus {
        self.status
    }

    /// P(the customer has not left for good), 0 to 1.
    ///
    /// # Errors
    /// `invalid_data` for impossible days or wrong numbers of traits.
    pub fn prob_alive(&self, buyer: &Buyer) -> Result<f64> {
        let (model, summary) = self.of(buyer)?;
        Ok(model.prob_alive(&summary))
    }

    /// P(at least one purchase within `days`), 0 to 1.
    ///
    /// # Errors
    /// As [`Self::prob_alive`].
    pub fn prob_active(&self, buyer: &Buyer, days: f64) -> Result<f64> {
        let (model, summary) = self.of(buyer)?;
        Ok(model.prob_active(&summary, self.business_time(buyer.observed_until, days)))
    }

    /// The expected number of purchase days within `days`; calendar effects of the days to come count as far as they are
    /// known.
    ///
    /// # Errors
    /// As [`Self::prob_alive`].
    pub fn expected_purchases(&self, buyer: &Buyer, days: f64) -> Result<f64> {
        let (model, summary) = self.of(buyer)?;
        Ok(model.expected_purchases(&summary, self.business_time(buyer.observed_until, days)))
    }

    /// The customer's own model, and the past in its time: what every method of [`PurchaseModel`] can be asked with.
    ///
    /// # Errors
    /// As [`Self::prob_alive`].
    pub fn of(&self, buyer: &Buyer) -> Result<(PurchaseModel, CustomerSummary)> {
        buyer.validate(self.context.buying.len(), self.context.leaving.len())?;
        let of = |on: EffectOn, values: &[f64], from: usize| -> f64 {
            let effects = self.effects.iter().filter(|e| e.on == on);
            let scaled = values.iter().zip(effects).zip(self.scales.get(from..).unwrap_or_default());
            scaled.map(|((x, e), s)| if x.is_nan() || s.sd <= 0.0 { 0.0 } else { e.coefficient * (x - s.mean) }).sum()
        };
        let buying = of(EffectOn::Buying, &buyer.buying, 0);
        let leaving = of(EffectOn::Leaving, &buyer.leaving, self.context.buying.len());
        let [r, alpha, third, fourth] = self.average.process.parameters();
        let held = |x: f64| x.clamp(1e-12, 1e12);
        let alpha = held(alpha * (-buying).exp());
        let own = match self.average.process {
            Plain::Pareto(_) => [r, alpha, third, held(fourth * (-leaving).exp())],
            Plain::Geometric(_) => [r, alpha, held(third * leaving.exp()), fourth],
        };
        let model = self.average.with_parameters(own, Vec::new(), f64::NAN, FitStatus::Given);
        if self.context.calendar.n_effects() == 0 {
            return Ok((model, summary(buyer)));
        }
        let coefficients = self.calendar_coefficients();
        let (mut time, mut times) = (0.0, vec![0.0]);
        let mut rest = buyer.days.iter().skip(1).peekable();
        for day in buyer.first() + 1..=buyer.observed_until {
            time += self.context.calendar.multiplier(day, &coefficients);
            if rest.next_if(|d| **d == day).is_some() {
                times.push(time);
            }
        }
        Ok((model, CustomerSummary::from_times(&times, time)))
    }

    /// What a day multiplies everyone's rate of purchases by; 1 without a calendar. Days count from 1970-01-01.
    pub fn multiplier(&self, day: i32) -> f64 {
        self.context.calendar.multiplier(day, &self.calendar_coefficients())
    }

    fn calendar_coefficients(&self) -> Vec<f64> {
        self.effects.iter().filter(|e| e.on == EffectOn::Calendar).map(|e| e.coefficient).collect()
    }

    /// Business time of the `days` after `day`.
    fn business_time(&self, day: i32, days: f64) -> f64 {
        let days = days.clamp(0.0, f64::from(LAST_DAY - day).max(0.0));
        if self.context.calendar.n_effects() == 0 {
            return days;
        }
        let coefficients = self.calendar_coefficients();
        let rate = |day: i32| self.context.calendar.multiplier(day, &coefficients);
        let whole = days as i32;
        let sum: f64 = (day + 1..=day + whole).map(rate).sum();
        sum + (days - f64::from(whole)) * rate(day + whole + 1)
    }
}

impl Context {
    fn validate(&self, family: Family) -> Result<()> {
        for (field, names) in [("buying", &self.buying), ("leaving", &self.leaving)] {
            if names.len() > MAX_TRAITS {
                let n = names.len();
                return Err(Error::options(field, format!("{field} names {n} traits; allowed are {MAX_TRAITS}")));
            }
            if let Some(name) = names.iter().enumerate().find_map(|(i, n)| names[..i].contains(n).then_some(n)) {
                return Err(Error::options(field, format!("{field} names {name:?} twice; name each trait once")));
            }
        }
        if family == Family::ParetoNbd && self.calendar.n_effects() > 0 {
            let message = "calendar effects are not known for pareto_nbd, whose customers leave in calendar time; use bg_nbd, \
                           mbg_nbd or their regular relatives";
            return Err(Error::options("calendar", message));
        }
        Ok(())
    }

    /// The effects from coefficients of scaled traits and of the calendar; 0 where there are none.
    fn effects(&self, coefficients: &[f64], errors: &[f64], scales: &[Scale]) -> Vec<Effect> {
        let traits = self
            .buying
            .iter()
            .map(|n| (n, EffectOn::Buying))
            .chain(self.leaving.iter().map(|n| (n, EffectOn::Leaving)));
        let calendar = self.calendar.names().map(|n| (n.to_owned(), EffectOn::Calendar));
        let all = traits.map(|(n, on)| (n.clone(), on)).chain(calendar);
        all.enumerate()
            .map(|(i, (name, on))| {
                let sd = scales.get(i).map_or(1.0, |s| s.sd);
                let is_known = sd.is_finite() && i < coefficients.len();
                let of = |x: &[f64]| x.get(i).map_or(f64::NAN, |x| x / sd);
                let coefficient = if is_known { of(coefficients) } else { 0.0 };
                Effect { name, on, coefficient, standard_error: if is_known { of(errors) } else { f64::NAN } }
            })
            .collect()
    }
}

/// The past in days.
fn summary(buyer: &Buyer) -> CustomerSummary {
    let first = buyer.first();
    let times: Vec<f64> = buyer.days.iter().map(|d| f64::from(d - first)).collect();
    CustomerSummary::from_times(&times, f64::from(buyer.observed_until - first))
}

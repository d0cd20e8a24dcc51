//! The policy: what the business may do, what it costs, and how careful to be.

use serde::{Deserialize, Serialize};

use super::costs::Costs;
use super::learned::{Learned, LearnedEffect};
use super::limits::Limits;
use super::message::Template;
use super::past_of::Zones;
use super::response::Response;
use super::route::RouteRule;
use super::terms::{Channel, CustomerTerms, ItemTerms, Offer};
use crate::error::{Error, Result};
use crate::lists::repeated;

/// What the business may do about a customer's need, what it costs, and how careful to be.
///
/// Only the margin, one offer and one channel must be stated; amounts are in the currency of the orders.
///
/// ```
/// use beforehand::offer::{Channel, Offer, Planner, Policy};
/// let policy = Policy {
///     offers: vec![Offer::reminder(0.20), Offer::discount("ten_off", 0.10, 0.30)],
///     channels: vec![Channel::new("app", 0.05), Channel::new("sms", 0.15)],
///     ..Policy::new(0.35)
/// };
/// assert!(Planner::new(policy).is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The margin, a share of the price, 0 to 1, of items for which nothing else is said.
    pub margin_share: f64,
    /// What can be offered; at least one. A reminder is an offer without a discount.
    pub offers: Vec<Offer>,
    /// How customers can be reached; at least one.
    pub channels: Vec<Channel>,
    /// What an order is worth where neither the item's terms nor the customer's last purchase say; default: unknown, and the
    /// decision abstains.
    #[serde(default)]
    pub order_value: Option<f64>,
    /// Of the purchases that a forecast expects, the share that would come without a contact, 0 to 1. Default 1: as the log shows
    /// them. Lower it where the log's purchases followed reminders of yours, which the forecast cannot tell from others.
    #[serde(default = "all")]
    pub unprompted_share: f64,
    /// What a contact costs beside its channel.
    #[serde(default)]
    pub costs: Costs,
    /// How the effect of a contact depends on the stock left.
    #[serde(default)]
    pub response: Response,
    /// How contacts that were ignored wear off.
    #[serde(default)]
    pub fatigue: Fatigue,
    /// When channels may be used at all.
    #[serde(default)]
    pub limits: Limits,
    /// How careful to be.
    #[serde(default)]
    pub caution: Caution,
    /// What is left to chance, in order to learn.
    #[serde(default)]
    pub lottery: Lottery,
    /// What the log's own contacts have taught; default: nothing.
    #[serde(default)]
    pub learned: Learned,
    /// What contacts may cost on the day of the decision, channels' costs and discounts, over all customers; default: no limit.
    #[serde(default)]
    pub budget: Option<f64>,
    /// How many contacts may be made on the day of the decision, over all customers; default: any number.
    #[serde(default)]
    pub capacity: Option<u64>,
    /// How far ahead waiting is weighed, days, 1 to 300; default 28. A contact that would be best later is decided again then.
    #[serde(default = "four_weeks")]
    pub horizon_days: u32,
    /// Who acts on a decision; the first rule that holds counts, and the machine acts when none does.
    #[serde(default)]
    pub routes: Vec<RouteRule>,
    /// What is known of items.
    #[serde(default)]
    pub items: Vec<ItemTerms>,
    /// What is known of customers.
    #[serde(default)]
    pub customers: Vec<CustomerTerms>,
    /// The time zone of customers for whom nothing else is said, such as `Europe/Berlin`; default `UTC`.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// The language of messages where nothing else is said, such as `zh-CN`; default `en`.
    #[serde(default = "english")]
    pub locale: String,
    /// Templates of messages, beside and before the ones that come with the library.
    #[serde(default)]
    pub messages: Vec<Template>,
}

fn all() -> f64 {
    1.0
}

fn four_weeks() -> u32 {
    28
}

fn utc() -> String {
    "UTC".to_owned()
}

fn english() -> String {
    "en".to_owned()
}

/// How contacts that were ignored wear off: each lets later ones work less, for a while.
///
/// `effect = stated · keep ^ Σ 2^(-days since / half_life_days)` over the contacts ignored.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Fatigue {
    /// What one contact ignored just now leaves of the effect, 0 to 1; 1: nothing wears off. Default 0.7.
    pub keep: f64,
    /// Days after which an ignored contact counts half; above 0, default 14.
    pub half_life_days: f64,
}

impl Default for Fatigue {
    fn default() -> Self {
        Self { keep: 0.7, half_life_days: 14.0 }
    }
}

/// How careful to be about a gain that is not known exactly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Caution {
    /// The machine acts when the gain is positive with at least this probability, and does nothing when it is negative with at
    /// least this probability; .5 to .999. Default .8. At .5 only the expectation counts.
    pub confidence: f64,
    /// What a person's time for one decision costs. Between the two bounds a person is asked when resolving the doubt is worth
    /// more than that. Default: nobody is asked.
    pub person_cost: Option<f64>,
    /// Whom a decision is handed to. Default `customer_success`.
    pub hand_off_to: String,
    /// An offer that a person refused to make to a customer is not proposed again for so many days, 0 to 366. Default 28.
    pub refused_days: f64,
}

impl Default for Caution {
    fn default() -> Self {
        Self { confidence: 0.8, person_cost: None, hand_off_to: "customer_success".to_owned(), refused_days: 28.0 }
    }
}

/// What is left to chance, in order to learn what contacts are worth. Draws are hashes of customer, day and `salt`: the same
/// inputs draw the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Lottery {
    /// The share of customers that are never contacted, 0 to .5, so that what contacts earn can be measured. Default 0.
    pub holdout_share: f64,
    /// The probability with which, instead of the best action, one is drawn among the offers that gain anything and doing
    /// nothing, 0 to .5; also the probability of a contact whose gain is doubtful. Default 0.
    pub explore_share: f64,
    /// Makes other draws. Default: empty.
    pub salt: String,
}

impl Default for Lottery {
    fn default() -> Self {
        Self { holdout_share: 0.0, explore_share: 0.0, salt: String::new() }
    }
}

/// Checks a number, named by its path in the policy.
fn within(path: &str, value: f64, least: f64, most: f64) -> Result<()> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Error::options(path, format!("{path} is {value}; allowed are {least} to {most}")))
}

/// Checks every entry of a list; an error names the place of the entry.
fn each<T>(list: &str, entries: &[T], mut check: impl FnMut(&T) -> Result<()>) -> Result<()> {
    let mut places = entries.iter().enumerate();
    places.try_for_each(|(place, entry)| check(entry).map_err(|e| e.under(&format!("{list}[{place}]"))))
}

impl Policy {
    /// A policy of which only the margin is stated; `offers` and `channels` are still empty.
    pub fn new(margin_share: f64) -> Self {
        Self {
            margin_share,
            offers: Vec::new(),
            channels: Vec::new(),
            order_value: None,
            unprompted_share: all(),
            costs: Costs::default(),
            response: Response::default(),
            fatigue: Fatigue::default(),
            limits: Limits::default(),
            caution: Caution::default(),
            lottery: Lottery::default(),
            learned: Learned::default(),
            budget: None,
            capacity: None,
            horizon_days: four_weeks(),
            routes: Vec::new(),
            items: Vec::new(),
            customers: Vec::new(),
            time_zone: utc(),
            locale: english(),
            messages: Vec::new(),
        }
    }

    /// Checks everything that can be checked without a log.
    ///
    /// # Errors
    /// `invalid_options` naming the option with its place, such as `offers[1].prob_win_back`, the value given and the values
    /// allowed.
    pub fn validate(&self) -> Result<()> {
        within("margin_share", self.margin_share, 0.0, 1.0)?;
        within("unprompted_share", self.unprompted_share, 0.0, 1.0)?;
        for (field, is_empty, example) in [
            ("offers", self.offers.is_empty(), "a reminder with the probability that it wins a customer back"),
            ("channels", self.channels.is_empty(), "a channel with what a contact costs"),
        ] {
            if is_empty {
                return Err(Error::options(field, format!("{field} is empty; give at least one: {example}")));
            }
        }
        if let Some(name) = repeated(self.offers.iter().map(|o| o.name.as_str())) {
            return Err(Error::options("offers", format!("there are two offers {name:?}; names must differ")));
        }
        if let Some(name) = repeated(self.channels.iter().map(|c| c.name.as_str())) {
            return Err(Error::options("channels", format!("there are two channels {name:?}; names must differ")));
        }
        each("offers", &self.offers, Offer::validate)?;
        each("channels", &self.channels, Channel::validate)?;
        each("items", &self.items, ItemTerms::validate)?;
        each("customers", &self.customers, CustomerTerms::validate)?;
        each("learned.effects", &self.learned.effects, LearnedEffect::validate)?;
        let mut zones = Zones::default();
        zones.get(&self.time_zone)?;
        each("customers", &self.customers, |terms| {
            terms.time_zone.iter().try_for_each(|zone| zones.get(zone).map(drop))
        })?;
        each("routes", &self.routes, RouteRule::validate)?;
        if let Some(value) = self.order_value {
            within("order_value", value, 0.0, 1e12)?;
        }
        if let Some(budget) = self.budget {
            within("budget", budget, 0.0, 1e15)?;
        }
        if !(1..=300).contains(&self.horizon_days) {
            let message = format!("horizon_days is {}; allowed are 1 to 300", self.horizon_days);
            return Err(Error::options("horizon_days", message));
        }
        within("fatigue.keep", self.fatigue.keep, 0.0, 1.0)?;
        within("fatigue.half_life_days", self.fatigue.half_life_days, 0.01, 3650.0)?;
        within("caution.refused_days", self.caution.refused_days, 0.0, 366.0)?;
        within("caution.confidence", self.caution.confidence, 0.5, 0.999)?;
        if let Some(cost) = self.caution.person_cost {
            within("caution.person_cost", cost, 0.0, 1e9)?;
        }
        within("lottery.holdout_share", self.lottery.holdout_share, 0.0, 0.5)?;
        within("lottery.explore_share", self.lottery.explore_share, 0.0, 0.5)?;
        self.costs.validate().map_err(|e| e.under("costs"))?;
        self.response.validate().map_err(|e| e.under("response"))?;
        self.limits.validate().map_err(|e| e.under("limits"))
    }
}

//! Who acts on a decision: the machine, the machine after a person's look, or a person.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Who acts on a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Route {
    /// The machine sends it.
    #[default]
    Auto,
    /// A person looks at it first, and approves, edits or refuses it.
    Approve,
    /// A person does it: the decision is to hand off.
    Human,
}

impl Route {
    /// The route as the `snake_case` string used in all languages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Approve => "approve",
            Self::Human => "human",
        }
    }
}

/// A rule about who acts. It holds when every condition stated does; the first rule that holds counts.
///
/// ```
/// use beforehand::offer::{Route, RouteRule};
/// let dear = RouteRule { discount_above: Some(0.15), ..RouteRule::to(Route::Approve) };
/// let angry = RouteRule { mood_below: Some(-0.5), ..RouteRule::to(Route::Human) };
/// # let _ = (dear, angry);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RouteRule {
    /// Who acts.
    pub route: Route,
    /// Holds when an order is worth more than this.
    #[serde(default)]
    pub order_value_above: Option<f64>,
    /// Holds when the discount is larger than this share.
    #[serde(default)]
    pub discount_above: Option<f64>,
    /// Holds when P(the contact gains anything) is below this.
    #[serde(default)]
    pub confidence_below: Option<f64>,
    /// Holds when the customer's mood is known and below this, -1 to 1.
    #[serde(default)]
    pub mood_below: Option<f64>,
    /// Holds when there is a contract with the customer (`true`), or none (`false`).
    #[serde(default)]
    pub has_contract: Option<bool>,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Situation {
    pub(super) order_value: f64,
    pub(super) discount_share: f64,
    /// P(the contact gains anything).
    pub(super) confidence: f64,
    pub(super) mood: Option<f64>,
    pub(super) has_contract: bool,
}

impl RouteRule {
    /// A rule without conditions: it holds always.
    pub const fn to(route: Route) -> Self {
        Self {
            route,
            order_value_above: None,
            discount_above: None,
            confidence_below: None,
            mood_below: None,
            has_contract: None,
        }
    }

    pub(super) fn validate(&self) -> Result<()> {
        let numbers = [
            ("order_value_above", self.order_value_above, 0.0, 1e12),
            ("discount_above", self.discount_above, 0.0, 1.0),
            ("confidence_below", self.confidence_below, 0.0, 1.0),
            ("mood_below", self.mood_below, -1.0, 1.0),
        ];
        for (name, value, least, most) in numbers {
            if let Some(value) = value.filter(|v| !(least..=most).contains(v)) {
                return Err(Error::options(name, format!("{name} is {value}; allowed are {least} to {most}")));
            }
        }
        Ok(())
    }

    fn holds(&self, about: &Situation) -> bool {
        self.order_value_above.is_none_or(|v| about.order_value > v)
            && self.discount_above.is_none_or(|v| about.discount_share > v)
            && self.confidence_below.is_none_or(|v| about.confidence < v)
            && self.mood_below.is_none_or(|v| about.mood.is_some_and(|mood| mood < v))
            && self.has_contract.is_none_or(|v| about.has_contract == v)
    }
}

/// Who acts, by the first rule that holds; the machine when none does.
pub(super) fn route(rules: &[RouteRule], about: &Situation) -> Route {
    rules.iter().find(|rule| rule.holds(about)).map_or(Route::Auto, |rule| rule.route)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_holds_counts() {
        let rules = [
            RouteRule { mood_below: Some(-0.5), ..RouteRule::to(Route::Human) },
            RouteRule { discount_above: Some(0.1), has_contract: Some(true), ..RouteRule::to(Route::Approve) },
        ];
        let calm =
            Situation { order_value: 50.0, discount_share: 0.2, confidence: 0.9, mood: None, has_contract: false };
        assert_eq!(route(&rules, &calm), Route::Auto);
        assert_eq!(route(&rules, &Situation { has_contract: true, ..calm }), Route::Approve);
        assert_eq!(route(&rules, &Situation { has_contract: true, mood: Some(-0.9), ..calm }), Route::Human);
        assert_eq!(route(&rules, &Situation { discount_share: 0.1, has_contract: true, ..calm }), Route::Auto);
        assert_eq!(route(&[RouteRule::to(Route::Approve)], &calm), Route::Approve);
    }
}

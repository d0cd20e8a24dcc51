//! Reading templates and rendering them.

use std::collections::BTreeMap;

use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior};
use serde::{Deserialize, Serialize};

use super::key::{MessageKey, Parameter};
use super::{defaults, filters, locale};
use crate::error::{Error, ErrorCode, Result};

/// A text of one's own for a key and a locale, in place of the built-in one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// What it says.
    pub key: MessageKey,
    /// In which language: a tag such as `zh-CN`, `zh` or `en`; letter case does not matter.
    pub locale: String,
    /// The text, with parameters in double braces and the filters of Jinja; see [`Templates`].
    pub text: String,
}

/// Whether a message becomes part of a web page or mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Escape {
    /// Parameters go into the text as they are.
    #[default]
    None,
    /// Characters that mean something in HTML are escaped in parameters. The template itself is taken for HTML.
    Html,
}

/// The words of contacts: built-in texts in Chinese and English, and one's own.
///
/// A template is a text with parameters in double braces, in the language of Jinja: `{{ item }}`, `{{ days_left | round }}`,
/// `{% if n_tips == 1 %}…{% endif %}`. Which parameters there are depends on the key: [`MessageKey::parameters`]. Two
/// filters say a discount as people do: `{{ discount | percent }}` is `10%`, and `{{ discount | zhe }}` is `9折`.
///
/// A locale for which there is no text falls back on shorter ones and at last on English: `zh-CN`, `zh`, `en`.
///
/// ```
/// use beforehand::offer::{Escape, MessageKey, Parameter, Template, Templates};
/// let own = Template {
///     key: MessageKey::UsageTips,
///     locale: "en".into(),
///     text: "{{ n_tips }} ways to get more out of {{ module }}".into(),
/// };
/// let templates = Templates::new(&[own])?;
/// let values = [("module".to_owned(), Parameter::from("Reports")), ("n_tips".to_owned(), Parameter::from(3.0))].into();
/// assert_eq!(
///     templates.render(MessageKey::UsageTips, "en-GB", &values, Escape::None)?,
///     "3 ways to get more out of Reports"
/// );
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Templates {
    environment: Environment<'static>,
    /// What each template uses, by key and locale.
    used: BTreeMap<(MessageKey, String), Vec<&'static str>>,
}

impl Templates {
    /// The built-in texts, with one's own in their place; of two for the same key and locale the later holds.
    ///
    /// # Errors
    /// `invalid_options`, naming key and locale, for a template that cannot be read, that uses a parameter its key does not
    /// have (the message lists those it has), or that fails when it is tried with values for all of them.
    pub fn new(own: &[Template]) -> Result<Self> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        // A message needs no functions, and without `range` no template can run for long.
        let functions: Vec<String> = environment.globals().map(|(name, _)| name.to_owned()).collect();
        for name in &functions {
            environment.remove_global(name);
        }
        environment.set_auto_escape_callback(|name| {
            if name.ends_with(Escape::Html.suffix()) { AutoEscape::Html } else { AutoEscape::None }
        });
        environment.add_filter("zhe", |discount: f64| said(filters::zhe(discount), discount));
        environment.add_filter("percent", |discount: f64| said(filters::percent(discount), discount));
        let mut out = Self { environment, used: BTreeMap::new() };
        for key in MessageKey::ALL {
            for locale in defaults::LOCALES {
                out.add(key, locale, defaults::text(key, locale))?;
            }
        }
        for template in own {
            out.add(template.key, &template.locale, &template.text)?;
        }
        Ok(out)
    }

    fn add(&mut self, key: MessageKey, locale: &str, text: &str) -> Result<()> {
        let wrong = |message: String| {
            let whole = format!("the template {key} for locale {locale:?} {message}");
            Error::options(&format!("templates.{key}.{locale}"), whole)
        };
        let normal = locale::normal(locale)?;
        for escape in [Escape::None, Escape::Html] {
            self.environment
                .add_template_owned(name(key, &normal, escape), text.to_owned())
                .map_err(|e| wrong(format!("cannot be read: {}", plain(&e))))?;
        }
        let template = self.environment.get_template(&name(key, &normal, Escape::None));
        let names = template.map_err(|e| wrong(plain(&e)))?.undeclared_variables(false);
        let allowed = key.parameters();
        let mut unknown: Vec<_> = names.iter().filter(|name| !allowed.contains(&name.as_str())).collect();
        unknown.sort();
        if let Some(unknown) = unknown.first() {
            return Err(wrong(format!(
                "uses {unknown:?}, which is no parameter of it; allowed are {}",
                allowed.join(", ")
            )));
        }
        let used = allowed.iter().copied().filter(|name| names.contains(*name)).collect();
        self.used.insert((key, normal.clone()), used);
        let trial = allowed.iter().map(|name| ((*name).to_owned(), trial(name))).collect();
        self.fill(key, &normal, &trial, Escape::Html).map_err(|e| wrong(format!("fails: {}", plain(&e))))?;
        Ok(())
    }

    /// The message of a key in a locale.
    ///
    /// # Errors
    /// `invalid_data` for a parameter that the template uses and `parameters` lacks, for one the key does not have, for a
    /// number that is not finite, and for a value a filter cannot take, such as a discount of 2; `invalid_options` for a
    /// malformed locale.
    pub fn render(
        &self,
        key: MessageKey,
        locale: &str,
        parameters: &BTreeMap<String, Parameter>,
        escape: Escape,
    ) -> Result<String> {
        let wanted = locale::normal(locale)?;
        let found = locale::chain(&wanted).find_map(|l| Some((l, self.used.get(&(key, l.to_owned()))?)));
        let (locale, used) = found.ok_or_else(|| Error::new(ErrorCode::Internal, format!("{key} has no text")))?;
        let listed = || key.parameters().join(", ");
        if let Some(missing) = used.iter().find(|name| !parameters.contains_key(**name)) {
            let message = format!("the message {key} ({locale}) needs the parameter {missing}; it takes {}", listed());
            return Err(Error::data(missing, message));
        }
        for (name, value) in parameters {
            if !key.parameters().contains(&name.as_str()) {
                let message = format!("{name:?} is no parameter of the message {key}; it takes {}", listed());
                return Err(Error::data(name, message));
            }
            if let Parameter::Number(number) = value
                && !number.is_finite()
            {
                return Err(Error::data(name, format!("the parameter {name} is {number}; give a finite number")));
            }
        }
        self.fill(key, locale, parameters, escape).map_err(|e| {
            Error::new(ErrorCode::InvalidData, format!("the message {key} ({locale}) cannot be made: {}", plain(&e)))
        })
    }

    fn fill(
        &self,
        key: MessageKey,
        locale: &str,
        parameters: &BTreeMap<String, Parameter>,
        escape: Escape,
    ) -> Result<String, minijinja::Error> {
        let values: BTreeMap<String, Value> = parameters.iter().map(|(name, v)| (name.clone(), value(v))).collect();
        self.environment.get_template(&name(key, locale, escape))?.render(values)
    }
}

impl Escape {
    fn suffix(self) -> &'static str {
        match self {
            Self::None => "/text",
            Self::Html => "/html",
        }
    }
}

fn name(key: MessageKey, locale: &str, escape: Escape) -> String {
    format!("{key}/{locale}{}", escape.suffix())
}

/// Whole numbers without a decimal point.
fn value(parameter: &Parameter) -> Value {
    match parameter {
        Parameter::Number(x) if x.fract() == 0.0 && x.abs() < 1e15 => Value::from(*x as i64),
        Parameter::Number(x) => Value::from(*x),
        Parameter::Text(text) => Value::from(text.as_str()),
    }
}

/// A value to try a template with.
fn trial(name: &str) -> Parameter {
    match name {
        "discount" => Parameter::Number(0.1),
        "item" | "next_item" | "module" => Parameter::from("x"),
        _ => Parameter::Number(3.0),
    }
}

fn said(text: Option<String>, discount: f64) -> Result<String, minijinja::Error> {
    text.ok_or_else(|| {
        let message =
            format!("a discount of {discount} cannot be said; it is a share of the price, above 0 and below 1");
        minijinja::Error::new(ErrorKind::InvalidOperation, message)
    })
}

/// The error in one line, without the name of the template, which the caller says better.
fn plain(e: &minijinja::Error) -> String {
    let line = e.line().map_or_else(String::new, |line| format!(" (line {line})"));
    e.detail().map_or_else(|| e.kind().to_string(), |detail| format!("{}: {detail}", e.kind())) + &line
}

//! Which contracts will be cancelled, and why: a model that the caller keeps as a text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::{Answer, AnswerKind, Arguments, Output, Subject, Value, Watch, column, whole};
use crate::churn::{Contracts, Driver, RenewalModel, RenewalOptions, Renewals};
use crate::error::{Error, ErrorCode, Result};
use crate::sealed::{Kind, contradiction};
use crate::surface::Data;
use crate::surface::contracts::{ContractTable, Holds};
use crate::table::{Column, Table};

/// What `renewal_fit` answers begins with this and the version of the library.
const PREFIX: &str = "renewal:";
const KIND: Kind =
    Kind { magic: b"BEFOREHC", version: RenewalModel::FORMAT, source: "a text that renewal_fit answered" };

/// A model, and which columns it looks at.
#[derive(Serialize, Deserialize)]
struct Saved {
    columns: Vec<(String, Holds)>,
    model: RenewalModel,
}

impl Saved {
    fn write(&self) -> Result<String> {
        Ok(format!("{PREFIX}{}:{}", env!("CARGO_PKG_VERSION"), STANDARD.encode(KIND.seal(self)?)))
    }

    fn read(text: &str) -> Result<Self> {
        let refuse = |message: String| Error::new(ErrorCode::IncompatibleModel, message).with_field("fitted");
        let parts = text.trim().strip_prefix(PREFIX).and_then(|rest| rest.split_once(':'));
        let Some((version, body)) = parts else {
            return Err(refuse("fitted is no text that renewal_fit answered; give back its `fitted`".to_owned()));
        };
        let bytes = STANDARD
            .decode(body)
            .map_err(|_| refuse("fitted is damaged; give back the text as renewal_fit answered it".to_owned()))?;
        let told = |e: &Error| match version {
            env!("CARGO_PKG_VERSION") => refuse(format!("fitted cannot be used: {e}")),
            other => {
                let other: String = other.chars().take(20).collect();
                refuse(format!("fitted cannot be used (it says it is of version {other} of beforehand): {e}"))
            }
        };
        let saved: Self = KIND.open(&bytes).map_err(|e| told(&e))?;
        if saved.model.is_sound() { Ok(saved) } else { Err(told(&contradiction())) }
    }
}

/// Learns from contracts that came up for renewal which ones are cancelled: P(cancel at the next renewal) by what is known of each
/// contract.
///
/// Every column of the table that is not named here is a feature: numbers, texts as levels without an order, or booleans, which count as
/// the texts `true` and `false`; missing values may be left missing. Only give what was known before the renewal came up. The
/// answer's `fitted` is a text to keep; with it, `renewal_risk` says how likely other contracts are to be cancelled, and
/// `renewal_drivers` why.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct FitRenewals {
    /// The contracts, one per row.
    contracts: ContractTable,
    /// The column that says whether the contract was cancelled: true or false, 1 or 0, yes or no. Default: `cancelled`.
    #[serde(default = "cancelled")]
    cancelled: String,
    /// The column that says whose contract it is, which is no feature. Default: none.
    #[serde(default)]
    customer: Option<String>,
    /// The column with what each row counts for, above 0; relative. Default: all the same.
    #[serde(default)]
    weight: Option<String>,
    /// The column with the terms a contract had lasted when it came under observation. Only with `exit_term`. Default: 0 for all.
    #[serde(default)]
    entry_term: Option<String>,
    /// The column with the renewal a contract was last seen at, counted from 1, where it was cancelled or not. Default: each row is
    /// one renewal, and terms play no part.
    #[serde(default)]
    exit_term: Option<String>,
    /// Columns that are no features: what is known only after the renewal, names, notes. Default: none.
    #[serde(default)]
    ignore: Vec<String>,
    /// Horizons for which P(cancel within) is given, in terms, each 1 … 1,200. Default: 3, 12.
    #[serde(default = "horizons")]
    horizons_terms: Vec<u32>,
    /// The most renewals in all contracts together that a fit takes, 1,000 … 100,000,000. Default: 2,000,000.
    #[serde(default = "max_renewals")]
    max_renewals: usize,
}

fn cancelled() -> String {
    "cancelled".to_owned()
}

fn horizons() -> Vec<u32> {
    RenewalOptions::default().horizons_terms
}

fn max_renewals() -> usize {
    RenewalOptions::default().max_renewals
}

/// A fitted model of renewals, and what it learned from.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct RenewalFit {
    /// The model, a text to keep: for `renewal_risk` and `renewal_drivers`.
    fitted: String,
    /// How many renewals it learned from.
    n_renewals: u64,
    /// How many of them were cancelled.
    n_cancelled: u64,
    /// The features: columns that must be there as well when the model is asked.
    columns: Vec<String>,
    /// Which of them were dropped, and why.
    notes: Vec<String>,
}

impl FitRenewals {
    /// The columns that are features, and what they hold.
    fn columns(&self) -> Result<Vec<(String, Holds)>> {
        let named = [
            ("cancelled", Some(&self.cancelled)),
            ("customer", self.customer.as_ref()),
            ("weight", self.weight.as_ref()),
            ("entry_term", self.entry_term.as_ref()),
            ("exit_term", self.exit_term.as_ref()),
        ];
        let named = named.into_iter().filter_map(|(argument, name)| Some((argument, name?)));
        let named: Vec<_> = named.chain(self.ignore.iter().map(|name| ("ignore", name))).collect();
        for (argument, name) in &named {
            self.contracts.check(argument, name)?;
        }
        let is_named = |name: &&str| named.iter().any(|(_, n)| n == name);
        let features = self.contracts.names().filter(|name| !is_named(name));
        features.map(|name| Ok((name.to_owned(), self.contracts.holds(name)?))).collect()
    }
}

impl Arguments for FitRenewals {
    const NAME: &'static str = "renewal_fit";
    const ON_MODEL: bool = false;
    const DATA: Data = Data::None;
    type Output = Value<RenewalFit>;

    fn run(self, _: &Subject<'_>, watch: Watch<'_>) -> Result<Self::Output> {
        let options = RenewalOptions { horizons_terms: self.horizons_terms.clone(), max_renewals: self.max_renewals };
        options.validate()?;
        let empty = |what: &str| Error::new(ErrorCode::EmptyData, what).with_field("contracts");
        if self.contracts.n_rows()? == 0 {
            return Err(empty("contracts hold no row; give at least one contract"));
        }
        let columns = self.columns()?;
        if columns.is_empty() {
            return Err(empty("contracts hold no column to learn from; give what is known of each contract"));
        }
        let table = self.contracts.features(&columns, None)?;
        let cancelled = self.contracts.flags("cancelled", &self.cancelled)?;
        let weight = self.weight.as_ref().map(|name| self.contracts.numbers("weight", name)).transpose()?;
        let entry_term = self.entry_term.as_ref().map(|name| self.contracts.terms("entry_term", name)).transpose()?;
        let exit_term = self.exit_term.as_ref().map(|name| self.contracts.terms("exit_term", name)).transpose()?;
        let outcomes = Contracts {
            cancelled: &cancelled,
            weight: weight.as_deref(),
            entry_term: entry_term.as_deref(),
            exit_term: exit_term.as_deref(),
        };
        let model = RenewalModel::fit_while(&table, &outcomes, &options, whole(watch))?;
        let saved = Saved { columns, model };
        Ok(Value::new(RenewalFit {
            fitted: saved.write()?,
            n_renewals: saved.model.n_renewals(),
            n_cancelled: saved.model.n_cancelled(),
            notes: saved.model.notes().to_vec(),
            columns: saved.columns.into_iter().map(|c| c.0).collect(),
        }))
    }
}

/// How likely each contract is to be cancelled at its next renewal, and within some: one row per contract, in the order given.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RenewalRisk {
    /// The `fitted` that `renewal_fit` answered.
    fitted: String,
    /// The contracts, one per row, with the features of the fit; other columns are not looked at.
    contracts: ContractTable,
    /// The column that says whose contract it is. Default: the number of the row is answered.
    #[serde(default)]
    customer: Option<String>,
    /// The column with the terms each contract has lasted; needed after a fit with `exit_term`, and only then.
    #[serde(default)]
    term: Option<String>,
}

/// The columns of [`RenewalRisk`].
pub(super) struct RiskTable(Table);

impl RiskTable {
    fn new(customer: Column, risk: Renewals) -> Self {
        let mut out =
            Table::default().with("customer", customer).with("prob_cancel", Column::Doubles(risk.prob_cancel));
        for (terms, prob) in risk.horizons_terms.iter().zip(risk.prob_within) {
            out = out.with(format!("prob_cancel_within_{terms}_terms"), Column::Doubles(prob));
        }
        Self(out)
    }
}

impl Output for RiskTable {
    const KIND: AnswerKind = AnswerKind::Table(&[
        column("customer", "id", "Whose contract it is; the number of the row, from 0, when no column says so."),
        column("prob_cancel", "number", "P(cancel at the next renewal), 0 to 1."),
        column(
            "prob_cancel_within_…_terms",
            "number",
            "P(cancel within so many terms), 0 to 1; one column per horizon of the fit.",
        ),
    ]);

    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::Table(self.0))
    }
}

impl Arguments for RenewalRisk {
    const NAME: &'static str = "renewal_risk";
    const ON_MODEL: bool = false;
    const DATA: Data = Data::None;
    type Output = RiskTable;

    fn run(self, _: &Subject<'_>, _: Watch<'_>) -> Result<RiskTable> {
        let Saved { columns, model } = Saved::read(&self.fitted)?;
        let n_rows = self.contracts.n_rows()?;
        if n_rows == 0 {
            // Nothing comes up for renewal: rows that are none have no columns to look for.
            return Ok(RiskTable::new(Column::Ints(Vec::new()), model.no_risk()));
        }
        let table = self.contracts.features(&columns, None)?;
        let customer = match &self.customer {
            Some(name) => Column::of_event_ids(self.contracts.ids("customer", name)?.iter()),
            None => Column::Ints((0..n_rows as i64).collect()),
        };
        let term = self.term.as_ref().map(|name| self.contracts.terms("term", name)).transpose()?;
        let risk = model.predict(&table, term.as_deref())?;
        Ok(RiskTable::new(customer, risk))
    }
}

/// Why a contract's risk is what it is: what each column adds to the log-odds of cancelling, against the average contract.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct ExplainRenewal {
    /// The `fitted` that `renewal_fit` answered.
    fitted: String,
    /// The contracts, one per row, with the features of the fit.
    contracts: ContractTable,
    /// The row of the contract, from 0. Default: the first.
    #[serde(default)]
    row: usize,
    /// The column with the terms each contract has lasted; needed after a fit with `exit_term`, and only then.
    #[serde(default)]
    term: Option<String>,
}

/// Why a contract's risk is what it is. `log_odds` is `base_log_odds` and the contributions of all columns.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct RenewalDrivers {
    /// P(cancel at the next renewal), 0 to 1.
    prob_cancel: f64,
    /// The log-odds of cancelling of the average contract.
    base_log_odds: f64,
    /// The contract's own.
    log_odds: f64,
    /// The columns' contributions, the largest first.
    drivers: Vec<Driver>,
}

impl Arguments for ExplainRenewal {
    const NAME: &'static str = "renewal_drivers";
    const ON_MODEL: bool = false;
    const DATA: Data = Data::None;
    type Output = Value<RenewalDrivers>;

    fn run(self, _: &Subject<'_>, _: Watch<'_>) -> Result<Self::Output> {
        let Saved { columns, model } = Saved::read(&self.fitted)?;
        let n_rows = self.contracts.n_rows()?;
        if self.row >= n_rows {
            let message = format!("row is {}; contracts have {n_rows} rows, numbered from 0", self.row);
            return Err(Error::options("row", message));
        }
        let table = self.contracts.features(&columns, Some(self.row))?;
        let term = self.term.as_ref().map(|name| self.contracts.terms("term", name)).transpose()?;
        let term = term.as_ref().map(|terms| &terms[self.row..=self.row]);
        let risk = model.predict(&table, term)?;
        let why = model.drivers(&table, 0, term)?;
        Ok(Value::new(RenewalDrivers {
            prob_cancel: risk.prob_cancel[0],
            base_log_odds: why.base_log_odds,
            log_odds: why.log_odds,
            drivers: why.drivers,
        }))
    }
}

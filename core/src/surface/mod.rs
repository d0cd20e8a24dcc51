//! The calls of the library as one table: names, arguments as JSON, answers. Packages for other languages are made of it.
//!
//! A binding holds a [`Model`] and a [`History`], finds a call by name and runs it; it knows no call by itself. So a new
//! call needs no code in any binding: a struct with the arguments here, one run of the generator, and one vector.

mod arguments;
mod calls;
mod contracts;

use jiff::tz::TimeZone;

use crate::error::{Error, ErrorCode, Result};
use crate::event::EventId;
use crate::history::{History, HistoryView};
use crate::model::Model;
use crate::progress::Stage;
use crate::table::Table;
use crate::time::{Moment, Timestamp};

pub use arguments::read_argument;
pub use calls::{CALLS, FitArguments};

/// What a call is made on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject<'a> {
    /// The model, for calls on a model.
    pub model: Option<&'a Model>,
    /// The customers' past, for calls that look at it.
    pub history: Option<&'a History>,
}

/// Told how far long work is (the stage, and the share of it that is done, 0 to 1); answers whether to go on.
pub type Watch<'a> = &'a (dyn Fn(Stage, f64) -> bool + Sync);

/// What a call answers.
#[derive(Debug)]
#[non_exhaustive]
pub enum Answer {
    /// A fitted model.
    Model(Box<Model>),
    /// Columns.
    Table(Table),
    /// A value as JSON, and what it says in plain words if it can be put so.
    Value {
        /// The value.
        json: String,
        /// The words.
        words: Option<String>,
    },
    /// A text, such as an HTML page.
    Text(String),
}

/// Whether a call looks at a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Data {
    /// It must be given.
    Required,
    /// It may be given.
    Optional,
    /// It takes none.
    None,
}

/// Of which kind a call's answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerKind {
    /// [`Answer::Model`].
    Model,
    /// [`Answer::Table`] of these columns.
    Table(&'static [ColumnDoc]),
    /// [`Answer::Value`].
    Value,
    /// [`Answer::Text`].
    Text,
}

/// What a column of a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnDoc {
    /// Its name; `…` stands for a number that depends on the options.
    pub name: &'static str,
    /// `id`, `word`, `instant`, `number`, `count` or `flag`.
    pub kind: &'static str,
    /// What it says, with unit and range.
    pub doc: &'static str,
}

/// One call.
#[derive(Debug)]
#[non_exhaustive]
pub struct Call {
    /// Its name in `snake_case`.
    pub name: &'static str,
    /// Whether it is made on a model.
    pub on_model: bool,
    /// Whether it looks at a history.
    pub data: Data,
    /// What it answers.
    pub answer: AnswerKind,
    /// Whether it may take long: off the event loop, without the interpreter's lock, with progress.
    pub is_long: bool,
    /// Whether a value comes with its words.
    pub has_words: bool,
    check_parts: fn(&str) -> Result<()>,
    run: fn(&Subject<'_>, &str, Watch<'_>) -> Result<Answer>,
    /// The schema of the arguments, and of the value answered.
    #[cfg(feature = "schema")]
    pub schemas: fn(&mut schemars::SchemaGenerator) -> (schemars::Schema, Option<schemars::Schema>),
}

impl Call {
    /// The call of a name.
    ///
    /// # Errors
    /// `invalid_options` when there is none of that name; the message lists those there are.
    pub fn named(name: &str) -> Result<&'static Self> {
        CALLS.iter().find(|call| call.name == name).ok_or_else(|| {
            let names: Vec<&str> = CALLS.iter().map(|call| call.name).collect();
            Error::options("call", format!("there is no call {name:?}; there are {}", names.join(", ")))
        })
    }

    /// Whether the call may be made on parts of the customers, each with all that is known of its customers, and the answers united:
    /// so engines that divide the work ask.
    ///
    /// # Errors
    /// `invalid_options` for arguments that cannot be read, and for one that concerns all customers together (the field named).
    pub fn check_parts(&self, arguments: &str) -> Result<()> {
        (self.check_parts)(arguments)
    }

    /// Runs the call with arguments as a JSON object.
    ///
    /// # Errors
    /// `invalid_options` for arguments that cannot be read (the field named), and whatever the call itself finds.
    pub fn run(&self, subject: &Subject<'_>, arguments: &str, watch: Watch<'_>) -> Result<Answer> {
        (self.run)(subject, arguments, watch)
    }
}

impl<'a> Subject<'a> {
    fn model(&self) -> Result<&'a Model> {
        self.model.ok_or_else(|| Error::new(ErrorCode::Internal, "the call was made without its model"))
    }

    fn history(&self) -> Result<HistoryView<'a>> {
        let missing = || Error::new(ErrorCode::InvalidOptions, "data is missing: give the customers' past");
        self.history.map(History::view).ok_or_else(|| missing().with_field("data"))
    }

    /// An instant as the caller wrote it, on the clock of the log: that of the history, or of what the model learned from.
    fn instant(&self, moment: Moment) -> Result<Timestamp> {
        match (self.history, self.model) {
            (Some(history), _) => moment.on(&history.zone),
            (None, Some(model)) => moment.on(&model.zone()),
            (None, None) => moment.on(&TimeZone::UTC),
        }
    }

    /// One customer's part of the history: the one named, or the only one.
    fn past_of_one(&self, customer: Option<&EventId>) -> Result<HistoryView<'a>> {
        let view = self.history()?;
        match customer {
            Some(customer) => view.history().customer(customer.as_id()),
            None if view.n_customers() == 1 => Ok(view),
            None => Err(Error::options(
                "customer",
                format!("customer is missing: data holds {} customers; name one of them", view.n_customers()),
            )),
        }
    }
}

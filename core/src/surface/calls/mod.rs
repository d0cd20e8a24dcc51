//! Each call: its arguments, and how they become an answer.

use serde::Serialize;

use super::{Answer, AnswerKind, Call, ColumnDoc, Data, Subject, Watch, arguments};
use crate::error::{Error, ErrorCode, Result};
use crate::model::Model;
use crate::progress::Progress;

mod buying;
mod churn;
mod context;
mod contracts;
mod evaluate;
mod follow;
mod offer;
mod pictures;
mod planners;
mod renewal;
mod replenish;

use buying::{Btyd, BtydCustomers};
use churn::{DeclineModules, Declines, LapseOf, Lapses};
use context::{BtydContext, BtydContextCustomers};
use contracts::{ExplainRenewal, FitRenewals, RenewalRisk};
use evaluate::{MakeReport, RunAudit, RunBacktest};
use follow::{DeclineFit, DeclineStates, DeclineUpdate};
use offer::{Decide, DecideDeclines, DecideFor, LearnContacts};
use pictures::{BtydAlive, BtydMatrix, BtydTracking, DeclineHistory};
use renewal::RenewalCohorts;
pub use replenish::FitArguments;
use replenish::{ForecastIfBought, Forecasts, Replenish};

/// Tells a watch the share of the whole work that is done.
fn whole(watch: Watch<'_>) -> impl FnMut(Progress) -> bool {
    move |progress| watch(progress.stage, progress.overall())
}

/// Every call, in the order of the documentation.
pub const CALLS: &[Call] = &[
    of::<FitArguments>(),
    of::<Replenish>(),
    of::<Forecasts>(),
    of::<ForecastIfBought>(),
    of::<Lapses>(),
    of::<LapseOf>(),
    of::<Btyd>(),
    of::<BtydCustomers>(),
    of::<BtydAlive>(),
    of::<BtydMatrix>(),
    of::<BtydTracking>(),
    of::<BtydContext>(),
    of::<BtydContextCustomers>(),
    of::<RenewalCohorts>(),
    of::<FitRenewals>(),
    of::<RenewalRisk>(),
    of::<ExplainRenewal>(),
    of::<Declines>(),
    of::<DeclineModules>(),
    of::<Decide>(),
    of::<DecideFor>(),
    of::<DecideDeclines>(),
    of::<LearnContacts>(),
    of::<DeclineHistory>(),
    of::<DeclineFit>(),
    of::<DeclineStates>(),
    of::<DeclineUpdate>(),
    of::<RunBacktest>(),
    of::<RunAudit>(),
    of::<MakeReport>(),
];

/// The arguments of a call, which know how to run it. Their documentation is the call's.
trait Arguments: serde::de::DeserializeOwned + Documented {
    const NAME: &'static str;
    const ON_MODEL: bool = true;
    const DATA: Data = Data::Required;
    const IS_LONG: bool = true;
    const HAS_WORDS: bool = false;
    type Output: Output;
    /// Whether the answers about parts of the customers are together the answer about all of them.
    fn check_parts(&self) -> Result<()> {
        Ok(())
    }
    fn run(self, subject: &Subject<'_>, watch: Watch<'_>) -> Result<Self::Output>;
}

/// What can be answered.
trait Output {
    const KIND: AnswerKind;
    fn into_answer(self) -> Result<Answer>;
    #[cfg(feature = "schema")]
    fn schema(_: &mut schemars::SchemaGenerator) -> Option<schemars::Schema> {
        None
    }
}

#[cfg(feature = "schema")]
trait Documented: schemars::JsonSchema {}
#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> Documented for T {}
#[cfg(not(feature = "schema"))]
trait Documented {}
#[cfg(not(feature = "schema"))]
impl<T> Documented for T {}

const fn of<A: Arguments>() -> Call {
    Call {
        name: A::NAME,
        on_model: A::ON_MODEL,
        data: A::DATA,
        answer: A::Output::KIND,
        is_long: A::IS_LONG,
        has_words: A::HAS_WORDS,
        check_parts: |json| arguments::read::<A>(json)?.check_parts(),
        run: |subject, json, watch| arguments::read::<A>(json)?.run(subject, watch)?.into_answer(),
        #[cfg(feature = "schema")]
        schemas: |generator| (generator.subschema_for::<A>(), A::Output::schema(generator)),
    }
}

impl Output for Model {
    const KIND: AnswerKind = AnswerKind::Model;
    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::Model(Box::new(self)))
    }
}

impl Output for String {
    const KIND: AnswerKind = AnswerKind::Text;
    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::Text(self))
    }
}

/// Room for the JSON of most answers about one customer.
const USUAL_BYTES: usize = 4096;

/// A value, and what it says in plain words if it can be put so.
struct Value<T> {
    value: T,
    words: Option<String>,
}

impl<T> Value<T> {
    fn new(value: T) -> Self {
        Self { value, words: None }
    }
}

impl<T: Serialize + Documented> Output for Value<T> {
    const KIND: AnswerKind = AnswerKind::Value;

    fn into_answer(self) -> Result<Answer> {
        let failed = |e: &dyn std::fmt::Display| {
            Error::new(ErrorCode::Internal, format!("the answer cannot be written: {e}; please report this"))
        };
        // Most answers fit, and need not be moved while they grow.
        let mut json = Vec::with_capacity(USUAL_BYTES);
        serde_json::to_writer(&mut json, &self.value).map_err(|e| failed(&e))?;
        let json = String::from_utf8(json).map_err(|e| failed(&e))?;
        Ok(Answer::Value { json, words: self.words })
    }

    #[cfg(feature = "schema")]
    fn schema(generator: &mut schemars::SchemaGenerator) -> Option<schemars::Schema> {
        Some(generator.subschema_for::<T>())
    }
}

const fn column(name: &'static str, kind: &'static str, doc: &'static str) -> ColumnDoc {
    ColumnDoc { name, kind, doc }
}

//! A fit whose log lies in parts, in different places: questions go out, answers come in, until the model is there.

use serde::{Deserialize, Serialize};

use crate::churn::{Everyone, LapseFitted, lapse_panel};
use crate::error::{Error, ErrorCode, Result};
use crate::history::{Excerpt, History};
use crate::model::Model;
use crate::progress::{Stage, Watch};
use crate::replenish::{AsOf, Facts, Learned, Options, Plan, Sample, Sent, Summary};
use crate::time::Timestamp;

/// Fits a model on a log that lies in parts: on the workers of a cluster, in files too large for one machine.
///
/// A customer's events must lie in one part. Parts are asked three times, and nothing but summaries and a sample of training rows
/// travels. The model is that of the whole log, bit for bit, however customers are divided.
///
/// ```
/// use beforehand::{Event, Fitting, History, IngestOptions, Model, Options, Timestamp};
/// let start: Timestamp = "2026-01-01".parse()?;
/// let bought = |c: i64, k: i64| Event::purchase(c, "filter", start.plus_days((k * (28 + c % 5)) as f64));
/// let read = |customers: &[i64]| {
///     let events = customers.iter().flat_map(|&c| (0..6).map(move |k| bought(c, k)));
///     History::from_events(events, &IngestOptions::default()).map(|(history, _)| history)
/// };
/// let as_of = start.plus_days(170.0);
/// let mut fitting = Fitting::new(as_of, &Options::default())?;
/// let model = loop {
///     let question = fitting.question()?;
///     let answers = [Fitting::answer(read(&[1, 4, 5])?, &question)?, Fitting::answer(read(&[2, 3])?, &question)?];
///     if let Some(model) = fitting.take(&answers)? {
///         break model;
///     }
/// };
/// assert_eq!(model, Model::fit(&read(&[1, 2, 3, 4, 5])?, as_of, &Options::default())?);
/// # Ok::<(), beforehand::Error>(())
/// ```
#[derive(Debug)]
pub struct Fitting {
    as_of: Timestamp,
    options: Options,
    state: State,
}

#[derive(Debug)]
enum State {
    Facts,
    Summary { about: About },
    Sample { about: About, learned: Learned },
    Done,
}

/// What all parts must know from the second question on.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct About {
    facts: Facts,
    /// In which all parts were read.
    time_zone: String,
    /// The last civil day of which anything may have been seen.
    last_seen_day: i32,
    n_customers: u64,
    n_events: u64,
}

impl About {
    /// The instant of fitting, for all parts.
    fn at(&self, as_of: Timestamp) -> AsOf {
        AsOf { us: as_of.as_micros(), day: self.last_seen_day }
    }

    fn everyone(&self) -> Everyone {
        Everyone { n_customers: self.n_customers, first_day: self.facts.first_day }
    }
}

#[derive(Debug, Serialize, Deserialize)]
enum Question {
    Facts { as_of: Timestamp },
    Summary { as_of: Timestamp, options: Options, about: About },
    Sample { as_of: Timestamp, options: Options, about: About, learned: Learned },
}

#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    Facts(About),
    Summary(Summary),
    Sample { sample: Sent, panel: Excerpt },
}

impl Fitting {
    /// A fit that has asked nothing yet.
    ///
    /// # Errors
    /// `invalid_options`.
    pub fn new(as_of: Timestamp, options: &Options) -> Result<Self> {
        options.validate()?;
        Ok(Self { as_of, options: options.clone(), state: State::Facts })
    }

    /// What every part is to be asked now.
    ///
    /// # Errors
    /// `invalid_options` once the model is there.
    pub fn question(&self) -> Result<Vec<u8>> {
        let (as_of, options) = (self.as_of, self.options.clone());
        write(&match &self.state {
            State::Facts => Question::Facts { as_of },
            State::Summary { about } => Question::Summary { as_of, options, about: about.clone() },
            State::Sample { about, learned } => {
                Question::Sample { as_of, options, about: about.clone(), learned: learned.clone() }
            }
            State::Done => return Err(done()),
        })
    }

    /// What a part answers: everything of its customers, read with the same options of ingest as all parts.
    ///
    /// # Errors
    /// `incompatible_model` when the question is none, or comes from another version.
    pub fn answer(mut history: History, question: &[u8]) -> Result<Vec<u8>> {
        let mut go_on = |_| true;
        let watch = &mut Watch::new(&mut go_on, Stage::Summarise);
        let tell = |history: &mut History, about: &About| history.items = history.items.as_told_by(&about.facts.items);
        write(&match read(question)? {
            Question::Facts { as_of } => {
                let (n_customers, n_events) = Model::seen(&history.view(), as_of);
                Answer::Facts(About {
                    facts: Facts::of(&history.view(), as_of.as_micros()),
                    time_zone: history.time_zone().to_owned(),
                    last_seen_day: history.last_seen_day(as_of),
                    n_customers,
                    n_events,
                })
            }
            Question::Summary { as_of, options, about } => {
                tell(&mut history, &about);
                let plan = Plan::new(&about.facts, about.at(as_of), &options)?;
                Answer::Summary(plan.summarise(&history.view(), watch)?)
            }
            Question::Sample { as_of, options, about, learned } => {
                tell(&mut history, &about);
                let plan = Plan::new(&about.facts, about.at(as_of), &options)?;
                let view = history.view();
                let sample = plan.sample(&view, &learned, watch)?.sent(&view);
                let chosen = lapse_panel(&view, about.at(as_of), about.everyone(), options.max_lapse_rows);
                let customers: Vec<u32> = chosen.into_iter().map(|(customer, _)| customer).collect();
                Answer::Sample { sample, panel: Excerpt::of(&history, &customers, &about.facts.items) }
            }
        })
    }

    /// Takes in the answers of all parts, in any order; answers the model once there is no more to ask.
    ///
    /// # Errors
    /// `empty_data` when no part has an event at or before `as_of`; `incompatible_model` for answers of another version;
    /// `invalid_data` for answers to another question, or of parts that were read in different time zones.
    pub fn take<A: AsRef<[u8]>>(&mut self, answers: impl IntoIterator<Item = A>) -> Result<Option<Model>> {
        let answers = answers.into_iter().map(|a| read::<Answer>(a.as_ref())).collect::<Result<Vec<_>>>()?;
        match std::mem::replace(&mut self.state, State::Done) {
            State::Facts => self.state = State::Summary { about: self.facts(answers)? },
            State::Summary { about } => {
                let plan = self.plan(&about)?;
                let mut whole: Option<Summary> = None;
                for answer in answers {
                    let Answer::Summary(part) = answer else { return Err(other()) };
                    match &mut whole {
                        None => whole = Some(part),
                        Some(whole) if whole.is_like(&part) => whole.merge(&part),
                        Some(_) => return Err(other()),
                    }
                }
                let learned = plan.learn(&whole.ok_or_else(none)?);
                self.state = State::Sample { about, learned };
            }
            State::Sample { about, learned } => {
                let (mut samples, mut panels) = (Vec::new(), Vec::new());
                for answer in answers {
                    let Answer::Sample { sample, panel } = answer else { return Err(other()) };
                    samples.push(sample);
                    panels.push(panel);
                }
                let mut go_on = |_| true;
                let watch = &mut Watch::new(&mut go_on, Stage::TrainLayer);
                let fitted = self.plan(&about)?.finish(learned, Sample::united(&samples)?, watch)?;
                let panel = Excerpt::united(&panels, &about.facts.items)?;
                let rows = self.options.max_lapse_rows;
                let lapse = LapseFitted::fit(&panel.view(), about.at(self.as_of), about.everyone(), rows, watch)?;
                return Ok(Some(Model {
                    as_of: self.as_of,
                    time_zone: about.time_zone,
                    n_customers: about.n_customers,
                    n_events: about.n_events,
                    replenish: fitted,
                    lapse,
                }));
            }
            State::Done => return Err(done()),
        }
        Ok(None)
    }

    fn facts(&self, answers: Vec<Answer>) -> Result<About> {
        let part = |answer| if let Answer::Facts(part) = answer { Ok(part) } else { Err(other()) };
        let parts = answers.into_iter().map(part).collect::<Result<Vec<About>>>()?;
        let time_zone = parts.first().ok_or_else(none)?.time_zone.clone();
        if let Some(other) = parts.iter().find(|p| p.time_zone != time_zone) {
            let read_in = format!("one part was read in the time zone {time_zone}, another in {}", other.time_zone);
            return Err(Error::data("time_zone", format!("{read_in}; give all the same option time_zone")));
        }
        let (n_customers, n_events) =
            (parts.iter().map(|p| p.n_customers).sum(), parts.iter().map(|p| p.n_events).sum());
        if n_events == 0 {
            let message = format!("no event lies at or before as_of {}; fit at a later as_of", self.as_of);
            return Err(Error::new(ErrorCode::EmptyData, message).with_field("as_of"));
        }
        Ok(About {
            // One part may know times of day, and another not.
            last_seen_day: parts.iter().map(|p| p.last_seen_day).min().ok_or_else(none)?,
            facts: Facts::united(parts.into_iter().map(|p| p.facts).collect()),
            time_zone,
            n_customers,
            n_events,
        })
    }

    fn plan(&self, about: &About) -> Result<Plan> {
        Plan::new(&about.facts, about.at(self.as_of), &self.options)
    }
}

fn write<T: Serialize>(message: &T) -> Result<Vec<u8>> {
    rmp_serde::to_vec(&(env!("CARGO_PKG_VERSION"), message)).map_err(|e| {
        Error::new(ErrorCode::Internal, format!("a message could not be written: {e}; please report this"))
    })
}

fn read<T: for<'de> Deserialize<'de>>(bytes: &[u8]) -> Result<T> {
    let version = env!("CARGO_PKG_VERSION");
    let message = format!("this is no message of version {version}; use the same version of beforehand everywhere");
    match rmp_serde::from_slice::<(String, T)>(bytes) {
        Ok((theirs, message)) if theirs == version => Ok(message),
        _ => Err(Error::new(ErrorCode::IncompatibleModel, message)),
    }
}

fn done() -> Error {
    Error::new(ErrorCode::InvalidOptions, "the fit is done, or failed; begin a new one")
}

fn none() -> Error {
    Error::new(ErrorCode::EmptyData, "no part has answered; give the answers of all parts")
}

fn other() -> Error {
    Error::new(ErrorCode::InvalidData, "an answer belongs to another question; give the answers to the last one")
}

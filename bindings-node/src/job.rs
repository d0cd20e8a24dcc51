//! Work off the event loop: on a thread of its own that shares the pool, with progress, stopped on request.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use beforehand::surface::{Call, Subject, Watch};
use beforehand::{Error, ErrorCode, Result, Stage};
use napi::bindgen_prelude::{Array, FnArgs, Function, Uint8ArraySlice};
use napi::threadsafe_function::{ThreadsafeCallContext, ThreadsafeFunctionCallMode};
use napi_derive::napi;

use crate::answers::{Answered, Outcome};
use crate::history::{NativeHistory, Settings};
use crate::model::NativeModel;
use crate::source::Source;
use crate::{columns, errors, funnel, pool};

/// How often progress is told at most.
const TELL_EVERY_MS: u64 = 40;

/// What JavaScript is told: 0 and the stage with the share done, 1 and the answer, 2 and the parts of an error.
type Told = FnArgs<(u32, Option<Answered>, f64)>;

enum Event {
    Progress(Stage, f64),
    Done(Box<Result<Outcome>>),
}

/// Work that goes on.
#[napi]
#[derive(Debug)]
pub struct Job {
    stop: Arc<AtomicBool>,
}

#[napi]
impl Job {
    /// Stops the work at its next look, some hundredths of a second from now.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Runs a call, or with no name reads a history, off the event loop. One of `history`, `columns`, `ipc` and `path` says
/// where the customers' past comes from. `told` hears of it: see [`Told`].
#[napi(catch_unwind)]
#[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)]
pub(crate) fn start(
    name: Option<String>,
    arguments: String,
    model: Option<&NativeModel>,
    history: Option<&NativeHistory>,
    columns: Option<Array<'_>>,
    ipc: Option<Uint8ArraySlice<'_>>,
    path: Option<String>,
    settings: &Settings,
    told: Function<'_, Told, ()>,
) -> napi::Result<Job> {
    let model = model.map(NativeModel::shared);
    let source = match (history, columns, ipc, path) {
        (Some(history), ..) => Source::Read(history.shared()),
        (_, Some(columns), ..) => Source::Batch(columns::batch(&columns)?),
        (_, _, Some(ipc), _) => Source::Ipc(ipc.to_vec()),
        (_, _, _, Some(path)) => Source::Csv(PathBuf::from(path)),
        _ => Source::None,
    };
    let reading = settings.reading();
    spawn(&told, move |stop, watch| match name {
        None => source.read(&reading).map(|read| Outcome::History(Box::new(read))),
        Some(name) => {
            let history = source.history(&reading)?;
            if stop.load(Ordering::Relaxed) {
                return Err(Error::new(ErrorCode::Cancelled, "cancelled by the caller"));
            }
            let subject = Subject { model: model.as_deref(), history: history.as_deref() };
            Call::named(&name)?.run(&subject, &arguments, watch).map(Outcome::Answer)
        }
    })
}

/// Panics off the event loop: so that a test can see that the panic is an error.
#[napi(catch_unwind)]
#[allow(clippy::needless_pass_by_value)]
pub(crate) fn panic_off_the_loop_for_test(told: Function<'_, Told, ()>) -> napi::Result<Job> {
    spawn(&told, |_, _| panic!("on purpose"))
}

/// Runs work on a thread of its own, which hands bulk work to the pool.
fn spawn(
    told: &Function<'_, Told, ()>,
    work: impl FnOnce(&AtomicBool, Watch<'_>) -> Result<Outcome> + Send + 'static,
) -> napi::Result<Job> {
    let tell = told
        .build_threadsafe_function::<Event>()
        .build_callback(|context: ThreadsafeCallContext<Event>| Ok(into_js(context.value)))?;
    let stop = Arc::new(AtomicBool::new(false));
    let job = Job { stop: Arc::clone(&stop) };
    let begun = Instant::now();
    let last = AtomicU64::new(0);
    let run = move || {
        let watch = |stage: Stage, share: f64| {
            let now = begun.elapsed().as_millis() as u64;
            if now >= last.load(Ordering::Relaxed) + TELL_EVERY_MS {
                last.store(now, Ordering::Relaxed);
                tell.call(Event::Progress(stage, share), ThreadsafeFunctionCallMode::NonBlocking);
            }
            !stop.load(Ordering::Relaxed)
        };
        let done = funnel::guarded(|| pool::pool()?.install(|| work(&stop, &watch)));
        // Nobody listens when the worker thread that asked has ended.
        tell.call(Event::Done(Box::new(done)), ThreadsafeFunctionCallMode::NonBlocking);
    };
    std::thread::Builder::new()
        .name("beforehand".to_owned())
        .spawn(run)
        .map_err(|e| errors::raise(&Error::new(ErrorCode::Internal, format!("no thread could be started: {e}"))))?;
    Ok(job)
}

fn into_js(event: Event) -> Told {
    let (kind, value, share) = match event {
        Event::Progress(stage, share) => (0, Answered::D(stage.as_str().to_owned()), share),
        Event::Done(done) => match done.and_then(Outcome::into_js) {
            Ok(answer) => (1, answer, 1.0),
            Err(e) => (2, Answered::D(errors::parts(&e)), 0.0),
        },
    };
    (kind, Some(value), share).into()
}

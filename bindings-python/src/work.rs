//! The one funnel for everything that takes time: without the interpreter's lock, on the pool, with progress, stopped by
//! Ctrl-C, and a panic is an exception.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use beforehand::surface::Watch;
use beforehand::{Error, ErrorCode, Result, Stage};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::{errors, pool};

/// How often the waiting thread looks for signals and tells the progress. A Ctrl-C is noticed within this time.
const LOOK_EVERY: Duration = Duration::from_millis(40);

/// Microseconds of work: on this thread.
pub(crate) fn short<T: Send>(py: Python<'_>, work: impl FnOnce(Watch<'_>) -> Result<T> + Send) -> PyResult<T> {
    py.detach(|| guarded(|| work(&|_, _| true))).map_err(|e| errors::raise(py, &e))
}

/// Work that may take long: on the pool, while this thread looks for signals.
///
/// After Ctrl-C the call returns at once; the work, which holds what it needs, stops at its next look.
pub(crate) fn long<T: Send + 'static>(
    py: Python<'_>,
    progress: Option<&Py<PyAny>>,
    work: impl FnOnce(Watch<'_>) -> Result<T> + Send + 'static,
) -> PyResult<T> {
    let pool = pool::pool().map_err(|e| errors::raise(py, &e))?;
    let state = Arc::new(State::default());
    let (done, answer) = channel();
    let theirs = Arc::clone(&state);
    let worker = std::thread::Builder::new().name("beforehand".to_owned()).spawn(move || {
        let watch = |stage: Stage, share: f64| theirs.tell(stage, share);
        let result = guarded(|| pool.install(|| work(&watch)));
        // Nobody listens any more after Ctrl-C.
        let _ = done.send(result);
    });
    worker.map_err(|e| PyRuntimeError::new_err(format!("no thread could be started: {e}")))?;
    let answer = Mutex::new(answer);
    loop {
        let received = py.detach(|| answer.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(LOOK_EVERY));
        match received {
            Ok(result) => {
                if result.is_ok() {
                    state.show(py, progress)?;
                }
                return result.map_err(|e| errors::raise(py, &e));
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(PyRuntimeError::new_err("the work ended without an answer"));
            }
            Err(RecvTimeoutError::Timeout) => {
                let asked = py.check_signals().and_then(|()| state.show(py, progress));
                if let Err(interruption) = asked {
                    state.stop.store(true, Ordering::Relaxed);
                    return Err(interruption);
                }
            }
        }
    }
}

/// What worker and waiting thread tell each other.
#[derive(Default)]
struct State {
    stop: AtomicBool,
    reached: Mutex<Option<(Stage, f64)>>,
}

impl State {
    /// The worker: how far it is. Answers whether to go on.
    fn tell(&self, stage: Stage, share: f64) -> bool {
        *self.reached.lock().unwrap_or_else(PoisonError::into_inner) = Some((stage, share));
        !self.stop.load(Ordering::Relaxed)
    }

    /// The waiting thread: tells the caller's function, and hears whether to stop.
    fn show(&self, py: Python<'_>, progress: Option<&Py<PyAny>>) -> PyResult<()> {
        let Some(progress) = progress else { return Ok(()) };
        let reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((stage, share)) = reached else { return Ok(()) };
        let answer = progress.bind(py).call1((stage.as_str(), share))?;
        if answer.extract::<bool>().is_ok_and(|go_on| !go_on) {
            self.stop.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// The work's result; a panic is an error.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said =
            panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
        let said = said.unwrap_or_else(|| "no message".to_owned());
        Err(Error::new(ErrorCode::Internal, format!("a defect of the library: {said}; please report this")))
    })
}

//! How far long work is, and a way to stop it.

use std::cell::RefCell;

use rayon::prelude::*;

use crate::error::{Error, ErrorCode, Result};

/// What long work is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Fitting: reading everyone's purchases.
    Summarise,
    /// Fitting: forming training rows at earlier cutoffs.
    DrawRows,
    /// Fitting: learning what buyers of an item move on to.
    LearnSuccessors,
    /// Fitting: training the layer.
    TrainLayer,
    /// Fitting: learning who does not come back.
    LearnLapse,
    /// Fitting contracts: choosing how far the parts go, and learning them.
    LearnRenewals,
    /// Fitting a model of buying and leaving: searching for its parameters. How many steps that takes is not known beforehand.
    LearnPurchases,
    /// Looking for falls in use: learning what is typical of everyone, period by period …
    LearnDeclines,
    /// … and searching everyone's use.
    FindDeclines,
    /// Forecasting every pair.
    Forecast,
    /// Backtesting: fitting and forecasting at one cutoff after the other.
    Backtest,
}

impl Stage {
    /// The stage as the `snake_case` string used in all languages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Summarise => "summarise",
            Self::DrawRows => "draw_rows",
            Self::TrainLayer => "train_layer",
            Self::LearnSuccessors => "learn_successors",
            Self::LearnLapse => "learn_lapse",
            Self::LearnRenewals => "learn_renewals",
            Self::LearnPurchases => "learn_purchases",
            Self::LearnDeclines => "learn_declines",
            Self::FindDeclines => "find_declines",
            Self::Forecast => "forecast",
            Self::Backtest => "backtest",
        }
    }

    /// The share of the whole work that is done when the stage begins and when it ends, 0 to 1, roughly.
    const fn share_of_whole(self) -> (f64, f64) {
        match self {
            Self::Summarise => (0.0, 0.1),
            Self::DrawRows => (0.1, 0.25),
            Self::LearnSuccessors => (0.25, 0.3),
            Self::TrainLayer => (0.3, 0.7),
            Self::LearnLapse => (0.7, 1.0),
            Self::LearnDeclines => (0.0, 0.6),
            Self::FindDeclines => (0.6, 1.0),
            Self::LearnRenewals | Self::LearnPurchases | Self::Forecast | Self::Backtest => (0.0, 1.0),
        }
    }
}

/// How far long work is.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// The share of the stage that is done, 0 to 1; never falls within a stage.
    pub done: f64,
}

impl Progress {
    /// The share of the whole work that is done, 0 to 1, roughly; never falls.
    pub fn overall(&self) -> f64 {
        let (start, end) = self.stage.share_of_whole();
        start + (end - start) * self.done
    }
}

/// Asks the caller between pieces of work whether to go on: on the thread that called, never on a worker's. A piece takes
/// some hundredths of a second on the largest logs.
pub(crate) struct Watch<'a> {
    go_on: &'a mut dyn FnMut(Progress) -> bool,
    stage: Stage,
    /// The part of the stage that this watch is over.
    start: f64,
    end: f64,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(go_on: &'a mut dyn FnMut(Progress) -> bool, stage: Stage) -> Self {
        Self { go_on, stage, start: 0.0, end: 1.0 }
    }

    /// A watch over another stage.
    pub(crate) fn stage(&mut self, stage: Stage) -> Watch<'_> {
        Watch::new(self.go_on, stage)
    }

    /// A watch over a part of this one, from one share to another.
    pub(crate) fn part(&mut self, from: f64, to: f64) -> Watch<'_> {
        let (start, width) = (self.start, self.end - self.start);
        Watch { go_on: self.go_on, stage: self.stage, start: start + width * from, end: start + width * to }
    }

    /// Tells the share that is done; an error when the caller wants no more.
    pub(crate) fn tell(&mut self, done: f64) -> Result<()> {
        let done = (self.start + (self.end - self.start) * done).clamp(0.0, 1.0);
        if (self.go_on)(Progress { stage: self.stage, done }) {
            Ok(())
        } else {
            let stage = self.stage.as_str();
            Err(Error::new(ErrorCode::Cancelled, format!("cancelled by the caller in stage {stage}")))
        }
    }

    /// Work of which nobody knows how many passes it takes: it asks before each whether to go on, and what it finds after a no is of no
    /// use.
    pub(crate) fn passes<T>(&mut self, work: impl FnOnce(&dyn Fn() -> bool) -> T) -> Result<T> {
        /// Passes after which half of the work is taken to be done.
        const HALF: f64 = 60.0;
        let state = RefCell::new((self, 0.0, Ok(())));
        let goes_on = || {
            let (watch, passes, answer) = &mut *state.borrow_mut();
            if answer.is_ok() {
                *answer = watch.tell(*passes / (*passes + HALF));
                *passes += 1.0;
            }
            answer.is_ok()
        };
        let found = work(&goes_on);
        state.into_inner().2?;
        Ok(found)
    }

    /// Gives `work` one piece of `all` after the other and asks before each. A piece holds `per_thread` for every thread
    /// that may share it.
    pub(crate) fn pieces<T>(&mut self, all: &[T], per_thread: usize, mut work: impl FnMut(&[T])) -> Result<()> {
        let piece = per_thread * rayon::current_num_threads();
        for (i, own) in all.chunks(piece).enumerate() {
            self.tell((i * piece) as f64 / all.len() as f64)?;
            work(own);
        }
        Ok(())
    }

    /// As [`Self::pieces`]: what `work` makes of a piece's tasks is given to `put`, in order; one thread puts it where it belongs
    /// while the others go on with the next piece.
    pub(crate) fn put_in_order<T: Sync, P: Send>(
        &mut self,
        tasks: &[T],
        per_thread: usize,
        work: impl Fn(&T) -> P + Sync,
        mut put: impl FnMut(Vec<P>) + Send,
    ) -> Result<()> {
        let mut ready = Vec::new();
        self.pieces(tasks, per_thread, |piece| {
            let done = std::mem::take(&mut ready);
            ready = rayon::join(|| put(done), || piece.par_iter().map(&work).collect()).1;
        })?;
        put(ready);
        Ok(())
    }
}

impl Watch<'_> {
    /// Work that nobody watches.
    pub(crate) fn unwatched<T>(work: impl FnOnce(&mut Watch<'_>) -> Result<T>) -> Result<T> {
        work(&mut Watch::new(&mut |_| true, Stage::TrainLayer))
    }
}

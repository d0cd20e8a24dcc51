//! How far long work is, and a way to stop it.

use crate::error::{Error, ErrorCode, Result};

/// What fitting is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Reading everyone's purchases.
    Summarise,
    /// Forming training rows at earlier cutoffs.
    DrawRows,
    /// Training the layer.
    TrainLayer,
    /// Learning what buyers of an item move on to.
    LearnSuccessors,
    /// Learning who does not come back.
    LearnLapse,
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
        }
    }

    /// The share of the work that is done when the stage begins, 0 to 1, roughly.
    pub const fn share_done(self) -> f64 {
        match self {
            Self::Summarise => 0.0,
            Self::DrawRows => 0.15,
            Self::TrainLayer => 0.35,
            Self::LearnSuccessors => 0.75,
            Self::LearnLapse => 0.8,
        }
    }
}

/// Asked at the beginning of each stage whether to go on.
pub(crate) struct Progress<'a> {
    pub(crate) go_on: &'a (dyn Fn(Stage) -> bool + Sync),
}

impl Progress<'_> {
    pub(crate) fn enter(&self, stage: Stage) -> Result<()> {
        if (self.go_on)(stage) {
            Ok(())
        } else {
            Err(Error::new(ErrorCode::Cancelled, format!("cancelled by the caller before stage {}", stage.as_str())))
        }
    }
}

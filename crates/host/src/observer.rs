//! What a run tells while it runs.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::ledger::LedgerEntry;
use crate::summary::Problem;

/// How much a log line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// For the program's author.
    Debug,
    /// What the program does.
    Info,
    /// Something to look at.
    Warn,
    /// Something that went wrong, and did not end the run.
    Error,
}

impl Level {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A place in a program: file, line and column, both from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file as the user named it.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Hears of a run. All methods but [`notify`](Observer::notify) do nothing unless written; they are called from many threads at
/// once and must return quickly, since the call waits for them.
pub trait Observer: Send + Sync {
    /// The program logged a line.
    fn log(&self, _level: Level, _text: &str, _place: Option<&Place>) {}

    /// The program is this far; `total` where it is known.
    fn progress(&self, _done: u64, _total: Option<u64>) {}

    /// A call is about to be made, a read or an effect: how many have been made before it.
    fn call(&self, _calls: u64) {}

    /// An effect is about to be sent (its state is [`Sent`](crate::ledger::EntryState::Sent)), or its answer came.
    fn effect(&self, _entry: &LedgerEntry) {}

    /// The program reported a problem.
    fn problem(&self, _problem: &Problem) {}

    /// The program tells its operator something; the details are an object, or null. Where a journal records the run it is on
    /// disk by then, and a replay does not say it again. A dry run says nothing: it stands in the
    /// [plan](crate::Plan::notifications).
    ///
    /// Who observes decides what becomes of it, so there is no silence unless somebody writes it.
    fn notify(&self, text: &str, details: &Value);
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn notify(&self, _text: &str, _details: &Value) {}
}

//! What a run records of itself.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use pianoroll_model::{Effect, Position};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What stands at a position of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// A call of an operation, or of a path that is none.
    Call,
    /// The value of a checkpoint.
    Checkpoint,
    /// A reading of the clock, or the end of a pause.
    Clock,
    /// A wait of the program, with the moment until which it waits.
    Wait,
    /// A file that was opened, by its digest; or whether one exists.
    File,
    /// A state value that was read, or set.
    State,
}

impl EntryKind {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            EntryKind::Call => "call",
            EntryKind::Checkpoint => "checkpoint",
            EntryKind::Clock => "clock",
            EntryKind::Wait => "wait",
            EntryKind::File => "file",
            EntryKind::State => "state",
        }
    }
}

/// How far an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryState {
    /// An effect that may be on its way: its intent is durable, its answer is not.
    Sent,
    /// It happened, and this was the answer.
    Done,
    /// It did not happen, and this was the error; the program has seen it.
    Failed,
    /// It may have happened: only an operator's word goes past it.
    Unknown,
    /// It does not count: the next attempt makes the call again.
    Void,
}

impl EntryState {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            EntryState::Sent => "sent",
            EntryState::Done => "done",
            EntryState::Failed => "failed",
            EntryState::Unknown => "unknown",
            EntryState::Void => "void",
        }
    }
}

/// What is known of a call before it is made. Of another kind of entry: what it asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Where in the run.
    pub position: Position,
    /// What it is.
    pub kind: EntryKind,
    /// The operation; of a checkpoint, a file or a state value its name.
    pub name: String,
    /// What the call does; `Read` for what is no call.
    pub effect: Effect,
    /// The name of the run's other account that it is for; none for its own.
    pub account: Option<String>,
    /// What it is done to, for people.
    pub target: String,
    /// How many items of a list it carries; 0 where it carries none.
    pub items: u64,
    /// What the guest gave, as canonical JSON: a replay compares it. Empty where it gave nothing.
    pub arguments: Bytes,
    /// What an effect replaces, as JSON, where a read has shown it.
    pub replaced: Option<Bytes>,
    /// When.
    pub at: Timestamp,
}

/// What came of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// `Sent` only where a call that failed may have happened all the same and is to be made again: then nobody knows, as if its
    /// answer had never been seen.
    pub state: EntryState,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// The answer's body; of a failed call its error as JSON; else the value. May be empty.
    pub body: Bytes,
    /// How it is known, in the gateway's words (`answered`, `probed`, …); empty for what is no call.
    pub settlement: String,
    /// Requests that it took, those among them that repeated one, and how many were refused for pace.
    pub requests: u32,
    /// See `requests`.
    pub retries: u32,
    /// See `requests`.
    pub throttled: u32,
    /// What was waited for limits.
    pub waited: Duration,
    /// From the intent to the answer.
    pub took: Duration,
}

impl Answer {
    /// A value of an entry that is no call.
    #[must_use]
    pub fn value(body: impl Into<Bytes>) -> Self {
        Self {
            state: EntryState::Done,
            status: None,
            body: body.into(),
            settlement: String::new(),
            requests: 0,
            retries: 0,
            throttled: 0,
            waited: Duration::ZERO,
            took: Duration::ZERO,
        }
    }
}

/// An entry as it stands in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which of the run, from 1, nearly in the order in which they were written: calls side by side may overtake each other, so
    /// a number may be missing after a crash. A call that is made again keeps its number.
    pub number: u64,
    /// The attempt that wrote it last.
    pub attempt: u32,
    /// How often it was made: 1, and one more for each time that it had become void.
    pub tries: u32,
    /// What was asked.
    pub intent: Intent,
    /// What came of it; none while its state is `Sent`. The body is gone once the run has completed and it was a read.
    pub answer: Option<Answer>,
}

impl Entry {
    /// How far it is.
    #[must_use]
    pub fn state(&self) -> EntryState {
        self.answer.as_ref().map_or(EntryState::Sent, |answer| answer.state)
    }
}

/// What kind of note it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoteKind {
    /// A line of the log.
    Log,
    /// A problem.
    Problem,
    /// Something that the operator is told, wherever they are.
    Notify,
}

impl NoteKind {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            NoteKind::Log => "log",
            NoteKind::Problem => "problem",
            NoteKind::Notify => "notify",
        }
    }
}

/// Something that the program said: it is said once, whatever a replay repeats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// The branch that said it.
    pub branch: Option<(u64, u64)>,
    /// Which note of the branch, from 1: the same program says the same notes in the same order.
    pub number: u64,
    /// What sort of note.
    pub kind: NoteKind,
    /// `debug`, `info`, `warn` or `error`; `warn` for a problem, `info` for a notification.
    pub level: String,
    /// One line, or several.
    pub text: String,
    /// Of a problem or a notification its details; null where there are none.
    pub details: Value,
    /// Where in the program: `file:line:column`.
    pub place: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The attempt that said it first.
    pub attempt: u32,
}

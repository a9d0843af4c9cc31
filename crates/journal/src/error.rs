//! Why the journal cannot be written or read.

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JournalErrorKind {
    /// The disk is full, or the database has reached its greatest size.
    Full,
    /// What was read is not what was written.
    Corrupt,
    /// The journal is older than what this folder has seen, or was written by a newer pianoroll.
    Version,
    /// Another claim of the run is newer: this attempt may not write any more.
    Fenced,
    /// There is no such run, program or entry.
    NotFound,
    /// It is in no state for that: a finished run cannot be claimed.
    State,
    /// Another process owns the state folder.
    Owned,
    /// Everything else that disks and databases say.
    Storage,
}

/// Why the journal cannot be written or read. Cheap to clone: one failure ends every call of a run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal {message}")]
pub struct JournalError {
    /// What kind of failure it is.
    pub kind: JournalErrorKind,
    /// What is wrong, as a sentence that begins with "the journal", with what to do about it behind a semicolon.
    pub message: String,
}

impl JournalError {
    /// An error.
    pub fn new(kind: JournalErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

//! Why an owner did not do what it was asked for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Why an owner did not do what it was asked for, with what to do about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// What kind of refusal it is.
    pub kind: RefusalKind,
    /// How a process ends that did nothing else.
    pub exit: u8,
    /// One line.
    pub message: String,
    /// What was behind it, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<String>,
    /// What to do about it, a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// The error as data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
}

/// What kind of refusal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// The owner looked at it and said no.
    Refused,
    /// The request is none that this version knows.
    Request,
    /// The owner is about to end and takes nothing more: ask again, or become the owner.
    Closing,
    /// Nobody answers on the socket.
    Nobody,
    /// The owner went away in the middle: what became of the request is in the journal.
    Gone,
}

impl Refusal {
    /// A refusal with exit code 1.
    pub fn new(kind: RefusalKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            exit: 1,
            message: message.into(),
            because: Vec::new(),
            hints: Vec::new(),
            details: None,
        }
    }

    /// With something to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The owner takes nothing more.
    #[must_use]
    pub fn closing() -> Self {
        Self::new(RefusalKind::Closing, "the process that owns the state folder is about to end")
    }
}

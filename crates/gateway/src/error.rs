//! How a call fails.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use pianoroll_model::{Certainty, Persistence};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answer::Effort;
use crate::credential::Credential;

mod parse;
mod trouble;

pub(crate) use parse::{Parsed, parse};
pub use trouble::Trouble;

/// What kind of failure it is: what a program, or a person, can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// 401: the key is missing or wrong.
    Unauthorized,
    /// 403: the key or the connection may not do this.
    Forbidden,
    /// 404: no such resource, or no such route at this revision.
    NotFound,
    /// 409: something is in the way; `meta` may name it.
    Conflict,
    /// 400 and every other refusal of what was sent.
    Invalid,
    /// 410: the revision or the endpoint is gone.
    Gone,
    /// 429 to the end, or a limit that would have to be waited for longer than allowed.
    Throttled,
    /// 5xx.
    Upstream,
    /// 500 from the gateway and not from the API: most often a connection whose authorisation has expired.
    Gateway,
    /// An answer that is none: a web page, truncated JSON, a redirect, nothing where a document was due.
    Unreadable,
    /// No answer in time.
    Timeout,
    /// No connection could be made.
    Connect,
    /// The connection was lost while the request was under way.
    Dropped,
    /// The caller wished to stop.
    Cancelled,
    /// A body past the limit: of the request (nothing was sent), or of the answer.
    TooLarge,
    /// The arguments make no request. Nothing was sent.
    Arguments,
    /// The call succeeded, but its answer does not fit the type asked for.
    Shape,
}

impl ErrorKind {
    /// A word for logs and maps: `not_found`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            ErrorKind::Unauthorized => "unauthorized",
            ErrorKind::Forbidden => "forbidden",
            ErrorKind::NotFound => "not_found",
            ErrorKind::Conflict => "conflict",
            ErrorKind::Invalid => "invalid",
            ErrorKind::Gone => "gone",
            ErrorKind::Throttled => "throttled",
            ErrorKind::Upstream => "upstream",
            ErrorKind::Gateway => "gateway",
            ErrorKind::Unreadable => "unreadable",
            ErrorKind::Timeout => "timeout",
            ErrorKind::Connect => "connect",
            ErrorKind::Dropped => "dropped",
            ErrorKind::Cancelled => "cancelled",
            ErrorKind::TooLarge => "too_large",
            ErrorKind::Arguments => "arguments",
            ErrorKind::Shape => "shape",
        }
    }

    /// Whether trying again later can help.
    #[must_use]
    pub const fn persistence(self) -> Persistence {
        match self {
            ErrorKind::Throttled
            | ErrorKind::Upstream
            | ErrorKind::Gateway
            | ErrorKind::Unreadable
            | ErrorKind::Timeout
            | ErrorKind::Connect
            | ErrorKind::Dropped => Persistence::Transient,
            ErrorKind::Unauthorized
            | ErrorKind::Forbidden
            | ErrorKind::NotFound
            | ErrorKind::Conflict
            | ErrorKind::Invalid
            | ErrorKind::Gone
            | ErrorKind::Cancelled
            | ErrorKind::TooLarge
            | ErrorKind::Arguments
            | ErrorKind::Shape => Persistence::Terminal,
        }
    }
}

/// One reason, as the API gave it. Nothing is cut off.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// The API's handle for this very error; support asks for it.
    pub id: Option<String>,
    /// `duplicate_profile`
    pub code: Option<String>,
    /// `Conflict.`
    pub title: Option<String>,
    /// The sentence that says what is wrong.
    pub detail: Option<String>,
    /// A place in the body: `/data/attributes/email`.
    pub pointer: Option<String>,
    /// A parameter of the query: `filter`.
    pub parameter: Option<String>,
    /// Whatever else the API says, such as `duplicate_profile_id`.
    pub meta: Option<Value>,
}

/// A failed call. Reads like its [`Failure`].
#[derive(Clone, Debug)]
pub struct CallError {
    // On the heap, since errors travel through many results that are mostly fine.
    failure: Box<Failure>,
}

/// Everything known about a failed call. Written down and read again, it is the same but for [`Failure::trouble`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The operation's id, or method and path of a raw request.
    pub operation: String,
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// Whether the effect may have happened, over all requests of the call.
    pub certainty: Certainty,
    /// Whether the call may not be repeated by guess: a lost answer that nothing has settled.
    pub unknown_outcome: bool,
    /// The status of the last answer, where there was one.
    pub status: Option<u16>,
    /// The first reason.
    pub reason: Reason,
    /// The other reasons.
    pub more: Vec<Reason>,
    /// What to do about it, or how it came about, in our words.
    pub note: Option<String>,
    /// How long the API or a limiter asks to wait.
    pub retry_after: Option<Duration>,
    /// Whether the API itself spoke, and not the gateway before it.
    pub by_api: bool,
    /// The gateway's `X-Request-Id`.
    pub request_id: Option<String>,
    /// What it says about other calls. It is not written down, since it is about the time of the call: what is replayed from a
    /// journal says nothing about today.
    #[serde(skip)]
    pub trouble: Option<Trouble>,
    /// What the call took until then.
    pub effort: Effort,
}

impl Failure {
    pub(crate) fn new(operation: &str, kind: ErrorKind, certainty: Certainty) -> Self {
        Self {
            operation: operation.to_owned(),
            kind,
            certainty,
            unknown_outcome: false,
            status: None,
            reason: Reason::default(),
            more: Vec::new(),
            note: None,
            retry_after: None,
            by_api: false,
            request_id: None,
            trouble: None,
            effort: Effort::default(),
        }
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.reason.detail = Some(detail.into());
        self
    }

    /// Takes the key out of everything that came from outside: a body that was parsed may have held it escaped.
    pub(crate) fn scrub(&mut self, credential: &Credential) {
        let clean = |text: &mut Option<String>| {
            *text = text.take().map(|text| credential.scrub(text));
        };
        for reason in std::iter::once(&mut self.reason).chain(&mut self.more) {
            let Reason { id, code, title, detail, pointer, parameter, meta } = reason;
            for text in [id, code, title, detail, pointer, parameter] {
                clean(text);
            }
            if meta.as_ref().is_some_and(|meta| credential.is_in(&meta.to_string())) {
                *meta = None;
            }
        }
        clean(&mut self.note);
        clean(&mut self.request_id);
        self.operation = credential.scrub(std::mem::take(&mut self.operation));
    }

    /// Says so where the wait that was asked for is longer than any that is begun.
    pub(crate) fn impatient(self, longest: Duration) -> Self {
        match self.retry_after {
            Some(wait) if wait > longest && self.note.is_none() => {
                let (wait, longest) = (wait.as_secs(), longest.as_secs());
                self.note(format!(
                    "it asks to wait {wait} s, and no call waits longer than {longest} s"
                ))
            }
            _ => self,
        }
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

impl CallError {
    /// Whether trying again later can help.
    #[must_use]
    pub fn persistence(&self) -> Persistence {
        self.kind.persistence()
    }

    /// Whether an effect was sent that may not be repeated by guess, and nobody knows whether it happened: neither the answer
    /// nor the operation's probe has told.
    #[must_use]
    pub fn is_unknown_outcome(&self) -> bool {
        self.unknown_outcome
    }

    /// What the failure says about other calls of the same credential, connection or gateway; nothing where it is this call's
    /// own, or where that is not known.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        self.trouble
    }

    /// The first reason's code: `duplicate_profile`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.reason.code.as_deref()
    }

    /// The first reason's sentence.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.reason.detail.as_deref().or(self.reason.title.as_deref())
    }

    /// The first reason's place in the body, or else its parameter.
    #[must_use]
    pub fn pointer(&self) -> Option<&str> {
        self.reason.pointer.as_deref().or(self.reason.parameter.as_deref())
    }

    /// The failure as a value of its own.
    #[must_use]
    pub fn into_failure(self) -> Failure {
        *self.failure
    }
}

impl From<Failure> for CallError {
    fn from(failure: Failure) -> Self {
        Self { failure: Box::new(failure) }
    }
}

impl Deref for CallError {
    type Target = Failure;

    fn deref(&self) -> &Failure {
        &self.failure
    }
}

impl std::error::Error for CallError {}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.operation)?;
        match self.status {
            Some(status) => write!(f, "{status}")?,
            None => f.write_str(&self.kind.as_str().replace('_', " "))?,
        }
        write!(f, "{}", self.reason)?;
        for reason in &self.more {
            write!(f, "; also{reason}")?;
        }
        if self.unknown_outcome {
            f.write_str("; it is not known whether it was done")?;
        }
        if let Some(note) = &self.note {
            write!(f, "; {note}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Reason {
    /// ` code: detail (at /data/attributes)`, as far as known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        // The title says little beside a detail: "Invalid input."
        if let Some(detail) = self.detail.as_ref().or(self.title.as_ref()) {
            write!(f, ": {detail}")?;
        }
        if let Some(pointer) = &self.pointer {
            write!(f, " (at {pointer})")?;
        }
        if let Some(parameter) = &self.parameter {
            write!(f, " (parameter {parameter})")?;
        }
        Ok(())
    }
}

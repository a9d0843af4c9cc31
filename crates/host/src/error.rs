//! Why a host call failed.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use pianoroll_api::Arguments;
use pianoroll_gateway::CallError;
use pianoroll_journal::JournalError;
use pianoroll_model::{Persistence, Position, suggest};
use serde_json::{Value, json};

use crate::check::CheckErrors;
use crate::guardrails::GuardrailError;
use crate::permission::PermissionError;
use crate::replay::Divergence;

/// Why a host call failed, where, and how much of it was done before. Cheap to clone: an error that stops a run is given to
/// every branch of it.
#[derive(Clone, Debug)]
pub struct HostError {
    inner: Arc<Inner>,
    // Beside the shared part: the error that stops a run says to each branch what that branch had done.
    done: Done,
}

#[derive(Debug)]
struct Inner {
    cause: Cause,
    position: Position,
    /// What the call was given, where a person must find out whether it happened.
    arguments: Option<Arguments>,
}

/// What made a host call fail.
#[derive(Debug)]
pub enum Cause {
    /// The arguments, or the operation that does not exist. Nothing was sent.
    Arguments(CheckErrors),
    /// It was not granted. Nothing was sent.
    Permission(PermissionError),
    /// The run reached a limit and is over.
    Guardrail(GuardrailError),
    /// The API or the gateway refused, or could not be reached.
    Api(CallError),
    /// Nobody knows whether it happened, and it must not happen twice. The run is over.
    UnknownOutcome(CallError),
    /// The run was cancelled before this operation was called, or while it waited.
    Cancelled {
        /// The operation that was not called.
        operation: String,
    },
    /// The run was given no account of this name.
    Account {
        /// As the program said it.
        name: String,
        /// The names that the run knows.
        known: Vec<String>,
    },
    /// What the run does cannot be recorded, or what it did cannot be read. Nothing was sent that is not recorded; the run is
    /// over until its next attempt.
    Journal(JournalError),
    /// The program does something else than in an earlier attempt. The run is over.
    Diverged(Divergence),
    /// The program waits for longer than a process is kept waiting: the attempt is over, and the next one goes on from here.
    Parked {
        /// When it goes on.
        until: Timestamp,
    },
    /// The pages of a list lead nowhere: they do not come to an end, or the next one cannot be asked for.
    Paging {
        /// The operation that pages.
        operation: String,
        /// The page behind which the list cannot go on, from 1.
        page: u64,
        /// Why.
        why: PagingMistake,
    },
}

/// Why a list cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PagingMistake {
    /// A cursor was named for the second time.
    Circle,
    /// So many pages without a row, one after the other.
    Empty(u32),
    /// The link to the next page has no cursor.
    NoCursor,
}

/// [`Cause`] without its details.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HostErrorKind {
    /// See [`Cause::Arguments`].
    Arguments,
    /// See [`Cause::Permission`].
    Permission,
    /// See [`Cause::Guardrail`].
    Guardrail,
    /// See [`Cause::Api`].
    Api,
    /// See [`Cause::UnknownOutcome`].
    UnknownOutcome,
    /// See [`Cause::Cancelled`].
    Cancelled,
    /// See [`Cause::Account`].
    Account,
    /// See [`Cause::Journal`].
    Journal,
    /// See [`Cause::Diverged`].
    Diverged,
    /// See [`Cause::Parked`].
    Parked,
    /// See [`Cause::Paging`].
    Paging,
}

impl HostErrorKind {
    /// The word for it, which is also the `code` of errors that the API did not make.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            HostErrorKind::Arguments => "arguments",
            HostErrorKind::Permission => "permission",
            HostErrorKind::Guardrail => "guardrail",
            HostErrorKind::Api => "api",
            HostErrorKind::UnknownOutcome => "unknown_outcome",
            HostErrorKind::Cancelled => "cancelled",
            HostErrorKind::Account => "account",
            HostErrorKind::Journal => "journal",
            HostErrorKind::Diverged => "diverged",
            HostErrorKind::Parked => "parked",
            HostErrorKind::Paging => "paging",
        }
    }
}

/// How far a host call that became several came before it failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Items of the list whose calls had succeeded. They are the first ones of the list, but where its items are grouped
    /// (events by profile): there it is a count only.
    pub items: u64,
    /// Calls that had succeeded.
    pub calls: u64,
    /// Calls that the host call consists of; 0 where that is not known.
    pub of: u64,
}

impl HostError {
    pub(crate) fn new(cause: Cause, position: Position) -> Self {
        Self { inner: Arc::new(Inner { cause, position, arguments: None }), done: Done::default() }
    }

    /// Nobody knows whether a call with these arguments happened.
    pub(crate) fn unknown(error: CallError, arguments: Arguments, position: Position) -> Self {
        let cause = Cause::UnknownOutcome(error);
        let arguments = Some(arguments);
        Self { inner: Arc::new(Inner { cause, position, arguments }), done: Done::default() }
    }

    /// With what a host call of several calls had done before.
    pub(crate) fn after(self, done: Done) -> Self {
        Self { done, ..self }
    }

    /// What made it fail.
    #[must_use]
    pub fn cause(&self) -> &Cause {
        &self.inner.cause
    }

    /// With [`Cause::UnknownOutcome`]: what the call was given, of a long list the part that it carried.
    #[must_use]
    pub fn arguments(&self) -> Option<&Arguments> {
        self.inner.arguments.as_ref()
    }

    /// The kind of cause.
    #[must_use]
    pub fn kind(&self) -> HostErrorKind {
        match self.inner.cause {
            Cause::Arguments(_) => HostErrorKind::Arguments,
            Cause::Permission(_) => HostErrorKind::Permission,
            Cause::Guardrail(_) => HostErrorKind::Guardrail,
            Cause::Api(_) => HostErrorKind::Api,
            Cause::UnknownOutcome(_) => HostErrorKind::UnknownOutcome,
            Cause::Cancelled { .. } => HostErrorKind::Cancelled,
            Cause::Account { .. } => HostErrorKind::Account,
            Cause::Journal(_) => HostErrorKind::Journal,
            Cause::Diverged(_) => HostErrorKind::Diverged,
            Cause::Parked { .. } => HostErrorKind::Parked,
            Cause::Paging { .. } => HostErrorKind::Paging,
        }
    }

    /// Where in the run.
    #[must_use]
    pub fn position(&self) -> Position {
        self.inner.position
    }

    /// How far it came.
    #[must_use]
    pub fn done(&self) -> Done {
        self.done
    }

    /// Whether a program may catch it and go on. What stops the whole run cannot be caught.
    #[must_use]
    pub fn is_catchable(&self) -> bool {
        !matches!(
            self.inner.cause,
            Cause::Guardrail(_)
                | Cause::UnknownOutcome(_)
                | Cause::Cancelled { .. }
                | Cause::Journal(_)
                | Cause::Diverged(_)
                | Cause::Parked { .. }
        )
    }

    /// Whether the same call can succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(&self.inner.cause, Cause::Api(error) if error.persistence() == Persistence::Transient)
    }

    /// What the API or the gateway said, where they said something.
    #[must_use]
    pub fn call_error(&self) -> Option<&CallError> {
        match &self.inner.cause {
            Cause::Api(error) | Cause::UnknownOutcome(error) => Some(error),
            _ => None,
        }
    }

    /// The operation, or method and path of a request that is none; empty where no operation was called yet.
    #[must_use]
    pub fn operation(&self) -> &str {
        match &self.inner.cause {
            Cause::Arguments(errors) => &errors.operation,
            Cause::Permission(error) => &error.operation,
            Cause::Guardrail(error) => &error.operation,
            Cause::Api(error) | Cause::UnknownOutcome(error) => &error.operation,
            Cause::Cancelled { operation } | Cause::Paging { operation, .. } => operation,
            Cause::Account { .. }
            | Cause::Journal(_)
            | Cause::Diverged(_)
            | Cause::Parked { .. } => "",
        }
    }

    /// The error as programs see it. Always these keys: `kind` ([`HostErrorKind::as_str`]), `code` (the API's, else the kind),
    /// `status` (number or null), `title`, `detail`, `pointer`, `parameter` (texts or null), `meta` (map or null), `operation`,
    /// `position`, `message` (texts), `done` (items of a list whose calls had succeeded), `retryable`.
    #[must_use]
    pub fn to_map(&self) -> Value {
        let message = self.to_string();
        let kind = self.kind().as_str();
        let mut map = json!({
            "kind": kind,
            "code": kind,
            "status": null,
            "title": null,
            "detail": message,
            "pointer": null,
            "parameter": null,
            "meta": null,
            "operation": self.operation(),
            "position": self.position().to_string(),
            "message": message,
            "done": self.done().items,
            "retryable": self.is_retryable(),
        });
        match &self.inner.cause {
            Cause::Api(error) | Cause::UnknownOutcome(error) => fill(&mut map, error),
            Cause::Arguments(errors) => {
                let errors = errors.errors.iter().map(|error| {
                    json!({
                        "argument": error.argument,
                        "message": error.message,
                        "suggestion": error.suggestion,
                        "allowed": error.allowed,
                    })
                });
                map["meta"] = json!({ "errors": errors.collect::<Vec<_>>() });
            }
            Cause::Account { name, known } => {
                map["meta"] = json!({ "account": name, "known": known });
            }
            Cause::Permission(error) => {
                map["meta"] = json!({ "permission": error.permission, "grant": error.grant() });
            }
            Cause::Guardrail(error) => {
                map["meta"] = json!({
                    "guardrail": error.refusal.guardrail(),
                    "source": error.source,
                    "target": error.target,
                    "items": error.items,
                });
            }
            Cause::Diverged(divergence) => {
                map["meta"] = json!({ "recorded": divergence.recorded, "now": divergence.now });
            }
            Cause::Parked { until } => map["meta"] = json!({ "until": until.to_string() }),
            Cause::Cancelled { .. } | Cause::Paging { .. } | Cause::Journal(_) => {}
        }
        map
    }
}

/// What the API said, in the keys that programs know.
fn fill(map: &mut Value, error: &CallError) {
    let reason = &error.reason;
    map["code"] = json!(error.code().unwrap_or(error.kind.as_str()));
    map["status"] = json!(error.status);
    map["title"] = json!(reason.title);
    if let Some(detail) = error.detail() {
        map["detail"] = json!(detail);
    }
    map["pointer"] = json!(reason.pointer);
    map["parameter"] = json!(reason.parameter);
    map["meta"] = json!(reason.meta);
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.inner.cause {
            Cause::Arguments(errors) => errors.fmt(f)?,
            Cause::Permission(error) => error.fmt(f)?,
            Cause::Guardrail(error) => error.fmt(f)?,
            Cause::Api(error) => error.fmt(f)?,
            Cause::UnknownOutcome(error) => {
                write!(f, "{error}; the run stops here, at call {}", self.inner.position)?;
            }
            Cause::Cancelled { operation } => {
                write!(f, "{operation}: not called, the run was cancelled")?;
            }
            Cause::Account { name, known } => {
                write!(f, "this run knows no account `{name}`: ")?;
                match (suggest(name, known.iter().map(String::as_str)), known.as_slice()) {
                    (Some(near), _) => write!(f, "did you mean `{near}`?")?,
                    (None, []) => f.write_str("it has only its own")?,
                    (None, known) => write!(f, "it has {}", known.join(", "))?,
                }
            }
            Cause::Journal(error) => {
                write!(f, "{error}; the run stops here, at call {}", self.inner.position)?;
            }
            Cause::Diverged(divergence) => {
                write!(f, "at call {}, {divergence}", self.inner.position)?;
            }
            Cause::Parked { until } => write!(f, "the run waits until {until}")?,
            Cause::Paging { operation, page, why } => {
                write!(f, "{operation}: page {page} ")?;
                match why {
                    PagingMistake::Circle => f.write_str(
                        "names a cursor that was there before, so the pages would never end",
                    )?,
                    PagingMistake::Empty(pages) => write!(
                        f,
                        "is the last of {pages} without a row, and still names another one"
                    )?,
                    PagingMistake::NoCursor => f.write_str(
                        "has a link to the next page without a cursor, so the rest of the list is missing",
                    )?,
                }
            }
        }
        let Done { items, calls, of } = self.done;
        if of > 1 {
            write!(
                f,
                " (call {} of {of}; the {items} items of the calls before it are done)",
                calls + 1
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for HostError {}

//! What went wrong on the way of a call, as a failure with its exit code and what to do about it.

use pianoroll_gateway::{CallError, ErrorKind};
use pianoroll_host::{Cause, GuestError, HostError, HostErrorKind};
use pianoroll_runtime::credential::Source;
use serde_json::json;

use crate::exit::Exit;
use crate::failure::Failure;

/// A call that the gateway or the API refused, or that never reached them.
pub(crate) fn of_call(error: &CallError, source: Option<&Source>) -> Failure {
    let exit = exit_of_call(error);
    let mut failure = Failure::text(exit, error);
    failure.trouble = error.trouble();
    failure.hints.extend(hint_of_call(error, source));
    failure.details = Some(json!({
        "kind": error.kind.as_str(),
        "operation": error.operation,
        "status": error.status,
        "code": error.code(),
        "detail": error.detail(),
        "pointer": error.pointer(),
        "message": error.to_string(),
    }));
    failure
}

/// A host call that failed.
pub(crate) fn of_host(error: &HostError, source: Option<&Source>) -> Failure {
    let mut failure = Failure::text(exit_of_host(error), error);
    if let Some(error) = error.call_error() {
        failure.hints.extend(hint_of_call(error, source));
    }
    failure.details = Some(error.to_map());
    failure
}

/// The exit code of a program that did not come to its end.
pub(crate) fn exit_of_guest(error: &GuestError) -> Exit {
    match error.host() {
        _ if error.is_cancelled() => Exit::Cancelled,
        Some(error) => exit_of_host(error),
        None => Exit::Failed,
    }
}

/// The exit code of a host call that failed.
pub(crate) fn exit_of_host(error: &HostError) -> Exit {
    match error.kind() {
        HostErrorKind::Arguments | HostErrorKind::Account => Exit::Input,
        HostErrorKind::Permission | HostErrorKind::Guardrail => Exit::Denied,
        HostErrorKind::UnknownOutcome => Exit::UnknownOutcome,
        HostErrorKind::Cancelled => Exit::Cancelled,
        HostErrorKind::Paging | HostErrorKind::Journal | HostErrorKind::Diverged => Exit::Failed,
        // What waits has not failed.
        HostErrorKind::Parked => Exit::Completed,
        HostErrorKind::Api => match error.cause() {
            Cause::Api(error) => exit_of_call(error),
            _ => Exit::Failed,
        },
    }
}

/// The exit code of a call that failed.
pub(crate) fn exit_of_call(error: &CallError) -> Exit {
    match error.kind {
        _ if error.is_unknown_outcome() => Exit::UnknownOutcome,
        ErrorKind::Unauthorized | ErrorKind::Gateway => Exit::Credential,
        ErrorKind::Cancelled => Exit::Cancelled,
        ErrorKind::Arguments => Exit::Input,
        ErrorKind::Invalid if is_no_connection(error) => Exit::Credential,
        _ => Exit::Failed,
    }
}

/// The gateway's own 400, which no API wrote: the connection is not there, or not active.
fn is_no_connection(error: &CallError) -> bool {
    error.status == Some(400) && error.code().is_none() && error.reason.id.is_none()
}

/// What to do about a refusal.
pub(crate) fn hint_of_call(error: &CallError, source: Option<&Source>) -> Option<String> {
    match error.kind {
        ErrorKind::Unauthorized => {
            let place = source.map(|source| format!("the key in {source} was refused; "));
            Some(format!(
                "{}compare it with https://maton.ai/settings, or run `pianoroll doctor`",
                place.unwrap_or_default()
            ))
        }
        ErrorKind::Gateway => {
            Some("the account's authorisation may have expired: `pianoroll connections create` starts a new one".to_owned())
        }
        ErrorKind::Connect => {
            Some("is the gateway's address right, and the network there? `pianoroll doctor` looks".to_owned())
        }
        ErrorKind::Invalid if is_no_connection(error) => {
            Some("`pianoroll connections list` shows what the key has; `pianoroll doctor` looks at all of it".to_owned())
        }
        ErrorKind::NotFound if error.operation.starts_with("connections.") => {
            Some("`pianoroll connections list` shows the ids".to_owned())
        }
        _ => None,
    }
}

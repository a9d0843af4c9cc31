//! Stop 3: what an earlier attempt has recorded is answered again, and not done again.
//!
//! Position, kind, name, account and the canonical JSON of the guest's own arguments are compared, and never the request that
//! would be built of them, so that a new pianoroll can go on with an old run. A difference ends the run and shows both.

use std::fmt;

use bytes::Bytes;
use pianoroll_gateway::{Answer, CallError, Effort, Failure, Settlement};
use pianoroll_journal::{self as journal, Attempt, Entry, EntryKind, EntryState, Intent};
use pianoroll_model::{Certainty, Effect, Position};
use serde::Serialize;

use crate::error::{Cause, HostError};
use crate::host::Host;

/// How much of what differs is shown.
const SHOWN: usize = 2000;

/// The program does something else than it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Divergence {
    /// What stands in the journal.
    pub recorded: String,
    /// What the program asks for now.
    pub now: String,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the program does not do what it did in an earlier attempt, so nobody knows what is left to do\n  \
             then: {}\n  now:  {}",
            self.recorded, self.now
        )
    }
}

/// What a program asks for at a position.
#[derive(Clone, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) kind: EntryKind,
    pub(crate) name: &'a str,
    pub(crate) account: Option<&'a str>,
    /// Canonical JSON; empty where nothing is given.
    pub(crate) arguments: Bytes,
}

impl Asked<'_> {
    /// As an entry that is about to be written.
    pub(crate) fn intent(&self, host: &Host, position: Position, effect: Effect) -> Intent {
        Intent {
            position,
            kind: self.kind,
            name: self.name.to_owned(),
            effect,
            account: self.account.map(str::to_owned),
            target: String::new(),
            items: 0,
            arguments: self.arguments.clone(),
            replaced: None,
            at: host.clock().now(),
        }
    }

    fn is(&self, intent: &Intent) -> bool {
        self.kind == intent.kind
            && self.name == intent.name
            && self.account == intent.account.as_deref()
            && self.arguments == intent.arguments
    }
}

/// What a position was answered with before.
pub(crate) enum Recalled {
    /// Nothing: it is new.
    Nothing,
    /// This: it has an answer, or an error that the program has seen, or nobody knows.
    Answered(Box<Entry>, journal::Answer),
    /// It was sent, and its answer was never seen.
    Lost(u64),
}

/// Looks a position up, and stops the run where something else stands there.
pub(crate) async fn recall(
    host: &Host,
    attempt: &Attempt,
    asked: &Asked<'_>,
    position: Position,
) -> Result<Recalled, HostError> {
    let taken = attempt.take(position).await;
    let Some(mut entry) = taken.map_err(|error| host.stopped(Cause::Journal(error), position))?
    else {
        return Ok(Recalled::Nothing);
    };
    if !asked.is(&entry.intent) {
        let Intent { kind, name, account, arguments, .. } = &entry.intent;
        let recorded = told(*kind, name, account.as_deref(), arguments);
        let now = told(asked.kind, asked.name, asked.account, &asked.arguments);
        return Err(host.stopped(Cause::Diverged(Divergence { recorded, now }), position));
    }
    Ok(match entry.answer.take() {
        Some(answer) if answer.state != EntryState::Sent => {
            Recalled::Answered(Box::new(entry), answer)
        }
        _ => Recalled::Lost(entry.number),
    })
}

impl Host {
    /// At the end of a program that has come to it: whether the journal holds more than the program has asked for.
    ///
    /// # Errors
    /// It does, so the program has done something else this time; or it cannot be read.
    pub async fn check_replayed(&self) -> Result<(), HostError> {
        let Some(attempt) = self.attempt() else { return Ok(()) };
        let Some(position) = attempt.first_left() else { return Ok(()) };
        let taken = attempt.take(position).await;
        let taken = taken.map_err(|error| self.stopped(Cause::Journal(error), position))?;
        let Some(entry) = taken else { return Ok(()) };
        let Intent { kind, name, account, arguments, .. } = &entry.intent;
        let recorded = told(*kind, name, account.as_deref(), arguments);
        let now = "the end of the program".to_owned();
        Err(self.stopped(Cause::Diverged(Divergence { recorded, now }), position))
    }
}

fn told(kind: EntryKind, name: &str, account: Option<&str>, arguments: &[u8]) -> String {
    let mut text = match kind {
        EntryKind::Call => name.to_owned(),
        EntryKind::Clock | EntryKind::Wait => kind.as_str().to_owned(),
        EntryKind::Checkpoint | EntryKind::File | EntryKind::State => {
            format!("{} `{name}`", kind.as_str())
        }
    };
    if let Some(account) = account {
        text += &format!(" on {account}");
    }
    if !arguments.is_empty() {
        text += &format!(" {}", String::from_utf8_lossy(arguments));
    }
    match text.char_indices().nth(SHOWN) {
        None => text,
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// A recorded call as the gateway answered it.
pub(crate) fn answered(
    answer: journal::Answer,
    position: Position,
) -> Result<Answer, (HostError, Effort)> {
    let attempts = Effort {
        requests: answer.requests,
        retries: answer.retries,
        throttled: answer.throttled,
        waited: answer.waited,
    };
    let word = serde_json::Value::String(answer.settlement);
    let settlement = serde_json::from_value(word).unwrap_or(Settlement::Answered);
    match answer.state {
        EntryState::Failed | EntryState::Unknown => {
            let cause = match serde_json::from_slice::<Failure>(&answer.body) {
                Ok(failure) if failure.unknown_outcome => {
                    Cause::UnknownOutcome(CallError::from(failure))
                }
                Ok(failure) => Cause::Api(CallError::from(failure)),
                Err(error) => Cause::Journal(journal::JournalError::new(
                    journal::JournalErrorKind::Corrupt,
                    format!("holds an error that cannot be read ({error}); restore a backup"),
                )),
            };
            Err((HostError::new(cause, position), attempts))
        }
        EntryState::Done | EntryState::Sent | EntryState::Void => Ok(Answer {
            // What an operator has said to be done has no status of its own.
            status: answer.status.unwrap_or(200),
            body: answer.body,
            request_id: None,
            date: None,
            settlement,
            attempts,
        }),
    }
}

/// What came of a call, for the journal; nothing where its entry stays as it is.
pub(crate) fn outcome(
    result: &Result<Answer, CallError>,
    took: std::time::Duration,
) -> Option<journal::Answer> {
    let (state, status, body, settlement, effort) = match result {
        Ok(answer) => {
            let settlement = match serde_json::to_value(answer.settlement) {
                Ok(serde_json::Value::String(word)) => word,
                _ => String::new(),
            };
            (
                EntryState::Done,
                Some(answer.status),
                answer.body.clone(),
                settlement,
                answer.attempts,
            )
        }
        Err(error) => {
            let state = match (error.kind, error.certainty) {
                _ if error.is_unknown_outcome() => EntryState::Unknown,
                (pianoroll_gateway::ErrorKind::Cancelled, Certainty::NotDone) => EntryState::Void,
                // It may be done, and nobody has seen it: as if the process had ended here.
                (pianoroll_gateway::ErrorKind::Cancelled, Certainty::Unknown) => return None,
                _ => EntryState::Failed,
            };
            let body = serde_json::to_vec(&**error).unwrap_or_default();
            (state, error.status, body.into(), String::new(), error.effort)
        }
    };
    Some(journal::Answer {
        state,
        status,
        body,
        settlement,
        requests: effort.requests,
        retries: effort.retries,
        throttled: effort.throttled,
        waited: effort.waited,
        took,
    })
}

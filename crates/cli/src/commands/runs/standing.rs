//! How a run stands, in a word.

use std::time::Duration;

use anstyle::Style;
use jiff::Timestamp;
use pianoroll_journal::{Backend, RunRecord, Waiting, WaitingReason};
use pianoroll_model::{Outcome, Status};
use serde_json::Value;

use crate::moments;
use crate::style::{DIM, ERROR, GOOD, NAME, WARNING};

/// How a run stands, as people need it: a run whose process is gone does not run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Standing {
    Pending,
    Running,
    Interrupted,
    Waiting(Option<Waiting>),
    Finished(Outcome),
}

/// What is known of the process that owns the journal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner {
    /// Whether there is one.
    pub(super) alive: bool,
    /// The epoch with which it began.
    pub(super) epoch: u64,
}

impl Owner {
    pub(super) fn of(backend: &dyn Backend, alive: bool) -> Self {
        Self { alive, epoch: backend.owner_epoch() }
    }
}

impl Standing {
    pub(super) fn of(run: &RunRecord, owner: Owner) -> Self {
        match run.status {
            Status::Pending => Standing::Pending,
            Status::Running if owner.alive && run.epoch > owner.epoch => Standing::Running,
            Status::Running => Standing::Interrupted,
            Status::Waiting => Standing::Waiting(run.waiting),
            Status::Finished => Standing::Finished(run.outcome.unwrap_or(Outcome::Failed)),
        }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Standing::Pending => "pending",
            Standing::Running => "running",
            Standing::Interrupted => "interrupted",
            Standing::Waiting(_) => "waiting",
            Standing::Finished(outcome) => outcome.as_str(),
        }
    }

    pub(super) const fn style(self, problems: u64) -> Style {
        match self {
            Standing::Pending => DIM,
            Standing::Running => NAME,
            Standing::Finished(Outcome::Completed) if problems == 0 => GOOD,
            Standing::Finished(Outcome::Failed) => ERROR,
            Standing::Interrupted | Standing::Waiting(_) | Standing::Finished(_) => WARNING,
        }
    }

    /// What it waits for; empty where it waits for nothing.
    pub(super) fn waits_for(self) -> String {
        let Standing::Waiting(Some(waiting)) = self else { return String::new() };
        let until = waiting.until.map(moments::whole);
        match (waiting.reason, until) {
            (WaitingReason::Time, Some(until)) => until,
            (WaitingReason::Time, None) => "a moment that was not recorded".to_owned(),
            (WaitingReason::Retry, Some(until)) => format!("its next attempt, {until}"),
            (WaitingReason::Retry, None) => "its next attempt".to_owned(),
            (WaitingReason::UnknownOutcome, _) => "a word: unknown outcome".to_owned(),
            (WaitingReason::Restored, _) => "a word: restored from a backup".to_owned(),
            (WaitingReason::Stopped, _) => "the next `pianoroll serve`".to_owned(),
            (WaitingReason::Credential, _) => "a key that the gateway takes".to_owned(),
            (WaitingReason::Connection, _) => "the gateway's connection to the account".to_owned(),
            (WaitingReason::Gateway, _) => "the gateway".to_owned(),
        }
    }
}

/// How long a run took, or has been running; none while it does neither.
pub(super) fn took(run: &RunRecord, standing: Standing, now: Timestamp) -> Option<Duration> {
    match standing {
        Standing::Running => Some(moments::between(run.new.started, now)),
        Standing::Finished(_) => Some(moments::between(run.new.started, run.changed)),
        Standing::Pending | Standing::Interrupted | Standing::Waiting(_) => None,
    }
}

/// A number of a run's summary; none before there is one.
pub(super) fn number(run: &RunRecord, name: &str) -> Option<u64> {
    run.summary.get(name).and_then(Value::as_u64)
}

/// The account that a run is on: the connection's name, where it has one.
pub(super) fn account(run: &RunRecord) -> &str {
    match run.new.scope.connection.as_str() {
        "" => &run.new.target,
        connection => connection,
    }
}

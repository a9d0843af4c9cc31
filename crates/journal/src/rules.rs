//! What may follow what, whatever stores it: the rules that all backends share.

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use pianoroll_model::{Outcome, RunId, Status};
use serde_json::Value;

use crate::entry::{Answer, Entry, EntryState};
use crate::error::{JournalError, JournalErrorKind};
use crate::run::{Claim, End, LastRun, NewRun, Program, RunRecord, Waiting, WaitingReason};

/// The record of a run that has just been created.
pub(crate) fn created(new: NewRun) -> RunRecord {
    RunRecord {
        status: Status::Pending,
        waiting: None,
        outcome: None,
        attempt: 0,
        epoch: 0,
        cancel_requested: false,
        reads_gone: false,
        changed: new.started,
        entries: 0,
        result: Value::Null,
        error: Value::Null,
        summary: Value::Null,
        new,
    }
}

/// A run's program is the one that it names, and is what its digest says.
pub(crate) fn check_program(run: &NewRun, program: &Program) -> Result<(), JournalError> {
    if run.program == program.digest && program.is_whole() {
        return Ok(());
    }
    let message = format!("was given another program than run {} names", run.id);
    Err(JournalError::new(JournalErrorKind::State, message))
}

/// Begins the next attempt.
pub(crate) fn begin(
    record: &mut RunRecord,
    epoch: u64,
    at: Timestamp,
) -> Result<Claim, JournalError> {
    let id = &record.new.id;
    if let Some(outcome @ (Outcome::Completed | Outcome::Skipped)) = record.outcome {
        return Err(state(format!("has run {id} as {outcome}: it cannot go on")));
    }
    if record.waiting.is_some_and(|waiting| waiting.reason == WaitingReason::Restored) {
        let message = format!(
            "was restored from a backup that run {id} was in the middle of; what it did after the backup may be repeated, \
             so it goes on by an operator's word only"
        );
        return Err(state(message));
    }
    if record.reads_gone {
        let message = format!(
            "has forgotten what run {id} has read, since it ended long ago: it cannot go on; `pianoroll runs rerun {id}` \
             starts another one"
        );
        return Err(state(message));
    }
    let was_finished = record.status == Status::Finished;
    record.status = Status::Running;
    record.waiting = None;
    record.outcome = None;
    record.attempt += 1;
    record.epoch = epoch;
    record.changed = at;
    if was_finished {
        record.cancel_requested = false;
    }
    Ok(Claim { run: id.clone(), attempt: record.attempt, epoch })
}

/// Whether a claim may write.
pub(crate) fn holds(record: &RunRecord, claim: &Claim) -> bool {
    record.epoch == claim.epoch && record.status == Status::Running
}

/// Ends an attempt that may still write.
pub(crate) fn end(record: &mut RunRecord, claim: &Claim, end: End) -> Result<(), JournalError> {
    if !holds(record, claim) {
        return Err(fenced());
    }
    if !matches!(end.status, Status::Finished | Status::Waiting) {
        return Err(state(format!("cannot end an attempt as {}", end.status)));
    }
    settle(record, end);
    Ok(())
}

/// Ends a run outside of any attempt.
pub(crate) fn close(
    record: &mut RunRecord,
    owner: u64,
    epoch: u64,
    end: End,
) -> Result<(), JournalError> {
    check_at_rest(record, owner)?;
    if record.status == Status::Finished || end.status != Status::Finished {
        return Err(state(format!("cannot end run {} again", record.new.id)));
    }
    record.epoch = epoch;
    settle(record, end);
    Ok(())
}

/// No attempt of the run is under way.
pub(crate) fn check_at_rest(record: &RunRecord, owner: u64) -> Result<(), JournalError> {
    if record.status == Status::Running && record.epoch > owner {
        return Err(state(format!("has an attempt of run {} under way", record.new.id)));
    }
    Ok(())
}

/// An entry may be given an answer by an operator.
pub(crate) fn check_open(
    run: &RunId,
    number: u64,
    state_now: EntryState,
) -> Result<(), JournalError> {
    if matches!(state_now, EntryState::Sent | EntryState::Unknown) {
        return Ok(());
    }
    let word = state_now.as_str();
    Err(state(format!("has call {number} of run {run} as {word}: its outcome is known")))
}

/// Asks a run to stop.
pub(crate) fn request_cancel(record: &mut RunRecord) -> Result<(), JournalError> {
    if record.status == Status::Finished {
        return Err(state(format!("has run {} as finished", record.new.id)));
    }
    record.cancel_requested = true;
    Ok(())
}

/// Lets a run go on that was found in a backup.
pub(crate) fn release(record: &mut RunRecord, at: Timestamp) -> Result<(), JournalError> {
    if record.waiting.is_none_or(|waiting| waiting.reason != WaitingReason::Restored) {
        return Err(state(format!("has no restored run {} that waits", record.new.id)));
    }
    record.waiting = Some(Waiting { reason: WaitingReason::Retry, until: None });
    record.changed = at;
    Ok(())
}

fn settle(record: &mut RunRecord, end: End) {
    record.status = end.status;
    record.waiting = end.waiting;
    record.outcome = end.outcome;
    record.changed = end.at;
    record.result = end.result;
    record.error = end.error;
    // One that ends a run from outside counts nothing: the last attempt's numbers stay.
    if !end.summary.is_null() {
        record.summary = end.summary;
    }
}

/// Whether a run still needs what its reads were answered. One that has failed or was cancelled may be taken up again, and a
/// replay answers them; retention ends that.
pub(crate) fn keeps_reads(record: &RunRecord) -> bool {
    !matches!(record.outcome, Some(Outcome::Completed | Outcome::Skipped))
}

/// An entry of a run that will not go on: a read loses what it was answered.
pub(crate) fn forget_read(entry: &mut Entry) {
    if let Some(answer) = entry.answer.as_mut().filter(|_| entry.intent.effect.is_read()) {
        answer.body = Bytes::new();
    }
}

/// Takes an entry out of what counts.
pub(crate) fn void(entry: &mut Entry) {
    entry.answer.get_or_insert_with(|| Answer::value(Bytes::new())).state = EntryState::Void;
}

/// What a completed run tells the next one.
pub(crate) fn last_run(record: &RunRecord) -> LastRun {
    LastRun {
        run: record.new.id.clone(),
        started: record.new.started,
        finished: record.changed,
        problems: record.summary["problem_count"].as_u64().unwrap_or(0),
    }
}

/// How much of what an entry holds counts towards a chunk.
pub(crate) fn size(entry: &Entry) -> usize {
    let replaced = entry.intent.replaced.as_ref().map_or(0, Bytes::len);
    let body = entry.answer.as_ref().map_or(0, |answer| answer.body.len());
    entry.intent.arguments.len() + replaced + body
}

pub(crate) fn state(message: impl Into<String>) -> JournalError {
    JournalError::new(JournalErrorKind::State, message)
}

pub(crate) fn fenced() -> JournalError {
    JournalError::new(
        JournalErrorKind::Fenced,
        "takes nothing more from this attempt: it has ended, or a newer one of the run has begun",
    )
}

pub(crate) fn no_run(run: &RunId) -> JournalError {
    JournalError::new(JournalErrorKind::NotFound, format!("has no run {run}"))
}

pub(crate) fn no_entry(run: &RunId, number: u64) -> JournalError {
    JournalError::new(JournalErrorKind::NotFound, format!("has no call {number} of run {run}"))
}

/// Two entries want one place.
pub(crate) fn taken(run: &RunId, number: u64) -> JournalError {
    state(format!("has something else at the place of call {number} of run {run}"))
}

/// How much longer than its run is kept that something has made one: an event that is delivered once more, or a clock that is set
/// back, must not make another.
const GUARDED: SignedDuration = SignedDuration::from_hours(24 * 366);

/// Before when it is forgotten what has made runs, given before when runs are.
pub(crate) fn guards_before(runs: Timestamp) -> Timestamp {
    runs.checked_sub(GUARDED).unwrap_or(Timestamp::MIN)
}

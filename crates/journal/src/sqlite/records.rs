//! The rows of attempts, notes, state values, programs and of what has made runs.

use jiff::Timestamp;
use pianoroll_model::RunId;
use serde_json::Value;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::batch::Batch;
use super::error::{corrupt, of_database};
use super::pack::{pack, pack_json, unpack, unpack_json};
use super::sum::Sum;
use super::timetable;
use super::values::{branch, branch_of, column, nanoseconds, time, word};
use super::words::Word as _;
use crate::entry::Note;
use crate::error::JournalError;
use crate::run::{AttemptEnd, AttemptRecord, NewRun, Program, StateScope, StateValue, Trigger};
use crate::timetable::Occurrence;

const PUT_ATTEMPT: &str = "REPLACE INTO attempts (run, number, started, ended, ending, error, checksum) \
    VALUES (?, ?, ?, ?, ?, ?, ?)";
const ATTEMPTS: &str = "SELECT a.number, a.started, a.ended, a.ending, a.error, a.checksum, a.run FROM attempts a \
    JOIN runs r ON r.serial = a.run WHERE r.id = ? ORDER BY a.number";
const PUT_NOTE: &str = "INSERT INTO notes (run, parallel, item, number, kind, level, text, details, place, at, attempt, \
    checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run, parallel, item, number) DO NOTHING";
const REWRITE_NOTE: &str = "UPDATE notes SET text = ?, details = ?, checksum = ? \
    WHERE run = ? AND parallel = ? AND item = ? AND number = ?";
const NOTES: &str = "SELECT n.run, n.parallel, n.item, n.number, n.kind, n.level, n.text, n.details, n.place, n.at, \
    n.attempt, n.checksum FROM notes n JOIN runs r ON r.serial = n.run WHERE r.id = ? ORDER BY n.id";
const PUT_STATE: &str = "REPLACE INTO state_values (automation, connection, key, value, changed, changed_by, checksum) \
    VALUES (?, ?, ?, ?, ?, ?, ?)";
const DROP_STATE: &str =
    "DELETE FROM state_values WHERE automation = ? AND connection = ? AND key = ?";
const STATES: &str = "SELECT automation, connection, key, value, changed, changed_by, checksum FROM state_values \
    ORDER BY automation, connection, key";
const STATE: &str = "SELECT automation, connection, key, value, changed, changed_by, checksum FROM state_values \
    WHERE automation = ? AND connection = ? AND key = ?";

pub(super) fn put_attempt(batch: &mut Batch, run: i64, attempt: &AttemptRecord) {
    let (started, ended) = (nanoseconds(attempt.started), attempt.ended.map(nanoseconds));
    let ending = attempt.end.map(|end| end.number());
    let error = pack_json(&attempt.error);
    let sum = attempt_sum(run, i64::from(attempt.number), started, ended, ending, &error);
    batch
        .statement(PUT_ATTEMPT)
        .bind(run)
        .bind(i64::from(attempt.number))
        .bind(started)
        .bind(ended)
        .bind(ending)
        .bind(error)
        .bind(sum);
}

pub(super) async fn attempts(
    connection: &mut SqliteConnection,
    run: &RunId,
) -> Result<Vec<AttemptRecord>, JournalError> {
    let rows = sqlx::query(ATTEMPTS).bind(run.as_str()).fetch_all(connection).await;
    let read = |row: &SqliteRow| {
        read_attempt(row)?.ok_or_else(|| corrupt(format!("an attempt of run {run}")))
    };
    rows.map_err(of_database)?.iter().map(read).collect()
}

fn read_attempt(row: &SqliteRow) -> Result<Option<AttemptRecord>, JournalError> {
    let (number, started, ended): (i64, i64, Option<i64>) =
        (column(row, 0)?, column(row, 1)?, column(row, 2)?);
    let ending: Option<i64> = column(row, 3)?;
    let packed: &[u8] = column(row, 4)?;
    let sum = attempt_sum(column(row, 6)?, number, started, ended, ending, packed);
    let (Some(error), Ok(number)) = (unpack_json(packed), u32::try_from(number)) else {
        return Ok(None);
    };
    let end = ending.and_then(AttemptEnd::of_number);
    let attempt =
        AttemptRecord { number, started: time(started), ended: ended.map(time), end, error };
    Ok((column::<i64>(row, 5)? == sum).then_some(attempt))
}

fn attempt_sum(
    run: i64,
    number: i64,
    started: i64,
    ended: Option<i64>,
    ending: Option<i64>,
    error: &[u8],
) -> i64 {
    let sum = Sum::of("attempt").number(run).number(number).number(started).maybe_number(ended);
    sum.maybe_number(ending).bytes(error).finish()
}

/// Keeps a note, unless it is there.
pub(super) fn put_note(batch: &mut Batch, run: i64, note: &Note) {
    let (parallel, item) = branch(note.branch);
    let (text, details) = (pack(note.text.as_bytes()), pack_json(&note.details));
    let sum = note_sum(run, note, &text, &details);
    batch
        .statement(PUT_NOTE)
        .bind(run)
        .bind(parallel)
        .bind(item)
        .bind(note.number.cast_signed())
        .bind(note.kind.number())
        .bind(note.level.as_str())
        .bind(text)
        .bind(details)
        .bind(note.place.as_deref())
        .bind(nanoseconds(note.at))
        .bind(i64::from(note.attempt))
        .bind(sum);
}

/// Writes a note's words again.
pub(super) fn rewrite_note(batch: &mut Batch, run: i64, note: &Note) {
    let (parallel, item) = branch(note.branch);
    let (text, details) = (pack(note.text.as_bytes()), pack_json(&note.details));
    let sum = note_sum(run, note, &text, &details);
    let batch = batch.statement(REWRITE_NOTE).bind(text).bind(details).bind(sum);
    batch.bind(run).bind(parallel).bind(item).bind(note.number.cast_signed());
}

pub(super) async fn notes(
    connection: &mut SqliteConnection,
    run: &RunId,
) -> Result<Vec<Note>, JournalError> {
    let rows = sqlx::query(NOTES).bind(run.as_str()).fetch_all(connection).await;
    let read =
        |row: &SqliteRow| read_note(row)?.ok_or_else(|| corrupt(format!("a note of run {run}")));
    rows.map_err(of_database)?.iter().map(read).collect()
}

fn read_note(row: &SqliteRow) -> Result<Option<Note>, JournalError> {
    let (text, details): (&[u8], &[u8]) = (column(row, 6)?, column(row, 7)?);
    let words = unpack(text).and_then(|bytes| String::from_utf8(bytes).ok());
    let (Some(words), Some(values), Some(kind)) = (words, unpack_json(details), word(row, 4)?)
    else {
        return Ok(None);
    };
    let Ok(attempt) = u32::try_from(column::<i64>(row, 10)?) else { return Ok(None) };
    let note = Note {
        branch: branch_of(column(row, 1)?, column(row, 2)?),
        number: column::<i64>(row, 3)?.cast_unsigned(),
        kind,
        level: column(row, 5)?,
        text: words,
        details: values,
        place: column(row, 8)?,
        at: time(column(row, 9)?),
        attempt,
    };
    let sum = note_sum(column(row, 0)?, &note, text, details);
    Ok((column::<i64>(row, 11)? == sum).then_some(note))
}

fn note_sum(run: i64, note: &Note, text: &[u8], details: &[u8]) -> i64 {
    let (parallel, item) = branch(note.branch);
    let sum = Sum::of("note").number(run).number(parallel).number(item);
    let sum = sum.number(note.number.cast_signed()).number(note.kind.number()).text(&note.level);
    let sum = sum.bytes(text).bytes(details).maybe_text(note.place.as_deref());
    sum.number(nanoseconds(note.at)).number(i64::from(note.attempt)).finish()
}

/// Sets a state value, or takes it away.
pub(super) fn put_state(
    batch: &mut Batch,
    scope: &StateScope,
    key: &str,
    value: Option<&Value>,
    at: Timestamp,
    by: Option<&RunId>,
) {
    let (automation, account) = (scope.automation.as_str(), scope.connection.as_str());
    let Some(value) = value else {
        batch.statement(DROP_STATE).bind(automation).bind(account).bind(key);
        return;
    };
    let (value, by, at) = (pack_json(value), by.map(RunId::as_str), nanoseconds(at));
    let sum = state_sum(scope, key, &value, at, by);
    let batch = batch.statement(PUT_STATE).bind(automation).bind(account).bind(key);
    batch.bind(value).bind(at).bind(by).bind(sum);
}

pub(super) async fn state(
    connection: &mut SqliteConnection,
    scope: &StateScope,
    key: &str,
) -> Result<Option<StateValue>, JournalError> {
    let query = sqlx::query(STATE).bind(scope.automation.as_str()).bind(scope.connection.as_str());
    let row = query.bind(key).fetch_optional(connection).await.map_err(of_database)?;
    row.map(|row| read_state(&row)).transpose()
}

pub(super) async fn states(
    connection: &mut SqliteConnection,
    scope: Option<&StateScope>,
) -> Result<Vec<StateValue>, JournalError> {
    let rows = sqlx::query(STATES).fetch_all(connection).await.map_err(of_database)?;
    let mut states: Vec<_> = rows.iter().map(read_state).collect::<Result<_, _>>()?;
    states.retain(|state| scope.is_none_or(|scope| state.scope == *scope));
    Ok(states)
}

fn read_state(row: &SqliteRow) -> Result<StateValue, JournalError> {
    let scope = StateScope { automation: column(row, 0)?, connection: column(row, 1)? };
    let (key, packed, at): (String, &[u8], i64) =
        (column(row, 2)?, column(row, 3)?, column(row, 4)?);
    let by: Option<String> = column(row, 5)?;
    let sum = state_sum(&scope, &key, packed, at, by.as_deref());
    let by = by.map(|by| by.parse()).transpose();
    match (unpack_json(packed), by) {
        (Some(value), Ok(by)) if column::<i64>(row, 6)? == sum => {
            Ok(StateValue { scope, key, value, changed: time(at), by })
        }
        _ => Err(corrupt(format!("state value {key} of {}", scope.automation))),
    }
}

fn state_sum(scope: &StateScope, key: &str, value: &[u8], at: i64, by: Option<&str>) -> i64 {
    let sum = Sum::of("state").text(&scope.automation).text(&scope.connection).text(key);
    sum.bytes(value).number(at).maybe_text(by).finish()
}

pub(super) fn put_program(batch: &mut Batch, program: &Program) {
    const PUT: &str = "INSERT INTO programs (digest, kind, content, checksum) VALUES (?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING";
    let content = pack(program.content.as_bytes());
    batch
        .statement(PUT)
        .bind(program.digest.as_str())
        .bind(program.kind.as_str())
        .bind(content)
        .bind(program_sum(program));
}

pub(super) async fn program(
    connection: &mut SqliteConnection,
    digest: &str,
) -> Result<Option<Program>, JournalError> {
    const SELECT: &str = "SELECT kind, content, checksum FROM programs WHERE digest = ?";
    const USED: &str = "SELECT 1 FROM runs WHERE program = ? LIMIT 1";
    let row = sqlx::query(SELECT).bind(digest).fetch_optional(&mut *connection).await;
    let Some(row) = row.map_err(of_database)? else {
        // A damaged digest is not found; but no run is without its program.
        let used = sqlx::query(USED).bind(digest).fetch_optional(connection).await;
        return match used.map_err(of_database)? {
            Some(_) => Err(corrupt(format!("program {digest}"))),
            None => Ok(None),
        };
    };
    let content = unpack(column(&row, 1)?).and_then(|bytes| String::from_utf8(bytes).ok());
    let kind: String = column(&row, 0)?;
    let program = Program::new(kind, content.unwrap_or_default());
    if program.digest != digest || column::<i64>(&row, 2)? != program_sum(&program) {
        return Err(corrupt(format!("program {digest}")));
    }
    Ok(Some(program))
}

fn program_sum(program: &Program) -> i64 {
    Sum::of("program").text(&program.digest).text(&program.kind).finish()
}

/// What a unique trigger has made before.
pub(super) enum Made {
    /// This run.
    Run(RunId),
    /// None yet; of an occurrence what is known of it.
    Nothing(Option<Occurrence>),
}

pub(super) async fn made_by(
    connection: &mut SqliteConnection,
    trigger: &Trigger,
) -> Result<Made, JournalError> {
    const EVENT: &str = "SELECT run FROM events WHERE hook = ? AND event = ?";
    let (hook, event) = match trigger {
        Trigger::Manual | Trigger::Rerun { .. } => return Ok(Made::Nothing(None)),
        Trigger::Schedule { schedule, due } => {
            let known = timetable::occurrence(connection, schedule, *due).await?;
            let run = known.as_ref().and_then(|known| known.run.clone());
            return Ok(run.map_or(Made::Nothing(known), Made::Run));
        }
        Trigger::Webhook { hook, event } => (hook.as_str(), event.as_str()),
    };
    let row = sqlx::query(EVENT).bind(hook).bind(event).fetch_optional(connection).await;
    let Some(row) = row.map_err(of_database)? else { return Ok(Made::Nothing(None)) };
    let run: String = column(&row, 0)?;
    run.parse().map(Made::Run).map_err(|_| corrupt("what has made runs"))
}

/// Keeps that a trigger has made a run.
pub(super) fn put_trigger(batch: &mut Batch, run: &NewRun, before: Option<&Occurrence>) {
    const EVENT: &str = "INSERT INTO events (hook, event, run, at) VALUES (?, ?, ?, ?)";
    match &run.trigger {
        Trigger::Manual | Trigger::Rerun { .. } => {}
        Trigger::Schedule { schedule, due } => {
            let fired = Occurrence::fired(before, schedule, *due, &run.id, run.started);
            timetable::put_occurrence(batch, &fired);
        }
        Trigger::Webhook { hook, event } => {
            let batch = batch.statement(EVENT).bind(hook.as_str()).bind(event.as_str());
            batch.bind(run.id.as_str()).bind(nanoseconds(run.started));
        }
    }
}

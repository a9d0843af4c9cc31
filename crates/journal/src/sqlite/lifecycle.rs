//! How runs begin, go on and end.

use jiff::Timestamp;
use pianoroll_model::RunId;
use serde_json::Value;

use super::batch::Batch;
use super::error::of_database;
use super::records::Made;
use super::values::{column, entry_id, first_id, last_id};
use super::writing::Writing;
use super::{entries, records, runs};
use crate::entry::{Answer, EntryState};
use crate::error::JournalError;
use crate::rules;
use crate::run::{AttemptEnd, AttemptRecord, Claim, End, NewRun, Program, RunRecord};

/// The answers of reads. Effect 0 is `read`.
const FORGET: &str =
    "UPDATE entries SET body = NULL WHERE id BETWEEN ? AND ? AND effect = 0 AND body IS NOT NULL";

pub(super) async fn create(
    writing: &mut Writing,
    batch: &mut Batch,
    run: NewRun,
    program: Program,
) -> Result<Option<RunId>, JournalError> {
    const SERIAL: &str =
        "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'runs'";
    rules::check_program(&run, &program)?;
    let before = match records::made_by(&mut writing.connection, &run.trigger).await? {
        Made::Run(made) => return Ok(Some(made)),
        Made::Nothing(before) => before,
    };
    if runs::find(&mut writing.connection, &run.id).await?.is_some() {
        return Err(rules::state(format!("has a run {} already", run.id)));
    }
    let row = sqlx::query(SERIAL).fetch_one(&mut writing.connection).await.map_err(of_database)?;
    let serial = column(&row, 0)?;
    if serial >= 1 << 31 {
        return Err(rules::state("has no room for another run"));
    }
    records::put_program(batch, &program);
    records::put_trigger(batch, &run, before.as_ref());
    runs::insert(batch, &runs::Stored { serial, record: rules::created(run), places: 0 })?;
    Ok(None)
}

pub(super) async fn claim(
    writing: &mut Writing,
    batch: &mut Batch,
    run: &RunId,
    at: Timestamp,
) -> Result<Claim, JournalError> {
    let mut stored = runs::get(&mut writing.connection, run).await?;
    let claim = rules::begin(&mut stored.record, writing.next_epoch(), at)?;
    interrupt(writing, batch, &stored, at).await?;
    let (number, error) = (claim.attempt, Value::Null);
    let attempt = AttemptRecord { number, started: at, ended: None, end: None, error };
    records::put_attempt(batch, stored.serial, &attempt);
    writing.live.remove(run);
    runs::update(batch, &stored)?;
    Ok(claim)
}

pub(super) async fn end(
    writing: &mut Writing,
    batch: &mut Batch,
    claim: &Claim,
    end: End,
) -> Result<(), JournalError> {
    let mut stored = runs::get(&mut writing.connection, &claim.run).await?;
    let (at, ending, error) = (end.at, end.end, end.error.clone());
    rules::end(&mut stored.record, claim, end)?;
    let attempts = records::attempts(&mut writing.connection, &claim.run).await?;
    if let Some(mut attempt) = attempts.into_iter().last() {
        (attempt.ended, attempt.end, attempt.error) = (Some(at), Some(ending), error);
        records::put_attempt(batch, stored.serial, &attempt);
    }
    settle(writing, batch, &stored)
}

pub(super) async fn resolve(
    writing: &mut Writing,
    batch: &mut Batch,
    run: &RunId,
    number: u64,
    answer: Answer,
) -> Result<(), JournalError> {
    let mut stored = runs::get(&mut writing.connection, run).await?;
    rules::check_at_rest(&stored.record, writing.meta.owner.cast_unsigned())?;
    let id = entry_id(stored.serial, run, number).map_err(|_| rules::no_entry(run, number))?;
    let query = sqlx::query(entries::SELECT).bind(id).bind(id).bind(1_i64);
    let row = query.fetch_optional(&mut writing.connection).await.map_err(of_database)?;
    let row = row.ok_or_else(|| rules::no_entry(run, number))?;
    let mut entry = entries::read(run, &row)?.entry;
    rules::check_open(run, number, entry.state())?;
    let position = entry.intent.position;
    stored.places = stored.places.wrapping_sub(entries::place(number, position, false));
    let void = answer.state == EntryState::Void;
    stored.places = stored.places.wrapping_add(entries::place(number, position, void));
    entry.answer = Some(answer);
    entries::put(batch, entries::REPLACE, stored.serial, run, &entry)?;
    stored.record.epoch = writing.next_epoch();
    writing.live.remove(run);
    runs::update(batch, &stored)
}

pub(super) async fn close(
    writing: &mut Writing,
    batch: &mut Batch,
    run: &RunId,
    end: End,
) -> Result<(), JournalError> {
    let mut stored = runs::get(&mut writing.connection, run).await?;
    let at = end.at;
    let (owner, epoch) = (writing.meta.owner.cast_unsigned(), writing.next_epoch());
    rules::close(&mut stored.record, owner, epoch, end)?;
    interrupt(writing, batch, &stored, at).await?;
    settle(writing, batch, &stored)
}

/// Changes nothing but the record of a run.
pub(super) async fn change(
    writing: &mut Writing,
    batch: &mut Batch,
    run: &RunId,
    change: impl FnOnce(&mut RunRecord) -> Result<(), JournalError> + Send,
) -> Result<(), JournalError> {
    let mut stored = runs::get(&mut writing.connection, run).await?;
    change(&mut stored.record)?;
    runs::update(batch, &stored)
}

fn settle(
    writing: &mut Writing,
    batch: &mut Batch,
    stored: &runs::Stored,
) -> Result<(), JournalError> {
    if !rules::keeps_reads(&stored.record) {
        forget_reads(batch, stored.serial);
    }
    writing.live.remove(&stored.record.new.id);
    runs::update(batch, stored)
}

/// Deletes what the reads of a run were answered.
pub(super) fn forget_reads(batch: &mut Batch, serial: i64) {
    batch.statement(FORGET).bind(first_id(serial)).bind(last_id(serial));
}

/// An attempt without an end was interrupted.
async fn interrupt(
    writing: &mut Writing,
    batch: &mut Batch,
    stored: &runs::Stored,
    at: Timestamp,
) -> Result<(), JournalError> {
    let attempts = records::attempts(&mut writing.connection, &stored.record.new.id).await?;
    if let Some(mut attempt) = attempts.into_iter().last().filter(|last| last.end.is_none()) {
        (attempt.ended, attempt.end) = (Some(at), Some(AttemptEnd::Interrupted));
        records::put_attempt(batch, stored.serial, &attempt);
    }
    Ok(())
}

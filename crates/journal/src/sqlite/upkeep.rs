//! What takes records away, and what copies them.

use std::path::Path;

use jiff::Timestamp;
use pianoroll_model::{RunId, Status};
use sqlx::sqlite::SqliteConnection;

use super::batch::Batch;
use super::error::{corrupt, of_database, of_path};
use super::values::{column, first_id, last_id, nanoseconds};
use super::writing::Writing;
use super::{entries, folder, lifecycle, records, runs, timetable};
use crate::erase::Wanted;
use crate::error::{JournalError, JournalErrorKind};
use crate::rules;

/// How many entries are looked at together.
const CHUNK: i64 = 256;

pub(super) async fn sweep(
    writing: &mut Writing,
    batch: &mut Batch,
    ended: Timestamp,
    replaced: Timestamp,
    reads: Timestamp,
) -> Result<u64, JournalError> {
    // Status 3 is `finished`.
    const OLD: &str = "SELECT serial FROM runs WHERE status = 3 AND changed < ?";
    const REPLACED: &str =
        "UPDATE entries SET replaced = NULL WHERE id BETWEEN ? AND ? AND replaced IS NOT NULL";
    let old = serials(&mut writing.connection, OLD, ended).await?;
    for serial in &old {
        let (first, last) = (first_id(*serial), last_id(*serial));
        batch.statement("DELETE FROM entries WHERE id BETWEEN ? AND ?").bind(first).bind(last);
        batch.statement("DELETE FROM runs WHERE serial = ?").bind(*serial);
        writing.run(batch).await?;
    }
    for serial in serials(&mut writing.connection, OLD, replaced).await? {
        batch.statement(REPLACED).bind(first_id(serial)).bind(last_id(serial));
        writing.run(batch).await?;
    }
    for serial in serials(&mut writing.connection, OLD, reads).await? {
        let mut run = runs::by_serial(&mut writing.connection, serial).await?;
        if rules::keeps_reads(&run.record) && !run.record.reads_gone {
            run.record.reads_gone = true;
            lifecycle::forget_reads(batch, serial);
            runs::update(batch, &run)?;
            writing.run(batch).await?;
        }
    }
    timetable::sweep(batch, ended);
    batch.statement(
        "DELETE FROM programs WHERE digest NOT IN (SELECT program FROM runs UNION SELECT digest FROM deployed_programs)",
    );
    Ok(old.len() as u64)
}

async fn serials(
    connection: &mut SqliteConnection,
    sql: &'static str,
    before: Timestamp,
) -> Result<Vec<i64>, JournalError> {
    let rows = sqlx::query(sql).bind(nanoseconds(before)).fetch_all(connection).await;
    rows.map_err(of_database)?.iter().map(|row| column(row, 0)).collect()
}

pub(super) async fn erase(
    writing: &mut Writing,
    batch: &mut Batch,
    wanted: &Wanted,
) -> Result<(u64, Vec<RunId>), JournalError> {
    let (mut records, mut open) = (0, Vec::new());
    for run in runs::all(&mut writing.connection).await? {
        let id = run.record.new.id.clone();
        let finished = run.record.status == Status::Finished;
        let held = erase_run(writing, batch, wanted, run, finished).await?;
        match finished {
            true => records += held,
            false if held > 0 => open.push(id),
            false => {}
        }
    }
    for mut state in records::states(&mut writing.connection, None).await? {
        let named = wanted.in_key(&state);
        if !named && !wanted.state(&mut state) {
            continue;
        }
        let value = (!named).then_some(&state.value);
        records::put_state(
            batch,
            &state.scope,
            &state.key,
            value,
            state.changed,
            state.by.as_ref(),
        );
        writing.run(batch).await?;
        records += 1;
    }
    for mut notice in timetable::notices(&mut writing.connection, None, 0).await? {
        if wanted.notice(&mut notice) {
            timetable::change_notice(batch, &notice)?;
            writing.run(batch).await?;
            records += 1;
        }
    }
    Ok((records, open))
}

/// How many records of a run hold the text; where `write`, none of them does any more.
async fn erase_run(
    writing: &mut Writing,
    batch: &mut Batch,
    wanted: &Wanted,
    mut run: runs::Stored,
    write: bool,
) -> Result<u64, JournalError> {
    let (id, serial, mut held) = (run.record.new.id.clone(), run.serial, 0);
    let mut keep = Batch::default();
    if wanted.record(&mut run.record) {
        held += 1;
        runs::update(&mut keep, &run)?;
    }
    for mut attempt in records::attempts(&mut writing.connection, &id).await? {
        if wanted.attempt(&mut attempt) {
            held += 1;
            records::put_attempt(&mut keep, serial, &attempt);
        }
    }
    for mut note in records::notes(&mut writing.connection, &id).await? {
        if wanted.note(&mut note) {
            held += 1;
            records::rewrite_note(&mut keep, serial, &note);
        }
    }
    let mut from = first_id(serial);
    loop {
        let query = sqlx::query(entries::SELECT).bind(from).bind(last_id(serial)).bind(CHUNK);
        let rows = query.fetch_all(&mut writing.connection).await.map_err(of_database)?;
        for row in &rows {
            let mut entry = entries::read(&id, row)?.entry;
            if wanted.entry(&mut entry) {
                held += 1;
                entries::put(&mut keep, entries::REPLACE, serial, &id, &entry)?;
            }
        }
        if write && keep.len() > 0 {
            writing.run(batch).await?;
            writing.run(&mut keep).await?;
        }
        keep = Batch::default();
        let Some(last) = rows.last() else { return Ok(held) };
        from = column::<i64>(last, 0)? + 1;
    }
}

/// Takes what was deleted out of the files, too.
pub(super) async fn scrub(connection: &mut SqliteConnection) -> Result<(), JournalError> {
    truncate(connection).await?;
    Batch::of("VACUUM").run(connection).await.map_err(of_database)?;
    truncate(connection).await
}

/// Moves all of the write-ahead log into the database, and empties it.
async fn truncate(connection: &mut SqliteConnection) -> Result<(), JournalError> {
    let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(connection).await;
    if column::<i64>(&row.map_err(of_database)?, 0)? != 0 {
        let message = "is being read by others, so that its files cannot be cleaned; erase once more when they are done";
        return Err(JournalError::new(JournalErrorKind::Storage, message));
    }
    Ok(())
}

/// Writes a copy of the whole to a new file.
pub(super) async fn backup(
    connection: &mut SqliteConnection,
    to: &Path,
) -> Result<(), JournalError> {
    let made = folder::private(std::fs::OpenOptions::new().write(true).create_new(true)).open(to);
    let file = made.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            let message = format!("is never copied over a file that exists: {}", to.display());
            JournalError::new(JournalErrorKind::State, message)
        }
        _ => of_path(&error, to),
    })?;
    let text = to.to_str().ok_or_else(|| {
        JournalError::new(JournalErrorKind::State, format!("cannot write to {}", to.display()))
    })?;
    // An empty file is as good as none to it, and keeps its mode.
    let mut batch = Batch::of("VACUUM INTO ?");
    let written = batch.bind(text).run(connection).await.map_err(of_database);
    let kept = written.and_then(|()| file.sync_all().map_err(|error| of_path(&error, to)));
    if let Err(error) = kept {
        // Half a copy would be taken for one.
        let _ = std::fs::remove_file(to);
        return Err(error);
    }
    folder::sync(
        to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")),
    )
}

/// Reads everything there is, so that every checksum is looked at.
pub(super) async fn read_all(
    connection: &mut SqliteConnection,
) -> Result<Vec<runs::Stored>, JournalError> {
    let all = runs::all(connection).await?;
    for run in &all {
        let id = &run.record.new.id;
        records::attempts(connection, id).await?;
        records::notes(connection, id).await?;
        if records::program(connection, &run.record.new.program).await?.is_none() {
            return Err(corrupt(format!("the program of run {id}")));
        }
        let mut places = 0_u64;
        let (mut from, mut count) = (first_id(run.serial), 0);
        loop {
            let query =
                sqlx::query(entries::SELECT).bind(from).bind(last_id(run.serial)).bind(CHUNK);
            let rows = query.fetch_all(&mut *connection).await.map_err(of_database)?;
            for row in &rows {
                let entry = entries::read(id, row)?.entry;
                let void = entry.state() == crate::entry::EntryState::Void;
                places =
                    places.wrapping_add(entries::place(entry.number, entry.intent.position, void));
                count += 1;
            }
            let Some(last) = rows.last() else { break };
            from = column::<i64>(last, 0)? + 1;
        }
        check_places(run, count, places)?;
    }
    records::states(connection, None).await?;
    Ok(all)
}

/// All entries of a run are there, and stand where they were put.
pub(super) fn check_places(
    run: &runs::Stored,
    count: u64,
    places: u64,
) -> Result<(), JournalError> {
    if (run.record.entries, run.places) == (count, places) {
        return Ok(());
    }
    let (id, written) = (&run.record.new.id, run.record.entries);
    Err(corrupt(format!("run {id}, which has {written} entries and shows {count}")))
}

//! Copies of the whole: made beside a run, and put in place where nothing goes on without a word.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use pianoroll_model::{RunId, Status};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row as _, SqlitePool};

use super::Sqlite;
use super::error::{corrupt, of_database, of_path};
use super::folder::{self, OwnerLock, database, private};
use super::mark::Mark;
use super::open::{self, Options};
use super::rows::{entry_id, nanoseconds};
use super::writing::{Writing, read_meta};
use crate::backend::Backend as _;
use crate::error::{JournalError, JournalErrorKind};
use crate::run::{RunFilter, Waiting, WaitingReason};

/// What a restore has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Where the journal is now that was there before; none where there was none.
    pub replaced: Option<PathBuf>,
    /// The newest moment that the backup knows: what came due after it is not known.
    pub as_of: Timestamp,
    /// Runs that were under way in the backup: they wait for an operator's word.
    pub parked: Vec<RunId>,
    /// How many runs there are.
    pub runs: u64,
}

/// Copies the whole to a new file.
pub(super) async fn backup(pool: &SqlitePool, to: &Path) -> Result<(), JournalError> {
    // Made before, so that it is never readable by others, and never one that was there.
    let made = private(std::fs::OpenOptions::new().write(true).create_new(true)).open(to);
    drop(made.map_err(|error| of_path(&error, to))?);
    let text = to.to_str().ok_or_else(|| {
        let message = "cannot be copied to a path that is not UTF-8";
        JournalError::new(JournalErrorKind::Storage, message)
    })?;
    let copied = sqlx::query("VACUUM INTO ?").bind(text).execute(pool).await.map_err(of_database);
    let synced = copied.and_then(|_| {
        let file = std::fs::File::open(to).and_then(|file| file.sync_all());
        file.map_err(|error| of_path(&error, to))
    });
    if synced.is_err() {
        // Half a copy is none.
        let _ = std::fs::remove_file(to);
    }
    synced
}

impl Sqlite {
    /// Puts a backup in the place of a folder's journal. Every run that was under way in it waits for an operator's word, since
    /// what it did after the backup may have happened; schedules are paused until they are resumed.
    ///
    /// # Errors
    /// Another process owns the folder, the backup is none or damaged, or the file system; then everything is as it was.
    pub async fn restore(
        folder: &Path,
        backup: &Path,
        at: Timestamp,
    ) -> Result<Restored, JournalError> {
        if !backup.is_file() {
            let message =
                format!("cannot be restored from {}: there is no such file", backup.display());
            return Err(JournalError::new(JournalErrorKind::NotFound, message));
        }
        folder::make(folder)?;
        let lock = OwnerLock::take(folder)?;
        let path = database(folder);
        // A copy, so that the backup stays what it is.
        let copy = folder.join("journal.db.restoring");
        let clean = || {
            for end in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(folder.join(format!("journal.db.restoring{end}")));
            }
        };
        clean();
        let prepared = prepare(backup, &copy, folder, at).await;
        let (as_of, parked) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                clean();
                return Err(error);
            }
        };
        let replaced = put_aside(folder, &path, at)?;
        std::fs::rename(&copy, &path).map_err(|error| of_path(&error, &copy))?;
        folder::sync(folder)?;
        Mark::forget(folder)?;
        drop(lock);
        // Opened once as its owner, so that the mark knows it.
        let restored = Self::open(folder).await?;
        let runs = restored.runs(&RunFilter::default()).await?.len() as u64;
        restored.shut().await?;
        Ok(Restored { replaced, as_of, parked, runs })
    }
}

/// Makes a copy of a backup that may take the journal's place.
async fn prepare(
    backup: &Path,
    copy: &Path,
    folder: &Path,
    at: Timestamp,
) -> Result<(Timestamp, Vec<RunId>), JournalError> {
    std::fs::copy(backup, copy).map_err(|error| of_path(&error, backup))?;
    let mut connection = open::connect(copy, false, &Options::default()).await?;
    open::check(&mut connection, "integrity_check").await?;
    let row = sqlx::query("SELECT max(changed) FROM runs").fetch_one(&mut connection).await;
    let newest: Option<i64> = row.and_then(|row| row.try_get(0)).map_err(of_database)?;
    let newest = newest.and_then(|newest| Timestamp::from_nanosecond(newest.into()).ok());
    let as_of = newest.unwrap_or(at);
    let meta = read_meta(&mut connection).await?;
    let seen = Mark::read(folder).ok().flatten().map_or(0, |seen| seen.generation);
    let generation = meta.generation.max(i64::try_from(seen).unwrap_or(i64::MAX)) + 1;
    check_runs(&mut connection).await?;
    let mark = Mark::unwritten(copy)?;
    let mut writing = Writing::open(connection, mark).await?;
    writing.begin().await?;
    let parked = park(&mut writing, generation, as_of, at).await;
    let parked = writing.finish(parked).await?;
    writing.shut().await?;
    Ok((as_of, parked))
}

async fn park(
    writing: &mut Writing,
    generation: i64,
    as_of: Timestamp,
    at: Timestamp,
) -> Result<Vec<RunId>, JournalError> {
    let meta = writing.meta();
    meta.generation = generation;
    meta.restored_as_of = Some(nanoseconds(as_of));
    meta.restored_at = Some(nanoseconds(at));
    let rows = sqlx::query("SELECT id FROM runs WHERE status <> 3 ORDER BY serial")
        .fetch_all(writing.connection()?)
        .await
        .map_err(of_database)?;
    let mut parked = Vec::new();
    for row in rows {
        let id: String = row.try_get(0).map_err(of_database)?;
        let id: RunId = id.parse().map_err(|_| corrupt("the id of a run"))?;
        let (mut record, progress) = writing.record(&id).await?;
        record.status = Status::Waiting;
        record.waiting = Some(Waiting { reason: WaitingReason::Restored, until: None });
        record.changed = at;
        writing.store(&record, progress).await?;
        parked.push(id);
    }
    Ok(parked)
}

/// Reads everything once, so that a damaged backup is not put in place.
async fn check_runs(connection: &mut SqliteConnection) -> Result<(), JournalError> {
    let rows = sqlx::query("SELECT id, serial FROM runs").fetch_all(&mut *connection).await;
    for row in rows.map_err(of_database)? {
        let id: String = row.try_get(0).map_err(of_database)?;
        let serial: i64 = row.try_get(1).map_err(of_database)?;
        let run: RunId = id.parse().map_err(|_| corrupt("the id of a run"))?;
        let statement =
            format!("SELECT {} FROM entries WHERE id >= ? AND id < ?", super::rows::ENTRY);
        let entries = sqlx::query(AssertSqlSafe(statement))
            .bind(entry_id(serial, 0))
            .bind(entry_id(serial + 1, 0))
            .fetch_all(&mut *connection)
            .await
            .map_err(of_database)?;
        for entry in &entries {
            super::rows::entry(entry, &run)?;
        }
        let progress = super::rows::progress(connection, &run).await?;
        if progress.is_none_or(|progress| progress.entries != entries.len() as i64) {
            return Err(corrupt(format_args!("the calls of run {run}")));
        }
    }
    Ok(())
}

/// Renames what is there, with its log, so that it can be looked at.
fn put_aside(folder: &Path, path: &Path, at: Timestamp) -> Result<Option<PathBuf>, JournalError> {
    if !path.exists() {
        return Ok(None);
    }
    let name = format!("journal.db.replaced-{}", at.strftime("%Y%m%dT%H%M%SZ"));
    let aside = folder.join(&name);
    for end in ["-wal", "-shm", ""] {
        let from = folder.join(format!("{}{end}", folder::DATABASE));
        if from.exists() {
            let to = folder.join(format!("{name}{end}"));
            std::fs::rename(&from, &to).map_err(|error| of_path(&error, &from))?;
        }
    }
    Ok(Some(aside))
}

//! Putting a backup in the place of a journal.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use pianoroll_model::{RunId, Status};
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;

use super::batch::Batch;
use super::error::{of_database, of_path};
use super::folder::{self, OwnerLock};
use super::mark::{Mark, Reached};
use super::meta::Meta;
use super::values::nanoseconds;
use super::{Options, connect, runs, schema, upkeep};
use crate::error::{JournalError, JournalErrorKind};
use crate::run::{Waiting, WaitingReason};

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The runs that were open in the backup. Each waits for an operator's word: what it did after the backup it may repeat.
    pub parked: Vec<RunId>,
    /// Where the replaced database is now; none where there was none.
    pub replaced: Option<PathBuf>,
    /// The newest moment that the backup knows: what came due since is not in it.
    pub as_of: Timestamp,
}

pub(super) async fn restore(
    folder: &Path,
    backup: &Path,
    at: Timestamp,
) -> Result<Restored, JournalError> {
    folder::make(folder)?;
    let _lock = OwnerLock::take(folder)?;
    let (database, new) = (folder::database(folder), folder.join("journal.db.new"));
    discard(&new)?;
    schema::check_header(backup)?;
    copy(backup, &new)?;
    let prepared = prepare(folder, &new, at).await;
    let (meta, parked, as_of) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            discard(&new)?;
            return Err(error);
        }
    };
    let replaced = set_aside(folder, &database, at)?;
    fs::rename(&new, &database).map_err(|error| of_path(&error, &database))?;
    folder::sync(folder)?;
    let mark = Mark::open(folder)?;
    mark.raise(meta.reached())?;
    mark.sync()?;
    Ok(Restored { parked, replaced, as_of })
}

/// Checks a copy of the backup wholly, and makes it what shall stand.
async fn prepare(
    folder: &Path,
    new: &Path,
    at: Timestamp,
) -> Result<(Meta, Vec<RunId>, Timestamp), JournalError> {
    let mut connection = connect(new, Options::default(), false).await?;
    let found = schema::look(&mut connection, new).await?;
    if found == schema::Found::Nothing {
        let message = "cannot be restored from an empty file";
        return Err(JournalError::new(JournalErrorKind::Corrupt, message));
    }
    schema::check_whole(&mut connection).await?;
    let runs = upkeep::read_all(&mut connection).await?;
    schema::migrate(&mut connection, found).await?;
    let mut meta = Meta::read(&mut connection).await?;
    let reached = highest(folder).await.max(meta.reached());
    let as_of = runs.iter().map(|run| run.record.changed).max().unwrap_or(Timestamp::UNIX_EPOCH);
    meta.generation = reached.generation.cast_signed() + 1;
    meta.counter += 1;
    meta.restored = Some((nanoseconds(as_of), nanoseconds(at)));
    let (mut batch, mut parked) = (Batch::of("BEGIN IMMEDIATE"), Vec::new());
    meta.replace(&mut batch);
    for mut run in runs {
        if run.record.status == Status::Finished {
            continue;
        }
        // No attempt of before may write any more.
        meta.epoch += 1;
        run.record.epoch = meta.epoch.cast_unsigned();
        run.record.status = Status::Waiting;
        run.record.waiting = Some(Waiting { reason: WaitingReason::Restored, until: None });
        runs::update(&mut batch, &run)?;
        batch.run(&mut connection).await.map_err(of_database)?;
        parked.push(run.record.new.id);
    }
    meta.replace(&mut batch);
    batch.statement("COMMIT").run(&mut connection).await.map_err(of_database)?;
    parked.reverse();
    // The last connection leaves one file, with everything in it.
    connection.close().await.map_err(of_database)?;
    sync(new)?;
    Ok((meta, parked, as_of))
}

/// What this folder has seen, as far as that can still be told.
async fn highest(folder: &Path) -> Reached {
    let mark = Mark::read(folder).ok().flatten().unwrap_or_default();
    let database = folder::database(folder);
    let there = if database.exists() {
        match connect(&database, Options::default(), true).await {
            Ok(mut connection) => read(&mut connection).await,
            Err(_) => Reached::default(),
        }
    } else {
        Reached::default()
    };
    mark.max(there)
}

async fn read(connection: &mut SqliteConnection) -> Reached {
    // A damaged one is why a restore is made.
    Meta::read(connection).await.map(|meta| meta.reached()).unwrap_or_default()
}

/// Moves the database and its log out of the way.
fn set_aside(
    folder: &Path,
    database: &Path,
    at: Timestamp,
) -> Result<Option<PathBuf>, JournalError> {
    if !database.exists() {
        return Ok(None);
    }
    let stamp = at.to_string().replace(':', "-");
    let aside = folder.join(format!("{}.replaced-{stamp}", folder::DATABASE));
    // A link first, and the log after: whenever this stops, the folder has a database or says that it is too old.
    fs::hard_link(database, &aside)
        .or_else(|_| fs::copy(database, &aside).map(|_| ()))
        .map_err(|error| of_path(&error, &aside))?;
    for log in ["-wal", "-shm"] {
        let from = folder.join(format!("{}{log}", folder::DATABASE));
        if from.exists() {
            let to = folder.join(format!("{}.replaced-{stamp}{log}", folder::DATABASE));
            fs::rename(&from, &to).map_err(|error| of_path(&error, &from))?;
        }
    }
    Ok(Some(aside))
}

fn copy(from: &Path, to: &Path) -> Result<(), JournalError> {
    folder::make_database(to)?;
    let mut source = fs::File::open(from).map_err(|error| of_path(&error, from))?;
    let target = fs::OpenOptions::new().write(true).open(to);
    let mut target = target.map_err(|error| of_path(&error, to))?;
    std::io::copy(&mut source, &mut target).map_err(|error| of_path(&error, to))?;
    Ok(())
}

fn sync(path: &Path) -> Result<(), JournalError> {
    let file = fs::File::open(path).and_then(|file| file.sync_all());
    file.map_err(|error| of_path(&error, path))
}

fn discard(new: &Path) -> Result<(), JournalError> {
    for log in ["", "-wal", "-shm"] {
        let mut name = new.as_os_str().to_owned();
        name.push(log);
        match fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(of_path(&error, Path::new(&name)));
            }
            _ => {}
        }
    }
    Ok(())
}

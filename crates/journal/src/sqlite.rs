//! A journal in SQLite: one file with its log, in a folder that one process owns.

mod batch;
mod commit;
mod entries;
mod error;
mod folder;
mod lifecycle;
mod mark;
mod meta;
mod operations;
mod pack;
mod records;
mod restore;
mod runs;
mod schema;
mod sum;
mod timetable;
mod upkeep;
mod values;
mod words;
mod writing;

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use crate::error::{JournalError, JournalErrorKind};
use batch::Batch;
use error::of_database;
use folder::OwnerLock;
use mark::Mark;
use meta::Meta;
pub use restore::Restored;
use writing::Writing;

/// How long one waits for another process: a backup, or a listing that recovers a log.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many read side by side.
const READERS: u32 = 2;

/// How a journal is opened.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The greatest size of the database in pages of 4 KiB: what a full disk is like. None for all that the disk has.
    pub max_pages: Option<u32>,
}

/// A journal in SQLite.
///
/// [`Sqlite::open`] owns its folder: `journal.db` with its log, `journal.mark` (what this folder has seen of it, so that an older
/// journal in its place is noticed) and `owner.lock`. [`Sqlite::read_only`] reads beside an owner. What an operator erases is
/// taken out of the journal, and not out of its copies: backups, and what a restore has set aside.
pub struct Sqlite {
    database: PathBuf,
    /// None of one that only reads; within, none once it was shut. Held for a whole transaction.
    writing: Option<Mutex<Option<Writing>>>,
    readers: SqlitePool,
    owner: u64,
    /// Whether it has what the scheduler keeps: one of the first version has not, until an owner opens it.
    has_timetable: bool,
}

/// Since when schedules are paused after a restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paused {
    /// The newest moment that the backup knew.
    pub as_of: Timestamp,
    /// When it was put in place.
    pub at: Timestamp,
}

impl Sqlite {
    /// Opens the journal of a state folder, and owns it. Folder and journal are made where they are not there.
    ///
    /// # Errors
    /// Another process owns it (`Owned`); it is damaged (`Corrupt`), older than what the folder has seen or from a newer
    /// pianoroll (`Version`); the disk is full (`Full`).
    pub async fn open(folder: &Path) -> Result<Self, JournalError> {
        Self::open_with(folder, Options::default()).await
    }

    /// As [`Sqlite::open`], with options.
    ///
    /// # Errors
    /// As [`Sqlite::open`].
    pub async fn open_with(folder: &Path, options: Options) -> Result<Self, JournalError> {
        folder::make(folder)?;
        let lock = OwnerLock::take(folder)?;
        let database = folder::database(folder);
        let seen = Mark::read(folder)?;
        folder::make_database(&database)?;
        schema::check_header(&database)?;
        let mut connection = connect(&database, options, false).await?;
        let found = schema::look(&mut connection, &database).await?;
        if found == schema::Found::Nothing {
            mark::check(seen, mark::Reached::default())?;
        } else {
            let meta = Meta::read(&mut connection).await?;
            mark::check(seen, meta.reached())?;
            schema::check(&mut connection, &database).await?;
        }
        schema::migrate(&mut connection, found).await?;
        let mut meta = Meta::read(&mut connection).await?;
        meta.epoch += 1;
        meta.counter += 1;
        meta.owner = meta.epoch;
        let mut batch = Batch::default();
        meta.replace(&mut batch);
        batch.run(&mut connection).await.map_err(of_database)?;
        let mark = Mark::open(folder)?;
        mark.raise(meta.reached())?;
        mark.sync()?;
        folder::sync(folder)?;
        let owner = meta.owner.cast_unsigned();
        let writing = Writing::new(connection, meta, mark, lock);
        let readers = readers(&database);
        let writing = Some(Mutex::new(Some(writing)));
        Ok(Self { database, writing, readers, owner, has_timetable: true })
    }

    /// Opens the journal of a state folder to read it, beside its owner or without one. What writes is refused (`State`).
    ///
    /// # Errors
    /// There is none (`NotFound`); otherwise as [`Sqlite::open`].
    pub async fn read_only(folder: &Path) -> Result<Self, JournalError> {
        let database = folder::database(folder);
        if !database.exists() {
            let message = format!("is not there yet: {} has none", folder.display());
            return Err(JournalError::new(JournalErrorKind::NotFound, message));
        }
        // The mark first: the owner may go on meanwhile.
        let seen = Mark::read(folder)?;
        schema::check_header(&database)?;
        let readers = readers(&database);
        let mut connection = readers.acquire().await.map_err(of_database)?;
        let found = match schema::look(&mut connection, &database).await {
            // Only the making of the first journal has this file: then a process ended in it, and its next owner puts it right.
            Err(error) if error.kind == JournalErrorKind::State && folder::is_in_making(folder) => {
                schema::Found::Nothing
            }
            found => found?,
        };
        if found == schema::Found::Nothing {
            mark::check(seen, mark::Reached::default())?;
            let message = format!("is not there yet: the one of {} is empty", folder.display());
            return Err(JournalError::new(JournalErrorKind::NotFound, message));
        }
        let meta = Meta::read(&mut connection).await?;
        mark::check(seen, meta.reached())?;
        drop(connection);
        let owner = meta.owner.cast_unsigned();
        let has_timetable = found.has_timetable();
        Ok(Self { database, writing: None, readers, owner, has_timetable })
    }

    /// Puts a backup in the place of a folder's journal. It is checked wholly before; the journal that it replaces is kept beside
    /// it; runs that were open wait for an operator's word, and schedules are paused.
    ///
    /// # Errors
    /// The backup is damaged, another process owns the folder, or the disk is full: then everything is as before.
    pub async fn restore(
        folder: &Path,
        backup: &Path,
        at: Timestamp,
    ) -> Result<Restored, JournalError> {
        restore::restore(folder, backup, at).await
    }

    /// Where the database is.
    #[must_use]
    pub fn database(&self) -> &Path {
        &self.database
    }

    async fn reader(&self) -> Result<PoolConnection<sqlx::Sqlite>, JournalError> {
        self.readers.acquire().await.map_err(of_database)
    }

    /// The connection that writes, when it is one's turn.
    async fn writing(&self) -> Result<MappedMutexGuard<'_, Writing>, JournalError> {
        let Some(writing) = &self.writing else {
            let message = "is only read here: its owner writes to it";
            return Err(JournalError::new(JournalErrorKind::State, message));
        };
        let closed = |_| JournalError::new(JournalErrorKind::Storage, "is closed");
        let guard = MutexGuard::try_map(writing.lock().await, Option::as_mut);
        let mut writing = guard.map_err(closed)?;
        writing.settle().await?;
        Ok(writing)
    }

    /// As [`Sqlite::writing`], with the beginning of a transaction.
    async fn turn(&self) -> Result<(MappedMutexGuard<'_, Writing>, Batch), JournalError> {
        let (mut writing, mut batch) = (self.writing().await?, Batch::default());
        writing.begin(&mut batch);
        Ok((writing, batch))
    }

    /// Ends a transaction: what failed leaves nothing behind.
    async fn conclude<T>(
        &self,
        writing: &mut Writing,
        mut batch: Batch,
        result: Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let concluded = match result {
            Ok(value) => writing.conclude(&mut batch).await.map(|()| value),
            Err(error) => Err(error),
        };
        if concluded.is_err() {
            // What is wrong was told; whether it can be written again shows next time.
            let _ = writing.settle().await;
        }
        concluded
    }
}

async fn connect(
    database: &Path,
    options: Options,
    read_only: bool,
) -> Result<SqliteConnection, JournalError> {
    let mut options = match options.max_pages {
        Some(pages) => configured(database).pragma("max_page_count", pages.to_string()),
        None => configured(database),
    };
    if read_only {
        options = options.read_only(true);
    } else {
        options = options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            // What is deleted is overwritten, for it may be a person's.
            .pragma("secure_delete", "ON");
    }
    SqliteConnection::connect_with(&options).await.map_err(of_database)
}

fn readers(database: &Path) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .min_connections(0)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(configured(database).read_only(true))
}

fn configured(database: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(false)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .statement_cache_capacity(256)
        .row_buffer_size(512)
        .disable_statement_logging()
}

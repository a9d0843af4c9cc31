//! Opening a database: what it must be, and what makes it one.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Row as _, SqlSafeStr as _, SqlitePool};
use tokio::sync::Mutex;

use super::Sqlite;
use super::error::{RESTORE, corrupt, of_database, of_path};
use super::folder::{self, OwnerLock, database};
use super::mark::{self, Mark};
use super::writing::Writing;
use crate::error::{JournalError, JournalErrorKind};

/// "Pianoa", so that no other program's database is taken for one of ours.
const APPLICATION: i64 = 1_349_084_513;

/// The newest migration.
pub(super) const VERSION: i64 = 1;

const MIGRATIONS: [&str; VERSION as usize] = [include_str!("../../migrations/0001_journal.sql")];

/// How long one process waits for another that holds the database for a moment.
const BUSY: Duration = Duration::from_secs(10);

/// Up to which size the whole is checked whenever it is opened to be written: some tenths of a second.
const CHECKED_BYTES: u64 = 256 << 20;

/// How a journal is opened.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The most pages (of 4 KiB) that the database may have: for tests of a full disk.
    pub max_pages: Option<u32>,
}

impl Sqlite {
    /// As [`Sqlite::open`].
    ///
    /// # Errors
    /// As [`Sqlite::open`].
    pub async fn open_with(folder: &Path, options: &Options) -> Result<Self, JournalError> {
        folder::make(folder)?;
        let lock = OwnerLock::take(folder)?;
        let path = database(folder);
        let seen = Mark::read(folder)?;
        if seen.is_some() && !path.exists() {
            let message =
                format!("is gone from {}, which has seen one; {RESTORE}", folder.display());
            return Err(JournalError::new(JournalErrorKind::Version, message));
        }
        folder::make_database(&path)?;
        let mut connection = connect(&path, false, options).await?;
        migrate(&mut connection).await?;
        let size = std::fs::metadata(&path).map_err(|error| of_path(&error, &path))?.len();
        if size <= CHECKED_BYTES {
            check(&mut connection, "quick_check").await?;
        }
        let writing = Writing::open(connection, Mark::open(folder)?).await?;
        mark::check(seen, writing.reached())?;
        let writing = writing.own().await?;
        let owner = writing.owner();
        let readers = readers(&path, options).await?;
        let (writing, lock) = (Some(Mutex::new(writing)), std::sync::Mutex::new(Some(lock)));
        Ok(Self { readers, writing, owner, lock })
    }
}

/// Opens a database beside its owner.
pub(super) async fn beside(folder: &Path) -> Result<SqlitePool, JournalError> {
    let path = database(folder);
    if !path.exists() {
        let message = format!("does not exist yet in {}: nothing was run there", folder.display());
        return Err(JournalError::new(JournalErrorKind::NotFound, message));
    }
    let mut connection = connect(&path, true, &Options::default()).await?;
    let version = version(&mut connection).await?;
    if version == 0 {
        let message = format!("is only being made in {}", folder.display());
        return Err(JournalError::new(JournalErrorKind::NotFound, message));
    }
    if version < VERSION {
        let message = "was written by an older pianoroll; any run brings it up to date";
        return Err(JournalError::new(JournalErrorKind::Version, message));
    }
    readers(&path, &Options::default()).await
}

/// Opens a database by itself, as a backup is.
pub(super) async fn connect(
    path: &Path,
    read_only: bool,
    options: &Options,
) -> Result<SqliteConnection, JournalError> {
    connect_options(path, read_only, options).connect().await.map_err(of_database)
}

async fn readers(path: &Path, options: &Options) -> Result<SqlitePool, JournalError> {
    let pool = SqlitePoolOptions::new().min_connections(0).max_connections(4);
    Ok(pool.connect_lazy_with(connect_options(path, true, options)))
}

fn connect_options(path: &Path, read_only: bool, options: &Options) -> SqliteConnectOptions {
    let connect = SqliteConnectOptions::new()
        .filename(path)
        .read_only(read_only)
        .busy_timeout(BUSY)
        .foreign_keys(true)
        .disable_statement_logging();
    if read_only {
        return connect;
    }
    let connect = connect
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // What is deleted is overwritten: answers of reads are about people.
        .pragma("secure_delete", "ON");
    match options.max_pages {
        Some(pages) => connect.pragma("max_page_count", pages.to_string()),
        None => connect,
    }
}

/// Which form a database has; 0 for an empty file.
async fn version(connection: &mut SqliteConnection) -> Result<i64, JournalError> {
    let version: i64 = number(connection, "PRAGMA user_version").await?;
    let application = number(connection, "PRAGMA application_id").await?;
    if version > VERSION {
        let message = format!(
            "was written by a newer pianoroll (its form is {version}, this one knows {VERSION}); use that"
        );
        return Err(JournalError::new(JournalErrorKind::Version, message));
    }
    if version > 0 && application != APPLICATION {
        return Err(corrupt("its header: the file is no journal"));
    }
    Ok(version)
}

async fn number(
    connection: &mut SqliteConnection,
    statement: &'static str,
) -> Result<i64, JournalError> {
    let row = sqlx::query(statement).fetch_one(connection).await.map_err(of_database)?;
    row.try_get(0).map_err(of_database)
}

/// Brings a database up to date.
async fn migrate(connection: &mut SqliteConnection) -> Result<(), JournalError> {
    if version(connection).await? == VERSION {
        return Ok(());
    }
    let migrations = MIGRATIONS.iter().zip(1..).map(|(text, version)| {
        let text = text.into_sql_str();
        Migration::new(version, "journal".into(), MigrationType::Simple, text, false)
    });
    let migrated = Migrator::with_migrations(migrations.collect()).run(connection).await;
    migrated.map_err(|error| match error {
        sqlx::migrate::MigrateError::Execute(error)
        | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => of_database(error),
        error => {
            let message = format!("cannot be brought up to date: {error}");
            JournalError::new(JournalErrorKind::Version, message)
        }
    })
}

/// Lets SQLite look at the structure of the whole: `quick_check`, or `integrity_check`.
pub(super) async fn check(
    connection: &mut SqliteConnection,
    how: &'static str,
) -> Result<(), JournalError> {
    let statement = match how {
        "integrity_check" => "PRAGMA integrity_check(1)",
        _ => "PRAGMA quick_check(1)",
    };
    let row = sqlx::query(statement).fetch_one(connection).await.map_err(of_database)?;
    let said: String = row.try_get(0).map_err(of_database)?;
    if said == "ok" { Ok(()) } else { Err(corrupt(format_args!("its structure: {said}"))) }
}

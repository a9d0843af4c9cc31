//! The shape of the database, and whether a file has it.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::SqliteConnection;

use super::batch::Batch;
use super::error::{RESTORE, corrupt, of_database, of_path};
use super::meta::{Meta, schema};
use super::values::column;
use crate::error::{JournalError, JournalErrorKind};

/// In the header of every database of ours: `pnrl`.
const APPLICATION: i64 = 0x706e_726c;

const SET_APPLICATION: &str = "PRAGMA application_id = 1886286444";

/// The newest version that is known, and all before it.
const MIGRATIONS: [(i64, &str, &str); 2] = [
    (1, "journal", include_str!("../../migrations/0001_journal.sql")),
    (2, "timetable", include_str!("../../migrations/0002_timetable.sql")),
];

/// Up to which size a database is looked through whole, and up to which in the main, before it is written to. Above, a damage
/// shows when it is read.
const LOOKED_THROUGH: u64 = 4 << 20;
const LOOKED_AT: u64 = 256 << 20;

/// What a file begins with is what a database begins with.
pub(super) fn check_header(path: &Path) -> Result<(), JournalError> {
    let mut header = Vec::new();
    let file = File::open(path).map_err(|error| of_path(&error, path))?;
    file.take(16).read_to_end(&mut header).map_err(|error| of_path(&error, path))?;
    if header.is_empty() || header == b"SQLite format 3\0" {
        return Ok(());
    }
    Err(no_journal(path))
}

/// What is in a database that was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing, or what a crash left that came while the first journal was made: nothing was recorded in it yet. Whether there has
    /// been more is the mark's to tell.
    Nothing,
    /// With this version.
    Journal(i64),
}

impl Found {
    /// Whether it has what the scheduler keeps.
    pub(super) fn has_timetable(self) -> bool {
        matches!(self, Found::Journal(version) if version >= 2)
    }
}

/// Whether it is ours, and not newer than this program.
pub(super) async fn look(
    connection: &mut SqliteConnection,
    path: &Path,
) -> Result<Found, JournalError> {
    const TABLES: &str = "SELECT count(*) FROM sqlite_schema";
    const VERSION: &str = "SELECT max(version), min(success) FROM _sqlx_migrations";
    let tables = number(connection, TABLES).await?;
    if tables == 0 {
        return Ok(Found::Nothing);
    }
    if number(connection, "PRAGMA application_id").await? != APPLICATION {
        return Err(no_journal(path));
    }
    let row = sqlx::query(VERSION).fetch_one(&mut *connection).await.map_err(of_database)?;
    let version: Option<i64> = column(&row, 0)?;
    let Some(version) = version else { return Ok(Found::Nothing) };
    let known = MIGRATIONS[MIGRATIONS.len() - 1].0;
    if version > known {
        let message = format!(
            "was written by a newer pianoroll (version {version} of its shape, and {known} is known here); use that one"
        );
        return Err(JournalError::new(JournalErrorKind::Version, message));
    }
    if number(connection, "SELECT count(*) FROM meta").await? == 0 {
        return Ok(Found::Nothing);
    }
    Ok(Found::Journal(version))
}

/// Looks through a database as far as its size allows.
pub(super) async fn check(
    connection: &mut SqliteConnection,
    path: &Path,
) -> Result<(), JournalError> {
    let size = std::fs::metadata(path).map_err(|error| of_path(&error, path))?.len();
    if size <= LOOKED_THROUGH {
        check_all(connection, "PRAGMA integrity_check(1)").await?;
    } else if size <= LOOKED_AT {
        check_all(connection, "PRAGMA quick_check(1)").await?;
    }
    check_schema(connection).await
}

/// Looks through a database, whatever its size.
pub(super) async fn check_whole(connection: &mut SqliteConnection) -> Result<(), JournalError> {
    check_all(connection, "PRAGMA integrity_check(1)").await?;
    check_schema(connection).await
}

async fn check_all(
    connection: &mut SqliteConnection,
    pragma: &'static str,
) -> Result<(), JournalError> {
    let row = sqlx::query(pragma).fetch_one(connection).await.map_err(of_database)?;
    let found: String = column(&row, 0)?;
    if found == "ok" {
        return Ok(());
    }
    let found = found.replace('\n', " ");
    Err(JournalError::new(JournalErrorKind::Corrupt, format!("is damaged ({found}); {RESTORE}")))
}

async fn check_schema(connection: &mut SqliteConnection) -> Result<(), JournalError> {
    let meta = Meta::read(&mut *connection).await?;
    if schema(connection).await? == meta.schema {
        return Ok(());
    }
    Err(corrupt("its schema"))
}

/// Brings a database to the newest version.
pub(super) async fn migrate(
    connection: &mut SqliteConnection,
    found: Found,
) -> Result<(), JournalError> {
    if found == Found::Journal(MIGRATIONS[MIGRATIONS.len() - 1].0) {
        return Ok(());
    }
    if found == Found::Nothing {
        Batch::of(SET_APPLICATION).run(connection).await.map_err(of_database)?;
    }
    let migrations = MIGRATIONS.map(|(version, name, sql)| {
        let kind = MigrationType::Simple;
        Migration::new(version, Cow::Borrowed(name), kind, sql.into_sql_str(), false)
    });
    let migrator = Migrator::with_migrations(migrations.to_vec());
    migrator.run(&mut *connection).await.map_err(|error| match error {
        sqlx::migrate::MigrateError::Execute(error) => of_database(error),
        error => {
            let message = format!("cannot be brought to the newest version: {error}");
            JournalError::new(JournalErrorKind::Version, message)
        }
    })?;
    let shape = schema(connection).await?;
    let mut batch = Batch::default();
    match found {
        Found::Nothing => Meta { schema: shape, ..Meta::default() }.insert(&mut batch),
        Found::Journal(_) => {
            let meta = Meta::read(connection).await?;
            Meta { schema: shape, ..meta }.replace(&mut batch);
        }
    }
    batch.run(connection).await.map_err(of_database)
}

async fn number(connection: &mut SqliteConnection, sql: &'static str) -> Result<i64, JournalError> {
    let row = sqlx::query(sql).fetch_one(connection).await.map_err(of_database)?;
    column(&row, 0)
}

fn no_journal(path: &Path) -> JournalError {
    let message = format!("is damaged: {} is no journal of pianoroll; {RESTORE}", path.display());
    JournalError::new(JournalErrorKind::Corrupt, message)
}

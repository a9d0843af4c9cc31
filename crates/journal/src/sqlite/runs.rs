//! The rows of runs and of their progress.

use jiff::Timestamp;
use pianoroll_model::RunId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, QueryBuilder, Sqlite};

use super::batch::Batch;
use super::error::{corrupt, of_database};
use super::pack::{pack, unpack_json};
use super::sum::Sum;
use super::values::{column, nanoseconds, word};
use super::words::Word as _;
use crate::error::{JournalError, JournalErrorKind};
use crate::rules;
use crate::run::{NewRun, RunFilter, RunRecord, Waiting};

macro_rules! columns {
    () => {
        "r.serial, r.id, r.automation, r.connection, r.program, r.status, r.outcome, r.changed, r.begun, r.came, r.checksum, \
         p.epoch, p.entries, p.places, p.checksum FROM runs r LEFT JOIN progress p ON p.run = r.serial"
    };
}

const SELECT_ALL: &str = concat!("SELECT ", columns!());
const SELECT: &str = concat!("SELECT ", columns!(), " WHERE r.id = ?");

const INSERT: &str = "INSERT INTO runs (id, automation, connection, program, status, outcome, changed, begun, came, checksum, \
    serial) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const UPDATE: &str = "UPDATE runs SET id = ?, automation = ?, connection = ?, program = ?, status = ?, outcome = ?, \
    changed = ?, begun = ?, came = ?, checksum = ? WHERE serial = ?";

const PROGRESS: &str =
    "REPLACE INTO progress (run, epoch, entries, places, checksum) VALUES (?, ?, ?, ?, ?)";

/// A run, as it was read.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) serial: i64,
    pub(super) record: RunRecord,
    /// The sum of the places of its entries.
    pub(super) places: u64,
}

/// What comes of a run, as JSON: everything that has no column.
#[derive(Serialize, Deserialize)]
struct Came {
    waiting: Option<Waiting>,
    attempt: u32,
    cancel_requested: bool,
    reads_gone: bool,
    changed: Timestamp,
    result: Value,
    error: Value,
    summary: Value,
}

/// A run; none where there is none.
pub(super) async fn find(
    connection: &mut SqliteConnection,
    run: &RunId,
) -> Result<Option<Stored>, JournalError> {
    let row = sqlx::query(SELECT).bind(run.as_str()).fetch_optional(connection).await;
    row.map_err(of_database)?.map(|row| read(&row)).transpose()
}

/// A run that must be there.
pub(super) async fn get(
    connection: &mut SqliteConnection,
    run: &RunId,
) -> Result<Stored, JournalError> {
    find(connection, run).await?.ok_or_else(|| rules::no_run(run))
}

/// A run by its serial.
pub(super) async fn by_serial(
    connection: &mut SqliteConnection,
    serial: i64,
) -> Result<Stored, JournalError> {
    let sql = format!("{SELECT_ALL} WHERE r.serial = ?");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(serial).fetch_one(connection).await;
    read(&row.map_err(of_database)?)
}

/// All runs, in the order in which they were created.
pub(super) async fn all(connection: &mut SqliteConnection) -> Result<Vec<Stored>, JournalError> {
    let sql = format!("{SELECT_ALL} ORDER BY r.serial");
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(connection).await.map_err(of_database)?;
    rows.iter().map(read).collect()
}

/// Runs that are meant, newest first.
pub(super) async fn list(
    connection: &mut SqliteConnection,
    filter: &RunFilter,
) -> Result<Vec<Stored>, JournalError> {
    let mut query = QueryBuilder::<Sqlite>::new(SELECT_ALL);
    query.push(" WHERE 1");
    if let Some(automation) = &filter.automation {
        query.push(" AND r.automation = ").push_bind(automation.as_str());
    }
    if let Some(account) = &filter.connection {
        query.push(" AND r.connection = ").push_bind(account.as_str());
    }
    if let Some(prefix) = &filter.id_prefix {
        query.push(" AND r.id >= ").push_bind(prefix.as_str());
        query.push(" AND substr(r.id, 1, length(").push_bind(prefix.as_str());
        query.push(")) = ").push_bind(prefix.as_str());
    }
    if let Some(before) = &filter.before {
        query.push(" AND r.serial < (SELECT serial FROM runs WHERE id = ");
        query.push_bind(before.as_str()).push(")");
    }
    let status = filter.status.iter().map(|status| status.number());
    numbers(&mut query, "r.status", status.collect());
    let outcome = filter.outcome.iter().map(|outcome| outcome.number());
    numbers(&mut query, "r.outcome", outcome.collect());
    query.push(" ORDER BY r.serial DESC");
    if filter.limit > 0 {
        query.push(" LIMIT ").push_bind(i64::from(filter.limit));
    }
    let rows = query.build().persistent(false).fetch_all(connection).await.map_err(of_database)?;
    rows.iter().map(read).collect()
}

fn numbers(query: &mut QueryBuilder<Sqlite>, column: &'static str, numbers: Vec<i64>) {
    if numbers.is_empty() {
        return;
    }
    query.push(" AND ").push(column).push(" IN (");
    let mut list = query.separated(", ");
    for number in numbers {
        list.push_bind(number);
    }
    query.push(")");
}

/// The newest run of a scope that completed.
pub(super) async fn newest_completed(
    connection: &mut SqliteConnection,
    automation: &str,
    account: &str,
) -> Result<Option<Stored>, JournalError> {
    const NEWEST: &str = concat!(
        "SELECT ",
        columns!(),
        " WHERE r.automation = ? AND r.connection = ? AND r.outcome = 0 ORDER BY r.serial DESC LIMIT 1"
    );
    let query = sqlx::query(NEWEST).bind(automation).bind(account);
    let row = query.fetch_optional(connection).await.map_err(of_database)?;
    row.map(|row| read(&row)).transpose()
}

/// Stores a new run.
pub(super) fn insert(batch: &mut Batch, run: &Stored) -> Result<(), JournalError> {
    write(batch.statement(INSERT), run)?;
    progress(batch, run);
    Ok(())
}

/// Stores a run that has changed.
pub(super) fn update(batch: &mut Batch, run: &Stored) -> Result<(), JournalError> {
    write(batch.statement(UPDATE), run)?;
    progress(batch, run);
    Ok(())
}

fn write(batch: &mut Batch, run: &Stored) -> Result<(), JournalError> {
    let record = &run.record;
    let came = Came {
        waiting: record.waiting,
        attempt: record.attempt,
        cancel_requested: record.cancel_requested,
        reads_gone: record.reads_gone,
        changed: record.changed,
        result: record.result.clone(),
        error: record.error.clone(),
        summary: record.summary.clone(),
    };
    let (begun, came) = (json(&record.new)?, json(&came)?);
    let outcome = record.outcome.map(|outcome| outcome.number());
    let checksum = checksum(run.serial, record, &begun, &came);
    batch
        .bind(record.new.id.as_str())
        .bind(record.new.scope.automation.as_str())
        .bind(record.new.scope.connection.as_str())
        .bind(record.new.program.as_str())
        .bind(record.status.number())
        .bind(outcome)
        .bind(nanoseconds(record.changed))
        .bind(begun)
        .bind(came)
        .bind(checksum)
        .bind(run.serial);
    Ok(())
}

fn progress(batch: &mut Batch, run: &Stored) {
    advance(batch, run.serial, run.record.epoch, run.record.entries, run.places);
}

/// Stores how far a run is.
pub(super) fn advance(batch: &mut Batch, serial: i64, epoch: u64, entries: u64, places: u64) {
    let (epoch, entries, places) =
        (epoch.cast_signed(), entries.cast_signed(), places.cast_signed());
    batch
        .statement(PROGRESS)
        .bind(serial)
        .bind(epoch)
        .bind(entries)
        .bind(places)
        .bind(progress_sum(serial, epoch, entries, places));
}

fn read(row: &SqliteRow) -> Result<Stored, JournalError> {
    let id: String = column(row, 1)?;
    parse(row)?.ok_or_else(|| corrupt(format!("run {id}")))
}

fn parse(row: &SqliteRow) -> Result<Option<Stored>, JournalError> {
    let serial: i64 = column(row, 0)?;
    let (begun, came): (&[u8], &[u8]) = (column(row, 8)?, column(row, 9)?);
    let (Some(new), Some(rest)) = (unpack_json::<NewRun>(begun), unpack_json::<Came>(came)) else {
        return Ok(None);
    };
    let outcome: Option<i64> = column(row, 6)?;
    let outcome = outcome.map(pianoroll_model::Outcome::of_number);
    let (Some(status), false) = (word(row, 5)?, outcome == Some(None)) else { return Ok(None) };
    let (epoch, entries, places): (i64, i64, i64) =
        (column(row, 11)?, column(row, 12)?, column(row, 13)?);
    let record = RunRecord {
        new,
        status,
        waiting: rest.waiting,
        outcome: outcome.flatten(),
        attempt: rest.attempt,
        epoch: epoch.cast_unsigned(),
        cancel_requested: rest.cancel_requested,
        reads_gone: rest.reads_gone,
        changed: rest.changed,
        entries: entries.cast_unsigned(),
        result: rest.result,
        error: rest.error,
        summary: rest.summary,
    };
    let scope = &record.new.scope;
    let is_whole = column::<i64>(row, 10)? == checksum(serial, &record, begun, came)
        && column::<i64>(row, 14)? == progress_sum(serial, epoch, entries, places)
        // What the index finds them by is what they are.
        && column::<&str>(row, 1)? == record.new.id.as_str()
        && column::<&str>(row, 2)? == scope.automation
        && column::<&str>(row, 3)? == scope.connection
        && column::<&str>(row, 4)? == record.new.program
        && column::<i64>(row, 7)? == nanoseconds(record.changed);
    Ok(is_whole.then_some(Stored { serial, record, places: places.cast_unsigned() }))
}

/// The columns that repeat what is in the JSON are compared with it.
fn checksum(serial: i64, record: &RunRecord, begun: &[u8], came: &[u8]) -> i64 {
    let outcome = record.outcome.map(|outcome| outcome.number());
    let sum = Sum::of("run").number(serial).number(record.status.number()).maybe_number(outcome);
    sum.bytes(begun).bytes(came).finish()
}

fn progress_sum(serial: i64, epoch: i64, entries: i64, places: i64) -> i64 {
    let sum = Sum::of("progress").number(serial).number(epoch);
    sum.number(entries).number(places).finish()
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, JournalError> {
    let text = serde_json::to_vec(value).map_err(|error| {
        JournalError::new(JournalErrorKind::State, format!("cannot write a run: {error}"))
    })?;
    Ok(pack(&text))
}

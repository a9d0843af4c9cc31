//! Notes, programs and state values.

use jiff::Timestamp;
use pianoroll_model::RunId;
use serde_json::Value;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Row as _, SqlitePool};

use super::error::{corrupt, of_database};
use super::pack::{pack, unpack, unpack_json};
use super::sum::Sum;
use super::writing::Writing;
use crate::entry::Note;
use crate::error::JournalError;
use crate::run::{Program, StateScope, StateValue};

impl Writing {
    /// Keeps a note. One that is there already stays.
    pub(super) async fn put_note(&mut self, note: &Note, serial: i64) -> Result<(), JournalError> {
        let bytes = packed(note);
        let [parallel, item] = branch(note);
        let number = i64::try_from(note.number).unwrap_or(i64::MAX);
        sqlx::query("INSERT INTO notes VALUES (NULL, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(serial)
            .bind(parallel)
            .bind(item)
            .bind(number)
            .bind(bytes.as_slice())
            .bind(note_sum(serial, parallel, item, number, &bytes))
            .execute(self.connection()?)
            .await
            .map_err(of_database)?;
        Ok(())
    }

    /// Puts another note in the place of one.
    pub(super) async fn replace_note(
        &mut self,
        note: &Note,
        serial: i64,
    ) -> Result<(), JournalError> {
        let bytes = packed(note);
        let [parallel, item] = branch(note);
        let number = i64::try_from(note.number).unwrap_or(i64::MAX);
        let statement = "UPDATE notes SET note = ?, checksum = ? WHERE run = ? AND parallel = ? AND item = ? AND number = ?";
        sqlx::query(statement)
            .bind(bytes.as_slice())
            .bind(note_sum(serial, parallel, item, number, &bytes))
            .bind(serial)
            .bind(parallel)
            .bind(item)
            .bind(number)
            .execute(self.connection()?)
            .await
            .map_err(of_database)?;
        Ok(())
    }

    pub(super) async fn notes(&mut self, serial: i64) -> Result<Vec<Note>, JournalError> {
        notes_of(self.connection()?, serial).await
    }

    pub(super) async fn set_state(
        &mut self,
        scope: StateScope,
        key: String,
        value: Option<Value>,
        at: Timestamp,
        by: Option<RunId>,
    ) -> Result<(), JournalError> {
        let Some(value) = value else {
            let statement =
                "DELETE FROM state_values WHERE automation = ? AND connection = ? AND key = ?";
            sqlx::query(statement)
                .bind(scope.automation)
                .bind(scope.connection)
                .bind(key)
                .execute(self.connection()?)
                .await
                .map_err(of_database)?;
            return Ok(());
        };
        self.put_state(&StateValue { scope, key, value, changed: at, by }).await
    }

    pub(super) async fn put_state(&mut self, state: &StateValue) -> Result<(), JournalError> {
        // Values are JSON, so they always serialise.
        let bytes = pack(&serde_json::to_vec(state).unwrap_or_default());
        let StateScope { automation, connection } = &state.scope;
        sqlx::query("INSERT OR REPLACE INTO state_values VALUES (?, ?, ?, ?, ?)")
            .bind(automation.as_str())
            .bind(connection.as_str())
            .bind(state.key.as_str())
            .bind(bytes.as_slice())
            .bind(state_sum(automation, connection, &state.key, &bytes))
            .execute(self.connection()?)
            .await
            .map_err(of_database)?;
        Ok(())
    }

    pub(super) async fn states(&mut self) -> Result<Vec<StateValue>, JournalError> {
        let rows = sqlx::query(STATES).fetch_all(self.connection()?).await.map_err(of_database)?;
        rows.iter().map(read_state).collect()
    }
}

const STATES: &str =
    "SELECT automation, connection, key, value, checksum FROM state_values ORDER BY 1, 2, 3";

fn packed(note: &Note) -> Vec<u8> {
    // Notes are texts and JSON, so they always serialise.
    pack(&serde_json::to_vec(note).unwrap_or_default())
}

fn branch(note: &Note) -> [i64; 2] {
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    note.branch.map_or([-1, 0], |(parallel, item)| [signed(parallel), signed(item)])
}

fn note_sum(serial: i64, parallel: i64, item: i64, number: i64, bytes: &[u8]) -> i64 {
    let sum = Sum::of("note").number(serial).number(parallel).number(item).number(number);
    sum.bytes(bytes).finish()
}

fn state_sum(automation: &str, connection: &str, key: &str, bytes: &[u8]) -> i64 {
    Sum::of("state value").text(automation).text(connection).text(key).bytes(bytes).finish()
}

fn read_state(row: &SqliteRow) -> Result<StateValue, JournalError> {
    let text = |column: usize| row.try_get::<&str, _>(column).map_err(of_database);
    let (automation, connection, key) = (text(0)?, text(1)?, text(2)?);
    let bytes: &[u8] = row.try_get(3).map_err(of_database)?;
    let sum: i64 = row.try_get(4).map_err(of_database)?;
    let whole = state_sum(automation, connection, key, bytes) == sum;
    let value = unpack_json(bytes).filter(|_| whole);
    value.ok_or_else(|| corrupt(format_args!("the state value `{key}` of {automation}")))
}

async fn notes_of(
    connection: &mut SqliteConnection,
    serial: i64,
) -> Result<Vec<Note>, JournalError> {
    let statement =
        "SELECT parallel, item, number, note, checksum FROM notes WHERE run = ? ORDER BY id";
    let rows = sqlx::query(statement).bind(serial).fetch_all(connection).await;
    let mut found = Vec::new();
    for row in rows.map_err(of_database)? {
        let number = |column: usize| row.try_get::<i64, _>(column).map_err(of_database);
        let (parallel, item, place) = (number(0)?, number(1)?, number(2)?);
        let bytes: &[u8] = row.try_get(3).map_err(of_database)?;
        let whole = note_sum(serial, parallel, item, place, bytes) == number(4)?;
        let note = unpack_json(bytes).filter(|_| whole);
        found.push(note.ok_or_else(|| corrupt(format_args!("note {place} of a run")))?);
    }
    Ok(found)
}

pub(super) async fn notes(pool: &SqlitePool, run: &RunId) -> Result<Vec<Note>, JournalError> {
    let mut read = pool.acquire().await.map_err(of_database)?;
    match super::rows::progress(&mut read, run).await? {
        Some(progress) => notes_of(&mut read, progress.serial).await,
        None => Ok(Vec::new()),
    }
}

pub(super) async fn program(
    pool: &SqlitePool,
    digest: &str,
) -> Result<Option<Program>, JournalError> {
    let statement = "SELECT kind, content FROM programs WHERE digest = ?";
    let row =
        sqlx::query(statement).bind(digest).fetch_optional(pool).await.map_err(of_database)?;
    let Some(row) = row else { return Ok(None) };
    let kind: String = row.try_get(0).map_err(of_database)?;
    let bytes: &[u8] = row.try_get(1).map_err(of_database)?;
    let content = unpack(bytes).and_then(|bytes| String::from_utf8(bytes).ok());
    let program = content.map(|content| Program { digest: digest.to_owned(), kind, content });
    let program = program.filter(Program::is_whole);
    program.map(Some).ok_or_else(|| corrupt(format_args!("the program {digest}")))
}

pub(super) async fn state(
    pool: &SqlitePool,
    scope: &StateScope,
    key: &str,
) -> Result<Option<StateValue>, JournalError> {
    let statement = "SELECT automation, connection, key, value, checksum FROM state_values \
                     WHERE automation = ? AND connection = ? AND key = ?";
    let row = sqlx::query(statement)
        .bind(scope.automation.as_str())
        .bind(scope.connection.as_str())
        .bind(key)
        .fetch_optional(pool)
        .await
        .map_err(of_database)?;
    row.as_ref().map(read_state).transpose()
}

pub(super) async fn states(
    pool: &SqlitePool,
    scope: Option<&StateScope>,
) -> Result<Vec<StateValue>, JournalError> {
    let rows = sqlx::query(STATES).fetch_all(pool).await.map_err(of_database)?;
    let all = rows.iter().map(read_state);
    // State values are few, and listing them is rare.
    let is_meant = |value: &Result<StateValue, _>| {
        let scoped = |scope: &StateScope| value.as_ref().is_ok_and(|value| value.scope == *scope);
        value.is_err() || scope.is_none_or(scoped)
    };
    all.filter(is_meant).collect()
}

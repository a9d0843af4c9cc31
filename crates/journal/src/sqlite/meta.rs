//! What the whole has seen: one row.

use sqlx::sqlite::SqliteConnection;

use super::batch::Batch;
use super::error::{corrupt, of_database};
use super::mark::Reached;
use super::sum::Sum;
use super::values::column;
use crate::error::{JournalError, JournalErrorKind};

const SELECT: &str = "SELECT generation, counter, epoch, owner, restored_as_of, restored_at, schema, checksum FROM meta \
    WHERE id = 1";

const INSERT: &str = "INSERT INTO meta (generation, counter, epoch, owner, restored_as_of, restored_at, schema, checksum, id) \
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)";

/// As long as its owner is this one: what would be NULL otherwise may not be, and nothing of the transaction stays.
const ADVANCE: &str = "UPDATE meta SET counter = CASE WHEN owner = ? THEN ? END, epoch = ?, checksum = ? WHERE id = 1";

const REPLACE: &str = "UPDATE meta SET generation = ?, counter = ?, epoch = ?, owner = ?, restored_as_of = ?, restored_at = ?, \
    schema = ?, checksum = ? WHERE id = 1";

const SCHEMA: &str = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";

#[derive(Clone, Debug, Default)]
pub(super) struct Meta {
    pub(super) generation: i64,
    pub(super) counter: i64,
    pub(super) epoch: i64,
    pub(super) owner: i64,
    /// While schedules are paused: the newest moment that the backup knows, and when it was put in place.
    pub(super) restored: Option<(i64, i64)>,
    pub(super) schema: i64,
}

impl Meta {
    /// Reads it and checks it against the schema.
    pub(super) async fn read(connection: &mut SqliteConnection) -> Result<Self, JournalError> {
        let row = sqlx::query(SELECT).fetch_optional(&mut *connection).await;
        let row = row.map_err(of_database)?.ok_or_else(|| corrupt("its first row"))?;
        let restored: (Option<i64>, Option<i64>) = (column(&row, 4)?, column(&row, 5)?);
        let meta = Self {
            generation: column(&row, 0)?,
            counter: column(&row, 1)?,
            epoch: column(&row, 2)?,
            owner: column(&row, 3)?,
            restored: restored.0.zip(restored.1),
            schema: column(&row, 6)?,
        };
        if column::<i64>(&row, 7)? != meta.checksum() {
            return Err(corrupt("its first row"));
        }
        Ok(meta)
    }

    pub(super) fn reached(&self) -> Reached {
        Reached {
            generation: self.generation.cast_unsigned(),
            counter: self.counter.cast_unsigned(),
        }
    }

    pub(super) fn insert(&self, batch: &mut Batch) {
        self.all(batch.statement(INSERT));
    }

    /// Writes all of it.
    pub(super) fn replace(&self, batch: &mut Batch) {
        self.all(batch.statement(REPLACE));
    }

    /// Writes what every transaction changes.
    pub(super) fn advance(&self, batch: &mut Batch) {
        batch
            .statement(ADVANCE)
            .bind(self.owner)
            .bind(self.counter)
            .bind(self.epoch)
            .bind(self.checksum());
    }

    fn all(&self, batch: &mut Batch) {
        batch
            .bind(self.generation)
            .bind(self.counter)
            .bind(self.epoch)
            .bind(self.owner)
            .bind(self.restored.map(|(as_of, _)| as_of))
            .bind(self.restored.map(|(_, at)| at))
            .bind(self.schema)
            .bind(self.checksum());
    }

    fn checksum(&self) -> i64 {
        let (as_of, at) = self.restored.unzip();
        let sum = Sum::of("meta").number(self.generation).number(self.counter).number(self.epoch);
        let sum = sum.number(self.owner).maybe_number(as_of).maybe_number(at);
        sum.number(self.schema).finish()
    }
}

/// A sum over all of the schema: a damaged one may still be one.
pub(super) async fn schema(connection: &mut SqliteConnection) -> Result<i64, JournalError> {
    let mut sum = Sum::of("schema");
    for row in sqlx::query(SCHEMA).fetch_all(connection).await.map_err(of_database)? {
        sum = sum.text(column(&row, 0)?).text(column(&row, 1)?);
    }
    Ok(sum.finish())
}

/// Another process has taken the journal over.
pub(super) fn taken_over() -> JournalError {
    JournalError::new(JournalErrorKind::Owned, "is owned by another process by now")
}

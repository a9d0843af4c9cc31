//! Statements that are made together: each way to SQLite and back costs two changes of threads.

use sqlx::encode::Encode;
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Arguments as _, AssertSqlSafe, Sqlite, Type};

/// Statements with their values, in order. All text of it is ours.
#[derive(Default)]
pub(super) struct Batch {
    sql: String,
    arguments: SqliteArguments,
    count: usize,
}

impl Batch {
    /// One statement.
    pub(super) fn of(sql: &'static str) -> Self {
        let mut batch = Self::default();
        batch.statement(sql);
        batch
    }

    pub(super) fn statement(&mut self, sql: &'static str) -> &mut Self {
        self.sql.push_str(sql);
        self.sql.push(';');
        self.count += 1;
        self
    }

    /// The next value of the last statement.
    pub(super) fn bind<'t, T: Encode<'t, Sqlite> + Type<Sqlite>>(&mut self, value: T) -> &mut Self {
        // Numbers, texts and bytes can always be encoded; a value that could not be would be missing, and NOT NULL say so.
        let _ = self.arguments.add(value);
        self
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Makes them all, and forgets them.
    pub(super) async fn run(&mut self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        let Self { sql, arguments, .. } = std::mem::take(self);
        if sql.is_empty() {
            return Ok(());
        }
        sqlx::query_with(AssertSqlSafe(sql), arguments).execute(connection).await?;
        Ok(())
    }
}

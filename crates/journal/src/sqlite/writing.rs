//! The one connection that writes.

use std::collections::HashMap;

use pianoroll_model::RunId;
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;

use super::batch::Batch;
use super::commit::Live;
use super::error::of_database;
use super::folder::OwnerLock;
use super::mark::Mark;
use super::meta::{Meta, taken_over};
use crate::error::JournalError;

/// The connection that writes, with what it need not read again: nobody else writes, which every transaction checks.
pub(super) struct Writing {
    pub(super) connection: SqliteConnection,
    pub(super) meta: Meta,
    pub(super) mark: Mark,
    pub(super) live: HashMap<RunId, Live>,
    /// A transaction was begun, and its end was not seen: a future may be dropped at any await.
    in_doubt: bool,
    _lock: OwnerLock,
}

impl Writing {
    pub(super) fn new(
        connection: SqliteConnection,
        meta: Meta,
        mark: Mark,
        lock: OwnerLock,
    ) -> Self {
        Self { connection, meta, mark, live: HashMap::new(), in_doubt: false, _lock: lock }
    }

    /// Brings it to where it is known what stands.
    pub(super) async fn settle(&mut self) -> Result<(), JournalError> {
        if self.in_doubt {
            // It fails where the database has rolled back by itself, as it does when the disk is full.
            let _ = Batch::of("ROLLBACK").run(&mut self.connection).await;
            self.live.clear();
            let owner = self.meta.owner;
            let meta = Meta::read(&mut self.connection).await?;
            if meta.owner != owner {
                return Err(taken_over());
            }
            self.meta = meta;
            self.in_doubt = false;
        }
        Ok(())
    }

    /// Puts the beginning of a transaction into a batch. Until it is concluded, nothing of it is certain.
    pub(super) fn begin(&mut self, batch: &mut Batch) {
        self.in_doubt = true;
        self.meta.counter += 1;
        batch.statement("BEGIN IMMEDIATE");
    }

    /// Makes what is left of a transaction, ends it, and raises the mark.
    pub(super) async fn conclude(&mut self, batch: &mut Batch) -> Result<(), JournalError> {
        self.meta.advance(batch);
        batch.statement("COMMIT");
        self.run(batch).await?;
        self.in_doubt = false;
        // It may lag: the next one raises it.
        let _ = self.mark.raise(self.meta.reached());
        Ok(())
    }

    pub(super) async fn run(&mut self, batch: &mut Batch) -> Result<(), JournalError> {
        batch.run(&mut self.connection).await.map_err(|error| {
            let taken = error.as_database_error().is_some_and(|error| {
                error.kind() == sqlx::error::ErrorKind::NotNullViolation
                    && error.message().contains("meta.counter")
            });
            if taken { taken_over() } else { of_database(error) }
        })
    }

    /// The next epoch.
    pub(super) fn next_epoch(&mut self) -> u64 {
        self.meta.epoch += 1;
        self.meta.epoch.cast_unsigned()
    }

    pub(super) async fn close(self) -> Result<(), JournalError> {
        self.connection.close().await.map_err(of_database)?;
        self.mark.sync()
    }
}

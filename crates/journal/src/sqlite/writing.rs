//! The one connection that writes, and what it knows by heart.

use std::collections::HashMap;

use pianoroll_model::{RunId, Status};
use sqlx::Row as _;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Executor as _};

use super::error::{RESTORE, corrupt, of_database};
use super::mark::{Mark, Reached};
use super::sum::Sum;
use crate::backend::{Fenced, Write};
use crate::error::{JournalError, JournalErrorKind};
use crate::rules;

/// The connection, within or between two transactions.
pub(super) struct Writing {
    /// None once it is closed.
    connection: Option<SqliteConnection>,
    mark: Mark,
    meta: Meta,
    /// What a transaction that fails goes back to.
    before: Meta,
    /// Runs that were written to. Only this process changes them, so they need not be read again; a transaction that fails
    /// forgets them all.
    progress: HashMap<RunId, Progress>,
}

/// How far the whole is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Meta {
    pub(super) generation: i64,
    pub(super) counter: i64,
    pub(super) epoch: i64,
    pub(super) owner: i64,
    pub(super) restored_as_of: Option<i64>,
    pub(super) restored_at: Option<i64>,
    pub(super) swept: i64,
}

impl Meta {
    pub(super) fn sum(&self) -> i64 {
        Sum::of("meta")
            .number(self.generation)
            .number(self.counter)
            .number(self.epoch)
            .number(self.owner)
            .maybe_number(self.restored_as_of)
            .maybe_number(self.restored_at)
            .number(self.swept)
            .finish()
    }

    fn reached(&self) -> Reached {
        Reached { generation: self.generation.unsigned_abs(), counter: self.counter.unsigned_abs() }
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    pub(super) serial: i64,
    /// 0 while nobody may write.
    pub(super) epoch: i64,
    pub(super) entries: i64,
    pub(super) places: i64,
}

impl Progress {
    pub(super) fn sum(&self) -> i64 {
        let sum = Sum::of("progress").number(self.serial).number(self.epoch);
        sum.number(self.entries).number(self.places).finish()
    }
}

/// What the whole has reached, as a connection sees it.
pub(super) async fn read_meta(connection: &mut SqliteConnection) -> Result<Meta, JournalError> {
    let statement = "SELECT generation, counter, epoch, owner, restored_as_of, restored_at, swept, checksum FROM meta WHERE id = 1";
    let row = sqlx::query(statement).fetch_optional(connection).await.map_err(of_database)?;
    let row = row.ok_or_else(|| corrupt("its first row"))?;
    let number = |column: usize| row.try_get::<i64, _>(column).map_err(of_database);
    let maybe = |column: usize| row.try_get::<Option<i64>, _>(column).map_err(of_database);
    let meta = Meta {
        generation: number(0)?,
        counter: number(1)?,
        epoch: number(2)?,
        owner: number(3)?,
        restored_as_of: maybe(4)?,
        restored_at: maybe(5)?,
        swept: number(6)?,
    };
    // A database that has only been made has no sum yet.
    if number(7)? != meta.sum() && meta.counter != 0 {
        return Err(corrupt("its first row"));
    }
    Ok(meta)
}

impl Writing {
    pub(super) async fn open(
        mut connection: SqliteConnection,
        mark: Mark,
    ) -> Result<Self, JournalError> {
        let meta = read_meta(&mut connection).await?;
        let progress = HashMap::new();
        Ok(Self { connection: Some(connection), mark, meta, before: meta, progress })
    }

    /// Takes the ownership: whoever had it before cannot write any more.
    pub(super) async fn own(mut self) -> Result<Self, JournalError> {
        self.begin().await?;
        self.meta.epoch += 1;
        let before = self.meta.owner;
        self.meta.owner = self.meta.epoch;
        let owned = self.store_meta(before).await;
        let owned = match owned {
            Ok(()) => {
                // What `finish` compares with.
                self.before.owner = self.meta.owner;
                Ok(())
            }
            error => error,
        };
        self.finish(owned).await?;
        Ok(self)
    }

    pub(super) fn owner(&self) -> u64 {
        self.meta.owner.unsigned_abs()
    }

    pub(super) fn reached(&self) -> Reached {
        self.meta.reached()
    }

    pub(super) fn meta(&mut self) -> &mut Meta {
        &mut self.meta
    }

    pub(super) fn connection(&mut self) -> Result<&mut SqliteConnection, JournalError> {
        self.connection
            .as_mut()
            .ok_or_else(|| JournalError::new(JournalErrorKind::Storage, "is closed"))
    }

    pub(super) async fn begin(&mut self) -> Result<(), JournalError> {
        self.before = self.meta;
        self.connection()?.execute("BEGIN IMMEDIATE").await.map_err(of_database)?;
        Ok(())
    }

    /// Commits, or takes everything back where something failed.
    pub(super) async fn finish<T>(
        &mut self,
        result: Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let result = match result {
            Ok(value) => self.commit().await.map(|()| value),
            error => error,
        };
        if result.is_err() {
            self.meta = self.before;
            self.progress.clear();
            // A full disk may have ended the transaction already.
            if let Ok(connection) = self.connection() {
                let _ = connection.execute("ROLLBACK").await;
            }
        }
        result
    }

    async fn commit(&mut self) -> Result<(), JournalError> {
        self.meta.counter += 1;
        let owner = self.before.owner;
        self.store_meta(owner).await?;
        self.connection()?.execute("COMMIT").await.map_err(of_database)?;
        // What is on disk is: a mark that lags is caught up by the next commit.
        let _ = self.mark.raise(self.meta.reached());
        Ok(())
    }

    async fn store_meta(&mut self, owner: i64) -> Result<(), JournalError> {
        let meta = self.meta;
        let statement = "UPDATE meta SET generation = ?, counter = ?, epoch = ?, owner = ?, restored_as_of = ?, \
                         restored_at = ?, swept = ?, checksum = ? WHERE id = 1 AND owner = ?";
        let stored = sqlx::query(statement)
            .bind(meta.generation)
            .bind(meta.counter)
            .bind(meta.epoch)
            .bind(meta.owner)
            .bind(meta.restored_as_of)
            .bind(meta.restored_at)
            .bind(meta.swept)
            .bind(meta.sum())
            .bind(owner)
            .execute(self.connection()?)
            .await
            .map_err(of_database)?;
        if stored.rows_affected() == 1 {
            return Ok(());
        }
        let message =
            format!("belongs to another process by now; {RESTORE} where that one is gone");
        Err(JournalError::new(JournalErrorKind::Fenced, message))
    }

    /// What is known of a run, from memory where it was written to before.
    pub(super) async fn progress(&mut self, run: &RunId) -> Result<Progress, JournalError> {
        if let Some(progress) = self.progress.get(run) {
            return Ok(*progress);
        }
        let progress = super::rows::progress(self.connection()?, run).await?;
        let progress = progress.ok_or_else(|| rules::no_run(run))?;
        self.progress.insert(run.clone(), progress);
        Ok(progress)
    }

    pub(super) async fn store_progress(
        &mut self,
        run: &RunId,
        progress: Progress,
    ) -> Result<(), JournalError> {
        let statement =
            "UPDATE progress SET epoch = ?, entries = ?, places = ?, checksum = ? WHERE run = ?";
        sqlx::query(statement)
            .bind(progress.epoch)
            .bind(progress.entries)
            .bind(progress.places)
            .bind(progress.sum())
            .bind(progress.serial)
            .execute(self.connection()?)
            .await
            .map_err(of_database)?;
        self.progress.insert(run.clone(), progress);
        Ok(())
    }

    /// All writes of a commit.
    pub(super) async fn write(&mut self, writes: Vec<Write>) -> Result<Fenced, JournalError> {
        let mut fenced = Fenced::new();
        let mut changed: HashMap<RunId, Progress> = HashMap::new();
        for write in writes {
            let claim = write.claim();
            if fenced.contains(claim) {
                continue;
            }
            let mut progress = match changed.get(&claim.run) {
                Some(progress) => *progress,
                None => match self.progress(&claim.run).await {
                    Ok(progress) => progress,
                    Err(error) if error.kind == JournalErrorKind::NotFound => {
                        fenced.push(claim.clone());
                        continue;
                    }
                    Err(error) => return Err(error),
                },
            };
            if progress.epoch == 0 || progress.epoch.unsigned_abs() != claim.epoch {
                fenced.push(claim.clone());
                continue;
            }
            let run = claim.run.clone();
            self.write_one(write, &mut progress).await?;
            changed.insert(run, progress);
        }
        for (run, progress) in changed {
            self.store_progress(&run, progress).await?;
        }
        Ok(fenced)
    }

    async fn write_one(
        &mut self,
        write: Write,
        progress: &mut Progress,
    ) -> Result<(), JournalError> {
        match write {
            Write::Intent { claim, number, intent } => {
                self.put_entry(&claim, number, &intent, None, progress).await
            }
            Write::Record { claim, number, intent, answer } => {
                self.put_entry(&claim, number, &intent, Some(&answer), progress).await
            }
            Write::Answer { claim, number, answer } => {
                self.answer_entry(&claim.run, number, &answer, progress).await
            }
            Write::Void { number, .. } => self.void_entry(number, progress).await,
            Write::Note { note, .. } => self.put_note(&note, progress.serial).await,
            Write::State { claim, scope, key, value, at } => {
                self.set_state(scope, key, value, at, Some(claim.run)).await
            }
        }
    }

    /// Whether a status lets anybody write.
    pub(super) fn open_epoch(status: Status, epoch: u64) -> i64 {
        if status == Status::Running { i64::try_from(epoch).unwrap_or(i64::MAX) } else { 0 }
    }

    /// Closes it: the write-ahead log is taken into the database.
    pub(super) async fn shut(&mut self) -> Result<(), JournalError> {
        let Some(connection) = self.connection.take() else { return Ok(()) };
        connection.close().await.map_err(of_database)?;
        self.mark.sync()
    }
}

//! What time and people take out again.

use jiff::Timestamp;
use pianoroll_model::{RunId, Status};
use sqlx::{AssertSqlSafe, Executor as _, Row as _};

use super::error::{corrupt, of_database};
use super::pack::pack;
use super::rows::{ENTRY, entry, entry_id, intent_sum, nanoseconds};
use super::sum::of_bytes;
use super::words::Word as _;
use super::writing::Writing;
use crate::entry::Entry;
use crate::erase::Wanted;
use crate::error::JournalError;
use crate::rules;

impl Writing {
    pub(super) async fn sweep(
        &mut self,
        runs: Timestamp,
        replaced: Timestamp,
        reads: Timestamp,
    ) -> Result<u64, JournalError> {
        let old = self.finished_before(runs).await?;
        for (serial, _) in &old {
            self.delete_entries(*serial).await?;
            // Its attempts, notes and progress go with it.
            sqlx::query("DELETE FROM runs WHERE serial = ?")
                .bind(serial)
                .execute(self.connection()?)
                .await
                .map_err(of_database)?;
        }
        for (serial, _) in self.finished_before(replaced).await? {
            let statement = "UPDATE entries SET replaced = NULL, replaced_sum = NULL WHERE id >= ? AND id < ? AND replaced IS NOT NULL";
            sqlx::query(statement)
                .bind(entry_id(serial, 0))
                .bind(entry_id(serial + 1, 0))
                .execute(self.connection()?)
                .await
                .map_err(of_database)?;
        }
        for (serial, run) in self.finished_before(reads).await? {
            let (mut record, progress) = self.record(&run).await?;
            if rules::keeps_reads(&record) && !record.reads_gone {
                record.reads_gone = true;
                self.forget_reads(serial).await?;
                self.store(&record, progress).await?;
            }
        }
        let unused = "DELETE FROM programs WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.program = digest)";
        self.connection()?.execute(unused).await.map_err(of_database)?;
        Ok(old.len() as u64)
    }

    async fn delete_entries(&mut self, serial: i64) -> Result<(), JournalError> {
        sqlx::query("DELETE FROM entries WHERE id >= ? AND id < ?")
            .bind(entry_id(serial, 0))
            .bind(entry_id(serial + 1, 0))
            .execute(self.connection()?)
            .await
            .map_err(of_database)?;
        Ok(())
    }

    async fn finished_before(
        &mut self,
        before: Timestamp,
    ) -> Result<Vec<(i64, RunId)>, JournalError> {
        let rows = sqlx::query("SELECT serial, id FROM runs WHERE status = ? AND changed < ?")
            .bind(Status::Finished.number())
            .bind(nanoseconds(before))
            .fetch_all(self.connection()?)
            .await
            .map_err(of_database)?;
        rows.iter().map(serial_and_id).collect()
    }

    /// Takes a text out of all that finished runs have kept, and out of state values.
    pub(super) async fn erase(&mut self, text: &str) -> Result<(u64, Vec<RunId>), JournalError> {
        let wanted = Wanted::new(text)?;
        let rows = sqlx::query("SELECT serial, id FROM runs ORDER BY serial")
            .fetch_all(self.connection()?)
            .await
            .map_err(of_database)?;
        let (mut records, mut open) = (0, Vec::new());
        for row in &rows {
            let (serial, run) = serial_and_id(row)?;
            let (mut record, progress) = self.record(&run).await?;
            let finished = record.status == Status::Finished;
            let mut found = 0;
            if wanted.record(&mut record) {
                found += 1;
                if finished {
                    self.store(&record, progress).await?;
                }
            }
            for mut attempt in self.attempts(serial).await? {
                if wanted.attempt(&mut attempt) {
                    found += 1;
                    if finished {
                        self.put_attempt(serial, &attempt).await?;
                    }
                }
            }
            for mut note in self.notes(serial).await? {
                if wanted.note(&mut note) {
                    found += 1;
                    if finished {
                        self.replace_note(&note, serial).await?;
                    }
                }
            }
            found += self.erase_entries(&run, serial, &wanted, finished).await?;
            if finished {
                records += found;
            } else if found > 0 {
                open.push(run);
            }
        }
        for mut state in self.states().await? {
            if wanted.in_key(&state) {
                records += 1;
                let at = state.changed;
                self.set_state(state.scope, state.key, None, at, None).await?;
            } else if wanted.state(&mut state) {
                records += 1;
                self.put_state(&state).await?;
            }
        }
        Ok((records, open))
    }

    async fn erase_entries(
        &mut self,
        run: &RunId,
        serial: i64,
        wanted: &Wanted,
        finished: bool,
    ) -> Result<u64, JournalError> {
        let (mut from, mut found) = (entry_id(serial, 0), 0);
        loop {
            let statement = format!(
                "SELECT {ENTRY} FROM entries WHERE id >= ? AND id < ? ORDER BY id LIMIT 256"
            );
            let rows = sqlx::query(AssertSqlSafe(statement))
                .bind(from)
                .bind(entry_id(serial + 1, 0))
                .fetch_all(self.connection()?)
                .await
                .map_err(of_database)?;
            let Some(last) = rows.last() else { return Ok(found) };
            from = last.try_get::<i64, _>(0).map_err(of_database)? + 1;
            for row in &rows {
                let mut entry = entry(row, run)?;
                if wanted.entry(&mut entry) {
                    found += 1;
                    if finished {
                        self.replace_entry(serial, &entry).await?;
                    }
                }
            }
        }
    }

    /// Puts texts in the place of those of an entry.
    async fn replace_entry(&mut self, serial: i64, entry: &Entry) -> Result<(), JournalError> {
        let id = entry_id(serial, entry.number);
        let arguments = pack(&entry.intent.arguments);
        let sum = intent_sum(id, entry.attempt, &entry.intent, &arguments);
        let body = entry.answer.as_ref().filter(|answer| !answer.body.is_empty());
        let body = body.map(|answer| pack(&answer.body));
        let replaced = entry.intent.replaced.as_ref().map(|replaced| pack(replaced));
        let statement = "UPDATE entries SET name = ?, target = ?, arguments = ?, intent_sum = ?, body = ?, body_sum = ?, \
                         replaced = ?, replaced_sum = ? WHERE id = ?";
        sqlx::query(statement)
            .bind(entry.intent.name.as_str())
            .bind(entry.intent.target.as_str())
            .bind(arguments)
            .bind(sum)
            .bind(body.as_deref())
            .bind(body.as_deref().map(of_bytes))
            .bind(replaced.as_deref())
            .bind(replaced.as_deref().map(of_bytes))
            .bind(id)
            .execute(self.connection()?)
            .await
            .map_err(of_database)?;
        Ok(())
    }

    /// Takes what was deleted out of the files as well.
    pub(super) async fn shred(&mut self) -> Result<(), JournalError> {
        let connection = self.connection()?;
        connection.execute("VACUUM").await.map_err(of_database)?;
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.map_err(of_database)?;
        Ok(())
    }
}

fn serial_and_id(row: &sqlx::sqlite::SqliteRow) -> Result<(i64, RunId), JournalError> {
    let serial: i64 = row.try_get(0).map_err(of_database)?;
    let id: String = row.try_get(1).map_err(of_database)?;
    let id = id.parse().map_err(|_| corrupt(format_args!("the id of run {serial}")))?;
    Ok((serial, id))
}

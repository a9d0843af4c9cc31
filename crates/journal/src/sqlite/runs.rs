//! Runs and their attempts.

use jiff::Timestamp;
use pianoroll_model::{Outcome, RunId, Status};
use serde_json::Value;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, Sqlite as Database, SqlitePool};

use super::error::{corrupt, of_database};
use super::pack::{pack, unpack_json};
use super::rows::{entry_id, nanoseconds, packed_record, record};
use super::sum::Sum;
use super::words::Word;
use super::writing::{Progress, Writing};
use crate::entry::Answer;
use crate::error::JournalError;
use crate::rules;
use crate::run::{
    AttemptEnd, AttemptRecord, Claim, End, LastRun, NewRun, Program, RunFilter, RunRecord,
    StateScope, Trigger,
};

/// What [`record`] reads.
const RECORD: &str =
    "SELECT id, record, runs.checksum, entries FROM runs JOIN progress ON run = serial";

impl Writing {
    pub(super) async fn create(
        &mut self,
        run: NewRun,
        program: Program,
    ) -> Result<Option<RunId>, JournalError> {
        rules::check_program(&run, &program)?;
        if let Some(made) = self.occurred(&run).await? {
            return Ok(Some(made));
        }
        let Program { digest, kind, content } = program;
        sqlx::query("INSERT INTO programs VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(digest)
            .bind(kind)
            .bind(pack(content.as_bytes()))
            .execute(self.connection()?)
            .await
            .map_err(of_database)?;
        let record = rules::created(run);
        let (bytes, sum) = packed_record(&record);
        let new = &record.new;
        let inserted = sqlx::query("INSERT INTO runs VALUES (NULL, ?, ?, ?, ?, ?, NULL, ?, ?, ?)")
            .bind(new.id.as_str())
            .bind(new.scope.automation.as_str())
            .bind(new.scope.connection.as_str())
            .bind(new.program.as_str())
            .bind(record.status.number())
            .bind(nanoseconds(record.changed))
            .bind(bytes)
            .bind(sum)
            .execute(self.connection()?)
            .await;
        let serial = match inserted {
            Ok(inserted) => inserted.last_insert_rowid(),
            Err(error) if super::error::is_taken(&error) => {
                return Err(rules::state(format!("has a run {} already", new.id)));
            }
            Err(error) => return Err(of_database(error)),
        };
        let progress = Progress { serial, epoch: 0, entries: 0, places: 0 };
        sqlx::query("INSERT INTO progress VALUES (?, 0, 0, 0, ?)")
            .bind(serial)
            .bind(progress.sum())
            .execute(self.connection()?)
            .await
            .map_err(of_database)?;
        Ok(None)
    }

    /// Keeps what may make but one run; the answer is the run that it has made before.
    async fn occurred(&mut self, run: &NewRun) -> Result<Option<RunId>, JournalError> {
        let (statement, name, event) = match &run.trigger {
            Trigger::Manual | Trigger::Rerun { .. } => return Ok(None),
            Trigger::Schedule { schedule, due } => (
                "INSERT INTO occurrences (schedule, due, fate, run) VALUES (?1, ?2, 'fired', ?3) \
                 ON CONFLICT DO UPDATE SET run = run RETURNING run",
                schedule,
                due.to_string(),
            ),
            Trigger::Webhook { hook, event } => (
                "INSERT INTO events (hook, event, run) VALUES (?1, ?2, ?3) \
                 ON CONFLICT DO UPDATE SET run = run RETURNING run",
                hook,
                event.clone(),
            ),
        };
        let row = sqlx::query(statement)
            .bind(name.as_str())
            .bind(event)
            .bind(run.id.as_str())
            .fetch_one(self.connection()?)
            .await
            .map_err(of_database)?;
        let made: String = row.try_get(0).map_err(of_database)?;
        let made: RunId = made.parse().map_err(|_| corrupt("an occurrence"))?;
        Ok(Some(made).filter(|made| *made != run.id))
    }

    pub(super) async fn claim(
        &mut self,
        run: &RunId,
        at: Timestamp,
    ) -> Result<Claim, JournalError> {
        let (mut record, progress) = self.record(run).await?;
        self.meta().epoch += 1;
        let epoch = self.meta().epoch.unsigned_abs();
        let claim = rules::begin(&mut record, epoch, at)?;
        self.interrupt(progress.serial, at).await?;
        let (number, error) = (claim.attempt, Value::Null);
        let begun = AttemptRecord { number, started: at, ended: None, end: None, error };
        self.put_attempt(progress.serial, &begun).await?;
        self.store(&record, progress).await?;
        Ok(claim)
    }

    pub(super) async fn end(&mut self, claim: &Claim, end: End) -> Result<(), JournalError> {
        let (mut record, progress) = self.record(&claim.run).await?;
        let (at, ending, error) = (end.at, end.end, end.error.clone());
        rules::end(&mut record, claim, end)?;
        if let Some(mut attempt) = self.last_attempt(progress.serial).await? {
            attempt.ended = Some(at);
            attempt.end = Some(ending);
            attempt.error = error;
            self.put_attempt(progress.serial, &attempt).await?;
        }
        self.tidy(&record, progress.serial).await?;
        self.store(&record, progress).await
    }

    pub(super) async fn close(&mut self, run: &RunId, end: End) -> Result<(), JournalError> {
        let (mut record, progress) = self.record(run).await?;
        let at = end.at;
        self.meta().epoch += 1;
        let (owner, epoch) = (self.owner(), self.meta().epoch.unsigned_abs());
        rules::close(&mut record, owner, epoch, end)?;
        self.interrupt(progress.serial, at).await?;
        self.tidy(&record, progress.serial).await?;
        self.store(&record, progress).await
    }

    pub(super) async fn resolve(
        &mut self,
        run: &RunId,
        number: u64,
        answer: Answer,
    ) -> Result<(), JournalError> {
        let (mut record, mut progress) = self.record(run).await?;
        rules::check_at_rest(&record, self.owner())?;
        let entry = self.entry(run, progress.serial, number).await?;
        rules::check_open(run, number, entry.state())?;
        self.answer_entry(run, number, &answer, &mut progress).await?;
        self.meta().epoch += 1;
        record.epoch = self.meta().epoch.unsigned_abs();
        self.store(&record, progress).await
    }

    /// Changes a run's record by a rule.
    pub(super) async fn change(
        &mut self,
        run: &RunId,
        rule: impl FnOnce(&mut RunRecord) -> Result<(), JournalError> + Send,
    ) -> Result<(), JournalError> {
        let (mut record, progress) = self.record(run).await?;
        rule(&mut record)?;
        self.store(&record, progress).await
    }

    pub(super) async fn record(
        &mut self,
        run: &RunId,
    ) -> Result<(RunRecord, Progress), JournalError> {
        let progress = self.progress(run).await?;
        let statement = format!("{RECORD} WHERE serial = ?");
        let row = sqlx::query(AssertSqlSafe(statement)).bind(progress.serial);
        let row = row.fetch_one(self.connection()?).await.map_err(of_database)?;
        Ok((record(&row)?, progress))
    }

    /// Stores a record, and whether anybody may write.
    pub(super) async fn store(
        &mut self,
        record: &RunRecord,
        progress: Progress,
    ) -> Result<(), JournalError> {
        let (bytes, sum) = packed_record(record);
        let statement = "UPDATE runs SET status = ?, outcome = ?, changed = ?, record = ?, checksum = ? WHERE serial = ?";
        sqlx::query(statement)
            .bind(record.status.number())
            .bind(record.outcome.map(Word::number))
            .bind(nanoseconds(record.changed))
            .bind(bytes)
            .bind(sum)
            .bind(progress.serial)
            .execute(self.connection()?)
            .await
            .map_err(of_database)?;
        let epoch = Self::open_epoch(record.status, record.epoch);
        self.store_progress(&record.new.id, Progress { epoch, ..progress }).await
    }

    /// What a run that has completed keeps of its reads: that they were made.
    async fn tidy(&mut self, record: &RunRecord, serial: i64) -> Result<(), JournalError> {
        match rules::keeps_reads(record) {
            true => Ok(()),
            false => self.forget_reads(serial).await,
        }
    }

    pub(super) async fn forget_reads(&mut self, serial: i64) -> Result<(), JournalError> {
        let statement = "UPDATE entries SET body = NULL, body_sum = NULL WHERE id >= ? AND id < ? AND effect = 0 AND body IS NOT NULL";
        sqlx::query(statement)
            .bind(entry_id(serial, 0))
            .bind(entry_id(serial + 1, 0))
            .execute(self.connection()?)
            .await
            .map_err(of_database)?;
        Ok(())
    }

    pub(super) async fn put_attempt(
        &mut self,
        serial: i64,
        attempt: &AttemptRecord,
    ) -> Result<(), JournalError> {
        let number = i64::from(attempt.number);
        // Records are maps with texts as keys, so they always serialise.
        let bytes = pack(&serde_json::to_vec(attempt).unwrap_or_default());
        let sum = attempt_sum(serial, number, &bytes);
        sqlx::query("INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?)")
            .bind(serial)
            .bind(number)
            .bind(bytes)
            .bind(sum)
            .execute(self.connection()?)
            .await
            .map_err(of_database)?;
        Ok(())
    }

    async fn last_attempt(&mut self, serial: i64) -> Result<Option<AttemptRecord>, JournalError> {
        Ok(attempts_of(self.connection()?, serial).await?.pop())
    }

    pub(super) async fn attempts(
        &mut self,
        serial: i64,
    ) -> Result<Vec<AttemptRecord>, JournalError> {
        attempts_of(self.connection()?, serial).await
    }

    async fn interrupt(&mut self, serial: i64, at: Timestamp) -> Result<(), JournalError> {
        let last = self.last_attempt(serial).await?;
        let Some(mut attempt) = last.filter(|attempt| attempt.end.is_none()) else { return Ok(()) };
        attempt.end = Some(AttemptEnd::Interrupted);
        attempt.ended = Some(at);
        self.put_attempt(serial, &attempt).await
    }
}

fn attempt_sum(serial: i64, number: i64, bytes: &[u8]) -> i64 {
    Sum::of("attempt").number(serial).number(number).bytes(bytes).finish()
}

async fn attempts_of(
    connection: &mut SqliteConnection,
    serial: i64,
) -> Result<Vec<AttemptRecord>, JournalError> {
    let statement = "SELECT number, record, checksum FROM attempts WHERE run = ? ORDER BY number";
    let rows = sqlx::query(statement).bind(serial).fetch_all(connection).await;
    let mut found = Vec::new();
    for row in rows.map_err(of_database)? {
        let number: i64 = row.try_get(0).map_err(of_database)?;
        let bytes: &[u8] = row.try_get(1).map_err(of_database)?;
        let sum: i64 = row.try_get(2).map_err(of_database)?;
        let whole = attempt_sum(serial, number, bytes) == sum;
        let attempt = unpack_json(bytes).filter(|_| whole);
        found.push(attempt.ok_or_else(|| corrupt(format_args!("attempt {number} of a run")))?);
    }
    Ok(found)
}

pub(super) async fn one(pool: &SqlitePool, run: &RunId) -> Result<Option<RunRecord>, JournalError> {
    let statement = format!("{RECORD} WHERE id = ?");
    let row = sqlx::query(AssertSqlSafe(statement)).bind(run.as_str()).fetch_optional(pool).await;
    row.map_err(of_database)?.as_ref().map(record).transpose()
}

pub(super) async fn all(
    pool: &SqlitePool,
    filter: &RunFilter,
) -> Result<Vec<RunRecord>, JournalError> {
    let mut query = QueryBuilder::<Database>::new(RECORD);
    query.push(" WHERE 1 = 1");
    for (column, wanted) in
        [(" AND automation = ", &filter.automation), (" AND connection = ", &filter.connection)]
    {
        if let Some(wanted) = wanted {
            query.push(column).push_bind(wanted.as_str());
        }
    }
    among(&mut query, "status", filter.status.iter().map(|word: &Status| word.number()));
    among(&mut query, "outcome", filter.outcome.iter().map(|word: &Outcome| word.number()));
    if let Some(prefix) = &filter.id_prefix {
        query.push(" AND substr(id, 1, ").push_bind(prefix.chars().count() as i64);
        query.push(") = ").push_bind(prefix.as_str());
    }
    if let Some(before) = &filter.before {
        query.push(" AND serial < coalesce((SELECT serial FROM runs WHERE id = ");
        query.push_bind(before.as_str()).push("), 0)");
    }
    query.push(" ORDER BY serial DESC");
    if filter.limit > 0 {
        query.push(" LIMIT ").push_bind(i64::from(filter.limit));
    }
    let rows = query.build().fetch_all(pool).await.map_err(of_database)?;
    rows.iter().map(record).collect()
}

fn among(
    query: &mut QueryBuilder<Database>,
    column: &'static str,
    numbers: impl Iterator<Item = i64>,
) {
    let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
    if !numbers.is_empty() {
        query.push(format!(" AND {column} IN ({})", numbers.join(", ")));
    }
}

pub(super) async fn attempts(
    pool: &SqlitePool,
    run: &RunId,
) -> Result<Vec<AttemptRecord>, JournalError> {
    let mut read = pool.acquire().await.map_err(of_database)?;
    match super::rows::progress(&mut read, run).await? {
        Some(progress) => attempts_of(&mut read, progress.serial).await,
        None => Ok(Vec::new()),
    }
}

pub(super) async fn last(
    pool: &SqlitePool,
    scope: &StateScope,
) -> Result<Option<LastRun>, JournalError> {
    let statement = format!(
        "{RECORD} WHERE automation = ? AND connection = ? AND outcome = {} ORDER BY serial DESC LIMIT 1",
        Outcome::Completed.number()
    );
    let row = sqlx::query(AssertSqlSafe(statement))
        .bind(scope.automation.as_str())
        .bind(scope.connection.as_str())
        .fetch_optional(pool)
        .await;
    let record = row.map_err(of_database)?.as_ref().map(record).transpose()?;
    Ok(record.as_ref().map(rules::last_run))
}

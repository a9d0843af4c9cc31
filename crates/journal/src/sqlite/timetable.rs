//! The rows of the scheduler: schedules, occurrences, deployments and notices.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{QueryBuilder, Sqlite};

use super::batch::Batch;
use super::error::{corrupt, of_database};
use super::pack::{pack, unpack_json};
use super::records::put_program;
use super::sum::Sum;
use super::values::{column, nanoseconds, time, word};
use super::words::Word as _;
use super::writing::Writing;
use crate::error::{JournalError, JournalErrorKind};
use crate::rules;
use crate::timetable::{
    Deployment, Fate, Keep, NoticeRecord, NoticeState, Occurrence, OccurrenceFilter, ScheduleRecord,
};

const PUT_SCHEDULE: &str = "REPLACE INTO schedules (name, record, checksum) VALUES (?, ?, ?)";
/// Fate 1 is `fired`.
const PUT_OCCURRENCE: &str = "INSERT INTO occurrences (schedule, due, fate, reason, starts, decided, run, checksum) \
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (schedule, due) DO UPDATE SET fate = excluded.fate, reason = excluded.reason, \
    starts = excluded.starts, decided = excluded.decided, run = excluded.run, checksum = excluded.checksum WHERE fate <> 1";
/// Fate 3 is `missed`.
const UNMISS: &str = "DELETE FROM occurrences WHERE schedule = ? AND due > ? AND fate = 3";
const OCCURRENCES: &str =
    "SELECT schedule, due, fate, reason, starts, decided, run, checksum FROM occurrences";
const PUT_DEPLOYMENT: &str = "REPLACE INTO deployments (id, record, checksum) VALUES (1, ?, ?)";
const PUT_NOTICE: &str = "INSERT INTO notices (recipient, key, state, changed, record, checksum) VALUES (?, ?, ?, ?, ?, ?) \
    ON CONFLICT (recipient, key) DO NOTHING";
const CHANGE_NOTICE: &str =
    "UPDATE notices SET state = ?, changed = ?, record = ?, checksum = ? WHERE id = ?";
const NOTICES: &str = "SELECT id, recipient, key, state, record, checksum FROM notices";

/// How many statements are made together.
const PORTION: usize = 256;

pub(super) async fn keep(
    writing: &mut Writing,
    batch: &mut Batch,
    keeps: Vec<Keep>,
) -> Result<(), JournalError> {
    for keep in keeps {
        put(writing, batch, keep)?;
        if batch.len() >= PORTION {
            writing.run(batch).await?;
        }
    }
    Ok(())
}

fn put(writing: &mut Writing, batch: &mut Batch, keep: Keep) -> Result<(), JournalError> {
    match keep {
        Keep::Schedule(schedule) => {
            let record = json(&schedule)?;
            let sum = Sum::of("schedule").text(&schedule.name).bytes(&record).finish();
            batch.statement(PUT_SCHEDULE).bind(schedule.name).bind(record).bind(sum);
        }
        Keep::Remove(name) => {
            batch.statement("DELETE FROM schedules WHERE name = ?").bind(name);
        }
        Keep::Occurrence(occurrence) => put_occurrence(batch, &occurrence),
        Keep::Unmiss { schedule, after } => {
            batch.statement(UNMISS).bind(schedule).bind(nanoseconds(after));
        }
        Keep::Deployment(deployment, programs) => {
            for program in &programs {
                put_program(batch, program);
            }
            batch.statement("DELETE FROM deployed_programs");
            for digest in &deployment.programs {
                batch
                    .statement("INSERT OR IGNORE INTO deployed_programs (digest) VALUES (?)")
                    .bind(digest.as_str());
            }
            let record = json(&deployment)?;
            let sum = Sum::of("deployment").bytes(&record).finish();
            batch.statement(PUT_DEPLOYMENT).bind(record).bind(sum);
        }
        Keep::Notice(notice) => {
            let (record, sum) = packed(&notice)?;
            let (state, at) = (notice.state.number(), nanoseconds(notice.at));
            let batch = batch.statement(PUT_NOTICE).bind(notice.recipient).bind(notice.key);
            batch.bind(state).bind(at).bind(record).bind(sum);
        }
        Keep::NoticeAfter(notice) => change_notice(batch, &notice)?,
        Keep::RestoreSeen => {
            writing.meta.restored = None;
            let mut meta = writing.meta.clone();
            // The end of the transaction raises it.
            meta.counter -= 1;
            meta.replace(batch);
        }
    }
    Ok(())
}

/// Stores a notice that has changed.
pub(super) fn change_notice(batch: &mut Batch, notice: &NoticeRecord) -> Result<(), JournalError> {
    let (record, sum) = packed(notice)?;
    let (state, at) = (notice.state.number(), nanoseconds(notice.next));
    let batch = batch.statement(CHANGE_NOTICE).bind(state).bind(at);
    batch.bind(record).bind(sum).bind(notice.id.cast_signed());
    Ok(())
}

pub(super) fn put_occurrence(batch: &mut Batch, occurrence: &Occurrence) {
    let Occurrence { schedule, due, fate, reason, starts, decided, run } = occurrence;
    let run = run.as_ref().map(|run| run.as_str());
    batch
        .statement(PUT_OCCURRENCE)
        .bind(schedule.as_str())
        .bind(nanoseconds(*due))
        .bind(fate.number())
        .bind(reason.as_str())
        .bind(nanoseconds(*starts))
        .bind(nanoseconds(*decided))
        .bind(run)
        .bind(occurrence_sum(occurrence));
}

fn occurrence_sum(occurrence: &Occurrence) -> i64 {
    let Occurrence { schedule, due, fate, reason, starts, decided, run } = occurrence;
    let sum = Sum::of("occurrence").text(schedule).number(nanoseconds(*due)).number(fate.number());
    let sum = sum.text(reason).number(nanoseconds(*starts)).number(nanoseconds(*decided));
    sum.maybe_text(run.as_ref().map(|run| run.as_str())).finish()
}

/// One occurrence, where its due time has a fate.
pub(super) async fn occurrence(
    connection: &mut SqliteConnection,
    schedule: &str,
    due: Timestamp,
) -> Result<Option<Occurrence>, JournalError> {
    let mut query = QueryBuilder::<Sqlite>::new(OCCURRENCES);
    query.push(" WHERE schedule = ").push_bind(schedule);
    query.push(" AND due = ").push_bind(nanoseconds(due));
    let row = query.build().fetch_optional(connection).await.map_err(of_database)?;
    row.map(|row| read_occurrence(&row)).transpose()
}

pub(super) async fn occurrences(
    connection: &mut SqliteConnection,
    filter: &OccurrenceFilter,
) -> Result<Vec<Occurrence>, JournalError> {
    let mut query = QueryBuilder::<Sqlite>::new(OCCURRENCES);
    query.push(" WHERE 1");
    if let Some(schedule) = &filter.schedule {
        query.push(" AND schedule = ").push_bind(schedule.as_str());
    }
    if let Some(from) = filter.from {
        query.push(" AND due >= ").push_bind(nanoseconds(from));
    }
    if let Some(until) = filter.until {
        query.push(" AND due < ").push_bind(nanoseconds(until));
    }
    if !filter.fates.is_empty() {
        query.push(" AND fate IN (");
        let mut list = query.separated(", ");
        for fate in &filter.fates {
            list.push_bind(fate.number());
        }
        query.push(")");
    }
    query.push(" ORDER BY due DESC, schedule");
    if filter.limit > 0 {
        query.push(" LIMIT ").push_bind(i64::from(filter.limit));
    }
    let rows = query.build().persistent(false).fetch_all(connection).await.map_err(of_database)?;
    rows.iter().map(read_occurrence).collect()
}

fn read_occurrence(row: &SqliteRow) -> Result<Occurrence, JournalError> {
    let schedule: String = column(row, 0)?;
    let damaged = || corrupt(format!("an occurrence of {schedule}"));
    let run: Option<String> = column(row, 6)?;
    let run = run.map(|run| run.parse()).transpose().map_err(|_| damaged())?;
    let occurrence = Occurrence {
        due: time(column(row, 1)?),
        fate: word::<Fate>(row, 2)?.ok_or_else(damaged)?,
        reason: column(row, 3)?,
        starts: time(column(row, 4)?),
        decided: time(column(row, 5)?),
        run,
        schedule: schedule.clone(),
    };
    match column::<i64>(row, 7)? == occurrence_sum(&occurrence) {
        true => Ok(occurrence),
        false => Err(damaged()),
    }
}

pub(super) async fn schedules(
    connection: &mut SqliteConnection,
) -> Result<Vec<ScheduleRecord>, JournalError> {
    const SELECT: &str = "SELECT name, record, checksum FROM schedules ORDER BY name";
    let rows = sqlx::query(SELECT).fetch_all(connection).await.map_err(of_database)?;
    let read = |row: &SqliteRow| {
        let (name, record): (&str, &[u8]) = (column(row, 0)?, column(row, 1)?);
        let sum = Sum::of("schedule").text(name).bytes(record).finish();
        whole(record, sum, column(row, 2)?).ok_or_else(|| corrupt(format!("schedule {name}")))
    };
    rows.iter().map(read).collect()
}

pub(super) async fn deployment(
    connection: &mut SqliteConnection,
) -> Result<Option<Deployment>, JournalError> {
    const SELECT: &str = "SELECT record, checksum FROM deployments";
    let row = sqlx::query(SELECT).fetch_optional(connection).await.map_err(of_database)?;
    let Some(row) = row else { return Ok(None) };
    let record: &[u8] = column(&row, 0)?;
    let sum = Sum::of("deployment").bytes(record).finish();
    let deployment = whole(record, sum, column(&row, 1)?);
    deployment.map(Some).ok_or_else(|| corrupt("what was deployed"))
}

pub(super) async fn notices(
    connection: &mut SqliteConnection,
    state: Option<NoticeState>,
    limit: u32,
) -> Result<Vec<NoticeRecord>, JournalError> {
    let mut query = QueryBuilder::<Sqlite>::new(NOTICES);
    if let Some(state) = state {
        query.push(" WHERE state = ").push_bind(state.number());
    }
    query.push(" ORDER BY id LIMIT ").push_bind(if limit == 0 { -1 } else { i64::from(limit) });
    let rows = query.build().persistent(false).fetch_all(connection).await.map_err(of_database)?;
    rows.iter().map(read_notice).collect()
}

fn read_notice(row: &SqliteRow) -> Result<NoticeRecord, JournalError> {
    let id: i64 = column(row, 0)?;
    let (recipient, key, record): (&str, &str, &[u8]) =
        (column(row, 1)?, column(row, 2)?, column(row, 4)?);
    let sum = notice_sum(recipient, key, column(row, 3)?, record);
    let notice: Option<NoticeRecord> = whole(record, sum, column(row, 5)?);
    let notice = notice.ok_or_else(|| corrupt(format!("notice {id}")))?;
    Ok(NoticeRecord { id: id.cast_unsigned(), ..notice })
}

fn packed(notice: &NoticeRecord) -> Result<(Vec<u8>, i64), JournalError> {
    // The number is the row's.
    let record = json(&NoticeRecord { id: 0, ..notice.clone() })?;
    let sum = notice_sum(&notice.recipient, &notice.key, notice.state.number(), &record);
    Ok((record, sum))
}

fn notice_sum(recipient: &str, key: &str, state: i64, record: &[u8]) -> i64 {
    Sum::of("notice").text(recipient).text(key).number(state).bytes(record).finish()
}

/// Deletes what is older than runs are kept: occurrences that made none, and notices that are settled; and, much later, what made
/// runs.
pub(super) fn sweep(batch: &mut Batch, before: Timestamp) {
    let guards = nanoseconds(rules::guards_before(before));
    let before = nanoseconds(before);
    batch.statement("DELETE FROM occurrences WHERE due < ? AND fate NOT IN (0, 1)").bind(before);
    batch.statement("DELETE FROM occurrences WHERE due < ? AND fate = 1").bind(guards);
    batch.statement("DELETE FROM events WHERE at < ?").bind(guards);
    batch.statement("DELETE FROM notices WHERE changed < ? AND state <> 0").bind(before);
}

fn whole<T: DeserializeOwned>(record: &[u8], sum: i64, stored: i64) -> Option<T> {
    unpack_json(record).filter(|_| sum == stored)
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, JournalError> {
    let text = serde_json::to_vec(value).map_err(|error| {
        let message = format!("cannot write what the scheduler keeps: {error}");
        JournalError::new(JournalErrorKind::State, message)
    })?;
    Ok(pack(&text))
}

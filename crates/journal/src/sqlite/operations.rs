//! SQLite as a backend: each operation one transaction.

use std::path::Path;

use jiff::Timestamp;
use pianoroll_model::{Position, RunId, Status};
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;

use super::error::{corrupt, of_database};
use super::meta::Meta;
use super::values::{column, entry_id, last_id, number_of, time};
use super::words::Word as _;
use super::{Paused, Sqlite, commit, entries, lifecycle, records, runs, timetable, upkeep};
use crate::backend::{Backend, Fenced, Pending, Write};
use crate::entry::{Answer, Entry, EntryState, Note};
use crate::erase::Wanted;
use crate::error::JournalError;
use crate::rules;
use crate::run::{
    AttemptRecord, Claim, End, LastRun, NewRun, Program, RunFilter, RunRecord, StateScope,
    StateValue,
};
use crate::timetable::{
    Deployment, Keep, NoticeRecord, NoticeState, Occurrence, OccurrenceFilter, ScheduleRecord,
};

impl Backend for Sqlite {
    fn owner_epoch(&self) -> u64 {
        self.owner
    }

    fn commit(&self, writes: Vec<Write>) -> Pending<'_, Fenced> {
        Box::pin(async move {
            let mut writing = self.writing().await?;
            let written = commit::commit(&mut writing, writes).await;
            if written.is_err() {
                // What is wrong was told; whether it can be written again shows next time.
                let _ = writing.settle().await;
            }
            written
        })
    }

    fn create(&self, run: NewRun, program: Program) -> Pending<'_, Option<RunId>> {
        Box::pin(async move {
            let (mut writing, mut batch) = self.turn().await?;
            let result = lifecycle::create(&mut writing, &mut batch, run, program).await;
            self.conclude(&mut writing, batch, result).await
        })
    }

    fn claim(&self, run: &RunId, at: Timestamp) -> Pending<'_, Claim> {
        let run = run.clone();
        Box::pin(async move {
            let (mut writing, mut batch) = self.turn().await?;
            let result = lifecycle::claim(&mut writing, &mut batch, &run, at).await;
            self.conclude(&mut writing, batch, result).await
        })
    }

    fn end(&self, claim: &Claim, end: End) -> Pending<'_, ()> {
        let claim = claim.clone();
        Box::pin(async move {
            let (mut writing, mut batch) = self.turn().await?;
            let result = lifecycle::end(&mut writing, &mut batch, &claim, end).await;
            self.conclude(&mut writing, batch, result).await
        })
    }

    fn resolve(&self, run: &RunId, number: u64, answer: Answer) -> Pending<'_, ()> {
        let run = run.clone();
        Box::pin(async move {
            let (mut writing, mut batch) = self.turn().await?;
            let result = lifecycle::resolve(&mut writing, &mut batch, &run, number, answer).await;
            self.conclude(&mut writing, batch, result).await
        })
    }

    fn close(&self, run: &RunId, end: End) -> Pending<'_, ()> {
        let run = run.clone();
        Box::pin(async move {
            let (mut writing, mut batch) = self.turn().await?;
            let result = lifecycle::close(&mut writing, &mut batch, &run, end).await;
            self.conclude(&mut writing, batch, result).await
        })
    }

    fn request_cancel(&self, run: &RunId) -> Pending<'_, ()> {
        let run = run.clone();
        Box::pin(async move {
            let (mut writing, mut batch) = self.turn().await?;
            let change = rules::request_cancel;
            let result = lifecycle::change(&mut writing, &mut batch, &run, change).await;
            self.conclude(&mut writing, batch, result).await
        })
    }

    fn release(&self, run: &RunId, at: Timestamp) -> Pending<'_, ()> {
        let run = run.clone();
        Box::pin(async move {
            let (mut writing, mut batch) = self.turn().await?;
            let change = |record: &mut RunRecord| rules::release(record, at);
            let result = lifecycle::change(&mut writing, &mut batch, &run, change).await;
            self.conclude(&mut writing, batch, result).await
        })
    }

    fn run(&self, run: &RunId) -> Pending<'_, Option<RunRecord>> {
        let run = run.clone();
        Box::pin(async move {
            let found = runs::find(&mut *self.reader().await?, &run).await?;
            Ok(found.map(|found| found.record))
        })
    }

    fn runs(&self, filter: &RunFilter) -> Pending<'_, Vec<RunRecord>> {
        let filter = filter.clone();
        Box::pin(async move {
            let found = runs::list(&mut *self.reader().await?, &filter).await?;
            Ok(found.into_iter().map(|found| found.record).collect())
        })
    }

    fn attempts(&self, run: &RunId) -> Pending<'_, Vec<AttemptRecord>> {
        let run = run.clone();
        Box::pin(async move { records::attempts(&mut *self.reader().await?, &run).await })
    }

    fn positions(&self, run: &RunId) -> Pending<'_, Vec<(u64, Position, bool)>> {
        let run = run.clone();
        Box::pin(async move {
            let mut reader = self.reader().await?;
            // One moment for both: an owner may go on beside.
            let mut moment = reader.begin().await.map_err(of_database)?;
            let positions = positions(&mut moment, &run).await?;
            moment.rollback().await.map_err(of_database)?;
            Ok(positions)
        })
    }

    fn entries(&self, run: &RunId, from: u64, count: u32, bytes: usize) -> Pending<'_, Vec<Entry>> {
        let run = run.clone();
        Box::pin(async move {
            let mut reader = self.reader().await?;
            let mut moment = reader.begin().await.map_err(of_database)?;
            let entries = chunk(&mut moment, &run, from, count, bytes).await?;
            moment.rollback().await.map_err(of_database)?;
            Ok(entries)
        })
    }

    fn notes(&self, run: &RunId) -> Pending<'_, Vec<Note>> {
        let run = run.clone();
        Box::pin(async move { records::notes(&mut *self.reader().await?, &run).await })
    }

    fn program(&self, digest: &str) -> Pending<'_, Option<Program>> {
        let digest = digest.to_owned();
        Box::pin(async move { records::program(&mut *self.reader().await?, &digest).await })
    }

    fn state(&self, scope: &StateScope, key: &str) -> Pending<'_, Option<StateValue>> {
        let (scope, key) = (scope.clone(), key.to_owned());
        Box::pin(async move { records::state(&mut *self.reader().await?, &scope, &key).await })
    }

    fn states(&self, scope: Option<&StateScope>) -> Pending<'_, Vec<StateValue>> {
        let scope = scope.cloned();
        Box::pin(async move { records::states(&mut *self.reader().await?, scope.as_ref()).await })
    }

    fn set_state(
        &self,
        scope: &StateScope,
        key: &str,
        value: Option<serde_json::Value>,
        at: Timestamp,
    ) -> Pending<'_, ()> {
        let (scope, key) = (scope.clone(), key.to_owned());
        Box::pin(async move {
            let (mut writing, mut batch) = self.turn().await?;
            records::put_state(&mut batch, &scope, &key, value.as_ref(), at, None);
            self.conclude(&mut writing, batch, Ok(())).await
        })
    }

    fn last_run(&self, scope: &StateScope) -> Pending<'_, Option<LastRun>> {
        let scope = scope.clone();
        Box::pin(async move {
            let mut reader = self.reader().await?;
            let (automation, account) = (&scope.automation, &scope.connection);
            let found = runs::newest_completed(&mut reader, automation, account).await?;
            Ok(found.map(|found| rules::last_run(&found.record)))
        })
    }

    fn keep(&self, keeps: Vec<Keep>) -> Pending<'_, ()> {
        Box::pin(async move {
            let (mut writing, mut batch) = self.turn().await?;
            let result = timetable::keep(&mut writing, &mut batch, keeps).await;
            self.conclude(&mut writing, batch, result).await
        })
    }

    fn schedules(&self) -> Pending<'_, Vec<ScheduleRecord>> {
        Box::pin(async move {
            match self.has_timetable {
                true => timetable::schedules(&mut *self.reader().await?).await,
                false => Ok(Vec::new()),
            }
        })
    }

    fn occurrences(&self, filter: &OccurrenceFilter) -> Pending<'_, Vec<Occurrence>> {
        let filter = filter.clone();
        Box::pin(async move {
            match self.has_timetable {
                true => timetable::occurrences(&mut *self.reader().await?, &filter).await,
                false => Ok(Vec::new()),
            }
        })
    }

    fn deployment(&self) -> Pending<'_, Option<Deployment>> {
        Box::pin(async move {
            match self.has_timetable {
                true => timetable::deployment(&mut *self.reader().await?).await,
                false => Ok(None),
            }
        })
    }

    fn notices(&self, state: Option<NoticeState>, limit: u32) -> Pending<'_, Vec<NoticeRecord>> {
        Box::pin(async move {
            match self.has_timetable {
                true => timetable::notices(&mut *self.reader().await?, state, limit).await,
                false => Ok(Vec::new()),
            }
        })
    }

    fn restored(&self) -> Pending<'_, Option<Paused>> {
        Box::pin(async move {
            let meta = Meta::read(&mut *self.reader().await?).await?;
            Ok(meta.restored.map(|(as_of, at)| Paused { as_of: time(as_of), at: time(at) }))
        })
    }

    fn sweep(&self, ended: Timestamp, replaced: Timestamp, reads: Timestamp) -> Pending<'_, u64> {
        Box::pin(async move {
            let (mut writing, mut batch) = self.turn().await?;
            let result = upkeep::sweep(&mut writing, &mut batch, ended, replaced, reads).await;
            self.conclude(&mut writing, batch, result).await
        })
    }

    fn erase(&self, text: &str) -> Pending<'_, (u64, Vec<RunId>)> {
        let wanted = Wanted::new(text);
        Box::pin(async move {
            let wanted = wanted?;
            let (mut writing, mut batch) = self.turn().await?;
            let result = upkeep::erase(&mut writing, &mut batch, &wanted).await;
            let erased = self.conclude(&mut writing, batch, result).await?;
            upkeep::scrub(&mut writing.connection).await?;
            Ok(erased)
        })
    }

    fn backup(&self, to: &Path) -> Pending<'_, ()> {
        let to = to.to_owned();
        Box::pin(async move { upkeep::backup(&mut *self.reader().await?, &to).await })
    }

    fn shut(&self) -> Pending<'_, ()> {
        Box::pin(async move {
            self.readers.close().await;
            let Some(writing) = &self.writing else { return Ok(()) };
            let Some(writing) = writing.lock().await.take() else { return Ok(()) };
            writing.close().await
        })
    }
}

async fn positions(
    connection: &mut SqliteConnection,
    run: &RunId,
) -> Result<Vec<(u64, Position, bool)>, JournalError> {
    const SELECT: &str = "SELECT id, parallel, item, sequence, part, state FROM entries WHERE id BETWEEN ? AND ? ORDER BY id";
    let Some(stored) = runs::find(connection, run).await? else { return Ok(Vec::new()) };
    let first = entry_id(stored.serial, run, 0)?;
    let query = sqlx::query(SELECT).bind(first).bind(last_id(stored.serial));
    let rows = query.fetch_all(connection).await.map_err(of_database)?;
    let (mut positions, mut places) = (Vec::with_capacity(rows.len()), 0_u64);
    for row in &rows {
        let number = number_of(column(row, 0)?);
        let position = entries::position(row, 1)?;
        let void = column::<i64>(row, 5)? == EntryState::Void.number();
        places = places.wrapping_add(entries::place(number, position, void));
        positions.push((number, position, void));
    }
    upkeep::check_places(&stored, positions.len() as u64, places)?;
    Ok(positions)
}

async fn chunk(
    connection: &mut SqliteConnection,
    run: &RunId,
    from: u64,
    count: u32,
    bytes: usize,
) -> Result<Vec<Entry>, JournalError> {
    let Some(stored) = runs::find(connection, run).await? else { return Ok(Vec::new()) };
    let Ok(first) = entry_id(stored.serial, run, from) else { return Ok(Vec::new()) };
    let is_open = stored.record.status != Status::Finished;
    let (mut chunk, mut held, mut next, mut left) = (Vec::new(), 0, first, count);
    // In portions, so that few large entries are not followed by many that nobody wants.
    while left > 0 {
        let portion = left.min(128);
        let query = sqlx::query(entries::SELECT).bind(next).bind(last_id(stored.serial));
        let rows = query.bind(i64::from(portion)).fetch_all(&mut *connection).await;
        let rows = rows.map_err(of_database)?;
        for row in &rows {
            let found = entries::read(run, row)?;
            if found.forgotten && is_open && found.entry.state() != EntryState::Void {
                return Err(corrupt(format!("call {} of run {run}", found.entry.number)));
            }
            held += rules::size(&found.entry);
            chunk.push(found.entry);
            if held >= bytes {
                return Ok(chunk);
            }
        }
        left -= portion;
        let Some(last) = rows.last().filter(|_| rows.len() == portion as usize) else { break };
        next = column::<i64>(last, 0)? + 1;
    }
    Ok(chunk)
}

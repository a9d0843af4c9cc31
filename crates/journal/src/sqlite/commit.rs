//! What attempts write.

use std::collections::HashMap;

use pianoroll_model::Position;
use sqlx::sqlite::SqliteConnection;

use super::batch::Batch;
use super::error::of_database;
use super::values::{column, entry_id, first_id, last_id, number_of};
use super::writing::Writing;
use super::{entries, records, runs};
use crate::backend::{Fenced, Write};
use crate::entry::{Answer, Entry, EntryState, Intent};
use crate::error::JournalError;
use crate::rules;
use crate::run::{Claim, RunRecord};

/// How many statements go to SQLite at once: more would save little, and each mixture of them is prepared once.
const TOGETHER: usize = 4;

const VOIDS: &str = "SELECT id, tries, parallel, item, sequence, part FROM entries WHERE id BETWEEN ? AND ? AND state = 4";

/// A run that is being written to: what its next writes need.
pub(super) struct Live {
    serial: i64,
    record: RunRecord,
    entries: u64,
    places: u64,
    /// What was sent and is not answered: the sum of what it asks, and where it stands.
    sent: HashMap<u64, (i64, Position)>,
    /// What does not count, with how often it was made.
    void: HashMap<u64, (Position, u32)>,
    changed: bool,
}

impl Live {
    async fn read(
        connection: &mut SqliteConnection,
        run: runs::Stored,
    ) -> Result<Self, JournalError> {
        let query = sqlx::query(VOIDS).bind(first_id(run.serial)).bind(last_id(run.serial));
        let mut void = HashMap::new();
        for row in query.fetch_all(connection).await.map_err(of_database)? {
            let tries = u32::try_from(column::<i64>(&row, 1)?).unwrap_or(u32::MAX);
            void.insert(number_of(column(&row, 0)?), (entries::position(&row, 2)?, tries));
        }
        let (entries, places) = (run.record.entries, run.places);
        let (serial, record, sent) = (run.serial, run.record, HashMap::new());
        Ok(Self { serial, record, entries, places, sent, void, changed: false })
    }

    fn moves(&mut self, number: u64, position: Position, from: Option<bool>, to: bool) {
        match from {
            Some(void) => {
                self.places = self.places.wrapping_sub(entries::place(number, position, void));
            }
            None => self.entries += 1,
        }
        self.places = self.places.wrapping_add(entries::place(number, position, to));
        self.changed = true;
    }
}

/// Writes all of these, or none of them.
pub(super) async fn commit(
    writing: &mut Writing,
    writes: Vec<Write>,
) -> Result<Fenced, JournalError> {
    let (mut fenced, mut batch, mut begun) = (Fenced::new(), Batch::default(), false);
    for write in writes {
        let claim = write.claim();
        if !load(writing, claim).await? {
            if !fenced.contains(claim) {
                fenced.push(claim.clone());
            }
            continue;
        }
        if matches!(write, Write::Void { number: 0, .. }) {
            continue;
        }
        if !begun {
            writing.begin(&mut batch);
            begun = true;
        }
        if batch.len() >= TOGETHER {
            writing.run(&mut batch).await?;
        }
        put(writing, &mut batch, write).await?;
    }
    if begun {
        for live in writing.live.values_mut().filter(|live| live.changed) {
            let epoch = live.record.epoch;
            runs::advance(&mut batch, live.serial, epoch, live.entries, live.places);
            live.changed = false;
        }
        writing.conclude(&mut batch).await?;
    }
    Ok(fenced)
}

/// Makes sure that the run of a claim is at hand; answers whether the claim may write.
async fn load(writing: &mut Writing, claim: &Claim) -> Result<bool, JournalError> {
    if let Some(live) = writing.live.get(&claim.run) {
        return Ok(rules::holds(&live.record, claim));
    }
    let Some(run) = runs::find(&mut writing.connection, &claim.run).await? else {
        return Ok(false);
    };
    if !rules::holds(&run.record, claim) {
        return Ok(false);
    }
    let live = Live::read(&mut writing.connection, run).await?;
    writing.live.insert(claim.run.clone(), live);
    Ok(true)
}

async fn put(writing: &mut Writing, batch: &mut Batch, write: Write) -> Result<(), JournalError> {
    match write {
        Write::Intent { claim, number, intent } => {
            entry(writing, batch, &claim, number, intent, None)
        }
        Write::Record { claim, number, intent, answer } => {
            entry(writing, batch, &claim, number, intent, Some(answer))
        }
        Write::Answer { claim, number, answer } => {
            answered(writing, batch, &claim, number, answer).await
        }
        Write::Void { claim, number } => void(writing, batch, &claim, number).await,
        Write::Note { claim, note } => {
            if let Some(live) = writing.live.get(&claim.run) {
                records::put_note(batch, live.serial, &note);
            }
            Ok(())
        }
        Write::State { claim, scope, key, value, at } => {
            records::put_state(batch, &scope, &key, value.as_ref(), at, Some(&claim.run));
            Ok(())
        }
    }
}

fn entry(
    writing: &mut Writing,
    batch: &mut Batch,
    claim: &Claim,
    number: u64,
    intent: Intent,
    answer: Option<Answer>,
) -> Result<(), JournalError> {
    let Some(live) = writing.live.get_mut(&claim.run) else { return Err(rules::fenced()) };
    let (position, attempt) = (intent.position, claim.attempt);
    let again = live.void.remove(&number);
    if again.is_some_and(|(old, _)| old != position) {
        return Err(rules::taken(&claim.run, number));
    }
    let tries = again.map_or(1, |(_, tries)| tries + 1);
    let sql = if again.is_some() { entries::REPLACE } else { entries::INSERT };
    let entry = Entry { number, attempt, tries, intent, answer };
    let asked = entries::put(batch, sql, live.serial, &claim.run, &entry)?;
    let is_void = entry.state() == EntryState::Void;
    live.moves(number, position, again.map(|_| true), is_void);
    if is_void {
        live.void.insert(number, (position, tries));
    } else if entry.answer.is_none() {
        live.sent.insert(number, (asked, position));
    }
    Ok(())
}

async fn answered(
    writing: &mut Writing,
    batch: &mut Batch,
    claim: &Claim,
    number: u64,
    answer: Answer,
) -> Result<(), JournalError> {
    let now_void = answer.state == EntryState::Void;
    let Some(live) = writing.live.get_mut(&claim.run) else { return Err(rules::fenced()) };
    let id = entry_id(live.serial, &claim.run, number)?;
    if !now_void && let Some((asked, _)) = live.sent.remove(&number) {
        entries::answer(batch, id, asked, claim.attempt, &answer);
        return Ok(());
    }
    // An intent of an earlier attempt, or one that was answered before.
    let old = find(writing, batch, claim, number).await?;
    let mut entry = old.ok_or_else(|| rules::no_entry(&claim.run, number))?;
    let was_void = entry.state() == EntryState::Void;
    (entry.answer, entry.attempt) = (Some(answer), claim.attempt);
    rewrite(writing, batch, claim, entry, was_void)
}

async fn void(
    writing: &mut Writing,
    batch: &mut Batch,
    claim: &Claim,
    number: u64,
) -> Result<(), JournalError> {
    let Some(mut entry) = find(writing, batch, claim, number).await? else { return Ok(()) };
    let was_void = entry.state() == EntryState::Void;
    rules::void(&mut entry);
    entry.attempt = claim.attempt;
    rewrite(writing, batch, claim, entry, was_void)
}

fn rewrite(
    writing: &mut Writing,
    batch: &mut Batch,
    claim: &Claim,
    entry: Entry,
    was_void: bool,
) -> Result<(), JournalError> {
    let Some(live) = writing.live.get_mut(&claim.run) else { return Err(rules::fenced()) };
    let (number, position) = (entry.number, entry.intent.position);
    entries::put(batch, entries::REPLACE, live.serial, &claim.run, &entry)?;
    let is_void = entry.state() == EntryState::Void;
    live.moves(number, position, Some(was_void), is_void);
    live.sent.remove(&number);
    live.void.remove(&number);
    if is_void {
        live.void.insert(number, (position, entry.tries));
    }
    Ok(())
}

/// An entry as it stands behind what is in the batch.
async fn find(
    writing: &mut Writing,
    batch: &mut Batch,
    claim: &Claim,
    number: u64,
) -> Result<Option<Entry>, JournalError> {
    writing.run(batch).await?;
    let Some(live) = writing.live.get(&claim.run) else { return Ok(None) };
    let Ok(id) = entry_id(live.serial, &claim.run, number) else { return Ok(None) };
    let query = sqlx::query(entries::SELECT).bind(id).bind(id).bind(1_i64);
    let row = query.fetch_optional(&mut writing.connection).await.map_err(of_database)?;
    Ok(row.map(|row| entries::read(&claim.run, &row)).transpose()?.map(|stored| stored.entry))
}

//! Entries: written by their attempt, and read by the next one.

use pianoroll_model::{Position, RunId};
use sqlx::{AssertSqlSafe, Row as _, SqlitePool};

use super::error::{corrupt, of_database};
use super::pack::pack;
use super::rows::{
    ENTRY, NUMBER_BITS, entry, entry_id, intent_sum, nanoseconds, numbers, place, place_sum,
    position, progress, state_sum,
};
use super::sum::of_bytes;
use super::words::Word;
use super::writing::{Progress, Writing};
use crate::entry::{Answer, Entry, EntryState, Intent};
use crate::error::JournalError;
use crate::rules;
use crate::run::Claim;

impl Writing {
    /// Writes a new entry, or one at the place of a void one.
    pub(super) async fn put_entry(
        &mut self,
        claim: &Claim,
        number: u64,
        intent: &Intent,
        answer: Option<&Answer>,
        progress: &mut Progress,
    ) -> Result<(), JournalError> {
        let id = entry_id(progress.serial, number);
        let arguments = pack(&intent.arguments);
        let intent_sum = intent_sum(id, claim.attempt, intent, &arguments);
        let state = answer.map_or(EntryState::Sent, |answer| answer.state);
        let replaced = intent.replaced.as_ref().map(|replaced| pack(replaced));
        let body = answer.filter(|answer| !answer.body.is_empty()).map(|answer| pack(&answer.body));
        let numbers = answer.map(numbers);
        let [parallel, item, sequence, part] = place(intent.position);
        let statement = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
             ON CONFLICT (id) DO UPDATE SET attempt = excluded.attempt, tries = tries + 1, kind = excluded.kind, \
             name = excluded.name, effect = excluded.effect, account = excluded.account, target = excluded.target, \
             items = excluded.items, at = excluded.at, arguments = excluded.arguments, intent_sum = excluded.intent_sum, \
             state = excluded.state, state_sum = excluded.state_sum, answer = excluded.answer, \
             answer_sum = excluded.answer_sum, body = excluded.body, body_sum = excluded.body_sum, \
             replaced = excluded.replaced, replaced_sum = excluded.replaced_sum \
             WHERE state = 4 AND parallel = excluded.parallel AND item = excluded.item \
             AND sequence = excluded.sequence AND part = excluded.part RETURNING tries";
        let written = sqlx::query(statement)
            .bind(id)
            .bind(parallel)
            .bind(item)
            .bind(sequence)
            .bind(part)
            .bind(i64::from(claim.attempt))
            .bind(intent.kind.number())
            .bind(intent.name.as_str())
            .bind(intent.effect.number())
            .bind(intent.account.as_deref())
            .bind(intent.target.as_str())
            .bind(i64::try_from(intent.items).unwrap_or(i64::MAX))
            .bind(nanoseconds(intent.at))
            .bind(arguments)
            .bind(intent_sum)
            .bind(state.number())
            .bind(state_sum(id, state))
            .bind(numbers.as_deref())
            .bind(numbers.as_deref().map(of_bytes))
            .bind(body.as_deref())
            .bind(body.as_deref().map(of_bytes))
            .bind(replaced.as_deref())
            .bind(replaced.as_deref().map(of_bytes))
            .fetch_optional(self.connection()?)
            .await;
        let row = match written {
            Ok(row) => row,
            Err(error) if super::error::is_taken(&error) => None,
            Err(error) => return Err(of_database(error)),
        };
        let row = row.ok_or_else(|| rules::taken(&claim.run, number))?;
        let tries: i64 = row.try_get(0).map_err(of_database)?;
        if tries == 1 {
            progress.entries += 1;
        } else {
            let void = place_sum(id, intent.position, true);
            progress.places = progress.places.wrapping_sub(void);
        }
        let now = place_sum(id, intent.position, state == EntryState::Void);
        progress.places = progress.places.wrapping_add(now);
        Ok(())
    }

    /// Writes what came of an entry.
    pub(super) async fn answer_entry(
        &mut self,
        run: &RunId,
        number: u64,
        answer: &Answer,
        progress: &mut Progress,
    ) -> Result<(), JournalError> {
        let id = entry_id(progress.serial, number);
        let (was, position) =
            self.standing(id).await?.ok_or_else(|| rules::no_entry(run, number))?;
        let body = Some(&answer.body).filter(|body| !body.is_empty()).map(|body| pack(body));
        let numbers = numbers(answer);
        let statement = "UPDATE entries SET state = ?, state_sum = ?, answer = ?, answer_sum = ?, body = ?, body_sum = ? WHERE id = ?";
        sqlx::query(statement)
            .bind(answer.state.number())
            .bind(state_sum(id, answer.state))
            .bind(numbers.as_slice())
            .bind(of_bytes(&numbers))
            .bind(body.as_deref())
            .bind(body.as_deref().map(of_bytes))
            .bind(id)
            .execute(self.connection()?)
            .await
            .map_err(of_database)?;
        moved(progress, id, position, was, answer.state);
        Ok(())
    }

    /// Takes an entry out of what counts. A number that nothing has is none.
    pub(super) async fn void_entry(
        &mut self,
        number: u64,
        progress: &mut Progress,
    ) -> Result<(), JournalError> {
        if number == 0 {
            return Ok(());
        }
        let id = entry_id(progress.serial, number);
        let Some((was, position)) = self.standing(id).await? else { return Ok(()) };
        let numbers = numbers(&Answer::value(Vec::new()));
        // One that had no answer gets an empty one, since only an answer has a state.
        let statement = "UPDATE entries SET state = ?1, state_sum = ?2, answer_sum = coalesce(answer_sum, ?4), \
                         answer = coalesce(answer, ?3) WHERE id = ?5";
        sqlx::query(statement)
            .bind(EntryState::Void.number())
            .bind(state_sum(id, EntryState::Void))
            .bind(numbers.as_slice())
            .bind(of_bytes(&numbers))
            .bind(id)
            .execute(self.connection()?)
            .await
            .map_err(of_database)?;
        moved(progress, id, position, was, EntryState::Void);
        Ok(())
    }

    /// The state and position of an entry.
    async fn standing(&mut self, id: i64) -> Result<Option<(EntryState, Position)>, JournalError> {
        let statement = "SELECT state, parallel, item, sequence, part FROM entries WHERE id = ?";
        let row = sqlx::query(statement).bind(id).fetch_optional(self.connection()?).await;
        let Some(row) = row.map_err(of_database)? else { return Ok(None) };
        let number = |column: usize| row.try_get::<i64, _>(column).map_err(of_database);
        let state = EntryState::of_number(number(0)?);
        let state = state.ok_or_else(|| corrupt(format_args!("entry {id}")))?;
        Ok(Some((state, position([number(1)?, number(2)?, number(3)?, number(4)?]))))
    }

    /// The entry of a number.
    pub(super) async fn entry(
        &mut self,
        run: &RunId,
        serial: i64,
        number: u64,
    ) -> Result<Entry, JournalError> {
        let statement = format!("SELECT {ENTRY} FROM entries WHERE id = ?");
        let row = sqlx::query(AssertSqlSafe(statement)).bind(entry_id(serial, number));
        let row = row.fetch_optional(self.connection()?).await.map_err(of_database)?;
        entry(&row.ok_or_else(|| rules::no_entry(run, number))?, run)
    }
}

fn moved(progress: &mut Progress, id: i64, position: Position, was: EntryState, is: EntryState) {
    let (was, is) = (was == EntryState::Void, is == EntryState::Void);
    if was != is {
        let places = progress.places.wrapping_sub(place_sum(id, position, was));
        progress.places = places.wrapping_add(place_sum(id, position, is));
    }
}

/// Where the entries of a run stand. One that is missing, or has moved, shows here.
pub(super) async fn positions(
    pool: &SqlitePool,
    run: &RunId,
) -> Result<Vec<(u64, Position, bool)>, JournalError> {
    // Within one transaction, so that what an owner writes meanwhile is in both or in neither.
    let mut read = pool.begin().await.map_err(of_database)?;
    let Some(progress) = progress(&mut read, run).await? else { return Ok(Vec::new()) };
    let statement = "SELECT id, parallel, item, sequence, part, state FROM entries WHERE id >= ? AND id < ? ORDER BY id";
    let rows = sqlx::query(statement)
        .bind(entry_id(progress.serial, 0))
        .bind(entry_id(progress.serial + 1, 0))
        .fetch_all(&mut *read)
        .await
        .map_err(of_database)?;
    let mut found = Vec::with_capacity(rows.len());
    let mut places = 0_i64;
    for row in &rows {
        let number = |column: usize| row.try_get::<i64, _>(column).map_err(of_database);
        let (id, void) = (number(0)?, number(5)? == EntryState::Void.number());
        let position = position([number(1)?, number(2)?, number(3)?, number(4)?]);
        places = places.wrapping_add(place_sum(id, position, void));
        found.push(((id & ((1 << NUMBER_BITS) - 1)).unsigned_abs(), position, void));
    }
    if places != progress.places || found.len() as i64 != progress.entries {
        let (there, written) = (found.len(), progress.entries);
        return Err(corrupt(format_args!(
            "the calls of run {run} ({there} are there, {written} were written)"
        )));
    }
    Ok(found)
}

/// Some entries of a run, in order.
pub(super) async fn chunk(
    pool: &SqlitePool,
    run: &RunId,
    from: u64,
    count: u32,
    bytes: usize,
) -> Result<Vec<Entry>, JournalError> {
    let mut read = pool.acquire().await.map_err(of_database)?;
    let Some(progress) = progress(&mut read, run).await? else { return Ok(Vec::new()) };
    let (mut found, mut held) = (Vec::new(), 0);
    // A few at a time: how many bytes they hold shows only then.
    let mut next = from;
    while found.len() < count as usize && held < bytes {
        let some = (count as usize - found.len()).min(64) as i64;
        let statement =
            format!("SELECT {ENTRY} FROM entries WHERE id >= ? AND id < ? ORDER BY id LIMIT ?");
        let rows = sqlx::query(AssertSqlSafe(statement))
            .bind(entry_id(progress.serial, next))
            .bind(entry_id(progress.serial + 1, 0))
            .bind(some)
            .fetch_all(&mut *read)
            .await
            .map_err(of_database)?;
        for row in &rows {
            let entry = entry(row, run)?;
            held += rules::size(&entry);
            next = entry.number + 1;
            found.push(entry);
            if held >= bytes {
                break;
            }
        }
        if (rows.len() as i64) < some {
            break;
        }
    }
    Ok(found)
}

//! Rows as the values that they stand for, each compared with its sum.

use bytes::Bytes;
use jiff::Timestamp;
use pianoroll_model::{Position, RunId};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use std::time::Duration;

use super::error::{corrupt, of_database};
use super::pack::{pack, unpack, unpack_json};
use super::sum::{Sum, of_bytes};
use super::words::Word;
use super::writing::Progress;
use crate::entry::{Answer, Entry, EntryKind, EntryState, Intent};
use crate::error::JournalError;
use crate::run::RunRecord;

/// How many numbers an entry's id leaves to its run.
pub(super) const NUMBER_BITS: u32 = 32;

/// The id of an entry.
pub(super) fn entry_id(serial: i64, number: u64) -> i64 {
    (serial << NUMBER_BITS) | i64::try_from(number).unwrap_or(i64::MAX)
}

/// A position as four numbers.
pub(super) fn place(position: Position) -> [i64; 4] {
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let (parallel, item) =
        position.branch.map_or((-1, 0), |(parallel, item)| (signed(parallel), signed(item)));
    [parallel, item, signed(position.sequence), signed(position.part)]
}

/// Four numbers as a position.
pub(super) fn position([parallel, item, sequence, part]: [i64; 4]) -> Position {
    let branch = (parallel >= 0).then(|| (parallel.unsigned_abs(), item.unsigned_abs()));
    Position::new(branch, sequence.unsigned_abs()).part(part.unsigned_abs())
}

/// What an entry adds to the sum of its run's places.
pub(super) fn place_sum(id: i64, position: Position, void: bool) -> i64 {
    let sum = Sum::of("place").number(id).number(void.into());
    place(position).into_iter().fold(sum, Sum::number).finish()
}

pub(super) fn state_sum(id: i64, state: EntryState) -> i64 {
    Sum::of("state").number(id).number(state.number()).finish()
}

/// The sum of what was asked.
pub(super) fn intent_sum(id: i64, attempt: u32, intent: &Intent, arguments: &[u8]) -> i64 {
    let sum = Sum::of("intent").number(id).number(attempt.into());
    place(intent.position)
        .into_iter()
        .fold(sum, Sum::number)
        .number(intent.kind.number())
        .text(&intent.name)
        .number(intent.effect.number())
        .maybe_text(intent.account.as_deref())
        .text(&intent.target)
        .number(i64::try_from(intent.items).unwrap_or(i64::MAX))
        .number(nanoseconds(intent.at))
        .bytes(arguments)
        .finish()
}

/// What an answer is beside its state and body.
#[derive(Serialize, Deserialize)]
struct Numbers {
    status: Option<u16>,
    settlement: String,
    requests: u32,
    retries: u32,
    throttled: u32,
    waited: u64,
    took: u64,
}

/// An answer beside its state and body, as bytes.
pub(super) fn numbers(answer: &Answer) -> Vec<u8> {
    let nanoseconds = |duration: Duration| u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
    let numbers = Numbers {
        status: answer.status,
        settlement: answer.settlement.clone(),
        requests: answer.requests,
        retries: answer.retries,
        throttled: answer.throttled,
        waited: nanoseconds(answer.waited),
        took: nanoseconds(answer.took),
    };
    // Numbers and words always serialise.
    serde_json::to_vec(&numbers).unwrap_or_default()
}

pub(super) fn nanoseconds(time: Timestamp) -> i64 {
    i64::try_from(time.as_nanosecond()).unwrap_or(if time > Timestamp::UNIX_EPOCH {
        i64::MAX
    } else {
        i64::MIN
    })
}

/// The columns of [`entry`], in its order.
pub(super) const ENTRY: &str = "id, parallel, item, sequence, part, attempt, tries, kind, name, effect, account, target, \
     items, at, arguments, intent_sum, state, state_sum, answer, answer_sum, body, body_sum, replaced, replaced_sum";

/// An entry of a run.
pub(super) fn entry(row: &SqliteRow, run: &RunId) -> Result<Entry, JournalError> {
    let id: i64 = row.try_get(0).map_err(of_database)?;
    let number = (id & ((1 << NUMBER_BITS) - 1)).unsigned_abs();
    read_entry(row, id, number)
        .and_then(|entry| {
            entry.ok_or_else(|| sqlx::Error::Protocol("it is not what was written".into()))
        })
        .map_err(|error| match error {
            sqlx::Error::Protocol(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Decode(_) => corrupt(format_args!("call {number} of run {run}")),
            error => of_database(error),
        })
}

/// None where a sum or a word does not fit.
fn read_entry(row: &SqliteRow, id: i64, number: u64) -> Result<Option<Entry>, sqlx::Error> {
    let integer = |column: usize| row.try_get::<i64, _>(column);
    let place = [integer(1)?, integer(2)?, integer(3)?, integer(4)?];
    let attempt = u32::try_from(integer(5)?).unwrap_or_default();
    let arguments: &[u8] = row.try_get(14)?;
    let (Some(kind), Some(effect), Some(state), Some(given), Ok(at)) = (
        EntryKind::of_number(integer(7)?),
        Word::of_number(integer(9)?),
        EntryState::of_number(integer(16)?),
        unpack(arguments),
        Timestamp::from_nanosecond(integer(13)?.into()),
    ) else {
        return Ok(None);
    };
    let (replaced, replaced_sum) = (row.try_get::<Option<&[u8]>, _>(22)?, row.try_get(23)?);
    let (body, body_sum) = (row.try_get::<Option<&[u8]>, _>(20)?, row.try_get(21)?);
    let whole = |bytes: Option<&[u8]>, sum: Option<i64>| bytes.map(of_bytes) == sum;
    let intent = Intent {
        position: position(place),
        kind,
        name: row.try_get(8)?,
        effect,
        account: row.try_get(10)?,
        target: row.try_get(11)?,
        items: integer(12)?.unsigned_abs(),
        arguments: given.into(),
        replaced: replaced.and_then(unpack).map(Bytes::from),
        at,
    };
    let sound = intent_sum(id, attempt, &intent, arguments) == integer(15)?
        && state_sum(id, state) == integer(17)?
        && whole(replaced, replaced_sum)
        && whole(body, body_sum);
    let answer = match row.try_get::<Option<&[u8]>, _>(18)? {
        None => None,
        Some(bytes) if row.try_get::<Option<i64>, _>(19)? == Some(of_bytes(bytes)) => {
            let Ok(numbers) = serde_json::from_slice::<Numbers>(bytes) else { return Ok(None) };
            let Some(body) = body.map_or(Some(Vec::new()), unpack) else { return Ok(None) };
            Some(answer(state, body.into(), numbers))
        }
        Some(_) => return Ok(None),
    };
    let tries = u32::try_from(integer(6)?).unwrap_or(1);
    Ok(sound.then_some(Entry { number, attempt, tries, intent, answer }))
}

fn answer(state: EntryState, body: Bytes, numbers: Numbers) -> Answer {
    Answer {
        state,
        status: numbers.status,
        body,
        settlement: numbers.settlement,
        requests: numbers.requests,
        retries: numbers.retries,
        throttled: numbers.throttled,
        waited: Duration::from_nanos(numbers.waited),
        took: Duration::from_nanos(numbers.took),
    }
}

/// How far a run is; none where there is none.
pub(super) async fn progress(
    connection: &mut SqliteConnection,
    run: &RunId,
) -> Result<Option<Progress>, JournalError> {
    let statement = "SELECT progress.run, progress.epoch, entries, places, progress.checksum FROM progress \
                     JOIN runs ON serial = progress.run WHERE id = ?";
    let row = sqlx::query(statement).bind(run.as_str()).fetch_optional(connection).await;
    let Some(row) = row.map_err(of_database)? else { return Ok(None) };
    let number = |column: usize| row.try_get::<i64, _>(column).map_err(of_database);
    let (serial, epoch) = (number(0)?, number(1)?);
    let progress = Progress { serial, epoch, entries: number(2)?, places: number(3)? };
    if number(4)? != progress.sum() {
        return Err(corrupt(format_args!("the progress of run {run}")));
    }
    Ok(Some(progress))
}

/// A run's record as bytes, and their sum.
pub(super) fn packed_record(record: &RunRecord) -> (Vec<u8>, i64) {
    // Records are maps with texts as keys, so they always serialise.
    let bytes = pack(&serde_json::to_vec(record).unwrap_or_default());
    let sum = Sum::of("run").text(record.new.id.as_str()).bytes(&bytes).finish();
    (bytes, sum)
}

/// A record out of the columns `id`, `record`, `checksum` and `entries`.
pub(super) fn record(row: &SqliteRow) -> Result<RunRecord, JournalError> {
    let id: String = row.try_get(0).map_err(of_database)?;
    let bytes: &[u8] = row.try_get(1).map_err(of_database)?;
    let sum: i64 = row.try_get(2).map_err(of_database)?;
    let entries: i64 = row.try_get(3).map_err(of_database)?;
    let whole = Sum::of("run").text(&id).bytes(bytes).finish() == sum;
    let record = unpack_json::<RunRecord>(bytes).filter(|_| whole);
    let record = record.ok_or_else(|| corrupt(format_args!("the record of run {id}")))?;
    Ok(RunRecord { entries: entries.unsigned_abs(), ..record })
}

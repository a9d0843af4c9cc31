//! The rows of entries.

use bytes::Bytes;
use pianoroll_model::{Position, RunId};
use sqlx::sqlite::SqliteRow;

use super::batch::Batch;
use super::error::corrupt;
use super::pack::{pack, unpack};
use super::sum::{Sum, of_bytes};
use super::values::{
    branch, branch_of, column, duration, entry_id, length, nanoseconds, number_of, time, word,
};
use super::words::Word as _;
use crate::entry::{Answer, Entry, EntryState, Intent};
use crate::error::JournalError;

macro_rules! columns {
    () => {
        "id, parallel, item, sequence, part, state, effect, attempt, tries, kind, name, account, target, items, at, status, \
         settlement, requests, retries, throttled, waited, took, body_sum, replaced_sum, checksum, arguments, replaced, body"
    };
}

macro_rules! values {
    () => {
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
    };
}

/// A place that must be free.
pub(super) const INSERT: &str = concat!("INSERT INTO entries (", columns!(), ")", values!());

/// A place that is taken, by the same position.
pub(super) const REPLACE: &str = concat!("REPLACE INTO entries (", columns!(), ")", values!());

const ANSWER: &str = "UPDATE entries SET state = ?, attempt = ?, status = ?, settlement = ?, requests = ?, retries = ?, \
    throttled = ?, waited = ?, took = ?, body_sum = ?, checksum = ?, body = ? WHERE id = ?";

/// Entries between two ids, in order; behind them the status of their run. At most so many.
pub(super) const SELECT: &str =
    concat!("SELECT ", columns!(), " FROM entries WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?");

/// An entry, as it was read.
pub(super) struct Stored {
    pub(super) entry: Entry,
    /// Whether the answer's body was taken away.
    pub(super) forgotten: bool,
}

/// Writes an entry by `INSERT` or `REPLACE`; answers the sum of what it asks.
pub(super) fn put(
    batch: &mut Batch,
    sql: &'static str,
    serial: i64,
    run: &RunId,
    entry: &Entry,
) -> Result<i64, JournalError> {
    let Entry { number, attempt, tries, intent, answer } = entry;
    let id = entry_id(serial, run, *number)?;
    let (parallel, item) = branch(intent.position.branch);
    let arguments = pack(&intent.arguments);
    let replaced = intent.replaced.as_deref().map(pack);
    let replaced_sum = replaced.as_deref().map(of_bytes);
    let asked = asked(id, *tries, intent, &arguments, replaced_sum);
    let came = Came::of(*attempt, answer.as_ref());
    batch
        .statement(sql)
        .bind(id)
        .bind(parallel)
        .bind(item)
        .bind(intent.position.sequence.cast_signed())
        .bind(intent.position.part.cast_signed())
        .bind(came.state.number())
        .bind(intent.effect.number())
        .bind(i64::from(*attempt))
        .bind(i64::from(*tries))
        .bind(intent.kind.number())
        .bind(intent.name.as_str())
        .bind(intent.account.as_deref())
        .bind(intent.target.as_str())
        .bind(intent.items.cast_signed())
        .bind(nanoseconds(intent.at))
        .bind(came.status)
        .bind(came.settlement)
        .bind(came.requests)
        .bind(came.retries)
        .bind(came.throttled)
        .bind(came.waited)
        .bind(came.took)
        .bind(came.body_sum)
        .bind(replaced_sum)
        .bind(came.checksum(asked))
        .bind(arguments)
        .bind(replaced)
        .bind(came.body);
    Ok(asked)
}

/// Writes what came of an entry whose question has this sum.
pub(super) fn answer(batch: &mut Batch, id: i64, asked: i64, attempt: u32, answer: &Answer) {
    let came = Came::of(attempt, Some(answer));
    batch
        .statement(ANSWER)
        .bind(came.state.number())
        .bind(came.attempt)
        .bind(came.status)
        .bind(came.settlement)
        .bind(came.requests)
        .bind(came.retries)
        .bind(came.throttled)
        .bind(came.waited)
        .bind(came.took)
        .bind(came.body_sum)
        .bind(came.checksum(asked))
        .bind(came.body)
        .bind(id);
}

/// An entry out of its row, checked.
pub(super) fn read(run: &RunId, row: &SqliteRow) -> Result<Stored, JournalError> {
    let id: i64 = column(row, 0)?;
    parse(row, id)?.ok_or_else(|| corrupt(format!("call {} of run {run}", number_of(id))))
}

/// What a place adds to the sum of a run's places.
pub(super) fn place(number: u64, position: Position, void: bool) -> u64 {
    let (parallel, item) = branch(position.branch);
    let sum = Sum::of("place").number(number.cast_signed()).number(parallel).number(item);
    let sum = sum.number(position.sequence.cast_signed()).number(position.part.cast_signed());
    sum.number(i64::from(void)).finish().cast_unsigned()
}

/// A position out of the columns of a row from an index on.
pub(super) fn position(row: &SqliteRow, from: usize) -> Result<Position, JournalError> {
    Ok(Position {
        branch: branch_of(column(row, from)?, column(row, from + 1)?),
        sequence: column::<i64>(row, from + 2)?.cast_unsigned(),
        part: column::<i64>(row, from + 3)?.cast_unsigned(),
    })
}

fn parse(row: &SqliteRow, id: i64) -> Result<Option<Stored>, JournalError> {
    let (Some(state), Some(effect), Some(kind)) = (word(row, 5)?, word(row, 6)?, word(row, 9)?)
    else {
        return Ok(None);
    };
    let (replaced, replaced_sum) = (column::<Option<&[u8]>>(row, 26)?, column(row, 23)?);
    let (body, body_sum) = (column::<Option<&[u8]>>(row, 27)?, column::<Option<i64>>(row, 22)?);
    let packed: &[u8] = column(row, 25)?;
    let Some(arguments) = unpack(packed) else { return Ok(None) };
    let intent = Intent {
        position: position(row, 1)?,
        kind,
        name: column(row, 10)?,
        effect,
        account: column(row, 11)?,
        target: column(row, 12)?,
        items: column::<i64>(row, 13)?.cast_unsigned(),
        arguments: arguments.into(),
        replaced: replaced.and_then(unpack).map(Bytes::from),
        at: time(column(row, 14)?),
    };
    let came = Came {
        state,
        attempt: column(row, 7)?,
        status: column(row, 15)?,
        settlement: column(row, 16)?,
        requests: column(row, 17)?,
        retries: column(row, 18)?,
        throttled: column(row, 19)?,
        waited: column(row, 20)?,
        took: column(row, 21)?,
        body: body.map(<[u8]>::to_vec),
        body_sum,
    };
    let tries = column::<i64>(row, 8)?;
    let (Ok(attempt), Ok(tries)) = (u32::try_from(came.attempt), u32::try_from(tries)) else {
        return Ok(None);
    };
    let asked = asked(id, tries, &intent, packed, replaced_sum);
    let is_whole = column::<i64>(row, 24)? == came.checksum(asked)
        && replaced.is_none_or(|replaced| replaced_sum == Some(of_bytes(replaced)))
        && body.is_none_or(|body| body_sum == Some(of_bytes(body)));
    // A body may be gone, but only a read's.
    let forgotten = body.is_none() && body_sum.is_some();
    if !is_whole || (forgotten && !effect.is_read()) {
        return Ok(None);
    }
    let Some(answer) = came.answer() else { return Ok(None) };
    let entry = Entry { number: number_of(id), attempt, tries, intent, answer };
    Ok(Some(Stored { entry, forgotten }))
}

fn asked(id: i64, tries: u32, intent: &Intent, arguments: &[u8], replaced: Option<i64>) -> i64 {
    let (parallel, item) = branch(intent.position.branch);
    Sum::of("entry")
        .number(id)
        .number(parallel)
        .number(item)
        .number(intent.position.sequence.cast_signed())
        .number(intent.position.part.cast_signed())
        .number(i64::from(tries))
        .number(intent.kind.number())
        .number(intent.effect.number())
        .text(&intent.name)
        .maybe_text(intent.account.as_deref())
        .text(&intent.target)
        .number(intent.items.cast_signed())
        .number(nanoseconds(intent.at))
        .bytes(arguments)
        .maybe_number(replaced)
        .finish()
}

/// The columns of an answer.
struct Came<'a> {
    state: EntryState,
    attempt: i64,
    status: Option<i64>,
    settlement: &'a str,
    requests: i64,
    retries: i64,
    throttled: i64,
    waited: i64,
    took: i64,
    body: Option<Vec<u8>>,
    body_sum: Option<i64>,
}

impl<'a> Came<'a> {
    fn of(attempt: u32, answer: Option<&'a Answer>) -> Self {
        let body = answer.map(|answer| pack(&answer.body));
        Self {
            state: answer.map_or(EntryState::Sent, |answer| answer.state),
            attempt: i64::from(attempt),
            status: answer.and_then(|answer| answer.status).map(i64::from),
            settlement: answer.map_or("", |answer| &answer.settlement),
            requests: answer.map_or(0, |answer| i64::from(answer.requests)),
            retries: answer.map_or(0, |answer| i64::from(answer.retries)),
            throttled: answer.map_or(0, |answer| i64::from(answer.throttled)),
            waited: answer.map_or(0, |answer| length(answer.waited)),
            took: answer.map_or(0, |answer| length(answer.took)),
            body_sum: body.as_deref().map(of_bytes),
            body,
        }
    }

    fn checksum(&self, asked: i64) -> i64 {
        Sum::of("answer")
            .number(asked)
            .number(self.state.number())
            .number(self.attempt)
            .maybe_number(self.status)
            .text(self.settlement)
            .number(self.requests)
            .number(self.retries)
            .number(self.throttled)
            .number(self.waited)
            .number(self.took)
            .maybe_number(self.body_sum)
            .finish()
    }

    /// The answer, or that there is none; none of both where that cannot be.
    fn answer(self) -> Option<Option<Answer>> {
        if self.state == EntryState::Sent {
            return Some(None);
        }
        Some(Some(Answer {
            state: self.state,
            status: self.status.map(u16::try_from).transpose().ok()?,
            body: self.body.map_or(Some(Vec::new()), |body| unpack(&body))?.into(),
            settlement: self.settlement.to_owned(),
            requests: u32::try_from(self.requests).ok()?,
            retries: u32::try_from(self.retries).ok()?,
            throttled: u32::try_from(self.throttled).ok()?,
            waited: duration(self.waited),
            took: duration(self.took),
        }))
    }
}

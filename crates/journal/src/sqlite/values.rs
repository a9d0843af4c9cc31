//! Values between Rust and SQLite.

use std::time::Duration;

use jiff::Timestamp;
use pianoroll_model::RunId;
use sqlx::decode::Decode;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite, Type};

use super::error::of_database;
use super::words::Word;
use crate::error::JournalError;
use crate::rules;

/// A column of a row.
pub(super) fn column<'r, T: Decode<'r, Sqlite> + Type<Sqlite>>(
    row: &'r SqliteRow,
    index: usize,
) -> Result<T, JournalError> {
    // A checksum tells what is wrong; the columns are STRICT.
    row.try_get_unchecked(index).map_err(of_database)
}

/// A column with a word.
pub(super) fn word<W: Word>(row: &SqliteRow, index: usize) -> Result<Option<W>, JournalError> {
    Ok(W::of_number(column(row, index)?))
}

/// Nanoseconds since 1970. What is beyond the years 1677 to 2262 becomes their end.
pub(super) fn nanoseconds(time: Timestamp) -> i64 {
    let all = time.as_nanosecond();
    i64::try_from(all).unwrap_or(if all < 0 { i64::MIN } else { i64::MAX })
}

pub(super) fn time(nanoseconds: i64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(nanoseconds)).unwrap_or_default()
}

pub(super) fn length(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

pub(super) fn duration(nanoseconds: i64) -> Duration {
    Duration::from_nanos(nanoseconds.unsigned_abs())
}

/// A branch; the trunk has one that no branch has.
pub(super) fn branch(branch: Option<(u64, u64)>) -> (i64, i64) {
    branch.map_or((-1, 0), |(parallel, item)| (parallel.cast_signed(), item.cast_signed()))
}

pub(super) fn branch_of(parallel: i64, item: i64) -> Option<(u64, u64)> {
    (parallel != -1).then(|| (parallel.cast_unsigned(), item.cast_unsigned()))
}

/// The place of an entry among all.
pub(super) fn entry_id(serial: i64, run: &RunId, number: u64) -> Result<i64, JournalError> {
    match u32::try_from(number) {
        Ok(number) => Ok(first_id(serial) + i64::from(number)),
        Err(_) => Err(rules::state(format!("has no room for call {number} of run {run}"))),
    }
}

/// Where a run's entries begin.
pub(super) fn first_id(serial: i64) -> i64 {
    serial << 32
}

/// Where they end.
pub(super) fn last_id(serial: i64) -> i64 {
    first_id(serial) + i64::from(u32::MAX)
}

/// The number of an entry within its run.
pub(super) fn number_of(id: i64) -> u64 {
    (id & i64::from(u32::MAX)).cast_unsigned()
}

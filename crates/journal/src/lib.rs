//! The durable record of runs, attempts and calls.
//!
//! A [`Journal`] is what a process owns of it; an [`Attempt`] is what one attempt of a run writes and what it is answered from
//! the attempts before. Both speak to a [`Backend`], of which there are two: SQLite, and one in memory for tests. Whatever a
//! backend does, one suite of tests tells whether it may.
//!
//! Invariants: what is asked for durably is on disk before the answer; writes of one process become durable in the order in
//! which they were made; a write of an attempt that is no longer the newest is refused; nothing here knows an operation, a
//! language or a connection, and no key ever comes here.

mod attempt;
mod backend;
mod entry;
mod erase;
mod error;
mod export;
mod journal;
mod memory;
mod rules;
mod run;
mod sqlite;
mod timetable;
mod writer;

pub use attempt::Attempt;
pub use backend::{Backend, Fenced, Pending, Write};
pub use entry::{Answer, Entry, EntryKind, EntryState, Intent, Note, NoteKind};
pub use error::{JournalError, JournalErrorKind};
pub use export::export;
pub use journal::Journal;
pub use memory::Memory;
pub use run::{
    AttemptEnd, AttemptRecord, Claim, End, LastRun, NewRun, Program, RunFilter, RunRecord,
    StateScope, StateValue, Trigger, Waiting, WaitingReason,
};
pub use sqlite::{Options, Paused, Restored, Sqlite};
pub use timetable::{
    Deployment, Fate, Keep, NoticeRecord, NoticeState, Occurrence, OccurrenceFilter, Pause,
    ScheduleRecord,
};

//! Schedules that are kept: every due time gets a fate, once, through restarts, edits, pauses and clocks that are set.
//!
//! - [`Definition`]: what says when a schedule is due, and what becomes of a due time that is late or in the way.
//! - [`Book`]: all schedules in memory. Pure: it is told what time it is, and answers what is to be written and begun.
//! - [`Scheduler`]: the book and the journal together; what is begun was written before.
//!
//! Invariants: a due time has at most one row in the journal, and at most one run; a row is written before anything is begun, so that
//! whatever a crash leaves is taken up again; nothing here starts a run or asks for the time.

mod book;
mod decide;
mod definition;
mod entry;
mod keeper;

#[cfg(test)]
mod tests;

pub use book::{Begin, Book, BookError, ScheduleState, Turn, Wanted, schedule_name};
pub use definition::{Definition, DefinitionError};
pub use keeper::{Scheduler, SchedulerError};

//! A journal in memory: for tests, for runs that keep nothing, and as the measure of the other backend.

mod kept;
mod timetable;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use pianoroll_model::{Position, RunId};

use crate::backend::{Backend, Fenced, Pending, Write};
use crate::entry::{Answer, Entry, Note};
use crate::error::{JournalError, JournalErrorKind};
use crate::run::{
    AttemptRecord, Claim, End, LastRun, NewRun, Program, RunFilter, RunRecord, StateScope,
    StateValue,
};
use crate::sqlite::Paused;
use crate::timetable::{
    Deployment, Keep, NoticeRecord, NoticeState, Occurrence, OccurrenceFilter, ScheduleRecord,
};
use kept::Kept;

/// A journal in memory: it lives as long as this does, and has all rules of a journal but durability.
#[derive(Debug, Default)]
pub struct Memory {
    // Every operation is one short turn under it, so that each is whole.
    kept: Mutex<Kept>,
    // Commits until nothing is taken any more.
    crash: Mutex<Option<Crash>>,
}

/// Where a test ends the process that writes.
#[derive(Clone, Copy, Debug)]
struct Crash {
    left: u64,
    /// Whether the last commit is still made.
    made: bool,
}

impl Memory {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// For tests of what comes after a crash: takes `commits` more commits, and then nothing, until [`Memory::revive`]. With `made`
    /// one more is made, and nobody hears of it.
    pub fn crash_after(&self, commits: u64, made: bool) {
        *self.crash.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Crash { left: commits, made });
    }

    /// Another process opens it.
    pub fn revive(&self) {
        *self.crash.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether a commit is made, and whether it is answered.
    fn survives(&self) -> (bool, bool) {
        let mut crash = self.crash.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(crash) = crash.as_mut() else { return (true, true) };
        match crash.left.checked_sub(1) {
            Some(left) => {
                crash.left = left;
                (true, true)
            }
            None => (std::mem::take(&mut crash.made), false),
        }
    }

    /// A turn that a crash may come before, or right after.
    fn surviving<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Kept) -> Result<T, JournalError>,
    ) -> Pending<'_, T> {
        let left = || Err(JournalError::new(JournalErrorKind::Storage, "was left by its process"));
        let (made, answered) = self.survives();
        self.turn(|kept| match made {
            true => work(kept).and_then(|value| if answered { Ok(value) } else { left() }),
            false => left(),
        })
    }

    fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Kept) -> Result<T, JournalError>,
    ) -> Pending<'_, T> {
        let result = work(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        Box::pin(std::future::ready(result))
    }
}

impl Backend for Memory {
    fn owner_epoch(&self) -> u64 {
        // Nobody owned it before, so no run of it was ever interrupted by another owner.
        0
    }

    fn commit(&self, writes: Vec<Write>) -> Pending<'_, Fenced> {
        self.surviving(|kept| kept.commit(writes))
    }

    fn create(&self, run: NewRun, program: Program) -> Pending<'_, Option<RunId>> {
        self.surviving(|kept| kept.create(run, program))
    }

    fn claim(&self, run: &RunId, at: Timestamp) -> Pending<'_, Claim> {
        self.turn(|kept| kept.claim(run, at))
    }

    fn end(&self, claim: &Claim, end: End) -> Pending<'_, ()> {
        self.surviving(|kept| kept.end(claim, end))
    }

    fn resolve(&self, run: &RunId, number: u64, answer: Answer) -> Pending<'_, ()> {
        self.turn(|kept| kept.resolve(run, number, answer))
    }

    fn close(&self, run: &RunId, end: End) -> Pending<'_, ()> {
        self.turn(|kept| kept.close(run, end))
    }

    fn request_cancel(&self, run: &RunId) -> Pending<'_, ()> {
        self.turn(|kept| kept.request_cancel(run))
    }

    fn release(&self, run: &RunId, at: Timestamp) -> Pending<'_, ()> {
        self.turn(|kept| kept.release(run, at))
    }

    fn run(&self, run: &RunId) -> Pending<'_, Option<RunRecord>> {
        self.turn(|kept| Ok(kept.record(run)))
    }

    fn runs(&self, filter: &RunFilter) -> Pending<'_, Vec<RunRecord>> {
        self.turn(|kept| Ok(kept.runs(filter)))
    }

    fn attempts(&self, run: &RunId) -> Pending<'_, Vec<AttemptRecord>> {
        self.turn(|kept| Ok(kept.attempts(run)))
    }

    fn positions(&self, run: &RunId) -> Pending<'_, Vec<(u64, Position, bool)>> {
        self.turn(|kept| Ok(kept.positions(run)))
    }

    fn entries(&self, run: &RunId, from: u64, count: u32, bytes: usize) -> Pending<'_, Vec<Entry>> {
        self.turn(|kept| Ok(kept.entries(run, from, count, bytes)))
    }

    fn notes(&self, run: &RunId) -> Pending<'_, Vec<Note>> {
        self.turn(|kept| Ok(kept.notes(run)))
    }

    fn program(&self, digest: &str) -> Pending<'_, Option<Program>> {
        self.turn(|kept| Ok(kept.program(digest)))
    }

    fn state(&self, scope: &StateScope, key: &str) -> Pending<'_, Option<StateValue>> {
        self.turn(|kept| Ok(kept.state(scope, key)))
    }

    fn states(&self, scope: Option<&StateScope>) -> Pending<'_, Vec<StateValue>> {
        self.turn(|kept| Ok(kept.states(scope)))
    }

    fn set_state(
        &self,
        scope: &StateScope,
        key: &str,
        value: Option<serde_json::Value>,
        at: Timestamp,
    ) -> Pending<'_, ()> {
        self.turn(|kept| {
            kept.set_state(scope, key, value, at, None);
            Ok(())
        })
    }

    fn last_run(&self, scope: &StateScope) -> Pending<'_, Option<LastRun>> {
        self.turn(|kept| Ok(kept.last_run(scope)))
    }

    fn keep(&self, keeps: Vec<Keep>) -> Pending<'_, ()> {
        self.surviving(|kept| {
            keeps.into_iter().for_each(|keep| kept.keep(keep));
            Ok(())
        })
    }

    fn schedules(&self) -> Pending<'_, Vec<ScheduleRecord>> {
        self.turn(|kept| Ok(kept.timetable.schedules()))
    }

    fn occurrences(&self, filter: &OccurrenceFilter) -> Pending<'_, Vec<Occurrence>> {
        self.turn(|kept| Ok(kept.timetable.occurrences(filter)))
    }

    fn deployment(&self) -> Pending<'_, Option<Deployment>> {
        self.turn(|kept| Ok(kept.timetable.deployment()))
    }

    fn notices(&self, state: Option<NoticeState>, limit: u32) -> Pending<'_, Vec<NoticeRecord>> {
        self.turn(|kept| Ok(kept.timetable.notices(state, limit)))
    }

    fn restored(&self) -> Pending<'_, Option<Paused>> {
        self.turn(|_| Ok(None))
    }

    fn sweep(&self, runs: Timestamp, replaced: Timestamp, reads: Timestamp) -> Pending<'_, u64> {
        self.turn(|kept| Ok(kept.sweep(runs, replaced, reads)))
    }

    fn erase(&self, text: &str) -> Pending<'_, (u64, Vec<RunId>)> {
        self.turn(|kept| kept.erase(text))
    }

    fn backup(&self, _to: &Path) -> Pending<'_, ()> {
        let message = "is kept in memory only, so there is nothing to copy";
        self.turn(|_| Err(JournalError::new(JournalErrorKind::State, message)))
    }

    fn shut(&self) -> Pending<'_, ()> {
        self.turn(|_| Ok(()))
    }
}

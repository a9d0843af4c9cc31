//! All schedules in memory.

mod begin;
mod change;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use pianoroll_journal::{Fate, Keep, Occurrence, ScheduleRecord};
use pianoroll_model::{Outcome, RunId};

pub use change::Wanted;

use super::definition::{Definition, DefinitionError, Pool};
use super::entry::{Entry, Stage, Waits};
use crate::schedule::Overlap;

/// The name of a schedule: an automation's on one of its connections. Names of both have no slash.
#[must_use]
pub fn schedule_name(automation: &str, connection: &str) -> String {
    format!("{automation}/{connection}")
}

/// All schedules in memory. It is told what time it is, and answers what is to be written and then begun; whatever it was told is in
/// it before it is on disk, so that one whose writes have failed must be thrown away and loaded again.
#[derive(Debug, Default)]
pub struct Book {
    pool: Pool,
    entries: BTreeMap<String, Entry>,
    /// The next due time of each, the first one first.
    due: BTreeSet<(Timestamp, String)>,
    /// Which occurrences are looked at when: the moment, the due time, the schedule.
    starts: BTreeSet<(Timestamp, Timestamp, String)>,
    /// The runs that have not ended of what has no schedule: it may get one before they end.
    strays: BTreeMap<String, BTreeSet<RunId>>,
    /// The newest moment that the book was told since the clock was set back last; after loading the newest one that any schedule
    /// knows.
    looked: Option<Timestamp>,
}

/// Why there is no book.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// A schedule cannot be read.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// No schedule has this name.
    #[error("there is no schedule `{0}`")]
    Unknown(String),
}

/// What a look at the clock comes to.
#[derive(Debug, Default)]
pub struct Turn {
    /// What is to be written, before anything is begun.
    pub keeps: Vec<Keep>,
    /// The occurrences whose runs begin now.
    pub begin: Vec<Begin>,
    /// The fates that were written.
    pub decided: Vec<Occurrence>,
    /// Runs that are to be cancelled, so that others can begin.
    pub cancel: Vec<RunId>,
}

/// An occurrence whose run begins now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begin {
    /// The schedule.
    pub schedule: String,
    /// The automation.
    pub automation: String,
    /// The connection.
    pub connection: String,
    /// When it was due.
    pub due: Timestamp,
    /// When it was to start.
    pub starts: Timestamp,
}

/// A schedule as it stands, for people.
#[derive(Clone, Debug)]
pub struct ScheduleState {
    /// What the journal keeps of it.
    pub record: ScheduleRecord,
    /// When it is due.
    pub definition: Definition,
    /// The next due time; none where there is none within a hundred years.
    pub next: Option<Timestamp>,
    /// When the run of the next due time starts: its jitter later.
    pub starts: Option<Timestamp>,
    /// What is to begin.
    pub waiting: Vec<Occurrence>,
    /// Its runs that have not ended.
    pub open: Vec<RunId>,
}

impl Book {
    /// A book of what the journal keeps: all schedules, what waits of them, what has a fate behind a watermark, and the runs that
    /// have not ended, each with its schedule.
    ///
    /// # Errors
    /// A schedule was written by another version, or is damaged.
    pub fn load(
        records: Vec<ScheduleRecord>,
        waiting: Vec<Occurrence>,
        decided: Vec<Occurrence>,
        open: Vec<(String, RunId)>,
    ) -> Result<Self, BookError> {
        let mut book = Self::default();
        for record in records {
            let definition = Definition::from_value(&record.name, &record.definition)?;
            let times = book.pool.of(&record.name, &definition)?;
            book.entries.insert(record.name.clone(), Entry::new(record, definition, times));
        }
        for occurrence in waiting {
            if let Some(entry) = book.entries.get_mut(&occurrence.schedule) {
                entry.waiting.insert(occurrence.due, Waits::new(occurrence));
            }
        }
        for occurrence in decided {
            if let Some(entry) = book.entries.get_mut(&occurrence.schedule)
                && occurrence.due > entry.record.watermark
            {
                entry.decided.insert(occurrence.due);
            }
        }
        for (schedule, run) in open {
            book.opened(&schedule, run);
        }
        book.looked = book.entries.values().map(|entry| entry.record.watermark).max();
        let names: Vec<String> = book.entries.keys().cloned().collect();
        names.iter().for_each(|name| book.index(name));
        Ok(book)
    }

    /// How many schedules there are, and how many of them are paused.
    #[must_use]
    pub fn count(&self) -> (usize, usize) {
        let paused = self.entries.values().filter(|entry| entry.record.paused.is_some());
        (self.entries.len(), paused.count())
    }

    /// When the clock is to be looked at again; none where nothing is ever due.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        let due = self.due.first().map(|(due, _)| *due);
        let starts = self.starts.first().map(|(starts, _, _)| *starts);
        [due, starts].into_iter().flatten().min()
    }

    /// Whether the clock was set back since it was looked at last.
    #[must_use]
    pub fn is_before(&self, now: Timestamp) -> bool {
        self.looked.is_some_and(|looked| looked > now)
    }

    /// Looks at the clock: every due time up to now gets its fate, and what starts by now begins.
    pub fn tick(&mut self, now: Timestamp) -> Turn {
        let mut turn = Turn::default();
        self.looked = Some(now);
        while let Some((due, name)) = self.due.first().cloned()
            && due <= now
        {
            self.due.pop_first();
            let Some(entry) = self.entries.get_mut(&name) else { continue };
            entry.pass(now, &mut turn.keeps);
            self.index(&name);
        }
        self.begin_what_starts(now, &mut turn);
        turn
    }

    /// A run of a schedule's automation and connection has begun, by whatever.
    pub fn opened(&mut self, schedule: &str, run: RunId) {
        let open = match self.entries.get_mut(schedule) {
            Some(entry) => &mut entry.open,
            None => self.strays.entry(schedule.to_owned()).or_default(),
        };
        open.insert(run);
    }

    /// Whoever begins these has them already.
    pub(super) fn handed_out(&mut self, occurrences: &BTreeSet<(String, Timestamp)>) {
        for (schedule, due) in occurrences {
            let entry = self.entries.get_mut(schedule);
            if let Some(waits) = entry.and_then(|entry| entry.waiting.get_mut(due)) {
                waits.stage = Stage::Beginning;
            }
        }
    }

    /// An occurrence has made its run.
    pub fn begun(&mut self, schedule: &str, due: Timestamp, run: RunId) {
        self.opened(schedule, run);
        if let Some(entry) = self.entries.get_mut(schedule) {
            entry.waiting.remove(&due);
            // What has come while it was about to begin cancels it now.
            if entry.definition.overlap == Overlap::CancelOther {
                entry.look_at_queued();
                self.index(schedule);
            }
        }
    }

    /// An occurrence was not begun after all: it is at a later moment.
    pub fn put_back(&mut self, schedule: &str, due: Timestamp, until: Timestamp) {
        if let Some(entry) = self.entries.get_mut(schedule)
            && let Some(waits) = entry.waiting.get_mut(&due)
        {
            (waits.stage, waits.from) = (Stage::Starts, until);
            // Its schedule was changed meanwhile.
            if waits.occurrence.fate != Fate::Waiting {
                entry.waiting.remove(&due);
            }
            entry.look_at_queued();
            self.index(schedule);
        }
    }

    /// A run has ended: what waited for that starts with the next look at the clock. Answers what is to be written, and whether the
    /// schedule is paused since too many of its runs have failed.
    pub fn ended(
        &mut self,
        schedule: &str,
        run: &RunId,
        outcome: Outcome,
        now: Timestamp,
    ) -> (Vec<Keep>, bool) {
        self.look(now);
        let Some(entry) = self.entries.get_mut(schedule) else {
            self.ended_stray(schedule, run);
            return (Vec::new(), false);
        };
        entry.open.remove(run);
        entry.look_at_queued();
        let failures = match outcome {
            Outcome::Failed => entry.record.failures.saturating_add(1),
            Outcome::Completed => 0,
            Outcome::Cancelled | Outcome::Skipped => entry.record.failures,
        };
        if failures == entry.record.failures {
            self.index(schedule);
            return (Vec::new(), false);
        }
        entry.record.failures = failures;
        let limit = entry.definition.pause_after.filter(|limit| failures >= *limit);
        let mut keeps = Vec::new();
        let pauses = limit.is_some() && entry.record.paused.is_none();
        if pauses {
            let note = format!("{failures} runs in a row have failed");
            entry.pass(now, &mut keeps);
            change::pause(entry, &note, now, &mut keeps);
        }
        keeps.push(Keep::Schedule(entry.record.clone()));
        self.index(schedule);
        (keeps, pauses)
    }

    /// All schedules as they stand, by name.
    #[must_use]
    pub fn states(&self) -> Vec<ScheduleState> {
        self.entries.values().map(state).collect()
    }

    /// Whatever is told what time it is notices when that was wrong.
    fn look(&mut self, now: Timestamp) {
        self.looked = self.looked.max(Some(now));
    }

    fn ended_stray(&mut self, schedule: &str, run: &RunId) {
        if let Some(open) = self.strays.get_mut(schedule) {
            open.remove(run);
            if open.is_empty() {
                self.strays.remove(schedule);
            }
        }
    }

    /// Puts the next due time of a schedule, and what waits of it, in order.
    fn index(&mut self, name: &str) {
        let Some(entry) = self.entries.get(name) else { return };
        if let Some(next) = entry.next {
            self.due.insert((next, name.to_owned()));
        }
        for waits in entry.waiting.values().filter(|waits| waits.stage == Stage::Starts) {
            self.starts.insert((waits.from, waits.occurrence.due, name.to_owned()));
        }
    }

    /// Takes a schedule out of the order, before it changes.
    fn unindex(&mut self, name: &str) {
        let Some(entry) = self.entries.get(name) else { return };
        if let Some(next) = entry.next {
            self.due.remove(&(next, name.to_owned()));
        }
        for waits in entry.waiting.values() {
            self.starts.remove(&(waits.from, waits.occurrence.due, name.to_owned()));
        }
    }
}

fn state(entry: &Entry) -> ScheduleState {
    let jitter = entry.definition.jitter;
    let starts = |due| crate::schedule::jittered(&entry.record.name, due, jitter);
    let waiting = entry.waiting.values().filter(|waits| waits.occurrence.fate == Fate::Waiting);
    ScheduleState {
        record: entry.record.clone(),
        definition: entry.definition.clone(),
        next: entry.next,
        starts: entry.next.map(starts),
        waiting: waiting.map(|waits| waits.occurrence.clone()).collect(),
        open: entry.open.iter().cloned().collect(),
    }
}

/// The same occurrence with another fate.
fn settled(occurrence: &Occurrence, fate: Fate, reason: String, now: Timestamp) -> Keep {
    Keep::Occurrence(Occurrence { fate, reason, decided: now, ..occurrence.clone() })
}

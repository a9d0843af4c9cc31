//! What ought to come of every due time: by the rules as people are told them, and without the book's ways. It has all
//! rows of a schedule and all due times of the calendar before it, and goes through them at every moment.

use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use pianoroll_journal::Fate;
use pianoroll_model::Outcome;

use super::timeline::{Deed, Moment, fortune};
use super::world::World;
use crate::schedule::{CatchUp, Overlap, jittered};
use crate::scheduler::Definition;

const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// What ought to come of a due time.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) fate: Fate,
    /// What its reason has to say.
    pub(super) says: &'static str,
    pub(super) starts: Timestamp,
    was_late: bool,
}

/// A schedule from when it is added to when it is removed.
struct Life {
    definition: Definition,
    due: Rc<Vec<Timestamp>>,
    /// What came due up to here is not its own, or has a row.
    since: Timestamp,
    is_paused: bool,
    failures: u32,
}

struct Run {
    begun: usize,
    due: Timestamp,
    is_cancelled: bool,
}

/// One schedule through all moments.
pub(super) struct Oracle<'a> {
    world: &'a World,
    seed: u64,
    number: usize,
    name: &'a str,
    life: Option<Life>,
    pub(super) rows: BTreeMap<Timestamp, Row>,
    /// The rows that wait.
    waits: Vec<Timestamp>,
    /// In the order in which they have begun.
    runs: Vec<Run>,
}

impl<'a> Oracle<'a> {
    pub(super) fn new(world: &'a World, seed: u64, number: usize, name: &'a str) -> Self {
        let (life, rows, waits, runs) = (None, BTreeMap::new(), Vec::new(), Vec::new());
        Self { world, seed, number, name, life, rows, waits, runs }
    }

    pub(super) fn tell(&mut self, moments: &[Moment]) {
        for (index, moment) in moments.iter().enumerate() {
            let number = self.number;
            if moment.looks || !moment.deeds.is_empty() {
                self.undo(moment.now);
            }
            for (_, deed) in moment.deeds.iter().filter(|(of, _)| *of == number) {
                self.deed(deed, moment.now);
            }
            if moment.looks {
                self.decide(moment.now);
                self.begin(index, moment.now);
            }
            self.end(index, moment.now);
        }
    }

    fn deed(&mut self, deed: &Deed, now: Timestamp) {
        match deed {
            Deed::Put(definition) => self.put(definition, now),
            Deed::Remove => {
                self.forgo(now, Fate::Missed, "removed");
                self.life = None;
            }
            Deed::Pause => self.pause(now),
            Deed::Resume => {
                self.decide(now);
                if let Some(life) = &mut self.life {
                    (life.is_paused, life.failures) = (false, 0);
                }
            }
        }
    }

    fn put(&mut self, definition: &Definition, now: Timestamp) {
        let due_times =
            |definition: &Definition| (definition.cron.clone(), definition.zone.clone());
        let is_due_otherwise = self
            .life
            .as_ref()
            .is_some_and(|life| due_times(&life.definition) != due_times(definition));
        if is_due_otherwise {
            self.forgo(now, Fate::Missed, "edited");
        }
        let due = self.world.due(definition);
        let definition = definition.clone();
        match &mut self.life {
            Some(life) => {
                (life.definition, life.due) = (definition, due);
                if is_due_otherwise {
                    life.since = now;
                }
            }
            None => {
                let (is_paused, failures) = (false, 0);
                self.life = Some(Life { definition, due, since: now, is_paused, failures });
            }
        }
    }

    fn pause(&mut self, now: Timestamp) {
        self.decide(now);
        self.forgo(now, Fate::Paused, "paused");
        if let Some(life) = &mut self.life {
            life.is_paused = true;
        }
    }

    /// The due times up to now that have no row, each with the one that follows it.
    fn undecided(&mut self, now: Timestamp) -> Vec<(Timestamp, Option<Timestamp>)> {
        let Some(life) = &mut self.life else { return Vec::new() };
        let first = life.due.partition_point(|due| *due <= life.since);
        let all = life.due[first..].iter().enumerate().take_while(|(_, due)| **due <= now);
        let next = |index: usize| life.due.get(first + index + 1).copied();
        let without = all.filter(|(_, due)| !self.rows.contains_key(due));
        let found = without.map(|(index, due)| (*due, next(index))).collect();
        life.since = life.since.max(now);
        found
    }

    fn decide(&mut self, now: Timestamp) {
        for (due, next) in self.undecided(now) {
            let Some(life) = &self.life else { return };
            let late = now.duration_since(due);
            let is_newest = next.is_none_or(|next| next > now);
            let is_too_late = late > life.definition.window.max(MINUTE);
            let (fate, says) = match life.definition.catch_up {
                _ if life.is_paused => (Fate::Paused, "paused"),
                CatchUp::None if late > MINUTE => (Fate::Missed, "catch_up is none"),
                CatchUp::Latest if !is_newest => (Fate::Missed, "a later one"),
                CatchUp::Latest | CatchUp::All if is_too_late => (Fate::Missed, "outside of"),
                _ if late > MINUTE => (Fate::Waiting, "caught up"),
                _ => (Fate::Waiting, ""),
            };
            self.write(due, fate, says, late > MINUTE);
        }
    }

    fn write(&mut self, due: Timestamp, fate: Fate, says: &'static str, was_late: bool) {
        let Some(life) = &self.life else { return };
        let starts = jittered(self.name, due, life.definition.jitter);
        self.rows.insert(due, Row { fate, says, starts, was_late });
        if fate == Fate::Waiting {
            self.waits.push(due);
        }
    }

    /// What came due and has no fate, and what waits, comes to the same.
    fn forgo(&mut self, now: Timestamp, fate: Fate, says: &'static str) {
        for (due, _) in self.undecided(now) {
            self.write(due, fate, says, true);
        }
        for due in std::mem::take(&mut self.waits) {
            if let Some(row) = self.rows.get_mut(&due) {
                (row.fate, row.says) = (fate, says);
            }
        }
        // What is still to come, since the clock was set back, is not missed.
        self.rows.retain(|due, row| *due <= now || row.fate != Fate::Missed);
    }

    /// The clock was set back: what was only missed behind it was not.
    fn undo(&mut self, now: Timestamp) {
        let Some(life) = &mut self.life else { return };
        life.since = life.since.min(now);
        if self.rows.last_key_value().is_some_and(|(last, _)| *last > now) {
            self.rows.retain(|due, row| *due <= now || row.fate != Fate::Missed);
        }
    }

    fn begin(&mut self, index: usize, now: Timestamp) {
        let Some(life) = self.life.as_ref().filter(|_| !self.waits.is_empty()) else { return };
        let Definition { catch_up, window, overlap, .. } = life.definition;
        let patience = if catch_up == CatchUp::None { MINUTE } else { window.max(MINUTE) };
        let mut starts: Vec<_> =
            self.waits.iter().map(|due| (self.rows[due].starts, *due)).collect();
        starts.sort_unstable();
        for (starts, due) in starts.into_iter().filter(|(starts, _)| *starts <= now) {
            let Some(row) = self.rows.get_mut(&due) else { continue };
            if row.says.is_empty() && now.duration_since(starts) > patience {
                (row.fate, row.says) = (Fate::Missed, "outside of");
            } else if self.runs.is_empty() || overlap == Overlap::Allow {
                row.fate = Fate::Fired;
                self.runs.push(Run { begun: index, due, is_cancelled: false });
            } else if overlap == Overlap::Skip && !row.was_late {
                row.fate = Fate::Skipped;
                row.says = "run";
            } else {
                if row.says.is_empty() {
                    row.says = "queued behind";
                }
                if overlap == Overlap::CancelOther && !row.was_late {
                    let open = self.runs.iter_mut().filter(|run| run.begun < index);
                    open.for_each(|run| run.is_cancelled = true);
                }
            }
        }
        self.waits.retain(|due| self.rows[due].fate == Fate::Waiting);
    }

    fn end(&mut self, index: usize, now: Timestamp) {
        let (seed, number) = (self.seed, self.number);
        let mut ended = Vec::new();
        self.runs.retain(|run| {
            let (moments, outcome) = fortune(seed, number, run.due);
            let outcome = if run.is_cancelled { Outcome::Cancelled } else { outcome };
            let ends = run.is_cancelled || run.begun + moments <= index;
            ended.extend(ends.then_some(outcome));
            !ends
        });
        for outcome in ended {
            let Some(life) = &mut self.life else { continue };
            match outcome {
                Outcome::Failed => life.failures += 1,
                Outcome::Completed => life.failures = 0,
                Outcome::Cancelled | Outcome::Skipped => continue,
            }
            let limit = life.definition.pause_after;
            let pauses = limit.is_some_and(|limit| life.failures >= limit) && !life.is_paused;
            if pauses && outcome == Outcome::Failed {
                self.pause(now);
            }
        }
    }
}

//! One schedule in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use pianoroll_journal::{Fate, Keep, Occurrence, Pause, ScheduleRecord};
use pianoroll_model::RunId;

use super::decide::{self, Decision};
use super::definition::{Definition, DueTimes};
use crate::schedule::jittered;

/// One schedule, with what waits of it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) record: ScheduleRecord,
    pub(super) definition: Definition,
    pub(super) times: Arc<DueTimes>,
    /// The first due time behind the watermark.
    pub(super) next: Option<Timestamp>,
    /// What is to begin, by due time.
    pub(super) waiting: BTreeMap<Timestamp, Waits>,
    /// What has a fate behind the watermark: the clock was set back.
    pub(super) decided: BTreeSet<Timestamp>,
    /// The runs of this automation and connection that have not ended.
    pub(super) open: BTreeSet<RunId>,
}

/// An occurrence that is to begin.
#[derive(Debug)]
pub(super) struct Waits {
    pub(super) occurrence: Occurrence,
    pub(super) stage: Stage,
    /// When it is looked at: its start, or later where it could not begin.
    pub(super) from: Timestamp,
}

impl Waits {
    pub(super) fn new(occurrence: Occurrence) -> Self {
        let from = occurrence.starts;
        Self { occurrence, stage: Stage::Starts, from }
    }
}

/// How far one is that is to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Its start is still to come, or was not looked at yet.
    Starts,
    /// Another run has to end before.
    Queued,
    /// Whoever begins it has it.
    Beginning,
}

impl Entry {
    pub(super) fn new(
        record: ScheduleRecord,
        definition: Definition,
        times: Arc<DueTimes>,
    ) -> Self {
        let mut entry = Self {
            record,
            definition,
            times,
            next: None,
            waiting: BTreeMap::new(),
            decided: BTreeSet::new(),
            open: BTreeSet::new(),
        };
        entry.look_ahead();
        entry
    }

    /// Finds the first due time behind the watermark.
    pub(super) fn look_ahead(&mut self) {
        self.next = self.times.schedule.next_after(&self.times.zone, self.record.watermark);
    }

    /// The first one that has queued is looked at once more: one at a time begins, and thousands may have queued.
    pub(super) fn look_at_first_queued(&mut self) -> Option<&Waits> {
        let mut queued = self.waiting.values_mut().filter(|waits| waits.stage == Stage::Queued);
        let first = queued.next()?;
        first.stage = Stage::Starts;
        Some(first)
    }

    /// All that has queued is looked at once more.
    pub(super) fn look_at_queued(&mut self) {
        for waits in self.waiting.values_mut().filter(|waits| waits.stage == Stage::Queued) {
            waits.stage = Stage::Starts;
        }
    }

    /// Gives every due time up to now its fate.
    pub(super) fn pass(&mut self, now: Timestamp, keeps: &mut Vec<Keep>) {
        while self.next.is_some_and(|next| next <= now) {
            let watermark = self.record.watermark;
            let (decisions, until) = match &self.record.paused {
                None => decide::decide(&self.times, &self.definition, watermark, now),
                Some(pause) => {
                    let reason = paused(pause);
                    let all = decide::all_alike(&self.times, watermark, now, Fate::Paused, &reason);
                    (all, now)
                }
            };
            self.settle(decisions, until, now, keeps);
        }
    }

    /// Gives all due times up to now one fate, and also what waits.
    pub(super) fn forgo(
        &mut self,
        now: Timestamp,
        fate: Fate,
        reason: &str,
        keeps: &mut Vec<Keep>,
    ) {
        let from = self.record.watermark;
        let all = decide::all_alike(&self.times, from, now, fate, reason);
        self.settle(all, now.max(from), now, keeps);
        let mut is_ahead = false;
        self.waiting.retain(|due, waits| {
            if fate == Fate::Missed && *due > now {
                is_ahead = true;
                self.decided.remove(due);
            }
            let occurrence = &mut waits.occurrence;
            (occurrence.fate, occurrence.reason, occurrence.decided) =
                (fate, reason.to_owned(), now);
            keeps.push(Keep::Occurrence(occurrence.clone()));
            // Whoever begins it may have made its run already, and then it has fired all the same.
            waits.stage == Stage::Beginning
        });
        if is_ahead {
            // The clock was set back since it was decided: what is still to come is not missed.
            keeps.push(Keep::Unmiss { schedule: self.record.name.clone(), after: now });
        }
    }

    /// Writes fates down, and moves the watermark.
    fn settle(
        &mut self,
        decisions: Vec<Decision>,
        until: Timestamp,
        now: Timestamp,
        keeps: &mut Vec<Keep>,
    ) {
        for Decision { due, fate, reason } in decisions {
            if self.decided.remove(&due) {
                continue;
            }
            let starts = jittered(&self.record.name, due, self.definition.jitter);
            let schedule = self.record.name.clone();
            let occurrence =
                Occurrence { schedule, due, fate, reason, starts, decided: now, run: None };
            keeps.push(Keep::Occurrence(occurrence.clone()));
            if fate == Fate::Waiting {
                self.waiting.insert(due, Waits::new(occurrence));
            }
        }
        self.record.watermark = until;
        if self.record.rewound.is_some_and(|rewound| rewound <= until) {
            self.record.rewound = None;
            self.decided.clear();
        }
        keeps.push(Keep::Schedule(self.record.clone()));
        self.look_ahead();
    }
}

/// Why a due time came to nothing while its schedule was paused.
pub(super) fn paused(pause: &Pause) -> String {
    match pause.note.as_str() {
        "" => "the schedule was paused".to_owned(),
        note => format!("the schedule was paused: {note}"),
    }
}

//! What people change: schedules come, go, are edited, paused, resumed and filled in; a journal was restored, a clock set back.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use pianoroll_journal::{Fate, Keep, Occurrence, Pause, Paused, ScheduleRecord};

use super::{Book, BookError};
use crate::scheduler::definition::Definition;
use crate::scheduler::entry::{self, Entry, Waits};

/// Why something waits that a person has filled in.
pub(super) const BY_HAND: &str = "filled in by hand";

/// A schedule that is wanted: whose it is, and when it is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The automation.
    pub automation: String,
    /// The connection.
    pub connection: String,
    /// When it is due.
    pub definition: Definition,
}

/// What an edit does to one schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Added,
    Removed,
    /// It is due at other times.
    Due,
    /// It is due as before, and something else of it has changed.
    Policy,
}

impl Book {
    /// What an edit does: by name, without those that stay as they are.
    fn changes(&self, wanted: &BTreeMap<String, Wanted>) -> BTreeMap<String, Change> {
        let mut changes = BTreeMap::new();
        for (name, Wanted { definition, .. }) in wanted {
            let change = match self.entries.get(name).map(|entry| &entry.definition) {
                None => Change::Added,
                Some(before) if before == definition => continue,
                Some(before) if before.is_due_like(definition) => Change::Policy,
                Some(_) => Change::Due,
            };
            changes.insert(name.clone(), change);
        }
        let gone = self.entries.keys().filter(|name| !wanted.contains_key(*name));
        changes.extend(gone.map(|name| (name.clone(), Change::Removed)));
        changes
    }

    /// Puts other schedules in the place of all that are there, by name. What came due under a definition that is gone or due at
    /// other times, and has no fate yet, is missed: an edit takes effect now, and not at some moment before.
    ///
    /// # Errors
    /// A definition that cannot be; then nothing has changed.
    pub fn edit(
        &mut self,
        wanted: &BTreeMap<String, Wanted>,
        now: Timestamp,
    ) -> Result<Vec<Keep>, BookError> {
        for (name, Wanted { definition, .. }) in wanted {
            self.pool.of(name, definition)?;
        }
        self.look(now);
        let mut keeps = Vec::new();
        for (name, change) in self.changes(wanted) {
            self.unindex(&name);
            match wanted.get(&name) {
                None => {
                    if let Some(mut entry) = self.entries.remove(&name) {
                        entry.forgo(now, Fate::Missed, "removed from the project", &mut keeps);
                        entry.open.into_iter().for_each(|run| self.opened(&name, run));
                    }
                    keeps.push(Keep::Remove(name));
                }
                Some(wanted) => {
                    self.put(&name, change, wanted, now, &mut keeps)?;
                    self.index(&name);
                }
            }
        }
        Ok(keeps)
    }

    fn put(
        &mut self,
        name: &str,
        change: Change,
        wanted: &Wanted,
        now: Timestamp,
        keeps: &mut Vec<Keep>,
    ) -> Result<(), BookError> {
        let Wanted { automation, connection, definition } = wanted;
        let times = self.pool.of(name, definition)?;
        if let Some(entry) = self.entries.get_mut(name) {
            if change == Change::Due {
                entry.forgo(now, Fate::Missed, "the schedule was edited", keeps);
            }
            (entry.definition, entry.times) = (definition.clone(), times);
            entry.record.definition = definition.to_value();
            entry.look_ahead();
            // Another policy may let it begin.
            entry.look_at_queued();
            keeps.push(Keep::Schedule(entry.record.clone()));
            return Ok(());
        }
        let record = ScheduleRecord {
            name: name.to_owned(),
            automation: automation.clone(),
            connection: connection.clone(),
            definition: definition.to_value(),
            watermark: now,
            rewound: None,
            paused: None,
            failures: 0,
        };
        keeps.push(Keep::Schedule(record.clone()));
        let mut entry = Entry::new(record, definition.clone(), times);
        entry.open = self.strays.remove(name).unwrap_or_default();
        self.entries.insert(name.to_owned(), entry);
        Ok(())
    }

    /// Pauses a schedule: what waits comes to nothing, and what comes due does. Runs that have begun go on.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn pause(
        &mut self,
        name: &str,
        note: &str,
        now: Timestamp,
    ) -> Result<Vec<Keep>, BookError> {
        self.change(name, now, |entry, keeps| {
            entry.pass(now, keeps);
            pause(entry, note, now, keeps);
        })
    }

    /// Lets a schedule go on: what came due meanwhile stays what it was, and the next due time is the first one after now.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn resume(&mut self, name: &str, now: Timestamp) -> Result<Vec<Keep>, BookError> {
        self.change(name, now, |entry, keeps| {
            entry.pass(now, keeps);
            entry.record.paused = None;
            entry.record.failures = 0;
            keeps.push(Keep::Schedule(entry.record.clone()));
        })
    }

    /// Makes runs of due times that have passed, whatever had come of them but a run; answers how many, too. `known` is what the
    /// journal has of them.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn backfill(
        &mut self,
        name: &str,
        due: &[Timestamp],
        known: &[Occurrence],
        now: Timestamp,
    ) -> Result<(Vec<Keep>, usize), BookError> {
        let mut count = 0;
        let keeps = self.change(name, now, |entry, keeps| {
            // Else what was not looked at yet would get another fate at the next look.
            entry.pass(now, keeps);
            let runs = |known: &&Occurrence| matches!(known.fate, Fate::Fired | Fate::Waiting);
            let known: BTreeSet<_> = known.iter().filter(runs).map(|known| known.due).collect();
            for due in due.iter().filter(|due| **due <= now) {
                if known.contains(due) || entry.waiting.contains_key(due) {
                    continue;
                }
                let occurrence = Occurrence {
                    schedule: entry.record.name.clone(),
                    due: *due,
                    fate: Fate::Waiting,
                    reason: BY_HAND.to_owned(),
                    starts: now,
                    decided: now,
                    run: None,
                };
                keeps.push(Keep::Occurrence(occurrence.clone()));
                entry.waiting.insert(*due, Waits::new(occurrence));
                count += 1;
            }
        })?;
        Ok((keeps, count))
    }

    /// The journal was put in place from a backup: what came due since may have run already, so that it is missed, and all schedules
    /// are paused until a person says otherwise.
    #[must_use]
    pub fn restored(&mut self, restored: Paused, now: Timestamp) -> Vec<Keep> {
        self.look(now);
        let mut keeps = Vec::new();
        let names: Vec<String> = self.entries.keys().cloned().collect();
        for name in names {
            self.unindex(&name);
            if let Some(entry) = self.entries.get_mut(&name) {
                let reason = "restored: it may have run after the backup was made";
                entry.forgo(now, Fate::Missed, reason, &mut keeps);
                let note =
                    format!("the journal was restored from a backup of {:.0}", restored.as_of);
                pause(entry, &note, now, &mut keeps);
            }
            self.index(&name);
        }
        keeps.push(Keep::RestoreSeen);
        keeps
    }

    /// The clock was set back. What was only missed after now comes due again; what has begun or was decided for a better reason
    /// keeps its fate. The book must be loaded again once this is written.
    #[must_use]
    pub fn set_back(&self, now: Timestamp) -> Vec<Keep> {
        let mut keeps = Vec::new();
        for entry in self.entries.values().filter(|entry| entry.record.watermark > now) {
            let mut record = entry.record.clone();
            let before = record.watermark;
            record.rewound = Some(record.rewound.map_or(before, |rewound| rewound.max(before)));
            record.watermark = now;
            keeps.push(Keep::Unmiss { schedule: record.name.clone(), after: now });
            keeps.push(Keep::Schedule(record));
        }
        keeps
    }

    /// The due times of a schedule from one moment to another, both included.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn due_between(
        &self,
        name: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Timestamp>, BookError> {
        let entry = self.entries.get(name).ok_or_else(|| BookError::Unknown(name.to_owned()))?;
        let due = entry.times.schedule.due(&entry.times.zone, from);
        Ok(due.take_while(|due| *due <= to).collect())
    }

    fn change(
        &mut self,
        name: &str,
        now: Timestamp,
        change: impl FnOnce(&mut Entry, &mut Vec<Keep>),
    ) -> Result<Vec<Keep>, BookError> {
        self.look(now);
        self.unindex(name);
        let entry = self.entries.get_mut(name);
        let entry = entry.ok_or_else(|| BookError::Unknown(name.to_owned()))?;
        let mut keeps = Vec::new();
        change(entry, &mut keeps);
        self.index(name);
        Ok(keeps)
    }
}

/// Pauses a schedule whose due times have their fates.
pub(super) fn pause(entry: &mut Entry, note: &str, now: Timestamp, keeps: &mut Vec<Keep>) {
    let pause = Pause { since: now, note: note.to_owned() };
    entry.forgo(now, Fate::Paused, &entry::paused(&pause), keeps);
    entry.record.paused = Some(pause);
    keeps.push(Keep::Schedule(entry.record.clone()));
}

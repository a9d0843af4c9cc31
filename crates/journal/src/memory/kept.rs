//! What a journal in memory holds.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use pianoroll_model::{Outcome, Position, RunId, Status};
use serde_json::Value;

use super::timetable::Timetable;
use crate::backend::{Fenced, Write};
use crate::entry::{Answer, Entry, EntryState, Intent, Note};
use crate::erase::Wanted;
use crate::error::JournalError;
use crate::rules;
use crate::run::{
    AttemptEnd, AttemptRecord, Claim, End, LastRun, NewRun, Program, RunFilter, RunRecord,
    StateScope, StateValue, Trigger,
};
use crate::timetable::Keep;

#[derive(Debug, Default)]
pub(super) struct Kept {
    epoch: u64,
    /// In the order in which they were created.
    runs: Vec<Stored>,
    programs: HashMap<String, Program>,
    states: BTreeMap<(StateScope, String), StateValue>,
    pub(super) timetable: Timetable,
    /// The events that have made a run before, also when that run is gone.
    occurred: Vec<(Trigger, RunId)>,
}

#[derive(Debug, Clone)]
struct Stored {
    record: RunRecord,
    attempts: Vec<AttemptRecord>,
    entries: BTreeMap<u64, Entry>,
    places: HashMap<Position, u64>,
    notes: Vec<Note>,
}

/// What takes a write back: all of a commit is written, or none of it.
enum Undo {
    Entry { run: RunId, number: u64, before: Option<Entry> },
    Notes { run: RunId, count: usize },
    State { place: (StateScope, String), before: Option<StateValue> },
}

impl Kept {
    pub(super) fn commit(&mut self, writes: Vec<Write>) -> Result<Fenced, JournalError> {
        let (mut fenced, mut undo) = (Fenced::new(), Vec::new());
        for write in writes {
            let claim = write.claim();
            let holds = self.stored(&claim.run).is_ok_and(|run| rules::holds(&run.record, claim));
            if !holds {
                if !fenced.contains(claim) {
                    fenced.push(claim.clone());
                }
                continue;
            }
            undo.push(self.undo(&write));
            if let Err(error) = self.write(write) {
                undo.into_iter().rev().for_each(|undo| self.take_back(undo));
                return Err(error);
            }
        }
        Ok(fenced)
    }

    /// What stands where a write goes.
    fn undo(&mut self, write: &Write) -> Undo {
        let run = write.claim().run.clone();
        let number = match write {
            Write::State { scope, key, .. } => {
                let place = (scope.clone(), key.clone());
                let before = self.states.get(&place).cloned();
                return Undo::State { place, before };
            }
            Write::Note { .. } => {
                let count = self.seen(&run).map_or(0, |run| run.notes.len());
                return Undo::Notes { run, count };
            }
            Write::Intent { number, .. }
            | Write::Record { number, .. }
            | Write::Answer { number, .. }
            | Write::Void { number, .. } => *number,
        };
        let before = self.seen(&run).and_then(|run| run.entries.get(&number).cloned());
        Undo::Entry { run, number, before }
    }

    fn take_back(&mut self, undo: Undo) {
        match undo {
            Undo::State { place, before: Some(before) } => {
                self.states.insert(place, before);
            }
            Undo::State { place, before: None } => {
                self.states.remove(&place);
            }
            Undo::Notes { run, count } => {
                if let Ok(run) = self.stored(&run) {
                    run.notes.truncate(count);
                }
            }
            Undo::Entry { run, number, before } => {
                if let Ok(run) = self.stored(&run) {
                    run.take_back(number, before);
                }
            }
        }
    }

    fn write(&mut self, write: Write) -> Result<(), JournalError> {
        match write {
            Write::State { claim, scope, key, value, at } => {
                self.set_state(&scope, &key, value, at, Some(claim.run));
                Ok(())
            }
            Write::Intent { claim, number, intent } => {
                self.stored(&claim.run)?.put(&claim, number, intent, None)
            }
            Write::Record { claim, number, intent, answer } => {
                self.stored(&claim.run)?.put(&claim, number, intent, Some(answer))
            }
            Write::Answer { claim, number, answer } => {
                let run = self.stored(&claim.run)?;
                let entry = run.entries.get_mut(&number);
                let entry = entry.ok_or_else(|| rules::no_entry(&claim.run, number))?;
                (entry.answer, entry.attempt) = (Some(answer), claim.attempt);
                Ok(())
            }
            Write::Void { claim, number } => {
                if let Some(entry) = self.stored(&claim.run)?.entries.get_mut(&number) {
                    rules::void(entry);
                    entry.attempt = claim.attempt;
                }
                Ok(())
            }
            Write::Note { claim, note } => {
                let notes = &mut self.stored(&claim.run)?.notes;
                if !notes.iter().any(|old| (old.branch, old.number) == (note.branch, note.number)) {
                    notes.push(note);
                }
                Ok(())
            }
        }
    }

    pub(super) fn create(
        &mut self,
        run: NewRun,
        program: Program,
    ) -> Result<Option<RunId>, JournalError> {
        rules::check_program(&run, &program)?;
        if let Some((_, made)) = self.occurred.iter().find(|(trigger, _)| *trigger == run.trigger) {
            return Ok(Some(made.clone()));
        }
        if let Trigger::Schedule { schedule, due } = &run.trigger
            && let Some(made) = self.timetable.made_by(schedule, *due)
        {
            return Ok(Some(made));
        }
        if self.stored(&run.id).is_ok() {
            return Err(rules::state(format!("has a run {} already", run.id)));
        }
        match &run.trigger {
            Trigger::Manual | Trigger::Rerun { .. } => {}
            Trigger::Schedule { schedule, due } => {
                self.timetable.fire(schedule, *due, &run.id, run.started);
            }
            Trigger::Webhook { .. } => self.occurred.push((run.trigger.clone(), run.id.clone())),
        }
        self.programs.entry(program.digest.clone()).or_insert(program);
        self.runs.push(Stored {
            record: rules::created(run),
            attempts: Vec::new(),
            entries: BTreeMap::new(),
            places: HashMap::new(),
            notes: Vec::new(),
        });
        Ok(None)
    }

    pub(super) fn keep(&mut self, keep: Keep) {
        if let Keep::Deployment(_, programs) = &keep {
            for program in programs {
                self.programs.entry(program.digest.clone()).or_insert_with(|| program.clone());
            }
        }
        self.timetable.keep(keep);
    }

    pub(super) fn claim(&mut self, run: &RunId, at: Timestamp) -> Result<Claim, JournalError> {
        let epoch = self.epoch + 1;
        let stored = self.stored(run)?;
        let claim = rules::begin(&mut stored.record, epoch, at)?;
        stored.interrupt(at);
        let (number, error) = (claim.attempt, Value::Null);
        stored.attempts.push(AttemptRecord { number, started: at, ended: None, end: None, error });
        self.epoch = epoch;
        Ok(claim)
    }

    pub(super) fn end(&mut self, claim: &Claim, end: End) -> Result<(), JournalError> {
        let stored = self.stored(&claim.run)?;
        let (at, ending, error) = (end.at, end.end, end.error.clone());
        rules::end(&mut stored.record, claim, end)?;
        if let Some(attempt) = stored.attempts.last_mut() {
            attempt.ended = Some(at);
            attempt.end = Some(ending);
            attempt.error = error;
        }
        stored.tidy();
        Ok(())
    }

    pub(super) fn resolve(
        &mut self,
        run: &RunId,
        number: u64,
        answer: Answer,
    ) -> Result<(), JournalError> {
        let epoch = self.epoch + 1;
        let stored = self.stored(run)?;
        rules::check_at_rest(&stored.record, 0)?;
        let entry = stored.entries.get_mut(&number);
        let entry = entry.ok_or_else(|| rules::no_entry(run, number))?;
        rules::check_open(run, number, entry.state())?;
        entry.answer = Some(answer);
        stored.record.epoch = epoch;
        self.epoch = epoch;
        Ok(())
    }

    pub(super) fn close(&mut self, run: &RunId, end: End) -> Result<(), JournalError> {
        let epoch = self.epoch + 1;
        let stored = self.stored(run)?;
        let at = end.at;
        rules::close(&mut stored.record, 0, epoch, end)?;
        stored.interrupt(at);
        stored.tidy();
        self.epoch = epoch;
        Ok(())
    }

    pub(super) fn request_cancel(&mut self, run: &RunId) -> Result<(), JournalError> {
        rules::request_cancel(&mut self.stored(run)?.record)
    }

    pub(super) fn release(&mut self, run: &RunId, at: Timestamp) -> Result<(), JournalError> {
        rules::release(&mut self.stored(run)?.record, at)
    }

    pub(super) fn record(&self, run: &RunId) -> Option<RunRecord> {
        Some(self.seen(run)?.shown())
    }

    pub(super) fn runs(&self, filter: &RunFilter) -> Vec<RunRecord> {
        let older = match &filter.before {
            Some(before) => {
                self.runs.iter().position(|run| run.record.new.id == *before).unwrap_or(0)
            }
            None => self.runs.len(),
        };
        let limit = if filter.limit == 0 { usize::MAX } else { filter.limit as usize };
        let newest = self.runs[..older].iter().rev();
        newest.filter(|run| meant(&run.record, filter)).take(limit).map(Stored::shown).collect()
    }

    pub(super) fn attempts(&self, run: &RunId) -> Vec<AttemptRecord> {
        self.seen(run).map(|run| run.attempts.clone()).unwrap_or_default()
    }

    pub(super) fn positions(&self, run: &RunId) -> Vec<(u64, Position, bool)> {
        let Some(run) = self.seen(run) else { return Vec::new() };
        let place = |entry: &Entry| {
            (entry.number, entry.intent.position, entry.state() == EntryState::Void)
        };
        run.entries.values().map(place).collect()
    }

    pub(super) fn entries(&self, run: &RunId, from: u64, count: u32, bytes: usize) -> Vec<Entry> {
        let Some(run) = self.seen(run) else { return Vec::new() };
        let (mut chunk, mut held) = (Vec::new(), 0);
        for entry in run.entries.range(from..).map(|(_, entry)| entry).take(count as usize) {
            held += rules::size(entry);
            chunk.push(entry.clone());
            if held >= bytes {
                break;
            }
        }
        chunk
    }

    pub(super) fn notes(&self, run: &RunId) -> Vec<Note> {
        self.seen(run).map(|run| run.notes.clone()).unwrap_or_default()
    }

    pub(super) fn program(&self, digest: &str) -> Option<Program> {
        self.programs.get(digest).cloned()
    }

    pub(super) fn state(&self, scope: &StateScope, key: &str) -> Option<StateValue> {
        self.states.get(&(scope.clone(), key.to_owned())).cloned()
    }

    pub(super) fn states(&self, scope: Option<&StateScope>) -> Vec<StateValue> {
        let all = self.states.values();
        all.filter(|value| scope.is_none_or(|scope| value.scope == *scope)).cloned().collect()
    }

    pub(super) fn set_state(
        &mut self,
        scope: &StateScope,
        key: &str,
        value: Option<Value>,
        at: Timestamp,
        by: Option<RunId>,
    ) {
        let place = (scope.clone(), key.to_owned());
        let Some(value) = value else {
            self.states.remove(&place);
            return;
        };
        let (scope, key) = place.clone();
        self.states.insert(place, StateValue { scope, key, value, changed: at, by });
    }

    pub(super) fn last_run(&self, scope: &StateScope) -> Option<LastRun> {
        let newest = self.runs.iter().rev().map(|run| &run.record);
        let mut completed = newest.filter(|run| run.outcome == Some(Outcome::Completed));
        completed.find(|run| run.new.scope == *scope).map(rules::last_run)
    }

    pub(super) fn sweep(&mut self, runs: Timestamp, replaced: Timestamp, reads: Timestamp) -> u64 {
        let before = self.runs.len();
        self.runs.retain(|run| !(run.is_finished() && run.record.changed < runs));
        for run in &mut self.runs {
            if run.is_finished() && run.record.changed < replaced {
                run.entries.values_mut().for_each(|entry| entry.intent.replaced = None);
            }
            if run.is_finished() && run.record.changed < reads && rules::keeps_reads(&run.record) {
                run.record.reads_gone = true;
                run.entries.values_mut().for_each(rules::forget_read);
            }
        }
        self.timetable.sweep(runs);
        let (runs, timetable) = (&self.runs, &self.timetable);
        self.programs.retain(|digest, _| {
            runs.iter().any(|run| run.record.new.program == *digest) || timetable.needs(digest)
        });
        (before - self.runs.len()) as u64
    }

    pub(super) fn erase(&mut self, text: &str) -> Result<(u64, Vec<RunId>), JournalError> {
        let wanted = Wanted::new(text)?;
        let (mut records, mut open) = (0, Vec::new());
        for run in &mut self.runs {
            if run.is_finished() {
                records += run.erase(&wanted);
            } else if run.clone().erase(&wanted) > 0 {
                open.push(run.record.new.id.clone());
            }
        }
        records += self.timetable.erase(&wanted);
        self.states.retain(|_, state| {
            let named = wanted.in_key(state);
            records += u64::from(named || wanted.state(state));
            !named
        });
        Ok((records, open))
    }

    fn stored(&mut self, run: &RunId) -> Result<&mut Stored, JournalError> {
        // From the end: what is asked for is nearly always new.
        let mut newest = self.runs.iter_mut().rev();
        newest.find(|stored| stored.record.new.id == *run).ok_or_else(|| rules::no_run(run))
    }

    fn seen(&self, run: &RunId) -> Option<&Stored> {
        self.runs.iter().rev().find(|stored| stored.record.new.id == *run)
    }
}

impl Stored {
    fn put(
        &mut self,
        claim: &Claim,
        number: u64,
        intent: Intent,
        answer: Option<Answer>,
    ) -> Result<(), JournalError> {
        let mut tries = 1;
        if let Some(old) = self.entries.get(&number) {
            if old.intent.position != intent.position || old.state() != EntryState::Void {
                return Err(rules::taken(&claim.run, number));
            }
            tries = old.tries + 1;
        } else if self.places.contains_key(&intent.position) {
            return Err(rules::taken(&claim.run, number));
        }
        let attempt = claim.attempt;
        self.places.insert(intent.position, number);
        self.entries.insert(number, Entry { number, attempt, tries, intent, answer });
        Ok(())
    }

    fn take_back(&mut self, number: u64, before: Option<Entry>) {
        if let Some(written) = self.entries.remove(&number) {
            self.places.remove(&written.intent.position);
        }
        if let Some(before) = before {
            self.places.insert(before.intent.position, number);
            self.entries.insert(number, before);
        }
    }

    fn interrupt(&mut self, at: Timestamp) {
        if let Some(attempt) = self.attempts.last_mut().filter(|attempt| attempt.end.is_none()) {
            attempt.end = Some(AttemptEnd::Interrupted);
            attempt.ended = Some(at);
        }
    }

    fn tidy(&mut self) {
        if !rules::keeps_reads(&self.record) {
            self.entries.values_mut().for_each(rules::forget_read);
        }
    }

    fn erase(&mut self, wanted: &Wanted) -> u64 {
        let mut records = u64::from(wanted.record(&mut self.record));
        for attempt in &mut self.attempts {
            records += u64::from(wanted.attempt(attempt));
        }
        for entry in self.entries.values_mut() {
            records += u64::from(wanted.entry(entry));
        }
        for note in &mut self.notes {
            records += u64::from(wanted.note(note));
        }
        records
    }

    fn is_finished(&self) -> bool {
        self.record.status == Status::Finished
    }

    fn shown(&self) -> RunRecord {
        RunRecord { entries: self.entries.len() as u64, ..self.record.clone() }
    }
}

fn meant(run: &RunRecord, filter: &RunFilter) -> bool {
    let is =
        |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
    is(&filter.automation, &run.new.scope.automation)
        && is(&filter.connection, &run.new.scope.connection)
        && (filter.status.is_empty() || filter.status.contains(&run.status))
        && (filter.outcome.is_empty()
            || run.outcome.is_some_and(|found| filter.outcome.contains(&found)))
        && filter.id_prefix.as_ref().is_none_or(|prefix| run.new.id.as_str().starts_with(prefix))
}

//! A stage for schedules: a journal, a clock that stands where the test puts it, and runs that end when the test says so.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use pianoroll_journal::{
    AttemptEnd, Backend, End, JournalError, Memory, NewRun, OccurrenceFilter, Program, StateScope,
    Trigger,
};
use pianoroll_model::{Outcome, RunId, Status};
use serde_json::Value;

use crate::scheduler::{Begin, Definition, Scheduler, SchedulerError, Turn, Wanted};

/// The schedule of most tests.
pub(super) const RETAG: &str = "retag/acme";

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn run(id: &str) -> RunId {
    id.parse().unwrap()
}

/// A schedule by its name, `automation/connection`.
pub(super) fn wanted(name: &str, definition: Definition) -> (String, Wanted) {
    let (automation, connection) = name.split_once('/').unwrap();
    let (automation, connection) = (automation.to_owned(), connection.to_owned());
    (name.to_owned(), Wanted { automation, connection, definition })
}

/// Makes the run of an occurrence, as whoever begins it does; answers the run that is there already.
pub(super) async fn create(
    backend: &dyn Backend,
    begin: &Begin,
    id: &RunId,
    now: Timestamp,
) -> Result<Option<RunId>, JournalError> {
    let trigger = Trigger::Schedule { schedule: begin.schedule.clone(), due: begin.due };
    make(backend, &begin.automation, &begin.connection, trigger, id, now).await
}

async fn make(
    backend: &dyn Backend,
    automation: &str,
    connection: &str,
    trigger: Trigger,
    id: &RunId,
    now: Timestamp,
) -> Result<Option<RunId>, JournalError> {
    let program = Program::new("script", "");
    let (automation, connection) = (automation.to_owned(), connection.to_owned());
    let new = NewRun {
        id: id.clone(),
        name: automation.clone(),
        scope: StateScope { automation, connection },
        target: String::new(),
        program: program.digest.clone(),
        trigger,
        params: Value::Null,
        settings: Value::Null,
        started: now,
        seed: 0,
        last_run: None,
    };
    backend.create(new, program).await
}

/// Ends a run in the journal.
pub(super) async fn finish(
    backend: &dyn Backend,
    run: &RunId,
    outcome: Outcome,
    now: Timestamp,
) -> Result<(), JournalError> {
    let claim = backend.claim(run, now).await?;
    let end = End {
        end: match outcome {
            Outcome::Completed | Outcome::Skipped => AttemptEnd::Completed,
            Outcome::Failed => AttemptEnd::Failed,
            Outcome::Cancelled => AttemptEnd::Cancelled,
        },
        status: Status::Finished,
        waiting: None,
        outcome: Some(outcome),
        at: now,
        result: Value::Null,
        error: Value::Null,
        summary: Value::Null,
    };
    backend.end(&claim, end).await
}

pub(super) struct Stage {
    pub(super) backend: Arc<dyn Backend>,
    pub(super) scheduler: Scheduler,
    pub(super) now: Timestamp,
    wanted: BTreeMap<String, Wanted>,
    runs: u32,
}

impl Stage {
    pub(super) async fn new(now: &str) -> Self {
        Self::on(Arc::new(Memory::new()), now).await
    }

    pub(super) async fn on(backend: Arc<dyn Backend>, now: &str) -> Self {
        let now = at(now);
        let scheduler = Scheduler::open(Arc::clone(&backend), now).await.unwrap();
        Self { backend, scheduler, now, wanted: BTreeMap::new(), runs: 0 }
    }

    /// With one schedule, [`RETAG`].
    pub(super) async fn with(now: &str, definition: Definition) -> Self {
        let mut stage = Self::new(now).await;
        stage.put(RETAG, definition).await;
        stage
    }

    /// Puts the clock somewhere.
    pub(super) fn set(&mut self, now: &str) {
        self.now = at(now);
    }

    /// Puts the clock somewhere and looks at it; begins what begins, as `r1`, `r2` and so on. Answers the runs that are to be cancelled.
    pub(super) async fn look(&mut self, now: &str) -> Vec<RunId> {
        self.set(now);
        let turn = self.tick().await.unwrap();
        for begin in turn.begin {
            self.begin(&begin).await;
        }
        turn.cancel
    }

    /// Looks at the clock, and begins nothing.
    pub(super) async fn tick(&self) -> Result<Turn, SchedulerError> {
        self.scheduler.tick(self.now).await
    }

    /// Makes the run of an occurrence.
    pub(super) async fn begin(&mut self, begin: &Begin) {
        self.runs += 1;
        let id = run(&format!("r{}", self.runs));
        assert_eq!(create(&*self.backend, begin, &id, self.now).await.unwrap(), None, "{begin:?}");
        self.scheduler.begun(&begin.schedule, begin.due, &id).await;
    }

    /// Begins a run by hand.
    pub(super) async fn by_hand(&self, automation: &str, connection: &str, id: &str) {
        let (id, now) = (run(id), self.now);
        let made = make(&*self.backend, automation, connection, Trigger::Manual, &id, now).await;
        assert_eq!(made.unwrap(), None);
        self.scheduler.opened(automation, connection, &id).await;
    }

    /// Ends a run of [`RETAG`]; answers whether that pauses its schedule.
    pub(super) async fn end(&self, id: &str, outcome: Outcome) -> bool {
        finish(&*self.backend, &run(id), outcome, self.now).await.unwrap();
        let ended = self.scheduler.ended("retag", "acme", &run(id), outcome, self.now).await;
        ended.unwrap()
    }

    pub(super) async fn put(&mut self, name: &str, definition: Definition) {
        self.wanted.extend([wanted(name, definition)]);
        self.scheduler.edit(&self.wanted, Vec::new(), self.now).await.unwrap();
    }

    pub(super) async fn remove(&mut self, name: &str) {
        self.wanted.remove(name);
        self.scheduler.edit(&self.wanted, Vec::new(), self.now).await.unwrap();
    }

    pub(super) async fn pause(&self, note: &str) {
        self.scheduler.pause(&[RETAG.to_owned()], note, self.now).await.unwrap();
    }

    pub(super) async fn resume(&self) {
        self.scheduler.resume(&[RETAG.to_owned()], self.now).await.unwrap();
    }

    /// Another process opens the journal.
    pub(super) async fn restart(&mut self) {
        self.scheduler = Scheduler::open(Arc::clone(&self.backend), self.now).await.unwrap();
    }

    /// The next due time of [`RETAG`], as its zone's clocks show it.
    pub(super) async fn next(&self) -> String {
        let state = self.scheduler.states().await.unwrap();
        let state = state.iter().find(|state| state.record.name == RETAG).unwrap();
        shown(state.next.unwrap(), &state.definition.zone)
    }

    /// What came of all due times of [`RETAG`], as the clocks of a zone show them, and why.
    pub(super) async fn fates(&self, zone: &str) -> String {
        let schedule = Some(RETAG.to_owned());
        let filter = OccurrenceFilter { schedule, ..OccurrenceFilter::default() };
        let mut text = String::new();
        for row in self.backend.occurrences(&filter).await.unwrap().iter().rev() {
            write!(text, "{} {}", shown(row.due, zone), row.fate.as_str()).unwrap();
            if let Some(run) = &row.run {
                write!(text, " {}", run.as_str()).unwrap();
            }
            match row.reason.as_str() {
                "" => text.push('\n'),
                reason => writeln!(text, ": {reason}").unwrap(),
            }
        }
        text
    }
}

fn shown(moment: Timestamp, zone: &str) -> String {
    let zone = crate::schedule::zone(zone).unwrap();
    moment.to_zoned(zone).strftime("%F %H:%M%:z").to_string()
}

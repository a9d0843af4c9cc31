//! Attempts of one run: whatever ends the first one, the next one comes to the same end and does nothing twice.

mod checkpoints;
mod state;
mod stops;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use pianoroll_host::{Cause, Guest, GuestError, Host, HostSettings, Limit, Observer};
use pianoroll_journal::{
    AttemptEnd, End, Journal, LastRun, Memory, NewRun, Program, StateScope, Trigger,
};
use pianoroll_model::{Outcome, RunId, Status};
use serde_json::Value;

use super::support::{Heard, Hurried, World, settings};
use crate::Script;

/// A run that a journal in memory keeps, and its account.
pub(super) struct Durable {
    pub(super) world: World,
    pub(super) clock: Arc<Hurried>,
    memory: Arc<Memory>,
    journal: Journal,
    run: RunId,
}

/// What came of one attempt.
pub(super) struct Attempted {
    pub(super) result: Result<Value, GuestError>,
    pub(super) logs: Vec<String>,
    /// Calls that were answered from the journal.
    pub(super) repeated: u64,
}

impl Attempted {
    pub(super) fn text(&self) -> String {
        match &self.result {
            Ok(value) => value.to_string(),
            Err(error) => error.rendered.clone(),
        }
    }
}

impl Durable {
    pub(super) async fn new() -> Self {
        Self::with_last_run(None).await
    }

    pub(super) async fn with_last_run(last_run: Option<LastRun>) -> Self {
        let mut world = World::simulated(settings()).await;
        let clock = Arc::new(Hurried::at("2026-05-20T10:00:00Z"));
        world.clock = Arc::<Hurried>::clone(&clock);
        let memory = Arc::new(Memory::new());
        let journal = Journal::new(Arc::<Memory>::clone(&memory));
        let program = Program::new("script", "{}");
        let run: RunId = "test-run".parse().unwrap();
        let new = NewRun {
            id: run.clone(),
            scope: scope(),
            name: "test".to_owned(),
            target: "the simulator".to_owned(),
            program: program.digest.clone(),
            trigger: Trigger::Manual,
            params: Value::Null,
            settings: Value::Null,
            started: started(),
            seed: 7,
            last_run,
        };
        journal.backend().create(new, program).await.unwrap();
        Self { world, clock, memory, journal, run }
    }

    /// One attempt, ended as a run that can be taken up again; of one that waits the clock is put to its end.
    pub(super) async fn attempt(&self, source: &str) -> Attempted {
        let script = Script::compile(source, "test.rhai").unwrap_or_else(|error| panic!("{error}"));
        let attempt = self.journal.begin(&self.run, Timestamp::UNIX_EPOCH).await.unwrap();
        let heard = Arc::new(Heard::default());
        let host = Host::new(HostSettings {
            journal: Some(attempt.clone()),
            observer: Arc::clone(&heard) as Arc<dyn Observer>,
            started: started(),
            ..self.world.host_settings()
        });
        let mut result = script.guest().run(host.trunk()).await;
        if result.is_ok()
            && let Err(error) = host.check_replayed().await
        {
            result = Err(error.into());
        }
        if let Err(error) = &result
            && let Some(error) = error.host()
        {
            // A journal that is gone is told by the next attempt.
            let _ = host.void_failed(error).await;
            if let Cause::Parked { until } = error.cause() {
                self.clock.reach(*until);
            }
        }
        let is_over = result.is_ok();
        if is_over {
            host.commit_files().unwrap();
        } else {
            host.discard_files();
        }
        let _ = attempt.end(end(is_over)).await;
        let logs = heard.lines.lock().unwrap().clone();
        Attempted { result, logs, repeated: host.summary().replayed }
    }

    /// Attempts until one comes to its end.
    pub(super) async fn to_its_end(&self, source: &str) -> Attempted {
        for _ in 0..8 {
            let attempted = self.attempt(source).await;
            match &attempted.result {
                Err(error)
                    if matches!(
                        error.host().map(|error| error.cause()),
                        Some(Cause::Parked { .. })
                    ) => {}
                _ => return attempted,
            }
        }
        panic!("it waits again and again");
    }

    /// The process ends at this commit, which is still made or not.
    pub(super) fn crash_after(&self, commits: u64, made: bool) {
        self.memory.crash_after(commits, made);
    }

    pub(super) fn revive(&self) {
        self.memory.revive();
    }

    pub(super) fn limit_calls(&mut self, most: Option<u64>) {
        self.world.guardrails.calls = most.map(|most| Limit::new(most, "--limit calls"));
    }

    /// What reached the account, but reads.
    pub(super) fn effects(&self) -> Vec<String> {
        let requests = self.world.simulator().requests();
        let effects = requests.iter().filter(|request| request.method != "GET");
        let mut effects: Vec<String> = effects
            .map(|request| format!("{} {} {}", request.method, request.path, request.body))
            .collect();
        // Items of a `parallel` have no order.
        effects.sort();
        effects
    }

    pub(super) fn distinct_effects(&self) -> BTreeSet<String> {
        self.effects().into_iter().collect()
    }

    /// What was said, each once, in the order of places.
    pub(super) async fn notes(&self) -> Vec<String> {
        let mut notes = self.journal.backend().notes(&self.run).await.unwrap();
        notes.sort_by_key(|note| (note.branch, note.number));
        notes
            .iter()
            .map(|note| format!("{:?} {:?} {}", note.branch, note.kind, note.text))
            .collect()
    }

    /// All state values.
    pub(super) async fn states(&self) -> Vec<(String, Value)> {
        let states = self.journal.backend().states(Some(&scope())).await.unwrap();
        states.into_iter().map(|state| (state.key, state.value)).collect()
    }
}

fn scope() -> StateScope {
    StateScope { automation: "test".to_owned(), connection: String::new() }
}

fn started() -> Timestamp {
    "2026-05-20T10:00:00Z".parse().unwrap()
}

fn end(is_over: bool) -> End {
    let (end, outcome) = match is_over {
        true => (AttemptEnd::Completed, Outcome::Completed),
        false => (AttemptEnd::Failed, Outcome::Failed),
    };
    End {
        end,
        status: Status::Finished,
        waiting: None,
        outcome: Some(outcome),
        at: Timestamp::UNIX_EPOCH,
        result: Value::Null,
        error: Value::Null,
        summary: Value::Null,
    }
}

//! Every operation, in every simulator mode that has it, with its answer lost together with its process: the next attempt treats
//! it by its class. With an answer that was recorded it is never sent again.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use jiff::Timestamp;
use pianoroll_api::OPERATIONS;
use pianoroll_api::operation::{Example, Mode, Operation};
use pianoroll_host::{Host, HostErrorKind, HostSettings};
use pianoroll_journal::{Journal, Memory, NewRun, Program, StateScope, Trigger};
use pianoroll_model::Retry;
use pianoroll_simulator::LoggedRequest;
use pianoroll_tests::direct::{Direct, arguments};
use serde_json::Value;

struct Stage(Direct);

impl Stage {
    /// The next attempt, as another process has it.
    async fn attempt(&self, memory: &Arc<Memory>) -> Arc<Host> {
        let run = "run".parse().unwrap();
        let journal = Journal::new(memory.clone());
        let attempt = journal.begin(&run, Timestamp::UNIX_EPOCH).await.unwrap();
        Host::new(HostSettings { journal: Some(attempt), ..self.0.settings("run") })
    }

    fn sent(&self, operation: &Operation) -> Vec<LoggedRequest> {
        let all = self.0.simulator.requests().into_iter();
        all.filter(|request| request.operation == Some(operation.id)).collect()
    }
}

async fn memory() -> Arc<Memory> {
    let memory = Arc::new(Memory::new());
    let program = Program::new("script", "{}");
    let run = NewRun {
        id: "run".parse().unwrap(),
        scope: StateScope { automation: "x".into(), connection: String::new() },
        name: "x".into(),
        target: "x".into(),
        program: program.digest.clone(),
        trigger: Trigger::Manual,
        params: Value::Null,
        settings: Value::Null,
        started: Timestamp::UNIX_EPOCH,
        seed: 7,
        last_run: None,
    };
    Journal::new(memory.clone()).backend().create(run, program).await.unwrap();
    memory
}

/// What is wrong with how an effect whose answer was lost is taken up again.
async fn lost(stage: &Stage, operation: &'static Operation, example: &Example) -> Option<String> {
    stage.0.simulator.reset();
    let memory = memory().await;
    let host = stage.attempt(&memory).await;
    // The intent is the first commit; the answer is never written.
    memory.crash_after(1, false);
    // Whether the program still hears of it does not matter: it ends here.
    let _ = host.trunk().call(operation.id, arguments(example)).await;
    memory.revive();
    let before = stage.sent(operation).len();
    let host = stage.attempt(&memory).await;
    let result = host.trunk().call(operation.id, arguments(example)).await;
    let sent = stage.sent(operation);
    let again = sent.len() - before;
    let applied = sent.iter().filter(|request| request.applied).count();
    let state =
        |ok| if ok { None } else { Some(format!("{again} more, {applied} applied: {result:?}")) };
    let kind = result.as_ref().err().map(pianoroll_host::HostError::kind);
    let body = arguments(example).body;
    match operation.retry {
        Retry::Safe => state(again > 0 && result.is_ok()),
        // Twice is once, and what is gone counts as done.
        Retry::Idempotent => state(again > 0 && result.is_ok()),
        // A document is sent as it stands: where it brings no key, a repetition could double.
        Retry::Keyed if body.is_some_and(|body| body.get("data").is_some()) => {
            let settled = again > 0 && result.is_ok();
            state(settled || (again == 0 && kind == Some(HostErrorKind::UnknownOutcome)))
        }
        Retry::Keyed => state(again > 0 && result.is_ok()),
        // It exists: either it is shown to be the same, or the program is told that nobody knows.
        Retry::Conflicts => state(again > 0 && applied == 1),
        Retry::Once => match operation.probe {
            Some(_) => state(again == 0 && result.is_ok()),
            None => state(again == 0 && kind == Some(HostErrorKind::UnknownOutcome)),
        },
    }
}

/// What is wrong with how a call whose answer is recorded is answered again.
async fn recorded(
    stage: &Stage,
    operation: &'static Operation,
    example: &Example,
) -> Option<String> {
    stage.0.simulator.reset();
    let memory = memory().await;
    let host = stage.attempt(&memory).await;
    let first = host.trunk().call(operation.id, arguments(example)).await;
    host.trunk().set_state("on disk", Value::Bool(true)).await.unwrap();
    let sent = stage.0.simulator.requests().len();
    let host = stage.attempt(&memory).await;
    let second = host.trunk().call(operation.id, arguments(example)).await;
    let bodies = |reply: &pianoroll_host::Reply| {
        reply.answers.iter().map(|answer| (answer.status, answer.body.clone())).collect::<Vec<_>>()
    };
    let same = match (&first, &second) {
        (Ok(first), Ok(second)) => bodies(first) == bodies(second),
        (Err(first), Err(second)) => first.to_map() == second.to_map(),
        _ => false,
    };
    let nothing_sent = stage.0.simulator.requests().len() == sent;
    (!same || !nothing_sent).then(|| format!("{first:?}\n{second:?}"))
}

async fn resume_all(mode: Mode) {
    let stage = Stage(Direct::new(mode).await);
    let mut failures = Vec::new();
    let mut effects = 0;
    for operation in OPERATIONS.iter().filter(|operation| mode.has(operation)) {
        let examples = operation.examples.iter();
        for example in examples.filter(|example| example.modes.contains(&mode)) {
            let body = example.body.map(|body| serde_json::from_str(body).unwrap());
            let mut found = vec![("recorded", recorded(&stage, operation, example).await)];
            if !operation.effect_of(body.as_ref()).is_read() {
                effects += 1;
                found.push(("lost", lost(&stage, operation, example).await));
            }
            for (what, wrong) in found {
                failures.extend(wrong.map(|wrong| {
                    format!("{} ({}), {what}: {wrong}", operation.id, operation.retry)
                }));
            }
        }
    }
    assert!(effects > 40, "only {effects} effects for {mode}");
    assert!(failures.is_empty(), "{} failed\n{}", failures.len(), failures.join("\n\n"));
}

#[tokio::test]
async fn every_example_in_documented_mode() {
    resume_all(Mode::Documented).await;
}

#[tokio::test]
async fn every_example_in_strict_mode() {
    resume_all(Mode::Strict).await;
}

#[tokio::test]
async fn every_example_in_todays_mode() {
    resume_all(Mode::Today).await;
}

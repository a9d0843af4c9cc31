//! What the tests begin with.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pianoroll_journal::*;
use pianoroll_model::{Effect, Outcome, Position, RunId, Status};
use serde_json::{Value, json};

pub(crate) type Shared = Arc<dyn Backend>;

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

pub(crate) fn id(text: &str) -> RunId {
    text.parse().unwrap()
}

pub(crate) fn scope() -> StateScope {
    StateScope { automation: "retag".into(), connection: "main".into() }
}

pub(crate) fn program() -> Program {
    Program::new("script", "log(1)")
}

pub(crate) fn new_run(run: &str, trigger: Trigger) -> NewRun {
    NewRun {
        id: id(run),
        scope: scope(),
        name: "retag".into(),
        target: "Shop".into(),
        program: program().digest,
        trigger,
        params: json!({ "tag": "vip", "ratio": 0.1 }),
        settings: json!({ "grants": ["profiles:read"] }),
        started: at(0),
        seed: u64::MAX,
        last_run: None,
    }
}

pub(crate) async fn created(backend: &dyn Backend, run: &str) -> RunId {
    assert_eq!(backend.create(new_run(run, Trigger::Manual), program()).await.unwrap(), None);
    id(run)
}

pub(crate) async fn claimed(backend: &dyn Backend, run: &str) -> Claim {
    let run = created(backend, run).await;
    backend.claim(&run, at(1)).await.unwrap()
}

pub(crate) fn intent(sequence: u64, effect: Effect) -> Intent {
    Intent {
        position: Position::new(None, sequence),
        kind: EntryKind::Call,
        name: "profiles.update".into(),
        effect,
        account: None,
        target: format!("01H{sequence}"),
        items: 0,
        arguments: json!([format!("01H{sequence}"), { "first_name": "Ada" }]).to_string().into(),
        replaced: None,
        at: at(2),
    }
}

pub(crate) fn answer(state: EntryState, body: &Value) -> Answer {
    Answer {
        state,
        status: Some(200),
        body: body.to_string().into(),
        settlement: "answered".into(),
        requests: 2,
        retries: 1,
        throttled: 1,
        waited: Duration::from_millis(3),
        took: Duration::from_millis(250),
    }
}

pub(crate) fn done() -> Answer {
    answer(EntryState::Done, &json!({ "data": { "id": "01H1", "text": "x".repeat(400) } }))
}

pub(crate) fn finish(outcome: Outcome, second: i64) -> End {
    let end = match outcome {
        Outcome::Failed => AttemptEnd::Failed,
        Outcome::Cancelled => AttemptEnd::Cancelled,
        Outcome::Completed | Outcome::Skipped => AttemptEnd::Completed,
    };
    End {
        end,
        status: Status::Finished,
        waiting: None,
        outcome: Some(outcome),
        at: at(second),
        result: json!({ "ok": true }),
        error: Value::Null,
        summary: json!({ "problem_count": 2 }),
    }
}

pub(crate) fn park(reason: WaitingReason, second: i64) -> End {
    End {
        end: AttemptEnd::Parked,
        status: Status::Waiting,
        waiting: Some(Waiting { reason, until: Some(at(second + 60)) }),
        outcome: None,
        at: at(second),
        result: Value::Null,
        error: json!({ "message": "later" }),
        summary: Value::Null,
    }
}

pub(crate) fn record(claim: &Claim, number: u64, effect: Effect) -> Write {
    let (claim, intent, answer) = (claim.clone(), intent(number, effect), done());
    Write::Record { claim, number, intent, answer }
}

pub(crate) fn intend(claim: &Claim, number: u64) -> Write {
    Write::Intent { claim: claim.clone(), number, intent: intent(number, Effect::Write) }
}

pub(crate) fn note(number: u64, text: &str) -> Note {
    Note {
        branch: None,
        number,
        kind: NoteKind::Log,
        level: "info".into(),
        text: text.into(),
        details: Value::Null,
        place: Some("a.rhai:1:2".into()),
        at: at(3),
        attempt: 1,
    }
}

pub(crate) async fn wrote(backend: &dyn Backend, writes: Vec<Write>) {
    assert_eq!(backend.commit(writes).await.unwrap(), Vec::new());
}

pub(crate) async fn all(backend: &dyn Backend, run: &RunId) -> Vec<Entry> {
    backend.entries(run, 0, 10_000, usize::MAX).await.unwrap()
}

pub(crate) fn kind<T: std::fmt::Debug>(result: Result<T, JournalError>) -> JournalErrorKind {
    result.unwrap_err().kind
}

//! Filling a journal.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pianoroll_journal::{
    Answer, AttemptEnd, Backend as _, Claim, End, EntryKind, EntryState, Intent, Memory, NewRun,
    Note, NoteKind, Program, StateScope, Trigger, Waiting, WaitingReason, Write,
};
use pianoroll_model::{Effect, Outcome, Position, RunId, Status};
use serde_json::{Value, json};

use super::EPOCH;

/// So many seconds after the first run began.
pub(super) fn at(seconds: i64) -> Timestamp {
    EPOCH + SignedDuration::from_secs(seconds)
}

/// The id of the nth run: the next ones are of other minutes.
pub(super) fn id(number: u32) -> RunId {
    format!("0193a5b{number}-1111-7222-8333-00000000000{number}").parse().unwrap()
}

pub(super) async fn create(memory: &Memory, number: u32, name: &str, connection: &str) {
    let program = Program::new("script", format!("// {name}"));
    let new = NewRun {
        id: id(number),
        scope: StateScope { automation: name.into(), connection: connection.into() },
        name: name.into(),
        target: if connection.is_empty() {
            "the simulator".into()
        } else {
            format!("connection {connection}")
        },
        program: program.digest.clone(),
        trigger: Trigger::Manual,
        params: json!({"days": 30, "list": "Y6nRLr"}),
        settings: Value::Null,
        started: at(i64::from(number) * 60),
        seed: 7,
        last_run: None,
    };
    assert_eq!(memory.create(new, program).await.unwrap(), None);
}

pub(super) async fn begin(memory: &Memory, number: u32) -> Claim {
    memory.claim(&id(number), at(i64::from(number) * 60)).await.unwrap()
}

/// A call, for [`record`] and [`send`].
pub(super) fn call(
    name: &str,
    effect: Effect,
    target: &str,
    branch: Option<(u64, u64)>,
    sequence: u64,
) -> Intent {
    Intent {
        position: Position::new(branch, sequence),
        kind: EntryKind::Call,
        name: name.into(),
        effect,
        account: None,
        target: target.into(),
        items: 0,
        arguments: r#"{"ids":[]}"#.into(),
        replaced: None,
        at: at(60),
    }
}

pub(super) fn answer(state: EntryState, status: Option<u16>, retries: u32) -> Answer {
    Answer {
        status,
        settlement: if state == EntryState::Unknown { "" } else { "answered" }.into(),
        requests: 1 + retries,
        retries,
        took: Duration::from_millis(84),
        state,
        ..Answer::value("{}")
    }
}

pub(super) async fn record(
    memory: &Memory,
    claim: &Claim,
    number: u64,
    intent: Intent,
    answer: Answer,
) {
    let write = Write::Record { claim: claim.clone(), number, intent, answer };
    assert!(memory.commit(vec![write]).await.unwrap().is_empty());
}

pub(super) async fn send(memory: &Memory, claim: &Claim, number: u64, intent: Intent) {
    let write = Write::Intent { claim: claim.clone(), number, intent };
    assert!(memory.commit(vec![write]).await.unwrap().is_empty());
}

/// An entry that is no call.
pub(super) fn thing(kind: EntryKind, name: &str, sequence: u64) -> Intent {
    Intent { kind, arguments: "".into(), ..call(name, Effect::Read, "", None, sequence) }
}

pub(super) async fn say(
    memory: &Memory,
    claim: &Claim,
    number: u64,
    (kind, level, text): (NoteKind, &str, &str),
    details: Value,
) {
    let note = Note {
        branch: None,
        number,
        kind,
        level: level.into(),
        text: text.into(),
        details,
        place: Some("scripts/retag.rhai:3:5".into()),
        at: at(60 + number as i64),
        attempt: claim.attempt,
    };
    let write = Write::Note { claim: claim.clone(), note };
    assert!(memory.commit(vec![write]).await.unwrap().is_empty());
}

pub(super) async fn finish(memory: &Memory, claim: &Claim, outcome: Outcome, summary: Value) {
    let ended = match outcome {
        Outcome::Completed => AttemptEnd::Completed,
        Outcome::Cancelled => AttemptEnd::Cancelled,
        Outcome::Failed | Outcome::Skipped => AttemptEnd::Failed,
    };
    let error = match outcome {
        Outcome::Completed => Value::Null,
        _ => json!({
            "message": "409: a profile with this email is there already",
            "rendered": "409: a profile with this email is there already\n  --> scripts/retag.rhai:7:5\n   |\n 7 |     profiles::create(p);\n   |     ^",
        }),
    };
    let end = End {
        end: ended,
        status: Status::Finished,
        waiting: None,
        outcome: Some(outcome),
        at: memory.run(&claim.run).await.unwrap().unwrap().new.started
            + SignedDuration::from_secs(5),
        result: Value::Null,
        error,
        summary,
    };
    memory.end(claim, end).await.unwrap();
}

pub(super) async fn park(memory: &Memory, claim: &Claim, reason: WaitingReason, hours: i64) {
    let until = (reason != WaitingReason::UnknownOutcome).then(|| at(hours * 3600));
    let end = End {
        end: AttemptEnd::Parked,
        status: Status::Waiting,
        waiting: Some(Waiting { reason, until }),
        outcome: None,
        at: at(70),
        result: Value::Null,
        error: Value::Null,
        summary: Value::Null,
    };
    memory.end(claim, end).await.unwrap();
}

pub(super) fn summary(calls: u64, problems: u64) -> Value {
    json!({
        "calls": calls,
        "effects": {"read": 1, "write": calls - 1, "delete": 0, "send": 0},
        "requests": calls + 2, "retries": 2, "throttled": 1, "waited_seconds": 1.25,
        "problem_count": problems,
    })
}

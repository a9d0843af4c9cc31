//! Attempts of one run: what was done is answered and not done again.

use std::sync::Arc;

use expect_test::expect;
use jiff::Timestamp;
use pianoroll_api::Arguments;
use pianoroll_journal::{
    Answer, AttemptEnd, End, EntryState, Journal, Memory, NewRun, Program, StateScope, Trigger,
    Waiting, WaitingReason,
};
use pianoroll_model::{Outcome, Status};
use pianoroll_simulator::{Rule, When};
use serde_json::{Value, json};

use super::stage::Stage;
use crate::{Branch, Cause, Checkpoint, Host, HostErrorKind, HostSettings, Level};

const ALICE: &str = "01GDDKASAP8TKDDA2GRZDSVP4H";

/// A run that a journal in memory keeps.
pub(super) struct Kept {
    pub(super) stage: Stage,
    pub(super) memory: Arc<Memory>,
    pub(super) journal: Journal,
}

pub(super) fn new_run(name: &str) -> (NewRun, Program) {
    let program = Program::new("script", "{}");
    let run = NewRun {
        id: name.parse().unwrap(),
        scope: StateScope { automation: "retag".into(), connection: "acme".into() },
        name: "retag".into(),
        target: "the simulator".into(),
        program: program.digest.clone(),
        trigger: Trigger::Manual,
        params: json!({}),
        settings: Value::Null,
        started: Timestamp::UNIX_EPOCH,
        seed: 7,
        last_run: None,
    };
    (run, program)
}

pub(super) fn completed() -> End {
    End {
        end: AttemptEnd::Completed,
        status: Status::Finished,
        waiting: None,
        outcome: Some(Outcome::Completed),
        at: Timestamp::UNIX_EPOCH,
        result: Value::Null,
        error: Value::Null,
        summary: Value::Null,
    }
}

impl Kept {
    pub(super) async fn new() -> Self {
        let memory = Arc::new(Memory::new());
        let journal = Journal::new(memory.clone());
        let (run, program) = new_run("run-1");
        journal.backend().create(run, program).await.unwrap();
        Self { stage: Stage::new(50).await, memory, journal }
    }

    /// The next attempt.
    pub(super) async fn attempt(&self) -> Arc<Host> {
        let attempt = self.journal.begin(&"run-1".parse().unwrap(), Timestamp::UNIX_EPOCH).await;
        let journal = Some(attempt.unwrap());
        Host::new(HostSettings { journal, ..self.stage.settings("read write delete send") })
    }

    /// The attempt ends without a word, but with all that it wrote.
    pub(super) async fn drop(&self, host: Arc<Host>) {
        host.attempt().unwrap().flush().await.unwrap();
    }

    fn effects(&self) -> Vec<String> {
        self.stage.sent().into_iter().filter(|line| !line.starts_with("GET")).collect()
    }
}

fn rename(name: &str) -> Arguments {
    Arguments::ids([ALICE]).with_body(json!({ "first_name": name }))
}

async fn some_work(trunk: &Branch) -> Vec<String> {
    let mut told = Vec::new();
    let read = trunk.call("profiles.get", Arguments::ids([ALICE])).await.unwrap();
    told.push(read.json()["data"]["attributes"]["first_name"].to_string());
    trunk.call("profiles.update", rename("Al")).await.unwrap();
    let read = trunk.call("profiles.get", Arguments::ids([ALICE])).await.unwrap();
    told.push(read.json()["data"]["attributes"]["first_name"].to_string());
    told.push(trunk.clock().await.unwrap().to_string());
    let counter = trunk.state("counter").await.unwrap().as_u64().unwrap_or_default();
    trunk.set_state("counter", json!(counter + 1)).await.unwrap();
    told.push(counter.to_string());
    trunk.log(Level::Info, "half", None).await;
    for item in 0..3 {
        let branch = trunk.fork(99, item);
        let missing = branch.call("profiles.get", Arguments::ids(["NOBODY"])).await.unwrap_err();
        told.push(missing.to_string());
    }
    told.push(trunk.random().to_string());
    told
}

#[tokio::test]
async fn what_was_done_is_answered_and_not_done_again() {
    let kept = Kept::new().await;
    let host = kept.attempt().await;
    let first = some_work(&host.trunk()).await;
    let requests = kept.stage.sent().len();
    kept.drop(host).await;
    let host = kept.attempt().await;
    let second = some_work(&host.trunk()).await;
    assert_eq!(first, second);
    assert_eq!(kept.stage.sent().len(), requests, "nothing is sent again");
    assert_eq!((host.summary().calls, host.summary().replayed), (6, 6));
    host.check_replayed().await.unwrap();
    // And goes on from there.
    host.trunk().call("profiles.update", rename("Ally")).await.unwrap();
    assert_eq!(kept.effects().len(), 2);
    let state = kept.journal.backend().states(None).await.unwrap();
    assert_eq!((state.len(), &state[0].value), (1, &json!(1)));
    let notes = kept.journal.backend().notes(host.run()).await.unwrap();
    assert_eq!(notes.len(), 1, "a line is logged once");
}

#[tokio::test]
async fn another_program_is_told_with_both_sides() {
    let kept = Kept::new().await;
    let host = kept.attempt().await;
    host.trunk().call("profiles.update", rename("Al")).await.unwrap();
    host.trunk().call("profiles.update", rename("Bo")).await.unwrap();
    kept.drop(host).await;
    let host = kept.attempt().await;
    let trunk = host.trunk();
    trunk.call("profiles.update", rename("Al")).await.unwrap();
    let error = trunk.call("profiles.update", rename("Cy")).await.unwrap_err();
    assert!(!error.is_catchable());
    expect![[r#"
        at call 2, the program does not do what it did in an earlier attempt, so nobody knows what is left to do
          then: profiles.update {"ids":["01GDDKASAP8TKDDA2GRZDSVP4H"],"body":{"first_name":"Bo"}}
          now:  profiles.update {"ids":["01GDDKASAP8TKDDA2GRZDSVP4H"],"body":{"first_name":"Cy"}}"#]]
    .assert_eq(&error.to_string());
    let next = trunk.call("profiles.update", rename("Di")).await.unwrap_err();
    assert_eq!(next.kind(), HostErrorKind::Diverged, "the run is over");
    let host = kept.attempt().await;
    host.trunk().call("profiles.update", rename("Al")).await.unwrap();
    let error = host.check_replayed().await.unwrap_err();
    assert!(error.to_string().ends_with("now:  the end of the program"), "{error}");
    assert_eq!(kept.effects().len(), 2);
}

#[tokio::test]
async fn an_error_that_ended_the_attempt_does_not_count_and_one_that_was_caught_does() {
    let kept = Kept::new().await;
    let gone = |times| Rule { status: Some(404), times: Some(times), ..Rule::default() };
    kept.stage.spoil("PATCH", "*", gone(2));
    let host = kept.attempt().await;
    let caught = host.trunk().call("profiles.update", rename("Al")).await.unwrap_err();
    let ended = host.trunk().call("profiles.update", rename("Bo")).await.unwrap_err();
    host.void_failed(&ended).await.unwrap();
    kept.drop(host).await;
    let host = kept.attempt().await;
    let again = host.trunk().call("profiles.update", rename("Al")).await.unwrap_err();
    assert_eq!(caught.to_map(), again.to_map(), "the program sees the very same error");
    host.trunk().call("profiles.update", rename("Bo")).await.unwrap();
    assert_eq!(
        kept.effects(),
        ["404", "404", "200"].map(|status| format!("PATCH /klaviyo/api/profiles/{ALICE} {status}"))
    );
    let entries = kept.journal.backend().entries(host.run(), 1, 10, 1 << 20).await.unwrap();
    assert_eq!((entries.len(), entries[1].tries), (2, 2));
}

#[tokio::test]
async fn a_checkpoint_answers_its_value_and_leaves_the_line_where_it_was() {
    async fn work(trunk: &Branch) -> (Value, u64, String) {
        let value = match trunk.begin_checkpoint("find").await.unwrap() {
            Checkpoint::Recorded(value) => serde_json::from_slice(&value.unwrap()).unwrap(),
            Checkpoint::Open(open) => {
                let reply = trunk.call("profiles.get", Arguments::ids([ALICE])).await.unwrap();
                let id = reply.json()["data"]["id"].clone();
                let _ = trunk.random();
                trunk.log(Level::Info, "inside", None).await;
                trunk.end_checkpoint(open, Ok(&id.to_string())).await.unwrap();
                id
            }
        };
        trunk.call("profiles.update", rename("Al")).await.unwrap();
        trunk.log(Level::Info, "behind", None).await;
        let moment = trunk.clock().await.unwrap().to_string();
        (value, trunk.random(), moment)
    }
    let kept = Kept::new().await;
    let host = kept.attempt().await;
    let first = work(&host.trunk()).await;
    kept.drop(host).await;
    let sent = kept.stage.sent().len();
    let host = kept.attempt().await;
    assert_eq!(work(&host.trunk()).await, first);
    assert_eq!(kept.stage.sent().len(), sent);
    let entries = kept.journal.backend().entries(host.run(), 1, 10, 1 << 20).await.unwrap();
    let names: Vec<_> = entries.iter().map(|entry| entry.intent.position.to_string()).collect();
    assert_eq!(names, ["1", "3", "4"], "the read inside left no entry");
    assert_eq!(kept.journal.backend().notes(host.run()).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_page_enters_the_journal_when_it_is_taken() {
    let kept = Kept::new().await;
    let host = kept.attempt().await;
    let list = || Arguments::default().with_option("page_size", 10);
    let mut pages = host.trunk().pages("profiles.list", list()).unwrap();
    let first = pages.ahead().await.unwrap();
    let ahead = pages.ahead().await.unwrap();
    assert!(ahead.answer().is_some());
    let first = first.take().await.unwrap();
    kept.drop(host).await;
    let host = kept.attempt().await;
    let mut pages = host.trunk().pages("profiles.list", list()).unwrap();
    assert_eq!(pages.next().await.unwrap().unwrap().body, first.body);
    assert_eq!(kept.stage.sent().len(), 2);
    pages.next().await.unwrap().unwrap();
    assert_eq!(kept.stage.sent().len(), 3);
}

#[tokio::test]
async fn an_effect_that_may_have_happened_is_treated_by_its_class() {
    let kept = Kept::new().await;
    let list = Arguments::default().with_body(json!({ "name": "New" }));
    // The answer is lost with the process: the journal holds the intent alone.
    let lose = |n| kept.memory.crash_after(n, false);
    let host = kept.attempt().await;
    lose(1);
    let _ = host.trunk().call("profiles.update", rename("Al")).await;
    let _ = host.trunk().call("profiles.update", rename("Al")).await;
    kept.memory.revive();
    let host = kept.attempt().await;
    host.trunk().call("profiles.update", rename("Al")).await.unwrap();
    assert_eq!(kept.effects().len(), 2, "idempotent: sent again");
    kept.drop(host).await;
    let host = kept.attempt().await;
    host.trunk().call("profiles.update", rename("Al")).await.unwrap();
    lose(1);
    let _ = host.trunk().call("lists.create", list.clone()).await;
    let _ = host.attempt().unwrap().flush().await;
    kept.memory.revive();
    let host = kept.attempt().await;
    host.trunk().call("profiles.update", rename("Al")).await.unwrap();
    let error = host.trunk().call("lists.create", list.clone()).await.unwrap_err();
    assert_eq!(error.kind(), HostErrorKind::UnknownOutcome);
    assert_eq!(kept.effects().len(), 3, "once: not sent again by guess");
    let waiting = Waiting { reason: WaitingReason::UnknownOutcome, until: None };
    let waits = End {
        end: AttemptEnd::Failed,
        status: Status::Waiting,
        waiting: Some(waiting),
        outcome: None,
        ..completed()
    };
    host.attempt().unwrap().end(waits).await.unwrap();
    // An operator says that it happened.
    let made = r#"{"data":{"type":"list","id":"MADE","attributes":{"name":"New"}}}"#;
    let answer = Answer { settlement: "resolved".into(), ..Answer::value(made) };
    kept.journal.backend().resolve(&"run-1".parse().unwrap(), 2, answer).await.unwrap();
    let host = kept.attempt().await;
    host.trunk().call("profiles.update", rename("Al")).await.unwrap();
    let reply = host.trunk().call("lists.create", list).await.unwrap();
    assert_eq!(reply.json()["data"]["id"], "MADE");
    assert_eq!(kept.effects().len(), 3);
}

#[tokio::test]
async fn nothing_is_sent_whose_intent_is_not_on_disk() {
    let kept = Kept::new().await;
    let host = kept.attempt().await;
    kept.memory.crash_after(0, false);
    let error = host.trunk().call("profiles.update", rename("Al")).await.unwrap_err();
    assert_eq!(error.kind(), HostErrorKind::Journal);
    assert!(!error.is_catchable());
    assert!(kept.effects().is_empty());
    assert_eq!(host.summary().calls, 0);
    let error = host.trunk().call("profiles.get", Arguments::ids([ALICE])).await.unwrap_err();
    assert_eq!(error.kind(), HostErrorKind::Journal, "the run is over");
}

#[tokio::test]
async fn a_long_wait_parks_the_run_and_is_not_begun_anew() {
    use std::time::Duration;
    let kept = Kept::new().await;
    let host = kept.attempt().await;
    host.trunk().wait(Duration::from_millis(1)).await.unwrap();
    let error = host.trunk().wait(Duration::from_secs(86_400)).await.unwrap_err();
    let Cause::Parked { until } = error.cause() else { panic!("{error}") };
    kept.drop(host).await;
    let host = kept.attempt().await;
    host.trunk().wait(Duration::from_millis(1)).await.unwrap();
    let again = host.trunk().wait(Duration::from_secs(86_400)).await.unwrap_err();
    assert!(matches!(again.cause(), Cause::Parked { until: same } if same == until));
}

#[tokio::test]
async fn what_an_effect_replaces_is_recorded_where_a_read_has_shown_it() {
    let kept = Kept::new().await;
    let host = kept.attempt().await;
    let trunk = host.trunk();
    trunk.call("profiles.get", Arguments::ids([ALICE])).await.unwrap();
    trunk.call("profiles.update", rename("Al")).await.unwrap();
    trunk.call("profiles.update", rename("Bo")).await.unwrap();
    kept.drop(host).await;
    let entries = kept.journal.backend().entries(&"run-1".parse().unwrap(), 1, 9, 1 << 20).await;
    let replaced: Vec<_> = entries
        .unwrap()
        .into_iter()
        .map(|entry| {
            entry.intent.replaced.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        })
        .collect();
    // The second one replaces what no read has shown.
    assert_eq!(replaced, [None, Some(r#"{"first_name":"Alice"}"#.to_owned()), None]);
}

#[tokio::test]
async fn an_older_attempt_writes_nothing_more() {
    let kept = Kept::new().await;
    let old = kept.attempt().await;
    let new = kept.attempt().await;
    let error = old.trunk().call("profiles.update", rename("Al")).await.unwrap_err();
    assert!(error.to_string().contains("a newer one of the run has begun"), "{error}");
    assert!(kept.effects().is_empty());
    new.trunk().call("profiles.update", rename("Al")).await.unwrap();
}

#[tokio::test]
async fn a_repeated_error_of_a_lost_answer_is_sent_again_as_lost() {
    // The answers of a delete are lost until the client gives up: the next attempt finds it gone, and that counts as done.
    let kept = Kept::new().await;
    let lost = Rule { drop: true, when: When::After, times: Some(2), ..Rule::default() };
    kept.stage.spoil("DELETE", "*", lost);
    let delete = || Arguments::ids(["Y6nRLr"]);
    let host = kept.attempt().await;
    let error = host.trunk().call("lists.delete", delete()).await;
    // The repetition within the attempt may have found it gone already, or was dropped as well.
    if let Err(error) = &error {
        host.void_failed(error).await.unwrap();
    }
    kept.drop(host).await;
    let host = kept.attempt().await;
    host.trunk().call("lists.delete", delete()).await.unwrap();
    host.attempt().unwrap().end(completed()).await.unwrap();
    let entries = kept.journal.backend().entries(host.run(), 1, 9, 1 << 20).await.unwrap();
    assert_eq!(entries[0].state(), EntryState::Done);
}

#[tokio::test]
async fn an_effect_has_no_place_in_a_checkpoint() {
    let kept = Kept::new().await;
    let host = kept.attempt().await;
    let trunk = host.trunk();
    let Checkpoint::Open(open) = trunk.begin_checkpoint("x").await.unwrap() else { panic!() };
    let error = trunk.call("profiles.update", rename("Al")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "profiles.update: it has an effect, and a checkpoint may only read"
    );
    trunk.leave_checkpoint(open);
    assert!(kept.effects().is_empty());
    trunk.call("profiles.update", rename("Al")).await.unwrap();
}

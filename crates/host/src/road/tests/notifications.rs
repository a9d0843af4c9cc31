//! What a program tells its operator is told once, whichever way the program comes.

use std::sync::Arc;

use pianoroll_api::Arguments;
use pianoroll_journal::{Note, NoteKind};
use pianoroll_simulator::Rule;
use serde_json::{Value, json};

use super::replay::Kept;
use super::stage::Stage;
use crate::{
    Branch, Checkpoint, Host, HostErrorKind, HostSettings, Level, MOST_NOTIFICATIONS, Place,
};

const ALICE: &str = "01GDDKASAP8TKDDA2GRZDSVP4H";

fn heard(stage: &Stage) -> Vec<String> {
    std::mem::take(&mut *stage.heard.notifications.lock().unwrap())
}

async fn notes(kept: &Kept, host: &Arc<Host>) -> Vec<Note> {
    kept.journal.backend().notes(host.run()).await.unwrap()
}

async fn say(trunk: &Branch, text: &str) {
    trunk.notify(text, Value::Null, None).await.unwrap();
}

#[tokio::test]
async fn what_was_said_is_in_the_journal_and_not_said_again() {
    async fn work(trunk: &Branch) {
        let place = Place { file: "a.rhai".to_owned(), line: 3, column: 1 };
        trunk.log(Level::Info, "before", None).await;
        trunk.notify("half", json!({ "left": 0.1 }), Some(&place)).await.unwrap();
        trunk.log(Level::Info, "behind", None).await;
        trunk.fork(99, 0).notify("in an item", Value::Null, None).await.unwrap();
    }
    let kept = Kept::new().await;
    let host = kept.attempt().await;
    work(&host.trunk()).await;
    assert_eq!(heard(&kept.stage), [r#"half {"left":0.1}"#, "in an item null"]);
    // Nobody has waited for the disk but the notification itself.
    let first = notes(&kept, &host).await;
    let said = &first[1];
    assert_eq!((said.kind, said.level.as_str(), said.number), (NoteKind::Notify, "info", 2));
    assert_eq!((said.place.as_deref(), &said.details), (Some("a.rhai:3:1"), &json!({"left": 0.1})));
    assert_eq!(host.summary().notifications, 2);
    let host = kept.attempt().await;
    work(&host.trunk()).await;
    assert_eq!(heard(&kept.stage), Vec::<String>::new());
    assert_eq!(host.summary().notifications, 2);
    say(&host.trunk(), "done").await;
    assert_eq!(heard(&kept.stage), ["done null"]);
    kept.drop(host.clone()).await;
    assert_eq!(notes(&kept, &host).await.len(), 5);
}

/// The catch of a failure says so and fails on: the next attempt comes another way, with the same numbers of notes.
#[tokio::test]
async fn another_way_says_what_it_has_to_say() {
    async fn work(trunk: &Branch) -> Result<(), crate::HostError> {
        let body = json!({ "first_name": "Al" });
        let update = Arguments::ids([ALICE]).with_body(body);
        if let Err(error) = trunk.call("profiles.update", update).await {
            say(trunk, "it failed").await;
            return Err(error);
        }
        say(trunk, "it is done").await;
        Ok(())
    }
    let kept = Kept::new().await;
    kept.stage.spoil("PATCH", "*", Rule { status: Some(404), times: Some(2), ..Rule::default() });
    for _ in 0..2 {
        let host = kept.attempt().await;
        let ended = work(&host.trunk()).await.unwrap_err();
        host.void_failed(&ended).await.unwrap();
        kept.drop(host).await;
    }
    assert_eq!(heard(&kept.stage), ["it failed null"], "once for two failures");
    let host = kept.attempt().await;
    work(&host.trunk()).await.unwrap();
    assert_eq!(heard(&kept.stage), ["it is done null"]);
    let said = notes(&kept, &host).await;
    assert_eq!(said.iter().map(|note| note.number).collect::<Vec<_>>(), [1, 2]);
}

/// A block that the process ended in is run anew, and may log less than it did.
#[tokio::test]
async fn what_stands_behind_an_unfinished_checkpoint_is_said() {
    let kept = Kept::new().await;
    let host = kept.attempt().await;
    let Checkpoint::Open(_) = host.trunk().begin_checkpoint("find").await.unwrap() else {
        panic!("nothing was recorded")
    };
    for line in 0..3 {
        host.trunk().log(Level::Info, &format!("line {line}"), None).await;
    }
    kept.drop(host).await;
    let host = kept.attempt().await;
    let Checkpoint::Open(open) = host.trunk().begin_checkpoint("find").await.unwrap() else {
        panic!("nothing was recorded")
    };
    host.trunk().end_checkpoint(open, Ok("1")).await.unwrap();
    say(&host.trunk(), "found 1").await;
    assert_eq!(heard(&kept.stage), ["found 1 null"]);
    let said = notes(&kept, &host).await;
    assert_eq!((said[3].number, said[3].text.as_str()), (4, "found 1"));
    let host = kept.attempt().await;
    host.trunk().begin_checkpoint("find").await.unwrap();
    say(&host.trunk(), "found 1").await;
    assert!(heard(&kept.stage).is_empty());
}

#[tokio::test]
async fn a_run_says_so_many_and_an_attempt_of_it_not_as_many_again() {
    let kept = Kept::new().await;
    for _ in 0..2 {
        let host = kept.attempt().await;
        for number in 0..MOST_NOTIFICATIONS {
            say(&host.trunk(), &format!("number {number}")).await;
        }
        let error = host.trunk().notify("one more", Value::Null, None).await.unwrap_err();
        assert_eq!((error.kind(), error.is_catchable()), (HostErrorKind::Arguments, true));
        assert!(error.to_string().contains("at most 100 notifications"), "{error}");
        kept.drop(host.clone()).await;
        assert_eq!(notes(&kept, &host).await.len(), MOST_NOTIFICATIONS);
    }
    assert_eq!(heard(&kept.stage).len(), MOST_NOTIFICATIONS);
}

#[tokio::test]
async fn nothing_is_told_that_is_not_on_disk() {
    let kept = Kept::new().await;
    let host = kept.attempt().await;
    kept.memory.crash_after(0, false);
    let error = host.trunk().notify("lost?", Value::Null, None).await.unwrap_err();
    assert_eq!(error.kind(), HostErrorKind::Journal);
    assert!(heard(&kept.stage).is_empty());
    kept.memory.revive();
    let host = kept.attempt().await;
    say(&host.trunk(), "lost?").await;
    assert_eq!(heard(&kept.stage), ["lost? null"]);
}

#[tokio::test]
async fn a_dry_run_shows_what_would_be_said() {
    let stage = Stage::new(20).await;
    let host = Host::new(HostSettings { dry_run: true, ..stage.settings("read") });
    let trunk = host.trunk();
    let last = trunk.next_sequence();
    say(&trunk, "behind").await;
    trunk.fork(last, 1).notify("two", Value::Null, None).await.unwrap();
    trunk.fork(last, 0).notify("one", json!({ "n": 1 }), None).await.unwrap();
    assert!(heard(&stage).is_empty());
    let planned = host.plan().unwrap().notifications;
    let texts: Vec<&str> = planned.iter().map(|planned| planned.text.as_str()).collect();
    assert_eq!(texts, ["one", "two", "behind"]);
    assert_eq!(
        (planned[0].position.to_string().as_str(), &planned[0].details["n"]),
        ("1/0:1", &json!(1))
    );
    assert_eq!(host.summary().notifications, 3);
}

#[tokio::test]
async fn a_run_that_is_over_says_nothing_more() {
    let stage = Stage::new(20).await;
    let host = stage.host("read");
    host.cancel().cancel();
    let error = host.trunk().notify("late", Value::Null, None).await.unwrap_err();
    assert_eq!(error.to_string(), "notify: not called, the run was cancelled");
    assert!(heard(&stage).is_empty());
}

//! A journal that takes nothing, and runs that cannot begin.

use std::sync::Arc;

use expect_test::expect;
use pianoroll_journal::{Backend, Memory};

use super::*;

#[tokio::test]
async fn a_write_that_fails_changes_nothing() {
    let memory = Arc::new(Memory::new());
    let mut stage = Stage::on(Arc::clone(&memory) as Arc<dyn Backend>, "2026-01-05T08:30Z").await;
    stage.put(RETAG, hourly()).await;
    stage.set("2026-01-05T09:00Z");
    memory.crash_after(0, false);
    assert!(stage.tick().await.is_err());
    assert!(stage.scheduler.pause(&[RETAG.to_owned()], "", stage.now).await.is_err());
    assert!(stage.scheduler.edit(&Default::default(), Vec::new(), stage.now).await.is_err());
    memory.revive();
    assert_eq!(stage.fates("UTC").await, "");
    assert_eq!(stage.scheduler.states().await.unwrap()[0].record.paused, None);
    stage.look("2026-01-05T09:00:30Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 fired r1
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn what_has_failed_is_looked_at_again() {
    let memory = Arc::new(Memory::new());
    let mut stage = Stage::on(Arc::clone(&memory) as Arc<dyn Backend>, "2026-01-05T08:30Z").await;
    stage.put(RETAG, hourly()).await;
    // Nobody has such a schedule; and nobody sleeps for ever since somebody has asked for it.
    let none = ["retag/nobody".to_owned()];
    assert!(stage.scheduler.pause(&none, "", stage.now).await.is_err());
    assert!(stage.scheduler.next_wake().await.is_some_and(|wake| wake <= at("2026-01-05T09:00Z")));
    stage.tick().await.unwrap();
    assert_eq!(stage.scheduler.next_wake().await, Some(at("2026-01-05T09:00Z")));
    stage.set("2026-01-05T09:00Z");
    memory.crash_after(0, false);
    assert!(stage.tick().await.is_err());
    assert!(stage.scheduler.next_wake().await.is_some_and(|wake| wake <= stage.now));
}

#[tokio::test]
async fn a_change_of_several_schedules_is_whole_or_none() {
    let stage = Stage::with("2026-01-05T08:30Z", hourly()).await;
    let names = [RETAG.to_owned(), "retag/nobody".to_owned()];
    let error = stage.scheduler.pause(&names, "", stage.now).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no schedule `retag/nobody`");
    assert_eq!(stage.scheduler.states().await.unwrap()[0].record.paused, None);
}

#[tokio::test]
async fn a_process_that_ends_before_it_has_begun_a_run_leaves_it_to_the_next() {
    let mut stage = Stage::with("2026-01-05T08:30Z", hourly()).await;
    stage.set("2026-01-05T09:00Z");
    let turn = stage.tick().await.unwrap();
    assert_eq!(turn.begin.len(), 1);
    stage.restart().await;
    stage.look("2026-01-05T09:10Z").await;
    // And one that ends right after has begun it.
    stage.restart().await;
    stage.look("2026-01-05T09:20Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 fired r1
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn what_somebody_is_about_to_begin_is_given_to_nobody_else() {
    let jitter = jiff::SignedDuration::from_mins(50);
    let mut stage = Stage::with("2026-01-05T08:30Z", hourly()).await;
    stage.put("digest/acme", Definition { jitter, ..hourly() }).await;
    stage.set("2026-01-05T09:50Z");
    let begin = stage.tick().await.unwrap().begin;
    assert_eq!(begin.len(), 2);
    // The book is read again after a mistyped name, and where the clock is set back.
    assert!(stage.scheduler.pause(&["retag/nobody".to_owned()], "", stage.now).await.is_err());
    assert_eq!(stage.tick().await.unwrap().begin, []);
    stage.set("2026-01-05T08:55Z");
    assert_eq!(stage.tick().await.unwrap().begin, []);
    stage.set("2026-01-05T09:50Z");
    assert_eq!(stage.tick().await.unwrap().begin, []);
    for begin in &begin {
        stage.begin(begin).await;
    }
    stage.restart().await;
    assert_eq!(stage.tick().await.unwrap().begin, []);
}

#[tokio::test]
async fn what_could_not_begin_is_tried_again_when_it_should_be() {
    let mut stage = Stage::with("2026-01-05T08:30Z", hourly()).await;
    stage.set("2026-01-05T09:00Z");
    let turn = stage.tick().await.unwrap();
    let begin = turn.begin.first().unwrap();
    stage.scheduler.put_back(RETAG, begin.due, at("2026-01-05T09:05Z")).await;
    assert_eq!(stage.scheduler.next_wake().await, Some(at("2026-01-05T09:05Z")));
    // Nothing that happens meanwhile makes it earlier.
    stage.put(RETAG, Definition { pause_after: Some(3), ..hourly() }).await;
    stage.set("2026-01-05T09:04Z");
    assert_eq!(stage.tick().await.unwrap().begin, []);
    stage.look("2026-01-05T09:05Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 fired r1
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn what_is_about_to_begin_is_told_even_if_its_schedule_is_removed() {
    let mut stage = Stage::with("2026-01-05T08:30Z", hourly()).await;
    stage.set("2026-01-05T09:00Z");
    stage.tick().await.unwrap();
    stage.remove(RETAG).await;
    // The process ends before it has begun it.
    stage.restart().await;
    expect![[r#"
        2026-01-05 09:00+00:00 missed: removed from the project
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn what_has_begun_when_its_schedule_is_removed_has_fired() {
    let mut stage = Stage::with("2026-01-05T08:30Z", hourly()).await;
    stage.set("2026-01-05T09:00Z");
    let turn = stage.tick().await.unwrap();
    stage.remove(RETAG).await;
    stage.begin(turn.begin.first().unwrap()).await;
    stage.put(RETAG, hourly()).await;
    stage.look("2026-01-05T10:00Z").await;
    let fates = stage.fates("UTC").await;
    let expected =
        ["2026-01-05 09:00+00:00 fired r1", "2026-01-05 10:00+00:00 skipped: run r1 was under way"];
    assert_eq!(fates.lines().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn what_is_about_to_begin_when_its_schedule_is_paused_does_not_wait_for_ever() {
    let mut stage = Stage::with("2026-01-05T08:30Z", hourly()).await;
    stage.set("2026-01-05T09:00Z");
    stage.tick().await.unwrap();
    stage.pause("a sale").await;
    // The process ends before it has begun it.
    stage.restart().await;
    stage.look("2026-01-05T09:10Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 paused: the schedule was paused: a sale
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

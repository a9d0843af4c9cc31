//! Edits, pauses, what is filled in by hand, and a journal that was restored.

use std::sync::Arc;

use expect_test::expect;
use jiff::SignedDuration;
use pianoroll_journal::{Backend as _, Sqlite};
use pianoroll_model::Outcome;

use super::*;

/// Every hour; an occurrence waits for two hours at most.
fn with_jitter() -> Definition {
    Definition { jitter: SignedDuration::from_hours(2), ..hourly() }
}

#[tokio::test]
async fn an_edit_of_the_expression_forgoes_what_came_due_before() {
    let mut stage = Stage::with("2026-01-05T08:30Z", with_jitter()).await;
    stage.look("2026-01-05T09:00Z").await;
    stage.set("2026-01-05T10:05Z");
    stage.put(RETAG, Definition::new("30 * * * *", "UTC")).await;
    assert_eq!(stage.next().await, "2026-01-05 10:30+00:00");
    stage.look("2026-01-05T10:30Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 missed: the schedule was edited
        2026-01-05 10:00+00:00 missed: the schedule was edited
        2026-01-05 10:30+00:00 fired r1
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn an_edit_of_the_zone_is_one_of_the_due_times() {
    let daily = |zone| Definition::new("0 9 * * *", zone);
    let mut stage = Stage::with("2026-01-05T08:30Z", daily("UTC")).await;
    stage.set("2026-01-05T09:05Z");
    stage.put(RETAG, daily("America/New_York")).await;
    stage.look("2026-01-05T14:00Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 missed: the schedule was edited
        2026-01-05 14:00+00:00 fired r1
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn an_edit_of_anything_else_leaves_due_times_alone() {
    let mut stage = Stage::with("2026-01-05T08:30Z", with_jitter()).await;
    stage.look("2026-01-05T09:00Z").await;
    let starts = stage.scheduler.next_wake().await;
    stage.set("2026-01-05T09:01Z");
    stage.put(RETAG, Definition { catch_up: CatchUp::None, ..with_jitter() }).await;
    assert_eq!(stage.scheduler.next_wake().await, starts);
    // What is not decided yet is decided by the policy that stands then.
    stage.set("2026-01-05T10:05Z");
    let (catch_up, overlap) = (CatchUp::All, Overlap::Allow);
    stage.put(RETAG, Definition { catch_up, overlap, ..hourly() }).await;
    stage.look("2026-01-05T11:05Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 fired r2
        2026-01-05 10:00+00:00 fired r1: caught up, noticed 1h 5m late
        2026-01-05 11:00+00:00 fired r3: caught up, noticed 5m late
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn what_comes_due_while_a_schedule_is_gone_has_no_row() {
    let mut stage = Stage::with("2026-01-05T08:30Z", with_jitter()).await;
    stage.look("2026-01-05T09:00Z").await;
    stage.set("2026-01-05T10:05Z");
    stage.remove(RETAG).await;
    stage.look("2026-01-05T12:00Z").await;
    assert_eq!(stage.scheduler.count().await, (0, 0));
    assert_eq!(stage.scheduler.next_wake().await, None);
    stage.set("2026-01-05T12:05Z");
    stage.put(RETAG, hourly()).await;
    stage.look("2026-01-05T13:00Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 missed: removed from the project
        2026-01-05 10:00+00:00 missed: removed from the project
        2026-01-05 13:00+00:00 fired r1
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn a_pause_ends_what_waits_and_what_comes_due() {
    let mut stage = Stage::with("2026-01-05T08:30Z", with_jitter()).await;
    stage.look("2026-01-05T09:00Z").await;
    stage.set("2026-01-05T09:00:30Z");
    stage.pause("a sale").await;
    stage.look("2026-01-05T10:00Z").await;
    stage.restart().await;
    assert_eq!(stage.scheduler.count().await, (1, 1));
    // Nobody has looked since 10:00.
    stage.set("2026-01-05T12:30Z");
    stage.resume().await;
    assert_eq!(stage.next().await, "2026-01-05 13:00+00:00");
    stage.put(RETAG, hourly()).await;
    stage.look("2026-01-05T13:00Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 paused: the schedule was paused: a sale
        2026-01-05 10:00+00:00 paused: the schedule was paused: a sale
        2026-01-05 11:00+00:00 paused: the schedule was paused: a sale
        2026-01-05 12:00+00:00 paused: the schedule was paused: a sale
        2026-01-05 13:00+00:00 fired r1
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn what_was_late_when_a_pause_came_is_told_as_late() {
    let mut stage = Stage::with("2026-01-05T08:30Z", hourly()).await;
    stage.set("2026-01-05T10:30Z");
    stage.pause("").await;
    expect![[r#"
        2026-01-05 09:00+00:00 missed: a later one was due as well, and catch_up is latest
        2026-01-05 10:00+00:00 paused: the schedule was paused
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn too_many_failures_pause_it() {
    let definition = Definition { pause_after: Some(2), ..hourly() };
    let mut stage = Stage::with("2026-01-05T08:30Z", definition).await;
    let outcomes = [
        (Outcome::Failed, false),
        (Outcome::Completed, false),
        (Outcome::Failed, false),
        (Outcome::Cancelled, false),
        (Outcome::Failed, true),
    ];
    for (hour, (outcome, pauses)) in (9..).zip(outcomes) {
        stage.look(&format!("2026-01-05T{hour:02}:00Z")).await;
        let ended = format!("r{}", hour - 8);
        assert_eq!(stage.end(&ended, outcome).await, pauses, "{ended}");
    }
    stage.look("2026-01-05T14:00Z").await;
    stage.resume().await;
    stage.look("2026-01-05T15:00Z").await;
    // The count begins anew.
    assert!(!stage.end("r6", Outcome::Failed).await);
    expect![[r#"
        2026-01-05 09:00+00:00 fired r1
        2026-01-05 10:00+00:00 fired r2
        2026-01-05 11:00+00:00 fired r3
        2026-01-05 12:00+00:00 fired r4
        2026-01-05 13:00+00:00 fired r5
        2026-01-05 14:00+00:00 paused: the schedule was paused: 2 runs in a row have failed
        2026-01-05 15:00+00:00 fired r6
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn what_had_come_due_when_failures_pause_it_is_told_as_at_any_pause() {
    let definition = Definition { pause_after: Some(1), ..hourly() };
    let mut stage = Stage::with("2026-01-05T08:30Z", definition).await;
    stage.look("2026-01-05T09:00Z").await;
    stage.set("2026-01-05T11:30Z");
    assert!(stage.end("r1", Outcome::Failed).await);
    expect![[r#"
        2026-01-05 09:00+00:00 fired r1
        2026-01-05 10:00+00:00 missed: a later one was due as well, and catch_up is latest
        2026-01-05 11:00+00:00 paused: the schedule was paused: 1 runs in a row have failed
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn what_is_filled_in_runs_once_whatever_had_come_of_it() {
    let definition = Definition { catch_up: CatchUp::None, ..hourly() };
    let mut stage = Stage::with("2026-01-05T08:30Z", definition).await;
    stage.look("2026-01-05T09:00Z").await;
    stage.look("2026-01-05T10:00Z").await;
    // 11:00 was not looked at yet, and 12:00 is still to come; 08:00 was before the schedule.
    stage.set("2026-01-05T11:30Z");
    let range = (at("2026-01-05T08:00Z"), at("2026-01-05T12:00Z"));
    assert_eq!(stage.scheduler.backfill(RETAG, range, stage.now).await.unwrap(), 3);
    assert_eq!(stage.scheduler.backfill(RETAG, range, stage.now).await.unwrap(), 0);
    stage.restart().await;
    for ended in ["r1", "r2", "r3"] {
        stage.look("2026-01-05T11:40Z").await;
        stage.end(ended, Outcome::Completed).await;
    }
    stage.look("2026-01-05T11:50Z").await;
    expect![[r#"
        2026-01-05 08:00+00:00 fired r2: filled in by hand
        2026-01-05 09:00+00:00 fired r1
        2026-01-05 10:00+00:00 fired r3: filled in by hand
        2026-01-05 11:00+00:00 fired r4: filled in by hand
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn what_is_filled_in_at_once_queues_as_well() {
    let mut stage = Stage::with("2026-01-05T08:30Z", hourly()).await;
    stage.by_hand("retag", "acme", "hand").await;
    stage.look("2026-01-05T09:00Z").await;
    stage.set("2026-01-05T09:00:30Z");
    let range = (at("2026-01-05T09:00Z"), stage.now);
    assert_eq!(stage.scheduler.backfill(RETAG, range, stage.now).await.unwrap(), 1);
    stage.look("2026-01-05T09:00:30Z").await;
    stage.end("hand", Outcome::Completed).await;
    stage.look("2026-01-05T09:00:40Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 fired r1: filled in by hand
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn after_a_restore_everything_is_paused() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let copy = folder.path().join("copy");
    let backend = Arc::new(Sqlite::open(&journal).await.unwrap());
    let mut stage = Stage::on(Arc::clone(&backend) as _, "2026-01-05T08:30Z").await;
    stage.put(RETAG, with_jitter()).await;
    stage.look("2026-01-05T09:00Z").await;
    backend.backup(&copy).await.unwrap();
    stage.look("2026-01-05T11:30Z").await;
    backend.shut().await.unwrap();
    drop((stage, backend));
    Sqlite::restore(&journal, &copy, at("2026-01-05T11:40Z")).await.unwrap();
    let backend = Arc::new(Sqlite::open(&journal).await.unwrap());
    let mut stage = Stage::on(backend, "2026-01-05T11:45Z").await;
    assert_eq!(stage.scheduler.count().await, (1, 1));
    stage.look("2026-01-05T12:00Z").await;
    stage.resume().await;
    // That it was restored is told once.
    stage.restart().await;
    stage.look("2026-01-05T15:00Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 missed: restored: it may have run after the backup was made
        2026-01-05 10:00+00:00 missed: restored: it may have run after the backup was made
        2026-01-05 11:00+00:00 missed: restored: it may have run after the backup was made
        2026-01-05 12:00+00:00 paused: the schedule was paused: the journal was restored from a backup of 1970-01-01T00:00:00Z
        2026-01-05 13:00+00:00 missed: a later one was due as well, and catch_up is latest
        2026-01-05 14:00+00:00 missed: a later one was due as well, and catch_up is latest
        2026-01-05 15:00+00:00 waiting
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

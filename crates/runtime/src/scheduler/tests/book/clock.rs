//! Clocks that are set.

use expect_test::expect;
use jiff::SignedDuration;
use pianoroll_model::Outcome;

use super::*;

#[tokio::test]
async fn a_clock_that_is_set_back_fires_nothing_twice() {
    let mut stage = Stage::with("2026-01-05T08:30Z", hourly()).await;
    for hour in ["09", "10"] {
        stage.look(&format!("2026-01-05T{hour}:00Z")).await;
    }
    stage.end("r1", Outcome::Completed).await;
    stage.look("2026-01-05T08:45Z").await;
    for hour in ["09", "10", "11"] {
        stage.look(&format!("2026-01-05T{hour}:00Z")).await;
        stage.restart().await;
    }
    expect![[r#"
        2026-01-05 09:00+00:00 fired r1
        2026-01-05 10:00+00:00 skipped: run r1 was under way
        2026-01-05 11:00+00:00 fired r2
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn what_was_only_missed_comes_again() {
    let mut stage = Stage::with("2026-01-05T08:30Z", hourly()).await;
    stage.look("2026-01-05T12:10Z").await;
    stage.end("r1", Outcome::Completed).await;
    expect![[r#"
        2026-01-05 09:00+00:00 missed: a later one was due as well, and catch_up is latest
        2026-01-05 10:00+00:00 missed: a later one was due as well, and catch_up is latest
        2026-01-05 11:00+00:00 missed: a later one was due as well, and catch_up is latest
        2026-01-05 12:00+00:00 fired r1: caught up, noticed 10m late
    "#]]
    .assert_eq(&stage.fates("UTC").await);
    stage.look("2026-01-05T10:00Z").await;
    // Due at this very moment: its time has been, and it stays missed.
    assert_eq!(stage.next().await, "2026-01-05 11:00+00:00");
    for (ended, hour) in [("r2", "11"), ("r3", "12"), ("r3", "13")] {
        stage.look(&format!("2026-01-05T{hour}:00Z")).await;
        if hour != "12" {
            stage.end(ended, Outcome::Completed).await;
        }
    }
    expect![[r#"
        2026-01-05 09:00+00:00 missed: a later one was due as well, and catch_up is latest
        2026-01-05 10:00+00:00 missed: a later one was due as well, and catch_up is latest
        2026-01-05 11:00+00:00 fired r2
        2026-01-05 12:00+00:00 fired r1: caught up, noticed 10m late
        2026-01-05 13:00+00:00 fired r3
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn what_was_paused_or_waits_keeps_its_fate() {
    let jitter = SignedDuration::from_hours(1);
    let mut stage = Stage::with("2026-01-05T08:30Z", Definition { jitter, ..hourly() }).await;
    stage.set("2026-01-05T08:40Z");
    stage.pause("").await;
    stage.look("2026-01-05T09:10Z").await;
    stage.resume().await;
    stage.look("2026-01-05T10:00Z").await;
    let starts = stage.scheduler.next_wake().await.unwrap();
    stage.look("2026-01-05T08:50Z").await;
    assert_eq!(stage.next().await, "2026-01-05 09:00+00:00");
    stage.look("2026-01-05T09:00Z").await;
    stage.look("2026-01-05T10:00Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 paused: the schedule was paused
        2026-01-05 10:00+00:00 waiting
    "#]]
    .assert_eq(&stage.fates("UTC").await);
    stage.look(&starts.to_string()).await;
    expect![[r#"
        2026-01-05 09:00+00:00 paused: the schedule was paused
        2026-01-05 10:00+00:00 fired r1
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn a_clock_that_was_a_year_ahead_loses_nothing_behind_it() {
    let daily = Definition::new("0 9 * * *", "UTC");
    let mut stage = Stage::with("2026-01-05T08:00Z", daily).await;
    stage.look("2027-01-05T08:00Z").await;
    stage.end("r1", Outcome::Completed).await;
    stage.restart().await;
    stage.look("2026-01-05T08:10Z").await;
    stage.look("2026-01-05T09:00Z").await;
    let fates = stage.fates("UTC").await;
    let expected = [
        "2026-01-05 09:00+00:00 fired r2",
        "2027-01-04 09:00+00:00 fired r1: caught up, noticed 23h late",
    ];
    assert_eq!(fates.lines().collect::<Vec<_>>(), expected);
}

/// Whatever a person did first while the clock was wrong.
#[tokio::test]
async fn a_clock_that_was_ahead_when_somebody_changed_something_loses_nothing() {
    for change in ["edit", "pause", "end"] {
        let definition = Definition { pause_after: Some(1), ..hourly() };
        let mut stage = Stage::with("2026-01-05T08:30Z", definition).await;
        stage.look("2026-01-05T09:00Z").await;
        stage.set("2026-03-05T08:30Z");
        match change {
            "edit" => stage.put(RETAG, Definition::new("30 * * * *", "UTC")).await,
            "pause" => {
                stage.pause("").await;
                stage.resume().await;
            }
            _ => {
                stage.end("r1", Outcome::Failed).await;
                stage.resume().await;
            }
        }
        if change != "end" {
            stage.end("r1", Outcome::Completed).await;
        }
        stage.look("2026-01-05T09:40Z").await;
        stage.look("2026-01-05T10:30Z").await;
        let fates = stage.fates("UTC").await;
        let second = fates.lines().nth(1).unwrap_or_default();
        let expected = match change {
            "edit" => "2026-01-05 10:30+00:00 fired r2",
            _ => "2026-01-05 10:00+00:00 fired r2: caught up, noticed 30m late",
        };
        assert_eq!(second, expected, "{change}");
    }
}

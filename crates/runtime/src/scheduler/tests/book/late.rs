//! What is noticed late, and what starts later than it is due.

use expect_test::expect;
use jiff::SignedDuration;
use pianoroll_model::Outcome;

use super::*;

fn hourly_for(catch_up: CatchUp, hours: i64) -> Definition {
    Definition { catch_up, window: SignedDuration::from_hours(hours), ..hourly() }
}

#[tokio::test]
async fn what_is_noticed_within_a_minute_is_not_late() {
    for catch_up in CatchUp::ALL {
        let mut stage = Stage::with("2026-01-05T08:30Z", hourly_for(catch_up, 0)).await;
        stage.look("2026-01-05T09:01:00Z").await;
        stage.end("r1", Outcome::Completed).await;
        stage.look("2026-01-05T10:00:00Z").await;
        expect![[r#"
            2026-01-05 09:00+00:00 fired r1
            2026-01-05 10:00+00:00 fired r2
        "#]]
        .assert_eq(&stage.fates("UTC").await);
    }
}

#[tokio::test]
async fn with_none_what_is_late_is_missed() {
    let mut stage = Stage::with("2026-01-05T08:30Z", hourly_for(CatchUp::None, 24)).await;
    stage.look("2026-01-05T09:01:01Z").await;
    stage.look("2026-01-05T12:00:30Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 missed: noticed 1m 1s late, and catch_up is none
        2026-01-05 10:00+00:00 missed: noticed 2h late, and catch_up is none
        2026-01-05 11:00+00:00 missed: noticed 1h late, and catch_up is none
        2026-01-05 12:00+00:00 fired r1
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn with_latest_the_newest_runs() {
    let mut stage = Stage::with("2026-01-05T08:30Z", hourly_for(CatchUp::Latest, 24)).await;
    stage.look("2026-01-05T12:20Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 missed: a later one was due as well, and catch_up is latest
        2026-01-05 10:00+00:00 missed: a later one was due as well, and catch_up is latest
        2026-01-05 11:00+00:00 missed: a later one was due as well, and catch_up is latest
        2026-01-05 12:00+00:00 fired r1: caught up, noticed 20m late
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn with_latest_nothing_runs_that_is_outside_of_the_window() {
    let weekly = Definition { cron: "0 9 * * MON".to_owned(), ..hourly_for(CatchUp::Latest, 24) };
    let mut stage = Stage::with("2026-01-04T00:00Z", weekly).await;
    stage.look("2026-01-13T09:00Z").await;
    stage.look("2026-01-20T09:00:01Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 missed: a later one was due as well, and catch_up is latest
        2026-01-12 09:00+00:00 fired r1: caught up, noticed 1d late
        2026-01-19 09:00+00:00 missed: noticed 1d late, outside of the window of 1d
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn with_all_those_of_the_window_run_one_after_the_other() {
    let mut stage = Stage::with("2026-01-05T08:30Z", hourly_for(CatchUp::All, 2)).await;
    stage.look("2026-01-05T12:20Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 missed: noticed 3h 20m late, outside of the window of 2h
        2026-01-05 10:00+00:00 missed: noticed 2h 20m late, outside of the window of 2h
        2026-01-05 11:00+00:00 fired r1: caught up, noticed 1h 20m late
        2026-01-05 12:00+00:00 waiting: caught up, noticed 20m late
    "#]]
    .assert_eq(&stage.fates("UTC").await);
    // However long the first takes: the second is not late for that.
    stage.set("2026-01-05T12:50Z");
    stage.end("r1", Outcome::Failed).await;
    assert_eq!(stage.scheduler.next_wake().await, Some(at("2026-01-05T12:00Z")));
    stage.look("2026-01-05T12:50Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 missed: noticed 3h 20m late, outside of the window of 2h
        2026-01-05 10:00+00:00 missed: noticed 2h 20m late, outside of the window of 2h
        2026-01-05 11:00+00:00 fired r1: caught up, noticed 1h 20m late
        2026-01-05 12:00+00:00 fired r2: caught up, noticed 20m late
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn a_long_time_down_is_told_due_time_by_due_time() {
    let minutely = Definition { cron: "* * * * *".to_owned(), ..hourly_for(CatchUp::Latest, 1) };
    let mut stage = Stage::with("2026-01-01T00:00Z", minutely).await;
    stage.look("2026-01-31T00:00:30Z").await;
    let fates = stage.fates("UTC").await;
    assert_eq!(fates.lines().count(), 30 * 24 * 60);
    assert_eq!(fates.matches(" missed: a later one was due as well").count(), 30 * 24 * 60 - 1);
    assert!(fates.ends_with("2026-01-31 00:00+00:00 fired r1\n"), "{fates:.100}");
}

/// Due at 09:00, and begun within two hours.
fn jittered() -> Definition {
    Definition { jitter: SignedDuration::from_hours(2), ..Definition::new("0 9 * * *", "UTC") }
}

#[tokio::test]
async fn what_has_jitter_waits_for_its_start() {
    let mut stage = Stage::with("2026-01-05T08:30Z", jittered()).await;
    let starts = crate::schedule::jittered(RETAG, at("2026-01-05T09:00Z"), jittered().jitter);
    stage.look("2026-01-05T09:00Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 waiting
    "#]]
    .assert_eq(&stage.fates("UTC").await);
    assert_eq!(stage.scheduler.next_wake().await, Some(starts));
    let before = starts - SignedDuration::from_millis(1);
    stage.look(&before.to_string()).await;
    // Whoever opens the journal has the same start.
    stage.restart().await;
    assert_eq!(stage.scheduler.next_wake().await, Some(starts));
    stage.look(&starts.to_string()).await;
    expect![[r#"
        2026-01-05 09:00+00:00 fired r1
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn a_start_that_is_noticed_too_late_is_missed() {
    let check = async |catch_up: CatchUp, late: SignedDuration, expected: expect_test::Expect| {
        let definition = Definition { catch_up, ..jittered() };
        let mut stage = Stage::with("2026-01-05T08:30Z", definition).await;
        stage.look("2026-01-05T09:00Z").await;
        let starts = stage.scheduler.next_wake().await.unwrap();
        stage.restart().await;
        stage.look(&(starts + late).to_string()).await;
        let fates = stage.fates("UTC").await;
        expected.assert_eq(fates.lines().next().unwrap());
    };
    let (minute, day) = (SignedDuration::from_secs(60), SignedDuration::from_hours(24));
    let second = SignedDuration::from_secs(1);
    check(CatchUp::None, minute, expect!["2026-01-05 09:00+00:00 fired r1"]).await;
    check(
        CatchUp::None,
        minute + second,
        expect!["2026-01-05 09:00+00:00 missed: noticed 1m 1s late, outside of the window of 1d"],
    )
    .await;
    check(CatchUp::Latest, day, expect!["2026-01-05 09:00+00:00 fired r1"]).await;
    check(
        CatchUp::Latest,
        day + second,
        expect!["2026-01-05 09:00+00:00 missed: noticed 1d late, outside of the window of 1d"],
    )
    .await;
}

//! Where clocks change, through the scheduler: what is due once runs once, however often somebody looks, and through restarts.

use expect_test::{Expect, expect};
use jiff::SignedDuration;
use pianoroll_model::Outcome;

use super::*;

/// Looks every minute around a change, and opens the journal again every hour; each run ends at once.
async fn check(zone: &str, cron: &str, (from, to): (&str, &str), expected: Expect) {
    let mut stage = Stage::with(from, Definition::new(cron, zone)).await;
    let (mut now, mut runs) = (stage.now, 0);
    while now < at(to) {
        now += SignedDuration::from_mins(1);
        let turn = stage.scheduler.tick(now).await.unwrap();
        stage.now = now;
        for begin in &turn.begin {
            stage.begin(begin).await;
            runs += 1;
            stage.end(&format!("r{runs}"), Outcome::Completed).await;
        }
        if now.as_second() % 3600 == 0 {
            stage.restart().await;
        }
    }
    expected.assert_eq(&stage.fates(zone).await);
}

#[tokio::test]
async fn new_york_skips_an_hour() {
    let range = ("2026-03-07T12:00-05:00", "2026-03-09T12:00-04:00");
    check(
        "America/New_York",
        "0,30 2 * * *",
        range,
        expect![[r#"
        2026-03-08 03:00-04:00 fired r1
        2026-03-09 02:00-04:00 fired r2
        2026-03-09 02:30-04:00 fired r3
    "#]],
    )
    .await;
    check(
        "America/New_York",
        "*/30 1-3 8 * *",
        range,
        expect![[r#"
        2026-03-08 01:00-05:00 fired r1
        2026-03-08 01:30-05:00 fired r2
        2026-03-08 03:00-04:00 fired r3
        2026-03-08 03:30-04:00 fired r4
    "#]],
    )
    .await;
}

#[tokio::test]
async fn new_york_repeats_an_hour() {
    let range = ("2026-10-31T12:00-04:00", "2026-11-02T12:00-05:00");
    check(
        "America/New_York",
        "30 1 * * *",
        range,
        expect![[r#"
        2026-11-01 01:30-04:00 fired r1
        2026-11-02 01:30-05:00 fired r2
    "#]],
    )
    .await;
    check(
        "America/New_York",
        "*/30 1 1 * *",
        range,
        expect![[r#"
        2026-11-01 01:00-04:00 fired r1
        2026-11-01 01:30-04:00 fired r2
        2026-11-01 01:00-05:00 fired r3
        2026-11-01 01:30-05:00 fired r4
    "#]],
    )
    .await;
}

#[tokio::test]
async fn santiago_skips_and_repeats_midnight() {
    let range = ("2026-09-05T12:00-04:00", "2026-09-07T12:00-03:00");
    check(
        "America/Santiago",
        "0 0 * * *",
        range,
        expect![[r#"
        2026-09-06 01:00-03:00 fired r1
        2026-09-07 00:00-03:00 fired r2
    "#]],
    )
    .await;
    let range = ("2026-04-03T12:00-03:00", "2026-04-05T12:00-04:00");
    check(
        "America/Santiago",
        "30 23 * * *",
        range,
        expect![[r#"
        2026-04-03 23:30-03:00 fired r1
        2026-04-04 23:30-03:00 fired r2
    "#]],
    )
    .await;
}

#[tokio::test]
async fn lord_howe_moves_by_half_an_hour() {
    let range = ("2026-10-03T12:00+10:30", "2026-10-05T12:00+11:00");
    check(
        "Australia/Lord_Howe",
        "15 2 * * *",
        range,
        expect![[r#"
        2026-10-04 02:30+11:00 fired r1
        2026-10-05 02:15+11:00 fired r2
    "#]],
    )
    .await;
    let range = ("2026-04-04T12:00+11:00", "2026-04-06T12:00+10:30");
    check(
        "Australia/Lord_Howe",
        "45 1 * * *",
        range,
        expect![[r#"
        2026-04-05 01:45+11:00 fired r1
        2026-04-06 01:45+10:30 fired r2
    "#]],
    )
    .await;
}

#[tokio::test]
async fn apia_has_no_30_december_2011() {
    let range = ("2011-12-29T00:00-10:00", "2012-01-01T00:00+14:00");
    check(
        "Pacific/Apia",
        "0 9 * * *",
        range,
        expect![[r#"
        2011-12-29 09:00-10:00 fired r1
        2011-12-31 00:00+14:00 fired r2
        2011-12-31 09:00+14:00 fired r3
    "#]],
    )
    .await;
}

#[tokio::test]
async fn casablanca_changes_around_ramadan() {
    let range = ("2026-02-14T00:00+01:00", "2026-02-16T12:00Z");
    check(
        "Africa/Casablanca",
        "30 2 * * *",
        range,
        expect![[r#"
        2026-02-14 02:30+01:00 fired r1
        2026-02-15 02:30+01:00 fired r2
        2026-02-16 02:30+00:00 fired r3
    "#]],
    )
    .await;
    let range = ("2026-03-21T00:00Z", "2026-03-23T12:00+01:00");
    check(
        "Africa/Casablanca",
        "30 2 * * *",
        range,
        expect![[r#"
        2026-03-21 02:30+00:00 fired r1
        2026-03-22 03:00+01:00 fired r2
        2026-03-23 02:30+01:00 fired r3
    "#]],
    )
    .await;
}

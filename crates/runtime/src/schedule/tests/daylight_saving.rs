//! Where clocks change, case by case: what is due, and what people are told.

use expect_test::{Expect, expect};

use super::*;
use crate::schedule::ClockChange;

fn check(name: &str, expression: &str, from: &str, count: usize, expected: Expect) {
    let zone = zone(name).unwrap();
    let schedule = Schedule::parse(expression).unwrap();
    let local: jiff::civil::DateTime = from.parse().unwrap();
    let from = local.to_zoned(zone.clone()).unwrap().timestamp();
    let lines = schedule.due(&zone, from).take(count).map(|due| {
        let told = match schedule.clock_change(&zone, due) {
            None => String::new(),
            Some(ClockChange::Moved { meant }) => format!("  meant {}", meant.strftime("%F %H:%M")),
            Some(ClockChange::FirstOfTwo) => "  first of two".to_owned(),
            Some(ClockChange::Both { second: false }) => "  both, first".to_owned(),
            Some(ClockChange::Both { second: true }) => "  both, second".to_owned(),
            Some(ClockChange::Skipped { meant }) => {
                format!("  skipped {}", meant.strftime("%F %H:%M"))
            }
        };
        format!("{}{told}\n", due.to_zoned(zone.clone()).strftime("%F %H:%M%:z"))
    });
    expected.assert_eq(&lines.collect::<String>());
}

#[test]
fn new_york() {
    check(
        "America/New_York",
        "30 2 * * *",
        "2026-03-07T12:00",
        3,
        expect![[r#"
        2026-03-08 03:00-04:00  meant 2026-03-08 02:30
        2026-03-09 02:30-04:00
        2026-03-10 02:30-04:00
    "#]],
    );
    check(
        "America/New_York",
        "0 3 * * *",
        "2026-03-07T12:00",
        2,
        expect![[r#"
        2026-03-08 03:00-04:00
        2026-03-09 03:00-04:00
    "#]],
    );
    // Several fixed times in one gap are due once.
    check(
        "America/New_York",
        "0,20,40 2 * * *",
        "2026-03-07T12:00",
        4,
        expect![[r#"
        2026-03-08 03:00-04:00  meant 2026-03-08 02:00
        2026-03-09 02:00-04:00
        2026-03-09 02:20-04:00
        2026-03-09 02:40-04:00
    "#]],
    );
    check(
        "America/New_York",
        "*/30 * * * *",
        "2026-03-08T01:00",
        4,
        expect![[r#"
        2026-03-08 01:00-05:00
        2026-03-08 01:30-05:00
        2026-03-08 03:00-04:00  skipped 2026-03-08 02:00
        2026-03-08 03:30-04:00
    "#]],
    );
    check(
        "America/New_York",
        "7 * * * *",
        "2026-03-08T00:00",
        4,
        expect![[r#"
        2026-03-08 00:07-05:00
        2026-03-08 01:07-05:00
        2026-03-08 03:07-04:00  skipped 2026-03-08 02:07
        2026-03-08 04:07-04:00
    "#]],
    );
    check(
        "America/New_York",
        "*/30 2 * * *",
        "2026-03-07T00:00",
        5,
        expect![[r#"
        2026-03-07 02:00-05:00
        2026-03-07 02:30-05:00
        2026-03-09 02:00-04:00  skipped 2026-03-08 02:00
        2026-03-09 02:30-04:00
        2026-03-10 02:00-04:00
    "#]],
    );
    check(
        "America/New_York",
        "30 1 * * *",
        "2026-10-31T12:00",
        3,
        expect![[r#"
        2026-11-01 01:30-04:00  first of two
        2026-11-02 01:30-05:00
        2026-11-03 01:30-05:00
    "#]],
    );
    check(
        "America/New_York",
        "0 2 * * *",
        "2026-10-31T12:00",
        3,
        expect![[r#"
        2026-11-01 02:00-05:00
        2026-11-02 02:00-05:00
        2026-11-03 02:00-05:00
    "#]],
    );
    check(
        "America/New_York",
        "*/30 * * * *",
        "2026-11-01T00:30",
        7,
        expect![[r#"
        2026-11-01 00:30-04:00
        2026-11-01 01:00-04:00  both, first
        2026-11-01 01:30-04:00  both, first
        2026-11-01 01:00-05:00  both, second
        2026-11-01 01:30-05:00  both, second
        2026-11-01 02:00-05:00
        2026-11-01 02:30-05:00
    "#]],
    );
    check(
        "America/New_York",
        "0 * * * *",
        "2026-11-01T00:00",
        5,
        expect![[r#"
        2026-11-01 00:00-04:00
        2026-11-01 01:00-04:00  both, first
        2026-11-01 01:00-05:00  both, second
        2026-11-01 02:00-05:00
        2026-11-01 03:00-05:00
    "#]],
    );
    check(
        "America/New_York",
        "30 1 * 11 SUN#1",
        "2026-10-01T00:00",
        2,
        expect![[r#"
        2026-11-01 01:30-04:00  first of two
        2027-11-07 01:30-04:00  first of two
    "#]],
    );
}

#[test]
fn santiago_at_midnight() {
    check(
        "America/Santiago",
        "0 0 * * *",
        "2026-09-05T00:00",
        3,
        expect![[r#"
        2026-09-05 00:00-04:00
        2026-09-06 01:00-03:00  meant 2026-09-06 00:00
        2026-09-07 00:00-03:00
    "#]],
    );
    check(
        "America/Santiago",
        "0 0 * * SUN",
        "2026-09-01T00:00",
        2,
        expect![[r#"
        2026-09-06 01:00-03:00  meant 2026-09-06 00:00
        2026-09-13 00:00-03:00
    "#]],
    );
    check(
        "America/Santiago",
        "0 * * * *",
        "2026-09-05T22:00",
        4,
        expect![[r#"
        2026-09-05 22:00-04:00
        2026-09-05 23:00-04:00
        2026-09-06 01:00-03:00  skipped 2026-09-06 00:00
        2026-09-06 02:00-03:00
    "#]],
    );
    check(
        "America/Santiago",
        "30 23 * * *",
        "2026-04-03T23:00",
        3,
        expect![[r#"
        2026-04-03 23:30-03:00
        2026-04-04 23:30-03:00  first of two
        2026-04-05 23:30-04:00
    "#]],
    );
    check(
        "America/Santiago",
        "0 0 * * *",
        "2026-04-04T00:00",
        3,
        expect![[r#"
        2026-04-04 00:00-03:00
        2026-04-05 00:00-04:00
        2026-04-06 00:00-04:00
    "#]],
    );
}

#[test]
fn lord_howe_by_half_an_hour() {
    check(
        "Australia/Lord_Howe",
        "15 2 * * *",
        "2026-10-03T00:00",
        3,
        expect![[r#"
        2026-10-03 02:15+10:30
        2026-10-04 02:30+11:00  meant 2026-10-04 02:15
        2026-10-05 02:15+11:00
    "#]],
    );
    check(
        "Australia/Lord_Howe",
        "*/15 * * * *",
        "2026-10-04T01:30",
        4,
        expect![[r#"
        2026-10-04 01:30+10:30
        2026-10-04 01:45+10:30
        2026-10-04 02:30+11:00  skipped 2026-10-04 02:00
        2026-10-04 02:45+11:00
    "#]],
    );
    check(
        "Australia/Lord_Howe",
        "45 1 * * *",
        "2026-04-04T00:00",
        3,
        expect![[r#"
        2026-04-04 01:45+11:00
        2026-04-05 01:45+11:00  first of two
        2026-04-06 01:45+10:30
    "#]],
    );
    check(
        "Australia/Lord_Howe",
        "*/15 * * * *",
        "2026-04-05T01:15",
        7,
        expect![[r#"
        2026-04-05 01:15+11:00
        2026-04-05 01:30+11:00  both, first
        2026-04-05 01:45+11:00  both, first
        2026-04-05 01:30+10:30  both, second
        2026-04-05 01:45+10:30  both, second
        2026-04-05 02:00+10:30
        2026-04-05 02:15+10:30
    "#]],
    );
    check(
        "Australia/Lord_Howe",
        "0 0 * * *",
        "2026-04-04T00:00",
        3,
        expect![[r#"
        2026-04-04 00:00+11:00
        2026-04-05 00:00+11:00
        2026-04-06 00:00+10:30
    "#]],
    );
}

#[test]
fn apia_where_a_day_is_missing() {
    check(
        "Pacific/Apia",
        "0 9 * * *",
        "2011-12-28T12:00",
        4,
        expect![[r#"
        2011-12-29 09:00-10:00
        2011-12-31 00:00+14:00  meant 2011-12-30 09:00
        2011-12-31 09:00+14:00
        2012-01-01 09:00+14:00
    "#]],
    );
    check(
        "Pacific/Apia",
        "0 9 30 * *",
        "2011-12-01T00:00",
        2,
        expect![[r#"
        2011-12-31 00:00+14:00  meant 2011-12-30 09:00
        2012-01-30 09:00+14:00
    "#]],
    );
    check(
        "Pacific/Apia",
        "0 */12 * * *",
        "2011-12-29T00:00",
        4,
        expect![[r#"
        2011-12-29 00:00-10:00
        2011-12-29 12:00-10:00
        2011-12-31 00:00+14:00  skipped 2011-12-30 00:00
        2011-12-31 12:00+14:00
    "#]],
    );
    check(
        "Pacific/Apia",
        "0 9 * * FRI",
        "2011-12-23T00:00",
        3,
        expect![[r#"
        2011-12-23 09:00-10:00
        2011-12-31 00:00+14:00  meant 2011-12-30 09:00
        2012-01-06 09:00+14:00
    "#]],
    );
}

#[test]
fn casablanca_around_ramadan() {
    check(
        "Africa/Casablanca",
        "30 2 * * *",
        "2026-02-14T00:00",
        3,
        expect![[r#"
        2026-02-14 02:30+01:00
        2026-02-15 02:30+01:00  first of two
        2026-02-16 02:30+00:00
    "#]],
    );
    check(
        "Africa/Casablanca",
        "30 2 * * *",
        "2026-03-21T00:00",
        3,
        expect![[r#"
        2026-03-21 02:30+00:00
        2026-03-22 03:00+01:00  meant 2026-03-22 02:30
        2026-03-23 02:30+01:00
    "#]],
    );
    check(
        "Africa/Casablanca",
        "0 * * * *",
        "2026-03-22T01:00",
        3,
        expect![[r#"
        2026-03-22 01:00+00:00
        2026-03-22 03:00+01:00  skipped 2026-03-22 02:00
        2026-03-22 04:00+01:00
    "#]],
    );
}

#[test]
fn london_kathmandu_and_nuuk() {
    check(
        "Europe/London",
        "30 1 * * *",
        "2026-03-28T00:00",
        3,
        expect![[r#"
        2026-03-28 01:30+00:00
        2026-03-29 02:00+01:00  meant 2026-03-29 01:30
        2026-03-30 01:30+01:00
    "#]],
    );
    check(
        "Europe/London",
        "0 0 * * *",
        "2026-03-28T00:00",
        3,
        expect![[r#"
        2026-03-28 00:00+00:00
        2026-03-29 00:00+00:00
        2026-03-30 00:00+01:00
    "#]],
    );
    check(
        "Europe/London",
        "30 1 * * *",
        "2026-10-24T00:00",
        3,
        expect![[r#"
        2026-10-24 01:30+01:00
        2026-10-25 01:30+01:00  first of two
        2026-10-26 01:30+00:00
    "#]],
    );
    check(
        "Asia/Kathmandu",
        "*/20 9 * * *",
        "2026-01-01T00:00",
        4,
        expect![[r#"
        2026-01-01 09:00+05:45
        2026-01-01 09:20+05:45
        2026-01-01 09:40+05:45
        2026-01-02 09:00+05:45
    "#]],
    );
    // The gap ends with the day: what is meant for its evening is due at midnight.
    check(
        "America/Nuuk",
        "30 23 * * *",
        "2026-03-27T00:00",
        4,
        expect![[r#"
        2026-03-27 23:30-02:00
        2026-03-29 00:00-01:00  meant 2026-03-28 23:30
        2026-03-29 23:30-01:00
        2026-03-30 23:30-01:00
    "#]],
    );
}

//! Tests of schedules: what is read, what is refused, and when it is due, against calculations of their own.

mod brute_force;
mod daylight_saving;
mod messages;
mod once_a_day;
mod second_opinion;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Schedule, jittered, zone};

/// Zones whose clocks do something of their own.
const ZONES: [&str; 13] = [
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Europe/London",
    "Asia/Kathmandu",
    "America/Havana",
    "Asia/Beirut",
    "Africa/Cairo",
    "Pacific/Chatham",
    "America/St_Johns",
    "UTC",
];

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The first due times as a zone's clocks show them.
fn shown(expression: &str, zone: &TimeZone, from: &str, count: usize) -> Vec<String> {
    let schedule = Schedule::parse(expression).unwrap();
    let from = from.parse().unwrap_or_else(|_| {
        let local: jiff::civil::DateTime = from.parse().unwrap();
        local.to_zoned(zone.clone()).unwrap().timestamp()
    });
    let due = schedule.due(zone, from).take(count);
    due.map(|due| due.to_zoned(zone.clone()).strftime("%a %F %H:%M %:z").to_string()).collect()
}

#[test]
fn expressions_mean_what_crontabs_mean() {
    let check = |expression: &str, expected: &[&str]| {
        let found = shown(expression, &TimeZone::UTC, "2026-01-01T00:00:00Z", expected.len());
        let found: Vec<&str> = found.iter().map(|due| due.trim_end_matches(" +00:00")).collect();
        assert_eq!(found, expected, "{expression}");
    };
    // A due time at the very beginning counts.
    check("0 0 * * *", &["Thu 2026-01-01 00:00", "Fri 2026-01-02 00:00"]);
    check("0 9 * * 1", &["Mon 2026-01-05 09:00"]);
    check("0 9 * * mon", &["Mon 2026-01-05 09:00"]);
    check("  0\t9 *  * Sun ", &["Sun 2026-01-04 09:00"]);
    check("0 9 * * 0", &["Sun 2026-01-04 09:00"]);
    check("0 9 * * 7", &["Sun 2026-01-04 09:00", "Sun 2026-01-11 09:00"]);
    check("0 9 * * 0-7", &["Thu 2026-01-01 09:00", "Fri 2026-01-02 09:00"]);
    check(
        "0 9 * * FRI-MON",
        &[
            "Fri 2026-01-02 09:00",
            "Sat 2026-01-03 09:00",
            "Sun 2026-01-04 09:00",
            "Mon 2026-01-05 09:00",
            "Fri 2026-01-09 09:00",
        ],
    );
    check("0 9 * * 6-7", &["Sat 2026-01-03 09:00", "Sun 2026-01-04 09:00", "Sat 2026-01-10 09:00"]);
    check(
        "0 22-2/2 * * *",
        &["Thu 2026-01-01 00:00", "Thu 2026-01-01 02:00", "Thu 2026-01-01 22:00"],
    );
    check(
        "30 6 1 NOV-FEB *",
        &["Thu 2026-01-01 06:30", "Sun 2026-02-01 06:30", "Sun 2026-11-01 06:30"],
    );
    check("0 0 L * *", &["Sat 2026-01-31 00:00", "Sat 2026-02-28 00:00"]);
    check("0 0 LW * *", &["Fri 2026-01-30 00:00", "Fri 2026-02-27 00:00"]);
    check("0 0 15W * *", &["Thu 2026-01-15 00:00", "Mon 2026-02-16 00:00"]);
    check("0 0 1,L * *", &["Thu 2026-01-01 00:00", "Sat 2026-01-31 00:00"]);
    check("0 0 * * MON#2", &["Mon 2026-01-12 00:00", "Mon 2026-02-09 00:00"]);
    check("0 0 * * 5#1,fril", &["Fri 2026-01-02 00:00", "Fri 2026-01-30 00:00"]);
    check("0 0 * * SUN#L", &["Sun 2026-01-25 00:00"]);
    // Either day is enough where both are restricted; every day restricts nothing, however it is written.
    check(
        "0 0 13 * FRI",
        &["Fri 2026-01-02 00:00", "Fri 2026-01-09 00:00", "Tue 2026-01-13 00:00"],
    );
    check("0 0 */1 * FRI", &["Fri 2026-01-02 00:00", "Fri 2026-01-09 00:00"]);
    check("0 0 29 2 *", &["Tue 2028-02-29 00:00", "Sun 2032-02-29 00:00"]);
    check(
        "*/25 * * * *",
        &[
            "Thu 2026-01-01 00:00",
            "Thu 2026-01-01 00:25",
            "Thu 2026-01-01 00:50",
            "Thu 2026-01-01 01:00",
        ],
    );
    check("@hourly", &["Thu 2026-01-01 00:00", "Thu 2026-01-01 01:00"]);
    check("@Daily", &["Thu 2026-01-01 00:00", "Fri 2026-01-02 00:00"]);
    check("@midnight", &["Thu 2026-01-01 00:00", "Fri 2026-01-02 00:00"]);
    check("@weekly", &["Sun 2026-01-04 00:00", "Sun 2026-01-11 00:00"]);
    check("@monthly", &["Thu 2026-01-01 00:00", "Sun 2026-02-01 00:00"]);
    check("@yearly", &["Thu 2026-01-01 00:00", "Fri 2027-01-01 00:00"]);
    check("@annually", &["Thu 2026-01-01 00:00", "Fri 2027-01-01 00:00"]);
}

#[test]
fn a_due_time_is_after_what_was_asked_for_and_the_end_of_time_is_an_end() {
    let schedule = Schedule::parse("0 9 * * *").unwrap();
    let next = |after: &str| schedule.next_after(&TimeZone::UTC, at(after)).unwrap().to_string();
    assert_eq!(next("2026-01-01T08:59:59.999Z"), "2026-01-01T09:00:00Z");
    assert_eq!(next("2026-01-01T09:00:00Z"), "2026-01-02T09:00:00Z");
    assert_eq!(next("2026-01-01T09:00:00.000000001Z"), "2026-01-02T09:00:00Z");
    for name in ZONES {
        let zone = zone(name).unwrap();
        for expression in ["0 9 * * *", "*/15 * * * *", "* * 29 2 *"] {
            let schedule = Schedule::parse(expression).unwrap();
            assert_eq!(schedule.next_after(&zone, Timestamp::MAX), None);
            // Whatever the answer is: there is one.
            let _ = schedule.next_after(&zone, Timestamp::MIN);
            assert!(schedule.next_after(&zone, at("2096-03-01T00:00:00Z")).is_some());
        }
    }
}

#[test]
fn a_pace_that_falls_into_each_gap_is_never_due_and_says_so_soon() {
    // New York's clocks skip 02:00 on the second Sunday of each March.
    let zone = zone("America/New_York").unwrap();
    let pace = Schedule::parse("*/20 2 * 3 SUN#2").unwrap();
    assert_eq!(pace.next_after(&zone, at("2026-01-01T00:00:00Z")), None);
    let fixed = shown("20,40 2 * 3 SUN#2", &zone, "2026-01-01T00:00:00Z", 2);
    assert_eq!(fixed, ["Sun 2026-03-08 03:00 -04:00", "Sun 2027-03-14 03:00 -04:00"]);
}

#[test]
fn jitter_is_the_same_each_time_and_spreads() {
    let (due, hours) = (at("2026-01-05T06:00:00Z"), SignedDuration::from_hours(2));
    assert_eq!(jittered("retag", due, hours), jittered("retag", due, hours));
    // On every machine and in every version: a restart must not find another moment.
    assert_eq!(jittered("retag", due, hours).to_string(), "2026-01-05T07:42:11.417Z");
    assert_eq!(jittered("retag", due, SignedDuration::ZERO), due);
    assert_eq!(jittered("retag", due, -hours), due);
    assert_eq!(jittered("retag", Timestamp::MAX, hours), Timestamp::MAX);
    let mut quarters = [0_u32; 4];
    for index in 0..4000 {
        let late = jittered(&format!("automation {index}"), due, hours).duration_since(due);
        quarters[usize::try_from(late.as_mins() / 30).unwrap()] += 1;
    }
    assert!(quarters.iter().all(|count| (900..1100).contains(count)), "{quarters:?}");
}

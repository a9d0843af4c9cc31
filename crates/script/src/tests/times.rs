//! Zones, beginnings, calendar steps and patterns; what the clocks' changes do to them.

use std::sync::Arc;

use expect_test::{Expect, expect};

use super::support::{Hurried, World, run_offline, runtime, settings};

fn check(source: &str, expected: Expect) {
    expected.assert_eq(&run_offline(source).text());
}

#[test]
fn a_time_in_a_zone_is_the_same_moment_shown_there() {
    check(
        r#"let t = time("2026-01-31T23:30:00Z");
        let b = in_zone(t, "Europe/Berlin");
        [b, b.date, b.day, b.hour, b.weekday, b.zone, t == b, t < b + seconds(1), `${b}`, (b + days(1)).zone, t.zone,
         b.in_zone("UTC"), b - t == seconds(0), [b].min() == t, in_zone(t, "america/new_york").zone]"#,
        expect![[
            r#"["2026-02-01T00:30:00+01:00","2026-02-01",1,0,7,"Europe/Berlin",true,true,"2026-02-01T00:30:00+01:00","Europe/Berlin","UTC","2026-01-31T23:30:00Z",true,true,"America/New_York"]"#
        ]],
    );
}

#[test]
fn a_unit_begins_where_its_zone_says() {
    check(
        r#"let t = time("2026-05-20T10:34:56.7Z");
        ["minute", "hour", "day", "week", "month", "quarter", "year"].map(|unit| start_of(t, unit))"#,
        expect![[
            r#"["2026-05-20T10:34:00Z","2026-05-20T10:00:00Z","2026-05-20T00:00:00Z","2026-05-18T00:00:00Z","2026-05-01T00:00:00Z","2026-04-01T00:00:00Z","2026-01-01T00:00:00Z"]"#
        ]],
    );
    check(
        r#"let t = time("2026-03-01T03:00:00Z");
        [start_of(t, "day", "America/New_York"), start_of(in_zone(t, "America/New_York"), "month"), start_of(time("2027-01-01"), "week")]"#,
        expect![[
            r#"["2026-02-28T00:00:00-05:00","2026-02-01T00:00:00-05:00","2026-12-28T00:00:00Z"]"#
        ]],
    );
}

#[test]
fn days_begin_where_the_clocks_change() {
    // Beirut and Havana change at midnight; Lord Howe by half an hour.
    check(
        r#"[start_of(time("2026-03-29T10:00:00Z"), "day", "Asia/Beirut"),
         start_of(time("2026-03-08T12:00:00Z"), "day", "America/Havana"),
         start_of(time("2026-03-29T10:00:00Z"), "day", "Europe/Berlin"),
         start_of(time("2026-10-25T10:00:00Z"), "day", "Europe/Berlin"),
         start_of(time("2026-10-25T00:30:00Z"), "hour", "Europe/Berlin"),
         start_of(time("2026-10-25T01:30:00Z"), "hour", "Europe/Berlin"),
         start_of(time("2026-04-04T15:10:00Z"), "hour", "Australia/Lord_Howe")]"#,
        expect![[
            r#"["2026-03-29T01:00:00+03:00","2026-03-08T01:00:00-04:00","2026-03-29T00:00:00+01:00","2026-10-25T00:00:00+02:00","2026-10-25T02:00:00+02:00","2026-10-25T02:00:00+01:00","2026-04-05T01:00:00+11:00"]"#
        ]],
    );
}

#[test]
fn calendar_steps_keep_the_time_of_day_and_durations_do_not() {
    check(
        r#"let before = in_zone(time("2026-03-28T09:00:00Z"), "Europe/Berlin");
        let late = in_zone(time("2026-03-28T01:30:00Z"), "Europe/Berlin");
        let twice = in_zone(time("2026-10-24T00:30:00Z"), "Europe/Berlin");
        [add_days(before, 1), before + days(1), add_days(late, 1), add_days(twice, 1),
         add_months(time("2026-01-31"), 1), add_months(time("2026-03-31"), -1), add_years(time("2024-02-29"), 1)]"#,
        expect![[
            r#"["2026-03-29T10:00:00+02:00","2026-03-29T11:00:00+02:00","2026-03-29T03:30:00+02:00","2026-10-25T02:30:00+02:00","2026-02-28T00:00:00Z","2026-02-28T00:00:00Z","2025-02-28T00:00:00Z"]"#
        ]],
    );
}

#[test]
fn patterns_are_those_of_strftime() {
    check(
        r#"let t = time("2026-01-31T23:05:00Z");
        [t.format("%d.%m.%Y %H:%M"), format(t, "%A %V %Z", "Europe/Berlin"), format(t, "%Y-%m-%dT%H:%M:%S%:z", "Asia/Kolkata"), format(t, "100%%")]"#,
        expect![[r#"["31.01.2026 23:05","Sunday 05 CET","2026-02-01T04:35:00+05:30","100%"]"#]],
    );
}

#[test]
fn what_makes_no_sense_is_told_with_its_place() {
    check(
        r#"time("2026-01-31").format("%Q%")"#,
        expect![[r#"
        test.rhai:1:20: the pattern "%Q%" is none: strftime formatting failed: invalid format string, expected byte after `%`, but found end of format string
          |
        1 | time("2026-01-31").format("%Q%")
          |                    ^^^^^^"#]],
    );
    check(
        r#"format("2026-01-31", "%Y")"#,
        expect![[r#"
        test.rhai:1:1: `format` takes a time, not the string "2026-01-31": read the text with `time(…)`
          |
        1 | format("2026-01-31", "%Y")
          | ^^^^^^"#]],
    );
    check(
        r#"format(time("2026-01-31"), 4)"#,
        expect![[r#"
        test.rhai:1:1: `format` takes a pattern such as "%Y-%m-%d", not the int 4
          |
        1 | format(time("2026-01-31"), 4)
          | ^^^^^^"#]],
    );
    check(
        r#"in_zone(now(), "Berlin")"#,
        expect![[r#"
        test.rhai:1:1: there is no time zone `Berlin`: did you mean `Europe/Berlin`?
          |
        1 | in_zone(now(), "Berlin")
          | ^^^^^^^"#]],
    );
    check(
        r#"in_zone(now(), "Europe/Berln")"#,
        expect![[r#"
        test.rhai:1:1: there is no time zone `Europe/Berln`: did you mean `Europe/Berlin`?
          |
        1 | in_zone(now(), "Europe/Berln")
          | ^^^^^^^"#]],
    );
    check(
        r#"in_zone(now(), "CST6")"#,
        expect![[r#"
        test.rhai:1:1: there is no time zone `CST6`: write a name such as `Europe/Berlin`, `UTC`, or `account`
          |
        1 | in_zone(now(), "CST6")
          | ^^^^^^^"#]],
    );
    check(
        r#"in_zone(now(), 2)"#,
        expect![[r#"
        test.rhai:1:1: `in_zone` takes a time zone such as "Europe/Berlin" or "account", not the int 2
          |
        1 | in_zone(now(), 2)
          | ^^^^^^^"#]],
    );
    check(
        r#"start_of(now(), "days")"#,
        expect![[r#"
        test.rhai:1:1: `start_of` takes minute, hour, day, week, month, quarter, year, not the string "days"
          |
        1 | start_of(now(), "days")
          | ^^^^^^^^"#]],
    );
    check(
        r#"start_of((), "day")"#,
        expect![[r#"
        test.rhai:1:1: `start_of` takes a time, not (): it may be absent; give another with `??`
          |
        1 | start_of((), "day")
          | ^^^^^^^^"#]],
    );
    check(
        r#"add_days(now(), days(1))"#,
        expect![[r#"
        test.rhai:1:1: `add_days` takes a whole number, not a duration
          |
        1 | add_days(now(), days(1))
          | ^^^^^^^^"#]],
    );
    check(
        r#"add_years(now(), 9000)"#,
        expect![[r#"
        test.rhai:1:1: this time is out of range
          |
        1 | add_years(now(), 9000)
          | ^^^^^^^^^"#]],
    );
}

#[test]
fn the_clock_moves_and_now_stands_still() {
    runtime().block_on(async {
        let mut world = World::offline();
        let clock = Arc::new(Hurried::at("2026-05-20T10:00:00Z"));
        world.clock = Arc::<Hurried>::clone(&clock);
        let ended = world.run("[now() == clock(), clock()]").await;
        assert_eq!(ended.text(), r#"[true,"2026-05-20T10:00:00Z"]"#);
    });
}

#[test]
fn the_zone_of_the_account_is_read_once() {
    let source = r#"
        let t = time("2026-01-31T03:00:00Z");
        let there = in_zone(t, "account");
        start_of(t, "day", "account");
        parallel([1, 2], 2, |n| format(t, "%H", "account"));
        [there, there.zone]"#;
    runtime().block_on(async {
        let world = World::simulated(settings()).await;
        let ended = world.run(source).await;
        expect![[r#"["2026-01-30T22:00:00-05:00","America/New_York"]"#]].assert_eq(&ended.text());
        assert_eq!(world.requests().len(), 1, "{:?}", world.requests());
        // What a checkpoint read is read again behind it, as a replay would.
        let ended = world.run(r#"checkpoint("z", || in_zone(now(), "account").zone); in_zone(now(), "account"); in_zone(now(), "account").zone"#).await;
        assert!(ended.result.is_ok(), "{}", ended.text());
        assert_eq!(world.requests().len(), 3);
    });
}

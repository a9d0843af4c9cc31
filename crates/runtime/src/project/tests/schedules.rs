//! `schedule = …` of an automation, and what goes with it.

use std::time::Duration;

use expect_test::{Expect, expect};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::schedule::{CatchUp, Overlap};

use super::super::*;

/// Two connections, one to tell, and the table of an automation that begins in line 8.
fn project(automation: &str) -> String {
    format!(
        "[connections.acme]\nid = \"a\"\n[connections.beta]\nid = \"b\"\n[notify.oncall]\nwebhook = {{ env = \"ONCALL_URL\" }}\n[automations.retag]\nprogram = \"a\"\nconnections = [\"acme\"]\n{automation}\n"
    )
}

fn settings(automation: &str) -> AutomationSettings {
    match Project::parse(&project(automation), Path::new("pianoroll.toml")) {
        Ok(project) => project.automations["retag"].clone(),
        Err(error) => panic!("{error}"),
    }
}

fn mistakes(automation: &str, expected: Expect) {
    whole_mistakes(&project(automation), expected);
}

fn whole_mistakes(text: &str, expected: Expect) {
    let error = Project::parse(text, Path::new("pianoroll.toml")).unwrap_err();
    expected.assert_eq(&format!("{error}\n"));
}

#[test]
fn the_short_form_has_every_default() {
    expect![[r#"
        Some(
            ScheduleSettings {
                at: (
                    10,
                    1,
                ),
                schedule: Schedule(
                    "0 6 * * 1",
                ),
                zone: Named {
                    name: "UTC",
                    zone: TimeZone(
                        UTC,
                    ),
                },
                jitter: 0s,
                catch_up: Latest,
                window: 86400s,
                overlap: Skip,
            },
        )
    "#]]
    .assert_debug_eq(&settings("schedule = \"0 6 * * 1\"").schedule);
    // The same, written out.
    let long = "schedule = { cron = \"0 6 * * 1\", timezone = \"utc\", catch_up = \"latest\", window = \"1d\", overlap = \"skip\" }";
    assert_eq!(settings("schedule = \"0 6 * * 1\""), settings(long));
}

#[test]
fn the_long_form_says_everything() {
    let settings = settings(
        "schedule = { cron = \"@daily\", timezone = \"account\", jitter = \"2h\", catch_up = \"all\", window = \"36h\", overlap = \"cancel_other\" }\ntimeout = \"90m\"\npause_after = 5\nnotify = [\"oncall\"]",
    );
    let schedule = settings.schedule.unwrap();
    assert_eq!(schedule.zone, ZoneSettings::Account);
    assert_eq!(schedule.zone.to_string(), "account");
    assert_eq!(schedule.jitter, SignedDuration::from_hours(2));
    assert_eq!(schedule.catch_up, CatchUp::All);
    assert_eq!(schedule.window, SignedDuration::from_hours(36));
    assert_eq!(schedule.overlap, Overlap::CancelOther);
    assert_eq!(settings.timeout, Some(SignedDuration::from_mins(90)));
    assert_eq!(settings.pause_after, Some(5));
    assert_eq!(settings.notify, ["oncall"]);
}

#[test]
fn an_automation_without_a_schedule_is_run_by_hand() {
    let settings = settings("");
    assert_eq!(settings.schedule, None);
    assert_eq!(settings.webhook, None);
    assert_eq!(settings.notify, [""; 0]);
    assert_eq!((settings.timeout, settings.pause_after), (None, None));
}

#[test]
fn a_zone_is_named_as_the_database_names_it() {
    let zone = |name: &str| {
        let line = format!("schedule = {{ cron = \"@daily\", timezone = \"{name}\" }}");
        settings(&line).schedule.unwrap().zone
    };
    assert_eq!(zone("america/new_york"), zone("America/New_York"));
    assert_ne!(zone("Europe/London"), ZoneSettings::default());
    let ZoneSettings::Named { name, zone } = zone("america/new_york") else { panic!() };
    assert_eq!(
        (name.as_str(), zone),
        ("America/New_York", TimeZone::get("America/New_York").unwrap())
    );
}

#[test]
fn a_schedule_in_a_table_of_its_own_is_read() {
    let settings = settings("[automations.retag.schedule]\ncron = '@hourly'\nwindow = \"PT30M\"");
    let schedule = settings.schedule.unwrap();
    assert_eq!(schedule.schedule.expression(), "@hourly");
    assert_eq!(schedule.window.unsigned_abs(), Duration::from_secs(1800));
    assert_eq!(schedule.at, (10, 20));
}

#[test]
fn a_mistake_in_an_expression_is_shown_within_it() {
    mistakes(
        "schedule = \"0 6 * * MONDAY\"",
        expect![[r#"
            pianoroll.toml:10:21: `MONDAY` is no weekday
               |
            10 | schedule = "0 6 * * MONDAY"
               |                     ^^^^^^
               = did you mean `MON`?
        "#]],
    );
    mistakes(
        "schedule = { overlap = \"skip\", cron = '0 6 30 2 *' }",
        expect![[r#"
        pianoroll.toml:10:44: this is never due: no such month has such a day
           |
        10 | schedule = { overlap = "skip", cron = '0 6 30 2 *' }
           |                                            ^^^^
           = `L` is the last day of a month, however long it is
    "#]],
    );
    mistakes(
        "schedule = \"\"\"\n0 25 * * *\"\"\"",
        expect![[r#"
        pianoroll.toml:11:3: there is no hour 25
           |
        11 | 0 25 * * *"""
           |   ^^
           = 0 to 23
    "#]],
    );
    mistakes(
        "schedule = '''0 25 * * *'''",
        expect![[r#"
        pianoroll.toml:10:17: there is no hour 25
           |
        10 | schedule = '''0 25 * * *'''
           |                 ^^
           = 0 to 23
    "#]],
    );
    // What an escape stands for is not what is written.
    mistakes(
        "schedule = \"0\\u0020 25 * * *\"",
        expect![[r#"
        pianoroll.toml:10:12: there is no hour 25
           |
        10 | schedule = "0\u0020 25 * * *"
           |            ^^^^^^^^^^^^^^^^^^
           = 0 to 23
    "#]],
    );
    mistakes(
        "schedule = \"é\"",
        expect![[r#"
        pianoroll.toml:10:13: an expression is one line of plain characters
           |
        10 | schedule = "é"
           |             ^
    "#]],
    );
    mistakes(
        "schedule = \"\"",
        expect![[r#"
        pianoroll.toml:10:13: an empty expression is never due
           |
        10 | schedule = ""
           |             ^
           = minute, hour, day of month, month, day of week: `0 6 * * MON` is Mondays at 06:00
    "#]],
    );
    mistakes(
        "schedule = \"0 9 * *\"",
        expect![[r#"
        pianoroll.toml:10:13: an expression has five fields, and this has 4 fields
           |
        10 | schedule = "0 9 * *"
           |             ^^^^^^^
           = minute, hour, day of month, month, day of week: `0 6 * * MON` is Mondays at 06:00
    "#]],
    );
}

#[test]
fn every_mistake_of_a_schedule_is_told() {
    mistakes(
        "schedule = { crn = \"0 6 * * 1\", timezone = \"Europe/Berln\", jitter = \"25h\", catch_up = \"last\", window = \"2 years\", overlap = \"cancel\" }",
        expect![[r#"
            pianoroll.toml:10:1: `[automations.retag.schedule]` has no `cron`
               |
            10 | schedule = { crn = "0 6 * * 1", timezone = "Europe/Berln", jitter = "25h", catch_up = "last", window = "2 years", overlap = "cancel" }
               | ^^^^^^^^
               = say when it is due: cron = "0 6 * * 1"

            pianoroll.toml:10:14: unknown key `crn` in `[automations.retag.schedule]`
               |
            10 | schedule = { crn = "0 6 * * 1", timezone = "Europe/Berln", jitter = "25h", catch_up = "last", window = "2 years", overlap = "cancel" }
               |              ^^^
               = did you mean `cron`?

            pianoroll.toml:10:44: there is no time zone `Europe/Berln`
               |
            10 | schedule = { crn = "0 6 * * 1", timezone = "Europe/Berln", jitter = "25h", catch_up = "last", window = "2 years", overlap = "cancel" }
               |                                            ^^^^^^^^^^^^^^
               = did you mean `Europe/Berlin`?

            pianoroll.toml:10:69: `jitter` is at most 1d
               |
            10 | schedule = { crn = "0 6 * * 1", timezone = "Europe/Berln", jitter = "25h", catch_up = "last", window = "2 years", overlap = "cancel" }
               |                                                                     ^^^^^

            pianoroll.toml:10:87: `catch_up` cannot be `last`
               |
            10 | schedule = { crn = "0 6 * * 1", timezone = "Europe/Berln", jitter = "25h", catch_up = "last", window = "2 years", overlap = "cancel" }
               |                                                                                       ^^^^^^
               = did you mean `latest`?

            pianoroll.toml:10:104: `2 years` has months or years, which are not equally long; say days
               |
            10 | schedule = { crn = "0 6 * * 1", timezone = "Europe/Berln", jitter = "25h", catch_up = "last", window = "2 years", overlap = "cancel" }
               |                                                                                                        ^^^^^^^^^

            pianoroll.toml:10:125: `overlap` cannot be `cancel`
               |
            10 | schedule = { crn = "0 6 * * 1", timezone = "Europe/Berln", jitter = "25h", catch_up = "last", window = "2 years", overlap = "cancel" }
               |                                                                                                                             ^^^^^^^^
               = known here: skip, queue, cancel_other, allow
        "#]],
    );
    mistakes(
        "schedule = { cron = 6, timezone = \"acount\", jitter = \"0s\", catch_up = \"everything\", window = \"400d\", overlap = true }",
        expect![[r#"
            pianoroll.toml:10:21: `cron` must be a text in quotes, not a number
               |
            10 | schedule = { cron = 6, timezone = "acount", jitter = "0s", catch_up = "everything", window = "400d", overlap = true }
               |                     ^

            pianoroll.toml:10:35: there is no time zone `acount`
               |
            10 | schedule = { cron = 6, timezone = "acount", jitter = "0s", catch_up = "everything", window = "400d", overlap = true }
               |                                   ^^^^^^^^
               = did you mean `account`?

            pianoroll.toml:10:54: `0s` is not longer than nothing
               |
            10 | schedule = { cron = 6, timezone = "acount", jitter = "0s", catch_up = "everything", window = "400d", overlap = true }
               |                                                      ^^^^

            pianoroll.toml:10:71: `catch_up` cannot be `everything`
               |
            10 | schedule = { cron = 6, timezone = "acount", jitter = "0s", catch_up = "everything", window = "400d", overlap = true }
               |                                                                       ^^^^^^^^^^^^
               = known here: none, latest, all

            pianoroll.toml:10:94: `window` is at most 366d
               |
            10 | schedule = { cron = 6, timezone = "acount", jitter = "0s", catch_up = "everything", window = "400d", overlap = true }
               |                                                                                              ^^^^^^

            pianoroll.toml:10:112: `overlap` must be a text in quotes, not true or false
               |
            10 | schedule = { cron = 6, timezone = "acount", jitter = "0s", catch_up = "everything", window = "400d", overlap = true }
               |                                                                                                                ^^^^
        "#]],
    );
    mistakes(
        "schedule = { cron = \"@daily\", timezone = \"+02:00\", window = \"500ms\" }",
        expect![[r#"
            pianoroll.toml:10:42: there is no time zone `+02:00`
               |
            10 | schedule = { cron = "@daily", timezone = "+02:00", window = "500ms" }
               |                                          ^^^^^^^^
               = zones have the names of places, such as `America/New_York`, or `UTC`; an offset or an abbreviation does not know when clocks change

            pianoroll.toml:10:61: `window` is at least 1s
               |
            10 | schedule = { cron = "@daily", timezone = "+02:00", window = "500ms" }
               |                                                             ^^^^^^^
        "#]],
    );
    mistakes(
        "schedule = [\"@daily\", \"@weekly\"]",
        expect![[r#"
        pianoroll.toml:10:12: `schedule` must be an expression in quotes, or a table
           |
        10 | schedule = ["@daily", "@weekly"]
           |            ^^^^^^^^^^^^^^^^^^^^^
           = write schedule = "0 6 * * 1", or schedule = { cron = "0 6 * * 1", timezone = "Europe/London" }
    "#]],
    );
    mistakes(
        "schedule = 6",
        expect![[r#"
        pianoroll.toml:10:12: `schedule` must be an expression in quotes, or a table
           |
        10 | schedule = 6
           |            ^
           = write schedule = "0 6 * * 1", or schedule = { cron = "0 6 * * 1", timezone = "Europe/London" }
    "#]],
    );
}

#[test]
fn what_goes_with_a_schedule_is_checked() {
    mistakes(
        "timeout = \"half an hour\"\npause_after = 0\nnotify = [\"oncal\", \"oncall\", \"oncall\", 3]",
        expect![[r#"
            pianoroll.toml:10:11: `half an hour` is no duration such as "90d" or "12h"
               |
            10 | timeout = "half an hour"
               |           ^^^^^^^^^^^^^^

            pianoroll.toml:11:1: `pause_after` pauses a schedule, and there is none
               |
            11 | pause_after = 0
               | ^^^^^^^^^^^
               = add schedule = "0 6 * * 1", or leave it out

            pianoroll.toml:11:15: `pause_after` must be from 1 to 1000, not 0
               |
            11 | pause_after = 0
               |               ^

            pianoroll.toml:12:11: there is no `[notify.oncal]`
               |
            12 | notify = ["oncal", "oncall", "oncall", 3]
               |           ^^^^^^^
               = did you mean `oncall`?

            pianoroll.toml:12:30: `oncall` is there twice
               |
            12 | notify = ["oncal", "oncall", "oncall", 3]
               |                              ^^^^^^^^
               = each is told once

            pianoroll.toml:12:40: `notify` must be a list of texts, not a number
               |
            12 | notify = ["oncal", "oncall", "oncall", 3]
               |                                        ^
        "#]],
    );
    mistakes(
        "schedule = \"@daily\"\ntimeout = \"500ms\"\npause_after = 1001",
        expect![[r#"
        pianoroll.toml:11:11: `timeout` is at least 1s
           |
        11 | timeout = "500ms"
           |           ^^^^^^^

        pianoroll.toml:12:15: `pause_after` must be from 1 to 1000, not 1001
           |
        12 | pause_after = 1001
           |               ^^^^
    "#]],
    );
    mistakes(
        "pause_after = 3",
        expect![[r#"
        pianoroll.toml:10:1: `pause_after` pauses a schedule, and there is none
           |
        10 | pause_after = 3
           | ^^^^^^^^^^^
           = add schedule = "0 6 * * 1", or leave it out
    "#]],
    );
    mistakes(
        "schedule = \"@daily\"\npause_after = \"3\"\ntimeout = 3600\nnotify = \"oncall\"",
        expect![[r#"
            pianoroll.toml:11:15: `pause_after` must be a whole number from 1, not a text
               |
            11 | pause_after = "3"
               |               ^^^

            pianoroll.toml:12:11: `timeout` must be a text in quotes, not a number
               |
            12 | timeout = 3600
               |           ^^^^

            pianoroll.toml:13:10: `notify` must be a list of texts, not a text
               |
            13 | notify = "oncall"
               |          ^^^^^^^^
        "#]],
    );
    whole_mistakes(
        "[connections.a]\nid = \"a\"\n[automations.a]\nprogram = \"a\"\nnotify = [\"oncall\"]\n",
        expect![[r#"
            pianoroll.toml:5:11: there is no `[notify.oncall]`
              |
            5 | notify = ["oncall"]
              |           ^^^^^^^^
              = add `[notify.oncall]`
        "#]],
    );
}

#[test]
fn what_stands_in_the_wrong_place_is_told_where_it_belongs() {
    mistakes(
        "catch_up = \"all\"\ncron = \"0 6 * * 1\"\nretry = 3\ntriggers = []\nschedules = []\nlimits = { reached_by_flows = 0 }",
        expect![[r#"
            pianoroll.toml:10:1: unknown key `catch_up` in `[automations.retag]`
               |
            10 | catch_up = "all"
               | ^^^^^^^^
               = it belongs in the schedule: schedule = { cron = "0 6 * * 1", catch_up = "…" }

            pianoroll.toml:11:1: unknown key `cron` in `[automations.retag]`
               |
            11 | cron = "0 6 * * 1"
               | ^^^^
               = write schedule = "0 6 * * 1"

            pianoroll.toml:12:1: unknown key `retry` in `[automations.retag]`
               |
            12 | retry = 3
               | ^^^^^
               = `attempts` says how often a run is tried

            pianoroll.toml:13:1: unknown key `triggers` in `[automations.retag]`
               |
            13 | triggers = []
               | ^^^^^^^^
               = `schedule` and `webhook` start runs

            pianoroll.toml:14:1: unknown key `schedules` in `[automations.retag]`
               |
            14 | schedules = []
               | ^^^^^^^^^
               = did you mean `schedule`?

            pianoroll.toml:15:12: unknown key `reached_by_flows` in `[automations.retag.limits]`
               |
            15 | limits = { reached_by_flows = 0 }
               |            ^^^^^^^^^^^^^^^^
               = this version does not count people reached by flows; bound `sends`, or rule out `flows.update_status` with `never`
        "#]],
    );
}

#[test]
fn a_schedule_needs_its_connections_named() {
    let text = |connections: &str| {
        format!("{connections}[automations.a]\nprogram = \"a\"\nschedule = \"@daily\"\n")
    };
    whole_mistakes(
        &text(""),
        expect![[r#"
        pianoroll.toml:3:1: a schedule needs its connections named, and the project has none
          |
        3 | schedule = "@daily"
          | ^^^^^^^^
          = `pianoroll connections import NAME ID` adds one
    "#]],
    );
    let (one, two) = ("[connections.one]\nid = \"a\"\n", "[connections.two]\nid = \"b\"\n");
    whole_mistakes(
        &text(&format!("{one}{two}")),
        expect![[r#"
        pianoroll.toml:7:1: a schedule needs its connections named: there are 2
          |
        7 | schedule = "@daily"
          | ^^^^^^^^
          = such as connections = ["one"]; known here: one, two
    "#]],
    );
    // Where there is only one, nobody can be meant but it.
    let project = Project::parse(&text(one), Path::new("pianoroll.toml")).unwrap();
    assert!(project.automations["a"].schedule.is_some());
    whole_mistakes(
        "[automations.a]\nprogram = \"a\"\nwebhook = { secret = { env = \"A\" } }\n",
        expect![[r#"
            pianoroll.toml:3:1: a webhook needs its connections named, and the project has none
              |
            3 | webhook = { secret = { env = "A" } }
              | ^^^^^^^
              = `pianoroll connections import NAME ID` adds one
        "#]],
    );
    mistakes(
        "connections = [\"acme\"]\nschedule = \"@daily\"",
        expect![[r#"
        pianoroll.toml:10:1: duplicate key
           |
        10 | connections = ["acme"]
           | ^^^^^^^^^^^
    "#]],
    );
}

#[test]
fn what_is_there_twice_is_told_with_its_place() {
    mistakes(
        "schedule = \"@daily\"\nschedule = \"@weekly\"",
        expect![[r#"
        pianoroll.toml:11:1: duplicate key
           |
        11 | schedule = "@weekly"
           | ^^^^^^^^
    "#]],
    );
    mistakes(
        "schedule = { cron = \"@daily\", cron = \"@weekly\" }",
        expect![[r#"
        pianoroll.toml:10:31: duplicate key
           |
        10 | schedule = { cron = "@daily", cron = "@weekly" }
           |                               ^^^^
    "#]],
    );
    mistakes(
        "[automations.retag]\nprogram = \"b\"",
        expect![[r#"
        pianoroll.toml:10:14: duplicate key
           |
        10 | [automations.retag]
           |              ^^^^^
    "#]],
    );
    mistakes(
        "schedule = \"@daily\"\n[automations.retag.schedule]\ncron = \"@daily\"",
        expect![[r#"
        pianoroll.toml:11:20: duplicate key
           |
        11 | [automations.retag.schedule]
           |                    ^^^^^^^^
    "#]],
    );
}

#[test]
fn words_are_those_of_the_file() {
    for word in CatchUp::ALL {
        assert_eq!(serde_json::to_value(word).unwrap(), word.as_str());
        assert_eq!(
            settings(&format!(
                "schedule = {{ cron = \"@daily\", catch_up = \"{}\" }}",
                word.as_str()
            ))
            .schedule
            .unwrap()
            .catch_up,
            word
        );
    }
    for word in Overlap::ALL {
        assert_eq!(serde_json::to_value(word).unwrap(), word.as_str());
        assert_eq!(
            settings(&format!(
                "schedule = {{ cron = \"@daily\", overlap = \"{}\" }}",
                word.as_str()
            ))
            .schedule
            .unwrap()
            .overlap,
            word
        );
    }
    for word in Notice::ALL {
        assert_eq!(serde_json::to_value(word).unwrap(), word.as_str());
    }
}

//! What is refused, and what a person reads then.

use expect_test::{Expect, expect};

use super::*;

fn check(expression: &str, expected: Expect) {
    expected.assert_eq(&match Schedule::parse(expression) {
        Ok(schedule) => format!("{schedule:?}"),
        Err(error) => error.excerpt("schedule"),
    });
}

#[test]
fn what_is_finer_or_coarser_than_a_crontab() {
    check(
        "0 0 9 * * 1",
        expect![[r#"
        schedule:1:1: there are six fields: seconds cannot be chosen
          |
        1 | 0 0 9 * * 1
          | ^
          = write `0 9 * * 1`; weekdays count from Sunday = 0 here"#]],
    );
    check(
        "0 9 * * MON 2027",
        expect![[r#"
        schedule:1:13: years cannot be chosen
          |
        1 | 0 9 * * MON 2027
          |             ^^^^
          = write `0 9 * * MON`"#]],
    );
    check(
        "0 0 9 * * 1 2027-2029",
        expect![[r#"
        schedule:1:1: there are seven fields: neither seconds nor years can be chosen
          |
        1 | 0 0 9 * * 1 2027-2029
          | ^
          = write `0 9 * * 1`; weekdays count from Sunday = 0 here"#]],
    );
    check(
        "@reboot",
        expect![[r#"
        schedule:1:1: `@reboot` is no time
          |
        1 | @reboot
          | ^^^^^^^
          = what came due while nothing ran is caught up by itself"#]],
    );
    check(
        "@every 5m",
        expect![[r#"
        schedule:1:1: there is no `@every`
          |
        1 | @every 5m
          | ^^^^^^
          = every 15 minutes is `*/15 * * * *`, every 6 hours is `0 */6 * * *`"#]],
    );
    check(
        "@weekely",
        expect![[r#"
        schedule:1:1: there is no `@weekely`
          |
        1 | @weekely
          | ^^^^^^^^
          = did you mean `@weekly`?"#]],
    );
    check(
        "@fortnightly",
        expect![[r#"
        schedule:1:1: there is no `@fortnightly`
          |
        1 | @fortnightly
          | ^^^^^^^^^^^^
          = there are @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually"#]],
    );
    check(
        "@daily 9",
        expect![[r#"
        schedule:1:1: `@daily` stands alone
          |
        1 | @daily 9
          | ^^^^^^^^"#]],
    );
    check(
        "0 9 * *",
        expect![[r#"
        schedule:1:1: an expression has five fields, and this has 4 fields
          |
        1 | 0 9 * *
          | ^^^^^^^
          = minute, hour, day of month, month, day of week: `0 6 * * MON` is Mondays at 06:00"#]],
    );
    check(
        "9",
        expect![[r#"
        schedule:1:1: an expression has five fields, and this has 1 field
          |
        1 | 9
          | ^
          = minute, hour, day of month, month, day of week: `0 6 * * MON` is Mondays at 06:00"#]],
    );
    check(
        "",
        expect![[r#"
        schedule:1:1: an empty expression is never due
          = minute, hour, day of month, month, day of week: `0 6 * * MON` is Mondays at 06:00"#]],
    );
    check(
        "  ",
        expect![[r#"
        schedule:1:1: an empty expression is never due
          |
        1 |
          | ^
          = minute, hour, day of month, month, day of week: `0 6 * * MON` is Mondays at 06:00"#]],
    );
}

#[test]
fn values_out_of_their_field() {
    check(
        "60 * * * *",
        expect![[r#"
        schedule:1:1: there is no minute 60
          |
        1 | 60 * * * *
          | ^^
          = 0 to 59"#]],
    );
    check(
        "0 24 * * *",
        expect![[r#"
        schedule:1:3: there is no hour 24
          |
        1 | 0 24 * * *
          |   ^^
          = 0 to 23"#]],
    );
    check(
        "0 9 0 * *",
        expect![[r#"
        schedule:1:5: there is no day 0
          |
        1 | 0 9 0 * *
          |     ^
          = 1 to 31, `L` for the last one"#]],
    );
    check(
        "0 9 32W * *",
        expect![[r#"
        schedule:1:5: there is no day 32
          |
        1 | 0 9 32W * *
          |     ^^
          = 1 to 31, `L` for the last one"#]],
    );
    check(
        "0 9 * 13 *",
        expect![[r#"
        schedule:1:7: there is no month 13
          |
        1 | 0 9 * 13 *
          |       ^^
          = 1 to 12, or JAN to DEC"#]],
    );
    check(
        "0 9 * * 8",
        expect![[r#"
        schedule:1:9: there is no weekday 8
          |
        1 | 0 9 * * 8
          |         ^
          = 0 to 6 from Sunday on, 7 for Sunday, or SUN to SAT"#]],
    );
    check(
        "0 9 * * MON#6",
        expect![[r#"
        schedule:1:13: behind `#` stands which one of the month: 1 to 5
          |
        1 | 0 9 * * MON#6
          |             ^
          = `FRIL` is the last Friday of the month"#]],
    );
    check(
        "99999999999999999999 * * * *",
        expect![[r#"
        schedule:1:1: there is no minute 99999999999999999999
          |
        1 | 99999999999999999999 * * * *
          | ^^^^^^^^^^^^^^^^^^^^
          = 0 to 59"#]],
    );
    check(
        "*/0 * * * *",
        expect![[r#"
        schedule:1:3: a step of 0 goes nowhere
          |
        1 | */0 * * * *
          |   ^
          = the smallest is 1"#]],
    );
    check(
        "*/90 * * * *",
        expect![[r#"
        schedule:1:3: a step of 90 is longer than the minute field
          |
        1 | */90 * * * *
          |   ^^
          = steps start anew with each round of a field, so this would be `0`"#]],
    );
    check(
        "*/ * * * *",
        expect![[r#"
        schedule:1:3: a step is missing here
          |
        1 | */ * * * *
          |   ^"#]],
    );
    check(
        "*/+5 * * * *",
        expect![[r#"
        schedule:1:3: a step is a number
          |
        1 | */+5 * * * *
          |   ^^"#]],
    );
    check(
        "5/10 * * * *",
        expect![[r#"
        schedule:1:1: a step needs a range
          |
        1 | 5/10 * * * *
          | ^^^^
          = write `5-59/10`"#]],
    );
}

#[test]
fn words_that_are_none() {
    check(
        "0 9 * * MONDAY",
        expect![[r#"
        schedule:1:9: `MONDAY` is no weekday
          |
        1 | 0 9 * * MONDAY
          |         ^^^^^^
          = did you mean `MON`?"#]],
    );
    check(
        "0 9 * * mnday-fri",
        expect![[r#"
        schedule:1:9: `mnday` is no weekday
          |
        1 | 0 9 * * mnday-fri
          |         ^^^^^
          = 0 to 6 from Sunday on, 7 for Sunday, or SUN to SAT"#]],
    );
    check(
        "0 9 * JANAUR *",
        expect![[r#"
        schedule:1:7: `JANAUR` is no month
          |
        1 | 0 9 * JANAUR *
          |       ^^^^^^
          = did you mean `JAN`?"#]],
    );
    check(
        "0 9 ? * MON",
        expect![[r#"
        schedule:1:5: `?` is of another dialect
          |
        1 | 0 9 ? * MON
          |     ^
          = write `*`"#]],
    );
    check(
        "0 9 13 * +FRI",
        expect![[r#"
        schedule:1:10: a `+` has no meaning here
          |
        1 | 0 9 13 * +FRI
          |          ^^^^
          = write `FRI`"#]],
    );
    check(
        "0 9 * * L",
        expect![[r#"
        schedule:1:9: `L` alone says no weekday
          |
        1 | 0 9 * * L
          |         ^
          = `FRIL` is the last Friday of the month; every Saturday is `SAT`"#]],
    );
    check(
        "0 9 L-3 * *",
        expect![[r#"
        schedule:1:5: days before the last one cannot be counted here
          |
        1 | 0 9 L-3 * *
          |     ^^^
          = `L` is the last day, `LW` the last from Monday to Friday"#]],
    );
    check(
        "0 9 L,LW * *",
        expect![[r#"
        schedule:1:5: `L` and `LW` cannot stand side by side
          |
        1 | 0 9 L,LW * *
          |     ^^^^
          = make two schedules of it"#]],
    );
    check(
        "0 9 MON * *",
        expect![[r#"
        schedule:1:5: `MON` is no day
          |
        1 | 0 9 MON * *
          |     ^^^
          = 1 to 31, `L` for the last one"#]],
    );
    check(
        "nine * * * *",
        expect![[r#"
        schedule:1:1: `nine` is no minute
          |
        1 | nine * * * *
          | ^^^^
          = 0 to 59"#]],
    );
    check(
        "0 9, * * *",
        expect![[r#"
        schedule:1:5: the list of the hour field lacks a value
          |
        1 | 0 9, * * *
          |     ^"#]],
    );
    check(
        "0 9- * * *",
        expect![[r#"
        schedule:1:5: the hour field lacks a value here
          |
        1 | 0 9- * * *
          |     ^"#]],
    );
    check(
        "0 9-12-15 * * *",
        expect![[r#"
        schedule:1:5: `12-15` is no hour
          |
        1 | 0 9-12-15 * * *
          |     ^^^^^
          = 0 to 23"#]],
    );
    check(
        "0 -1 * * *",
        expect![[r#"
        schedule:1:3: the hour field lacks a value here
          |
        1 | 0 -1 * * *
          |   ^"#]],
    );
    check(
        "0 9\u{a0}* * *",
        expect![[r#"
        schedule:1:4: an expression is one line of plain characters
          |
        1 | 0 9 * * *
          |    ^"#]],
    );
    check(
        "0 9 * * 1\n0 9 * * 2",
        expect![[r#"
        schedule:1:10: an expression is one line of plain characters
          |
        1 | 0 9 * * 1
          |          ^"#]],
    );
    check(
        "0 9 * * MON–FRI",
        expect![[r#"
        schedule:1:12: an expression is one line of plain characters
          |
        1 | 0 9 * * MON–FRI
          |            ^"#]],
    );
    check(
        "é 9 * * *",
        expect![[r#"
        schedule:1:1: an expression is one line of plain characters
          |
        1 | é 9 * * *
          | ^"#]],
    );
}

#[test]
fn what_is_never_due() {
    check(
        "0 0 30 2 *",
        expect![[r#"
        schedule:1:5: this is never due: no such month has such a day
          |
        1 | 0 0 30 2 *
          |     ^^^^
          = `L` is the last day of a month, however long it is"#]],
    );
    check(
        "0 0 31 2,4,jun,9-9,11 *",
        expect![[r#"
        schedule:1:5: this is never due: no such month has such a day
          |
        1 | 0 0 31 2,4,jun,9-9,11 *
          |     ^^^^^^^^^^^^^^^^^
          = `L` is the last day of a month, however long it is"#]],
    );
    check(
        "0 0 30W FEB *",
        expect![[r#"
        schedule:1:5: this is never due: no such month has such a day
          |
        1 | 0 0 30W FEB *
          |     ^^^^^^^
          = `L` is the last day of a month, however long it is"#]],
    );
    check("0 0 31 4 SUN", expect![[r#"Schedule("0 0 31 4 SUN")"#]]);
}

#[test]
fn zones_that_are_none() {
    let check = |name: &str, expected: Expect| {
        expected.assert_eq(&match zone(name) {
            Ok(zone) => format!("{:?}", zone.iana_name()),
            Err(error) => format!("{error}: {}", error.hint),
        });
    };
    check("america/new_york", expect![[r#"Some("America/New_York")"#]]);
    check(
        "America/New York",
        expect!["there is no time zone `America/New York`: did you mean `America/New_York`?"],
    );
    check(
        "New York",
        expect!["there is no time zone `New York`: did you mean `America/New_York`?"],
    );
    check("berlin", expect!["there is no time zone `berlin`: did you mean `Europe/Berlin`?"]);
    check(
        "Europe/Berln",
        expect!["there is no time zone `Europe/Berln`: did you mean `Europe/Berlin`?"],
    );
    check(
        "Asia/Calcuta",
        expect!["there is no time zone `Asia/Calcuta`: did you mean `Asia/Calcutta`?"],
    );
    check("London", expect!["there is no time zone `London`: did you mean `Europe/London`?"]);
    check(
        "+02:00",
        expect![
            "there is no time zone `+02:00`: zones have the names of places, such as `America/New_York`, or `UTC`; an offset or an abbreviation does not know when clocks change"
        ],
    );
    check(
        "PDT",
        expect![
            "there is no time zone `PDT`: zones have the names of places, such as `America/New_York`, or `UTC`; an offset or an abbreviation does not know when clocks change"
        ],
    );
    check(
        "",
        expect![
            "there is no time zone ``: zones have the names of places, such as `America/New_York`, or `UTC`; an offset or an abbreviation does not know when clocks change"
        ],
    );
    check(
        "../../etc/passwd",
        expect![
            "there is no time zone `../../etc/passwd`: zones have the names of places, such as `America/New_York`, or `UTC`; an offset or an abbreviation does not know when clocks change"
        ],
    );
}

proptest::proptest! {
    /// Whatever is typed, there is an answer, and its place lies within the text.
    #[test]
    fn no_text_is_too_strange(text in "[-0-9*/,#LW@a-zA-Z é\t]{0,30}|\\PC{0,12}") {
        if let Err(error) = Schedule::parse(&text) {
            let length = text.chars().count();
            proptest::prop_assert!(error.column >= 1 && error.column <= length + 1, "{error:?}");
            proptest::prop_assert!(error.width >= 1);
            let _ = error.excerpt("schedule");
        }
    }
}

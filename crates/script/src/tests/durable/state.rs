//! Values from run to run, `last_run` and `wait`.

use expect_test::{Expect, expect};
use pianoroll_journal::LastRun;
use serde_json::json;

use super::super::support::{run_offline, runtime};
use super::{Durable, started};

fn check(source: &str, expected: Expect) {
    expected.assert_eq(&run_offline(source).text());
}

#[test]
fn values_are_plain_json() {
    runtime().block_on(async {
        let durable = Durable::new().await;
        let ended = durable.attempt("state::set(\"a\", #{ n: 1.5, list: [(), 'x'] }); state::set(\"b\", 1); state::set(\"b\", ()); [state::get(\"a\"), state::get(\"b\"), state::get(\"b\", 7)]").await;
        assert_eq!(ended.text(), r#"[{"list":[null,"x"],"n":1.5},null,7]"#);
        assert_eq!(durable.states().await, [("a".to_owned(), json!({"list": [null, "x"], "n": 1.5}))]);
    });
    check(
        "state::set(\"a\", 1); let all = parallel(0..2, 2, |n| state::get(\"a\")); all.push(checkpoint(\"c\", || state::get(\"a\"))); all",
        expect!["[1,1,1]"],
    );
}

#[test]
fn what_is_no_key_and_no_value_is_refused() {
    let code =
        |call: &str| format!("let m = (); try {{ {call}; }} catch (e) {{ m = e.message; }} m");
    check(
        &code("state::get(1)"),
        expect![[r#""`state::get` takes the key as a string, not the int 1""#]],
    );
    check(
        &code("state::set(\"\", 1)"),
        expect![[r#""`state::set` takes a key of at least one character""#]],
    );
    check(
        &code("let key = \"\"; for i in 0..201 { key += \"é\"; } state::remove(key)"),
        expect![[r#""a key has up to 200 characters, and this one 201""#]],
    );
    check(
        &code("state::set(\"a\", #{ last: [now()] })"),
        expect![[
            r#""a time cannot be kept as a state value, but stands at `last[0]`: keep its text, `.to_string()`, and read that with `time(…)`""#
        ]],
    );
    check(
        &code("state::set(\"a\", hours(1))"),
        expect![[r#""a duration cannot be kept as a state value: keep its `.seconds`""#]],
    );
    check(
        &code("state::set(\"a\", 0.0 / 0.0)"),
        expect![[r#""a number that is not finite cannot be kept as a state value""#]],
    );
    check(
        &code("let text = \"\"; text.pad(300000, \"x\"); state::set(\"a\", text)"),
        expect![[
            r#""a state value has up to 256 KiB as JSON, and this one 293: keep what the next run needs to go on, not all that it found""#
        ]],
    );
    check(
        &code("wait(5)"),
        expect![[r#""`wait` takes a duration such as `minutes(5)`, not the int 5""#]],
    );
}

#[test]
fn nothing_catches_a_change_in_a_block_that_may_not_hold_it() {
    let hidden = "fn hidden() { state::set(\"a\", 1) } fn waits() { wait(seconds(1)) }";
    check(
        &format!("{hidden} try {{ parallel(0..1, 1, |n| hidden()); }} catch {{}}"),
        expect![[r#"
        test.rhai:1:22: `state::set` stands behind a `parallel`, not in it: its items have no order
          |
        1 | fn hidden() { state::set("a", 1) } fn waits() { wait(seconds(1)) } try { parallel(0..1, 1, |n| hidden()); } catch {}
          |                      ^^^"#]],
    );
    check(
        &format!("{hidden} try {{ checkpoint(\"a\", || hidden()); }} catch {{}}"),
        expect![[r#"
        test.rhai:1:22: state::set has an effect, and a `checkpoint` block may only read: move it behind the block
          |
        1 | fn hidden() { state::set("a", 1) } fn waits() { wait(seconds(1)) } try { checkpoint("a", || hidden()); } catch {}
          |                      ^^^"#]],
    );
    check(
        &format!("{hidden} try {{ parallel(0..1, 1, |n| waits()); }} catch {{}}"),
        expect![[r#"
        test.rhai:1:49: `wait` stands behind a `parallel`, not in it: its items have no order
          |
        1 | fn hidden() { state::set("a", 1) } fn waits() { wait(seconds(1)) } try { parallel(0..1, 1, |n| waits()); } catch {}
          |                                                 ^^^^"#]],
    );
    check(
        &format!("{hidden} try {{ checkpoint(\"a\", || waits()); }} catch {{}}"),
        expect![[r#"
        test.rhai:1:49: `wait` stands behind a `checkpoint`, not in it: a replay would not wait
          |
        1 | fn hidden() { state::set("a", 1) } fn waits() { wait(seconds(1)) } try { checkpoint("a", || waits()); } catch {}
          |                                                 ^^^^"#]],
    );
}

#[test]
fn check_sees_them_where_they_are_written() {
    let told = |source: &str| match crate::Script::compile(source, "test.rhai") {
        Ok(_) => "fine".to_owned(),
        Err(error) => error.to_string(),
    };
    expect![[r#"
        test.rhai:1:22: `state::set` cannot stand in a `checkpoint`: a replay does not run the block again
          |
        1 | checkpoint("a", || { state::set("a", 1); })
          |                      ^^^^^^^^^^
          = move it behind the `checkpoint`"#]].assert_eq(&told("checkpoint(\"a\", || { state::set(\"a\", 1); })"));
    expect![[r#"
        test.rhai:1:24: `wait` cannot stand in a `parallel`: its items have no order
          |
        1 | parallel([1], 1, |x| { wait(seconds(x)); })
          |                        ^^^^
          = move it behind the `parallel`"#]]
    .assert_eq(&told("parallel([1], 1, |x| { wait(seconds(x)); })"));
    expect![[r#"
        test.rhai:1:1: there is no function `state::sett`
          |
        1 | state::sett("a", 1); state::get(); last_runs()
          | ^^^^^^^^^^^
          = did you mean `state::set`?

        test.rhai:1:22: `state::get` takes 1 or 2 arguments, not 0
          |
        1 | state::sett("a", 1); state::get(); last_runs()
          |                      ^^^^^^^^^^

        test.rhai:1:36: there is no function `last_runs`
          |
        1 | state::sett("a", 1); state::get(); last_runs()
          |                                    ^^^^^^^^^
          = did you mean `last_run`?"#]]
    .assert_eq(&told("state::sett(\"a\", 1); state::get(); last_runs()"));
    assert_eq!(told("fn wait(n) { n } parallel([1], 1, |x| wait(x))"), "fine");
}

#[test]
fn the_last_run_is_told_with_its_times() {
    check("last_run()", expect!["null"]);
    runtime().block_on(async {
        let last = LastRun {
            run: "run-0".parse().unwrap(),
            started: started(),
            finished: started(),
            problems: 2,
        };
        let durable = Durable::with_last_run(Some(last)).await;
        let ended = durable.attempt("let last = last_run(); [last.run, last.started + days(1), type_of(last.finished), last.problems]").await;
        assert_eq!(ended.text(), r#"["run-0","2026-05-21T10:00:00Z","time",2]"#);
    });
}

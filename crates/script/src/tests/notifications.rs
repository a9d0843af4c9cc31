//! `notify`: what the operator is told.

use expect_test::{Expect, expect};

use super::durable::Durable;
use super::support::{run_offline, runtime};

fn check(source: &str, expected: Expect) {
    let ended = run_offline(source);
    expected.assert_eq(&format!("{}\n{}", ended.text(), ended.logs.join("\n")));
}

#[test]
fn the_operator_is_told() {
    check(
        r#"notify("the coupons are nearly gone"); notify(7, ()); notify("shrunk", #{ now: 3, at: time("2026-01-02") }); parallel([1], 1, |n| notify(`item ${n}`)); "done""#,
        expect![[r#"
            "done"
            notify the coupons are nearly gone null
            notify 7 null
            notify shrunk {"at":"2026-01-02T00:00:00Z","now":3}
            notify item 1 null"#]],
    );
}

#[test]
fn what_cannot_be_told_is_an_error_that_can_be_caught() {
    let code =
        |call: &str| format!("let m = (); try {{ {call}; }} catch (e) {{ m = e.message; }} m");
    check(
        &code(r#"notify("")"#),
        expect![[r#"
        "notify: text: is empty, and somebody is to read it"
    "#]],
    );
    check(
        &code(r#"notify("x", [1])"#),
        expect![[r#"
        "notify: details: are a map of names to values, and nothing else"
    "#]],
    );
    check(
        &code(r#"notify("x", #{ f: || 1 })"#),
        expect![[r#"
        "a function cannot be told, but stands at `f`"
    "#]],
    );
    check(
        &code(r#"let text = ""; text.pad(5000, "x"); notify(text)"#),
        expect![[r#"
            "notify: text: has 5000 bytes, and at most 4096 are sent"
        "#]],
    );
    let all = run_offline("for n in 0..101 { notify(`number ${n}`); }");
    assert_eq!(all.logs.len(), 100);
    expect![[r#"
        test.rhai:1:19: notify: a run says at most 100 notifications, and this one has: gather what there is to say, and say it at the end
          |
        1 | for n in 0..101 { notify(`number ${n}`); }
          |                   ^^^^^^"#]].assert_eq(&all.text());
}

#[test]
fn it_has_no_place_in_a_checkpoint() {
    let written = crate::Script::check(
        r#"checkpoint("a", || { notify("x"); 1 })"#,
        "test.rhai",
        &crate::NoLibrary,
    );
    let found: Vec<&str> = written.diagnostics.iter().map(|found| found.message.as_str()).collect();
    assert_eq!(
        found,
        ["`notify` cannot stand in a `checkpoint`: a replay does not run the block again"]
    );
    check(
        "fn tells() { notify(\"x\") } try { checkpoint(\"a\", || tells()); } catch {}",
        expect![[r#"
            test.rhai:1:14: `notify` has an effect, and a `checkpoint` block may only read: move it behind the block
              |
            1 | fn tells() { notify("x") } try { checkpoint("a", || tells()); } catch {}
              |              ^^^^^^
        "#]],
    );
}

#[test]
fn a_replay_does_not_tell_it_again() {
    runtime().block_on(async {
        let durable = Durable::new().await;
        let source = |end: &str| {
            format!("notify(\"half\", #{{ left: 0.1 }});\nlists::list();\nnotify(\"all\");\n{end}")
        };
        let first = durable.attempt(&source("throw \"stop\"")).await;
        assert_eq!(first.logs, [r#"notify half {"left":0.1}"#, "notify all null"]);
        let second = durable.attempt(&source("notify(\"end\")")).await;
        assert_eq!(
            (second.text().as_str(), second.logs),
            ("null", vec!["notify end null".to_owned()])
        );
    });
}

/// What says that something failed, and fails on, does not keep the next attempt from saying something else.
#[test]
fn another_way_is_told() {
    runtime().block_on(async {
        let durable = Durable::new().await;
        let source = "try { lists::get(state::get(\"id\", \"NONE\")); notify(\"fine\") } catch (e) { notify(\"failed\"); throw e; }";
        let first = durable.attempt(source).await;
        assert_eq!(first.logs, ["notify failed null"]);
        let again = durable.attempt(source).await;
        assert_eq!((again.logs.len(), again.result.is_err()), (0, true), "told once");
    });
}

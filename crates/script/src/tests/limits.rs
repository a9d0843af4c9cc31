//! Scripts that mean harm, or are only careless.

use expect_test::{Expect, expect};
use pianoroll_host::GuestErrorKind;

use super::support::run_offline;
use crate::{MAX_CALL_LEVELS, MAX_EXPRESSION_DEPTH};

fn check(source: &str, expected: Expect) {
    expected.assert_eq(&run_offline(source).text());
}

#[test]
fn deep_recursion_ends_as_an_error() {
    check(
        "fn f(n) { f(n + 1) } f(0)",
        expect![[r#"
        test.rhai:1:22: functions call each other too deeply: more than 64 levels
          |
        1 | fn f(n) { f(n + 1) } f(0)
          |                      ^"#]],
    );
    check(
        "fn f(n) { try { f(n + 1) } catch (e) { 1 } } f(0)",
        expect![[r#"
        test.rhai:1:46: functions call each other too deeply: more than 64 levels
          |
        1 | fn f(n) { try { f(n + 1) } catch (e) { 1 } } f(0)
          |                                              ^"#]],
    );
    let ended = run_offline("let f = |g, n| g.call(g, n + 1); f.call(f, 0)");
    assert!(matches!(ended.result.unwrap_err().kind, GuestErrorKind::Limit));
}

#[test]
fn the_deepest_calls_of_the_deepest_expressions_fit_the_stack() {
    // As deep as the parser lets it be, at each of as many levels as there may be.
    let deepest = (1..MAX_EXPRESSION_DEPTH).rev().find_map(|depth| {
        let source = format!(
            "fn f(n) {{ if n == 0 {{ 0 }} else {{ {}f(n - 1){} }} }} f({})",
            "1 + (".repeat(depth),
            ")".repeat(depth),
            MAX_CALL_LEVELS - 2
        );
        crate::Script::compile(&source, "test.rhai").ok().map(|_| (depth, source))
    });
    let (depth, source) = deepest.unwrap();
    assert!(depth > 10);
    let levels = (MAX_CALL_LEVELS - 2) as u64;
    assert_eq!(run_offline(&source).text(), (depth as u64 * levels).to_string());
    // On the threads of a `parallel` too.
    let call = source.rfind(" f(").unwrap();
    let (function, call) = source.split_at(call);
    let parallel = format!("{function} parallel([1, 2], 2, |x|{})", call.replace("62", "60"));
    assert!(run_offline(&parallel).result.is_ok());
}

#[test]
fn what_grows_by_a_number_is_bounded() {
    check(
        "let s = \"x\"; loop { s += s; }",
        expect![[r#"
        test.rhai:1:23: a text may have at most 64 MiB
          |
        1 | let s = "x"; loop { s += s; }
          |                       ^"#]],
    );
    check(
        "let s = \"x\"; loop { s = s + s; }",
        expect![[r#"
        test.rhai:1:27: a text may have at most 64 MiB
          |
        1 | let s = "x"; loop { s = s + s; }
          |                           ^"#]],
    );
    check(
        "let s = \"x\"; s.pad(1000000000000, ' ');",
        expect![[r#"
        test.rhai:1:16: `pad` makes at most 1000000, not 1000000000000
          |
        1 | let s = "x"; s.pad(1000000000000, ' ');
          |                ^^^"#]],
    );
    check(
        "let s = \"x\"; s.pad(1000000000000, \"ab\");",
        expect![[r#"
        test.rhai:1:16: `pad` makes at most 1000000, not 1000000000000
          |
        1 | let s = "x"; s.pad(1000000000000, "ab");
          |                ^^^"#]],
    );
    check(
        "let a = []; a.pad(1000000000000, 0);",
        expect![[r#"
        test.rhai:1:15: `pad` makes at most 1000000, not 1000000000000
          |
        1 | let a = []; a.pad(1000000000000, 0);
          |               ^^^"#]],
    );
    check(
        "\"x\".pad_start(1000000000000)",
        expect![[r#"
        test.rhai:1:5: `pad` makes at most 1000000, not 1000000000000
          |
        1 | "x".pad_start(1000000000000)
          |     ^^^^^^^^^"#]],
    );
    check(
        "let s = \"\"; s.pad(1000000, 'x'); s.replace(\"x\", s); s.len()",
        expect![[r#"
        test.rhai:1:36: a text may have at most 64 MiB
          |
        1 | let s = ""; s.pad(1000000, 'x'); s.replace("x", s); s.len()
          |                                    ^^^^^^^"#]],
    );
    check(
        "Fn(\"sleep\").call(1000000)",
        expect![[r#"
        test.rhai:1:13: `sleep` is gone: a run waits for the API by itself
          |
        1 | Fn("sleep").call(1000000)
          |             ^^^^"#]],
    );
    check(
        "Fn(\"sleep\").call(1.5)",
        expect![[r#"
        test.rhai:1:13: `sleep` is gone: a run waits for the API by itself
          |
        1 | Fn("sleep").call(1.5)
          |             ^^^^"#]],
    );
    check(
        "Fn(\"timestamp\").call()",
        expect![[r#"
        test.rhai:1:17: there is no function `timestamp` for ()
          |
        1 | Fn("timestamp").call()
          |                 ^^^^"#]],
    );
    check(
        "Fn(\"blob\").call(1000000000000)",
        expect![[r#"
        test.rhai:1:12: there is no function `blob` for (int)
          |
        1 | Fn("blob").call(1000000000000)
          |            ^^^^"#]],
    );
    check(
        "Fn(\"eval\").call(\"1\")",
        expect![[r#"
        test.rhai:1:4: 'eval' is a reserved keyword
          |
        1 | Fn("eval").call("1")
          |    ^"#]],
    );
}

#[test]
fn pushing_is_linear() {
    // Operations are counted and not time: each push is as many steps as the first.
    for list in ["[]", "rows()"] {
        let source = format!(
            "let list = {list}; for i in 0..100_000 {{ list.push(`id${{i}}`); }} list.len()"
        );
        assert_eq!(run_offline(&source).text(), "100000");
    }
}

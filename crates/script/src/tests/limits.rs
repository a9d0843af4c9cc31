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
        test.rhai:1:13: `sleep` is gone: a run waits for the API by itself, and `wait(minutes(5))` lets time pass
          |
        1 | Fn("sleep").call(1000000)
          |             ^^^^"#]],
    );
    check(
        "Fn(\"sleep\").call(1.5)",
        expect![[r#"
        test.rhai:1:13: `sleep` is gone: a run waits for the API by itself, and `wait(minutes(5))` lets time pass
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
fn what_nests_too_deeply_is_refused() {
    check(
        "let t = \"\"; for i in 0..10_000 { t += \"[\"; } parse_json(t)",
        expect![[r#"
            test.rhai:1:46: this text is no JSON: recursion limit exceeded at line 1 column 128
              |
            1 | let t = ""; for i in 0..10_000 { t += "["; } parse_json(t)
              |                                              ^^^^^^^^^^"#]],
    );
    check(
        "let a = []; for i in 0..200 { a = [a]; } to_json(a)",
        expect![[r#"
            test.rhai:1:42: a value of more than 256 MiB, or 128 levels deep, cannot be sent
              |
            1 | let a = []; for i in 0..200 { a = [a]; } to_json(a)
              |                                          ^^^^^^^"#]],
    );
    check("let a = []; for i in 0..200 { a = [a]; } print(a); `${a}`.len() > 0", expect!["true"]);
    let nested = |open: &str, close: &str| {
        let source = format!("let a = {}1{};", open.repeat(10_000), close.repeat(10_000));
        crate::Script::compile(&source, "test.rhai").map(drop).unwrap_err().to_string()
    };
    for (open, close) in [("[", "]"), ("(", ")"), ("#{ a: ", "}"), ("{", "}"), ("!", "")] {
        let told = nested(open, close);
        assert!(told.contains("nests deeper than 64 levels"), "{open}: {told:.300}");
    }
}

#[test]
fn closures_of_a_sort_may_contradict_themselves_and_throw() {
    let shuffled = "let a = []; for i in 0..500 { a.push(i); } ";
    check(
        &format!(
            "{shuffled} let all = a; a.sort(|x, y| random(3) - 1); [a.len(), a.order() == all]"
        ),
        expect!["[500,true]"],
    );
    check(
        "let a = [3, 1, 2]; try { a.sort(|x, y| throw \"no\"); } catch (e) { return [e, a]; }",
        expect![[r#"["no",[3,1,2]]"#]],
    );
    check(
        "let a = [3, 1, \"b\"]; try { a.sort(); } catch (e) { return [e.code, a]; }",
        expect![[r#"["not_comparable",[3,1,"b"]]"#]],
    );
    check(
        "[3, 1, 2].order(|x, y| \"x\")",
        expect![[r#"
        test.rhai:1:11: the closure of a sort answers a number (negative, 0 or positive) or a bool, not the string "x"
          |
        1 | [3, 1, 2].order(|x, y| "x")
          |           ^^^^^"#]],
    );
    check("[3, 1, 2].order(|x, y| x - y)", expect!["[1,2,3]"]);
    check(
        "let a = [1.0, 2.0]; for i in 0..100 { a.push(1.0 + i.to_float() * 1e-16); a.push(0.0 / 0.0); } a.sort();",
        expect![[r#"
        test.rhai:1:98: a number that is not one cannot be ordered
          |
        1 | let a = [1.0, 2.0]; for i in 0..100 { a.push(1.0 + i.to_float() * 1e-16); a.push(0.0 / 0.0); } a.sort();
          |                                                                                                  ^^^^"#]],
    );
}

#[test]
fn closures_that_change_what_they_walk_through_are_refused_or_harmless() {
    check(
        "let a = [1, 2, 3]; a.retain(|x| { a.push(4); true }); a",
        expect![[r#"
        test.rhai: a closure uses a variable that this chain is still working on
          = give what stands before the closure a name with `let`: `let names = map.keys(); names.map(|name| map[name])`"#]],
    );
    check("let a = [1, 2, 3]; for x in a { a.push(x); } a", expect!["[1,2,3,1,2,3]"]);
    check(
        "let a = [1, 2, 3]; a.map(|x| { a.clear(); x })",
        expect![[r#"
        test.rhai: a closure uses a variable that this chain is still working on
          = give what stands before the closure a name with `let`: `let names = map.keys(); names.map(|name| map[name])`"#]],
    );
}

#[test]
fn numbers_that_are_too_large_throw() {
    check(
        "9223372036854775807 + 1",
        expect![[r#"
            test.rhai:1:21: addition overflow: 9223372036854775807 + 1
              |
            1 | 9223372036854775807 + 1
              |                     ^"#]],
    );
    check(
        "let x = 9223372036854775807; x += 1;",
        expect![[r#"
            test.rhai:1:32: addition overflow: 9223372036854775807 + 1
              |
            1 | let x = 9223372036854775807; x += 1;
              |                                ^"#]],
    );
    check(
        "-9223372036854775808 - 1",
        expect![[r#"
            test.rhai:1:22: subtraction overflow: -9223372036854775808 - 1
              |
            1 | -9223372036854775808 - 1
              |                      ^"#]],
    );
    check(
        "9223372036854775807 * 2",
        expect![[r#"
            test.rhai:1:21: multiplication overflow: 9223372036854775807 * 2
              |
            1 | 9223372036854775807 * 2
              |                     ^"#]],
    );
    check(
        "2 ** 64",
        expect![[r#"
            test.rhai:1:3: exponential overflow: 2 ** 64
              |
            1 | 2 ** 64
              |   ^"#]],
    );
    check(
        "1 / 0",
        expect![[r#"
            test.rhai:1:3: division by zero: 1 / 0
              |
            1 | 1 / 0
              |   ^"#]],
    );
    check(
        "1 % 0",
        expect![[r#"
            test.rhai:1:3: modulo division by zero or overflow: 1 % 0
              |
            1 | 1 % 0
              |   ^"#]],
    );
    check("1 << 64", expect!["0"]);
    check(
        "(-9223372036854775807 - 1).abs()",
        expect![[r#"
            test.rhai:1:28: negation overflow: --9223372036854775808
              |
            1 | (-9223372036854775807 - 1).abs()
              |                            ^^^"#]],
    );
    check(
        "random(9223372036854775807) >= 0 && random(-9223372036854775807, 9223372036854775807) < 9223372036854775807",
        expect!["true"],
    );
    check(
        "parse_int(\"9223372036854775808\")",
        expect![[r#"
            test.rhai:1:1: error parsing integer number '9223372036854775808': number too large to fit in target type
              |
            1 | parse_int("9223372036854775808")
              | ^^^^^^^^^"#]],
    );
    check(
        "days(1e300)",
        expect![[r#"
        test.rhai:1:1: 1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000 days are out of range
          |
        1 | days(1e300)
          | ^^^^"#]],
    );
    check("[1].chunks(9223372036854775807).len()", expect!["1"]);
    check(
        "let r = rows([1]); r[-9223372036854775807]",
        expect![[r#"
        test.rhai:1:21: there is no row -9223372036854775807: there are 1
          |
        1 | let r = rows([1]); r[-9223372036854775807]
          |                     ^"#]],
    );
    check("[1].shuffled().len()", expect!["1"]);
}

#[test]
fn parallel_is_bounded() {
    check(
        "parallel([1], 1000000000, |x| x)",
        expect![[r#"
        test.rhai:1:1: `parallel` takes 1 to 16 items at a time, not the int 1000000000
          |
        1 | parallel([1], 1000000000, |x| x)
          | ^^^^^^^^"#]],
    );
    check(
        "fn inner() { parallel([1], 2, |y| y) } parallel([1], 2, |x| inner())",
        expect![[r#"
            test.rhai:1:14: `parallel` cannot stand inside another one: give the outer one more items instead
              |
            1 | fn inner() { parallel([1], 2, |y| y) } parallel([1], 2, |x| inner())
              |              ^^^^^^^^"#]],
    );
    check(
        "fn inner() { parallel([1], 2, |y| y) } try { parallel([1], 2, |x| inner()) } catch (e) { 1 }",
        expect![[r#"
            test.rhai:1:14: `parallel` cannot stand inside another one: give the outer one more items instead
              |
            1 | fn inner() { parallel([1], 2, |y| y) } try { parallel([1], 2, |x| inner()) } catch (e) { 1 }
              |              ^^^^^^^^"#]],
    );
    check("parallel(0..20000, 16, |x| { x; }).len()", expect!["20000"]);
}

#[test]
fn a_closure_that_captured_itself_is_told_and_no_endless_chain() {
    check(
        "let f = (); f = |n| if n < 2 { 1 } else { n * f.call(n - 1) }; let all = []; for i in 0..200 { all.push(f.call(10)); } all.unique()",
        expect![[r#"
            test.rhai: a closure uses a variable that this chain is still working on
              = give what stands before the closure a name with `let`: `let names = map.keys(); names.map(|name| map[name])`
              in a closure, called at test.rhai:1:107"#]],
    );
}

#[test]
fn endless_loops_end_with_the_run() {
    for source in [
        "loop { }",
        "while true { try { loop { } } catch { } }",
        "parallel(0..9223372036854775807, 4, |x| loop { })",
        "let a = []; a.pad(1000, 1); loop { a.map(|x| x); }",
        "let a = [2, 1]; loop { a.sort(|x, y| x - y); }",
    ] {
        let world = super::support::World::offline();
        world.cancel.cancel();
        let ended = super::support::runtime().block_on(world.run(source));
        assert!(ended.result.unwrap_err().is_cancelled(), "{source}");
    }
}

#[test]
fn a_limit_on_time_ends_what_calls_nothing() {
    for source in [
        "loop { }",
        "while true { try { loop { } } catch { } }",
        "parallel(0..9223372036854775807, 4, |x| loop { })",
        "let a = [2, 1]; loop { a.sort(|x, y| x - y); }",
    ] {
        let mut world = super::support::World::offline();
        world.guardrails.seconds = Some(pianoroll_host::Limit::new(0, "--limit seconds=0"));
        let ended = super::support::runtime().block_on(world.run(source));
        let error = ended.result.unwrap_err();
        let message = "the run was stopped: it has run longer than the 0 seconds that `--limit seconds=0` allows";
        assert_eq!(error.message, message, "{source}");
    }
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

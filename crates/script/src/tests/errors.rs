//! What a script that fails while it runs is shown as.

use expect_test::{Expect, expect};

use super::support::run_offline;

fn check(source: &str, expected: Expect) {
    expected.assert_eq(&run_offline(source).text());
}

#[test]
fn errors_show_the_line_and_the_calls() {
    check(
        "fn inner(x) {\n    x.foo.bar\n}\nfn outer(x) { inner(x) + 1 }\n\nouter(5);",
        expect![[r#"
        test.rhai:2:7: int has no property `foo`
          |
        2 |     x.foo.bar
          |       ^^^
          in `inner`, called at test.rhai:4:15
          in `outer`, called at test.rhai:6:1"#]],
    );
    check(
        "throw \"no good\";",
        expect![[r#"
        test.rhai:1:1: no good
          |
        1 | throw "no good";
          | ^^^^^"#]],
    );
    check(
        "throw #{ code: 7, message: \"no good\" };",
        expect![[r#"
        test.rhai:1:1: no good
          |
        1 | throw #{ code: 7, message: "no good" };
          | ^^^^^"#]],
    );
    check(
        "let a = [1, 2]; a[5]",
        expect![[r#"
        test.rhai:1:19: there is no element 5: the array has 2, the last at 1
          |
        1 | let a = [1, 2]; a[5]
          |                   ^"#]],
    );
    check(
        "let a = []; a[0]",
        expect![[r#"
        test.rhai:1:15: there is no element 0: the array is empty
          |
        1 | let a = []; a[0]
          |               ^"#]],
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
        "let x = 5; for i in x {}",
        expect![[r#"
        test.rhai:1:21: this cannot be iterated over
          |
        1 | let x = 5; for i in x {}
          |                     ^
          = `for` takes an array, rows, a range, or an `each…` iterator"#]],
    );
    check(
        "[1, 2].map(|a, b, c| a)",
        expect![[r#"
        test.rhai:1:8: a closure that takes (int, int) is needed here
          |
        1 | [1, 2].map(|a, b, c| a)
          |        ^^^
          = count the names between the bars: `|x|` takes one value
          in `map`, called at test.rhai:1:8"#]],
    );
    check(
        "\"a\" * 2",
        expect![[r#"
        test.rhai:1:5: `*` does not work with string, int
          |
        1 | "a" * 2
          |     ^"#]],
    );
    check(
        "let m = #{}; m.a.b",
        expect![[r#"
        test.rhai:1:18: () has no property `b`
          |
        1 | let m = #{}; m.a.b
          |                  ^
          = what stands before it is absent: `?.` answers () there, `??` gives another value"#]],
    );
    check(
        "9223372036854775807 + 1",
        expect![[r#"
            test.rhai:1:21: addition overflow: 9223372036854775807 + 1
              |
            1 | 9223372036854775807 + 1
              |                     ^"#]],
    );
    check(
        "let m = #{ a: 1 }; m.keys().map(|key| m[key])",
        expect![[r#"
        test.rhai: a closure uses a variable that this chain is still working on
          = give what stands before the closure a name with `let`: `let names = map.keys(); names.map(|name| map[name])`"#]],
    );
    check(
        "let f = 3; f.call(1)",
        expect![[r#"
        test.rhai:1:19: expected function, found int
          |
        1 | let f = 3; f.call(1)
          |                   ^"#]],
    );
    check(
        "let x = #{ a: 1 }; x.len().foo",
        expect![[r#"
        test.rhai:1:28: int has no property `foo`
          |
        1 | let x = #{ a: 1 }; x.len().foo
          |                            ^^^"#]],
    );
}

#[test]
fn errors_can_be_caught_as_maps() {
    check(
        "try { time(\"x\") } catch (e) { return [e.code, e.message, e.status]; }",
        expect![[
            r#"["invalid_argument","the string \"x\" is not a time: write `2026-01-31T09:00:00Z`, with an offset, or a day such as `2026-01-31`",null]"#
        ]],
    );
    check("try { throw 5 } catch (e) { return e; }", expect!["5"]);

    check(
        "fn f() { throw #{ status: 409 } } try { f() } catch (e) { if e.status == 409 { return \"caught\"; } }",
        expect![[r#""caught""#]],
    );
}

#[test]
fn errors_say_what_to_do() {
    check(
        "let m = #{}; m.total += 1;",
        expect![[r#"
        test.rhai:1:22: `+` does not work with (), int
          |
        1 | let m = #{}; m.total += 1;
          |                      ^
          = what is () may be absent: give another value with `??`"#]],
    );
    check(
        "\"abc\"[5]",
        expect![[r#"
        test.rhai:1:7: there is no character 5: the text has 3
          |
        1 | "abc"[5]
          |       ^"#]],
    );
    check(
        "let r = rows([1]); r[0] = 2;",
        expect![[r#"
        test.rhai:1:21: rows only grow: push to them, or change an array made by `to_array()`
          |
        1 | let r = rows([1]); r[0] = 2;
          |                     ^"#]],
    );
    check(
        "let m = #{ a: 1 }; m.a.b?.c",
        expect![[r#"
        test.rhai:1:24: int has no property `b`
          |
        1 | let m = #{ a: 1 }; m.a.b?.c
          |                        ^"#]],
    );
}

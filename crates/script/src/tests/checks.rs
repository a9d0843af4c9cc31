//! What is found before a script runs: typical mistakes, and their exact messages.

use expect_test::{Expect, expect};

use crate::Script;

fn check(source: &str, expected: Expect) {
    expected.assert_eq(&match Script::compile(source, "scripts/x.rhai") {
        Ok(_) => "compiles".to_owned(),
        Err(error) => error.to_string(),
    });
}

#[test]
fn functions_that_are_not_there() {
    check(
        "let x = lenght([1]);",
        expect![[r#"
        scripts/x.rhai:1:9: there is no function `lenght`
          |
        1 | let x = lenght([1]);
          |         ^^^^^^"#]],
    );
    check(
        "profiles::lst();",
        expect![[r#"
        scripts/x.rhai:1:1: there is no function `profiles::lst`
          |
        1 | profiles::lst();
          | ^^^^^^^^^^^^^
          = did you mean `profiles::list`?"#]],
    );
    check(
        "profile::list();",
        expect![[r#"
        scripts/x.rhai:1:1: there is no module `profile`
          |
        1 | profile::list();
          | ^^^^^^^
          = did you mean `profiles`?"#]],
    );
    check(
        "lists::find_all(\"x\");",
        expect![[r#"
            scripts/x.rhai:1:1: there is no function `lists::find_all`
              |
            1 | lists::find_all("x");
              | ^^^^^^^^^^^^^^^
              = `lists` has add_profiles, count, count_profiles, create, delete, each, each_profile, find, find_or_create, get, list, list_profiles, remove_profiles, sync_profiles, update"#]],
    );
    check(
        "sleep(1); timestamp();",
        expect![[r#"
        scripts/x.rhai:1:1: there is no function `sleep`
          |
        1 | sleep(1); timestamp();
          | ^^^^^
          = `sleep` is gone: a run waits for the API by itself, and `wait(minutes(5))` lets time pass

        scripts/x.rhai:1:11: there is no function `timestamp`
          |
        1 | sleep(1); timestamp();
          |           ^^^^^^^^^
          = `timestamp` is gone: `now()` is the start of the run"#]],
    );
    check(
        "let a = [1]; a.psuh(2); a.frobnicate();",
        expect![[r#"
        scripts/x.rhai:1:16: there is no method `psuh`
          |
        1 | let a = [1]; a.psuh(2); a.frobnicate();
          |                ^^^^
          = did you mean `push`?

        scripts/x.rhai:1:27: there is no method `frobnicate`
          |
        1 | let a = [1]; a.psuh(2); a.frobnicate();
          |                           ^^^^^^^^^^"#]],
    );
    check(
        "sync_profiles(\"a\", []);",
        expect![[r#"
        scripts/x.rhai:1:1: there is no function `sync_profiles`
          |
        1 | sync_profiles("a", []);
          | ^^^^^^^^^^^^^
          = did you mean `lists::sync_profiles`?"#]],
    );
    check(
        "fn twice(x) { x * 2 } twize(2); twice(1, 2); [1].map(|x| twice(x)); 5.twice();",
        expect![[r#"
        scripts/x.rhai:1:23: there is no function `twize`
          |
        1 | fn twice(x) { x * 2 } twize(2); twice(1, 2); [1].map(|x| twice(x)); 5.twice();
          |                       ^^^^^
          = did you mean `twice`?

        scripts/x.rhai:1:33: `twice` takes 1 argument, not 2
          |
        1 | fn twice(x) { x * 2 } twize(2); twice(1, 2); [1].map(|x| twice(x)); 5.twice();
          |                                 ^^^^^

        scripts/x.rhai:1:71: there is no method `twice`
          |
        1 | fn twice(x) { x * 2 } twize(2); twice(1, 2); [1].map(|x| twice(x)); 5.twice();
          |                                                                       ^^^^^
          = did you mean `twice`?"#]],
    );
    check(
        "let f = |x| x; f(1); [1].includes(2); \"a\".length(); \"a\".toUpperCase();",
        expect![[r#"
            scripts/x.rhai:1:16: there is no function `f`
              |
            1 | let f = |x| x; f(1); [1].includes(2); "a".length(); "a".toUpperCase();
              |                ^
              = `f` is a variable: call the closure in it by `f.call(…)`

            scripts/x.rhai:1:26: there is no method `includes`
              |
            1 | let f = |x| x; f(1); [1].includes(2); "a".length(); "a".toUpperCase();
              |                          ^^^^^^^^
              = did you mean `contains`?

            scripts/x.rhai:1:43: there is no method `length`
              |
            1 | let f = |x| x; f(1); [1].includes(2); "a".length(); "a".toUpperCase();
              |                                           ^^^^^^
              = did you mean `len`?

            scripts/x.rhai:1:57: there is no method `toUpperCase`
              |
            1 | let f = |x| x; f(1); [1].includes(2); "a".length(); "a".toUpperCase();
              |                                                         ^^^^^^^^^^^
              = did you mean `to_upper`?"#]],
    );
    check("let m = #{ f: |x| x }; m.f(1); m.g = |x| x; m.g(2);", expect!["compiles"]);
}

#[test]
fn arguments_that_are_too_few_or_too_many() {
    check(
        "profiles::update(\"id\");",
        expect![[r#"
            scripts/x.rhai:1:1: `profiles::update` takes 2 or 3 arguments, not 1
              |
            1 | profiles::update("id");
              | ^^^^^^^^^^^^^^^^
              = profiles::update(profile_id, body[, options])"#]],
    );
    check(
        "profiles::get();",
        expect![[r#"
        scripts/x.rhai:1:1: `profiles::get` takes 1 or 2 arguments, not 0
          |
        1 | profiles::get();
          | ^^^^^^^^^^^^^
          = profiles::get(profile_id[, options])"#]],
    );
    check(
        "accounts::list(#{}, 2);",
        expect![[r#"
        scripts/x.rhai:1:1: `accounts::list` takes 0 or 1 arguments, not 2
          |
        1 | accounts::list(#{}, 2);
          | ^^^^^^^^^^^^^^
          = accounts::list([options])"#]],
    );
    check(
        "now(1);",
        expect![[r#"
        scripts/x.rhai:1:1: `now` takes no arguments, not 1
          |
        1 | now(1);
          | ^^^"#]],
    );
    check(
        "[1].push();",
        expect![[r#"
        scripts/x.rhai:1:5: `push` takes 1 argument, not 0
          |
        1 | [1].push();
          |     ^^^^"#]],
    );
}

#[test]
fn options_that_an_operation_does_not_have() {
    check(
        "for p in profiles::each(#{ page_sise: 100, fields: [\"email\"], limit: 3 }) { p; }",
        expect![[r#"
            scripts/x.rhai:1:28: `profiles::each` has no option `page_sise`
              |
            1 | for p in profiles::each(#{ page_sise: 100, fields: ["email"], limit: 3 }) { p; }
              |                            ^^^^^^^^^
              = did you mean `page_size`?

            scripts/x.rhai:1:63: `profiles::each` has no option `limit`
              |
            1 | for p in profiles::each(#{ page_sise: 100, fields: ["email"], limit: 3 }) { p; }
              |                                                               ^^^^^
              = it has filter, sort, fields, additional_fields, page_size, cursor"#]],
    );
    check(
        "parallel([1], 2, |x| x, #{ on_eror: \"collect\" });",
        expect![[r#"
        scripts/x.rhai:1:28: `parallel` has no option `on_eror`
          |
        1 | parallel([1], 2, |x| x, #{ on_eror: "collect" });
          |                            ^^^^^^^
          = did you mean `on_error`?"#]],
    );
    check(
        "lists::list_profiles(\"id\", #{ include: [\"lists\"] });",
        expect![[r#"
        scripts/x.rhai:1:31: `lists::list_profiles` has no option `include`
          |
        1 | lists::list_profiles("id", #{ include: ["lists"] });
          |                               ^^^^^^^
          = it has filter, sort, fields, additional_fields, page_size, cursor"#]],
    );
}

#[test]
fn parameters_that_are_not_declared() {
    check(
        "//! param days: int = 90\nlet x = params::day; params::list; fn f() { params::days } f();",
        expect![[r#"
        scripts/x.rhai:2:9: there is no parameter `day`
          |
        2 | let x = params::day; params::list; fn f() { params::days } f();
          |         ^^^^^^^^^^^
          = did you mean `params::days`?

        scripts/x.rhai:2:22: there is no parameter `list`
          |
        2 | let x = params::day; params::list; fn f() { params::days } f();
          |                      ^^^^^^^^^^^^
          = declare it in the header: `//! param list: string`"#]],
    );
    check(
        "params::x",
        expect![[r#"
        scripts/x.rhai:1:1: there is no parameter `x`
          |
        1 | params::x
          | ^^^^^^^^^
          = declare it in the header: `//! param x: string`"#]],
    );
    check(
        "params(1)",
        expect![[r#"
        scripts/x.rhai:1:1: there is no function `params`
          |
        1 | params(1)
          | ^^^^^^"#]],
    );
}

#[test]
fn variables_that_are_not_there() {
    check(
        "let found = 1;\nprint(fuond);\nother + third;",
        expect![[r#"
        scripts/x.rhai:2:7: there is no variable `fuond` here
          |
        2 | print(fuond);
          |       ^^^^^
          = did you mean `found`?

        scripts/x.rhai:3:1: there is no variable `other` here
          |
        3 | other + third;
          | ^^^^^

        scripts/x.rhai:3:9: there is no variable `third` here
          |
        3 | other + third;
          |         ^^^^^"#]],
    );
    check(
        "let x = [1].map(|y| y + z);",
        expect![[r#"
        scripts/x.rhai:1:25: there is no variable `z` here
          |
        1 | let x = [1].map(|y| y + z);
          |                         ^"#]],
    );
    check(
        "fn f() { outer } let outer = 1; f();",
        expect![[r#"
            scripts/x.rhai:1:10: there is no variable `outer` here
              |
            1 | fn f() { outer } let outer = 1; f();
              |          ^^^^^
              = functions see what they are given, and nothing around them: pass it in"#]],
    );
    check("let a = 1; let g = |x| [x].map(|y| y + a); g.call(1);", expect!["compiles"]);
    check(
        "profiles",
        expect![[r#"
        scripts/x.rhai:1:1: there is no variable `profiles` here
          |
        1 | profiles
          | ^^^^^^^^
          = `profiles` is a module: write `profiles::…`"#]],
    );
}

#[test]
fn a_block_of_a_checkpoint_that_changes_what_it_captured() {
    check(
        "let n = 0;\nlet found = checkpoint(\"find\", || { n = 5; 1 });",
        expect![[r#"
            scripts/x.rhai:2:37: the closure of a `checkpoint` changes `n`, which it captured
              |
            2 | let found = checkpoint("find", || { n = 5; 1 });
              |                                     ^
              = a replay answers its value and does not run it again: answer a value instead"#]],
    );
}

#[test]
fn closures_of_a_parallel_that_change_what_they_captured() {
    check(
        "let seen = [];\nparallel([1], 2, |x| { seen.push(x); });",
        expect![[r#"
        scripts/x.rhai:2:24: the closure of a `parallel` changes `seen`, which it captured
          |
        2 | parallel([1], 2, |x| { seen.push(x); });
          |                        ^^^^
          = each item has its own copy, so the change would be lost: answer a value instead"#]],
    );
    check(
        "let n = 0;\nparallel([1], 2, |x| { if x > 0 { n += x; } });",
        expect![[r#"
        scripts/x.rhai:2:35: the closure of a `parallel` changes `n`, which it captured
          |
        2 | parallel([1], 2, |x| { if x > 0 { n += x; } });
          |                                   ^
          = each item has its own copy, so the change would be lost: answer a value instead"#]],
    );
    check(
        "let m = #{ a: [] };\nparallel([1], 2, |x| m.a.push(x));",
        expect![[r#"
        scripts/x.rhai:2:22: the closure of a `parallel` changes `m`, which it captured
          |
        2 | parallel([1], 2, |x| m.a.push(x));
          |                      ^
          = each item has its own copy, so the change would be lost: answer a value instead"#]],
    );
    check(
        "let m = [1];\nparallel([1], 2, |x| { let inner = |y| { m[0] = y; }; inner.call(x) });",
        expect![[r#"
        scripts/x.rhai:2:42: the closure of a `parallel` changes `m`, which it captured
          |
        2 | parallel([1], 2, |x| { let inner = |y| { m[0] = y; }; inner.call(x) });
          |                                          ^
          = each item has its own copy, so the change would be lost: answer a value instead"#]],
    );
    check(
        "let seen = [];\nparallel([1], 2, |x| push(seen, x));",
        expect![[r#"
        scripts/x.rhai:2:27: the closure of a `parallel` changes `seen`, which it captured
          |
        2 | parallel([1], 2, |x| push(seen, x));
          |                           ^^^^
          = each item has its own copy, so the change would be lost: answer a value instead"#]],
    );
    check(
        "let seen = [];\nparallel([1], 2, |x| { let seen = []; seen.push(x); seen });",
        expect!["compiles"],
    );
    check(
        "let seen = [];\n[1].for_each(|x| seen.push(x)); parallel([1], 2, |x| seen.len() + x);",
        expect!["compiles"],
    );
}

#[test]
fn syntax() {
    check(
        "let x = ;",
        expect![[r#"
        scripts/x.rhai:1:9: `;` is not expected here
          |
        1 | let x = ;
          |         ^"#]],
    );
    check(
        "let x = [1, 2",
        expect![[r#"
        scripts/x.rhai:1:14: `]` is missing to end this array literal
          |
        1 | let x = [1, 2
          |              ^"#]],
    );
    check(
        "if x = 1 { }",
        expect![[r#"
            scripts/x.rhai:1:4: there is no variable `x` here
              |
            1 | if x = 1 { }
              |    ^
              = declare it first: `let x = …`

            scripts/x.rhai:1:6: `=` assigns, which is no condition
              |
            1 | if x = 1 { }
              |      ^
              = to compare write `==`"#]],
    );
    check(
        "let default = 1;",
        expect![[r#"
            scripts/x.rhai:1:5: `default` is a reserved word
              |
            1 | let default = 1;
              |     ^^^^^^^
              = the language keeps `default` for itself: choose another name"#]],
    );
    check(
        "let m = #{ match: 1 };",
        expect![[r#"
        scripts/x.rhai:1:12: `match` is a reserved word
          |
        1 | let m = #{ match: 1 };
          |            ^^^^^
          = as a key of a map write it in quotes: `#{ "match": … }`, `map["match"]`"#]],
    );
    check(
        "eval(\"1\")",
        expect![[r#"
        scripts/x.rhai:1:1: there is no `eval`
          |
        1 | eval("1")
          | ^^^^
          = `eval` is gone: a run does what its text says"#]],
    );
    check(
        "import \"other\" as o;",
        expect![[r#"
            scripts/x.rhai:1:8: the library `other` cannot be read: there is no folder `lib` here
              |
            1 | import "other" as o;
              |        ^^^^^^^"#]],
    );
    check(
        "if 1 { }",
        expect![[r#"
        scripts/x.rhai:1:4: expecting a boolean expression, not a number
          |
        1 | if 1 { }
          |    ^"#]],
    );
    check(
        "const A = 1; A = 2;",
        expect![[r#"
        scripts/x.rhai:1:14: `A` is a constant and cannot be changed
          |
        1 | const A = 1; A = 2;
          |              ^"#]],
    );
    check(
        "let s = \"abc;\n1",
        expect![[r#"
            scripts/x.rhai:1:9: the text that begins here has no end
              |
            1 | let s = "abc;
              |         ^^^^^"#]],
    );
    check(
        "for x of [1] {}",
        expect![[r#"
            scripts/x.rhai:1:7: `of` is not of this language
              |
            1 | for x of [1] {}
              |       ^^
              = write `for x in xs { … }`"#]],
    );
    check("", expect!["compiles"]);
}

#[test]
fn all_mistakes_are_told_at_once() {
    check(
        "//! param days: int = 90\nlet x = lenght([1]);\nprofiles::lst();\nparams::day;\nx.psuh(1);\nnope;",
        expect![[r#"
        scripts/x.rhai:2:9: there is no function `lenght`
          |
        2 | let x = lenght([1]);
          |         ^^^^^^

        scripts/x.rhai:3:1: there is no function `profiles::lst`
          |
        3 | profiles::lst();
          | ^^^^^^^^^^^^^
          = did you mean `profiles::list`?

        scripts/x.rhai:4:1: there is no parameter `day`
          |
        4 | params::day;
          | ^^^^^^^^^^^
          = did you mean `params::days`?

        scripts/x.rhai:5:3: there is no method `psuh`
          |
        5 | x.psuh(1);
          |   ^^^^
          = did you mean `push`?

        scripts/x.rhai:6:1: there is no variable `nope` here
          |
        6 | nope;
          | ^^^^"#]],
    );
}

#[test]
fn an_expression_that_nests_too_deeply_is_refused() {
    let deep = format!("{}1{}", "(".repeat(3000), ")".repeat(3000));
    check(
        &format!("let x = {}1{};", "[".repeat(70), "]".repeat(70)),
        expect![[r#"
        scripts/x.rhai:1:29: this expression nests deeper than 64 levels
          |
        1 | let x = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]];
          |                             ^
          = give parts of it a name with `let`"#]],
    );
    assert!(Script::compile(&deep, "x").is_err());
    assert!(Script::compile(&"-".repeat(100_000), "x").is_err());
    assert!(Script::compile(&"{".repeat(100_000), "x").is_err());
}

#[test]
fn loops_that_would_hide_an_error() {
    check(
        "for p in profiles::each() { }",
        expect![[r#"
        scripts/x.rhai:1:1: this loop does nothing with what it fetches
          |
        1 | for p in profiles::each() { }
          | ^^^
          = to count, add 1 in its body"#]],
    );
    check("for i in 0..3 { }", expect!["compiles"]);
}

#[test]
fn parameters_cannot_have_names_that_the_language_keeps() {
    check(
        "//! param default: int = 1",
        expect![[r#"
            scripts/x.rhai:1:11: `default` cannot be the name of a parameter
              |
            1 | //! param default: int = 1
              |           ^^^^^^^
              = the language keeps this word for itself"#]],
    );
}

//! `import`: what libraries may hold, what is refused, and how their errors are shown.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};

use super::support::{World, runtime};
use crate::{Library, LibrarySource, Script};

/// Libraries by name.
struct Files(BTreeMap<String, String>);

impl Library for Files {
    fn read(&self, name: &str) -> Result<LibrarySource, String> {
        let path = format!("lib/{name}.rhai");
        match self.0.get(name) {
            Some(text) => Ok(LibrarySource { path, text: text.clone() }),
            None => Err(format!("there is no file `{path}`")),
        }
    }
}

fn compile(source: &str, libraries: &[(&str, &str)]) -> Result<Script, String> {
    let files = libraries.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    Script::compile_with(source, "test.rhai", &Files(files.collect()))
        .map_err(|error| error.to_string())
}

fn check(source: &str, libraries: &[(&str, &str)], expected: Expect) {
    let text = match compile(source, libraries) {
        Ok(script) => runtime().block_on(async {
            let ended = World::offline().run_script(&script, &[]).await;
            let logs = ended.logs.iter().map(|line| format!("{line}\n")).collect::<String>();
            logs + ended.text().as_str()
        }),
        Err(error) => error,
    };
    expected.assert_eq(&text);
}

const NAMES: (&str, &str) = (
    "names",
    "const SEPARATOR = \" \";
const WEEK = days(7);

fn full(first, last) { first + global::SEPARATOR + upper(last) }
fn full(first) { first }
private fn upper(text) { text.to_upper() }
fn shout(items) { items.map(|item| item.to_upper()) }
",
);

#[test]
fn functions_and_constants_of_a_library_are_used_by_its_name() {
    check(
        "import \"names\" as names;
        fn greet(who) { names::full(who) + \"!\" }
        [names::full(\"Ann\", \"Lee\"), greet(\"Bob\"), names::WEEK == days(7), names::shout([\"a\"]), parallel([\"x\", \"y\"], 2, |x| names::full(x, x)), checkpoint(\"c\", || names::SEPARATOR)]",
        &[NAMES],
        expect![[r#"["Ann LEE","Bob!",true,["A"],["x X","y Y"]," "]"#]],
    );
}

#[test]
fn libraries_import_others_each_by_names_of_its_own() {
    check(
        "import \"a\" as one; import \"sub/b\" as two; [one::f(), two::f(), one::g()]",
        &[
            (
                "a",
                "import \"sub/b\" as one; fn f() { \"a\" + one::f() } fn g() { parallel([1, 2], 2, |n| one::f() + n) }",
            ),
            ("sub/b", "fn f() { \"b\" }"),
        ],
        expect![[r#"["ab","b",["b1","b2"]]"#]],
    );
}

#[test]
fn closures_of_a_library_work_in_blocks() {
    check(
        "import \"work\" as work; [work::side_by_side([1, 2, 3]), work::once()]",
        &[(
            "work",
            "fn twice(n) { n * 2 }
            fn side_by_side(items) { parallel(items, 2, |item| twice(item)) }
            fn once() { checkpoint(\"once\", || twice(21)) }",
        )],
        expect!["[[2,4,6],42]"],
    );
}

#[test]
fn errors_of_a_library_show_its_file_and_the_way_there() {
    check(
        "import \"names\" as names;\nfn greet() {\n    names::fail(1)\n}\ngreet();",
        &[("names", "fn fail(value) {\n    let x = value + 1;\n    throw `no ${x}`;\n}\n")],
        expect![[r#"
            lib/names.rhai:3:5: no 2
              |
            3 |     throw `no ${x}`;
              |     ^^^^^
              in `fail`, called at test.rhai:3:12
              in `greet`, called at test.rhai:5:1"#]],
    );
    check(
        "import \"names\" as names;\nparallel([1], 1, |n| names::fail(n));",
        &[(
            "names",
            "\n\nfn fail(value) { parallel_inside(value) }\nfn parallel_inside(n) { checkpoint(\"x\", || n) }\n",
        )],
        expect![[r#"
            lib/names.rhai:4:25: a `checkpoint` stands around a `parallel`, not in it: its items have no order
              |
            4 | fn parallel_inside(n) { checkpoint("x", || n) }
              |                         ^^^^^^^^^^"#]],
    );
    check(
        "import \"names\" as names;",
        &[("names", "\nconst BAD = parse_int(\"x\");")],
        expect![[r#"
            lib/names.rhai:2:13: error parsing integer number 'x': invalid digit found in string
              |
            2 | const BAD = parse_int("x");
              |             ^^^^^^^^^
              in `lib/names.rhai`, imported at test.rhai:1:8"#]],
    );
}

#[test]
fn logs_name_the_file() {
    check(
        "import \"names\" as names;\nnames::say();\nprint(\"here\");",
        &[("names", "\n\nfn say() { print(\"there\"); }")],
        expect![[r#"
            info lib/names.rhai:3:12 there
            info 3:1 here
            null"#]],
    );
}

#[test]
fn the_check_runs_over_libraries_and_over_calls_into_them() {
    let wrong = |source: &str, expected: Expect| check(source, &[NAMES], expected);
    wrong(
        "import \"names\" as names; names::ful(\"a\");",
        expect![[r#"
        test.rhai:1:26: there is no function `names::ful`
          |
        1 | import "names" as names; names::ful("a");
          |                          ^^^^^^^^^^
          = did you mean `names::full`?"#]],
    );
    wrong(
        "import \"names\" as names; names::full(\"a\", 2, 3);",
        expect![[r#"
        test.rhai:1:26: `names::full` takes 1 or 2 arguments, not 3
          |
        1 | import "names" as names; names::full("a", 2, 3);
          |                          ^^^^^^^^^^^"#]],
    );
    wrong(
        "import \"names\" as names; names::upper(\"a\");",
        expect![[r#"
        test.rhai:1:26: there is no function `names::upper`
          |
        1 | import "names" as names; names::upper("a");
          |                          ^^^^^^^^^^^^
          = `names` has full, shout"#]],
    );
    wrong(
        "import \"names\" as names; names::WEEKS;",
        expect![[r#"
        test.rhai:1:26: there is no constant `names::WEEKS`
          |
        1 | import "names" as names; names::WEEKS;
          |                          ^^^^^^^^^^^^
          = did you mean `names::WEEK`?"#]],
    );
    wrong(
        "names::full(\"a\");",
        expect![[r#"
        test.rhai:1:1: there is no module `names`
          |
        1 | names::full("a");
          | ^^^^^"#]],
    );
    check(
        "import \"bad\" as bad;",
        &[("bad", "fn f(items) { items.lenght() }\nfn g() { profiles::gt(1) }")],
        expect![[r#"
            lib/bad.rhai:1:21: there is no method `lenght`
              |
            1 | fn f(items) { items.lenght() }
              |                     ^^^^^^

            lib/bad.rhai:2:10: there is no function `profiles::gt`
              |
            2 | fn g() { profiles::gt(1) }
              |          ^^^^^^^^^^^^
              = did you mean `profiles::get`?"#]],
    );
    check(
        "import \"bad\" as bad;",
        &[("bad", "fn f() { params::days }")],
        expect![[r#"
        lib/bad.rhai:1:10: there is no `params::days` here
          |
        1 | fn f() { params::days }
          |          ^^^^^^^^^^^^
          = a library knows no parameters: pass it in"#]],
    );
    check(
        "import \"bad\" as bad;",
        &[("bad", "fn f() { ")],
        expect![[r#"
        lib/bad.rhai:1:10: `}` is missing to terminate this block
          |
        1 | fn f() {
          |          ^"#]],
    );
    check(
        "import \"bad\" as bad;",
        &[("bad", "let x = 1;\nprint(x);\nfn f() { 1 }")],
        expect![[r#"
            lib/bad.rhai:1:1: a library holds functions and constants, and nothing that runs by itself
              |
            1 | let x = 1;
              | ^^^
              = write `const` instead of `let`

            lib/bad.rhai:2:1: a library holds functions and constants, and nothing that runs by itself
              |
            2 | print(x);
              | ^^^^^
              = put it into a function, and call that from the script"#]],
    );
    check(
        "import \"bad\" as bad;",
        &[("bad", "fn f(items) { let n = 0; parallel(items, 2, |x| { n += x; }); n }")],
        expect![[r#"
            lib/bad.rhai:1:51: the closure of a `parallel` changes `n`, which it captured
              |
            1 | fn f(items) { let n = 0; parallel(items, 2, |x| { n += x; }); n }
              |                                                   ^
              = each item has its own copy, so the change would be lost: answer a value instead"#]],
    );
}

#[test]
fn an_import_that_cannot_be_is_told() {
    let wrong = |source: &str, expected: Expect| check(source, &[NAMES], expected);
    for name in ["../names", "/etc/passwd", "names.rhai", "a//b", "", "a\\\\b", ".hidden"] {
        let error = compile(&format!("import \"{name}\" as x;"), &[NAMES]).unwrap_err();
        assert!(error.contains("cannot be the name of a library"), "{error}");
    }
    wrong(
        "import \"../names\" as names;",
        expect![[r#"
            test.rhai:1:8: `../names` cannot be the name of a library
              |
            1 | import "../names" as names;
              |        ^^^^^^^^^^
              = libraries are files of the folder `lib`: letters, digits, `_` and `-`, with `/` between, without `.rhai`"#]],
    );
    wrong(
        "import \"nmaes\" as names;",
        expect![[r#"
            test.rhai:1:8: the library `nmaes` cannot be read: there is no file `lib/nmaes.rhai`
              |
            1 | import "nmaes" as names;
              |        ^^^^^^^"#]],
    );
    wrong(
        "import \"names\";",
        expect![[r#"
            test.rhai:1:1: a library that is imported needs a name here
              |
            1 | import "names";
              | ^^^^^^
              = write `import "names" as names;`"#]],
    );
    wrong(
        "let n = \"names\"; import n as names;",
        expect![[r#"
            test.rhai:1:18: the name of a library is written out: a check reads it before anything runs
              |
            1 | let n = "names"; import n as names;
              |                  ^^^^^^"#]],
    );
    wrong(
        "import \"names\" as lists;",
        expect![[r#"
            test.rhai:1:19: `lists` is the name of a module already
              |
            1 | import "names" as lists;
              |                   ^^^^^
              = choose another one behind `as`"#]],
    );
    wrong(
        "if true { import \"names\" as names; }",
        expect![[r#"
        test.rhai:1:11: an `import` stands at the top of a file, outside of blocks and functions
          |
        1 | if true { import "names" as names; }
          |           ^^^^^^"#]],
    );
    check(
        "import \"a\" as a;",
        &[("a", "import \"b\" as b;"), ("b", "import \"c\" as c;"), ("c", "import \"a\" as a;")],
        expect![[r#"
            lib/c.rhai:1:8: libraries import each other in a circle: a → b → c → a
              |
            1 | import "a" as a;
              |        ^^^
              = put what both need into a third one"#]],
    );
    check(
        "import \"a\" as a;",
        &[("a", "import \"a\" as a;")],
        expect![[r#"
            lib/a.rhai:1:8: libraries import each other in a circle: a → a
              |
            1 | import "a" as a;
              |        ^^^
              = put what both need into a third one"#]],
    );
    expect![[r#"
        test.rhai:1:8: the library `a` cannot be read: there is no folder `lib` here
          |
        1 | import "a" as a;
          |        ^^^"#]]
    .assert_eq(&Script::compile("import \"a\" as a;", "test.rhai").unwrap_err().to_string());
}

#[test]
fn the_sources_of_a_program_are_its_script_and_its_libraries() {
    let script = compile(
        "import \"a\" as a; a::f()",
        &[("a", "import \"b\" as b; fn f() { b::f() }"), ("b", "fn f() { 1 }")],
    );
    let told: Vec<String> = script
        .unwrap()
        .sources()
        .map(|(name, source)| format!("{name:?} {} {}", source.path, source.text.len()))
        .collect();
    expect![[r#"
        None test.rhai 23
        Some("b") lib/b.rhai 12
        Some("a") lib/a.rhai 34"#]]
    .assert_eq(&told.join("\n"));
}

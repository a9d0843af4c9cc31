//! `pianoroll check`: files, folders, projects and standard input, for people and for programs.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use expect_test::{Expect, expect};
use pianoroll_tests::{Finished, pianoroll, with_input};

const GOOD: &str =
    "for p in profiles::each(#{ fields: [\"email\"] }) { print(p.attributes.email); }\n";
const BAD: &str = "profiles::updat(\"a\");\nlists::create(#{ nam: \"x\" });\n";
const SLOW: &str = "let l = lists::find(\"x\");\nfor p in profiles::each() { lists::add_profiles(l.id, [p.id]); }\n";

fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn check(folder: &Path, words: &[&str]) -> Finished {
    let mut command = pianoroll(["check"].iter().chain(words));
    Finished::new(&command.current_dir(folder).output().unwrap())
}

#[test]
fn a_project_is_checked_as_a_whole() {
    let folder = project(&[
        ("pianoroll.toml", "[project]\nname = \"demo\"\n"),
        ("scripts/bad.rhai", BAD),
        ("scripts/good.rhai", GOOD),
        ("slow.rhai", SLOW),
        (".hidden/x.rhai", BAD),
        ("target/x.rhai", BAD),
        ("scripts/good.test.rhai", "test(\"it runs\", || expect::equal(1, 1));\n"),
    ]);
    // From any folder of it.
    for start in ["", "scripts"] {
        let told = check(&folder.path().join(start), &[]).expect_code(2);
        assert!(
            told.stdout.contains("bad.rhai:1:1: error: there is no function `profiles::updat`"),
            "{told:?}"
        );
        assert!(told.stdout.contains("body.nam: no such attribute"), "{told:?}");
        assert!(told.stdout.ends_with("checked 5 files: 3 errors, 1 warning\n"), "{told:?}");
    }
    let told = check(folder.path(), &["scripts/good.rhai"]).expect_code(0);
    assert_eq!(told.stdout, "needs profiles:read\nchecked 1 file: nothing to complain about\n");
}

#[test]
fn warnings_are_refused_only_on_request() {
    let folder = project(&[("slow.rhai", SLOW)]);
    let told = check(folder.path(), &["slow.rhai"]).expect_code(0);
    assert!(told.stdout.contains("slow.rhai:2:29: warning: "), "{told:?}");
    let _ = check(folder.path(), &["slow.rhai", "--deny-warnings"]).expect_code(2);
}

#[test]
fn programs_read_one_object() {
    let folder = project(&[("a.rhai", BAD), ("b.rhai", SLOW)]);
    let told = check(folder.path(), &["--json"]).expect_code(2).json();
    assert_eq!((told["errors"].as_u64(), told["warnings"].as_u64()), (Some(3), Some(1)));
    let first = &told["diagnostics"][0];
    assert_eq!(first["file"], "a.rhai");
    assert_eq!(first["severity"], "error");
    assert_eq!(first["code"], "unknown-function");
    assert_eq!((first["line"].as_u64(), first["column"].as_u64()), (Some(1), Some(1)));
    assert_eq!(first["width"], "profiles::updat".len());
    assert_eq!(first["hint"], "did you mean `profiles::update`?");
    let permissions = &told["files"][1]["permissions"];
    assert_eq!(*permissions, serde_json::json!(["lists:read", "lists:write", "profiles:read"]));
}

#[test]
fn an_editor_asks_by_standard_input() {
    let words = ["check", "-", "--stdin-name", "scripts/new.rhai"];
    let told = with_input(pianoroll(words), BAD.as_bytes()).expect_code(2);
    assert!(told.stdout.starts_with("scripts/new.rhai:1:1: error: "), "{told:?}");
    let told = with_input(pianoroll(words), &[0xff, 0xfe]).expect_code(2);
    assert!(told.stdout.contains("is no text"), "{told:?}");
}

#[test]
fn what_is_no_script_is_told() {
    let folder = project(&[("empty/x.txt", ""), ("binary.rhai", "a\0b")]);
    std::fs::write(folder.path().join("bytes.rhai"), [0xff, 0xfe, 0]).unwrap();
    let told = check(folder.path(), &["missing.rhai"]).expect_code(2);
    assert!(told.stdout.contains("missing.rhai: error: cannot read"), "{told:?}");
    let told = check(folder.path(), &["bytes.rhai"]).expect_code(2);
    assert!(told.stdout.contains("is no text"), "{told:?}");
    let told = check(folder.path(), &["empty"]).expect_code(2);
    assert!(told.stderr.contains("there is no script in `empty`"), "{told:?}");
    let _ = check(folder.path(), &["binary.rhai"]).expect_code(2);
}

#[test]
fn a_key_in_the_project_file_is_not_shown() {
    let text = format!("[credentials.a]\nkey = \"{}\"\n", pianoroll_tests::KEY);
    let folder = project(&[("pianoroll.toml", &text)]);
    // `Finished` looks for the key.
    let told = check(folder.path(), &[]).expect_code(2);
    assert!(told.stdout.contains("pianoroll.toml:"), "{told:?}");
    let _ = check(folder.path(), &["--json"]).expect_code(2);
}

const MARK: &str = "\
//! Marks profiles.
//! param days: int         How long without an event.
//! connection archive      Where they are kept.
let list = lists::find(\"Inactive\");
for p in profiles::each() {
    profiles::update(p.id, #{ locale: \"en\" });
}
let status = flows::find(\"Win-back\").attributes.status;
flows::update_status(\"f\", #{ status: status });
on(\"archive\", || lists::create(#{ name: `${params::days}` }));
";

const ACCOUNTS: &str = "[connections.acme]\nid = \"6d0e0b2b-5d3c-4c1e-9b0c-0c7f7b7b7b7b\"\n\n";

/// What is told of the automations of a project whose program `scripts/mark.rhai` is.
fn check_automations(automations: &str, expected: Expect) {
    let text = format!("{ACCOUNTS}{automations}");
    let folder = project(&[
        ("pianoroll.toml", &text),
        ("scripts/mark.rhai", MARK),
        ("scripts/bad.rhai", BAD),
        ("lib/names.rhai", "fn f() { 1 }\n"),
    ]);
    let told = check(folder.path(), &[]);
    let (of_project, _) = told.stdout.split_once("scripts/bad.rhai:1:1: ").unwrap();
    expected.assert_eq(of_project);
}

#[test]
fn an_automation_fits_its_program() {
    check_automations(
        r#"
[automations.mark]
program = "scripts/mark.rhai"
with = { archive = "acme" }
params = { days = 30 }
permissions = ["read", "lists:write", "profiles:write", "flows:write", "flows:send"]
limits = { never = ["*.delete"], only = ["profiles.*", "lists.create", "flows.*"] }
"#,
        expect![""],
    );
}

#[test]
fn what_an_automation_lacks_or_has_too_much_is_told() {
    check_automations(
        r#"
[automations.mark]
program = "scripts/mark.rhai"
with = { archiv = "acme" }
params = { days = "soon", list = "x" }
permissions = ["profiles:read", "flows:read", "flows:write", "lists:delete", "send"]
limits = { never = ["profiles.update"], only = ["flows.*"] }

[automations.bare]
program = "scripts/mark.rhai"
"#,
        expect![[r#"
            pianoroll.toml:5:14: error: the program also works on the connection `archive` (Where they are kept.), and none is named for it
              |
            5 | [automations.mark]
              |              ^^^^
              = write with = { archive = "CONNECTION" }

            pianoroll.toml:7:10: error: `scripts/mark.rhai` declares no connection `archiv`
              |
            7 | with = { archiv = "acme" }
              |          ^^^^^^
              = did you mean `archive`?

            pianoroll.toml:8:12: error: parameter `days` is a whole number such as `90`, not `soon` (declared at scripts/mark.rhai:2)
              |
            8 | params = { days = "soon", list = "x" }
              |            ^^^^

            pianoroll.toml:8:27: error: scripts/mark.rhai has no parameter `list`: it takes days
              |
            8 | params = { days = "soon", list = "x" }
              |                           ^^^^

            pianoroll.toml:9:15: error: the program needs `lists:read` (`lists::find` at scripts/mark.rhai:4:12), `profiles:write` (`profiles::update` at scripts/mark.rhai:6:5) and `lists:write` (`lists::create` at scripts/mark.rhai:10:18), not granted here
              |
            9 | permissions = ["profiles:read", "flows:read", "flows:write", "lists:delete", "send"]
              |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              = write permissions = ["profiles:read", "flows:read", "flows:write", "send", "lists:read", "profiles:write", "lists:write"]

            pianoroll.toml:9:62: warning: nothing in the program needs `lists:delete`
              |
            9 | permissions = ["profiles:read", "flows:read", "flows:write", "lists:delete", "send"]
              |                                                              ^^^^^^^^^^^^^^
              = leave it out

            pianoroll.toml:10:12: error: `never` rules out `profiles::update`, which the program calls at scripts/mark.rhai:6:5
               |
            10 | limits = { never = ["profiles.update"], only = ["flows.*"] }
               |            ^^^^^
               = take it out of `never` in `[automations.mark]`, or out of the program

            pianoroll.toml:10:41: error: `only` leaves out `lists::create`, which the program calls at scripts/mark.rhai:10:18
               |
            10 | limits = { never = ["profiles.update"], only = ["flows.*"] }
               |                                         ^^^^
               = add "lists.create" to `only`, or take the call out of the program

            pianoroll.toml:12:14: error: parameter `days` is missing: a whole number such as `90` (How long without an event.) (declared at scripts/mark.rhai:2)
               |
            12 | [automations.bare]
               |              ^^^^

            pianoroll.toml:12:14: error: the program also works on the connection `archive` (Where they are kept.), and none is named for it
               |
            12 | [automations.bare]
               |              ^^^^
               = write with = { archive = "CONNECTION" }

            pianoroll.toml:12:14: error: the program needs `lists:read` (`lists::find` at scripts/mark.rhai:4:12), `profiles:read` (`profiles::each` at scripts/mark.rhai:5:10), `profiles:write` (`profiles::update` at scripts/mark.rhai:6:5), `flows:read` (`flows::find` at scripts/mark.rhai:8:14), `flows:write` (`flows::update_status` at scripts/mark.rhai:9:1) and `lists:write` (`lists::create` at scripts/mark.rhai:10:18), not granted here
               |
            12 | [automations.bare]
               |              ^^^^
               = write permissions = ["lists:read", "profiles:read", "profiles:write", "flows:read", "flows:write", "lists:write"]

            pianoroll.toml:12:14: warning: the program may need `flows:send` (`flows::update_status` at scripts/mark.rhai:9:1), not granted here
               |
            12 | [automations.bare]
               |              ^^^^
               = if it does, write permissions = ["lists:read", "profiles:read", "profiles:write", "flows:read", "flows:write", "lists:write", "flows:send"]

        "#]],
    );
}

#[test]
fn the_program_of_an_automation_is_there_and_runs() {
    check_automations(
        r#"
[automations.a]
program = "scripts/makr.rhai"

[automations.b]
program = "scripts/bad.rhai"

[automations.c]
program = "lib/names.rhai"
"#,
        expect![[r#"
            pianoroll.toml:6:11: error: there is no file `scripts/makr.rhai`
              |
            6 | program = "scripts/makr.rhai"
              |           ^^^^^^^^^^^^^^^^^^^
              = did you mean `scripts/mark.rhai`?

            pianoroll.toml:9:11: error: the program `scripts/bad.rhai` cannot run: it has mistakes
              |
            9 | program = "scripts/bad.rhai"
              |           ^^^^^^^^^^^^^^^^^^
              = the first is at scripts/bad.rhai:1:1

            pianoroll.toml:12:11: error: the program `lib/names.rhai` is a library, which runs nothing by itself
               |
            12 | program = "lib/names.rhai"
               |           ^^^^^^^^^^^^^^^^

        "#]],
    );
}

#[cfg(unix)]
#[test]
fn a_program_that_leads_out_of_the_project_is_refused() {
    let elsewhere = project(&[("x.rhai", "print(1);")]);
    let text = "[automations.a]\nprogram = \"x.rhai\"\n";
    let folder = project(&[("pianoroll.toml", text)]);
    let link = folder.path().join("x.rhai");
    std::os::unix::fs::symlink(elsewhere.path().join("x.rhai"), link).unwrap();
    let told = check(folder.path(), &[]).expect_code(2);
    assert!(told.stdout.contains("`x.rhai` leads out of the project"), "{told:?}");
}

#[test]
fn programs_read_what_is_wrong_with_automations() {
    let text = "[automations.a]\nprogram = \"x.rhai\"\npermissions = [\"lists:read\"]\n";
    let folder = project(&[("pianoroll.toml", text), ("x.rhai", "lists::delete(\"a\");\n")]);
    let told = check(folder.path(), &["--json"]).expect_code(2).json();
    let shown = told["diagnostics"].as_array().unwrap().iter().map(|found| {
        let word = |key: &str| found[key].to_string();
        ["file", "line", "column", "width", "severity", "code", "message", "hint"]
            .map(word)
            .join(" ")
    });
    expect![[r#"
        "pianoroll.toml" 3 15 14 "error" "automation" "the program needs `lists:delete` (`lists::delete` at x.rhai:1:1), not granted here" "write permissions = [\"lists:delete\"]"
        "pianoroll.toml" 3 16 12 "warning" "automation" "nothing in the program needs `lists:read`" "leave it out""#]].assert_eq(&shown.collect::<Vec<_>>().join("\n"));
}

const GREET: &str = "const WORD = \"hello\";\nfn all() { lists::delete(\"x\") }\n";
const GREETS: &str = "import \"greet\" as greet;\ngreet::all();\nprint(greet::WORD);\n";

#[test]
fn libraries_are_checked_as_such_and_count_for_those_who_import_them() {
    let folder = project(&[
        ("pianoroll.toml", "[automations.a]\nprogram = \"a.rhai\"\n"),
        ("lib/greet.rhai", GREET),
        ("a.rhai", GREETS),
    ]);
    let told = check(folder.path(), &[]).expect_code(2);
    expect![[r#"
        pianoroll.toml:1:14: error: the program needs `lists:delete` (`lists::delete` at lib/greet.rhai:2:12), not granted here
          |
        1 | [automations.a]
          |              ^
          = write permissions = ["lists:delete"]

        checked 3 files: 1 error
    "#]].assert_eq(&told.stdout);
    let told = check(folder.path(), &["a.rhai"]).expect_code(0);
    assert!(told.stdout.starts_with("needs lists:delete\n"), "{told:?}");
    let _ = check(folder.path(), &["lib"]).expect_code(0);
    // A library that runs something is none, wherever the check starts.
    std::fs::write(folder.path().join("lib/greet.rhai"), "print(1);\n").unwrap();
    for words in [&["lib/greet.rhai"][..], &["lib"]] {
        let told = check(folder.path(), words).expect_code(2);
        assert!(told.stdout.contains("lib/greet.rhai:1:1: error: a library holds"), "{told:?}");
    }
}

#[test]
fn a_mistake_in_a_library_is_told_once() {
    let files = [
        ("pianoroll.toml", ""),
        ("lib/greet.rhai", "fn all() { lists::delet(\"x\") }\n"),
        ("lib/outer.rhai", "import \"greet\" as greet;\nfn all() { greet::all() }\n"),
        ("a.rhai", GREETS),
        ("b.rhai", "print(1);\nimport \"outer\" as outer;\nouter::all();\n"),
    ];
    let folder = project(&files);
    let whole = check(folder.path(), &[]).expect_code(2);
    expect![[r#"
        a.rhai:1:8: error: the library `greet` has mistakes
          |
        1 | import "greet" as greet;
          |        ^^^^^^^
          = the first is at lib/greet.rhai:1:12

        b.rhai:2:8: error: the library `outer` has mistakes
          |
        2 | import "outer" as outer;
          |        ^^^^^^^
          = the first is at lib/greet.rhai:1:12

        lib/greet.rhai:1:12: error: there is no function `lists::delet`
          |
        1 | fn all() { lists::delet("x") }
          |            ^^^^^^^^^^^^
          = did you mean `lists::delete`?

        lib/outer.rhai:1:8: error: the library `greet` has mistakes
          |
        1 | import "greet" as greet;
          |        ^^^^^^^
          = the first is at lib/greet.rhai:1:12

        checked 5 files: 4 errors
    "#]]
    .assert_eq(&whole.stdout);
    // Without the library among the files it is told all the same.
    let some = check(folder.path(), &["a.rhai", "b.rhai"]).expect_code(2);
    expect![[r#"
        a.rhai:1:8: error: the library `greet` has mistakes
          |
        1 | import "greet" as greet;
          |        ^^^^^^^
          = the first is at lib/greet.rhai:1:12

        b.rhai:2:8: error: the library `outer` has mistakes
          |
        2 | import "outer" as outer;
          |        ^^^^^^^
          = the first is at lib/greet.rhai:1:12

        lib/greet.rhai:1:12: error: there is no function `lists::delet`
          |
        1 | fn all() { lists::delet("x") }
          |            ^^^^^^^^^^^^
          = did you mean `lists::delete`?

        checked 3 files: 3 errors
    "#]]
    .assert_eq(&some.stdout);
}

#[test]
fn tests_are_checked_in_their_language() {
    let good = "\
test(\"it copies\", || {
    let ended = run();
    expect::equal(ended.outcome, \"completed\");
    let there = on(\"target\", || lists::count());
    expect::equal(there, 0);
});
";
    let folder = project(&[
        ("copy.rhai", "//! connection target\non(\"target\", || lists::count());\n"),
        ("copy.test.rhai", good),
        ("bad.test.rhai", "test(\"a\", || expect::equals(1, 1));\n"),
        ("twice.test.rhai", "test(\"a\", || run());\ntest(\"a\", || run());\n"),
    ]);
    let told = check(folder.path(), &[]).expect_code(2);
    expect![[r#"
        bad.test.rhai:1:14: error: there is no function `expect::equals`
          |
        1 | test("a", || expect::equals(1, 1));
          |              ^^^^^^^^^^^^^^
          = did you mean `expect::equal`?

        twice.test.rhai:2:1: error: there is a test with this name already, in line 1
          |
        2 | test("a", || run());
          | ^^^^

        checked 4 files: 2 errors
    "#]]
    .assert_eq(&told.stdout);
}

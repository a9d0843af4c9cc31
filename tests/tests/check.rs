//! `pianoroll check`: files, folders, projects and standard input, for people and for programs.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

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
        ("scripts/good.test.rhai", "no script"),
    ]);
    // From any folder of it.
    for start in ["", "scripts"] {
        let told = check(&folder.path().join(start), &[]).expect_code(2);
        assert!(
            told.stdout.contains("bad.rhai:1:1: error: there is no function `profiles::updat`"),
            "{told:?}"
        );
        assert!(told.stdout.contains("body.nam: no such attribute"), "{told:?}");
        assert!(told.stdout.ends_with("checked 3 files: 3 errors, 1 warning\n"), "{told:?}");
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

//! Files of whole runs, with the real binary: where they are, that they appear whole or not at all, and what stays unread.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use pianoroll_tests::{Finished, at, pianoroll, simulator, unlimited};
use serde_json::json;

/// A project with a script in a folder of its own.
fn project(script: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("scripts")).unwrap();
    fs::create_dir_all(folder.path().join("data")).unwrap();
    fs::write(folder.path().join("pianoroll.toml"), "[project]\nname = \"files\"\n").unwrap();
    fs::write(folder.path().join("data/prices.csv"), "sku,price\nA,1.50\nB,2\n").unwrap();
    fs::write(folder.path().join("scripts/it.rhai"), script).unwrap();
    folder
}

fn run(folder: &Path, words: &[&str]) -> Finished {
    let mut command = pianoroll(["run", "scripts/it.rhai", "--simulate", "--quota", "off"]);
    command.args(words).current_dir(folder);
    Finished::new(&command.output().unwrap())
}

/// Everything in the project but what it began with.
fn written(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    list(folder, "", &mut names);
    let known = ["pianoroll.toml", "data/prices.csv", "scripts/it.rhai"];
    names.retain(|name| !known.contains(&name.as_str()));
    names
}

fn list(folder: &Path, before: &str, names: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{before}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            list(&entry.path(), &format!("{name}/"), names);
        } else {
            names.push(name);
        }
    }
    names.sort();
}

const REPORT: &str = r#"
let w = files::csv("out/report.csv", ["sku", "gross"]);
for row in files::read_csv("data/prices.csv") { w.push(#{ sku: row.sku, gross: row.price.to_float() * 2.0 }); }
files::json("out/deep/summary.json", #{ rows: w.len });
"#;

#[test]
fn outputs_appear_in_the_project_and_are_listed() {
    let folder = project(REPORT);
    let finished = run(folder.path(), &[]).expect_code(0);
    assert_eq!(written(folder.path()), ["out/deep/summary.json", "out/report.csv"]);
    let report = fs::read_to_string(folder.path().join("out/report.csv")).unwrap();
    assert_eq!(report, "sku,gross\nA,3.0\nB,4.0\n");
    assert!(
        finished.stdout.contains(
            "files     out/deep/summary.json (16 bytes)\n            out/report.csv (22 bytes)\n"
        ),
        "{}",
        finished.stdout
    );
    let again = run(folder.path(), &["--json"]).expect_code(0).json();
    let files = json!([
        { "path": "out/deep/summary.json", "bytes": 16, "end": "written" },
        { "path": "out/report.csv", "bytes": 22, "end": "written" },
    ]);
    assert_eq!(again["files"], files);
}

#[test]
fn a_run_that_fails_leaves_nothing() {
    let folder = project(&format!("{REPORT}throw \"no\";"));
    fs::create_dir(folder.path().join("out")).unwrap();
    fs::write(folder.path().join("out/report.csv"), "of yesterday").unwrap();
    let finished = run(folder.path(), &[]).expect_code(1);
    assert!(finished.stdout.contains("not written: the run did not complete"), "{finished:?}");
    assert_eq!(written(folder.path()), ["out/report.csv"]);
    assert_eq!(fs::read_to_string(folder.path().join("out/report.csv")).unwrap(), "of yesterday");
}

#[test]
fn one_of_two_that_cannot_be_put_in_place_fails_the_run_and_is_told() {
    let folder = project("files::text(\"out/a.txt\", \"a\"); files::text(\"out\", \"b\");");
    let finished = run(folder.path(), &[]).expect_code(1);
    let said = "not all files of the run are in their places: `out/a.txt` could not be written (";
    assert!(finished.stderr.contains(said), "{finished:?}");
    assert!(finished.stderr.contains("in place: `out`"), "{finished:?}");
    assert!(finished.stdout.contains("failed after"), "{finished:?}");
    assert_eq!(written(folder.path()), ["out"]);
}

#[test]
fn what_the_project_file_calls_a_key_is_not_read() {
    let folder = project("files::read_text(\"secrets.txt\")");
    let settings = "[credentials.main]\nfile = \"secrets.txt\"\n";
    fs::write(folder.path().join("pianoroll.toml"), settings).unwrap();
    fs::write(folder.path().join("secrets.txt"), pianoroll_tests::KEY).unwrap();
    let finished = run(folder.path(), &[]).expect_code(1);
    assert!(
        finished
            .stderr
            .contains("`secrets.txt` cannot be read: the project file says that a key is in it"),
        "{finished:?}"
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_run_leaves_nothing() {
    let simulator = simulator(unlimited()).await;
    let folder = project(
        "let w = files::json_lines(\"out.jsonl\"); let n = 0; loop { n += 1; w.push(n); lists::list(); if n == 3 { log::info(\"three\"); } }",
    );
    let mut command = pianoroll(["run", "scripts/it.rhai"]);
    command
        .args(at(&simulator))
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut messages = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("three") {
        line.clear();
        assert!(messages.read_line(&mut line).unwrap() > 0, "the program ended by itself");
    }
    let temporary = written(folder.path());
    assert!(temporary.iter().all(|name| name.starts_with(".pianoroll-")), "{temporary:?}");
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    std::io::copy(&mut messages, &mut std::io::sink()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(written(folder.path()), [""; 0]);
}

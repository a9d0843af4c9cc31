//! Every script of `scripts/`: it has tests that pass, it completes in every mode of the simulator, and its dry run lists
//! exactly what the real run then sends.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;

use pianoroll_api::operation::Mode;
use pianoroll_simulator::{GivenRecord, Settings, Simulator};
use pianoroll_tests::dry_run::dry_then_real;
use pianoroll_tests::{Finished, pianoroll, root, run, simulator, unlimited};
use serde_json::json;

/// The scripts, without their tests.
fn scripts() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("scripts")).unwrap();
    let mut scripts: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    scripts.retain(|path| name(path).ends_with(".rhai") && !name(path).ends_with(".test.rhai"));
    scripts.sort();
    assert!(scripts.len() >= 12, "{scripts:?}");
    scripts
}

/// What makes a script do all that it can do, beyond its defaults.
fn words(script: &str) -> Vec<&'static str> {
    match script {
        "merge_duplicate_profiles" => vec!["--param", "apply=true", "--allow", "profiles:delete"],
        "refill_coupon_codes" => vec!["--random-seed", "7"],
        "tag_audit" => vec!["--param", "tag=Untagged"],
        _ => Vec::new(),
    }
}

fn stem(script: &std::path::Path) -> String {
    script.file_stem().unwrap().to_str().unwrap().to_owned()
}

/// A folder in which scripts find what they read, and leave what they write.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let samples = folder.path().join("scripts/samples");
    std::fs::create_dir_all(&samples).unwrap();
    for entry in std::fs::read_dir(root().join("scripts/samples")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, samples.join(path.file_name().unwrap())).unwrap();
    }
    folder
}

/// What the busy account lacks: people with several addresses, and a template that the other account does not have.
fn give(simulator: &Simulator) {
    let records = [
        ("profile", json!({ "email": "Zoe.Quill@example.com" })),
        ("profile", json!({ "email": "zoe.quill@example.com" })),
        ("profile", json!({ "email": "zoe.quill+shop@example.com" })),
        (
            "template",
            json!({ "name": "Welcome, new", "editor_type": "CODE", "html": "<p>Hello</p>" }),
        ),
    ];
    for (kind, attributes) in records {
        let serde_json::Value::Object(attributes) = attributes else { panic!("an object") };
        let record = GivenRecord { kind: kind.to_owned(), attributes, ..GivenRecord::default() };
        simulator.give(None, &record).unwrap();
    }
}

#[test]
fn every_script_has_tests_and_they_pass() {
    for script in scripts() {
        assert!(script.with_extension("test.rhai").is_file(), "{script:?} has no tests");
    }
    let report = run(["test", "scripts", "--json"]).expect_code(0).json();
    let passed = report["passed"].as_u64().unwrap();
    assert!(passed >= 24, "{report}");
}

#[test]
fn every_script_completes_in_every_mode() {
    let folder = folder();
    for script in scripts() {
        for mode in Mode::ALL {
            let mut command = pianoroll(["run", "--simulate", "--quota", "off", "--json"]);
            command.arg(&script).args(["--mode", mode.as_str()]).args(words(&stem(&script)));
            let finished = Finished::new(&command.current_dir(folder.path()).output().unwrap());
            let report = finished.expect_code(0).json();
            assert_eq!(report["outcome"], "completed", "{report}");
            assert!(report["calls"].as_u64().unwrap() > 0, "{report}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dry_run_of_every_script_lists_what_the_real_run_sends() {
    let folder = folder();
    let source = "21fd90f9-5935-43cd-b6c8-bde9d915ca80";
    let target = "6b6a4a4e-0d5c-4d1f-9c43-5d8b9c1a2f30";
    let with = format!("target={target}");
    let mut with_effects = Vec::new();
    for script in scripts() {
        let connections = [source, target].map(|id| id.parse().unwrap()).into();
        let simulator = simulator(Settings { connections, ..unlimited() }).await;
        give(&simulator);
        let path = script.to_str().unwrap();
        let mut all = vec![path, "--connection", source];
        if stem(&script) == "copy_templates" {
            all.extend(["--with", &with]);
        }
        all.extend(words(&stem(&script)));
        let (dry, real) = dry_then_real(&simulator, folder.path(), &all);
        // Reads may be fewer in a dry run: what a planned import comes to is not asked for again and again.
        for effect in ["write", "delete", "send"] {
            assert_eq!(dry["effects"][effect], real["effects"][effect], "{path}: {effect}");
        }
        if dry["planned"].as_array().is_some_and(|planned| !planned.is_empty()) {
            with_effects.push(stem(&script));
        }
        simulator.stop().await;
    }
    // What only reads is no proof.
    assert_eq!(with_effects.len(), 9, "{with_effects:?}");
}

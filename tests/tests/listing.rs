//! What is told of runs afterwards, and what a person may set, copy and erase: the real binary, with its journal on disk.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use pianoroll_simulator::Simulator;
use pianoroll_tests::{Finished, pianoroll, simulator, unlimited};
use serde_json::json;
use tempfile::TempDir;

/// A project with a script, and a simulator for it.
struct Project {
    folder: TempDir,
    simulator: Simulator,
}

const SCRIPT: &str = r#"//! param marks: int = 3
log::info("begins");
let done = 0;
for p in profiles::each(#{ page_size: 100, fields: ["email"] }) {
    if done == params::marks { break; }
    profiles::update(p.id, #{ title: "marked" });
    done += 1;
}
problem("some were marked", [1, 2]);
"#;

impl Project {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("pianoroll.toml"), "[project]\nname = \"listing\"\n")
            .unwrap();
        std::fs::write(folder.path().join("mark.rhai"), SCRIPT).unwrap();
        Self { folder, simulator: simulator(unlimited()).await }
    }

    fn run(&self, words: &[&str]) -> Finished {
        let mut command = pianoroll(words);
        command
            .env("PIANOROLL_GATEWAY_URL", self.simulator.gateway_url())
            .env("PIANOROLL_QUOTA", "off")
            // The project's own.
            .env_remove("PIANOROLL_STATE")
            .current_dir(self.folder.path());
        Finished::new(&command.output().unwrap())
    }

    /// A command of which only the exit code matters.
    #[track_caller]
    fn ends(&self, code: i32, words: &[&str]) {
        let finished = self.run(words);
        assert_eq!(finished.code, code, "{finished:?}");
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }
}

fn holds(finished: &Finished, words: &[&str]) {
    for word in words {
        assert!(finished.stdout.contains(word), "no `{word}` in\n{}", finished.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_first_run_there_is_nothing_and_nothing_is_made() {
    let project = Project::new().await;
    let listed = project.run(&["runs", "list"]).expect_code(0);
    assert!(listed.stdout.starts_with("no runs yet in "), "{listed:?}");
    assert_eq!(project.run(&["runs", "list", "--json"]).expect_code(0).json(), json!([]));
    assert_eq!(project.run(&["state", "list", "--json"]).expect_code(0).json(), json!([]));
    for words in [
        &["runs", "show", "last"][..],
        &["runs", "logs", "last"],
        &["runs", "cancel", "last"],
        &["state", "get", "mark.rhai", "marked"],
        &["state", "set", "mark.rhai", "marked", "1"],
        &["state", "delete", "mark.rhai", "marked"],
        &["backup", "copy.db"],
        &["journal", "erase", "--profile", "01GDDKASAP8TKDDA2GRZDSVP4H"],
    ] {
        let refused = project.run(words).expect_code(2);
        assert!(refused.stderr.contains("no runs yet in "), "{words:?}: {refused:?}");
    }
    assert!(!project.path(".pianoroll").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_listed_shown_and_read() {
    let project = Project::new().await;
    project.ends(3, &["run", "mark.rhai"]);
    project.ends(3, &["run", "mark.rhai", "--param", "marks=60"]);
    let listed = project.run(&["runs", "list", "--json"]).expect_code(0).json();
    let runs = listed.as_array().unwrap();
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0]["effects"]["write"], 60, "the newest stands first: {listed}");
    assert_eq!(runs[0]["outcome"], "completed");
    assert_eq!(runs[0]["interrupted"], false);
    holds(&project.run(&["runs", "list"]), &["mark.rhai", "completed"]);
    let page = project.run(&["runs", "list", "--limit", "1"]).expect_code(0);
    assert!(
        page.stderr.contains("older ones: pianoroll runs list --limit 1 --before "),
        "{page:?}"
    );

    let first = runs[1]["run"].as_str().unwrap();
    holds(
        &project.run(&["runs", "show", first]).expect_code(0),
        &["started by hand", "profiles.update", "marks=3", "some were marked"],
    );
    let shown = project.run(&["runs", "show", "last"]).expect_code(0);
    holds(&shown, &["calls, folded: ", "60", "profiles.update"]);
    let all = project.run(&["runs", "show", "last", "--calls", "all"]).expect_code(0);
    assert!(all.stdout.lines().filter(|line| line.contains("profiles.update")).count() == 60);
    let whole = project.run(&["runs", "show", "last", "--json"]).expect_code(0).json();
    assert!(whole.is_object());
    holds(&project.run(&["runs", "logs", "last"]).expect_code(0), &["info", "begins", "problem"]);
    let warned = project.run(&["runs", "logs", "last", "--level", "warn"]).expect_code(0);
    assert!(!warned.stdout.contains("begins") && warned.stdout.contains("some were marked"));

    let unknown = project.run(&["runs", "show", "lsat"]).expect_code(2);
    assert!(unknown.stderr.contains("did you mean `last`?"), "{unknown:?}");
    let named = project.run(&["runs", "show", "mark.rhai"]).expect_code(2);
    assert!(named.stderr.contains("is what was run"), "{named:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_kept_set_and_taken_away() {
    let project = Project::new().await;
    let first = ["state", "set", "mark.rhai", "marked", "3", "--connection", "acme"];
    project.ends(0, &first);
    let get = |code| project.run(&["state", "get", "mark.rhai", "marked"]).expect_code(code);
    assert_eq!(get(0).stdout, "3\n");
    project.ends(0, &["state", "set", "mark.rhai", "marked", r#"{"a":[1]}"#]);
    assert_eq!(get(0).json(), json!({"a": [1]}));
    let listed = project.run(&["state", "list", "--json"]).expect_code(0).json();
    assert_eq!(listed[0]["key"], "marked");
    assert!(listed[0]["run"].is_null(), "a person has set it: {listed}");
    let text = project.run(&["state", "set", "mark.rhai", "marked", "text"]).expect_code(2);
    assert!(text.stderr.contains(r#"'"text"'"#), "{text:?}");
    project.ends(2, &["state", "set", "mark.rhai", "a\nb", "1"]);
    project.ends(0, &["state", "delete", "mark.rhai", "marked"]);
    assert!(get(2).stdout.is_empty());
    project.ends(2, &["state", "delete", "mark.rhai", "marked"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_restored_and_overwrites_nothing() {
    let project = Project::new().await;
    project.ends(3, &["run", "mark.rhai"]);
    project.ends(0, &["backup", "copy.db"]);
    let refused = project.run(&["backup", "copy.db"]).expect_code(2);
    assert!(refused.stderr.contains("is there already"), "{refused:?}");
    project.ends(2, &["backup", "no/such/folder.db"]);
    project.ends(3, &["run", "mark.rhai"]);
    let count = || project.run(&["runs", "list", "--json"]).json().as_array().unwrap().len();
    assert_eq!(count(), 2);
    // There is nobody to ask.
    project.ends(4, &["restore", "copy.db"]);
    assert_eq!(count(), 2);
    project.ends(0, &["restore", "copy.db", "--yes"]);
    assert_eq!(count(), 1);
    project.ends(2, &["restore", "lost.db", "--yes"]);
    std::fs::write(project.path("no.db"), "no journal").unwrap();
    assert_ne!(project.run(&["restore", "no.db", "--yes"]).code, 0);
    assert_eq!(count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_erased() {
    let project = Project::new().await;
    let script = "//! param who: string\nprofiles::update(params::who, #{ title: \"x\" });\nlog::info(params::who);\n";
    std::fs::write(project.path("one.rhai"), script).unwrap();
    project.ends(0, &["run", "one.rhai", "--param", "who=01GDDKASAP8TKDDA2GRZDSVP4H"]);
    let erase = ["journal", "erase", "--profile", "01GDDKASAP8TKDDA2GRZDSVP4H", "--json"];
    let erased = project.run(&erase).expect_code(0).json();
    assert!(erased["erased"].as_u64().unwrap() >= 2, "{erased}");
    assert_eq!(erased["open_runs"], json!([]));
    let whole = project.run(&["runs", "show", "last", "--json"]).expect_code(0);
    assert!(!whole.stdout.contains("01GDDKASAP8TKDDA2GRZDSVP4H"), "{whole:?}");
    project.ends(2, &["journal", "erase", "--profile", "01"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_is_damaged_is_named() {
    let project = Project::new().await;
    project.ends(3, &["run", "mark.rhai"]);
    damage(&project.path(".pianoroll/journal.db"));
    let listed = project.run(&["runs", "list"]).expect_code(1);
    assert!(listed.stderr.contains("the journal "), "{listed:?}");
    assert!(listed.stderr.contains("pianoroll restore"), "{listed:?}");
}

/// Puts zeros where the database's pages begin.
fn damage(database: &Path) {
    let mut bytes = std::fs::read(database).unwrap();
    let end = bytes.len().min(8192);
    bytes[..end].fill(0);
    std::fs::write(database, bytes).unwrap();
}

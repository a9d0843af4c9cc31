//! Durable runs of the real binary: handed over, killed, cancelled from elsewhere, resolved, retried and run anew.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

use pianoroll_simulator::Simulator;
use pianoroll_tests::{Finished, at, pianoroll, simulator, unlimited};
use serde_json::{Value, json};

/// A folder with a script and a state folder.
struct Place {
    folder: tempfile::TempDir,
    simulator: Simulator,
}

impl Place {
    async fn new(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x.rhai"), script).unwrap();
        Self { folder, simulator: simulator(unlimited()).await }
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = pianoroll(words);
        command.current_dir(self.folder.path()).env("PIANOROLL_STATE", self.state());
        command
    }

    /// `pianoroll run x.rhai`, on the simulator.
    fn run(&self, words: &[&str]) -> Command {
        let mut command = self.command(&["run", "x.rhai"]);
        command.args(at(&self.simulator)).args(words);
        command
    }

    fn runs(&self, words: &[&str]) -> Finished {
        let mut command = self.command(&["runs"]);
        command.args(words);
        Finished::new(&command.output().unwrap())
    }

    fn faults(&self, rules: Value) {
        self.simulator.set_faults(serde_json::from_value(rules).unwrap());
    }

    /// How many requests of a method and path had their effect.
    fn applied(&self, method: &str, path: &str) -> usize {
        let requests = self.simulator.requests().into_iter();
        requests
            .filter(|request| request.method == method && request.path.contains(path))
            .filter(|request| request.applied)
            .count()
    }
}

/// A process whose messages are read line by line.
struct Running {
    child: Child,
    messages: BufReader<ChildStderr>,
    said: String,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let messages = BufReader::new(child.stderr.take().unwrap());
        Self { child, messages, said: String::new() }
    }

    /// Waits until it has said something.
    #[track_caller]
    fn until(&mut self, text: &str) {
        while !self.said.contains(text) {
            let before = self.said.len();
            self.messages.read_line(&mut self.said).unwrap();
            assert!(self.said.len() > before, "it ended without `{text}`: {}", self.said);
        }
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    fn finish(mut self) -> Finished {
        self.messages.read_to_string(&mut self.said).unwrap();
        let mut finished = Finished::new(&self.child.wait_with_output().unwrap());
        finished.stderr = self.said;
        finished
    }
}

const PROFILE: &str = "01GDDKASAP8TKDDA2GRZDSVP4H";

/// Writes until it is stopped.
const ENDLESS: &str = r#"
    let n = 0;
    loop { n += 1; profiles::update("01GDDKASAP8TKDDA2GRZDSVP4H", #{ first_name: `${n}` }); log::info(`done ${n}`); }
"#;

/// Writes three times, and reads before the last, which the gate holds up.
const GATED: &str = r#"
    for n in 1..=2 { profiles::update("01GDDKASAP8TKDDA2GRZDSVP4H", #{ first_name: `${n}` }); log::info(`done ${n}`); }
    profiles::get("01GDDKASAP8TKDDA2GRZDSVP4H");
    profiles::update("01GDDKASAP8TKDDA2GRZDSVP4H", #{ first_name: "3" });
    log::info("done 3");
    #{ writes: 3 }
"#;

fn told(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("info")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_is_handed_to_the_owner_and_looks_the_same() {
    let place = Place::new(ENDLESS).await;
    std::fs::write(
        place.folder.path().join("short.rhai"),
        format!("profiles::update(\"{PROFILE}\", #{{ last_name: \"b\" }}); log::info(\"short\"); #{{ n: 1 }}"),
    )
    .unwrap();
    let short = || {
        let mut command = place.command(&["run", "short.rhai", "--json"]);
        command.args(at(&place.simulator));
        command
    };
    let alone = Finished::new(&short().output().unwrap()).expect_code(0);
    let mut owner = Running::start(place.run(&["--json"]));
    owner.until("done 2");
    let handed = Finished::new(&short().output().unwrap()).expect_code(0);
    assert_eq!(told(&handed.stderr), told(&alone.stderr));
    let without = |finished: &Finished| {
        let mut object = finished.json();
        for changing in ["run", "started", "elapsed_seconds"] {
            object.as_object_mut().unwrap().remove(changing);
        }
        object
    };
    assert_eq!(without(&handed), without(&alone));
    // Its key is not the owner's.
    let other = short().env("MATON_API_KEY", "another_key_0123456789").output().unwrap();
    let other = Finished::new(&other).expect_code(5);
    assert!(other.stderr.contains("has another key in"), "{other:?}");
    // The first one is stopped from elsewhere.
    let id = place.runs(&["list", "--json"]).json();
    let endless = id.as_array().unwrap().iter().find(|run| run["name"] == "x.rhai").unwrap();
    let cancelled = place.runs(&["cancel", endless["run"].as_str().unwrap()]).expect_code(0);
    assert!(cancelled.stdout.contains("stops at its next call"), "{cancelled:?}");
    assert_eq!(owner.finish().expect_code(130).json()["outcome"], "cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_stops_a_run_that_was_handed_over() {
    let place = Place::new(ENDLESS).await;
    let mut owner = Running::start(place.run(&[]));
    owner.until("done 1");
    let mut handed = Running::start(place.run(&["--json"]));
    handed.until("done 2");
    handed.signal("-INT");
    assert_eq!(handed.finish().expect_code(130).json()["outcome"], "cancelled");
    owner.signal("-INT");
    let _ = owner.finish().expect_code(130);
    assert!(!place.state().join("control.sock").exists());
}

/// A run that was killed while it waited for the answer of its read.
async fn killed_at_the_gate() -> Place {
    let place = Place::new(GATED).await;
    place.faults(
        json!([{ "method": "GET", "path": "/klaviyo/api/profiles/*", "delay_ms": 600_000 }]),
    );
    let mut run = Running::start(place.run(&[]));
    run.until("done 2");
    // What was answered is on disk a moment after the program has gone on; without it, a write that can be made again would be.
    let is_done = |entry: &&Value| entry["effect"] == "write" && entry["state"] == "done";
    let done = || {
        let shown = place.runs(&["show", "last", "--json"]).expect_code(0).json();
        shown["entries"].as_array().unwrap().iter().filter(is_done).count()
    };
    while done() < 2 {}
    run.signal("-KILL");
    let _ = run.finish().expect_code(-1);
    place.faults(json!([]));
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_goes_on_from_where_it_stopped() {
    let place = killed_at_the_gate().await;
    let retried = place.runs(&["retry", "last", "--json"]).expect_code(0);
    assert_eq!(retried.json()["result"], json!({ "writes": 3 }), "{retried:?}");
    // A line is said again only where the crash came before it was on disk.
    let said = told(&retried.stderr);
    assert!(
        said.len() <= 2 && said.last().is_some_and(|line| line.ends_with("done 3")),
        "{retried:?}"
    );
    assert_eq!(place.applied("PATCH", PROFILE), 3, "nothing is sent twice");
    let _ = place.runs(&["retry", "last"]).expect_code(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_tells_of_one_that_was_interrupted_and_that_one_can_be_closed() {
    let place = killed_at_the_gate().await;
    let next = Finished::new(&place.run(&[]).output().unwrap()).expect_code(0);
    assert!(next.stderr.contains("was interrupted: `pianoroll runs retry"), "{next:?}");
    let all = place.runs(&["list", "--json"]).json();
    let oldest = all.as_array().unwrap().last().unwrap()["run"].as_str().unwrap().to_owned();
    let closed = place.runs(&["cancel", &oldest]).expect_code(0);
    assert!(closed.stdout.contains("is cancelled"), "{closed:?}");
    let again = place.runs(&["cancel", &oldest]);
    assert!(again.stderr.contains("finished already"), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_is_cancelled_by_ctrl_c_or_from_elsewhere() {
    let place = Place::new(GATED).await;
    place.faults(json!([
        { "method": "GET", "path": "/klaviyo/api/profiles/*", "status": 429, "headers": { "Retry-After": "0" } },
    ]));
    for elsewhere in [false, true] {
        let mut run = Running::start(place.run(&["--json", "--attempts", "2"]));
        run.until("waiting until");
        match elsewhere {
            false => run.signal("-INT"),
            true => drop(place.runs(&["cancel", "last"]).expect_code(0)),
        }
        assert_eq!(run.finish().expect_code(130).json()["outcome"], "cancelled");
        let shown = place.runs(&["show", "last"]).expect_code(0);
        assert!(shown.stdout.contains("cancelled"), "{shown:?}");
    }
    assert_eq!(place.applied("PATCH", PROFILE), 4);
    // What was cancelled can be taken up again.
    place.faults(json!([]));
    let _ = place.runs(&["retry", "last"]).expect_code(0);
    assert_eq!(place.applied("PATCH", PROFILE), 5);
}

/// A campaign is sent, its answer is lost, and its probe is refused.
async fn lost_send() -> Place {
    let script = r#"
        profiles::update("01GDDKASAP8TKDDA2GRZDSVP4H", #{ first_name: "before" });
        campaigns::send(#{ campaign_id: "01GDDKASAP8TKDDA2GRZDSVP4I" });
        log::info("sent");
        "over"
    "#;
    let place = Place::new(script).await;
    place.faults(json!([
        { "method": "POST", "path": "/klaviyo/api/campaign-send-jobs", "when": "before", "drop": true, "times": 1 },
        { "method": "GET", "path": "/klaviyo/api/campaign*", "when": "before", "status": 403 },
    ]));
    let run = Finished::new(&place.run(&["--allow", "send", "--json"]).output().unwrap());
    let run = run.expect_code(6);
    assert!(run.stderr.contains("pianoroll runs resolve"), "{run:?}");
    for word in ["--done", "--retry", "--fail"] {
        assert!(run.stderr.contains(word), "{run:?}");
    }
    let refused = place.runs(&["retry", "last"]).expect_code(6);
    assert!(refused.stderr.contains("outcome is unknown"), "{refused:?}");
    place.faults(json!([]));
    place
}

fn sends(place: &Place) -> usize {
    let requests = place.simulator.requests().into_iter();
    requests
        .filter(|request| request.method == "POST" && request.path.contains("campaign-send-jobs"))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_send_that_happened_is_not_sent_again() {
    let place = lost_send().await;
    let answer = r#"{"data":{"type":"campaign-send-job","id":"01GDDKASAP8TKDDA2GRZDSVP4I"}}"#;
    let done = place.runs(&["resolve", "last", "--done", "--answer", answer, "--json"]);
    assert_eq!(done.expect_code(0).json()["result"], "over");
    assert_eq!(sends(&place), 1);
    assert_eq!(place.applied("PATCH", PROFILE), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_send_that_did_not_happen_is_sent_again() {
    let place = lost_send().await;
    let wrong = place.runs(&["resolve", "last", "--retry", "--call", "7"]).expect_code(2);
    assert!(wrong.stderr.contains("has no call at 7"), "{wrong:?}");
    let retried = place.runs(&["resolve", "last", "--retry", "--call", "2", "--json"]);
    assert_eq!(retried.expect_code(0).json()["result"], "over");
    assert_eq!(sends(&place), 2);
    assert_eq!(place.applied("PATCH", PROFILE), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_with_a_lost_send_can_be_given_up() {
    let place = lost_send().await;
    let failed = place.runs(&["resolve", "last", "--fail", "--json"]).expect_code(1);
    assert_eq!(failed.json()["outcome"], "failed");
    assert_eq!(sends(&place), 1);
    let _ = place.runs(&["resolve", "last", "--fail"]).expect_code(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_sends_only_what_failed_and_a_rerun_sends_everything() {
    let script = r#"
        //! param name: string = "a"
        profiles::update("01GDDKASAP8TKDDA2GRZDSVP4H", #{ first_name: params::name });
        lists::create(#{ name: params::name });
        params::name
    "#;
    let place = Place::new(script.trim_start()).await;
    place.faults(json!([{ "method": "POST", "path": "/klaviyo/api/lists", "when": "before", "status": 403 }]));
    let failed = Finished::new(&place.run(&["--param", "name=b"]).output().unwrap());
    let _ = failed.expect_code(1);
    place.faults(json!([]));
    // What is edited meanwhile is not what the run is made of.
    std::fs::write(place.folder.path().join("x.rhai"), "throw \"edited\"").unwrap();
    let retried = place.runs(&["retry", "last", "--json"]).expect_code(0);
    assert_eq!(retried.json()["result"], "b");
    assert_eq!((place.applied("PATCH", PROFILE), place.applied("POST", "/lists")), (1, 1));
    let rerun = place.runs(&["rerun", "last", "--json"]).expect_code(0);
    assert_eq!(rerun.json()["result"], "b");
    assert_ne!(rerun.json()["run"], retried.json()["run"]);
    assert_eq!((place.applied("PATCH", PROFILE), place.applied("POST", "/lists")), (2, 2));
}

#[test]
fn simulated_runs_start_anew_and_ephemeral_ones_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("x.rhai");
    std::fs::write(&script, "profiles::update(\"nobody\", #{ first_name: \"a\" })").unwrap();
    let state = folder.path().join("state");
    let run = |words: &[&str]| {
        let mut command = pianoroll(words);
        command.env("PIANOROLL_STATE", &state);
        Finished::new(&command.output().unwrap())
    };
    let file = path(&script);
    let _ = run(&["run", file, "--simulate", "--ephemeral"]).expect_code(1);
    let _ = run(&["run", file, "--simulate", "--dry-run"]);
    assert!(!state.exists());
    let _ = run(&["run", file, "--simulate"]).expect_code(1);
    let retried = run(&["runs", "retry", "last"]).expect_code(2);
    assert!(retried.stderr.contains("runs rerun"), "{retried:?}");
    let _ = run(&["runs", "rerun", "last"]).expect_code(1);
    let other = run(&["runs", "cancel", "zzz"]).expect_code(2);
    assert!(other.stderr.contains("zzz"), "{other:?}");
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

//! Everything that can go wrong on the way to the API, seen from the real binary: which exit code, what is said, and how
//! often the simulator was asked.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use pianoroll_simulator::Simulator;
use pianoroll_tests::{Finished, at, pianoroll, simulator, unlimited};
use serde_json::{Value, json};

const PROFILE: &str = "01GDDKASAP8TKDDA2GRZDSVP4H";

fn faults(simulator: &Simulator, rules: Value) {
    simulator.set_faults(serde_json::from_value(rules).unwrap());
}

fn call(simulator: &Simulator, words: &[&str]) -> Finished {
    let mut command = pianoroll(["call"]);
    command.args(words).args(at(simulator));
    Finished::new(&command.output().unwrap())
}

/// How many requests reached the API's own paths, and how many of them had their effect.
fn traffic(simulator: &Simulator) -> (usize, usize) {
    let requests = simulator.requests();
    let reached = requests.iter().filter(|request| request.path.starts_with("/klaviyo"));
    (reached.clone().count(), reached.filter(|request| request.applied).count())
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_told_in_full_and_not_repeated() {
    let simulator = simulator(unlimited()).await;
    for (status, code) in [(400, 1), (403, 1), (404, 1), (409, 1), (410, 1)] {
        simulator.reset();
        faults(
            &simulator,
            json!([{ "method": "GET", "path": "/klaviyo/api/profiles/*", "when": "before", "status": status }]),
        );
        let finished = call(&simulator, &["profiles.get", PROFILE]).expect_code(code);
        assert!(finished.stderr.contains(&status.to_string()), "{finished:?}");
        assert!(finished.stderr.contains("profiles.get"), "{finished:?}");
        assert_eq!(traffic(&simulator).0, 1, "a {status} is final");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_key_has_its_own_exit_code() {
    let simulator =
        simulator(pianoroll_simulator::Settings { key: Some("another".into()), ..unlimited() })
            .await;
    let finished = call(&simulator, &["profiles.get", PROFILE]).expect_code(5);
    assert!(finished.stderr.contains("MATON_API_KEY"), "{finished:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_survives_what_passes() {
    let simulator = simulator(unlimited()).await;
    let path = "/klaviyo/api/profiles/*";
    for rule in [
        json!({ "path": path, "when": "before", "status": 429, "headers": { "Retry-After": "0" }, "times": 1 }),
        json!({ "path": path, "when": "before", "status": 503, "headers": { "Retry-After": "0" }, "times": 1 }),
        json!({ "path": path, "when": "before", "status": 502, "times": 1 }),
        json!({ "path": path, "when": "before", "drop": true, "times": 1 }),
        json!({ "path": path, "when": "after", "drop": true, "times": 1 }),
        json!({ "path": path, "when": "after", "truncate": 20, "times": 1 }),
    ] {
        simulator.reset();
        faults(&simulator, json!([rule]));
        let _ = call(&simulator, &["profiles.get", PROFILE]).expect_code(0);
        assert_eq!(traffic(&simulator).0, 2, "{rule}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_html_is_named_as_such() {
    let simulator = simulator(unlimited()).await;
    faults(
        &simulator,
        json!([{ "path": "/klaviyo/api/profiles/*", "when": "before", "status": 403, "html": true }]),
    );
    let finished = call(&simulator, &["profiles.get", PROFILE]).expect_code(1);
    assert!(finished.stderr.contains("web page"), "{finished:?}");
    assert!(!finished.stderr.contains("<html"), "{finished:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_never_makes_a_second_list() {
    let simulator = simulator(unlimited()).await;
    let path = "/klaviyo/api/lists";
    for rule in [
        json!({ "method": "POST", "path": path, "when": "after", "drop": true }),
        json!({ "method": "POST", "path": path, "when": "after", "status": 502 }),
        json!({ "method": "POST", "path": path, "when": "after", "truncate": 10 }),
    ] {
        simulator.reset();
        faults(&simulator, json!([rule]));
        let mut command = pianoroll(["call", "lists.create", "--body", "-"]);
        command.args(at(&simulator));
        let finished = pianoroll_tests::with_input(command, br#"{"name":"Once"}"#).expect_code(6);
        assert!(finished.stderr.contains("lists.create"), "{finished:?}");
        assert!(finished.stderr.contains("Once"), "the call is printed: {finished:?}");
        assert_eq!(traffic(&simulator), (1, 1), "{rule}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_certainly_not_done_is_done_again() {
    let simulator = simulator(unlimited()).await;
    let rule = json!({ "method": "POST", "path": "/klaviyo/api/lists", "when": "before", "status": 503, "headers": { "Retry-After": "0" }, "times": 1 });
    faults(&simulator, json!([rule]));
    let mut command = pianoroll(["call", "lists.create", "--body", "-"]);
    command.args(at(&simulator));
    let _ = pianoroll_tests::with_input(command, br#"{"name":"Once"}"#).expect_code(0);
    assert_eq!(traffic(&simulator), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_send_is_settled_by_its_probe() {
    let simulator = simulator(unlimited()).await;
    let rule = json!({ "method": "POST", "path": "/klaviyo/api/campaign-send-jobs", "when": "after", "drop": true });
    faults(&simulator, json!([rule]));
    let mut command = pianoroll(["call", "campaigns.send", "--body", "-", "--allow", "send"]);
    command.args(at(&simulator));
    let _ =
        pianoroll_tests::with_input(command, br#"{"campaign_id":"01GDDKASAP8TKDDA2GRZDSVP4I"}"#)
            .expect_code(0);
    let sends = simulator
        .requests()
        .into_iter()
        .filter(|request| request.path == "/klaviyo/api/campaign-send-jobs");
    assert_eq!(sends.count(), 1, "never a second campaign");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_not_there_is_told() {
    let simulator = simulator(unlimited()).await;
    let words = at(&simulator);
    simulator.stop().await;
    let mut command = pianoroll(["call", "profiles.get", PROFILE]);
    command.args(words);
    let finished = Finished::new(&command.output().unwrap());
    assert_ne!(finished.code, 0);
    assert!(finished.stderr.contains("connect"), "{finished:?}");
}

//! Bad input gets a clear error with its place and a hint, and changes nothing: the simulator's log proves it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::OpenOptions;
use std::path::Path;
use std::process::Stdio;

use pianoroll_simulator::Simulator;
use pianoroll_tests::{Finished, at, pianoroll, simulator, unlimited, with_input};

/// Runs a script with these words behind it.
fn script(simulator: &Simulator, folder: &Path, text: &str, words: &[&str]) -> Finished {
    let file = folder.join("wrong.rhai");
    std::fs::write(&file, text).unwrap();
    let mut command = pianoroll(["run"]);
    command.arg(&file).args(words).args(at(simulator));
    Finished::new(&command.output().unwrap())
}

fn call(simulator: &Simulator, words: &[&str]) -> Finished {
    let mut command = pianoroll(["call"]);
    command.args(words).args(at(simulator));
    Finished::new(&command.output().unwrap())
}

#[track_caller]
fn refused(simulator: &Simulator, finished: &Finished, code: i32, said: &[&str]) {
    assert_eq!(finished.code, code, "{finished:?}");
    for text in said {
        assert!(finished.stderr.contains(text), "`{text}` is not in {finished:?}");
    }
    let effects = simulator.requests().into_iter().filter(|request| request.method != "GET");
    assert_eq!(effects.count(), 0, "nothing may be changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_that_cannot_run_say_where_and_what() {
    let simulator = simulator(unlimited()).await;
    let folder = tempfile::tempdir().unwrap();
    let write = r#"profiles::update("01GDDKASAP8TKDDA2GRZDSVP4H", #{ first_name: "Jane" });"#;
    let check = |text: &str, said: &[&str]| {
        let finished = script(&simulator, folder.path(), &format!("{write}\n{text}\n"), &[]);
        refused(&simulator, &finished, 2, said);
    };
    check("let x = ;", &["wrong.rhai:2:"]);
    check("profiles::updat(1, 2);", &["wrong.rhai:2:", "profiles::update"]);
    check("profile::get(\"a\");", &["wrong.rhai:2:", "profiles"]);
    check("profiles::get(\"a\", #{ field: [\"email\"] });", &["wrong.rhai:2:", "fields"]);
    check("profiles::get();", &["wrong.rhai:2:", "profiles::get"]);
    check("let x = params::days;", &["wrong.rhai:2:", "days"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_are_checked_before_anything_runs() {
    let simulator = simulator(unlimited()).await;
    let folder = tempfile::tempdir().unwrap();
    let text =
        "//! param days: int = 90\n//! param list: string\nlists::create(#{ name: params::list });";
    let check = |words: &[&str], said: &[&str]| {
        refused(&simulator, &script(&simulator, folder.path(), text, words), 2, said)
    };
    check(&[], &["list"]);
    check(&["--param", "list=a", "--param", "day=3"], &["day", "days"]);
    check(&["--param", "list=a", "--param", "days=soon"], &["days", "soon", "whole number"]);
    check(&["--param", "list"], &["list"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_checked_before_anything_is_sent() {
    let simulator = simulator(unlimited()).await;
    let check = |words: &[&str], said: &[&str]| {
        let finished = call(&simulator, words);
        refused(&simulator, &finished, 2, said);
        assert_eq!(simulator.requests().len(), 0, "not even a read: {words:?}");
    };
    check(&["profiles.lst"], &["profiles.list"]);
    check(
        &["profiles.list", "filter=greater-or-equal(updated,2024-01-01)"],
        &["updated", "greater-than"],
    );
    check(&["profiles.list", "filter=equals(email"], &["filter"]);
    check(&["profiles.list", "sort=-emial"], &["email"]);
    check(&["profiles.list", "page_size=1000"], &["page_size", "100"]);
    check(&["profiles.list", "include=lists"], &["include"]);
    check(&["profiles.list", "fields=emial"], &["email"]);
    check(&["profiles.list", "page_sise=10"], &["page_size"]);
    check(&["campaigns.list"], &["filter", "messages.channel"]);
    check(&["profiles.get"], &["profile_id"]);
    check(&["profiles.get", "a/b"], &["/"]);
    check(&["profiles.get", ".."], &[".."]);
    check(&["profiles.get", "a\u{7}b"], &["control"]);
    check(&["profiles.get", "a", "b"], &["profiles.get"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_checked_before_anything_is_sent() {
    let simulator = simulator(unlimited()).await;
    let check = |words: &[&str], body: &[u8], said: &[&str]| {
        let mut command = pianoroll(["call"]);
        command.args(words).args(["--body", "-"]).args(at(&simulator));
        refused(&simulator, &with_input(command, body), 2, said);
    };
    check(&["lists.create"], b"{", &["JSON"]);
    check(&["lists.create"], br#"{"nam":"x"}"#, &["nam", "name"]);
    check(&["lists.create"], br#"{"name":5}"#, &["name", "must be text"]);
    check(&["lists.create"], b"{}", &["name"]);
    check(&["lists.add_profiles", "Y6nRLr"], br#"{"a":1}"#, &["list of ids"]);
    let large = format!(r#"{{"first_name":"{}"}}"#, "x".repeat(5 << 20));
    check(&["profiles.create"], large.as_bytes(), &["5000000"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_allowed_is_not_done() {
    let simulator = simulator(unlimited()).await;
    let finished = call(&simulator, &["lists.delete", "Y6nRLr"]);
    refused(&simulator, &finished, 4, &["lists:delete", "--allow"]);
    let folder = tempfile::tempdir().unwrap();
    let finished = script(
        &simulator,
        folder.path(),
        "campaigns::send(#{ campaign_id: \"01GDDKASAP8TKDDA2GRZDSVP4I\" });",
        &[],
    );
    refused(&simulator, &finished, 4, &["campaigns:send", "--allow", "wrong.rhai:1:"]);
    let raw = script(
        &simulator,
        folder.path(),
        "request(\"POST\", \"/api/anything\", #{}, #{});",
        &["--allow", "write,delete,send"],
    );
    refused(&simulator, &raw, 4, &["request"]);
    let raw = script(
        &simulator,
        folder.path(),
        "request(\"DELETE\", \"/api/lists/Y6nRLr\");",
        &["--allow", "request"],
    );
    refused(&simulator, &raw, 4, &["lists:delete"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_file_with_an_unknown_key_is_refused_with_its_place() {
    let simulator = simulator(unlimited()).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("pianoroll.toml"),
        "[gateway]\nulr = \"http://127.0.0.1:1\"\n",
    )
    .unwrap();
    let finished = script(&simulator, folder.path(), "lists::create(#{ name: \"x\" });", &[]);
    refused(&simulator, &finished, 2, &["pianoroll.toml:2:1", "ulr", "url"]);
}

#[test]
fn without_a_key_the_first_run_says_what_to_do() {
    let mut command = pianoroll(["run", "scripts/connection_health.rhai"]);
    let finished =
        Finished::new(&command.env_remove("MATON_API_KEY").output().unwrap()).expect_code(5);
    assert!(finished.stderr.contains("MATON_API_KEY"), "{finished:?}");
    assert!(finished.stderr.contains("--simulate"), "{finished:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_told() {
    let simulator = simulator(unlimited()).await;
    let address = simulator.gateway_url().replace("http://", "");
    let finished = pianoroll_tests::run(["simulate", "--listen", &address]).expect_code(1);
    assert!(
        finished.stderr.contains(&address) && finished.stderr.contains("in use"),
        "{finished:?}"
    );
}

#[test]
fn an_output_that_cannot_be_written_is_an_error() {
    let full = || Stdio::from(OpenOptions::new().write(true).open("/dev/full").unwrap());
    for words in [
        vec!["operations", "list", "--json"],
        vec!["operations", "list"],
        vec!["call", "lists.list", "--simulate"],
    ] {
        let output = pianoroll(&words).stdout(full()).stderr(Stdio::piped()).output().unwrap();
        let finished = Finished::new(&output);
        assert_eq!(finished.code, 1, "{words:?} {finished:?}");
        assert!(
            finished.stderr.contains("write") || finished.stderr.contains("No space"),
            "{words:?} {finished:?}"
        );
    }
}

#[test]
fn an_example_with_an_effect_never_runs_against_a_real_account() {
    let words = ["call", "lists.create", "--example", "--gateway", "https://gateway.maton.ai"];
    let finished = pianoroll_tests::run(words).expect_code(2);
    assert!(finished.stderr.contains("simulator"), "{finished:?}");
}

#[test]
fn the_quota_cannot_be_turned_off_for_the_real_gateway() {
    let words = ["call", "lists.list", "--quota", "off", "--gateway", "https://gateway.maton.ai"];
    let finished = pianoroll_tests::run(words).expect_code(2);
    assert!(finished.stderr.contains("quota"), "{finished:?}");
}

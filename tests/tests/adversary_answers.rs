//! Answers made to mislead: the real binary must not send twice, lose something in silence, or repeat the key.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use pianoroll_simulator::Simulator;
use pianoroll_tests::{Finished, KEY, at, pianoroll, simulator, unlimited};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const CONNECTION: &str = "21fd90f9-5935-43cd-b6c8-bde9d915ca80";

/// A server that answers whatever it is asked with these bytes, and closes.
async fn answering(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = vec![0; 65536];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    base
}

async fn with_document(document: &str) -> String {
    let length = document.len();
    answering(format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: {KEY}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{document}"
    ))
    .await
}

async fn call(base: &str, words: &[&str], body: &str) -> Finished {
    let mut command = pianoroll(["call"]);
    command.args(words);
    command.args([
        "--gateway",
        base,
        "--control",
        base,
        "--quota",
        "off",
        "--connection",
        CONNECTION,
    ]);
    let body = body.to_owned();
    tokio::task::spawn_blocking(move || pianoroll_tests::with_input(command, body.as_bytes()))
        .await
        .unwrap()
}

/// Every character as an escape, as a server may write it.
fn escaped(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect()
}

async fn script(simulator: &Simulator, source: &str) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("adversary.rhai");
    std::fs::write(&file, source).unwrap();
    let mut command = pianoroll(["run", "--json"]);
    command.arg(&file).args(at(simulator));
    let finished = tokio::task::spawn_blocking(move || Finished::new(&command.output().unwrap()));
    finished.await.unwrap()
}

fn effects(simulator: &Simulator) -> usize {
    let requests = simulator.requests();
    requests.iter().filter(|request| request.method != "GET" && request.applied).count()
}

fn faults(simulator: &Simulator, rules: Value) {
    simulator.set_faults(serde_json::from_value(rules).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_too_long_to_begin_does_not_make_a_lost_answer_a_failure() {
    let simulator = simulator(unlimited()).await;
    for status in [500, 502, 504] {
        simulator.reset();
        faults(
            &simulator,
            json!([{ "method": "POST", "path": "/klaviyo/api/lists", "when": "after", "status": status, "headers": { "Retry-After": "99999" } }]),
        );
        // A program that takes it for a failure would try again, and there would be two.
        let source = r#"try { lists::create(#{ name: "Once" }); } catch { lists::create(#{ name: "Once" }); }"#;
        let finished = script(&simulator, source).await.expect_code(6);
        assert_eq!(effects(&simulator), 1, "{status}: {finished:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_lost_answer_makes_a_second_effect_whatever_the_class() {
    let simulator = simulator(unlimited()).await;
    let losses = [
        json!({ "drop": true }),
        json!({ "truncate": 5 }),
        json!({ "status": 500 }),
        json!({ "status": 503 }),
        json!({ "status": 500, "headers": { "content-type": "application/json" } }),
        json!({ "status": 200, "html": true }),
    ];
    for loss in losses {
        for (path, source, rows) in [
            ("/klaviyo/api/lists", r#"lists::create(#{ name: "Lost" })"#, "lists"),
            (
                "/klaviyo/api/profiles",
                r#"profiles::create(#{ email: "lost@example.com" })"#,
                "profiles",
            ),
        ] {
            simulator.reset();
            let mut rule = json!({ "method": "POST", "path": path, "when": "after", "times": 1 });
            rule.as_object_mut().unwrap().extend(loss.as_object().unwrap().clone());
            faults(&simulator, json!([rule]));
            let finished = script(&simulator, &format!("{source};")).await;
            assert_eq!(effects(&simulator), 1, "{rows} {loss}: {finished:?}");
            // What may be made once only is unknown; what a conflict tells apart is done.
            assert_eq!(finished.code, if rows == "lists" { 6 } else { 0 }, "{loss}: {finished:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_nobody_can_read_is_no_success() {
    let deep = format!(r#"{{"data":{}{}}}"#, "[".repeat(300), "]".repeat(300));
    let large = r#"{"data":{"type":"list","id":"1","attributes":{"n":1e999}}}"#;
    for document in [deep.as_str(), large, "null", "[1]", "\"x\""] {
        let base = with_document(document).await;
        let finished = call(&base, &["lists.create", "--body", "-"], r#"{"name":"A"}"#).await;
        let finished = finished.expect_code(6);
        assert!(finished.stdout.is_empty(), "{finished:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_an_emoji_costs_one_character_and_not_the_answer() {
    let document =
        r#"{"data":{"type":"profile","id":"1","attributes":{"first_name":"Ann \ud83d"}}}"#;
    let base = with_document(document).await;
    let finished = call(&base, &["profiles.get", "1", "--json"], "").await.expect_code(0);
    assert!(finished.stdout.contains("Ann \u{fffd}"), "{finished:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_repeats_the_key_is_not_repeated() {
    // `Finished::new` looks for the key; here it must also have been taken out and not merely left away.
    for key in [KEY.to_owned(), escaped(KEY)] {
        let document = format!(
            r#"{{"data":{{"type":"profile","id":"1","attributes":{{"first_name":"k {key}"}}}}}}"#
        );
        let base = with_document(&document).await;
        for words in [&["profiles.get", "1"][..], &["profiles.get", "1", "--json"]] {
            let finished = call(&base, words, "").await.expect_code(0);
            assert!(finished.stdout.contains("[key]"), "{finished:?}");
        }
        let errors = format!(
            r#"{{"errors":[{{"code":"c","detail":"bad {key}","source":{{"pointer":"/{key}"}}}}]}}"#
        );
        let length = errors.len();
        let base = answering(format!(
            "HTTP/1.1 400 Bad\r\nx-request-id: {KEY}\r\ncontent-length: {length}\r\n\r\n{errors}"
        ))
        .await;
        let finished = call(&base, &["profiles.get", "1"], "").await.expect_code(1);
        assert!(finished.stderr.contains("bad [key]"), "{finished:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_whose_next_page_cannot_be_asked_for_is_no_whole_list() {
    let document = r#"{"data":[{"type":"list","id":"1"}],"links":{"next":"https://a.klaviyo.com/api/lists?page[number]=2"}}"#;
    let base = with_document(document).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("each.rhai");
    std::fs::write(&file, "let n = 0; for list in lists::each() { n += 1; } n").unwrap();
    let mut command = pianoroll(["run"]);
    command.arg(&file);
    command.args([
        "--gateway",
        &base,
        "--control",
        &base,
        "--quota",
        "off",
        "--connection",
        CONNECTION,
    ]);
    let finished = tokio::task::spawn_blocking(move || Finished::new(&command.output().unwrap()));
    let finished = finished.await.unwrap().expect_code(1);
    assert!(finished.stderr.contains("without a cursor"), "{finished:?}");
}

#[test]
fn a_key_written_into_the_project_file_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    for lines in ["key = \"KEY\"", "env = 5\nkey = \"KEY\"", "fiel = \"KEY", "KEY"] {
        let lines = lines.replace("KEY", KEY);
        let text =
            format!("[credentials.main]\n{lines}\n[connections.acme]\ncredential = \"main\"\n");
        std::fs::write(folder.path().join("pianoroll.toml"), text).unwrap();
        let mut command = pianoroll(["call", "profiles.get", "X"]);
        command.current_dir(folder.path()).env_remove("MATON_API_KEY");
        // That the key is nowhere in what is printed is looked at on the way.
        let finished = Finished::new(&command.output().unwrap()).expect_code(2);
        assert!(finished.stderr.contains("pianoroll.toml"), "{finished:?}");
    }
}

//! Whole runs of the real binary: the scripts of the project, paging under change, Ctrl-C, and the key.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use pianoroll_simulator::Settings;
use pianoroll_tests::{Finished, KEY, at, pianoroll, run, simulator, unlimited};

#[tokio::test(flavor = "multi_thread")]
async fn the_main_script_marks_exactly_the_inactive_and_a_second_run_has_nothing_to_do() {
    let simulator = simulator(unlimited()).await;
    let retag = || {
        let mut command = pianoroll(["run", "scripts/retag_inactive_profiles.rhai", "--json"]);
        command.args(at(&simulator));
        Finished::new(&command.output().unwrap()).expect_code(0).json()
    };
    let first = retag();
    let patched = |simulator: &pianoroll_simulator::Simulator| {
        let requests = simulator.requests().into_iter();
        requests
            .filter(|request| request.method == "PATCH")
            .map(|request| request.path)
            .collect::<Vec<_>>()
    };
    let changed = patched(&simulator);
    assert!(changed.len() > 50, "about a third of 500 is inactive: {}", changed.len());
    let mut distinct = changed.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), changed.len(), "nobody is written to twice");
    assert!(first["effects"]["write"].as_u64().unwrap() as usize >= changed.len(), "{first}");
    let second = retag();
    assert_eq!(patched(&simulator).len(), changed.len(), "a second run writes to nobody: {second}");
    assert_eq!(second["effects"]["write"], 0, "{second}");
}

#[tokio::test(flavor = "multi_thread")]
async fn paging_loses_and_doubles_no_row_while_rows_change() {
    let simulator = simulator(Settings { profiles: 10_000, ..unlimited() }).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.rhai");
    // Every hundredth row, rows behind, here and ahead are written to, one is added, and one is moved by its e-mail address.
    let program = r#"
        let ids = rows();
        let before = [];
        for p in profiles::each(#{ page_size: 100, fields: ["email"] }) {
            if ids.len() % 100 == 50 {
                profiles::update(p.id, #{ first_name: "here" });
                profiles::create(#{ email: `added-${ids.len()}@example.com` });
                if before.len() > 0 { profiles::update(before[before.len() - 1], #{ email: `moved-${ids.len()}@example.com` }); }
                before.push(p.id);
            }
            ids.push(p.id);
        }
        let all = [];
        for id in ids { all.push(id); }
        #{ seen: all.len(), distinct: all.unique().len() }
    "#;
    std::fs::write(&file, program).unwrap();
    let mut command = pianoroll(["run"]);
    command.arg(&file).args(at(&simulator)).arg("--json");
    let report = Finished::new(&command.output().unwrap()).expect_code(0).json();
    let (seen, distinct) = (
        report["result"]["seen"].as_u64().unwrap(),
        report["result"]["distinct"].as_u64().unwrap(),
    );
    assert_eq!(seen, distinct, "no row twice");
    // The ones added on the way may be met or not; all others must be.
    assert!((10_000..=10_110).contains(&seen), "{seen}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_stops_at_the_next_call_and_says_what_was_done() {
    let simulator = simulator(unlimited()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("endless.rhai");
    let program = r#"
        let n = 0;
        loop { n += 1; profiles::update("01GDDKASAP8TKDDA2GRZDSVP4H", #{ first_name: `${n}` }); log::info(`done ${n}`); }
    "#;
    std::fs::write(&file, program).unwrap();
    let mut command = pianoroll(["run"]);
    command
        .arg(&file)
        .args(at(&simulator))
        .arg("--json")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut messages = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("done 3") {
        line.clear();
        assert!(messages.read_line(&mut line).unwrap() > 0, "the program ended by itself");
    }
    let signalled = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(signalled.success());
    let mut rest = String::new();
    messages.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{rest}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["outcome"], "cancelled", "{report}");
    let written =
        simulator.requests().iter().filter(|request| request.method == "PATCH").count() as u64;
    assert_eq!(
        report["effects"]["write"].as_u64(),
        Some(written),
        "what was done is told: {report}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_nowhere() {
    // `Finished` looks for the key in every output of every test; here everything talks at once, and the server echoes.
    let simulator = simulator(Settings { key: Some(KEY.to_owned()), ..unlimited() }).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("curious.rhai");
    std::fs::write(&file, "log::info(\"hello\"); request(\"GET\", \"/api/accounts\")").unwrap();
    let file = file.to_str().unwrap();
    let all: [&[&str]; 6] = [
        &["run", file],
        &["run", file, "--json"],
        &["doctor"],
        &["doctor", "--json"],
        &["connections", "list", "--json"],
        &["call", "profiles.get", "nobody"],
    ];
    for words in all {
        let mut command = pianoroll(words);
        command.args(at(&simulator)).env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
        let _ = Finished::new(&command.output().unwrap());
    }
    for request in simulator.requests() {
        let logged = serde_json::to_string(&request).unwrap();
        assert!(!logged.contains(KEY), "{logged}");
    }
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains(KEY));
    }
}

#[test]
fn simulate_tells_its_addresses_first() {
    let mut command =
        pianoroll(["simulate", "--listen", "127.0.0.1:0", "--profiles", "10", "--json"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let addresses: serde_json::Value = serde_json::from_str(&line).unwrap();
    let (gateway, control) =
        (addresses["gateway"].as_str().unwrap(), addresses["control"].as_str().unwrap());
    let finished =
        run(["call", "lists.list", "--gateway", gateway, "--control", control, "--json"]);
    let _ = child.kill();
    let _ = child.wait();
    assert!(
        finished.expect_code(0).json()["data"].as_array().is_some_and(|lists| !lists.is_empty())
    );
}

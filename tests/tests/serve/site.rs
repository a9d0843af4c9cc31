//! What a process that serves shows to others, and what keeps it from serving.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use pianoroll_tests::crash::shim::{self, Trouble};
use pianoroll_tests::serving::{Past, Station, ask};
use pianoroll_tests::unlimited;
use serde_json::Value;

use crate::{CONNECTION, ONCE, automation, completed};

/// One automation that has been due once.
async fn place() -> Station {
    let station = Station::new(unlimited()).await;
    let past = Past::hours(1, Station::now());
    station.write("x.rhai", ONCE);
    let x = automation("x", "x.rhai", &format!("schedule = \"{}\"", past.cron));
    station.project(&(CONNECTION.to_owned() + &x));
    station.deploy_before(&past).await;
    station
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_metrics_tell_how_it_is() {
    let station = place().await;
    let mut serving = station.serve(&["--listen", "127.0.0.1:0"]);
    completed(&station, &mut serving, 1).await;
    let address = serving.address().await;
    let health = ask(address, "GET /health", &[], b"");
    let report: Value = serde_json::from_str(&health.body).unwrap();
    assert_eq!((health.status, &report["ok"]), (200, &Value::Bool(true)), "{report}");
    serving
        .until_seen("metrics of the run that has ended", async |_| {
            let metrics = ask(address, "GET /metrics", &[], b"");
            assert_eq!(metrics.status, 200);
            sample(&metrics.body, "completed") == Some(1.0)
        })
        .await;
    let text = ask(address, "GET /metrics", &[], b"").body;
    assert_eq!(sample(&text, "fired"), Some(1.0), "{text}");
    assert!(text.contains("\npianoroll_schedules 1\n"), "{text}");
    assert_eq!(ask(address, "GET /", &[], b"").status, 404);
    let _ = serving.stop().await;
}

/// The value of the first sample that is labelled with a word; every line is looked at.
fn sample(text: &str, word: &str) -> Option<f64> {
    let mut found = None;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no sample: {line}"));
        assert!(name.starts_with("pianoroll_"), "{line}");
        let value: f64 = value.parse().unwrap_or_else(|error| panic!("{error}: {line}"));
        if found.is_none() && name.contains(&format!("\"{word}\"")) {
            found = Some(value);
        }
    }
    found
}

/// The disk is full from one write on: nothing begins, and whoever watches sees it.
#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_cannot_be_written_shows_in_health() {
    let station = Station::new(unlimited()).await;
    let past = Past::hours(1, Station::now());
    station.write("x.rhai", ONCE);
    let x = automation("x", "x.rhai", &format!("schedule = \"{}\"", past.cron));
    station.project(&(CONNECTION.to_owned() + &x));
    let _ = station.deploy();
    let library = shim::compile(std::path::Path::new(env!("CARGO_TARGET_TMPDIR")));
    // How many writes a process makes that only begins and ends.
    let count = station.path("count");
    let mut command = station.command(&["serve"]);
    shim::preload(
        &mut command,
        &library,
        &station.state(),
        &Trouble::Count { file: count.clone() },
    );
    let mut serving = station.serve_by(command);
    serving.until("keeps 1 schedule").await;
    let _ = serving.stop().await;
    let writes: u64 = std::fs::read_to_string(count).unwrap().parse().unwrap();
    // The last of them belong to the end; what is due needs some more.
    station.rewind(past.before).await;
    let mut command = station.command(&["serve", "--listen", "127.0.0.1:0"]);
    shim::preload(&mut command, &library, &station.state(), &Trouble::Full { from: writes.max(2) });
    let mut serving = station.serve_by(command);
    let address = serving.address().await;
    serving.until("the schedules cannot be kept at the moment").await;
    let health = ask(address, "GET /health", &[], b"");
    let report: Value = serde_json::from_str(&health.body).unwrap();
    assert_eq!(
        (health.status, &report["report"]["journal"]),
        (503, &"cannot be written".into()),
        "{report}"
    );
    assert!(station.simulator.requests().is_empty(), "what the journal cannot take is not sent");
    let _ = serving.kill().await;
    // With room again, all is as if nothing had been.
    let mut serving = station.serve(&[]);
    completed(&station, &mut serving, 1).await;
    let _ = serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_serves_a_state_folder() {
    let station = place().await;
    let mut serving = station.serve(&[]);
    serving.until("keeps 1 schedule").await;
    let second = station.serve(&[]).end().await.expect_code(1);
    assert!(second.stderr.contains("serves this state folder already"), "{second:?}");
    assert!(second.stderr.contains("one process a state folder"), "{second:?}");
    // The first one is none the worse for it.
    completed(&station, &mut serving, 1).await;
    let _ = serving.kill().await;
    // Its lock has died with it.
    let mut third = station.serve(&[]);
    third.until("keeps 1 schedule").await;
    let _ = third.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_told_and_nothing_begins() {
    let station = place().await;
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = station.serve(&["--listen", &address]).end().await.expect_code(1);
    assert!(refused.stderr.contains(&address), "{refused:?}");
    assert!(station.runs().await.is_empty() && station.simulator.requests().is_empty());
    // The folder is free again.
    let mut serving = station.serve(&[]);
    completed(&station, &mut serving, 1).await;
    let _ = serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_made_is_told() {
    let station = Station::new(unlimited()).await;
    station.write("x.rhai", ONCE);
    station.project(&(CONNECTION.to_owned() + &automation("x", "x.rhai", "schedule = \"@daily\"")));
    // Where a file is, no folder can be: this holds for a superuser, too.
    station.write("file", "");
    let inside = station.path("file").join("state");
    let mut command = station.command(&["serve"]);
    command.env("PIANOROLL_STATE", &inside);
    let refused = station.serve_by(command).end().await;
    assert!(refused.code != 0, "{refused:?}");
    assert!(refused.stderr.contains(inside.to_str().unwrap()), "{refused:?}");
    // In a folder that others can read, what is written there is for its owner alone.
    std::fs::create_dir(station.state()).unwrap();
    let open = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(station.state(), open).unwrap();
    let mut serving = station.serve(&[]);
    serving.until("keeps 1 schedule").await;
    for name in ["journal.db", "journal.db-wal", "control.sock"] {
        let mode = std::fs::metadata(station.state().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
    }
    let _ = serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_project_or_no_deployment_is_told() {
    let station = Station::new(unlimited()).await;
    let nothing = station.serve(&[]).end().await.expect_code(2);
    assert!(nothing.stderr.contains("pianoroll.toml"), "{nothing:?}");
    station.write("x.rhai", "let a = ;");
    station.project(&(CONNECTION.to_owned() + &automation("x", "x.rhai", "schedule = \"@daily\"")));
    let broken = station.serve(&[]).end().await.expect_code(2);
    assert!(broken.stderr.contains("x.rhai:1:"), "{broken:?}");
    for words in [["schedule", "trigger", "x"].as_slice(), &["schedule", "pause", "x"]] {
        let refused = station.say(words).expect_code(2);
        assert!(refused.stderr.contains("pianoroll deploy"), "{refused:?}");
    }
}

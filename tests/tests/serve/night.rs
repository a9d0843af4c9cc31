//! Nights: a key that is refused, a connection that is dead, a gateway that is away. Runs wait, people are told once, and all goes on.

use std::collections::BTreeMap;

use pianoroll_journal::WaitingReason;
use pianoroll_simulator::Settings;
use pianoroll_tests::serving::{Past, Receiver, Serving, Station, ask};
use pianoroll_tests::{KEY, unlimited};
use serde_json::json;

use crate::{ONCE, PROFILE, automation, completed, connections, waiting};

const WRONG: &str = "mk_live_ThisKeyIsRefused012345678";

/// Three connections, whose runs are due and whom a receiver is told of.
async fn place(key: Option<&str>) -> (Station, Receiver) {
    let (table, ids) = connections(3);
    let right = key.is_some().then(|| KEY.to_owned());
    let station = Station::new(Settings { connections: ids, key: right, ..unlimited() }).await;
    let receiver = Receiver::start();
    let past = Past::hours(1, Station::now());
    station.write("x.rhai", ONCE);
    station.write("oncall", &receiver.url());
    station.write("key", key.unwrap_or(KEY));
    let rest = format!(
        "connections = \"label:retail\"\nschedule = \"{}\"\nnotify = [\"oncall\"]",
        past.cron
    );
    let tables = "[credentials.agency]\nfile = \"key\"\n\n[notify.oncall]\nwebhook = { file = \"oncall\" }\n\n";
    station.project(&(table + tables + &automation("x", "x.rhai", &rest)));
    station.deploy_before(&past).await;
    (station, receiver)
}

async fn reasons(station: &Station) -> BTreeMap<String, usize> {
    let mut reasons = BTreeMap::new();
    for waiting in station.runs().await.iter().filter_map(|run| run.waiting) {
        *reasons.entry(waiting.reason.as_str().to_owned()).or_default() += 1;
    }
    reasons
}

/// Waits until so many lines were told, and gives them.
async fn lines(serving: &mut Serving, receiver: &Receiver, count: usize) -> Vec<String> {
    let what = format!("{count} lines that are told");
    serving.until_seen(&what, async |_| receiver.lines().len() >= count).await;
    receiver.lines()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_refused_parks_all_its_runs_until_there_is_another() {
    let (station, receiver) = place(Some(WRONG)).await;
    let mut serving = station.serve(&["--listen", "127.0.0.1:0"]);
    waiting(&station, &mut serving, 3).await;
    let expected = BTreeMap::from([(WaitingReason::Credential.as_str().to_owned(), 3)]);
    assert_eq!(reasons(&station).await, expected);
    let told = lines(&mut serving, &receiver, 1).await;
    assert!(
        told[0].contains("the gateway refuses the key in") && told[0].contains("key"),
        "{told:?}"
    );
    // The next process finds them waiting, tries again, and tells nobody a second time.
    let _ = serving.stop().await;
    let before = station.simulator.requests().len();
    let mut serving = station.serve(&["--listen", "127.0.0.1:0"]);
    serving.until("3 runs wait on: the gateway refuses the key").await;
    // It has looked, and it is not over.
    serving.until_seen("a look", async |_| station.simulator.requests().len() > before).await;
    assert_eq!(reasons(&station).await, expected);
    // A new key is found by itself.
    station.write("key", KEY);
    completed(&station, &mut serving, 3).await;
    assert_eq!(station.applied("PATCH", PROFILE), 3);
    let told = lines(&mut serving, &receiver, 2).await;
    assert!(told[1].contains("takes the key in") && told[1].contains("again"), "{told:?}");
    let notices = station.notices().await;
    let kinds: Vec<&str> = notices.iter().map(|notice| &*notice.kind).collect();
    assert_eq!(kinds, ["failed", "recovered"], "{notices:?}");
    let said = serving.stop().await.stderr;
    assert!(!said.contains(WRONG), "{said}");
    assert!(!said.contains(Receiver::SECRET), "{said}");
    for word in [WRONG, KEY, Receiver::SECRET] {
        let found = holds(&station, word);
        assert!(found.is_none(), "`{word}` is in {found:?}");
    }
}

/// The first file of the state folder that holds a text.
fn holds(station: &Station, word: &str) -> Option<std::path::PathBuf> {
    let entries = std::fs::read_dir(station.state()).unwrap();
    let mut files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    files.find(|path| {
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(word.len()).any(|window| window == word.as_bytes())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_connection_parks_its_own_runs_only() {
    let (station, receiver) = place(None).await;
    // Each account has profiles of its own, and the simulator's rules know paths.
    station.write("x.rhai", "let p = profiles::list(#{ page_size: 4 }).data[3];\nprofiles::update(p.id, #{ first_name: \"once\" });");
    let past = Past::hours(1, Station::now());
    station.deploy_before(&past).await;
    let first = |connection: &str| {
        let headers = [
            ("Authorization", "Bearer x"),
            ("maton-connection", connection),
            ("revision", "2024-10-15"),
        ];
        let line = "GET /klaviyo/api/profiles?page%5Bsize%5D=4";
        let found = ask(station.simulator.address(), line, &headers, b"").body;
        let found: serde_json::Value = serde_json::from_str(&found).unwrap();
        found["data"][3]["id"].as_str().unwrap().to_owned()
    };
    let [dead, other] = [2, 1].map(|number| first(&connections(3).1[number - 1].to_string()));
    assert_ne!(dead, other);
    // What the gateway says of a connection whose authorisation has expired; only it is looked at again by reading its account.
    let expired = json!({ "content-type": "application/json" });
    station.faults(json!([
        { "path": format!("*/profiles/{dead}"), "status": 500, "headers": expired },
        { "path": "/klaviyo/api/accounts*", "status": 500, "headers": expired },
    ]));
    let mut serving = station.serve(&[]);
    completed_and_waiting(&station, &mut serving).await;
    let expected = BTreeMap::from([(WaitingReason::Connection.as_str().to_owned(), 1)]);
    assert_eq!(reasons(&station).await, expected);
    let told = lines(&mut serving, &receiver, 1).await;
    assert!(told[0].contains("the gateway's connection `shop02` is dead"), "{told:?}");
    station.faults(json!([]));
    // Somebody who has mended it says so.
    let _ = station.say(&["schedule", "resume", "--all"]).expect_code(0);
    completed(&station, &mut serving, 3).await;
    let told = lines(&mut serving, &receiver, 2).await;
    assert!(told[1].contains("is alive again; 1 run goes on"), "{told:?}");
    let _ = serving.stop().await;
}

async fn completed_and_waiting(station: &Station, serving: &mut Serving) {
    serving
        .until_seen("two runs that have completed and one that waits", async |_| {
            let runs = station.runs().await;
            let ended = runs.iter().filter(|run| run.outcome.is_some()).count();
            (ended, runs.iter().filter(|run| run.waiting.is_some()).count()) == (2, 1)
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_away_parks_all_runs_until_a_deployment_says_where_it_is() {
    let (station, receiver) = place(None).await;
    let good = std::fs::read_to_string(station.path("pianoroll.toml")).unwrap();
    // Nobody listens on a port that was free a moment ago.
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let bad = good.replace(&station.simulator.address().to_string(), &free.to_string());
    assert_ne!(good, bad);
    station.write("pianoroll.toml", &bad);
    let past = Past::hours(1, Station::now());
    station.deploy_before(&past).await;
    let mut serving = station.serve(&[]);
    waiting(&station, &mut serving, 3).await;
    let expected = BTreeMap::from([(WaitingReason::Gateway.as_str().to_owned(), 3)]);
    assert_eq!(reasons(&station).await, expected);
    let told = lines(&mut serving, &receiver, 1).await;
    assert!(told[0].contains("cannot be reached"), "{told:?}");
    station.write("pianoroll.toml", &good);
    let _ = station.deploy();
    completed(&station, &mut serving, 3).await;
    let _ = serving.stop().await;
}

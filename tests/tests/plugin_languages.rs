//! The same automation in Rust, JavaScript and Python: the same calls, the same account behind them, the same draws.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;

use pianoroll_api::operation::Mode;
use pianoroll_host::{Guest as _, Host, HostSettings};
use pianoroll_plugin::{HostGrants, Limits, Usage};
use pianoroll_tests::direct::Direct;
use pianoroll_tests::plugins;
use serde_json::Value;

const LANGUAGES: [&str; 3] = ["win-back-rust", "win-back-js", "win-back-python"];

/// What a run came to: its result, what it sent, and what it used.
#[derive(Debug)]
struct Ended {
    result: Value,
    sent: Vec<String>,
    usage: Usage,
}

async fn run(
    name: &str,
    given: &[(&str, &str)],
    change: impl Fn(HostSettings) -> HostSettings,
) -> Ended {
    let direct = Direct::new(Mode::Documented).await;
    let plugin = plugins::load(&plugins::runtime(), name).await;
    let given: BTreeMap<String, String> =
        given.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let params = plugin.manifest().bind(&given).unwrap();
    let settings = change(HostSettings { params, ..direct.settings("run-1") });
    // The account's events lie before this moment, whenever the test runs.
    let guest = plugin.guest(Limits::default(), HostGrants::default());
    let ended = guest.run(Host::new(settings).trunk()).await;
    let result = ended.unwrap_or_else(|error| panic!("{name}: {}", error.rendered));
    let mut sent: Vec<String> = direct
        .simulator
        .requests()
        .into_iter()
        .map(|request| format!("{} {} {}", request.method, request.path, request.body))
        .collect();
    // Those of a batch reach the simulator in any order.
    sent.sort_unstable();
    Ended { result, sent, usage: guest.usage() }
}

/// As the script's own test has it: everybody who has ordered is quiet at once.
const PARAMS: [(&str, &str); 3] =
    [("quiet_days", "0"), ("memory_days", "3650"), ("control_percent", "30")];

fn seeded(seed: u64) -> impl Fn(HostSettings) -> HostSettings {
    move |settings| {
        let started = "2026-11-02T09:00:00Z".parse().unwrap();
        HostSettings { seed, started, ..settings }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_languages_do_the_same() {
    let mut first: Option<Ended> = None;
    for name in LANGUAGES {
        let ended = run(name, &PARAMS, seeded(7)).await;
        assert!(ended.sent.iter().any(|line| line.contains("POST")), "{name} writes: {ended:?}");
        match &first {
            None => first = Some(ended),
            Some(first) => {
                assert_eq!(ended.result, first.result, "{name}");
                assert_eq!(ended.sent, first.sent, "{name}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_draws_the_same_and_another_one_does_not() {
    for name in LANGUAGES {
        let one = run(name, &PARAMS, seeded(7)).await;
        let again = run(name, &PARAMS, seeded(7)).await;
        assert_eq!(one.sent, again.sent, "{name}");
        let other = run(name, &PARAMS, seeded(8)).await;
        assert_ne!(one.sent, other.sent, "{name}");
    }
}

/// The limits that plugins have by default let every language run.
#[tokio::test(flavor = "multi_thread")]
async fn no_language_comes_near_its_limits() {
    let limits = Limits::default();
    for name in LANGUAGES {
        let usage = run(name, &PARAMS, seeded(7)).await.usage;
        assert!(usage.memory < limits.memory / 4, "{name}: {usage:?}");
        assert!(usage.table_elements < limits.table_elements / 4, "{name}: {usage:?}");
        assert!(usage.largest < limits.transfer / 4, "{name}: {usage:?}");
    }
}

//! A process that ends with runs under way or waiting, by a word or without one: the next one completes them, and nothing is sent twice.

use pianoroll_journal::WaitingReason;
use pianoroll_model::{Outcome, Status};
use pianoroll_tests::serving::{Past, Serving, Station};
use pianoroll_tests::unlimited;
use serde_json::json;

use crate::{CONNECTION, ONCE, PROFILE, automation, completed, waiting};

/// Writes three times, and reads before the last, which a fault can hold up.
const THREE: &str = r#"
    for n in 1..=2 { profiles::update("01GDDKASAP8TKDDA2GRZDSVP4H", #{ first_name: `${n}` }); }
    profiles::get("01GDDKASAP8TKDDA2GRZDSVP4H");
    profiles::update("01GDDKASAP8TKDDA2GRZDSVP4H", #{ first_name: "3" });
"#;

/// Is under way, and at its read, which takes so long.
async fn under_way(script: &str, delay_ms: u64, serve: &str) -> (Station, Serving) {
    let station = Station::new(unlimited()).await;
    let past = Past::hours(1, Station::now());
    station.write("x.rhai", script);
    let x = automation("x", "x.rhai", &format!("schedule = \"{}\"", past.cron));
    station.project(&(CONNECTION.to_owned() + &x + serve));
    station.deploy_before(&past).await;
    station.faults(json!([
        { "method": "GET", "path": "/klaviyo/api/profiles/*", "delay_ms": delay_ms, "times": 1 },
    ]));
    let mut serving = station.serve(&[]);
    let what = "a read that is under way";
    serving
        .until_seen(what, async |_| {
            let requests = station.simulator.requests();
            requests.iter().any(|request| request.method == "GET")
        })
        .await;
    (station, serving)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_waits_for_runs() {
    let (station, serving) = under_way(THREE, 500, "[serve]\ngrace = \"60s\"\n").await;
    let said = serving.stop().await.stderr;
    assert!(said.contains("waiting for 1 run, 60s at most"), "{said}");
    let runs = station.runs().await;
    assert_eq!((runs.len(), runs[0].outcome), (1, Some(Outcome::Completed)), "{said}");
    assert_eq!(station.applied("PATCH", PROFILE), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_grace_a_run_stops_at_its_next_call_and_goes_on_with_the_next_process() {
    let (station, serving) = under_way(THREE, 600_000, "[serve]\ngrace = \"1s\"\n").await;
    let said = serving.stop().await.stderr;
    assert!(said.contains("stop at their next call"), "{said}");
    let run = station.runs().await.remove(0);
    let reason = run.waiting.map(|waiting| waiting.reason);
    assert_eq!((run.status, reason), (Status::Waiting, Some(WaitingReason::Stopped)), "{said}");
    assert_eq!(station.applied("PATCH", PROFILE), 2);
    let mut serving = station.serve(&[]);
    completed(&station, &mut serving, 1).await;
    assert_eq!(station.runs().await[0].new.id, run.new.id);
    assert_eq!(station.applied("PATCH", PROFILE), 3, "nothing is sent twice");
    let _ = serving.stop().await;
}

/// What was deployed meanwhile is not what a run is made of that has begun.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_as_it_began_whatever_is_deployed_meanwhile() {
    let (station, serving) = under_way(THREE, 600_000, "[serve]\ngrace = \"1s\"\n").await;
    let _ = serving.stop().await;
    station.write("x.rhai", "throw \"another\";");
    let deployed = station.deploy().stdout;
    assert!(deployed.contains("~ x  its program"), "{deployed}");
    let mut serving = station.serve(&[]);
    completed(&station, &mut serving, 1).await;
    assert_eq!(station.applied("PATCH", PROFILE), 3);
    let _ = serving.stop().await;
}

/// A run that takes too long ends, and says why.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_takes_too_long_is_ended() {
    let station = Station::new(unlimited()).await;
    let past = Past::hours(1, Station::now());
    station.write("x.rhai", THREE);
    let rest = format!("schedule = \"{}\"\ntimeout = \"1s\"", past.cron);
    station.project(&(CONNECTION.to_owned() + &automation("x", "x.rhai", &rest)));
    station.deploy_before(&past).await;
    station.faults(json!([
        { "method": "GET", "path": "/klaviyo/api/profiles/*", "delay_ms": 600_000 },
    ]));
    let mut serving = station.serve(&[]);
    serving
        .until_seen("a run that has ended", async |_| {
            station.runs().await.iter().any(|run| run.outcome.is_some())
        })
        .await;
    let run = station.runs().await.remove(0);
    assert_eq!(run.outcome, Some(Outcome::Failed), "{run:?}");
    let message = run.error["message"].as_str().unwrap_or_default();
    assert!(message.contains("1s") || message.contains("timeout"), "{}", run.error);
    assert_eq!(station.applied("PATCH", PROFILE), 2);
    let _ = serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_word_stops_at_once() {
    let (station, mut serving) = under_way(THREE, 600_000, "").await;
    serving.signal("TERM");
    serving.until("waiting for 1 run").await;
    serving.signal("TERM");
    let ended = serving.end().await.expect_code(130);
    assert!(ended.stderr.contains("stopped at once"), "{ended:?}");
    let mut serving = station.serve(&[]);
    completed(&station, &mut serving, 1).await;
    assert_eq!(station.applied("PATCH", PROFILE), 3, "nothing is sent twice");
    let _ = serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_leaves_its_runs_to_the_next_one() {
    let (station, serving) = under_way(THREE, 600_000, "").await;
    // What was answered is on disk a moment after the program has gone on.
    let id = station.runs().await[0].new.id.to_string();
    let done = || {
        let shown = station.say(&["runs", "show", &id, "--json"]).expect_code(0).json();
        let entries = shown["entries"].as_array().cloned().unwrap_or_default();
        entries.iter().filter(|it| it["effect"] == "write" && it["state"] == "done").count()
    };
    while done() < 2 {}
    let _ = serving.kill().await.expect_code(-1);
    let mut serving = station.serve(&[]);
    completed(&station, &mut serving, 1).await;
    assert_eq!(station.runs().await.len(), 1);
    assert_eq!(station.applied("PATCH", PROFILE), 3, "nothing is sent twice");
    assert_eq!(station.occurrences().await.len(), 1);
    let _ = serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_told_to_end_while_it_begins_ends() {
    let station = Station::new(unlimited()).await;
    station.write("x.rhai", ONCE);
    station.project(&(CONNECTION.to_owned() + &automation("x", "x.rhai", "schedule = \"@daily\"")));
    let serving = station.serve(&[]);
    // Early, but not before there is anybody who could hear it.
    while !station.state().exists() {}
    let _ = serving.stop().await;
    let mut serving = station.serve(&[]);
    serving.until("keeps 1 schedule").await;
    let _ = serving.stop().await;
}

/// Runs that wait for hours: they hold neither threads nor room for others.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_runs_that_wait_cost_no_thread_and_no_room() {
    const MANY: usize = 1000;
    let station = Station::new(unlimited()).await;
    let past = Past::hours(1, Station::now());
    station.write("waits.rhai", "wait(hours(5));");
    station.write("x.rhai", ONCE);
    let minutes = "schedule = { cron = \"* * * * *\", overlap = \"allow\" }";
    let waits = automation("waits", "waits.rhai", minutes);
    let x = automation("x", "x.rhai", &format!("schedule = \"{}\"", past.cron));
    station.project(&(CONNECTION.to_owned() + &waits + &x));
    let _ = station.deploy();
    // Paused: what comes due meanwhile is none of this test's.
    let _ = station.say(&["schedule", "pause", "--all"]).expect_code(0);
    let mut serving = station.serve(&["--runs", "2"]);
    serving.until("keeps 2 schedules").await;
    let before = serving.threads();
    let to = Station::now() - jiff::SignedDuration::from_hours(1);
    let from =
        to - jiff::SignedDuration::from_mins(MANY as i64) + jiff::SignedDuration::from_secs(1);
    let (from, to) = (from.to_string(), to.to_string());
    let words = ["schedule", "backfill", "waits", "--from", &from, "--to", &to, "--json"];
    let filled = station.say(&words).expect_code(0).json();
    assert_eq!(filled["due_times"], MANY, "{filled}");
    waiting(&station, &mut serving, MANY).await;
    let runs = station.runs().await;
    let times = runs.iter().filter_map(|run| run.waiting);
    assert!(times.into_iter().all(|it| it.reason == WaitingReason::Time && it.until.is_some()));
    // Threads of blocking calls go a while after; there are far fewer than runs at any time.
    let after = serving.threads();
    assert!(after <= before + 40, "{before} threads before, {after} with {MANY} runs that wait");
    // Another one runs at once, in this process and in the next.
    let due = past.due[0].to_string();
    let _ = station.say(&["schedule", "backfill", "x", "--from", &due]).expect_code(0);
    completed(&station, &mut serving, 1).await;
    let _ = serving.stop().await;
    let mut serving = station.serve(&["--runs", "2"]);
    serving.until("1,000 runs of an earlier process go on").await;
    let earlier = (past.due[0] - jiff::SignedDuration::from_hours(24)).to_string();
    let _ = station.say(&["schedule", "backfill", "x", "--from", &earlier]).expect_code(0);
    completed(&station, &mut serving, 2).await;
    assert!(serving.threads() <= before + 40, "{} threads", serving.threads());
    waiting(&station, &mut serving, MANY).await;
    let _ = serving.stop().await;
}

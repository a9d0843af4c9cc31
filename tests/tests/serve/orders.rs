//! What people do to schedules by hand, while something serves and while nothing does; and what a restore does.

use jiff::SignedDuration;
use pianoroll_journal::{Fate, RunRecord};
use pianoroll_tests::serving::{Past, Serving, Station};
use pianoroll_tests::unlimited;

use crate::{CONNECTION, ONCE, PROFILE, automation, completed};

/// One automation; its due times are not looked at yet.
async fn place() -> (Station, Past) {
    let station = Station::new(unlimited()).await;
    let past = Past::hours(2, Station::now());
    station.write("x.rhai", ONCE);
    let schedule = format!("schedule = {{ cron = \"{}\", catch_up = \"all\" }}", past.cron);
    station.project(&(CONNECTION.to_owned() + &automation("x", "x.rhai", &schedule)));
    station.deploy_before(&past).await;
    (station, past)
}

async fn serving(station: &Station) -> Serving {
    let mut serving = station.serve(&[]);
    serving.until("keeps 1 schedule").await;
    serving
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paused_without_a_serve_is_paused_for_the_next_one() {
    let (station, _) = place().await;
    let paused = station.say(&["schedule", "pause", "x", "--note", "the sale"]).expect_code(0);
    assert!(paused.stdout.contains("paused 1 schedule: x/acme; nothing serves"), "{paused:?}");
    let mut serving = serving(&station).await;
    serving.until("paused=1").await;
    // What had come due before is caught up by nobody: it is settled, with what was said.
    let found = station.occurrences().await;
    let fates: Vec<Fate> = found.iter().map(|occurrence| occurrence.fate).collect();
    assert_eq!(fates, [Fate::Paused, Fate::Paused], "{found:?}");
    assert!(found[0].reason.contains("the sale"), "{found:?}");
    let text = station.say(&["schedule", "list"]).expect_code(0).stdout;
    assert!(text.contains("paused: the sale"), "{text}");
    let json = station.say(&["schedule", "list", "--json"]).expect_code(0).json();
    assert_eq!(json[0]["paused"]["note"], "the sale", "{json}");
    let resumed = station.say(&["schedule", "resume", "--all", "--json"]).expect_code(0).json();
    assert_eq!(resumed, serde_json::json!({ "schedules": ["x/acme"], "serving": true }));
    let json = station.say(&["schedule", "list", "--json"]).expect_code(0).json();
    assert!(json[0]["paused"].is_null(), "{json}");
    let _ = serving.stop().await;
    assert!(station.runs().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_of_a_running_serve_holds_for_it_and_for_the_next() {
    let (station, past) = place().await;
    let mut serving = serving(&station).await;
    completed(&station, &mut serving, 2).await;
    let paused = station.say(&["schedule", "pause", "x", "--note", "enough"]).expect_code(0);
    assert_eq!(paused.stdout.trim(), "paused 1 schedule: x/acme", "{paused:?}");
    let _ = serving.kill().await;
    // A day passes.
    station.rewind(past.before - SignedDuration::from_hours(24)).await;
    let mut serving = self::serving(&station).await;
    serving
        .until_seen("what came due while it was paused", async |_| {
            station.occurrences().await.len() == 4
        })
        .await;
    let found = station.occurrences().await;
    let fates: Vec<Fate> = found.iter().map(|occurrence| occurrence.fate).collect();
    assert_eq!(fates, [Fate::Paused, Fate::Paused, Fate::Fired, Fate::Fired], "{found:?}");
    assert_eq!(station.applied("PATCH", PROFILE), 2, "nothing runs twice");
    let _ = serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_none_are_refused_with_those_that_are() {
    let (station, _) = place().await;
    for serves in [false, true] {
        let serving = if serves { Some(serving(&station).await) } else { None };
        for words in [
            ["schedule", "pause", "y"].as_slice(),
            &["schedule", "resume", "y"],
            &["schedule", "trigger", "y"],
            &["schedule", "trigger", "x", "--connection", "acne"],
            &["schedule", "backfill", "y", "--from", "2026-01-01"],
            &["schedule", "backfill", "x", "--from", "tomorrow"],
            &["schedule", "backfill", "x", "--from", "2026-01-02", "--to", "2026-01-01"],
            &["schedule", "list", "y"],
        ] {
            let refused = station.say(words).expect_code(2);
            assert!(refused.stderr.starts_with("error: "), "{words:?}: {refused:?}");
        }
        if let Some(serving) = serving {
            let _ = serving.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn due_times_are_filled_in_once() {
    let (station, past) = place().await;
    let from = (past.due[0] - SignedDuration::from_hours(48)).to_string();
    // The last two were not looked at yet, and are caught up as they would have been.
    let words = ["schedule", "backfill", "x", "--from", &from, "--json"];
    // Nothing serves: they wait for one that does.
    let first = station.say(&words).expect_code(0).json();
    assert_eq!(first["serving"], false, "{first}");
    assert_eq!(first["due_times"], 4, "{first}");
    let again = station.say(&words).expect_code(0).json();
    assert_eq!(again["due_times"], 0, "{again}");
    let mut serving = serving(&station).await;
    completed(&station, &mut serving, 6).await;
    let again = station.say(&words).expect_code(0).json();
    assert_eq!(again, serde_json::json!({ "due_times": 0, "serving": true }));
    let found = station.occurrences().await;
    assert!(found.iter().all(|it| it.fate == Fate::Fired), "{found:?}");
    assert!(found[..4].iter().all(|it| it.reason == "filled in by hand"), "{found:?}");
    assert_eq!((found.len(), station.applied("PATCH", PROFILE)), (6, 6));
    // One after the other, and those that were filled in oldest first.
    let runs = station.runs().await;
    let begins_after = |pair: &[RunRecord]| pair[1].new.started >= pair[0].changed;
    assert!(runs.windows(2).all(begins_after), "{runs:?}");
    let filled: Vec<_> = found[..4].iter().filter_map(|it| it.run.clone()).collect();
    let order = runs.iter().map(|run| run.new.id.clone()).filter(|run| filled.contains(run));
    assert_eq!(order.collect::<Vec<_>>(), filled);
    let _ = serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_by_hand_is_what_is_deployed_wherever_it_happens() {
    let (station, _) = place().await;
    let _ = station.say(&["schedule", "pause", "x"]).expect_code(0);
    station.write("x.rhai", "throw \"edited\"");
    let trigger = || station.say(&["schedule", "trigger", "x", "--json"]).expect_code(0).json();
    let alone = trigger();
    let serving = serving(&station).await;
    let handed = trigger();
    for report in [&alone, &handed] {
        assert_eq!(report["outcome"], "completed", "{report}");
    }
    assert_ne!(alone["run"], handed["run"]);
    assert_eq!(station.applied("PATCH", PROFILE), 2);
    // A script by itself is one of the files of today.
    let run = station.say(&["run", "x.rhai", "--json"]);
    assert!(run.code == 1 && run.stdout.contains("edited"), "{run:?}");
    let _ = serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_journal_runs_nothing_by_itself() {
    let (station, past) = place().await;
    let copy = station.path("copy.db");
    let _ = station.say(&["backup", copy.to_str().unwrap()]).expect_code(0);
    let mut first = serving(&station).await;
    completed(&station, &mut first, 2).await;
    let _ = first.stop().await;
    let _ = station.say(&["restore", copy.to_str().unwrap(), "--yes"]).expect_code(0);
    let mut serving = serving(&station).await;
    serving.until("paused=1").await;
    let found = station.occurrences().await;
    assert_eq!(found.iter().map(|it| it.due).collect::<Vec<_>>(), past.due, "{found:?}");
    assert!(found.iter().all(|it| it.fate == Fate::Missed), "{found:?}");
    assert!(found.iter().all(|it| it.reason.starts_with("restored: ")), "{found:?}");
    let text = station.say(&["schedule", "list"]).expect_code(0).stdout;
    assert!(text.contains("paused: the journal was restored from a backup"), "{text}");
    assert_eq!(station.applied("PATCH", PROFILE), 2, "nothing is done again");
    // By a person's word it goes on, with what is due next.
    let _ = station.say(&["schedule", "resume", "--all"]).expect_code(0);
    let from = past.due[1].to_string();
    let _ = station.say(&["schedule", "backfill", "x", "--from", &from]).expect_code(0);
    completed(&station, &mut serving, 1).await;
    let _ = serving.stop().await;
}

//! What is due, and what becomes of it: missed and caught up, one after the other, once a connection.

use jiff::Timestamp;
use pianoroll_journal::{Fate, Keep, Occurrence};
use pianoroll_model::{Outcome, Status};
use pianoroll_simulator::Settings;
use pianoroll_tests::serving::{Past, Serving, Station};
use pianoroll_tests::unlimited;

use crate::{CONNECTION, ONCE, PROFILE, automation, completed, connections, waiting};

/// A place with one automation that was due three times while nothing served.
async fn missed(policy: &str) -> (Station, Past) {
    let station = Station::new(unlimited()).await;
    let past = Past::hours(3, Station::now());
    station.write("x.rhai", ONCE);
    let schedule = format!("schedule = {{ cron = \"{}\", {policy} }}", past.cron);
    station.project(&(CONNECTION.to_owned() + &automation("x", "x.rhai", &schedule)));
    station.deploy_before(&past).await;
    (station, past)
}

fn fates(occurrences: &[Occurrence]) -> Vec<(Timestamp, Fate)> {
    occurrences.iter().map(|occurrence| (occurrence.due, occurrence.fate)).collect()
}

/// Waits until every due time has its last fate.
async fn settled(station: &Station, serving: &mut Serving, count: usize) -> Vec<Occurrence> {
    let what = format!("{count} due times with their fates");
    serving
        .until_seen(&what, async |_| {
            let found = station.occurrences().await;
            found.len() == count && found.iter().all(|it| it.fate != Fate::Waiting)
        })
        .await;
    station.occurrences().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_runs_as_the_schedule_says() {
    let all = [Fate::Fired; 3];
    let latest = [Fate::Missed, Fate::Missed, Fate::Fired];
    let outside = [Fate::Missed, Fate::Fired, Fate::Fired];
    // Half an hour behind the second one, and half an hour before the first.
    let window =
        Station::now().duration_since(Past::hours(3, Station::now()).due[1]).as_mins() + 30;
    let window = format!("catch_up = \"all\", window = \"{window}m\"");
    for (policy, expected, reason) in [
        ("catch_up = \"none\"", [Fate::Missed; 3], "catch_up is none"),
        ("catch_up = \"latest\"", latest, "catch_up is latest"),
        ("catch_up = \"all\"", all, "caught up, noticed"),
        (&window, outside, "outside of the window of"),
    ] {
        let (station, past) = missed(policy).await;
        let mut serving = station.serve(&[]);
        let found = settled(&station, &mut serving, 3).await;
        let expected: Vec<(Timestamp, Fate)> = past.due.iter().copied().zip(expected).collect();
        assert_eq!(fates(&found), expected, "{policy}");
        assert!(found[0].reason.contains(reason), "{policy}: {}", found[0].reason);
        let fired = found.iter().filter(|it| it.fate == Fate::Fired).count();
        completed(&station, &mut serving, fired).await;
        assert_eq!(station.applied("PATCH", PROFILE), fired, "{policy}");
        // Each has a run of its own, and says which.
        for occurrence in &found {
            assert_eq!(occurrence.run.is_some(), occurrence.fate == Fate::Fired, "{occurrence:?}");
            assert!(!occurrence.reason.is_empty(), "{occurrence:?}");
        }
        let _ = serving.stop().await;
        // The next process finds nothing to do.
        let mut serving = station.serve(&[]);
        serving.until("keeps 1 schedule").await;
        let _ = serving.stop().await;
        assert_eq!(fates(&station.occurrences().await), fates(&found), "{policy}");
        assert_eq!(station.applied("PATCH", PROFILE), fired, "{policy}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_tells_what_came_of_each_due_time() {
    let (station, past) = missed("catch_up = \"latest\"").await;
    let mut serving = station.serve(&[]);
    completed(&station, &mut serving, 1).await;
    let run = station.runs().await[0].new.id.to_string();
    let text = station.say(&["schedule", "list", "--history"]).expect_code(0).stdout;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[1].contains("fired") && lines[1].contains(&run), "{text}");
    assert!(lines[2].contains("missed") && lines[2].contains("catch_up is latest"), "{text}");
    let json = station.say(&["schedule", "list", "x", "--history", "--json"]).expect_code(0).json();
    assert_eq!(json[0]["due"], past.due[2].to_string(), "{json}");
    assert_eq!(json[2]["fate"], "missed", "{json}");
    let _ = serving.stop().await;
}

/// A run waits for hours, and the next one of its schedule is to start: its row is put into the journal, so that nobody waits for a
/// minute of the clock.
async fn in_the_way(overlap: &str) -> (Station, Serving) {
    let station = Station::new(unlimited()).await;
    let past = Past::hours(1, Station::now());
    station.write("x.rhai", &format!("{ONCE}\nwait(hours(5));"));
    let schedule = format!("schedule = {{ cron = \"{}\", overlap = \"{overlap}\" }}", past.cron);
    station.project(&(CONNECTION.to_owned() + &automation("x", "x.rhai", &schedule)));
    station.deploy_before(&past).await;
    let mut serving = station.serve(&[]);
    waiting(&station, &mut serving, 1).await;
    let _ = serving.stop().await;
    let due = Station::now();
    station
        .keep(vec![Keep::Occurrence(Occurrence {
            schedule: "x/acme".to_owned(),
            due,
            fate: Fate::Waiting,
            reason: String::new(),
            starts: due,
            decided: due,
            run: None,
        })])
        .await;
    let serving = station.serve(&[]);
    (station, serving)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_starts_while_another_run_waits_is_left_out() {
    let (station, mut serving) = in_the_way("skip").await;
    let found = settled(&station, &mut serving, 2).await;
    let runs = station.runs().await;
    assert_eq!(found[1].fate, Fate::Skipped);
    assert_eq!(found[1].reason, format!("run {} was under way", runs[0].new.id));
    assert_eq!(runs.len(), 1);
    // Once that one is cancelled, nothing is in the way any more.
    let run = runs[0].new.id.to_string();
    let _ = station.say(&["runs", "cancel", &run]).expect_code(0);
    let _ = serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_starts_while_another_run_waits_is_queued_until_that_one_ends() {
    let (station, mut serving) = in_the_way("queue").await;
    let what = "a due time that is queued";
    serving
        .until_seen(what, async |_| {
            let found = station.occurrences().await;
            found.last().is_some_and(|last| last.reason.starts_with("queued behind run"))
        })
        .await;
    assert_eq!(station.runs().await.len(), 1);
    // It ends by a word of a person, who speaks to the process that serves.
    let run = station.runs().await[0].new.id.to_string();
    let _ = station.say(&["runs", "cancel", &run]).expect_code(0);
    let found = settled(&station, &mut serving, 2).await;
    assert_eq!(found[1].fate, Fate::Fired);
    waiting(&station, &mut serving, 1).await;
    assert_eq!(station.applied("PATCH", PROFILE), 2);
    let _ = serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_starts_while_another_run_waits_takes_its_place() {
    let (station, mut serving) = in_the_way("cancel_other").await;
    let found = settled(&station, &mut serving, 2).await;
    assert_eq!(found[1].fate, Fate::Fired);
    waiting(&station, &mut serving, 1).await;
    let outcomes: Vec<_> = station.runs().await.iter().map(|run| run.outcome).collect();
    assert_eq!(outcomes, [Some(Outcome::Cancelled), None]);
    let _ = serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_starts_while_another_run_waits_runs_beside_it() {
    let (station, mut serving) = in_the_way("allow").await;
    let found = settled(&station, &mut serving, 2).await;
    assert_eq!(found[1].fate, Fate::Fired);
    waiting(&station, &mut serving, 2).await;
    let _ = serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_run_a_connection_of_a_label_grouped_in_listings() {
    let (table, ids) = connections(3);
    let station = Station::new(Settings { connections: ids, ..unlimited() }).await;
    let past = Past::hours(1, Station::now());
    station.write("x.rhai", ONCE);
    let rest = format!(
        "connections = \"label:retail\"\nschedule = {{ cron = \"{}\", catch_up = \"all\" }}",
        past.cron
    );
    station.project(&(table + &automation("x", "x.rhai", &rest)));
    station.deploy_before(&past).await;
    let mut serving = station.serve(&[]);
    completed(&station, &mut serving, 3).await;
    let runs = station.runs().await;
    let mut on: Vec<&str> = runs.iter().map(|run| &*run.new.scope.connection).collect();
    on.sort_unstable();
    assert_eq!(on, ["shop01", "shop02", "shop03"]);
    assert!(runs.iter().all(|run| run.status == Status::Finished));
    let requests = station.simulator.requests();
    let mut asked: Vec<&String> = requests
        .iter()
        .filter(|request| request.method == "PATCH")
        .map(|request| &request.headers["maton-connection"])
        .collect();
    asked.sort_unstable();
    asked.dedup();
    assert_eq!(asked.len(), 3, "each account once");
    assert_eq!(station.applied("PATCH", PROFILE), 3);
    // The name of the automation stands at the first of its connections.
    let text = station.say(&["schedule", "list"]).expect_code(0).stdout;
    let named = text.lines().skip(1).filter(|line| line.starts_with("x ")).count();
    assert_eq!((text.lines().count(), named), (4, 1), "{text}");
    let _ = serving.stop().await;
}

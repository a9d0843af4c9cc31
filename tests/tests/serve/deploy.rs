//! What is deployed is what runs: differences, refusals, and files that are edited under a running `serve`.

use jiff::Timestamp;
use pianoroll_tests::serving::{Past, Station};
use pianoroll_tests::unlimited;

use crate::{CONNECTION, ONCE, PROFILE, automation, completed};

/// A schedule of that expression.
fn cron(expression: &str) -> String {
    format!("schedule = \"{expression}\"")
}

async fn place(automations: &[String]) -> Station {
    let station = Station::new(unlimited()).await;
    station.write("x.rhai", ONCE);
    station.project(&(CONNECTION.to_owned() + &automations.concat()));
    station
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_shows_what_it_changes() {
    let nightly = automation("nightly", "x.rhai", &cron("0 3 * * *"));
    let weekly = automation("weekly", "x.rhai", &cron("0 6 * * MON"));
    let station = place(&[nightly.clone(), weekly]).await;
    let first = station.deploy().stdout;
    assert!(first.contains("+ nightly") && first.contains("0 3 * * * in UTC, next "), "{first}");
    assert!(first.contains("deployed as number 1; `pianoroll serve` runs it"), "{first}");
    // The same once more is no deployment.
    let same = station.deploy().stdout;
    assert!(same.contains("no automation changes") && same.contains("number 1 stays"), "{same}");
    // One is gone, one is due at another time, one is new.
    let moved = nightly.replace("0 3 *", "30 4 *");
    let event = automation("by_hand", "x.rhai", "");
    station.project(&(CONNECTION.to_owned() + &moved + &event));
    let dry = station.say(&["deploy", "--dry-run"]).expect_code(0).stdout;
    for line in ["+ by_hand", "~ nightly  when it is due", "- weekly", "was 0 3 * * * in UTC"] {
        assert!(dry.contains(line), "no `{line}`: {dry}");
    }
    assert!(dry.contains("30 4 * * * in UTC, next ") && dry.contains("not any more"), "{dry}");
    assert!(dry.contains("nothing was deployed: --dry-run"), "{dry}");
    let json = station.say(&["deploy", "--dry-run", "--json"]).expect_code(0).json();
    assert_eq!(json["serial"], serde_json::Value::Null, "{json}");
    assert_eq!(json["changes"][1]["schedules"][0]["after"]["cron"], "30 4 * * *", "{json}");
    // A dry run has changed nothing: the same difference is there again, and the schedules are the old ones.
    let listed = || station.say(&["schedule", "list", "--json"]).expect_code(0).json();
    let names = |listed: &serde_json::Value| {
        let names = listed.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap());
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names(&listed()), ["nightly/acme", "weekly/acme"]);
    let wet = station.deploy().stdout;
    assert!(wet.contains("deployed as number 2"), "{wet}");
    assert_eq!(names(&listed()), ["nightly/acme"]);
    assert_eq!(listed()[0]["definition"]["cron"], "30 4 * * *");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_deployed_is_refused_with_its_place_and_the_former_stays() {
    let good = automation("x", "x.rhai", &cron("0 3 * * *"));
    let station = place(std::slice::from_ref(&good)).await;
    let _ = station.deploy();
    station.write("broken.rhai", "let a = ;\n");
    station.write("unknown.rhai", "profiles::fetch(1);\n");
    let zone = "schedule = { cron = \"0 3 * * *\", timezone = \"Europe/Lodnon\" }";
    let bad = |program: &str, rest: &str| automation("bad", program, rest);
    for (bad, place, word) in [
        (bad("broken.rhai", ""), "broken.rhai:1:", "error"),
        (bad("unknown.rhai", ""), "unknown.rhai:1:", "fetch"),
        (bad("gone.rhai", ""), "pianoroll.toml:", "gone.rhai"),
        (bad("x.rhai", &cron("0 25 * * *")), "pianoroll.toml:", "25"),
        (bad("x.rhai", &cron("0 3 30 2 *")), "pianoroll.toml:", "never"),
        (bad("x.rhai", zone), "pianoroll.toml:", "Europe/London"),
        (bad("x.rhai", "connections = [\"acne\"]"), "pianoroll.toml:", "acme"),
        ("[automations.bad\n".to_owned(), "pianoroll.toml:", "error"),
    ] {
        station.project(&(CONNECTION.to_owned() + &good + &bad));
        for words in [["deploy"].as_slice(), &["deploy", "--dry-run"]] {
            let refused = station.say(words);
            assert!(refused.code != 0, "{bad}: {refused:?}");
            assert!(refused.stderr.contains(place), "no `{place}` for {bad}: {}", refused.stderr);
            assert!(refused.stderr.contains(word), "no `{word}` for {bad}: {}", refused.stderr);
        }
    }
    // The schedules of before are still what is deployed.
    station.project(&(CONNECTION.to_owned() + &good));
    let same = station.deploy().stdout;
    assert!(same.contains("number 1 stays"), "{same}");
}

/// What was changed in the project shows in what a run does: which name it gives.
fn named(name: &str) -> String {
    ONCE.replace("once", name)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_process_takes_a_deployment_and_nothing_but_that() {
    let past = Past::hours(1, Station::now());
    let x = automation("x", "x.rhai", &cron(&past.cron));
    let station = place(std::slice::from_ref(&x)).await;
    station.write("x.rhai", &named("first"));
    station.deploy_before(&past).await;
    let mut serving = station.serve(&[]);
    completed(&station, &mut serving, 1).await;
    let backfill = async |serving: &mut _, from: Timestamp, count| {
        let from = from.to_string();
        let said = station.say(&["schedule", "backfill", "x", "--from", &from]).expect_code(0);
        assert!(said.stdout.contains("one after the other"), "{said:?}");
        completed(&station, serving, count).await;
    };
    let day = jiff::SignedDuration::from_hours(24);
    // The script is edited, and the project file is half-way through a `git pull`: what is deployed runs.
    station.write("x.rhai", &named("edited"));
    station
        .write("pianoroll.toml", "[gateway]\nurl = \"http://127.0.0.1:1\"\n[automations.x]\nprog");
    backfill(&mut serving, past.due[0] - day, 2).await;
    station.project(&(CONNECTION.to_owned() + &x));
    backfill(&mut serving, past.due[0] - day * 2, 3).await;
    // From the deployment on it is the new one, without a restart.
    let deployed = station.deploy().stdout;
    assert!(deployed.contains("deployed as number 2, and running from now on"), "{deployed}");
    backfill(&mut serving, past.due[0] - day * 3, 4).await;
    let requests = station.simulator.requests();
    let names = requests
        .iter()
        .filter(|request| request.method == "PATCH" && request.path.contains(PROFILE))
        .map(|request| request.body["data"]["attributes"]["first_name"].as_str().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["first", "first", "first", "edited"]);
    let _ = serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_deploys_where_nothing_is_and_tells_of_files_that_have_changed_since() {
    let x = automation("x", "x.rhai", &cron("0 3 * * *"));
    let station = place(std::slice::from_ref(&x)).await;
    let mut serving = station.serve(&[]);
    serving.until("keeps 1 schedule").await;
    assert!(serving.said().contains("deployed 1 automation as number 1"), "{}", serving.said());
    let _ = serving.stop().await;
    station.project(&(CONNECTION.to_owned() + &x + &automation("y", "x.rhai", &cron("@daily"))));
    let mut serving = station.serve(&[]);
    serving.until("is another one than what is deployed").await;
    let _ = serving.stop().await;
    let mut serving = station.serve(&["--deploy"]);
    serving.until("keeps 2 schedules").await;
    let _ = serving.stop().await;
}

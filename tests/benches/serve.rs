//! What `pianoroll serve` costs: run by hand, with the binary to measure:
//! `cargo build --release && PIANOROLL_BINARY=$PWD/target/release/pianoroll \
//!  cargo bench -p pianoroll-tests --bench serve -- dispatch|restart|latency`.
//!
//! - `dispatch [RUNS]`: so many due times (10,000) of an empty script become runs, beside as many commits of one row to a journal of
//!   the same kind, one after the other.
//! - `restart [RUNS]`: until schedules are kept with so many runs (100,000) in the history, beside none.
//! - `latency [RUNS]`: from the moment at which a run is to start to its first request, for so many (40), a quarter of a second apart.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures real time and prints what it saw"
)]

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use pianoroll_journal::{AttemptEnd, Backend as _, End, Fate, Keep, Occurrence, Sqlite};
use pianoroll_journal::{NewRun, RunFilter, Trigger};
use pianoroll_model::{Outcome, Status};
use pianoroll_tests::serving::{Serving, Station, ask, eventually};
use pianoroll_tests::unlimited;
use serde_json::Value;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(1).enable_all().build().expect("tokio starts");
    let number = |word: &str| word.parse().expect("a number");
    match words.as_slice() {
        ["dispatch"] => runtime.block_on(dispatch(10_000)),
        ["dispatch", runs] => runtime.block_on(dispatch(number(runs))),
        ["restart"] => runtime.block_on(restart(100_000)),
        ["restart", runs] => runtime.block_on(restart(number(runs))),
        ["latency"] => runtime.block_on(latency(40)),
        ["latency", runs] => runtime.block_on(latency(number(runs))),
        _ => println!("usage: -- dispatch [RUNS] | restart [RUNS] | latency [RUNS]"),
    }
}

/// An automation `x` of this program, due once a year, whose runs do not wait for each other.
async fn deployed(program: &str) -> Station {
    let station = Station::new(unlimited()).await;
    station.write("x.rhai", program);
    station.project(
        "[connections.acme]\nid = \"21fd90f9-5935-43cd-b6c8-bde9d915ca80\"\n\n\
         [automations.x]\nprogram = \"x.rhai\"\npermissions = [\"profiles:read\"]\n\
         schedule = { cron = \"@yearly\", overlap = \"allow\" }\n",
    );
    let _ = station.deploy();
    station
}

/// An occurrence that is to begin.
fn waiting(due: Timestamp, starts: Timestamp) -> Keep {
    Keep::Occurrence(Occurrence {
        schedule: "x/acme".to_owned(),
        due,
        fate: Fate::Waiting,
        reason: "filled in by hand".to_owned(),
        starts,
        decided: due,
        run: None,
    })
}

/// So many due times, a second apart, the last of them now.
fn due_times(count: i64) -> impl Iterator<Item = Timestamp> {
    let now = Station::now();
    (0..count).rev().map(move |ago| now - SignedDuration::from_secs(ago))
}

async fn dispatch(runs: i64) {
    let station = deployed("0").await;
    station.keep(due_times(runs).map(|due| waiting(due, due)).collect()).await;
    let start = Instant::now();
    let mut serving = station.serve(&["--log-level", "warn"]);
    let ended = async || {
        let filter = RunFilter { limit: 1, ..RunFilter::default() };
        let journal = station.journal().await;
        let newest = journal.runs(&filter).await.expect("the journal can be read");
        let fates = vec![Fate::Waiting];
        let open = pianoroll_journal::OccurrenceFilter { fates, limit: 1, ..Default::default() };
        let open = journal.occurrences(&open).await.expect("the journal can be read");
        (open.is_empty() && newest.first().is_some_and(|run| run.outcome.is_some())).then_some(())
    };
    while ended().await.is_none() {
        assert!(!serving.has_ended(), "{}", serving.said());
        std::thread::sleep(Duration::from_millis(100));
    }
    let took = start.elapsed();
    let _ = serving.stop().await;
    let folder = tempfile::tempdir().expect("a folder");
    let journal = Sqlite::open(&folder.path().join("state")).await.expect("a journal");
    let start = Instant::now();
    for due in due_times(runs) {
        journal.keep(vec![waiting(due, due)]).await.expect("the journal can be written");
    }
    let bare = start.elapsed();
    let rate = |time: Duration| runs as f64 / time.as_secs_f64();
    println!("{runs} due times of an empty script:");
    println!("  runs              {:>7.0} a second", rate(took));
    println!("  commits of a row  {:>7.0} a second", rate(bare));
    println!("  a run costs {:.1} commits", took.as_secs_f64() / bare.as_secs_f64());
}

async fn restart(runs: i64) {
    let station = deployed("0").await;
    let without = began(&station).await;
    let said = station.say(&["schedule", "trigger", "x", "--json"]).expect_code(0).json();
    let journal = Sqlite::open(&station.state()).await.expect("nobody else owns the folder");
    let id = said["run"].as_str().expect("a run").parse().expect("an id");
    let model = journal.run(&id).await.expect("the journal can be read").expect("it is there");
    let program = journal.program(&model.new.program).await.expect("the journal can be read");
    let program = program.expect("it is there");
    for (number, due) in (0..runs).zip(due_times(runs)) {
        let id = format!("{number:08x}-0000-7000-8000-000000000000").parse().expect("an id");
        let trigger = Trigger::Schedule { schedule: "x/acme".to_owned(), due };
        let new = NewRun { id, trigger, started: due, ..model.new.clone() };
        let id = new.id.clone();
        journal.create(new, program.clone()).await.expect("the journal can be written");
        let end = End {
            end: AttemptEnd::Completed,
            status: Status::Finished,
            waiting: None,
            outcome: Some(Outcome::Completed),
            at: due,
            result: Value::Null,
            error: Value::Null,
            summary: model.summary.clone(),
        };
        journal.close(&id, end).await.expect("the journal can be written");
    }
    journal.shut().await.expect("the journal can be closed");
    let with = began(&station).await;
    println!("until schedules are kept:");
    println!("  without a history       {:>7.1} ms", without.as_secs_f64() * 1e3);
    println!("  with {runs} runs in it  {:>7.1} ms", with.as_secs_f64() * 1e3);
    println!("  {:.2} times as long", with.as_secs_f64() / without.as_secs_f64());
}

/// Until a process is healthy, the shortest of 5.
async fn began(station: &Station) -> Duration {
    let mut all = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        let mut serving: Serving = station.serve(&["--listen", "127.0.0.1:0"]);
        let address = serving.address().await;
        let look = async || (ask(address, "GET /health", &[], b"").status == 200).then_some(());
        eventually("a process that is well", look).await;
        all.push(start.elapsed());
        let _ = serving.stop().await;
    }
    all.into_iter().min().unwrap_or_default()
}

async fn latency(runs: i64) {
    let station = deployed("profiles::get(\"01GDDKASAP8TKDDA2GRZDSVP4H\");").await;
    let first = Station::now() + SignedDuration::from_secs(2);
    let starts: Vec<Timestamp> =
        (0..runs).map(|number| first + SignedDuration::from_millis(number * 250)).collect();
    let dues = due_times(runs).map(|due| due - SignedDuration::from_hours(1));
    station.keep(dues.zip(&starts).map(|(due, starts)| waiting(due, *starts)).collect()).await;
    let serving = station.serve(&[]);
    eventually("all requests", async || {
        (station.simulator.requests().len() >= starts.len()).then_some(())
    })
    .await;
    let requests = station.simulator.requests();
    let mut late: Vec<f64> = requests
        .iter()
        .zip(&starts)
        .map(|(request, starts)| request.time.duration_since(*starts).as_secs_f64() * 1e3)
        .collect();
    late.sort_by(f64::total_cmp);
    let _ = serving.stop().await;
    println!("from the moment at which a run is to start to its first request, of {runs}:");
    println!("  median {:.1} ms", late[late.len() / 2]);
    println!("  worst  {:.1} ms", late[late.len() - 1]);
}

//! What the journal costs, beside what the disk costs: `cargo bench -p pianoroll-journal`. Read the ratios: both columns are
//! measured in one run, in turns, on the disk of the temporary folder (`TMPDIR` names another).
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench measures real time, prints what it found, and ends at the first failure"
)]

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use pianoroll_journal::{
    Answer, AttemptEnd, Backend, End, EntryKind, Intent, Journal, NewRun, Program, Sqlite,
    StateScope, Trigger,
};
use pianoroll_model::{Effect, Outcome, Position, RunId, Status};
use serde_json::Value;

const EFFECTS: u64 = 1000;
const REPLAYED: u64 = 100_000;

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        commits().await;
        sizes().await;
        replay().await;
    });
}

/// Intent and answer of an effect, each durable before the next, against bare appends of as many bytes.
async fn commits() {
    let folder = tempfile::tempdir().unwrap();
    let mut bare =
        OpenOptions::new().create(true).append(true).open(folder.path().join("bare")).unwrap();
    let journal = Journal::new(Arc::new(Sqlite::open(folder.path()).await.unwrap()));
    let attempt = journal.begin(&create(journal.backend(), "commits").await, at()).await.unwrap();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for sequence in 1..=EFFECTS {
        let start = Instant::now();
        let number = attempt.intend(intent(sequence, Effect::Write)).await.unwrap();
        ours.push(start.elapsed());
        attempt.answer(number, answer()).await.unwrap();
        attempt.flush().await.unwrap();
        let start = Instant::now();
        append(&mut bare, &intent(sequence, Effect::Write).arguments);
        theirs.push(start.elapsed());
        append(&mut bare, &answer().body);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!(
        "a commit            {:7.1} us   bare fdatasync append {:7.1} us   ratio {:.2}",
        us(ours),
        us(theirs),
        ours.as_secs_f64() / theirs.as_secs_f64()
    );
    let before = processor_time();
    for sequence in EFFECTS + 1..=2 * EFFECTS {
        let number = attempt.intend(intent(sequence, Effect::Write)).await.unwrap();
        attempt.answer(number, answer()).await.unwrap();
        attempt.flush().await.unwrap();
    }
    let ours = processor_time().saturating_sub(before);
    let before = processor_time();
    for sequence in 1..=EFFECTS {
        append(&mut bare, &intent(sequence, Effect::Write).arguments);
        append(&mut bare, &answer().body);
    }
    let theirs = processor_time().saturating_sub(before);
    println!(
        "CPU of an effect    {:7.1} us   two bare appends      {:7.1} us   (an intent and its answer: two commits)",
        us(ours) / EFFECTS as f64,
        us(theirs) / EFFECTS as f64
    );
}

/// What a call of 1 KB leaves on disk.
async fn sizes() {
    for (what, effect, finish) in [
        ("read, run open", Effect::Read, false),
        ("read, run finished", Effect::Read, true),
        ("effect", Effect::Write, true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let backend = Arc::new(Sqlite::open(folder.path()).await.unwrap());
        let journal = Journal::new(Arc::clone(&backend) as Arc<dyn Backend>);
        let run = create(journal.backend(), "sizes").await;
        let attempt = journal.begin(&run, at()).await.unwrap();
        for sequence in 1..=10_000 {
            attempt.record(intent(sequence, effect), answer()).await.unwrap();
        }
        attempt.flush().await.unwrap();
        if finish {
            attempt.end(end()).await.unwrap();
        }
        // A copy is without what is free.
        let copy = folder.path().join("copy");
        backend.backup(&copy).await.unwrap();
        println!(
            "bytes on disk       {:7.0}      {what}, answer of {} bytes",
            std::fs::metadata(&copy).unwrap().len() as f64 / 10_000.0,
            answer().body.len()
        );
    }
}

/// What the next attempt of a long run takes to be answered everything.
async fn replay() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::new(Arc::new(Sqlite::open(folder.path()).await.unwrap()));
    let run = create(journal.backend(), "replay").await;
    let attempt = journal.begin(&run, at()).await.unwrap();
    let start = Instant::now();
    for sequence in 1..=REPLAYED {
        attempt.record(intent(sequence, Effect::Read), answer()).await.unwrap();
    }
    attempt.flush().await.unwrap();
    println!(
        "recording           {:7.0} calls a second",
        REPLAYED as f64 / start.elapsed().as_secs_f64()
    );
    let start = Instant::now();
    let attempt = journal.begin(&run, at()).await.unwrap();
    let begun = start.elapsed();
    for sequence in 1..=REPLAYED {
        assert!(attempt.take(Position::new(None, sequence)).await.unwrap().is_some());
    }
    println!(
        "replay              {:7.0} calls a second ({REPLAYED} in {:.2} s, {:.2} s of it before the first)",
        REPLAYED as f64 / start.elapsed().as_secs_f64(),
        start.elapsed().as_secs_f64(),
        begun.as_secs_f64()
    );
}

fn append(file: &mut File, bytes: &[u8]) {
    file.write_all(bytes).unwrap();
    file.sync_data().unwrap();
}

async fn create(backend: &dyn Backend, name: &str) -> RunId {
    let program = Program::new("script", "log(1)");
    let run = NewRun {
        id: name.parse().unwrap(),
        scope: StateScope { automation: name.to_owned(), connection: "main".to_owned() },
        name: name.to_owned(),
        target: "Shop".to_owned(),
        program: program.digest.clone(),
        trigger: Trigger::Manual,
        params: Value::Null,
        settings: Value::Null,
        started: at(),
        seed: 1,
        last_run: None,
    };
    let id = run.id.clone();
    backend.create(run, program).await.unwrap();
    id
}

fn at() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

fn intent(sequence: u64, effect: Effect) -> Intent {
    Intent {
        position: Position::new(None, sequence),
        kind: EntryKind::Call,
        name: "profiles.update".to_owned(),
        effect,
        account: None,
        target: format!("01HX{sequence:022}"),
        items: 0,
        arguments: format!(
            r#"["01HX{sequence:022}",{{"first_name":"Ada","properties":{{"tier":"gold"}}}}]"#
        )
        .into(),
        replaced: None,
        at: at(),
    }
}

/// An answer of 1 KB, of the kind that the API gives.
fn answer() -> Answer {
    let mut body = String::from(
        r#"{"data":{"type":"profile","id":"01HXKZ3V7Q5JY9S8T2W4N6M0PB","attributes":{"#,
    );
    for (name, value) in [
        ("email", "ada.lovelace@example.com"),
        ("phone_number", "+441632960961"),
        ("external_id", "c-10482"),
        ("first_name", "Ada"),
        ("last_name", "Lovelace"),
        ("organization", "Analytical Engines"),
        ("locale", "en-GB"),
        ("title", "Countess"),
        ("image", "https://images.example.com/p/8f14e45fceea167a.png"),
        ("created", "2026-03-01T09:30:00+00:00"),
        ("updated", "2026-05-11T17:02:41+00:00"),
        ("last_event_date", "2026-05-11T17:02:40+00:00"),
    ] {
        body.push_str(&format!(r#""{name}":"{value}","#));
    }
    body.push_str(r#""location":{"address1":"12 St James's Square","city":"London","country":"United Kingdom","zip":"SW1Y 4JH","timezone":"Europe/London","latitude":51.5073,"longitude":-0.1336,"ip":null},"properties":{"tier":"gold","favourite":"engines","visits":42,"newsletter":true}},"relationships":{"lists":{"links":{"self":"https://a.klaviyo.com/api/profiles/01HXKZ3V7Q5JY9S8T2W4N6M0PB/relationships/lists/"}}}}}"#);
    Answer {
        status: Some(200),
        settlement: "answered".to_owned(),
        requests: 1,
        took: Duration::from_millis(250),
        ..Answer::value(body)
    }
}

fn end() -> End {
    End {
        end: AttemptEnd::Completed,
        status: Status::Finished,
        waiting: None,
        outcome: Some(Outcome::Completed),
        at: at(),
        result: Value::Null,
        error: Value::Null,
        summary: Value::Null,
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn us(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// What all threads of this process have run, by the scheduler's own count.
fn processor_time() -> Duration {
    let mut nanoseconds = 0;
    for thread in std::fs::read_dir(Path::new("/proc/self/task")).unwrap() {
        // A thread may end meanwhile.
        let told =
            std::fs::read_to_string(thread.unwrap().path().join("schedstat")).unwrap_or_default();
        nanoseconds +=
            told.split(' ').next().and_then(|first| first.parse::<u64>().ok()).unwrap_or(0);
    }
    Duration::from_nanos(nanoseconds)
}

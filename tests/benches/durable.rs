//! What durability costs whole runs of the release binary, and how fast a long run is replayed. Run by hand, with the binary to
//! measure:
//! `cargo build --release && PIANOROLL_BINARY=$PWD/target/release/pianoroll \
//!  cargo bench -p pianoroll-tests --bench durable -- throughput|replay`.
//!
//! - `throughput [WRITES]`: so many writes (5000) at width 16 off quota, with the journal and with `--ephemeral`, by turns, five
//!   times each; the target is that a durable run leaves at least half.
//! - `replay [CALLS]`: a run of so many calls (100,000) is killed near its end and retried: what a replayed call costs beside one
//!   that was made, and the journal's size a call.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures real time and prints what it saw"
)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pianoroll_simulator::Simulator;
use pianoroll_tests::{Finished, at, pianoroll, simulator, unlimited};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("tokio starts");
    let number = |word: &str| word.parse().expect("a number");
    match words.as_slice() {
        ["throughput"] => runtime.block_on(throughput(5_000)),
        ["throughput", writes] => runtime.block_on(throughput(number(writes))),
        ["replay"] => runtime.block_on(replay(100_000)),
        ["replay", calls] => runtime.block_on(replay(number(calls))),
        _ => println!("usage: -- throughput [WRITES] | replay [CALLS]"),
    }
}

/// A script of so many updates, and a state folder.
struct Place {
    folder: tempfile::TempDir,
    simulator: Simulator,
}

impl Place {
    async fn new(writes: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let program = format!(
            "let id = profiles::list(#{{ page_size: 1 }}).data[0].id;\n\
             let numbers = rows(); for n in 0..{writes} {{ numbers.push(n); }}\n\
             parallel(numbers, 16, |n| {{ profiles::update(id, #{{ first_name: `${{n}}` }}); }});\n"
        );
        std::fs::write(folder.path().join("writes.rhai"), program).expect("writes");
        Self { folder, simulator: simulator(unlimited()).await }
    }

    fn state(&self) -> std::path::PathBuf {
        self.folder.path().join("state")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = pianoroll(words);
        command.current_dir(self.folder.path()).env("PIANOROLL_STATE", self.state());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn run(&self) -> Command {
        let mut command = self.command(&["run", "writes.rhai", "--json", "--yes"]);
        command.args(at(&self.simulator));
        command
    }

    /// Requests so far that change something.
    fn written(&self) -> u64 {
        let requests = self.simulator.requests();
        requests.iter().filter(|request| request.method == "PATCH").count() as u64
    }
}

async fn throughput(writes: u64) {
    let place = Place::new(writes).await;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        for (durable, times) in [(true, &mut with), (false, &mut without)] {
            place.simulator.reset();
            let mut command = place.run();
            if !durable {
                command.arg("--ephemeral");
            }
            times.push(timed(command));
            assert_eq!(place.written(), writes, "all are made");
        }
    }
    let (with, without) = (median(with), median(without));
    let rate = |time: Duration| writes as f64 / time.as_secs_f64();
    println!("{writes} writes at width 16, off quota, the median of 5:");
    println!("  with the journal  {:>6.0} a second", rate(with));
    println!("  --ephemeral       {:>6.0} a second", rate(without));
    println!("  a durable run leaves {:.2} of the throughput", rate(with) / rate(without));
}

async fn replay(calls: u64) {
    let place = Place::new(calls).await;
    let start = Instant::now();
    let mut child = place.run().spawn().expect("starts");
    // The log is parsed at each look, so looks are few; the run must not come to its end between two.
    let near = calls - calls / 20;
    while place.written() < near {
        assert!(child.try_wait().expect("waits").is_none(), "the run ended before it was killed");
        std::thread::sleep(Duration::from_millis(500));
    }
    let made = start.elapsed();
    let before = place.written();
    kill(&mut child);
    let bytes = size(&place.state());
    println!("killed after {before} of {calls} writes: {} a call", micros(made, before));
    println!("journal: {:.0} bytes a call", bytes as f64 / before as f64);
    // What is replayed takes the time until the first request of the next attempt.
    place.simulator.reset();
    let start = Instant::now();
    let mut child = place.command(&["runs", "retry", "last", "--json"]).spawn().expect("starts");
    while place.written() == 0 {
        assert!(child.try_wait().expect("waits").is_none(), "the retry ended without a write");
        std::thread::sleep(Duration::from_millis(1));
    }
    let replayed = start.elapsed();
    println!(
        "replay: {:.2} s, {} a call, {:.3} of making it",
        replayed.as_secs_f64(),
        micros(replayed, before),
        replayed.as_secs_f64() / made.as_secs_f64()
    );
    assert!(child.wait().expect("ends").success());
    let log = place.command(&["runs", "list", "--json"]).stdout(Stdio::piped()).output();
    let runs = Finished::new(&log.expect("starts")).json();
    assert_eq!(runs[0]["outcome"], "completed", "{runs}");
}

fn kill(child: &mut Child) {
    child.kill().expect("it is ours");
    child.wait().expect("ends");
}

fn micros(time: Duration, calls: u64) -> String {
    format!("{:.1} µs", time.as_secs_f64() * 1e6 / calls as f64)
}

fn timed(mut command: Command) -> Duration {
    let start = Instant::now();
    assert!(command.status().expect("starts").success());
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The database and its log.
fn size(state: &Path) -> u64 {
    let of = |name: &str| std::fs::metadata(state.join(name)).map_or(0, |metadata| metadata.len());
    of("journal.db") + of("journal.db-wal")
}

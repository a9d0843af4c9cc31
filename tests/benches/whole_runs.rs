//! Whole runs of the release binary. Run by hand, with the binary to measure:
//! `cargo build --release && PIANOROLL_BINARY=$PWD/target/release/pianoroll \
//!  cargo bench -p pianoroll-tests --bench whole_runs -- start-up|quota|million`.
//!
//! - `start-up`: `--version`, and a three-line `run --simulate`, beside the start of an empty process.
//! - `quota [WRITES] [fixed|sliding]`: writes at the simulator's real limits, 250 ± 40 ms away, beside requests ÷ quota.
//! - `million [PROFILES]`: pages all profiles in a script and tells the peak of memory beside a tenth as many.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures real time and prints what it saw"
)]

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pianoroll_simulator::{Settings, Simulator, Windows};
use pianoroll_tests::{at, pianoroll, simulator, unlimited};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("tokio starts");
    match words.as_slice() {
        ["start-up"] => start_up(),
        ["quota"] => runtime.block_on(quota(3000, Windows::Fixed)),
        ["quota", writes] => {
            runtime.block_on(quota(writes.parse().expect("a number"), Windows::Fixed))
        }
        ["quota", writes, "sliding"] => {
            runtime.block_on(quota(writes.parse().expect("a number"), Windows::Sliding))
        }
        ["quota", writes, "fixed"] => {
            runtime.block_on(quota(writes.parse().expect("a number"), Windows::Fixed))
        }
        ["million"] => runtime.block_on(million(1_000_000)),
        ["million", profiles] => runtime.block_on(million(profiles.parse().expect("a number"))),
        _ => println!("usage: -- start-up | quota [WRITES] [fixed|sliding] | million [PROFILES]"),
    }
}

fn start_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("three.rhai");
    std::fs::write(
        &script,
        "let lists = lists::list();\nlog::info(`${lists.data.len()} lists`);\nlists.data.len()\n",
    )
    .expect("writes");
    let empty = median(|| Command::new("true"));
    let version = median(|| pianoroll(["--version"]));
    let run = median(|| pianoroll(["run", script.to_str().expect("UTF-8"), "--simulate"]));
    println!("start of an empty process   {:>8.2} ms", milliseconds(empty));
    for (name, time) in [("pianoroll --version", version), ("a three-line run --simulate", run)] {
        println!(
            "{name:<27} {:>8.2} ms   {:.1} x an empty process",
            milliseconds(time),
            time.as_secs_f64() / empty.as_secs_f64()
        );
    }
}

fn median(mut command: impl FnMut() -> Command) -> Duration {
    let mut times: Vec<Duration> = (0..31)
        .map(|_| {
            let mut command = command();
            command.stdout(Stdio::null()).stderr(Stdio::null());
            let start = Instant::now();
            assert!(command.status().expect("starts").success());
            start.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

async fn quota(writes: u64, windows: Windows) {
    let settings = Settings {
        latency: Duration::from_millis(250),
        jitter: Duration::from_millis(40),
        windows,
        profiles: writes,
        ..Settings::default()
    };
    let simulator = simulator(settings).await;
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("writes.rhai");
    let program = format!(
        "let ids = rows();\nfor p in profiles::each(#{{ page_size: 100, fields: [\"email\"] }}) {{ if ids.len() < {writes} {{ ids.push(p.id); }} }}\n\
         parallel(ids, 10, |id| {{ profiles::update(id, #{{ first_name: \"x\" }}); }});\n"
    );
    std::fs::write(&script, program).expect("writes");
    let mut command = pianoroll(["run"]);
    command.arg(&script).args(at(&simulator).into_iter().take(4)).args(["--json", "--yes"]);
    let start = Instant::now();
    let output = command.output().expect("starts");
    let elapsed = start.elapsed().as_secs_f64();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let requests = simulator.requests();
    let refused = requests.iter().filter(|request| request.status == Some(429)).count();
    let ideal = requests.len() as f64 / 10.0;
    println!(
        "{windows:?} windows, {} requests: {elapsed:.1} s, {:.3} x requests ÷ quota ({ideal:.1} s)",
        requests.len(),
        elapsed / ideal
    );
    println!(
        "429s: {refused}, {:.2} % of requests",
        100.0 * refused as f64 / requests.len() as f64
    );
}

async fn million(profiles: u64) {
    let mut peaks = Vec::new();
    for profiles in [profiles / 10, profiles] {
        let simulator = simulator(Settings { profiles, ..unlimited() }).await;
        let start = Instant::now();
        let peak = page_all(&simulator, profiles);
        println!(
            "{profiles} profiles: {:.1} s, peak {} MiB",
            start.elapsed().as_secs_f64(),
            peak / 1024
        );
        peaks.push(peak);
    }
    println!("ten times the profiles: {:.2} x the memory", peaks[1] as f64 / peaks[0] as f64);
}

/// Pages all profiles in a script and answers the peak of its process in KiB.
fn page_all(simulator: &Simulator, profiles: u64) -> u64 {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("page.rhai");
    std::fs::write(
        &script,
        "let n = 0;\nfor p in profiles::each(#{ page_size: 100 }) { n += 1; }\nn\n",
    )
    .expect("writes");
    let mut command = pianoroll(["run"]);
    command
        .arg(&script)
        .args(at(simulator))
        .arg("--json")
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().expect("starts");
    let mut peak = 0;
    while child.try_wait().expect("waits").is_none() {
        peak = peak.max(peak_of(&child).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(50));
    }
    let output = child.wait_with_output().expect("ends");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(report["result"].as_u64().is_some_and(|seen| seen >= profiles), "{report}");
    peak
}

/// The peak of resident memory so far, in KiB, where the system tells.
fn peak_of(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

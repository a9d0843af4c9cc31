//! Whole runs of the release binary. Run by hand, with the binary to measure:
//! `cargo build --release && PIANOROLL_BINARY=$PWD/target/release/pianoroll \
//!  cargo bench -p pianoroll-tests --bench whole_runs -- start-up|quota|million|files|rows`.
//!
//! - `start-up`: `--version`, and a three-line `run --simulate`, beside the start of an empty process.
//! - `quota [WRITES] [fixed|sliding]`: writes at the simulator's real limits, 250 ± 40 ms away, beside requests ÷ quota.
//! - `million [PROFILES]`: pages all profiles in a script and tells the peak of memory beside a tenth as many.
//! - `files [MIB]`: reads and writes a CSV file of so many MiB (1024) and a tenth of it, beside the bare `csv` crate.
//! - `rows`: 100,000 and a million ids in `rows()` beside an array.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures real time and prints what it saw"
)]

use std::io::Write as _;
use std::path::Path;
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
        ["files"] => files(1024),
        ["files", mib] => files(mib.parse().expect("a number")),
        ["rows"] => rows(),
        _ => println!(
            "usage: -- start-up | quota [WRITES] [fixed|sliding] | million [PROFILES] | files [MIB] | rows"
        ),
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
    command.arg(&script).args(at(simulator)).arg("--json");
    let (peak, report) = watched(command);
    assert!(report["result"].as_u64().is_some_and(|seen| seen >= profiles), "{report}");
    peak
}

/// Runs a command to its end, and answers the peak of its memory in KiB and its report.
fn watched(mut command: Command) -> (u64, serde_json::Value) {
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("starts");
    let mut peak = 0;
    while child.try_wait().expect("waits").is_none() {
        peak = peak.max(peak_of(&child).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().expect("ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    (peak, serde_json::from_slice(&output.stdout).expect("JSON"))
}

/// The peak of resident memory so far, in KiB, where the system tells.
fn peak_of(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

const COLUMNS: [&str; 6] = ["sku", "title", "price", "currency", "updated", "active"];

fn files(mib: u64) {
    for mib in [mib / 10, mib] {
        let folder = tempfile::tempdir().expect("a folder");
        let big = folder.path().join("big.csv");
        fill(&big, mib << 20);
        let bytes = std::fs::metadata(&big).expect("is there").len() as f64 / f64::from(1 << 20);
        let (bare_read, _) = timed(|| assert!(bare(&big, None) > 0));
        let (bare_write, _) =
            timed(|| assert!(bare(&big, Some(&folder.path().join("bare.csv"))) > 0));
        println!(
            "{mib} MiB: bare csv reads {:.0} MiB/s, reads and writes {:.0} MiB/s",
            bytes / bare_read,
            bytes / bare_write
        );
        let columns = format!("{COLUMNS:?}");
        for (what, script, beside) in [
            (
                "for row in read_csv",
                "let n = 0; for row in files::read_csv(\"big.csv\") { n += 1; } n".to_owned(),
                bare_read,
            ),
            (
                "csv(…, read_csv)",
                format!("files::csv(\"out.csv\", {columns}, files::read_csv(\"big.csv\"))"),
                bare_write,
            ),
            (
                "push row by row",
                format!(
                    "let w = files::csv(\"out.csv\", {columns}); for row in files::read_csv(\"big.csv\") {{ w.push(row); }} w.len"
                ),
                bare_write,
            ),
        ] {
            let (seconds, peak) = timed(|| run_alone(folder.path(), &script));
            println!(
                "  {what:20} {:>6.0} MiB/s, {:.1} x the bare crate's time, peak {} MiB",
                bytes / seconds,
                seconds / beside,
                peak / 1024
            );
        }
    }
}

/// Rows of some 70 bytes.
fn fill(path: &Path, bytes: u64) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).expect("creates"));
    writeln!(file, "{}", COLUMNS.join(",")).expect("writes");
    let (mut written, mut number) = (0, 0_u64);
    while written < bytes {
        let row = format!(
            "sku-{number:08},\"Thing, number {number}\",{}.{:02},EUR,2026-01-31T09:00:00Z,true\n",
            number % 1000,
            number % 100
        );
        file.write_all(row.as_bytes()).expect("writes");
        written += row.len() as u64;
        number += 1;
    }
    file.flush().expect("writes");
}

/// Reads all rows, and writes them where a path is given.
fn bare(from: &Path, to: Option<&Path>) -> u64 {
    let mut reader = csv::Reader::from_path(from).expect("opens");
    let mut writer = to.map(|to| csv::Writer::from_path(to).expect("creates"));
    let (mut record, mut count) = (csv::StringRecord::new(), 0);
    while reader.read_record(&mut record).expect("reads") {
        if let Some(writer) = &mut writer {
            writer.write_record(&record).expect("writes");
        }
        count += 1;
    }
    if let Some(writer) = &mut writer {
        writer.flush().expect("writes");
    }
    count
}

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let done = work();
    (start.elapsed().as_secs_f64(), done)
}

/// Runs a script that calls nothing in a folder, and answers the peak of its memory in KiB.
fn run_alone(folder: &Path, script: &str) -> u64 {
    let file = folder.join("bench.rhai");
    std::fs::write(&file, script).expect("writes");
    let mut command = pianoroll(["run"]);
    command.arg(&file).args(["--simulate", "--json"]).current_dir(folder);
    watched(command).0
}

fn rows() {
    let folder = tempfile::tempdir().expect("a folder");
    for count in [100_000, 1_000_000] {
        let fill = |list: &str| {
            format!(
                "let list = {list}; for i in 0..{count} {{ list.push(`01GDDKASAP8TKDDA2GRZ${{i}}`); }} list.len()"
            )
        };
        let (_, empty) = timed(|| run_alone(folder.path(), "1"));
        let (array_time, array) = timed(|| run_alone(folder.path(), &fill("[]")));
        let (rows_time, rows) = timed(|| run_alone(folder.path(), &fill("rows()")));
        let bytes = |peak: u64| peak.saturating_sub(empty) as f64 * 1024.0 / f64::from(count);
        println!(
            "{count} ids: rows {:.0} bytes an id, an array {:.0}; memory {:.2} x, time {:.2} x an array's",
            bytes(rows),
            bytes(array),
            bytes(rows) / bytes(array),
            rows_time / array_time
        );
    }
}

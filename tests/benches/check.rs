//! A check of a whole project by the release binary. Run by hand, with the binary to measure:
//! `cargo build --release && PIANOROLL_BINARY=$PWD/target/release/pianoroll cargo bench -p pianoroll-tests --bench check [-- SCRIPTS]`.
//!
//! The project has 200 scripts of real size, each a copy of one in `scripts/` that imports a library, and an automation for
//! every tenth. Beside it: bare Rhai, which parses the same texts one after the other and checks nothing; and the check of one
//! script, which is mostly the start of the process.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures real time and prints what it saw"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use pianoroll_tests::{pianoroll, root};

const LIBRARY: &str = "\
fn named(name) { lists::find(name) }
fn shout(text) { `${text.to_upper()}!` }
";

fn main() {
    let scripts = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(200);
    let folder = tempfile::tempdir().expect("a folder");
    let texts = project(folder.path(), scripts);
    let lines: usize = texts.iter().map(|text| text.lines().count()).sum();
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{scripts} scripts, {lines} lines, {} KiB", bytes / 1024);

    let bare = median(7, || {
        let engine = rhai::Engine::new_raw();
        for text in &texts {
            let _ = std::hint::black_box(engine.compile(text).expect("parses"));
        }
    });
    let whole = median(7, || check(folder.path(), &[]));
    let one = median(21, || check(folder.path(), &["scripts/a0.rhai"]));
    println!("bare Rhai parses them     {:>8.1} ms", milliseconds(bare));
    println!(
        "pianoroll check           {:>8.1} ms   {:.1} x bare Rhai, {:.2} ms a script",
        milliseconds(whole),
        whole.as_secs_f64() / bare.as_secs_f64(),
        milliseconds(whole) / scripts as f64
    );
    println!("pianoroll check of one    {:>8.1} ms", milliseconds(one));
}

/// Writes the project, and answers the texts of its scripts.
fn project(folder: &Path, scripts: usize) -> Vec<String> {
    let originals = std::fs::read_dir(root().join("scripts")).expect("scripts");
    let mut originals: Vec<_> = originals.map(|entry| entry.expect("an entry").path()).collect();
    originals.retain(|path| {
        let name = path.to_string_lossy();
        name.ends_with(".rhai") && !name.ends_with(".test.rhai")
    });
    originals.sort();
    let originals: Vec<String> =
        originals.iter().map(|path| std::fs::read_to_string(path).expect("reads")).collect();
    for name in ["lib", "scripts"] {
        std::fs::create_dir_all(folder.join(name)).expect("a folder");
    }
    std::fs::write(folder.join("lib/shared.rhai"), LIBRARY).expect("writes");
    let mut file = String::new();
    let texts = (0..scripts).map(|index| {
        let original = &originals[index % originals.len()];
        // Behind the header, which has to stand first.
        let end = original.lines().take_while(|line| line.starts_with("//!")).count();
        let mut text = String::new();
        for (number, line) in original.lines().enumerate() {
            if number == end {
                let _ = writeln!(text, "import \"shared\" as names;\nlet copy{index} = names::shout(\"{index}\");");
            }
            let _ = writeln!(text, "{line}");
        }
        std::fs::write(folder.join(format!("scripts/a{index}.rhai")), &text).expect("writes");
        if index % 10 == 0 {
            let _ = writeln!(file, "[automations.a{index}]\nprogram = \"scripts/a{index}.rhai\"\npermissions = [\"read\", \"write\", \"delete\", \"send\"]\n");
        }
        text
    });
    let texts = texts.collect();
    std::fs::write(folder.join("pianoroll.toml"), file).expect("writes");
    texts
}

fn check(folder: &Path, words: &[&str]) {
    let mut command = pianoroll(["check"].iter().chain(words));
    command.current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status().expect("starts");
    // A project with mistakes is checked less far, so its time would say nothing.
    assert!(status.success(), "{status}");
}

fn median(times: usize, mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..times)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

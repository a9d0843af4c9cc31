//! What the end-to-end tests share: the real binary, and simulators for it to talk to.

pub mod crash;
pub mod direct;
pub mod dry_run;
pub mod guide;
pub mod plugins;
pub mod serving;

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Once, OnceLock};
use std::time::Duration;

use pianoroll_gateway::SystemClock;
use pianoroll_simulator::{Settings, Simulator};
use serde_json::Value;

/// The key that the tests use. It must never come out of anything: [`Finished::new`] looks for it in every output.
pub const KEY: &str = "mk_live_5ecretOfTheTests0123456789";

/// The repository.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The real binary. `PIANOROLL_BINARY` names one that is built already; else cargo builds it, which costs a moment.
///
/// # Panics
/// Where it cannot be built.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(path) = std::env::var_os("PIANOROLL_BINARY") {
            return path.into();
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let words = ["build", "--quiet", "--package", "pianoroll", "--message-format", "json"];
        let output =
            Command::new(cargo).current_dir(root()).args(words).output().expect("cargo starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let messages = String::from_utf8_lossy(&output.stdout);
        let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let executable = messages
            .filter_map(|message| Some(message["executable"].as_str()?.to_owned()))
            .next_back();
        executable.expect("cargo names the binary").into()
    })
}

/// A run of the binary that has ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The exit code; -1 for a signal.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Finished {
    /// Checks on the way that the key is nowhere in what was printed.
    ///
    /// # Panics
    /// Where it is.
    #[must_use]
    pub fn new(output: &Output) -> Self {
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!stdout.contains(KEY), "the key is in the output: {stdout}");
        assert!(!stderr.contains(KEY), "the key is in the messages: {stderr}");
        Self { code: output.status.code().unwrap_or(-1), stdout, stderr }
    }

    /// Standard output as JSON.
    ///
    /// # Panics
    /// Where it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {self:?}"))
    }

    /// Itself, if it ended with this exit code.
    ///
    /// # Panics
    /// Otherwise.
    #[must_use]
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }
}

/// The binary with an environment of its own: the tests' key, no colour, a home without settings, and a state folder that no
/// other command has.
#[must_use]
pub fn pianoroll<W: AsRef<OsStr>>(words: impl IntoIterator<Item = W>) -> Command {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PIANOROLL_") || name == "MATON_API_KEY" {
            command.env_remove(name);
        }
    }
    command.env("MATON_API_KEY", KEY).env("NO_COLOR", "1").current_dir(root()).args(words);
    command.env("PIANOROLL_STATE", state_folder()).env("XDG_CACHE_HOME", plugins::cache());
    command.stdin(Stdio::null());
    command
}

/// The path of a state folder that nobody has used. A command that keeps nothing makes none; what earlier tests have left is
/// swept an hour later, since nothing tells when a process that was given one is over.
///
/// # Panics
/// Where nothing can be written to the temporary folder.
#[must_use]
pub fn state_folder() -> PathBuf {
    static SWEPT: Once = Once::new();
    let all = std::env::temp_dir().join("pianoroll-tests-state");
    std::fs::create_dir_all(&all).expect("the temporary folder can be written");
    SWEPT.call_once(|| {
        let old = |entry: &std::fs::DirEntry| {
            let changed = entry.metadata().and_then(|metadata| metadata.modified());
            changed.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > Duration::from_secs(3600)))
        };
        let entries = std::fs::read_dir(&all).into_iter().flatten().filter_map(Result::ok);
        for entry in entries.filter(old) {
            // Another test may be sweeping, too.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    });
    // Made and taken away again: what is left is a name that nobody else has drawn.
    let drawn = tempfile::tempdir_in(&all).expect("the temporary folder can be written");
    drawn.path().to_owned()
}

/// Runs the binary to its end.
///
/// # Panics
/// Where it does not start.
pub fn run<W: AsRef<OsStr>>(words: impl IntoIterator<Item = W>) -> Finished {
    Finished::new(&pianoroll(words).output().expect("the binary starts"))
}

/// Runs a command with this standard input.
///
/// # Panics
/// Where it does not start.
pub fn with_input(mut command: Command, input: &[u8]) -> Finished {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    // A program that refuses early closes its input; that is no fault of the test.
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input));
    Finished::new(&child.wait_with_output().expect("the binary ends"))
}

/// A simulator without limits, for tests that are not about limits.
#[must_use]
pub fn unlimited() -> Settings {
    Settings { limits: false, ..Settings::default() }
}

/// A simulator on a free port of this machine, on the real clock.
///
/// # Panics
/// Where it does not start.
pub async fn simulator(settings: Settings) -> Simulator {
    let address = ([127, 0, 0, 1], 0).into();
    Simulator::start(settings, address, Arc::new(SystemClock::new()))
        .await
        .expect("the simulator starts")
}

/// The words that point the binary at a simulator.
#[must_use]
pub fn at(simulator: &Simulator) -> [String; 6] {
    let words = [
        "--gateway",
        &simulator.gateway_url(),
        "--control",
        &simulator.control_url(),
        "--quota",
        "off",
    ];
    words.map(str::to_owned)
}

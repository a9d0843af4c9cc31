//! Where a run is disturbed: a simulator, a project with a script, and a state folder, all of which begin anew for each point.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use pianoroll_simulator::{LoggedRequest, Settings, Simulator};
use tokio::runtime::Runtime;

use super::shim;
use crate::{Finished, at, pianoroll, plugins, root, simulator, unlimited};

/// A program of the sweep: a script, or a plugin.
#[derive(Clone, Copy, Debug)]
pub struct Script {
    /// Its file, from the repository's root; of a plugin its folder.
    pub file: &'static str,
    /// The file that it reads, if it reads one.
    pub beside: Option<&'static str>,
    /// What it needs on the command line.
    pub words: &'static [&'static str],
    /// Profiles in the account.
    pub profiles: u64,
}

impl Script {
    /// The re-tag script, on an account of so many profiles that a run makes at least 60 calls.
    pub const RETAG: Script = Script {
        file: "scripts/retag_inactive_profiles.rhai",
        beside: None,
        words: &[],
        profiles: 240,
    };

    /// One that creates, sends, merges and deletes.
    pub const CAMPAIGN: Script = Script {
        file: "tests/data/durable/campaign.rhai",
        beside: Some("tests/data/durable/people.csv"),
        words: &["--allow", "send,delete"],
        profiles: 40,
    };

    /// The same as a plugin.
    pub const PLUGIN: Script = Script {
        file: "plugins/sweep",
        beside: Some("tests/data/durable/people.csv"),
        words: &[],
        profiles: 40,
    };

    /// The name of a plugin.
    fn plugin(&self) -> Option<&'static str> {
        self.file.strip_prefix("plugins/")
    }
}

/// What becomes of a command while it runs.
pub type Watched<'a> = &'a dyn Fn(&mut Child);

/// How long a process may take at most, in looks of a millisecond: a guard against one that hangs.
const PATIENCE: u64 = 120_000;

/// A place for runs of one script.
#[derive(Debug)]
pub struct Scene {
    /// What is run.
    pub script: Script,
    /// Where its requests go.
    pub simulator: Simulator,
    folder: tempfile::TempDir,
    shim: PathBuf,
    /// A project in which the plugin is installed, to be copied.
    installed: Option<tempfile::TempDir>,
    // One worker: a request is logged and meets its fault without another between, so that the fault's number is the log's.
    runtime: Runtime,
}

impl Scene {
    /// A place. `shim` is what [`shim::compile`] has made.
    ///
    /// # Panics
    /// Where the machine does not give a folder, a port or a thread.
    #[must_use]
    pub fn new(script: Script, shim: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("tokio starts");
        let simulator = runtime.block_on(simulator(unlimited()));
        let folder = tempfile::tempdir().expect("a folder");
        let installed = script.plugin().map(installed);
        Self { script, simulator, folder, shim: shim.to_owned(), installed, runtime }
    }

    /// Forgets all that was: an account, a project and a state folder as they were at first.
    ///
    /// # Panics
    /// Where the folder cannot be emptied.
    pub fn begin(&self) {
        self.simulator.begin(Settings { profiles: self.script.profiles, ..unlimited() });
        for folder in [self.state(), self.project()] {
            if folder.exists() {
                std::fs::remove_dir_all(&folder).expect("the folder goes");
            }
        }
        std::fs::create_dir_all(self.state()).expect("a folder");
        private(&self.state());
        std::fs::create_dir_all(self.project()).expect("a folder");
        if let Some(installed) = &self.installed {
            copy(installed.path(), &self.project());
        }
        let script = Some(self.script.file).filter(|_| self.installed.is_none());
        for file in [script, self.script.beside].into_iter().flatten() {
            let from = root().join(file);
            let name = from.file_name().expect("a file has a name");
            std::fs::copy(&from, self.project().join(name)).expect("the file is there");
        }
    }

    /// The state folder.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// Where the script is, and what it reads and writes.
    #[must_use]
    pub fn project(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    /// The preloaded library.
    #[must_use]
    pub fn shim(&self) -> &Path {
        &self.shim
    }

    /// The command that starts the run.
    #[must_use]
    pub fn run(&self) -> Command {
        let name = match self.script.plugin() {
            Some(name) => format!("plugin:{name}").into(),
            None => Path::new(self.script.file).file_name().unwrap_or_default().to_owned(),
        };
        let mut command = self.command(["run"]);
        command.arg(name).args(self.script.words).args(at(&self.simulator));
        // The same draws in every run, so that what is sent can be compared.
        command.args(["--json", "--yes", "--random-seed", "7"]);
        command
    }

    /// Another command on the same state folder.
    #[must_use]
    pub fn command<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = pianoroll(words);
        command.current_dir(self.project()).env("PIANOROLL_STATE", self.state());
        command
    }

    /// Runs a command to its end, with somebody who watches it and may end it, and until the simulator has all that it sent.
    ///
    /// # Errors
    /// It does not end.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn end(&self, mut command: Command, watched: Watched<'_>) -> Result<Finished, String> {
        let file = |name: &str| self.folder.path().join(name);
        let open = |name: &str| std::fs::File::create(file(name)).expect("a file");
        command.stdout(open("stdout")).stderr(open("stderr")).stdin(Stdio::null());
        let mut child = command.spawn().expect("the binary starts");
        watched(&mut child);
        let ended = wait(|| child.try_wait().expect("a child can be waited for"));
        if ended.is_none() {
            shim::signal(&child, "KILL");
        }
        let status = child.wait().expect("a child can be waited for");
        // What one that was killed sent last may still be on its way.
        self.runtime.block_on(self.simulator.settled()).expect("the simulator takes connections");
        let read = |name: &str| std::fs::read(file(name)).expect("the file is there");
        let output =
            std::process::Output { status, stdout: read("stdout"), stderr: read("stderr") };
        let finished = Finished::new(&output);
        ended.map(|_| finished.clone()).ok_or_else(|| format!("does not end: {finished:?}"))
    }

    /// Waits until the log shows something, or the child has ended; false where it has ended.
    pub fn until(&self, child: &mut Child, seen: impl Fn(&[LoggedRequest]) -> bool) -> bool {
        let look = || match seen(&self.simulator.requests()) {
            true => Some(true),
            false => child.try_wait().ok().flatten().map(|_| false),
        };
        wait(look).unwrap_or(false)
    }
}

/// A project in which a plugin is installed.
fn installed(name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let package = plugins::pack_into(folder.path(), name);
    std::fs::write(folder.path().join("pianoroll.toml"), "").expect("a file");
    plugins::install(folder.path(), &package);
    std::fs::remove_file(package).expect("the package goes");
    folder
}

/// Copies a folder with all that is in it.
pub(super) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("the folder is there") {
        let entry = entry.expect("the folder can be read");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(from, to).expect("the file is there");
        }
    }
}

fn wait<T>(look: impl FnMut() -> Option<T>) -> Option<T> {
    wait_for(PATIENCE, look)
}

/// Looks every millisecond until there is something to see, so many times at most.
pub fn wait_for<T>(looks: u64, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    (0..looks).find_map(|_| {
        let seen = look();
        if seen.is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        seen
    })
}

/// As the binary makes a state folder.
pub(super) fn private(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(folder, mode).expect("the folder is ours");
}

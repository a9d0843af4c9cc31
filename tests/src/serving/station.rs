//! A project with its state folder and a simulator.

use std::path::PathBuf;
use std::process::Command;

use jiff::Timestamp;
use pianoroll_gateway::SystemClock;
use pianoroll_journal::{
    Backend as _, Keep, NoticeRecord, Occurrence, OccurrenceFilter, RunFilter, RunRecord, Sqlite,
};
use pianoroll_model::Clock as _;
use pianoroll_simulator::{Rule, Settings, Simulator};
use serde_json::Value;

use super::{Past, Serving};
use crate::{Finished, pianoroll, simulator};

/// A project with its state folder and a simulator.
#[derive(Debug)]
pub struct Station {
    folder: tempfile::TempDir,
    /// Where its requests go.
    pub simulator: Simulator,
    served: std::sync::atomic::AtomicU32,
}

impl Station {
    /// An empty one.
    ///
    /// # Panics
    /// Where the machine does not give a folder or a port.
    pub async fn new(settings: Settings) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("project")).expect("a folder");
        Self { folder, simulator: simulator(settings).await, served: 0.into() }
    }

    /// A file of the project.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("project").join(name)
    }

    /// The state folder.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// Writes a file of the project.
    ///
    /// # Panics
    /// Where it cannot be written.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("the folder takes files");
    }

    /// Writes the project file: this, beside where the gateway is.
    pub fn project(&self, text: &str) {
        self.project_with("quota = \"off\"", text);
    }

    /// The same, with what else the gateway's table says.
    pub fn project_with(&self, gateway: &str, text: &str) {
        let (url, control) = (self.simulator.gateway_url(), self.simulator.control_url());
        let head = format!("[gateway]\nurl = \"{url}\"\ncontrol = \"{control}\"\n{gateway}\n\n");
        self.write("pianoroll.toml", &(head + text));
    }

    /// A command in the project.
    #[must_use]
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = pianoroll(words);
        command.current_dir(self.path("")).env("PIANOROLL_STATE", self.state());
        command
    }

    /// A command that has ended.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn say(&self, words: &[&str]) -> Finished {
        Finished::new(&self.command(words).output().expect("the binary starts"))
    }

    /// `pianoroll deploy`, which must do it.
    ///
    /// # Panics
    /// Where it does not.
    pub fn deploy(&self) -> Finished {
        self.say(&["deploy"]).expect_code(0)
    }

    /// `pianoroll serve`, and what else is said to it.
    #[must_use]
    pub fn serve(&self, words: &[&str]) -> Serving {
        self.serve_by(self.command(&[&["serve"], words].concat()))
    }

    /// A command that serves.
    #[must_use]
    pub fn serve_by(&self, command: Command) -> Serving {
        let number = self.served.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Serving::start(command, &self.folder.path().join(format!("serve-{number}.log")))
    }

    /// The moment.
    #[must_use]
    pub fn now() -> Timestamp {
        SystemClock::new().now()
    }

    /// Deploys, and lets all schedules be as if the clock had been looked at last before these due times. Nothing may serve.
    ///
    /// # Panics
    /// Where that cannot be.
    pub async fn deploy_before(&self, past: &Past) {
        let _ = self.deploy();
        self.rewind(past.before).await;
    }

    /// Lets all schedules be as if the clock had been looked at last at a moment. Nothing may serve.
    ///
    /// # Panics
    /// Where the journal cannot be written.
    pub async fn rewind(&self, to: Timestamp) {
        let mut schedules = self.journal().await.schedules().await.expect("the journal is read");
        schedules.iter_mut().for_each(|schedule| schedule.watermark = to);
        self.keep(schedules.into_iter().map(Keep::Schedule).collect()).await;
    }

    /// Writes to the journal as the scheduler does. Nothing may serve.
    ///
    /// # Panics
    /// Where the journal cannot be written.
    pub async fn keep(&self, keeps: Vec<Keep>) {
        let journal = Sqlite::open(&self.state()).await.expect("nobody else owns the folder");
        journal.keep(keeps).await.expect("the journal can be written");
        journal.shut().await.expect("the journal can be closed");
    }

    /// The journal, to read beside whoever owns it.
    ///
    /// # Panics
    /// Where there is none.
    pub async fn journal(&self) -> Sqlite {
        Sqlite::read_only(&self.state()).await.expect("the journal is there")
    }

    /// What came of all due times, oldest first.
    ///
    /// # Panics
    /// Where the journal cannot be read.
    pub async fn occurrences(&self) -> Vec<Occurrence> {
        let found = self.journal().await.occurrences(&OccurrenceFilter::default()).await;
        let mut found = found.expect("the journal can be read");
        found.sort_by(|one, other| (one.due, &one.schedule).cmp(&(other.due, &other.schedule)));
        found
    }

    /// All runs, oldest first.
    ///
    /// # Panics
    /// Where the journal cannot be read.
    pub async fn runs(&self) -> Vec<RunRecord> {
        let found = self.journal().await.runs(&RunFilter::default()).await;
        let mut found = found.expect("the journal can be read");
        found.reverse();
        found
    }

    /// All notices, oldest first.
    ///
    /// # Panics
    /// Where the journal cannot be read.
    pub async fn notices(&self) -> Vec<NoticeRecord> {
        self.journal().await.notices(None, 0).await.expect("the journal can be read")
    }

    /// Replaces the fault rules of the simulator.
    ///
    /// # Panics
    /// Where they are none.
    pub fn faults(&self, rules: Value) {
        let rules: Vec<Rule> = serde_json::from_value(rules).expect("rules");
        self.simulator.set_faults(rules);
    }

    /// How many requests of a method had their effect, on a path that holds this.
    #[must_use]
    pub fn applied(&self, method: &str, path: &str) -> usize {
        let requests = self.simulator.requests().into_iter();
        requests
            .filter(|request| request.method == method && request.path.contains(path))
            .filter(|request| request.applied)
            .count()
    }
}

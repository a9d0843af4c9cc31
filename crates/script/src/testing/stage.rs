//! What a test is played on, as plain data.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Where one test is played: an account of its own, a clock on which waiting takes no time, and a folder. It is asked on the
/// test's own thread and may block. All errors are for the person who wrote the test: lower-case fragments.
pub trait Stage: Send + Sync {
    /// Puts another account in the place of the empty one.
    ///
    /// # Errors
    /// Words that cannot be; an account that has been used already.
    fn account(&self, words: &AccountWords) -> Result<(), String>;

    /// Fills the account with what was stored by `fixtures pull`.
    ///
    /// # Errors
    /// Fixtures that are not there; an account that has been used already.
    fn fixtures(&self, name: &str) -> Result<(), String>;

    /// Sets the clock: anywhere before the account is used, and forward after that.
    ///
    /// # Errors
    /// A time that has passed already.
    fn set_now(&self, now: Timestamp) -> Result<(), String>;

    /// What the clock says.
    fn now(&self) -> Timestamp;

    /// Gives the account, or the one that runs know by a name, a record and answers it with its id.
    ///
    /// # Errors
    /// A record that cannot be.
    fn give(
        &self,
        on: Option<&str>,
        kind: &str,
        fields: Map<String, Value>,
    ) -> Result<Value, String>;

    /// Adds a fault.
    ///
    /// # Errors
    /// A fault that cannot be.
    fn fault(&self, rule: Value) -> Result<(), String>;

    /// Sets a state value of the runs; null takes it away.
    fn set_state(&self, key: &str, value: Value);

    /// A state value as the last run has left it; null where there is none.
    fn state(&self, key: &str) -> Value;

    /// Puts a file into the folder.
    ///
    /// # Errors
    /// A path that leads out of the folder, or that cannot be written.
    fn write_file(&self, path: &str, text: &str) -> Result<(), String>;

    /// A file of the folder; nothing where it is not there.
    ///
    /// # Errors
    /// A path that leads out of the folder, or that cannot be read.
    fn read_file(&self, path: &str) -> Result<Option<String>, String>;

    /// Runs a script.
    ///
    /// # Errors
    /// A script that is not there or does not compile, parameters that it does not take, and the like: mistakes of the test.
    fn run(&self, scenario: &Scenario) -> Result<Played, String>;
}

/// What an account is made with; what is absent has its default.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountWords {
    /// How many profiles a busy account has; without a number it is empty.
    pub profiles: Option<u64>,
    /// What a busy account's data is computed from.
    pub seed: Option<u64>,
    /// How long new events stay invisible to reads, in seconds.
    pub event_lag: Option<u64>,
}

/// One run that a test asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    /// The script, as the header of the tests or the run names it: relative to the tests.
    pub script: String,
    /// Parameters as they are given on the command line.
    pub params: BTreeMap<String, String>,
    /// Whether effects are only planned.
    pub dry_run: bool,
    /// What is allowed beside reading and writing: the words of `--allow`.
    pub allow: Vec<String>,
    /// The guardrails: the words of `--limit`.
    pub limits: BTreeMap<String, u64>,
}

/// What came of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Played {
    /// `completed`, `failed` or `cancelled`.
    pub outcome: String,
    /// The script's result.
    pub result: Value,
    /// What ended it before its end.
    pub error: Option<RunError>,
    /// The texts of its problems.
    pub problems: Vec<String>,
    /// What it told its operator; of a dry run, what it would tell.
    pub notifications: Vec<Told>,
    /// What it logged.
    pub logs: Vec<LogLine>,
    /// What it did to the account, in the order in which it reached it; of a dry run, what it would do.
    pub effects: Vec<Effected>,
    /// Calls of any kind.
    pub calls: u64,
    /// Requests that were sent for them.
    pub requests: u64,
    /// How many of those were sent again.
    pub retries: u64,
}

/// What ended a run before its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunError {
    /// One line.
    pub message: String,
    /// The place in the script, and the whole story.
    pub rendered: String,
}

/// A notification of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// What was said.
    pub text: String,
    /// An object, or null.
    pub details: Value,
}

/// A line that a run logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// `debug`, `info`, `warn` or `error`.
    pub level: String,
    /// The line.
    pub text: String,
}

/// An effect of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effected {
    /// The operation, such as `profiles.update`; method and path of a request that is none.
    pub operation: String,
    /// `write`, `delete` or `send`.
    pub effect: String,
    /// The account that the run knows by this name; empty for its own.
    pub on: String,
    /// What it was done to: the ids of the path, or the id in the body; empty where there is none.
    pub target: String,
    /// What was sent, as a script writes it: attributes and relationships in one map, or a list of ids.
    pub body: Value,
}

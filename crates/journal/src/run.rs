//! Runs and what belongs to them, as the journal keeps them.

use std::fmt::Write as _;

use jiff::Timestamp;
use pianoroll_model::{Outcome, RunId, Status};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Why a run was started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Trigger {
    /// A person typed it.
    Manual,
    /// Once more with the program and parameters of an earlier run.
    Rerun {
        /// The earlier run.
        of: RunId,
    },
    /// An occurrence of a schedule. Unique: one due time of a schedule makes one run.
    Schedule {
        /// The schedule's name.
        schedule: String,
        /// When it was due.
        due: Timestamp,
    },
    /// An event that came in.
    Webhook {
        /// The hook's name.
        hook: String,
        /// The event's own id: a repetition makes no second run.
        event: String,
    },
}

/// The automation (or script) and connection that state values belong to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StateScope {
    /// The automation's name; of a script by itself its path within its project.
    pub automation: String,
    /// The connection's name or id; empty where there is none, as in the simulator.
    pub connection: String,
}

/// A run that is about to begin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewRun {
    /// Its id.
    pub id: RunId,
    /// What its state values and its last run belong to.
    pub scope: StateScope,
    /// What a person called it: the automation's name, or the file.
    pub name: String,
    /// The account that it runs on, for people.
    pub target: String,
    /// The digest of its [`Program`], which is stored before or with it.
    pub program: String,
    /// Why it runs.
    pub trigger: Trigger,
    /// The parameters.
    pub params: Value,
    /// What the one who starts runs needs to start another attempt: grants, limits, where calls go. Never a key.
    pub settings: Value,
    /// The program's `now()`.
    pub started: Timestamp,
    /// What its random numbers come from.
    pub seed: u64,
    /// What the program's `last_run()` answers.
    pub last_run: Option<LastRun>,
}

/// The last run of a scope that completed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    /// The run.
    pub run: RunId,
    /// When it started.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// How many problems it had.
    pub problems: u64,
}

/// What a run is made of: all sources, or a component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// SHA-256 of `content`, in hexadecimal.
    pub digest: String,
    /// `script` or `plugin`.
    pub kind: String,
    /// What the kind says it is: of a script a JSON object with all its sources.
    pub content: String,
}

impl Program {
    /// A program with its digest.
    #[must_use]
    pub fn new(kind: impl Into<String>, content: impl Into<String>) -> Self {
        let content = content.into();
        Self { digest: digest(&content), kind: kind.into(), content }
    }

    /// Whether the content is what the digest says.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.digest == digest(&self.content)
    }
}

fn digest(content: &str) -> String {
    let mut hexadecimal = String::with_capacity(64);
    for byte in Sha256::digest(content) {
        let _ = write!(hexadecimal, "{byte:02x}");
    }
    hexadecimal
}

/// Why a run waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitingReason {
    /// The program waits until a moment.
    Time,
    /// The last attempt failed by something that may pass; the next one begins at a moment.
    Retry,
    /// An effect has an unknown outcome: an operator's word is needed.
    UnknownOutcome,
    /// The journal was restored from a backup: what came after the backup may have happened already.
    Restored,
    /// Its process was told to end: it goes on with the next one.
    Stopped,
    /// The gateway refuses the key: it goes on once it takes one again.
    Credential,
    /// The gateway's connection to the account is dead: it goes on once it is alive again.
    Connection,
    /// The gateway cannot be reached: it goes on once it can be.
    Gateway,
}

impl WaitingReason {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            WaitingReason::Time => "time",
            WaitingReason::Retry => "retry",
            WaitingReason::UnknownOutcome => "unknown_outcome",
            WaitingReason::Restored => "restored",
            WaitingReason::Stopped => "stopped",
            WaitingReason::Credential => "credential",
            WaitingReason::Connection => "connection",
            WaitingReason::Gateway => "gateway",
        }
    }
}

/// What a run waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Why.
    pub reason: WaitingReason,
    /// Until when; none where a person is waited for.
    pub until: Option<Timestamp>,
}

/// A run as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// How it began.
    #[serde(flatten)]
    pub new: NewRun,
    /// How far it is.
    pub status: Status,
    /// What it waits for, while it is waiting.
    pub waiting: Option<Waiting>,
    /// How it ended, once it is finished.
    pub outcome: Option<Outcome>,
    /// The newest attempt, from 1; 0 before the first.
    pub attempt: u32,
    /// The newest claim's epoch. A running run whose epoch is older than the owner's was interrupted.
    pub epoch: u64,
    /// Whether somebody asked for it to be cancelled.
    pub cancel_requested: bool,
    /// Whether it has failed or was cancelled so long ago that what its reads were answered is gone: it cannot be taken up again.
    #[serde(default)]
    pub reads_gone: bool,
    /// When its last attempt ended, or its status changed last.
    pub changed: Timestamp,
    /// How many entries it has: counted with every commit, so that one that is missing shows.
    pub entries: u64,
    /// What it came to; null unless it completed.
    pub result: Value,
    /// What ended it, or its last attempt: an object with `message`, `kind`, `rendered`, …; null where nothing did.
    pub error: Value,
    /// Its numbers at the end of the last attempt; null before.
    pub summary: Value,
}

/// Which runs are meant. Newest first.
#[derive(Clone, Debug, Default)]
pub struct RunFilter {
    /// Of this automation or script.
    pub automation: Option<String>,
    /// On this connection.
    pub connection: Option<String>,
    /// With one of these; any where empty.
    pub status: Vec<Status>,
    /// With one of these; any where empty.
    pub outcome: Vec<Outcome>,
    /// Whose id begins so.
    pub id_prefix: Option<String>,
    /// Older than this one, for the next page.
    pub before: Option<RunId>,
    /// At most so many; 0 for all.
    pub limit: u32,
}

/// A right to write to a run: the newest one only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The run.
    pub run: RunId,
    /// Which attempt it begins, from 1.
    pub attempt: u32,
    /// Higher than that of every earlier claim, of any run.
    pub epoch: u64,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttemptEnd {
    /// The program came to its end.
    Completed,
    /// Something failed.
    Failed,
    /// A person stopped it.
    Cancelled,
    /// It waits, and the next attempt goes on from there.
    Parked,
    /// Its process ended without a word: found by a later owner.
    Interrupted,
}

/// An attempt of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptRecord {
    /// From 1.
    pub number: u32,
    /// When it began.
    pub started: Timestamp,
    /// When it ended; none while it goes on.
    pub ended: Option<Timestamp>,
    /// How it ended.
    pub end: Option<AttemptEnd>,
    /// What ended it; null where nothing did.
    pub error: Value,
}

/// The end of an attempt, and what becomes of its run.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// How the attempt ended.
    pub end: AttemptEnd,
    /// `Finished`, or `Waiting`.
    pub status: Status,
    /// With `Waiting`.
    pub waiting: Option<Waiting>,
    /// With `Finished`.
    pub outcome: Option<Outcome>,
    /// When.
    pub at: Timestamp,
    /// See [`RunRecord::result`].
    pub result: Value,
    /// See [`RunRecord::error`].
    pub error: Value,
    /// See [`RunRecord::summary`].
    pub summary: Value,
}

/// A value that programs keep from run to run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StateValue {
    /// What it belongs to.
    pub scope: StateScope,
    /// Its name.
    pub key: String,
    /// The value.
    pub value: Value,
    /// When it was set.
    pub changed: Timestamp,
    /// The run that set it; none where a person did.
    pub by: Option<RunId>,
}

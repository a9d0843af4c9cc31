//! What is asked of an owner. Whatever a run needs goes with the order: the owner reads no file of the one who asks but the
//! project's, and no key travels.

use jiff::Timestamp;
use pianoroll_journal::{Program, StateScope};
use pianoroll_model::{Position, RunId};
use pianoroll_runtime::deployment::Snapshot;
use pianoroll_runtime::durable::RunSettings;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A run that is to be started, or to go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum RunOrder {
    /// A new run.
    Start(Box<StartRun>),
    /// Another attempt of the same run.
    Retry {
        /// The run.
        run: RunId,
    },
    /// A new run with the program and parameters of an earlier one.
    Rerun {
        /// The earlier one.
        of: RunId,
        /// The new one.
        run: RunId,
        /// Whether the question on a live connection is answered with yes.
        yes: bool,
    },
    /// A new run of an automation as it was deployed.
    Trigger {
        /// The new one.
        run: RunId,
        /// The automation.
        automation: String,
        /// Which of its connections.
        connection: String,
    },
    /// An operator's word on calls whose outcome is unknown; the run goes on where none is left.
    Resolve(ResolveRun),
}

impl RunOrder {
    /// The run that it is about.
    #[must_use]
    pub fn run(&self) -> &RunId {
        match self {
            RunOrder::Start(start) => &start.run,
            RunOrder::Retry { run }
            | RunOrder::Rerun { run, .. }
            | RunOrder::Trigger { run, .. } => run,
            RunOrder::Resolve(resolve) => &resolve.run,
        }
    }
}

/// A new run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartRun {
    /// Its id, drawn by the one who asks, so that it can be cancelled from the first moment on.
    pub run: RunId,
    /// What a person called it: the automation's name, or the file.
    pub name: String,
    /// What its state values and its last run belong to: the automation's name, or the script's path within its project.
    pub automation: String,
    /// All its sources.
    pub program: Program,
    /// The parameters, typed by the program's header.
    pub params: Map<String, Value>,
    /// What every attempt needs.
    pub settings: RunSettings,
    /// What random numbers come from, where the one who asks has said so.
    pub seed: Option<u64>,
    /// The keys that the one who asks would use. The owner reads its own, and refuses where they differ.
    pub keys: Vec<KeyDigest>,
}

/// A key, and where it is; told by a digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyDigest {
    /// Where it is, for people: `the environment variable MATON_API_KEY`.
    pub place: String,
    /// What the gateway's `Credential::fingerprint` says of it.
    pub digest: String,
}

/// An operator's word on calls whose outcome is unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResolveRun {
    /// The run.
    pub run: RunId,
    /// One call; all of them where there is none.
    pub call: Option<Position>,
    /// What is known now.
    pub decision: Decision,
}

/// What an operator has found out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// It happened: the program is given this answer.
    Done {
        /// The body of the answer; empty where there is none.
        answer: Option<Value>,
    },
    /// It did not happen: the call is made again.
    Retry,
    /// The run is given up.
    Fail,
}

/// What became of a wish to cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReply {
    /// An attempt is under way: it stops at its next call.
    Requested,
    /// It was not under way, and is finished now.
    Closed,
}

/// A state value that is set, or taken away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetState {
    /// What it belongs to.
    pub scope: StateScope,
    /// Its name.
    pub key: String,
    /// The value; none takes it away.
    pub value: Option<Value>,
}

/// What became of a wish to erase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EraseReply {
    /// How many records held the text.
    pub records: u64,
    /// Runs that are still open and hold it.
    pub open: Vec<RunId>,
}

/// What is done to schedules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum ScheduleOrder {
    /// Nothing of them begins any more.
    Pause {
        /// Their names.
        schedules: Vec<String>,
        /// Why, for those who find them paused.
        note: String,
    },
    /// They go on with their next due times.
    Resume {
        /// Their names.
        schedules: Vec<String>,
    },
    /// Due times that have made no run make one.
    Backfill {
        /// Its name.
        schedule: String,
        /// The first moment.
        from: Timestamp,
        /// The last one.
        to: Timestamp,
    },
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleReply {
    /// How many schedules, or due times, it was about.
    pub count: u64,
    /// Whether the owner keeps schedules: without, what was written waits for one that does.
    pub serving: bool,
}

/// A checked snapshot of a project that is to be run from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeployOrder {
    /// What it is.
    pub snapshot: Snapshot,
    /// The programs that it needs.
    pub programs: Vec<Program>,
    /// The serial of the deployment that it was compared with; none where there was none. Another one refuses it.
    pub compared_with: Option<u64>,
}

/// What became of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployReply {
    /// Its serial.
    pub serial: u64,
    /// Whether the owner runs it already.
    pub serving: bool,
}

/// Who owns the state folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerInfo {
    /// Its process.
    pub pid: u32,
    /// Its version of pianoroll.
    pub version: String,
    /// See [`crate::PROTOCOL`].
    pub protocol: u32,
    /// Whether it keeps schedules.
    #[serde(default)]
    pub serving: bool,
}

//! What a run tells while it goes on, and how it ended.

use pianoroll_model::RunId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::refusal::Refusal;

/// Something that a run tells. Texts may hold colours; they are for the terminal of the one who asked for the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// An attempt begins.
    Started {
        /// The run.
        run: RunId,
        /// Which attempt, from 1.
        attempt: u32,
    },
    /// A line beside the data.
    Note {
        /// One line, or several.
        text: String,
    },
    /// The program logged a line.
    Log {
        /// `debug`, `info`, `warn` or `error`.
        level: String,
        /// One line, or several.
        text: String,
        /// Where in the program: `file:line:column`.
        place: Option<String>,
    },
    /// The program reported a problem.
    Problem {
        /// One line.
        text: String,
    },
    /// The program told its operator something.
    Notify {
        /// One line, or several.
        text: String,
    },
    /// A call is about to be made.
    Call {
        /// How many were made before it.
        calls: u64,
    },
    /// The program says how far it is.
    Progress {
        /// So far.
        done: u64,
        /// Of how many, where it is known.
        total: Option<u64>,
    },
    /// An effect is about to be sent.
    Effect {
        /// Which of the run, from 1.
        number: u64,
        /// What to print for it, on a live connection.
        line: Option<String>,
    },
    /// A question stands; whoever hears of the run answers it.
    Ask {
        /// The question.
        question: String,
    },
}

/// The answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Go on.
    Yes,
    /// Stop.
    No,
    /// There was nobody to ask.
    Nobody,
    /// The run was over before anybody answered.
    GivenUp,
}

/// The end of what was ordered: the run is finished, or needs a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    /// The run.
    pub run: RunId,
    /// The connection that it ran on, as a person named it.
    pub connection: Option<String>,
    /// How a process ends that did nothing else.
    pub exit: u8,
    /// The one object of `run --json`.
    pub report: Value,
    /// The result and the summary, for people.
    pub text: String,
    /// What ended it, for people; nothing where nothing did.
    pub error: Option<String>,
}

/// A line of the stream.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Line {
    Told(Event),
    Ended(Box<Ended>),
    Refused(Refusal),
}

//! How things end.

use serde::{Deserialize, Serialize};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The program came to its end, with or without problems.
    Completed,
    /// The program, or something under it, failed.
    Failed,
    /// A person stopped it.
    Cancelled,
    /// It was not started, for a recorded reason.
    Skipped,
}

impl Outcome {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Completed => "completed",
            Outcome::Failed => "failed",
            Outcome::Cancelled => "cancelled",
            Outcome::Skipped => "skipped",
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// What is known about a request that failed (design section 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Nothing happened: no connection was made, or the API refused (every 4xx, and 503 with `Retry-After`).
    NotDone,
    /// It may have happened: another 5xx, an answer that cannot be read, a timeout or reset once bytes were out.
    Unknown,
}

/// Whether trying again later can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Persistence {
    /// It may pass: throttling, an outage, a lost connection.
    Transient,
    /// The same call will fail again: bad input, a missing permission, a conflict.
    Terminal,
}

//! How far a run is.

use serde::{Deserialize, Serialize};

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Recorded, and not begun.
    Pending,
    /// An attempt is under way, or was when its process ended.
    Running,
    /// For a moment, or for a person.
    Waiting,
    /// It has an outcome.
    Finished,
}

impl Status {
    /// All of them, in the order in which a run goes through them.
    pub const ALL: [Status; 4] =
        [Status::Pending, Status::Running, Status::Waiting, Status::Finished];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Running => "running",
            Status::Waiting => "waiting",
            Status::Finished => "finished",
        }
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

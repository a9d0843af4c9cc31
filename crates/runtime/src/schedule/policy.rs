//! What becomes of a due time that is noticed late, or while another run is under way.

use serde::{Deserialize, Serialize};

/// What becomes of due times that are noticed late: nothing ran, or the clock was wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatchUp {
    /// They are missed.
    None,
    /// The newest one runs, where it is not older than the window; the others are missed.
    #[default]
    Latest,
    /// All that are not older than the window run, one after the other.
    All,
}

impl CatchUp {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::None, Self::Latest, Self::All];

    /// Their words, in the same order.
    pub const WORDS: [&str; 3] = [Self::None.as_str(), Self::Latest.as_str(), Self::All.as_str()];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            CatchUp::None => "none",
            CatchUp::Latest => "latest",
            CatchUp::All => "all",
        }
    }
}

/// What becomes of an occurrence while another run of its automation and connection is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// It makes no run.
    #[default]
    Skip,
    /// It waits until the other has ended.
    Queue,
    /// The other is cancelled, and then it begins.
    CancelOther,
    /// It begins beside the other.
    Allow,
}

impl Overlap {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Skip, Self::Queue, Self::CancelOther, Self::Allow];

    /// Their words, in the same order.
    pub const WORDS: [&str; 4] = [
        Self::Skip.as_str(),
        Self::Queue.as_str(),
        Self::CancelOther.as_str(),
        Self::Allow.as_str(),
    ];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Overlap::Skip => "skip",
            Overlap::Queue => "queue",
            Overlap::CancelOther => "cancel_other",
            Overlap::Allow => "allow",
        }
    }
}

//! What a call does to the world.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The consequence of an operation. By consequence and not by HTTP method: a POST that renders a template reads, and
/// a PATCH that turns a flow live sends.
///
/// Ordered by how much there is to regret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// Changes data in a way that a later write can undo.
    Write,
    /// Destroys data.
    Delete,
    /// Reaches people or third parties: messages, or data that leaves for another system.
    Send,
}

impl Effect {
    /// All effects, from the mildest.
    pub const ALL: [Effect; 4] = [Effect::Read, Effect::Write, Effect::Delete, Effect::Send];

    /// The word for it, as in permissions: `read`, `write`, `delete`, `send`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Effect::Read => "read",
            Effect::Write => "write",
            Effect::Delete => "delete",
            Effect::Send => "send",
        }
    }

    /// Whether it changes anything.
    #[must_use]
    pub const fn is_read(self) -> bool {
        matches!(self, Effect::Read)
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that names no effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an effect; the effects are read, write, delete and send")]
pub struct ParseEffectError(pub String);

impl FromStr for Effect {
    type Err = ParseEffectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Effect::ALL.into_iter().find(|effect| effect.as_str() == text);
        found.ok_or_else(|| ParseEffectError(text.to_owned()))
    }
}

/// How many calls of each effect a run has made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EffectCounts {
    /// Calls that changed nothing.
    pub read: u64,
    /// Calls that changed data.
    pub write: u64,
    /// Calls that destroyed data.
    pub delete: u64,
    /// Calls that reached people or third parties.
    pub send: u64,
}

impl EffectCounts {
    /// The count of one effect.
    #[must_use]
    pub const fn of(&self, effect: Effect) -> u64 {
        match effect {
            Effect::Read => self.read,
            Effect::Write => self.write,
            Effect::Delete => self.delete,
            Effect::Send => self.send,
        }
    }

    /// Counts one more.
    pub fn add(&mut self, effect: Effect) {
        match effect {
            Effect::Read => self.read += 1,
            Effect::Write => self.write += 1,
            Effect::Delete => self.delete += 1,
            Effect::Send => self.send += 1,
        }
    }

    /// All calls together.
    #[must_use]
    pub const fn calls(&self) -> u64 {
        self.read + self.write + self.delete + self.send
    }
}

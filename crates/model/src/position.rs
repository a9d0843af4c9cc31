//! Where in a run a call stands.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The place of a call in its run: branch, sequence and part. The same program with the same answers makes the same
/// calls at the same positions, whatever the timing.
///
/// Shown as `4` (the fourth host call), `4.2` (its second part), `17/3:2.4` (in item 3 of the `parallel` that was host call
/// 17: its host call 2, part 4). Sequences and parts count from 1, items from 0; part 1 of a host call is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// The branch, where it is not the trunk: the sequence of the `parallel`, and the item.
    pub branch: Option<(u64, u64)>,
    /// Which host call of the branch, from 1.
    pub sequence: u64,
    /// Which call of that host call, from 1: a page, or a chunk of a long list.
    pub part: u64,
}

impl Position {
    /// The first part of a host call.
    #[must_use]
    pub const fn new(branch: Option<(u64, u64)>, sequence: u64) -> Self {
        Self { branch, sequence, part: 1 }
    }

    /// Another part of the same host call.
    #[must_use]
    pub const fn part(self, part: u64) -> Self {
        Self { part, ..self }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((parallel, item)) = self.branch {
            write!(f, "{parallel}/{item}:")?;
        }
        write!(f, "{}", self.sequence)?;
        if self.part > 1 {
            write!(f, ".{}", self.part)?;
        }
        Ok(())
    }
}

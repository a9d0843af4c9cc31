//! An end of an attempt that no person wished for.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Why an attempt is ended from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HaltReason {
    /// Its process ends: the run goes on with the next one.
    Stop,
    /// It has taken longer than it may: the run has failed.
    Timeout {
        /// What it may take.
        most: Duration,
    },
}

/// Tells why an attempt is cancelled, where no person wished it. All clones are one; the first reason stays.
#[derive(Clone, Debug, Default)]
pub struct Halt(Arc<OnceLock<HaltReason>>);

impl Halt {
    /// Gives the reason. The attempt is cancelled after that.
    pub fn give(&self, reason: HaltReason) {
        let _ = self.0.set(reason);
    }

    /// The reason; none where nobody gave one.
    #[must_use]
    pub fn reason(&self) -> Option<HaltReason> {
        self.0.get().copied()
    }
}

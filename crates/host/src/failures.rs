//! Calls that failed in this attempt. An error that the program caught is an answer for good; one that ended the attempt does
//! not count, and the next attempt makes that call again.

use std::collections::HashMap;
use std::sync::Mutex;

use pianoroll_journal::{Answer, Attempt, EntryState, JournalError};
use pianoroll_model::{Certainty, Position};

use crate::error::{Cause, HostError};
use crate::host::{Host, lock};

/// What failed, by position, and what nobody caught.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    // Failures only, for some nanoseconds each.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The entry's number, and whether it may have happened all the same.
    failed: HashMap<Position, (u64, Certainty)>,
    /// By `parallel`: errors of its items that came out of it with the one that it threw.
    beside: HashMap<u64, Vec<Position>>,
}

impl Host {
    /// Remembers that a call failed, and its entry.
    pub(crate) fn failed(&self, position: Position, number: u64, certainty: Certainty) {
        lock(&self.failures.state).failed.insert(position, (number, certainty));
    }

    pub(crate) fn failed_beside(&self, parallel: u64, positions: Vec<Position>) {
        lock(&self.failures.state).beside.insert(parallel, positions);
    }

    /// At the end of an attempt that an error of a call has ended: takes that out of what counts, and the errors of other items
    /// of the same `parallel` that nobody caught.
    ///
    /// # Errors
    /// It is not on disk.
    pub async fn void_failed(&self, error: &HostError) -> Result<(), JournalError> {
        let (Some(attempt), Cause::Api(_)) = (self.attempt(), error.cause()) else {
            return Ok(());
        };
        let failed: Vec<(u64, Certainty)> = {
            let state = lock(&self.failures.state);
            let position = error.position();
            let beside = position.branch.and_then(|(parallel, _)| state.beside.get(&parallel));
            let positions = [position].into_iter().chain(beside.into_iter().flatten().copied());
            positions.filter_map(|position| state.failed.get(&position).copied()).collect()
        };
        for (number, certainty) in failed {
            forget(attempt, number, certainty).await?;
        }
        Ok(())
    }
}

async fn forget(attempt: &Attempt, number: u64, certainty: Certainty) -> Result<(), JournalError> {
    match certainty {
        Certainty::NotDone => attempt.void(number).await,
        // It may have happened: the next attempt treats it as sent, with its answer lost.
        Certainty::Unknown => {
            let answer = Answer { state: EntryState::Sent, ..Answer::value(Vec::new()) };
            attempt.answer(number, answer).await
        }
    }
}

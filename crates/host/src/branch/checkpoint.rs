//! A block of reads with one value: the value is recorded and the reads are not. A replay answers the value and does not run
//! the block, so the line is put where the block had left it.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use pianoroll_journal::{Answer, EntryKind, EntryState};
use pianoroll_model::Position;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Branch;
use crate::error::{Cause, HostError};
use crate::host::lock;
use crate::replay::{Asked, Recalled};

/// What is known of a checkpoint when the program comes to it.
#[derive(Debug)]
pub enum Checkpoint {
    /// An earlier attempt has been there: its value, as it was given to [`Branch::end_checkpoint`].
    Recorded(Result<Bytes, Bytes>),
    /// The block is to be run, and [`Branch::end_checkpoint`] or [`Branch::leave_checkpoint`] called behind it.
    Open(OpenCheckpoint),
}

/// A checkpoint whose block runs.
#[derive(Debug)]
pub struct OpenCheckpoint {
    name: String,
    position: Position,
}

/// How a line stood behind the block.
#[derive(Serialize, Deserialize)]
struct Behind<'a> {
    sequence: u64,
    draws: u64,
    notes: u64,
    #[serde(borrow)]
    value: &'a RawValue,
}

impl Branch {
    /// Comes to a checkpoint. Until it is ended or left, calls of this branch and of those that fork from it leave no entries.
    ///
    /// # Errors
    /// The journal cannot be read, or holds something else here.
    pub async fn begin_checkpoint(&self, name: &str) -> Result<Checkpoint, HostError> {
        let position = self.next_position();
        let asked = checkpoint(name);
        match self.recall(&asked, position).await? {
            Recalled::Answered(_, answer) => self.skip(&answer, position).map(Checkpoint::Recorded),
            Recalled::Nothing | Recalled::Lost(_) => {
                self.line.quiet.fetch_add(1, Ordering::Relaxed);
                Ok(Checkpoint::Open(OpenCheckpoint { name: name.to_owned(), position }))
            }
        }
    }

    /// Ends the block of a checkpoint with its value, as JSON. A block that has thrown something that the program may catch ends
    /// with that: `Err`. It is recorded when the program goes on.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub async fn end_checkpoint(
        &self,
        open: OpenCheckpoint,
        value: Result<&str, &str>,
    ) -> Result<(), HostError> {
        self.line.quiet.fetch_sub(1, Ordering::Relaxed);
        let OpenCheckpoint { name, position } = open;
        let (state, value) = match value {
            Ok(value) => (EntryState::Done, value),
            Err(thrown) => (EntryState::Failed, thrown),
        };
        // What is written here is JSON of our own making; what is none is kept as null.
        let null = RawValue::NULL;
        let value = serde_json::from_str::<&RawValue>(value).unwrap_or(null);
        let behind = Behind {
            sequence: self.line.last.load(Ordering::Relaxed),
            draws: lock(&self.line.random).draws(),
            notes: self.line.notes.load(Ordering::Relaxed),
            value,
        };
        let body = serde_json::to_vec(&behind).unwrap_or_default();
        let asked = checkpoint(&name);
        let answer = Answer { state, ..Answer::value(body) };
        if state == EntryState::Failed {
            // An error that ends the attempt is not recorded: the next attempt runs the block again. That the program caught it
            // shows in its next host call.
            if self.recording().is_some() {
                let intent = asked.intent(&self.host, position, pianoroll_model::Effect::Read);
                *lock(&self.line.thrown) = Some((intent, answer));
            }
            return Ok(());
        }
        self.record(&asked, answer, position).await
    }

    /// Leaves the block of a checkpoint without a value, since the run is over.
    pub fn leave_checkpoint(&self, _: OpenCheckpoint) {
        self.line.quiet.fetch_sub(1, Ordering::Relaxed);
    }

    /// Puts the line behind the block.
    fn skip(&self, answer: &Answer, position: Position) -> Result<Result<Bytes, Bytes>, HostError> {
        let behind: Behind<'_> = serde_json::from_slice(&answer.body).map_err(|error| {
            let error = pianoroll_journal::JournalError::new(
                pianoroll_journal::JournalErrorKind::Corrupt,
                format!("holds a checkpoint that cannot be read ({error}); restore a backup"),
            );
            self.host.stopped(Cause::Journal(error), position)
        })?;
        self.line.last.store(behind.sequence, Ordering::Relaxed);
        self.line.notes.store(behind.notes, Ordering::Relaxed);
        let mut random = self.line.random.lock().unwrap_or_else(PoisonError::into_inner);
        random.advance_to(behind.draws);
        let value = Bytes::copy_from_slice(behind.value.get().as_bytes());
        Ok(match answer.state {
            EntryState::Failed => Err(value),
            _ => Ok(value),
        })
    }

    /// Writes what a checkpoint has thrown, once the program goes on behind it.
    pub(super) async fn settle_thrown(&self) -> Result<(), HostError> {
        let thrown = lock(&self.line.thrown).take();
        let (Some(attempt), Some((intent, answer))) = (self.recording(), thrown) else {
            return Ok(());
        };
        let position = intent.position;
        let recorded = attempt.record(intent, answer).await;
        recorded.map(drop).map_err(|error| self.host.stopped(Cause::Journal(error), position))
    }
}

fn checkpoint(name: &str) -> Asked<'_> {
    Asked { kind: EntryKind::Checkpoint, name, account: None, arguments: Bytes::new() }
}

//! The journal in SQLite: one file beside which others may read, and one process that writes it.
//!
//! SQLite has no checksums of its own, and forgets the damaged end of its write-ahead log without a word. So every row has a sum
//! that is looked at when it is read, a run's entries are counted, and a mark beside the database tells how far it was.

mod entries;
mod error;
mod folder;
mod mark;
mod open;
mod pack;
mod restore;
mod rows;
mod runs;
mod sum;
mod upkeep;
mod values;
mod words;
mod writing;

use std::path::Path;

use jiff::Timestamp;
use pianoroll_model::{Position, RunId};
use serde_json::Value;
use sqlx::SqlitePool;
use tokio::sync::Mutex;

use crate::backend::{Backend, Fenced, Pending, Write};
use crate::entry::{Answer, Entry, Note};
use crate::error::{JournalError, JournalErrorKind};
use crate::run::{
    AttemptRecord, Claim, End, LastRun, NewRun, Program, RunFilter, RunRecord, StateScope,
    StateValue,
};
use folder::OwnerLock;
use writing::Writing;

pub use folder::is_owned;
pub use open::Options;
pub use restore::Restored;

/// The journal of a state folder.
pub struct Sqlite {
    readers: SqlitePool,
    /// The one connection that writes; none where another process owns the folder.
    writing: Option<Mutex<Writing>>,
    owner: u64,
    // Held as long as this lives.
    lock: std::sync::Mutex<Option<OwnerLock>>,
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqlite").field("owner", &self.owner).finish_non_exhaustive()
    }
}

impl Sqlite {
    /// Opens the journal of a folder to write it, and makes both where they are not there.
    ///
    /// # Errors
    /// Another process owns it; it is damaged, older than what the folder has seen, or of a newer pianoroll; the file system.
    pub async fn open(folder: &Path) -> Result<Self, JournalError> {
        Self::open_with(folder, &Options::default()).await
    }

    /// Opens it beside its owner, to read it.
    ///
    /// # Errors
    /// There is none yet (`NotFound`), or it cannot be read.
    pub async fn read_only(folder: &Path) -> Result<Self, JournalError> {
        let readers = open::beside(folder).await?;
        Ok(Self { readers, writing: None, owner: 0, lock: std::sync::Mutex::new(None) })
    }

    fn writing(&self) -> Result<&Mutex<Writing>, JournalError> {
        self.writing.as_ref().ok_or_else(|| {
            let message = "is read beside the process that owns it, and only that one writes it";
            JournalError::new(JournalErrorKind::Owned, message)
        })
    }
}

impl Backend for Sqlite {
    fn owner_epoch(&self) -> u64 {
        self.owner
    }

    fn commit(&self, writes: Vec<Write>) -> Pending<'_, Fenced> {
        Box::pin(async move {
            let mut writing = self.writing()?.lock().await;
            writing.begin().await?;
            let written = writing.write(writes).await;
            writing.finish(written).await
        })
    }

    fn create(&self, run: NewRun, program: Program) -> Pending<'_, Option<RunId>> {
        Box::pin(async move {
            let mut writing = self.writing()?.lock().await;
            writing.begin().await?;
            let created = writing.create(run, program).await;
            writing.finish(created).await
        })
    }

    fn claim(&self, run: &RunId, at: Timestamp) -> Pending<'_, Claim> {
        let run = run.clone();
        Box::pin(async move {
            let mut writing = self.writing()?.lock().await;
            writing.begin().await?;
            let claim = writing.claim(&run, at).await;
            writing.finish(claim).await
        })
    }

    fn end(&self, claim: &Claim, end: End) -> Pending<'_, ()> {
        let claim = claim.clone();
        Box::pin(async move {
            let mut writing = self.writing()?.lock().await;
            writing.begin().await?;
            let ended = writing.end(&claim, end).await;
            writing.finish(ended).await
        })
    }

    fn resolve(&self, run: &RunId, number: u64, answer: Answer) -> Pending<'_, ()> {
        let run = run.clone();
        Box::pin(async move {
            let mut writing = self.writing()?.lock().await;
            writing.begin().await?;
            let resolved = writing.resolve(&run, number, answer).await;
            writing.finish(resolved).await
        })
    }

    fn close(&self, run: &RunId, end: End) -> Pending<'_, ()> {
        let run = run.clone();
        Box::pin(async move {
            let mut writing = self.writing()?.lock().await;
            writing.begin().await?;
            let closed = writing.close(&run, end).await;
            writing.finish(closed).await
        })
    }

    fn request_cancel(&self, run: &RunId) -> Pending<'_, ()> {
        let run = run.clone();
        Box::pin(async move {
            let mut writing = self.writing()?.lock().await;
            writing.begin().await?;
            let requested = writing.change(&run, crate::rules::request_cancel).await;
            writing.finish(requested).await
        })
    }

    fn release(&self, run: &RunId, at: Timestamp) -> Pending<'_, ()> {
        let run = run.clone();
        Box::pin(async move {
            let mut writing = self.writing()?.lock().await;
            writing.begin().await?;
            let released = writing.change(&run, |record| crate::rules::release(record, at)).await;
            writing.finish(released).await
        })
    }

    fn run(&self, run: &RunId) -> Pending<'_, Option<RunRecord>> {
        let run = run.clone();
        Box::pin(async move { runs::one(&self.readers, &run).await })
    }

    fn runs(&self, filter: &RunFilter) -> Pending<'_, Vec<RunRecord>> {
        let filter = filter.clone();
        Box::pin(async move { runs::all(&self.readers, &filter).await })
    }

    fn attempts(&self, run: &RunId) -> Pending<'_, Vec<AttemptRecord>> {
        let run = run.clone();
        Box::pin(async move { runs::attempts(&self.readers, &run).await })
    }

    fn positions(&self, run: &RunId) -> Pending<'_, Vec<(u64, Position, bool)>> {
        let run = run.clone();
        Box::pin(async move { entries::positions(&self.readers, &run).await })
    }

    fn entries(&self, run: &RunId, from: u64, count: u32, bytes: usize) -> Pending<'_, Vec<Entry>> {
        let run = run.clone();
        Box::pin(async move { entries::chunk(&self.readers, &run, from, count, bytes).await })
    }

    fn notes(&self, run: &RunId) -> Pending<'_, Vec<Note>> {
        let run = run.clone();
        Box::pin(async move { values::notes(&self.readers, &run).await })
    }

    fn program(&self, digest: &str) -> Pending<'_, Option<Program>> {
        let digest = digest.to_owned();
        Box::pin(async move { values::program(&self.readers, &digest).await })
    }

    fn state(&self, scope: &StateScope, key: &str) -> Pending<'_, Option<StateValue>> {
        let (scope, key) = (scope.clone(), key.to_owned());
        Box::pin(async move { values::state(&self.readers, &scope, &key).await })
    }

    fn states(&self, scope: Option<&StateScope>) -> Pending<'_, Vec<StateValue>> {
        let scope = scope.cloned();
        Box::pin(async move { values::states(&self.readers, scope.as_ref()).await })
    }

    fn set_state(
        &self,
        scope: &StateScope,
        key: &str,
        value: Option<Value>,
        at: Timestamp,
    ) -> Pending<'_, ()> {
        let (scope, key) = (scope.clone(), key.to_owned());
        Box::pin(async move {
            let mut writing = self.writing()?.lock().await;
            writing.begin().await?;
            let set = writing.set_state(scope, key, value, at, None).await;
            writing.finish(set).await
        })
    }

    fn last_run(&self, scope: &StateScope) -> Pending<'_, Option<LastRun>> {
        let scope = scope.clone();
        Box::pin(async move { runs::last(&self.readers, &scope).await })
    }

    fn sweep(&self, runs: Timestamp, replaced: Timestamp, reads: Timestamp) -> Pending<'_, u64> {
        Box::pin(async move {
            let mut writing = self.writing()?.lock().await;
            writing.begin().await?;
            let swept = writing.sweep(runs, replaced, reads).await;
            writing.finish(swept).await
        })
    }

    fn erase(&self, text: &str) -> Pending<'_, (u64, Vec<RunId>)> {
        let text = text.to_owned();
        Box::pin(async move {
            let mut writing = self.writing()?.lock().await;
            writing.begin().await?;
            let erased = writing.erase(&text).await;
            let erased = writing.finish(erased).await?;
            writing.shred().await?;
            Ok(erased)
        })
    }

    fn backup(&self, to: &Path) -> Pending<'_, ()> {
        let to = to.to_owned();
        Box::pin(async move { restore::backup(&self.readers, &to).await })
    }

    fn shut(&self) -> Pending<'_, ()> {
        Box::pin(async move {
            self.readers.close().await;
            if let Some(writing) = &self.writing {
                writing.lock().await.shut().await?;
            }
            let mut lock = self.lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            *lock = None;
            Ok(())
        })
    }
}

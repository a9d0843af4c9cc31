//! The runs that are under way in this process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pianoroll_gateway::Cancel;
use pianoroll_model::RunId;
use pianoroll_runtime::execution::{Halt, HaltReason};
use pianoroll_server::Refusal;
use tokio::sync::Notify;

use crate::exit::Exit;
use crate::failure::Failure;

/// The runs that are under way in this process, and how each is stopped.
#[derive(Debug, Default)]
pub(super) struct Table {
    // Taken when a run begins, ends or is cancelled.
    inner: Mutex<Inner>,
    ended: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    runs: HashMap<RunId, (Cancel, Halt)>,
    /// Set once, by the one who waits for the last run: nothing begins any more.
    closing: bool,
}

/// A run that is under way, until this is dropped.
pub(super) struct UnderWay<'t> {
    table: &'t Table,
    run: RunId,
    pub(super) cancel: Cancel,
    pub(super) halt: Halt,
}

impl UnderWay<'_> {
    pub(super) fn run(&self) -> &RunId {
        &self.run
    }
}

impl Table {
    /// Begins a run.
    pub(super) fn begin(&self, run: &RunId) -> Result<UnderWay<'_>, Refusal> {
        let mut inner = self.lock();
        if inner.closing {
            return Err(Refusal::closing());
        }
        if inner.runs.contains_key(run) {
            let text = format!("run {run} is under way");
            let failure = Failure::text(Exit::Failed, text);
            return Err(failure.hint(format!("`pianoroll runs cancel {run}` stops it")).into());
        }
        let (cancel, halt) = (Cancel::new(), Halt::default());
        inner.runs.insert(run.clone(), (cancel.clone(), halt.clone()));
        Ok(UnderWay { table: self, run: run.clone(), cancel, halt })
    }

    pub(super) fn contains(&self, run: &RunId) -> bool {
        self.lock().runs.contains_key(run)
    }

    /// Stops a run at its next call; false where it is not under way.
    pub(super) fn cancel(&self, run: &RunId) -> bool {
        let under_way = self.lock().runs.get(run).cloned();
        under_way.inspect(|(cancel, _)| cancel.cancel()).is_some()
    }

    /// Stops all of them.
    pub(super) fn cancel_all(&self) {
        self.lock().runs.values().for_each(|(cancel, _)| cancel.cancel());
    }

    /// Stops all of them so that they go on with the next process.
    pub(super) fn stop_all(&self) {
        for (cancel, halt) in self.lock().runs.values() {
            // Before the cancellation, which would be a person's otherwise.
            halt.give(HaltReason::Stop);
            cancel.cancel();
        }
    }

    pub(super) fn count(&self) -> usize {
        self.lock().runs.len()
    }

    /// Waits until none is left. Nothing begins after that.
    pub(super) async fn close(&self) {
        loop {
            let ended = self.ended.notified();
            {
                let mut inner = self.lock();
                if inner.runs.is_empty() {
                    inner.closing = true;
                    return;
                }
            }
            ended.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.table.lock().runs.remove(&self.run);
        // Kept for one who looks a moment later.
        self.table.ended.notify_one();
    }
}

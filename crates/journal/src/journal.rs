//! The journal, as the process that owns it has it.

use std::sync::Arc;

use jiff::Timestamp;
use pianoroll_model::RunId;

use crate::attempt::Attempt;
use crate::backend::Backend;
use crate::error::{JournalError, JournalErrorKind};
use crate::writer::Writer;

/// The journal of a state folder. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    backend: Arc<dyn Backend>,
    writer: Writer,
}

impl Journal {
    /// A journal on a backend that this process owns. Within a tokio runtime.
    #[must_use]
    pub fn new(backend: Arc<dyn Backend>) -> Self {
        Self { writer: Writer::start(Arc::clone(&backend)), backend }
    }

    /// What stores it.
    #[must_use]
    pub fn backend(&self) -> &dyn Backend {
        &*self.backend
    }

    /// What stores it, for somebody who keeps it.
    #[must_use]
    pub fn shared(&self) -> Arc<dyn Backend> {
        Arc::clone(&self.backend)
    }

    /// Begins the next attempt of a run.
    ///
    /// # Errors
    /// The run is not there, is finished, or cannot be read.
    pub async fn begin(&self, run: &RunId, at: Timestamp) -> Result<Attempt, JournalError> {
        let claim = self.backend.claim(run, at).await?;
        let record = self.backend.run(run).await?.ok_or_else(|| {
            JournalError::new(JournalErrorKind::NotFound, format!("has no run {run}"))
        })?;
        let positions = self.backend.positions(run).await?;
        let notes = self.backend.notes(run).await?;
        let (backend, writer) = (Arc::clone(&self.backend), self.writer.clone());
        Ok(Attempt::new(backend, writer, claim, record, positions, notes))
    }
}

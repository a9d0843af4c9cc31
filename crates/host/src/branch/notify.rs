//! Notifications of the operator: each is on disk before anybody hears of it, so that none is told twice or lost with a process.

use std::sync::atomic::Ordering;

use pianoroll_journal::NoteKind;
use pianoroll_model::Position;
use serde_json::Value;

use super::Branch;
use crate::error::{Cause, HostError};
use crate::notifications::{Admitted, NOTIFY, Notification};
use crate::observer::{Level, Place};
use crate::road;

impl Branch {
    /// Tells the operator something: a host call of its own. The details are an object, or null. What an earlier attempt has said
    /// in the same words is not said again; a dry run says nothing, and shows it in its plan. It has no place in a checkpoint, which
    /// a replay does not run again: whoever offers checkpoints refuses it there.
    ///
    /// # Errors
    /// It is empty or too long, or the run has said [as many](crate::MOST_NOTIFICATIONS) as it may: nothing is said then, and the
    /// program may go on. Or the run was cancelled or ended by another branch, or the journal cannot be written.
    pub async fn notify(
        &self,
        text: &str,
        details: Value,
        place: Option<&Place>,
    ) -> Result<(), HostError> {
        let position = self.next_position();
        // Taken whatever comes of it, so that the notes behind it keep their numbers in a replay.
        let number = self.line.notes.fetch_add(1, Ordering::Relaxed) + 1;
        let refuse = |errors| road::refuse(errors, position);
        let notification = Notification::new(text, details).map_err(refuse)?;
        self.refuse_when_over(NOTIFY, position)?;
        self.settle_thrown().await?;
        let admitted = self.host.notifications().admit(&notification);
        if admitted.map_err(refuse)? == Admitted::SaidBefore {
            return Ok(());
        }
        if let Some(dry_run) = &self.host.dry_run {
            dry_run.notify(notification, position);
            return Ok(());
        }
        let Notification { text, details } = &notification;
        if let Some(attempt) = self.host.attempt() {
            let failed = |error| self.host.stopped(Cause::Journal(error), position);
            // On a way that an earlier attempt has not come, its notes may have had these numbers.
            let mut number = number;
            while !attempt.is_new(self.line.branch, number) {
                number = self.line.notes.fetch_add(1, Ordering::Relaxed) + 1;
            }
            let (text, details) = (text.clone(), details.clone());
            let kept = self.keep(number, NoteKind::Notify, Level::Info, text, details, place).await;
            kept.map_err(failed)?;
            attempt.flush().await.map_err(failed)?;
        }
        self.host.settings.observer.notify(text, details);
        Ok(())
    }

    /// Refuses what is called when the run is over for its program.
    pub(super) fn refuse_when_over(
        &self,
        operation: &str,
        position: Position,
    ) -> Result<(), HostError> {
        if let Some(error) = self.host.stop_reason() {
            return Err(error.clone());
        }
        if self.host.cancel().is_cancelled() {
            let cause = Cause::Cancelled { operation: operation.to_owned() };
            return Err(HostError::new(cause, position));
        }
        Ok(())
    }
}

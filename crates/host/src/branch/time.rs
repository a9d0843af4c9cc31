//! Time for programs: readings of the clock and pauses are recorded, so that a replay sees the same moments and waits for none
//! of them again.

use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use pianoroll_journal::{Answer, EntryKind, JournalError, JournalErrorKind};
use pianoroll_model::Position;

use super::Branch;
use crate::error::{Cause, HostError};
use crate::replay::{Asked, Recalled};

/// The longest pause that a process is kept for, where the run can be parked: far longer than any other call takes, and short
/// enough that hardly a process ends in it.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(60);

impl Branch {
    /// The moment now, by the run's clock: a host call of its own, with a sequence, since no two readings are alike.
    ///
    /// # Errors
    /// The journal cannot be read or written, or holds something else here.
    pub async fn clock(&self) -> Result<Timestamp, HostError> {
        let position = self.next_position();
        let asked = self.moment(EntryKind::Clock);
        if let Some(moment) = self.recalled_moment(&asked, position).await? {
            return Ok(moment);
        }
        let now = self.host.clock().now();
        self.record_moment(&asked, now, position).await?;
        Ok(now)
    }

    /// Waits on the run's clock before a call of `operation`: a host call of its own, which answers the moment at its end. A
    /// pause that is over in the journal is not waited for again. It never waits past a limit on the run's time, so that the
    /// call behind it meets the limit.
    ///
    /// # Errors
    /// The run was cancelled, or ended by another branch; those of [`Branch::clock`].
    pub async fn sleep(&self, duration: Duration, operation: &str) -> Result<Timestamp, HostError> {
        let position = self.next_position();
        let asked = self.moment(EntryKind::Clock);
        if let Some(moment) = self.recalled_moment(&asked, position).await? {
            return Ok(moment);
        }
        self.pause(duration, operation, position).await?;
        let now = self.host.clock().now();
        self.record_moment(&asked, now, position).await?;
        Ok(now)
    }

    /// Lets the program wait. Where the run is recorded, its end is; a wait of more than a minute then ends the attempt
    /// ([`Cause::Parked`]), and the next one goes on from here when the time has come. A dry run does not wait.
    ///
    /// # Errors
    /// The run is parked, was cancelled, or was ended by another branch; those of [`Branch::clock`].
    pub async fn wait(&self, duration: Duration) -> Result<(), HostError> {
        let position = self.next_position();
        let now = self.host.clock().now();
        let until = SignedDuration::try_from(duration).ok();
        let until = until.and_then(|duration| now.checked_add(duration).ok());
        let until = until.unwrap_or(Timestamp::MAX);
        if self.host.dry_run.is_some() {
            return Ok(());
        }
        let asked = Asked {
            arguments: Bytes::from(format!("{{\"seconds\":{}}}", duration.as_secs_f64())),
            ..self.moment(EntryKind::Wait)
        };
        let until = match self.recalled_moment(&asked, position).await? {
            Some(until) => until,
            None => {
                // On disk at once: a wait of a week is not begun anew.
                self.record_moment_durably(&asked, until, position).await?;
                until
            }
        };
        let left = until.duration_since(now);
        let Ok(left) = Duration::try_from(left) else { return Ok(()) };
        if left > LONGEST_PAUSE && self.recording().is_some() {
            return Err(self.host.stopped(Cause::Parked { until }, position));
        }
        self.pause(left, "wait", position).await
    }

    async fn pause(
        &self,
        duration: Duration,
        operation: &str,
        position: Position,
    ) -> Result<(), HostError> {
        let limit = self.host.settings.guardrails.seconds.as_ref();
        let left =
            limit.map(|limit| Duration::from_secs(limit.most).saturating_sub(self.host.running()));
        let cancel = self.host.cancel();
        let wait = self.host.clock().sleep(left.map_or(duration, |left| duration.min(left)));
        tokio::select! {
            () = wait => {}
            () = cancel.cancelled() => {}
        }
        self.refuse_when_over(operation, position)
    }

    fn moment(&self, kind: EntryKind) -> Asked<'_> {
        Asked { kind, name: "", account: None, arguments: Bytes::new() }
    }

    async fn recalled_moment(
        &self,
        asked: &Asked<'_>,
        position: Position,
    ) -> Result<Option<Timestamp>, HostError> {
        match self.recall(asked, position).await? {
            Recalled::Nothing | Recalled::Lost(_) => Ok(None),
            Recalled::Answered(_, answer) => {
                let text = std::str::from_utf8(&answer.body).unwrap_or_default();
                let moment = text.parse().map_err(|_| {
                    let message = "holds a moment that cannot be read; restore a backup";
                    let error = JournalError::new(JournalErrorKind::Corrupt, message);
                    self.host.stopped(Cause::Journal(error), position)
                });
                moment.map(Some)
            }
        }
    }

    async fn record_moment(
        &self,
        asked: &Asked<'_>,
        moment: Timestamp,
        position: Position,
    ) -> Result<(), HostError> {
        self.record(asked, Answer::value(moment.to_string()), position).await
    }

    async fn record_moment_durably(
        &self,
        asked: &Asked<'_>,
        moment: Timestamp,
        position: Position,
    ) -> Result<(), HostError> {
        self.record(asked, Answer::value(moment.to_string()), position).await?;
        let Some(attempt) = self.recording() else { return Ok(()) };
        let flushed = attempt.flush().await;
        flushed.map_err(|error| self.host.stopped(Cause::Journal(error), position))
    }
}

//! What becomes of a run when an attempt has ended.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pianoroll_gateway::{CallError, Trouble};
use pianoroll_host::{Cause, GuestError, RandomStream};
use pianoroll_journal::{AttemptEnd, End, Waiting, WaitingReason};
use pianoroll_model::{Outcome, Status};
use serde_json::Value;

use super::RunReport;
use super::halt::{Halt, HaltReason};

/// What becomes of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it is finished.
    Over,
    /// Another attempt, at a moment.
    At {
        /// When.
        when: Timestamp,
        /// `Time` where the program waits, `Retry` after something that may pass, `Stopped` where its process ends.
        reason: WaitingReason,
    },
    /// Another attempt, once a trouble is over that is not the run's own.
    After(Trouble),
    /// An operator's word: an effect has an unknown outcome.
    Person,
}

/// How often a run is tried that fails by something that may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// Attempts in all, from 1. Parked waits do not count as failures, and still are attempts.
    pub most: u32,
    /// The pause after the first failure; it doubles with each further one.
    pub first_pause: Duration,
    /// No pause is longer.
    pub longest_pause: Duration,
}

impl Attempts {
    /// So many attempts, with pauses from half a minute to an hour: whatever did not pass within the gateway client's own
    /// minutes of repetition is no hiccup.
    #[must_use]
    pub const fn of(most: u32) -> Self {
        let (first_pause, longest_pause) = (Duration::from_secs(30), Duration::from_secs(3600));
        Self { most, first_pause, longest_pause }
    }

    /// The pause after an attempt: between half of what is due and all of it, so that many runs that failed together do not come
    /// back together; the same for the same run.
    fn pause(&self, attempt: u32, seed: u64) -> Duration {
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1).min(30));
        let due = self.first_pause.saturating_mul(doubled).min(self.longest_pause);
        let drawn = RandomStream::new(seed, Some((0, attempt.into()))).next_u64();
        let share = (drawn >> 11) as f64 / (1_u64 << 53) as f64;
        due.mul_f64(0.5 + share / 2.0)
    }
}

/// What decides, beside the program, what becomes of a run.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// How often it is tried.
    pub attempts: Attempts,
    /// Given by whoever ends the attempt for another reason than a person's wish, before it is cancelled.
    pub halt: Halt,
    /// Whether it waits for the end of a trouble that is not its own: a key that is refused, a gateway that is not there. Otherwise it
    /// fails.
    pub waits_for_trouble: bool,
}

/// Why a run waits for the end of a trouble.
#[must_use]
pub const fn reason_of(trouble: Trouble) -> WaitingReason {
    match trouble {
        Trouble::Credential => WaitingReason::Credential,
        Trouble::Connection => WaitingReason::Connection,
        Trouble::Gateway => WaitingReason::Gateway,
    }
}

impl Default for Attempts {
    fn default() -> Self {
        Self::of(1)
    }
}

/// What becomes of a run whose attempt has ended with this.
pub(super) fn after(
    error: Option<&GuestError>,
    attempt: u32,
    terms: &Terms,
    now: Timestamp,
    seed: u64,
) -> Next {
    let halted = terms.halt.reason();
    let Some(error) = error else { return Next::Over };
    if error.is_cancelled() && halted == Some(HaltReason::Stop) {
        return Next::At { when: now, reason: WaitingReason::Stopped };
    }
    let attempts = &terms.attempts;
    let Some(host) = error.host() else { return Next::Over };
    let trouble =
        host.call_error().and_then(CallError::trouble).filter(|_| terms.waits_for_trouble);
    match (host.cause(), trouble) {
        (Cause::Parked { until }, _) => Next::At { when: *until, reason: WaitingReason::Time },
        (Cause::UnknownOutcome(_), _) => Next::Person,
        (_, Some(trouble)) => Next::After(trouble),
        _ if host.is_retryable() && attempt < attempts.most => {
            let pause = SignedDuration::try_from(attempts.pause(attempt, seed)).ok();
            let when =
                pause.and_then(|pause| now.checked_add(pause).ok()).unwrap_or(Timestamp::MAX);
            Next::At { when, reason: WaitingReason::Retry }
        }
        _ => Next::Over,
    }
}

/// The end of an attempt as the journal keeps it.
pub(super) fn end(report: &RunReport, at: Timestamp) -> End {
    let waiting = match report.next {
        Next::Over => None,
        Next::At { when, reason } => Some(Waiting { reason, until: Some(when) }),
        Next::After(trouble) => Some(Waiting { reason: reason_of(trouble), until: None }),
        Next::Person => Some(Waiting { reason: WaitingReason::UnknownOutcome, until: None }),
    };
    let reason = waiting.map(|waiting| waiting.reason);
    let parked = matches!(reason, Some(WaitingReason::Time | WaitingReason::Stopped));
    let end = match report.outcome {
        _ if parked || matches!(report.next, Next::After(_)) => AttemptEnd::Parked,
        Outcome::Completed => AttemptEnd::Completed,
        Outcome::Cancelled => AttemptEnd::Cancelled,
        Outcome::Failed | Outcome::Skipped => AttemptEnd::Failed,
    };
    let error = report.error.as_ref().filter(|_| !parked);
    End {
        end,
        status: if waiting.is_some() { Status::Waiting } else { Status::Finished },
        outcome: waiting.is_none().then_some(report.outcome),
        waiting,
        at,
        result: report.result.clone(),
        error: error.map_or(Value::Null, GuestError::to_map),
        summary: summary(report),
    }
}

/// A run in numbers, and those of its engine.
fn summary(report: &RunReport) -> Value {
    // Counts and texts always serialise.
    let mut summary = serde_json::to_value(&report.summary).unwrap_or_default();
    if let (Value::Object(summary), false) = (&mut summary, report.measured.is_null()) {
        summary.insert("measured".to_owned(), report.measured.clone());
    }
    summary
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_differ_by_run() {
        let attempts = Attempts::of(9);
        let pause = |attempt| attempts.pause(attempt, 7).as_secs();
        for (attempt, due) in [(1, 30), (2, 60), (3, 120), (8, 3600), (40, 3600)] {
            assert!((due / 2..=due).contains(&pause(attempt)), "{attempt}: {}", pause(attempt));
        }
        assert_eq!(attempts.pause(1, 7), attempts.pause(1, 7));
        assert_ne!(attempts.pause(1, 7), attempts.pause(1, 8));
    }
}

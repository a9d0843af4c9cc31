//! What to do after a failure: the operation's class decides, and what is known about the failure.

use std::time::Duration;

use pianoroll_model::{Certainty, Retry};

use crate::config::Retries;
use crate::error::{ErrorKind, Failure};

/// What has happened to a call so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Failures, 429s not among them.
    pub(super) failures: u32,
    /// 429s.
    pub(super) throttles: u32,
    /// 500s of the gateway itself.
    pub(super) gateway: u32,
    /// Whether the last request was refused for a key that has been replaced since.
    pub(super) key_replaced: bool,
    /// Whether an answer was lost: from then on nobody knows, whatever else happens.
    pub(super) lost: bool,
}

impl Tally {
    /// Counts a failure, and gives it back with what is known over the whole call.
    pub(super) fn count(&mut self, mut failure: Failure) -> Failure {
        match failure.kind {
            ErrorKind::Throttled => self.throttles += 1,
            ErrorKind::Gateway => {
                self.gateway += 1;
                self.failures += 1;
            }
            _ => self.failures += 1,
        }
        self.lost |= failure.certainty == Certainty::Unknown;
        if self.lost {
            failure.certainty = Certainty::Unknown;
        }
        failure
    }
}

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Send it again, after a pause.
    Again(Pause),
    /// Read whether it happened.
    Probe,
    /// Report the failure.
    GiveUp,
}

/// How long to wait before sending again.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// As long as was asked for: never less, whatever the window.
    Exactly(Duration),
    /// Anything up to this, evenly drawn, so that many callers do not return at once.
    UpTo(Duration),
}

/// What a refusal for pace waits at least, where it does not say.
pub(super) const SHORTEST_WINDOW: Duration = Duration::from_secs(1);

/// Decides about a failure that [`Tally::count`] has counted.
pub(super) fn next(class: Retry, failure: &Failure, tally: &Tally, retries: &Retries) -> Next {
    let pause = match failure.retry_after {
        // A server that goes on refusing what it has just asked for is not asked again at once: all repetitions would be used
        // up within one of its windows.
        Some(duration) if failure.kind == ErrorKind::Throttled && tally.throttles > 2 => {
            Pause::Exactly(duration.max(SHORTEST_WINDOW))
        }
        Some(duration) => Pause::Exactly(duration),
        // A refusal for pace without a time: no window is shorter than a second.
        None if failure.kind == ErrorKind::Throttled => {
            Pause::Exactly(SHORTEST_WINDOW * 2_u32.saturating_pow(tally.throttles.clamp(1, 7) - 1))
        }
        None => Pause::UpTo(backoff(tally.failures, retries)),
    };
    // First of all, since nothing else that an answer says makes it less unknown: not even a wait that is too long to begin.
    if failure.certainty == Certainty::Unknown && !class.resends_unknown() {
        return Next::Probe;
    }
    if matches!(&pause, Pause::Exactly(duration) if *duration > retries.longest_wait) {
        return Next::GiveUp;
    }
    let may_repeat = tally.failures < retries.attempts;
    match failure.kind {
        ErrorKind::Throttled if tally.throttles <= retries.throttles => Next::Again(pause),
        ErrorKind::Throttled => Next::GiveUp,
        // The new key has not been asked.
        ErrorKind::Unauthorized if tally.key_replaced && may_repeat => {
            Next::Again(Pause::UpTo(Duration::ZERO))
        }
        // This request certainly did nothing, so that sending it again adds nothing, whatever the class.
        ErrorKind::Connect if may_repeat => Next::Again(pause),
        ErrorKind::Upstream
            if failure.retry_after.is_some() && failure.status == Some(503) && may_repeat =>
        {
            Next::Again(pause)
        }
        ErrorKind::Unreadable | ErrorKind::Timeout
            if failure.status.is_some_and(|status| (400..500).contains(&status)) =>
        {
            if may_repeat {
                Next::Again(pause)
            } else {
                Next::GiveUp
            }
        }
        ErrorKind::Dropped if failure.certainty == Certainty::NotDone && may_repeat => {
            Next::Again(pause)
        }
        ErrorKind::Upstream
        | ErrorKind::Gateway
        | ErrorKind::Unreadable
        | ErrorKind::Timeout
        | ErrorKind::Dropped
        | ErrorKind::TooLarge
            if failure.certainty == Certainty::Unknown =>
        {
            lost(failure, tally, may_repeat, pause)
        }
        _ => Next::GiveUp,
    }
}

/// An answer was lost to a call that may be made twice.
fn lost(failure: &Failure, tally: &Tally, may_repeat: bool, pause: Pause) -> Next {
    // The same answer would come again.
    let useless = failure.kind == ErrorKind::TooLarge
        || failure.status.is_some_and(|status| (300..400).contains(&status));
    // A dead authorisation does not come back by itself; once more tells it from a hiccup.
    let dead = failure.kind == ErrorKind::Gateway && tally.gateway > 1;
    if may_repeat && !useless && !dead { Next::Again(pause) } else { Next::GiveUp }
}

/// Doubles with each failure, up to the longest.
fn backoff(failures: u32, retries: &Retries) -> Duration {
    let factor = 2_u32.saturating_pow(failures.saturating_sub(1).min(16));
    retries.first_pause.saturating_mul(factor).min(retries.longest_pause)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(kind: ErrorKind, certainty: Certainty, status: Option<u16>) -> Failure {
        Failure { status, ..Failure::new("x.y", kind, certainty) }
    }

    fn check(class: Retry, failure: Failure, expected: &Next) {
        let mut tally = Tally::default();
        let failure = tally.count(failure);
        let found = next(class, &failure, &tally, &Retries::default());
        assert_eq!(&found, expected, "{class} {failure:?}");
    }

    const ALL: [Retry; 5] =
        [Retry::Safe, Retry::Idempotent, Retry::Keyed, Retry::Conflicts, Retry::Once];

    fn first_pause() -> Next {
        Next::Again(Pause::UpTo(Duration::from_millis(500)))
    }

    #[test]
    fn what_is_certainly_not_done_is_sent_again_whatever_the_class() {
        let wait = Some(Duration::from_secs(60));
        let again = Next::Again(Pause::Exactly(Duration::from_secs(60)));
        for class in ALL {
            check(class, failure(ErrorKind::Connect, Certainty::NotDone, None), &first_pause());
            check(class, failure(ErrorKind::Dropped, Certainty::NotDone, None), &first_pause());
            check(
                class,
                failure(ErrorKind::Unreadable, Certainty::NotDone, Some(403)),
                &first_pause(),
            );
            let busy = failure(ErrorKind::Upstream, Certainty::NotDone, Some(503));
            check(class, Failure { retry_after: wait, ..busy }, &again);
            let throttled = failure(ErrorKind::Throttled, Certainty::NotDone, Some(429));
            check(class, Failure { retry_after: wait, ..throttled.clone() }, &again);
            check(class, throttled, &Next::Again(Pause::Exactly(Duration::from_secs(1))));
        }
    }

    #[test]
    fn what_is_unknown_is_sent_again_only_where_that_cannot_double() {
        let unknown = [
            failure(ErrorKind::Upstream, Certainty::Unknown, Some(502)),
            failure(ErrorKind::Gateway, Certainty::Unknown, Some(500)),
            failure(ErrorKind::Timeout, Certainty::Unknown, None),
            failure(ErrorKind::Dropped, Certainty::Unknown, None),
            failure(ErrorKind::Unreadable, Certainty::Unknown, Some(200)),
        ];
        for lost in unknown {
            check(Retry::Once, lost.clone(), &Next::Probe);
            for class in [Retry::Safe, Retry::Idempotent, Retry::Keyed, Retry::Conflicts] {
                check(class, lost.clone(), &first_pause());
            }
        }
    }

    #[test]
    fn refusals_end_the_call() {
        for (kind, status) in [
            (ErrorKind::Invalid, 400),
            (ErrorKind::Unauthorized, 401),
            (ErrorKind::Forbidden, 403),
            (ErrorKind::NotFound, 404),
            (ErrorKind::Conflict, 409),
            (ErrorKind::Gone, 410),
        ] {
            for class in ALL {
                check(class, failure(kind, Certainty::NotDone, Some(status)), &Next::GiveUp);
            }
        }
    }

    #[test]
    fn what_was_refused_for_a_key_that_was_replaced_is_sent_with_the_new_one() {
        let mut tally = Tally { key_replaced: true, ..Tally::default() };
        let retries = Retries::default();
        for sent in 1..=retries.attempts {
            let refused = failure(ErrorKind::Unauthorized, Certainty::NotDone, Some(401));
            let refused = tally.count(refused);
            let found = next(Retry::Once, &refused, &tally, &retries);
            assert_eq!(found == Next::GiveUp, sent == retries.attempts, "{sent}");
        }
    }

    #[test]
    fn a_server_that_goes_on_refusing_at_once_is_not_asked_again_at_once() {
        let mut tally = Tally::default();
        let mut pauses = Vec::new();
        loop {
            let refused = failure(ErrorKind::Throttled, Certainty::NotDone, Some(429));
            let refused = tally.count(Failure { retry_after: Some(Duration::ZERO), ..refused });
            match next(Retry::Once, &refused, &tally, &Retries::default()) {
                Next::Again(Pause::Exactly(pause)) => pauses.push(pause.as_secs()),
                _ => break,
            }
        }
        assert_eq!(pauses, [0, 0, 1, 1, 1, 1]);
    }

    #[test]
    fn a_wait_past_the_longest_is_not_begun() {
        let hours = Some(Duration::from_secs(7200));
        let throttled = failure(ErrorKind::Throttled, Certainty::NotDone, Some(429));
        check(Retry::Safe, Failure { retry_after: hours, ..throttled }, &Next::GiveUp);
    }

    #[test]
    fn a_wait_past_the_longest_leaves_an_unknown_outcome_unknown() {
        let hours = Some(Duration::from_secs(7200));
        for (kind, status) in [(ErrorKind::Upstream, 502), (ErrorKind::Gateway, 500)] {
            let lost = failure(kind, Certainty::Unknown, Some(status));
            let lost = Failure { retry_after: hours, ..lost };
            check(Retry::Once, lost.clone(), &Next::Probe);
            check(Retry::Idempotent, lost, &Next::GiveUp);
        }
    }

    #[test]
    fn repetitions_are_bounded_and_a_loss_stays_a_loss() {
        let retries = Retries::default();
        let mut tally = Tally::default();
        let mut sent = 1;
        let mut last = tally.count(failure(ErrorKind::Dropped, Certainty::Unknown, None));
        while let Next::Again(_) = next(Retry::Idempotent, &last, &tally, &retries) {
            sent += 1;
            last = tally.count(failure(ErrorKind::Connect, Certainty::NotDone, None));
        }
        assert_eq!(sent, retries.attempts);
        assert_eq!(last.certainty, Certainty::Unknown);
        assert_eq!(backoff(40, &retries), retries.longest_pause);
    }

    #[test]
    fn a_gateway_that_lost_its_connection_is_asked_twice() {
        let mut tally = Tally::default();
        let dead = || failure(ErrorKind::Gateway, Certainty::Unknown, Some(500));
        let first = tally.count(dead());
        assert!(matches!(next(Retry::Safe, &first, &tally, &Retries::default()), Next::Again(_)));
        let second = tally.count(dead());
        assert_eq!(next(Retry::Safe, &second, &tally, &Retries::default()), Next::GiveUp);
    }
}

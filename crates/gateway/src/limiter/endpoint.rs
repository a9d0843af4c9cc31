//! An endpoint's own limits, for one connection: a burst and a steady window, a daily count, and what the API says.

use std::time::Duration;

use pianoroll_api::operation::{Budget, Operation};

use super::pace::Leave;
use super::window::Window;
use crate::exchange::Limits;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// What two readings of one window's end may differ by: they come in whole seconds.
const SAME_WINDOW: Duration = Duration::from_millis(1500);

/// The limits of one endpoint, or of one budget that several endpoints share. Pure: the time comes in.
#[derive(Debug, Default)]
pub(crate) struct Endpoint {
    burst: Option<Window>,
    steady: Option<Window>,
    daily: Option<Window>,
    blocked_until: Duration,
    advice: Option<Advice>,
    under_way: u32,
}

/// The API's own count of its steady window.
#[derive(Clone, Copy, Debug)]
struct Advice {
    /// When the window ends.
    until: Duration,
    /// How many more requests it takes until then.
    left: u32,
}

impl Endpoint {
    /// The limits that the spec gives an operation; none for an unknown path.
    pub(crate) fn of(operation: Option<&Operation>) -> Self {
        let Some(operation) = operation else { return Self::default() };
        let window = |limit: Option<u32>, period| limit.map(|limit| Window::new(limit, period));
        Self {
            burst: window(operation.tier.burst, SECOND),
            steady: window(operation.tier.steady, MINUTE),
            daily: window(operation.daily, DAY),
            ..Self::default()
        }
    }

    /// The limits of a budget.
    pub(crate) fn of_budget(budget: &Budget) -> Self {
        Self {
            burst: Some(Window::new(budget.burst, SECOND)),
            steady: Some(Window::new(budget.steady, MINUTE)),
            ..Self::default()
        }
    }

    fn windows(&mut self) -> impl Iterator<Item = &mut Window> {
        [&mut self.burst, &mut self.steady, &mut self.daily].into_iter().flatten()
    }

    /// When a request may leave.
    pub(crate) fn ready_at(&mut self, now: Duration) -> Duration {
        if self.advice.is_some_and(|advice| advice.until <= now) {
            self.advice = None;
        }
        let advised =
            self.advice.filter(|advice| advice.left == 0).map_or(now, |advice| advice.until);
        let ready = self.windows().map(|window| window.ready_at(now)).max().unwrap_or(now);
        ready.max(advised).max(self.blocked_until)
    }

    /// A request leaves.
    pub(crate) fn take(&mut self, leave: Leave) {
        for window in self.windows() {
            window.take(leave.id, leave.sent, leave.hold);
        }
        if let Some(advice) = &mut self.advice {
            advice.left = advice.left.saturating_sub(1);
        }
        self.under_way += 1;
    }

    /// It was answered, having been on its way for `hold` at most.
    pub(crate) fn answered(&mut self, leave: Leave, hold: Duration) {
        for window in self.windows() {
            window.settle(leave.id, leave.sent, leave.hold, hold);
        }
        self.under_way = self.under_way.saturating_sub(1);
    }

    /// It never left.
    pub(crate) fn give_back(&mut self, leave: Leave) {
        for window in self.windows() {
            window.give_back(leave.id, leave.sent, leave.hold);
        }
        self.under_way = self.under_way.saturating_sub(1);
    }

    /// What the answer says about the steady window. Call it after [`Endpoint::answered`].
    pub(crate) fn advise(&mut self, limits: Limits, now: Duration) {
        if let (Some(steady), Some(limit)) = (&mut self.steady, limits.limit) {
            steady.set_limit(limit);
        }
        let (Some(remaining), Some(reset)) = (limits.remaining, limits.reset) else { return };
        let until = now + reset;
        // Of those under way, nobody knows which are counted already.
        let left = remaining.saturating_sub(self.under_way);
        self.advice = Some(match self.advice {
            // Answers overtake each other; the lower count is the later one.
            Some(known) if until <= known.until + SAME_WINDOW => {
                Advice { until: known.until.max(until), left: known.left.min(left) }
            }
            _ => Advice { until, left },
        });
    }

    /// The API refused a request for its pace: none leaves until `retry_after` has passed.
    pub(crate) fn refused(&mut self, now: Duration, retry_after: Duration) {
        self.blocked_until = self.blocked_until.max(now + retry_after);
    }

    /// Whether nothing is remembered, so that it can be forgotten.
    pub(crate) fn is_idle(&mut self, now: Duration) -> bool {
        let quiet = self.under_way == 0 && self.blocked_until <= now && self.advice.is_none();
        quiet && self.windows().all(|window| window.is_idle(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn endpoint(burst: u32, steady: u32) -> Endpoint {
        Endpoint {
            burst: Some(Window::new(burst, SECOND)),
            steady: Some(Window::new(steady, MINUTE)),
            ..Endpoint::default()
        }
    }

    fn leave(id: u64, sent: Duration) -> Leave {
        Leave { id, sent, hold: Duration::ZERO }
    }

    #[test]
    fn both_windows_must_have_a_place() {
        let mut endpoint = endpoint(1, 3);
        for second in 0..3 {
            assert_eq!(endpoint.ready_at(seconds(second)), seconds(second));
            endpoint.take(leave(second, seconds(second)));
            let next = if second == 2 { seconds(60) } else { seconds(second + 1) };
            assert_eq!(endpoint.ready_at(seconds(second)), next, "{second}");
        }
    }

    #[test]
    fn what_the_api_has_left_is_not_overdrawn() {
        let mut endpoint = endpoint(10, 60);
        let limits = |remaining, reset| Limits {
            limit: Some(60),
            remaining: Some(remaining),
            reset: Some(seconds(reset)),
        };
        // Somebody else uses the same endpoint: 2 are left, and another of ours is under way.
        endpoint.take(leave(1, seconds(0)));
        endpoint.take(leave(2, seconds(0)));
        endpoint.answered(leave(1, seconds(0)), Duration::ZERO);
        endpoint.advise(limits(2, 30), seconds(1));
        assert_eq!(endpoint.ready_at(seconds(1)), seconds(1));
        endpoint.take(leave(3, seconds(1)));
        assert_eq!(endpoint.ready_at(seconds(1)), seconds(31));
        // An older count that comes late does not raise it again.
        endpoint.answered(leave(2, seconds(0)), Duration::ZERO);
        endpoint.advise(limits(3, 30), seconds(2));
        assert_eq!(endpoint.ready_at(seconds(2)), seconds(32));
        // The next window is counted afresh.
        assert_eq!(endpoint.ready_at(seconds(32)), seconds(32));
        endpoint.advise(limits(59, 60), seconds(40));
        assert_eq!(endpoint.ready_at(seconds(40)), seconds(40));
    }

    #[test]
    fn a_refusal_blocks_until_its_time_has_passed() {
        let mut endpoint = Endpoint::default();
        endpoint.refused(seconds(5), seconds(60));
        endpoint.refused(seconds(6), seconds(1));
        assert_eq!(endpoint.ready_at(seconds(7)), seconds(65));
        assert!(!endpoint.is_idle(seconds(64)));
        assert!(endpoint.is_idle(seconds(65)));
    }
}

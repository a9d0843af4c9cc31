//! Rate limits: how many requests a window of time takes. One store holds the gateway's quota and all of the API's windows.
//!
//! A refused request is not counted: what the API documents is the window, and that a retry before `Retry-After` is in
//! vain (reference/gateway-behaviour, section 4).

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::settings::Windows;

/// What a window belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    /// A key of the gateway, by its hash: the key itself is not kept.
    Credential(u64),
    /// An endpoint of one account: the account's number and the operation's id.
    Endpoint(usize, &'static str),
    /// A budget that all endpoints of an account share.
    Budget(usize, &'static str),
}

/// A window that a request needs room in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand {
    /// What it belongs to.
    pub(crate) scope: Scope,
    /// Its length.
    pub(crate) length: Duration,
    /// How many requests it takes.
    pub(crate) limit: u32,
}

/// One second: what the API calls burst.
pub(crate) const BURST: Duration = Duration::from_secs(1);
/// One minute: what the API calls steady.
pub(crate) const STEADY: Duration = Duration::from_secs(60);
/// One day.
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How a window stands, for the `RateLimit-*` headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Requests that it still takes.
    pub(crate) remaining: u32,
    /// Until it takes more again.
    pub(crate) reset: Duration,
}

/// All windows that were ever touched.
#[derive(Debug)]
pub(crate) struct Limits {
    kind: Windows,
    windows: HashMap<(Scope, Duration), Window>,
}

#[derive(Debug)]
enum Window {
    /// The number of the window since the epoch, and its requests.
    Fixed { number: u128, count: u32 },
    /// When each request came, oldest first.
    Sliding(VecDeque<Duration>),
}

impl Limits {
    /// Windows without a request.
    pub(crate) fn new(kind: Windows) -> Self {
        Self { kind, windows: HashMap::new() }
    }

    /// Counts a request at `now` (since the epoch) in every window, or in none when one of them is full.
    ///
    /// # Errors
    /// How long until all of them have room.
    pub(crate) fn take(&mut self, now: Duration, demands: &[Demand]) -> Result<(), Duration> {
        let wait = demands.iter().filter_map(|demand| {
            let window = self.window(demand);
            window.roll(now, demand.length);
            (window.count() >= demand.limit).then(|| window.reset(now, demand.length))
        });
        if let Some(wait) = wait.max() {
            return Err(wait);
        }
        for demand in demands {
            self.window(demand).add(now);
        }
        Ok(())
    }

    /// How a window stands after [`Limits::take`].
    pub(crate) fn standing(&mut self, now: Duration, demand: &Demand) -> Standing {
        let window = self.window(demand);
        window.roll(now, demand.length);
        Standing {
            remaining: demand.limit.saturating_sub(window.count()),
            reset: window.reset(now, demand.length),
        }
    }

    fn window(&mut self, demand: &Demand) -> &mut Window {
        let empty = match self.kind {
            Windows::Fixed => Window::Fixed { number: 0, count: 0 },
            Windows::Sliding => Window::Sliding(VecDeque::new()),
        };
        self.windows.entry((demand.scope, demand.length)).or_insert(empty)
    }
}

impl Window {
    /// Forgets what lies before the window that `now` is in.
    fn roll(&mut self, now: Duration, length: Duration) {
        match self {
            Window::Fixed { number, count } => {
                let current = now.as_nanos() / length.as_nanos();
                if *number != current {
                    (*number, *count) = (current, 0);
                }
            }
            Window::Sliding(times) => {
                while times.front().is_some_and(|time| now.saturating_sub(*time) >= length) {
                    times.pop_front();
                }
            }
        }
    }

    fn count(&self) -> u32 {
        match self {
            Window::Fixed { count, .. } => *count,
            Window::Sliding(times) => u32::try_from(times.len()).unwrap_or(u32::MAX),
        }
    }

    fn add(&mut self, now: Duration) {
        match self {
            Window::Fixed { count, .. } => *count += 1,
            Window::Sliding(times) => times.push_back(now),
        }
    }

    /// Until the next request is forgotten.
    fn reset(&self, now: Duration, length: Duration) -> Duration {
        match self {
            Window::Fixed { .. } => {
                let passed = now.as_nanos() % length.as_nanos();
                Duration::from_nanos_u128(length.as_nanos() - passed)
            }
            Window::Sliding(times) => {
                times.front().map_or(Duration::ZERO, |time| (*time + length).saturating_sub(now))
            }
        }
    }
}

/// Whole seconds, at least one, and never too few: what `Retry-After` and `RateLimit-Reset` say.
pub(crate) fn whole_seconds(wait: Duration) -> u64 {
    let up = u64::from(wait.subsec_nanos() > 0);
    (wait.as_secs() + up).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDPOINT: Scope = Scope::Endpoint(0, "profiles.list");

    fn demands() -> [Demand; 2] {
        [
            Demand { scope: ENDPOINT, length: BURST, limit: 2 },
            Demand { scope: ENDPOINT, length: STEADY, limit: 3 },
        ]
    }

    fn at(millis: u64) -> Duration {
        // A time just before a whole minute, so that both kinds of window differ.
        Duration::from_secs(1_732_190_399) + Duration::from_millis(millis)
    }

    #[test]
    fn fixed_windows_begin_at_whole_seconds() {
        let mut limits = Limits::new(Windows::Fixed);
        assert_eq!(limits.take(at(900), &demands()), Ok(()));
        assert_eq!(limits.take(at(950), &demands()), Ok(()));
        assert_eq!(limits.take(at(990), &demands()), Err(Duration::from_millis(10)));
        // A new second and a new minute: twice the burst within 100 ms.
        assert_eq!(limits.take(at(1000), &demands()), Ok(()));
        assert_eq!(limits.take(at(1001), &demands()), Ok(()));
        assert_eq!(limits.take(at(2000), &demands()), Ok(()));
        // The minute is full: the longer wait counts.
        assert_eq!(limits.take(at(3000), &demands()), Err(Duration::from_secs(58)));
        assert_eq!(
            limits.standing(at(3000), &demands()[1]),
            Standing { remaining: 0, reset: Duration::from_secs(58) }
        );
    }

    #[test]
    fn sliding_windows_hold_for_any_span() {
        let mut limits = Limits::new(Windows::Sliding);
        assert_eq!(limits.take(at(900), &demands()), Ok(()));
        assert_eq!(limits.take(at(950), &demands()), Ok(()));
        assert_eq!(limits.take(at(1000), &demands()), Err(Duration::from_millis(900)));
        assert_eq!(limits.take(at(1899), &demands()), Err(Duration::from_millis(1)));
        assert_eq!(limits.take(at(1900), &demands()), Ok(()));
        assert_eq!(limits.take(at(3000), &demands()), Err(Duration::from_millis(57_900)));
        assert_eq!(limits.take(at(60_900), &demands()), Ok(()));
    }

    #[test]
    fn a_refusal_counts_nowhere() {
        let mut limits = Limits::new(Windows::Fixed);
        let other = Demand { scope: Scope::Budget(0, "profile_count"), length: BURST, limit: 1 };
        let both = [demands()[0], other];
        assert_eq!(limits.take(at(0), &both), Ok(()));
        assert!(limits.take(at(1), &both).is_err());
        assert_eq!(limits.standing(at(2), &demands()[0]).remaining, 1);
        // Another account has windows of its own.
        let elsewhere = Demand { scope: Scope::Endpoint(1, "profiles.list"), ..demands()[0] };
        assert_eq!(limits.standing(at(2), &elsewhere).remaining, 2);
    }

    #[test]
    fn seconds_are_never_too_few() {
        assert_eq!(whole_seconds(Duration::ZERO), 1);
        assert_eq!(whole_seconds(Duration::from_millis(1)), 1);
        assert_eq!(whole_seconds(Duration::from_secs(2)), 2);
        assert_eq!(whole_seconds(Duration::from_millis(2001)), 3);
    }
}

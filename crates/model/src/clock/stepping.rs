//! A clock on which waiting takes no time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::{Clock, Sleep};

/// A clock that stands still until somebody waits, and then is at the end of the wait at once: retries, `Retry-After`, polling
/// and lags take no time, and a test that runs twice sees the same times.
///
/// A wait of [`SteppingClock::NEVER`] or longer does not end. Such a wait is a time-out beside something that ends by itself,
/// which the clock must not overtake: whoever sets a time-out on this clock sets it to that.
#[derive(Clone, Debug)]
pub struct SteppingClock {
    // Shared by all clones and by their waits.
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    now: Timestamp,
    elapsed: Duration,
}

impl SteppingClock {
    /// From here on a wait does not end: ten years.
    pub const NEVER: Duration = Duration::from_secs(10 * 365 * 86_400);

    /// A clock that stands at `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self { state: Arc::new(Mutex::new(State { now: start, elapsed: Duration::ZERO })) }
    }

    /// Sets the wall clock, in either direction. The other one, which never goes back, moves along where the wall clock moves
    /// forward, and else stands still.
    pub fn set(&self, now: Timestamp) {
        let mut state = self.lock();
        let forward = Duration::try_from(now.duration_since(state.now)).unwrap_or_default();
        state.elapsed = state.elapsed.saturating_add(forward);
        state.now = now;
    }

    fn step_to(&self, until: Duration) {
        let mut state = self.lock();
        // Others may have waited longer in the meantime.
        let step = until.saturating_sub(state.elapsed);
        state.elapsed += step;
        state.now = state.now.saturating_add(step).unwrap_or(Timestamp::MAX);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for SteppingClock {
    fn now(&self) -> Timestamp {
        self.lock().now
    }

    fn monotonic(&self) -> Duration {
        self.lock().elapsed
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        if duration >= Self::NEVER {
            return Box::pin(std::future::pending());
        }
        let until = self.lock().elapsed.saturating_add(duration);
        let clock = self.clone();
        // The clock moves when the wait is waited for: one that is made and dropped leaves it alone.
        Box::pin(async move { clock.step_to(until) })
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn poll(sleep: &mut Sleep) -> Poll<()> {
        sleep.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_wait_is_over_at_once_and_the_clock_at_its_end() {
        let clock = SteppingClock::new(at(1_000));
        let (mut short, mut long) =
            (clock.sleep(Duration::from_secs(5)), clock.sleep(Duration::from_secs(60)));
        drop(clock.sleep(Duration::from_secs(999)));
        assert_eq!((clock.now(), poll(&mut long)), (at(1_000), Poll::Ready(())));
        // Both began together: the short one is over already.
        assert_eq!((clock.now(), poll(&mut short)), (at(1_060), Poll::Ready(())));
        assert_eq!((clock.now(), clock.monotonic()), (at(1_060), Duration::from_secs(60)));
    }

    #[test]
    fn a_time_out_does_not_end() {
        let clock = SteppingClock::new(at(0));
        assert!(poll(&mut clock.sleep(SteppingClock::NEVER)).is_pending());
        assert!(poll(&mut clock.sleep(Duration::MAX)).is_pending());
        assert_eq!(clock.now(), at(0));
    }

    #[test]
    fn the_wall_clock_may_be_set_and_the_other_never_goes_back() {
        let clock = SteppingClock::new(at(100));
        clock.set(at(160));
        clock.set(at(10));
        assert_eq!((clock.now(), clock.monotonic()), (at(10), Duration::from_secs(60)));
    }
}

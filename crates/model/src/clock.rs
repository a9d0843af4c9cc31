//! Time as an argument.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use jiff::Timestamp;

mod stepping;

pub use stepping::SteppingClock;

/// A wait of a [`Clock`].
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where time comes from. Real time is made by the floor that owns a timer; tests use [`ManualClock`], and tests of scripts
/// [`SteppingClock`].
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The wall clock. It may jump, in both directions.
    fn now(&self) -> Timestamp;

    /// Time since an arbitrary start; it never goes back. For limits and waits.
    fn monotonic(&self) -> Duration;

    /// Completes once `duration` has passed on [`Clock::monotonic`].
    fn sleep(&self, duration: Duration) -> Sleep;
}

/// A clock that moves only when a test says so.
#[derive(Clone, Debug)]
pub struct ManualClock {
    // Shared by all clones and by the sleeps, which are woken by `advance`.
    state: Arc<Mutex<ManualState>>,
}

#[derive(Debug)]
struct ManualState {
    start: Timestamp,
    elapsed: Duration,
    waiting: Vec<(Duration, Waker)>,
}

impl ManualClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        let state = ManualState { start, elapsed: Duration::ZERO, waiting: Vec::new() };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Moves the wall clock and the monotonic one by `duration` and wakes every sleep that is over.
    pub fn advance(&self, duration: Duration) {
        let mut due = Vec::new();
        {
            let mut state = self.lock();
            state.elapsed += duration;
            let elapsed = state.elapsed;
            state.waiting.retain(|(until, waker)| {
                let over = *until <= elapsed;
                if over {
                    due.push(waker.clone());
                }
                !over
            });
        }
        for waker in due {
            waker.wake();
        }
    }

    /// How long until the first sleep ends; nothing when nobody sleeps. A test driver advances by this.
    #[must_use]
    pub fn next_wake(&self) -> Option<Duration> {
        let state = self.lock();
        state.waiting.iter().map(|(until, _)| until.saturating_sub(state.elapsed)).min()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, ManualState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        let state = self.lock();
        state.start.saturating_add(state.elapsed).unwrap_or(Timestamp::MAX)
    }

    fn monotonic(&self) -> Duration {
        self.lock().elapsed
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let until = self.lock().elapsed.saturating_add(duration);
        Box::pin(ManualSleep { clock: self.clone(), until })
    }
}

struct ManualSleep {
    clock: ManualClock,
    until: Duration,
}

impl Future for ManualSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.lock();
        if state.elapsed >= self.until {
            return Poll::Ready(());
        }
        state.waiting.push((self.until, context.waker().clone()));
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleep_ends_when_the_clock_reaches_it_and_not_before() {
        let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
        let mut sleep = clock.sleep(Duration::from_secs(5));
        let mut context = Context::from_waker(Waker::noop());
        assert!(sleep.as_mut().poll(&mut context).is_pending());
        assert_eq!(clock.next_wake(), Some(Duration::from_secs(5)));
        clock.advance(Duration::from_secs(4));
        assert!(sleep.as_mut().poll(&mut context).is_pending());
        clock.advance(Duration::from_secs(1));
        assert!(sleep.as_mut().poll(&mut context).is_ready());
        assert_eq!(clock.now(), Timestamp::from_second(5).unwrap());
    }
}

//! Who may send, and when: the credential's quota, and each endpoint's own windows, ahead of time.
//!
//! The rules are pure and take the time as an argument: [`pace`] and [`window`] say whether a request may leave or when to
//! ask again, [`queue`] whose turn it is. Here is only the waiting. Nobody but one of those who wait watches the clock;
//! whoever leaves passes that on, so that a thousand waiting calls cost one timer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pianoroll_api::operation::{Budget, Operation};
use pianoroll_model::Clock;

use crate::cancel::Cancel;
use crate::exchange::Limits;

mod endpoint;
mod pace;
mod queue;
mod shared;
#[cfg(any(test, feature = "bench"))]
#[cfg_attr(not(feature = "bench"), allow(unreachable_pub, reason = "only the bench reaches it"))]
pub mod simulation;
mod spread;
mod window;

use pace::{Leave, Moment, Pace};
use queue::Queue;
pub(crate) use shared::Shared;
pub use shared::shared_quota_file;

/// What a request is for.
#[derive(Clone, Debug)]
pub(crate) struct Want {
    /// The connection's id; empty for the control plane.
    pub(crate) connection: Arc<str>,
    /// The operation's id, or method and path of a raw request.
    pub(crate) endpoint: Arc<str>,
    pub(crate) operation: Option<&'static Operation>,
    /// What its options are charged to beside the endpoint.
    pub(crate) budgets: Vec<&'static Budget>,
    /// Whether a person waits for it.
    pub(crate) by_hand: bool,
}

/// Whose refusal a 429 is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refuser {
    /// The gateway: all requests of the credential wait.
    Gateway,
    /// The API: those of the endpoint wait.
    Api,
}

/// Why a request may not leave at all.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The caller wished to stop.
    Stopped,
    /// The wait would be longer than allowed.
    TooLong(Duration),
}

/// The limits of one credential, shared by all who use it.
#[derive(Debug)]
pub(crate) struct Limiter {
    clock: Arc<dyn Clock>,
    longest_wait: Duration,
    // Held for a decision, never across an await.
    queue: Mutex<Queue>,
}

/// A request that may leave now. Dropped without a word, it counts as sent and answered.
#[derive(Debug)]
pub(crate) struct Permit {
    limiter: Arc<Limiter>,
    want: Want,
    leave: Leave,
    settled: bool,
}

impl Limiter {
    pub(crate) fn new(
        per_second: u32,
        shared: Option<Shared>,
        longest_wait: Duration,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let queue = Mutex::new(Queue::new(Pace::new(per_second, shared)));
        Self { clock, longest_wait, queue }
    }

    /// Waits for the turn of a request.
    pub(crate) async fn admit(
        self: &Arc<Self>,
        want: Want,
        cancel: Option<&Cancel>,
    ) -> Result<Permit, Refusal> {
        let (ticket, wake) = self.lock().enter(want.clone());
        // Leaves the queue however this future ends.
        let place = Place { limiter: self, ticket };
        loop {
            let turn = self.lock().turn(ticket, self.moment());
            let until = match turn {
                queue::Turn::Leave(leave) => {
                    let limiter = Arc::clone(self);
                    drop(place);
                    return Ok(Permit { limiter, want, leave, settled: false });
                }
                queue::Turn::Watch { until, own } => {
                    self.bounded(own)?;
                    Some(until)
                }
                queue::Turn::Listen { own } => {
                    self.bounded(own)?;
                    None
                }
            };
            let timer = async {
                match until {
                    Some(until) => {
                        let now = self.clock.monotonic();
                        self.clock.sleep(until.saturating_sub(now)).await;
                    }
                    None => std::future::pending().await,
                }
            };
            let stopped = async {
                match cancel {
                    Some(cancel) => cancel.cancelled().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = stopped => return Err(Refusal::Stopped),
                () = wake.notified() => {}
                () = timer => {}
            }
        }
    }

    fn bounded(&self, own: Duration) -> Result<(), Refusal> {
        let wait = own.saturating_sub(self.clock.monotonic());
        if wait > self.longest_wait { Err(Refusal::TooLong(wait)) } else { Ok(()) }
    }

    fn moment(&self) -> Moment {
        Moment { monotonic: self.clock.monotonic(), wall: self.clock.now() }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// The request was answered, with what the answer says about the endpoint's window.
    pub(crate) fn answered(mut self, limits: Limits) {
        self.settled = true;
        let moment = self.limiter.moment();
        self.limiter.lock().answered(&self.want, self.leave, Some(limits), moment);
    }

    /// The request was refused for its pace.
    pub(crate) fn refused(mut self, by: Refuser, retry_after: Duration) {
        self.settled = true;
        let moment = self.limiter.moment();
        let mut queue = self.limiter.lock();
        queue.answered(&self.want, self.leave, None, moment);
        queue.refused(&self.want, by, retry_after, moment);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.settled {
            let moment = self.limiter.moment();
            self.limiter.lock().answered(&self.want, self.leave, None, moment);
        }
    }
}

/// A place in the queue.
struct Place<'l> {
    limiter: &'l Limiter,
    ticket: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let moment = self.limiter.moment();
        self.limiter.lock().exit(self.ticket, moment);
    }
}

#[cfg(test)]
mod tests;

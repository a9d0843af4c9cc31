//! The credential's own limit: so many requests a second, whatever they are for.

use std::time::Duration;

use jiff::Timestamp;

use super::shared::Shared;
use super::spread::Spread;
use super::window::Window;

/// The period of the quota.
const SECOND: Duration = Duration::from_secs(1);
/// How long requests keep a distance after one was refused: a server that counts in shorter windows than a second refuses
/// bursts that the quota allows.
const EVEN: Duration = Duration::from_secs(60);

/// The credential's limit. Pure but for the shared file, where one is set.
#[derive(Debug)]
pub(crate) struct Pace {
    window: Window,
    spread: Spread,
    distance: Duration,
    even_until: Duration,
    last_sent: Duration,
    blocked_until: Duration,
    next_id: u64,
    shared: Option<Shared>,
}

/// A request that may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leave {
    /// Unique among the processes that share a file.
    pub(crate) id: u64,
    /// When it left.
    pub(crate) sent: Duration,
    /// How long it is taken to be on its way.
    pub(crate) hold: Duration,
}

/// Both clocks at one moment: files are shared in wall time, everything else runs on the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) monotonic: Duration,
    pub(crate) wall: Timestamp,
}

impl Pace {
    pub(crate) fn new(per_second: u32, shared: Option<Shared>) -> Self {
        // Ids of one machine differ by process.
        let first_id = u64::from(std::process::id()) << 32;
        Self {
            window: Window::new(per_second, SECOND),
            spread: Spread::new(per_second),
            distance: SECOND.mul_f64(0.9) / per_second.max(1),
            even_until: Duration::ZERO,
            last_sent: Duration::ZERO,
            blocked_until: Duration::ZERO,
            next_id: first_id,
            shared,
        }
    }

    #[cfg(test)]
    pub(crate) fn start_ids_at(&mut self, id: u64) {
        self.next_id = id;
    }

    /// Lets one request leave, or says when to ask again.
    pub(crate) fn try_leave(&mut self, moment: Moment) -> Result<Leave, Duration> {
        let now = moment.monotonic;
        let mut session = match &mut self.shared {
            None => None,
            Some(shared) => shared.open(moment)?,
        };
        if let Some(session) = &mut session {
            self.blocked_until = self.blocked_until.max(session.blocked_until());
            self.window.set_places(session.take_places());
        }
        let ready = self.ready_at(now);
        if ready > now {
            return Err(ready);
        }
        let hold = self.spread.sent(now);
        let leave = Leave { id: self.next_id, sent: now, hold };
        self.next_id += 1;
        self.last_sent = now;
        self.window.take(leave.id, now, hold);
        if let Some(session) = session {
            session.write(self.window.places(), self.blocked_until);
        }
        Ok(leave)
    }

    /// When a request may leave, as far as can be told without looking into a file.
    pub(crate) fn hint(&mut self, now: Duration) -> Duration {
        if self.shared.is_some() { now } else { self.ready_at(now) }
    }

    fn ready_at(&mut self, now: Duration) -> Duration {
        let ready = self.window.ready_at(now).max(self.blocked_until);
        if now < self.even_until { ready.max(self.last_sent + self.distance) } else { ready }
    }

    /// A request was answered, or its answer given up. How long it was on its way at most.
    pub(crate) fn answered(&mut self, leave: Leave, moment: Moment) -> Duration {
        let now = moment.monotonic;
        let hold = self.spread.answered(now, now.saturating_sub(leave.sent));
        self.window.settle(leave.id, leave.sent, leave.hold, hold);
        if let Some(shared) = &mut self.shared {
            shared.settle(leave.id, leave.sent + self.window.period() + hold, moment);
        }
        hold
    }

    /// A request never left.
    pub(crate) fn give_back(&mut self, leave: Leave, moment: Moment) {
        self.window.give_back(leave.id, leave.sent, leave.hold);
        if let Some(shared) = &mut self.shared {
            shared.settle(leave.id, moment.monotonic, moment);
        }
    }

    /// The gateway refused a request for its pace: nothing leaves until `retry_after` has passed.
    pub(crate) fn refused(&mut self, moment: Moment, retry_after: Duration) {
        let now = moment.monotonic;
        // Refusals of requests that left together tell one thing, once.
        if now >= self.blocked_until {
            self.spread.refused(now);
        }
        self.even_until = now + EVEN;
        self.blocked_until = self.blocked_until.max(now + retry_after);
        if let Some(shared) = &mut self.shared {
            shared.block(self.blocked_until, moment);
        }
    }

    /// Until when nothing leaves, by the gateway's own word.
    pub(crate) fn blocked_until(&self) -> Duration {
        self.blocked_until
    }
}

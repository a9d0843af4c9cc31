//! Whose turn it is: calls by hand first, then each connection in turn, within one in the order of arrival. The turns of
//! calls by hand are counted apart, so that a person at work on an account does not hold its runs up for good.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::endpoint::Endpoint;
use super::pace::{Leave, Moment, Pace};
use super::{Refuser, Want};
use crate::exchange::Limits;

/// A connection and what of it is limited: an endpoint or a budget.
type Key = (Arc<str>, Arc<str>);

/// Who takes turns: whether by hand, and a connection.
type Party = (bool, Arc<str>);

/// Past so many endpoints, those with nothing to remember are forgotten.
const MANY: usize = 256;

/// Everything that is limited, and everybody who waits. Pure but for waking: the time comes in.
#[derive(Debug)]
pub(crate) struct Queue {
    pace: Pace,
    endpoints: HashMap<Key, Endpoint>,
    waiting: BTreeMap<u64, Waiting>,
    next_ticket: u64,
    /// Who of those waiting watches the clock for all.
    watcher: Option<u64>,
    /// When each connection last had its turn, counted in turns.
    served: HashMap<Party, u64>,
    turns: u64,
}

#[derive(Debug)]
struct Waiting {
    want: Want,
    wake: Arc<Notify>,
    leave: Option<Leave>,
}

/// What one who waits may do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Send.
    Leave(Leave),
    /// Sleep until then, for all, and ask again. `own` is when its own limits allow it.
    Watch { until: Duration, own: Duration },
    /// Wait to be woken.
    Listen { own: Duration },
}

impl Queue {
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            pace,
            endpoints: HashMap::new(),
            waiting: BTreeMap::new(),
            next_ticket: 0,
            watcher: None,
            served: HashMap::new(),
            turns: 0,
        }
    }

    #[cfg(test)]
    pub(crate) fn start_ids_at(&mut self, id: u64) {
        self.pace.start_ids_at(id);
    }

    /// Takes a place at the end of the queue.
    pub(crate) fn enter(&mut self, want: Want) -> (u64, Arc<Notify>) {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        let wake = Arc::new(Notify::new());
        self.waiting.insert(ticket, Waiting { want, wake: Arc::clone(&wake), leave: None });
        (ticket, wake)
    }

    /// Leaves the queue, with or without having been let through.
    pub(crate) fn exit(&mut self, ticket: u64, moment: Moment) {
        let Some(gone) = self.waiting.remove(&ticket) else { return };
        if let Some(leave) = gone.leave {
            // It was let through and left without sending.
            self.pace.give_back(leave, moment);
            for key in keys(&gone.want) {
                if let Some(endpoint) = self.endpoints.get_mut(&key) {
                    endpoint.give_back(leave);
                }
            }
        }
        if self.watcher == Some(ticket) {
            self.watcher = None;
        }
        if self.watcher.is_none() || gone.leave.is_some() {
            self.wake_one();
        }
    }

    /// Lets everybody through who may leave, and tells one what to do.
    pub(crate) fn turn(&mut self, ticket: u64, moment: Moment) -> Turn {
        let until = self.dispatch(moment);
        let now = moment.monotonic;
        let Some(waiting) = self.waiting.get_mut(&ticket) else {
            // Only those who wait ask.
            return Turn::Listen { own: now };
        };
        if let Some(leave) = waiting.leave.take() {
            return Turn::Leave(leave);
        }
        let want = waiting.want.clone();
        let own = self.ready_at(&want, now).max(self.pace.blocked_until());
        if *self.watcher.get_or_insert(ticket) == ticket {
            Turn::Watch { until, own }
        } else {
            Turn::Listen { own }
        }
    }

    /// Lets through whoever may leave now. When to come back for the next one.
    fn dispatch(&mut self, moment: Moment) -> Duration {
        let now = moment.monotonic;
        loop {
            // Mostly the quota is what is waited for, and then nobody need be looked at.
            let ready = self.pace.hint(now);
            if ready > now {
                return ready;
            }
            let (next, soonest) = self.next_in_turn(now);
            let Some(ticket) = next else { return soonest };
            let leave = match self.pace.try_leave(moment) {
                Ok(leave) => leave,
                Err(ready) => return ready,
            };
            self.turns += 1;
            let turns = self.turns;
            let Some(waiting) = self.waiting.get_mut(&ticket) else { return now };
            waiting.leave = Some(leave);
            waiting.wake.notify_one();
            let want = waiting.want.clone();
            self.served.insert(party(&want), turns);
            for key in keys(&want) {
                if let Some(endpoint) = self.endpoints.get_mut(&key) {
                    endpoint.take(leave);
                }
            }
        }
    }

    /// Who is next of those whose own limits allow it; where there is nobody, when there will be.
    fn next_in_turn(&mut self, now: Duration) -> (Option<u64>, Duration) {
        let mut best = None;
        let mut soonest = Duration::MAX;
        // Many wait for the same few endpoints.
        let mut known: HashMap<Key, Duration> = HashMap::new();
        for (ticket, waiting) in self.waiting.iter().filter(|(_, waiting)| waiting.leave.is_none())
        {
            let mut ready = now;
            for (key, make) in limits(&waiting.want) {
                let endpoints = &mut self.endpoints;
                let at = known.entry(key).or_insert_with_key(|key| {
                    endpoints.entry(key.clone()).or_insert_with(make).ready_at(now)
                });
                ready = ready.max(*at);
            }
            soonest = soonest.min(ready);
            if ready > now {
                continue;
            }
            let served = self.served.get(&party(&waiting.want)).copied().unwrap_or(0);
            let rank = (!waiting.want.by_hand, served, *ticket);
            if best.is_none_or(|known| rank < known) {
                best = Some(rank);
            }
        }
        (best.map(|(_, _, ticket)| ticket), soonest)
    }

    fn ready_at(&mut self, want: &Want, now: Duration) -> Duration {
        let mut ready = now;
        for (key, make) in limits(want) {
            ready = ready.max(self.endpoints.entry(key).or_insert_with(make).ready_at(now));
        }
        ready
    }

    /// A request was answered.
    pub(crate) fn answered(
        &mut self,
        want: &Want,
        leave: Leave,
        limits: Option<Limits>,
        moment: Moment,
    ) {
        let hold = self.pace.answered(leave, moment);
        let mut keys = keys(want);
        if let Some(endpoint) = keys.next().and_then(|key| self.endpoints.get_mut(&key)) {
            endpoint.answered(leave, hold);
            if let Some(limits) = limits {
                endpoint.advise(limits, moment.monotonic);
            }
        }
        for key in keys {
            if let Some(budget) = self.endpoints.get_mut(&key) {
                budget.answered(leave, hold);
            }
        }
        self.forget(moment.monotonic);
        // A place may be free sooner than the watcher knows.
        self.wake_one();
    }

    /// A request was refused for its pace.
    pub(crate) fn refused(
        &mut self,
        want: &Want,
        by: Refuser,
        retry_after: Duration,
        moment: Moment,
    ) {
        match by {
            Refuser::Gateway => self.pace.refused(moment, retry_after),
            Refuser::Api => {
                // Which of its windows was full it does not say: the endpoint's, or a budget's.
                for key in keys(want) {
                    let endpoint = self.endpoints.entry(key).or_default();
                    endpoint.refused(moment.monotonic, retry_after);
                }
            }
        }
    }

    /// Wakes the watcher, or makes somebody watch.
    fn wake_one(&mut self) {
        let watcher = self.watcher.and_then(|ticket| self.waiting.get(&ticket));
        let first = || self.waiting.values().find(|waiting| waiting.leave.is_none());
        if let Some(waiting) = watcher.or_else(first) {
            waiting.wake.notify_one();
        }
    }

    fn forget(&mut self, now: Duration) {
        if self.endpoints.len() > MANY {
            self.endpoints.retain(|_, endpoint| !endpoint.is_idle(now));
        }
        if self.served.len() > MANY && self.waiting.is_empty() {
            self.served.clear();
        }
    }
}

fn party(want: &Want) -> Party {
    (want.by_hand, Arc::clone(&want.connection))
}

/// The endpoint first, then the budgets.
fn keys(want: &Want) -> impl Iterator<Item = Key> + '_ {
    limits(want).map(|(key, _)| key)
}

fn limits(want: &Want) -> impl Iterator<Item = (Key, impl FnOnce() -> Endpoint)> + '_ {
    let connection = || Arc::clone(&want.connection);
    let endpoint = ((connection(), Arc::clone(&want.endpoint)), Limit::Endpoint(want.operation));
    let budgets = want.budgets.iter().map(move |budget| {
        // No operation is called so.
        let name: Arc<str> = format!("budget {}", budget.id).into();
        ((connection(), name), Limit::Budget(budget))
    });
    std::iter::once(endpoint).chain(budgets).map(|(key, limit)| (key, move || limit.make()))
}

/// What a limit is made of when it is first asked for.
enum Limit {
    Endpoint(Option<&'static pianoroll_api::Operation>),
    Budget(&'static pianoroll_api::operation::Budget),
}

impl Limit {
    fn make(self) -> Endpoint {
        match self {
            Limit::Endpoint(operation) => Endpoint::of(operation),
            Limit::Budget(budget) => Endpoint::of_budget(budget),
        }
    }
}

//! How many requests a server has counted lately, as far as the client can know.

use std::collections::BTreeSet;
use std::time::Duration;

/// One limit: so many requests in so much time. Pure: the time comes in, and refusal is the time at which to come back.
///
/// Every request takes a place, which is free again a whole period after the last moment at which the server may have
/// counted it. So it holds for windows that slide as well as for those that start afresh, wherever they begin.
#[derive(Debug)]
pub(crate) struct Window {
    limit: usize,
    period: Duration,
    // When each place is free again, and whose it is. Ordered, so that the next free one is the first.
    places: BTreeSet<(Duration, u64)>,
}

impl Window {
    pub(crate) fn new(limit: u32, period: Duration) -> Self {
        Self { limit: limit as usize, period, places: BTreeSet::new() }
    }

    pub(crate) fn period(&self) -> Duration {
        self.period
    }

    /// Corrects the limit by what the server says.
    pub(crate) fn set_limit(&mut self, limit: u32) {
        self.limit = (limit as usize).max(1);
    }

    /// When a request may leave: not after `now` where one may leave now.
    pub(crate) fn ready_at(&mut self, now: Duration) -> Duration {
        while self.places.first().is_some_and(|(free, _)| *free <= now) {
            self.places.pop_first();
        }
        match self.places.len().checked_sub(self.limit) {
            None => now,
            // Past a limit that was lowered, more than one must become free.
            Some(past) => self.places.iter().nth(past).map_or(now, |(free, _)| *free),
        }
    }

    /// Takes a place for a request that leaves now and is on its way for `hold` at most.
    pub(crate) fn take(&mut self, id: u64, now: Duration, hold: Duration) {
        self.places.insert((now + self.period + hold, id));
    }

    /// Gives a place another time to be free: the request has been answered.
    pub(crate) fn settle(&mut self, id: u64, sent: Duration, from: Duration, to: Duration) {
        if self.places.remove(&(sent + self.period + from, id)) {
            self.places.insert((sent + self.period + to, id));
        }
    }

    /// Gives a place back: the request was never sent.
    pub(crate) fn give_back(&mut self, id: u64, sent: Duration, hold: Duration) {
        self.places.remove(&(sent + self.period + hold, id));
    }

    /// Whether nothing is remembered.
    pub(crate) fn is_idle(&mut self, now: Duration) -> bool {
        self.ready_at(now);
        self.places.is_empty()
    }

    /// The places as they are, for a file that processes share.
    pub(crate) fn places(&self) -> impl Iterator<Item = (Duration, u64)> + '_ {
        self.places.iter().copied()
    }

    /// Replaces the places by those of the file.
    pub(crate) fn set_places(&mut self, places: impl IntoIterator<Item = (Duration, u64)>) {
        self.places = places.into_iter().collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_place_is_free_a_period_after_the_request_was_last_on_its_way() {
        let mut window = Window::new(2, millis(1000));
        assert_eq!(window.ready_at(millis(0)), millis(0));
        window.take(1, millis(0), millis(100));
        window.take(2, millis(10), millis(100));
        assert_eq!(window.ready_at(millis(20)), millis(1100));
        window.settle(1, millis(0), millis(100), millis(30));
        assert_eq!(window.ready_at(millis(300)), millis(1030));
        assert_eq!(window.ready_at(millis(1030)), millis(1030));
        window.take(3, millis(1030), millis(0));
        assert_eq!(window.ready_at(millis(1040)), millis(1110));
        window.give_back(3, millis(1030), millis(0));
        assert_eq!(window.ready_at(millis(1040)), millis(1040));
        assert!(window.is_idle(millis(1110)));
    }

    #[test]
    fn a_limit_that_was_lowered_waits_for_more_than_one_place() {
        let mut window = Window::new(3, millis(1000));
        for id in 0..3 {
            window.take(id, millis(id), millis(0));
        }
        window.set_limit(1);
        assert_eq!(window.ready_at(millis(10)), millis(1002));
    }
}

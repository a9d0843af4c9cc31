//! How long a request may have been under way before it was counted.
//!
//! A server counts a request when it arrives, and nobody tells when that was. It was after the request left, and before
//! the answer came back by at least the quickest way there is. So the time that a round trip took beyond the quickest one
//! bounds how late the request may have been counted; a request that comes a whole period later than that, by whatever
//! way, finds its place free. At 250 ± 40 ms this costs 40 ms a second, and no guess.
//!
//! Not all of a long round trip is spent on the way: the API also works. Only so much of it is taken for the way as the
//! *allowance* says. It shrinks slowly while nothing is refused, and grows with a refusal.

use std::time::Duration;

/// Where the allowance begins: beyond what the way between two machines usually varies by.
const FIRST_ALLOWANCE: Duration = Duration::from_millis(100);
/// Where it ends: past this it is not the way that is slow.
const MAX_ALLOWANCE: Duration = Duration::from_millis(400);
/// How much it grows with a refusal.
const GROWTH: Duration = Duration::from_millis(25);
/// How long nothing must be refused before it shrinks by [`SHRINK`].
const CALM: Duration = Duration::from_secs(120);
const SHRINK: f64 = 0.85;
/// How long an allowance that was too small is remembered.
const MEMORY: Duration = Duration::from_secs(30 * 60);
/// How long the quickest round trip counts: a way may become longer for good.
const FLOOR_AGE: Duration = Duration::from_secs(60);
/// After this much quiet, connections are made anew, and the first round trips tell nothing.
const COLD: Duration = Duration::from_secs(25);
/// The bound for round trips that tell nothing.
const MAX_COLD: Duration = Duration::from_secs(1);
/// What clocks and timers may be off by.
const GUARD: Duration = Duration::from_millis(2);

/// What is known about the way.
#[derive(Debug)]
pub(crate) struct Spread {
    // The quickest round trips of this stretch of time and of the one before it.
    floor: [Option<Duration>; 2],
    floor_since: Duration,
    allowance: Duration,
    /// Until when the allowance stays as it is.
    calm_until: Duration,
    /// An allowance that was too small, and until when that is remembered.
    too_small: Option<(Duration, Duration)>,
    /// How many more round trips tell nothing.
    cold: u32,
    width: u32,
    last_sent: Option<Duration>,
}

impl Spread {
    /// Nothing is known yet; `width` requests may be the first on their connections.
    pub(crate) fn new(width: u32) -> Self {
        Self {
            floor: [None, None],
            floor_since: Duration::ZERO,
            allowance: FIRST_ALLOWANCE,
            calm_until: CALM,
            too_small: None,
            cold: width,
            width,
            last_sent: None,
        }
    }

    /// A request leaves: how long it is taken to be on its way until it is answered.
    pub(crate) fn sent(&mut self, now: Duration) -> Duration {
        if self.last_sent.is_some_and(|last| now.saturating_sub(last) > COLD) {
            self.cold = self.width;
        }
        self.last_sent = Some(now);
        self.shrink(now);
        if self.cold > 0 { MAX_COLD } else { self.allowance + GUARD }
    }

    /// It has been answered: how long it was on its way at most.
    pub(crate) fn answered(&mut self, now: Duration, round_trip: Duration) -> Duration {
        if now.saturating_sub(self.floor_since) > FLOOR_AGE {
            self.floor = [None, self.floor.first().copied().flatten()];
            self.floor_since = now;
        }
        let [current, before] = &mut self.floor;
        *current = Some(current.map_or(round_trip, |floor| floor.min(round_trip)));
        let floor = before.map_or(round_trip, |before| before.min(round_trip));
        let floor = current.map_or(floor, |current| current.min(floor));
        if self.cold > 0 {
            self.cold -= 1;
            return round_trip.min(MAX_COLD) + GUARD;
        }
        round_trip.saturating_sub(floor).min(self.allowance) + GUARD
    }

    /// A request was refused for its pace.
    pub(crate) fn refused(&mut self, now: Duration) {
        self.too_small = Some((self.allowance, now + MEMORY));
        self.allowance = (self.allowance + GROWTH).min(MAX_ALLOWANCE);
        self.calm_until = now + CALM;
    }

    fn shrink(&mut self, now: Duration) {
        if now < self.calm_until {
            return;
        }
        self.calm_until = now + CALM;
        let least = match self.too_small {
            Some((allowance, until)) if now < until => allowance + GROWTH / 2,
            _ => Duration::ZERO,
        };
        self.allowance = self.allowance.mul_f64(SHRINK).max(least.min(self.allowance));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn warm() -> Spread {
        let mut spread = Spread::new(1);
        spread.answered(millis(0), millis(250));
        spread
    }

    #[test]
    fn only_what_is_beyond_the_quickest_way_counts() {
        let mut spread = warm();
        assert_eq!(spread.answered(millis(1), millis(250)), GUARD);
        assert_eq!(spread.answered(millis(2), millis(280)), millis(30) + GUARD);
        assert_eq!(spread.answered(millis(3), millis(900)), FIRST_ALLOWANCE + GUARD);
        assert_eq!(spread.answered(millis(4), millis(210)), GUARD);
        assert_eq!(spread.answered(millis(5), millis(250)), millis(40) + GUARD);
    }

    #[test]
    fn first_round_trips_are_taken_whole() {
        let mut spread = Spread::new(2);
        assert_eq!(spread.sent(millis(0)), MAX_COLD);
        assert_eq!(spread.answered(millis(400), millis(400)), millis(400) + GUARD);
        assert_eq!(spread.answered(millis(400), millis(400)), millis(400) + GUARD);
        assert_eq!(spread.sent(millis(500)), FIRST_ALLOWANCE + GUARD);
        // After a long quiet, connections are cold again.
        assert_eq!(spread.sent(millis(60_000)), MAX_COLD);
    }

    #[test]
    fn a_way_that_became_longer_is_learned() {
        let mut spread = warm();
        for second in 0..200 {
            spread.answered(Duration::from_secs(second), millis(300));
        }
        assert_eq!(spread.answered(Duration::from_secs(200), millis(300)), GUARD);
    }

    #[test]
    fn the_allowance_shrinks_in_calm_and_not_below_what_was_refused() {
        let mut spread = warm();
        for minute in 0..60 {
            spread.sent(Duration::from_secs(60 * minute));
        }
        assert!(spread.allowance < millis(20), "{:?}", spread.allowance);
        let small = spread.allowance;
        let refused = Duration::from_secs(3600);
        spread.refused(refused);
        assert_eq!(spread.allowance, small + GROWTH);
        for minute in 0..20 {
            spread.sent(refused + Duration::from_secs(60 * minute));
        }
        assert_eq!(spread.allowance, small + GROWTH / 2);
    }
}

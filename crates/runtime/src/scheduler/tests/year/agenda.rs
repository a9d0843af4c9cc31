//! What happens in a year but due times, at random.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::random::Random;

pub(super) enum Act {
    /// The process stands still.
    Stall(SignedDuration),
    /// The process ends, and another begins: at once, or after a time.
    Down(SignedDuration),
    /// The clock is set to something wrong for some time.
    Clock { wrong: SignedDuration, until: SignedDuration },
    /// The clock is set right.
    ClockIsRight,
    /// People do something.
    People,
}

/// By the moment at which each happens.
pub(super) struct Agenda(BTreeMap<Timestamp, Act>);

impl Agenda {
    pub(super) fn random(
        random: &mut Random,
        (from, until): (Timestamp, Timestamp),
        count: i64,
    ) -> Self {
        let seconds = until.duration_since(from).as_secs();
        let at = |random: &mut Random| {
            from + SignedDuration::from_millis(random.within(0, seconds * 1_000))
        };
        Self((0..count).map(|_| (at(random), act(random))).collect())
    }

    pub(super) fn next_at(&self) -> Option<Timestamp> {
        self.0.first_key_value().map(|(at, _)| *at)
    }

    /// What happens by now, one after the other.
    pub(super) fn take(&mut self, now: Timestamp) -> Option<Act> {
        self.next_at().filter(|at| *at <= now)?;
        self.0.pop_first().map(|(_, act)| act)
    }

    pub(super) fn add(&mut self, at: Timestamp, act: Act) {
        self.0.insert(at, act);
    }
}

fn act(random: &mut Random) -> Act {
    match random.within(1, 20) {
        1..=3 => Act::Stall(length(random, 7_200)),
        4..=5 => Act::Down(SignedDuration::ZERO),
        6..=7 => Act::Down(length(random, 43_200)),
        8 if random.one_in(10) => Act::Down(length(random, 21 * 86_400)),
        8 => Act::Down(length(random, 2 * 86_400)),
        9 => {
            let ahead = if random.one_in(8) { 21 * 86_400 } else { 7_200 };
            Act::Clock { wrong: length(random, ahead), until: length(random, 21_600) }
        }
        10 => {
            let behind = if random.one_in(4) { 5 * 86_400 } else { 7_200 };
            Act::Clock { wrong: -length(random, behind), until: length(random, 21_600) }
        }
        _ => Act::People,
    }
}

fn length(random: &mut Random, seconds: i64) -> SignedDuration {
    SignedDuration::from_millis(random.within(1, seconds * 1_000))
}

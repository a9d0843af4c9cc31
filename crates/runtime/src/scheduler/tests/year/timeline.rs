//! What happens in a simulated year, as both the scheduler and the oracle are told it.

use jiff::Timestamp;
use pianoroll_model::Outcome;

use super::random::Random;
use crate::scheduler::Definition;

/// What a person does to a schedule.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// Adds it, or edits what is there.
    Put(Definition),
    Remove,
    Pause,
    Resume,
}

/// A moment at which something happens, in this order: deeds, a look at the clock, which begins runs, and the ends of runs.
#[derive(Debug)]
pub(super) struct Moment {
    /// What the clock shows, right or wrong.
    pub(super) now: Timestamp,
    /// Each with the schedule's number.
    pub(super) deeds: Vec<(usize, Deed)>,
    /// Whether the scheduler looks at the clock.
    pub(super) looks: bool,
}

/// How many moments later the run of an occurrence ends, where nothing cancels it, and how.
pub(super) fn fortune(seed: u64, schedule: usize, due: Timestamp) -> (usize, Outcome) {
    let number = u64::try_from(schedule).unwrap() << 40 ^ due.as_second().unsigned_abs();
    let mut random = Random(seed ^ number);
    let moments = match random.within(1, 10) {
        1..=5 => 0,
        6..=7 => random.within(1, 20),
        8..=9 => random.within(20, 300),
        _ => random.within(300, 2_000),
    };
    let outcomes = [Outcome::Completed, Outcome::Completed, Outcome::Failed, Outcome::Cancelled];
    (usize::try_from(moments).unwrap(), *random.one_of(&outcomes))
}

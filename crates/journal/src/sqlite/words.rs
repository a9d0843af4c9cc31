//! Words as the small integers that stand for them. A number never gets another meaning.

use pianoroll_model::{Effect, Outcome, Status};

use crate::entry::{EntryKind, EntryState, NoteKind};
use crate::run::AttemptEnd;
use crate::timetable::{Fate, NoticeState};

/// A word with its number.
pub(super) trait Word: Copy + PartialEq + Sized + 'static {
    /// All of them; the place of each is its number.
    const ALL: &'static [Self];

    fn number(self) -> i64 {
        Self::ALL.iter().position(|word| *word == self).map_or(-1, |place| place as i64)
    }

    fn of_number(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }
}

impl Word for EntryKind {
    const ALL: &'static [Self] =
        &[Self::Call, Self::Checkpoint, Self::Clock, Self::Wait, Self::File, Self::State];
}

impl Word for EntryState {
    const ALL: &'static [Self] = &[Self::Sent, Self::Done, Self::Failed, Self::Unknown, Self::Void];
}

impl Word for NoteKind {
    const ALL: &'static [Self] = &[Self::Log, Self::Problem, Self::Notify];
}

impl Word for Effect {
    const ALL: &'static [Self] = &[Self::Read, Self::Write, Self::Delete, Self::Send];
}

impl Word for Status {
    const ALL: &'static [Self] = &[Self::Pending, Self::Running, Self::Waiting, Self::Finished];
}

impl Word for Outcome {
    const ALL: &'static [Self] = &[Self::Completed, Self::Failed, Self::Cancelled, Self::Skipped];
}

impl Word for AttemptEnd {
    const ALL: &'static [Self] =
        &[Self::Completed, Self::Failed, Self::Cancelled, Self::Parked, Self::Interrupted];
}

impl Word for Fate {
    const ALL: &'static [Self] =
        &[Self::Waiting, Self::Fired, Self::Skipped, Self::Missed, Self::Paused];
}

impl Word for NoticeState {
    const ALL: &'static [Self] = &[Self::Waiting, Self::Sent, Self::GivenUp];
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<W: Word + std::fmt::Debug>() {
        for word in W::ALL {
            assert_eq!(W::of_number(word.number()), Some(*word));
        }
        assert_eq!(W::of_number(W::ALL.len() as i64), None);
        assert_eq!(W::of_number(-1), None);
    }

    #[test]
    fn words_are_their_numbers() {
        check::<EntryKind>();
        check::<EntryState>();
        check::<NoteKind>();
        check::<Effect>();
        check::<Status>();
        check::<Outcome>();
        check::<AttemptEnd>();
        check::<Fate>();
        check::<NoticeState>();
    }

    /// SQL names these by their numbers.
    #[test]
    fn numbers_that_statements_name() {
        assert_eq!(Effect::Read.number(), 0);
        assert_eq!(EntryState::Void.number(), 4);
        assert_eq!(
            (Fate::Waiting.number(), Fate::Fired.number(), Fate::Missed.number()),
            (0, 1, 3)
        );
        assert_eq!(NoticeState::Waiting.number(), 0);
        assert_eq!((Status::Finished.number(), Outcome::Completed.number()), (3, 0));
    }
}

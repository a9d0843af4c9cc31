//! What a change of the clocks does to a due time.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::{Schedule, due};

/// What a change of the clocks does to a due time. For people: due times are decided without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockChange {
    /// The fixed time that is meant does not exist: the clocks skip it, and it is due right after that.
    Moved {
        /// The first time that was skipped and meant.
        meant: DateTime,
    },
    /// The clocks show this time twice, and the fixed time is due at the first only.
    FirstOfTwo,
    /// The clocks show this time twice, and the pace is due both times.
    Both {
        /// Whether this is the second one.
        second: bool,
    },
    /// The pace would have been due in a time that the clocks skip; this is the first due time behind it.
    Skipped {
        /// The first time that was skipped and meant.
        meant: DateTime,
    },
}

impl Schedule {
    /// What a change of the clocks does to one of the due times of this schedule.
    #[must_use]
    pub fn clock_change(&self, zone: &TimeZone, due: Timestamp) -> Option<ClockChange> {
        let shown = zone.to_datetime(due);
        if let AmbiguousOffset::Fold { before, .. } = zone.to_ambiguous_timestamp(shown).offset() {
            let second = zone.to_offset(due) != before;
            return Some(if self.is_interval() {
                ClockChange::Both { second }
            } else {
                ClockChange::FirstOfTwo
            });
        }
        let meant = self.skipped_before(zone, due)?;
        Some(if self.is_interval() {
            ClockChange::Skipped { meant }
        } else {
            ClockChange::Moved { meant }
        })
    }

    /// The first match in the last gap before a due time, where no other due time lies between them.
    fn skipped_before(&self, zone: &TimeZone, due: Timestamp) -> Option<DateTime> {
        let tick = jiff::SignedDuration::from_nanos(1);
        let change = zone.preceding(due.checked_add(tick).ok()?).next()?.timestamp();
        let before = zone.to_offset(change.checked_sub(tick).ok()?);
        let (first, end) = (before.to_datetime(change), zone.to_datetime(change));
        if first >= end {
            return None;
        }
        let meant = due::next_in_calendar(&self.cron, first).filter(|meant| *meant < end)?;
        // A fixed time is due at the change itself, a pace some time after it.
        let first_behind = self.due(zone, change).next()?;
        (first_behind == due && (self.is_interval() || due == change)).then_some(meant)
    }
}

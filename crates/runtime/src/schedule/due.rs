//! From the calendar to the moments of a zone.
//!
//! croner walks the calendar only, as if every day had 24 hours; what the clocks of a zone do to that is decided here. Its own walk
//! through zones (4.0.3) differs from what we promise: it takes `0,30 2 * * *` for a pace and leaves it out where 02:00 does not exist,
//! ends with an error where clocks skip more than two hours (Apia's 30 December 2011), drops a fixed time whose gap ends on the
//! next day, and tries a gap second by second.

use croner::Cron;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, Zoned};

use super::Schedule;

/// How far due times are looked for. The rarest ones are forty years apart (29 February on a weekday, over a year such as 2100 that
/// is no leap year); one at a pace can also fall into a gap each time.
const HORIZON: SignedDuration = SignedDuration::from_hours(24 * 366 * 100);

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const TICK: SignedDuration = SignedDuration::from_nanos(1);

impl Schedule {
    /// The first due time after a moment; none where there is none within a hundred years.
    ///
    /// - A fixed time that the clocks skip is due right after the gap, once, however many fall into it.
    /// - A fixed time that the clocks repeat is due the first time.
    /// - A pace ([`Schedule::is_interval`]) is due whenever the clocks show it: not in a gap, and in each pass of what they repeat.
    #[must_use]
    pub fn next_after(&self, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
        self.next_from(zone, after.checked_add(TICK).ok()?)
    }

    /// All due times from a moment on, that moment included; strictly increasing.
    pub fn due(&self, zone: &TimeZone, from: Timestamp) -> impl Iterator<Item = Timestamp> {
        std::iter::successors(self.next_from(zone, from), |last| self.next_after(zone, *last))
    }

    fn next_from(&self, zone: &TimeZone, from: Timestamp) -> Option<Timestamp> {
        let due = if self.is_interval {
            self.next_of_pace(zone, from)
        } else {
            self.next_fixed(zone, from)
        };
        due.filter(|due| due.duration_since(from) <= HORIZON)
    }

    /// Between two changes of the clocks the calendar and time run alike, so each such stretch is searched by itself. Every round begins
    /// with a later change, and the horizon ends them.
    fn next_of_pace(&self, zone: &TimeZone, from: Timestamp) -> Option<Timestamp> {
        let mut start = from;
        while start.duration_since(from) <= HORIZON {
            let offset = zone.to_offset(start);
            let found = next_in_calendar(&self.cron, offset.to_datetime(start))?;
            let due = offset.to_timestamp(found).ok();
            match (due, zone.following(start).next()) {
                (due, Some(change)) if due.is_none_or(|due| due >= change.timestamp()) => {
                    start = change.timestamp();
                }
                (due, _) => return due,
            }
        }
        None
    }

    /// Moments follow the calendar without ever going back, so the first one that is late enough is the next. What comes before it are
    /// times of a gap or of a second pass, at most some hours of the calendar.
    fn next_fixed(&self, zone: &TimeZone, from: Timestamp) -> Option<Timestamp> {
        // Right at the end of a gap the clocks show what follows it; what fell into it is due as well.
        let before = from.checked_sub(TICK).unwrap_or(from);
        let mut calendar = zone.to_datetime(before);
        loop {
            let found = next_in_calendar(&self.cron, calendar)?;
            match moment(zone, found)? {
                due if due >= from => return Some(due),
                _ => calendar = found.checked_add(MINUTE).ok()?,
            }
        }
    }
}

/// The first match in the calendar at a time or after it, as croner finds it where clocks never change.
pub(super) fn next_in_calendar(cron: &Cron, from: DateTime) -> Option<DateTime> {
    // Due times are whole minutes.
    let minute = from.with().second(0).subsec_nanosecond(0).build().ok()?;
    let from = if minute == from { minute } else { minute.checked_add(MINUTE).ok()? };
    let from = from.to_zoned(TimeZone::UTC).ok()?;
    cron.find_next_occurrence::<Zoned>(&from, true).ok().map(|found| found.datetime())
}

/// When a fixed time of the calendar is due.
fn moment(zone: &TimeZone, time: DateTime) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(time).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(time).ok(),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(time).ok(),
        AmbiguousOffset::Gap { before, after } => {
            // The new offset puts it before the change, the old one behind it, so the change is the first one between.
            let (early, late) = (after.to_timestamp(time).ok()?, before.to_timestamp(time).ok()?);
            let mut changes = zone.following(early).take_while(|change| change.timestamp() <= late);
            let end = changes.find(|change| change.offset() == after);
            Some(end.map_or(late, |change| change.timestamp()))
        }
    }
}

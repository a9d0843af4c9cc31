//! Due times that lie behind: what `serve` finds when it begins.

use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};

/// A schedule whose last due times lie some hours back, and whose next one is most of a day away: none comes due meanwhile.
#[derive(Clone, Debug)]
pub struct Past {
    /// The crontab expression, in UTC.
    pub cron: String,
    /// The due times, oldest first.
    pub due: Vec<Timestamp>,
    /// A moment before all of them, and after those of the day before.
    pub before: Timestamp,
}

impl Past {
    /// So many due times, an hour apart, the last of them three to four hours ago.
    ///
    /// # Panics
    /// Where that are more than a day has.
    #[must_use]
    pub fn hours(count: i64, now: Timestamp) -> Self {
        assert!((1..20).contains(&count), "a day has no {count} hours that lie behind");
        let down = TimestampRound::new().smallest(Unit::Hour).mode(RoundMode::Trunc);
        let hour = now.round(down).expect("a moment of today can be rounded");
        let ago = |hours: i64| hour - SignedDuration::from_hours(hours);
        let due: Vec<Timestamp> = (3..count + 3).rev().map(ago).collect();
        let shown = |at: &Timestamp| at.strftime("%-H").to_string();
        let hours: Vec<String> = due.iter().map(shown).collect();
        let before = ago(count + 2) - SignedDuration::from_mins(30);
        Self { cron: format!("0 {} * * *", hours.join(",")), due, before }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_times_lie_behind_also_around_midnight() {
        let past = Past::hours(3, "2026-03-01T04:50:00Z".parse().unwrap());
        assert_eq!(past.cron, "0 23,0,1 * * *");
        let due: Vec<String> = past.due.iter().map(ToString::to_string).collect();
        assert_eq!(due, ["2026-02-28T23:00:00Z", "2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z"]);
        assert_eq!(past.before.to_string(), "2026-02-28T22:30:00Z");
    }
}

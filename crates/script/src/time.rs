//! Times and durations as scripts see them.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

/// A moment. Its text is RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Time(pub(crate) Timestamp);

/// A length of time, of whole seconds and parts of them. A day is 24 hours. Its text is like `1d 12h 30m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span(pub(crate) SignedDuration);

/// Seconds of a minute, an hour, a day and a week, with the letters that stand for them.
const UNITS: [(char, i64); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

impl Span {
    /// `count` times `seconds`; nothing where that is out of range.
    pub(crate) fn of(count: f64, seconds: i64) -> Option<Self> {
        // jiff checks the range of a float, but not that of a NaN.
        let seconds = (count.is_finite()).then_some(count * seconds as f64)?;
        SignedDuration::try_from_secs_f64(seconds).ok().map(Self)
    }

    /// Whole units of so many seconds, towards zero.
    pub(crate) const fn whole(self, seconds: i64) -> i64 {
        self.0.as_secs() / seconds
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Time {
    type Err = ();

    /// RFC 3339, or a day alone: midnight UTC.
    fn from_str(text: &str) -> Result<Self, ()> {
        if let Ok(time) = text.parse::<Timestamp>() {
            return Ok(Self(time));
        }
        let day = text.parse::<jiff::civil::Date>().map_err(drop)?;
        // A time without an offset also parses as a date, but which moment it means is not known.
        if text.len() != 10 {
            return Err(());
        }
        let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).map_err(drop)?;
        Ok(Self(midnight.timestamp()))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_negative() {
            f.write_str("-")?;
        }
        let mut rest = self.0.unsigned_abs().as_secs();
        let nanoseconds = self.0.unsigned_abs().subsec_nanos();
        let mut gap = "";
        for (letter, seconds) in UNITS.into_iter().skip(1) {
            let seconds = seconds.unsigned_abs();
            let count = rest / seconds;
            rest %= seconds;
            if letter == 's' && nanoseconds > 0 {
                let fraction = format!("{nanoseconds:09}");
                write!(f, "{gap}{count}.{}s", fraction.trim_end_matches('0'))?;
                gap = " ";
            } else if count > 0 {
                write!(f, "{gap}{count}{letter}")?;
                gap = " ";
            }
        }
        if gap.is_empty() { f.write_str("0s") } else { Ok(()) }
    }
}

impl FromStr for Span {
    type Err = ();

    /// `90d`, `1h 30m`, `-45s`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (negative, text) = match text.trim().strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.trim()),
        };
        let mut total = SignedDuration::ZERO;
        let mut parts = text.split_whitespace().peekable();
        parts.peek().ok_or(())?;
        for part in parts {
            let (_, seconds) =
                UNITS.into_iter().find(|(letter, _)| part.ends_with(*letter)).ok_or(())?;
            let count = part.get(..part.len() - 1).ok_or(())?;
            if !count.starts_with(|c: char| c.is_ascii_digit()) {
                return Err(());
            }
            let part = Self::of(count.parse().map_err(drop)?, seconds).ok_or(())?;
            total = total.checked_add(part.0).ok_or(())?;
        }
        Ok(Self(if negative { -total } else { total }))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check<T: FromStr + fmt::Display>(text: &str, expected: Expect) {
        let read = text.parse::<T>();
        expected.assert_eq(&read.map_or_else(|_| "refused".to_owned(), |read| read.to_string()));
    }

    #[test]
    fn times_are_read_with_their_offset_and_shown_in_utc() {
        check::<Time>("2026-01-31T09:00:00+02:00", expect!["2026-01-31T07:00:00Z"]);
        check::<Time>("2026-01-31T09:00:00.5Z", expect!["2026-01-31T09:00:00.5Z"]);
        check::<Time>("2026-01-31", expect!["2026-01-31T00:00:00Z"]);
        check::<Time>("2026-01-31T09:00:00", expect!["refused"]);
        check::<Time>("2026-02-30", expect!["refused"]);
        check::<Time>("", expect!["refused"]);
    }

    #[test]
    fn durations_read_what_they_show() {
        check::<Span>("1d 12h", expect!["1d 12h"]);
        check::<Span>("90m", expect!["1h 30m"]);
        check::<Span>("2w", expect!["14d"]);
        check::<Span>("-1.5s", expect!["-1.5s"]);
        check::<Span>("0s", expect!["0s"]);
        check::<Span>("", expect!["refused"]);
        check::<Span>("90", expect!["refused"]);
        check::<Span>("d", expect!["refused"]);
        check::<Span>("infd", expect!["refused"]);
        check::<Span>("99999999999999999d", expect!["refused"]);
    }
}

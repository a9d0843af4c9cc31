//! Times and durations as scripts see them.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use std::cmp::Ordering;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp, Zoned};
use pianoroll_model::suggest;

/// A moment, and the zone that it is shown in. Its text is RFC 3339: in UTC, or with the offset of its zone. Two times are
/// equal that are one moment, wherever they are shown.
#[derive(Clone, Debug)]
pub(crate) struct Time {
    at: Timestamp,
    /// None is UTC.
    zone: Option<TimeZone>,
}

impl Time {
    /// A moment, shown in UTC.
    pub(crate) const fn utc(at: Timestamp) -> Self {
        Self { at, zone: None }
    }

    /// The moment.
    pub(crate) const fn at(&self) -> Timestamp {
        self.at
    }

    /// The name of its zone.
    pub(crate) fn zone_name(&self) -> &str {
        self.zone.as_ref().and_then(TimeZone::iana_name).unwrap_or("UTC")
    }

    /// The name of its zone, where that is another than UTC.
    pub(crate) fn zone(&self) -> Option<&str> {
        self.zone.as_ref().and_then(TimeZone::iana_name)
    }

    /// The same moment in a zone.
    pub(crate) fn in_zone(&self, zone: TimeZone) -> Self {
        Self { at: self.at, zone: (zone != TimeZone::UTC).then_some(zone) }
    }

    /// Another moment in the same zone.
    pub(crate) fn moved(&self, at: Timestamp) -> Self {
        Self { at, zone: self.zone.clone() }
    }

    /// The moment with its zone's calendar.
    pub(crate) fn zoned(&self) -> Zoned {
        self.at.to_zoned(self.zone.clone().unwrap_or(TimeZone::UTC))
    }
}

impl PartialEq for Time {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for Time {}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Self) -> Ordering {
        self.at.cmp(&other.at)
    }
}

/// A zone by its IANA name, from the database that is part of the program, so that a script means the same on every machine.
///
/// # Errors
/// What to write instead.
pub(crate) fn zone_named(name: &str) -> Result<TimeZone, String> {
    static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    ZONES.get(name).map_err(|_| {
        let known: Vec<String> = ZONES.available().map(|known| known.to_string()).collect();
        let known = || known.iter().map(String::as_str);
        // `Berlin` is meant for `Europe/Berlin`.
        let city = |known: &&str| {
            known.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(name))
        };
        let near = known().find(city).or_else(|| suggest(name, known()));
        match near {
            Some(near) => format!("there is no time zone `{name}`: did you mean `{near}`?"),
            None => format!(
                "there is no time zone `{name}`: write a name such as `Europe/Berlin`, `UTC`, or `account`"
            ),
        }
    })
}

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
        match &self.zone {
            Some(zone) => self.at.display_with_offset(zone.to_offset(self.at)).fmt(f),
            None => self.at.fmt(f),
        }
    }
}

impl FromStr for Time {
    type Err = ();

    /// RFC 3339, or a day alone: midnight UTC.
    fn from_str(text: &str) -> Result<Self, ()> {
        if let Ok(time) = text.parse::<Timestamp>() {
            return Ok(Self::utc(time));
        }
        let day = text.parse::<jiff::civil::Date>().map_err(drop)?;
        // A time without an offset also parses as a date, but which moment it means is not known.
        if text.len() != 10 {
            return Err(());
        }
        let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).map_err(drop)?;
        Ok(Self::utc(midnight.timestamp()))
    }
}

/// A length of time as scripts show it.
pub(crate) fn span_text(duration: std::time::Duration) -> String {
    SignedDuration::try_from(duration)
        .map_or_else(|_| "ages".to_owned(), |span| Span(span).to_string())
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

//! Times and durations as scripts see them.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use std::cmp::Ordering;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp, Zoned};
pub(crate) use pianoroll_host::Span;
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
}

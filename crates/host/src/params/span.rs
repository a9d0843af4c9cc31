//! Lengths of time as people write them.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;

/// A length of time, of whole seconds and parts of them. A day is 24 hours. Its text is like `1d 12h 30m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub SignedDuration);

/// Seconds of a minute, an hour, a day and a week, with the letters that stand for them.
const UNITS: [(char, i64); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

impl Span {
    /// `count` times `seconds`; nothing where that is out of range.
    #[must_use]
    pub fn of(count: f64, seconds: i64) -> Option<Self> {
        // jiff checks the range of a float, but not that of a NaN.
        let seconds = (count.is_finite()).then_some(count * seconds as f64)?;
        SignedDuration::try_from_secs_f64(seconds).ok().map(Self)
    }

    /// Whole units of so many seconds, towards zero.
    #[must_use]
    pub const fn whole(self, seconds: i64) -> i64 {
        self.0.as_secs() / seconds
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

    fn check(text: &str, expected: Expect) {
        let read = text.parse::<Span>();
        expected.assert_eq(&read.map_or_else(|_| "refused".to_owned(), |read| read.to_string()));
    }

    #[test]
    fn durations_read_what_they_show() {
        check("1d 12h", expect!["1d 12h"]);
        check("90m", expect!["1h 30m"]);
        check("2w", expect!["14d"]);
        check("-1.5s", expect!["-1.5s"]);
        check("0s", expect!["0s"]);
        check("", expect!["refused"]);
        check("90", expect!["refused"]);
        check("d", expect!["refused"]);
        check("infd", expect!["refused"]);
        check("99999999999999999d", expect!["refused"]);
    }
}

//! Versions of an API that are dates.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A dated version of an API, such as `2024-10-15`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(Date);

impl Revision {
    /// The revision of a known date.
    #[must_use]
    pub const fn constant(year: i16, month: i8, day: i8) -> Self {
        Self(Date::constant(year, month, day))
    }

    /// The day of release.
    #[must_use]
    pub const fn date(self) -> Date {
        self.0
    }

    /// The first day on which the API no longer serves it, `years` after its release.
    #[must_use]
    pub fn retired_on(self, years: i16) -> Date {
        let span = jiff::Span::new().years(years);
        self.0.saturating_add(span)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text that is not a date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a revision; write a date such as 2024-10-15")]
pub struct ParseRevisionError(pub String);

impl FromStr for Revision {
    type Err = ParseRevisionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Only the plain form: jiff would also take a date with a time behind it.
        let plain =
            text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let date = plain.then(|| text.parse().ok()).flatten();
        date.map(Self).ok_or_else(|| ParseRevisionError(text.to_owned()))
    }
}

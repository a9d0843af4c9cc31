//! Time, in milliseconds since 1970-01-01T00:00:00Z. A repeated run sees the times of the first one.

use crate::{Error, host};

/// A day.
pub const DAY: i64 = 86_400_000;

/// When the run started.
#[must_use]
pub fn started() -> i64 {
    host::started()
}

/// The time now.
#[must_use]
pub fn now() -> i64 {
    host::now()
}

/// So many days before the run's start.
#[must_use]
pub fn days_ago(days: i64) -> i64 {
    started().saturating_sub(days.saturating_mul(DAY))
}

/// A time as RFC 3339 in UTC, as filters and attributes take it.
///
/// ```
/// assert_eq!(pianoroll_plugin_sdk::clock::text(1_704_067_200_500), "2024-01-01T00:00:00.500Z");
/// ```
#[must_use]
pub fn text(milliseconds: i64) -> String {
    let (days, rest) = (milliseconds.div_euclid(DAY), milliseconds.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    let (seconds, fraction) = (rest / 1000, rest % 1000);
    let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:03}") };
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// Reads RFC 3339, with `T` or a space between date and time; or a date alone, whose midnight in UTC is meant.
///
/// ```
/// use pianoroll_plugin_sdk::clock::parse;
/// assert_eq!(parse("2024-01-01T02:00:00+02:00").unwrap(), 1_704_067_200_000);
/// assert_eq!(parse("2024-01-01").unwrap(), 1_704_067_200_000);
/// ```
///
/// # Errors
/// It is something else.
pub fn parse(text: &str) -> Result<i64, Error> {
    read(text).ok_or_else(|| {
        Error::new(format_args!("`{text}` is no time such as `2024-01-01T00:00:00Z`"))
    })
}

fn read(text: &str) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let mut parts = date.split('-');
    let mut part = |length: usize| number(parts.next()?, length);
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    let days = days_of(year, month, day);
    if civil(days) != (year, month, day) {
        return None;
    }
    if rest.is_empty() {
        return Some(days * DAY);
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (time, rest) = rest.split_at_checked(8)?;
    let mut parts = time.split(':');
    let mut part = || number(parts.next()?, 2);
    let (hour, minute, second) = (part()?, part()?, part()?);
    // A leap second is the second before it.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = hour * 3600 + minute * 60 + second.min(59);
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest.find(|it: char| !it.is_ascii_digit())?;
            let digits = format!("{:0<3}", rest.get(..end.min(3))?);
            if end == 0 {
                return None;
            }
            (number(&digits, 3)?, &rest[end..])
        }
        None => (0, rest),
    };
    let offset = match zone {
        "Z" | "z" => 0,
        zone => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
            sign * (number(hours, 2)? * 60 + number(minutes, 2)?) * 60
        }
    };
    Some(days * DAY + (seconds - offset) * 1000 + fraction)
}

fn number(text: &str, length: usize) -> Option<i64> {
    let plain = text.len() == length && text.bytes().all(|it| it.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// Days since 1970-01-01 of a date of the Gregorian calendar, with years that begin in March so that leap days come last.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The other way.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let of_year = day_of_era - (365 * of_era + of_era / 4 - of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_a_long_time_comes_back() {
        let mut last = None;
        for days in -200_000..200_000 {
            let (year, month, day) = civil(days);
            assert_eq!(days_of(year, month, day), days);
            assert!(last < Some((year, month, day)));
            last = Some((year, month, day));
        }
        assert_eq!(civil(19_723), (2024, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2024",
            "2024-13-01",
            "2023-02-29",
            "2024-01-01T",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:00",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00.5",
            "+024-01-01",
            "2024-01-01T00:00:00+0200",
            "2024-01-01é",
            "é024-01-01T00:00:00Z",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        for (given, same) in [
            ("2024-01-01 00:00:00.25Z", "2024-01-01T00:00:00.250Z"),
            ("2024-02-29T23:59:60z", "2024-02-29T23:59:59Z"),
            ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
            ("2024-01-01T00:00:00.123456+00:30", "2023-12-31T23:30:00.123Z"),
        ] {
            assert_eq!(text(parse(given).unwrap()), same);
        }
    }
}

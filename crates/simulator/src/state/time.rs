//! Times: whole seconds since 1970 inside, RFC 3339 outside.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::Value;

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// A time as the API writes it: `2022-11-08T00:00:00+00:00`.
pub(super) fn text(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    let civil = TimeZone::UTC.to_datetime(time);
    let (date, clock) = (civil.date(), civil.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+00:00",
        date.year(),
        date.month(),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second()
    )
}

/// The same as a JSON value.
pub(super) fn stamp(seconds: i64) -> Value {
    Value::String(text(seconds))
}

/// A time in any of the forms that the API takes: with an offset, without one (UTC), or a date alone.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    // Cheap refusal of what cannot be a date, since every text that is sorted comes by here.
    if text.len() < 10 || !text.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    if text.len() > 10 {
        let civil = text.parse::<DateTime>().ok()?;
        return civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    }
    let date = text.parse::<Date>().ok()?;
    date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// The same in whole seconds.
pub(super) fn parse_seconds(text: &str) -> Option<i64> {
    parse(text).map(Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_api_is_read() {
        for form in [
            "2023-11-20T18:12:21Z",
            "2023-11-20T18:12:21+00:00",
            "2023-11-20 18:12:21+00:00",
            "2023-11-20T19:12:21+01:00",
            "2023-11-20T18:12:21",
        ] {
            assert_eq!(
                parse_seconds(form).map(text).as_deref(),
                Some("2023-11-20T18:12:21+00:00"),
                "{form}"
            );
        }
        assert_eq!(
            parse_seconds("2023-11-20").map(text).as_deref(),
            Some("2023-11-20T00:00:00+00:00")
        );
        assert_eq!(parse_seconds("yesterday at ten"), None);
        assert_eq!(parse_seconds("1234567890"), None);
    }
}

//! Times in zones: parts, beginnings, calendar steps and texts as people there see them.
//!
//! A day with a change of the clocks has 23 or 25 hours: `days(1)` is 24 hours all the same, `add_days(time, 1)` the same time
//! on the next day. A time of day that a change leaves out becomes the moment as much later; of one that comes twice the
//! first is meant.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span as CalendarSpan, ToSpan as _, Zoned};
use pianoroll_api::Arguments;
use rhai::{Dynamic, Module, NativeCallContext, Position};

use super::add_getter;
use super::operations::add_raw;
use crate::context::{Context, context};
use crate::error::{Failure, Thrown, found};
use crate::time::{Time, zone_named};
use crate::value::as_text;

/// The word for the zone of the account.
const ACCOUNT: &str = "account";

/// The operation that tells the account's zone.
const ACCOUNTS: &str = "accounts.list";

/// What a time can be cut to.
const UNITS: [&str; 7] = ["minute", "hour", "day", "week", "month", "quarter", "year"];

/// Registers it.
pub(super) fn register(module: &mut Module) {
    add_getter(module, "zone", |time: &mut Time| time.zone_name().to_owned());
    add_raw(module, "in_zone", 2, |call, given| match given {
        [time, zone] => {
            let time =
                time_of("in_zone", time).map_err(|thrown| thrown.at(call.call_position()))?;
            Ok(Dynamic::from(time.in_zone(zone_of(call, "in_zone", zone)?)))
        }
        _ => Ok(Dynamic::UNIT),
    });
    for count in [2, 3] {
        add_raw(module, "start_of", count, start_of);
        add_raw(module, "format", count, format);
    }
    for (name, step) in [
        ("add_days", CalendarSpan::try_days as fn(CalendarSpan, i64) -> _),
        ("add_months", CalendarSpan::try_months),
        ("add_years", CalendarSpan::try_years),
    ] {
        add_raw(module, name, 2, move |call, given| add(call, name, given, step));
    }
}

/// `start_of(time, unit[, zone])`
fn start_of(call: &NativeCallContext, given: &[&mut Dynamic]) -> Result<Dynamic, Failure> {
    let at = |thrown: Thrown| thrown.at(call.call_position());
    let [time, unit, zone @ ..] = given else { return Ok(Dynamic::UNIT) };
    let time = shown(call, "start_of", time, zone.first().map(|zone| &**zone))?;
    let word = as_text(unit).unwrap_or_default();
    let Some(unit) = UNITS.into_iter().find(|unit| *unit == word) else {
        let message = format!("`start_of` takes {}, not {}", UNITS.join(", "), found(unit));
        return Err(at(Thrown::argument(message)));
    };
    let start = beginning(&time.zoned(), unit);
    let start = start.map_err(|error| at(Thrown::new("out_of_range", error.to_string())))?;
    Ok(Dynamic::from(time.moved(start.timestamp())))
}

/// The first moment of the unit that a time is in.
fn beginning(time: &Zoned, unit: &str) -> Result<Zoned, jiff::Error> {
    let date = time.date();
    let first: Date = match unit {
        // Within the hour the offset is kept, so that of an hour that comes twice the right one begins.
        "minute" => return time.with().second(0).subsec_nanosecond(0).build(),
        "hour" => return time.with().minute(0).second(0).subsec_nanosecond(0).build(),
        "week" => date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days())?,
        "month" => date.first_of_month(),
        "quarter" => date.with().month((date.month() - 1) / 3 * 3 + 1).day(1).build()?,
        "year" => date.first_of_year(),
        _ => date,
    };
    first.to_zoned(time.time_zone().clone())?.start_of_day()
}

/// `format(time, pattern[, zone])`
fn format(call: &NativeCallContext, given: &[&mut Dynamic]) -> Result<Dynamic, Failure> {
    let at = |message: String| Thrown::argument(message).at(call.call_position());
    let [time, pattern, zone @ ..] = given else { return Ok(Dynamic::UNIT) };
    let time = shown(call, "format", time, zone.first().map(|zone| &**zone))?;
    let Some(pattern) = as_text(pattern) else {
        let message =
            format!("`format` takes a pattern such as \"%Y-%m-%d\", not {}", found(pattern));
        return Err(at(message));
    };
    let text = jiff::fmt::strtime::format(pattern.as_bytes(), &time.zoned());
    let text =
        text.map_err(|error| at(format!("the pattern {:?} is none: {error}", pattern.as_str())))?;
    Ok(text.into())
}

/// Calendar steps in the zone of a time; a day that a month has not becomes its last.
fn add(
    call: &NativeCallContext,
    name: &str,
    given: &[&mut Dynamic],
    step: fn(CalendarSpan, i64) -> Result<CalendarSpan, jiff::Error>,
) -> Result<Dynamic, Failure> {
    let at = |thrown: Thrown| thrown.at(call.call_position());
    let [time, count] = given else { return Ok(Dynamic::UNIT) };
    let time = time_of(name, time).map_err(at)?;
    let Ok(count) = count.as_int() else {
        let message = format!("`{name}` takes a whole number, not {}", found(count));
        return Err(at(Thrown::argument(message)));
    };
    let moved = step(CalendarSpan::new(), count).and_then(|span| time.zoned().checked_add(span));
    let moved = moved.map_err(|_| at(Thrown::new("out_of_range", "this time is out of range")))?;
    Ok(Dynamic::from(time.moved(moved.timestamp())))
}

/// The time, in a zone where one is given.
fn shown(
    call: &NativeCallContext,
    name: &str,
    time: &Dynamic,
    zone: Option<&Dynamic>,
) -> Result<Time, Failure> {
    let time = time_of(name, time).map_err(|thrown| thrown.at(call.call_position()))?;
    Ok(match zone {
        Some(zone) => time.in_zone(zone_of(call, name, zone)?),
        None => time,
    })
}

fn time_of(name: &str, value: &Dynamic) -> Result<Time, Thrown> {
    if let Some(time) = value.read_lock::<Time>() {
        return Ok(time.clone());
    }
    let hint = match value {
        _ if value.is_string() => ": read the text with `time(…)`",
        _ if value.is_unit() => ": it may be absent; give another with `??`",
        _ => "",
    };
    Err(Thrown::argument(format!("`{name}` takes a time, not {}{hint}", found(value))))
}

/// A zone by its name; `account` is that of the account.
fn zone_of(call: &NativeCallContext, name: &str, value: &Dynamic) -> Result<TimeZone, Failure> {
    let position = call.call_position();
    let Some(text) = as_text(value) else {
        let message = format!(
            "`{name}` takes a time zone such as \"Europe/Berlin\" or \"account\", not {}",
            found(value)
        );
        return Err(Thrown::argument(message).at(position));
    };
    if text == ACCOUNT {
        return of_account(&*context(call)?, position);
    }
    zone_named(&text).map_err(|message| Thrown::argument(message).at(position))
}

/// The account's zone, read once in a branch.
fn of_account(context: &Context, position: Position) -> Result<TimeZone, Failure> {
    if let Some(zone) = context.known_zone() {
        return Ok(zone);
    }
    let options = Arguments::default().with_option("fields", vec!["timezone"]);
    let reply = context.wait(position, context.branch.call(ACCOUNTS, options))?;
    let body = reply.json();
    let name = body.pointer("/data/0/attributes/timezone").and_then(|name| name.as_str());
    let Some(name) = name else {
        let message = "the account names no time zone";
        return Err(Thrown::new("no_zone", message).at(position));
    };
    let zone = zone_named(name).map_err(|message| {
        Thrown::new("no_zone", format!("the account's zone: {message}")).at(position)
    })?;
    context.remember_zone(&zone);
    Ok(zone)
}

//! Times and durations. `now()` is the start of the run and stands still, so that a replay decides alike; `clock()` moves.

use rhai::{Dynamic, Module, NativeCallContext};

use super::{add, add_getter, zone};
use crate::context::context;
use crate::error::{Failure, Thrown, found};
use crate::time::{Span, Time};
use crate::value::as_text;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Registers it.
pub(super) fn register(module: &mut Module) {
    module.set_custom_type::<Time>("time");
    module.set_custom_type::<Span>("duration");
    add(module, "now", |call: NativeCallContext| -> Result<Time, Failure> {
        Ok(Time::utc(context(&call)?.started()))
    });
    add(module, "clock", |call: NativeCallContext| -> Result<Time, Failure> {
        let context = context(&call)?;
        let now = context.wait(call.call_position(), context.branch.clock())?;
        Ok(Time::utc(now))
    });
    add(module, "time", |call: NativeCallContext, value: Dynamic| {
        time(&value).map_err(|thrown| thrown.at(call.call_position()))
    });
    for (name, seconds) in [("days", DAY), ("hours", HOUR), ("minutes", MINUTE), ("seconds", 1)] {
        add(module, name, move |call: NativeCallContext, count: Dynamic| {
            span(name, &count, seconds).map_err(|thrown| thrown.at(call.call_position()))
        });
        add_getter(module, name, move |span: &mut Span| span.whole(seconds));
    }
    arithmetic(module);
    properties(module);
    zone::register(module);
    for name in ["to_string", "to_debug"] {
        add(module, name, |time: &mut Time| time.to_string());
        add(module, name, |span: &mut Span| span.to_string());
    }
    add(module, "abs", |span: Span| Span(span.0.abs()));
}

/// `time(value)`: a text, or a time already.
fn time(value: &Dynamic) -> Result<Time, Thrown> {
    if let Some(time) = value.read_lock::<Time>() {
        return Ok(time.clone());
    }
    if let Some(text) = as_text(value)
        && let Ok(time) = text.parse()
    {
        return Ok(time);
    }
    let hint = if value.is_unit() {
        "it may be absent; give another with `??`"
    } else {
        "write `2026-01-31T09:00:00Z`, with an offset, or a day such as `2026-01-31`"
    };
    Err(Thrown::argument(format!("{} is not a time: {hint}", found(value))))
}

fn span(name: &str, count: &Dynamic, seconds: i64) -> Result<Span, Thrown> {
    let number = count.as_float().or_else(|_| count.as_int().map(|count| count as f64));
    let Ok(number) = number else {
        return Err(Thrown::argument(format!("`{name}` takes a number, not {}", found(count))));
    };
    Span::of(number, seconds)
        .ok_or_else(|| Thrown::argument(format!("{number} {name} are out of range")))
}

fn arithmetic(module: &mut Module) {
    let past = || Thrown::new("out_of_range", "this time is out of range");
    let long = || Thrown::new("out_of_range", "this duration is out of range");
    add(module, "+", move |time: Time, span: Span| -> Result<Time, Failure> {
        Ok(time.moved(time.at().checked_add(span.0).map_err(|_| past())?))
    });
    add(module, "+", move |span: Span, time: Time| -> Result<Time, Failure> {
        Ok(time.moved(time.at().checked_add(span.0).map_err(|_| past())?))
    });
    add(module, "-", move |time: Time, span: Span| -> Result<Time, Failure> {
        Ok(time.moved(time.at().checked_sub(span.0).map_err(|_| past())?))
    });
    add(module, "-", |left: Time, right: Time| Span(left.at().duration_since(right.at())));
    add(module, "+", move |left: Span, right: Span| -> Result<Span, Failure> {
        Ok(Span(left.0.checked_add(right.0).ok_or_else(long)?))
    });
    add(module, "-", move |left: Span, right: Span| -> Result<Span, Failure> {
        Ok(Span(left.0.checked_sub(right.0).ok_or_else(long)?))
    });
    add(module, "-", |span: Span| Span(-span.0));
    let scaled = move |span: Span, factor: f64| -> Result<Span, Failure> {
        Ok(Span::of(span.0.as_secs_f64() * factor, 1).ok_or_else(long)?)
    };
    add(module, "*", move |span: Span, factor: i64| scaled(span, factor as f64));
    add(module, "*", move |factor: i64, span: Span| scaled(span, factor as f64));
    add(module, "*", scaled);
    add(module, "*", move |factor: f64, span: Span| scaled(span, factor));
    add(module, "/", move |span: Span, divisor: i64| scaled(span, 1.0 / divisor as f64));
    add(module, "/", move |span: Span, divisor: f64| scaled(span, 1.0 / divisor));
    add(module, "/", |left: Span, right: Span| left.0.as_secs_f64() / right.0.as_secs_f64());
    // Without these, `now() - 90` would say that there is no such operator, and not what to write instead.
    for operator in ["+", "-"] {
        add(module, operator, move |_: Time, other: Dynamic| -> Result<Time, Failure> {
            let message = format!("a time {operator} {} means nothing", found(&other));
            Err(Thrown::argument(format!("{message}: write `days(…)` or `hours(…)`")).into())
        });
    }
}

fn properties(module: &mut Module) {
    add_getter(module, "year", |time: &mut Time| i64::from(time.zoned().year()));
    add_getter(module, "month", |time: &mut Time| i64::from(time.zoned().month()));
    add_getter(module, "day", |time: &mut Time| i64::from(time.zoned().day()));
    add_getter(module, "hour", |time: &mut Time| i64::from(time.zoned().hour()));
    add_getter(module, "minute", |time: &mut Time| i64::from(time.zoned().minute()));
    add_getter(module, "second", |time: &mut Time| i64::from(time.zoned().second()));
    add_getter(module, "weekday", |time: &mut Time| {
        i64::from(time.zoned().weekday().to_monday_one_offset())
    });
    add_getter(module, "date", |time: &mut Time| time.zoned().date().to_string());
    add_getter(module, "unix", |time: &mut Time| time.at().as_second());
}

//! Comparisons that are never silently false.
//!
//! Rhai answers `false` when it orders values of different types. Here that throws, so that a missing date or a number in a
//! text is found when it is met. It needs the engine's fast operators to be off: they never ask a registered function.

use std::cmp::Ordering;

use rhai::{Dynamic, Module};

use super::add;
use crate::error::{Failure, Thrown, found};
use crate::record::{Attributes, Record};
use crate::rows::Rows;
use crate::time::{Span, Time};
use crate::value::{map_to_json, type_name};

/// Registers it.
pub(super) fn register(module: &mut Module) {
    add(module, "<", |left: Dynamic, right: Dynamic| order(&left, &right).map(Ordering::is_lt));
    add(module, "<=", |left: Dynamic, right: Dynamic| order(&left, &right).map(Ordering::is_le));
    add(module, ">", |left: Dynamic, right: Dynamic| order(&left, &right).map(Ordering::is_gt));
    add(module, ">=", |left: Dynamic, right: Dynamic| order(&left, &right).map(Ordering::is_ge));
    for (operator, when_equal) in [("==", true), ("!=", false)] {
        add(module, operator, move |left: Time, right: Time| (left == right) == when_equal);
        add(module, operator, move |left: Span, right: Span| (left == right) == when_equal);
        add(module, operator, move |_: Time, right: Dynamic| {
            never_equal("a time", &right).map(|()| !when_equal)
        });
        add(module, operator, move |left: Dynamic, _: Time| {
            never_equal("a time", &left).map(|()| !when_equal)
        });
        add(module, operator, move |_: Span, right: Dynamic| {
            never_equal("a duration", &right).map(|()| !when_equal)
        });
        add(module, operator, move |left: Dynamic, _: Span| {
            never_equal("a duration", &left).map(|()| !when_equal)
        });
        add(module, operator, move |left: Record, right: Record| {
            (left.to_json().ok() == right.to_json().ok()) == when_equal
        });
        add(module, operator, move |left: Attributes, right: Attributes| {
            (map_to_json(left.map()).ok() == map_to_json(right.map()).ok()) == when_equal
        });
        add(module, operator, move |left: Rows, right: Rows| {
            let texts = |rows: &Rows| {
                rows.iter().map(|row| crate::value::to_json_lossy(&row)).collect::<Vec<_>>()
            };
            (left.len() == right.len() && texts(&left) == texts(&right)) == when_equal
        });
    }
    add(module, "max", |left: Time, right: Time| left.max(right));
    add(module, "min", |left: Time, right: Time| left.min(right));
    add(module, "max", |left: Span, right: Span| left.max(right));
    add(module, "min", |left: Span, right: Span| left.min(right));
}

/// The order of two values of one kind: numbers, texts, bools, times, durations.
pub(super) fn order(left: &Dynamic, right: &Dynamic) -> Result<Ordering, Failure> {
    if let (Ok(left), Ok(right)) = (left.as_int(), right.as_int()) {
        return Ok(left.cmp(&right));
    }
    let number = |value: &Dynamic| value.as_float().or_else(|_| value.as_int().map(|n| n as f64));
    if let (Ok(left), Ok(right)) = (number(left), number(right)) {
        return order_floats(left, right).map_err(Into::into);
    }
    if let (Ok(left), Ok(right)) = (left.as_immutable_string_ref(), right.as_immutable_string_ref())
    {
        return Ok(left.as_str().cmp(right.as_str()));
    }
    if let (Some(left), Some(right)) = (left.read_lock::<Time>(), right.read_lock::<Time>()) {
        return Ok(left.cmp(&right));
    }
    if let (Some(left), Some(right)) = (left.read_lock::<Span>(), right.read_lock::<Span>()) {
        return Ok(left.cmp(&right));
    }
    if let (Some(left), Some(right)) = (crate::value::as_text(left), crate::value::as_text(right)) {
        return Ok(left.as_str().cmp(right.as_str()));
    }
    if let (Ok(left), Ok(right)) = (left.as_bool(), right.as_bool()) {
        return Ok(left.cmp(&right));
    }
    Err(Thrown::new("not_comparable", not_comparable(left, right)).into())
}

/// Rhai takes floats within one rounding error of each other as equal; so does this.
fn order_floats(left: f64, right: f64) -> Result<Ordering, Thrown> {
    let largest = if left * right == 0.0 { 1.0 } else { left.abs().max(right.abs()) };
    if (left - right).abs() / largest <= f64::EPSILON {
        return Ok(Ordering::Equal);
    }
    let message = "a number that is not one cannot be ordered";
    left.partial_cmp(&right).ok_or_else(|| Thrown::new("not_comparable", message))
}

fn not_comparable(left: &Dynamic, right: &Dynamic) -> String {
    let either = |test: fn(&Dynamic) -> bool| test(left) || test(right);
    let hint = if either(Dynamic::is_unit) {
        ": it may be absent; give a default with `??`"
    } else if either(Dynamic::is::<Time>) && either(Dynamic::is_string) {
        ": read the text with `time(…)`"
    } else if either(Dynamic::is::<Span>) && either(Dynamic::is_int) {
        ": write `days(…)` or `hours(…)`"
    } else if either(Dynamic::is_string) && (either(Dynamic::is_int) || either(Dynamic::is_float)) {
        ": read the text with `parse_float(…)` or `parse_int(…)`"
    } else {
        ""
    };
    format!("{} and {} cannot be ordered{hint}", found(left), found(right))
}

/// Whether a value equals a time is only asked in earnest of another time, or of `()`.
fn never_equal(what: &str, other: &Dynamic) -> Result<(), Failure> {
    if other.is_unit() {
        return Ok(());
    }
    let hint = if other.is_string() { ": read the text with `time(…)`" } else { "" };
    let message = format!("{what} never equals {}{hint}", type_name(other));
    Err(Thrown::new("not_comparable", message).into())
}

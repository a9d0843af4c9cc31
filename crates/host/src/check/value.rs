//! A JSON value against a type of the spec.

use std::fmt::Display;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use pianoroll_api::operation::{Attribute, Kind};
use serde_json::Value;

use super::Mistakes;
use super::error::CheckError;
use super::place::Place;

/// Checks a value that an attribute or a parameter was given.
pub(super) fn check(at: Place<'_>, attribute: &Attribute, value: &Value, mistakes: &mut Mistakes) {
    if value.is_null() && attribute.nullable {
        return;
    }
    check_kind(at, attribute.kind, value, mistakes);
}

/// What a value is, for people.
pub(super) fn name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a whole number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

/// `must be …, found …`
pub(super) fn mismatch(at: impl Display, wanted: &str, found: &Value) -> CheckError {
    CheckError::new(at, format!("must be {wanted}, found {}", shown(found)))
}

/// Whether a text is a point in time as the API takes it: RFC 3339, a space in place of the `T`, or a date alone.
pub(super) fn is_datetime(text: &str) -> bool {
    // jiff takes more than the API does: week dates, bracketed zones, basic forms without hyphens.
    let plain = text.len() >= 10
        && text.as_bytes().get(4) == Some(&b'-')
        && text.as_bytes().get(7) == Some(&b'-')
        && !text.contains('[');
    plain
        && (text.parse::<Timestamp>().is_ok()
            || text.parse::<DateTime>().is_ok()
            || text.parse::<Date>().is_ok())
}

fn check_kind(at: Place<'_>, kind: Kind, value: &Value, mistakes: &mut Mistakes) {
    let fits = match (kind, value) {
        (Kind::Any, _)
        | (Kind::String, Value::String(_))
        | (Kind::Float, Value::Number(_))
        | (Kind::Bool, Value::Bool(_))
        | (Kind::Map, Value::Object(_)) => true,
        (Kind::Int, Value::Number(number)) => !number.is_f64(),
        (Kind::Datetime, Value::String(text)) => is_datetime(text),
        (Kind::Enum(words), Value::String(text)) => {
            if !words.contains(&text.as_str()) {
                let error =
                    CheckError::new(at, format!("`{}` is not one of its values", clipped(text)));
                mistakes.add(error.among(text, words.iter().copied()));
            }
            true
        }
        (Kind::List(of), Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                check_kind(at.item(index), *of, item, mistakes);
            }
            true
        }
        _ => false,
    };
    if !fits {
        mistakes.add(mismatch(at, wanted(kind), value));
    }
}

fn wanted(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "text",
        Kind::Int => "a whole number",
        Kind::Float => "a number",
        Kind::Bool => "true or false",
        Kind::Datetime => "a date or a time such as 2024-01-31T09:00:00Z",
        Kind::Map => "a map",
        Kind::Any => "any value",
        Kind::Enum(_) => "text",
        Kind::List(_) => "a list",
    }
}

/// A value that fits into a message: short texts and numbers as they are, all else by its type.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => "empty text".to_owned(),
        Value::String(text) if text.len() <= 60 => format!("the text `{}`", clipped(text)),
        Value::Bool(_) | Value::Number(_) => format!("`{value}`"),
        other => name(other).to_owned(),
    }
}

/// A text that fits into a message.
pub(crate) fn clipped(text: &str) -> String {
    let mut short: String =
        text.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}

//! The single checks of a body.

use pianoroll_api::operation::Kind;
use serde_json::Value;

use super::super::record::Attributes;
use super::super::time;
use super::refused;
use crate::exchange::Refusal;

/// The part of a required path that is not there.
pub(super) fn missing(value: &Value, path: &str) -> Option<String> {
    let (head, rest) = match path.split_once('.') {
        Some((head, rest)) => (head, Some(rest)),
        None => (path, None),
    };
    let name = head.trim_end_matches("[]");
    let Some(inside) = value.get(name).filter(|inside| !inside.is_null()) else {
        return Some(name.to_owned());
    };
    let rest = rest?;
    let below = |found: String, place: String| format!("{place}.{found}");
    if head.ends_with("[]") {
        let entries = inside.as_array().map(Vec::as_slice).unwrap_or_default();
        let mut entries = entries.iter().enumerate();
        return entries.find_map(|(index, entry)| {
            Some(below(missing(entry, rest)?, format!("{name}.{index}")))
        });
    }
    missing(inside, rest).map(|found| below(found, name.to_owned()))
}

pub(super) fn object<'v>(value: &'v Value, pointer: &str) -> Result<&'v Attributes, Refusal> {
    value.as_object().ok_or_else(|| refused("An object is expected here.", pointer))
}

pub(super) fn array<'v>(value: &'v Value, pointer: &str) -> Result<&'v [Value], Refusal> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| refused("A list is expected here.", pointer))
}

pub(super) fn only(
    map: &Attributes,
    known: &[&str],
    kind: &str,
    pointer: &str,
) -> Result<(), Refusal> {
    match map.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => {
            let detail = format!("'{name}' is not a valid field for the resource '{kind}'.");
            Err(refused(detail, format!("{pointer}/{name}")))
        }
        None => Ok(()),
    }
}

pub(super) fn within(count: usize, max: u32, pointer: &str) -> Result<(), Refusal> {
    match count {
        0 => Err(refused("At least one entry is required.", pointer)),
        _ if count > max as usize => {
            Err(refused(format!("At most {max} entries are allowed, {count} were given."), pointer))
        }
        _ => Ok(()),
    }
}

pub(super) fn identifier(value: &Value, kind: &str, pointer: &str) -> Result<String, Refusal> {
    let map = object(value, pointer)?;
    only(map, &["type", "id", "meta"], kind, pointer)?;
    if map.get("type").and_then(Value::as_str) != Some(kind) {
        return Err(refused(format!("'type' must be '{kind}' here."), format!("{pointer}/type")));
    }
    match map.get("id").and_then(Value::as_str) {
        Some(id) if !id.is_empty() => Ok(id.to_owned()),
        _ => Err(refused("'id' is a required field.", format!("{pointer}/id"))),
    }
}

/// Whether a value is of the attribute's type.
pub(in super::super) fn typed(
    name: &str,
    value: &Value,
    kind: Kind,
    pointer: &str,
) -> Result<(), Refusal> {
    let expected = match kind {
        Kind::String if !value.is_string() => "a string",
        Kind::Int if value.as_i64().is_none() => "a whole number",
        Kind::Float if !value.is_number() => "a number",
        Kind::Bool if !value.is_boolean() => "true or false",
        Kind::Map if !value.is_object() => "an object",
        Kind::Datetime if value.as_str().and_then(time::parse).is_none() => "an RFC 3339 datetime",
        Kind::Enum(words) => match value.as_str() {
            Some(word) if words.contains(&word) => return Ok(()),
            _ => {
                let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let detail = format!("'{name}' must be one of: {} (got {shown})", words.join(", "));
                return Err(refused(detail, pointer));
            }
        },
        Kind::List(item) => {
            let Some(items) = value.as_array() else {
                return Err(refused(format!("'{name}' must be a list."), pointer));
            };
            let mut items = items.iter().enumerate();
            return items.try_for_each(|(index, one)| {
                typed(name, one, *item, &format!("{pointer}/{index}"))
            });
        }
        _ => return Ok(()),
    };
    Err(refused(format!("'{name}' must be {expected}."), pointer))
}

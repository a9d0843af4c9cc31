//! Between JSON and the values of scripts.

use rhai::{Array, Dynamic, FnPtr, ImmutableString, Map};
use serde_json::{Number, Value};

use crate::record::{Attributes, Record};
use crate::rows::Rows;
use crate::time::{Span, Time};

/// JSON as a script's value: objects are maps, `null` is `()`.
pub(crate) fn from_json(value: &Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => from_number(number),
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => Dynamic::from_array(items.iter().map(from_json).collect()),
        Value::Object(map) => {
            let entries = map.iter().map(|(name, value)| (name.as_str().into(), from_json(value)));
            Dynamic::from_map(entries.collect())
        }
    }
}

/// Numbers past 64 bits become floats, as JSON itself reads them elsewhere; ids are texts in this API.
fn from_number(number: &Number) -> Dynamic {
    match number.as_i64() {
        Some(whole) => whole.into(),
        None => number.as_f64().unwrap_or(f64::NAN).into(),
    }
}

/// A value that JSON cannot hold, and where it stands: `properties.callback`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unsendable {
    /// From the outside in, with dots and brackets; empty for the value itself.
    pub(crate) path: String,
    /// `a function`
    pub(crate) what: String,
}

impl Unsendable {
    /// What cannot be done with it: `sent`, `written`.
    pub(crate) fn cannot_be(&self, done: &str) -> String {
        match self.path.as_str() {
            "" => format!("{} cannot be {done}", self.what),
            path => format!("{} cannot be {done}, but stands at `{path}`", self.what),
        }
    }
}

impl std::fmt::Display for Unsendable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.cannot_be("sent"))
    }
}

/// A script's value as JSON: times are RFC 3339 texts, `rows()` are lists, resources are as the API answered them.
///
/// # Errors
/// Functions, durations, ranges, and floats that are no numbers have no JSON.
pub(crate) fn to_json(value: &Dynamic) -> Result<Value, Unsendable> {
    let mut left = MOST_JSON;
    if !fits(value, MOST_DEPTH, &mut left) {
        let what =
            format!("a value of more than {} MiB, or {MOST_DEPTH} levels deep,", MOST_JSON >> 20);
        return Err(Unsendable { path: String::new(), what });
    }
    convert(value)
}

/// The most bytes of a value that becomes JSON, roughly. Copies of a text share it in a script, and not in JSON: an array of a
/// million of them would be more than any machine has.
const MOST_JSON: usize = 256 * 1024 * 1024;

/// How deep a value may nest: as deep as JSON is read.
const MOST_DEPTH: usize = 128;

/// Whether a value is within bounds, counting what is left of them.
fn fits(value: &Dynamic, depth: usize, left: &mut usize) -> bool {
    let mut take = |bytes: usize| {
        let enough = *left >= bytes;
        *left = left.saturating_sub(bytes);
        enough
    };
    if let Ok(text) = value.as_immutable_string_ref() {
        return take(text.len() + 2);
    }
    if let Some(rows) = value.read_lock::<Rows>() {
        return take(rows.bytes());
    }
    if !take(8) {
        return false;
    }
    let Some(depth) = depth.checked_sub(1) else { return false };
    let entry = |(name, value): (&rhai::Identifier, &Dynamic), left: &mut usize| {
        *left = left.saturating_sub(name.len());
        fits(value, depth, left)
    };
    if let Ok(items) = value.as_array_ref() {
        return items.iter().all(|item| fits(item, depth, left));
    }
    if let Ok(map) = value.as_map_ref() {
        return map.iter().all(|one| entry(one, left));
    }
    if let Some(record) = value.read_lock::<Record>() {
        return record.attributes().map().iter().all(|one| entry(one, left));
    }
    if let Some(attributes) = value.read_lock::<Attributes>() {
        return attributes.map().iter().all(|one| entry(one, left));
    }
    true
}

fn convert(value: &Dynamic) -> Result<Value, Unsendable> {
    let refuse = |what: &str| Err(Unsendable { path: String::new(), what: what.to_owned() });
    if value.is_unit() {
        return Ok(Value::Null);
    }
    if let Ok(value) = value.as_bool() {
        return Ok(value.into());
    }
    if let Ok(value) = value.as_int() {
        return Ok(value.into());
    }
    if let Ok(value) = value.as_float() {
        return match Number::from_f64(value) {
            Some(number) => Ok(number.into()),
            None => refuse("a number that is not finite"),
        };
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return Ok(text.as_str().into());
    }
    if let Ok(value) = value.as_char() {
        return Ok(value.to_string().into());
    }
    if let Ok(items) = value.as_array_ref() {
        return array_to_json(&items);
    }
    if let Ok(map) = value.as_map_ref() {
        return map_to_json(&map);
    }
    if let Some(record) = value.read_lock::<Record>() {
        return record.to_json();
    }
    if let Some(attributes) = value.read_lock::<Attributes>() {
        return map_to_json(attributes.map());
    }
    if let Some(rows) = value.read_lock::<Rows>() {
        return array_to_json(&rows.iter().collect::<Array>());
    }
    if let Some(time) = value.read_lock::<Time>() {
        return Ok(time.to_string().into());
    }
    if value.is::<FnPtr>() {
        return refuse("a function");
    }
    if value.is::<Span>() {
        return refuse("a duration");
    }
    refuse(&format!("a value of type {}", type_name(value)))
}

/// A map as a JSON object.
pub(crate) fn map_to_json(map: &Map) -> Result<Value, Unsendable> {
    let mut object = serde_json::Map::new();
    for (name, value) in map {
        let value = convert(value).map_err(|error| within(name, error))?;
        object.insert(name.to_string(), value);
    }
    Ok(object.into())
}

fn array_to_json(items: &[Dynamic]) -> Result<Value, Unsendable> {
    let converted = items
        .iter()
        .enumerate()
        .map(|(index, item)| convert(item).map_err(|error| within(&format!("[{index}]"), error)));
    Ok(Value::Array(converted.collect::<Result<_, _>>()?))
}

/// An error that is found in a member, or an element.
pub(crate) fn within(name: &str, mut error: Unsendable) -> Unsendable {
    let dot = if error.path.is_empty() || error.path.starts_with('[') { "" } else { "." };
    error.path = format!("{name}{dot}{}", error.path);
    error
}

/// JSON for people and results: what has no JSON becomes its text.
pub(crate) fn to_json_lossy(value: &Dynamic) -> Value {
    let mut left = MOST_JSON;
    if fits(value, MOST_DEPTH, &mut left) { lossy(value) } else { beyond().into() }
}

/// What stands for a value that is too large or too deep to be shown.
fn beyond() -> String {
    "(a value that is too large to be shown)".to_owned()
}

fn lossy(value: &Dynamic) -> Value {
    if let Ok(items) = value.as_array_ref() {
        return items.iter().map(lossy).collect();
    }
    if let Ok(map) = value.as_map_ref() {
        let entries = map.iter().map(|(name, value)| (name.to_string(), lossy(value)));
        return Value::Object(entries.collect());
    }
    convert(value).unwrap_or_else(|_| text_of(value).into())
}

/// A value as `print` shows it.
pub(crate) fn text_of(value: &Dynamic) -> String {
    if let Some(time) = value.read_lock::<Time>() {
        return time.to_string();
    }
    if let Some(span) = value.read_lock::<Span>() {
        return span.to_string();
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return text.to_string();
    }
    let mut left = MOST_JSON;
    if !fits(value, MOST_DEPTH, &mut left) {
        return beyond();
    }
    match convert(value) {
        Ok(Value::Null) => "()".to_owned(),
        Ok(json) => json.to_string(),
        Err(_) => value.to_string(),
    }
}

/// Whether two values are one, or hold the same. Only for values that an answer may hold.
pub(crate) fn is_same(left: &Dynamic, right: &Dynamic) -> bool {
    if left.type_id() != right.type_id() {
        return false;
    }
    if let (Ok(left), Ok(right)) = (left.as_immutable_string_ref(), right.as_immutable_string_ref())
    {
        return left.as_str() == right.as_str();
    }
    if let (Ok(left), Ok(right)) = (left.as_array_ref(), right.as_array_ref()) {
        return left.len() == right.len()
            && left.iter().zip(right.iter()).all(|(left, right)| is_same(left, right));
    }
    if let (Ok(left), Ok(right)) = (left.as_map_ref(), right.as_map_ref()) {
        return left.len() == right.len()
            && left.iter().zip(right.iter()).all(|((left_name, left), (right_name, right))| {
                left_name == right_name && is_same(left, right)
            });
    }
    if let (Some(left), Some(right)) = (left.read_lock::<Record>(), right.read_lock::<Record>()) {
        return left.is_same(&right);
    }
    if let (Some(left), Some(right)) =
        (left.read_lock::<Attributes>(), right.read_lock::<Attributes>())
    {
        return left.is_same(&right);
    }
    left.is_unit()
        || left.as_int().is_ok_and(|left| right.as_int() == Ok(left))
        || left.as_bool().is_ok_and(|left| right.as_bool() == Ok(left))
        || left.as_float().is_ok_and(|left| right.as_float() == Ok(left))
}

/// The words that messages use for a value's type.
pub(crate) fn type_name(value: &Dynamic) -> &'static str {
    if value.is_unit() {
        "()"
    } else if value.is_bool() {
        "a bool"
    } else if value.is_int() {
        "an int"
    } else if value.is_float() {
        "a float"
    } else if value.is_string() {
        "a string"
    } else if value.is_char() {
        "a char"
    } else if value.is_array() {
        "an array"
    } else if value.is_map() {
        "a map"
    } else if value.is_fnptr() {
        "a function"
    } else if value.is::<Time>() {
        "a time"
    } else if value.is::<Span>() {
        "a duration"
    } else if value.is::<Rows>() {
        "rows"
    } else if value.is::<Record>() {
        "a resource"
    } else if value.is::<Attributes>() {
        "attributes"
    } else if value.is::<crate::modules::iterate::Pages>() {
        "an iterator of resources"
    } else if value.is::<crate::modules::lazy::Lazy>() {
        "an iterator"
    } else if value.is::<crate::modules::files::Writer>() {
        "a writer"
    } else {
        "another value"
    }
}

/// The text of a value that must be one; chars count.
pub(crate) fn as_text(value: &Dynamic) -> Option<ImmutableString> {
    if let Ok(text) = value.as_immutable_string_ref() {
        return Some(text.clone());
    }
    value.as_char().ok().map(|character| character.to_string().into())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    #[test]
    fn json_survives_the_way_through_a_script() {
        let value = json!({"a": [1, -2.5, null, true, "x"], "b": {"c": []}, "big": 9_223_372_036_854_775_807_i64});
        assert_eq!(to_json(&from_json(&value)), Ok(value));
        assert_eq!(to_json(&from_json(&json!(u64::MAX))), Ok(json!(u64::MAX as f64)));
    }

    fn check(value: Dynamic, expected: Expect) {
        expected.assert_eq(&to_json(&value).map_or_else(|e| e.to_string(), |v| v.to_string()));
    }

    #[test]
    fn what_json_cannot_hold_is_told_with_its_path() {
        let span = Dynamic::from("1h".parse::<Span>().unwrap());
        let time = Dynamic::from("2026-01-31".parse::<Time>().unwrap());
        check(time, expect![[r#""2026-01-31T00:00:00Z""#]]);
        check(span.clone(), expect!["a duration cannot be sent"]);
        let mut map = Map::new();
        map.insert("waits".into(), Dynamic::from_array(vec![Dynamic::UNIT, span]));
        let mut outer = Map::new();
        outer.insert("properties".into(), Dynamic::from_map(map));
        check(
            Dynamic::from_map(outer),
            expect!["a duration cannot be sent, but stands at `properties.waits[1]`"],
        );
        check(f64::NAN.into(), expect!["a number that is not finite cannot be sent"]);
    }
}

//! Cursors: opaque base 64 of the forms that have been seen in the wild, `next::id::01F3…` for the order by id and
//! `[1640995200,"3c4cywFNwZw",true]` for any other. Each also carries a digest of the question it belongs to, so that a
//! cursor of another list, filter or order is refused as the API refuses it.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::random::{base62, hash_text};
use super::time;
use crate::exchange::{Exchange, Refusal, Source};

/// What rows are ordered by: nothing, then truths, numbers and times (in seconds), then texts by their bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Key {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
}

impl Key {
    /// The key of a value. Texts that are times are ordered as times.
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Bool(value) => Key::Bool(*value),
            Value::Number(number) => Key::Number(number.as_f64().unwrap_or_default()),
            Value::String(text) => match time::parse(text) {
                Some(time) => Key::Number(time.as_nanosecond() as f64 / 1e9),
                None => Key::Text(text.clone()),
            },
            Value::Null | Value::Array(_) | Value::Object(_) => Key::Null,
        }
    }

    /// The key of a time in seconds.
    pub(super) fn time(seconds: i64) -> Self {
        Key::Number(seconds as f64)
    }

    fn rank(&self) -> u8 {
        match self {
            Key::Null => 0,
            Key::Bool(_) => 1,
            Key::Number(_) => 2,
            Key::Text(_) => 3,
        }
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Key::Bool(one), Key::Bool(two)) => one.cmp(two),
            (Key::Number(one), Key::Number(two)) => one.total_cmp(two),
            (Key::Text(one), Key::Text(two)) => one.cmp(two),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

/// The last row of a page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cursor {
    /// What the rows are ordered by; nothing in the order by id.
    pub(super) key: Option<Key>,
    pub(super) id: String,
}

impl Cursor {
    /// As an answer gives it.
    pub(super) fn encode(&self, exchange: &Exchange) -> String {
        let digest = digest(exchange);
        let text = match &self.key {
            None => format!("next::id::{}::{digest}", self.id),
            Some(key) => {
                let key = match key {
                    Key::Null => Value::Null,
                    Key::Bool(value) => json!(value),
                    Key::Number(number) if number.fract() == 0.0 => json!(*number as i64),
                    Key::Number(number) => json!(number),
                    Key::Text(text) => json!({ "text": text }),
                };
                json!([key, self.id, true, digest]).to_string()
            }
        };
        to_base64(text.as_bytes())
    }

    /// The cursor of a request. `keyed` says whether the order is by anything but the id.
    pub(super) fn of(exchange: &Exchange, keyed: bool) -> Result<Option<Self>, Refusal> {
        let Some(text) = &exchange.query.cursor else { return Ok(None) };
        let refused = || {
            let source = Source::Pointer("/data/".to_owned());
            Refusal::invalid("Invalid cursor provided.", source)
        };
        let bytes = from_base64(text).ok_or_else(refused)?;
        let text = String::from_utf8(bytes).map_err(|_| refused())?;
        let (cursor, given) =
            if keyed { read_keyed(&text) } else { read_id(&text) }.ok_or_else(refused)?;
        if given != digest(exchange) {
            return Err(refused());
        }
        Ok(Some(cursor))
    }
}

fn read_id(text: &str) -> Option<(Cursor, String)> {
    let (id, digest) = text.strip_prefix("next::id::")?.rsplit_once("::")?;
    Some((Cursor { key: None, id: id.to_owned() }, digest.to_owned()))
}

fn read_keyed(text: &str) -> Option<(Cursor, String)> {
    let parts: Vec<Value> = serde_json::from_str(text).ok()?;
    let [key, id, Value::Bool(true), digest] = parts.as_slice() else { return None };
    let key = match key {
        Value::Object(map) => Key::Text(map.get("text")?.as_str()?.to_owned()),
        Value::String(_) | Value::Array(_) => return None,
        plain => Key::of(plain),
    };
    Some((Cursor { key: Some(key), id: id.as_str()?.to_owned() }, digest.as_str()?.to_owned()))
}

/// Which list a cursor belongs to: the operation, the ids of its path, the filter and the order.
fn digest(exchange: &Exchange) -> String {
    let filter = exchange.query.filter.as_ref().map(ToString::to_string);
    let question = format!(
        "{} {:?} {filter:?} {:?}",
        exchange.operation.id, exchange.ids, exchange.query.sort
    );
    base62(hash_text(&question), 6)
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes in base 64, padded.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let filled = place <= chunk.len();
            let digit = BASE64[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if filled { digit as char } else { '=' });
        }
    }
    text
}

/// The bytes behind base 64.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for chunk in digits.as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for place in 0..4 {
            let digit = match chunk.get(place) {
                Some(byte) => BASE64.iter().position(|digit| digit == byte)? as u32,
                None => 0,
            };
            bits |= digit << (18 - 6 * place);
        }
        let [_, one, two, three] = bits.to_be_bytes();
        bytes.extend([one, two, three].iter().take(chunk.len().saturating_sub(1)));
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_the_standard_one() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("import-job-1", "aW1wb3J0LWpvYi0x"),
        ] {
            assert_eq!(to_base64(plain.as_bytes()), coded);
            assert_eq!(from_base64(coded).as_deref(), Some(plain.as_bytes()));
        }
        for foreign in ["Zg", "Z===", "Zg=x", "####"] {
            assert_eq!(from_base64(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn keys_order_times_as_times_and_texts_by_their_bytes() {
        let key = |value: Value| Key::of(&value);
        assert!(key(json!("2024-01-01T01:00:00+02:00")) < key(json!("2024-01-01T00:00:00Z")));
        assert!(key(json!("Zoe")) < key(json!("adam")));
        assert!(key(json!(null)) < key(json!(false)) && key(json!(2)) < key(json!("1")));
    }
}
